"""
A page as rendered for readers, its text without markup, made the same blocks as its source.

A table is one cell a line, each ending in `|`, or, as browsers copy it, one row a line with tabs between the cells; a
path list, a request and a response are lines like any other; a heading is a line of its own words. Where an example's
body ends, snippets in the languages of SDKs follow: whatever stands from there to the response is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graphcancel.document_blocks import Block, Code, Grid, Heading, Notes, Prose, Row, shorten
from graphcancel.document_heads import is_head
from graphcancel.document_json import end_of_json
from graphcancel.document_routes import VERB
from graphcancel.document_sections import is_heading

ROUTE: Final = re.compile(rf"{VERB}\s+/")
REQUEST: Final = re.compile(rf"{VERB}\s+https?://")
RESPONSE: Final = re.compile(r"HTTP/[\d.]+\s+\d{3}\b")
TAB: Final = "\t"
CONTENTS: Final = "in this article"
_BYLINE: Final = re.compile(r"\d{1,2}/\d{1,2}/\d{4}|\d+ (?:contributors?|minutes? to read)")
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*:\s*\S")
_MARKUP: Final = re.compile(r"(?:```|~~~|#{1,6} .*|\|?[ :|-]*-[ :-]*\|[ :|-]*$|<!--|\[!INCLUDE)")


def is_rendered(text: str) -> bool:
    """Whether *text* has headings or paths as plain lines, and nothing of Markdown before the first of them."""
    lines = [line.strip() for line in text.split("\n")]
    for number, line in enumerate(lines):
        if _MARKUP.match(line) or (line and set(line) <= {"=", "-"}):
            return False
        if is_heading(line) or ROUTE.match(line):
            below = lines[number + 1] if number + 1 < len(lines) else ""
            return not (below and set(below) <= {"=", "-"})
    return False


def blocks_of(text: str, notes: Notes) -> list[Block]:
    """The blocks of a rendered page."""
    return list(_Reader([_barred(line) for line in text.split("\n")], notes).blocks())


def _barred(line: str) -> str:
    """A row whose cells are parted by tabs, as one whose cells end in bars; any other *line* as it is."""
    row = "\t" in line.strip("\t ") and line.lstrip()[0] not in '{}[]"'
    return f"{line.replace('|', ' ').replace(TAB, '|')}|" if row else line


@dataclass(slots=True)
class _Reader:
    """A walk along the lines of a page."""

    lines: list[str]
    notes: Notes
    place: int = 0

    @property
    def line(self) -> str:
        return self.lines[self.place].strip()

    @property
    def more(self) -> bool:
        return self.place < len(self.lines)

    def blocks(self) -> Iterator[Block]:
        while self.more:
            line = self.line
            if not line or _BYLINE.fullmatch(line):
                self.place += 1
            elif line.casefold() == CONTENTS:
                self._skip_contents()
            elif is_heading(line):
                yield Heading(Prose(self.place + 1, line), 0)
                self.place += 1
            elif ROUTE.match(line):
                yield self._routes()
            elif REQUEST.match(line):
                yield self._call()
                self._skip_snippets()
            elif RESPONSE.match(line):
                yield self._call()
            elif line.endswith("|"):
                yield from self._grids()
            else:
                yield self._prose()

    def _skip_contents(self) -> None:
        """On past a list of the page's headings: each stands once more below."""
        below = [line.strip().casefold() for line in self.lines[self.place :]]
        self.place += 1
        while self.more and (not self.line or below.count(self.line.casefold()) > 1):
            self.place += 1

    def _prose(self) -> Prose:
        start = self.place
        self.place += 1
        while self.more and self.line and not self._begins_something():
            self.place += 1
        return Prose(start + 1, "\n".join(self.lines[start : self.place]))

    def _begins_something(self) -> bool:
        beside = self.line.casefold() == CONTENTS or _BYLINE.fullmatch(self.line)
        return bool(beside) or self.line.endswith("|") or _begins_block(self.line)

    def _routes(self) -> Code:
        start = self.place
        while self.more and (not self.line or ROUTE.match(self.line)):
            self.place += 1
        return Code(start + 1, "http", tuple(self.lines[start : self.place]))

    def _call(self) -> Code:
        """A request or a response: its first line, its headers and the JSON after them."""
        start = self.place
        self.place += 1
        while self.more and (not self.line or _FIELD.match(self.line)):
            self.place += 1
        if self.more and self.line[0] in "{[":
            stop = next((n for n in range(self.place, len(self.lines)) if _begins_block(self.lines[n].strip())), None)
            rest = "\n".join(self.lines[self.place : stop]).lstrip()
            end = end_of_json(rest, 0)
            if end is None:
                self.notes.remark(self.place + 1, "the body of an example does not end")
            self.place += 1 if end is None else rest.count("\n", 0, end) + 1
        return Code(start + 1, "http", tuple(self.lines[start : self.place]))

    def _skip_snippets(self) -> None:
        """On to the example's response: its heading, or where that is lost its first line."""
        while self.more and not (RESPONSE.match(self.line) or self.line.casefold() == "response"):
            self.place += 1

    def _grids(self) -> Iterator[Block]:
        """Tables that follow each other; the words a table is headed with tell how many columns it has."""
        start = self.place
        cells = self._cells()
        width = _width(cells, 0)
        if width < len(("name", "value")):
            self.notes.remark(start + 1, f"a table whose columns are not known: {shorten(self.lines[start])}")
            return
        head, place = cells[:width], width
        rows: list[Row] = []
        while place < len(cells):
            new = _width(cells, place)
            if new > 1:
                yield Grid(head[0].line, tuple(head), tuple(rows))
                head, width, rows = cells[place : place + new], new, []
                place += new
                continue
            row = cells[place : place + width]
            missing = [Prose(row[-1].line, "")] * (width - len(row))
            rows.append(Row(row[0].line, (*row, *missing), len(row)))
            place += width
        yield Grid(head[0].line, tuple(head), tuple(rows))

    def _cells(self) -> list[Prose]:
        """The cells from here on; one without its bar goes on in the next line, where a row is not complete."""
        cells: list[Prose] = []
        width = 0
        while self.more and (self.line.endswith("|") or self._goes_on(cells, width)):
            start = self.place
            while not self.line.endswith("|"):
                self.place += 1
            line = start + 1
            words = "\n".join(self.lines[start : self.place + 1]).rstrip().removesuffix("|")
            for cell in words.split("|"):
                cells.append(Prose(line, cell))
                line += cell.count("\n")
            self.place += 1
            width = width or (0 if is_head(cells[-1].flat) else _width(cells, 0))
        return cells

    def _goes_on(self, cells: list[Prose], width: int) -> bool:
        """Whether the line here, which has no bar, begins a cell that has one before anything else begins."""
        if not width or len(cells) % width == 0:
            return False
        for place in range(self.place, len(self.lines)):
            line = self.lines[place].strip()
            if line.endswith("|"):
                return True
            if not line or _begins_block(line):
                return False
        return False


def _begins_block(line: str) -> bool:
    return is_heading(line) or any(pattern.match(line) is not None for pattern in (ROUTE, REQUEST, RESPONSE))


def _width(cells: list[Prose], start: int) -> int:
    """How many of *cells* from the one at *start* on are heads of columns."""
    return next((n - start for n in range(start, len(cells)) if not is_head(cells[n].flat)), len(cells) - start)
