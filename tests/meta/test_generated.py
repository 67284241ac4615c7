"""
Generated calls find faults planted in the mock, and cry wolf over none that is not there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT, lines_of, mock, run

from graphcancel.generated_cases import generated_cases
from graphcancel.generating import Generation
from graphcancel.ledger import Ledger
from graphcancel.marks import new_run
from graphcancel.scanning import Scanned, scan
from graphcancel.session import open_session
from graphcancel.target import Target

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


@contextlib.contextmanager
def telling(description, contracts, folder):
    """A session in which stories can be told; what it ends with is cleared up and handed back in the list."""
    now = dt.datetime.now(dt.UTC)
    marked, started = new_run(now), now.isoformat(timespec="seconds")
    session = open_session(description, contracts, marked, started, "key")
    session.target.ledger = Ledger(folder, marked, started, description)
    ended: list = []
    try:
        yield session, ended
        ended += session.finish(look=True)
    finally:
        session.close()
        session.target.ledger.close(cleared=True)


@pytest.mark.parametrize(("fault", "where"), [*OF_BODIES.items(), *OTHERS.items()], ids=[*OF_BODIES, *OTHERS])
def test_a_planted_fault_is_found(fault, where, contracts, tmp_path):
    name, number, clause = where
    case = next(case for case in generated_cases(contracts) if case.id == name)
    with mock(tmp_path, "--fault", fault) as description, telling(description, contracts, tmp_path) as (session, _):
        record = Generation(session.stories, {name: number}, 0).tell(case)

    assert record.verdict.name == "fail"
    assert clause in {line.clause for line in record.verdict.findings if line.held is False}
    assert record.curl


@pytest.mark.parametrize("seed", [1, 2])
def test_the_mock_as_it_is_gives_no_alarm(seed, tmp_path):
    """
    Whatever the seed, a service that does as the pages say passes, and most of what was sent was accepted.
    """
    runs = tmp_path / "runs"
    done = run(FILE, "--generated=165", f"--hypothesis-seed={seed}", runs=runs)
    lines = [line for line in lines_of(runs) if line["kind"] == "case"]

    assert done.returncode == 0, done.stdout
    assert {line["verdict"] for line in lines} == {"pass"}
    made = [line["generated"] for line in lines]
    assert sum(one["calls"] for one in made) == 165
    assert sum(one["accepted"] for one in made) >= 0.4 * 165


def test_two_runs_send_the_same(contracts, tmp_path, monkeypatch):
    """
    One seed gives one sequence of calls: methods, paths but for their ids, headers and bodies.
    """
    sent: list[list[tuple]] = []
    send = Target.send

    def noted(self, request, *, purpose="arrange"):
        if purpose == "test":
            sent[-1].append((request.method, request.pattern, tuple(request.headers.items()), request.payload))
        return send(self, request, purpose=purpose)

    monkeypatch.setattr(Target, "send", noted)
    cases = {case.id: case for case in generated_cases(contracts)}
    for attempt in range(2):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        sent.append([])
        with mock(folder) as description, telling(description, contracts, folder) as (session, ended):
            told = Generation(session.stories, {EVENT: 20, RULES: 20}, 0)
            assert {told.tell(cases[name]).verdict.name for name in (EVENT, RULES)} == {"pass"}
        assert ended == [[], []]

    assert len(sent[0]) == 40
    assert sent[0] == sent[1]


@pytest.mark.parametrize("constant", ["always-404", "everything-202"])
def test_one_answer_to_everything_does_not_pass(constant, tmp_path):
    """
    Refusing everything fails by the floor; accepting everything by effects that are missing and tokens that are bad.
    """
    runs = tmp_path / "runs"
    done = run(FILE, "--generated=40", "-k", f"{EVENT} or {RULES}", runs=runs, GRAPHMOCK_OPTIONS=f"--fault {constant}")
    lines = {line["id"]: line for line in lines_of(runs) if line["kind"] == "case"}
    broken = {
        name: {item["clause"]: item["received"] for item in line["clauses"] if item["held"] is False}
        for name, line in lines.items()
    }

    assert done.returncode == 1
    if constant == "always-404":
        assert "fewer than 40%" in broken[EVENT]["http-request.route"]
        assert lines[RULES]["verdict"] == "inconclusive"
    else:
        assert {"effect.left-calendar", "effect.attendees-told", "request-headers.authorization"} <= set(broken[EVENT])
        assert {"authentication.missing-token", "request.malformed"} <= set(broken[RULES])


def test_explain_and_compare_read_a_run_with_generated_cases(tmp_path):
    """
    What reads runs reads these too, and says how many calls stand behind a case.
    """
    runs = tmp_path / "runs"
    run(FILE, "--generated=20", "-k", EVENT, runs=runs, GRAPHMOCK_OPTIONS="--fault body-json")
    (folder,) = runs.iterdir()
    said = {
        command[0]: subprocess.run(
            [sys.executable, "-m", "graphcancel", *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        for command in (["explain", EVENT, f"--run={folder}"], ["compare", folder, folder], ["report", folder])
    }

    assert {name: done.returncode for name, done in said.items()} == {"explain": 0, "compare": 0, "report": 0}, said
    assert "calls from seed 0" in said["explain"].stdout
    assert "--generated 20 --hypothesis-seed=0" in said["explain"].stdout
    assert "calls from seed 0" in (folder / "report.html").read_text(encoding="utf-8")
    assert "calls from seed 0" in (folder / "junit.xml").read_text(encoding="utf-8")
    assert scanned(folder) == []


def scanned(folder: Path) -> list[str]:
    """What looks secret or personal in the files of a run, request ids aside: a service's operators ask for them."""
    found = map(str, scan([folder], Scanned(), lambda: None))
    return [finding for finding in found if not finding.endswith(": GUID")]
