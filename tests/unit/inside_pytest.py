"""The suite inside a pytest of its own, with stories told as a test gives them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_run import call

from graphcancel import given, plugin, suite
from graphcancel.evidence import Finding
from graphcancel.record import Record
from graphcancel.runfile import RunFile
from graphcancel.verdict import conclude

CONTRACTS = Path(__file__).parents[2] / "contracts"
QUIET = ("-p", "no:schemathesis", "-p", "no:recording", "-p", "no:cacheprovider", "-p", "no:randomly")
ONE = '@pytest.mark.cases(contract="event-cancel.v1.0", family="me", body="empty", circumstance=None)'
SUPERSEDED = ONE.replace("event-cancel.v1.0", "event-cancel.beta-2021")
SHAPES = 4  # routes under /me of that page
TEST = """\
import pytest

{marker}
def test_it(case, verdict):
    assert verdict.passed, case.id
"""


@pytest.fixture
def project(pytester, monkeypatch, contracts, all_cases):
    """Make a folder with the plugin, the contracts and one test, and run pytest in it."""
    monkeypatch.setattr(plugin, "_CURRENT", {})
    # reading them anew for each run would take longer than the run
    monkeypatch.setattr(given, "load_contracts", lambda *_: contracts)
    monkeypatch.setattr(given, "build_cases", lambda *_: all_cases)
    for name in ("ORGANIZER", "ATTENDEE"):
        monkeypatch.setenv(f"GRAPH_{name}_TOKEN", f"{name.lower()}-token")
        monkeypatch.setenv(f"GRAPH_{name}_USER", f"{name.lower()}@contoso.example")
    (pytester.path / "contracts").symlink_to(CONTRACTS)
    pytester.makeconftest('pytest_plugins = ["graphcancel.plugin"]')

    def run(*arguments: str, marker: str = ONE):
        pytester.makepyfile(TEST.format(marker=marker))
        return pytester.runpytest_inprocess(*QUIET, *arguments, no_reraise_ctrlc=True)

    return run


HELD = Finding("response.status", True, "202", "202")
BROKEN = Finding("response.status", False, "202", "204")


def told(*findings: Finding, sent: bool = True):
    def tell(case):
        yield from ()
        return Record(case, conclude(findings, sent=sent), (call(),))

    return tell


def raising(error: Exception):
    def tell(case):
        yield from ()
        raise error

    return tell


@pytest.fixture
def outcome(project, pytester, monkeypatch):
    """Run the test with stories told as given; the result and the lines of run.jsonl."""
    opened: list[RunFile] = []

    def run(tell, *arguments: str, marker: str = ONE, left=(), late=(), known: str = "", finish=None, troubles=()):
        session = SimpleNamespace(
            stories=SimpleNamespace(tell=tell, is_watched=lambda case: any(case.id == item.case.id for item in late)),
            contact={},
            target=SimpleNamespace(
                counts={"requests": 7}, sign_in=SimpleNamespace(troubles=lambda: list(troubles), notes=[])
            ),
            finish=finish or (lambda look: (list(late), left)),
            close=lambda: None,
            stage=SimpleNamespace(leads=True, booked=False),
            width=lambda: 1,
        )
        monkeypatch.setattr(suite, "open_session", lambda *_, **__: session)
        if known:
            (pytester.path / "deviations").mkdir(exist_ok=True)
            (pytester.path / "deviations" / "graph.example.toml").write_text(known, encoding="utf-8")
        monkeypatch.setattr(suite, "RunFile", lambda *given: opened.append(RunFile(*given)) or opened[-1])
        found = project("--target=https://graph.example", "--runs=runs", *arguments, marker=marker)
        files = sorted(pytester.path.glob("runs/*/run.jsonl"))
        return found, [json.loads(line) for line in files[-1].read_text("utf-8").splitlines()] if files else []

    yield run
    for item in opened:
        item._file.close()
