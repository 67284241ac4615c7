"""
Which cases are run against a subject, and which subjects are run with every case as well.

Nothing is drawn by chance: what is chosen follows from the catalogue and the cases, and what is run in full from the
state of the sources, so that it changes with each change and is the same where nothing did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final

from graphcancel.case import Case
from graphcancel.subjects import COMBINATION, CONSTANT, FAULT, VARIATION, Subject

FINDERS: Final = 8
"""At most how many of the cases that have to find a fault are run for it."""
BYSTANDERS: Final = 4
"""How many others are run for it: what else it breaks may show there."""
STRUCK: Final = 3
"""How often a fault that strikes once in so many calls has to have the opportunity."""


def chosen(subject: Subject, cases: Sequence[Case], *, whole: bool = False, wide: bool = False) -> list[Case]:
    """
    The cases to run against *subject*, in their order.

    A fault: of those that have to find it a few as different as can be, many where it strikes rarely, and fewer of the
    others. What finds a fault among these finds it among all: choosing can hide collateral findings, never a survivor.
    A variation: every kind of case and every route once, and each clause of each page. A combination, in which each
    variation is met once more: each page, version, actor, body, circumstance and clause once. A constant: all.

    Args:
        whole: All cases, whatever the subject.
        wide: Beside those chosen for it, what is run against a variation.
    """
    if whole or subject.kind == CONSTANT:
        return list(cases)
    if subject.kind == VARIATION:
        kept = _every_kind(cases)
    elif subject.kind == COMBINATION:
        kept = spread(
            cases,
            lambda case: [
                *(trait for trait in _traits(case) if trait[0] != "path"),
                *(("says", clause) for clause in case.clauses),
            ],
        )
    else:
        finders = [case for case in cases if subject.expects(case)]
        others = [case for case in cases if not subject.expects(case)]
        most = FINDERS if subject.once_in == 1 else STRUCK * subject.once_in
        kept = [*_filled(finders, most), *(_every_kind(cases) if wide else spread(others, _traits, BYSTANDERS))]
    names = {case.id for case in kept}
    return [case for case in cases if case.id in names]


def spread(cases: Sequence[Case], traits: Callable[[Case], Iterable[Hashable]], most: int | None = None) -> list[Case]:
    """
    Few cases that show every one of the *traits* any shows, or as many as *most* of them can.

    Those that show many at once come first, so that few are needed.
    """
    shown = {case.id: frozenset(traits(case)) for case in cases}
    seen: set[Hashable] = set()
    found: list[Case] = []
    for number in range(max(map(len, shown.values()), default=0), 0, -1):
        for case in cases:
            if most is not None and len(found) >= most:
                return found
            if len(shown[case.id] - seen) >= number:
                seen |= shown[case.id]
                found.append(case)
    return found


def _filled(cases: Sequence[Case], most: int) -> list[Case]:
    """As `spread`, filled up to *most* with what comes first, where there are as many."""
    found = spread(cases, _traits, most)
    return [*found, *[case for case in cases if case not in found][: most - len(found)]]


def _traits(case: Case) -> list[tuple[str, Hashable]]:
    """All that tells a case from others, each thing for itself."""
    own = ("contract", "version", "family", "path", "addressing", "actor", "body", "circumstance", "kind")
    return [(name, getattr(case, name)) for name in own]


def _every_kind(cases: Sequence[Case]) -> list[Case]:
    """Cases of every kind and on every route, and for each page each of its clauses."""
    return spread(
        cases,
        lambda case: [
            ("kind", _kind(case)),
            ("route", _route(case)),
            *(("says", (case.contract, clause)) for clause in case.clauses),
            *_traits(case),
        ],
    )


def _kind(case: Case) -> Hashable:
    """Whose call with what, and what is special about it."""
    return case.family == "bookings", case.actor, case.body, case.circumstance


def _route(case: Case) -> Hashable:
    return case.path, case.addressing


def drawn(subjects: Sequence[Subject], state: str, number: int) -> list[Subject]:
    """
    *number* of *subjects* to be run with every case as well: five faults to three variations.

    Args:
        state: What the sources are; another state draws others.
    """
    faults = (5 * number + 7) // 8
    return [
        *_first([subject for subject in subjects if subject.kind == FAULT], state, faults),
        # A combination with every case would take as long as all that is drawn.
        *_first([subject for subject in subjects if subject.kind == VARIATION], state, number - faults),
    ]


def by_lot(names: Iterable[str], state: str) -> list[str]:
    """*names* in an order that is another one in another *state*."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{state} {name}".encode()).digest())


def _first(subjects: Sequence[Subject], state: str, number: int) -> list[Subject]:
    known = {subject.name: subject for subject in subjects}
    return [known[name] for name in by_lot(known, state)[:number]]
