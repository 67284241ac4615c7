"""
How long a refused request waits before it is sent again.

429 and 503 say that nothing was done and when to come back (RFC 6585, 4; RFC 9110, 15.6.4); 504 leaves open whether it
was done, so only a read is sent again after it. 500 and 502 are answers like any other.

Libraries that repeat requests do so inside the call. Here the wait has to be known, since other stories go on
meanwhile; it depends on the whole run; and Retry-After may be a fraction, which urllib3 does not read.
"""

from __future__ import annotations

import math
from typing import Final

from graphcancel.clock import Clock, http_date
from graphcancel.exchange import Response

UNDONE: Final = frozenset({429, 503})
"""Answers that say the request was not carried out."""
GATEWAY_TIMEOUT: Final = 504

_REPEATS: Final = 12
_LONGEST: Final = 300.0
_AT_FIRST: Final = 60.0
_GIVEN_UP: Final = 3
_TRY_EVERY: Final = 10.0
_FIRST: Final = 0.5
_BACK_OFF: Final = 4.0


class Throttling:
    """
    What a run has learnt about being told to wait.

    A target that never stops saying so must not cost the full patience once per request: after three requests were
    given up, one request in ten seconds is sent again, once, until waiting has helped somewhere. While a target has
    never accepted anything, all waiting together is at most a minute.

    Attributes:
        asked: How many seconds the latest pause was; *until* the clock reading at which it is over.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.asked = 0.0
        self.until = 0.0
        self._given_up = 0
        self._next_try = 0.0
        self._first_wait: float | None = 0.0  # None once something was accepted

    def pause(
        self, response: Response | None, repeats: int, waited: float = 0.0, *, read: bool = False
    ) -> float | None:
        """
        Seconds to wait before sending again what was answered *response*; None to take it as the answer.

        Args:
            repeats: How often it was sent again already.
            waited: Seconds it has waited so far.
            read: Whether the request only reads: then 504 is worth another try as well.
        """
        if response is None or not (response.status in UNDONE or (read and response.status == GATEWAY_TIMEOUT)):
            if response is not None and response.ok:
                self._first_wait = None
                self._given_up = 0 if repeats else self._given_up
            return None
        pause = retry_after(response, self._clock)
        if pause is None:
            pause = min(_BACK_OFF, _FIRST * 2**repeats) * self._clock.jitter()
        if waited + pause > _LONGEST or not self._worth_while(repeats, pause):
            self._given_up += 1
            return None
        self.asked, self.until = pause, self._clock.now() + pause
        return pause

    def _worth_while(self, repeats: int, pause: float) -> bool:
        if self._first_wait is not None:
            if self._first_wait + pause > _AT_FIRST:
                return False
            self._first_wait += pause
        if self._given_up < _GIVEN_UP:
            return repeats < _REPEATS
        if repeats or self._clock.now() < self._next_try:
            return False
        self._next_try = self._clock.now() + _TRY_EVERY
        return True


def retry_after(response: Response, clock: Clock) -> float | None:
    """
    The seconds ``Retry-After`` asks for, which may be a whole number, a fraction or a date; None where it says neither.

    A date is read against the server's own clock where it gives one.
    """
    written = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(written)
    except ValueError:
        due = http_date(written)
        if due is None:
            return None
        now = http_date(response.headers.get("date", "")) or clock.today()
        seconds = (due - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
