"""
Looking through bytes for anything secret or personal, layer by layer, and saying where it stands without showing it.

Bytes hold packed parts and a text; a text holds sightings, and runs and escapes that stand for other bytes and texts.
Whatever is found in an inner layer is placed where that layer stands in the outermost text one can open and look at:
the file, or what unpacks from all of it. All is bounded: what is beyond the bounds is said, never passed over.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graphcancel import encodings, unpacking
from graphcancel.labelled import LABELLED
from graphcancel.printing import printable
from graphcancel.randomness import public_spans, random_runs
from graphcancel.rule import Sighting, in_small_letters
from graphcancel.shapes import SHAPES

_UNPACKED: Final = 64 << 20  # bytes and characters of all inner layers of one file
_DEEPEST: Final = 6
_MOST: Final = 1000  # findings in one file
_SIGHTINGS: Final = 5 * _MOST  # findings in one text, those of the same place too
_LEAST: Final = 64  # what looking into anything costs, however short
_SEPARATOR: Final = re.compile(r"([/\\])")
_MIDDLE: Final = re.compile(r"%[0-9A-Fa-f]{2}|=3D")
_RANDOM: Final = "random characters"
NOT_SCANNED: Final = "not scanned: "

_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """
    One finding, or why a file was not looked through.

    Attributes:
        file: The file, secrets in its own name left out.
        line: From 1; None where the finding has no place, such as one in the file's name.
        column: In characters, from 1.
        within: The layers it lies in, from the outside, such as ``("gzip", "base64")``.
        rule: What was found, or ``not scanned: …``.
    """

    file: str
    line: int | None
    column: int | None
    rule: str
    within: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return ": ".join((place, *self.within, self.rule))


def scan_bytes(data: bytes, file: str = "") -> list[Found]:
    """The findings in *data*, as if it were a file of the name *file*; a fault of our own is one of them."""
    scan_of_file = _Scan(file)
    try:
        scan_of_file.look_into(data)
    except Exception as error:  # noqa: BLE001 - what is found here and in other files is worth more than a traceback
        scan_of_file.found.append(Found(file, None, None, f"{NOT_SCANNED}a fault of our own ({type(error).__name__})"))
    return sorted(scan_of_file.found, key=lambda found: (found.line or 0, found.column or 0))


def shown(path: str) -> str:
    """*path* for a message: parts of it that hold something secret left out, and nothing that steers a terminal."""
    parts = ["[…]" if part and rule_broken_by(part) else part for part in _SEPARATOR.split(path)]
    return printable("".join(parts))


def rule_broken_by(text: str) -> str | None:
    """The first rule that *text*, such as a file's name, breaks as it stands."""
    return next((sighting.rule for sighting in _sightings(text)), None)


def _sightings(text: str) -> Iterator[Sighting]:
    """What the rules see in *text* as it stands, by rule; some may overlap."""
    small = in_small_letters(text)
    found = (sighting for rule in (*SHAPES, *LABELLED) for sighting in rule.find(text, small))
    return (sighting for sighting in found if not _is_escaped(text, sighting.start))


def _is_escaped(text: str, start: int) -> bool:
    """Whether *start* is in the middle of an escape: then what begins there is seen when that is read."""
    return _MIDDLE.search(text, max(0, start - 2), start + 2) is not None and (
        text[start - 1] == "%" or (start > 1 and text[start - 2] == "%") or text[start - 1 : start + 2] == "=3D"
    )


def _never(start: int, end: int) -> bool:
    del start, end
    return False


