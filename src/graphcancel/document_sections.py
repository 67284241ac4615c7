"""
Which section of a page a block stands in, whatever the level and the language of its heading.

The name of the anchor in a heading comes first, because translations keep it; then the heading's English words; then
what stands below it: a path list, a table of permissions, a status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphcancel.document_blocks import Annotation, Block, Code, Grid, Heading, Prose
from graphcancel.document_heads import columns, is_type

ROLES: Final[Mapping[str, str]] = {
    "http request": "http-request",
    "request headers": "request-headers",
    "request header": "request-headers",
    "optional request headers": "request-headers",
    "request body": "request-body",
    "prerequisites": "permissions",
    "permissions": "permissions",
    "error responses": "errors",
    "error response": "errors",
    "error codes": "errors",
    "errors": "errors",
    "response": "response",
    "examples": "example",
    "example": "example",
    "request": "example",
    "function parameters": "",
    "path parameters": "",
    "query parameters": "",
    "optional query parameters": "",
    "see also": "",
    "related content": "",
    "next steps": "",
}
"""How a heading begins, and the section of `facts.SECTIONS` that is; empty for one that claims nothing we compare."""

_WHOLE: Final = frozenset({"request"})
"""Headings that only the whole words are."""

_EXAMPLE: Final = re.compile(r"example \d+\b")
_STATUS: Final = re.compile(r"\s*[2-5]\d\d\b")


@dataclass(slots=True)
class Section:
    """
    What stands below one heading.

    Attributes:
        role: One of `facts.SECTIONS`; None where nothing tells.
        heading: None for what stands before the first.
    """

    role: str | None
    heading: Heading | None
    blocks: list[Block] = field(default_factory=list)


def is_heading(line: str) -> bool:
    """Whether a line of a rendered page is a heading: its words and nothing else."""
    word = line.casefold()
    return line[:1].isupper() and (word in ROLES or (_EXAMPLE.match(word) is not None and line[-1] not in ".;,"))


def role_named(words: str) -> str | None:
    """The section a heading or an anchor names by how it begins, empty for one without claims; None for no section."""
    word = " ".join(words.replace("-", " ").split()).casefold()
    for beginning, role in ROLES.items():
        rest = word.removeprefix(beginning)
        if rest != word and not rest[:1].isalnum() and not (rest and beginning in _WHOLE):
            return role
    return None


def sections_of(blocks: Sequence[Block]) -> tuple[Heading | None, list[Section]]:
    """The page's title and its sections, the first of which has no heading but that."""
    title: Heading | None = None
    found = [Section("introduction", None)]
    for block in blocks:
        if not isinstance(block, Heading):
            found[-1].blocks.append(block)
        elif title is None and block.level == 1:
            title = block
        else:
            found.append(Section(None, block))
    _assign(found)
    return title, found


def _assign(sections: Sequence[Section]) -> None:
    """Give each section its role; what comes after an example's heading, and below it, belongs to the example."""
    current: str | None = "introduction"
    level = 1
    exampled = False
    for number, section in enumerate(sections[1:], 1):
        heading = section.heading
        assert heading is not None  # noqa: S101 - only the first has none
        named = role_named(heading.anchor) if heading.anchor else None
        if named is None:
            named = role_named(heading.prose.flat)
        below = heading.level > level
        if (current == "example" and below) or (exampled and named == "response"):
            section.role = "example"
        elif named is not None:
            section.role = named or None
        else:
            section.role = _by_content(_blocks_below(sections[number:])) or (current if below else None)
        if not (below and section.role == current):
            current, level = section.role, heading.level
        exampled = exampled or section.role == "example"


def _blocks_below(sections: Sequence[Section]) -> Iterator[Block]:
    """What stands below the first heading of *sections*, below the deeper headings after it, too."""
    level = sections[0].heading.level if sections[0].heading else 0
    for number, section in enumerate(sections):
        if number and section.heading is not None and section.heading.level <= level:
            return
        yield from section.blocks


def _by_content(blocks: Iterable[Block]) -> str | None:
    return next(_roles(blocks), None)


def _roles(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Annotation) and block.data.get("blockType") in {"request", "response"}:
            yield "example"
        elif isinstance(block, Code):
            first = next((line.strip() for line in block.lines if line.strip()), "")
            if re.match(r"[A-Z]+\s+/", first):
                yield "http-request"
            elif re.match(r"[A-Z]+\s+https?://|HTTP/", first):
                yield "example"
        elif isinstance(block, Grid):
            yield from _roles_of_grid(block)
        elif isinstance(block, Prose) and any(_STATUS.match(block.text[start:end]) for start, end in block.code):
            yield "response"


def _roles_of_grid(grid: Grid) -> Iterator[str]:
    heads = columns(grid.head)
    cells = [cell.flat for row in grid.rows for cell in row.cells]
    if "error-code" in heads or "error-sentence" in heads:
        yield "errors"
    elif any(cell.startswith("Bearer ") for cell in cells):
        yield "request-headers"
    elif any(is_type(cell) for cell in cells):
        yield "request-body"
    elif is_permission_table(grid):
        yield "permissions"


SCOPE: Final = re.compile(r"(?<![\w.-])(?:[A-Z]|[a-z]+[A-Z])[\w-]*(?:\.[A-Z][\w-]*)+")
"""The name of a permission: `Calendars.ReadWrite`, `eDiscovery.Read.All`. Sentences have `e.g.` and `a.example` too."""


def is_permission_table(grid: Grid) -> bool:
    """Whether a table says which permission is needed; by its heads, else by the permissions in it."""
    heads = columns(grid.head)
    if any(head in {"permission-type", "least", "higher"} for head in heads):
        return True
    cells = [cell.flat for row in grid.rows for cell in row.cells[1:]]
    listed = [cell for cell in cells if cell and all(SCOPE.fullmatch(part.strip()) for part in cell.split(","))]
    known = [head for head in heads if head is not None and head != "scopes"]
    return bool(listed) and not known
