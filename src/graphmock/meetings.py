"""
What happens to meetings: made, cancelled, deleted, answered, changed.

A cancellation is carried out from a *plan* (what leaves, whose copies are marked, who is mailed what). The plan is
where a fault interferes; carrying it out knows no faults.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphmock import clock
from graphmock.model import Calendar, Event, Mailbox, Person
from graphmock.prose import plain
from graphmock.rules import obeys
from graphmock.when import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphmock.store import Manner, Store

SHORTLY = 0.8
"""Seconds after which something is no longer done at once: a client that looks twice, a second apart, sees it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What a cancellation will do.

    Attributes:
        leaving: Events that leave the organizer's calendar.
        marked: Organizer's events whose copies are cancelled.
        told: Attendees who are mailed.
        comment: What the mail says; None is the default mail.
        mail_type: Which kind of message they get.
        uncommented: Those of them whose mail says nothing.
        spared: Attendees whose copies stay as they are.
        renamed: Organizer's events whose copies get but the prefix of cancelled ones.
        flagged: Events that stay in the organizer's calendar, marked as cancelled.
        prefixed: Events that stay there with the prefix of cancelled ones.
        declined: Attendees who are taken to have declined.
        strays: Events that leave the organizer's calendar a moment later, though nobody meant them.
        leaves_after: Seconds until events leave; likewise copies and mail.
    """

    event: Event
    leaving: tuple[Event, ...]
    marked: tuple[Event, ...]
    told: tuple[Person, ...]
    comment: str | None = None
    mail_type: str = "meetingCancelled"
    uncommented: tuple[Person, ...] = ()
    spared: tuple[Person, ...] = ()
    renamed: tuple[Event, ...] = ()
    flagged: tuple[Event, ...] = ()
    prefixed: tuple[Event, ...] = ()
    declined: tuple[Person, ...] = ()
    strays: tuple[Event, ...] = ()
    leaves_after: float = 0.0
    copies_after: float = 0.0
    mail_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A new event, read and checked."""

    props: dict[str, Any]
    start: datetime
    end: datetime
    starts: tuple[datetime, ...] = ()


@obeys("event.create", "series.ids")
def create(store: Store, mailbox: Mailbox, calendar: Calendar, draft: Draft, *, creator: str = "") -> Event:
    """Make an event and invite its attendees; *creator* is the user behind a group's event."""
    serial = store.mint.hexadecimal(32)
    event = _build(store, mailbox, calendar, draft, serial)
    event.creator = creator
    _place(event)
    event.settled = store.clock() + store.manner.invite_delay if event.attendees else 0.0
    if event.attendees:
        store.later(event.settled, lambda: _invite(store, event, draft, serial))
    return event


def _build(store: Store, mailbox: Mailbox, calendar: Calendar, draft: Draft, serial: str) -> Event:
    now = clock.now()
    prefix = "040000008200E00074C5B7101A82E008"
    event = Event(
        id=store.mint.item(), mailbox=mailbox, calendar=calendar, ical_uid=f"{prefix}00000000{serial}",
        uid=f"{prefix}00000000{serial}", kind="seriesMaster" if draft.starts else "singleInstance",
        props=draft.props, start=draft.start, end=draft.end, created=now, modified=now, organizer=mailbox.person,
    )  # fmt: skip
    for start in draft.starts:
        day = f"{start.year:04X}{start.month:02X}{start.day:02X}"
        occurrence = replace(event, id=store.mint.item(), kind="occurrence", master=event, original_start=start)
        occurrence.ical_uid = f"{prefix}{day}{serial}"
        occurrence.start, occurrence.end = start, start + (draft.end - draft.start)
        occurrence.occurrences, occurrence.cancelled_occurrences, occurrence.copies = [], [], []
        event.occurrences.append(occurrence)
    return event


def _place(event: Event) -> None:
    event.mailbox.add(event)
    for occurrence in event.occurrences:
        event.mailbox.add(occurrence)


def _invite(store: Store, event: Event, draft: Draft, serial: str) -> None:
    # Once sent, an invitation arrives, even if the meeting is gone by then; its cancellation follows it.
    for person in guests(event):
        mailbox = store.by_address.get(person.address.lower())
        copy = None
        if mailbox is not None and mailbox.kind == "user":
            own = Draft({**deepcopy(draft.props), "transactionId": None}, draft.start, draft.end, draft.starts)
            copy = _build(store, mailbox, mailbox.default_calendar, own, serial)
            for theirs, ours in zip([copy, *copy.occurrences], [event, *event.occurrences], strict=False):
                theirs.is_organizer, theirs.organizer = False, event.mailbox.person
                theirs.response, theirs.source = "notResponded", ours
                ours.copies.append(theirs)
            _place(copy)
        store.deliver(person, _note(event, "meetingRequest", event.props["subject"], plain(event.props["body"])), copy)


