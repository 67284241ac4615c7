"""
A story told once more, against what was captured of its first telling, and held against that request by request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from graphcancel.cassette import Interaction
from graphcancel.errors import CassetteError
from graphcancel.exchange import Request, Response
from graphcancel.vocabulary import SEGMENTS

if TYPE_CHECKING:
    from graphcancel.disguise import StandIn

AGAIN: Final = "record it again"
_FOLLOWING: Final = ("$skiptoken",)
"""The query by which stand-ins ask for what follows a page."""


class Retelling:
    """
    Answers a story told once more and keeps what it asks, while that is what was asked before.
    """

    def __init__(self, place: str, answers: Sequence[Response], asked: Sequence[Any], stand_in: StandIn) -> None:
        self.interactions: list[Interaction] = []
        self._place = place
        self._answers = answers
        self._asked = asked
        self._roots = sorted(stand_in.roots.items(), key=lambda pair: -len(pair[0]))

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """
        The next answer.

        Raises:
            CassetteError: It was given to another request.
        """
        number = len(self.interactions)
        if number >= len(self._answers):
            raise self._apart(number, "asks for more than was asked")
        before = self._asked[number]
        if request.method != before.method or not self._is_alike(before.uri, request.url):
            raise self._apart(number, f"asks for {request.method} {urlsplit(request.url).path} instead")
        if _build(before.body) != _build(request.payload):
            raise self._apart(number, "sends a body of another build")
        body = None if request.payload is None else request.payload.decode()
        self.interactions.append(Interaction(request.method, request.url, headers, body, self._answers[number]))
        return self._answers[number]

    def finish(self) -> None:
        """
        See that nothing is left.

        Raises:
            CassetteError: The second telling asked for less.
        """
        if len(self.interactions) < len(self._answers):
            raise self._apart(len(self.interactions), "does not ask for it any more")

    def _is_alike(self, before: str, now: str) -> bool:
        """Whether two URLs are the same by stand-ins; how a service asks for what follows a page is its own affair."""
        root, walk, names = self._shape(before, real=True)
        shown, walk_now, names_now = self._shape(now, real=False)
        return (root, walk) == (shown, walk_now) and names_now in {names, _FOLLOWING}

    def _shape(self, url: str, *, real: bool) -> tuple[str, tuple[str | None, ...], tuple[str, ...]]:
        """What of a URL is the same in both tellings: the root's stand-in, the path's literal segments, which query."""
        for root, shown in self._roots:
            prefix = root if real else shown
            if url.startswith(prefix + "/"):
                parts = urlsplit(url[len(prefix) :])
                names = tuple(part.partition("=")[0] for part in parts.query.split("&"))
                walk = tuple(part if part.lower() in SEGMENTS else None for part in parts.path.split("/"))
                return shown, walk, names
        return url, (), ()

    def _apart(self, number: int, what: str) -> CassetteError:
        method = self._asked[number].method if number < len(self._asked) else "nothing"
        return CassetteError(
            f"{self._place}: not recorded: told again, the story {what} at request {number + 1} ({method}); {AGAIN}"
        )


def _build(body: bytes | str | None) -> Any:
    """What of a body is the same in both tellings: its keys, their order and kinds, and which methods a batch holds."""
    try:
        return _kinds(json.loads(body)) if body else body or None
    except (ValueError, RecursionError):
        return "no JSON"


def _kinds(value: Any) -> Any:
    if isinstance(value, dict):
        return [(name, inner if name == "method" else _kinds(inner)) for name, inner in value.items()]
    return [_kinds(inner) for inner in value] if isinstance(value, list) else type(value).__name__
