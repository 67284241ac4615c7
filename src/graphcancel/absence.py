"""
Checks that a refused call changed nothing, for anybody.

Nothing changed is held only where everything could be seen both times; a part nobody could read leaves it unexamined.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graphcancel.evidence import Evidence, Outcome, describe_answer, null
from graphcancel.seen import both_copies, both_looks, cancellations, carries, new_messages
from graphcancel.sight import Look, Unseen, entries

WITHOUT_EFFECT: Final = "refusal.without-effect"
"""The conventions' clause that speaks for every refused call, an observation's too."""

ONLY_THIS_EVENT: Final = "effect.only-this-event"
SERIES_INTACT: Final = "occurrence.series-intact"
STANDING: Final = frozenset({ONLY_THIS_EVENT, SERIES_INTACT})
"""What an accepted call leaves as it was; that it does cannot be told sooner than an effect would show."""

NOTHING_CHANGED: Final = "nothing changed"


def changes(evidence: Evidence) -> Iterator[str]:
    """What is different after the call, in words."""
    looked = both_looks(evidence)
    if not isinstance(looked, str):
        yield from _changes_of_owner(evidence, *looked)
        for mailbox in evidence.attendees:
            yield from _changes_at(evidence, mailbox)
        if evidence.organizer and _tells(evidence, evidence.organizer):
            yield "the organizer was told"


def _tells(evidence: Evidence, organizer: str) -> bool:
    """Whether the organizer heard of the call: of a cancel only by a cancellation, since a response may come late."""
    if evidence.case.caller == "attendee":
        told = new_messages(evidence, organizer)
        return any(evidence.marker in message.subject + message.text for message in told)
    messages = cancellations(evidence, organizer)
    return not isinstance(messages, str) and bool(messages)


def _changes_of_owner(evidence: Evidence, before: Look, after: Look) -> Iterator[str]:
    if not isinstance(before.own, Unseen) and not isinstance(after.own, Unseen):
        now = {entry.id: entry for entry in entries(after.own)}
        for entry in entries(before.own):
            if entry.id not in now:
                yield "an event left the organizer's calendar" if entry.id == evidence.meeting else "an event is gone"
            elif now[entry.id].cancelled and not entry.cancelled:
                yield "an event is marked cancelled"
            elif now[entry.id].subject != entry.subject:
                yield "an event is renamed"
            elif now[entry.id].declined > entry.declined:
                yield "an attendee is taken to have declined"
    elif before.found is True and after.found is False:
        yield "the event is no longer found"


def _changes_at(evidence: Evidence, mailbox: str) -> Iterator[str]:
    parts = both_copies(evidence, mailbox)
    if not isinstance(parts, str):
        now = {entry.id: entry for entry in entries(parts[1])}
        standing = [entry.id for entry in entries(parts[0]) if not entry.cancelled]
        if any(identity not in now or now[identity].cancelled for identity in standing):
            yield "an attendee's copy is cancelled or gone"
        elif any(now[entry.id].subject != entry.subject for entry in entries(parts[0]) if entry.id in now):
            yield "an attendee's copy is renamed"
    if evidence.customer:
        if any(evidence.comment and carries(item, evidence.comment) for item in new_messages(evidence, mailbox)):
            yield "a message with the text was sent"
    else:
        messages = cancellations(evidence, mailbox)
        if not isinstance(messages, str) and messages:
            yield "an attendee was told"


def without_effect(evidence: Evidence) -> Outcome:
    """Nothing changed for anybody after a refusal."""
    if evidence.accepted:
        return null("the call was accepted; the clause is about a refused one")
    found = list(dict.fromkeys(changes(evidence)))
    if found:
        return Outcome(False, "; ".join(found), documented="no effect")
    blind = _blind(evidence)
    return null(blind) if blind else Outcome(True, NOTHING_CHANGED, documented="no effect")


def organizer_only(evidence: Evidence) -> Outcome:
    """An attendee's call is not accepted, and changes nothing for anybody."""
    if evidence.accepted:
        return Outcome(False, f"accepted with {describe_answer(evidence)}", documented="a refusal without effect")
    if evidence.response is not None and not evidence.response.refused:
        return Outcome(False, describe_answer(evidence), documented="a refusal without effect")
    outcome = without_effect(evidence)
    return Outcome(
        outcome.held, f"{describe_answer(evidence)}; {outcome.received}", outcome.reason, "a refusal without effect"
    )


def _blind(evidence: Evidence) -> str | None:
    """Why it cannot be said that nothing changed."""
    looked = both_looks(evidence)
    if isinstance(looked, str):
        return looked
    before, after = looked
    seen = (before.own, after.own, *before.copies.values(), *after.copies.values())
    for part in (*seen, *before.mail.values(), *after.mail.values()):
        if isinstance(part, Unseen):
            return part.reason
    if not all(all(copies) for copies in before.copies.values() if not isinstance(copies, Unseen)):
        return "no invitation had arrived in an attendee's calendar before the call"
    if not isinstance(before.own, Unseen) and not all(before.own):
        return "the calendar did not show the event before the call"
    return None