class _Spans:
    """Parts of a text that are spoken for: no two of them overlap."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> bool:
        """Take *start* to *end*, unless some of it is taken."""
        if self.overlaps(start, end):
            return False
        at = bisect_right(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True

    def overlaps(self, start: int, end: int) -> bool:
        """Whether any of *start* to *end* is taken."""
        at = bisect_right(self._starts, start)
        return (at > 0 and self._ends[at - 1] > start) or (at < len(self._starts) and self._starts[at] < end)


class _Lines:
    """Lines and columns of a text, counted when they are first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []

    def place(self, offset: int) -> _Place:
        """Line and column of character *offset*, both from 1."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class _Offsets:
    """Which character of the text of *data* a byte belongs to; asked for in ascending order it is cheap."""

    def __init__(self, data: bytes, encoding: str | None) -> None:
        self._data = data[3:] if data.startswith(codecs.BOM_UTF8) else data
        self._skipped = len(data) - len(self._data)
        self._width = {"UTF-16": 2, "UTF-32": 4}.get(encoding or "", 1)
        self._known = (0, 0)

    def of(self, byte: int) -> int:
        """The character at *byte*."""
        byte = max(0, byte - self._skipped)
        if self._width > 1:
            return byte // self._width
        start, character = self._known if self._known[0] <= byte else (0, 0)
        character += len(self._data[start:byte].decode("utf-8", "surrogateescape"))
        self._known = (byte, character)
        return character


@dataclass(slots=True)
class _Layer:
    """
    A text that is looked through.

    Attributes:
        within: The layers around it.
        place: From an offset in the text as it is written to line and column.
        taken: What of the text as it is written is spoken for.
        locate: From where a sighting begins, where its secret starts and ends to start and end in the text as it
            is written, and how it is written there; None where it is written plainly, and so was seen before.
    """

    text: str
    within: tuple[str, ...]
    place: Callable[[int], _Place]
    taken: _Spans
    locate: Callable[[int, int, int], tuple[int, int, tuple[str, ...]] | None]
    depth: int

    def read(self, reading: encodings.Reading) -> _Layer:
        """The layer of *reading*, a part of this one with its escapes read."""

        def locate(begin: int, start: int, end: int) -> tuple[int, int, tuple[str, ...]] | None:
            first, last = reading.origin(begin), reading.origin(max(begin, end - 1)) + 1
            how = reading.how(first, last)
            outer = self.locate(first, reading.origin(start), last) if how else None
            return (outer[0], outer[1], (*outer[2], how)) if outer and how else None

        return _Layer(reading.text, self.within, self.place, self.taken, locate, self.depth + 1)


@dataclass
class _Scan:
    """The looking through of one file."""

    file: str
    found: list[Found] = field(default_factory=list)
    _left: int = field(default_factory=lambda: _UNPACKED)
    _told: set[str] = field(default_factory=set)

    def look_into(
        self, data: bytes, within: tuple[str, ...] = (), pinned: _Place | None = None, depth: int = 0
    ) -> bool:
        """Look through *data*; whether something was found. *pinned* is its place, where it has none of its own."""
        if depth > _DEEPEST:
            return self._trouble("packed more deeply than is looked through", within)
        before = len(self.found)
        packed = [part for part in unpacking.parts(data, max(0, self._left)) if self._has(part, within)]
        inside = [part for part in packed if isinstance(part, unpacking.Part)]
        stored = [part for part in inside if part.stored]
        rest = unpacking.blanked(data, stored) if stored else data
        text, encoding = unpacking.decoded(rest)
        place = _Lines(text).place if pinned is None else lambda _: pinned
        offsets = _Offsets(rest, encoding)
        for start, _ in unpacking.bare_keys(rest):
            self._report(place(offsets.of(start)), within, "private key")
        for part in inside:
            named = f"{part.how} member {shown(part.name)}" if part.name else part.how
            # What unpacks from a whole file has lines of its own.
            own = pinned is None and (part.at == 0 or bool(part.name))
            self.look_into(part.data, (*within, named), None if own else place(offsets.of(part.at)), depth + 1)
        if not encoding:
            for part in unpacking.wide_runs(rest):
                if self._has(part, within):
                    self.look_into(part.data, (*within, part.how), place(offsets.of(part.at)), depth + 1)
        whole = (*within, encoding) if encoding else within
        taken = _Spans()
        for start, end in public_spans(text):
            taken.add(start, end)
        self._look_through(_Layer(text, whole, place, taken, lambda _, start, end: (start, end, ()), depth))
        return len(self.found) > before

    def _look_through(self, layer: _Layer) -> None:
        told = 0

        def tell(begin: int, start: int, end: int, rule: str) -> bool:
            """Report it, unless an earlier one has its place; whether there is room for more."""
            nonlocal told
            located = layer.locate(begin, start, end)
            if not located or not layer.taken.add(located[0], max(located[1], located[0] + 1)):
                return True
            told += 1
            # Findings of the same place and rule are one, so a text without lines of its own never has too many.
            if told > _SIGHTINGS:
                self._trouble(f"more than {_SIGHTINGS} findings in one text; the rest is left out", layer.within)
                return False
            return self._report(layer.place(located[0]), (*layer.within, *located[2]), rule)

        for sighting in _sightings(layer.text):
            if not tell(sighting.begin, sighting.start, sighting.end, sighting.rule):
                return
        read = _Spans()
        if layer.depth < _DEEPEST:
            for run in sorted(encodings.runs(layer.text), key=lambda run: run.start):
                self._look_into_run(layer, run)
                if run.is_readable:
                    read.add(run.start, run.end)
            for reading in encodings.readings(layer.text, read.overlaps):
                if self._afford(reading.cost, layer.within):
                    self._look_through(layer.read(reading))
        elif self._has_more(layer.text):
            self._trouble("encoded more deeply than is looked through", layer.within)
        for start, end in random_runs(layer.text):
            if read.overlaps(start, end) or _is_escaped(layer.text, start):
                continue
            if not tell(start, start, end, _RANDOM):
                return

    def _has_more(self, text: str) -> bool:
        """Whether something in *text* is written in yet another way."""
        return any(True for _ in encodings.runs(text)) or any(True for _ in encodings.readings(text, _never))

    def _look_into_run(self, layer: _Layer, run: encodings.Run) -> None:
        located = layer.locate(run.start, run.start, run.end)
        if located and not layer.taken.overlaps(located[0], located[1]) and self._afford(len(run.data), layer.within):
            within = (*layer.within, *located[2], run.how)
            if self.look_into(run.data, within, layer.place(located[0]), layer.depth + 1):
                layer.taken.add(located[0], located[1])

    def _has(self, part: unpacking.Part | unpacking.Trouble, within: tuple[str, ...]) -> bool:
        if isinstance(part, unpacking.Trouble):
            return self._trouble(part.text, within)
        return self._afford(len(part.data), within)

    def _afford(self, size: int, within: tuple[str, ...]) -> bool:
        self._left -= max(size, _LEAST)
        if self._left < 0:
            self._trouble("holds more than is looked through, once unpacked", within)
        return self._left >= 0

    def _trouble(self, why: str, within: tuple[str, ...]) -> bool:
        if why not in self._told:
            self._told.add(why)
            self.found.append(Found(self.file, None, None, NOT_SCANNED + why, within))
        return True

    def _report(self, place: _Place, within: tuple[str, ...], rule: str) -> bool:
        """Keep a finding; whether there is room for more."""
        found = Found(self.file, *place, rule, within)
        if found in self.found[-8:]:
            return True
        if len(self.found) >= _MOST:
            self._trouble(f"more than {_MOST} findings; the rest is left out", ())
            return False
        self.found.append(found)
        return True
