"""
The workflows of the repository: what they may do and what they must not, and the nightly one as its shell would run it.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from harness import ROOT, serving

from graphcancel.__main__ import command_line

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NIGHTLY = ROOT / ".github" / "workflows" / "nightly.yml"
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
BASH = (shutil.which("bash") or "bash", "-e", "-c")  # as a runner starts it
# Named by the runner, not by us.
TOKENS = {"ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"}


def read(path: Path) -> dict[str, Any]:
    """A workflow; YAML takes its key ``on`` for a truth value."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found | {"on": found.pop(True)}


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def step(name: str) -> dict[str, Any]:
    """The one step of the nightly job that is called so."""
    (found,) = (one for one in steps(NIGHTLY) if one.get("name") == name)
    return found


# -- every workflow ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_named_by_version(path: Path) -> None:
    used = [one["uses"] for one in steps(path) if "uses" in one]
    written = re.findall(r"uses: (\S+)  # v\d+\.\d+\.\d+$", path.read_text(encoding="utf-8"), re.MULTILINE)

    assert used
    assert all(PINNED.fullmatch(name) for name in used)
    assert written == used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_may_read_the_repository_and_write_nothing_to_it(path: Path) -> None:
    workflow = read(path)
    granted = [
        workflow["permissions"],
        *(job["permissions"] for job in workflow["jobs"].values() if "permissions" in job),
    ]

    for permissions in granted:
        assert {name for name, kind in permissions.items() if kind == "write"} <= {"id-token"}
    assert all(job["timeout-minutes"] for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_shell_is_handed_what_others_write(path: Path) -> None:
    """
    An expression in a script is pasted into it, so whatever it gives would be run; and a secret would be shown.
    """
    assert [one["run"] for one in steps(path) if "${{" in one.get("run", "")] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_secrets_reach_only_the_steps_that_run_the_suite(path: Path) -> None:
    workflow = read(path)
    for job in workflow["jobs"].values():
        assert "secrets." not in json.dumps([workflow.get("env", {}), job.get("env", {})])
    for one in steps(path):
        if "secrets." in json.dumps(one):
            assert re.match(r"(status=0\s+)?(graphcancel|pytest) ", one["run"]), one
            shown = set(re.findall(r"\$\{?([A-Z_]+)", one["run"]))
            assert shown.isdisjoint(name for name, value in one["env"].items() if "secrets." in value)
    assert "actions/cache" not in {str(one.get("uses")).partition("@")[0] for one in steps(path)}


# -- the nightly one --------------------------------------------------------------------------------------------------


def test_it_runs_at_night_and_by_hand_with_a_target_and_a_choice_of_cases() -> None:
    on = read(NIGHTLY)["on"]

    assert [set(entry) for entry in on["schedule"]] == [{"cron"}]
    assert set(on["workflow_dispatch"]["inputs"]) == {"target", "keyword"}
    assert set(on) == {"schedule", "workflow_dispatch"}, "nothing from outside may start it"


def test_a_night_on_one_target_waits_for_the_one_before_and_does_not_end_it() -> None:
    concurrency = read(NIGHTLY)["concurrency"]

    assert concurrency["cancel-in-progress"] is False
    assert "inputs.target || vars.NIGHTLY_TARGET" in concurrency["group"]
    assert concurrency["group"].removeprefix("nightly-") == read(NIGHTLY)["jobs"]["nightly"]["env"]["TARGET"]


def test_it_stays_idle_without_a_target_and_in_a_fork() -> None:
    job = read(NIGHTLY)["jobs"]["nightly"]

    assert "vars.NIGHTLY_TARGET != ''" in job["if"]
    assert "!github.event.repository.fork" in job["if"]
    assert " && " in job["if"]
    assert job["environment"] == "nightly"


def test_the_sweep_and_the_artifact_come_however_the_run_ended() -> None:
    found = steps(NIGHTLY)
    last, before = found[-1], found[-2]

    assert last["uses"].startswith("actions/upload-artifact@")
    assert before["run"].startswith("graphcancel sweep ")
    assert last["if"] == before["if"] == "always()"
    assert last["with"]["path"] == "runs/"
    assert step("Run")["timeout-minutes"] < read(NIGHTLY)["jobs"]["nightly"]["timeout-minutes"]


def test_its_commands_exist_with_their_options(pytestconfig: pytest.Config) -> None:
    programs = []
    for one in steps(NIGHTLY):
        for line in one.get("run", "").splitlines():
            program = re.match(r"(graphcancel|pytest) ", line)
            words = shlex.split(line.partition(" ||")[0]) if program else [""]
            if words[0] == "graphcancel":
                programs.append(command_line().parse_args(words[1:]).command)
            if words[0] == "pytest":
                known, unknown = pytestconfig._parser.parse_known_and_unknown_args(words[1:])
                programs.append("pytest")
                assert unknown == []
                assert known.numprocesses == 4
                assert known.target == "$TARGET"
    assert programs == ["doctor", "sweep", "pytest", "sweep"]


def test_what_it_hands_over_is_what_the_page_asks_for() -> None:
    page = (ROOT / "docs" / "tenant.md").read_text(encoding="utf-8")
    named = {name for one in steps(NIGHTLY) for name in re.findall(r"secrets\.(\w+)", json.dumps(one))}

    assert named
    assert all(f"`{name}`" in page for name in named)
    assert "`NIGHTLY_TARGET`" in page
    for one in steps(NIGHTLY):
        secrets = {name for name, value in one.get("env", {}).items() if "secrets." in str(value)}
        assert secrets in (set(), named), "a target file is read whole, so each step needs all it may name"


# -- as its shell would run it ----------------------------------------------------------------------------------------


class Issuer(http.server.BaseHTTPRequestHandler):
    """Vouches for a job, as the service that runs it does; *asked* are its requests."""

    assertion = ""
    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        body = json.dumps({"count": 1, "value": self.assertion}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Night:
    """The steps of the nightly job, run one by one against a stand-in."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder, self.base = folder, base
        for name in ("contracts", "tests/contract"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)
        variables = (line.split("=", 1) for line in (folder / "targets" / "target.env").read_text().splitlines())
        self.variables = {name: value.strip("'\"") for name, value in variables}
        programs = folder / "programs"
        programs.mkdir()
        for name, module in (("graphcancel", "graphcancel"), ("pytest", "pytest")):
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
            (programs / name).chmod(0o755)
        self.environ = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT / "src"),
            "TARGET": "targets/nightly.toml",
            "GRAPH_ORGANIZER_PASSWORD": self.variables["GRAPH_ORGANIZER_PASSWORD"],
            "GRAPH_ATTENDEE_PASSWORD": self.variables["GRAPH_ATTENDEE_PASSWORD"],
            "GRAPH_EXPIRED_TOKEN": self.variables["GRAPH_EXPIRED_TOKEN"],
        }

    def does(self, name: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the step called *name*, as a runner does."""
        return subprocess.run(
            [*BASH, step(name)["run"]],
            cwd=self.folder, env=self.environ | environ, capture_output=True, text=True, timeout=170, check=False,
        )  # fmt: skip

    def state(self) -> str:
        """A digest of all there is."""
        with requests.Session() as session:
            session.trust_env = False
            session.verify = str(self.folder / "targets" / "ca.pem")
            return str(session.get(f"{self.base}/_mock/state", timeout=10).json()["digest"])


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Iterator[Night]:
    if not all(shutil.which(name) for name in ("bash", "curl", "jq")):
        pytest.skip("needs bash, curl and jq")
    folder = tmp_path_factory.mktemp("clone")
    (folder / "targets").mkdir()
    command = ["-m", "graphmock", "serve", "--tls", "--auth-port", "0", "--with-parent", str(os.getpid())]
    with serving(command, folder / "targets") as described:
        text = (folder / "targets" / "target.federated.toml").read_text(encoding="utf-8")
        assert '"app.assertion"' in text
        (folder / "targets" / "nightly.toml").write_text(text.replace("app.assertion", "build.local.jwt"), "utf-8")
        yield Night(folder, described.base_url)


@pytest.fixture(scope="module")
def issuer(night) -> Iterator[type[Issuer]]:
    kind = type("One", (Issuer,), {"assertion": (night.folder / "targets" / "app.assertion").read_text(), "asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        night.environ |= {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{server.server_port}/token?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "the job's own",
            "AUDIENCE": "api://AzureADTokenExchange",
        }
        yield kind
        server.shutdown()


def test_a_night_from_the_assertion_to_the_last_sweep(night, issuer) -> None:
    """
    The job's steps in their order: nothing is shown that must not be, and the tenant is as it was.
    """
    before = night.state()
    # What keeps the assertion fresh outlives its step by design; here nobody waits four minutes for it.
    written = step("Write the assertion the app signs in by")["run"]
    assert "sleep 240" in written

    done = subprocess.run(
        [*BASH, written.replace("while sleep 240", "while false")],
        cwd=night.folder, env=night.environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assertion = night.folder / "targets" / "build.local.jwt"
    assert assertion.read_text().strip() == issuer.assertion
    assert assertion.stat().st_mode & 0o777 == 0o600
    assert issuer.asked == [("/token?api-version=2&audience=api://AzureADTokenExchange", "bearer the job's own")]
    assert done.stdout == f"::add-mask::{issuer.assertion}\n"

    said = [
        night.does("Say whether the tenant is ready"),
        night.does("Remove what an earlier night left"),
        night.does("Run", KEYWORD="event-cancel.v1.0/me.events/organizer or event-cancel.v1.0/users-upn.events/app"),
        night.does("Remove what this run left"),
    ]

    assert [one.returncode for one in said] == [0, 0, 0, 0], [one.stdout[-1500:] + one.stderr[-500:] for one in said]
    assert "613 cases would run" in said[0].stdout
    assert "holds (exit 0)" in said[2].stdout
    assert said[3].stdout.endswith("nothing is left\n")
    secrets = [value for name, value in night.variables.items() if re.search("TOKEN|PASSWORD|SECRET", name)]
    everything = "".join(one.stdout + one.stderr for one in said)
    kept = "".join(path.read_text("utf-8") for path in night.folder.glob("runs/*/*.jsonl"))
    assert kept.count('"kind": "cleared"') >= 1
    for secret in (*secrets, issuer.assertion):
        assert secret not in everything + kept
    assert night.state() == before


def test_without_an_assertion_the_job_ends_there(night, issuer) -> None:
    """
    What the issuer does not give is not taken for an assertion.
    """
    kept = issuer.assertion
    issuer.assertion = None
    try:
        done = night.does("Write the assertion the app signs in by")
    finally:
        issuer.assertion = kept

    assert done.returncode != 0
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "code", "ends"),
    [
        ("Say whether the tenant is ready", 10, 0),
        ("Say whether the tenant is ready", 12, 0),
        ("Say whether the tenant is ready", 4, 4),
        ("Remove what an earlier night left", 12, 0),
        ("Remove what an earlier night left", 4, 4),
        ("Remove what this run left", 12, 12),
    ],
)
@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_which_exit_codes_end_the_job(tmp_path, name: str, code: int, ends: int) -> None:
    (tmp_path / "graphcancel").write_text(f"#!/bin/sh\nexit {code}\n")
    (tmp_path / "graphcancel").chmod(0o755)
    environ = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TARGET": "nightly.toml"}

    done = subprocess.run([*BASH, step(name)["run"]], env=environ, timeout=30, check=False)

    assert done.returncode == ends


def test_the_runner_gives_what_the_assertion_is_asked_with() -> None:
    named = set(re.findall(r"\$(ACTIONS_\w+)", step("Write the assertion the app signs in by")["run"]))

    assert named == TOKENS
    assert read(NIGHTLY)["permissions"]["id-token"] == "write"
