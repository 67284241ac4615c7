"""
``docs/tenant.md`` can be followed: with the mock and its authority in place of the tenant, from its target file to the
sweep, by the lines it offers to be copied.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from documented import cells, tables
from harness import ROOT, serving

from graphcancel import actors, ending, refusals, scopes, targetfile, tokenfile
from graphcancel.targetfile import read_target
from graphmock import tokens

PAGE = ROOT / "docs" / "tenant.md"
TEXT = PAGE.read_text(encoding="utf-8")
TARGET = "targets/contoso.local.toml"
PROMPT = re.compile(r"graphcancel: (\w+): open (\S+) and enter (\w+),")
# Three stories of each kind are enough to see that the lines work; what whole runs judge is seen elsewhere.
FEW = "event-cancel.v1.0/me.events/organizer or appointments/organizer/message or event-cancel.v1.0/groups.events"


def blocks(language: str) -> list[str]:
    """The fenced blocks of *language*."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def rows(*heads: str) -> list[tuple[str, ...]]:
    (found,) = tables(PAGE, *heads)
    return found


def permissions() -> list[tuple[str, str, str]]:
    """Permission, kind and registration, as the page's table has them."""
    found = rows("permission", "kind", "registration", "for", "without it")
    return [(name.strip("`"), kind, who) for name, kind, who, _, _ in found]


# -- what the page says -----------------------------------------------------------------------------------------------


def test_every_permission_named_is_one_that_requests_need_and_the_mock_knows() -> None:
    every = [value for value in vars(scopes).values() if isinstance(value, frozenset)]
    needed = {name for value in every for name in value}
    granted = tokens.DELEGATED | tokens.APPLICATION | tokens.READER
    named = {name for name, _, _ in permissions()}
    elsewhere = set(re.findall(r"\b(?:Calendars|Mail|User|Group|Bookings\w*)\.[A-Z]\w+(?:\.All)?", TEXT))

    assert named <= needed
    assert named <= granted
    assert elsewhere - named <= {"User.ReadWrite.All", "Bookings.Read.All"}, "asked for by an administrator's own tools"


def test_the_registrations_get_what_the_table_says() -> None:
    script = next(block for block in blocks("bash") if "register()" in block).replace("\\\n", " ")
    wanted: dict[str, set[str]] = {"people": set(), "reader": set(), "app": set()}
    for name, kind, who in permissions():
        for one in re.findall("people|reader|app", who.partition(" only")[0].partition(", only")[0]):
            wanted[one].add(f"{name}={'Scope' if kind == 'delegated' else 'Role'}")
    # Without an app only; and by Exchange, not by consent.
    wanted["people"] -= {"Mail.ReadWrite=Scope"}
    wanted["app"] -= {"Calendars.ReadWrite=Role", "Mail.ReadWrite=Role"}

    for one, expected in wanted.items():
        line = re.search(rf'^register "\${one}" (.*)$', script, re.MULTILINE)
        assert line
        assert set(line[1].split()) == expected
    given = re.search(r"foreach \(\$role in (.*)\) \{", TEXT)
    assert given
    assert re.findall(r'"Application ([\w.]+)"', given[1]) == ["Calendars.ReadWrite", "Mail.ReadWrite"]


def test_the_flows_named_are_the_flows_there_are() -> None:
    choices = rows("the run starts on", "app", "organizer, attendee, reader")
    first = TEXT.partition("## 5.")[2].partition("## 6.")[0]

    assert {name for row in choices for name in re.findall(r"`([\w-]+)`", row[1])} == actors.APP_ONLY | {"token"}
    people = {name for row in choices for name in re.findall(r"`([\w-]+)`", row[2])} - {"user"}
    assert people == actors.DELEGATED | {"token"}
    assert set(re.findall(r"^\*\*`([\w-]+)`\.\*\*", first, re.MULTILINE)) == actors.APP_ONLY | actors.DELEGATED
    assert f"`{tokenfile.VARIABLE}`" in first


