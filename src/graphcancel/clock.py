"""
What time it is for a run: the machine's, or what was waited.

A recording and its replay must ask the same questions in the same order. How long an answer took differs each time. So
time is what the stories waited there and, where answers take seconds, those: whole ones, kept in the recording.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import time
from collections.abc import Callable, Generator, Iterable
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

Value = TypeVar("Value")

# Of a second. A power of two, so that readings add up exactly: "wait until" is then over when it is over.
_PARTS: Final = 1024
_YEARS: Final = range(1970, 2200)


def http_date(written: str) -> dt.datetime | None:
    """
    The moment a header names (RFC 9110, 5.6.7), aware; None where it names none.

    A year that no clock shows is none either: reckoning from it would leave the calendar.
    """
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)) if found.year in _YEARS else None


class Clock:
    """The machine's own clocks."""

    def now(self) -> float:
        """Clock reading (monotonic, seconds)."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        time.sleep(max(0.0, seconds))

    def took(self, seconds: float) -> None:
        """Take notice that an answer took *seconds*; they have passed already."""

    def today(self) -> dt.datetime:
        """The date and time of day, UTC."""
        return dt.datetime.now(dt.UTC)

    def jitter(self) -> float:
        """A factor from a half to one, which keeps clients that were refused together from coming back together."""
        return random.uniform(0.5, 1.0)  # noqa: S311 - its quality is no secret

    def drive(self, story: Generator[float, None, Value]) -> Value:
        """Tell *story* to its end, letting pass what it waits for."""
        while True:
            try:
                due = next(story)
            except StopIteration as ended:
                value: Value = ended.value
                return value
            self.sleep(due - self.now())


class Waited(Clock):
    """
    Time as what was waited.

    Args:
        seed: Decides the jitter: the same story waits the same times.
        really: Lets *seconds* really pass; by default nothing is waited for.
        today: The date and time of day, by default the machine's.
        durations: Whole seconds each answer took, in order; None measures them.

    Attributes:
        durations: What each answer took, as far as known.
    """

    def __init__(
        self,
        seed: str,
        really: Callable[[float], None] = lambda _: None,
        today: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        durations: Iterable[int] | None = None,
    ) -> None:
        self.durations: list[int] = []
        self._given = None if durations is None else iter(durations)
        self._passed = 0.0
        self._random = random.Random(seed)  # noqa: S311 - as above
        self._really = really
        self._today = today

    def now(self) -> float:
        """Seconds waited so far."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """
        Count *seconds* as passed, rounded up to a part of a second, and one part at least.

        Who waits until a sum of times is reached may be a rounding error short of it; on this clock for ever.
        """
        passed = max(1, math.ceil(seconds * _PARTS)) / _PARTS
        self._really(passed)
        self._passed += passed

    def took(self, seconds: float) -> None:
        """Count what an answer took, in whole seconds, as passed."""
        whole = int(seconds) if self._given is None else next(self._given, 0)
        self.durations.append(whole)
        self._passed += whole

    def today(self) -> dt.datetime:
        """The date and time of day it was given."""
        return self._today()

    def jitter(self) -> float:
        """A factor from a half to one, by the seed."""
        return self._random.uniform(0.5, 1.0)
