"""
The tenant's state, and time within it.

Nothing here knows HTTP. Effects that a variation delays wait in a queue that is served before each look, so that a
test of late effects needs no thread and a fast client sees them as late as a slow one.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphmock import clock
from graphmock.bookings import Bookings
from graphmock.model import Calendar, CalendarGroup, Event, Mailbox, Message, Person
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from graphmock.ids import Mint

_STRANGERS = 10_000
FOLDERS = ("inbox", "deleteditems", "sentitems")


@dataclass(frozen=True, slots=True)
class Manner:
    """
    The legitimate differences between one deployment and another.

    Attributes:
        calendar_delay: Seconds until calendars show a cancellation.
        mail_delay: Seconds until its mail arrives.
        copies_free: Whether cancelled copies show their time as free.
        deleted_found: Whether a cancelled event is still read by its id.
        sent_copies: Whether the organizer keeps a copy of the mail; *reports* whether one hears of its delivery.
        quotes: Whether the mail quotes the invitation.
        footer: What stands below every message.
    """

    calendar_delay: float = 0.0
    mail_delay: float = 0.0
    invite_delay: float = 0.0
    prefix: str = "Canceled: "
    copies_removed: bool = False
    sent_copies: bool = False
    copies_free: bool = False
    deleted_found: bool = False
    reports: bool = False
    quotes: bool = False
    footer: str = ""


@dataclass(slots=True)
class Store:
    """
    Everything a client could list, and the counters nobody can list through Graph.

    Attributes:
        called_off: Ids of which a cancel was accepted, whatever came of that.
    """

    mint: Mint
    manner: Manner = field(default_factory=Manner)
    clock: Callable[[], float] = time.monotonic
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    by_address: dict[str, Mailbox] = field(default_factory=dict)
    bookings: Bookings = field(default_factory=Bookings)
    counts: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    called_off: set[str] = field(default_factory=set)
    _queue: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: Iterable[int] = field(default_factory=itertools.count)

    def open(self, person: Person, kind: str = "user", members: tuple[str, ...] = ()) -> Mailbox:
        """Make a mailbox with its default calendar and folders."""
        mailbox = Mailbox(id=self.mint.guid(), person=person, kind=kind, members=members)
        group = CalendarGroup(self.mint.item(), "My Calendars", default=True)
        mailbox.calendar_groups[group.id] = group
        calendar = Calendar(self.mint.item(), "Calendar", group, default=True)
        mailbox.calendars[calendar.id] = calendar
        mailbox.folders = {name: self.mint.item() for name in FOLDERS}
        self.mailboxes[mailbox.id] = mailbox
        self.by_address[person.address.lower()] = mailbox
        return mailbox

    def find(self, name: str) -> Mailbox | None:
        """Find a mailbox by id or address, ignoring case."""
        return self.mailboxes.get(name.lower()) or self.by_address.get(name.lower())

    def later(self, due: float, effect: Callable[[], None]) -> None:
        """Let something happen at *due* on the store's clock, or now if that has passed."""
        if due <= self.clock():
            effect()
        else:
            heapq.heappush(self._queue, (due, next(iter(self._order)), effect))

    def settle(self) -> None:
        """Let happen what is due."""
        now = self.clock() if self._queue else 0.0
        while self._queue and self._queue[0][0] <= now:
            heapq.heappop(self._queue)[2]()

    def ask_off(self, identity: str) -> None:
        """Count a cancel of what a cancel was accepted for before, whatever it is answered this time."""
        self.counts["doubled_cancels"] += identity in self.called_off

    @obeys("deleted.no-events", "message.no-sent-copy")
    def deliver(self, to: Person, message: dict[str, Any], event: Event | None = None) -> None:
        """Put a message into the inbox of *to*; a mail to a stranger is only counted."""
        address = to.address.lower()
        mailbox = self.by_address.get(address)
        # Of strangers there is no end; beyond the first thousands they share a count.
        self.mails[address if mailbox or len(self.mails) < _STRANGERS or address in self.mails else "others"] += 1
        if mailbox is None or mailbox.kind != "user":
            return
        self.put(mailbox, message, event)

    def put(self, mailbox: Mailbox, message: dict[str, Any], event: Event | None = None, **more: Any) -> None:
        """Put a message into a mailbox, for its owner and into the inbox unless *more* says otherwise."""
        usual = {"folder": "inbox", "to": (mailbox.person,), "received": clock.now()}
        said = {**usual, **message, **more}
        said["text"] += self.manner.footer
        kept = Message(id=self.mint.item(), mailbox=mailbox, event=event, **said)
        mailbox.messages[kept.id] = kept

    def summary(self) -> dict[str, Any]:
        """Count what each mailbox holds."""
        boxes = {
            box.address: {
                "events": sum(not event.foreign for event in box.events.values()),
                "calendars": len(box.calendars), "calendarGroups": len(box.calendar_groups),
                "messages": sum(not message.foreign for message in box.messages.values()),
            }
            for box in self.mailboxes.values()
        }  # fmt: skip
        return {"mailboxes": boxes, "bookings": self.bookings.summary()}

    def digest(self) -> str:
        """Digest everything a client could list; times of creation are left out, so equal runs give equal digests."""
        told = {box.address: _portrait(box) for box in self.mailboxes.values()}
        text = json.dumps([told, self.bookings.portrait()], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _portrait(box: Mailbox) -> dict[str, Any]:
    return {
        "groups": sorted((g.id, g.name) for g in box.calendar_groups.values()),
        "calendars": sorted((c.id, c.name, c.group.id) for c in box.calendars.values()),
        "events": sorted(
            (
                e.id, e.calendar.id, e.kind, str(e.start), str(e.end), e.is_cancelled, e.response, e.leaving,
                json.dumps(e.props, sort_keys=True, default=str), *e.cancelled_occurrences,
            )
            for e in box.events.values()
            if not e.foreign
        ),
        "messages": sorted(
            (m.id, m.folder, m.meeting_type, m.subject, m.text) for m in box.messages.values() if not m.foreign
        ),
    }  # fmt: skip
