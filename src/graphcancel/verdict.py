"""
Judging: from what was documented and what was seen to one line per clause.

Every check is a function of `Evidence` that returns an `Outcome` and never raises, so that it can be polled while
effects are still on their way and tested without a network. Which check speaks for a clause stands in `CHECKS`, by
clause id.

A check answers true, false or null. Null means "not examined", with the reason; it never stands for "probably fine".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from graphcancel.cases import Case
from graphcancel.contract import Contract
from graphcancel.exchange import Exchange, Response
from graphcancel.looks import Look, Message, Unseen, Windows, entries
from graphcancel.sanitise import Sanitiser

VerdictName = Literal["pass", "fail", "inconclusive", "observed", "error"]

_NOT_ACCEPTED: Final = "the call was not accepted, so there is no effect to expect"
_NO_MESSAGE: Final = "no cancellation message arrived that could carry it"
_CANCELLED: Final = "meetingcancelled"
_TARGETED: Final = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What one clause says and what was received.

    Attributes:
        held: True, False, or None where it was not examined; then *reason* says why.
        late_s: Seconds after the call, where an effect came after the usual time.
        pending: Whether false may only mean "not yet": another look is worth while.
    """

    clause: str
    held: bool | None
    documented: str
    received: str
    reason: str | None = None
    late_s: float | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    Everything a check may look at.

    Attributes:
        exchange: The call under test; None where it was never sent.
        before: The look before the call, None where there was nothing to look at.
        after: The latest look after it.
        gap: Why there is no look.
        made_up: Whether the call names an id that never was one: then only a success says anything.
        meeting: Id of the meeting on its owner's side.
        decoy: Id of the event beside it.
        scope: What the call is to cancel: the whole meeting or one occurrence of it.
        comment: The text sent, None where the body has none.
        attendees: Who is to be told.
        customer: Of a booking: the customer's mailbox and the staff's.
        envelope: Whether a body fits the documented error envelope; gives what is wrong, or None.
    """

    case: Case
    contract: Contract
    exchange: Exchange | None
    before: Look | None
    after: Look | None
    gap: str | None
    meeting: str | None
    decoy: str | None
    scope: Literal["meeting", "occurrence"]
    comment: str | None
    marker: str
    attendees: tuple[str, ...]
    customer: tuple[str, tuple[str, ...]] | None
    envelope: Callable[[Any], str | None]
    sanitiser: Sanitiser
    made_up: bool = False

    @property
    def response(self) -> Response | None:
        """The answer to the call under test."""
        return self.exchange.response if self.exchange else None

    @property
    def accepted(self) -> bool:
        """Whether the call under test was answered with success."""
        return self.response is not None and self.response.ok


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What one case came to.

    Attributes:
        reason: Why it is inconclusive or an error.
        observed: For a case no clause speaks about: what was expected and what was seen.
    """

    name: VerdictName
    findings: tuple[Finding, ...]
    reason: str | None = None
    observed: Mapping[str, str | None] | None = None

    @property
    def passed(self) -> bool:
        """Whether every clause was examined and held."""
        return self.name == "pass"


def conclude(findings: Sequence[Finding], *, sent: bool, reason: str | None = None) -> Verdict:
    """
    The verdict of a case from its findings.

    Args:
        sent: Whether the call under test left this process; nothing passes that was never sent.
        reason: Why it was not.
    """
    lines = tuple(findings)
    if any(line.held is False for line in lines):
        return Verdict("fail", lines)
    unexamined = next((line for line in lines if line.held is None), None)
    if not sent:
        return Verdict("inconclusive", lines, reason or "the call was never sent")
    if unexamined:
        return Verdict("inconclusive", lines, unexamined.reason or "a clause was not examined")
    return Verdict("pass", lines) if lines else Verdict("observed", lines)


def judge(evidence: Evidence, clauses: Sequence[str]) -> tuple[Finding, ...]:
    """Judge each of *clauses* on *evidence*."""
    return tuple(_judge_one(evidence, clause) for clause in clauses)


