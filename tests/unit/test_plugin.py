"""The suite inside pytest: which cases a test gets, what a verdict becomes, how a run ends."""

from __future__ import annotations

import itertools
import shutil
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from inside_pytest import BROKEN, HELD, ONE, SHAPES, SUPERSEDED, outcome, project, raising, told

from graphcancel import concluding, plugin
from graphcancel.errors import ProvisionError, RunError
from graphcancel.evidence import Finding
from graphcancel.record import Record
from graphcancel.reports import RENDERERS
from graphcancel.selection import SUITE
from graphcancel.verdict import conclude

__all__ = ["outcome", "project"]

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("nowhere", "--target nowhere: no such target"),
        ("nowhere.toml", "nowhere.toml: no such file"),
        ("http://graph.example", "plain http"),
        ("replay", "cassettes/mock: no such recording; there is none yet"),
        ("replay:contoso", "cassettes/contoso: no such recording"),
    ],
)
def test_a_bad_target_is_one_line_and_exit_4(target, says, project):
    found = project(f"--target={target}")

    assert found.ret == 4
    (line,) = (line for line in found.errlines if line.strip())
    assert says in line
    assert "Traceback" not in found.stderr.str() + found.stdout.str()


def test_a_missing_variable_is_one_line_and_exit_4(project, monkeypatch):
    monkeypatch.delenv("GRAPH_ORGANIZER_USER")
    found = project("--target=https://graph.example")

    assert found.ret == 4
    found.stderr.fnmatch_lines(["ERROR: --target https://graph.example: *GRAPH_ORGANIZER_USER is not set; *"])


def test_without_a_built_in_target_the_run_ends_with_a_line(project):
    found = project()

    assert found.ret == 4
    assert "no built-in target is offered here" in found.stderr.str() + found.stdout.str()


@pytest.mark.parametrize(
    ("marker", "number"),
    [
        (ONE, SHAPES),
        (
            '@pytest.mark.cases(kind="shape", body=("camel", "pascal"), circumstance=None, contract="event-cancel.v1.0")',
            28,
        ),
        ('@pytest.mark.cases(circumstance="app-on-me")', 2),
        ("@pytest.mark.cases()", None),
    ],
)
def test_a_marker_names_its_cases(marker, number, project, all_cases):
    found = project("--collect-only", "-q", marker=marker)

    assert found.ret == 0
    listed = [line for line in found.outlines if "::test_it[" in line]
    assert len(listed) == (number or len(all_cases))


def test_an_id_is_the_parameter_and_a_partial_run_says_so(project, all_cases):
    found = project("--collect-only", "-q")

    found.stdout.fnmatch_lines(
        [
            f"partial run: {SHAPES} of {len(all_cases)} cases selected*",
            "*::test_it[[]event-cancel.v1.0/me.events/organizer/empty]",
        ]
    )


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ('@pytest.mark.cases(kindd="shape")', "cases(): unknown kindd"),
        ('@pytest.mark.cases("shape")', "'shape'"),
        ('@pytest.mark.cases(circumstance="own-cpy")', "own-cpy"),
        ('@pytest.mark.cases(circumstance=["own-copy"])', "own-copy"),
    ],
)
def test_a_marker_that_names_nothing_is_refused(marker, says, project):
    """
    A misspelt value would leave its test without a case, skipped, and the run green.
    """
    found = project("--collect-only", marker=marker)

    assert found.ret != 0
    assert says in found.stdout.str() + found.stderr.str()


# -- verdicts and exit status -----------------------------------------------------------------------------------------

OPEN = Finding("response.status", None, "202", "", "no token")


def interrupted(look):
    raise KeyboardInterrupt


def by_turns(*tellers):
    turns = itertools.cycle(tellers)
    return lambda case: next(turns)(case)


def test_an_argument_of_the_same_name_makes_no_contract_test(pytester, project):
    pytester.makepyfile(test_own="import pytest\n@pytest.mark.parametrize('case', [1, 2])\ndef test_it(case): pass")

    project("test_own.py").assert_outcomes(passed=2)


def test_a_signal_that_python_ignored_ends_the_run_after_the_case(outcome):
    """An interrupt that is raised while an object is cleared away is shown as ignored."""
    seen = []

    def tell(case):
        seen.append(case.id)
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        return (yield from told(HELD)(case))

    before = signal.getsignal(signal.SIGTERM)
    try:
        found, lines = outcome(tell)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert found.ret == 2
    assert len(seen) == 1
    assert [line["kind"] for line in lines] == ["header", "case"]


