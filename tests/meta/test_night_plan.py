"""
How a night begins: which targets there are, and which run of each is the last.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT
from workflow_files import NIGHTLY, Runner, install, needs, step

pytestmark = needs("bash", "jq")


# -- which targets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path) -> Path:
    """A repository with three target files, of which the last two share a mailbox."""
    (tmp_path / ".github").mkdir()
    shutil.copy(ROOT / ".github" / "night.py", tmp_path / ".github")
    (tmp_path / "targets").mkdir()
    for name, mailbox in (
        ("one", "one@contoso.example"),
        ("two", "Two@contoso.example"),
        ("three", "two@contoso.example"),
    ):
        text = (
            f'name = "contoso {name}"\nwritable = ["{mailbox}"]\n' if name != "two" else f'writable = ["{mailbox}"]\n'
        )
        (tmp_path / "targets" / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def plan(clone: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """What the step that lists the targets says, with these variables set."""
    environ = {"NIGHTLY_TARGETS": "", "NIGHTLY_TARGET": "", "TARGET": ""} | environ
    done = subprocess.run(
        [sys.executable, ".github/night.py"],
        cwd=clone, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def job(name: str, own: str, environment: str) -> dict[str, str]:
    return {"target": f"targets/{name}.toml", "label": name, "name": own, "environment": environment}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"NIGHTLY_TARGET": "targets/one.toml"}, [job("one", "contoso one", "nightly")]),
        (
            {"NIGHTLY_TARGET": "targets/one.toml", "TARGET": "targets/two.toml"},
            [job("two", "two", "nightly")],
        ),
        (
            {"NIGHTLY_TARGETS": '["targets/one.toml", "targets/two.toml"]', "NIGHTLY_TARGET": "targets/three.toml"},
            [job("one", "contoso one", "nightly-one"), job("two", "two", "nightly-two")],
        ),
        (
            {"NIGHTLY_TARGETS": '["targets/one.toml", "targets/two.toml"]', "TARGET": "targets/two.toml"},
            [job("two", "two", "nightly-two")],
        ),
    ],
)
def test_each_target_gets_a_job_of_its_own(clone, environ, expected) -> None:
    done = plan(clone, **environ)

    assert done.returncode == 0, done.stderr
    name, _, value = done.stdout.partition("=")
    assert name == "targets"
    assert json.loads(value) == expected
    assert done.stdout.count("\n") == 1, "a second line would be a second output"


@pytest.mark.parametrize(
    ("file", "label"),
    [("contoso.local.toml", "contoso-local"), ("...toml", "target"), ("-- a/b.toml", "b"), ("x; y $(z).toml", "x-y-z")],
)
def test_a_label_is_safe_in_a_path_and_a_name(clone, file, label) -> None:
    """
    It becomes a folder, and a part of the names of jobs, artifacts and environments.
    """
    path = clone / "targets" / file
    path.parent.mkdir(exist_ok=True)
    path.touch()

    done = plan(clone, NIGHTLY_TARGET=f"targets/{file}")

    assert json.loads(done.stdout.partition("=")[2])[0]["label"] == label


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "NIGHTLY_TARGETS is not set"),
        ({"NIGHTLY_TARGETS": "targets/one.toml"}, 'write ["targets/one.toml", "targets/two.toml"]'),
        ({"NIGHTLY_TARGETS": "[]"}, "is no JSON list of target files"),
        ({"NIGHTLY_TARGETS": '[["targets/one.toml"]]'}, "is no JSON list of target files"),
        ({"NIGHTLY_TARGETS": '["targets/one.toml", "targets/one.toml"]'}, "have one name"),
        (
            {"NIGHTLY_TARGETS": '["targets/two.toml", "targets/three.toml"]'},
            "two.toml and targets/three.toml share a mailbox",
        ),
        ({"NIGHTLY_TARGETS": '["targets/one.toml"]', "TARGET": "targets/two.toml"}, "ask for one of targets/one.toml"),
        ({"NIGHTLY_TARGET": "targets/four.toml"}, "targets/four.toml: cannot be read (No such file or directory)"),
        ({"NIGHTLY_TARGET": "/etc/hostname"}, "does not lie in the repository"),
        ({"NIGHTLY_TARGET": "../one.toml"}, "does not lie in the repository"),
        ({"NIGHTLY_TARGET": ".github/night.py"}, ".github/night.py: is no TOML"),
    ],
)
def test_a_night_that_cannot_be_planned_says_why_in_one_line(clone, environ, said) -> None:
    done = plan(clone, **environ)

    assert done.returncode == 4
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.startswith("::error title=nightly::")
    assert done.stderr.count("\n") == 1
    assert "@" not in done.stderr, "a mailbox is named to nobody"


# -- the last run of each ---------------------------------------------------------------------------------------------

GH = """
echo "$*" >> asked
case "$1 $2" in
    "api --method") [ -f nights.json ] && cat nights.json ;;
    "run download") [ -d "kept/$3/$7" ] && mkdir -p "$9" && cp -R "kept/$3/$7/." "$9" ;;
    *) exit 64 ;;