def _judge_one(evidence: Evidence, clause: str) -> Finding:
    says = evidence.contract.clauses[clause].says
    check = check_for(clause)
    if check is None:
        return Finding(clause, None, says, "", "no check is written for this clause")
    if evidence.response is None:
        return _no_answer(evidence, clause, says)
    if evidence.made_up and not evidence.accepted:
        return Finding(clause, None, says, "", f"{evidence.gap}; that a made-up id is refused says nothing")
    outcome = check(evidence)
    if outcome.held and evidence.gap and not evidence.accepted and clause not in _TOLD_BY_THE_ANSWER:
        reason = f"{evidence.gap}; a made-up id is refused for itself, which says nothing"
        return Finding(clause, None, outcome.documented or says, outcome.received, reason)
    return Finding(
        clause, outcome.held, outcome.documented or says, outcome.received, outcome.reason, pending=outcome.pending
    )


# A refusal that names its own cause, so that it counts even where the id was made up.
_TOLD_BY_THE_ANSWER: Final = frozenset(
    {"authentication.missing-token", "authentication.invalid-token", "errors.envelope"}
)


def _no_answer(evidence: Evidence, clause: str, says: str) -> Finding:
    if evidence.exchange is None:
        return Finding(clause, None, says, "", evidence.gap or "the call was never sent")
    failure = evidence.exchange.failure or "no answer"
    if clause in ANSWER_CLAUSES:
        return Finding(clause, False, says, f"received no answer ({failure})")
    return Finding(clause, None, says, "", f"the call got no answer ({failure})")


# -- outcomes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check's answer before it is tied to a clause; *documented* empty means the clause's own words."""

    held: bool | None
    received: str = ""
    reason: str | None = None
    documented: str = ""
    pending: bool = False


Check = Callable[[Evidence], Outcome]


def _null(reason: str) -> Outcome:
    return Outcome(None, reason=reason)


def _not_yet(received: str) -> Outcome:
    return Outcome(False, received, pending=True)


def _status(evidence: Evidence) -> str:
    response = evidence.response
    if response is None:
        return "no answer"
    code = response.error.get("code")
    return f"{response.status}" + (f" {evidence.sanitiser.code(code)}" if code is not None else "")


def describe_answer(evidence: Evidence) -> str:
    """Status and error code in a few words, for an observation."""
    return _status(evidence)


# -- the answer ----------------------------------------------------------------------------------------------------


def documented_status(evidence: Evidence) -> Outcome:
    """The number is the documented one; the reason phrase says nothing."""
    documented = evidence.case.documented_status
    if documented is None or evidence.response is None:
        return _null("the page names no status for this call")
    return Outcome(evidence.response.status == documented, _status(evidence), documented=str(documented))


def empty_body(evidence: Evidence) -> Outcome:
    """A success has no byte of body after decoding."""
    response = evidence.response
    if response is None or not response.ok:
        return _null("the call was not accepted; the clause is about the answer to an accepted one")
    size = len(response.body)
    return Outcome(size == 0, f"{size} byte{'' if size == 1 else 's'}", documented="an empty body, 0 bytes")


def served(evidence: Evidence) -> Outcome:
    """The route exists: a refusal of the organizer's own meeting there is taken as its absence, a 5xx is not."""
    response = evidence.response
    if response is None:
        return _null("no answer")
    if response.status >= 500 or response.status in {401, 403, 429}:  # noqa: PLR2004 - RFC 9110, 15.6
        return _null(f"answered {response.status}, which says nothing about the route")
    return Outcome(response.ok, _status(evidence), documented="a call on this route is served")


def accepted(evidence: Evidence) -> Outcome:
    """The body shape is accepted."""
    return Outcome(evidence.accepted, _status(evidence))


