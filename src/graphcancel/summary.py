"""
What the terminal shows at the end of a run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graphcancel import report
from graphcancel.deviations import OUT_OF_DATE
from graphcancel.disputes import NOT_LISTED, disputes
from graphcancel.ending import ending
from graphcancel.remedies import remedy

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.contract import Contract

_WIDE_ENOUGH: Final = 100
_SOON_DAYS: Final = 14
_ORIGINS: Final = {
    "mock": "from the bundled mock: this run vouches for the suite, not for the service",
    "recording:mock": "from a recording of the bundled mock: this run vouches for the suite, not for the service",
    "recording:service": "from a recording of the service: this run says what was recorded, not what holds today",
    "recording:server": "from a recording of a server that is none of Microsoft's: it says nothing about the service",
    "live": "from the target itself",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    A finished run: what ``run.jsonl`` holds, and the cases and contracts it was about.

    Attributes:
        lines: In the order of the cases.
        cases: All there are, selected or not.
    """

    header: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]
    footer: Mapping[str, Any]
    cases: Sequence[Case]
    contracts: Sequence[Contract]
    file: Path

    @property
    def partial(self) -> bool:
        """Whether cases were left out by selection or an early end."""
        return bool(self.footer["partial"])


def summary(outcome: Outcome, *, width: int, color: bool) -> Iterator[str]:
    """The lines to print for *outcome* on a terminal of *width* columns."""
    ran = {line["contract"] for line in outcome.lines}
    shown = [contract for contract in outcome.contracts if contract.id in ran]
    cases = [case for case in outcome.cases if case.contract in ran]
    yield ""
    replayed = _replayed(outcome)
    partial = " (partial run)" if outcome.partial else ""
    yield f"graph-cancel-contracts: target {outcome.header['target']}{replayed}{partial}"
    table = report.coverage_table(outcome.lines, cases, shown, narrow=width < _WIDE_ENOUGH)
    yield report.rendered(table, max(width, 80), color=color)
    lax = [contract.id for contract in shown if not _gates(outcome.lines, contract.id)]
    if lax:
        yield f"findings do not fail the run: {', '.join(lax)}"
    yield ""
    yield report.rendered(report.clause_table(outcome.lines, shown), max(width, 80), color=color)
    yield ""
    yield from _readings(outcome)
    yield from _observations(outcome)
    yield from _not_tested(outcome)
    yield from _known(outcome)
    yield from _closing(outcome)


def _replayed(outcome: Outcome) -> str:
    if "recording" not in outcome.header:
        return ""
    held = outcome.header["cases"]
    beyond = outcome.header["recording"]["beyond"]
    return f", replayed from a recording of {f'{held} of {held + beyond}' if beyond else f'all {held}'} cases"


def _gates(lines: Sequence[Mapping[str, Any]], contract: str) -> bool:
    return any(line["gating"] for line in lines if line["contract"] == contract)


def _readings(outcome: Outcome) -> Iterator[str]:
    own = " (each page at the edition that behaves as it says)" if outcome.header["origin"].endswith("mock") else ""
    yield f"disputes between pages, and the reading the target follows{own}:"
    unexamined = 0
    for name, states in report.readings(outcome.lines, disputes(outcome.contracts)):
        told = [(value, state) for value, state in states if value != NOT_LISTED]
        if all(state == report.NOT_EXAMINED for _, state in told):
            unexamined += 1
            continue
        yield f"  {name}: {'; '.join(f'{value} {state}' for value, state in told)}"
    if unexamined:
        yield f"  not examined: {unexamined} disputes"
    yield ""


def _observations(outcome: Outcome) -> Iterator[str]:
    """What nobody documents: broken answers first, then what differs from what is on record."""
    seen = [line for line in outcome.lines if line.get("observed")]
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


