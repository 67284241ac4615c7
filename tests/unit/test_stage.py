"""What one stage hands on to another of the target's lags."""

from __future__ import annotations

import pytest

from graphcancel.ground import CONFIRMATION
from graphcancel.looks import Lookout
from graphcancel.stage import Stage
from graphcancel.waiting import Waiting


@pytest.fixture
def make(script):
    """Make stages that have learnt nothing."""

    def stage() -> Stage:
        target = script(lambda _: (404, {}))
        return Stage(target, Lookout(target), Waiting(), "gc00000000000000", "2026-11-21T00:00:00+00:00")

    return stage


def test_who_has_learnt_nothing_has_nothing_to_tell(make):
    assert make().learnt() == {}


def test_what_was_learnt_is_known_to_who_is_told(make):
    one, other = make(), make()
    one.waiting.seen(2.0)
    one.waiting.missed(["told"])
    one.arrival.seen(5.0)
    one.arrival.missed(["invitation"])
    learnt = one.learnt()
    other.remember(learnt)

    assert learnt == {
        "effects": {"longest": 2.0, "likely": 1.6, "misses": {"told": 1}},
        "invitations": {"longest": 5.0, "likely": 4.0, "misses": {"invitation": 1}},
    }
    assert other.learnt() == learnt
    assert other.longest == 5.0


def test_a_confirmation_nobody_promises_is_nothing_to_tell_of(make):
    """What a case waits for one would depend on the cases before it."""
    stage = make()
    stage.arrival.missed([CONFIRMATION])

    assert stage.learnt() == {}

    stage.arrival.missed([CONFIRMATION, "invitation"])

    assert stage.learnt() == {"invitations": {"misses": {"invitation": 1}}}
