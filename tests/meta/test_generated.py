"""
Generated calls find faults planted in the mock, and cry wolf over none that is not there.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import lines_of, run

FILE = "tests/contract/test_generated.py"
EVENT = "event-cancel.v1.0/me.events/organizer/generated"
RULES = "graph-conventions/v1.0.me.events/organizer/generated"
BOOKING = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/generated"
KOMMENTAR = "event-cancel.beta-2017.de/me.events/organizer/generated"
DRAFT = "event-cancel.stub/me.events/organizer/generated"

# Each fault that a body, its label, its text or the answer's body shows: where, by how many calls, and by which clause.
OF_BODIES = {
    "body-one-byte": (EVENT, 4, "response.body"),
    "body-json": (EVENT, 4, "response.body"),
    "booking-body": (BOOKING, 4, "response.body"),
    "camel-ignored": (EVENT, 16, "request-body.comment"),
    "pascal-ignored": (EVENT, 16, "example.comment"),
    "kommentar-ignored": (KOMMENTAR, 16, "request-body.kommentar"),
    "comment-cut-255": (EVENT, 16, "delete.custom-message"),
    "comment-mangled": (EVENT, 16, "delete.custom-message"),
    "comment-dropped": (EVENT, 16, "delete.custom-message"),
    "draft-comment-refused": (DRAFT, 4, "http-request.route"),
    "empty-object-refused": (EVENT, 40, "request-body.optional"),
    "no-comment-no-mail": (EVENT, 16, "effect.attendees-told"),
    "envelope-missing": (RULES, 16, "errors.envelope"),
    "envelope-code-missing": (RULES, 16, "errors.envelope"),
    "unauthorised-html": (RULES, 24, "errors.envelope"),
    "malformed-json-accepted": (RULES, 16, "request.malformed"),
    "text-plain-accepted": (RULES, 16, "request.malformed"),
    "refused-json-has-effect": (RULES, 16, "refusal.without-effect"),
    "booking-message-dropped": (BOOKING, 12, "request-body.cancellation-message"),
    "booking-message-refused": (BOOKING, 4, "http-request.route"),
    "booking-message-cut-255": (BOOKING, 16, "request-body.cancellation-message"),
}
# Some of the others: of status, effects, tokens and ids.
OTHERS = {
    "status-200": (EVENT, 4, "response.status"),
    "not-cancelled": (EVENT, 4, "effect.left-calendar"),
    "one-attendee-not-told": (EVENT, 4, "effect.attendees-told"),
    "bare-token-accepted": (EVENT, 4, "request-headers.authorization"),
    "garbage-token-accepted": (RULES, 40, "authentication.invalid-token"),
    "unauthorised-has-effect": (RULES, 40, "refusal.without-effect"),
    "unknown-id-accepted": (RULES, 24, "errors.not-found"),
    "malformed-id-accepted": (RULES, 24, "request.malformed"),
    "booking-unknown-500": (BOOKING, 8, "appointment.unknown"),
}


def told(tmp_path: Path, name: str, number: int, *options: str) -> dict:
    """The line of one generated case, from a run of its own."""
    runs = tmp_path / "runs"
    done = run(FILE, f"--generated={number}", "-k", name, runs=runs, GRAPHMOCK_OPTIONS=" ".join(options))
    found = [line for line in lines_of(runs) if line.get("id") == name]
    assert found, done.stdout + done.stderr
    (line,) = found
    assert done.returncode == {"pass": 0, "fail": 1}[line["verdict"]], done.stdout
    return line


@pytest.mark.parametrize(("fault", "where"), [*OF_BODIES.items(), *OTHERS.items()], ids=[*OF_BODIES, *OTHERS])
def test_a_planted_fault_is_found(fault, where, tmp_path):
    name, number, clause = where
    line = told(tmp_path, name, number, "--fault", fault)

    assert line["verdict"] == "fail"
    assert clause in {item["clause"] for item in line["clauses"] if item["held"] is False}
    assert line["curl"]