def test_the_clouds_are_those_a_target_file_may_name() -> None:
    (table,) = re.findall(r"^\| `cloud` \|.*?\n\n", TEXT, re.DOTALL | re.MULTILINE)
    named = {row[0].strip("`"): (row[1], row[2]) for row in map(cells, table.strip().splitlines()[2:])}

    assert named == {
        name: (root, targetfile.AUTHORITIES[name]) for name, root in targetfile.CLOUDS.items()
    }  # fmt: skip


def test_every_refusal_it_names_is_one_the_suite_words() -> None:
    known = {what for what, _, _ in refusals._TABLE}
    source = "".join(
        (ROOT / "src" / "graphcancel" / f"{name}.py").read_text("utf-8") for name in ("flows", "certificate")
    )
    named = [said.removeprefix("cannot sign in: ") for said, _ in rows("it says", "remedy") if "cannot sign in" in said]

    assert len(named) > 10
    assert [said for said in named if said not in known and said not in source and ": " not in said] == []
    for said in named:
        if said.startswith("the authority: "):
            unreachable = str(refusals.unreachable(said.removeprefix("the authority: ")))
            assert unreachable.startswith(f"cannot sign in: {said}; ")
            assert "check authority and the network" not in unreachable, "no words of ours"


def test_what_only_a_run_says_is_worded_so() -> None:
    def source(name: str) -> str:
        return (ROOT / "src" / "graphcancel" / f"{name}.py").read_text("utf-8")

    said = {said for said, _ in rows("it says", "remedy")}

    assert "no invitation arrived in the attendee's calendar" in said
    assert "no invitation arrived in the attendee's calendar" in source("meetings")
    assert "its token is that of another mailbox than its user" in said
    assert "its token is that of another mailbox than its user" in source("session")
    assert f"{ending._WORDS[ending.EXIT_RESIDUE]} ({ending.EXIT_RESIDUE})" in said


# -- target files -----------------------------------------------------------------------------------------------------


