"""
``graphcancel doctor`` as a person and a night's job start it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import EDITIONS, ROOT, serving
from test_runs import TOKENS, answering, lines_of, run, served

from graphcancel.doctor import KEYS
from graphcancel.marks import Mark, new_run


@dataclass(frozen=True)
class Tenant:
    """A mock, the folder of its target files and the variables they name."""

    folder: Path
    environ: dict[str, str]

    def get(self, path: str) -> dict:
        """What the mock says of itself."""
        bundle = self.environ.get("GRAPH_CA_FILE", "").strip("'")
        context = ssl.create_default_context(cafile=bundle) if bundle else None
        with urllib.request.urlopen(f"{self.environ['GRAPH_ROOT']}/_mock/{path}", context=context) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict, actor: str = "ORGANIZER") -> dict:
        """Make something, as a run would."""
        headers = {
            "Authorization": f"Bearer {self.environ[f'GRAPH_{actor}_TOKEN']}",
            "Content-Type": "application/json",
        }
        url = f"{self.environ['GRAPH_ROOT']}/v1.0{path}"
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
            return json.load(answer)

    def doctor(self, *options: str, file: str = "target.toml", **environ: str) -> subprocess.CompletedProcess[str]:
        """Ask about the tenant."""
        return doctor(str(self.folder / file), *options, **{**self.environ, **environ})

    def report(self, *options: str, file: str = "target.toml") -> dict:
        """The object of ``--json``."""
        done = self.doctor("--json", *options, file=file)
        assert not done.stderr, done.stderr
        return json.loads(done.stdout)

    def edit(self, *changes: tuple[str, str]) -> Tenant:
        """Change the target file."""
        path = self.folder / "target.toml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return self


def doctor(target: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "graphcancel", "doctor", target, *options],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environ},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@contextlib.contextmanager
def tenant(folder: Path, *options: str) -> Iterator[Tenant]:
    """A mock with *options*."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving(["-m", "graphmock", "serve", "--with-parent", str(os.getpid()), *options], folder):
        lines = (folder / "target.env").read_text(encoding="utf-8").splitlines()
        environ = dict(line.split("=", 1) for line in lines if "=" in line)
        yield Tenant(folder, environ | {"GRAPHCANCEL_TOKEN_CACHE": str(folder / "cache")})


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> Iterator[Tenant]:
    """A tenant that has everything."""
    with tenant(tmp_path_factory.mktemp("ready") / "t") as found:
        yield found


