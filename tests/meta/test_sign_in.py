"""
Runs that sign in by themselves, against the mock's own authority: every flow judges as a given token does.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from harness import ROOT, mock

from graphcancel.auth import SignIn
from graphcancel.targetfile import read_target

SAMPLE = (
    "event-cancel.v1.0/me.events/organizer or event-cancel.v1.0/users-upn.events/app or conventions/v1.0.me.events "
    "or (event-cancel.v1.0 and own-copy and users-id.events)"
)
USERS = {
    "organizer": "organizer@contoso.example",
    "attendee": "attendee@contoso.example",
    "reader": "organizer@contoso.example",
}
PROMPT = re.compile(r"graphcancel: (\w+): open (\S+) and enter (\w+),")


class Tenant:
    """A mock with an authority, and the files and variables that lead to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = (line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
        self.environ = {name: value.strip("'\"") for name, value in lines}
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(folder / "ca.pem")

    def target(self, flow: str) -> Path:
        """The target file for *flow*; the one with tokens given is called ``token``."""
        return self.folder / ("target.toml" if flow == "token" else f"target.{flow}.toml")

    def describe(self, flow: str):
        """The target as read, its variables set."""
        return read_target(str(self.target(flow)), self.environ)

    def enter(self, name: str, place: str, code: str) -> None:
        """Do what a person does with a browser."""
        answer = self.session.post(place, data={"user_code": code, "user": USERS[name]}, timeout=10)
        assert answer.status_code == 200

    def ask(self, prompt: str) -> bool:
        """Be shown *prompt*, and follow it at once."""
        found = PROMPT.match(f"graphcancel: {prompt}")
        assert found, prompt
        self.enter(*found.groups())
        return True

    def secrets(self) -> set[str]:
        """What no file and no terminal may show."""
        files = [path.read_text() for path in self.folder.iterdir() if path.suffix in {".pem", ".assertion"}]
        ids = re.findall(r'(?:tenant|client)_id = "(.*)"', self.target("device-code").read_text())
        kept = {value for name, value in self.environ.items() if re.search("TOKEN|PASSWORD|SECRET|HEADER", name)}
        return kept | set(ids) | {line for text in files for line in text.splitlines() if len(line) > 30}


@contextmanager
def tenant(folder: Path, *conditions: str):
    """A mock with an authority, in *conditions*."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [part for name in conditions for part in ("--vary", name)]
    with mock(folder, "--tls", "--auth-port", "0", *chosen):
        yield Tenant(folder)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """A tenant that is as it should be."""
    with tenant(tmp_path_factory.mktemp("tenant")) as found:
        yield found


class Run:
    """A finished run, as a user sees it and as it is on file."""

    def __init__(self, code: int, said: str, runs: Path) -> None:
        self.code, self.said = code, said
        files = list(runs.glob("*/run.jsonl"))
        self.text = "".join(file.read_text("utf-8") for file in files)
        lines = [json.loads(line) for line in self.text.splitlines()]
        self.cases = {line["id"]: line for line in lines if line["kind"] == "case"}

    def verdicts(self) -> dict[str, tuple]:
        """Case to verdict, and what held."""
        return {
            name: (line["verdict"], [(item["clause"], item["held"]) for item in line["clauses"]])
            for name, line in self.cases.items()
        }

    def only(self, verdict: str) -> set[str]:
        """The cases that ended in *verdict*."""
        return {name for name, line in self.cases.items() if line["verdict"] == verdict}


def start(at: Tenant, flow: str, runs: Path, cache: Path, *options: str, select: str = SAMPLE) -> subprocess.Popen[str]:
    """Start pytest against *at*."""
    environ = os.environ | at.environ
    environ |= {"PYTHONDONTWRITEBYTECODE": "", "COLUMNS": "100", "GRAPHCANCEL_TOKEN_CACHE": str(cache)}
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", f"--target={at.target(flow)}", f"--runs={runs}"]
    command += ["-o", f"cache_dir={runs.parent / 'cache'}", "-k", select, *options]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def run(at: Tenant, flow: str, folder: Path, *options: str, cache: Path | None = None, **more: str) -> Run:
    """A whole pytest run, none of whose output shows a secret."""
    process = start(at, flow, folder / "runs", cache or folder / "tokens", *options, **more)
    out, error = process.communicate(timeout=170)
    found = Run(process.returncode, out + error, folder / "runs")
    for secret in at.secrets():
        assert secret not in found.said + found.text
    return found


@pytest.fixture(scope="module")
def given(usual, tmp_path_factory):
    """The sample with tokens given."""
    found = run(usual, "token", tmp_path_factory.mktemp("given"))
    assert found.code == 0
    assert len(found.only("pass")) > 20
    return found


@pytest.fixture(scope="module")
def signed_in(usual, tmp_path_factory):
    """A folder of token caches in which each person has signed in once."""
    folder = tmp_path_factory.mktemp("tokens")
    sign_in = SignIn(usual.describe("device-code"), ask=usual.ask, cache=folder)
    assert [name for name in USERS if not sign_in.token(name)] == []
    sign_in.close()
    return folder


@pytest.mark.parametrize("flow", ["username-password", "certificate", "federated", "managed-identity", "device-code"])
def test_every_flow_judges_as_a_given_token_does(flow, usual, given, signed_in, tmp_path):
    found = run(usual, flow, tmp_path, cache=signed_in)

    assert found.verdicts() == given.verdicts()
    assert found.code == 0


def test_an_app_alone_judges_what_routes_name_the_user(usual, tmp_path):
    found = run(usual, "app-only", tmp_path)

    reasons = {line["reason"] for line in found.cases.values() if line["verdict"] == "inconclusive"}
    expired = "the target gives no expired token (actors.….expired_token_env)"
    assert reasons - {expired} == {f"the target has no token for {name}" for name in USERS}
    assert {name for name in found.only("pass") if "/app/" in name}
    assert not found.only("fail")
    assert "residue" not in found.said


def test_people_are_asked_once_also_under_n_and_never_again(usual, given, tmp_path):
    cache = tmp_path / "tokens"
    process = start(usual, "device-code", tmp_path / "runs", cache, "-n", "2")
    prompts: list[str] = []

    def answer() -> None:
        for line in process.stderr:
            if found := PROMPT.match(line):
                prompts.append(found[1])
                usual.enter(*found.groups())

    reading = threading.Thread(target=answer)
    with process:
        reading.start()
        out = process.stdout.read()
        process.wait(170)
        reading.join(5)

    assert prompts == ["organizer", "attendee", "reader"]
    found = Run(process.returncode, out, tmp_path / "runs")
    assert found.verdicts() == given.verdicts()
    assert "open https" not in run(usual, "device-code", tmp_path / "again", cache=cache).said


# -- tenants that are otherwise -----------------------------------------------------------------------------------------


TROUBLES = {
    "secret-expired": ("username-password", "app", "the client secret has expired (AADSTS7000222)"),
    "certificate-unknown": ("certificate", "app", "the certificate is not registered for the app (AADSTS700027)"),
    "consent-revoked": ("username-password", "organizer", "nobody has consented to the app's permissions"),
    "mfa-required": ("username-password", "attendee", "a second factor is asked for"),
    "account-disabled": ("username-password", "attendee", "the account is disabled (AADSTS50057)"),
    "conditional-access": ("username-password", "organizer", "a Conditional Access policy forbids it (AADSTS53003)"),
    "authority-down": ("username-password", "app", "the authority answers 503, also when asked again"),
    "authority-html": ("username-password", "app", "the authority answers 200 and no JSON an authority would"),
}


@pytest.mark.parametrize(("condition", "flow", "name", "says"), [(key, *rest) for key, rest in TROUBLES.items()])
def test_a_trouble_is_one_line_with_the_remedy(condition, flow, name, says, tmp_path):
    with tenant(tmp_path / "t", condition) as at:
        sign_in = SignIn(at.describe(flow), cache=tmp_path / "tokens")
        said = sign_in.lack(name)
        sign_in.close()

    assert said.startswith(f"{name} cannot sign in: {says}")
    assert "; " in said
    assert "\n" not in said
    assert not [secret for secret in at.secrets() if secret in said]


def test_an_actor_that_cannot_sign_in_leaves_the_others_cases_alone(given, tmp_path):
    with tenant(tmp_path / "t", "account-disabled") as at:
        found = run(at, "username-password", tmp_path)

    trouble = "attendee cannot sign in: the account is disabled (AADSTS50057); enable it or take another user"
    assert found.said.count(f"graph-cancel-contracts: {trouble}") == 1
    left = {name: line["reason"] for name, line in found.cases.items() if line["verdict"] == "inconclusive"}
    assert set(left) == {name for name in given.cases if "/attendee/" in name}
    assert set(left.values()) == {trouble}
    others = {name: verdict for name, verdict in given.verdicts().items() if name not in left}
    assert {name: found.verdicts()[name] for name in others} == others


@pytest.mark.parametrize("condition", ["authority-down", "authority-html"])
def test_where_nobody_can_sign_in_the_run_ends_with_the_reason(condition, tmp_path):
    with tenant(tmp_path / "t", condition) as at:
        found = run(at, "username-password", tmp_path)

    assert found.code == 4
    assert "mock-username-password: nobody can sign in: organizer cannot sign in: the authority answers" in found.said
    assert "Traceback" not in found.said
    assert found.cases == {}


@pytest.mark.parametrize("condition", ["short-lived-tokens", "opaque-tokens", "clock-hour-ahead", "clock-hour-behind"])
def test_what_is_no_trouble_changes_no_verdict(condition, given, tmp_path):
    with tenant(tmp_path / "t", condition) as at:
        found = run(at, "username-password", tmp_path)

    assert found.verdicts() == given.verdicts()
