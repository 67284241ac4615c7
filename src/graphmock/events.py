"""Handlers for events and views of them, in every container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from graphmock import meetings, payload
from graphmock.access import find_calendar, find_event, open_mailbox
from graphmock.call import Call, Reply, World
from graphmock.errors import refuse
from graphmock.odata import Kind, listing, single
from graphmock.prose import PREVIEW, plain
from graphmock.render import event_json
from graphmock.rules import obeys
from graphmock.tokens import CALENDARS_READ, CALENDARS_WRITE
from graphmock.when import instant

if TYPE_CHECKING:
    from datetime import datetime

    from graphmock.model import Event, Mailbox


def _cancelled_occurrences(event: Event, _call: Call) -> dict[str, Any]:
    return {"cancelledOccurrences": list(event.cancelled_occurrences)}


def _kept(name: str) -> Any:
    return lambda event, _call: {name: event.props.get(name) or []}


EVENT = Kind(
    name="microsoft.graph.event",
    write=event_json,
    fields={
        "id": lambda e: e.id,
        "iCalUId": lambda e: e.ical_uid,
        "uid": lambda e: e.uid,
        "subject": lambda e: e.props["subject"],
        "start/dateTime": lambda e: e.start,
        "end/dateTime": lambda e: e.end,
        "isCancelled": lambda e: e.is_cancelled,
        "isOrganizer": lambda e: e.is_organizer,
        "isAllDay": lambda e: e.props["isAllDay"],
        "type": lambda e: e.kind,
        "seriesMasterId": lambda e: e.master.id if e.master else None,
        "transactionId": lambda e: e.props["transactionId"],
        "createdDateTime": lambda e: e.created,
        "lastModifiedDateTime": lambda e: e.modified,
        "bodyPreview": lambda e: plain(e.props["body"])[:PREVIEW],
        "organizer/emailAddress/address": lambda e: e.organizer.address,
    },
    extras={
        "cancelledoccurrences": _cancelled_occurrences,
        "singlevalueextendedproperties": _kept("singleValueExtendedProperties"),
        "extensions": _kept("extensions"),
        "attachments": lambda _event, _call: {"attachments": []},
    },
)


@obeys("event.list")
def list_events(world: World, call: Call) -> Reply:
    """List masters and single events."""
    mailbox = open_mailbox(world, call, CALENDARS_READ)
    calendar = find_calendar(call, mailbox)
    return listing(
        world, call, EVENT, (e for e in mailbox.listed() if calendar is None or e.calendar is calendar)
    )  # fmt: skip


@obeys("event.view")
def view(world: World, call: Call) -> Reply:
    """List what lies in a window."""
    mailbox = open_mailbox(world, call, CALENDARS_READ)
    calendar = find_calendar(call, mailbox)
    start, end = window(call)
    # A mailbox's own view is that of its default calendar; so is the service's.
    calendar = calendar or mailbox.default_calendar
    return listing(world, call, EVENT, (e for e in mailbox.view(start, end) if e.calendar is calendar))


@obeys("time.window")
def window(call: Call, first: str = "startDateTime", last: str = "endDateTime") -> tuple[datetime, datetime]:
    """Read the window of a view."""
    texts = call.option(first), call.option(last)
    if texts[0] is None or texts[1] is None:
        raise refuse("time.window", names=f"{first} and {last}")
    start, end = instant(texts[0]), instant(texts[1])
    if end < start:
        raise refuse("time.window", names=f"{first} and {last}, in order")
    return start, end


def instances(world: World, call: Call) -> Reply:
    """List a series' occurrences in a window."""
    mailbox = open_mailbox(world, call, CALENDARS_READ)
    event = find_event(call, mailbox)
    start, end = window(call)
    if event.kind != "seriesMaster":
        raise refuse("body.invalid", name="the event is no series master")
    inside = [e for e in event.occurrences if e.start < end and e.end > start]
    return listing(world, call, EVENT, sorted(inside, key=lambda e: e.start))


def read_event(world: World, call: Call) -> Reply:
    """Answer with one event."""
    return single(call, EVENT, find_event(call, open_mailbox(world, call, CALENDARS_READ)))


@obeys("event.transaction")
def create_event(world: World, call: Call) -> Reply:
    """Make an event; a transactionId seen before gives the event made then."""
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    calendar = find_calendar(call, mailbox) or mailbox.default_calendar
    draft = payload.event_draft(payload.json_object(call))
    transaction = draft.props["transactionId"]
    event = mailbox.events.get(mailbox.transactions.get(transaction, "")) if transaction else None
    if event is None:
        event = meetings.create(world.store, mailbox, calendar, draft, creator=call.who.user)
    reply = single(call, EVENT, event, status=201)
    location = f"{call.base}{call.root}/{_owner(mailbox)}/events/{quote(event.id, safe='=')}"
    return Reply(reply.status, reply.body, {"Location": location})


def _owner(mailbox: Mailbox) -> str:
    return f"{mailbox.kind}s/{mailbox.id}"


@obeys("event.patch-limits")
def change_event(world: World, call: Call) -> Reply:
    """Change an event."""
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    event = find_event(call, mailbox)
    body = payload.json_object(call)
    timed: dict[str, Any] = {name: body.pop(name) for name in list(body) if name in {"start", "end"}}
    for name in body:
        if name in {"attendees", "recurrence", "locations", "transactionId"}:
            raise refuse("event.patch-limits", name=name)
    payload.allow(body, event.props, "microsoft.graph.event")
    start, end = event.start, event.end
    if timed:
        if event.kind == "seriesMaster":
            raise refuse("event.patch-limits", name="the times of a series")
        was = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}
        start, end = payload.times({**was, **timed})
    meetings.patch(event, payload.event_changes(body), start, end)
    return single(call, EVENT, event)


def delete_event(world: World, call: Call) -> Reply:
    """Delete an event."""
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    meetings.delete(world.store, find_event(call, mailbox))
    return Reply(204)


def _respond(world: World, call: Call, response: str) -> Reply:
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    event = find_event(call, mailbox)
    # Clients write these names with capitals or without.
    body = {name.lower(): value for name, value in payload.json_object(call, required=False).items()}
    for name in body:
        if name not in {"comment", "sendresponse", "proposednewtime"}:
            raise refuse("body.parameter", name=name, operation=call.route.template.rpartition("/")[2])
    comment, send = payload.text(body, "comment"), body.get("sendresponse", True)
    if not isinstance(send, bool | None):
        raise refuse("body.schema", name="sendResponse")
    if event.is_organizer:
        raise refuse("event.respond-organizer")
    if comment and send is False:
        raise refuse("event.respond-silent")
    meetings.respond(world.store, event, response, comment, send=send is not False)
    return Reply(202)


def accept(world: World, call: Call) -> Reply:
    """Accept a meeting."""
    return _respond(world, call, "accepted")


def decline(world: World, call: Call) -> Reply:
    """Decline a meeting."""
    return _respond(world, call, "declined")


def tentatively_accept(world: World, call: Call) -> Reply:
    """Accept a meeting with reservations."""
    return _respond(world, call, "tentativelyAccepted")
