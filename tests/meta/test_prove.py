"""
The instrument that proves the suite: its catalogue is whole, a sample of it holds, and a blunted suite fails it.

The whole proof is ``graphcancel prove``; it takes minutes and runs by name only.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from harness import ROOT

from graphcancel.prove import catalogue
from graphcancel.verdict import CHECKS

SUBJECTS = catalogue()
FAULTS = [subject for subject in SUBJECTS if subject.kind == "fault"]
VARIATIONS = [subject for subject in SUBJECTS if subject.kind == "variation"]
CONSTANTS = [subject for subject in SUBJECTS if subject.kind == "constant"]

# One of each way to be wrong or different: an answer, one route, one version, an effect, a text, a refusal, a token, a
# batch, a booking; ids, lags, pages, lost answers.
SAMPLE = {
    "--fault": (
        "status-one-route-200", "no-mail-beta", "sibling-gone", "comment-mangled", "organizer-path-open",
        "unauthorised-has-effect", "batch-without-effect", "staff-not-told", "decoy-copies-cancelled",
        "always-202", "always-reset",
    ),
    "--vary": ("ids-with-slash", "effects-late", "lost-answers", "organizer-also-told", "no-batch"),
}  # fmt: skip


def prove(*options: str, root: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "graphcancel", "prove", *options],
        cwd=root,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""} | environ,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def written(out: Path) -> dict:
    """The proof as a machine reads it."""
    return json.loads((out / "proof.json").read_text(encoding="utf-8"))


# -- the catalogue -------------------------------------------------------------------------------------------------


def test_there_are_faults_variations_and_constants_enough():
    """
    At least sixty faults, twenty-five variations and ten constant answers, each with a name of its own.
    """
    assert (len(FAULTS) >= 60, len(VARIATIONS) >= 25, len(CONSTANTS) >= 10) == (True, True, True)
    assert max(Counter(subject.name for subject in SUBJECTS).values()) == 1
    assert all(subject.changes for subject in SUBJECTS)


@pytest.mark.parametrize("subject", FAULTS, ids=lambda item: item.name)
def test_a_fault_says_who_has_to_find_it(subject, cases):
    """
    Every pattern names cases there are, and some of them judge the clause the fault breaks.
    """
    assert [case for case in cases if subject.expects(case)]
    for pattern in subject.caught_by:
        assert any(fnmatchcase(case.id, pattern.removeprefix("!")) for case in cases), pattern


@pytest.mark.parametrize("subject", [*VARIATIONS, *CONSTANTS], ids=lambda item: item.name)
def test_nobody_has_to_find_what_is_no_fault(subject, cases):
    """
    A variation breaks nothing; what it leaves open are cases there are.
    """
    assert (subject.breaks, subject.caught_by) == ("", ())
    assert all(any(fnmatchcase(case.id, pattern) for case in cases) for pattern in subject.leaves_open)


def test_every_clause_that_can_fail_has_a_fault(contracts):
    """
    No clause is judged that no fault has ever broken.
    """
    testable = {
        clause.id
        for contract in contracts
        for clause in contract.clauses.values()
        if not clause.untestable and not clause.cloud
    }

    assert testable <= set(CHECKS)
    assert not testable - {subject.breaks for subject in FAULTS}


# -- running it ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sampled(tmp_path_factory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The proof of the sample, run once."""
    out = tmp_path_factory.mktemp("proof")
    options = [word for option, names in SAMPLE.items() for name in names for word in (option, name)]
    return prove(*options, "-j", "4", f"--out={out}"), out


def test_a_sample_of_the_proof_holds(sampled):
    """
    Each sampled fault is killed by its clause, no sampled variation raises an alarm, no constant answer is believed.
    """
    done, out = sampled
    found = written(out)

    assert done.returncode == 0, done.stdout + done.stderr
    assert found["holds"] is True
    assert {item["name"]: item["outcome"] for item in found["results"]} == {
        **dict.fromkeys(SAMPLE["--fault"], "killed"),
        **dict.fromkeys(("always-202", "always-reset"), "not fooled"),
        **dict.fromkeys(SAMPLE["--vary"], "quiet"),
    }
    assert not [item["name"] for item in found["results"] if item["missed"]]


def test_what_it_prints_is_what_it_writes(sampled):
    """
    The counts on the terminal are those of the file, and the folder of each run is kept.
    """
    done, out = sampled

    assert "faults: 9; killed by the named clause 9 (100 %), killed otherwise 0, survived 0" in done.stdout
    assert "variations: 5; false alarms 0, blind 0" in done.stdout
    assert "constant answers: 2; fooled by 0" in done.stdout
    assert done.stderr == ""
    assert len(list(out.glob("*/output.txt"))) == 16
    assert list(out.glob("no-batch/*/run.jsonl"))


def test_a_killed_proof_goes_on_where_it_was(tmp_path):
    """
    After SIGKILL what had finished is taken over, and the rest is run.
    """
    options = [
        "--fault",
        "always-reset",
        "--fault",
        "always-500",
        "--fault",
        "status-200",
        "-j",
        "1",
        f"--out={tmp_path}",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "graphcancel", "prove", *options], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    kept = tmp_path / "results.jsonl"
    deadline = time.monotonic() + 60
    while not kept.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert kept.exists()
    assert not (tmp_path / "proof.json").exists()
    before = len(kept.read_text().splitlines())

    done = prove(*options)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{before} taken over from the last proof" in done.stdout
    assert {item["name"] for item in written(tmp_path)["results"]} == {"always-reset", "always-500", "status-200"}


def test_a_blunted_suite_fails_the_proof(tmp_path):
    """
    Where the check of a clause is taken out of the suite, the fault it was there for survives, and the proof says so.
    """
    project = tmp_path / "project"
    for name in ("src", "contracts", "tests/contract"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, project / name)
    module = project / "src" / "graphcancel" / "verdict.py"
    sharp = module.read_text(encoding="utf-8")
    blunt = sharp.replace('"response.status": answers.documented_status', '"response.status": answers.accepted')
    assert blunt != sharp
    module.write_text(blunt, encoding="utf-8")

    done = prove("--fault", "status-200", "--fault", "body-json", root=project, PYTHONPATH=str(project / "src"))

    assert done.returncode == 1, done.stdout + done.stderr
    assert "status-200: survived" in done.stdout
    assert "the proof FAILS" in done.stdout
    found = {item["name"]: item["outcome"] for item in written(project / "proof")["results"]}
    assert found == {"status-200": "survived", "body-json": "killed"}


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--fault", "no-mial"], 4, "--fault no-mial: unknown; did you mean no-mail?"),
        (["--vary", "no-mail"], 4, "--vary no-mail: unknown; "),
        (["-j", "0"], 2, "at least 1"),
        (["-j", "many"], 2, "invalid"),
    ],
)
def test_bad_words_are_answered_with_a_line(options, status, message):
    """
    A name or number that is none costs one message and no run.
    """
    done = prove(*options)

    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr
