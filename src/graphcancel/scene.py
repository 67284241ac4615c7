"""
What is arranged for one case, as values: its mark, its minutes, its ids and where to look for it.

Everything a run creates carries the case's mark in its subject and lies in one fixed week of the far future, each case
in minutes of its own; appointments and the past event excepted.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from graphcancel.clock import Clock, http_date
from graphcancel.exchange import Exchange
from graphcancel.marks import Mark
from graphcancel.sight import Look, Viewpoint

WEEK: Final = dt.datetime(2035, 6, 4, tzinfo=dt.UTC)
WEEK_END: Final = WEEK + dt.timedelta(days=8)
MINUTES: Final = 5
"""How many minutes of the week are one case's own."""

_SLOTS: Final = 4 * 24 * 60 // MINUTES
OCCURRENCES: Final = 3
TARGETED: Final = 1
"""Which occurrence an occurrence case cancels: one with a sibling before and one after."""

SKEW: Final = dt.timedelta(seconds=10)
MADE_UP_ID: Final = "AAMkADAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMABGAAAAAAAAAAA="


@dataclass(slots=True)
class Scene:
    """
    What was arranged for one attempt of one case.

    Attributes:
        values: Placeholder of the route to the id to fill in.
        point: Where to look.
        before: The look before the call.
        meeting: Id of the event or appointment the call is about, on its owner's side; None where none could be made.
        decoy: Id of the event beside it.
        attendees: The mailboxes invited, or the customer's and the staff's.
        series: Whether the meeting recurs.
        namesake: Whether the decoy invites the same attendees.
        own_calendar: Whether the meeting lies in a calendar made for it, which goes as a whole.
        gap: Why there is no meeting, where the call is sent all the same.
    """

    mark: Mark
    root: str
    values: dict[str, str] = field(default_factory=dict)
    point: Viewpoint | None = None
    before: Look | None = None
    meeting: str | None = None
    decoy: str | None = None
    attendees: tuple[str, ...] = ()
    series: bool = False
    namesake: bool = False
    own_calendar: bool = False
    gap: str | None = None


def stamp(moment: dt.datetime) -> str:
    """*moment* as the API writes it in a query: UTC, whole seconds, Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


WEEK_WINDOW: Final = (stamp(WEEK), stamp(WEEK_END))
"""Start and end of the week in which all events but a few lie."""


def slot_of(mark: Mark) -> int:
    """Which minutes of the week are the case's own."""
    return mark.number % _SLOTS


def server_time(exchange: Exchange, clock: Clock) -> str | None:
    """The target's own clock when it answered, a little earlier, since a mailbox has another; None where unsaid."""
    date = exchange.response.headers.get("date") if exchange.response else None
    moment = http_date(date) if date else clock.today() - dt.timedelta(minutes=5)
    return stamp(moment - SKEW) if moment else None
