"""
The nightly workflow as its shell would run it: a night on one target, from its assertion to the last sweep.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from harness import ROOT, serving
from workflow_files import NIGHTLY, Runner, install, jobs, needs, step

# Named by the runner, not by us.
TOKENS = {"ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"}
FEW = "event-cancel.v1.0/me.events/organizer or event-cancel.v1.0/users-upn.events/app"

pytestmark = needs("bash", "curl", "jq")


def copy_of_the_suite(folder: Path) -> None:
    """What a run reads of the project, in *folder*."""
    for name in ("contracts", "tests/contract"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)


# -- a night on one target --------------------------------------------------------------------------------------------


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


class Night(Runner):
    """The steps of one target's job, run one by one against a stand-in."""

    def __init__(self, folder: Path, base: str) -> None:
        self.base = base
        copy_of_the_suite(folder)
        variables = (line.split("=", 1) for line in (folder / "targets" / "target.env").read_text().splitlines())
        self.variables = {name: value.strip("'\"") for name, value in variables}
        handed = ("GRAPH_ORGANIZER_PASSWORD", "GRAPH_ATTENDEE_PASSWORD", "GRAPH_EXPIRED_TOKEN")
        named = {name: self.variables[name] for name in handed}
        super().__init__(folder, {"TARGET": "targets/nightly.toml", "LABEL": "nightly", **named})

    def state(self) -> str:
        """A digest of all there is."""
        with requests.Session() as session:
            session.trust_env = False
            session.verify = str(self.folder / "targets" / "ca.pem")
            return str(session.get(f"{self.base}/_mock/state", timeout=10).json()["digest"])


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Iterator[Night]:
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
    writing = step(NIGHTLY, "Write the assertion the app signs in by")
    assert "sleep 240" in writing["run"]

    done = night.does({"run": writing["run"].replace("while sleep 240", "while false")})

    assert done.returncode == 0, done.stderr
    assertion = night.folder / "targets" / "build.local.jwt"
    assert assertion.read_text().strip() == issuer.assertion
    assert assertion.stat().st_mode & 0o777 == 0o600
    assert issuer.asked == [("/token?api-version=2&audience=api://AzureADTokenExchange", "bearer the job's own")]
    assert done.stdout == f"::add-mask::{issuer.assertion}\n"

    said = [
        night.does(step(NIGHTLY, "Say whether the tenant is ready")),
        night.does(step(NIGHTLY, "Remove what an earlier night left")),
        night.does(step(NIGHTLY, "Run"), KEYWORD=FEW, BASELINE=""),
        night.does(step(NIGHTLY, "Remove what this run left")),
        night.does(step(NIGHTLY, "Show what the run found")),
    ]

    assert [one.returncode for one in said] == [0] * 5, [one.stdout[-1500:] + one.stderr[-500:] for one in said]
    assert "613 cases would run" in said[0].stdout
    assert "holds (exit 0)" in said[2].stdout
    assert said[3].stdout.endswith("nothing is left\n")
    secrets = [value for name, value in night.variables.items() if re.search("TOKEN|PASSWORD|SECRET", name)]
    everything = "".join(one.stdout + one.stderr for one in said) + night.summary
    kept = "".join(path.read_text("utf-8") for path in night.folder.glob("runs/nightly/*/*.jsonl"))
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
        done = night.does(step(NIGHTLY, "Write the assertion the app signs in by"))
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
def test_which_exit_codes_end_the_job(tmp_path, name: str, code: int, ends: int) -> None:
    runner = Runner(tmp_path, {"TARGET": "nightly.toml", "LABEL": "nightly"})
    install(runner.programs / "graphcancel", f"exit {code}")

    assert runner.does(step(NIGHTLY, name)).returncode == ends


@pytest.mark.parametrize(
    ("code", "ends", "output"), [(0, 0, {"baseline": "last/one/run.jsonl"}), (4, 0, {}), (1, 1, {}), (137, 137, {})]
)
def test_a_last_run_that_cannot_be_read_is_left_out(tmp_path, code, ends, output) -> None:
    """
    What an older suite wrote may be refused, and a run with a baseline that is refused does not begin. That the
    comparison breaks is another matter.
    """
    runner = Runner(tmp_path, {"LABEL": "one"})
    install(
        runner.programs / "graphcancel", f'[ "$*" = "compare last/one/run.jsonl last/one/run.jsonl" ] && exit {code}'
    )
    (tmp_path / "last" / "one").mkdir(parents=True)
    (tmp_path / "last" / "one" / "run.jsonl").touch()

    done = runner.does(step(NIGHTLY, "See what to compare with"))

    assert done.returncode == ends
    assert runner.output == output
    assert ("::warning title=one::" in done.stdout) is (code == 4)


def test_no_last_run_is_said_and_fails_nothing(tmp_path) -> None:
    runner = Runner(tmp_path, {"LABEL": "one"})

    done = runner.does(step(NIGHTLY, "See what to compare with"))

    assert (done.returncode, done.stdout) == (0, "no earlier run to compare with\n")
    assert runner.output == {}


def test_a_job_without_a_run_says_so_in_its_summary(tmp_path) -> None:
    runner = Runner(tmp_path, {"LABEL": "one"})

    done = runner.does(step(NIGHTLY, "Show what the run found"))

    assert done.returncode == 0
    assert runner.summary == "**one**: this job came to no run; its log says why.\n"


def test_the_runner_gives_what_the_assertion_is_asked_with() -> None:
    script = step(NIGHTLY, "Write the assertion the app signs in by")["run"]
    named = set(re.findall(r"\$(ACTIONS_\w+)", script))

    assert named == TOKENS
    assert jobs(NIGHTLY)["target"]["permissions"]["id-token"] == "write"
