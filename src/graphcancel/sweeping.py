"""
Removing what killed runs left in a target.

What is looked for is what ledgers announce that nobody cleared; without one, only what is older than a day, or of a run
named by its id. What a run that is still going has made is never touched, nor what bears no mark: mail of the booking
business aside, that came while a killed run booked there.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from graphcancel.appointments import BOOKED_WITHIN
from graphcancel.clearing import remove
from graphcancel.ledger import Unfinished, hold, mark_cleared, place_of, unfinished
from graphcancel.leftovers import Bystanders, Leftover, Search, find
from graphcancel.marks import Mark, run_of, started_at
from graphcancel.scene import WEEK_WINDOW, stamp
from graphcancel.stage import Stage

_ALONE: Final = "left alone, since people outside writable take part or may, and would be told"
DAY: Final = dt.timedelta(hours=24)
"""How old a mark must be that no ledger announces."""

_MONTH: Final = dt.timedelta(days=35)
_BEFORE: Final = dt.timedelta(days=3)
_MARGIN: Final = dt.timedelta(minutes=1)
_AFTER: Final = dt.timedelta(minutes=30)
"""How long after a run was killed its bookings may still bring mail."""

_TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    What one sweep is to remove.

    Attributes:
        ledgers: Those of this target that nobody cleared and whose runs have ended; held while the sweep lasts.
        going: Runs that are still going: what they made is theirs.
        elsewhere: How many ledgers are of other targets.
        run: The only run to sweep, by its id; None for all.
        complaints: What is wrong with files that should be ledgers.
    """

    ledgers: Sequence[Unfinished] = ()
    going: frozenset[str] = frozenset()
    elsewhere: int = 0
    run: str | None = None
    complaints: Sequence[str] = ()

    @property
    def last(self) -> dt.datetime | None:
        """When one of the runs last meant to create something; None where there is no ledger."""
        return max((ledger.last for ledger in self.ledgers), default=None)


