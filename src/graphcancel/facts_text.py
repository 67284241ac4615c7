"""
What a person reads of a page: its facts by section with their lines, then what could not be understood.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphcancel.facts import Fact, Kind, Page
from graphcancel.printing import printable

_SECTIONS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "errors": ("error", "error-code", "error-sentence"),
    "national clouds": ("cloud",),
    "permissions": ("permission", "permission-higher"),
    "HTTP request": ("route", "addressing"),
    "request headers": ("header", "header-type", "header-value", "header-required"),
    "request body": ("property", "type", "optionality"),
    "response": ("status", "body"),
    "example": ("example-request", "example-header", "example-property", "example-status"),
    "other numbers": ("number",),
}
_LABEL: Final = 38
"""Columns of what a fact is and is about, at most; what is longer pushes its value to the right."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line, and how a terminal with colours shows it (a style of rich)."""

    text: str
    style: str = ""


def told_of(page: Page, width: int) -> Iterator[Told]:
    """
    Everything that was read of *page*.

    Args:
        width: Columns to keep to, where words allow it.
    """
    form = "rendered text" if page.form == "rendered" else "Markdown"
    title = f"{page.title or 'no title'}, {page.version or 'version unknown'}, {form}: {page.place}"
    yield Told(printable(title), "bold")
    rows = {title: list(_rows(page, kinds)) for title, kinds in _SECTIONS.items()}
    widest = max((len(name) for found in rows.values() for _, name, value in found if value), default=0)
    label = min(widest, _LABEL, width // 3)
    for title, found in rows.items():
        if found:
            yield Told("")
            yield Told(title, "bold")
            for line, name, value in found:
                yield from _put(line, name.ljust(label) if name and value else name, value, width)
    if page.remarks:
        yield Told("")
        yield Told("not understood", "bold")
        for remark in page.remarks:
            for text in _put(remark.line, "", remark.text, width):
                yield Told(text.text, "yellow")


def _rows(page: Page, kinds: tuple[Kind, ...]) -> Iterator[tuple[int | None, str, str]]:
    """Line, label and value of each fact; whom a route addresses stands beside it."""
    addressed = {fact.about: fact.value for fact in page.facts if fact.kind == "addressing"}
    for fact in page.facts:
        if fact.kind not in kinds or fact.kind == "addressing":
            continue
        if fact.kind == "route":
            ways = addressed.get(fact.about)
            yield fact.line, "", fact.value + (f"  ({ways})" if ways else "")
        else:
            yield fact.line, f"{fact.kind} {fact.about}".strip(), _value(fact)


def _value(fact: Fact) -> str:
    return "none" if fact.kind == "permission-higher" and not fact.value else fact.value


def _put(line: int | None, label: str, value: str, width: int) -> Iterator[Told]:
    """A line's number, a label and a value wrapped under itself."""
    head = f"{line or '':>6}  {label}{'  ' if label and value else ''}"
    room = max(width - len(head), 24)
    wrapped = textwrap.wrap(value, room, break_long_words=False, break_on_hyphens=False) or [""]
    for number, text in enumerate(wrapped):
        yield Told(printable(f"{head if not number else ' ' * len(head)}{text}".rstrip()))