def permitted(evidence: Evidence) -> Outcome:
    """The caller's kind of token is not refused; which scopes it carries is the target's word (assumed)."""
    response = evidence.response
    if response is None:
        return _null("no answer")
    if evidence.exchange and evidence.exchange.request.actor == "app" and evidence.case.actor != "app":
        return _null("the app called in the organizer's place, which says nothing about a user's token")
    if response.ok:
        return Outcome(True, f"{response.status}, with the scope the token is assumed to carry")
    if response.status in {401, 403}:
        return Outcome(False, _status(evidence))
    return _null(f"answered {response.status}, which says nothing about permission")


def in_this_cloud(cloud: str, evidence: Evidence) -> Outcome:
    """Available in this cloud: an accepted call shows it; said to be absent: it contradicts."""
    available = evidence.contract.clouds.get(cloud)
    if evidence.accepted:
        return Outcome(available is True, _status(evidence))
    return _null(f"answered {_status(evidence)}, which may have other causes than the cloud")


def refused(evidence: Evidence) -> Outcome:
    """Any refusal will do: no number is documented."""
    response = evidence.response
    if response is None:
        return _null("no answer")
    if response.status >= 500:  # noqa: PLR2004 - RFC 9110, 15.6: a failing server has refused nothing
        return Outcome(False, _status(evidence), documented="a refusal (4xx)")
    return Outcome(response.status >= 400, _status(evidence), documented="a refusal (4xx)")  # noqa: PLR2004 - RFC 9110, 15.5


def refused_401(evidence: Evidence) -> Outcome:
    """Without a valid token: 401 (RFC 9110, 15.5.2)."""
    response = evidence.response
    if response is None:
        return _null("no answer")
    return Outcome(response.status == 401, _status(evidence), documented="401")  # noqa: PLR2004


def never_success(evidence: Evidence) -> Outcome:
    """A malformed request is anything but a success."""
    return Outcome(not evidence.accepted, _status(evidence), documented="no success (not 2xx)")


def sentence(evidence: Evidence) -> Outcome:
    """``error.message`` is the documented sentence, to the letter."""
    answer = evidence.contract.answer(actor="attendee")
    documented = answer.message if answer else None
    response = evidence.response
    if documented is None or response is None:
        return _null("the page quotes no sentence")
    if response.ok:
        return _null("the call was accepted, so there is no error message")
    message = response.error.get("message")
    if not isinstance(message, str):
        return Outcome(False, "no error.message", documented=documented)
    return Outcome(message == documented, evidence.sanitiser.text(message), documented=documented)


def envelope(evidence: Evidence) -> Outcome:
    """A refusal's body is the documented error envelope."""
    response = evidence.response
    if response is None or response.ok:
        return _null("the call was accepted, so there is no refusal to read")
    wrong = evidence.envelope(response.json())
    return Outcome(wrong is None, wrong or "the envelope", documented="error.code and error.message, non-empty strings")


def served_in_batch(evidence: Evidence) -> Outcome:
    """Outer 200, an inner success, and the event gone."""
    response = evidence.response
    if response is None:
        return _null("no answer")
    if response.status in {404, 405, 501}:
        return _null(f"the target does not serve $batch (answered {response.status})")
    answers = response.object().get("responses")
    inner = answers[0].get("status") if isinstance(answers, list) and answers and isinstance(answers[0], dict) else None
    documented = "an outer 200, an inner success and its effect"
    shown = f"outer {response.status}, inner {inner if isinstance(inner, int) else inner and 'no number'}"
    good = response.status == 200 and isinstance(inner, int) and 200 <= inner < 300  # noqa: PLR2004 - RFC 9110
    if not good:
        return Outcome(False, shown, documented=documented)
    effect = booking_cancelled(evidence) if evidence.customer else left_calendar(evidence)
    return Outcome(effect.held, f"{shown}; {effect.received}", effect.reason, documented, effect.pending)


# -- effects of an accepted call -----------------------------------------------------------------------------------


def _looked(evidence: Evidence) -> tuple[Look, Look] | str:
    if evidence.before is None or evidence.after is None:
        return evidence.gap or "nothing was arranged that could be looked at"
    return evidence.before, evidence.after