class TestReady:
    """A target that has everything."""

    def test_a_person_is_told_what_there_is_and_what_a_run_would_do(self, ready):
        """
        Each part has its heading, the last line the status in words, and all is well.
        """
        done = ready.doctor()

        assert done.returncode == 0, done.stdout + done.stderr
        shown = done.stdout.splitlines()
        headings = [line for line in shown if line and not line.startswith(" ")]
        assert headings[1:-1] == [
            "actors", "mailboxes", "resources", "clock", "leftovers of earlier runs", "cases", "plan of a run",
        ]  # fmt: skip
        assert shown[-1] == "ready: 613 cases would run (exit 0)"
        assert "it is not readable, so scopes are assumed" in done.stdout
        assert "remedy" not in done.stdout
        assert not done.stderr

    def test_nothing_is_written(self, ready, tmp_path):
        """
        Neither to the target, nor to the disk.
        """
        before, files = ready.get("state"), sorted(ready.folder.rglob("*"))
        cancels = ready.get("counts")["cancel_calls"]
        done = subprocess.run(
            [sys.executable, "-m", "graphcancel", "doctor", str(ready.folder / "target.toml")],
            env={**os.environ, **ready.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )  # fmt: skip

        assert done.returncode == 0, done.stderr
        assert ready.get("state") == before
        assert ready.get("counts")["cancel_calls"] == cancels
        assert not ready.get("counts")["mails"]
        assert sorted(ready.folder.rglob("*")) == files
        assert not list(tmp_path.iterdir())

    def test_the_object_has_the_documented_keys(self, ready):
        """
        In their order, and the numbers are numbers.
        """
        report = ready.report("-k", "event-cancel.v1.0/me.events")

        assert tuple(report) == KEYS
        assert report["cases"]["selected"] == report["cases"]["would_run"] == 10
        assert 30 < report["plan"]["requests"] < 100
        assert report["plan"]["mails"] == sum(report["plan"]["mails_by_mailbox"].values())
        assert report["exit"]["status"] == 0

    def test_contracts_and_parts_of_ids_narrow_it(self, ready):
        """
        ``--contract`` and ``-k`` together, and what selects nothing is refused.
        """
        both = ready.report("--contract", "event-cancel.v1.0", "--contract", "event-cancel.beta", "-k", "namesake")
        none = ready.doctor("-k", "nosuchthing")
        odd = ready.doctor("-k", "and and")
        unknown = ready.doctor("--contract", "event-cancel")

        assert both["cases"]["selected"] == 2
        for done in (none, odd, unknown):
            assert done.returncode == 4
            assert len(done.stderr.splitlines()) == 1
        assert "no case is selected" in none.stderr
        assert "-k and and" in odd.stderr
        assert "known are" in unknown.stderr

    def test_the_plan_is_what_a_run_does(self, tmp_path):
        """
        Requests, writes and mails of a whole run in pytest, waiting and further pages aside.
        """
        with tenant(tmp_path / "t") as found:
            roots = "".join(
                f'"{contract}" = "{found.environ["GRAPH_ROOT"]}/{name}"\n' for contract, name in EDITIONS.items()
            )
            found.edit(("[resources]", f"[roots]\n{roots}\n[resources]"))
            report = found.report()
            before = sum(found.get("counts")["mails"].values())
            done = run(f"--target={found.folder / 'target.toml'}", runs=tmp_path / "runs", **found.environ)
            mails = found.get("counts")["mails"]

        assert done.returncode == 0, done.stdout
        footer = lines_of(tmp_path / "runs")[-1]
        plan = report["plan"]
        assert not before
        assert footer["requests"] - footer["waiting"] - footer["pages"] == plan["requests"]
        assert footer["writes"] == plan["writes"]
        assert sum(mails.values()) == plan["mails"]
        assert sorted(mails.values()) == sorted(plan["mails_by_mailbox"].values())
        assert report["cases"]["foreseen_exit"] == 0

    def test_neither_address_nor_id_nor_token_is_shown(self, ready):
        """
        Nor a secret, in text or object.
        """
        shown = ready.doctor().stdout + json.dumps(ready.report())
        described = tomllib.loads((ready.folder / "target.toml").read_text(encoding="utf-8"))
        hidden = {
            value for name, value in ready.environ.items() if name not in {"GRAPH_ROOT", "GRAPHCANCEL_TOKEN_CACHE"}
        }
        hidden |= {*described["writable"], *described["resources"].values()}

        assert not [value for value in hidden if value in shown]
        assert "@" not in shown

    def test_a_pipe_gets_no_colours(self, ready):
        """
        Nor a person who asked for none.
        """
        for environ in ({}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}):
            done = ready.doctor("-k", "expired-token", **environ)
            assert "\x1b[3" not in done.stdout


