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

from graphcancel.combining import combine, paired, pairs
from graphcancel.contract import load_contracts
from graphcancel.prove import catalogue
from graphcancel.published import AGAIN, digest, published
from graphcancel.sampling import STRUCK, chosen
from graphcancel.verdict import CHECKS

SUBJECTS = catalogue()
FAULTS = [subject for subject in SUBJECTS if subject.kind == "fault"]
VARIATIONS = [subject for subject in SUBJECTS if subject.kind == "variation"]
CONSTANTS = [subject for subject in SUBJECTS if subject.kind == "constant"]

# One of each way to be wrong or different: an answer, one route, one version, an effect, a text, a refusal, a token, a
# batch, a booking, one call of twenty; ids, lags, pages, lost answers, several at once.
SAMPLE = {
    "--fault": (
        "status-one-route-200", "no-mail-beta", "sibling-gone", "comment-mangled", "organizer-path-open",
        "unauthorised-has-effect", "batch-without-effect", "staff-not-told", "decoy-copies-cancelled",
        "status-rarely-200", "always-202", "always-reset",
    ),
    "--vary": ("ids-with-slash", "effects-late", "lost-answers", "organizer-also-told", "no-batch", combine(SUBJECTS)[-1].name),
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
    At least 120 faults, 40 variations and ten constant answers, each with a name of its own; some faults strike rarely.
    """
    assert (len(FAULTS) >= 120, len(VARIATIONS) >= 40, len(CONSTANTS) >= 10) == (True, True, True)
    assert max(Counter(subject.name for subject in SUBJECTS).values()) == 1
    assert all(subject.changes for subject in SUBJECTS)
    assert sum(1 for subject in FAULTS if subject.once_in > 1) >= 5


@pytest.mark.parametrize("subject", FAULTS, ids=lambda item: item.name)
def test_a_fault_says_who_has_to_find_it(subject, cases):
    """
    Every pattern names cases there are, and some of them judge the clause the fault breaks.
    """
    assert [case for case in cases if subject.expects(case)]
    for pattern in subject.caught_by:
        assert any(fnmatchcase(case.id, pattern.removeprefix("!")) for case in cases), pattern


@pytest.mark.parametrize("subject", [one for one in FAULTS if one.once_in > 1], ids=lambda item: item.name)
def test_a_rare_fault_has_the_calls_to_strike(subject, cases):
    """
    There are cases enough that have to find it for it to strike several times over.
    """
    assert sum(1 for case in cases if subject.expects(case)) >= STRUCK * subject.once_in


def test_every_two_variations_that_can_go_together_do():
    """
    In ten sets at the most; what excludes each other are variations there are.
    """
    sets = combine(SUBJECTS)

    assert paired(sets) == pairs(VARIATIONS)
    assert len(sets) <= 10
    assert {name for one in VARIATIONS for name in one.excludes} <= {one.name for one in VARIATIONS}


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

    assert "faults: 10; killed by the named clause 10 (100 %), killed otherwise 0, survived 0" in done.stdout
    assert "variations: 5; false alarms 0, blind 0" in done.stdout
    assert "variations together: 1 set with " in done.stdout
    assert "constant answers: 2; fooled by 0" in done.stdout
    assert done.stderr == ""
    assert len(list(out.glob("*/output.txt"))) == 18
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


# Each clause with the line that names its check. Of the second, all faults are found by other clauses too.
NEEDED = "organizer.sentence", '    "organizer.sentence": answers.sentence,\n'
REDUNDANT = "request-body.optional", '    "request-body.optional": answers.accepted,\n'


def breaking(*clauses: str) -> list[str]:
    """The options that name every fault which breaks one of *clauses*."""
    return [word for one in FAULTS if one.breaks in clauses for word in ("--fault", one.name)]


@pytest.fixture(scope="module")
def weighed(tmp_path_factory) -> dict:
    """The proof of two clauses, with what settles whether they are needed."""
    out = tmp_path_factory.mktemp("weighed")
    done = prove(*breaking(NEEDED[0], REDUNDANT[0]), "--sample", "1", "-j", "4", f"--out={out}")
    assert done.returncode == 0, done.stdout + done.stderr
    return written(out)


def test_what_is_needed_is_settled_by_every_kind_of_case(weighed, cases):
    """
    One clause has a fault that no other clause finds in any kind of case; of the other, somebody else finds each.
    """
    assert (list(weighed["redundant"]), list(weighed["needed"]), weighed["unsettled"]) == (
        [REDUNDANT[0]], [NEEDED[0]], {},
    )  # fmt: skip
    assert weighed["redundant"][REDUNDANT[0]]
    needed_by = weighed["needed"][NEEDED[0]]
    wide = [item for item in weighed["sampled"] if item["wide"] and item["name"] == needed_by]
    subject = next(one for one in FAULTS if one.name == needed_by)
    few, many = (len(chosen(subject, cases, wide=wide)) for wide in (False, True))
    assert (few, many > 100) == (12, True)
    assert [(item["cases"], item["collateral"]) for item in wide] == [(many, {})]
    assert not [item for item in weighed["sampled"] if item["differences"]]


def test_a_suite_without_a_check_does_as_was_predicted(weighed, tmp_path):
    """
    Without the needed clause's check its fault survives every case; without the redundant one's, others find its faults.
    """
    project = tmp_path / "project"
    for name in ("src", "contracts", "tests/contract"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, project / name)
    module = project / "src" / "graphcancel" / "verdict.py"
    text = module.read_text(encoding="utf-8")
    for _, line in (NEEDED, REDUNDANT):
        assert text.count(line) == 1
        text = text.replace(line, "")
    module.write_text(text, encoding="utf-8")
    needed_by = weighed["needed"][NEEDED[0]]
    options = [*breaking(REDUNDANT[0]), "--fault", needed_by, "--fault", "body-json"]

    done = prove(*options, root=project, PYTHONPATH=str(project / "src"))

    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{needed_by}: survived" in done.stdout
    assert "the proof FAILS" in done.stdout
    results = written(project / "proof")["results"]
    assert {item["name"]: item["outcome"] for item in results} == {
        needed_by: "survived", "body-json": "killed",
        **{one.name: "killed otherwise" for one in FAULTS if one.breaks == REDUNDANT[0]},
    }  # fmt: skip
    stand_ins = set(weighed["redundant"][REDUNDANT[0]])
    assert all(stand_ins & set(item["findings"]) for item in results if item["outcome"] == "killed otherwise")
    assert [item["whole"] for item in results if item["name"] == needed_by] == [True]


def test_an_interrupted_proof_says_one_line(tmp_path):
    """
    Ctrl-C ends the runs that are going, and what is done is kept.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "graphcancel", "prove", "--fault", "always-silent", "-j", "1", f"--out={tmp_path}"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "always-silent" / "output.txt").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)

    assert said == ("", "graphcancel: interrupted; what is done is kept\n")
    assert process.returncode == 2


