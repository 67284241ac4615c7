"""
Time as a run has it.
"""

from __future__ import annotations

import datetime as dt

from graphcancel.clock import Clock, Waited


def test_time_is_what_was_waited():
    really = []
    clock = Waited("a case", really.append)
    assert clock.now() == 0.0

    clock.sleep(1.0)
    clock.sleep(-3.0)

    assert clock.now() == 1.0
    assert really == [1.0]


def test_a_story_is_driven_past_what_it_waits_for():
    clock = Waited("a case")

    def story():
        for pause in (0.5, 0.0, 2.0):
            yield clock.now() + pause
        yield clock.now() - 1.0
        return "told"

    assert clock.drive(story()) == "told"
    assert clock.now() == 2.5


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
