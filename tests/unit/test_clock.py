"""
Time as a run has it.
"""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from graphcancel.clock import Clock, Waited

PART = 1 / 1024


def test_time_is_what_was_waited():
    really = []
    clock = Waited("a case", really.append)
    assert clock.now() == 0.0

    clock.sleep(1.0)
    clock.sleep(-3.0)

    assert clock.now() == 1.0 + PART
    assert really == [1.0, PART]


def test_a_story_is_driven_past_what_it_waits_for():
    clock = Waited("a case")

    def story():
        for pause in (0.5, 0.0, 2.0):
            yield clock.now() + pause
        yield clock.now() - 1.0
        return "told"

    assert clock.drive(story()) == "told"
    assert clock.now() == 2.5 + 2 * PART


def test_who_waits_for_a_sum_of_times_gets_there():
    """
    What is waited and what has passed are added up in another order, so the last of it is lost to rounding.
    """
    begun, lag = next(
        (a / 10, b / 1000) for a in range(1, 100) for b in range(1, 2000) if a / 10 + b / 1000 - a / 10 < b / 1000
    )
    clock = Waited("a case")
    clock.sleep(begun)
    looks = 0

    def story():
        nonlocal looks
        while clock.now() - begun < lag and looks < 100:
            looks += 1
            yield begun + lag

    clock.drive(story())

    assert looks <= 2


@given(st.lists(st.floats(0.0, 100.0), max_size=5), st.floats(0.001, 60.0))
def test_what_waits_for_a_lag_to_pass_has_waited_it_out(pauses, lag):
    """
    Readings are subtracted again: a rounding error would leave a story waiting for ever.
    """
    clock = Waited("a case")
    for pause in pauses:
        clock.sleep(pause)
    asked = clock.now()
    clock.sleep(lag)
    longest = clock.now() - asked
    for pause in pauses:
        clock.sleep(pause)
    began = clock.now()

    clock.sleep(began + longest - clock.now())

    assert clock.now() - began >= longest >= lag


def test_answers_that_take_seconds_count_in_whole_ones():
    live = Waited("a case")
    for seconds in (0.4, 2.9, 0.0):
        live.took(seconds)
    again = Waited("a case", durations=live.durations)
    for _ in range(4):
        again.took(0.01)

    assert live.durations == [0, 2, 0]
    assert live.now() == again.now() == 2.0


def test_the_jitter_of_a_story_is_its_own_and_always_the_same():
    first, again, other = Waited("a"), Waited("a"), Waited("b")
    drawn = [[clock.jitter() for _ in range(5)] for clock in (first, again, other)]

    assert drawn[0] == drawn[1] != drawn[2]
    assert all(0.5 <= one <= 1.0 for one in drawn[0])


def test_the_day_is_the_one_given():
    day = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)

    assert Waited("a", today=lambda: day).today() == day
    assert abs(Clock().today() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_the_machines_clock_lets_a_pause_pass():
    clock = Clock()
    before = clock.now()
    clock.sleep(-1.0)
    clock.sleep(0.02)

    assert clock.now() - before >= 0.02
    assert 0.5 <= clock.jitter() <= 1.0
