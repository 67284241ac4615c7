"""
``action.yml`` as its shell would run it in another repository, against a mock.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, serving
from workflow_files import ACTION, Runner, install, needs, step

from graphcancel.runfile import read_run

CASE = "event-cancel.v1.0/me.events/organizer/camel"

pytestmark = needs("bash")


class Caller(Runner):
    """A workspace of another repository, with the suite installed as the action's first steps do."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.temp = folder / "temp"
        self.variables = variables
        super().__init__(folder, {
            **{name: value for name, value in variables.items() if name.startswith("GRAPH_") and name != "GRAPH_ROOT"},
            "RUNNER_TEMP": str(self.temp), "SUITE": str(ROOT),
            "BASE_URL": "", "TARGET": "", "SELECT": CASE, "DEVIATIONS": "", "BASELINE": "",
        })  # fmt: skip
        programs = self.temp / "graph-cancel-contracts" / "bin"
        install(programs / "python", f'exec "{sys.executable}" "$@"')
        for name in ("graphcancel", "pytest"):
            install(programs / name, f'exec "{sys.executable}" -m {name} "$@"')

    def runs(self, **environ: str) -> tuple[int, str]:
        """Do the step that runs the suite: its exit status and all it said."""
        done = self.does(step(ACTION, "Run"), **environ)
        for name, value in self.variables.items():
            if name.endswith("TOKEN"):
                assert value not in done.stdout + done.stderr + self.summary
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module", params=[()], ids=["right"])
def caller(request, tmp_path_factory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("workspace")
    command = ["-m", "graphmock", "serve", "--with-parent", str(os.getpid())]
    for option in request.param:
        command += ["--fault", option]
    with serving(command, folder):
        lines = (folder / "target.env").read_text(encoding="utf-8").splitlines()
        pairs = dict(line.split("=", 1) for line in lines if "=" in line)
        yield Caller(folder, {name: value.strip("'\"") for name, value in pairs.items()})


def test_a_base_url_is_all_it_takes(caller) -> None:
    status, said = caller.runs(BASE_URL=caller.variables["GRAPH_ROOT"], PYTEST_ADDOPTS="--no-such-option")

    assert status == 0, said
    assert "holds (exit 0)" in said
    assert (caller.output["verdict"], caller.output["exit"]) == ("holds", "0")
    report = Path(caller.output["report"])
    assert report.is_absolute()
    assert [line["id"] for line in read_run(report).parts[0].cases] == [CASE]
    assert not list(ROOT.glob("runs/*127.0.0.1*")), "nothing is left where the action lies"


def test_files_are_named_from_the_workspace(caller) -> None:
    known = f'case = "{CASE}"\nclause = "response.status"\nreason = "told"\nowner = "us"\nexpires = 2020-01-01\n'
    (caller.folder / "known.toml").write_text(f"[[deviation]]\n{known}", encoding="utf-8")

    status, said = caller.runs(TARGET="target.toml", DEVIATIONS="known.toml")

    assert "known deviations: 1" in said, said
    assert status == 11, "an entry whose day has passed"
    assert (caller.output["verdict"], caller.output["exit"]) == ("stale deviations", "11")


def test_a_run_is_compared_with_one_of_the_workspace(caller) -> None:
    caller.runs(TARGET="target.toml")
    shutil.copytree(caller.output["report"], caller.folder / "before")

    status, said = caller.runs(TARGET="target.toml", BASELINE="before")

    assert status == 0, said
    assert read_run(Path(caller.output["report"])).compared["moved"] is False


@pytest.mark.parametrize("caller", [("no-mail",)], ids=["faulty"], indirect=True)
def test_what_does_not_hold_ends_the_step_with_the_runs_exit_code(caller) -> None:
    status, said = caller.runs(TARGET="target.toml", SELECT=CASE)

    assert status == 1, said
    assert (caller.output["verdict"], caller.output["exit"]) == ("does not hold", "1")
    assert Path(caller.output["report"], "run.jsonl").is_file()


def test_a_job_that_was_cancelled_is_swept_after(caller) -> None:
    """
    By the ledgers of its runs: here there is nothing to remove, which the sweep says of each.
    """
    caller.runs(TARGET="target.toml")

    done = caller.does(step(ACTION, "Remove what a cancelled run left"), TARGET="target.toml")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("nothing is left") == len(list((caller.temp / "graph-cancel-contracts").glob("runs.*")))


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "::error title=graph-cancel-contracts::nothing to call; give base-url or target"),
        ({"BASE_URL": "http://127.0.0.1:9", "TARGET": "target.toml"}, "base-url and target are both given"),
    ],
)
def test_what_cannot_be_called_is_told_in_one_line(caller, environ, said) -> None:
    status, told = caller.runs(**environ)

    assert status == 4
    assert said in told
    assert told.count("\n") == 1
    assert caller.output == {"verdict": "no run", "exit": "4"}


@pytest.mark.parametrize("given", ["missing.toml", "$(touch pasted)", '"; touch pasted; "', "`touch pasted`.toml"])
def test_an_input_is_never_run_and_no_run_is_told(caller, given) -> None:
    status, _ = caller.runs(TARGET=given, SELECT='x"; touch pasted; "', DEVIATIONS="$(touch pasted)")

    assert status == 4
    assert caller.output == {"report": "", "verdict": "no run", "exit": "4"}
    assert caller.summary == "graph-cancel-contracts: no report (exit 4); the log says why.\n"
    assert not (caller.folder / "pasted").exists()
    assert not (ROOT / "pasted").exists()