def _of_meeting(windows: Windows, decoy: str | None) -> list[list[Any]]:
    return [[entry for entry in window if entry.id != decoy] for window in windows]


def _own(evidence: Evidence) -> tuple[list[list[Any]], list[list[Any]]] | str:
    """The meeting on its owner's side, window by window, before and after; or why it cannot be compared."""
    looked = _looked(evidence)
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


def left_calendar(evidence: Evidence) -> Outcome:
    """No part of the meeting is left in the organizer's calendar."""
    own = _own(evidence)
    if isinstance(own, str):
        return _gone_by_id(evidence, own)
    left = sum(1 for window in own[1] if window)
    if not left:
        return Outcome(True, "no longer in the calendar")
    if not evidence.accepted:
        return _null(_NOT_ACCEPTED)
    total = len(own[0])
    return _not_yet("still in the calendar" if total == 1 else f"{left} of {total} occurrences still there")


def _gone_by_id(evidence: Evidence, reason: str) -> Outcome:
    before, after = evidence.before, evidence.after
    if before and after and before.found is True and after.found is False:
        return Outcome(True, "no longer found by its id")
    return _null(reason)


def only_this_event(evidence: Evidence) -> Outcome:
    """The decoy beside the meeting is as it was."""
    looked = _looked(evidence)
    if isinstance(looked, str):
        return _null(looked)
    before, after = looked
    if isinstance(before.own, Unseen) or isinstance(after.own, Unseen):
        unseen = before.own if isinstance(before.own, Unseen) else after.own
        return _null(unseen.reason if isinstance(unseen, Unseen) else "not seen")
    if evidence.decoy is None or evidence.decoy not in {entry.id for entry in entries(before.own)}:
        return _null("no event could be put beside the meeting")
    rest = [entry for entry in entries(after.own) if entry.id == evidence.decoy]
    intact = bool(rest) and not rest[0].cancelled
    return Outcome(intact, "the event beside it is intact" if intact else "another event with its subject is gone too")


def _told(evidence: Evidence, mailbox: str) -> list[Message] | str:
    """Cancellation messages of this meeting at one attendee, or why the inbox says nothing."""
    looked = _looked(evidence)
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
        and (message.kind or "").lower() == _CANCELLED
        and (evidence.marker in message.subject or evidence.marker in message.text)
    ]


def attendees_told(evidence: Evidence) -> Outcome:
    """Each attendee's inbox holds a cancellation of this meeting that was not there before."""
    if not evidence.attendees:
        return _null("the target has no other writable mailbox to invite")
    told, unseen = 0, None
    for mailbox in evidence.attendees:
        messages = _told(evidence, mailbox)
        if isinstance(messages, str):
            unseen = messages
        elif messages:
            told += 1
    shown = f"{told} of {len(evidence.attendees)} attendees told"
    if told == len(evidence.attendees):
        return Outcome(True, shown)
    if not evidence.accepted:
        return _null(_NOT_ACCEPTED)
    readable = [mailbox for mailbox in evidence.attendees if not isinstance(_told(evidence, mailbox), str)]
    if told < len(readable):
        return _not_yet(shown)
    return _null(unseen or "an inbox could not be read")


def copies_cancelled(evidence: Evidence) -> Outcome:
    """Each attendee's copy is marked cancelled or gone."""
    if not evidence.attendees:
        return _null("the target has no other writable mailbox to invite")
    done, unseen, left = 0, None, 0
    for mailbox in evidence.attendees:
        parts = _copies(evidence, mailbox)
        if isinstance(parts, str):
            unseen = parts
            continue
        windows = parts[1] if evidence.scope == "meeting" else parts[1][_TARGETED : _TARGETED + 1]
        if all(entry.cancelled for window in windows for entry in window):
            done += 1
        else:
            left += 1
    shown = f"{done} of {len(evidence.attendees)} copies cancelled or gone"
    if left:
        return _not_yet(shown) if evidence.accepted else _null(_NOT_ACCEPTED)
    return _null(unseen) if unseen else Outcome(True, shown)


