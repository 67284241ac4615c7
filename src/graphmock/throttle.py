"""How much one caller may ask of one mailbox, and for how long it is turned away beyond that."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphmock.errors import refuse
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *most* requests in any *seconds*."""

    most: int
    seconds: float


@dataclass(slots=True)
class Throttle:
    """
    A sliding window for each caller and mailbox.

    Attributes:
        limit: None turns nobody away.
        clock: Seconds, from anywhere, never backwards.
    """

    limit: Limit | None = None
    clock: Callable[[], float] = time.monotonic
    _admitted: dict[tuple[Hashable, str], deque[float]] = field(default_factory=dict)
    _ordered: int = 0
    _wait: int = 1

    def order(self, times: int, wait: int) -> None:
        """
        Turn away the next *times* requests, whoever sends them, and tell them to wait *wait* seconds.

        Raises:
            ValueError: One of them is negative.
        """
        if min(times, wait) < 0:
            raise ValueError("negative")
        self._ordered, self._wait = times, wait

    @obeys("throttle.limit")
    def admit(self, caller: Hashable, mailbox: str) -> None:
        """
        Count a request, or turn it away uncounted.

        Raises:
            Refusal: 429, with the whole seconds after which the same request is admitted.
        """
        if self._ordered:
            self._ordered -= 1
            raise refuse("throttle.ordered", headers={"Retry-After": str(self._wait)})
        if self.limit is None:
            return
        now = self.clock()
        admitted = self._admitted.setdefault((caller, mailbox), deque())
        while admitted and admitted[0] <= now - self.limit.seconds:
            admitted.popleft()
        if len(admitted) >= self.limit.most:
            wait = math.ceil(admitted[0] + self.limit.seconds - now)
            raise refuse("throttle.limit", headers={"Retry-After": str(max(wait, 1))})
        admitted.append(now)