ENDS = {
    "all hold": (told(HELD), {}, 0, {"passed": SHAPES}),
    "a finding": (by_turns(told(BROKEN), told(HELD)), {}, 1, {"failed": 2, "passed": 2}),
    "a finding that does not gate": (told(BROKEN), {"marker": SUPERSEDED}, 5, {"xfailed": 5}),
    "nothing judged": (told(OPEN), {}, 5, {"skipped": SHAPES}),
    "never sent": (told(OPEN, sent=False), {}, 5, {"skipped": SHAPES}),
    "no case judged to its end": (told(HELD, OPEN), {}, 5, {"skipped": SHAPES}),
    "some not judged": (by_turns(told(OPEN), told(HELD)), {}, 0, {"skipped": 2, "passed": 2}),
    "residue": (told(HELD), {"left": ["3 objects could not be removed"]}, 12, {"passed": SHAPES}),
    "a finding and residue": (told(BROKEN), {"left": ["3 objects could not be removed"]}, 1, {"failed": SHAPES}),
    "our own fault": (raising(KeyError("ada@contoso.example")), {}, 1, {"errors": SHAPES}),
}


@pytest.mark.parametrize(("tell", "more", "status", "counts"), ENDS.values(), ids=ENDS)
def test_a_verdict_is_an_outcome_and_the_run_has_its_exit_status(tell, more, status, counts, outcome, monkeypatch):
    for name in ("ORGANIZER", "ATTENDEE"):
        monkeypatch.setenv(f"GRAPH_{name}_TOKEN", "s3cret")
    found, lines = outcome(tell, **more)

    found.assert_outcomes(**counts)
    assert found.ret == status
    assert (lines[0]["kind"], lines[-1]["kind"]) == ("header", "footer")
    assert lines[-1]["exit"] == status
    assert lines[-1]["counts"]["cases"] == len(lines) - 2 == sum(counts.values())
    assert "s3cret" not in found.stdout.str()


def test_a_finding_is_worded_as_a_person_reads_it(outcome):
    found, _ = outcome(told(BROKEN))

    found.stdout.fnmatch_lines(
        [
            "The organizer's cancel on /me/events/{id}/cancel, with {} as body, was answered 204; the page documents 202 (*",
            "  event-cancel.v1.0/me.events/organizer/empty",
            "  clause response.status (heading Response): success is answered 202",
            "  see again: pytest --target=https://graph.example -k event-cancel.v1.0/me.events/organizer/empty",
            "*does not hold (exit 1): 4 fail; 7 requests*",
        ]
    )
    assert "Traceback" not in found.stdout.str()


def test_the_last_line_says_verdict_counts_requests_and_where_to_read_on(outcome, pytester, monkeypatch):
    """
    The report where there is one, else what it would be made of.
    """

    def unwritable(folder, run):
        raise RunError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(concluding, "write_reports", unwritable)
        found, _ = outcome(told(HELD))
    found.stdout.re_match_lines([r"holds \(exit 0\): 4 pass; 7 requests, 1\.8 per case; runs/[^/]+/run\.jsonl$"])
    shutil.rmtree(pytester.path / "runs")
    found, _ = outcome(told(BROKEN))
    found.stdout.re_match_lines(
        [r"does not hold \(exit 1\): 4 fail; 7 requests, 1\.8 per case; report: runs/[^/]+/report\.html$"]
    )


def test_what_comes_next_is_looked_up_only_as_far_as_somebody_asks():
    """Else each case costs as much as all that come after it."""
    asked = []

    class Coming:
        def __init__(self, number):
            self.id = str(number)

        @property
        def kind(self):
            asked.append(self.id)
            return "generated" if self.id == "502" else "shape"

        __eq__ = None
        __hash__ = None

    order = [Coming(number) for number in range(1000)]
    suite = SimpleNamespace(order=order, places={case.id: place for place, case in enumerate(order)})

    upcoming = plugin._upcoming(SimpleNamespace(stash={SUITE: suite}), order[501])

    assert next(iter(upcoming)).id == "503"
    assert asked == ["502", "503"]


def test_our_own_fault_shows_no_address(outcome):
    """
    What a target sent may stand in an exception; the run file names its type only.
    """
    _, lines = outcome(raising(KeyError("ada@contoso.example")))

    assert {line["reason"] for line in lines[1:-1]} == {"KeyError"}
    assert {line["verdict"] for line in lines[1:-1]} == {"error"}


def test_a_traceback_of_our_own_fault_shows_places_and_no_values(outcome):
    found, _ = outcome(raising(KeyError("ada@contoso.example")), "--tb=long", "--junitxml=junit.xml", "-l")

    text = found.stdout.str() + Path("junit.xml").read_text(encoding="utf-8")
    assert "our own fault: KeyError" in text
    assert "overlap.py" in text
    assert "ada@contoso" not in text


def test_an_error_of_ours_with_a_message_keeps_it(outcome):
    _, lines = outcome(raising(ProvisionError("no place")))

    assert {line["reason"] for line in lines[1:-1]} == {"no place"}


def test_what_the_last_look_finds_fails_a_case_that_had_passed(outcome, named):
    case = named("event-cancel.v1.0/me.events/organizer/empty")
    turned = Record(case, conclude([BROKEN], sent=True))
    found, lines = outcome(told(HELD), late=[turned])

    assert found.ret == 1
    assert {line["id"]: line["verdict"] for line in lines[1:-1]}[case.id] == "fail"
    assert sum(line["verdict"] == "pass" for line in lines[1:-1]) == SHAPES - 1


