"""
What the terminal shows at the end of a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graphcancel import report
from graphcancel.ending import ending
from graphcancel.remedies import remedy
from graphcancel.run import VERDICTS, Part
from graphcancel.standing_text import known_deviations, plural
from graphcancel.tabulated import clause_table, coverage_table, rendered

_WIDE_ENOUGH: Final = 100
ORIGINS: Final = {
    "mock": "from the bundled mock: this run vouches for the suite, not for the service",
    "recording:mock": "from a recording of the bundled mock: this run vouches for the suite, not for the service",
    "recording:service": "from a recording of the service: this run says what was recorded, not what holds today",
    "recording:server": "from a recording of a server that is none of Microsoft's: it says nothing about the service",
    "live": "from the target itself",
}


def summary(part: Part, file: Path, *, width: int, color: bool) -> Iterator[str]:
    """
    The lines to print for *part* on a terminal of *width* columns.

    Args:
        file: Where what the last line says is written.
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
    """What nobody documents: broken answers first, then what differs from what is on record."""
    seen = [line for line in part.cases if line.get("observed")]
    broken = [line for line in seen if line["observed"]["received"].startswith(("5", "no answer"))]
    other = [line for line in seen if line not in broken and report.differs(line["observed"])]
    if not broken and not other:
        return
    yield "observed, where no clause speaks:"
    for word, lines in (("answered with an error of its own", broken), ("otherwise than on record", other)):
        for line in lines:
            found = line["observed"]
            on_record = found["expected"] or "nothing"
            yield f"  {word}: {line['id']}: on record {on_record} ({found['mark']}), received {found['received']}"
    yield ""


def _not_tested(part: Part) -> Iterator[str]:
    yield "not tested:"
    untested: dict[str, list[str]] = {}
    for contract, clause, reason in report.untested_clauses(part):
        untested.setdefault(f"{clause}: {reason}", []).append(contract)
    for text, contracts in untested.items():
        yield f"  {text} ({plural(len(contracts), 'contract')})"
    for contract, clause in report.unshown(part):
        yield f"  {clause}: no call of this run could show it ({contract})"
    inconclusive = dict(report.reasons(part.cases))
    idle = dict(report.idle_waivers(part))
    for name, reason in part.header["waived"].items():
        if name in idle:
            yield f"  waived, and judged all the same in {plural(idle[name], 'case')}: {name}: {reason}"
        else:
            left = inconclusive.pop(f"waived: {reason}", 0)
            yield f"  waived, so not judged: {name}: {reason}" + (f" ({plural(left, 'case')})" if left else "")
    for reason, number in inconclusive.items():
        yield f"  {plural(number, 'case')} inconclusive: {reason}"
        advice = remedy(reason)
        if advice:
            yield f"    remedy: {advice}"
    for left_out in report.left_out(part):
        yield f"  {plural(left_out.number, 'case')} {left_out.why}"


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
    gaps = [] if part.partial else report.gaps(part)
    if gaps:
        first = gaps[0]
        yield (
            f"not judged: {len(gaps)} pairs of gating clause and route, the first {first.contract} "
            f"{first.clause} on {first.route} ({first.reason})"
        )
    if part.footer["residue"]:
        yield f"residue: {part.footer['residue']}"
    yield f"evidence: {ORIGINS[part.header['origin']]}"
    recording = part.header.get("recording")
    if recording:
        made = f"{recording['recorded']} from {recording['software']}"
        yield f"  recorded {made} by version {recording['suite']} of the suite"
    counts = {name: sum(1 for line in part.cases if line["verdict"] == name) for name in VERDICTS}
    told = [f"{number} {name}" for name, number in counts.items() if number]
    lax = sum(1 for line in part.cases if line["verdict"] == "fail" and not line["gating"])
    if lax:
        told.append(f"{lax} of the failures do not gate")
    excused = sum(1 for line in part.cases if line["gating"] and line["excused"])
    if excused:
        told.append(f"{excused} of the failures known")
    requests = part.footer["requests"]
    average = requests / max(1, len(part.cases))
    yield (
        f"{ending([part.footer['exit'], *part.footer['also']])}: {', '.join(told)}; "
        f"{requests} requests, {average:.1f} per case; {file}"
    )
