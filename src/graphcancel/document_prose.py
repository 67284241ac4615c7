"""
The facts in a page's sentences: errors with their messages, statuses, what is returned, scopes; and the other numbers.

A reader of sentences for claims of a few fixed shapes. What it takes it marks as taken; the digits left over are the
numbers of the section, of which none may change unnoticed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from graphcancel.document_blocks import Notes, Prose, shorten
from graphcancel.document_sections import SCOPE

_PHRASES: Final = {str(int(status)): status.phrase for status in HTTPStatus}
_STATUS: Final = re.compile(
    r"\b(HTTP[\s/]+)?([1-5]\d\d|[1-5]XX)\b(?:\s*,?\s*([A-Za-z][A-Za-z-]*(?:\s+[A-Za-z-]+){0,3}))?"
)
_QUOTED: Final = re.compile('["“„«]([^"“”„«»]+)["”“»]')
_NOTHING: Final = re.compile(
    r"\b(?:does\s+not|doesn['’]t|do\s+not|don['’]t|no)\s+return\s+anything\b|\breturns\s+nothing\b"
    r"|\bnothing\s+is\s+returned\b|\b(?:empty|no)\s+response\s+body\b|\breturns\s+no\s+content\b",
    re.IGNORECASE,
)
_BODY: Final = re.compile(r"\bresponse\s+body\b|(?<=in\sthe\s)body\b", re.IGNORECASE)
_ALONE: Final = re.compile(r"\ban?\s+([A-Za-z][\w.]*)\s+in\s+(?:the|its)\s+\Z")
"""A type named without saying that it is an object, right before the body it is in."""
_RETURNED: Final = re.compile(
    r"(\bcollection\s+of\s+(?:\w+\s+)?)?(?<![\w.])(?!(?:an?|the|of)\b)([A-Za-z][\w.]*)\s+"
    r"(collections?|objects?|resources?|entity|entities|values?)\b",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")
_LETTERED: Final = re.compile(r"(?:(?<![^\W_])[^\W\d_]+|[_#])\Z")
"""What makes digits after it part of a name: letters that are not themselves a unit of digits, as in `1h30`."""
_DURATION: Final = re.compile(r"(?<![^\W_])PT?\Z")
_OPERATOR: Final = re.compile(r"(?!Hour|Minute|Second|Month|Week|Year|Mega|Giga|Kilo|Byte|[KMGT]i?[Bb])[A-Z][a-z]{4,}")
"""What makes digits before it part of a name: a capitalised word that is no unit."""
_VERSIONED: Final = re.compile(r"(?:\bversion\s+|\bOAuth\s+|\bHTTP/|\bv\.?\s?)\Z", re.IGNORECASE)
_URL: Final = re.compile(r"\bhttps?://\S+|\bwww\.\S+")
_SENTENCE: Final = 3
"""Words a quoted message has at least."""
_NEAR: Final = 40
"""Characters between an error and its message, where no word announces it."""


@dataclass(slots=True)
class Sentences:
    """
    The prose of one section, as it is read.

    Attributes:
        taken: For each paragraph the ranges other facts consumed.
        unclaimed: For each paragraph the ranges of statuses of which no fact is made. In inline code, too, they are
            numbers.
        statuses: The statuses of success so far, each with its line.
    """

    role: str
    prose: Sequence[Prose]
    notes: Notes
    taken: list[list[tuple[int, int]]] = field(init=False)
    unclaimed: list[list[tuple[int, int]]] = field(init=False)
    statuses: list[tuple[str, int]] = field(init=False)

    def read(self) -> list[tuple[str, int]]:
        """Note what the section's sentences claim; returns the numbers nothing else took, each with its line."""
        self.taken = [[] for _ in self.prose]
        self.unclaimed = [[] for _ in self.prose]
        self.statuses = []
        for number in range(len(self.prose)):
            self._statuses(number)
        if self.role == "response":
            self._success()
        if self.role == "permissions":
            self._scopes()
        return list(self._numbers())

    def _numbers(self) -> Iterator[tuple[str, int]]:
        for prose, taken, unclaimed in zip(self.prose, self.taken, self.unclaimed, strict=True):
            if prose.borrowed:
                continue
            ignored = bytearray(len(prose.text))
            _mark(ignored, taken)
            left = [place for place in unclaimed if not any(ignored[slice(*place)])]
            _mark(ignored, [*left, *prose.code, *(found.span() for found in _URL.finditer(prose.text))])
            left += [
                found.span()
                for found in _NUMBER.finditer(prose.text)
                if not any(ignored[slice(*found.span())]) and not _named(prose.text, *found.span())
            ]
            for start, stop in sorted(left):
                yield prose.text[start:stop], prose.line_at(start)

    def _statuses(self, number: int) -> None:
        prose = self.prose[number]
        mentions = [found for found in _STATUS.finditer(prose.text) if self._is_status(prose, found)]
        for place, found in enumerate(mentions):
            status = found.group(2)
            line = prose.line_at(found.start(2))
            claimed = status[0] in "45" or self.role == "response"
            (self.taken if claimed else self.unclaimed)[number].append(found.span(2))
            if status[0] in "45":
                self.notes.claim("error", status, "", line, again=True)
                following = mentions[place + 1].start() if place + 1 < len(mentions) else len(prose.text)
                self._sentence(status, number, found.end(2), following)
            elif claimed:
                self.statuses.append((status, line))

    def _is_status(self, prose: Prose, found: re.Match[str]) -> bool:
        """Whether three digits are a status: they say HTTP, or their phrase, or begin inline code where one is due."""
        if found.group(1):
            return True
        phrase = " ".join((found.group(3) or "").split()).casefold()
        known = _PHRASES.get(found.group(2), "").casefold()
        if known and phrase.startswith(known):
            return True
        code = prose.code_at(found.start(2))
        if code is not None:
            begins = (
                not prose.text[code[0] : found.start(2)].strip()
                and not prose.text[found.end(2) : code[1]][:1].isalnum()
            )
            return begins and self.role in {"response", "errors"}
        before = prose.text[max(found.start() - 20, 0) : found.start()].rstrip().casefold()
        return before.endswith(("status", "status code", "response code", "error code"))

    def _sentence(self, status: str, number: int, start: int, end: int) -> None:
        """The message a mentioned error comes with: quoted after it, or alone in what follows."""
        prose = self.prose[number]
        found = next(self._quotations(number, start, end), None)
        if found is None and end == len(prose.text) and number + 1 < len(self.prose):
            after = self.prose[number + 1]
            announced = prose.text.rstrip().endswith(":")
            whole = _QUOTED.fullmatch(after.text.strip())
            if whole and (announced or after.quoted):
                found = (whole.group(1), after.line_at(0))
                self.taken[number + 1].append((0, len(after.text)))
            elif announced and (after.quoted or _is_code(after)) and not after.text.lstrip().startswith("[!"):
                found = (after.text, after.line_at(0))
                self.taken[number + 1].append((0, len(after.text)))
            elif announced and "message" in prose.text[start:].casefold():
                self.notes.remark(after.line, f"the message of {status} is not understood: {shorten(after.text)}")
        if found is not None:
            self.notes.claim("error-sentence", status, " ".join(found[0].split()), found[1], again=True)

    def _quotations(self, number: int, start: int, end: int) -> Iterator[tuple[str, int]]:
        prose = self.prose[number]
        for found in _QUOTED.finditer(prose.text, start, end):
            if len(found.group(1).split()) >= _SENTENCE:
                if self._announced(prose.text[start : found.start()]):
                    self.taken[number].append(found.span())
                    yield found.group(1), prose.line_at(found.start(1))
                return
        for place in range(bisect_left(prose.code, (start, 0)), len(prose.code)):
            first, last = prose.code[place]
            words = prose.text[first:last]
            if last > end:
                return
            if len(words.split()) >= _SENTENCE and self._announced(prose.text[start:first]):
                yield words, prose.line_at(first)

    def _announced(self, between: str) -> bool:
        """Whether what stands between an error and a quotation makes the one the message of the other."""
        return len(between) <= _NEAR or ":" in between or "message" in between.casefold()

    def _success(self) -> None:
        if self.statuses:
            shown = list(dict.fromkeys(status for status, _ in self.statuses))
            self.notes.claim("status", "", ", ".join(shown), self.statuses[0][1])
        empty: int | None = next((line for status, line in self.statuses if status == "204"), None)
        unread: tuple[int, str] | None = None
        for prose in self.prose:
            nothing = _NOTHING.search(prose.text)
            if nothing:
                empty = empty or prose.line_at(nothing.start())
                continue
            begun = 0
            if self.statuses and not unread and _RETURNED.search(prose.text):
                unread = (prose.line, prose.text)
            for body in _BODY.finditer(prose.text):
                begun = max(begun, *(prose.text.rfind(stop, begun, body.start()) + 1 for stop in (". ", ".\n")))
                named = list(_RETURNED.finditer(prose.text, begun, body.start()))
                line = prose.line_at(body.start())
                alone = _ALONE.search(prose.text[max(begun, body.start() - 100) : body.start()])
                if named or alone:
                    value = _returned(named[-1]) if named else alone.group(1) if alone else ""
                    self.notes.claim("body", "", value, line)
                    return
                unread = unread or (line, prose.text)
                begun = body.end()
        if empty is not None:
            self.notes.claim("body", "", "empty", empty)
        elif unread is not None:
            self.notes.remark(unread[0], f"what is returned is not understood: {shorten(unread[1])}")

    def _scopes(self) -> None:
        """Scopes named in a sentence, where a page has no table of them."""
        if any(kind == "permission" for kind, _ in self.notes.facts):
            return
        found = [
            (match.group(), prose.line_at(match.start()))
            for prose in self.prose
            if not prose.borrowed
            for match in SCOPE.finditer(prose.text)
            if "/" not in prose.text[max(match.start() - 1, 0) : match.end() + 1]
        ]
        if found:
            names = dict.fromkeys(name for name, _ in found)
            self.notes.claim("permission", "scope", ", ".join(names), found[0][1])


def _mark(places: bytearray, ranges: Iterable[tuple[int, int]]) -> None:
    for start, stop in ranges:
        places[start:stop] = b"x" * (stop - start)


def _is_code(prose: Prose) -> bool:
    return prose.code == ((0, len(prose.text)),)


def _returned(found: re.Match[str]) -> str:
    many = found.group(1) or found.group(3).casefold().startswith("collection")
    return f"{found.group(2)} collection" if many else found.group(2)


def _named(text: str, start: int, end: int) -> bool:
    """Whether digits are part of a name or a version, and not before a unit: `L4`, `21Vianet`, `v1.0`, `OAuth 2.0`."""
    before = text[max(start - 40, 0) : start]
    if _DURATION.search(before) and text[end : end + 1] in set("YMWDHS"):
        return False
    return any(name.search(before) for name in (_LETTERED, _VERSIONED)) or _OPERATOR.match(text, end) is not None
