"""
Cases no clause speaks about: which effects are waited for all the same, and what is put on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graphcancel.absence import WITHOUT_EFFECT
from graphcancel.bookings import booking_cancelled, customer_told, staff_told
from graphcancel.effects import attendees_told, copies_cancelled, delivered, left_calendar, occurrence_cancelled
from graphcancel.evidence import Evidence, Finding, describe_answer
from graphcancel.verdict import Verdict, conclude

if TYPE_CHECKING:
    from graphcancel.contract import Observation


def unsettled(evidence: Evidence) -> bool:
    """Whether something a cancel usually brings about is still to come."""
    checks = (left_calendar, attendees_told, copies_cancelled)
    if evidence.customer:
        checks = (booking_cancelled, customer_told, staff_told)
    return any(check(evidence).pending for check in checks)


def foreseen(evidence: Evidence) -> tuple[Finding, ...]:
    """For an accepted observation: the usual effects, waited for within the usual time, judged by nobody."""
    checks = {"left": left_calendar, "told": attendees_told}
    if evidence.customer:
        checks = {"left": booking_cancelled, "told": customer_told}
    elif evidence.scope == "occurrence":
        checks["left"] = occurrence_cancelled
    found = []
    for name, check in checks.items():
        outcome = check(evidence)
        found.append(Finding(name, outcome.held, "", outcome.received, outcome.reason, pending=outcome.pending))
    return tuple(found)


def observed(evidence: Evidence, findings: Sequence[Finding], expected: Observation | None) -> Verdict:
    """What a case shows that no clause speaks about; only an effect after a refusal fails it."""
    shown = describe_answer(evidence)
    effects = [item.received for item in findings if item.received and item.held is not None]
    if evidence.accepted and evidence.comment and evidence.after:
        carried = delivered(evidence)
        effects += [carried.received] if carried.received else []
    seen = {
        "observation": evidence.case.observation,
        "expected": expected.expected if expected else None,
        "mark": expected.mark if expected else None,
        "received": "; ".join([shown, *effects]),
    }
    broken = tuple(item for item in findings if item.clause == WITHOUT_EFFECT and item.held is False)
    if broken:
        return replace(conclude(broken, sent=True), observed=seen)
    return Verdict("observed", (), observed=seen)
