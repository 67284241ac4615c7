"""
The end of a night on several targets: one report, what moved since the last, and who came to no run.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from harness import run, serving
from workflow_files import NIGHTLY, Runner, install, needs, step

from graphcancel.runfile import read_run

pytestmark = needs("bash", "jq")
BOTH = ("one", "two")


def run_of(folder: Path, name: str, *options: str, select: str = "") -> Path:
    """The folder of a run of a small target called *name*, against a mock with *options*."""
    written = folder / "target"
    with serving(["-m", "graphmock", "serve", "--with-parent", str(os.getpid()), *options], written) as described:
        target = written / "small.toml"
        text = (
            (written / "target.toml").read_text(encoding="utf-8").replace('name = "mock"', f'name = "contoso {name}"')
        )
        chosen = 'contracts = ["event-cancel.stub"]\ngates = ["event-cancel.stub"]\n'
        text = text.replace("[actors.organizer]", f"{chosen}\n[actors.organizer]", 1)
        target.write_text(f'{text}\n[roots]\n"event-cancel.stub" = "{described.base_url}/draft"\n', encoding="utf-8")
        lines = (written / "target.env").read_text(encoding="utf-8").splitlines()
        tokens = {key: value.strip("'\"") for key, value in (line.split("=", 1) for line in lines)}
        done = run(f"--target={target}", "-k", select, runs=folder / "runs", **tokens)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    (found,) = (folder / "runs").iterdir()
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Path]:
    """Runs that hold, of two targets, and one of the first that does not."""
    folder = tmp_path_factory.mktemp("runs")
    return {
        "one": run_of(folder / "one", "one"),
        "two": run_of(folder / "two", "two"),
        "faulty": run_of(folder / "faulty", "one", "--fault", "status-200"),
        "part": run_of(folder / "part", "one", select="pascal/no-token"),
    }


@pytest.fixture
def merger(tmp_path) -> Runner:
    targets = [{"label": name, "name": f"contoso {name}", "target": f"{name}.toml"} for name in BOTH]
    return Runner(tmp_path, {"TARGETS": json.dumps(targets), "KEYWORD": ""})


def lay(runner: Runner, found: Path, label: str) -> None:
    """Put a run where the job finds what the target called *label* has kept."""
    shutil.copytree(found, runner.folder / "tonight" / label / found.name)


def lay_last(runner: Runner, found: Path, label: str) -> None:
    """Put a run where the job finds the last one of the target called *label*."""
    (runner.folder / "last" / label).mkdir(parents=True)
    shutil.copy(found / "run.jsonl", runner.folder / "last" / label)


def test_the_runs_of_all_targets_become_one_report(merger, runs) -> None:
    for name in BOTH:
        lay(merger, runs[name], name)

    done = merger.does(step(NIGHTLY, "Merge"))

    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = (merger.folder / "merged").iterdir()
    assert [part.target for part in read_run(folder).parts] == ["contoso one", "contoso two"]
    assert merger.summary == (folder / "summary.md").read_text(encoding="utf-8")
    assert {path.name for path in folder.iterdir()} >= {"run.jsonl", "report.html", "junit.xml", "summary.md"}
    assert "::error" not in done.stdout


def test_the_whole_ends_as_its_worst_target_did(merger, runs) -> None:
    lay(merger, runs["faulty"], "one")
    lay(merger, runs["two"], "two")

    done = merger.does(step(NIGHTLY, "Merge"))

    assert done.returncode == 1, done.stdout + done.stderr
    (folder,) = (merger.folder / "merged").iterdir()
    assert read_run(folder).exits[0] == 1
    assert merger.summary == (folder / "summary.md").read_text(encoding="utf-8")


def test_cases_left_out_are_missed_unless_a_person_chose_them(merger, runs) -> None:
    lay(merger, runs["part"], "one")
    lay(merger, runs["two"], "two")

    by_itself = merger.does(step(NIGHTLY, "Merge"))
    assert by_itself.returncode == 4, by_itself.stdout + by_itself.stderr
    assert "missing" in merger.summary

    chosen = merger.does(step(NIGHTLY, "Merge"), KEYWORD="pascal/no-token")
    assert chosen.returncode == 0, chosen.stdout + chosen.stderr


@pytest.mark.parametrize("came", [("one",), ()], ids=["one of two", "none"])
def test_a_target_that_came_to_no_run_is_named_and_nothing_passes_for_the_whole(merger, runs, came) -> None:
    for name in came:
        lay(merger, runs[name], name)
    missing = [name for name in BOTH if name not in came]

    done = merger.does(step(NIGHTLY, "Merge"))

    assert done.returncode == 4
    for name in missing:
        assert f"::error title={name}::no run: its job ended before one was written" in done.stdout
        assert f"**{name}**: no run; the log of its job says why." in merger.summary
    assert done.stdout.count("::error") == len(missing)
    assert "The runs of tonight were not merged." in merger.summary
    assert not list((merger.folder / "merged").glob("*/run.jsonl"))


def test_a_run_that_was_cut_off_is_refused_by_name(merger, runs) -> None:
    for name in BOTH:
        lay(merger, runs[name], name)
    (file,) = (merger.folder / "tonight" / "two").glob("*/run.jsonl")
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")

    done = merger.does(step(NIGHTLY, "Merge"))

    assert done.returncode == 4
    assert "tonight/two/" in done.stderr
    assert "has no footer" in merger.summary


def test_a_night_like_the_last_says_that_nothing_changed(merger, runs) -> None:
    for name in BOTH:
        lay(merger, runs[name], name)
    lay_last(merger, runs["one"], "one")

    done = merger.does(step(NIGHTLY, "Say what moved since the last run"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == ""
    assert merger.summary == (
        "# one\n\nNothing changed since the last run.\n\n# two\n\nThere is nothing to compare.\n\n"
    )


def test_what_moved_is_said_of_the_target_by_name_and_fails_the_night(merger, runs) -> None:
    lay(merger, runs["faulty"], "one")
    lay(merger, runs["two"], "two")
    for name in BOTH:
        lay_last(merger, runs[name], name)

    done = merger.does(step(NIGHTLY, "Say what moved since the last run"))

    assert done.returncode == 15, done.stdout + done.stderr
    (said,) = done.stdout.splitlines()
    assert said.startswith("::error title=one::since the last run: ")
    assert len(said) > len("::error title=one::since the last run: ")
    assert "response.status" in merger.summary.partition("# two")[0]
    assert merger.summary.endswith("# two\n\nNothing changed since the last run.\n\n")


def test_a_last_run_nobody_can_read_is_said_and_fails_nothing(merger, runs) -> None:
    for name in BOTH:
        lay(merger, runs[name], name)
        lay_last(merger, runs[name], name)
    (merger.folder / "last" / "one" / "run.jsonl").write_text('{"kind": "header", "format": 1}\n', encoding="utf-8")

    done = merger.does(step(NIGHTLY, "Say what moved since the last run"))

    assert done.returncode == 0, done.stderr
    assert done.stdout == "::warning title=one::tonight's run and the last one cannot be compared\n"
    assert "The two runs cannot be compared; the log says why." in merger.summary


@pytest.mark.parametrize(
    ("code", "ends", "level"), [(0, 0, None), (4, 0, "warning"), (1, 1, "error"), (137, 137, "error")]
)
def test_a_comparison_that_breaks_fails_the_night(tmp_path, code, ends, level) -> None:
    """
    And the targets after it are compared all the same.
    """
    runner = Runner(tmp_path, {"TARGETS": json.dumps([{"label": name, "name": name} for name in BOTH])})
    install(runner.programs / "graphcancel", f'case "$2" in */one/*) exit {code} ;; esac')
    for name in BOTH:
        for folder in (tmp_path / "tonight" / name / "run", tmp_path / "last" / name):
            folder.mkdir(parents=True)
            (folder / "run.jsonl").touch()

    done = runner.does(step(NIGHTLY, "Say what moved since the last run"))

    assert done.returncode == ends, done.stdout + done.stderr
    assert [line.partition("::")[2].partition(" ")[0] for line in done.stdout.splitlines()] == [level] * (
        level is not None
    )
    assert "::" not in done.stdout.replace("::warning title=one::", "").replace("::error title=one::", "")
    assert runner.summary.endswith("# two\n\nNothing changed since the last run.\n\n")
