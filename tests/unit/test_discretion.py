"""What pytest is kept from showing of a run: an exception's words, the values in its frames, what libraries log."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
from inside_pytest import HELD, ONE, SUPERSEDED, outcome, project, raising, told

from graphcancel import __main__, given
from graphcancel.by_hand import _root
from graphcancel.discretion import silenced
from graphcancel.disguise import stand_in
from graphcancel.doctor import _actor

__all__ = ["outcome", "project"]

pytest_plugins = ["pytester"]

ADDRESS = "ada@contoso.example"
LOUD = ("--full-trace", "--showlocals", "--xfail-tb", "-vv", "-rA", "--junitxml=junit.xml", "--debug=debug.txt",
        "--log-file=log.txt", "--log-file-level=DEBUG", "-o", "junit_logging=all")  # fmt: skip


def written() -> str:
    """What the run wrote beside what it said."""
    return "".join(Path(name).read_text(encoding="utf-8") for name in ("junit.xml", "debug.txt", "log.txt"))


def crashing(error: BaseException):
    def finish(look):
        users = {ADDRESS: look}
        raise error.with_traceback(None) from LookupError(users)

    return finish


@pytest.mark.parametrize("error", [KeyError(ADDRESS), ExceptionGroup(ADDRESS, [OSError(ADDRESS)])])
def test_a_crash_of_the_run_is_told_by_kind_and_place(error, outcome):
    found, _ = outcome(told(HELD), *LOUD, finish=crashing(error))
    said = found.stdout.str() + found.stderr.str()

    assert found.ret == 3
    assert f"our own fault: {type(error).__name__}" in said
    assert "in finish" in said
    assert ADDRESS not in said + written()


def test_an_interrupt_shows_nothing_of_what_it_interrupted(outcome):
    found, _ = outcome(told(HELD), *LOUD, finish=crashing(KeyboardInterrupt(ADDRESS)))

    assert found.ret == 2
    assert "KeyboardInterrupt" in found.stdout.str()
    assert ADDRESS not in found.stdout.str() + found.stderr.str() + written()


def test_a_plugin_or_the_debugger_may_end_the_run(outcome, pytester):
    pytester.makepyfile(
        quitting="import pytest\ndef pytest_runtest_setup(item):\n    pytest.exit('enough', returncode=7)"
    )
    pytester.syspathinsert()
    found, _ = outcome(told(HELD), "-p", "quitting")

    assert found.ret == 7
    assert "Exit: enough" in found.stdout.str()
    assert "our own fault" not in found.stdout.str() + found.stderr.str()


@pytest.mark.parametrize("marker", [ONE, SUPERSEDED])
def test_a_crash_of_a_case_shows_nothing_in_any_report(marker, outcome):
    found, _ = outcome(raising(KeyError(ADDRESS)), *LOUD, marker=marker)

    assert "our own fault: KeyError" in found.stdout.str()
    assert ADDRESS not in found.stdout.str() + found.stderr.str() + written()


def test_what_was_excused_has_no_traceback(outcome):
    found, _ = outcome(
        told(HELD.__class__("response.status", False, "202", "204")), "--xfail-tb", "-l", marker=SUPERSEDED
    )

    found.assert_outcomes(xfailed=5)
    assert "Traceback" not in found.stdout.str()
    assert "request = <" not in found.stdout.str()


def test_what_libraries_log_during_a_case_is_nowhere(outcome, monkeypatch):
    def tell(case):
        logging.getLogger("vcr.cassette").critical("Appending request %s", ADDRESS)
        yield from ()
        return (yield from told(HELD)(case))

    found, _ = outcome(tell, *LOUD)

    found.assert_outcomes(passed=4)
    assert ADDRESS not in found.stdout.str() + written()


def test_a_crash_while_the_target_is_read_shows_no_secret(project, monkeypatch):
    def read(written, secrets):
        held = {ADDRESS: written}
        raise KeyError(held)

    monkeypatch.setattr(given, "read_target", read)
    found = project("--target=https://graph.example", *LOUD)

    assert found.ret == 3
    assert "our own fault: KeyError" in found.stdout.str() + found.stderr.str()
    assert ADDRESS not in found.stdout.str() + found.stderr.str()


def test_a_crash_of_a_command_is_told_by_kind_and_place(monkeypatch, capsys):
    def crash(arguments):
        raise KeyError(ADDRESS)

    monkeypatch.setattr(__main__, "_cases", crash)

    assert __main__.main(["cases"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("graphcancel: our own fault: KeyError\n")
    assert "in crash" in said.err
    assert ADDRESS not in said.out + said.err


def test_the_projects_own_tests_are_shown_in_full(pytester, project):
    pytester.makeconftest('pytest_plugins = ["graphcancel.plugin"]')
    pytester.makepyfile(
        test_own="import logging\ndef test_it():\n    logging.warning('words')\n    assert {'ada': 1} == {}"
    )
    found = pytester.runpytest_inprocess(
        "-p", "no:recording", "-p", "no:cacheprovider", "--target=https://graph.example", "test_own.py"
    )

    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["*assert {'ada': 1} == {}*", "*words*"])


def test_logging_goes_on_afterwards():
    before = logging.root.manager.disable
    with silenced():
        assert not logging.getLogger("any").isEnabledFor(logging.CRITICAL)
    assert logging.root.manager.disable == before


ROOTS = [
    ("", "", "$GRAPH_ROOT"),
    ("/draft", "/draft", "$GRAPH_ROOT/draft"),
    ("/contoso-nightly", "/root-1", "$CONTRACT_ROOT"),
    ("/draft/contoso", "/root-1", "$CONTRACT_ROOT"),
    ("draft", "/root-1", "$CONTRACT_ROOT"),
]


@pytest.mark.parametrize(("below", "recorded", "shown"), ROOTS)
def test_of_a_root_only_literals_of_the_api_are_shown(below, recorded, shown, describe):
    base = "https://graph.contoso.example"
    described = describe(base_url=base, roots={"event-cancel.stub": base + below})
    found = stand_in(described, {"users": {}, "since": None}, [], [], None)

    assert found.description.roots == {"event-cancel.stub": f"https://graph.example{recorded}"}
    assert "contoso" not in json.dumps(dict(found.description.roots))
    assert _root(base + below, base) == shown


def test_of_permissions_only_those_of_microsoft_are_named():
    sign_in = SimpleNamespace(
        granted=lambda _: frozenset({"Mail.Read", "Contoso.Secret"}), token=lambda _: "t", trouble=lambda _: None
    )
    target = SimpleNamespace(
        sign_in=sign_in, description=SimpleNamespace(actors={"app": SimpleNamespace(flow="token")})
    )
    found = _actor(target, SimpleNamespace(needs={}), "app")

    assert (found["granted"], found["unlisted"]) == (["Mail.Read"], 1)
    assert "Contoso" not in json.dumps(found)
