"""
What others do in the tenant meanwhile: mail and meetings of people no client knows.

None of it is part of the state that a client has to leave as it found it, so each piece is marked as foreign.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from graphmock import meetings, payload
from graphmock.model import Event, Mailbox, Person

if TYPE_CHECKING:
    from graphmock.store import Store

EVERY = 25  # requests
_MOST = 60  # pieces in one mailbox
_SENDER = Person("Nora Newsletter", "news@fabrikam.example")
_HOST = Person("Hugo Host", "host@fabrikam.example")


def pass_by(store: Store, turn: int) -> None:
    """
    Leave one piece in one user's mailbox: mail, an invitation, or the end of the meeting invited to.

    Args:
        store: The tenant.
        turn: How often strangers came by before; mailboxes and pieces take turns.
    """
    boxes = [box for box in store.mailboxes.values() if box.kind == "user"]
    box, act = boxes[turn % len(boxes)], turn // len(boxes) % 3
    if sum(message.foreign for message in box.messages.values()) >= _MOST:
        return
    theirs = [event for event in box.events.values() if event.foreign]
    if act == 0:
        note = {"kind": "message", "meeting_type": "none", "subject": "This week's offers", "sender": _SENDER}
        store.put(box, {**note, "text": "Everything must go."}, foreign=True)
    elif act == 1:
        _invite(store, box)
    elif theirs:
        _call_off(store, box, theirs[-1])


def _invite(store: Store, box: Mailbox) -> None:
    # Where the mailbox's owner is busiest: a client that looks at its own meetings cannot help seeing this one.
    last = next((event for event in reversed(box.events.values()) if not event.foreign), None)
    start = last.start if last is not None else datetime(2036, 3, 3, 9, tzinfo=UTC)
    body = {
        "subject": "Lunch",
        "start": {"dateTime": start.isoformat(), "timeZone": "UTC"},
        "end": {"dateTime": (start + timedelta(minutes=30)).isoformat(), "timeZone": "UTC"},
        "attendees": [box.person.as_json()],
    }
    event = meetings.receive(store, box, payload.event_draft(body), _HOST)
    note = {"kind": "eventMessageRequest", "meeting_type": "meetingRequest", "subject": "Lunch", "sender": _HOST}
    store.put(box, {**note, "text": "Join us?"}, event, foreign=True)


def _call_off(store: Store, box: Mailbox, event: Event) -> None:
    event.is_cancelled = True
    subject = store.manner.prefix + "Lunch"
    event.props["subject"] = subject
    note = {"kind": "eventMessage", "meeting_type": "meetingCancelled", "subject": subject, "sender": _HOST}
    store.put(box, {**note, "text": "Not today."}, event, foreign=True)
