"""
A target that answers from a cassette: each interaction once, in order, to the request it was recorded for.

A story is a function of its answers, so a request that differs from the recorded one is drift and nothing else. What is
compared is method, path, query, body (as canonical JSON) and the headers of interest: those a request sets itself, and
whose token it carries. Nothing reaches the network: there is no connection to be had.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from graphcancel.cassette import Cassette, Interaction, leaves, shortened
from graphcancel.errors import Drift
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.target import Target

if TYPE_CHECKING:
    from graphcancel.auth import SignIn
    from graphcancel.clock import Clock
    from graphcancel.fence import Fence
    from graphcancel.targetfile import Description

Answer = Callable[[Request, Mapping[str, str]], Response]

_AUTHORIZATION: Final = "authorization"
_ABSENT: Final = object()


class Offline(Target):
    """
    A target without a network.

    Args:
        answer: Answers a request, given with the headers it sets itself and that of its token.
    """

    def __init__(self, answer: Answer, clock: Clock, description: Description, fence: Fence, sign_in: SignIn) -> None:
        super().__init__(description, fence, sign_in, clock)
        self._answer = answer

    def _exchange(self, request: Request, headers: Mapping[str, str]) -> Exchange:
        return Exchange(request, self._answer(request, of_interest(request, headers)), 0.0, self.clock.now())


def of_interest(request: Request, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of *request* a cassette keeps, lower case, from all that are sent."""
    wanted = {name.lower() for name in request.headers} | {_AUTHORIZATION}
    return {name.lower(): value for name, value in headers.items() if name.lower() in wanted}


class Tape:
    """
    The answers of one cassette, given out in order.

    Args:
        place: What a message names: the case.
    """

    def __init__(self, cassette: Cassette, place: str) -> None:
        self._interactions = cassette.interactions
        self._place = place
        self._given = 0

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """
        The answer recorded for *request*.

        Raises:
            Drift: It is not the next request on the cassette.
        """
        number = self._given + 1
        if number > len(self._interactions):
            sent = f"{request.method} {shortened(request.path)}"
            raise Drift("a request that is not on the cassette", None, sent, self._at(number))
        recorded = self._interactions[self._given]
        found = difference(recorded, request, headers)
        if found:
            raise Drift(*found, self._at(number))
        self._given = number
        return recorded.response

    def finish(self) -> None:
        """
        See that everything was asked for.

        Raises:
            Drift: An interaction was not.
        """
        if self._given < len(self._interactions):
            left = self._interactions[self._given]
            raise Drift("an interaction never asked for", str(left), None, self._at(self._given + 1))

    def _at(self, number: int) -> str:
        return f"{self._place}: request {number} of {len(self._interactions)}"


def difference(
    recorded: Interaction, request: Request, headers: Mapping[str, str]
) -> tuple[str, str | None, str | None] | None:
    """The first field in which *request* is not the *recorded* one, with both values; None where there is none."""
    before, now = urlsplit(recorded.uri), urlsplit(request.url)
    if recorded.method != request.method:
        return "method", f"{recorded}", f"{request.method} {now.path}"
    if before.path != now.path:
        field = "path (only its case)" if before.path.lower() == now.path.lower() else "path"
        return field, before.path, now.path
    if before.query != now.query:
        return _query(before.query, now.query)
    body = _body(recorded.body, None if request.payload is None else request.payload.decode())
    if body:
        return body
    for name in sorted({*recorded.headers, *headers}):
        if recorded.headers.get(name) != headers.get(name):
            return f"header {name}", recorded.headers.get(name), headers.get(name)
    return None


def _query(before: str, now: str) -> tuple[str, str, str]:
    for old, new in zip(before.split("&"), now.split("&"), strict=False):
        if old != new:
            return f"query {old.partition('=')[0]}", old, new
    return "query", before, now


def _body(before: str | None, now: str | None) -> tuple[str, str | None, str | None] | None:
    if before == now:
        return None
    old, new = _parsed(before), _parsed(now)
    if old is _ABSENT or new is _ABSENT:
        return "body", _shown(before), _shown(now)
    if _canonical(old) == _canonical(new):
        return None
    was, is_ = dict(_flat(old)), dict(_flat(new))
    for place in [*was, *is_]:
        if was.get(place) != is_.get(place):
            return f"body.{place}" if place else "body", _shown(was.get(place)), _shown(is_.get(place))
    return "body", _shown(before), _shown(now)


def _flat(value: Any) -> dict[str, str]:
    """Place to innermost value as JSON, so that 1, 1.0 and true stay apart."""
    return {place: json.dumps(inner[place], ensure_ascii=False) for place, inner in leaves(value)}


def _parsed(text: str | None) -> Any:
    try:
        return _ABSENT if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return _ABSENT


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _shown(text: str | None) -> str | None:
    return None if text is None else shortened(text)
