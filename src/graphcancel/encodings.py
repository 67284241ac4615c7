"""
Texts within a text: what is written in escapes, base64 or hexadecimal digits, read back.

Each inner text knows where in the outer one it came from. Only the neighbourhood of an escape is read again, so an
outer text with few of them costs little.
"""

from __future__ import annotations

import binascii
import html
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

_ESCAPE: Final = re.compile(
    r"(?P<url>%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3}|%[0-9A-Fa-f]{2})"
    r"|(?P<json>\\(?:u[0-9A-Fa-f]{4}|U000[0-9A-Fa-f]{5}|x[0-9A-Fa-f]{2}|[\"'\\/bfnrt]))"
    r"|(?P<html>&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});)"
)
_QUOTED_PRINTABLE: Final = re.compile(r"(?<!sha256)(?<!sha384)(?<!sha512)(?P<mail>=(?:[0-9A-F]{2}|\r?\n))")
_SHOWN: Final = {"url": "URL-encoded", "json": "string escapes", "html": "HTML entities", "mail": "quoted-printable"}
_SIGNS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPES: Final = 20_000  # read at once, for the sake of memory
_ESCAPE_COST: Final = 4  # in characters, for what it takes
_LINE: Final = 4096
_AROUND: Final = 1024

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}+={0,2}")
_WRAPPED: Final = re.compile(
    r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{48,100}+[ \t]*+(?:\r?\n|(?:\\r)?\\n)[ \t]*+){1,20000}+[A-Za-z0-9+/]*+={0,2}"
)
_BREAK: Final = re.compile(r"\\[rn]")
_HEX: Final = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:[ :-]?[0-9A-Fa-f]{2}){7,}+")
_READABLE: Final = re.compile(rb"[\x20-\x7e\t\r\n]{10,}|(?:[\x20-\x7e]\0){8,}|(?:\0[\x20-\x7e]){8,}")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_GLUED: Final = 8
_PACKED: Final = (
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x78\x9c",
    b"\x78\x01",
    b"\x78\xda",
    b"\x30\x82",
    b"\x30\x81",
    b"\x30\x77",
)


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes that *start* to *end* of a text stand for; *how* they are written there, and whether all can be read."""

    how: str
    data: bytes
    start: int
    end: int

    @property
    def is_readable(self) -> bool:
        """Whether all of it is text or packed, so that nothing is left to wonder about."""
        if self.data.startswith(_PACKED):
            return True
        # Two bytes to a character are as good as one; what stood before a run may have given it a few bytes more.
        wide = self.data.count(0) * 3 > len(self.data)
        text = (self.data.replace(b"\0", b"") if wide else self.data).decode("utf-8", "replace")
        return len(_UNPRINTABLE.findall(text)) * _GLUED <= len(text)


class Reading:
    """
    A part of a text with its escapes read: *text*, and where each character of it came from.

    Its *cost* is what it takes to look through it, in characters.

    Args:
        escapes: The matches in *outer* between *start* and *end*, in order.
    """

    def __init__(self, outer: str, start: int, end: int, escapes: list[re.Match[str]]) -> None:
        parts: list[str] = []
        self._here: list[int] = [0]  # offsets in the inner text, each after an escape
        self._there: list[int] = [start]  # the same places in the outer text
        self._escapes = [(escape.start(), escape.end(), str(escape.lastgroup)) for escape in escapes]
        at, length = start, 0
        for escape in escapes:
            read = _read(escape)
            parts += (outer[at : escape.start()], read)
            before = length + escape.start() - at
            length = before + len(read)
            self._here += (before, length)
            self._there += (escape.start(), escape.end())
            at = escape.end()
        parts.append(outer[at:end])
        self.text = "".join(parts)
        self.cost = len(self.text) + _ESCAPE_COST * len(escapes)

    def origin(self, offset: int) -> int:
        """Where in the outer text character *offset* came from."""
        index = bisect_right(self._here, offset) - 1
        return self._there[index] + (offset - self._here[index] if index % 2 == 0 else 0)

    def how(self, start: int, end: int) -> str | None:
        """How *start* to *end* of the outer text, or what adjoins it, is written; None where plainly."""
        index = bisect_right(self._escapes, (start, 0, "")) - 1
        kinds: dict[str, None] = {}
        for at in range(max(0, index), len(self._escapes)):
            first, last, kind = self._escapes[at]
            if first > end:
                break
            if last >= start:
                kinds[_SHOWN[kind]] = None
        return " and ".join(kinds) or None


def readings(text: str, is_known: Callable[[int, int], bool]) -> Iterator[Reading]:
    """Each part of *text* that has escapes, with these read once, but for those that are known to be something else."""
    for pattern in (_ESCAPE, _QUOTED_PRINTABLE):
        escapes: list[re.Match[str]] = []
        start = end = 0
        for escape in pattern.finditer(text):
            if is_known(*escape.span()) or _is_unknown(escape):
                continue
            first, last = _neighbourhood(text, escape.start(), escape.end())
            if escapes and first > end + 1:  # lines that follow one another are read together: a label may be on one
                yield Reading(text, start, end, escapes)
                escapes = []
            if not escapes:
                start = first
            escapes.append(escape)
            end = max(end, last)
            if len(escapes) == _ESCAPES:
                yield Reading(text, start, end, escapes)
                # None is left where a long rest of a line follows, which has been read to its end.
                escapes = [escape for escape in escapes[-_AROUND:] if escape.start() > end - _LINE]
                start = escapes[0].start() if escapes else end
        if escapes:
            yield Reading(text, start, end, escapes)


def _neighbourhood(text: str, start: int, end: int) -> tuple[int, int]:
    """The lines around *start* to *end*, or as much as matters of a long one."""
    first = text.rfind("\n", max(0, start - _LINE), start) + 1
    last = text.find("\n", end, end + _LINE)
    if not first and start > _LINE:
        first = start - _AROUND
    if last < 0:
        last = len(text) if len(text) - end <= _LINE else end + _AROUND
    return first, last


def _is_unknown(escape: re.Match[str]) -> bool:
    """Whether *escape* stands for itself: an entity that HTML has not. Read ever again, it would hide nothing."""
    return escape.lastgroup == "html" and html.unescape(escape[0]) == escape[0]


def _read(escape: re.Match[str]) -> str:
    kind, written = escape.lastgroup, escape[0]
    if kind == "html":
        return html.unescape(written)
    if kind == "url":
        return unquote_to_bytes(written).decode("utf-8", "surrogateescape")
    if kind == "mail":
        return bytes([int(written[1:], 16)]).decode("latin-1") if written[1:].strip() else ""
    if written[1] in "uUx":
        code = int(written[2:], 16)  # noqa: FURB166 - there is no \ in its alphabet
        return chr(code) if code <= 0x10FFFF else written  # noqa: PLR2004 - the last of Unicode
    return _SIGNS.get(written[1], written[1])


def runs(text: str) -> Iterator[Run]:
    """Every run of base64 or hexadecimal digits in *text* that stands for something readable or packed."""
    wrapped: deque[tuple[int, int]] = deque()
    for lines in _WRAPPED.finditer(text):
        run = Run("base64", from_base64("".join(_BREAK.sub("", lines[0]).split())), *lines.span())
        if _is_something(run.data):
            yield run
            if run.is_readable:
                wrapped.append(lines.span())
    for found in _BASE64.finditer(text):
        # One line of several would be cut in the middle of a word.
        while wrapped and wrapped[0][1] <= found.start():
            wrapped.popleft()
        if wrapped and wrapped[0][0] <= found.start():
            continue
        if found[0].islower() or found[0].isupper() or found[0].isdecimal():
            continue
        digits = found[0].rstrip("=")
        # Something that is of the alphabet too may stand before it, such as a path: then it begins up to three later.
        for skipped in range(4):
            data = from_base64(digits[skipped:])
            if _is_something(data, packed=skipped == 0 or len(digits) < _AROUND):
                yield Run("base64", data, *found.span())
    for found in _HEX.finditer(text):
        data = binascii.unhexlify(re.sub(r"[ :-]", "", found[0]))
        if _is_something(data):
            yield Run("hex", data, *found.span())


def from_base64(digits: str) -> bytes:
    """What *digits* stand for, in either alphabet, with padding or without; nothing where they are none."""
    digits = digits.rstrip("=").replace("-", "+").replace("_", "/")
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    try:
        return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        return b""


def _is_something(data: bytes, *, packed: bool = True) -> bool:
    return (packed and data.startswith(_PACKED)) or _READABLE.search(data) is not None
