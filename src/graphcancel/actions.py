"""
The actions this suite knows, and the checks that depend on which one was called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphcancel.action import Action
from graphcancel.answers import accepted
from graphcancel.batching import ids_in
from graphcancel.bookings import CANCEL_APPOINTMENT
from graphcancel.cancelling import CANCEL
from graphcancel.evidence import Evidence, Outcome, null

ACTIONS: Final[Mapping[str, Action]] = {action.id: action for action in (CANCEL, CANCEL_APPOINTMENT)}
"""Each action by its id. A new one is a module of its own and a name here."""

_BAD_REQUEST: Final = 400


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
    """
    The property is accepted and, where the page says whom it reaches, its text arrives there.

    A 400 is taken to be about what was sent (RFC 9110, 15.5.1), though it may be about the route, whose own clause
    then speaks too; where the page names whom the text reaches, no other refusal says anything about the property.
    """
    given = next((item for item in evidence.contract.properties if item.shape == evidence.case.body), None)
    refused = evidence.response is not None and evidence.response.status == _BAD_REQUEST
    if given is None or not given.delivered_to or refused:
        return accepted(evidence)
    return delivered(evidence)


def served_in_batch(evidence: Evidence) -> Outcome:
    """Outer 200, an inner success, and what the action usually brings about."""
    response = evidence.response
    if response is None:
        return null("no answer")
    if response.status in {404, 405, 501}:
        return null(f"the target does not serve $batch (answered {response.status})")
    inner = _inner_status(evidence)
    documented = "an outer 200, an inner success and its effect"
    told = inner if isinstance(inner, int) else "none" if inner is None else "no number"
    shown = f"outer {response.status}, inner {told}"
    good = response.status == 200 and isinstance(inner, int) and 200 <= inner < 300  # noqa: PLR2004 - RFC 9110
    if not good:
        return Outcome(False, shown, documented=documented)
    effects = [check(evidence) for check in action_of(evidence.action).usual(evidence).values()]
    if not effects:
        return null(f"no module says what {evidence.action} brings about")
    worst = min(effects, key=lambda effect: (effect.held is not False, effect.held is not None))
    received = "; ".join([shown, *(effect.received for effect in effects if effect.received)])
    return Outcome(worst.held, received, worst.reason, documented, any(effect.pending for effect in effects))


def _inner_status(evidence: Evidence) -> object:
    """What the one request inside was answered; an answer is whose id it bears, wherever it stands."""
    sent = evidence.exchange.request if evidence.exchange else None
    answers = evidence.response.object().get("responses") if evidence.response else None
    if sent is None or not isinstance(answers, list):
        return None
    sent_ids = ids_in(sent)
    found = (one.get("status") for one in answers if isinstance(one, dict) and str(one.get("id")) in sent_ids)
    return next(found, None)
