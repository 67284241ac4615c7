"""
What a documentation page is made of, whatever form it came in: headings, prose, grids, code, annotations, includes.

Two readers give these (`document_markdown`, `document_rendered`), and everything after them sees nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphcancel.facts import Fact, Kind, Remark
from graphcancel.printing import printable

SHOWN: Final = 60
"""Characters of a page's text that a remark quotes at most."""


@dataclass(frozen=True, slots=True)
class Prose:
    """
    A paragraph, an item of a list, a cell of a grid, or a heading's words, without markup.

    Attributes:
        line: Where it begins, counted from 1.
        text: With a line feed wherever the source has one, so that a place in it gives a line.
        code: Where in *text* inline code stands, as half-open ranges.
        links: Where its links lead.
        quoted: Whether it stands in a block quote.
        borrowed: Whether it comes from an include. Its lines then are that of the include's directive.
    """

    line: int
    text: str
    code: tuple[tuple[int, int], ...] = ()
    links: tuple[str, ...] = ()
    quoted: bool = False
    borrowed: bool = False

    def line_at(self, position: int) -> int:
        """The source line of a place in the text."""
        return self.line if self.borrowed else self.line + self.text.count("\n", 0, position)

    def code_at(self, position: int) -> tuple[int, int] | None:
        """The inline code a place in the text belongs to."""
        number = bisect_right(self.code, (position, len(self.text) + 1)) - 1
        found = self.code[number] if number >= 0 else (0, 0)
        return found if found[0] <= position < found[1] else None

    @property
    def flat(self) -> str:
        """The text on one line."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Heading:
    """
    A heading.

    Attributes:
        level: 1 to 6; 0 in a rendered page, where nothing tells.
        anchor: The name of the ``<a name="…">`` in it, which translations keep; empty where there is none.
    """

    prose: Prose
    level: int
    anchor: str = ""

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.prose.line


@dataclass(frozen=True, slots=True)
class Row:
    """
    One row of a grid.

    Attributes:
        count: How many cells were written; *cells* has as many as the grid's head, filled up or cut off.
    """

    line: int
    cells: tuple[Prose, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, its head and its other rows."""

    line: int
    head: tuple[Prose, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """
    A block of code; a rendered page's path list, request and response are such blocks, too.

    Attributes:
        line: Where its first line of code stands.
        language: As the fence names it, lower case.
    """

    line: int
    language: str
    lines: tuple[str, ...]
    borrowed: bool = False

    def line_of(self, number: int) -> int:
        """The source line of its line *number*, counted from 0."""
        return self.line if self.borrowed else self.line + number


@dataclass(frozen=True, slots=True)
class Annotation:
    """A JSON object in an HTML comment, about the block of code after it."""

    line: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Include:
    """A directive that puts another file's text in its place."""

    line: int
    target: str


Block = Prose | Heading | Grid | Code | Annotation | Include


def shorten(text: str) -> str:
    """*text* as a remark quotes it: on one line, and not all of it."""
    shown = printable(" ".join(text.split()))
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


@dataclass(slots=True)
class Notes:
    """Facts and remarks as they are found; remarks are keys, for none is told twice."""

    facts: dict[tuple[Kind, str], Fact] = field(default_factory=dict)
    remarks: dict[Remark, None] = field(default_factory=dict)

    def claim(self, kind: Kind, about: str, value: str, line: int, *, again: bool = False) -> bool:
        """
        Note a fact; False, with a remark, where the page has already claimed something of the same thing.

        Args:
            again: Whether the same claim may come more than once, as in sentences it does.
        """
        fact = Fact(kind, about, value, line)
        known = self.facts.setdefault(fact.key, fact)
        if known is fact or (known == fact and again):
            return True
        thing = f"{kind} {shorten(about)}".strip()
        if known == fact:
            self.remark(line, f"{thing}: for the second time, after line {known.line}")
        else:
            self.remark(line, f"{thing}: {shorten(value)!r} here, {shorten(known.value)!r} on line {known.line}")
        return False

    def remark(self, line: int, text: str) -> None:
        """Note that something was not understood; once, however often it is noticed."""
        self.remarks[Remark(line, text)] = None
