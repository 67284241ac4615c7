"""
Legitimate differences several at a time: sets of variations in which every two that can go together do, at least once.

Half of them go into a set, so that a few sets are enough. Which set holds which is the catalogue's alone: the same
catalogue gives the same sets, and a change of it gives others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from graphcancel.subjects import COMBINATION, VARIATION, Subject


def combine(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Subjects of several of the variations among *subjects* each, which together hold every pair there can be."""
    variations = {subject.name: subject for subject in subjects if subject.kind == VARIATION}
    size = (len(variations) + 1) // 2
    left = pairs(variations.values())
    found = []
    while left:
        members = _grow(list(variations.values()), left, size)
        left -= set(map(frozenset, combinations(members, 2)))
        found.append(members)
    return tuple(_joined(number, [variations[name] for name in members]) for number, members in enumerate(found, 1))


def pairs(variations: Iterable[Subject]) -> set[frozenset[str]]:
    """The names of every two of *variations* that can go together."""
    return {frozenset((one.name, other.name)) for one, other in combinations(variations, 2) if _go_together(one, other)}


def paired(subjects: Iterable[Subject]) -> set[frozenset[str]]:
    """The names of every two variations that are together in some combination among *subjects*."""
    return {frozenset(pair) for subject in subjects for pair in combinations(subject.members, 2)}


def _grow(variations: Sequence[Subject], left: Collection[frozenset[str]], size: int) -> list[str]:
    """One set of up to *size*: each next member makes as many pairs that are *left* as any can, the first such."""
    members: list[Subject] = []
    while len(members) < max(size, 2):
        able = [one for one in variations if one not in members and all(_go_together(one, other) for other in members)]
        gains = {
            one.name: sum(1 for pair in left if one.name in pair)
            if not members
            else sum(1 for other in members if frozenset((one.name, other.name)) in left)
            for one in able
        }
        best = max(able, key=lambda one: gains[one.name], default=None)
        if best is not None and gains[best.name]:
            members.append(best)
            continue
        # Two that go with all of them and are left to meet each other save a set of their own.
        both = next(
            ([one, other] for one, other in combinations(able, 2) if frozenset((one.name, other.name)) in left), []
        )
        if not both:
            break
        members += both
    order = {one.name: place for place, one in enumerate(variations)}
    return sorted((one.name for one in members), key=order.__getitem__)


def _go_together(one: Subject, other: Subject) -> bool:
    return one.name not in other.excludes and other.name not in one.excludes


def _joined(number: int, members: Sequence[Subject]) -> Subject:
    return Subject(
        name=f"combination-{number}",
        kind=COMBINATION,
        changes=f"{len(members)} variations at once",
        leaves_open=tuple(dict.fromkeys(pattern for one in members for pattern in one.leaves_open)),
        group=COMBINATION,
        members=tuple(one.name for one in members),
    )
