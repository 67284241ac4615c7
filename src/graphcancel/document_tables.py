"""
The tables of a page: permissions, clouds, headers, parameters and errors, in the shapes of ten years.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from graphcancel.document_blocks import Grid, Notes, Prose, Row, shorten
from graphcancel.document_heads import Column, cloud, columns
from graphcancel.document_sections import is_permission_table
from graphcancel.facts import Kind

AVAILABLE: Final[Mapping[str, str]] = {
    **dict.fromkeys("✅ ✔ ✓ ☑".split(), "available"),
    **dict.fromkeys("❌ ✖ ✗ ✘ ❎".split(), "not available"),
}
_ACTORS: Final = ("delegated-work", "delegated-personal", "application")
_NONE: Final = re.compile(r"(?:not (?:supported|available|applicable)|none|n/a)?\.?|[-–—]", re.IGNORECASE)
_SCOPE: Final = re.compile(r"[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*")
_BETWEEN: Final = re.compile(r"[,;\s]+(?:(?:and|or)\s+)?")
_REQUIRED: Final = re.compile(r"(?:^|[.\s,(])(?<!\w\s)(required|optional)\s*(?:[.,)]|$)", re.IGNORECASE)
"""The word as a sentence of its own, or set off; at the end of a sentence it may be denied: `This is not required.`"""
_CLOSING: Final = re.compile(r"\w\s(?:required|optional)\s*(?:[.,)]|$)", re.IGNORECASE)
"""The word at the end of another sentence."""
_CONDITIONAL: Final = re.compile(r"\b(?:required|optional|mandatory)\b", re.IGNORECASE)
_VALUE: Final = re.compile(
    r"Bearer\s*(?:\{[^{}]*\}|<[^<>]*>)|\w[\w.+-]*/[\w.+*-]*\w(?=[.;,\s]|$)"
    r"(?:\s*;\s*[\w.-]+=(?:\"[^\"]*\"|[^\s;,\".]+(?:\.[^\s;,\".]+)*))*"
)
_STATUS: Final = re.compile(r"\b([1-5]\d\d)\b")
_SAID: Final[tuple[Literal["error-code", "error-sentence"], ...]] = ("error-code", "error-sentence")
_KINDS: Final[Mapping[bool, tuple[Kind, Kind, Kind]]] = {
    True: ("header", "header-type", "header-required"),
    False: ("property", "type", "optionality"),
}
"""What a table of headers claims, and what one of parameters does."""
_PLACES: Final[Mapping[int, Sequence[Column]]] = {
    2: ("name", "description"),
    3: ("name", "type", "description"),
}
"""What a table of headers or parameters has in which column, where its heads do not tell."""


def read_grid(grid: Grid, role: str | None, notes: Notes) -> list[tuple[str, Prose]]:
    """
    Note what a table claims.

    Args:
        role: The section it stands in.

    Returns:
        Its cells of prose, in which numbers may stand, each with the name of its row.
    """
    heads = columns(grid.head)
    if "cloud" in heads or _ticked(grid):
        _clouds(grid, notes)
        return []
    if is_permission_table(grid):
        _permissions(grid, notes)
        return []
    if role == "errors" or ({"status", "error-code"} <= set(heads)) or {"status", "error-sentence"} <= set(heads):
        return _errors(grid, notes)
    if role in {"request-headers", "request-body", "http-request"}:
        headers = "header" in heads or (role != "request-body" and "property" not in heads)
        return _named(grid, notes, headers=headers)
    words = " | ".join(cell.flat for cell in grid.head)
    notes.remark(grid.line, f"a table that no section explains is not read: {shorten(words)}")
    return [(row.cells[0].flat, cell) for row in grid.rows for cell in row.cells]


def _rows(grid: Grid, notes: Notes) -> Iterator[Row]:
    """The rows that are whole; of the others nothing is claimed."""
    for _, row in _numbered(grid, notes):
        yield row


def _numbered(grid: Grid, notes: Notes) -> Iterator[tuple[int, Row]]:
    """The rows that are whole with their place in the table, from 0, which one that is not whole has as well."""
    for number, row in enumerate(grid.rows):
        if row.count == len(grid.head):
            yield number, row
        elif row.count < len(grid.head):
            notes.remark(row.line, f"a row with {row.count} of {len(grid.head)} cells is not read: {_shown(row)}")
        else:
            notes.remark(
                row.line, f"a row with {row.count} cells, {len(grid.head)} columns, is not read: {_shown(row)}"
            )


def _shown(row: Row) -> str:
    return shorten(" | ".join(cell.flat for cell in row.cells))


def _ticked(grid: Grid) -> bool:
    cells = [cell.flat.rstrip("\ufe0f") for row in grid.rows for cell in row.cells]
    return bool(cells) and all(cell in AVAILABLE for cell in cells)


def _clouds(grid: Grid, notes: Notes) -> None:
    for row in _rows(grid, notes):
        for head, cell in zip(grid.head, row.cells, strict=True):
            name = cloud(head.flat)
            value = AVAILABLE.get(cell.flat.rstrip("\ufe0f"))
            if name is None:
                notes.remark(head.line, f"a cloud that is not known: {shorten(head.flat)}")
            elif value is None:
                notes.remark(cell.line, f"{name}: neither a tick nor a cross: {shorten(cell.flat)}")
            else:
                notes.claim("cloud", name, value, cell.line)


def _permissions(grid: Grid, notes: Notes) -> None:
    width = len(grid.head)
    if width not in {2, 3}:
        notes.remark(grid.line, f"a table of permissions with {width} columns is not read")
        return
    for number, row in _numbered(grid, notes):
        actor = _actor(row.cells[0].flat) or (_ACTORS[number] if number < len(_ACTORS) == len(grid.rows) else None)
        if actor is None:
            notes.remark(row.line, f"a type of permission that is not known: {shorten(row.cells[0].flat)}")
            continue
        least = _scopes(row.cells[1], notes)
        if least is not None:
            notes.claim("permission", actor, ", ".join(least) or "not supported", row.cells[1].line)
        if width > len(("type", "least")):
            higher = _scopes(row.cells[2], notes)
            if higher is not None:
                notes.claim("permission-higher", actor, ", ".join(higher), row.cells[2].line)


def _actor(text: str) -> str | None:
    word = text.casefold()
    if word.startswith("application"):
        return "application"
    if word.startswith("delegated"):
        return "delegated-personal" if "personal" in word else "delegated-work" if "work" in word else None
    return None


def _scopes(cell: Prose, notes: Notes) -> list[str] | None:
    """The scopes in a cell; None, with a remark, where it holds something else."""
    text = cell.flat
    if "TODO" in text:
        notes.remark(cell.line, f"still to be written: {shorten(text)}")
        return None
    if _NONE.fullmatch(text):
        return []
    # A scope ends with no full stop, a sentence of scopes does.
    parts = [part for part in _BETWEEN.split(text.removesuffix(".")) if part]
    if all(_SCOPE.fullmatch(part) for part in parts) and (len(parts) == 1 or all("." in part for part in parts)):
        return parts
    notes.remark(cell.line, f"no list of permissions: {shorten(text)}")
    return None


def _named(grid: Grid, notes: Notes, *, headers: bool) -> list[tuple[str, Prose]]:
    """Request headers or parameters."""
    kinds = _columns(grid, notes)
    kind, type_, optionality = _KINDS[headers]
    words: list[tuple[str, Prose]] = []
    for row in _rows(grid, notes):
        cells = {column: cell for column, cell in zip(kinds, row.cells, strict=True) if column is not None}
        name = cells["name"].flat if "name" in cells else ""
        if not name:
            notes.remark(row.line, f"a row without a name is not read: {_shown(row)}")
            continue
        if not notes.claim(kind, name, "", row.line):
            continue
        if "type" in cells and cells["type"].flat:
            notes.claim(type_, name, cells["type"].flat.lower(), cells["type"].line)
        described = [cell for cell in (cells.get("value"), cells.get("description")) if cell]
        if headers:
            _value(name, cells, notes)
        _optionality(name, optionality, described, notes)
        if "description" in cells:
            words.append((name, cells["description"]))
        # Of a header what stands there is a fact as a whole.
        if "value" in cells and not headers:
            words.append((name, cells["value"]))
    return words


def _columns(grid: Grid, notes: Notes) -> list[Column | None]:
    """What stands in which column; heads that do not tell are taken by their place, where there is a usual one."""
    found: list[Column | None] = []
    usual = _PLACES.get(len(grid.head), ())
    for number, (cell, known) in enumerate(zip(grid.head, columns(grid.head), strict=True)):
        kind: Column | None = "name" if known in {"name", "header", "property"} else known
        if kind not in {"name", "type", "value", "description"}:
            kind = usual[number] if number < len(usual) and usual[number] not in columns(grid.head) else None
            taken = f"taken for that of the {kind}" if kind else "not read"
            notes.remark(cell.line, f"a column that is not known is {taken}: {shorten(cell.flat)}")
        if kind in found:
            notes.remark(cell.line, f"a second column of the {kind} is not read: {shorten(cell.flat)}")
            kind = None
        found.append(kind)
    return found


def _value(name: str, cells: Mapping[Column, Prose], notes: Notes) -> None:
    """What a header is to hold: a whole cell under Value, in a description only a token or a media type."""
    if "value" in cells:
        whole = _REQUIRED.sub("", cells["value"].flat).strip(" .")
        if whole:
            notes.claim("header-value", name, whole, cells["value"].line)
    elif "description" in cells:
        cell = cells["description"]
        found = _VALUE.match(_REQUIRED.split(cell.flat, maxsplit=1)[0] or cell.flat)
        if found:
            notes.claim("header-value", name, found.group(), cell.line)


def _optionality(name: str, kind: Kind, cells: Sequence[Prose], notes: Notes) -> None:
    for cell in cells:
        found = {match.lower() for match in _REQUIRED.findall(cell.flat)}
        if len(found) == 1:
            notes.claim(kind, name, next(iter(found)), cell.line)
        if _CLOSING.search(cell.flat) or (len(found) != 1 and (found or _CONDITIONAL.search(cell.flat))):
            notes.remark(cell.line, f"{shorten(name)}: whether it is required depends: {shorten(cell.flat)}")


def _errors(grid: Grid, notes: Notes) -> list[tuple[str, Prose]]:
    heads = columns(grid.head)
    words: list[tuple[str, Prose]] = []
    for head, kind in zip(grid.head, heads, strict=True):
        if kind not in {"status", "reason", "error-code", "error-sentence", "description"}:
            notes.remark(head.line, f"a column that is not known is not read: {shorten(head.flat)}")
    for row in _rows(grid, notes):
        cells = {kind: cell for kind, cell in zip(heads, row.cells, strict=True) if kind is not None}
        status = _STATUS.search(cells["status"].flat) if "status" in cells else None
        if status is None:
            notes.remark(row.line, f"an error without a status is not read: {_shown(row)}")
            continue
        about = status.group(1)
        notes.claim("error", about, "", row.line, again=True)
        for kind in _SAID:
            value = cells[kind].flat.strip('"“”„«» ') if kind in cells else ""
            if value.strip("-–— "):
                notes.claim(kind, about, value, cells[kind].line, again=True)
        if "description" in cells:
            words.append((about, cells["description"]))
    return words
