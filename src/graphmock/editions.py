"""
The editions: which cancel routes each page lists, and the little else in which the pages differ.

Everything that arranges and inspects is the same in all editions and works on one state, so a client can make an
event under one and cancel it under another.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphmock.rules import obeys

EVENT = "event-cancel"
BOOKING = "booking-cancel"

_OWNERS = ("/me", "/users/{user}")
_SHAPES = (
    "/events/{event}",
    "/calendar/events/{event}",
    "/calendars/{calendar}/events/{event}",
    "/calendarGroups/{cgroup}/calendars/{calendar}/events/{event}",
)
_GROUP_SHAPES = ("/groups/{group}/events/{event}", "/groups/{group}/calendar/events/{event}")
_CURRENT = (*(owner + shape for owner in _OWNERS for shape in _SHAPES), *_GROUP_SHAPES)
_SINGULAR = tuple(owner + "/calendargroup/calendars/{calendar}/events/{event}" for owner in _OWNERS)
_MESSAGE = "/me/messages/{message}"
_DRAFT = (
    "/me/events/{event}",
    "/me/calendarView/{event}",
    _MESSAGE + "/event",
    "/users/{user}/events/{event}",
    "/groups/{group}/events/{event}",
    "/users/{user}/calendarView/{event}",
    "/groups/{group}/calendarView/{event}",
    "/me/joinedGroups/{group}/events/{event}",
    "/me/joinedGroups/{group}/calendarView/{event}",
    _MESSAGE + "/event/instances/{event}",
    _MESSAGE + "/event/calendar/events/{event}",
    _MESSAGE + "/microsoft.graph.eventMessage/event",
    _MESSAGE + "/event/calendar/calendarView/{event}",
)


@dataclass(frozen=True, slots=True)
class Edition:
    """
    One page's view of the service.

    Attributes:
        routes: Templates under which ``/cancel`` is served for events.
        status: How a cancelled event is answered.
        names: Names of the comment, compared without case; the first in the body that matches exactly wins.
        legacy_bookings: Whether both versions serve the older booking root; beta always does.
    """

    name: str
    routes: tuple[str, ...]
    status: int = 202
    names: tuple[str, ...] = ("Comment", "comment")
    legacy_bookings: bool = False

    @obeys("booking.legacy")
    def booking_roots(self, version: str) -> tuple[str, ...]:
        """The roots under which businesses are served."""
        current = "/solutions/bookingBusinesses"
        return (current, "/bookingBusinesses") if self.legacy_bookings or version == "beta" else (current,)


@obeys("cancel.routes", "comment.kommentar")
def _table() -> dict[str, Edition]:
    editions = (
        Edition("published", _CURRENT),
        Edition("superseded", (*_CURRENT, *_SINGULAR)),
        Edition("draft", _DRAFT, status=204, legacy_bookings=True),
        Edition("translated-de", (*_CURRENT, *_SINGULAR), names=("Comment", "comment", "Kommentar")),
    )
    return {edition.name: edition for edition in editions}


EDITIONS = _table()
DEFAULT = "published"
