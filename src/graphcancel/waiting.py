"""
How long a run waits, as a whole.

Each look has a deadline. A target that never shows an effect must not cost that deadline once per case: after three
misses of one clause, later cases wait only twice the longest lag that ended well, and at least a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

_MISSES: Final = 3
_LEAST: Final = 1.0
_STEPS: Final = (0.05, 0.1, 0.2, 0.4, 0.8)


class Waiting:
    """
    What a run has learnt about the target's lags, in seconds.

    Attributes:
        longest: The longest lag after which an expected effect was there.
        likely: When a first look is worth while: a little before the latest lag.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self.likely = 0.0
        self._misses: Counter[str] = Counter()

    @property
    def usual(self) -> float:
        """The time within which an effect is not called late."""
        return max(_LEAST, 2 * self.longest)

    def limit(self, clauses: Iterable[str], full: float) -> float:
        """How long to wait for *clauses*: *full* while one of them has not been missed three times."""
        if any(self._misses[clause] < _MISSES for clause in clauses):
            return full
        return min(full, self.usual)

    def seen(self, lag: float) -> None:
        """An expected effect was there after *lag* seconds."""
        self.longest = max(self.longest, lag)
        self.likely = 0.8 * lag

    def early(self) -> None:
        """An expected effect was there at the first look, which was put off: its lag is shorter than that, unknown."""
        self.likely *= 0.8

    def learnt(self) -> dict[str, Any]:
        """What has been learnt, as JSON; empty for nothing."""
        lags = {"longest": self.longest, "likely": self.likely}
        known: dict[str, Any] = {name: lag for name, lag in lags.items() if lag}
        return known | ({"misses": dict(sorted(self._misses.items()))} if self._misses else {})

    def remember(self, learnt: Mapping[str, Any]) -> None:
        """Know what another has `learnt`."""
        self.longest = float(learnt.get("longest", 0.0))
        self.likely = float(learnt.get("likely", 0.0))
        self._misses = Counter(learnt.get("misses", {}))

    def missed(self, clauses: Iterable[str]) -> None:
        """The deadline passed without these."""
        self._misses.update(set(clauses))


def step(attempt: int) -> float:
    """Seconds to wait before look number *attempt* + 1: doubling from a twentieth of a second up to one."""
    return _STEPS[attempt] if attempt < len(_STEPS) else 1.0
