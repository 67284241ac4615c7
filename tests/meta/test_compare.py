"""
Whole runs compared and merged: an unchanged mock gives no line, a suite that asserts less is told so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT, run

from graphcancel.compare import compare
from graphcancel.runfile import read_run

CHOSEN = "event-cancel.v1.0/me.events/organizer or graph-conventions/v1.0.me.events/organizer/absent"
PAGE = "event-cancel.v1.0"
FIRST = f"{PAGE}/me.events/organizer/camel"
OCCURRENCE = f"{PAGE}/me.events/organizer/pascal/occurrence"
LOST = "effect.left-calendar: in"


def graphcancel(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A command of the console script, in a process of its own."""
    command = [sys.executable, "-m", "graphcancel", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def made(folder: Path, *options: str, **environ: str) -> Path:
    """The folder of a run of the chosen cases."""
    done = run("-k", CHOSEN, *options, runs=folder, **environ)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    """A run of the suite as it is against the mock as it is."""
    return made(tmp_path_factory.mktemp("before"))


# -- nothing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "mock"),
    [((), ""), (("-n", "4"), ""), ((), "--latency 0.02"), ((), "--seed 7"), ((), "--throttle 40/1")],
    ids=["again", "in four processes", "a slow mock", "other ids", "a mock that asks to wait"],
)
def test_two_runs_of_an_unchanged_mock_are_not_one_line(options, mock, before, tmp_path):
    after = made(tmp_path, *options, GRAPHMOCK_OPTIONS=mock)
    done = graphcancel("compare", before, after)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# -- a suite that asserts less -------------------------------------------------------------------------------------

NO_CHECK = """\
from graphcancel import verdict
verdict.CHECKS.pop("effect.left-calendar")
"""
NO_CLAUSE = """\
from dataclasses import replace
from graphcancel import cases
whole = cases.build_cases
def build_cases(*given):
    return tuple(
        replace(case, clauses=tuple(name for name in case.clauses if name != "effect.left-calendar"))
        if case.id == "event-cancel.v1.0/me.events/organizer/camel" else case
        for case in whole(*given)
    )
cases.build_cases = build_cases
"""
NO_TEST = """\
def pytest_pycollect_makeitem(collector, name, obj):
    return [] if name == "test_one_occurrence_is_cancelled" else None
"""


def altered(folder: Path, text: str) -> dict[str, str]:
    """The environment in which pytest loads *text* as a plugin, which takes something out of the suite."""
    (folder / "taking_out.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            NO_CHECK,
            [
                "clauses no longer asserted:",
                f"  {LOST} all 7 cases of {PAGE}, such as {FIRST}: no check is written for this clause",
            ],
        ),
        (
            NO_CLAUSE,
            [
                "clauses no longer asserted:",
                f"  {LOST} 1 of 7 cases of {PAGE}, such as {FIRST}: these cases list it no more",
            ],
        ),
        (
            NO_TEST,
            [
                "cases that are still planned, and no test asks for them any more:",
                f"  {OCCURRENCE}: not selected",
            ],
        ),
    ],
    ids=["a check", "a clause of one case", "a test"],
)
def test_an_assertion_taken_out_of_the_suite_is_told(text, lines, before, tmp_path):
    (tmp_path / "runs").mkdir()
    after = made(tmp_path / "runs", "-p", "taking_out", **altered(tmp_path, text))
    done = graphcancel("compare", before, after)

    assert done.returncode == 15, done.stdout + done.stderr
    told = done.stdout.splitlines()
    assert told[0].endswith("something moved")
    start = told.index(lines[0])
    assert told[start : start + len(lines)] == lines
    assert graphcancel("compare", before, before).returncode == 0


# -- against a baseline --------------------------------------------------------------------------------------------


def test_a_run_against_a_baseline_shows_and_keeps_what_moved_and_ends_as_it_would(before, tmp_path):
    done = run(
        "-k", CHOSEN, "-n", "2", "--baseline", str(before), runs=tmp_path,
        GRAPHMOCK_OPTIONS="--fault status-200",
    )  # fmt: skip
    (after,) = tmp_path.iterdir()

    assert done.returncode == 1
    assert "something moved" in done.stdout
    assert done.stdout.index("moved off pass:") < done.stdout.index("does not hold (exit 1)")
    compared = read_run(after).compared
    assert compared is not None
    assert compared["moved"] is True
    assert compared["with"]["run"] == read_run(before).header["run"]
    again = graphcancel("compare", "--format", "json", before, after)
    assert again.returncode == 15
    assert json.loads(again.stdout) == compared


def test_a_run_that_is_as_its_baseline_says_so_in_one_line(before, tmp_path):
    done = run("-k", CHOSEN, f"--baseline={before}", runs=tmp_path)

    assert done.returncode == 0
    assert done.stdout.count("compared with the run of") == 1
    assert "nothing changed" in done.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("", "has no header"),
        ('{"kind": "header", "format": 1}\n{"kind": "footer"}\n', "(format 1); this version reads format 2"),
    ],
)
def test_a_bad_baseline_is_refused_before_anything_runs(text, says, tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    if text is not None:
        (folder / "run.jsonl").write_text(text, encoding="utf-8")
    done = run("-k", CHOSEN, f"--baseline={folder}", runs=tmp_path / "runs")

    assert done.returncode == 4
    assert not (tmp_path / "runs").exists()
    (line,) = (line for line in done.stderr.splitlines() if line.strip())
    assert says in line
    assert graphcancel("compare", folder, folder).returncode == 4


# -- merged --------------------------------------------------------------------------------------------------------


def replayed(folder: Path, *options: str) -> Path:
    """The folder of a run of the recording that comes with the project."""
    done = run("--target=replay", *options, runs=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The folder of a run of all of it."""
    return replayed(tmp_path_factory.mktemp("whole"))


def test_the_parts_of_a_run_are_merged_to_that_run(whole, tmp_path):
    one = replayed(tmp_path / "one", "-k", "event-cancel.v1.0")
    rest = replayed(tmp_path / "rest", "-k", "not event-cancel.v1.0")
    done = graphcancel("merge", one, rest, "--out", tmp_path / "merged", "--expect", "mock")
    folder = Path(done.stdout.strip())

    assert done.returncode == 0, done.stderr
    assert folder.name.endswith("-merged")
    assert {path.name for path in folder.iterdir()} >= {"run.jsonl", "junit.xml", "summary.md"}
    assert compare(read_run(whole), read_run(folder)).changes == ()
    assert compare(read_run(folder), read_run(whole)).changes == ()
    assert read_run(folder).partial is False

    refused = graphcancel("merge", one, "--out", tmp_path / "no")
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "missing: " in refused.stderr
    assert not (tmp_path / "no").exists()


def test_a_merged_run_ends_as_its_worst_part(before, tmp_path):
    bad = tmp_path / "bad"
    done = run("-k", "event-cancel.beta/me.events/organizer/camel", runs=bad, GRAPHMOCK_OPTIONS="--fault status-200")
    found = next(bad.iterdir())
    assert done.returncode == 1, done.stdout
    merged = graphcancel("merge", before, found, "--partial", "--out", tmp_path / "merged")

    assert merged.returncode == 1, merged.stderr
    assert "does not hold (exit 1)" in merged.stderr
    assert "partial" in merged.stderr
