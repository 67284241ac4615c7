"""
What one look shows, as values, and from where it was taken.

A part that could not be read is `Unseen` with the reason, never an empty list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphcancel.plaintext import plain


@dataclass(frozen=True, slots=True)
class Unseen:
    """
    Why a part of a look shows nothing that may be judged.

    Attributes:
        status: What the read was answered, where it was answered with a refusal.
    """

    reason: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """
    An event or appointment in a calendar.

    Attributes:
        series: Id of the series an occurrence belongs to, None for a single event.
        declined: How many of its attendees are shown as having declined.
        uid: What the meeting has in common with its copies in other mailboxes (iCalUId), None where it is not shown.
    """

    id: str
    subject: str
    cancelled: bool
    series: str | None
    declined: int = 0
    uid: str | None = None

    @property
    def whole(self) -> str:
        """The id by which all of it is removed: an occurrence's series, else its own."""
        return self.series or self.id


@dataclass(frozen=True, slots=True)
class Message:
    """A message in an inbox; *text* is its body without markup, white space folded."""

    id: str
    subject: str
    kind: str | None
    text: str


Windows = tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """
    One round of reads.

    Attributes:
        at: Clock reading (monotonic, seconds) when it ended.
        own: Per window, what the organizer's side shows of this case.
        found: Whether a read by id finds the event; None where that was not answered clearly.
        copies: Mailbox to windows, for each attendee.
        mail: Mailbox to messages that belong to this case.
    """

    at: float
    own: Windows | Unseen
    found: bool | None
    copies: Mapping[str, Windows | Unseen] = field(default_factory=dict)
    mail: Mapping[str, tuple[Message, ...] | Unseen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """
    Where to look and through whom.

    Attributes:
        root: Graph root with version.
        marker: What subject or body of everything of this case contains.
        windows: Start and end, ISO 8601 with Z, of the minutes in which the case's events lie.
        calendar: Path whose ``calendarView`` shows the organizer's side, such as ``/users/…/calendars/…``.
        item: Path by which the event itself is read.
        owner_actor: Whose token reads the organizer's side, None where nobody can.
        readers: Attendee mailbox to the actor who can read it, None where nobody can.
        inboxes: Further mailboxes of which only the inbox is looked at, to the actor who can read each.
        booking: Whether the organizer's side is a booking business.
        since: Server time, ISO 8601 with Z, before which no message of this case can lie.
    """

    root: str
    marker: str
    windows: tuple[tuple[str, str], ...]
    calendar: str
    item: str
    owner_actor: str | None
    readers: Mapping[str, str | None]
    inboxes: Mapping[str, str | None] = field(default_factory=dict)
    booking: bool = False
    since: str | None = None


def entry_of(item: Mapping[str, Any]) -> Entry | None:
    """The event or appointment that *item* of a list shows, None where it has no id."""
    identity = item.get("id")
    if not isinstance(identity, str) or not identity:
        return None
    subject = item.get("subject")
    series = item.get("seriesMasterId")
    uid = item.get("iCalUId")
    return Entry(
        id=identity,
        subject=subject if isinstance(subject, str) else "",
        cancelled=item.get("isCancelled") is True,
        series=series if isinstance(series, str) and series else None,
        declined=_declined(item.get("attendees")),
        uid=uid if isinstance(uid, str) and uid else None,
    )


def _declined(attendees: object) -> int:
    listed = [one.get("status") for one in attendees if isinstance(one, dict)] if isinstance(attendees, list) else []
    return sum(1 for status in listed if isinstance(status, dict) and status.get("response") == "declined")


def message_of(item: Mapping[str, Any]) -> Message | None:
    """The message that *item* of a list shows, None where it has no id."""
    identity = item.get("id")
    if not isinstance(identity, str) or not identity:
        return None
    body = item.get("body")
    content = body.get("content") if isinstance(body, dict) else None
    html = isinstance(body, dict) and str(body.get("contentType", "")).lower() == "html"
    text = content if isinstance(content, str) else ""
    kind = item.get("meetingMessageType")
    return Message(
        id=identity,
        subject=str(item.get("subject") or ""),
        kind=kind if isinstance(kind, str) else None,
        text=plain(text) if html else " ".join(text.split()),
    )


def entries(windows: Windows) -> Iterator[Entry]:
    """Every entry of every window."""
    for window in windows:
        yield from window
