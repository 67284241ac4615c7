"""
The workflows and the action of the repository, as they are written: what they may do, and what they must not.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documented import codes, table
from harness import ROOT
from workflow_files import ACTION, CI, FILES, NIGHTLY, WORKFLOWS, Command, commands, jobs, needs, step, steps

from graphcancel.__main__ import command_line
from graphcancel.strict_yaml import read_yaml
from graphmock.__main__ import _parser as mock_command_line

PAGE = ROOT / "docs" / "ci.md"
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
# Expressions that GitHub itself or this repository fills, and nobody who opens a pull request.
OURS = re.compile(
    r"(?:matrix|needs|steps|vars|secrets|inputs)\.[\w.-]+|github\.(?:token|action_path|sha|event_name)"
    r"|github\.event\.(?:pull_request\.number|repository\.fork)"
)
EVERY = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def expressions(value: object) -> list[str]:
    """What stands between ``${{`` and ``}}`` anywhere in *value*."""
    return [found.strip() for found in re.findall(r"\$\{\{(.*?)\}\}", json.dumps(value))]


# -- every file -------------------------------------------------------------------------------------------------------


@EVERY
def test_it_is_yaml_without_a_doubt(path: Path) -> None:
    """
    No key stands twice or is no text, so what a person reads is what a runner reads; a bare ``on`` would be ``true``.
    """
    found = read_yaml(path)

    assert found["name"]
    assert set(found) <= {
        "name", "on", "permissions", "concurrency", "defaults", "jobs", "description", "inputs", "outputs", "runs",
    }  # fmt: skip


@EVERY
def test_actions_are_pinned_by_commit_and_named_by_version(path: Path) -> None:
    used = [one["uses"] for one in steps(path) if "uses" in one and one["uses"] != "./"]
    written = re.findall(r"uses: (\S+)  # v\d+\.\d+\.\d+$", path.read_text(encoding="utf-8"), re.MULTILINE)

    assert used
    assert all(PINNED.fullmatch(name) for name in used)
    assert written == used


def test_an_action_is_pinned_alike_everywhere() -> None:
    lines = {
        line.strip(" -") for path in FILES for line in path.read_text("utf-8").splitlines() if "uses: actions" in line
    }

    assert len({line.partition("@")[0] for line in lines}) == len(lines)


@EVERY
def test_no_shell_is_handed_what_others_write(path: Path) -> None:
    """
    An expression in a script is pasted into it, so whatever it gives would be run; and a secret would be shown.
    """
    assert [one["run"] for one in steps(path) if "${{" in one.get("run", "")] == []


@EVERY
def test_nothing_is_read_that_a_stranger_words(path: Path) -> None:
    """
    Titles, branch names and bodies are worded by whoever opens a pull request.
    """
    read = {name for text in expressions(read_yaml(path)) for name in re.findall(r"\b[a-z]+(?:\.[\w-]+)+", text)}

    assert read
    assert {name for name in read if not OURS.fullmatch(name)} == set()


@EVERY
def test_every_script_says_its_shell_and_shellcheck_has_nothing_to_say(path: Path) -> None:
    program = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program, "shellcheck is missing; pip install -e .[dev] brings it"
    shell = read_yaml(path).get("defaults", {}).get("run", {}).get("shell")

    for one in steps(path):
        if "run" in one:
            assert one.get("shell", shell) == "bash"
            script = f"#!/bin/bash\nset -eo pipefail\n{one['run']}"
            done = subprocess.run([program, "-"], input=script, capture_output=True, text=True, check=False)
            assert done.stdout == ""


@pytest.mark.parametrize(
    ("program", "environ", "skips"),
    [("bash", {}, False), ("no-such-program", {}, True), ("no-such-program", {"CI": "true"}, False)],
)
def test_on_a_ci_machine_nothing_is_skipped_for_want_of_a_program(program, environ, skips, monkeypatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert needs(program).args == (skips,)


@EVERY
def test_no_credential_of_the_checkout_and_no_cache_is_kept(path: Path) -> None:
    for one in steps(path):
        used = str(one.get("uses")).partition("@")[0]
        assert used != "actions/cache"
        assert "cache" not in one.get("with", {})
        if used == "actions/checkout":
            assert one["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_from_outside_runs_with_this_repositorys_rights(path: Path) -> None:
    assert set(read_yaml(path)["on"]) <= {"push", "pull_request", "schedule", "workflow_dispatch"}
    for job in jobs(path).values():
        assert job["timeout-minutes"]
        assert job["runs-on"]


# -- rights and secrets -----------------------------------------------------------------------------------------------


def test_a_job_may_do_what_it_needs_and_no_more() -> None:
    granted = {
        f"{path.stem}/{name}": job.get("permissions", read_yaml(path)["permissions"])
        for path in WORKFLOWS
        for name, job in jobs(path).items()
    }

    reading = {"contents": "read"}
    assert granted == {
        **dict.fromkeys(("ci/checks", "ci/tests", "ci/suite", "ci/proof", "ci/action"), reading),
        **dict.fromkeys(("audit/audit", "mutation/mutation"), reading),
        "nightly/plan": {"contents": "read", "actions": "read"},
        "nightly/target": {"contents": "read", "id-token": "write"},
        "nightly/merge": reading,
    }
    assert read_yaml(NIGHTLY)["permissions"] == {}, "what a job is not given it does not have"


def test_secrets_reach_only_steps_that_run_the_suite_in_a_job_with_an_environment() -> None:
    for path in FILES:
        whole = read_yaml(path)
        assert "secrets." not in json.dumps([whole.get("env"), whole.get("inputs"), whole.get("defaults")])
        for job in jobs(path).values():
            assert "secrets." not in json.dumps({key: value for key, value in job.items() if key != "steps"})
            for one in job["steps"]:
                if "secrets." in json.dumps(one):
                    assert job["environment"]
                    assert path == NIGHTLY
                    assert re.match(r"(status=0\s+)?(graphcancel|pytest) ", one["run"]), one
                    shown = set(re.findall(r"\$\{?([A-Z_]+)", one["run"]))
                    assert shown.isdisjoint(name for name, value in one["env"].items() if "secrets." in value)


def test_the_token_that_reads_earlier_nights_is_with_no_secret() -> None:
    holders = {name for name, job in jobs(NIGHTLY).items() if "github.token" in json.dumps(job)}

    assert holders == {"plan"}
    assert "secrets." not in json.dumps(jobs(NIGHTLY)["plan"])
    assert [one["name"] for one in steps(NIGHTLY) if "github.token" in json.dumps(one)] == [
        "Fetch the last run of each target"
    ]


def test_the_action_takes_no_secret_as_an_input_and_hands_inputs_to_the_environment_alone() -> None:
    inputs = read_yaml(ACTION)["inputs"]
    used = set()
    for one in steps(ACTION):
        used |= {name for text in expressions(one) for name in re.findall(r"inputs\.([\w-]+)", text)}
        elsewhere = {key: value for key, value in one.items() if key != "env"}
        assert expressions(elsewhere) in ([], ["inputs.python-version"])

    assert used == set(inputs)
    assert not [name for name in inputs if re.search("token|secret|password|user|key", name)]
    assert all(given["description"] and "default" in given for given in inputs.values())


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_names_every_input_output_and_variable() -> None:
    given = read_yaml(ACTION)

    assert codes(table(PAGE, "input", "meaning")) == list(given["inputs"])
    assert codes(table(PAGE, "output", "meaning")) == list(given["outputs"])
    assert set(codes(table(PAGE, "variable", "value"))) == set(re.findall(r"vars\.(\w+)", NIGHTLY.read_text("utf-8")))


def test_five_lines_call_a_server_from_another_repository(tmp_path) -> None:
    """
    The page's first example: an action of five lines, whose inputs and variables are those there are.
    """
    first, second = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    readme = codes(table(ROOT / "README.md", "variable", "read by", "meaning"))
    inputs = read_yaml(ACTION)["inputs"]

    assert len(first.splitlines()) == 5
    for number, text in enumerate((first, second)):
        (tmp_path / f"{number}.yml").write_text(text, encoding="utf-8")
        used, *others = read_yaml(tmp_path / f"{number}.yml")
        assert set(used["with"]) <= set(inputs)
        assert set(used["env"]) <= set(readme)
        assert [
            one["uses"] in PAGE.read_text("utf-8") and PINNED.fullmatch(one["uses"]) is not None for one in others
        ] == [True for _ in others]


# -- ci.yml -----------------------------------------------------------------------------------------------------------


def test_ci_runs_every_environment_of_a_bare_tox_run_on_every_python_and_the_proof_on_one() -> None:
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(ROOT / "tox.ini", encoding="utf-8")
    listed = {name.strip() for name in ini["tox"]["env_list"].split(",")}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    ran = [name for one in commands(CI) if one.program == "tox" for name in one.arguments[2].split(",")]

    assert sorted(ran) == sorted([*listed, "prove"])
    for name in ("tests", "suite"):
        pythons = jobs(CI)[name]["strategy"]["matrix"]["python"]
        assert pythons == ["3.11", "3.12", "3.13", "3.14"]
        assert f'requires-python = ">={pythons[0]}"' in project


def test_ci_runs_on_push_and_pull_request_and_ends_what_is_superseded() -> None:
    found = read_yaml(CI)

    assert set(found["on"]) == {"push", "pull_request"}
    assert expressions(found["concurrency"]["cancel-in-progress"]) == ["github.event_name == 'pull_request'"]
    assert expressions(found["concurrency"]["group"]) == ["github.event.pull_request.number || github.sha"]
    assert "secrets" not in CI.read_text(encoding="utf-8")


def test_ci_keeps_the_report_and_shows_it_however_the_run_ended() -> None:
    *_, shown, kept = jobs(CI)["suite"]["steps"]

    assert shown["if"] == kept["if"] == "${{ !cancelled() }}"
    assert shown["run"] == 'cat runs/*/summary.md replayed/*/summary.md >> "$GITHUB_STEP_SUMMARY"'
    assert kept["uses"].startswith("actions/upload-artifact@")
    assert kept["with"]["path"].split() == ["runs/", "replayed/"]


def test_ci_checks_the_published_proof_and_keeps_the_new_one() -> None:
    job = jobs(CI)["proof"]
    *_, made, kept = job["steps"]

    assert made["run"] == "tox run -e prove -- --check README.md"
    assert int(job["timeout-minutes"]) <= 30
    assert (kept["if"], kept["uses"].partition("@")[0]) == ("${{ !cancelled() }}", "actions/upload-artifact")
    assert kept["with"]["path"].split() == ["proof/proof.json", "proof/results.jsonl"]


# -- nightly.yml ------------------------------------------------------------------------------------------------------


def test_it_runs_at_night_and_by_hand_with_a_target_and_a_choice_of_cases() -> None:
    on = read_yaml(NIGHTLY)["on"]

    assert [set(entry) for entry in on["schedule"]] == [{"cron"}]
    assert set(on["workflow_dispatch"]["inputs"]) == {"target", "keyword"}
    assert set(on) == {"schedule", "workflow_dispatch"}, "nothing from outside may start it"


def test_a_night_on_one_target_waits_for_the_one_before_and_does_not_end_it() -> None:
    job = jobs(NIGHTLY)["target"]

    assert job["concurrency"] == {"group": "nightly-${{ matrix.label }}", "cancel-in-progress": False}
    assert "concurrency" not in read_yaml(NIGHTLY)
    assert job["strategy"]["fail-fast"] is False, "one target's end is none of the others'"
    assert expressions(job["strategy"]["matrix"]) == ["fromJSON(needs.plan.outputs.targets)"]
    assert job["environment"] == "${{ matrix.environment }}"


def test_it_stays_idle_without_a_target_and_in_a_fork() -> None:
    found = jobs(NIGHTLY)

    for name in ("plan", "target"):
        named, fork = found[name]["if"].split(" && ")
        assert named == "(vars.NIGHTLY_TARGETS != '' || vars.NIGHTLY_TARGET != '')"
        assert fork == "!github.event.repository.fork"
    assert found["merge"]["if"] == "${{ !cancelled() && needs.plan.result == 'success' }}"
    assert [found[name].get("needs") for name in found] == [None, "plan", ["plan", "target"]]


def test_the_sweep_and_the_artifact_come_however_the_run_ended() -> None:
    job = jobs(NIGHTLY)["target"]
    swept, shown, kept = job["steps"][-3:]

    assert kept["uses"].startswith("actions/upload-artifact@")
    assert swept["run"].startswith("graphcancel sweep ")
    assert swept["if"] == shown["if"] == kept["if"] == "always()"
    assert kept["with"]["path"] == "runs/"
    assert step(NIGHTLY, "Run")["timeout-minutes"] < job["timeout-minutes"]


def test_what_it_hands_over_is_what_the_page_asks_for() -> None:
    page = (ROOT / "docs" / "tenant.md").read_text(encoding="utf-8")
    named = {name for one in steps(NIGHTLY) for name in re.findall(r"secrets\.(\w+)", json.dumps(one))}
    variables = set(re.findall(r"vars\.(\w+)", NIGHTLY.read_text(encoding="utf-8")))

    assert named
    assert variables == {"NIGHTLY_TARGETS", "NIGHTLY_TARGET", "NIGHTLY_AUDIENCE"}
    assert all(f"`{name}`" in page for name in named | variables)
    for one in steps(NIGHTLY):
        secrets = {name for name, value in one.get("env", {}).items() if "secrets." in str(value)}
        assert secrets in (set(), named), "a target file is read whole, so each step needs all it may name"


def test_what_one_job_keeps_another_finds() -> None:
    """
    A single artifact that fits a pattern is unpacked without a folder of its name, so the label is part of the path.
    """
    kept = {one["with"]["name"] for one in steps(NIGHTLY) if "upload-artifact" in one.get("uses", "")}
    fetched = [one["with"] for one in steps(NIGHTLY) if "download-artifact" in one.get("uses", "")]

    assert kept == {"last", "run-${{ matrix.label }}", "merged"}
    assert [given.get("name") for given in fetched] == ["last", "last", None]
    assert fetched[-1] == {"pattern": "run-*", "path": "tonight/", "merge-multiple": True}
    assert '--name "run-$label"' in step(NIGHTLY, "Fetch the last run of each target")["run"]
    for name in ("Remove what an earlier night left", "Run", "Remove what this run left"):
        assert '--runs="runs/$LABEL"' in step(NIGHTLY, name)["run"]


# -- commands ---------------------------------------------------------------------------------------------------------


COMMANDS = [one for path in FILES for one in commands(path)]


@pytest.mark.parametrize(
    "given", [pytest.param(one, id=f"{number}-{one.place}") for number, one in enumerate(COMMANDS, 1)]
)
def test_a_command_exists_with_its_options(given: Command, pytestconfig: pytest.Config) -> None:
    words = list(given.arguments)
    program = given.program
    if program == "tox":
        assert words[:2] == ["run", "-e"]
        program = "graphcancel" if words[2] == "prove" else "pytest"
        words = [] if "--" not in words else words[words.index("--") + 1 :]
        words = ["prove", *words] if program == "graphcancel" else words
    if given.program == "graphmock":
        mock_command_line().parse_args([word.replace("$", "") for word in words])
    elif program == "graphcancel":
        command_line().parse_args(words)
    else:
        known, unknown = pytestconfig._parser.parse_known_and_unknown_args(words)
        assert unknown == []
        assert known.file_or_dir == []


def test_each_of_our_commands_is_seen() -> None:
    """
    A command that the check above does not see is not checked.
    """
    seen = [(one.place.partition(":")[0], one.program, one.arguments[0]) for one in COMMANDS]

    assert seen == [
        ("audit.yml", "tox", "run"),
        ("ci.yml", "tox", "run"), ("ci.yml", "tox", "run"), ("ci.yml", "tox", "run"), ("ci.yml", "tox", "run"),
        ("ci.yml", "tox", "run"),
        ("ci.yml", "graphmock", "serve"),
        ("mutation.yml", "tox", "run"),
        ("nightly.yml", "graphcancel", "compare"),
        ("nightly.yml", "graphcancel", "doctor"),
        ("nightly.yml", "graphcancel", "sweep"),
        ("nightly.yml", "pytest", "--target=$TARGET"),
        ("nightly.yml", "graphcancel", "sweep"),
        ("nightly.yml", "graphcancel", "merge"),
        ("nightly.yml", "graphcancel", "compare"),
        ("nightly.yml", "graphcancel", "compare"),
        ("action.yml", "pytest", "--target=$called"),
        ("action.yml", "graphcancel", "sweep"),
    ]  # fmt: skip


def test_four_processes_and_no_more() -> None:
    """
    A mailbox takes four requests at a time.
    """
    (run,) = (one for one in commands(NIGHTLY) if one.program == "pytest")

    assert run.arguments[run.arguments.index("-n") + 1] == "4"
