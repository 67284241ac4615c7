"""
``event: cancel``: what cancelling a meeting brings about in calendars, copies and inboxes, and the text it carries.

An effect not there yet may be on its way, so its outcome is pending; the story decides how long to look again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from graphcancel.action import Action
from graphcancel.evidence import NOT_ACCEPTED, Check, Evidence, Outcome, not_yet, null
from graphcancel.ideal import Service
from graphcancel.scene import TARGETED
from graphcancel.seen import (
    NAMESAKE,
    both_copies,
    both_looks,
    cancellations,
    carries,
    copies_of_decoy,
    gone_by_id,
    own_windows,
)
from graphcancel.sight import Message, Unseen, Windows, entries

_ONCE: Final = "the page speaks of a cancellation for each; that one alone is meant is assumed"
_NO_MESSAGE: Final = "no cancellation message arrived that could carry it"


def left_calendar(evidence: Evidence) -> Outcome:
    """No part of the meeting is left in the organizer's calendar."""
    own = own_windows(evidence)
    if isinstance(own, str):
        return gone_by_id(evidence, own)
    left = sum(1 for window in own[1] if window)
    if not left:
        return Outcome(True, "no longer in the calendar")
    if not evidence.accepted:
        return null(NOT_ACCEPTED)
    total = len(own[0])
    return not_yet("still in the calendar" if total == 1 else f"{left} of {total} occurrences still there")


def only_this_event(evidence: Evidence) -> Outcome:
    """The decoy beside the meeting is as it was."""
    looked = both_looks(evidence)
    if isinstance(looked, str):
        return null(looked)
    before, after = looked
    if isinstance(before.own, Unseen) or isinstance(after.own, Unseen):
        unseen = before.own if isinstance(before.own, Unseen) else after.own
        return null(unseen.reason if isinstance(unseen, Unseen) else "not seen")
    if evidence.decoy not in {entry.id for entry in entries(before.own)}:
        return null("no event could be put beside the meeting")
    was = next(entry for entry in entries(before.own) if entry.id == evidence.decoy)
    now = next((entry for entry in entries(after.own) if entry.id == evidence.decoy), None)
    if now is None or now.cancelled:
        return Outcome(False, "another event with its subject is gone too")
    if now.subject != was.subject:
        return Outcome(False, "another event is renamed")
    invites = evidence.case.circumstance == NAMESAKE
    return _copies_intact(evidence) if invites else Outcome(True, "the event beside it is intact")


def _copies_intact(evidence: Evidence) -> Outcome:
    """The attendees' copies of the decoy are as they were."""
    unseen = None
    for mailbox in evidence.attendees:
        copies = copies_of_decoy(evidence, mailbox)
        if isinstance(copies, str):
            unseen = copies
            continue
        standing = {entry.id for entry in copies[1] if not entry.cancelled}
        if any(entry.id not in standing for entry in copies[0] if not entry.cancelled):
            return Outcome(False, "an attendee's copy of another event is cancelled or gone")
    return null(unseen) if unseen else Outcome(True, "the event beside it and its copies are intact")


def attendees_told(evidence: Evidence) -> Outcome:
    """Each attendee's inbox holds a cancellation of this meeting that was not there before, and not twice the same."""
    if not evidence.attendees:
        return null("the target has no other writable mailbox to invite")
    told, twice, unseen = 0, 0, ""
    for mailbox in evidence.attendees:
        messages = cancellations(evidence, mailbox)
        if isinstance(messages, str):
            unseen = messages
        elif messages:
            told += 1
            twice += _says_twice(evidence, messages)
    shown = f"{told} of {len(evidence.attendees)} attendees told"
    if twice:
        return Outcome(False, f"{shown}, {twice} of them twice the same", _ONCE)
    if told == len(evidence.attendees):
        return Outcome(True, shown)
    if not evidence.accepted:
        return null(NOT_ACCEPTED)
    readable = [mailbox for mailbox in evidence.attendees if not isinstance(cancellations(evidence, mailbox), str)]
    if told < len(readable):
        return not_yet(shown)
    return null(unseen)


def _says_twice(evidence: Evidence, messages: Sequence[Message]) -> bool:
    """
    Whether two messages say the very same of one date.

    A series may be called off date by date, in messages that read alike; of one date a second is one too many. Who
    follows a group may hear of its events by the group's own mail, too.
    """
    one_date = evidence.scope == "occurrence" or len(_windows(evidence)) == 1
    alone = evidence.case.family != "groups"
    # A list that grows while it is read page by page may show one message on two pages.
    said = {message.id: (message.subject, message.text) for message in messages}
    return one_date and alone and len(set(said.values())) < len(said)


