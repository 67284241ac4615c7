"""
What a service answered, with everything that is not known to be harmless replaced.

By allow-list: header and property names, words, numbers and URLs that nobody documents are replaced, never passed on.
The result reads to the suite as the answer did: what was empty, equal, marked, documented, JSON or HTML still is.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from graphcancel.exchange import Response, encode_segment
from graphcancel.headers import kept
from graphcancel.moments import CANONICAL_NOW, CANONICAL_START
from graphcancel.plaintext import plain
from graphcancel.properties import HEADERS, ITEMS, Kind, is_count, is_documented, kind_of
from graphcancel.standins import CANONICAL_RUN, Known, StandIns
from graphcancel.vocabulary import SEGMENTS
from graphcancel.wording import REPLACED, Wording

__all__ = ["CANONICAL_NOW", "CANONICAL_RUN", "CANONICAL_START", "Known", "Pseudonyms"]

_ELSEWHERE: Final = "https://elsewhere.example/"
_DEEPEST: Final = 50
_STORY: Final = "md"  # what a meeting and the event beside it are told apart by
_WALKS: Final = frozenset({"", ".", ".."})


class Pseudonyms:
    """
    The stand-ins of one cassette: the same value gets the same stand-in throughout.

    Args:
        texts: What words may be taken from: the sentences of the contracts, what the case itself sends.
    """

    def __init__(self, known: Known, texts: Iterable[str]) -> None:
        self._known = known
        self._stand_ins = StandIns(known)
        self._wording = Wording(known, self._stand_ins, texts)
        self._replaced: Mapping[Kind, Callable[[str], str]] = {
            Kind.ADDRESS: self._stand_ins.address,
            Kind.ID: self._identity,
            Kind.LINK: self._link,
            Kind.NAME: self._stand_ins.name,
            Kind.REQUEST: self._stand_ins.request,
            Kind.TEXT: self._wording.text,
            Kind.URL: lambda text: text and _ELSEWHERE,
        }
        # An edition's root lies below another's.
        self._roots = sorted(known.roots.items(), key=lambda root: len(root[0]), reverse=True)

    def answer(self, response: Response) -> Response:
        """*response*, replaced."""
        return Response(response.status, kept(response, self._stand_ins), self._body(response.body))

    def _body(self, body: bytes) -> bytes:
        if not body:
            return body
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            text = self._wording.text(body.decode(errors="replace"))
            # What was no JSON must not become some.
            return (f"{REPLACED} {text}" if _is_json(text) else text).encode()
        return json.dumps(self._value(value, "", 0), ensure_ascii=False).encode()

    def _value(self, value: Any, name: str, depth: int) -> Any:
        """*value*, which stands under *name*."""
        if isinstance(value, dict):
            return self._object(value, depth + 1) if depth < _DEEPEST else {}
        if isinstance(value, list):
            found = [item for item in value if not (name == ITEMS and self._is_of_another(item))]
            return [self._value(item, name, depth + 1) for item in found] if depth < _DEEPEST else []
        if isinstance(value, str):
            return self._text(value, name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value if is_count(name, value) else 0
        return 0.0

    def _object(self, value: Mapping[str, Any], depth: int) -> dict[str, Any]:
        content, kind = value.get("content"), value.get("contentType")
        is_page = isinstance(content, str) and isinstance(kind, str) and kind.lower() == "html"
        found: dict[str, Any] = {}
        for name, inner in value.items():
            shown = name if is_documented(name) else self._stand_ins.key(name)
            if name == HEADERS and isinstance(inner, dict):
                found[shown] = self._headers(inner)
            elif name == "content" and is_page:
                found[shown] = html.escape(self._wording.text(plain(inner)))
            else:
                found[shown] = self._value(inner, name, depth)
        return found

    def _headers(self, headers: Mapping[str, Any]) -> dict[str, str]:
        named = {name.lower(): str(value) for name, value in headers.items()}
        return kept(Response(0, named, b""), self._stand_ins)

    def _text(self, text: str, name: str) -> str:
        if kind_of(name) is Kind.NAME and self._wording.is_own(text):
            return self._wording.text(text)
        return self._replaced[kind_of(name)](text)

    def _identity(self, text: str) -> str:
        """The stand-in of an id, which may be made of a mark of ours and a letter."""
        if text[:-1] in self._known.own and text[-1] in _STORY:
            return self._wording.text(text[:-1]) + text[-1]
        return self._stand_ins.identity(text)

    def _link(self, link: str) -> str:
        """A link to what follows a page, as it would read at the stand-in root; one to anywhere else leads nowhere."""
        if not link:
            return link
        for root, stand_in in self._roots:
            for version in ("v1.0", "beta"):
                if link.startswith(f"{root}/{version}/"):
                    path = link[len(f"{root}/{version}/") :].partition("?")[0].partition("#")[0]
                    segments = "/".join(self._segment(segment) for segment in path.split("/"))
                    return f"{stand_in}/{version}/{segments}?$skiptoken={self._stand_ins.page(link)}"
        return _ELSEWHERE

    def _segment(self, segment: str) -> str:
        if segment.lower() in SEGMENTS or segment in _WALKS:
            return segment
        return encode_segment(self._identity(unquote(segment)))

    def _is_of_another(self, item: Any) -> bool:
        """Whether *item* of a list belongs to another case's story."""
        return isinstance(item, dict) and self._wording.is_foreign("\n".join(_texts(item)))


def _texts(value: Any) -> Iterator[str]:
    """Every text in *value*, however deep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
