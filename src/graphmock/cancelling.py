"""``event: cancel``, on whatever route an edition serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphmock import meetings, payload
from graphmock.access import find_event, open_mailbox
from graphmock.errors import Refusal, refuse
from graphmock.rules import obeys
from graphmock.tokens import CALENDARS_WRITE

if TYPE_CHECKING:
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
    behaviour = world.behaviour
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    refused: Refusal | None = None
    try:
        comment = read_comment(world, call)
    except Refusal as refusal:
        if not (behaviour.pardons(refusal) or behaviour.acts_though(refusal)):
            raise
        comment = Comment()
        refused = None if behaviour.pardons(refusal) else refusal
    world.store.ask_off(call.params.get("event", ""))
    event = find_event(call, mailbox)
    if event.leaving:
        # Cancelled before, though a late effect may let it be seen a little longer.
        raise refuse("id.unknown")
    if not event.is_organizer or _is_guest(world, call, event):
        return _turn_away(world, call, event, comment)
    world.store.called_off.add(event.id)
    perform(world, call, event, comment)
    if refused is not None:
        raise refused
    return behaviour.success(call)


def _is_guest(world: World, call: Call, event: Event) -> bool:
    # A group's event is organized by the group; to the member who made it, it is his own all the same.
    if event.mailbox.kind != "group" or event.creator == call.who.user:
        return False
    address = world.store.mailboxes[call.who.user].address.lower()
    return any(person.address.lower() == address for person in meetings.guests(event))


def _turn_away(world: World, call: Call, event: Event, comment: Comment) -> Reply:
    if world.behaviour.cancels_for_attendee:
        meeting = event.source or event
        if meeting.id in meeting.mailbox.events:
            perform(world, call, meeting, comment)
    if world.behaviour.humours_attendee:
        return world.behaviour.success(call)
    raise refuse("organizer.only")


def perform(world: World, call: Call, event: Event, comment: Comment) -> None:
    """Cancel an event, as well as the active faults let it."""
    planned = world.behaviour.alter(meetings.plan(event, comment.text, silent=comment.silent), call)
    if planned is not None:
        world.store.counts["cancellations"] += 1
        meetings.carry_out(world.store, planned)


@obeys("comment.names", "comment.absent", "comment.silent")
def read_comment(world: World, call: Call) -> Comment:
    """Read the comment under any of the names the edition knows."""
    body = payload.json_object(call, required=False)
    if world.behaviour.refuses_empty and not body and call.body:
        raise refuse("body.schema", name="Comment")
    known = [name.lower() for name in call.edition.names]
    for name in body:
        if (name.lower() not in known and "@" not in name) or world.behaviour.refuses_name(call, name):
            raise refuse("body.parameter", name=name, operation="cancel")
    # The exact spellings first, in the edition's order; then any other casing.
    ordered = [name for name in call.edition.names if name in body]
    ordered += [name for name in body if name.lower() in known and name not in ordered]
    values: list[Any] = [body[name] for name in ordered if not world.behaviour.overlooks(name)]
    if not all(isinstance(value, str | None) for value in values):
        raise refuse("body.schema", name=ordered[0])
    given = [value for value in values if value is not None]
    if not given:
        return Comment()
    return Comment(world.behaviour.hears(given[0]), silent=given[0] == "")
