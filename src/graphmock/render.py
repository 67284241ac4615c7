"""Objects as JSON, the way the service writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphmock.prose import PREVIEW, page, plain
from graphmock.rules import obeys
from graphmock.when import stamp, written, zone

if TYPE_CHECKING:
    from graphmock.call import Call
    from graphmock.model import Calendar, CalendarGroup, Event, Mailbox, Message

_NEVER = "0001-01-01T00:00:00Z"


def shown_zone(call: Call) -> str:
    """The zone in which the client wants its times."""
    name = call.preference("outlook.timezone") or "UTC"
    zone(name)
    return name


def wants_text(call: Call) -> bool:
    """Whether the client wants bodies as text."""
    return (call.preference("outlook.body-content-type") or "html").lower() == "text"


def event_json(event: Event, call: Call) -> dict[str, Any]:
    """Write an event."""
    props = event.props
    shown = shown_zone(call)
    text = plain(props["body"])
    body = {"contentType": "text", "content": text} if wants_text(call) else dict(props["body"])
    location = props["location"] or {"displayName": ""}
    mine = event.is_organizer
    found: dict[str, Any] = {
        "@odata.etag": f'W/"{_version(event)}"',
        "id": event.id,
        "createdDateTime": stamp(event.created),
        "lastModifiedDateTime": stamp(event.modified),
        "changeKey": _version(event),
        **{name: value for name, value in props.items() if name not in _WRITTEN_APART},
        "iCalUId": event.ical_uid,
        "uid": event.uid,
        "hasAttachments": False,
        "bodyPreview": text[:PREVIEW],
        "isCancelled": event.is_cancelled,
        "isOrganizer": mine,
        "seriesMasterId": event.master.id if event.master else None,
        "type": event.kind,
        "webLink": "",
        "onlineMeeting": None,
        "onlineMeetingUrl": None,
        "responseStatus": {
            "response": event.response,
            "time": stamp(event.responded) if event.responded else _NEVER,
        },
        "body": body,
        "start": written(event.start, shown),
        "end": written(event.end, shown),
        "location": location,
        "locations": props["locations"] or ([location] if location.get("displayName") else []),
        "recurrence": props["recurrence"] if event.kind == "seriesMaster" else None,
        "attendees": [] if props["hideAttendees"] and not mine else event.attendees,
        "organizer": event.organizer.as_json(),
    }
    if event.original_start is not None and event.master is not None:
        found["originalStart"] = stamp(event.original_start)
        found["occurrenceId"] = f"OID.{event.master.id}.{event.original_start.date().isoformat()}"
    if call.version != "beta":
        # Shared by a series' master and all its occurrences; only beta shows it.
        del found["uid"]
    return found


def _version(event: Event) -> str:
    return f"{event.id[-12:-1]}{event.modified.microsecond:06d}"


_WRITTEN_APART = frozenset(
    {"attendees", "body", "location", "locations", "recurrence", "singleValueExtendedProperties", "extensions"}
)


@obeys("comment.text")
def message_json(message: Message, call: Call) -> dict[str, Any]:
    """Write a message; what concerns a meeting is on those that do."""
    as_text = wants_text(call)
    content = message.text if as_text else page(message.text)
    found: dict[str, Any] = {
        "@odata.type": f"#microsoft.graph.{message.kind}",
        "@odata.etag": f'W/"{message.id[-12:]}"',
        "id": message.id,
        "createdDateTime": stamp(message.received),
        "lastModifiedDateTime": stamp(message.received),
        "receivedDateTime": stamp(message.received),
        "sentDateTime": stamp(message.received),
        "hasAttachments": False,
        "subject": message.subject,
        "bodyPreview": message.text[:PREVIEW],
        "importance": "normal",
        "parentFolderId": message.mailbox.folders[message.folder],
        "isRead": message.is_read,
        "isDraft": False,
        "body": {"contentType": "text" if as_text else "html", "content": content},
        "sender": message.sender.as_json(),
        "from": message.sender.as_json(),
        "toRecipients": [person.as_json() for person in message.to],
        "ccRecipients": [],
        "bccRecipients": [],
    }
    if message.kind == "message":
        del found["@odata.type"]
        return found
    found["meetingMessageType"] = message.meeting_type
    if message.event is not None:
        shown = shown_zone(call)
        found["type"] = message.event.kind
        found["startDateTime"] = written(message.event.start, shown)
        found["endDateTime"] = written(message.event.end, shown)
    return found


def calendar_json(calendar: Calendar, owner: Mailbox) -> dict[str, Any]:
    """Write a calendar."""
    return {
        "id": calendar.id,
        "name": calendar.name,
        "color": "auto",
        "isDefaultCalendar": calendar.default,
        "changeKey": calendar.id[-12:],
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "isTallyingResponses": calendar.default,
        "isRemovable": not calendar.default,
        "owner": {"name": owner.person.name, "address": owner.person.address},
    }


@obeys("calendar-group.class")
def calendar_group_json(group: CalendarGroup) -> dict[str, Any]:
    """Write a calendar group."""
    return {"id": group.id, "name": group.name, "classId": _GROUP_CLASS, "changeKey": group.id[-12:]}


# As the pages' examples have it; a typed client refuses anything but a GUID.
_GROUP_CLASS = "0006f0b7-0000-0000-c000-000000000046"


def user_json(mailbox: Mailbox) -> dict[str, Any]:
    """Write a user."""
    first, _, last = mailbox.person.name.partition(" ")
    return {
        "id": mailbox.id,
        "displayName": mailbox.person.name,
        "givenName": first,
        "surname": last,
        "mail": mailbox.address,
        "userPrincipalName": mailbox.address,
    }


def group_json(mailbox: Mailbox) -> dict[str, Any]:
    """Write a group."""
    return {
        "id": mailbox.id,
        "displayName": mailbox.person.name,
        "mail": mailbox.address,
        "mailNickname": mailbox.address.partition("@")[0],
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": ["Unified"],
        "visibility": "Private",
    }
