"""What a run against a planted fault, a variation or a server of one answer comes to."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from graphcancel.proof import as_json, differences, differing, examine, from_json, holds, summary
from graphcancel.proof_text import verdict
from graphcancel.subjects import Subject

CAMEL = "event-cancel.v1.0/me.events/organizer/camel"
PASCAL = "event-cancel.v1.0/me.events/organizer/pascal"
FAULT = Subject("status-200", "fault", "answered 200", "response.status", ("event-cancel.v1.0/me.events/organizer/*",))
VARIATION = Subject("no-batch", "variation", "there is no $batch", leaves_open=("*/batch",))
TOGETHER = Subject("combination-1", "combination", "two at once", leaves_open=("*/batch",), members=("a", "b"))
RARE = replace(FAULT, once_in=20)
CONSTANT = Subject("always-202", "constant", "everything is answered 202")


def line(name: str, verdict: str = "pass", **clauses: bool | None):
    """A line of a run file; ``response_status=False`` is that clause, not held."""
    found = [{"clause": clause.replace("_", ".", 1), "held": held} for clause, held in clauses.items()]
    return {"id": name, "verdict": verdict, "clauses": found}


PASSED = [line(CAMEL, response_status=True), line(PASCAL, response_status=True)]
NAMED = [line(CAMEL, "fail", response_status=False), line(PASCAL, response_status=True)]
BESIDE = [line(CAMEL, "fail", response_status=True, response_body=False), line(PASCAL, response_status=True)]
OPEN = [line(CAMEL, "inconclusive", response_status=None), line(PASCAL, response_status=True)]
BATCH_OPEN = [line("graph-conventions/v1.0.me.events/organizer/pascal/batch", "inconclusive", batch_served=None)]
BROKEN = [line(CAMEL, "error")]


@pytest.mark.parametrize(
    ("subject", "lines", "status", "outcome"),
    [
        (FAULT, NAMED, 1, "killed"),
        (FAULT, BESIDE, 1, "killed otherwise"),
        (FAULT, PASSED, 0, "survived"),
        (FAULT, OPEN, 10, "survived"),
        (FAULT, [], 5, "no verdict"),
        (FAULT, PASSED[:1], 0, "no verdict"),  # a case that was not told
        (VARIATION, [], 0, "no verdict"),
        (VARIATION, PASSED[:1], 0, "no verdict"),
        (FAULT, NAMED, 0, "no verdict"),  # a finding that does not fail the run is none
        (FAULT, PASSED, 1, "no verdict"),
        (FAULT, NAMED, 2, "no verdict"),
        (FAULT, [], 4, "no verdict"),
        (FAULT, NAMED, None, "no verdict"),
        (FAULT, BROKEN * 2, 1, "no verdict"),
        (VARIATION, PASSED, 0, "quiet"),
        (VARIATION, NAMED, 1, "false alarm"),
        (VARIATION, PASSED, 12, "false alarm"),
        (VARIATION, OPEN, 10, "blind"),
        (VARIATION, [*PASSED, *BATCH_OPEN], 0, "quiet"),
        (VARIATION, BROKEN * 2, 1, "no verdict"),
        (VARIATION, PASSED, None, "no verdict"),
        (TOGETHER, [*PASSED, *BATCH_OPEN], 0, "quiet"),
        (TOGETHER, NAMED, 1, "false alarm"),
        (TOGETHER, OPEN, 10, "blind"),
        (RARE, NAMED, 1, "killed"),
        (RARE, PASSED, 0, "survived"),
        (CONSTANT, NAMED, 1, "not fooled"),
        (CONSTANT, [], 4, "no verdict"),
        (CONSTANT, [], -9, "no verdict"),
        (CONSTANT, OPEN, 10, "not fooled"),
        (CONSTANT, PASSED, 0, "fooled"),
        (CONSTANT, [line(CAMEL, "fail", **{"effect_left-calendar": True}), PASSED[1]], 1, "fooled"),
        (CONSTANT, [], None, "no verdict"),
    ],
)
def test_an_outcome(subject, lines, status, outcome, named):
    found = examine(subject, [named(CAMEL), named(PASCAL)], lines, status, 1.0)

    assert found.outcome == outcome
    assert (found.reason is None) == (outcome in {"killed", "quiet", "not fooled"})
    assert found.good is (found.reason is None)


def test_who_missed_a_fault_and_what_else_was_found_is_told(named):
    both = [line(CAMEL, "fail", response_status=False, response_body=False), line(PASCAL, response_status=True)]
    found = examine(FAULT, [named(CAMEL), named(PASCAL)], both, 1, 2.345)

    assert (found.expected, found.found, found.missed) == (2, 1, (PASCAL,))
    assert found.findings == {"response.body": 1, "response.status": 1}
    assert found.collateral == {"response.body": 1}
    assert (found.cases, found.seconds, found.exit) == (2, 2.3, 1)
    assert verdict([], [found], [], [])[0] == f"status-200: not found by 1 of 2 cases that had to: {PASCAL} …"


def test_of_a_rare_fault_one_finding_case_is_enough(named):
    found = examine(RARE, [named(CAMEL), named(PASCAL)], NAMED, 1, 1.0)

    assert (found.outcome, found.found, found.expected, found.missed) == ("killed", 1, 2, ())


def test_who_finds_a_fault_and_is_not_named_is_a_stranger(named):
    narrow = replace(FAULT, caught_by=(PASCAL,))
    both = [line(CAMEL, "fail", response_status=False), line(PASCAL, "fail", response_status=False)]

    assert examine(narrow, [named(CAMEL), named(PASCAL)], both, 1, 1.0).strangers == (CAMEL,)


def test_a_server_that_cannot_be_talked_to_fools_nobody(named):
    """
    That it cannot is what the run has to say; a run that ends for another reason, without a case, shows nothing.
    """
    found = examine(CONSTANT, [named(CAMEL)], [], 4, 1.0, unreachable=True)

    assert found.outcome == "not fooled"
    assert examine(FAULT, [named(CAMEL)], [], 4, 1.0, unreachable=True).outcome == "no verdict"


def test_a_fault_nobody_has_to_find_is_not_killed_by_name(named):
    loose = Subject("x", "fault", "", "response.status", ("no-such-case/*",))

    assert examine(loose, [named(CAMEL)], NAMED, 1, 1.0).outcome == "killed otherwise"


def results(named, *outcomes: tuple[Subject, list, int]):
    return [examine(subject, [named(CAMEL)], lines, status, 1.0) for subject, lines, status in outcomes]


KILL, OTHER, SURVIVE = (FAULT, NAMED, 1), (FAULT, BESIDE, 1), (FAULT, PASSED, 0)


@pytest.mark.parametrize(
    ("outcomes", "good"),
    [
        ([KILL], True),
        ([KILL] * 99 + [OTHER], False),  # every one by its own clause
        ([KILL] * 99 + [SURVIVE], False),
        ([KILL, (VARIATION, PASSED, 0), (CONSTANT, NAMED, 1)], True),
        ([KILL, (VARIATION, NAMED, 1)], False),
        ([KILL, (VARIATION, OPEN, 10)], False),
        ([KILL, (CONSTANT, PASSED, 0)], False),
        ([KILL, (VARIATION, PASSED, None)], False),
        ([KILL, (TOGETHER, PASSED, 0)], True),
        ([KILL, (TOGETHER, NAMED, 1)], False),
    ],
)
def test_a_proof_holds_if_nothing_survived_and_nothing_was_cried_over(outcomes, good, named):
    assert holds(results(named, *outcomes)) is good


def test_the_counts(named):
    counted = summary(
        results(
            named,
            KILL,
            KILL,
            OTHER,
            SURVIVE,
            (VARIATION, NAMED, 1),
            (TOGETHER, OPEN, 10),
            (CONSTANT, PASSED, 0),
            (FAULT, NAMED, None),
        )
    )

    assert counted == {
        "faults": 5, "killed_by_named_clause": 2, "killed_otherwise": 1, "survived": 1, "variations": 1,
        "false_alarms": 1, "blind": 0, "combinations": 1, "false_alarms_combined": 0, "blind_combined": 1,
        "constants": 1, "fooled": 1, "no_verdict": 1,
    }  # fmt: skip


def test_a_result_survives_its_file(named):
    (found,) = results(named, OTHER)

    assert from_json(json.loads(json.dumps(as_json(found)))) == found


# -- with every case as well ---------------------------------------------------------------------------------------


def test_what_every_case_shows_and_the_chosen_ones_did_not_fails_the_proof(named):
    (killed, survived, quiet, alarm) = results(named, KILL, SURVIVE, (VARIATION, PASSED, 0), (VARIATION, NAMED, 1))

    assert holds([killed, quiet], [killed, quiet])
    assert not holds([killed], [survived])
    assert not holds([quiet], [alarm])
    assert differing([killed, quiet], [quiet, killed]) == [(quiet, []), (killed, [])]
    assert differences(killed, survived)[0].startswith("with every case survived (exit 0, no finding), not killed")


def test_a_case_that_cannot_find_a_fault_and_does_is_a_difference(named):
    (killed,) = results(named, KILL)
    odd = replace(killed, strangers=("graph-conventions/x",))

    (text,) = differences(killed, odd)

    assert text == ("response.status is also found broken by graph-conventions/x, which the catalogue does not name")
    assert not holds([killed], [odd])
    assert "status-200: the choice of cases was wrong: " + text in verdict([FAULT], [killed], [odd], [])


def test_so_is_one_that_has_to_find_it_and_does_not(named):
    (killed,) = results(named, KILL)
    missing = replace(killed, missed=(PASCAL,))

    assert differences(killed, missing) == [f"not found by {PASCAL}, which had to"]
    assert not holds([killed], [missing])
    assert not holds([missing]), "each has to, whoever else does"


def test_other_clauses_that_every_case_finds_broken_are_no_difference(named):
    (killed,) = results(named, KILL)

    assert differences(killed, replace(killed, findings={"response.status": 9, "response.body": 9})) == []
