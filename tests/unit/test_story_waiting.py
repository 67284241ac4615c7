"""When a story looks: at once or put off, how long it looks for an effect, how long it watches that nothing changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from told_stories import (
    ADA,
    AFTER,
    BEFORE,
    BEGUN,
    CASE,
    MEETING,
    OWN_COPY,
    SECOND,
    from_then,
    held,
    stories_against,
    tell,
    timed,
)

from graphcancel.sight import Look, Unseen

OBSERVED = "graph-conventions/v1.0.me.events/organizer/absent"
BATCH = "graph-conventions/v1.0.me.events/organizer/pascal/batch"
NEVER = from_then(float("inf"))
AT_ONCE = from_then(0.0)
LOST = from_then(4.0, AFTER, replace(AFTER, own=((),)))
"""The event beside the meeting goes too, four seconds after it."""


@pytest.fixture
def stories(script, by_id):
    def made(*statuses, shows, longest=0.0, likely=0.0, **stage):
        found = timed(stories_against(script, by_id, *statuses, longest=longest, **stage), shows)
        found.stage.waiting.longest, found.stage.waiting.likely = longest, likely
        return found

    return made


def moments(made) -> list[float]:
    return [round(moment, 2) for moment, _ in made.stage.looked]


def missed(made) -> dict[str, int]:
    return made.stage.waiting.learnt().get("misses", {})


# -- looking for what a call brings about -----------------------------------------------------------------------------


def test_an_effect_is_looked_for_at_once_and_then_ever_less_often(stories, named):
    made = stories(202, shows=from_then(2.0))
    tell(made, named(CASE))

    assert moments(made) == [0.0, 0.05, 0.15, 0.35, 0.75, 1.55, 2.55]
    assert [again for _, again in made.stage.looked] == [False] + [True] * 6
    assert len(made.stage.owned) == 7


def test_what_is_learnt_of_an_effect_is_when_it_showed(stories, named):
    made = stories(202, shows=from_then(2.0))
    record = tell(made, named(CASE))

    assert record.verdict.name == "pass"
    assert made.stage.waiting.longest == pytest.approx(2.55)
    assert made.stage.waiting.likely == pytest.approx(0.8 * 2.55)
    assert missed(made) == {}


def test_an_effect_that_is_there_at_once_has_no_lag(stories, named):
    made = stories(202, shows=AT_ONCE)
    record = tell(made, named(CASE))

    assert (moments(made), record.lag_s) == ([0.0], 0.0)
    assert made.stage.waiting.learnt() == {}


def test_what_the_first_look_itself_takes_is_no_lag(stories, named):
    made = stories(202, shows=AT_ONCE)
    look = made.stage.lookout.look

    def slow(point, *, again=False):
        made.target.clock.sleep(3.0)
        return look(point, again=again)

    made.stage.lookout.look = slow
    record = tell(made, named(CASE))

    assert record.lag_s == 0.0
    assert made.stage.waiting.learnt() == {}


def test_an_effect_that_is_there_at_the_second_look_has_a_lag(stories, named):
    made = stories(202, shows=from_then(0.03))
    tell(made, named(CASE))

    assert made.stage.waiting.longest == pytest.approx(0.05)
    assert made.stage.waiting.likely == pytest.approx(0.04)


def test_an_effect_that_nobody_could_see_has_no_lag(stories, named):
    unseen = Unseen("a look was answered 503")
    made = stories(202, shows=from_then(0.5, BEFORE, Look(0.0, unseen, None, {ADA: unseen}, {ADA: unseen})))
    record = tell(made, named(OBSERVED))

    assert len(made.stage.looked) > 1
    assert record.lag_s is None
    assert made.stage.waiting.learnt() == {}


def test_the_first_look_is_put_off_until_an_effect_is_likely(stories, named):
    made = stories(202, shows=AT_ONCE, likely=1.64)
    record = tell(made, named(CASE))

    assert moments(made) == [1.64]
    assert [again for _, again in made.stage.looked] == [False]
    assert record.lag_s == 1.6


def test_an_effect_that_is_there_at_a_look_put_off_makes_the_next_come_sooner(stories, named):
    made = stories(202, shows=AT_ONCE, likely=1.5)
    tell(made, named(CASE))

    assert made.stage.waiting.longest == 0.0
    assert made.stage.waiting.likely == pytest.approx(1.2)


def test_an_effect_that_is_not_there_yet_at_a_look_put_off_is_looked_for_as_any(stories, named):
    made = stories(202, shows=from_then(1.7), likely=1.64)
    record = tell(made, named(CASE))

    assert moments(made) == [1.64, 1.74]
    assert record.lag_s == 1.7
    assert made.stage.waiting.longest == pytest.approx(1.74)
    assert made.stage.waiting.likely == pytest.approx(0.8 * 1.74)


def test_an_effect_within_the_usual_time_is_not_late(stories, named):
    """The usual time is a second where no lag is known."""
    record = tell(stories(202, shows=AT_ONCE, likely=1.0), named(CASE))

    assert record.lag_s == 1.0
    assert [item.late_s for item in record.verdict.findings if item.late_s is not None] == []


def test_what_held_from_the_first_look_is_not_late_beside_what_came_late(stories, named):
    record = tell(stories(202, shows=from_then(1.7), likely=0.5), named(CASE))
    late = {item.clause for item in record.verdict.findings if item.late_s is not None}

    assert {"response.status", "effect.only-this-event"}.isdisjoint(late)
    assert "effect.left-calendar" in late


def test_the_lag_of_a_case_is_that_of_its_last_effect(stories, named):
    gone = replace(BEFORE, own=AFTER.own, found=False)
    made = stories(202, shows=lambda now: BEFORE if now < 1.05 else gone if now < 3.0 else AFTER, likely=1.0)
    record = tell(made, named(CASE))
    late = {item.clause: item.late_s for item in record.verdict.findings if item.late_s is not None}

    assert (late["effect.left-calendar"], late["effect.attendees-told"]) == (1.1, 3.5)
    assert record.lag_s == 3.5


@pytest.mark.parametrize(("woken", "lag"), [(10.0, 1.5), (-0.5, 1.0)])
def test_a_look_put_off_that_comes_later_still_adds_nothing_to_the_lag(stories, named, woken, lag):
    """Nor does one that comes a little sooner."""
    made = stories(202, shows=AT_ONCE, likely=1.5)
    story = made.tell(named(CASE))
    made.target.clock.at = next(story) + woken
    with pytest.raises(StopIteration) as ended:
        next(story)

    assert ended.value.value.lag_s == lag


def test_an_effect_that_never_comes_is_looked_for_as_long_as_the_target_is_given(stories, named):
    made = stories(202, shows=NEVER)
    record = tell(made, named(CASE))

    assert record.verdict.name == "fail"
    assert 60.0 <= moments(made)[-1] < 61.0
    assert missed(made) == {"effect.attendee-copies": 1, "effect.attendees-told": 1, "effect.left-calendar": 1}
    assert made.stage.waiting.longest == 0.0


def test_of_effects_of_which_some_come_those_are_missed_that_do_not(stories, named):
    made = stories(202, shows=from_then(2.0, BEFORE, replace(AFTER, own=((MEETING, *AFTER.own[0]),), found=True)))
    record = tell(made, named(CASE))

    assert held(record)["effect.left-calendar"] is False
    assert held(record)["effect.attendees-told"] is True
    assert missed(made) == {"effect.left-calendar": 1}


def test_what_was_missed_three_times_is_given_the_usual_time_only(stories, named):
    made = stories(202, shows=NEVER)
    for _ in range(3):
        tell(made, named(CASE))
    made.stage.looked.clear()
    begun = made.target.clock.now() - BEGUN
    tell(made, named(CASE))

    assert moments(made)[-1] - begun == pytest.approx(1.55, abs=0.01)


def test_a_deadline_that_is_reached_has_passed(stories, named):
    """At the very moment of it there is a last look, and none after it."""
    made = stories(202, shows=NEVER, likely=1.0)
    tell(made, named(OBSERVED))

    assert moments(made) == [1.0]


def test_what_nothing_is_documented_of_is_given_the_usual_time_and_missed_by_nobody(stories, named):
    made = stories(202, shows=NEVER)
    record = tell(made, named(OBSERVED))

    assert record.verdict.name == "observed"
    assert "still in the calendar" in record.verdict.observed["received"]
    assert moments(made)[-1] == 1.55
    assert missed(made) == {}


def test_what_comes_of_a_call_nothing_is_documented_of_is_waited_for(stories, named):
    record = tell(stories(202, shows=from_then(0.5)), named(OBSERVED))

    assert "no longer in the calendar" in record.verdict.observed["received"]
    assert record.lag_s == 0.8


# -- watching that nothing changes ------------------------------------------------------------------------------------


def test_what_an_accepted_call_leaves_alone_is_watched_for_the_longest_lag(stories, named):
    made = stories(202, shows=LOST, longest=5.0)
    record = tell(made, named(CASE))

    assert moments(made) == [0.0, 5.0]
    assert held(record)["effect.only-this-event"] is False
    assert record.lag_s == 0.0


@pytest.mark.parametrize(
    ("shows", "likely", "looked", "learnt"),
    [
        (AT_ONCE, 0.0, [0.0, 5.0], (2.0, 0.0)),
        (AT_ONCE, 1.5, [1.5, 5.0], (2.0, 1.2)),
        (from_then(1.0), 0.0, [0.0, 0.05, 0.15, 0.35, 0.75, 1.55, 5.0], (2.0, 1.24)),
        (from_then(2.5), 2.0, [2.0, 2.1, 2.3, 2.7, 5.0], (2.7, 2.16)),
    ],
    ids=["at once", "at once, put off", "later", "later, put off"],
)
def test_how_long_that_is_watched_is_no_lag(stories, named, shows, likely, looked, learnt):
    """
    Else each call that is watched would have the next one watched for longer, by what its look took.
    """
    made = stories(202, shows=shows, longest=5.0, likely=likely)
    waiting = made.stage.waiting
    waiting.longest = 2.0
    tell(made, named(CASE))

    assert moments(made) == looked
    assert (waiting.longest, waiting.likely) == pytest.approx(learnt)


def test_an_effect_that_is_gone_again_is_looked_for_again(stories, named):
    made = stories(202, shows=from_then(4.0, AFTER, BEFORE), longest=5.0)
    record = tell(made, named(CASE))

    assert record.verdict.name == "fail"
    assert moments(made)[:4] == [0.0, 5.0, 5.1, 5.3]
    assert missed(made)["effect.left-calendar"] == 1


def test_where_no_clause_asks_for_what_is_left_alone_nothing_is_watched(stories, named):
    made = stories(202, shows=AT_ONCE, longest=5.0)
    tell(made, named(OBSERVED))

    assert moments(made) == [0.0]


@pytest.mark.parametrize(("longest", "looked"), [(0.0, [0.0]), (5.0, [5.0])])
def test_that_a_refusal_changed_nothing_is_looked_at_once_after_the_longest_lag(stories, named, longest, looked):
    made = stories(400, shows=LOST, longest=longest)
    record = tell(made, named(OWN_COPY))

    assert made.stage.looked == [(moment, False) for moment in looked]
    assert record.lag_s is None


def test_a_look_that_is_due_already_is_not_waited_for(stories, named):
    made = stories(400, shows=NEVER)

    assert list(made.tell(named(OWN_COPY))) == []


def test_what_a_refusal_changed_until_then_is_a_finding(stories, named):
    soon = from_then(4.0)

    assert held(tell(stories(400, shows=soon), named(OWN_COPY)))["organizer.only"] is True
    assert held(tell(stories(400, shows=soon, longest=5.0), named(OWN_COPY)))["organizer.only"] is False


def test_a_call_that_should_be_refused_and_is_not_brings_about_nothing_that_is_waited_for(stories, named):
    made = stories(202, shows=NEVER, longest=2.0)
    record = tell(made, named(OWN_COPY))

    assert record.verdict.name == "fail"
    assert moments(made) == [2.0]


def test_a_call_that_should_be_accepted_and_is_not_brings_about_nothing_that_is_waited_for(stories, named):
    made = stories(400, shows=NEVER, longest=2.0)
    record = tell(made, named(CASE))

    assert record.verdict.name == "fail"
    assert moments(made) == [2.0]


# -- the first of two cancels -----------------------------------------------------------------------------------------


def test_before_a_second_cancel_the_first_is_looked_for_as_any_effect_is(stories, named):
    made = stories(202, 404, shows=from_then(0.5))
    tell(made, named(SECOND))

    assert moments(made) == [0.0, 0.05, 0.15, 0.35, 0.75, 0.75]
    assert [again for _, again in made.stage.looked] == [False, True, True, True, True, False]
    assert missed(made) == {}


def test_a_first_cancel_without_effect_is_given_up_at_the_deadline(stories, named):
    made = stories(202, 404, shows=NEVER)
    record = tell(made, named(SECOND))

    assert record.verdict.name == "observed"
    assert 60.0 <= moments(made)[-1] < 61.0
    assert missed(made) == {"first-cancel": 1}


def test_first_cancels_without_effect_are_given_the_usual_time_after_three(stories, named):
    made = stories(202, shows=NEVER)
    made.stage.waiting.remember({"misses": {"first-cancel": 3}})
    tell(made, named(SECOND))

    assert moments(made)[5] == 1.55
    assert moments(made)[6] == 1.55


def test_a_deadline_of_the_first_cancel_that_is_reached_has_passed(stories, named, describe):
    made = stories(202, 404, shows=NEVER)
    patience = replace(made.target.description.patience, effect_s=0.0)
    made.target.description = replace(made.target.description, patience=patience)
    tell(made, named(SECOND))

    assert moments(made) == [0.0, 0.0]