class TestLacking:
    """Targets that lack something."""

    def test_what_is_missing_is_said_with_its_remedy_and_its_cases(self, tmp_path):
        """
        No group, no reader: how many cases, which, and what to do; exit 10.
        """
        with tenant(tmp_path / "t") as found:
            text = (found.folder / "target.toml").read_text(encoding="utf-8")
            reader = text[text.index("[actors.reader]") : text.index("[patience]")]
            group = re.search(r"group = .*\n", text)[0]
            report = found.edit((reader, ""), (group, "")).report()
            done = found.doctor()

        by_reason = {item["reason"]: item for item in report["cases"]["inconclusive"]}
        missing = by_reason["the target names no group in [resources]"]
        assert missing["cases"] == 70
        assert "/groups" in missing["example"] or "joinedGroups" in missing["example"]
        assert by_reason["the target has no token for reader"]["cases"] == 9
        assert all(item["remedy"] for item in by_reason.values())
        assert report["cases"]["would_run"] + sum(item["cases"] for item in by_reason.values()) == 613
        assert report["cases"]["foreseen_exit"] == report["exit"]["status"] == done.returncode == 10
        assert done.stdout.splitlines()[-1].endswith("cases would be inconclusive (exit 10)")
        assert "    remedy: describe [actors.reader]" in done.stdout

    def test_a_waiver_is_no_gap(self, tmp_path):
        """
        What is waived is said, and does not keep the target from being ready.
        """
        with tenant(tmp_path / "t") as found:
            report = found.edit(("[resources]", '[waived]\ngroup = "none here"\n\n[resources]')).report()

        (item,) = report["cases"]["inconclusive"]
        assert (item["reason"], item["waived"]) == ("waived: none here", True)
        assert report["cases"]["gaps"] == report["exit"]["status"] == 0
        assert report["resources"][0]["state"] == "waived"

    def test_what_an_earlier_run_left_is_listed(self, tmp_path):
        """
        By kind and mailbox, with its age and the command that removes it; exit 12 comes before 10.
        """
        begun = dt.datetime.now(dt.UTC) - dt.timedelta(hours=30)
        mark = Mark.of(new_run(begun), "any", 0)
        times = {
            name: {"dateTime": f"2035-06-05T0{n}:00:00", "timeZone": "UTC"} for name, n in (("start", 1), ("end", 2))
        }
        with tenant(tmp_path / "t") as found:
            guests = [{"emailAddress": {"address": found.environ["GRAPH_ATTENDEE_USER"]}, "type": "required"}]
            found.post("/me/events", {"subject": f"Contract test {mark.case}", "attendees": guests, **times})
            found.post("/me/calendars", {"name": f"Contract test {mark.case}"})
            found.post("/me/events", {"subject": "Contract test of somebody else", **times})
            report = found.report("-k", "read-only")
            done = found.doctor("-k", "read-only")

        kinds = {(item["kind"], item["mailbox"]): item["number"] for item in report["leftovers"]}
        assert kinds == {
            ("event", "organizer"): 1,
            ("event", "attendee"): 1,
            ("message", "attendee"): 1,
            ("calendar", "organizer"): 1,
        }
        assert {item["oldest_hours"] for item in report["leftovers"]} == {30.0}
        assert {run for item in report["leftovers"] for run in item["runs"]} == {mark.whole_run}
        assert report["exit"]["status"] == done.returncode == 12
        assert "remedy: graphcancel sweep TARGET" in done.stdout
        assert done.stdout.splitlines()[-1] == "not ready: 4 objects of an earlier run lie in the target (exit 12)"


# What a tenant is like, and what the doctor then says.
CONDITIONS = {
    "mailbox-disabled": ("attendee", "give the mailbox a licence with Exchange Online"),
    "no-bookings-licence": ("booking_business", "check the business's id and licence"),
    "organizer-not-in-group": ("group", "make the organizer a member of the group"),
    "stranger-in-group": ("group", "one of the group's members is not listed in writable; add the mailbox there"),
    "stranger-on-staff": ("booking_business", "one of the business's staff is not listed in writable"),
    "app-policy": ("attendee", "no application access policy that leaves the mailbox out"),
    "no-mail-permission": ("organizer", "inbox answered 403"),
    "app-without-mail": ("organizer", "inbox answered 403"),
    "clock-hour-ahead": ("the target's is 3", "set this machine's clock by a time server"),
    "clock-hour-behind": ("the target's is 3", "set this machine's clock by a time server"),
}
SIGNING_IN = {
    "consent-revoked": "consent",
    "mfa-required": "second factor",
    "account-disabled": "the account is disabled",
    "conditional-access": "polic",
    "secret-expired": "secret",
}