def _not_tested(outcome: Outcome) -> Iterator[str]:
    yield "not tested:"
    untested: dict[str, list[str]] = {}
    for contract, clause, reason in report.untested_clauses(outcome.contracts, outcome.cases):
        untested.setdefault(f"{clause}: {reason}", []).append(contract)
    for text, contracts in untested.items():
        yield f"  {text} ({_plural(len(contracts), 'contract')})"
    if not outcome.partial:
        shown = {(line["contract"], item["clause"]) for line in outcome.lines for item in line["clauses"]}
        listed = dict.fromkeys((case.contract, name) for case in outcome.cases for name in case.clauses)
        for contract, clause in (pair for pair in listed if pair not in shown):
            yield f"  {clause}: no call of this run could show it ({contract})"
    inconclusive = dict(report.reasons(outcome.lines))
    waived = outcome.header["waived"]
    idle = dict(report.idle_waivers(outcome.lines, outcome.cases, waived))
    for name, reason in waived.items():
        if name in idle:
            yield f"  waived, and judged all the same in {_plural(idle[name], 'case')}: {name}: {reason}"
        else:
            left = inconclusive.pop(f"waived: {reason}", 0)
            yield f"  waived, so not judged: {name}: {reason}" + (f" ({_plural(left, 'case')})" if left else "")
    for reason, number in inconclusive.items():
        yield f"  {_plural(number, 'case')} inconclusive: {reason}"
        advice = remedy(reason)
        if advice:
            yield f"    remedy: {advice}"
    selected = len(outcome.cases) if outcome.footer["selected"] is None else outcome.footer["selected"]
    beyond = outcome.header.get("recording", {}).get("beyond", 0)
    for number, why in (
        (beyond, "not on the recording"),
        (len(outcome.cases) - selected, "not selected"),
        (selected - len(outcome.lines), "not reached"),
    ):
        if number:
            yield f"  {_plural(number, 'case')} {why}"


def _known(outcome: Outcome) -> Iterator[str]:
    """What became of each known deviation."""
    entries = {entry["entry"]: entry for entry in outcome.header["deviations"]}
    if not outcome.footer["deviations"]:
        return
    yield ""
    yield "known deviations:"
    today = dt.datetime.fromisoformat(outcome.header["started"]).date()
    for standing in outcome.footer["deviations"]:
        entry = entries[standing["entry"]]
        what = _met(entry, standing, today) if standing["state"] not in OUT_OF_DATE else _stale(entry, standing)
        yield f"  {entry['file']}, entry {entry['entry']}: {what}"


def _met(entry: Mapping[str, Any], standing: Mapping[str, Any], today: dt.date) -> str:
    days = (dt.date.fromisoformat(entry["expires"]) - today).days
    soon = f", which is in {_plural(days, 'day')}" if days <= _SOON_DAYS else ""
    seen = _plural(standing["findings"], "finding") if standing["findings"] else "not examined"
    return f"{seen}: {entry['reason']} (owner {entry['owner']}, until {entry['expires']}{soon})"


def _stale(entry: Mapping[str, Any], standing: Mapping[str, Any]) -> str:
    """Why an entry fails the run, and what to do about it."""
    if standing["state"] == "unmatched":
        return (
            f"matches nothing: no case {entry['case']} is judged on {entry['clause']}; "
            "correct the patterns or take the entry out"
        )
    if standing["state"] == "gone":
        left = standing["cases"] - standing["judged"]
        rest = f", not examined in {left}" if left else ""
        return (
            f"no longer occurs: {entry['clause']} holds in {_plural(standing['judged'], 'case')}{rest}; "
            f"take the entry out (owner {entry['owner']})"
        )
    left = f"covers its {_plural(standing['findings'], 'finding')} no more" if standing["findings"] else "met none"
    return (
        f"expired on {entry['expires']} and {left}; agree on a new date with its owner ({entry['owner']}) "
        "or take the entry out"
    )


def _closing(outcome: Outcome) -> Iterator[str]:
    late = [item["late_s"] for line in outcome.lines for item in line["clauses"] if item.get("late_s") is not None]
    if late:
        yield f"late: {_plural(len(late), 'effect')} came after the usual time, the slowest after {max(late)} s"
    gaps = [] if outcome.partial else report.gaps(outcome.lines, outcome.cases, outcome.header["waived"])
    if gaps:
        first = gaps[0]
        yield (
            f"not judged: {len(gaps)} pairs of gating clause and route, the first {first.contract} "
            f"{first.clause} on {first.route} ({first.reason})"
        )
    if outcome.footer["residue"]:
        yield f"residue: {outcome.footer['residue']}"
    yield f"evidence: {_ORIGINS[outcome.header['origin']]}"
    recording = outcome.header.get("recording")
    if recording:
        made = f"{recording['recorded']} from {recording['software']}"
        yield f"  recorded {made} by version {recording['suite']} of the suite"
    counts = {name: sum(1 for line in outcome.lines if line["verdict"] == name) for name in report.VERDICTS}
    told = [f"{number} {name}" for name, number in counts.items() if number]
    lax = sum(1 for line in outcome.lines if line["verdict"] == "fail" and not line["gating"])
    if lax:
        told.append(f"{lax} of the failures do not gate")
    excused = sum(1 for line in outcome.lines if line["gating"] and line["excused"])
    if excused:
        told.append(f"{excused} of the failures known")
    requests = outcome.footer["requests"]
    average = requests / max(1, len(outcome.lines))
    yield (
        f"{ending([outcome.footer['exit'], *outcome.footer['also']])}: {', '.join(told)}; "
        f"{requests} requests, {average:.1f} per case; {outcome.file}"
    )


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
