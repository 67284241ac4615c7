"""Refusals: each is a rule of the table, with the status and code the rule names, in the service's envelope."""

from __future__ import annotations

from typing import Any

from graphmock import clock
from graphmock.rules import BY_ID, obeys

_LONGEST = 200


class Refusal(Exception):  # noqa: N818 - a refusal is a normal answer, not an error of ours
    """An answer other than success; raised from anywhere, written by the door."""

    def __init__(self, rule: str, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        """Keep what the envelope will say; *rule* is for the log of tests, and never sent."""
        super().__init__(f"{status} {code}: {message}")
        self.rule = rule
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def refuse(rule_id: str, *, headers: dict[str, str] | None = None, **values: object) -> Refusal:
    """
    Build the refusal that a rule describes; raise it yourself.

    Args:
        rule_id: A rule that refuses.
        headers: What the answer carries besides the usual.
        values: What the rule's message leaves open.
    """
    rule = BY_ID[rule_id]
    if rule.refusal is None:
        detail = f"rule {rule_id} refuses nothing"
        raise KeyError(detail)
    # What the client wrote is shown, not repeated at any length.
    message = rule.refusal.message.format(**{name: str(value)[:_LONGEST] for name, value in values.items()})
    return Refusal(rule_id, rule.refusal.status, rule.refusal.code, message, headers)


@obeys("errors.envelope")
def envelope(refusal: Refusal, request_id: str, client_request_id: str, *, inner: str = "innerError") -> dict[str, Any]:
    """Wrap a refusal the way every workload does; the date has no zone suffix, as in published dumps."""
    date = clock.now().replace(tzinfo=None, microsecond=0).isoformat()
    return {
        "error": {
            "code": refusal.code,
            "message": refusal.message,
            inner: {"date": date, "request-id": request_id, "client-request-id": client_request_id},
        }
    }


@obeys("errors.details")
def elaborate(error: dict[str, Any], inner: str) -> None:
    """Add to an error what the page allows it to hold besides."""
    error["target"] = "request"
    error["details"] = [{"code": "invalidTarget", "target": "request", "message": "See the error itself."}]
    error[inner] = {"code": "generalDetail", **error[inner]}


@obeys("errors.general-codes")
def generalised(refusal: Refusal) -> Refusal:
    """Word a refusal as generally as the page on errors does; the sentence to an attendee is promised and stays."""
    code, message = _GENERAL.get(refusal.status, (refusal.code, refusal.message))
    if refusal.rule == "organizer.only":
        message = refusal.message
    return Refusal(refusal.rule, refusal.status, code, message, refusal.headers)


_GENERAL = {
    400: ("invalidRequest", "The request is malformed or incorrect."),
    401: ("unauthenticated", "The caller is not authenticated."),
    403: ("accessDenied", "The caller doesn't have permission to perform the action."),
    404: ("itemNotFound", "The resource could not be found."),
}
