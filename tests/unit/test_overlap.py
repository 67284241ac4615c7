"""Cases overlap while they wait, and only then."""

from __future__ import annotations

import time
from collections.abc import Generator
from types import SimpleNamespace

import pytest

from graphcancel import overlap as module
from graphcancel.overlap import Overlap


class Teller:
    """Tells stories: *plans* maps a case to the seconds it waits, in turn; an exception in it is raised."""

    def __init__(self, **plans) -> None:
        self.plans = plans
        self.told: list[str] = []
        self.closed: list[str] = []
        self.open = self.most = 0

    def __call__(self, case) -> Generator[float, None, str]:
        self.told.append(f"{case.id} begins")
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            for wait in self.plans[case.id]:
                if isinstance(wait, BaseException):
                    raise wait
                yield time.monotonic() + wait
                self.told.append(f"{case.id} goes on")
        except GeneratorExit:
            self.closed.append(case.id)
            raise
        finally:
            self.open -= 1
        self.told.append(f"{case.id} ends")
        return case.id


def case(name: str):
    return SimpleNamespace(id=name)


A, B, C, D = (case(name) for name in "abcd")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Let time pass only where somebody sleeps."""
    now = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    fake = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    monkeypatch.setattr(module, "time", fake)
    monkeypatch.setattr(time, "monotonic", fake.monotonic)
    return slept


def test_nothing_overlaps_without_lag(clock):
    tell = Teller(a=[0, 0], b=[0])

    assert Overlap(tell).record(A, [B]) == "a"
    assert [line for line in tell.told if line.startswith("b")] == []
    assert clock == []


def test_the_next_begin_while_one_waits():
    tell = Teller(a=[5], b=[1], c=[9])
    overlap = Overlap(tell)

    assert [overlap.record(A, [B, C]), overlap.record(B, [C]), overlap.record(C)] == ["a", "b", "c"]
    assert tell.told[:3] == ["a begins", "b begins", "c begins"]
    assert tell.told.index("b ends") < tell.told.index("a ends")


def test_each_story_is_told_once():
    tell = Teller(a=[5], b=[1], c=[1])
    overlap = Overlap(tell)
    for item in (A, B, C):
        overlap.record(item, [B, C])

    assert sorted(line for line in tell.told if line.endswith("begins")) == ["a begins", "b begins", "c begins"]


def test_the_one_asked_for_comes_first():
    tell = Teller(a=[2, 0, 0], b=[1, 1, 0])

    Overlap(tell).record(A, [B])

    assert tell.told.index("a ends") < len(tell.told) - 1 or tell.told[-1] == "a ends"
    assert "b ends" not in tell.told[tell.told.index("a goes on") :]


def test_no_time_is_slept_that_another_could_use(clock):
    Overlap(Teller(a=[5], b=[1, 1])).record(A, [B])

    assert clock == pytest.approx([1, 1, 3])


@pytest.mark.parametrize("width", [1, 2, 3])
def test_no_more_are_open_than_the_width(width):
    tell = Teller(a=[9], b=[1], c=[1, 20], d=[30])
    overlap = Overlap(tell, lambda: width)
    for item, ahead in ((A, [B, C, D]), (B, [C, D]), (C, [D]), (D, [])):
        overlap.record(item, ahead)

    assert tell.most == width


def test_alone_each_cases_traffic_stays_together():
    tell = Teller(a=[5], b=[5])
    overlap = Overlap(tell, lambda: 1)
    for item in (A, B):
        overlap.record(item, [B])

    assert tell.told == ["a begins", "a goes on", "a ends", "b begins", "b goes on", "b ends"]


def test_a_fault_is_raised_where_its_own_case_is_asked_for():
    overlap = Overlap(Teller(a=[5], b=[KeyError("b")]))

    assert overlap.record(A, [B]) == "a"
    with pytest.raises(KeyError, match="b"):
        overlap.record(B)


def test_an_interruption_is_not_kept_for_later():
    overlap = Overlap(Teller(a=[5], b=[KeyboardInterrupt()]))

    with pytest.raises(KeyboardInterrupt):
        overlap.record(A, [B])


def test_closing_gives_up_what_is_open():
    tell = Teller(a=[1], b=[5], c=[5])
    overlap = Overlap(tell)
    overlap.record(A, [B, C])
    overlap.close()

    assert tell.closed == ["b", "c"]
    overlap.close()
