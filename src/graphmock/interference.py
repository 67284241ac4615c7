"""
What comes between a request and its answer: throttling, outages, lost connections, one answer for everything.

The work is either not begun at all or done in full, so a client that repeats a request knows which of the two it was
only by looking. Which request is hit follows from its number alone, and never is it a client's first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphmock.call import Reply
from graphmock.connection import Ending
from graphmock.errors import Refusal, refuse
from graphmock.rules import obeys
from graphmock.tokens import CHALLENGE
from graphmock.weather import Strike, Weather, soon

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Interference:
    """
    What a client gets instead of the answer.

    Attributes:
        answer: Another answer, or how the connection ends.
        done: Whether the request is served all the same.
    """

    answer: Reply | Refusal | Ending
    done: bool = False


def _page(status: int, text: bytes) -> Reply:
    return Reply(status, headers={"Content-Type": "text/html"}, raw=_PAGE % (text, text))


@obeys("throttle.fraction")
def _throttled() -> Interference:
    return Interference(refuse("throttle.asked", headers={"Retry-After": "0.05"}))


def _throttled_by_date() -> Interference:
    return Interference(refuse("throttle.asked", headers={"Retry-After": soon()}))


@obeys("outage.any-time")
def _unavailable() -> Interference:
    return Interference(_page(503, b"Service Unavailable"))


@obeys("outage.any-time")
def _timed_out() -> Interference:
    refusal = Refusal("outage.any-time", 504, "GatewayTimeout", "The server behind did not answer in time.")
    return Interference(refusal, done=True)


# Name, how many requests lie between two that are hit, and what these get. The numbers are primes, so that a client
# which sends its requests in the same order each time is hit in another place each time.
_NOW_AND_THEN: tuple[tuple[str, int, Callable[[], Interference]], ...] = (
    ("throttled", 29, _throttled),
    ("throttled-by-date", 211, _throttled_by_date),
    ("unavailable", 103, _unavailable),
    ("gateway-timeouts", 151, _timed_out),
    ("closed-connections", 97, lambda: Interference(Ending.CLOSE)),
    ("lost-answers", 131, lambda: Interference(Ending.CLOSE, done=True)),
)
_BATCHED = 17
_LONGEST_LAG = 50  # thousandths of a second
_ALWAYS: Mapping[str, Callable[[], Reply | Refusal | Ending]] = {
    "always-202": lambda: Reply(202),
    "always-204": lambda: Reply(204),
    "always-400-sentence": lambda: refuse("organizer.only"),
    "always-401": lambda: refuse("token.garbage", headers=CHALLENGE),
    "always-404": lambda: refuse("id.unknown"),
    "always-429": lambda: refuse("throttle.asked", headers={"Retry-After": "1"}),
    "always-500": lambda: Refusal("outage.any-time", 500, "InternalServerError", "An internal server error occurred."),
    "always-html": lambda: _page(200, b"Welcome"),
    "always-reset": lambda: Ending.RESET,
    "always-silent": lambda: Ending.SILENCE,
}


def met(active: frozenset[str], number: int, weather: Weather) -> Interference | None:
    """Say what comes between, if anything, for the request of this *number*, the first being 1."""
    if not active:
        return None
    for name, answer in _ALWAYS.items():
        if name in active:
            return Interference(answer())
    for name, every, between in _NOW_AND_THEN:
        if name in active and number % every == 0:
            return between()
    return _struck(weather.at(number)) if "rough-weather" in active else None


def _struck(by: Strike | None) -> Interference | None:
    if by is None:
        return None
    if by.what == "throttled":
        headers = {} if by.wait is None else {"Retry-After": by.wait}
        return Interference(refuse("throttle.asked", headers=headers))
    if by.what == "unavailable":
        return _unavailable()
    return Interference(Ending.CLOSE, done=by.what == "lost")


def lag(active: frozenset[str], number: int) -> float:
    """Give the seconds that the answer to the request of this *number* takes longer than it has to."""
    return number * 37 % _LONGEST_LAG / 1000 if "uneven-latency" in active else 0.0


def met_in_batch(active: frozenset[str], number: int) -> Refusal | None:
    """Say the same for the request of this *number* among those inside batches."""
    hit = "batch-items-throttled" in active and number % _BATCHED == 0
    return refuse("throttle.asked", headers={"Retry-After": "0.05"}) if hit else None
