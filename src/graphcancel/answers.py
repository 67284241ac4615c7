"""
Checks of the answer: its status, its body, the sentence it quotes. What the call brought about is not asked here.
"""

from __future__ import annotations

from graphcancel.evidence import Evidence, Outcome, describe_answer, null


def documented_status(evidence: Evidence) -> Outcome:
    """The number is the documented one; the reason phrase says nothing."""
    documented = evidence.case.documented_status
    if documented is None or evidence.response is None:
        return null("the page names no status for this call")
    return Outcome(evidence.response.status == documented, describe_answer(evidence), documented=str(documented))


def empty_body(evidence: Evidence) -> Outcome:
    """A success has no byte of body after decoding."""
    response = evidence.response
    if response is None or not response.ok:
        return null("the call was not accepted; the clause is about the answer to an accepted one")
    size = len(response.body)
    return Outcome(size == 0, f"{size} byte{'' if size == 1 else 's'}", documented="an empty body, 0 bytes")


def served(evidence: Evidence) -> Outcome:
    """The route exists: a refusal of the organizer's own meeting there is taken as its absence, a 5xx is not."""
    response = evidence.response
    if response is None:
        return null("no answer")
    if response.status >= 500 or response.status in {401, 403, 429}:  # noqa: PLR2004 - RFC 9110, 15.6
        return null(f"answered {response.status}, which says nothing about the route")
    return Outcome(response.ok, describe_answer(evidence), documented="a call on this route is served")


def accepted(evidence: Evidence) -> Outcome:
    """The body shape is accepted."""
    return Outcome(evidence.accepted, describe_answer(evidence))


def permitted(evidence: Evidence) -> Outcome:
    """The caller's kind of token is not refused; which scopes it carries is the target's word (assumed)."""
    response = evidence.response
    if response is None:
        return null("no answer")
    if evidence.exchange and evidence.exchange.request.actor == "app" and evidence.case.actor != "app":
        return null("the app called in the organizer's place, which says nothing about a user's token")
    if response.ok:
        return Outcome(True, f"{response.status}, with the scope the token is assumed to carry")
    if response.status in {401, 403}:
        return Outcome(False, describe_answer(evidence))
    return null(f"answered {response.status}, which says nothing about permission")


def in_this_cloud(cloud: str, evidence: Evidence) -> Outcome:
    """Available in this cloud: an accepted call shows it; said to be absent: it contradicts."""
    available = evidence.contract.clouds.get(cloud)
    if evidence.accepted:
        return Outcome(available is True, describe_answer(evidence))
    return null(f"answered {describe_answer(evidence)}, which may have other causes than the cloud")


def refused(evidence: Evidence) -> Outcome:
    """Any refusal will do: no number is documented."""
    response = evidence.response
    if response is None:
        return null("no answer")
    return Outcome(response.refused, describe_answer(evidence), documented="a refusal (4xx)")


def refused_401(evidence: Evidence) -> Outcome:
    """Without a valid token: 401 (RFC 9110, 15.5.2)."""
    response = evidence.response
    if response is None:
        return null("no answer")
    return Outcome(response.status == 401, describe_answer(evidence), documented="401")  # noqa: PLR2004


def never_success(evidence: Evidence) -> Outcome:
    """A malformed request is anything but a success."""
    return Outcome(not evidence.accepted, describe_answer(evidence), documented="no success (not 2xx)")


def sentence(evidence: Evidence) -> Outcome:
    """``error.message`` is the documented sentence, to the letter."""
    answer = evidence.contract.answer(actor="attendee")
    documented = answer.message if answer else None
    response = evidence.response
    if documented is None or response is None:
        return null("the page quotes no sentence")
    if response.ok:
        return null("the call was accepted, so there is no error message")
    message = response.error.get("message")
    if not isinstance(message, str):
        return Outcome(False, "no error.message", documented=documented)
    reason = None if message == documented else _parting(documented, message)
    return Outcome(message == documented, evidence.sanitiser.text(message), reason, documented)


def _parting(documented: str, received: str) -> str:
    """Where two texts part, by code points: two that differ may look the same."""
    place = next((n for n, (one, other) in enumerate(zip(documented, received, strict=False)) if one != other), None)
    if place is None:
        longer = len(received) - len(documented)
        told = f"{abs(longer)} character{'' if abs(longer) == 1 else 's'} {'more' if longer > 0 else 'fewer'}"
        return f"the same, but for {told} at its end"
    there, here = received[place], documented[place]
    return f"differs at character {place + 1}: U+{ord(there):04X} where U+{ord(here):04X} is documented"


def envelope(evidence: Evidence) -> Outcome:
    """A refusal's body is the documented error envelope."""
    response = evidence.response
    if response is None or response.ok:
        return null("the call was accepted, so there is no refusal to read")
    wrong = evidence.envelope(response.json())
    return Outcome(wrong is None, wrong or "the envelope", documented="error.code and error.message, non-empty strings")
