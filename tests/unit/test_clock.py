"""
Time as a run has it.
"""

from __future__ import annotations

import datetime as dt

import pytest

from graphcancel.clock import Clock, Waited


def test_time_is_what_was_waited():
    really = []
    clock = Waited("a case", really.append)
    assert clock.now() == 0.0

    clock.sleep(1.0)
    clock.sleep(-3.0)

    assert clock.now() == 1.001
    assert really == [1.0, 0.001]


def test_a_story_is_driven_past_what_it_waits_for():
    clock = Waited("a case")

    def story():
        for pause in (0.5, 0.0, 2.0):
            yield clock.now() + pause
        yield clock.now() - 1.0
        return "told"

    assert clock.drive(story()) == "told"
    assert clock.now() == pytest.approx(2.502)


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
