"""
Tables of a run for a terminal.
"""

from __future__ import annotations

import io
from collections import Counter
from typing import Final

from rich.console import Console
from rich.table import Table

from graphcancel.report import Tally, coverage, tallies
from graphcancel.run import VERDICTS, Part

_ABBREVIATED: Final = {"observed": "obs.", "inconclusive": "inc."}


def coverage_table(part: Part, *, narrow: bool = False) -> Table:
    """
    Contract × (routes, cases, verdicts).

    Routes are those called of those its cases call; cases are those of this run of those there are.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("contract", no_wrap=True)
    for name in ("routes", "cases", *VERDICTS):
        table.add_column(_ABBREVIATED.get(name, name) if narrow else name, justify="right", no_wrap=True)
    rows = coverage(part)
    for number, row in enumerate(rows, 1):
        table.add_row(
            f"{number} {row.contract}",
            "/".join(map(str, row.routes)),
            "/".join(map(str, row.cases)),
            *(_count(name, row.verdicts.get(name, 0)) for name in VERDICTS),
        )
    total = Counter(line["verdict"] for line in part.cases)
    table.add_section()
    planned = sum(row.cases[1] for row in rows)
    table.add_row("  all", "", f"{len(part.cases)}/{planned}", *(_count(name, total[name]) for name in VERDICTS))
    return table


def _count(name: str, number: int) -> str:
    style = {"pass": "green", "fail": "red", "error": "red", "inconclusive": "yellow"}.get(name)
    return f"[{style}]{number}[/]" if style and number else str(number)


def clause_table(part: Part) -> Table:
    """Clause × contract: how often it held, *held/judged* where it did not always, *?* where it was never examined."""
    found = tallies(part.cases)
    ran = {line["contract"] for line in part.cases}
    contracts = [contract for contract in part.contracts if contract in ran]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("clause held in", no_wrap=True)
    for number in range(1, len(contracts) + 1):
        table.add_column(f"({number})", justify="right", no_wrap=True)
    for clause in sorted({clause for _, clause in found}):
        table.add_row(clause, *(_cell(found.get((contract, clause), Tally(0, 0, 0))) for contract in contracts))
    return table


def _cell(tally: Tally) -> str:
    if tally.held < tally.judged:
        return f"[red]{tally.held}/{tally.judged}[/]"
    if tally.judged:
        return str(tally.held)
    return "[yellow]?[/]" if tally.unexamined else ""


def rendered(table: Table, width: int, *, color: bool) -> str:
    """*table* as text for a terminal of *width* columns."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(width, 60),
        force_terminal=color,
        no_color=not color,
        highlight=False,
        legacy_windows=False,
    )
    console.print(table)
    return buffer.getvalue().rstrip("\n")
