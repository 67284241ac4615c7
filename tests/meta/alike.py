"""
What a service answered beside what the mock answers, field by field.

Both were given stand-ins by the same rules, so what a field says can be compared to the letter: statuses, headers,
sentences, flags, dates moved to the days of a cassette. What is compared otherwise, and why:

    ids, addresses, links, request ids    for being one, and the same one throughout: each server makes up its own
    names of people and things            for being one: two may be called alike in one tenant and not in another
    @odata.etag, changeKey                for being there: they say that something changed; when it does is nobody's word
    header content-length                 not at all: how a body's end is found is HTTP's business
    […] in a recorded text                agrees with any words: they were replaced
    items of a list, answers of a batch   with those most like them, or of the same id: no order was asked for
    pages of a list                       joined: where a list is cut is a server's own business
    an answer one side refuses            by its status alone: the rest follows from it
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from graphcancel.exchange import Response

MISSING: Final = "recorded, the mock has none"
EXTRA: Final = "the mock's, not recorded"
OTHER_KIND: Final = "of another kind"
OTHER_VALUE: Final = "another value"
OTHER_NUMBER: Final = "another number of items"
OTHER_OBJECT: Final = "not the same one as elsewhere"
UNSENT: Final = "cannot be sent to the mock"

_NOT_AT_ALL: Final = "header content-length"
_BY_KIND: Final = tuple(f".{name}" for name in ("@odata.etag", "changeKey"))
_NAMED: Final = "name-"
_STAND_IN: Final = re.compile(
    r"(?<![\w-])(?:0{8}-0{4}-0{4}-0{4}-[0-9]{12}|(?:id|name|next)-[0-9]+|address-[0-9]+@elsewhere\.example)(?![\w-])"
)
_NUMBER: Final = re.compile(r"\[[0-9]+\]")
_NEXT: Final = "@odata.nextLink"
_REPLACED: Final = re.compile(r"\[…\]|…")
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One departure of the mock from what was recorded.

    Attributes:
        field: Such as ``status``, ``header allow`` or ``body.error.code``; items of a list by number.
        what: In which way it differs.
        recorded: As JSON; None for nothing. *answered* likewise, by the mock.
    """

    field: str
    what: str
    recorded: str | None
    answered: str | None

    @property
    def head(self) -> str:
        """What is alike in all differences of this field, in whichever item of a list."""
        return f"{_NUMBER.sub('[]', self.field)}: {self.what}"


@dataclass(slots=True)
class Pairs:
    """Which stand-in of the recording means which of the mock's: one for one."""

    there: dict[str, str] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)

    def agree(self, recorded: str, answered: str) -> bool:
        """Whether the two may mean the same, given all that was said so far; they are taken to from now on."""
        if recorded.partition("-")[0] != answered.partition("-")[0]:
            return False
        if recorded.startswith(_NAMED):
            return True
        if recorded not in self.there and answered not in self.back:
            self.there[recorded], self.back[answered] = answered, recorded
        return self.there.get(recorded) == answered and self.back.get(answered) == recorded

    def copy(self) -> Pairs:
        """The same pairs, to try out more."""
        return Pairs(dict(self.there), dict(self.back))


def differences(recorded: Response, answered: Response, pairs: Pairs) -> Iterator[Difference]:
    """Where the mock's answer is not what was *recorded*."""
    yield from _values(recorded.status, answered.status, "status", pairs)
    for name in sorted({*recorded.headers, *answered.headers}):
        place = f"header {name}"
        if place != _NOT_AT_ALL:
            old, new = recorded.headers.get(name, _ABSENT), answered.headers.get(name, _ABSENT)
            yield from _values(old, new, place, pairs)
    if recorded.ok == answered.ok:
        yield from _values(_content(recorded), _content(answered), "body", pairs)


def parts(response: Response) -> dict[str | None, Response]:
    """The answers inside that of a batch, by id, as if each had come by itself; empty where it is none."""
    listed = response.object().get("responses")
    return {str(part["id"]): _part(part) for part in listed} if isinstance(listed, list) else {}


