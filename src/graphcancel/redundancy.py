"""
Which clauses the suite could do without, as far as the catalogue tells: those whose faults other clauses find as well.

A clause's check is needed if a fault would survive without it. That can only be one of the faults that break this very
clause, for any other is found by its own. That another clause finds a fault too is seen in whatever cases were run.
That no other does is seen only where every kind of case was run on every route: so what looks needed is settled by
such a run of one fault nothing else seems to find. One clause is weighed at a time: without one redundant clause,
another may be needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphcancel.proof import KILLED, Result
from graphcancel.subjects import FAULT, Subject


@dataclass(frozen=True, slots=True)
class Weight:
    """
    What a clause is good for.

    Attributes:
        stand_ins: A few other clauses that between them find all of its faults.
        needed_by: Of its faults one that no other clause finds in any kind of case.
        unsettled: Those of its faults that no other clause found in the cases that were run, where they were few.
    """

    clause: str
    stand_ins: tuple[str, ...] = ()
    needed_by: str | None = None
    unsettled: tuple[str, ...] = ()

    @property
    def redundant(self) -> bool:
        """Whether every fault it finds is found by another clause too."""
        return not self.needed_by and not self.unsettled


def weigh(subjects: Sequence[Subject], results: Sequence[Result], sampled: Iterable[Result] = ()) -> list[Weight]:
    """
    Each clause all of whose faults were killed by it, by name.

    Args:
        subjects: The whole catalogue: a clause some of whose faults were not run is not weighed.
        sampled: Results of every case, or of every kind.
    """
    known = {result.name: result for result in results}
    # A run that found nothing at all shows nothing about who else does.
    # What was drawn to be run with every case is another fault with each change, so it settles nothing.
    ran = [*(result for result in results if result.whole), *(result for result in sampled if result.wide)]
    often = {subject.name for subject in subjects if subject.once_in == 1}
    wide = {result.name: result for result in ran if result.outcome == KILLED and result.name in often}
    clauses: dict[str, list[Result | None]] = {}
    for subject in subjects:
        if subject.kind == FAULT:
            clauses.setdefault(subject.breaks, []).append(known.get(subject.name))
    found = []
    for clause, each in sorted(clauses.items()):
        killed = [result for result in each if result and result.outcome == KILLED]
        if len(killed) == len(each):
            found.append(_weighed(clause, killed, wide))
    return found


def _weighed(clause: str, killed: Sequence[Result], wide: Mapping[str, Result]) -> Weight:
    # What the chosen cases show comes first, so that which faults were also run in full changes nothing.
    others = {
        result.name: tuple(result.collateral or (wide[result.name].collateral if result.name in wide else ()))
        for result in killed
    }
    alone = [name for name, clauses in others.items() if not clauses]
    needed_by = next((name for name in alone if name in wide), None)
    if needed_by:
        return Weight(clause, needed_by=needed_by)
    if alone:
        return Weight(clause, unsettled=tuple(alone))
    return Weight(clause, _cover(others))


def _cover(others: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """A few clauses of which each fault has one: always that which has most of the faults left, the first by name."""
    left = set(others)
    found = []
    while left:
        count = {clause: sum(1 for name in left if clause in others[name]) for name in left for clause in others[name]}
        best = min(count, key=lambda clause: (-count[clause], clause))
        found.append(best)
        left -= {name for name in left if best in others[name]}
    return tuple(found)
