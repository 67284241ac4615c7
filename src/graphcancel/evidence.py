"""
What a check is given and what it answers.

A check is a function of `Evidence` that returns an `Outcome` and never raises, so that it can be polled while effects
are still on their way and tested without a network. It answers true, false or null. Null means "not examined", with
the reason; it never stands for "probably fine".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from graphcancel.case import Case
from graphcancel.contract import Contract
from graphcancel.exchange import Exchange, Response
from graphcancel.sanitise import Sanitiser
from graphcancel.sight import Look

NOT_ACCEPTED: Final = "the call was not accepted, so there is no effect to expect"
"""Why an effect that is not there is no finding after a refusal."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    Everything a check may look at.

    Attributes:
        action: Which action was called, by its id.
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
        organizer: The organizer's mailbox, where an attendee's call may tell the organizer; else None.
        customer: Of a booking: the customer's mailbox and the staff's.
        envelope: Whether a body fits the documented error envelope; gives what is wrong, or None.
    """

    case: Case
    contract: Contract
    action: str
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
    organizer: str | None = None

    @property
    def response(self) -> Response | None:
        """The answer to the call under test."""
        return self.exchange.response if self.exchange else None

    @property
    def accepted(self) -> bool:
        """Whether the call under test was answered with success."""
        return self.response is not None and self.response.ok


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check's answer before it is tied to a clause; *documented* empty means the clause's own words."""

    held: bool | None
    received: str = ""
    reason: str | None = None
    documented: str = ""
    pending: bool = False


Check = Callable[[Evidence], Outcome]


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


def null(reason: str) -> Outcome:
    """Not examined, because of *reason*."""
    return Outcome(None, reason=reason)


def not_yet(received: str) -> Outcome:
    """False so far: another look may show it."""
    return Outcome(False, received, pending=True)


def describe_answer(evidence: Evidence) -> str:
    """Status and error code of the answer, in a few words."""
    response = evidence.response
    if response is None:
        return "no answer"
    code = response.error.get("code")
    return f"{response.status}" + (f" {evidence.sanitiser.code(code)}" if code is not None else "")
