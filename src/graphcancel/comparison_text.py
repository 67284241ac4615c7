"""
A comparison in words, as a function of what the footer of a run holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from graphcancel.printing import printable
from graphcancel.run import Line
from graphcancel.standing_text import plural

_WIDEST: Final = 300


def told(compared: Line) -> Iterator[str]:
    """*compared* for a terminal, line by line; no line where nothing changed."""
    if not compared["changes"]:
        return
    moved = "something moved" if compared["moved"] else "nothing moved"
    yield printable(f"compared with {against(compared)}: {moved}")
    for change in compared["changes"]:
        yield printable(f"{change['title']}:")
        yield from (printable(f"  {text}") for text in grouped(change["items"]))


def bounded(compared: Line, most: int, elsewhere: str) -> Iterator[str]:
    """
    The same in *most* lines, none of them endless; where that leaves something out, the last says how much.

    Args:
        elsewhere: The command that shows all of it.
    """
    if not compared["changes"]:
        yield printable(f"compared with {against(compared)}: nothing changed")
        return
    lines = [line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…" for line in told(compared)]
    if len(lines) > most:
        left = len(lines) - most + 1
        lines[most - 1 :] = [f"  and {plural(left, 'line')} more: {elsewhere}"]
    yield from lines


def as_json(compared: Line) -> Iterator[str]:
    """*compared* as JSON, in the form in which the footer of a run holds it; no line where nothing changed."""
    if compared["changes"]:
        yield json.dumps(compared, ensure_ascii=False, indent=1)


def against(compared: Line) -> str:
    """The run before, in words."""
    then = compared["with"]
    started = f"{then['started'][:16].replace('T', ' ')} UTC"
    return f"the run of {started} (target {then['target']}, suite {then['suite']}, {plural(then['cases'], 'case')})"


def grouped(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for what is alike, with the number of cases and one of them."""
    alike: dict[tuple[str | None, str], list[str | None]] = {}
    for item in items:
        alike.setdefault((item["clause"], item["text"]), []).append(item["case"])
    return [_line(clause, text, cases) for (clause, text), cases in alike.items()]


def _line(clause: str | None, text: str, cases: Sequence[str | None]) -> str:
    first = cases[0]
    where = first if len(cases) == 1 else f"{len(cases)} cases, such as {first}"
    return ": ".join(part for part in (clause, where if first else None, text) if part)
