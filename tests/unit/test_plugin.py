"""The suite inside pytest: which cases a test gets, what a verdict becomes, how a run ends."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from graphcancel import given, plugin, suite
from graphcancel.errors import ProvisionError
from graphcancel.evidence import Finding
from graphcancel.runfile import RunFile
from graphcancel.story import Record
from graphcancel.summary import Outcome, summary
from graphcancel.verdict import conclude

pytest_plugins = ["pytester"]

CONTRACTS = Path(__file__).parents[2] / "contracts"
QUIET = ("-p", "no:schemathesis", "-p", "no:recording", "-p", "no:cacheprovider", "-p", "no:randomly")
ONE = '@pytest.mark.cases(contract="event-cancel.v1.0", family="me", body="empty", circumstance=None)'
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
        monkeypatch.setenv(f"GRAPH_{name}_TOKEN", "s3cret")
        monkeypatch.setenv(f"GRAPH_{name}_USER", f"{name.lower()}@contoso.example")
    (pytester.path / "contracts").symlink_to(CONTRACTS)
    pytester.makeconftest('pytest_plugins = ["graphcancel.plugin"]')

    def run(*arguments: str, marker: str = ONE):
        pytester.makepyfile(TEST.format(marker=marker))
        return pytester.runpytest_inprocess(*QUIET, *arguments, no_reraise_ctrlc=True)

    return run


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

HELD = Finding("response.status", True, "202", "202")
BROKEN = Finding("response.status", False, "202", "204")
OPEN = Finding("response.status", None, "202", "", "no token")


def told(*findings: Finding, sent: bool = True):
    def tell(case):
        yield from ()
        return Record(case, conclude(findings, sent=sent), ({"method": "POST", "url": "/", "status": 202},))

    return tell


def raising(error: Exception):
    def tell(case):
        yield from ()
        raise error

    return tell


def interrupted(look):
    raise KeyboardInterrupt


def by_turns(*tellers):
    turns = itertools.cycle(tellers)
    return lambda case: next(turns)(case)


def test_an_argument_of_the_same_name_makes_no_contract_test(pytester, project):
    pytester.makepyfile(test_own="import pytest\n@pytest.mark.parametrize('case', [1, 2])\ndef test_it(case): pass")

    project("test_own.py").assert_outcomes(passed=2)


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


SUPERSEDED = ONE.replace("event-cancel.v1.0", "event-cancel.beta-2021")
ME = "event-cancel.v1.0/me.*/empty"
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
def test_a_verdict_is_an_outcome_and_the_run_has_its_exit_status(tell, more, status, counts, outcome):
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
            "event-cancel.v1.0/me.events/organizer/empty",
            "  status: documented 202, received 204",
            "  see again: pytest --target=https://graph.example -k event-cancel.v1.0/me.events/organizer/empty",
            "*does not hold (exit 1): 4 fail; 7 requests*",
        ]
    )
    assert "Traceback" not in found.stdout.str()


def test_our_own_fault_shows_no_address(outcome):
    """
    What a target sent may stand in an exception; the run file names its type only.
    """
    _, lines = outcome(raising(KeyError("ada@contoso.example")))

    assert {line["reason"] for line in lines[1:-1]} == {"KeyError"}
    assert {line["verdict"] for line in lines[1:-1]} == {"error"}


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


# -- known deviations -------------------------------------------------------------------------------------------------

SECOND = Finding("response.body", False, "an empty body", "1 byte")
DATE = dt.datetime.now(dt.UTC).date()


def entry(case: str = "*", clause: str = "response.status", days: int = 30) -> str:
    """An entry that expires *days* from today."""
    return (
        f'[[deviation]]\ncase = "{case}"\nclause = "{clause}"\nreason = "it says 204"\nowner = "calendar team"\n'
        f"expires = {DATE + dt.timedelta(days)}\n"
    )


def test_a_known_finding_is_xfailed_with_reason_and_owner(outcome):
    found, lines = outcome(told(BROKEN), "-rx", known=entry())

    assert found.ret == 0
    found.assert_outcomes(xfailed=SHAPES)
    found.stdout.fnmatch_lines(
        [
            "*, known deviations: 1",
            f"  deviations/graph.example.toml, entry 1: 4 findings: it says 204 (owner calendar team, until {DATE + dt.timedelta(30)})",
            "holds (exit 0): 4 fail, 4 of the failures known; *",
            "XFAIL *response.status: documented 202, received 204: known deviation, it says 204 (owner calendar team, *",
        ]
    )
    assert {line["verdict"] for line in lines[1:-1]} == {"fail"}
    assert all(line["excused"] and line["clauses"][0]["held"] is False for line in lines[1:-1])
    assert lines[-1]["deviations"][0]["state"] == "met"


def test_another_finding_beside_it_still_fails_and_says_what_is_known(outcome):
    found, lines = outcome(told(BROKEN, SECOND), known=entry())

    assert found.ret == 1
    found.assert_outcomes(failed=SHAPES)
    found.stdout.fnmatch_lines(
        [
            "  status: documented 202, received 204",
            "  known deviation: it says 204 (owner calendar team, *",
            "  body: documented an empty body, received 1 byte",
            "does not hold (exit 1): 4 fail; *",
        ]
    )
    assert not any(line["excused"] for line in lines[1:-1])


OUT_OF_DATE = {
    "its finding does not occur": (
        told(HELD),
        entry(),
        "entry 1: no longer occurs: response.status holds in 4 cases; *",
    ),
    "its day has passed": (told(HELD), entry(days=-1), "entry 1: expired on *"),
}


@pytest.mark.parametrize(("tell", "known", "says"), OUT_OF_DATE.values(), ids=OUT_OF_DATE)
def test_an_entry_that_is_out_of_date_fails_the_run(tell, known, says, outcome):
    found, lines = outcome(tell, known=known.replace('"*"', f'"{ME}"'))

    assert found.ret == lines[-1]["exit"] == 11
    found.assert_outcomes(passed=SHAPES)
    found.stdout.fnmatch_lines([f"  deviations/graph.example.toml, {says}", "stale deviations (exit 11): 4 pass; *"])


def test_an_expired_entry_covers_nothing(outcome):
    found, lines = outcome(told(BROKEN), known=entry(days=-1), left=["2 objects could not be removed"])

    assert found.ret == 1
    found.assert_outcomes(failed=SHAPES)
    assert lines[-1]["also"] == [12, 11]
    found.stdout.fnmatch_lines(
        [
            "*, entry 1: expired on * and covers its 4 findings no more; *",
            "does not hold (exit 1); also: residue left (12), stale deviations (11): 4 fail; *",
        ]
    )


@pytest.mark.parametrize(
    "known", [entry(case="nothing/*"), entry(clause="effect.staff-told"), entry(case="event-cancel.beta/*")]
)
def test_a_partial_run_takes_no_entry_for_stale_that_it_did_not_examine(known, outcome):
    found, lines = outcome(told(HELD), known=known)

    assert found.ret == 0
    assert lines[-1]["deviations"][0]["state"] == "open"


def test_the_summary_is_made_of_the_run_file_alone(outcome, contracts, all_cases):
    found, (header, *lines, footer) = outcome(told(BROKEN), known=entry() + entry(days=-1))
    run = Outcome(header, lines, footer, all_cases, contracts, Path("run.jsonl"))

    *told_again, last = summary(run, width=80, color=False)

    assert "\n".join(told_again) in found.stdout.str()
    assert last.startswith("stale deviations (exit 11): 4 fail, 4 of the failures known; ")


def test_what_expires_soon_is_said(outcome):
    found, _ = outcome(told(BROKEN), known=entry(days=14))

    found.stdout.fnmatch_lines([f"*(owner calendar team, until {DATE + dt.timedelta(14)}, which is in 14 days)"])


def test_a_known_finding_of_the_last_look_fails_nothing(outcome, named):
    case = named("event-cancel.v1.0/me.events/organizer/empty")
    found, lines = outcome(told(HELD), late=[Record(case, conclude([BROKEN], sent=True))], known=entry(case=case.id))

    assert found.ret == 0
    found.assert_outcomes(passed=SHAPES - 1, xfailed=1)
    assert {line["id"]: line["excused"] for line in lines[1:-1]}[case.id] is True


def test_a_traceback_of_our_own_fault_shows_places_and_no_values(outcome):
    found, _ = outcome(raising(KeyError("ada@contoso.example")), "--tb=long", "--junitxml=junit.xml", "-l")

    text = found.stdout.str() + Path("junit.xml").read_text(encoding="utf-8")
    assert "our own fault: KeyError" in text
    assert "overlap.py" in text
    assert "ada@contoso" not in text


def test_our_own_fault_is_not_excused(outcome):
    found, _ = outcome(raising(KeyError("x")), known=entry(clause="*"))

    assert found.ret == 1
    found.assert_outcomes(errors=SHAPES)


def test_a_known_finding_that_does_not_gate_is_told_with_its_reason(outcome):
    found, _ = outcome(told(BROKEN), "-rx", marker=SUPERSEDED, known=entry())

    assert found.ret == 5
    found.assert_outcomes(xfailed=5)
    found.stdout.fnmatch_lines(
        ["nothing judged (exit 5): 5 fail, 5 of the failures do not gate; *", "XFAIL *calendar team*"]
    )


def test_another_file_is_named_by_an_option(outcome, pytester):
    (pytester.path / "other.toml").write_text(entry(), encoding="utf-8")
    found, lines = outcome(told(BROKEN), "--deviations=other.toml")

    assert found.ret == 0
    assert lines[0]["deviations"][0]["file"] == "other.toml"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[deviation]]\n", "deviations/graph.example.toml: entry 1: case is missing"),
        (
            entry(clause="response.staus"),
            "entry 1: clause = 'response.staus': no contract knows it (nearest: response.status)",
        ),
        ("[[", "deviations/graph.example.toml: not readable as TOML"),
    ],
)
def test_a_malformed_list_is_one_line_and_exit_4(text, says, outcome):
    found, _ = outcome(told(HELD), known=text)

    assert found.ret == 4
    (line,) = (line for line in found.errlines if line.strip())
    assert says in line


def test_a_list_that_is_not_there_is_one_line_and_exit_4(outcome):
    found, _ = outcome(told(HELD), "--deviations=none.toml")

    assert found.ret == 4
    found.stderr.fnmatch_lines(["ERROR: none.toml: not readable (No such file or directory)*"])


def test_help_needs_no_list(outcome):
    found, _ = outcome(told(HELD), "--help", known="[[")

    assert found.ret == 0


# -- waivers ----------------------------------------------------------------------------------------------------------

TARGET = """\
base_url = "https://graph.example"
writable = ["organizer@contoso.example"]
actors.organizer = {{user = "organizer@contoso.example", token_env = "GRAPH_ORGANIZER_TOKEN"}}
[waived]
{waived}
"""


@pytest.fixture
def waiving(outcome, pytester):
    """Run against a target file with something waived."""

    def run(tell, waived: str):
        (pytester.path / "contoso.toml").write_text(TARGET.format(waived=waived), encoding="utf-8")
        return outcome(tell, "--target=contoso.toml")

    return run


def test_each_waiver_is_listed_with_its_reason(waiving):
    found, lines = waiving(told(HELD), 'group = "no group"\n"response.status" = "not our business"')

    assert lines[0]["waived"] == {"group": "no group", "response.status": "not our business"}
    found.stdout.fnmatch_lines(
        [
            "  waived, so not judged: group: no group",
            "  waived, and judged all the same in 4 cases: response.status: not our business",
        ]
    )
    assert found.ret == 0


@pytest.mark.parametrize(
    ("waived", "says"),
    [
        ('groop = "x"', "contoso: waived: 'groop' is no route family, resource or clause (nearest: group)"),
        ('group = ""', "contoso.toml: waived.group is empty"),
    ],
)
def test_a_waiver_of_nothing_is_one_line_and_exit_4(waived, says, waiving):
    found, _ = waiving(told(HELD), waived)

    assert found.ret == 4
    assert says in found.stderr.str()


# -- processes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [("-n", "5"), ("-n", "auto"), ("--tx", "3*popen", "--tx", "2*popen", "--dist=load")]
)
def test_more_processes_than_a_mailbox_takes_requests_are_refused(arguments, project, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "5")
    found = project("--target=https://graph.example", *arguments)

    assert found.ret == 4
    found.stderr.fnmatch_lines(["ERROR: 5 processes: a mailbox takes four requests at a time; use -n 4 at most"])
