"""
Nothing that a target holds back from strangers is in anything the suite writes.

The target of these tests strews its answers with words nobody else uses (`tainting`). The suite is run against it in
every way that makes it talk, and made to crash; then everything it wrote is searched (`searching`).
"""

from __future__ import annotations

import base64
import functools
import gzip
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from crashing import ENDINGS, FIRST
from harness import ROOT, serving
from searching import PART, Searcher
from tainting import BUSY, CANARY, JWT_BEGINS, PERMISSIONS, REQUEST_ID, TALKATIVE, WAYS, Gate

CASES = (
    f"{FIRST}]",
    "event-cancel.v1.0/me.events/attendee/pascal/own-copy]",
    "event-cancel.v1.0/me.events/organizer/pascal/no-token]",
    "event-cancel.v1.0/me.calendar.events/organizer/camel]",
    "event-cancel.v1.0/me.calendars.events/organizer/camel]",
    "event-cancel.v1.0/users-upn.calendar.events/organizer/camel]",
    "event-cancel.v1.0/users-upn.calendars.events/organizer/camel]",
    "event-cancel.v1.0/users-id.events/app/pascal/app-only]",
    "event-cancel.v1.0/users-id.events/attendee/pascal/organizers-path]",
    "event-cancel.v1.0/groups.events/organizer/camel]",
    "event-cancel.beta/me.events/attendee/pascal/own-copy]",
    "event-cancel.beta/me.calendar.events/organizer/empty]",
    "event-cancel.beta/users-upn.calendar.events/organizer/camel]",
    "event-cancel.stub/me.events/organizer/pascal]",
    "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message]",
    "bookingappointment-cancel.stub/bookingBusinesses.appointments/organizer/message]",
    "graph-conventions/v1.0.me.events/organizer/pascal/expired-token]",
    "graph-conventions/v1.0.me.events/reader/pascal/read-only]",
    "graph-conventions/v1.0.me.events/organizer/pascal/batch]",
    "graph-conventions/v1.0.me.events/organizer/wrong-type]",
)
LOUD = ("-vv", "-rA", "--tb=long", "--showlocals", "--full-trace", "--xfail-tb", "--durations=9", "--setup-show",
        "--log-file-level=DEBUG", "-p", "crashing", "-o", "junit_logging=all", "-o", "log_level=DEBUG", "-o", "log_cli=true")  # fmt: skip
# A word in a name of its own is the user's to choose: it names the folder of the run and of the recording.
NAME = "strewn"


@dataclass
class Tenant:
    """The gate, the target file that leads there, and what the commands of the suite are started with."""

    gate: Gate
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, *command: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start ``python -m`` *command*; what it says goes into files of the folder *name*."""
        place = self.folder / name
        place.mkdir()
        with (place / "stdout").open("wb") as told, (place / "stderr").open("wb") as complained:
            return subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=self.environ | environ, stdout=told, stderr=complained
            )

    def pytest(self, name: str, *options: str, target: str = "", **environ: str) -> subprocess.Popen[bytes]:
        """Start a run whose every file goes into the folder *name*."""
        place = self.folder / name
        return self.start(
            name, "pytest", "tests/contract", f"--target={target or self.folder / 'target.toml'}", *LOUD,
            f"--runs={place / 'runs'}", f"--basetemp={place / 'temp'}", f"--junitxml={place / 'junit.xml'}",
            f"--log-file={place / 'log'}", "-o", f"cache_dir={place / 'cache'}",
            *options, **environ,
        )  # fmt: skip

    def said(self, name: str) -> str:
        """What was said on the terminal in *name*."""
        return "".join((self.folder / name / stream).read_text(errors="replace") for stream in ("stdout", "stderr"))

    def ended(self, name: str, process: subprocess.Popen[bytes], statuses: set[int]) -> str:
        """Wait until *process* has ended as it should, and return what it said."""
        status = process.wait(120)
        said = self.said(name)
        assert status in statuses, said[-3000:]
        return said


TARGET = """\
name = "{name}"
base_url = "{url}"
authority = "{authority}"
ca_bundle = "ca.pem"
tenant_id = "{tenant}"
client_id = "{client}"
writable = ["{organizer}", "{attendee}", "{second}"]

