"""
Checks of what cancelling an appointment brings about: its place in the business's calendar, and who was told.

A booking's mail need not name what it is about, so a new message counts unless it names another case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphcancel.action import Action
from graphcancel.evidence import NOT_ACCEPTED, Check, Evidence, Outcome, not_yet, null
from graphcancel.ideal import Service
from graphcancel.seen import carries, gone_by_id, mail_about, own_windows


def booking_cancelled(evidence: Evidence) -> Outcome:
    """The appointment is gone from the business's calendar, or marked cancelled there."""
    own = own_windows(evidence)
    if isinstance(own, str):
        return gone_by_id(evidence, own)
    rest = [entry for window in own[1] for entry in window if not entry.cancelled]
    if not rest:
        return Outcome(True, "no longer in the calendar")
    return not_yet("still in the calendar") if evidence.accepted else null(NOT_ACCEPTED)


def customer_told(evidence: Evidence) -> Outcome:
    """The customer's inbox holds a message that was not there before."""
    return _somebody_told(evidence, (evidence.customer[0],) if evidence.customer else (), "customer")


def staff_told(evidence: Evidence) -> Outcome:
    """So does the inbox of the staff."""
    return _somebody_told(evidence, evidence.customer[1] if evidence.customer else (), "staff")


def _somebody_told(evidence: Evidence, mailboxes: tuple[str, ...], who: str) -> Outcome:
    if not mailboxes:
        return null(f"the appointment has no {who} whose mailbox is writable")
    for mailbox in mailboxes:
        messages = mail_about(evidence, mailbox)
        if isinstance(messages, str):
            return null(messages)
        if not messages:
            return not_yet(f"no message to the {who}") if evidence.accepted else null(NOT_ACCEPTED)
    return Outcome(True, f"the {who} got a message")


def delivered_to_customer(evidence: Evidence) -> Outcome:
    """The text sent stands in a message to the customer."""
    if evidence.comment is None:
        return null("the body has no text")
    if not evidence.accepted:
        return null(NOT_ACCEPTED)
    customer, _ = evidence.customer or ("", ())
    messages = mail_about(evidence, customer)
    if isinstance(messages, str):
        return null(messages)
    if not messages:
        return null("no message to the customer arrived that could carry it")
    carried = any(carries(message, evidence.comment) for message in messages)
    documented = f"the text as sent, {len(evidence.comment)} characters"
    if not carried:
        return Outcome(False, "no message carries it", documented=documented, pending=True)
    return Outcome(True, "a message carries it", documented=documented)


def _usual(evidence: Evidence) -> Mapping[str, Check]:
    del evidence
    return {"left": booking_cancelled, "told": customer_told}


CANCEL_APPOINTMENT: Final = Action(
    id="bookingappointment-cancel",
    checks={
        "effect.cancelled": booking_cancelled,
        "effect.customer-told": customer_told,
        "effect.staff-told": staff_told,
    },
    usual=_usual,
    delivered=delivered_to_customer,
    carry_out=Service.cancel,
)