esac
"""


def night_of(number: int, event: str = "schedule", repository: str = "contoso/contracts") -> dict[str, object]:
    return {"id": number, "event": event, "head_repository": {"full_name": repository}}


def keep(runner: Runner, night: int, label: str, run: Path, *, partial: bool = False) -> None:
    """Lay down what *night* kept of the target called *label*."""
    folder = runner.folder / "kept" / str(night) / f"run-{label}" / label / "20261121T021700Z-contoso"
    folder.mkdir(parents=True)
    lines = run.read_text(encoding="utf-8").splitlines()
    footer = json.loads(lines[-1]) | {"partial": partial, "of": night}
    (folder / "run.jsonl").write_text("\n".join([*lines[:-1], json.dumps(footer)]) + "\n", encoding="utf-8")


@pytest.fixture
def planner(tmp_path) -> Runner:
    runner = Runner(tmp_path, {
        "GH_TOKEN": "the job's own", "GITHUB_REPOSITORY": "contoso/contracts", "GITHUB_REF_NAME": "main",
        "TARGETS": json.dumps([job("one", "one", "nightly-one"), job("two", "two", "nightly-two")]),
    })  # fmt: skip
    install(runner.programs / "gh", GH)
    (tmp_path / "run.jsonl").write_text('{"kind": "header"}\n{"kind": "footer"}\n', encoding="utf-8")
    return runner


def last(runner: Runner) -> dict[str, int]:
    """Of which night the run is that was found, by label."""
    found = runner.folder.glob("last/*/run.jsonl")
    return {path.parent.name: json.loads(path.read_text("utf-8").splitlines()[-1])["of"] for path in found}


def test_the_newest_whole_run_of_each_target_is_what_tonight_is_compared_with(planner) -> None:
    nights = [night_of(9, "pull_request"), night_of(8, repository="stranger/contracts"), night_of(7), night_of(6)]
    (planner.folder / "nights.json").write_text(json.dumps({"workflow_runs": nights}), encoding="utf-8")
    run = planner.folder / "run.jsonl"
    keep(planner, 9, "one", run)
    keep(planner, 8, "one", run)
    keep(planner, 7, "one", run)
    keep(planner, 6, "one", run)
    keep(planner, 7, "two", run, partial=True)
    keep(planner, 6, "two", run)

    done = planner.does(step(NIGHTLY, "Fetch the last run of each target"))

    assert done.returncode == 0, done.stderr
    assert last(planner) == {"one": 7, "two": 6}
    assert json.loads((planner.folder / "last" / "targets.json").read_text("utf-8"))[1]["label"] == "two"
    asked = (planner.folder / "asked").read_text(encoding="utf-8")
    assert "-f branch=main -f status=completed" in asked
    assert "run download 9" not in asked
    assert "::notice" not in done.stdout


def test_a_target_without_an_earlier_run_is_named_and_fails_nothing(planner) -> None:
    (planner.folder / "nights.json").write_text(json.dumps({"workflow_runs": [night_of(7)]}), encoding="utf-8")
    keep(planner, 7, "two", planner.folder / "run.jsonl")
    cut = planner.folder / "kept/7/run-one/one/20261121T021700Z-contoso/run.jsonl"
    cut.parent.mkdir(parents=True)
    cut.write_text('{"kind": "header"}\n{"kind": "ca', encoding="utf-8")

    done = planner.does(step(NIGHTLY, "Fetch the last run of each target"))

    assert done.returncode == 0, done.stderr
    assert last(planner) == {"two": 7}
    assert done.stdout == "::notice title=one::no earlier run to compare with\n"


def test_a_night_goes_on_where_earlier_ones_cannot_be_listed(planner) -> None:
    done = planner.does(step(NIGHTLY, "Fetch the last run of each target"))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::warning title=nightly::earlier nights could not be listed")
    assert last(planner) == {}
    assert (planner.folder / "last" / "targets.json").is_file(), "else there is nothing to keep, and no job begins"
