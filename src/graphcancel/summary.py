"""
What the terminal shows at the end of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graphcancel import report
from graphcancel.disputes import NOT_LISTED, disputes

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.contract import Contract

EXIT_UNJUDGED: Final = 10
EXIT_RESIDUE: Final = 12
_WIDE_ENOUGH: Final = 100
_WORDS: Final = {
    0: "holds",
    1: "does not hold",
    2: "interrupted",
    5: "nothing judged",
    EXIT_UNJUDGED: "incomplete",
    EXIT_RESIDUE: "residue left",
}
_ORIGINS: Final = {
    "mock": "from the bundled mock: this run vouches for the suite, not for the service",
    "recording": "from a recording: this run says what was recorded, not what holds today",
    "live": "from the target itself",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    A finished run.

    Attributes:
        lines: Lines of ``run.jsonl``, in the order of the cases.
        cases: All there are, selected or not.
        gaps: Pairs of gating clause and route without a judgement; they count only in a whole run.
        status: The exit status of the process.
    """

    name: str
    origin: str
    lines: Sequence[Mapping[str, Any]]
    cases: Sequence[Case]
    contracts: Sequence[Contract]
    requests: int
    gaps: Sequence[report.Missing]
    residue: str | None
    status: int
    file: Path

    @property
    def partial(self) -> bool:
        """Whether cases were left out by selection or an early end."""
        return len(self.lines) < len(self.cases)


def summary(outcome: Outcome, *, width: int, color: bool) -> Iterator[str]:
    """The lines to print for *outcome* on a terminal of *width* columns."""
    ran = {line["contract"] for line in outcome.lines}
    shown = [contract for contract in outcome.contracts if contract.id in ran]
    cases = [case for case in outcome.cases if case.contract in ran]
    yield ""
    yield f"graph-cancel-contracts: target {outcome.name}" + (" (partial run)" if outcome.partial else "")
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
    yield from _closing(outcome)


def _gates(lines: Sequence[Mapping[str, Any]], contract: str) -> bool:
    return any(line["gating"] for line in lines if line["contract"] == contract)


def _readings(outcome: Outcome) -> Iterator[str]:
    own = " (each page at the edition that behaves as it says)" if outcome.origin == "mock" else ""
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
    for reason, number in report.reasons(outcome.lines):
        yield f"  {_plural(number, 'case')} inconclusive: {reason}"
    if outcome.partial:
        yield f"  {_plural(len(outcome.cases) - len(outcome.lines), 'case')} not selected or not reached"


def _closing(outcome: Outcome) -> Iterator[str]:
    late = [item["late_s"] for line in outcome.lines for item in line["clauses"] if item.get("late_s") is not None]
    if late:
        yield f"late: {_plural(len(late), 'effect')} came after the usual time, the slowest after {max(late)} s"
    if outcome.gaps and not outcome.partial:
        first = outcome.gaps[0]
        yield (
            f"not judged: {len(outcome.gaps)} pairs of gating clause and route, the first {first.contract} "
            f"{first.clause} on {first.route} ({first.reason})"
        )
    if outcome.residue:
        yield f"residue: {outcome.residue}"
    yield f"evidence: {_ORIGINS[outcome.origin]}"
    counts = {name: sum(1 for line in outcome.lines if line["verdict"] == name) for name in report.VERDICTS}
    told = [f"{number} {name}" for name, number in counts.items() if number]
    lax = sum(1 for line in outcome.lines if line["verdict"] == "fail" and not line["gating"])
    if lax:
        told.append(f"{lax} of the failures do not gate")
    average = outcome.requests / max(1, len(outcome.lines))
    yield (
        f"{_WORDS.get(outcome.status, 'ended')} (exit {outcome.status}): {', '.join(told)}; "
        f"{outcome.requests} requests, {average:.1f} per case; {outcome.file}"
    )


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