def receive(store: Store, mailbox: Mailbox, draft: Draft, host: Person) -> Event:
    """Put a meeting into a calendar that somebody outside the tenant invited to."""
    event = _build(store, mailbox, mailbox.default_calendar, draft, store.mint.hexadecimal(32))
    event.organizer, event.is_organizer, event.response, event.foreign = host, False, "notResponded", True
    _place(event)
    return event


@obeys("event.guests")
def guests(event: Event) -> list[Person]:
    """The attendees other than the organizer, each once."""
    people = [Person(a["emailAddress"]["name"], a["emailAddress"]["address"]) for a in event.attendees]
    others = {p.address.lower(): p for p in people if p.address.lower() != event.mailbox.address.lower()}
    return list(others.values())


def plan(event: Event, comment: str | None, *, silent: bool = False) -> Plan:
    """Say what cancelling *event* does when all goes as it should."""
    return Plan(event, (event,), (event,), () if silent else tuple(guests(event)), comment)


@obeys("effect.left-calendar", "effect.series", "effect.occurrence", "effect.mail", "effect.copies", "effect.plain")
def carry_out(store: Store, planned: Plan) -> None:
    """Cancel as planned, now or as late as the manner says."""
    for event in planned.leaving:
        event.leaving = True
    root, manner = planned.event.master or planned.event, store.manner
    subject = manner.prefix + planned.event.props["subject"]
    now = store.clock()
    leaves = now + manner.calendar_delay + planned.leaves_after
    if leaves == now:
        _throw_away(planned, manner)
    store.later(max(leaves, root.settled), lambda: _throw_away(planned, manner))
    copies = now + manner.calendar_delay + planned.copies_after
    store.later(max(copies, root.settled), lambda: _clear_copies(planned, manner))
    store.later(max(now + manner.mail_delay + planned.mail_after, root.settled), lambda: _tell(store, planned, subject))
    if planned.strays:
        store.later(now + SHORTLY, lambda: withdraw(planned.strays))
    _touch(planned, manner)


def _throw_away(planned: Plan, manner: Manner) -> None:
    for event in planned.leaving:
        if manner.deleted_found and event.id in event.mailbox.events:
            event.mailbox.deleted[event.id] = event
    withdraw(planned.leaving)


def _touch(planned: Plan, manner: Manner) -> None:
    """Change what stays in the organizer's calendar."""
    for event in (*planned.flagged, *planned.prefixed):
        _stand_alone(event)
        event.modified = clock.now()
    for event in planned.flagged:
        event.is_cancelled = True
    for event in planned.prefixed:
        _rename(event, manner)
    declined = {person.address.lower() for person in planned.declined}
    for attendee in planned.event.attendees:
        if attendee["emailAddress"]["address"].lower() in declined:
            attendee["status"] = {"response": "declined", "time": stamp(clock.now())}


def _clear_copies(planned: Plan, manner: Manner) -> None:
    spared = {person.address.lower() for person in planned.spared}
    for marked in planned.marked:
        for copy in marked.copies:
            if copy.mailbox.address.lower() not in spared:
                _cancel_copy(copy, manner)
    for renamed in planned.renamed:
        for copy in renamed.copies:
            _stand_alone(copy)
            _rename(copy, manner)


def _tell(store: Store, planned: Plan, subject: str) -> None:
    copies = {copy.mailbox.address.lower(): copy for copy in planned.event.copies}
    below = _quoted(planned.event) if store.manner.quotes else ""
    note = _note(planned.event, planned.mail_type, subject, (planned.comment or "") + below)
    sender = planned.event.mailbox
    for person in planned.told:
        said = {**note, "text": below} if person in planned.uncommented else note
        store.deliver(person, said, copies.get(person.address.lower()))
        if store.manner.reports:
            store.deliver(sender.person, _report(subject, person))
    if planned.told and store.manner.sent_copies and sender.kind == "user":
        store.put(sender, note, planned.event, folder="sentitems", to=planned.told, is_read=True)


def _quoted(event: Event) -> str:
    invitation = plain(event.props["body"])
    return f"\n\n________________________________\nSubject: {event.props['subject']}\n\n{invitation}"


