"""
What the suite is run against to prove it: services with a planted fault, services that differ and are right, alone and
several differences at once, and servers that always answer the same.

The mock says which there are; combinations are made of its variations (`combining`).
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from graphcancel.case import Case
from graphcancel.errors import GraphCancelError, RunError

FAULT: Final = "fault"
VARIATION: Final = "variation"
COMBINATION: Final = "combination"
CONSTANT: Final = "constant"
OTHER: Final = "other"
"""The group of what is in none."""

_KINDS: Final = frozenset({FAULT, VARIATION, CONSTANT})


@dataclass(frozen=True, slots=True)
class Subject:
    """
    One server to run the suite against.

    Attributes:
        kind: ``fault``, ``variation``, ``combination`` or ``constant``.
        breaks: The clause a fault breaks; empty for the others.
        caught_by: Patterns over case ids, ``!`` before one that excludes: the cases that have to find a fault by that
            clause.
        leaves_open: Patterns likewise: the cases a variation takes the ground from, so that they cannot be examined.
        group: The kind of promise: a row of the published table.
        once_in: How many calls there are to one that is wrong. Beyond 1, one case that has to find it is enough.
        excludes: Names of the variations that cannot go with this one.
        members: Names of the variations that a combination consists of.
    """

    name: str
    kind: str
    changes: str
    breaks: str = ""
    caught_by: tuple[str, ...] = ()
    leaves_open: tuple[str, ...] = ()
    group: str = OTHER
    once_in: int = 1
    excludes: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def options(self) -> str:
        """How the mock is asked for it."""
        option = "--fault" if self.kind in {FAULT, CONSTANT} else "--vary"
        return " ".join(f"{option} {name}" for name in self.members or (self.name,))

    @property
    def is_right(self) -> bool:
        """Whether it differs and breaks nothing, so that every finding is a false alarm."""
        return self.kind in {VARIATION, COMBINATION}

    def expects(self, case: Case) -> bool:
        """Whether *case* has to find this fault: it judges the clause, and the catalogue names it."""
        return self.breaks in case.clauses and matches(case.id, self.caught_by)


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether one of *patterns* fits *name*, and none that excludes; an asterisk stands for slashes too."""
    named = any(fnmatchcase(name, one) for one in patterns if not one.startswith("!"))
    return named and not any(fnmatchcase(name, one[1:]) for one in patterns if one.startswith("!"))


def read_catalogue(text: str) -> tuple[Subject, ...]:
    """
    The subjects a mock knows, from what ``graphmock faults --json`` prints; conditions of a tenant prove nothing.

    Raises:
        RunError: It is not such a list.
    """
    try:
        found = tuple(_subject(item) for item in json.loads(text) if item["kind"] != "tenant")
    except (ValueError, TypeError, AttributeError, KeyError):
        found = ()
    # Nothing at all would prove anything.
    if not found:
        raise RunError("graphmock faults --json: not a list of faults; install the mock of this version")
    return found


def _subject(item: Mapping[str, Any]) -> Subject:
    if item["kind"] not in _KINDS:
        raise ValueError(item["kind"])
    return Subject(
        name=str(item["name"]),
        kind=str(item["kind"]),
        changes=str(item["changes"]),
        breaks=str(item.get("breaks", "")),
        caught_by=tuple(item.get("caught_by", ())),
        leaves_open=tuple(item.get("leaves_open", ())),
        group=str(item.get("group") or OTHER),
        once_in=int(item.get("once_in", 1)),
        excludes=tuple(item.get("excludes", ())),
    )


def select(subjects: Sequence[Subject], faults: Sequence[str], variations: Sequence[str]) -> list[Subject]:
    """
    The subjects named, all where none is.

    Raises:
        GraphCancelError: A name nobody knows, with the nearest known one.
    """
    for option, names, kinds in (
        ("fault", faults, {FAULT, CONSTANT}),
        ("vary", variations, {VARIATION, COMBINATION}),
    ):
        known = [subject.name for subject in subjects if subject.kind in kinds]
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else "graphmock faults lists them"
                raise GraphCancelError(f"--{option} {name}: unknown; {hint}")
    wanted = {*faults, *variations}
    return [subject for subject in subjects if not wanted or subject.name in wanted]
