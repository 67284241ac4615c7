"""
Bad days as a tenant has them: many requests turned away, some lost.

Which request is struck follows from its number and the seed alone, so the same requests in the same order meet the same
weather. How long a client is told to wait takes turns.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from graphmock import clock

_FAIR = 3  # requests at the beginning that are not struck: a client has to learn where it is
_CHANCES = (("throttled", 0.30), ("unavailable", 0.05), ("closed", 0.01), ("lost", 0.01))


def soon(seconds: float = 1.0) -> str:
    """Write a date so many seconds off; dates have whole seconds only, and rounded up it never lies in the past."""
    return format_datetime(datetime.fromtimestamp(math.ceil(clock.seconds() + seconds), UTC), usegmt=True)


# No longer than it takes to show that a client waits: a run meets hundreds of these.
_WAITS: tuple[Callable[[], str | None], ...] = (lambda: "1", lambda: "0.25", lambda: soon(0), lambda: None)


@dataclass(frozen=True, slots=True)
class Strike:
    """What happens to a request: ``throttled``, ``unavailable``, ``closed`` before the work or ``lost`` after it."""

    what: str
    wait: str | None = None


@dataclass(slots=True)
class Weather:
    """The weather under one seed."""

    seed: int = 0
    _waits: Iterator[Callable[[], str | None]] = field(default_factory=lambda: itertools.cycle(_WAITS))

    def at(self, number: int) -> Strike | None:
        """Say what strikes the request of this *number*, the first being 1."""
        if number <= _FAIR:
            return None
        drawn = random.Random(f"{self.seed} {number}").random()  # noqa: S311 - repeatable weather is the point
        for what, chance in _CHANCES:
            if drawn < chance:
                return Strike(what, next(self._waits)() if what == "throttled" else None)
            drawn -= chance
        return None
