"""
The actions this suite knows, and the checks that depend on which one was called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphcancel.action import Action
from graphcancel.answers import accepted
from graphcancel.bookings import CANCEL_APPOINTMENT
from graphcancel.cancelling import CANCEL
from graphcancel.evidence import Evidence, Outcome, null

ACTIONS: Final[Mapping[str, Action]] = {action.id: action for action in (CANCEL, CANCEL_APPOINTMENT)}
"""Each action by its id. A new one is a module of its own and a name here."""


def action_of(identity: str) -> Action:
    """
    The action of that id.

    For one nobody wrote down here, what it brings about is not examined: its answers are judged like any other's.
    """
    return ACTIONS.get(identity) or Action(
        identity, {}, lambda _: {}, lambda _: null(f"no module says what {identity} brings about"), lambda *_: None
    )


def delivered(evidence: Evidence) -> Outcome:
    """The text sent stands, as sent, where the action takes it."""
    return action_of(evidence.action).delivered(evidence)


def property_of(evidence: Evidence) -> Outcome:
    """The property is accepted and, where the page says whom it reaches, its text arrives there."""
    given = next((item for item in evidence.contract.properties if item.shape == evidence.case.body), None)
    if given is None or not given.delivered_to:
        return accepted(evidence)
    return delivered(evidence)


def served_in_batch(evidence: Evidence) -> Outcome:
    """Outer 200, an inner success, and what the action usually brings about."""
    response = evidence.response
    if response is None:
        return null("no answer")
    if response.status in {404, 405, 501}:
        return null(f"the target does not serve $batch (answered {response.status})")
    answers = response.object().get("responses")
    inner = answers[0].get("status") if isinstance(answers, list) and answers and isinstance(answers[0], dict) else None
    documented = "an outer 200, an inner success and its effect"
    shown = f"outer {response.status}, inner {inner if isinstance(inner, int) else inner and 'no number'}"
    good = response.status == 200 and isinstance(inner, int) and 200 <= inner < 300  # noqa: PLR2004 - RFC 9110
    if not good:
        return Outcome(False, shown, documented=documented)
    effects = [check(evidence) for check in action_of(evidence.action).usual(evidence).values()]
    if not effects:
        return null(f"no module says what {evidence.action} brings about")
    worst = min(effects, key=lambda effect: (effect.held is not False, effect.held is not None))
    received = "; ".join([shown, *(effect.received for effect in effects if effect.received)])
    return Outcome(worst.held, received, worst.reason, documented, any(effect.pending for effect in effects))
