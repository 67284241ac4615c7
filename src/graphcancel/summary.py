"""
What the terminal shows at the end of a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graphcancel import report
from graphcancel.comparison_text import bounded
from graphcancel.ending import ending
from graphcancel.outline import told_counts, untested, unusual
from graphcancel.run import Part
from graphcancel.standing_text import known_deviations, plural
from graphcancel.tabulated import clause_table, coverage_table, rendered

_WIDE_ENOUGH: Final = 100
_MOST: Final = 40
"""Lines that say what changed since another run."""
ORIGINS: Final = {
    "mock": "from the bundled mock: this run vouches for the suite, not for the service",
    "recording:mock": "from a recording of the bundled mock: this run vouches for the suite, not for the service",
    "recording:service": "from a recording of the service: this run says what was recorded, not what holds today",
    "recording:server": "from a recording of a server that is none of Microsoft's: it says nothing about the service",
    "live": "from the target itself",
}


def summary(part: Part, file: Path, *, width: int, color: bool, baseline: str | None = None) -> Iterator[str]:
    """
    The lines to print for *part* on a terminal of *width* columns.

    Args:
        file: Where what the last line says is written.
        baseline: Where the run lies with which this one was compared.
    """
    yield ""
    partial = " (partial run)" if part.partial else ""
    yield f"graph-cancel-contracts: target {part.target}{_replayed(part)}{partial}"
    yield rendered(coverage_table(part, narrow=width < _WIDE_ENOUGH), max(width, 80), color=color)
    lax = [row.contract for row in report.coverage(part) if not row.gates]
    if lax:
        yield f"findings do not fail the run: {', '.join(lax)}"
    yield ""
    yield rendered(clause_table(part), max(width, 80), color=color)
    yield ""
    yield from _readings(part)
    yield from _observations(part)
    yield from _not_tested(part)
    yield from _known(part)
    if "compared" in part.footer:
        yield ""
        yield from bounded(part.footer["compared"], _MOST, f"graphcancel compare {baseline or 'RUN'} {file.parent}")
        yield ""
    yield from _closing(part, file)


def _replayed(part: Part) -> str:
    if "recording" not in part.header:
        return ""
    held = part.header["cases"]
    beyond = part.header["recording"]["beyond"]
    return f", replayed from a recording of {f'{held} of {held + beyond}' if beyond else f'all {held}'} cases"


def _readings(part: Part) -> Iterator[str]:
    own = " (each page at the edition that behaves as it says)" if part.header["origin"].endswith("mock") else ""
    yield f"disputes between pages, and the reading the target follows{own}:"
    unexamined = 0
    for dispute in report.readings(part):
        if dispute.examined:
            yield f"  {dispute.id}: {'; '.join(f'{one.value} {one.state}' for one in dispute.readings)}"
        else:
            unexamined += 1
    if unexamined:
        yield f"  not examined: {unexamined} disputes"
    yield ""


def _observations(part: Part) -> Iterator[str]:
    seen = list(unusual(part))
    if seen:
        yield "observed, where no clause speaks:"
        yield from (f"  {text}" for text in seen)
        yield ""


def _not_tested(part: Part) -> Iterator[str]:
    yield "not tested:"
    items = untested(part)
    for item in items[:_MOST]:
        yield f"  {item.text}"
        if item.remedy:
            yield f"    remedy: {item.remedy}"
    if len(items) > _MOST:
        yield f"  and {len(items) - _MOST} more, in the report"


def _known(part: Part) -> Iterator[str]:
    """What became of each known deviation."""
    found = known_deviations(part)
    if found:
        yield ""
        yield "known deviations:"
    for known in found:
        yield f"  {known.entry['file']}, entry {known.entry['entry']}: {known.text}"


def _closing(part: Part, file: Path) -> Iterator[str]:
    late = [item["late_s"] for line in part.cases for item in line["clauses"] if item.get("late_s") is not None]
    if late:
        yield f"late: {plural(len(late), 'effect')} came after the usual time, the slowest after {max(late)} s"
    if part.footer["residue"]:
        yield f"residue: {part.footer['residue']}"
    yield f"evidence: {ORIGINS[part.header['origin']]}"
    recording = part.header.get("recording")
    if recording:
        made = f"{recording['recorded']} from {recording['software']}"
        yield f"  recorded {made} by version {recording['suite']} of the suite"
    requests = part.footer["requests"]
    average = requests / max(1, len(part.cases))
    yield (
        f"{ending([part.footer['exit'], *part.footer['also']])}: {', '.join(told_counts(part.cases))}; "
        f"{requests} requests, {average:.1f} per case; {'report: ' if file.suffix == '.html' else ''}{file}"
    )