# -- what is published ---------------------------------------------------------------------------------------------


def test_the_published_table_is_about_this_catalogue_and_these_clauses():
    """
    Its digest is that of the catalogue and the contracts' clauses; whether its counts are still so, the proof checks.
    """
    about = digest((*SUBJECTS, *combine(SUBJECTS)), load_contracts(ROOT / "contracts"))

    assert published(ROOT / "README.md")[1] == about, f"make it anew: {AGAIN} README.md"


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--fault", "no-mial"], 4, "--fault no-mial: unknown; did you mean no-mail?"),
        (["--vary", "no-mail"], 4, "--vary no-mail: unknown; "),
        (["-j", "0"], 2, "at least 1"),
        (["-j", "many"], 2, "invalid"),
        (["--sample", "-1"], 2, "0 for none, or more"),
        (
            ["--table", "README.md", "--fault", "no-mail"],
            4,
            "--table: publishes the proof of everything; leave out --fault",
        ),
        (
            ["--check", "README.md", "--sample", "0"],
            4,
            "--check: publishes the proof of everything; leave out --sample",
        ),
        (["--check", "ARCHITECTURE.md"], 4, "ARCHITECTURE.md: holds 0 tables of a proof"),
        (["--check", "none.md"], 4, "none.md: cannot be read"),
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
