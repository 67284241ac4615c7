"""
Judging: from what was documented and what was seen to one line per clause, and from these to the verdict of a case.

Which check speaks for a clause stands in `CHECKS`, by clause id. Judging never raises and never reaches the network:
everything it knows is in `Evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from graphcancel import absence, actions, answers
from graphcancel.evidence import Check, Evidence, Finding

NO_CHECK: Final = "no check is written for this clause"
VerdictName = Literal["pass", "fail", "inconclusive", "observed", "error"]


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
        return Finding(clause, None, says, "", NO_CHECK)
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


# -- which check speaks for which clause ---------------------------------------------------------------------------

CHECKS: Final[Mapping[str, Check]] = {
    "http-request.route": answers.served,
    "request-headers.authorization": answers.refused,
    "request-body.comment": actions.property_of,
    "request-body.kommentar": actions.property_of,
    "request-body.cancellation-message": actions.property_of,
    "request-body.optional": answers.accepted,
    "example.comment": actions.property_of,
    "response.status": answers.documented_status,
    "response.body": answers.empty_body,
    "organizer.refusal": answers.documented_status,
    "organizer.sentence": answers.sentence,
    "organizer.only": absence.organizer_only,
    "delete.organizer-only": answers.never_success,
    "delete.custom-message": actions.delivered,
    "appointment.unknown": answers.documented_status,
    "permissions.delegated-work": answers.permitted,
    "permissions.application": answers.permitted,
    "permissions.scope": answers.permitted,
    "authentication.missing-token": answers.refused_401,
    "authentication.invalid-token": answers.refused_401,
    "authorization.read-only": answers.refused,
    "errors.envelope": answers.envelope,
    "errors.not-found": answers.refused,
    "request.malformed": answers.never_success,
    "refusal.without-effect": absence.without_effect,
    "batch.served": actions.served_in_batch,
    **{clause: check for action in actions.ACTIONS.values() for clause, check in action.checks.items()},
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
        return partial(answers.in_this_cloud, clause.removeprefix("clouds."))
    return CHECKS.get(clause)
