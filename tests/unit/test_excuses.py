"""What of a run's findings is known or waived: what is told of it, and what a list that is out of date or malformed does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from inside_pytest import BROKEN, HELD, SHAPES, SUPERSEDED, outcome, project, raising, told

from graphcancel.evidence import Finding
from graphcancel.record import Record
from graphcancel.run import Part, in_order
from graphcancel.summary import summary
from graphcancel.verdict import conclude

__all__ = ["outcome", "project"]

pytest_plugins = ["pytester"]

ME = "event-cancel.v1.0/me.*/empty"

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
            "XFAIL *response.status: documented 202, received 204: known deviation, it says 204 (owner calendar team, *",
            "holds (exit 0): 4 fail, 4 of the failures known; *",
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
            "The answer to the organizer's cancel on * was: 1 byte; the page documents an empty body (event-cancel.v1.0, Response)",
            "  clause response.body *: a success has no body",
            "  clause response.status *, received 204; known deviation: it says 204 (owner calendar team, *",
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


def test_the_summary_is_made_of_the_run_file_alone(outcome):
    found, (header, *lines, footer) = outcome(told(BROKEN), known=entry() + entry(days=-1))
    part = Part(header, in_order(lines, header["plan"]), footer)

    *told_again, last = summary(part, Path("run.jsonl"), width=80, color=False)

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


def test_our_own_fault_is_not_excused(outcome):
    found, _ = outcome(raising(KeyError("x")), known=entry(clause="*"))

    assert found.ret == 1
    found.assert_outcomes(errors=SHAPES)


def test_a_known_finding_that_does_not_gate_is_told_with_its_reason(outcome):
    found, _ = outcome(told(BROKEN), "-rx", marker=SUPERSEDED, known=entry())

    assert found.ret == 5
    found.assert_outcomes(xfailed=5)
    found.stdout.fnmatch_lines(
        ["XFAIL *calendar team*", "nothing judged (exit 5): 5 fail, 5 of the failures do not gate; *"]
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
