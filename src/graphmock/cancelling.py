"""``event: cancel``, on whatever route an edition serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphmock import booking_routes, meetings, payload
from graphmock.access import find_event, open_mailbox
from graphmock.errors import Refusal, refuse
from graphmock.rules import obeys
from graphmock.tokens import CALENDARS_WRITE

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.call import Call, Reply, World
    from graphmock.model import Event


@dataclass(frozen=True, slots=True)
class Comment:
    """What the body says about the mail; *silent* asks for none at all."""

    text: str | None = None
    silent: bool = False


@obeys("access.group-attendee", "cancel.order")
def cancel_event(world: World, call: Call) -> Reply:
    """
    Cancel the event that the path names.

    The order of the checks shows in which refusal wins: permission, body, id, organizer.
    """
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    comment = read_comment(world, call)
    world.store.ask_off(call.params.get("event", ""))
    event = find_event(call, mailbox)
    if event.leaving:
        # Cancelled before, though a late effect may let it be seen a little longer.
        raise refuse("id.unknown")
    if not event.is_organizer or _is_guest(world, call, event):
        raise refuse("organizer.only")
    world.store.called_off.add(event.id)
    planned = world.behaviour.alter(meetings.plan(event, comment.text, silent=comment.silent), call)
    if planned is not None:
        _perform(world, planned)
    return world.behaviour.success(call, event)


def _is_guest(world: World, call: Call, event: Event) -> bool:
    # A group's event is organized by the group; to the member who made it, it is his own all the same.
    if event.mailbox.kind != "group" or event.creator == call.who.user:
        return False
    address = world.store.mailboxes[call.who.user].address.lower()
    return any(person.address.lower() == address for person in meetings.guests(event))


def _perform(world: World, planned: meetings.Plan) -> None:
    world.store.counts["cancellations"] += 1
    meetings.carry_out(world.store, planned)


def cancel_anyway(world: World, call: Call, edit: Callable[[meetings.Plan], meetings.Plan] | None = None) -> None:
    """
    Cancel what the path names although the call was refused; only a fault does.

    Args:
        edit: What becomes of the plan; as it stands, the meeting is cancelled for all.
    """
    if call.is_booking_cancel:
        booking_routes.cancel_anyway(world, call)
        return
    wanted = call.params.get("event", "")
    found = next((box.events[wanted] for box in world.store.mailboxes.values() if wanted in box.events), None)
    meeting = found and (found.source or found)
    if meeting is None or meeting.id not in meeting.mailbox.events or meeting.leaving:
        return
    try:
        comment = read_comment(world, call)
    except Refusal:
        comment = Comment()
    planned = meetings.plan(meeting, comment.text, silent=comment.silent)
    _perform(world, edit(planned) if edit else planned)


@obeys("comment.names", "comment.absent", "comment.silent")
def read_comment(world: World, call: Call) -> Comment:
    """Read the comment under any of the names the edition knows."""
    body = payload.json_object(call, required=False)
    known = [name.lower() for name in call.edition.names]
    for name in body:
        if name.lower() not in known and "@" not in name:
            raise refuse("body.parameter", name=name, operation="cancel")
    # The exact spellings first, in the edition's order; then any other casing.
    ordered = [name for name in call.edition.names if name in body]
    ordered += [name for name in body if name.lower() in known and name not in ordered]
    values: list[Any] = [body[name] for name in ordered]
    if not all(isinstance(value, str | None) for value in values):
        raise refuse("body.schema", name=ordered[0])
    given = [value for value in values if value is not None]
    if not given:
        return Comment()
    return Comment(world.behaviour.hears(call, given[0]), silent=given[0] == "")
