"""
What the documents of the project say, read as data: fenced blocks, and tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from graphcancel.case import Case
from graphcancel.cases import build_cases
from graphcancel.contract import Contract, load_contracts

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
OTHERS = [ROOT / folder / "README.md" for folder in ("cassettes", "deviations")]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")), *OTHERS]
TOKENS = dict.fromkeys(
    (
        "GRAPH_ORGANIZER_TOKEN", "GRAPH_ATTENDEE_TOKEN", "GRAPH_APP_TOKEN", "GRAPH_READER_TOKEN", "GRAPH_EXPIRED_TOKEN",
    ),
    "a-token",
)  # fmt: skip


def fences(path: Path, *languages: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line within fenced blocks of *languages*."""
    language = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            language = line[3:].strip() if language is None else None
        elif language in languages:
            yield number, line


def table(path: Path, *heads: str) -> list[tuple[str, ...]]:
    """Rows of the only table in *path* whose head is *heads*."""
    found = tables(path, *heads)
    assert len(found) == 1, f"{path.name}: {len(found)} tables headed {' | '.join(heads)}"
    return found[0]


def tables(path: Path, *heads: str) -> list[list[tuple[str, ...]]]:
    """All tables in *path* whose head is *heads*."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = []
    for number, line in enumerate(lines):
        if line.startswith("|") and cells(line) == heads and lines[number + 1].startswith("|--"):
            rows = []
            for row in lines[number + 2 :]:
                if not row.startswith("|"):
                    break
                rows.append(cells(row))
            found.append(rows)
    return found


def cells(line: str) -> tuple[str, ...]:
    """The cells of one line of a table."""
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))


def codes(rows: list[tuple[str, ...]]) -> list[str]:
    """The first column, its code marks dropped."""
    return [row[0].strip("`") for row in rows]


@cache
def contracts() -> tuple[Contract, ...]:
    return load_contracts(ROOT / "contracts")


@cache
def cases() -> tuple[Case, ...]:
    return build_cases(contracts())
