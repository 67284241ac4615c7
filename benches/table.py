"""
The results as a table, and the table in its page, between two marks.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from benches.bench import BenchError
from benches.results import Result, write_whole
from benches.running import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- made by python -m benches: begin -->", "<!-- end -->"
HEADS = ("bench", "what", "goal", "median", "least to most", "rounds", "")
_HUNDRED, _TEN = 100, 10


def table(results: Sequence[Result]) -> str:
    """The rows of all benches as a Markdown table, and below it what measured them."""
    lines = [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
    lines += [f"| {' | '.join(cells)} |" for one in results for cells in _rows(one)]
    return "\n".join([*lines, "", *_machines(results)])


def missed(result: Result) -> list[str]:
    """The rows of a bench whose median misses its goal; none where it was measured too quickly to say."""
    rows = [row for row in result["rows"] if row["values"] and row["goal"] and not result["quick"]]
    return [row["name"] for row in rows if _beyond(row, _median(row)) > 0]


def place_table(results: Sequence[Result], page: Path = PAGE) -> None:
    """
    Put the table into its page.

    Raises:
        BenchError: Some were measured quickly, or the page has no place for it or cannot be written.
    """
    if quick := [one["name"] for one in results if one["quick"]]:
        raise BenchError(f"{page}: takes no numbers of --quick ({', '.join(quick)}); measure with --publish")
    write_whole(page, placed(page.read_text(encoding="utf-8"), results, page))


def placed(text: str, results: Sequence[Result], page: Path = PAGE) -> str:
    """
    The page's *text* with the table of *results* between its marks.

    Raises:
        BenchError: The marks are not there, each once.
    """
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended or BEGIN in after or END in after:
        raise BenchError(f"{page}: the marks for the table are not there, each once; put {BEGIN} and {END} back")
    return f"{before}{BEGIN}\n\n{table(results)}\n\n{END}{after}"


def _rows(result: Result) -> Iterator[tuple[str, ...]]:
    for row in result["rows"]:
        about = (f"`{result['name']}`", row["what"])
        if not row["values"]:
            yield (*about, _goal(row), "–", "–", "–", f"not measured: no {row['missing']}")
            continue
        values = row["values"]
        unit = {"ratio": "", "requests": ""}.get(row["unit"], f" {row['unit']}")
        spread = f"{_number(min(values))} to {_number(max(values))}" if len(values) > 1 else "–"
        yield (
            *about,
            _goal(row),
            f"{_number(_median(row))}{unit}",
            spread,
            str(len(values)),
            "" if result["quick"] else _met(row),
        )


def _goal(row: Result) -> str:
    goal = row["goal"] or {}
    words = [f"≤ {goal['most']:g}"] if "most" in goal else [f"≥ {goal['least']:g}"] if "least" in goal else ["none"]
    return " ".join([*words, *([row["unit"]] if goal and row["unit"] in {"s", "MB"} else [])])


def _met(row: Result) -> str:
    if not row["goal"]:
        return ""
    share = _beyond(row, _median(row))
    if share > 0:
        return f"**missed by {share:.0%}**"
    worst = max(_beyond(row, value) for value in row["values"])
    return f"met by {-share:.0%}" + (", not in every round" if worst > 0 else "")


def _beyond(row: Result, value: float) -> float:
    """How far a value is on the wrong side of the goal, as a share of the goal; negative on the right side."""
    goal = row["goal"]
    return float(value / goal["most"] - 1 if "most" in goal else 1 - value / goal["least"])


def _median(row: Result) -> float:
    return float(statistics.median(row["values"]))


def _number(value: float) -> str:
    if value >= _HUNDRED:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= _TEN else f"{value:.2f}"


def _machines(results: Sequence[Result]) -> Iterator[str]:
    """On what and when, each once, with the benches it holds for where they are not all."""
    told: dict[str, list[str]] = {}
    for one in results:
        machine, day = one["machine"], dt.date.fromisoformat(one["date"])
        about = (
            f"{day.day} {day:%B %Y}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}, with "
        )
        about += ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
        told.setdefault(about, []).append(one["name"])
    for about, names in told.items():
        whose = "" if len(told) == 1 else ", ".join(f"`{name}`" for name in names) + " "
        yield f"Measured {whose}on {about}."
    for one in results:
        if "against" in one:
            others = " and ".join(f"{name} {version}" for name, version in one["against"].items())
            yield f"`{one['name']}` was measured against {others}."
    if quick := [one["name"] for one in results if one["quick"]]:
        yield f"\n**With `--quick`, so no numbers to rely on: {', '.join(f'`{name}`' for name in quick)}.**"