def _windows(evidence: Evidence) -> Windows:
    before = evidence.before
    return () if before is None or isinstance(before.own, Unseen) else before.own


def copies_cancelled(evidence: Evidence) -> Outcome:
    """Each attendee's copy is marked cancelled or gone."""
    if not evidence.attendees:
        return null("the target has no other writable mailbox to invite")
    done, unseen, left = 0, None, False
    for mailbox in evidence.attendees:
        parts = both_copies(evidence, mailbox)
        if isinstance(parts, str):
            unseen = parts
            continue
        windows = parts[1] if evidence.scope == "meeting" else parts[1][TARGETED : TARGETED + 1]
        if all(entry.cancelled for window in windows for entry in window):
            done += 1
        else:
            left = True
    shown = f"{done} of {len(evidence.attendees)} copies cancelled or gone"
    if left:
        return not_yet(shown) if evidence.accepted else null(NOT_ACCEPTED)
    return null(unseen) if unseen else Outcome(True, shown)


# -- the text sent -------------------------------------------------------------------------------------------------


def delivered(evidence: Evidence) -> Outcome:
    """The comment stands, as sent, in every cancellation message that arrived."""
    if evidence.comment is None:
        return null("the body has no text")
    if not evidence.accepted:
        return null(NOT_ACCEPTED)
    carried, read, unseen = 0, 0, None
    for mailbox in evidence.attendees:
        messages = cancellations(evidence, mailbox)
        if isinstance(messages, str):
            unseen = messages
        elif messages:
            read += 1
            carried += any(carries(message, evidence.comment) for message in messages)
    documented = f"the text as sent, {len(evidence.comment)} characters"
    if carried < read:
        return Outcome(False, f"{carried} of {read} messages carry it", documented=documented)
    if read < len(evidence.attendees) or not read:
        return null(unseen or (f"{read} attendees of {len(evidence.attendees)} were told" if read else _NO_MESSAGE))
    return Outcome(True, f"{carried} of {read} messages carry it", documented=documented)


# -- one occurrence ------------------------------------------------------------------------------------------------


def occurrence_cancelled(evidence: Evidence) -> Outcome:
    """The targeted occurrence is gone from the organizer's calendar."""
    own = own_windows(evidence)
    if isinstance(own, str):
        return null(own)
    if not own[1][TARGETED]:
        return Outcome(True, "the occurrence is gone")
    return not_yet("the occurrence is still there") if evidence.accepted else null(NOT_ACCEPTED)


def series_intact(evidence: Evidence) -> Outcome:
    """The other occurrences are as they were, at the organizer and at the attendees."""
    own = own_windows(evidence)
    if isinstance(own, str):
        return null(own)
    siblings = [window for number, window in enumerate(own[1]) if number != TARGETED]
    lost = sum(1 for window in siblings if not window or any(entry.cancelled for entry in window))
    if evidence.after and evidence.after.found is False:
        return Outcome(False, "the series itself is gone")
    unseen = None
    for mailbox in evidence.attendees:
        parts = both_copies(evidence, mailbox)
        if isinstance(parts, str):
            unseen = parts
            continue
        rest = [window for number, window in enumerate(parts[1]) if number != TARGETED]
        lost += sum(1 for window in rest if not window or any(entry.cancelled for entry in window))
    if unseen and not lost:
        return null(unseen)
    return Outcome(not lost, "the other occurrences are intact" if not lost else f"{lost} other occurrences gone too")


# -- the action ----------------------------------------------------------------------------------------------------


def _usual(evidence: Evidence) -> Mapping[str, Check]:
    shown: dict[str, Check] = {"left": occurrence_cancelled if evidence.scope == "occurrence" else left_calendar}
    return shown | {"told": attendees_told} if evidence.attendees else shown


CANCEL: Final = Action(
    id="event-cancel",
    checks={
        "effect.left-calendar": left_calendar,
        "effect.attendees-told": attendees_told,
        "effect.attendee-copies": copies_cancelled,
        "effect.only-this-event": only_this_event,
        "occurrence.cancelled": occurrence_cancelled,
        "occurrence.series-intact": series_intact,
    },
    usual=_usual,
    delivered=delivered,
    carry_out=Service.cancel,
)
