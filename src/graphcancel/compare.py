"""
From two runs to what changed between them: a pure function, so that a comparison can be made again from what lies on
disk. Nothing is told of two runs of which each judged and was answered the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from graphcancel.changes import Comparison, Found, Item, Pair, by_kind
from graphcancel.circumstances import differing
from graphcancel.errors import RunError
from graphcancel.moves import fresh, gone, moves
from graphcancel.otherwise import drifted, sent_otherwise
from graphcancel.run import Part, Run
from graphcancel.silence import reread, silenced, spoken

EXIT_MOVED: Final = 15
_LOOKS: Final = (moves, silenced, gone, reread, fresh, spoken, drifted, sent_otherwise, differing)


def compare(before: Run, after: Run) -> Comparison:
    """What changed from the run *before* to the one *after*, target by target."""
    return Comparison(described(before), by_kind(_found(before, after)))


def described(run: Run) -> dict[str, object]:
    """Which run it is, as a comparison names it."""
    return {
        "target": run.target,
        "run": ", ".join(part.header["run"] for part in run.parts),
        "started": run.header["started"],
        "suite": run.header["suite"],
        "cases": sum(len(part.cases) for part in run.parts),
    }


def of_target(run: Run, target: str, place: object) -> Run:
    """
    Of *run* what it says of *target*: all of it where it is of one target only, whichever that is.

    Raises:
        RunError: It is of several targets and not of this one; *place* says where it lies.
    """
    if len(run.parts) == 1:
        return run
    named = [part for part in run.parts if part.target == target]
    if not named:
        raise RunError(f"{place}: a merged run without target {target}; name a run of it")
    return replace(run, header={**run.header, "target": target}, parts=tuple(named))


def _found(before: Run, after: Run) -> Found:
    pairs = list(_pairs(before, after))
    several = max(len(before.parts), len(after.parts)) > 1
    for then, now in pairs:
        if then is None or now is None:
            yield _target_alone(then, now)
            continue
        for look in _LOOKS:
            for kind, item in look(Pair(then, now)):
                yield kind, replace(item, text=f"target {now.target}: {item.text}") if several else item


def _pairs(before: Run, after: Run) -> Iterator[tuple[Part | None, Part | None]]:
    """The parts of both by the target's name; two runs of one target each are compared whatever it is called."""
    if len(before.parts) == len(after.parts) == 1:
        yield before.parts[0], after.parts[0]
        return
    then, now = ({part.target: part for part in run.parts} for run in (before, after))
    yield from ((then.get(name), now.get(name)) for name in dict.fromkeys([*then, *now]))


def _target_alone(then: Part | None, now: Part | None) -> tuple[str, Item]:
    if then:
        return "vanished", Item(f"target {then.target} with its {len(then.cases)} cases", None, None, then.target, None)
    assert now is not None  # noqa: S101 - a pair has one side at least
    return "new", Item(f"target {now.target} with its {len(now.cases)} cases", None, None, None, now.target)
