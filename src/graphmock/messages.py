"""Handlers for messages and the events they are about."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from graphmock.access import checked, find_event, find_message, open_mailbox
from graphmock.call import Call, Reply, World
from graphmock.errors import refuse
from graphmock.events import EVENT
from graphmock.odata import Kind, listing, single
from graphmock.prose import PREVIEW
from graphmock.render import event_json, message_json
from graphmock.rules import obeys
from graphmock.tokens import MAIL_READ, MAIL_WRITE

if TYPE_CHECKING:
    from graphmock.model import Mailbox, Message


def _expanded_event(message: Message, call: Call) -> dict[str, Any]:
    event = message.event
    if message.kind == "message":
        return {}
    there = event is not None and event.id in event.mailbox.events
    return {"event": event_json(event, call) if event is not None and there else None}


MESSAGE = Kind(
    name="microsoft.graph.message",
    write=message_json,
    fields={
        "id": attrgetter("id"),
        "subject": attrgetter("subject"),
        "receivedDateTime": attrgetter("received"),
        "sentDateTime": attrgetter("received"),
        "createdDateTime": attrgetter("received"),
        "lastModifiedDateTime": attrgetter("received"),
        "isRead": attrgetter("is_read"),
        "meetingMessageType": attrgetter("meeting_type"),
        "bodyPreview": lambda m: m.text[:PREVIEW],
        "from/emailAddress/address": attrgetter("sender.address"),
        "sender/emailAddress/address": attrgetter("sender.address"),
    },
    extras={
        "microsoft.graph.eventmessage/event": _expanded_event,
        "attachments": lambda _message, _call: {"attachments": []},
    },
)
FOLDER = Kind(
    name="microsoft.graph.mailFolder",
    write=lambda folder, _call: {"id": folder[1], "displayName": folder[0]},
    fields={"displayName": lambda folder: folder[0], "id": lambda folder: folder[1]},
    extras={},
)


def list_messages(world: World, call: Call) -> Reply:
    """List messages, the newest first, of the whole mailbox or one folder."""
    mailbox = open_mailbox(world, call, MAIL_READ)
    folder = _folder(call, mailbox) if "folder" in call.params else None
    # They are kept in the order of their arrival; the service shows the last first.
    newest = reversed(mailbox.messages.values())
    return listing(world, call, MESSAGE, newest if folder is None else (m for m in newest if m.folder == folder))


def _folder(call: Call, mailbox: Mailbox) -> str:
    name = call.params["folder"]
    if name.lower() in mailbox.folders:
        return name.lower()
    checked(name)
    for known, identifier in mailbox.folders.items():
        if identifier == name:
            return known
    raise refuse("id.unknown")


def list_folders(world: World, call: Call) -> Reply:
    """List the mail folders."""
    return listing(world, call, FOLDER, open_mailbox(world, call, MAIL_READ).folders.items())


def read_folder(world: World, call: Call) -> Reply:
    """Answer with one mail folder."""
    mailbox = open_mailbox(world, call, MAIL_READ)
    name = _folder(call, mailbox)
    return single(call, FOLDER, (name, mailbox.folders[name]))


def _found(world: World, call: Call, need: frozenset[str]) -> Message:
    mailbox = open_mailbox(world, call, need)
    message = find_message(call, mailbox)
    if "folder" in call.params and message.folder != _folder(call, mailbox):
        raise refuse("id.unknown")
    return message


def read_message(world: World, call: Call) -> Reply:
    """Answer with one message."""
    return single(call, MESSAGE, _found(world, call, MAIL_READ))


def read_event_of_message(world: World, call: Call) -> Reply:
    """Answer with the event a message is about: at an attendee the copy, at the organizer the meeting."""
    return single(call, EVENT, find_event(call, open_mailbox(world, call, MAIL_READ)))


@obeys("message.delete")
def delete_message(world: World, call: Call) -> Reply:
    """Delete a message."""
    message = _found(world, call, MAIL_WRITE)
    del message.mailbox.messages[message.id]
    return Reply(204)