def _copies(evidence: Evidence, mailbox: str) -> tuple[Windows, Windows] | str:
    looked = _looked(evidence)
    if isinstance(looked, str):
        return looked
    was, now = looked[0].copies.get(mailbox), looked[1].copies.get(mailbox)
    if was is None or now is None:
        return "nobody looked into this calendar"
    if isinstance(was, Unseen):
        return was.reason
    if isinstance(now, Unseen):
        return now.reason
    if not all(was):
        return "no invitation had arrived in an attendee's calendar before the call"
    return was, now


def delivered(evidence: Evidence) -> Outcome:
    """The comment stands, as sent, in every cancellation message that arrived."""
    if evidence.comment is None:
        return _null("the body has no text")
    if evidence.customer:
        return _delivered_to_customer(evidence)
    if not evidence.accepted:
        return _null(_NOT_ACCEPTED)
    carried, read, unseen = 0, 0, None
    for mailbox in evidence.attendees:
        messages = _told(evidence, mailbox)
        if isinstance(messages, str):
            unseen = messages
        elif messages:
            read += 1
            carried += any(_carries(message, evidence.comment) for message in messages)
    documented = f"the text as sent, {len(evidence.comment)} characters"
    if carried < read:
        return Outcome(False, f"{carried} of {read} messages carry it", documented=documented)
    if unseen or read < len(evidence.attendees) or not read:
        return _null(unseen or (f"{read} attendees of {len(evidence.attendees)} were told" if read else _NO_MESSAGE))
    return Outcome(True, f"{carried} of {read} messages carry it", documented=documented)


def _carries(message: Message, comment: str) -> bool:
    return " ".join(comment.split()) in " ".join(message.text.split())


# -- one occurrence ------------------------------------------------------------------------------------------------


def occurrence_cancelled(evidence: Evidence) -> Outcome:
    """The targeted occurrence is gone from the organizer's calendar."""
    own = _own(evidence)
    if isinstance(own, str):
        return _null(own)
    if not own[1][_TARGETED]:
        return Outcome(True, "the occurrence is gone")
    return _not_yet("the occurrence is still there") if evidence.accepted else _null(_NOT_ACCEPTED)


def series_intact(evidence: Evidence) -> Outcome:
    """The other occurrences are as they were, at the organizer and at the attendees."""
    own = _own(evidence)
    if isinstance(own, str):
        return _null(own)
    siblings = [window for number, window in enumerate(own[1]) if number != _TARGETED]
    lost = sum(1 for window in siblings if not window or any(entry.cancelled for entry in window))
    if evidence.after and evidence.after.found is False:
        return Outcome(False, "the series itself is gone")
    unseen = None
    for mailbox in evidence.attendees:
        parts = _copies(evidence, mailbox)
        if isinstance(parts, str):
            unseen = parts
            continue
        rest = [window for number, window in enumerate(parts[1]) if number != _TARGETED]
        lost += sum(1 for window in rest if not window or any(entry.cancelled for entry in window))
    if unseen and not lost:
        return _null(unseen)
    return Outcome(not lost, "the other occurrences are intact" if not lost else f"{lost} other occurrences gone too")


# -- no effect -----------------------------------------------------------------------------------------------------


def changes(evidence: Evidence) -> Iterator[str]:
    """What is different after the call, in words."""
    looked = _looked(evidence)
    if not isinstance(looked, str):
        yield from _changes_of_owner(evidence, *looked)
        for mailbox in evidence.attendees:
            yield from _changes_at(evidence, mailbox)


def _changes_of_owner(evidence: Evidence, before: Look, after: Look) -> Iterator[str]:
    if not isinstance(before.own, Unseen) and not isinstance(after.own, Unseen):
        now = {entry.id: entry for entry in entries(after.own)}
        for entry in entries(before.own):
            if entry.id not in now:
                yield "an event left the organizer's calendar" if entry.id == evidence.meeting else "an event is gone"
            elif now[entry.id].cancelled and not entry.cancelled:
                yield "an event is marked cancelled"
    elif before.found is True and after.found is False:
        yield "the event is no longer found"


