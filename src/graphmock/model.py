"""What a mailbox holds. Plain records; how they change is told in ``meetings`` and ``store``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_INDEXED = 7 * 24  # hours; longer events are looked through one by one


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an address, as in organizer, attendee and sender."""

    name: str
    address: str

    def as_json(self) -> dict[str, Any]:
        """Write the pair the way Graph nests it."""
        return {"emailAddress": {"name": self.name, "address": self.address}}


@dataclass(slots=True, eq=False)
class CalendarGroup:
    """A shelf of calendars."""

    id: str
    name: str
    default: bool = False


@dataclass(slots=True, eq=False)
class Calendar:
    """One calendar of a mailbox."""

    id: str
    name: str
    group: CalendarGroup
    default: bool = False


@dataclass(slots=True, eq=False)
class Event:
    """
    An event in one mailbox: the organizer's own, an attendee's copy, or one occurrence of either.

    Attributes:
        props: What the client wrote; shared by a master and its plain occurrences.
        source: For a copy, the organizer's event it mirrors.
        copies: For an organizer's event, the copies at attendees.
        leaving: Cancelled already, though a look may still find it.
        settled: Earliest time (store clock) at which later effects may show, so that none overtakes its invitation.
        foreign: A stranger's; no client has to account for it.
    """

    id: str
    mailbox: Mailbox
    calendar: Calendar
    ical_uid: str
    uid: str
    kind: str
    props: dict[str, Any]
    start: datetime
    end: datetime
    created: datetime
    modified: datetime
    organizer: Person
    is_organizer: bool = True
    is_cancelled: bool = False
    response: str = "organizer"
    responded: datetime | None = None
    creator: str = ""
    original_start: datetime | None = None
    master: Event | None = None
    occurrences: list[Event] = field(default_factory=list)
    cancelled_occurrences: list[str] = field(default_factory=list)
    source: Event | None = None
    copies: list[Event] = field(default_factory=list)
    leaving: bool = False
    settled: float = 0.0
    foreign: bool = False

    @property
    def attendees(self) -> list[dict[str, Any]]:
        """The attendees as Graph writes them."""
        found: list[dict[str, Any]] = self.props["attendees"]
        return found

    @property
    def transaction(self) -> str:
        """The client's own name for having made it; an occurrence was made with its master."""
        return self.props["transactionId"] or "" if self.master is None else ""

    @property
    def shown(self) -> bool:
        """Whether a view shows it; a master is shown through its occurrences."""
        return self.kind != "seriesMaster"


@dataclass(slots=True, eq=False)
class Message:
    """A message in one mailbox; a *foreign* one is a stranger's, and no client has to account for it."""

    id: str
    mailbox: Mailbox
    folder: str
    kind: str
    meeting_type: str
    subject: str
    text: str
    sender: Person
    to: tuple[Person, ...]
    received: datetime
    event: Event | None = None
    is_read: bool = False
    foreign: bool = False


@dataclass(slots=True, eq=False)
class Mailbox:
    """
    A user's or a group's mailbox.

    Attributes:
        hours: Shown events by the hours they touch (in UTC, from the year 1), so that a narrow view looks at few.
        long: Shown events of more than a week.
        deleted: Cancelled events that are still read by their ids.
    """

    id: str
    person: Person
    kind: str = "user"
    members: tuple[str, ...] = ()
    calendar_groups: dict[str, CalendarGroup] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    transactions: dict[str, str] = field(default_factory=dict)
    hours: dict[int, dict[str, Event]] = field(default_factory=dict)
    long: dict[str, Event] = field(default_factory=dict)
    deleted: dict[str, Event] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The mailbox's one address."""
        return self.person.address

    @property
    def default_calendar(self) -> Calendar:
        """The calendar that ``/calendar`` means."""
        return next(calendar for calendar in self.calendars.values() if calendar.default)

    @property
    def default_group(self) -> CalendarGroup:
        """The calendar group that was there first."""
        return next(group for group in self.calendar_groups.values() if group.default)

    def add(self, event: Event) -> None:
        """Put an event into its calendar."""
        self.events[event.id] = event
        if event.transaction:
            self.transactions[event.transaction] = event.id
        if not event.shown:
            return
        first, last = _span(event)
        if last - first > _LONGEST_INDEXED:
            self.long[event.id] = event
            return
        for hour in range(first, last + 1):
            self.hours.setdefault(hour, {})[event.id] = event

    def remove(self, event: Event) -> None:
        """Take an event, and with a master its occurrences, out; nothing happens if it is out already."""
        for occurrence in event.occurrences:
            self.remove(occurrence)
        if self.events.pop(event.id, None) is None:
            return
        if event.transaction:
            self.transactions.pop(event.transaction, None)
        self.long.pop(event.id, None)
        first, last = _span(event)
        if event.shown and last - first <= _LONGEST_INDEXED:
            for hour in range(first, last + 1):
                bucket = self.hours.get(hour, {})
                bucket.pop(event.id, None)
                if not bucket:
                    self.hours.pop(hour, None)

    def view(self, start: datetime, end: datetime) -> list[Event]:
        """
        List what lies in a window, by start.

        What starts together and touches the same hours comes in the order it was put in. What is `long` comes after all
        that starts with it, whenever it was put in.
        """
        first, last = _hour(start), _hour(end)
        hours = self.hours
        near = (
            range(first, last + 1) if last - first < len(hours) else [hour for hour in hours if first <= hour <= last]
        )
        found = {key: event for hour in near if hour in hours for key, event in hours[hour].items()}
        found.update(self.long)
        inside = (e for e in found.values() if e.start < end and (e.end > start or e.start >= start))
        return sorted(inside, key=lambda event: event.start)

    def listed(self) -> Iterator[Event]:
        """List what a list of events shows: masters and single events."""
        return (event for event in self.events.values() if event.master is None)


def _span(event: Event) -> tuple[int, int]:
    # An event that ends at a full hour does not touch the next.
    last = max(event.start, event.end - timedelta(microseconds=1))
    return _hour(event.start), _hour(last)


def _hour(moment: datetime) -> int:
    return moment.toordinal() * 24 + moment.hour