[actors.organizer]
user = "{organizer}"
flow = "token"
token_env = "GRAPH_ORGANIZER_TOKEN"
expired_token_env = "GRAPH_EXPIRED_TOKEN"

[actors.attendee]
user = "{attendee}"
flow = "token"
token_env = "GRAPH_ATTENDEE_TOKEN"

[actors.app]
flow = "client-secret"
secret_env = "GRAPH_APP_SECRET"

[actors.reader]
user = "{organizer}"
flow = "username-password"
password_env = "GRAPH_READER_PASSWORD"

[resources]
group = "{group}"
booking_business = "{business}"
booking_service = "{service}"

[roots]
"event-cancel.stub" = "{url}/{another}"

[patience]
effect_s = 0.3
invite_s = 0.3
read_s = 10

[waived]
"effect.only-this-event" = "ask {second} about the licence"
"""
# Where the suite runs, the name of the gate's host is known.
HOSTS = """\
import socket
found = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: found("127.0.0.1" if host == {host!r} else host, *rest, **named)
"""


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    folder, behind = tmp_path_factory.mktemp("strewn"), tmp_path_factory.mktemp("mock")
    with serving(["-m", "graphmock", "serve", "--with-parent", str(os.getpid())], behind) as mock:
        pairs = (line.split("=", 1) for line in (behind / "target.env").read_text().splitlines())
        given = {name: value.strip("'\"") for name, value in pairs}
        real = {name: mock.writable[place] for place, name in enumerate(("organizer", "attendee", "second"))}
        real |= {"group": given["GROUP_ID"], "business": given["BUSINESS_ID"], "service": given["SERVICE_ID"]}
        real |= {f"id of the {name}": _identity(mock, real[name]) for name in ("organizer", "attendee", "second")}
        tokens = {
            name: given[f"GRAPH_{name.upper()[:-8]}_TOKEN"]
            for name in ("organizer's token", "attendee's token", "app's token")
        }
        tokens["expired token"] = given["GRAPH_EXPIRED_TOKEN"]
        gate = Gate(mock.base_url, tokens, real, folder)
        words = {
            name: CANARY[name]
            for name in ("tenant", "client", "organizer", "attendee", "second", "group", "business", "service")
        }
        (folder / "target.toml").write_text(
            TARGET.format(
                name=NAME, url=gate.url, authority=gate.authority, another=CANARY["path of another root"], **words
            )
        )
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(HOSTS.format(host=gate.host))
        environ = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT / "src"), str(ROOT / "tests" / "meta")]),
            "GRAPH_ORGANIZER_TOKEN": CANARY["organizer's token"],
            "GRAPH_ATTENDEE_TOKEN": CANARY["attendee's token"],
            "GRAPH_EXPIRED_TOKEN": CANARY["expired token"],
            "GRAPH_APP_SECRET": CANARY["secret"],
            "GRAPH_READER_PASSWORD": CANARY["password"],
            "NO_PROXY": "*",
            "COLUMNS": "400",
        }
        yield Tenant(gate, folder, environ)
        gate.close()


def _identity(mock, mailbox: str) -> str:
    """The object id of *mailbox*."""
    request = urllib.request.Request(
        f"{mock.base_url}/v1.0/users/{mailbox}", headers={"Authorization": f"Bearer {mock.actors['app'].token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["id"])


CRASHES: Mapping[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    # what crashes: exit status, options, what is said of it
    "cases": (
        1,
        ("-k", " or ".join(f"{case}]" for case in ENDINGS), "--record-mode=rewrite", "--debug={}/debug", "-s"),
        tuple(f"our own fault: {kind}" for kind in sorted(set(ENDINGS.values()))),
    ),
    "lines": (3, ("-k", CASES[0]), ("our own fault: RuntimeError", "in _fail")),
    "interrupted": (2, ("-k", CASES[0]), ("KeyboardInterrupt",)),
    "workers": (
        3,
        ("-k", " or ".join(CASES[:3]), "-n", "2", "--debug={}/debug"),
        ("crashed worker", "our own fault: RuntimeError", "in _fail"),
    ),
}
REPLAYS = ("played", "played by the library")
RUNS = ("recorded", "by two", *CRASHES, *REPLAYS, "doctor", "doctor in words", "sweep", "nobody there")


@pytest.fixture(scope="module")
def said(tenant: Tenant) -> Mapping[str, str]:
    """Everything the suite can be made to do, and what each says on the terminal."""
    folder, target = tenant.folder, str(tenant.folder / "target.toml")
    cassettes = f"--cassettes={folder / 'recorded' / 'cassettes'}"
    nobody = folder / "nobody.toml"
    elsewhere = re.sub(r":[0-9]+/", ":1/", tenant.gate.url)
    nobody.write_text(Path(target).read_text().replace(tenant.gate.url, elsewhere))

    def crashed(name: str) -> str:
        status, options, _ = CRASHES[name]
        place = folder / name
        given = [f"--cassettes={place / 'cassettes'}", *(option.format(place) for option in options)]
        return tenant.ended(name, tenant.pytest(name, *given, CRASH=name), {status})

    def ran(name: str, *options: str, status: int = 1, target: str = "") -> str:
        return tenant.ended(name, tenant.pytest(name, *options, target=target), {status})

    def command(name: str, *words: str, statuses: set[int]) -> str:
        return tenant.ended(name, tenant.start(name, "graphcancel", *words), statuses)

    few = ("-k", "event-cancel.v1.0/me.events")
    replay = f"replay:{NAME}"
    # What takes longest first; what comes last needs what was recorded, or what was left.
    first = {
        "recorded": lambda: ran("recorded", "-k", " or ".join(CASES), "--record-mode=rewrite", cassettes),
        "by two": lambda: ran("by two", "-k", " or ".join(CASES[:14]), "-n", "2", "-s"),
        **{name: functools.partial(crashed, name) for name in CRASHES},
        "doctor": lambda: command("doctor", "doctor", target, "--json", *few, statuses={0, 10, 12}),
    }
    last = {
        "played": lambda: ran("played", cassettes, target=replay),
        "played by the library": lambda: ran("played by the library", cassettes, "--record-mode=none", target=replay),
        "doctor in words": lambda: command("doctor in words", "doctor", target, *few, statuses={0, 10, 12}),
        "sweep": lambda: command("sweep", "sweep", target, "--runs", str(folder / "workers" / "runs"), statuses={0}),
        "nobody there": lambda: ran("nobody there", *few, status=4, target=str(nobody)),
    }
    found: dict[str, str] = {}
    for work in (first, last):
        with ThreadPoolExecutor(2) as pool:
            found |= {name: one.result() for name, one in {n: pool.submit(deed) for n, deed in work.items()}.items()}
    return found


def verdicts(place: Path) -> dict[str, str]:
    """Case id to verdict of the one run below *place*."""
    (file,) = place.glob("runs/*/run.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {line["id"]: line["verdict"] for line in lines if line["kind"] == "case"}


# -- the test's own means ------------------------------------------------------------------------------------------

WORD = "Zq7xKpW3vJt9mRbD"
GZIPPED = gzip.compress(f"before {WORD} after".encode())


@pytest.mark.parametrize(
    "written",
    [
        *(f"x {word} y" for word in (WORD, WORD.lower(), WORD.upper(), WORD[3 : 3 + PART])),
        *(base64.b64encode(f"{'-' * by}{WORD}=".encode()).decode() for by in range(3)),
        *(f"aA{base64.urlsafe_b64encode(f'{chr(0x7FF) * by}{WORD}'.encode()).decode().rstrip('=')}" for by in range(3)),
        "".join(f"%{ord(letter):02x}" for letter in WORD),
        quote("".join(f"%{ord(letter):02X}" for letter in WORD)),
        WORD.encode().hex(),
        "f" + WORD.encode().hex().upper(),
        "".join(f"\\u{ord(letter):04x}" for letter in WORD),
        "".join(f"&#{ord(letter)};" for letter in WORD),
        base64.b64encode(GZIPPED).decode(),
        quote(base64.b64encode(base64.b64encode(WORD.encode())).decode()),
        GZIPPED.hex(),
        functools.reduce(lambda packed, _: base64.b64encode(packed), range(5), GZIPPED).decode(),
    ],
    ids=range(20),
)
def test_a_word_is_found_however_it_is_wrapped_up(written):
    assert Searcher({"word": WORD}).found(f"first\n  {written}\nlast".encode()) == {"word"}


def test_a_word_is_found_among_bytes_and_not_where_it_is_not():
    searcher = Searcher({"word": WORD, "foreign": CANARY["text"], "token": CANARY["challenge"]}, (JWT_BEGINS,))

    assert searcher.found(b"\x00\xff" + GZIPPED + b"\x00") == {"word"}
    assert searcher.found(json.dumps({"a": CANARY["text"].upper()}).encode()) == {"foreign"}
    assert searcher.found(f"{WORD[: PART - 1]} {WORD[::-1]} {JWT_BEGINS}".encode()) == set()
    assert searcher.found(base64.b64encode(json.dumps({"token": CANARY["challenge"]}).encode())) == {"token"}


def test_a_text_too_deep_to_be_decoded_is_decoded_where_it_comes_again():
    """
    Many wrappings down nothing more is decoded, and the same text less deep is not taken for clean from then on.
    """
    wrapped = [WORD.encode()]
    for _ in range(6):
        wrapped.append(base64.b64encode(wrapped[-1]))
    searcher = Searcher({"word": WORD})

    assert searcher.found(wrapped[6]) == set()
    assert [searcher.found(text) for text in wrapped[5::-1]] == [{"word"}] * 6


def test_every_word_was_there_to_be_written(tenant, said):
    given = (tenant.folder / "target.toml").read_text() + " ".join(tenant.environ.values()) + tenant.gate.authority

    assert [name for name in CANARY if name not in tenant.gate.told and CANARY[name] not in given] == ["permission"]
    assert Searcher({"permission": CANARY["permission"]}).found(CANARY["app's token"].encode())
    assert len(CANARY) >= 50
    assert {*WAYS, BUSY, TALKATIVE} <= tenant.gate.served.keys()


# -- what the suite writes -----------------------------------------------------------------------------------------


def test_cases_end_in_every_way(tenant, said):
    assert {*verdicts(tenant.folder / "recorded").values()} == {"pass", "fail", "inconclusive", "observed"}
    assert {"error"} <= {*verdicts(tenant.folder / "cases").values()}
    assert "xfailed" in said["recorded"]
    assert "not recorded: an answer was lost" in said["recorded"]
    assert "cannot sign in" in said["doctor in words"]


@pytest.mark.parametrize("name", REPLAYS)
def test_a_replay_says_what_was_said(name, tenant, said):
    recorded = verdicts(tenant.folder / "recorded")
    played = verdicts(tenant.folder / name)

    assert played == {case: recorded[case] for case in played}
    assert len(played) == len(CASES) - 1, "all but the one whose answer was lost"


@pytest.mark.parametrize("name", CRASHES)
def test_a_crash_is_told_by_its_kind_and_place(name, said):
    assert [text for text in CRASHES[name][2] if text not in said[name]] == []


# What each run writes, by pattern, and what stands in it, so that there is something to search: the id of a case it told,
# and what pytest says only where it is to say much. Of the log there is a file and no more: while a case is told,
# libraries log nothing.
PYTEST: Mapping[str, tuple[str, ...]] = {
    "stdout": (f" -- {sys.executable}\n", f"{FIRST}]"),
    "junit.xml": (f"{FIRST}]",),
    "runs/*/run.jsonl": (f'"{FIRST}"', '"kind": "case"'),
    "log": (),
}
LEDGER: Mapping[str, tuple[str, ...]] = {"runs/*/ledger.jsonl": ('"create"',)}
DEBUGGED: Mapping[str, tuple[str, ...]] = {"debug": (f"{FIRST}]",)}
RECORDED: Mapping[str, tuple[str, ...]] = {
    f"cassettes/{NAME}/{case}.yaml": (f'"{case}"', '"interactions"')
    for case in (FIRST, "event-cancel.v1.0/me.events/attendee/pascal/own-copy")
}
WRITTEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "recorded": {**PYTEST, **LEDGER, **RECORDED, f"cassettes/{NAME}/recording.json": (f'"{FIRST}"',)},
    "by two": {**PYTEST, **{f"runs/*/ledger-w00{worker}.jsonl": ('"create"',) for worker in (1, 2)}},
    "cases": {
        **PYTEST,
        **LEDGER,
        **DEBUGGED,
        f"cassettes/{NAME}/event-cancel.stub/me.events/organizer/pascal.yaml": ('"interactions"',),
    },
    # These end before a line of a case is written.
    "lines": {**PYTEST, **LEDGER, "runs/*/run.jsonl": ('"kind": "header"',)},
    "interrupted": {**PYTEST, **LEDGER, "runs/*/run.jsonl": ('"kind": "header"',), "junit.xml": ("<testsuite ",)},
    "workers": {
        **PYTEST,
        **DEBUGGED,
        "stderr": (f"{FIRST}]",),
        "runs/*/run.jsonl": ('"kind": "header"',),
        **{f"runs/*/ledger-w00{worker}.jsonl": ('"kind": "header"',) for worker in (1, 2)},
    },
    "played": PYTEST,
    "played by the library": PYTEST,
    "doctor": {"stdout": (f'"target": "{NAME}"', '"mailbox": "organizer"')},
    "doctor in words": {"stdout": (f"target {NAME}", "\nmailboxes\n")},
    "sweep": {"stdout": (f"target {NAME}", "nothing is left")},
    "nobody there": {"stderr": ("connection refused",)},
}


@pytest.mark.parametrize("name", RUNS)
def test_there_is_something_to_search(name, tenant, said):
    place = tenant.folder / name
    lacking = []
    for pattern, words in WRITTEN[name].items():
        texts = [path.read_text(encoding="utf-8") for path in place.glob(pattern)]
        lacking += [pattern] if not texts else []
        lacking += [(pattern, word) for word in words for text in texts if word not in text]
    assert lacking == []


# What may be shown, by the run and the file: names of words, and why.
SHOWN: Mapping[tuple[str, str], frozenset[str]] = {
    # Bad input ends with a line that names what the user wrote and has to correct: the root.
    ("nobody there", "stderr"): frozenset({"host", "path of the root"}),
}
# A request's id is evidence, for whoever asks the service's owner what happened: in a case's line, and where pytest
# was asked to show every object its processes hand on (--debug).
EVIDENCE = re.compile(rb"""(["'])request_id\1: (["'])%s\2""" % REQUEST_ID.encode())
# The reports show it as well, and so does the text of a finding.
REPORTED = {name: frozenset({"request id"}) for name in ("junit.xml", "report.html", "stdout")}
EVIDENT = frozenset({*((name, "run.jsonl") for name in ("recorded", "by two", *CRASHES)), ("workers", "stderr")})


@pytest.mark.parametrize("name", ["recorded", "by two"])
def test_a_request_s_id_is_evidence(name, tenant, said):
    """
    It is on file where it is wanted, as it is not elsewhere.
    """
    (file,) = (tenant.folder / name).glob("runs/*/run.jsonl")
    assert len(EVIDENCE.findall(file.read_bytes())) >= 10


@pytest.mark.parametrize("name", RUNS)
def test_no_word_is_in_anything_that_was_written(name, tenant, said):
    searcher = Searcher(CANARY | {"request id": REQUEST_ID}, (JWT_BEGINS, PERMISSIONS))
    place = tenant.folder / name
    files = [path for path in place.rglob("*") if path.is_file()]

    found = {}
    for path in files:
        data = path.read_bytes()
        data = EVIDENCE.sub(b"", data) if (name, path.name) in EVIDENT else data
        words = searcher.found(data) | searcher.found(str(path.relative_to(place)).encode())
        shown = SHOWN.get((name, path.name), frozenset())
        assert shown <= words, "what may be shown is"
        if words - shown - REPORTED.get(path.name, frozenset()):
            found[str(path.relative_to(place))] = sorted(words - shown)
    assert found == {}