@dataclass(slots=True)
class Swept:
    """
    What a sweep found and did.

    Attributes:
        removed: What it removed.
        left: What is still there; after a dry run, everything found.
        alone: Events of no run from here that people outside ``writable`` take part in, and which are not touched.
        blind: Reasons for lists that could not be read.
    """

    removed: list[Leftover] = field(default_factory=list)
    left: list[Leftover] = field(default_factory=list)
    alone: list[Leftover] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is left, as far as anybody can tell."""
        return not self.left and not self.alone and not self.blind


def assign(stage: Stage, runs: Path, run: str | None, held: ExitStack) -> Assignment:
    """
    Read the ledgers below *runs*, and take those whose runs have ended.

    Args:
        run: Sweep this run only, with a ledger or without.
        held: Keeps the locks of the ledgers taken.
    """
    found, complaints = unfinished(runs)
    place = place_of(stage.target.description)
    mine, going, elsewhere = [], set(), 0
    for ledger in found:
        lock = hold(ledger.path)
        if lock is None:
            going.add(run_of(ledger.run))
            continue
        held.callback(lock.release)
        if ledger.place != place:
            elsewhere += 1
        elif run is None or run_of(ledger.run) == run:
            mine.append(ledger)
    # A worker that died while its run goes on: that run clears up after it, or is swept up when it has ended.
    mine = [ledger for ledger in mine if run_of(ledger.run) not in going]
    return Assignment(mine, frozenset(going), elsewhere, run, complaints)


def search_for(assignment: Assignment, now: dt.datetime, skew: dt.timedelta) -> Search:
    """
    What to look for, and where.

    Args:
        now: By the clock of this machine, as the marks are.
        skew: How much the server's clock is ahead of it.
    """
    announced = frozenset(mark for ledger in assignment.ledgers for mark in ledger.marks)
    # By both clocks: neither may take a run of today for one of yesterday.
    young = min(now, now + skew) - DAY

    def wanted(mark: Mark) -> bool:
        if mark.whole_run in assignment.going:
            return False
        if assignment.run is not None:
            return mark.whole_run == assignment.run
        return mark.case in announced or mark.started < young

    runs = [ledger.run for ledger in assignment.ledgers] + ([assignment.run] if assignment.run else [])
    starts = [started_at(run) for run in runs]
    # A business's mail names no run, so none of it is taken while a run is going that it may be of.
    booked = [] if assignment.going else [one for one in assignment.ledgers if "booking_business" in one.places]
    oldest = min([now - _MONTH, *(start - _BEFORE for start in starts)])
    return Search(
        wanted=wanted,
        windows=(WEEK_WINDOW, (stamp(oldest), stamp(now + DAY))),
        group=True,
        booked=(stamp(oldest), stamp(now + dt.timedelta(days=BOOKED_WITHIN + 1))),
        unmarked=[(stamp(started_at(one.run) + skew - _MARGIN), stamp(one.last + skew + _AFTER)) for one in booked],
        announced=announced,
        owed=frozenset().union(*(ledger.places for ledger in assignment.ledgers)),
    )


def sweep_up(
    stage: Stage,
    roots: Sequence[str],
    search: Search,
    last: dt.datetime | None,
    tell: Callable[[str], None],
) -> Swept:
    """
    Remove what *search* finds, until for as long as an effect may take nothing more has come up.

    What was sent just before a run was killed, and mail about what is deleted here, may show later.

    Args:
        last: When a killed run may have sent something last.
        tell: Is told what a person would wonder about.
    """
    patience = stage.target.description.patience
    quiet = dt.timedelta(seconds=max(patience.effect_s, patience.invite_s))
    swept = Swept()
    tries: Counter[str] = Counter()
    bystanders = Bystanders(stage, search)
    # By a clock that is ahead, or a ledger that says so, there would be more to wait for than there can be.
    changed = last and min(last, dt.datetime.now(dt.UTC))
    while True:
        swept.blind = []
        found = look(stage, roots, search, swept.blind)
        found, swept.alone = bystanders.told_from(found)
        swept.left = [one for one in found if tries[one.deletion.path] >= _TRIES]
        due = [one for one in found if tries[one.deletion.path] < _TRIES]
        if due:
            remove(stage, due)
            tries.update(one.deletion.path for one in due)
            changed = dt.datetime.now(dt.UTC)
            swept.removed += [one for one in due if tries[one.deletion.path] == 1]
            continue
        wait = (changed + quiet - dt.datetime.now(dt.UTC)).total_seconds() if changed else 0.0
        if wait <= 0 or swept.blind:
            break
        if wait > 1:
            tell(f"waiting {wait:.0f} s for what may still arrive")
        time.sleep(wait)
    gone = {one.deletion.path for one in swept.left}
    swept.removed = [one for one in swept.removed if one.deletion.path not in gone]
    return swept


def rehearse(stage: Stage, roots: Sequence[str], search: Search) -> Swept:
    """What `sweep_up` would remove and leave alone; nothing is removed."""
    swept = Swept()
    swept.left, swept.alone = Bystanders(stage, search).told_from(look(stage, roots, search, swept.blind))
    return swept


def look(stage: Stage, roots: Sequence[str], search: Search, blind: list[str]) -> list[Leftover]:
    """What is there of *search*, on every server of the target."""
    return [leftover for root in roots for leftover in find(stage, root, search, blind)]


def note_cleared(assignment: Assignment) -> None:
    """Note in the ledgers that nothing is left of what they announced."""
    for ledger in assignment.ledgers:
        mark_cleared(ledger.path)


def told_of(assignment: Assignment, name: str, troubles: Sequence[str] = ()) -> Iterator[str]:
    """
    What a person is told before a sweep.

    Args:
        troubles: Why actors of the target cannot sign in.
    """
    runs = sorted({run_of(ledger.run) for ledger in assignment.ledgers})
    announced = f"{len(runs)} runs" if len(runs) != 1 else "1 run"
    yield f"graphcancel sweep: target {name}; ledgers of {announced} that did not clear up"
    yield from troubles
    for run in sorted(assignment.going):
        yield f"run {run} is still going: left alone"
    if assignment.elsewhere:
        yield f"{assignment.elsewhere} ledgers are of other targets: left alone"
    yield from assignment.complaints


def told_after(swept: Swept, *, dry_run: bool, complaints: Sequence[str] = ()) -> Iterator[str]:
    """What a person is told after it."""
    if dry_run:
        yield from _by_run("would remove", swept.left)
        yield from _by_run(_ALONE, swept.alone)
        yield "nothing was removed: a dry run" if swept.left else "nothing is there to remove"
    else:
        yield from _by_run("removed", swept.removed)
        yield from _by_run("could not remove", swept.left)
        yield from _by_run(_ALONE, swept.alone)
        clean = swept.clean and not complaints
        yield "nothing is left" if clean else "something may be left; look at it, and sweep again"
    for reason in sorted(set(swept.blind)):
        yield f"could not be looked at: {reason}"


def _by_run(deed: str, found: Sequence[Leftover]) -> Iterator[str]:
    grouped: dict[str, Counter[str]] = {}
    for leftover in found:
        grouped.setdefault(leftover.mark.whole_run if leftover.mark else "", Counter())[leftover.what] += 1
    for run in sorted(grouped):
        of = f"run {run}, started {started_at(run):%Y-%m-%d %H:%M} UTC" if run else "mail of the booking business"
        counts = ", ".join(f"{number} {what}{'' if number == 1 else 's'}" for what, number in grouped[run].items())
        yield f"{deed}: {counts} ({of})"