class TestTrouble:
    """Tenants as they may be, and servers that are none."""

    @pytest.mark.parametrize("condition", list(CONDITIONS))
    def test_a_condition_of_the_tenant_is_said_with_its_remedy(self, condition, tmp_path):
        """
        One line or two, beside what it is about; never a traceback.
        """
        label, words = CONDITIONS[condition]
        with tenant(tmp_path / "t", "--vary", condition) as found:
            done = found.doctor("-k", "namesake or groups or booking")

        shown = done.stdout.splitlines()
        # An actor's line comes before that of the mailbox of the same name.
        place = [number for number, line in enumerate(shown) if line.startswith(f"  {label}")][-1]
        assert any(words in line for line in shown[place : place + 2]), done.stdout
        assert done.returncode == (0 if "clock" in condition else 10)
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("condition", list(SIGNING_IN))
    def test_a_sign_in_that_fails_is_said_and_the_others_run(self, condition, tmp_path):
        """
        The actor's line says why and what to do; cases of the others would run all the same.
        """
        with tenant(tmp_path / "t", "--tls", "--auth-port", "0", "--vary", condition) as found:
            report = found.report("--contract", "event-cancel.v1.0", file="target.username-password.toml")

        troubles = [actor["trouble"] for actor in report["actors"] if actor["trouble"]]
        assert troubles
        assert all(SIGNING_IN[condition] in trouble for trouble in troubles)
        assert 0 < report["cases"]["would_run"] < 102
        assert report["exit"]["status"] == 10

    def test_a_token_that_is_opaque_is_no_error(self, tmp_path):
        """
        Its scopes are assumed.
        """
        with tenant(tmp_path / "t", "--tls", "--auth-port", "0", "--vary", "opaque-tokens") as found:
            done = found.doctor("-k", "read-only", file="target.username-password.toml")

        assert "flow client-secret: has a token; it is not readable, so scopes are assumed" in done.stdout
        assert done.returncode == 0, done.stdout + done.stderr

    def test_scopes_that_are_missing_are_said_with_the_cases_that_need_them(self, tmp_path):
        """
        Of a token whose scopes are known.
        """
        with tenant(tmp_path / "t", "--tls", "--auth-port", "0", "--vary", "app-without-mail") as found:
            report = found.report("--contract", "event-cancel.v1.0", file="target.username-password.toml")

        (app,) = [actor for actor in report["actors"] if actor["actor"] == "app"]
        assert "Calendars.ReadWrite" in app["granted"]
        lacking = {tuple(item["any_of"]): item["cases"] for item in app["missing"]}
        assert lacking[("Mail.Read", "Mail.ReadWrite")] == 102

    def test_nobody_can_sign_in(self, tmp_path):
        """
        One line, exit 4.
        """
        with tenant(tmp_path / "t", "--tls", "--auth-port", "0", "--vary", "authority-down") as found:
            done = found.doctor("-k", "read-only", file="target.username-password.toml")

        assert done.returncode == 4
        assert len(done.stderr.splitlines()) <= 2
        assert "nobody can sign in" in done.stderr

    @pytest.mark.parametrize(
        ("status", "body", "words"),
        [
            (200, b"<html>log on here</html>", "does not answer as Graph does (200 without JSON)"),
            (500, b"", "does not answer as Graph does (500 without JSON)"),
            (200, b"{garbage", "does not answer as Graph does (200 without JSON)"),
            (302, b"", "does not answer as Graph does (302 without JSON)"),
            (401, b'{"error":{"code":"InvalidAuthenticationToken","message":"no"}}', "takes none of the tokens"),
        ],
    )
    def test_what_is_not_graph_is_said_in_two_lines(self, status, body, words, tmp_path):
        """
        HTML, 500, garbage, a redirect, a refusal of every token: exit 4.
        """
        with served(answering(status, body, "text/html")) as url:
            done = doctor(url, **TOKENS)

        assert done.returncode == 4, done.stdout
        assert words in done.stderr
        assert len(done.stderr.splitlines()) <= 2
        assert not done.stdout

    def test_what_answers_with_other_objects_is_no_target_to_run_against(self, tmp_path):
        """
        Every list is something else than one: nothing would be judged, and it is said of each mailbox.
        """
        with served(answering(200, b'{"hello": "world"}')) as url:
            done = doctor(url, "-k", "namesake", **TOKENS)

        assert done.returncode == 10
        assert "answered 200, but not with a list" in done.stdout
        assert "  0 of 4 would run" in done.stdout

    def test_nothing_answers(self):
        """
        A closed connection and a closed port: one line.
        """

        class Closing(http.server.BaseHTTPRequestHandler):
            def handle(self) -> None:
                self.request.close()

        with served(Closing) as url:
            closed = doctor(url, **TOKENS)
        refused = doctor(url, **TOKENS)

        assert closed.returncode == refused.returncode == 4
        assert "connection closed without an answer" in closed.stderr
        assert "connection refused" in refused.stderr
        assert len((closed.stderr + refused.stderr).splitlines()) == 2

    def test_the_mock_by_name_is_refused_with_the_way_to_reach_one(self):
        """
        Only pytest starts the built-in one.
        """
        done = doctor("mock")

        assert done.returncode == 4
        assert "graphmock serve --write-target" in done.stderr