def test_what_the_last_look_finds_does_not_fail_what_does_not_gate(outcome, named):
    case = named("event-cancel.beta-2021/me.events/organizer/empty")
    found, lines = outcome(told(HELD), marker=SUPERSEDED, late=[Record(case, conclude([BROKEN], sent=True))])

    assert found.ret != 1
    assert {line["id"]: line["verdict"] for line in lines[1:-1]}[case.id] == "fail"


def test_a_case_that_the_last_look_turns_more_than_once_is_told_once_and_last(outcome, named):
    case = named("event-cancel.v1.0/me.events/organizer/empty")
    turned = [Record(case, conclude([replace(BROKEN, received=text)], sent=True)) for text in ("first", "last")]
    found, lines = outcome(told(HELD), late=turned)

    assert sum(report.failed for report in found.reprec.getreports("pytest_runtest_logreport")) == 1
    assert [line["clauses"][0]["received"] for line in lines if line.get("id") == case.id] == ["last"]


def test_a_finding_of_the_last_look_takes_the_place_of_an_earlier_one(outcome, named):
    case = named("event-cancel.v1.0/me.events/organizer/empty")
    found, _ = outcome(told(BROKEN), late=[Record(case, conclude([BROKEN, HELD], sent=True))])

    found.assert_outcomes(failed=SHAPES)


def test_a_run_interrupted_while_it_clears_away_leaves_no_footer(outcome):
    found, lines = outcome(told(HELD), finish=interrupted)

    assert found.ret == 2
    assert lines[-1]["kind"] == "case"
    found.stdout.fnmatch_lines(["*(partial run)", "interrupted (exit 2): 4 pass; *"])


def test_an_interrupted_run_leaves_no_footer(outcome):
    def tell(case):
        yield from ()
        raise KeyboardInterrupt

    found, lines = outcome(tell)

    assert found.ret == 2
    assert lines[-1]["kind"] != "footer"


# -- processes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [("-n", "5"), ("-n", "auto"), ("--tx", "3*popen", "--tx", "2*popen", "--dist=load")]
)
def test_more_processes_than_a_mailbox_takes_requests_are_refused(arguments, project, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "5")
    found = project("--target=https://graph.example", *arguments)

    assert found.ret == 4
    found.stderr.fnmatch_lines(["ERROR: 5 processes: a mailbox takes four requests at a time; use -n 4 at most"])


NARROWED = {
    "nothing": ((), []),
    "a keyword": (("-k", "me.events  and not beta"), ["-k me.events and not beta"]),
    "a marker": (("-m", "current or draft"), ["-m current or draft"]),
    "the first failure": (("-x",), ["-x"]),
    "some failures": (("--maxfail=3",), ["--maxfail=3"]),
    "left out": (("--deselect", "test_other.py::a"), ["--deselect test_other.py::a"]),
    "a file left out": (("--ignore", "test_other.py"), ["--ignore test_other.py"]),
    "files left out": (("--ignore-glob=*_other.py",), ["--ignore-glob *_other.py"]),
    "named": (("test_the_header_says_what_narrows_the_run.py",), ["test_the_header_says_what_narrows_the_run.py"]),
}


@pytest.mark.parametrize(("options", "told"), NARROWED.values(), ids=NARROWED)
def test_the_header_says_what_narrows_the_run(options, told, outcome):
    _, (header, *_) = outcome(raising(KeyError("x")), *options)

    assert header["selection"] == told


def test_a_test_named_from_afar_is_told_without_its_folder(outcome, pytester):
    name = "test_a_test_named_from_afar_is_told_without_its_folder.py"
    _, (header, *_) = outcome(told(HELD), str(pytester.path / name))

    assert header["selection"] == [name]


def test_every_report_lies_beside_the_run(outcome, pytester):
    outcome(told(BROKEN))

    assert {path.name for path in pytester.path.glob("runs/*/*")} >= {"run.jsonl", *RENDERERS}


def test_a_run_that_was_interrupted_has_no_reports(outcome, pytester):
    outcome(raising(KeyboardInterrupt()))

    assert [path.name for path in pytester.path.glob("runs/*/*") if "ledger" not in path.name] == ["run.jsonl"]


def test_reports_that_cannot_be_written_are_said_and_the_run_keeps_its_verdict(outcome, monkeypatch):
    def refuse(*_: object) -> None:
        raise RunError("x/report: cannot be written (disk full); run.jsonl is whole")

    monkeypatch.setattr(concluding, "write_reports", refuse)
    found, lines = outcome(told(BROKEN))

    assert found.ret == 1
    assert lines[-1]["exit"] == 1
    assert "x/report: cannot be written (disk full)" in found.stdout.str() + found.stderr.str()
