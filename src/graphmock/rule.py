"""What a rule is: one thing the stand-in does, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """
    How a refusal reads.

    Attributes:
        code: The error's code; of the authority, OAuth's word for it.
        message: May leave places open, as ``{name}``.
        suberror: The authority's second word, where it has one.
    """

    status: int
    code: str
    message: str
    suberror: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing the stand-in does, and why it is believed that the service does it."""

    id: str
    says: str
    evidence: str
    refusal: Answer | None = None


def rule(rule_id: str, says: str, evidence: str, *refusal: int | str) -> Rule:
    """Write a rule; what follows the evidence are status, code, message and, at the authority, the second word."""
    answer = Answer(int(refusal[0]), *map(str, refusal[1:])) if refusal else None
    return Rule(rule_id, says, evidence, answer)