def _report(subject: str, person: Person) -> dict[str, Any]:
    text = f"Your message has been delivered to the following recipients: {person.address}"
    office = Person("Postmaster", "postmaster@contoso.example")
    return {
        "kind": "message",
        "meeting_type": "none",
        "subject": f"Delivered: {subject}",
        "text": text,
        "sender": office,
    }


def withdraw(events: Iterable[Event]) -> None:
    """Take events out of their calendar; of an occurrence its master keeps a record."""
    for event in events:
        if event.id not in event.mailbox.events:
            continue
        event.mailbox.remove(event)
        if event.master is not None and event.original_start is not None:
            day = event.original_start.date().isoformat()
            event.master.cancelled_occurrences.append(f"OID.{event.master.id}.{day}")
            event.master.occurrences = [other for other in event.master.occurrences if other is not event]


def _cancel_copy(copy: Event, manner: Manner) -> None:
    if copy.id not in copy.mailbox.events:
        return
    if manner.copies_removed:
        withdraw([copy])
        return
    touched = [copy, *copy.occurrences]
    _stand_alone(copy)
    for one in touched:
        if not one.is_cancelled:
            one.is_cancelled, one.modified = True, clock.now()
        if manner.copies_free:
            one.props["showAs"] = "free"
    for one in touched:
        _rename(one, manner)


def _rename(event: Event, manner: Manner) -> None:
    # A master and its occurrences share what they are called.
    if not event.props["subject"].startswith(manner.prefix):
        event.props["subject"] = manner.prefix + event.props["subject"]


@obeys("event.delete", "event.delete-copy")
def delete(store: Store, event: Event) -> None:
    """Delete an event: the organizer's cancels the meeting for all, an attendee's copy just goes."""
    if event.is_organizer and guests(event) and not event.leaving:
        planned = plan(event, None)
        withdraw(planned.leaving)
        carry_out(store, planned)
    event.mailbox.deleted.pop(event.id, None)
    withdraw([event])


@obeys("event.respond", "event.decline")
def respond(store: Store, event: Event, response: str, comment: str, *, send: bool) -> None:
    """Record an attendee's response at both ends, and mail it to the organizer if *send*."""
    now = clock.now()
    for one in (event, *event.occurrences):
        one.response, one.responded = response, now
    source = event.source
    if source is not None and source.id in source.mailbox.events:
        address = event.mailbox.address.lower()
        _stand_alone(source)
        for attendee in source.attendees:
            if attendee["emailAddress"]["address"].lower() == address:
                attendee["status"] = {"response": response, "time": stamp(now)}
        if send:
            kind, word = _RESPONSES[response]
            note = _note(event, kind, f"{word}: {source.props['subject']}", comment, sender=event.mailbox.person)
            store.deliver(source.organizer, note, source)
    if response == "declined":
        withdraw([event])


# The middle name is misspelt in the published enumeration, so it is here.
_RESPONSES = {
    "accepted": ("meetingAccepted", "Accepted"),
    "tentativelyAccepted": ("meetingTenativelyAccepted", "Tentative"),
    "declined": ("meetingDeclined", "Declined"),
}


@obeys("event.patch")
def patch(event: Event, changes: dict[str, Any], start: datetime, end: datetime) -> None:
    """Change an event and, where it is the organizer's, its copies; an occurrence becomes an exception."""
    for one in (event, *event.copies) if event.is_organizer else (event,):
        if one.id not in one.mailbox.events:
            continue
        _stand_alone(one)
        if (one.start, one.end) != (start, end):
            # Out and in again: the index goes by time.
            one.mailbox.remove(one)
            one.start, one.end = start, end
            one.mailbox.add(one)
        one.props.update(changes)
        one.modified = clock.now()


def _stand_alone(event: Event) -> None:
    """Part an occurrence from its master's properties, so that what changes it leaves the siblings alone."""
    if event.kind == "occurrence":
        event.kind, event.props = "exception", deepcopy(event.props)


@obeys("message.kinds")
def _note(event: Event, meeting_type: str, subject: str, text: str, sender: Person | None = None) -> dict[str, Any]:
    kinds = {"meetingRequest": "eventMessageRequest", "meetingCancelled": "eventMessage", "none": "message"}
    return {
        "kind": kinds.get(meeting_type, "eventMessageResponse"),
        "meeting_type": meeting_type,
        "subject": subject,
        "text": text,
        "sender": sender or event.mailbox.person,
    }
