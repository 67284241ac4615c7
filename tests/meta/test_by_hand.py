"""
The line behind "by hand": in bash, with its variables set, it makes the call again and is answered alike.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import subprocess
from pathlib import Path

import pytest
from harness import EDITIONS, lines_of, mock, run
from workflow_files import needs

from graphcancel.by_hand import _PLACES, variables
from graphcancel.contract import load_contracts
from graphcancel.exchange import Response, encode_segment
from graphcancel.ledger import Ledger
from graphcancel.marks import new_run
from graphcancel.redaction import shown_answer
from graphcancel.session import open_session

pytestmark = needs("bash", "curl")

ROOT = Path(__file__).parents[2]
OWN_ID = re.compile(r'"((?:client-)?request-id)": "[^"]*"')
# Every circumstance and body shape, every family, and the routes that lead through a message.
CHOSEN = """(graph-conventions and v1.0 and (me.events or groups.events or solutions or lower-case)) or messages
    or (event-cancel.v1.0 and (me.events or users-upn.calendarGroups or users-id.calendars or groups.calendar))
    or bookingappointment-cancel or beta-2017.de/me.events""".replace("\n", " ")
# Between them they fail every kind of case: the first by what is accepted and done, the second by how it is answered.
FAULTS = {
    "done wrong": """--fault everything-202 --fault bare-token-accepted --fault reader-accepted
        --fault booking-reader-accepted --fault booking-status-202 --fault booking-unknown-accepted
        --fault verb-get-cancels""",
    "answered wrong": """--fault body-json --fault booking-body --fault refusal-status-403 --fault sentence-other
        --fault envelope-code-missing --fault booking-user-refused --fault app-refused --fault booking-app-refused
        --fault batch-cancel-500 --fault booking-unknown-500 --fault refused-json-has-effect
        --fault unauthorised-has-effect --vary ids-with-slash""",
}


def served_by(description, folder):
    """The mock as a target file with an edition for each page, and the variables that go with it."""
    roots = "\n".join(f'"{contract}" = "{description.base_url}/{edition}"' for contract, edition in EDITIONS.items())
    file = folder / "editions.toml"
    file.write_text(
        f"{(folder / 'target.toml').read_text()}\n[roots]\n{roots}\n".replace("effect_s = 6", "effect_s = 1")
    )
    environ = dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines() if "=" in line)
    return file, {name: value.strip("'\"") for name, value in environ.items()}


def by_curl(command: str, environ: dict[str, str]) -> Response:
    """What the line is answered in a shell that knows these variables."""
    inherited = {"PATH": os.environ["PATH"], "NO_PROXY": "*"}
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - whichever a reader has
        env=inherited | environ,
        capture_output=True,
        timeout=30,
        check=False,
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert head, done.stderr
    return Response(int(head.split()[1]), {"content-type": "application/json"}, body)


@contextlib.contextmanager
def stage(description, folder):
    """A session of the suite's own, in which scenes can be arranged."""
    now = dt.datetime.now(dt.UTC)
    run_id, started = new_run(now), now.isoformat(timespec="seconds")
    session = open_session(description, load_contracts(ROOT / "contracts"), run_id, started, "key")
    session.target.ledger = Ledger(folder, run_id, started, description)
    try:
        yield session
    finally:
        session.close()
        session.target.ledger.close(cleared=True)


def outcome(status: int | None, body: str) -> tuple[int | None, str]:
    """What is compared: ids of the request aside."""
    return status, OWN_ID.sub(r'"\1": "{id}"', body)


@pytest.fixture(scope="module")
def again(cases, tmp_path_factory):
    """By the faults: the lines of a run, and of each case that was called how it was and is answered."""
    by_id = {case.id: case for case in cases}
    found = {}
    for name, words in FAULTS.items():
        folder = tmp_path_factory.mktemp("mock")
        with mock(folder, *words.split()) as description:
            file, environ = served_by(description, folder)
            run("-k", CHOSEN, f"--target={file}", runs=folder / "runs", **environ)
            lines = {line["id"]: line for line in lines_of(folder / "runs")[1:-1]}
            with stage(description, folder) as session:
                users = {"ORGANIZER_ID": "organizer", "ATTENDEE_ID": "attendee"}
                environ |= {one: session.stage.users[session.stage.mailbox(role)] for one, role in users.items()}
                called = {key: line for key, line in lines.items() if line["exchanges"]}
                answers = {key: once_more(session, by_id[key], line, environ) for key, line in called.items()}
        found[name] = lines, answers
    return found


def once_more(session, case, line, environ):
    """How the call of *line* was answered, and how the line is in a scene arranged anew."""
    scene = session.target.clock.drive(session.stories._arranged(case, 0))
    known = environ | {_PLACES[name]: encode_segment(value) for name, value in scene.values.items() if name in _PLACES}
    told = variables(line)
    assert set(told) <= set(known), line["id"]
    assert all(told.values()), line["id"]
    response = by_curl(line["curl"], known)
    call = line["exchanges"][-1]
    return (
        outcome(call["status"], call["response"]["body"]),
        outcome(response.status, shown_answer(response, session.stories.sanitiser)["body"]),
    )


@pytest.mark.parametrize("faults", list(FAULTS))
def test_each_line_is_answered_as_its_case_was(faults, again) -> None:
    """
    Every failing case's line, and that of every other case that was called, in a scene of the suite's own stage.
    """
    lines, answers = again[faults]

    assert {key for key, line in lines.items() if line["verdict"] == "fail"} <= set(answers)
    assert {key: here for key, (_, here) in answers.items()} == {key: there for key, (there, _) in answers.items()}


def test_between_them_the_faults_fail_every_kind_of_case(again, cases) -> None:
    """
    So that no way in which a line is put together is left out, and bodies are compared, not only their absence.
    """
    failed = {key for lines, _ in again.values() for key, line in lines.items() if line["verdict"] == "fail"}
    bodies = {there[1] for _, answers in again.values() for there, _ in answers.values()}

    by_id = {case.id: case for case in cases}
    wanted = {case.circumstance for case in cases if case.kind != "observation"}
    assert {case.circumstance for case in cases if case.id in failed} == wanted
    assert {case.family for case in cases if case.id in failed} == {case.family for case in cases}
    assert {case.body for case in cases} == {by_id[key].body for _, answers in again.values() for key in answers}
    assert len(failed) >= 100
    assert len(bodies) >= 10