def _changes_at(evidence: Evidence, mailbox: str) -> Iterator[str]:
    parts = _copies(evidence, mailbox)
    if not isinstance(parts, str):
        now = {entry.id: entry for entry in entries(parts[1])}
        standing = [entry.id for entry in entries(parts[0]) if not entry.cancelled]
        if any(identity not in now or now[identity].cancelled for identity in standing):
            yield "an attendee's copy is cancelled or gone"
    if evidence.customer:
        if any(evidence.comment and _carries(item, evidence.comment) for item in _new(evidence, mailbox)):
            yield "a message with the text was sent"
    else:
        messages = _told(evidence, mailbox)
        if not isinstance(messages, str) and messages:
            yield "an attendee was told"


def without_effect(evidence: Evidence) -> Outcome:
    """Nothing changed for anybody after a refusal."""
    if evidence.accepted:
        return _null("the call was accepted; the clause is about a refused one")
    found = list(dict.fromkeys(changes(evidence)))
    if found:
        return Outcome(False, "; ".join(found), documented="no effect")
    blind = _blind(evidence)
    return _null(blind) if blind else Outcome(True, "nothing changed", documented="no effect")


def organizer_only(evidence: Evidence) -> Outcome:
    """An attendee's call is not accepted, and changes nothing for anybody."""
    if evidence.accepted:
        return Outcome(False, f"accepted with {_status(evidence)}", documented="a refusal without effect")
    if evidence.response is not None and evidence.response.status >= 500:  # noqa: PLR2004 - RFC 9110, 15.6
        return Outcome(False, _status(evidence), documented="a refusal without effect")
    if evidence.response is not None and evidence.response.status < 400:  # noqa: PLR2004 - RFC 9110, 15.5
        return Outcome(False, _status(evidence), documented="a refusal without effect")
    outcome = without_effect(evidence)
    return Outcome(outcome.held, f"{_status(evidence)}; {outcome.received}", outcome.reason, "a refusal without effect")


def _blind(evidence: Evidence) -> str | None:
    """Why it cannot be said that nothing changed."""
    looked = _looked(evidence)
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


# -- bookings ------------------------------------------------------------------------------------------------------


def _new(evidence: Evidence, mailbox: str) -> tuple[Message, ...]:
    looked = _looked(evidence)
    if isinstance(looked, str):
        return ()
    earlier, later = looked[0].mail.get(mailbox), looked[1].mail.get(mailbox)
    if earlier is None or later is None or isinstance(earlier, Unseen) or isinstance(later, Unseen):
        return ()
    known = {message.id for message in earlier}
    return tuple(message for message in later if message.id not in known)


def _mail_about(evidence: Evidence, mailbox: str) -> list[Message] | str:
    """New messages that may be about this appointment: those that name it, and those that name no case at all."""
    looked = _looked(evidence)
    if isinstance(looked, str):
        return looked
    for look in looked:
        messages = look.mail.get(mailbox)
        if messages is None:
            return "nobody looked into this inbox"
        if isinstance(messages, Unseen):
            return messages.reason
    run = evidence.marker.split("x", 1)[0]
    return [
        message
        for message in _new(evidence, mailbox)
        if evidence.marker in message.subject + message.text or run not in message.subject + message.text
    ]


def booking_cancelled(evidence: Evidence) -> Outcome:
    """The appointment is gone from the business's calendar, or marked cancelled there."""
    own = _own(evidence)
    if isinstance(own, str):
        return _gone_by_id(evidence, own)
    rest = [entry for window in own[1] for entry in window if not entry.cancelled]
    if not rest:
        return Outcome(True, "no longer in the calendar")
    return _not_yet("still in the calendar") if evidence.accepted else _null(_NOT_ACCEPTED)


