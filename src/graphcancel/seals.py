"""
Seals: what an interaction was when it was recorded, short enough to stand beside it.

A replay tells whether the suite still sends what was recorded; what a service answered can be compared with nothing. So
each field is kept once more as a digest, for a JSON body one of each leaf as well, and an edit is noticed and named.
The digests are bound to the case, so nothing can be moved from one cassette to another unnoticed. They tell of mistakes
and of careless edits; whoever edits a file on purpose can make them anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphcancel.errors import Drift
from graphcancel.exchange import Response
from graphcancel.onfile import member, only, shortened

ON_FILE: Final = "on file"
OTHER: Final = "something else"
"""What was there, where only its digest is known."""
_LEAF: Final = 2
_KEYS: Final = frozenset({"number", "of", "request", "status", "headers", "body", "leaves"})
_REQUEST_KEYS: Final = frozenset({"method", "uri", "headers", "body"})
Digest = Callable[[str, int], str]


def digest(text: str, size: int) -> str:
    """*size* bytes, as hexadecimal digits, that differ where *text* does."""
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def bound_to(case_id: str) -> Digest:
    """`digest`, other for each case."""
    return lambda text, size: digest(f"{case_id}\n{text}", size)


@dataclass(frozen=True, slots=True)
class Sealing:
    """
    One interaction about to be sealed, or whose seal is to be looked at.

    Attributes:
        table: The interaction as it is written.
        response: Its answer, as the suite reads it.
        number: Its place among the interactions, the first being 1, *of* how many.
        place: What a message names.
    """

    table: Mapping[str, Any]
    response: Response
    number: int
    of: int
    digest: Digest
    place: str = ""

    def seal(self) -> dict[str, Any]:
        """What is written as ``sealed``."""
        leaves = self._leaves()
        return {
            "number": self.number,
            "of": self.of,
            "request": self._request(),
            "status": self._status(),
            "headers": self._headers("response"),
            "body": self._body(leaves),
            "leaves": leaves,
        }

    def edited_answer(self) -> Drift | None:
        """
        How the answer differs from what was recorded, None where it does not.

        Raises:
            Malformed: It is not sealed.
        """
        sealed = self._sealed()
        before, status = member(sealed, "status", str), self.table["response"]["status"]
        if before != self._status():
            code = before.partition(" ")[0]
            if code == str(status["code"]):
                return self._drift("the answer's status message", OTHER, status["message"])
            return self._drift("the answer's status", code, str(status["code"]))
        leaves = member(sealed, "leaves", str)
        if member(sealed, "body", str) != self._body(leaves):
            where, value = self._differing(leaves)
            return self._drift(f"the answer's body{where}", OTHER, value)
        return self._edited_header("answer", "response", member(sealed, "headers", dict))

    def edited_request(self) -> Drift | None:
        """
        How the request's place or spelling differs from what was recorded, None where it does not.

        Raises:
            Malformed: It is not sealed.
        """
        sealed = self._sealed()
        number, of = (member(sealed, name, int) for name in ("number", "of"))
        if (number, of) != (self.number, self.of):
            return self._drift("its place", f"{number} of {of}", f"{self.number} of {self.of}")
        before, now, request = member(sealed, "request", dict), self._request(), self.table["request"]
        if before == now:
            return None
        only(before, _REQUEST_KEYS, "sealed.request")
        for name in ("method", "uri", "body"):
            if member(before, name, str) != now[name]:
                return self._drift(f"the request's {name}", OTHER, request[name])
        return self._edited_header("request", "request", member(before, "headers", dict))

    def _sealed(self) -> Mapping[str, Any]:
        sealed: Mapping[str, Any] = member(self.table, "sealed", dict)
        only(sealed, _KEYS, "sealed")
        return sealed

    # -- what is compared -------------------------------------------------------------------------------------------

    def _request(self) -> dict[str, Any]:
        request = self.table["request"]
        return {
            "method": self.digest(request["method"], 4),
            "uri": self.digest(request["uri"], 4),
            "headers": self._headers("request"),
            "body": self.digest("" if request["body"] is None else f"={request['body']}", 6),
        }

    def _status(self) -> str:
        status = self.table["response"]["status"]
        # The phrase as a digest: which one belongs to a status differs between versions of Python.
        return f"{status['code']} {self.digest(status['message'], 2)}"

    def _headers(self, side: str) -> dict[str, str]:
        return {name: self.digest(values[0], 4) for name, values in self.table[side]["headers"].items()}

    def _body(self, leaves: str) -> str:
        return self.digest(f"{leaves}\n{self.table['response']['body']['string']}", 6)

    def _leaves(self) -> str:
        return "".join(self.digest(json.dumps(value), _LEAF) for _, value in self._all())

    def _all(self) -> list[tuple[str, Any]]:
        try:
            return list(leaves(self.response.json()))
        except RecursionError:
            return []

    # -- what differs -----------------------------------------------------------------------------------------------

    def _edited_header(self, whose: str, side: str, before: Mapping[str, Any]) -> Drift | None:
        now, headers = self._headers(side), self.table[side]["headers"]
        name = next((name for name in sorted({*before, *now}) if before.get(name) != now.get(name)), None)
        if name is None:
            return None
        found = headers[name][0] if name in headers else None
        return self._drift(f"the {whose}'s header {shortened(name)}", OTHER if name in before else None, found)

    def _differing(self, before: str) -> tuple[str, str]:
        """Where in the body the first change is, as far as that can be said, and what stands there."""
        now, width = self._leaves(), 2 * _LEAF
        if len(before) == len(now):
            for number, (place, value) in enumerate(self._all()):
                if before[width * number : width * (number + 1)] != now[width * number : width * (number + 1)]:
                    return f" at {shortened(place)}" if place else "", json.dumps(value[place], ensure_ascii=False)
        return "", self.response.body.decode()

    def _drift(self, field: str, recorded: str | None, found: str | None) -> Drift:
        shown = None if found is None else shortened(found)
        return Drift(field, None if recorded is None else shortened(recorded), shown, self.place, ON_FILE)


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every innermost value of JSON with its place, such as ``error.message``; names are values too."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{place}[{number}]")
    else:
        yield place, {place: value}
