"""
What can have changed between two runs, kind by kind, and the shape in which it is kept.

A comparison stands in the footer of the run that was compared (``compared`` in ``run.schema.json``), so it is plain
data: reports read it as they read the rest of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Final

from graphcancel.run import Line, Part

MOVING: Final[Mapping[str, str]] = {
    "off-pass": "moved off pass",
    "further": "clauses that held and do not now, in cases that did not pass before either",
    "unasserted": "clauses no longer asserted",
    "unexamined": "clauses judged then and not examined now",
    "vanished": "cases that vanished from the suite",
    "unasked": "cases that are still planned, and no test asks for them any more",
    "unreached": "cases that were not reached, and nothing says why",
    "readings": "disputes between pages that the target reads otherwise",
}
"""Kinds of change that make a comparison end with 15, to their titles, in the order in which they are told."""

TOLD: Final[Mapping[str, str]] = {
    "target": "not the same target",
    "origin": "EVIDENCE OF ANOTHER KIND",
    **MOVING,
    "found": "findings in cases that were not judged before",
    "otherwise": "other moves of a verdict",
    "excused": "findings that known deviations cover otherwise",
    "better": "better than before",
    "new": "new",
    "left-out": "left out of one of the runs",
    "answered": "answered otherwise, judged the same",
    "lag": "effects that took longer or shorter",
    "sent": "sent otherwise: a change of the suite, not of the target",
    "contracts": "what the pages say",
    "made": "made by or for something else",
}
"""Every kind of change, to its title, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Item:
    """
    One thing that changed.

    Attributes:
        text: What changed, in words that hold for other cases too: neither *case* nor *clause* is in it.
        case: None where it is about more than one case.
        clause: With its contract before a ``#`` where it is about no case.
        before: In short, None where there was nothing; *after* alike.
    """

    text: str
    case: str | None = None
    clause: str | None = None
    before: str | None = None
    after: str | None = None


Found = Iterator[tuple[str, Item]]
"""What changed, each with its kind."""


@dataclass(frozen=True, slots=True)
class Change:
    """All that changed of one kind."""

    kind: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What changed from one run to another.

    Attributes:
        against: Of the run before: *target*, *run*, *started*, *suite* and how many *cases* it judged.
    """

    against: Mapping[str, Any]
    changes: tuple[Change, ...]

    @property
    def moved(self) -> bool:
        """Whether anything is worse, silent or read otherwise."""
        return any(change.kind in MOVING for change in self.changes)

    def as_json(self) -> dict[str, Any]:
        """The comparison as the footer of a run holds it."""
        return {
            "with": dict(self.against),
            "moved": self.moved,
            "changes": [
                {"kind": one.kind, "title": one.title, "items": [asdict(item) for item in one.items]}
                for one in self.changes
            ],
        }


def by_kind(found: Iterable[tuple[str, Item]]) -> tuple[Change, ...]:
    """*found* in the order in which kinds are told; within one kind as it came."""
    sorted_out: dict[str, list[Item]] = {kind: [] for kind in TOLD}
    for kind, item in found:
        sorted_out[kind].append(item)
    return tuple(Change(kind, TOLD[kind], tuple(items)) for kind, items in sorted_out.items() if items)


def drawn(line: Line) -> str | None:
    """Of a case with generated calls how many there were to be, and from which seed."""
    made = line.get("generated")
    return f"{made['allotted']} from seed {made['seed']}" if made else None


def others_drawn(before: Line, after: Line) -> bool:
    """Whether the generated calls of a case are others in each of two runs."""
    then, now = drawn(before), drawn(after)
    return then is not None and now is not None and then != now


@dataclass(frozen=True)
class Pair:
    """What one target answered in two runs, the earlier one as *before*."""

    before: Part
    after: Part

    @cached_property
    def common(self) -> tuple[tuple[Line, Line], ...]:
        """The lines of each case that both runs have, in the order of the plan."""
        then = self.before.by_id
        return tuple((then[line["id"]], line) for line in self.after.cases if line["id"] in then)

    @cached_property
    def alike(self) -> tuple[tuple[Line, Line], ...]:
        """Those of which both runs made the same calls, as far as can be known: the drawn ones by seed and number."""
        return tuple(pair for pair in self.common if not others_drawn(*pair))

    @cached_property
    def restricted(self) -> tuple[Part, Part]:
        """Both with the cases alone that both have: what was not asked twice says nothing of a change."""
        return (
            replace(self.before, cases=tuple(line for line, _ in self.common)),
            replace(self.after, cases=tuple(line for _, line in self.common)),
        )