def customer_told(evidence: Evidence) -> Outcome:
    """The customer's inbox holds a message that was not there before."""
    return _somebody_told(evidence, (evidence.customer[0],) if evidence.customer else (), "customer")


def staff_told(evidence: Evidence) -> Outcome:
    """So does the inbox of the staff."""
    return _somebody_told(evidence, evidence.customer[1] if evidence.customer else (), "staff")


def _somebody_told(evidence: Evidence, mailboxes: tuple[str, ...], who: str) -> Outcome:
    if not mailboxes:
        return _null(f"the appointment has no {who} whose mailbox is writable")
    for mailbox in mailboxes:
        messages = _mail_about(evidence, mailbox)
        if isinstance(messages, str):
            return _null(messages)
        if not messages:
            return _not_yet(f"no message to the {who}") if evidence.accepted else _null(_NOT_ACCEPTED)
    return Outcome(True, f"the {who} got a message")


def _delivered_to_customer(evidence: Evidence) -> Outcome:
    if not evidence.accepted:
        return _null(_NOT_ACCEPTED)
    customer, _ = evidence.customer or ("", ())
    messages = _mail_about(evidence, customer)
    if isinstance(messages, str):
        return _null(messages)
    if not messages:
        return _null("no message to the customer arrived that could carry it")
    carried = any(_carries(message, evidence.comment or "") for message in messages)
    documented = f"the text as sent, {len(evidence.comment or '')} characters"
    if not carried:
        return Outcome(False, "no message carries it", documented=documented, pending=True)
    return Outcome(True, "a message carries it", documented=documented)


def property_of(evidence: Evidence) -> Outcome:
    """The property is accepted and, where the page says whom it reaches, its text arrives there."""
    given = next((item for item in evidence.contract.properties if item.shape == evidence.case.body), None)
    if given is None or not given.delivered_to:
        return accepted(evidence)
    return delivered(evidence)


# -- which check speaks for which clause ---------------------------------------------------------------------------

CHECKS: Final[Mapping[str, Check]] = {
    "http-request.route": served,
    "request-headers.authorization": refused,
    "request-body.comment": property_of,
    "request-body.kommentar": property_of,
    "request-body.cancellation-message": property_of,
    "request-body.optional": accepted,
    "example.comment": property_of,
    "response.status": documented_status,
    "response.body": empty_body,
    "organizer.refusal": documented_status,
    "organizer.sentence": sentence,
    "organizer.only": organizer_only,
    "delete.organizer-only": never_success,
    "delete.custom-message": delivered,
    "effect.left-calendar": left_calendar,
    "effect.attendees-told": attendees_told,
    "effect.attendee-copies": copies_cancelled,
    "effect.only-this-event": only_this_event,
    "effect.cancelled": booking_cancelled,
    "effect.customer-told": customer_told,
    "effect.staff-told": staff_told,
    "occurrence.cancelled": occurrence_cancelled,
    "occurrence.series-intact": series_intact,
    "appointment.unknown": documented_status,
    "permissions.delegated-work": permitted,
    "permissions.application": permitted,
    "permissions.scope": permitted,
    "authentication.missing-token": refused_401,
    "authentication.invalid-token": refused_401,
    "authorization.read-only": refused,
    "errors.envelope": envelope,
    "errors.not-found": refused,
    "request.malformed": never_success,
    "refusal.without-effect": without_effect,
    "batch.served": served_in_batch,
}

# Clauses about the answer as such: no answer at all is a finding against them.
ANSWER_CLAUSES: Final = frozenset(
    {
        "response.status",
        "organizer.refusal",
        "organizer.only",
        "appointment.unknown",
        "request-headers.authorization",
        "authentication.missing-token",
        "authentication.invalid-token",
        "authorization.read-only",
        "errors.not-found",
        "request.malformed",
        "batch.served",
    }
)


def check_for(clause: str) -> Check | None:
    """The check that speaks for *clause*, None where none is written."""
    if clause.startswith("clouds."):
        return partial(in_this_cloud, clause.removeprefix("clouds."))
    return CHECKS.get(clause)
