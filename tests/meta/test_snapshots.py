"""
For ten faults, what the terminal shows of a finding: at most twelve lines, the first a sentence.

The texts lie in ``snapshots/``, one file a fault, with what differs between runs replaced. Where they are to change,
``SNAPSHOTS=write pytest tests/meta/test_snapshots.py`` writes them anew; then read what has changed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from harness import run

from graphcancel.finding_text import MOST, WIDTH

FOLDER = Path(__file__).parent / "snapshots"
ME = "event-cancel.v1.0/me.events/organizer"
# The fault, and the one case that is looked at.
FAULTS = {
    "status-200": f"{ME}/camel",
    "body-json": f"{ME}/empty",
    "everything-202": f"{ME}/pascal",
    "one-attendee-not-told": "event-cancel.v1.0/users-upn.events/organizer/camel",
    "sentence-curly-apostrophe": "event-cancel.v1.0/me.events/attendee/pascal/own-copy",
    "organizer-path-open": "event-cancel.v1.0/users-upn.events/attendee/pascal/organizers-path",
    "sibling-gone": f"{ME}/pascal/occurrence",
    "no-token-accepted": f"{ME}/pascal/no-token",
    "batch-cancel-500": "graph-conventions/v1.0.groups.events/organizer/pascal/batch",
    "booking-message-cut-255": (
        "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message/300-characters"
    ),
}
# What differs between runs, and what stands for it.
RUNS = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "{request-id}"),
    (re.compile(r"gc[0-9a-z]{14,}x[0-9a-f]+"), "{mark}"),
    # How much of it fits depends on the mark's length.
    (re.compile(r"""(?<=\)"')and [^"]*(?=")"""), "{rest}"),
)


def full_name(case: str) -> str:
    """The full name of the test of *case*."""
    return next(name for name in _NAMES if f"[{case}]" in name)


_NAMES: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def names(tmp_path_factory) -> None:
    """Know the tests by name once."""
    done = run("--collect-only", runs=tmp_path_factory.mktemp("names"))
    _NAMES[:] = [line for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.parametrize("fault", list(FAULTS))
def test_what_the_terminal_shows_of_a_finding(fault, tmp_path) -> None:
    """
    Word for word; see above for how to change it.
    """
    done = run(
        full_name(FAULTS[fault]),
        "--no-header",
        runs=tmp_path / "runs",
        GRAPHMOCK_OPTIONS=f"--fault {fault}",
        COLUMNS="120",
    )
    told = re.search(
        r"^_+ [^\n]*? _+\n(.*?)\n\n?(?=graph-cancel-contracts: target)", done.stdout, re.DOTALL | re.MULTILINE
    )
    assert told, done.stdout
    text = told[1].rstrip("\n")
    lines = text.splitlines()
    for pattern, word in RUNS:
        text = pattern.sub(word, text)

    # A body is to be copied as it is, and stays on one line.
    assert len(lines) <= MOST
    assert max(len(line) for line in lines if not line.startswith("    -d ")) <= WIDTH
    assert re.match(r"(The|After|An) .*; (the page|the conventions) document", " ".join(lines[:2]))
    file = FOLDER / f"{fault}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(f"{text}\n", encoding="utf-8")
    assert f"{text}\n" == file.read_text(encoding="utf-8")


def test_there_is_a_fault_for_each_snapshot() -> None:
    """
    None is left over.
    """
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(FAULTS)