class Tenant:
    """The stand-in, a clone with the page's target file, and what a person types there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.written = folder, folder / "written"
        pairs = (line.split("=", 1) for line in (self.written / "target.env").read_text("utf-8").splitlines())
        variables = {name: value.strip("'\"") for name, value in pairs}
        self.base = variables["GRAPH_ROOT"]
        self.people, self.machine, self.hosted = map(self.wrote, ("device-code", "certificate", "federated"))
        (folder / "targets").mkdir()
        for name, source in (
            ("ca.pem", "ca.pem"),
            ("app.local.pem", "app.certificate.pem"),
            ("app-key.local.pem", "app.key.pem"),
            ("build.local.jwt", "app.assertion"),
        ):
            shutil.copy(self.written / source, folder / "targets" / name)
        programs = folder / "programs"
        programs.mkdir()
        for name in ("graphcancel", "pytest"):
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n')
            (programs / name).chmod(0o755)
        self.environ = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "HOME": str(folder),
            "NO_COLOR": "1",
            "GRAPHCANCEL_TOKEN_CACHE": str(folder / "cache"),
            "GRAPH_EXPIRED_TOKEN": variables["GRAPH_EXPIRED_TOKEN"],
        }

    def wrote(self, flow: str) -> dict[str, Any]:
        """What the stand-in's own target file for *flow* says."""
        return tomllib.loads((self.written / f"target.{flow}.toml").read_text("utf-8"))

    def place(self, name: str, text: str) -> Path:
        """Write the page's target file with the stand-in's ids, and where the stand-in is."""
        page = tomllib.loads(text)
        organizer = self.people["actors"]["organizer"]
        ids = {
            page["tenant_id"]: self.people["tenant_id"],
            page.get("client_id", "-"): organizer["client_id"],
            page["actors"]["app"]["client_id"]: self.machine["actors"]["app"]["client_id"],
        }
        if "reader" in page["actors"]:
            ids[page["actors"]["reader"]["client_id"]] = self.people["actors"]["reader"]["client_id"]
        ids |= {value: self.people["resources"][key] for key, value in page.get("resources", {}).items()}
        for placeholder, real in ids.items():
            text = text.replace(f'"{placeholder}"', f'"{real}"')
        where = {"base_url": self.base, "authority": self.people["authority"], "ca_bundle": "ca.pem"}
        lines = "".join(f'{key} = "{value}"\n' for key, value in where.items())
        path = self.folder / name
        path.write_text(lines + re.sub(r"(effect_s|invite_s) = 120", r"\1 = 3", text), "utf-8")
        return path

    def types(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run one line of the page, in the clone."""
        words = [word.replace(TARGET, str(self.folder / TARGET)) for word in shlex.split(line)]
        if words[0] == "pytest":
            words += ["-p", "no:cacheprovider"] + ([] if "-k" in words else ["-k", FEW])
        # Run folders go where the test looks, not into the project's.
        words += ["--runs", str(self.folder / "runs")] if words[1] != "doctor" else []
        return subprocess.run(
            words, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=170, check=False
        )

    def signs_in(self, line: str) -> tuple[int, str, list[str]]:
        """Run a line that asks for sign-ins, and follow each; exit code, what it said, and who was asked."""
        words = [word.replace(TARGET, str(self.folder / TARGET)) for word in shlex.split(line)]
        asked = []
        with subprocess.Popen(
            words, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            assert process.stdout is not None
            for said in process.stderr:
                found = PROMPT.match(said)
                if found:
                    name, place, code = found.groups()
                    asked.append(name)
                    user = "attendee" if name == "attendee" else "organizer"
                    self.post(place, user_code=code, user=f"{user}@contoso.example")
            text = process.stdout.read()
        return process.returncode, text, asked

    def post(self, url: str, **form: str) -> None:
        with self.session() as session:
            assert session.post(url, data=form, timeout=10).status_code == 200

    def state(self) -> str:
        """A digest of all there is."""
        with self.session() as session:
            return str(session.get(f"{self.base}/_mock/state", timeout=10).json()["digest"])

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.written / "ca.pem")
        return session


@pytest.fixture(scope="module")
def tenant(tmp_path_factory) -> Iterator[Tenant]:
    folder = tmp_path_factory.mktemp("clone")
    options = ["--tls", "--auth-port", "0", "--with-parent", str(os.getpid())]
    with serving(["-m", "graphmock", "serve", *options], folder / "written"):
        yield Tenant(folder)


def test_the_target_files_are_read_as_they_stand(tmp_path) -> None:
    """
    Nothing is replaced but what a clone does not have: keys, assertion, variables.
    """
    whole, waived, alone = blocks("toml")
    for name in ("app.local.pem", "app-key.local.pem"):
        kind = "PRIVATE KEY" if "key" in name else "CERTIFICATE"
        (tmp_path / name).write_text(f"-----BEGIN {kind}-----\n")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "build.local.jwt").write_text("an assertion")
    (tmp_path / "people.toml").write_text(whole, "utf-8")
    (tmp_path / "alone.toml").write_text(alone, "utf-8")
    environ = {"GRAPH_EXPIRED_TOKEN": "a-token"}

    people = read_target(str(tmp_path / "people.toml"), environ)
    hosted = read_target(str(tmp_path / "alone.toml"), environ)

    assert set(people.actors) == set(actors.ACTORS)
    assert set(people.resources) == set(targetfile._RESOURCES)
    assert people.actors["app"].flow == "certificate"
    assert {actor.flow for actor in hosted.actors.values()} == {"none", "federated"}
    assert not people.notes
    assert set(tomllib.loads(waived)["waived"]) <= set(targetfile._RESOURCES)


def test_the_examples_git_is_to_ignore_are_ignored() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()

    for pattern in re.findall(r"`(\*\.local\.\w+)`", TEXT):
        assert f"targets/{pattern}" in ignored


# -- followed ---------------------------------------------------------------------------------------------------------


def test_from_the_target_file_to_the_sweep(tenant) -> None:
    """
    Each line of ours in its order: the doctor asks three times, runs hold, nothing is left.
    """
    tenant.place(TARGET, blocks("toml")[0])
    lines = [line for block in blocks("sh") for line in block.splitlines() if line]
    assert {line.split()[0] for line in lines} == {"graphcancel", "pytest"}
    before = tenant.state()

    code, said, asked = tenant.signs_in(lines[0])
    again = tenant.types(lines[0])

    assert asked == ["organizer", "attendee", "reader"]
    last = said.splitlines()[-1]
    assert last.startswith("ready: "), said
    assert f"{last}\n" in blocks("text")
    assert (code, again.returncode) == (0, 0), again.stdout
    assert "open https" not in again.stderr, "a sign-in lasts"
    plan = re.search(r"requests +(\d+),.*\n.*\n +mails +(\d+):", said)
    assert plan
    told = " ".join(TEXT.split())
    assert f"about {round(int(plan[1]), -1)} requests" in told
    assert f"some {round(int(plan[2]), -1)} messages" in told
    files = [path for path in (tenant.folder / "cache").iterdir() if path.suffix == ".json"]
    assert len(files) == 2, "one for each registration people sign in to"
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}

    for line in lines[1:]:
        done = tenant.types(line)
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
        ends = "nothing is" if line.startswith("graphcancel") else "holds (exit 0)"
        assert ends in done.stdout
    assert len(list((tenant.folder / "runs").iterdir())) == sum(line.startswith("pytest") for line in lines)
    assert tenant.state() == before


def test_an_app_alone_can_end_well(tenant) -> None:
    """
    The second target file: what takes a person is waived, and nothing else stays unjudged.
    """
    path = tenant.place("targets/alone.toml", blocks("toml")[2])
    before = tenant.state()

    done = subprocess.run(
        [sys.executable, "-m", "pytest", f"--target={path}", "--runs", str(tenant.folder / "alone"), "-n", "2", "-p", "no:cacheprovider"],
        cwd=ROOT, env=tenant.environ, capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-3000:]
    assert "holds (exit 0)" in done.stdout
    waived = {
        name for name, _ in re.findall(r"waived, (?:so not|and) judged(?: all the same in \d+ cases?)?: (\S+): (.*)", done.stdout)
    }  # fmt: skip
    assert waived == set(tomllib.loads(blocks("toml")[2])["waived"])
    assert tenant.state() == before


def test_a_killed_run_is_swept_as_the_page_says(tenant) -> None:
    tenant.place(TARGET, blocks("toml")[0])
    if not (tenant.folder / "cache").is_dir():
        tenant.signs_in(f"graphcancel doctor {TARGET}")
    before = tenant.state()
    runs = tenant.folder / "runs"
    shutil.rmtree(runs, ignore_errors=True)
    command = ["pytest", f"--target={tenant.folder / TARGET}", "--runs", str(runs), "-p", "no:cacheprovider", "-q"]
    for _ in range(5):
        with subprocess.Popen(
            [*command, "-k", "event-cancel.v1.0"], cwd=ROOT, env=tenant.environ, stdout=subprocess.DEVNULL
        ) as run:
            while tenant.state() == before:
                assert run.poll() is None, "the run ended before anybody saw something of it"
                time.sleep(0.02)
            run.kill()
        # What was seen may have been a case that was just clearing up after itself.
        if tenant.state() != before:
            break
    assert tenant.state() != before

    dry, wet = (tenant.types(line) for line in blocks("sh")[-1].splitlines())

    assert (dry.returncode, wet.returncode) == (12, 0), dry.stdout + wet.stdout
    assert "would remove" in dry.stdout
    assert wet.stdout.endswith("nothing is left\n")
    assert tenant.state() == before


# -- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "conditions"),
    [
        (
            "username-password",
            ("mailbox-disabled", "no-bookings-licence", "organizer-not-in-group", "clock-hour-ahead"),
        ),
        ("username-password", ("app-policy", "stranger-in-group", "stranger-on-staff")),
        ("username-password", ("app-without-mail",)),
        ("username-password", ("secret-expired",)),
        ("username-password", ("mfa-required",)),
        ("certificate", ("certificate-unknown", "account-disabled")),
        ("certificate", ("consent-revoked",)),
        ("certificate", ("conditional-access",)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value,
)
def test_the_doctor_says_what_the_page_knows_a_remedy_for(tmp_path, file: str, conditions: tuple[str, ...]) -> None:
    """
    As many lines of its table as the tenant has troubles.
    """
    options = [word for name in conditions for word in ("--vary", name)]
    command = ["-m", "graphmock", "serve", "--tls", "--auth-port", "0", "--with-parent", str(os.getpid()), *options]
    with serving(command, tmp_path / "t"):
        pairs = (line.split("=", 1) for line in (tmp_path / "t" / "target.env").read_text("utf-8").splitlines())
        environ = os.environ | {name: value.strip("'\"") for name, value in pairs} | {"NO_COLOR": "1"}
        command = [sys.executable, "-m", "graphcancel", "doctor", str(tmp_path / "t" / f"target.{file}.toml")]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=100, check=False)
    shown = done.stdout + done.stderr
    met = [
        said
        for said, _ in rows("it says", "remedy")
        if re.search(".*".join(map(re.escape, re.split(r"\*[^*]+\*", said))), shown)
    ]

    assert len(met) >= len(conditions), shown


# -- permissions ------------------------------------------------------------------------------------------------------


def test_the_permissions_of_the_page_are_enough(tmp_path) -> None:
    """
    A tenant that grants what the table says and no more: everything is judged, and holds.
    """
    granted: dict[str, set[str]] = {"people": set(), "reader": set(), "app": set()}
    for name, _, who in permissions():
        for one in re.findall("people|reader|app", who.partition(", only")[0]):
            granted[one].add(name)
    granted["people"] -= {"Mail.ReadWrite"}
    server = tmp_path / "tenant.py"
    sets = {"DELEGATED": "people", "READER": "reader", "APPLICATION": "app"}
    patch = "".join(f"tokens.{name} = frozenset({sorted(granted[who])})\n" for name, who in sets.items())
    server.write_text(
        f"import sys\nfrom graphmock import tokens\n{patch}from graphmock.__main__ import main\nsys.exit(main())\n",
        "utf-8",
    )
    options = ["serve", "--tls", "--auth-port", "0", "--with-parent", str(os.getpid())]
    with serving([str(server), *options], tmp_path / "t") as described:
        pairs = (line.split("=", 1) for line in (tmp_path / "t" / "target.env").read_text("utf-8").splitlines())
        environ = os.environ | {name: value.strip("'\"") for name, value in pairs} | {"NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", f"--target={tmp_path / 't' / 'target.username-password.toml'}",
             "--runs", str(tmp_path / "runs"), "-n", "2", "-p", "no:cacheprovider",
             "-k", "event-cancel.v1.0 or bookingappointment-cancel.v1.0 or conventions"],
            cwd=ROOT, env=environ, capture_output=True, text=True, timeout=170, check=False,
        )  # fmt: skip
        assert described.base_url
    (file,) = (tmp_path / "runs").glob("*/run.jsonl")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    assert done.returncode == 0, done.stdout[-3000:]
    assert [line["id"] for line in lines if line.get("verdict") == "inconclusive"] == []
    assert sum(line["kind"] == "case" for line in lines) == 253
