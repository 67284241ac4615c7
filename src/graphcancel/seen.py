"""
What two looks, one before the call and one after it, show of one case side by side.

Where a part was not looked at or could not be read, there is nothing to compare; a function then gives the reason as
text in place of what it would have found.
"""

from __future__ import annotations

from typing import Any, Final

from graphcancel.evidence import Evidence, Outcome, null
from graphcancel.marks import marks_in
from graphcancel.sight import Entry, Look, Message, Unseen, Windows, entries

_CANCELLED: Final = "meetingCancelled"
NAMESAKE: Final = "namesake"
"""The circumstance in which the event beside the meeting invites the same attendees."""


def both_looks(evidence: Evidence) -> tuple[Look, Look] | str:
    """The look before and the look after, or why there are none."""
    if evidence.before is None or evidence.after is None:
        return evidence.gap or "nothing was arranged that could be looked at"
    return evidence.before, evidence.after


def own_windows(evidence: Evidence) -> tuple[list[list[Any]], list[list[Any]]] | str:
    """The meeting on its owner's side, window by window, before and after; or why it cannot be compared."""
    looked = both_looks(evidence)
    if isinstance(looked, str):
        return looked
    before, after = looked
    if isinstance(before.own, Unseen):
        return before.own.reason
    if isinstance(after.own, Unseen):
        return after.own.reason
    was = _of_meeting(before.own, evidence.decoy)
    if not all(was):
        return "the calendar did not show the meeting before the call"
    return was, _of_meeting(after.own, evidence.decoy)


def _of_meeting(windows: Windows, decoy: str | None) -> list[list[Any]]:
    return [[entry for entry in window if entry.id != decoy] for window in windows]


def gone_by_id(evidence: Evidence, reason: str) -> Outcome:
    """Where the calendar shows nothing, for *reason*: whether a read by id no longer finds the event."""
    before, after = evidence.before, evidence.after
    if before and after and before.found is True and after.found is False:
        return Outcome(True, "no longer found by its id")
    return null(reason)


def both_copies(evidence: Evidence, mailbox: str) -> tuple[Windows, Windows] | str:
    """An attendee's copies of the meeting, window by window, before and after; or why they cannot be compared."""
    parts = _in_calendar(evidence, mailbox)
    if isinstance(parts, str):
        return parts
    if evidence.case.circumstance == NAMESAKE:
        uid = _uid_of_decoy(evidence)
        parts = (_without(parts[0], uid), _without(parts[1], uid))
    if not all(parts[0]):
        return "no invitation had arrived in an attendee's calendar before the call"
    return parts


def _without(windows: Windows, uid: str | None) -> Windows:
    return tuple(tuple(entry for entry in window if entry.uid != uid) for window in windows)


def copies_of_decoy(evidence: Evidence, mailbox: str) -> tuple[list[Entry], list[Entry]] | str:
    """An attendee's copies of the event beside the meeting, before and after; or why they cannot be compared."""
    parts = _in_calendar(evidence, mailbox)
    if isinstance(parts, str):
        return parts
    uid = _uid_of_decoy(evidence)
    was, now = ([entry for entry in entries(windows) if entry.uid == uid] for windows in parts)
    if not was:
        return "no invitation to the event beside it had arrived before the call"
    return was, now


def _in_calendar(evidence: Evidence, mailbox: str) -> tuple[Windows, Windows] | str:
    """Everything of the case in an attendee's calendar, before and after."""
    looked = both_looks(evidence)
    if isinstance(looked, str):
        return looked
    was, now = looked[0].copies.get(mailbox), looked[1].copies.get(mailbox)
    if was is None or now is None:
        return "nobody looked into this calendar"
    if isinstance(was, Unseen):
        return was.reason
    if isinstance(now, Unseen):
        return now.reason
    if evidence.case.circumstance == NAMESAKE and _uid_of_decoy(evidence) is None:
        return "no iCalUId tells a copy of the meeting from one of its namesake"
    return was, now


def _uid_of_decoy(evidence: Evidence) -> str | None:
    """The decoy's iCalUId, None where it has none of its own."""
    before = evidence.before
    if before is None or isinstance(before.own, Unseen):
        return None
    uids = {entry.id: entry.uid for entry in entries(before.own)}
    own = uids.pop(evidence.decoy or "", None)
    return None if own in uids.values() else own


def cancellations(evidence: Evidence, mailbox: str) -> list[Message] | str:
    """Cancellation messages of this meeting at one attendee, or why the inbox says nothing."""
    return news(evidence, mailbox, _CANCELLED)


def news(evidence: Evidence, mailbox: str, kind: str) -> list[Message] | str:
    """
    Messages about this meeting that were not there before the call, or why the inbox says nothing.

    Args:
        kind: What they are by their ``meetingMessageType``, whatever its casing.
    """
    looked = both_looks(evidence)
    if isinstance(looked, str):
        return looked
    before, after = looked
    earlier, later = before.mail.get(mailbox), after.mail.get(mailbox)
    if earlier is None or later is None:
        return "nobody looked into this inbox"
    for messages in (earlier, later):
        if isinstance(messages, Unseen):
            return messages.reason
    known = set() if isinstance(earlier, Unseen) else {message.id for message in earlier}
    return [
        message
        for message in (() if isinstance(later, Unseen) else later)
        if message.id not in known
        and (message.kind or "").lower() == kind.lower()
        and (evidence.marker in message.subject or evidence.marker in message.text)
    ]


def new_messages(evidence: Evidence, mailbox: str) -> tuple[Message, ...]:
    """Messages that were not there before the call; none where the inbox was not read both times."""
    looked = both_looks(evidence)
    if isinstance(looked, str):
        return ()
    earlier, later = looked[0].mail.get(mailbox), looked[1].mail.get(mailbox)
    if earlier is None or later is None or isinstance(earlier, Unseen) or isinstance(later, Unseen):
        return ()
    known = {message.id for message in earlier}
    return tuple(message for message in later if message.id not in known)


def mail_about(evidence: Evidence, mailbox: str) -> list[Message] | str:
    """New messages that may be about this appointment: those that name it, and those that name no case at all."""
    looked = both_looks(evidence)
    if isinstance(looked, str):
        return looked
    for look in looked:
        messages = look.mail.get(mailbox)
        if messages is None:
            return "nobody looked into this inbox"
        if isinstance(messages, Unseen):
            return messages.reason
    return [
        message
        for message in new_messages(evidence, mailbox)
        if evidence.marker in message.subject + message.text or not _names_a_case(message)
    ]


def _names_a_case(message: Message) -> bool:
    """Whether *message* bears the mark of any case: of this process, of another at work beside it, of another run."""
    return any(marks_in(f"{message.subject}\n{message.text}"))


def carries(message: Message, comment: str) -> bool:
    """Whether *comment* stands in the message as sent, but for white space."""
    return " ".join(comment.split()) in " ".join(message.text.split())
