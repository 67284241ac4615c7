"""How long a run waits: the full deadline first, and less where a target has shown that waiting is in vain."""

from __future__ import annotations

import pytest

from graphcancel.waiting import Waiting, step


@pytest.fixture
def waiting() -> Waiting:
    """Make one that has learnt nothing."""
    return Waiting()


def test_the_first_misses_cost_the_full_deadline(waiting):
    for _ in range(3):
        assert waiting.limit(["told"], 60.0) == 60.0
        waiting.missed(["told"])

    assert waiting.limit(["told"], 60.0) == 1.0


def test_later_cases_wait_twice_the_longest_lag_that_ended_well(waiting):
    for lag in (0.4, 4.0, 2.0):
        waiting.seen(lag)
    for _ in range(3):
        waiting.missed(["told"])

    assert (waiting.longest, waiting.usual) == (4.0, 8.0)
    assert waiting.limit(["told"], 60.0) == 8.0
    assert waiting.limit(["told"], 5.0) == 5.0


def test_one_clause_that_may_still_come_is_waited_for(waiting):
    for _ in range(3):
        waiting.missed(["told"])

    assert waiting.limit(["told", "left"], 60.0) == 60.0
    assert waiting.limit(["left"], 60.0) == 60.0


def test_the_usual_time_is_at_least_a_second(waiting):
    assert waiting.usual == 1.0
    waiting.seen(0.1)
    assert waiting.usual == 1.0


def test_nothing_to_wait_for_is_not_waited_for(waiting):
    assert waiting.limit([], 60.0) == 1.0


def test_one_deadline_is_one_miss(waiting):
    """
    Two attendees without an invitation in one case are one deadline that passed.
    """
    waiting.missed(["invitation", "invitation"])
    waiting.missed(["invitation", "invitation"])

    assert waiting.limit(["invitation"], 60.0) == 60.0


def test_looks_come_less_and_less_often():
    steps = [step(attempt) for attempt in range(8)]

    assert steps[0] == 0.05
    assert steps == sorted(steps)
    assert steps[5:] == [1.0, 1.0, 1.0]


def test_the_steps_double_up_to_a_second():
    assert [step(attempt) for attempt in range(7)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_a_first_look_is_put_off_to_a_little_before_the_latest_lag(waiting):
    assert waiting.likely == 0.0
    waiting.seen(10.0)
    waiting.seen(5.0)
    assert waiting.likely == pytest.approx(4.0)
    waiting.early()
    assert waiting.likely == pytest.approx(3.2)
    waiting.seen(0.0)
    assert (waiting.likely, waiting.longest) == (0.0, 10.0)


def test_two_misses_are_not_three(waiting):
    waiting.missed(["told"])
    waiting.missed(["told"])

    assert waiting.limit(["told"], 60.0) == 60.0


def test_what_has_been_learnt_is_known_to_another(waiting):
    assert waiting.learnt() == {}
    waiting.seen(5.0)
    assert waiting.learnt() == {"longest": 5.0, "likely": 4.0}
    for _ in range(3):
        waiting.missed(["told", "left"])
    learnt = waiting.learnt()
    assert learnt == {"longest": 5.0, "likely": 4.0, "misses": {"left": 3, "told": 3}}

    other = Waiting()
    other.remember(learnt)

    assert (other.longest, other.likely, other.usual) == (5.0, 4.0, 10.0)
    assert other.limit(["told"], 60.0) == 10.0
    assert other.learnt() == learnt


def test_nothing_learnt_is_nothing_known(waiting):
    waiting.seen(5.0)
    waiting.missed(["told"])

    waiting.remember({})

    assert (waiting.longest, waiting.likely, waiting.learnt()) == (0.0, 0.0, {})
