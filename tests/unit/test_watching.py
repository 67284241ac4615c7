"""What is looked at once more at the end of a run, and how that look may turn a verdict."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from given_evidence import (
    ADA,
    BESIDE,
    BOB,
    CASES,
    CONTRACTS,
    CONVENTION,
    DECOY,
    DONE,
    KEPT,
    MARK,
    NAMESAKE,
    OCCURRENCE,
    ORGANIZERS,
    OWN_COPY,
    SERIES,
    SERIES_AFTER,
    UNCHANGED,
    answered,
    entry,
    evidence,
    left,
    mail,
    refusal,
    series,
)

from graphcancel.record import Record
from graphcancel.verdict import conclude, judge
from graphcancel.watching import Watch

OPEN_CASE = "graph-conventions/v1.0.me.events/organizer/pascal/percent-encoded-id"
UIDS = replace(DONE, uid="m"), entry("other", uid="d")
STANDS = left(*UIDS)["after"]
"""After a call beside a namesake that went as documented."""
AT_THE_END = "seen at the end of the run"


class Ground:
    """A stage whose clock says *now* and keeps how long it was slept; a look is whatever is said to be seen."""

    def __init__(self, *, longest: float = 0.0, now: float = 0.0) -> None:
        self.slept: list[float] = []
        self.seen = UNCHANGED
        self.shared: list[str | None] = []
        self.looked: list[tuple[object, bool]] = []
        clock = SimpleNamespace(now=lambda: now, sleep=self.slept.append)
        lookout = SimpleNamespace(sharing=self.sharing)
        target = SimpleNamespace(clock=clock)
        stage = SimpleNamespace(target=target, longest=longest, lookout=lookout, since="yesterday")
        self.watch = Watch(stage, CONTRACTS, self.look)

    @contextmanager
    def sharing(self, since):
        self.shared.append(since)
        yield
        self.shared.append(None)

    def look(self, scene):
        self.looked.append((scene, bool(self.shared) and self.shared[-1] is not None))
        return self.seen

    def keep(self, case: str = OWN_COPY, *, point: object = "there", ended: float = 0.0, **parts) -> bool:
        """Have one call judged and watched."""
        made = evidence(case, **parts)
        if made.exchange:
            made = replace(made, exchange=replace(made.exchange, ended=ended))
        verdict = conclude(judge(made, CASES[case].clauses), sent=True)
        return self.watch.keep(made.case, SimpleNamespace(point=point), made, Record(made.case, verdict))

    def turned(self, **seen) -> list[Record]:
        """What a last look turns that sees this."""
        self.seen = replace(self.seen, **seen)
        return self.watch.last_look()


BESIDE_A_NAMESAKE = {"before": BESIDE, "after": STANDS}


# what is called, what it came to, whether it is watched
WATCHED = [
    (OWN_COPY, KEPT, True),
    (CONVENTION, {**answered(401), "after": UNCHANGED}, True),
    (CONVENTION, {**answered(500), "after": UNCHANGED}, True),
    (OWN_COPY, {**answered(None), "after": UNCHANGED}, False),
    (OWN_COPY, {"exchange": None, "after": UNCHANGED}, False),
    (OWN_COPY, {**KEPT, "after": None}, False),
    (OWN_COPY, {**KEPT, "point": None}, False),
    (NAMESAKE, BESIDE_A_NAMESAKE, True),
    (NAMESAKE, {**BESIDE_A_NAMESAKE, "after": replace(STANDS, own=((),))}, False),
    (ORGANIZERS, {}, False),
    (OCCURRENCE, series(), True),
    (OCCURRENCE, series(own=((), (), SERIES[2])), False),
]


@pytest.mark.parametrize(("case", "parts", "expected"), WATCHED, ids=range(len(WATCHED)))
def test_refused_calls_are_watched_and_accepted_ones_beside_what_must_stand(case, parts, expected):
    ground = Ground()

    assert ground.keep(case, **parts) is expected
    assert ground.watch.holds(CASES[case]) is expected


def test_another_case_is_not_held():
    ground = Ground()
    ground.keep(OWN_COPY, **KEPT)

    assert ground.watch.holds(CASES[ORGANIZERS]) is False


def test_nothing_is_waited_for_or_looked_at_where_nothing_is_watched():
    ground = Ground()

    assert ground.turned() == []
    assert (ground.slept, ground.shared) == ([], [])


@pytest.mark.parametrize(("longest", "slept"), [(0.25, 8.0), (1.5, 8.5)])
def test_the_last_call_is_given_the_longest_lag_and_a_second_at_least(longest, slept):
    ground = Ground(longest=longest, now=2.0)
    for ended in (5.0, 9.0, 7.0):
        ground.keep(OWN_COPY, ended=ended, **KEPT)

    ground.turned()

    assert ground.slept == [slept]


def test_each_scene_is_looked_at_once_and_inboxes_are_shared():
    ground = Ground()
    ground.keep(OWN_COPY, point="here", **KEPT)
    ground.keep(CONVENTION, point="there", **answered(401), after=UNCHANGED)

    assert ground.turned() == []
    assert [(scene.point, shared) for scene, shared in ground.looked] == [("here", True), ("there", True)]
    assert ground.shared == ["yesterday", None]
    assert not ground.watch.holds(CASES[OWN_COPY])
    assert ground.watch.last_look() == []
    assert (len(ground.looked), len(ground.slept)) == (2, 1)


# The clause that turns: that about what a refusal leaves alone, else the case's first, else the convention.
@pytest.mark.parametrize(
    ("case", "parts", "clause"),
    [
        (OWN_COPY, KEPT, "organizer.only"),
        (CONVENTION, {**answered(401), "after": UNCHANGED}, "refusal.without-effect"),
        (ORGANIZERS, KEPT, "http-request.route"),
        (OPEN_CASE, KEPT, "refusal.without-effect"),
    ],
)
def test_a_refused_call_that_touched_something_late_turns(case, parts, clause):
    ground = Ground()
    ground.keep(case, **parts)
    (turned,) = ground.turned(own=((DECOY,),))
    first, *rest = turned.verdict.findings

    assert (turned.case, turned.verdict.name) == (CASES[case], "fail")
    assert (first.clause, first.held, first.pending) == (clause, False, False)
    assert first.documented == CONTRACTS[CASES[case].contract].clauses[clause].says
    assert first.received == f"an event left the organizer's calendar, {AT_THE_END}"
    assert [line.clause for line in rest] == [name for name in CASES[case].clauses if name != clause]


def test_what_had_changed_when_the_call_was_judged_turns_nothing():
    ground = Ground()
    ground.keep(OWN_COPY, **refusal(), after=replace(UNCHANGED, own=((DECOY,),)))

    assert ground.turned(own=((DECOY,),)) == []


def test_only_what_is_new_is_told_and_once_for_all_attendees():
    ground = Ground()
    ground.keep(OWN_COPY, **refusal(), after=replace(UNCHANGED, own=((DECOY,),)))
    copies, told = dict.fromkeys((ADA, BOB), ((DONE,),)), {ADA: (mail(),), BOB: (mail(),)}
    (turned,) = ground.turned(own=((DECOY,),), copies=copies, mail=told)

    said = f"an attendee's copy is cancelled or gone; an attendee was told, {AT_THE_END}"
    assert turned.verdict.findings[0].received == said


def test_one_call_that_turns_does_not_turn_another():
    ground = Ground()
    ground.keep(ORGANIZERS, **refusal(), after=replace(UNCHANGED, own=((DECOY,),)))
    ground.keep(OWN_COPY, **KEPT)

    assert [record.case for record in ground.turned(own=((DECOY,),))] == [CASES[OWN_COPY]]


def test_an_accepted_call_turns_by_the_effects_that_held_and_hold_no_more():
    ground = Ground()
    ground.keep(NAMESAKE, **BESIDE_A_NAMESAKE)
    ground.seen = STANDS
    (turned,) = ground.turned(own=((entry("meeting", uid="m"),),))
    lines = {line.clause: line for line in turned.verdict.findings}
    broken = [line.clause for line in turned.verdict.findings if line.held is False]

    assert turned.verdict.name == "fail"
    assert broken == ["effect.only-this-event", "effect.left-calendar"]
    assert [lines[clause].received for clause in broken] == [
        f"another event with its subject is gone too, {AT_THE_END}",
        f"still in the calendar, {AT_THE_END}",
    ]
    # Nobody looks again.
    assert not any(line.pending for line in turned.verdict.findings)
    assert sorted(lines) == sorted(CASES[NAMESAKE].clauses)
    assert len(turned.verdict.findings) == len(lines)


def test_an_occurrence_turns_where_its_series_goes_late():
    ground = Ground()
    ground.keep(OCCURRENCE, **series())
    ground.seen = SERIES_AFTER
    (turned,) = ground.turned(own=((), (), ()))

    assert "occurrence.series-intact" in [line.clause for line in turned.verdict.findings if line.held is False]


@pytest.mark.parametrize("seen", [{}, {"mail": {ADA: (mail(text=MARK),), BOB: (mail(text=MARK),)}}])
def test_an_accepted_call_whose_effects_still_hold_stays_as_judged(seen):
    """Also where a text is no longer read: only effects are watched."""
    ground = Ground()
    ground.keep(NAMESAKE, **BESIDE_A_NAMESAKE)
    ground.seen = STANDS

    assert ground.turned(**seen) == []


def test_what_cannot_be_seen_at_the_end_turns_nothing():
    ground = Ground()
    ground.keep(NAMESAKE, **BESIDE_A_NAMESAKE)
    ground.seen = STANDS

    assert ground.turned(mail={}, copies={}) == []


def test_an_effect_that_was_a_finding_already_is_not_judged_anew():
    ground = Ground()
    told = {ADA: (mail(),), BOB: ()}
    ground.keep(NAMESAKE, before=BESIDE, after=replace(STANDS, mail=told))
    ground.seen = replace(STANDS, mail=told)

    assert ground.turned() == []
