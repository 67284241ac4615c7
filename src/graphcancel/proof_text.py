"""
A proof in words: one row for each subject, and what all of them come to.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from graphcancel.combining import paired, pairs
from graphcancel.proof import KILLED, OTHERWISE, Result, differing, summary
from graphcancel.redundancy import Weight
from graphcancel.standing_text import plural
from graphcancel.subjects import COMBINATION, CONSTANT, FAULT, VARIATION, Subject

_TITLES = (
    (FAULT, "faults"),
    (VARIATION, "variations"),
    (COMBINATION, "variations together"),
    (CONSTANT, "constant answers"),
)


def table(results: Sequence[Result], sampled: Sequence[Result] = ()) -> Table:
    """One row per subject: the outcome, who found it, what else was found, the time."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("subject", "outcome"):
        found.add_column(head, no_wrap=True)
    for head in ("found by", "open"):
        found.add_column(head, justify="right", no_wrap=True)
    found.add_column("collateral findings", overflow="fold")
    found.add_column("s", justify="right", no_wrap=True)
    for kind, title in _TITLES:
        _add(found, title, [result for result in results if result.kind == kind])
    _add(found, "with every case", [result for result in sampled if result.whole])
    _add(found, "with every kind of case", [result for result in sampled if not result.whole])
    return found


def _add(found: Table, title: str, results: Sequence[Result]) -> None:
    if results:
        found.add_row(f"[bold]{title}[/]")
    for result in sorted(results, key=lambda result: result.name):
        style = "green" if result.good else "yellow" if result.outcome == OTHERWISE else "red"
        beside = ", ".join(f"{clause} {count}" for clause, count in result.collateral.items())
        by = f"{result.found}/{result.expected}" if result.expected else ""
        found.add_row(
            f"  {result.name}", f"[{style}]{result.outcome}[/]", by, str(result.unexamined or ""),
            beside, f"{result.seconds:.0f}",
        )  # fmt: skip


def verdict(
    subjects: Sequence[Subject], results: Sequence[Result], sampled: Sequence[Result], weights: Sequence[Weight]
) -> list[str]:
    """
    What it comes to, in a few lines, the shortcomings first.

    Args:
        subjects: The whole catalogue, combinations included.
    """
    counted = summary(results)
    differ = differing(results, sampled)
    lines = [
        f"{result.name}: {result.outcome}: {result.reason}" for result in results if not result.good and result.reason
    ]
    lines += [
        f"{result.name}: not found by {len(result.missed)} of {result.expected} cases that had to: {result.missed[0]} …"
        for result in results
        if result.missed and result.outcome == KILLED
    ]
    lines += [f"{more.name}: the choice of cases was wrong: {text}" for more, texts in differ for text in texts]
    if counted["faults"]:
        share = 100 * counted["killed_by_named_clause"] / counted["faults"]
        lines.append(
            f"faults: {counted['faults']}; killed by the named clause {counted['killed_by_named_clause']} "
            f"({share:.4g} %), killed otherwise {counted['killed_otherwise']}, survived {counted['survived']}"
        )
    if counted["variations"]:
        lines.append(
            f"variations: {counted['variations']}; false alarms {counted['false_alarms']}, blind {counted['blind']}"
        )
    if counted["combinations"]:
        ran = {result.name for result in results}
        together = len(paired(subject for subject in subjects if subject.name in ran))
        possible = len(pairs([subject for subject in subjects if subject.kind == VARIATION]))
        lines.append(
            f"variations together: {plural(counted['combinations'], 'set')} with {together} of {possible} pairs; "
            f"false alarms {counted['false_alarms_combined']}, blind {counted['blind_combined']}"
        )
    if counted["constants"]:
        lines.append(f"constant answers: {counted['constants']}; fooled by {counted['fooled']}")
    if counted["no_verdict"]:
        lines.append(f"without a verdict: {counted['no_verdict']}")
    if sampled:
        same = sum(1 for _, texts in differ if not texts)
        lines.append(f"with more cases as well: {plural(len(sampled), 'subject')}; {same} of them the same")
    return [*lines, *_of_clauses(weights)]


def _of_clauses(weights: Sequence[Weight]) -> list[str]:
    if not weights:
        return []
    redundant = [weight for weight in weights if weight.redundant]
    needed = sum(1 for weight in weights if weight.needed_by)
    unsettled = len(weights) - len(redundant) - needed
    lines = [
        f"clauses: {len(weights)}; needed {needed}, redundant {len(redundant)}"
        + (f", not settled {unsettled}: for that, some faults have to be run with more cases" if unsettled else "")
    ]
    lines += [f"  {weight.clause}: its faults are found by {', '.join(weight.stand_ins)} too" for weight in redundant]
    return lines