def _part(part: Mapping[str, Any]) -> Response:
    body = json.dumps(part["body"], ensure_ascii=False).encode() if "body" in part else b""
    return Response(part["status"], {name.lower(): text for name, text in part.get("headers", {}).items()}, body)


def joined(response: Response, following: Callable[[str], Response | None]) -> Response:
    """
    *response* with the items of the pages after it, if it is a list cut into pages.

    Args:
        following: The page a link leads to, None where that is not known; then the link stays.
    """
    body = response.object()
    while _NEXT in body and (page := following(str(body[_NEXT]))):
        more = page.object()
        body = {name: value for name, value in body.items() if name != _NEXT} | {
            name: value for name, value in more.items() if name == _NEXT
        }
        body["value"] = [*body.get("value", []), *more.get("value", [])]
    return response if body == response.object() else replace(response, body=json.dumps(body).encode())


def _content(response: Response) -> Any:
    """The body: JSON, else text, else nothing."""
    if not response.body:
        return _ABSENT
    try:
        return json.loads(response.body)
    except ValueError:
        return response.body.decode()


def _values(recorded: Any, answered: Any, place: str, pairs: Pairs) -> Iterator[Difference]:
    if recorded is _ABSENT and answered is _ABSENT:
        return
    if recorded is _ABSENT or answered is _ABSENT:
        yield _found(place, EXTRA if recorded is _ABSENT else MISSING, recorded, answered)
    elif _kind(recorded) != _kind(answered):
        yield _found(place, OTHER_KIND, recorded, answered)
    elif isinstance(recorded, dict):
        for name in [*recorded, *(name for name in answered if name not in recorded)]:
            yield from _values(recorded.get(name, _ABSENT), answered.get(name, _ABSENT), f"{place}.{name}", pairs)
    elif isinstance(recorded, list):
        if len(recorded) != len(answered):
            yield Difference(place, OTHER_NUMBER, str(len(recorded)), str(len(answered)))
        for old, new in _matched(recorded, answered, pairs):
            yield from _values(recorded[old], answered[new], f"{place}[{old}]", pairs)
    elif isinstance(recorded, str):
        what = None if place.endswith(_BY_KIND) else _texts(recorded, answered, pairs)
        if what:
            yield _found(place, what, recorded, answered)
    elif recorded != answered:
        yield _found(place, OTHER_VALUE, recorded, answered)


def _texts(recorded: str, answered: str, pairs: Pairs) -> str | None:
    """In which way two texts differ: what stands between stand-ins by letter, stand-ins by what they mean."""
    between, others = _STAND_IN.split(recorded), _STAND_IN.split(answered)
    if len(between) != len(others) or not all(map(_reads_alike, between, others)):
        return OTHER_VALUE
    agreed = list(map(pairs.agree, _STAND_IN.findall(recorded), _STAND_IN.findall(answered)))
    return None if all(agreed) else OTHER_OBJECT


def _reads_alike(recorded: str, answered: str) -> bool:
    pattern = ".+".join(re.escape(piece) for piece in _REPLACED.split(recorded))
    return recorded == answered or re.fullmatch(pattern, answered, re.DOTALL) is not None


def _matched(recorded: Sequence[Any], answered: Sequence[Any], pairs: Pairs) -> list[tuple[int, int]]:
    """Which item is compared with which: those most alike first, in the order of the recording."""
    if len(recorded) == len(answered) == 1:
        return [(0, 0)]
    apart = sorted(
        (sum(1 for _ in _values(old, new, "", pairs.copy())), abs(number - other), number, other)
        for number, old in enumerate(recorded)
        for other, new in enumerate(answered)
    )
    found: dict[int, int] = {}
    for _, _, number, other in apart:
        if number not in found and other not in found.values():
            found[number] = other
    return sorted(found.items())


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "number"
    return type(value).__name__


def _found(place: str, what: str, recorded: Any, answered: Any) -> Difference:
    return Difference(place, what, _shown(recorded), _shown(answered))


def _shown(value: Any) -> str | None:
    return None if value is _ABSENT else json.dumps(value, ensure_ascii=False)
