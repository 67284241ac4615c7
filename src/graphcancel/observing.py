"""
Cases no clause speaks about: which effects are waited for all the same, and what is put on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graphcancel.absence import WITHOUT_EFFECT
from graphcancel.actions import action_of, delivered
from graphcancel.evidence import Evidence, Finding, describe_answer
from graphcancel.verdict import Verdict, conclude

if TYPE_CHECKING:
    from graphcancel.contract import Observation


def unsettled(evidence: Evidence) -> bool:
    """Whether something the action brings about is still to come."""
    checks = action_of(evidence.action).checks.items()
    return any(check(evidence).pending for clause, check in checks if clause.startswith("effect."))


def foreseen(evidence: Evidence) -> tuple[Finding, ...]:
    """For an accepted observation: the usual effects, waited for within the usual time, judged by nobody."""
    found = []
    for name, check in action_of(evidence.action).usual(evidence).items():
        outcome = check(evidence)
        found.append(Finding(name, outcome.held, "", outcome.received, outcome.reason, pending=outcome.pending))
    return tuple(found)


def observed(evidence: Evidence, findings: Sequence[Finding], expected: Observation | None) -> Verdict:
    """What a case shows that no clause speaks about; only an effect after a refusal fails it."""
    shown = describe_answer(evidence)
    effects = [item.received for item in findings if item.received and item.held is not None]
    if evidence.comment:
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
