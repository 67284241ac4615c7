"""What the calls of a generated case come to: counts, one line per clause, the floor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_run import call as small_call

from graphcancel.evidence import Finding
from graphcancel.generated import Generated
from graphcancel.generated_cases import generated_cases
from graphcancel.record import Record
from graphcancel.tally import Tally, broken_clauses, turned
from graphcancel.verdict import conclude

PAGE = "event-cancel.v1.0/me.events/organizer/generated"
RULES = "graph-conventions/v1.0.me.events/organizer/generated"
WITHOUT_EFFECT = "refusal.without-effect"


@pytest.fixture
def tally(contracts, by_id):
    """An empty tally."""
    cases = {case.id: case for case in generated_cases(contracts)}

    def made(name=PAGE, *, strict=True):
        case = cases[name]
        return Tally(case, by_id[case.contract], allotted=10, seed=3, strict=strict)

    return made


def told(tally, status, *findings, curl="curl", **answer):
    """The record of one call."""
    case = replace(tally.case, generated=Generated("as-documented"))
    line = small_call() | {"status": status} | answer
    line["response"] = None if status is None else {"headers": {}, "body": "", "bytes": 0} | answer.get("response", {})
    if status is None:
        line["failure"] = "read timeout"
    return Record(case, conclude(findings, sent=True), (line,), curl)


def held(clause="response.status"):
    return Finding(clause, True, "202", "202")


def broken(clause="response.status"):
    return Finding(clause, False, "202", "200")


def test_what_holds_in_every_call_holds(tally):
    found = tally()
    for _ in range(3):
        found.add(told(found, 202, held()))
    found.add(told(found, 400, Finding(WITHOUT_EFFECT, True, "no effect", "nothing changed")))
    record = found.record()

    assert record.verdict.name == "pass"
    assert [(line.clause, line.received) for line in record.verdict.findings] == [("response.status", "so in 3 calls")]
    assert record.generated == {"calls": 4, "accepted": 3, "refused": 1, "allotted": 10, "seed": 3}
    assert [line["status"] for line in record.calls] == [202, 400]


def test_one_call_that_breaks_a_clause_outweighs_those_that_hold_it(tally):
    found = tally()
    found.add(told(found, 202, held()))
    found.add(told(found, 200, broken()))
    smallest = told(found, 200, broken(), curl="curl -d '{}'")
    found.shrinking += 1
    found.stand_for("response.status", smallest)
    record = found.record()

    assert record.verdict.name == "fail"
    assert record.curl == "curl -d '{}'"
    assert [line["status"] for line in record.calls] == [200]
    assert record.generated["shrinking"] == 1


def test_what_no_call_could_show_leaves_the_case_inconclusive(tally):
    found = tally()
    found.add(told(found, 202, held(), Finding("effect.attendees-told", None, "", "", "an inbox could not be read")))

    assert (found.record().verdict.name, found.record().verdict.reason) == (
        "inconclusive",
        "an inbox could not be read",
    )


def test_the_last_call_and_the_command_are_of_the_first_finding_told(tally):
    found = tally()
    found.add(told(found, 202, held(), broken("example.comment"), curl="curl of the comment"))
    found.add(told(found, 200, broken(), curl="curl of the status"))
    record = found.record()

    first = next(line.clause for line in record.verdict.findings if line.held is False)
    assert {"response.status": 200, "example.comment": 202}[first] == record.calls[-1]["status"]
    assert record.curl == {"response.status": "curl of the status", "example.comment": "curl of the comment"}[first]
    assert len(record.calls) == 2


def test_what_some_calls_could_not_show_is_told(tally):
    found = tally()
    found.add(told(found, 202, held()))
    found.add(told(found, 202, Finding("response.status", None, "", "", "not seen")))

    assert found.record().verdict.findings[0].received == "so in 1 call, not examined in 1"


@pytest.mark.parametrize(("strict", "verdict"), [(True, "fail"), (False, "inconclusive")])
def test_too_few_accepted_calls_are_a_finding_on_the_mock_and_say_nothing_of_a_tenant(strict, verdict, tally):
    found = tally(strict=strict)
    found.add(told(found, 202, held()))
    for _ in range(3):
        found.add(told(found, 404, Finding(WITHOUT_EFFECT, True, "no effect", "nothing changed")))
    record = found.record()

    assert record.verdict.name == verdict
    said = record.verdict.reason or record.verdict.findings[-1].received
    assert said == "1 of 4 generated calls were accepted, fewer than 40%"


def test_two_of_five_are_enough(tally):
    found = tally()
    for status in (202, 202, 404, 404, 404):
        found.add(told(found, status, *([held()] if status == 202 else [])))

    assert found.record().verdict.name == "pass"


def test_the_conventions_say_nothing_where_nothing_is_accepted(tally):
    found = tally(RULES)
    for _ in range(4):
        found.add(told(found, 404, held("errors.envelope"), held(WITHOUT_EFFECT)))
    record = found.record()

    assert (record.verdict.name, record.verdict.reason) == (
        "inconclusive",
        "0 of 4 generated calls were accepted, fewer than 40%",
    )


def test_a_few_calls_that_were_never_made_leave_the_rest_as_they_are(tally):
    found = tally()
    found.add(told(found, 202, held()))
    found.add(Record(found.case, conclude((), sent=False, reason="no group"), (), None))
    record = found.record()

    assert (record.verdict.name, record.verdict.reason, record.generated["unsent"]) == ("pass", None, 1)


def test_calls_of_which_no_clause_speaks_judge_nothing(tally):
    found = tally(RULES)
    found.add(told(found, 202))
    record = found.record()

    assert (record.verdict.name, record.verdict.reason) == (
        "inconclusive",
        "no clause spoke for any of 1 generated calls; generate more",
    )


def test_calls_that_were_never_made_judge_nothing(tally):
    found = tally()
    for _ in range(3):
        found.add(Record(found.case, conclude((), sent=False, reason="no group"), (), None))
    record = found.record()

    assert found.in_vain
    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "no group")
    assert record.generated == {"calls": 0, "accepted": 0, "refused": 0, "allotted": 10, "seed": 3, "unsent": 3}


@pytest.mark.parametrize("name", [PAGE, RULES])
@pytest.mark.parametrize(
    ("status", "says"), [(500, "neither"), (503, "neither"), (302, "neither"), (None, "received no answer")]
)
def test_an_answer_that_is_neither_success_nor_refusal_is_a_finding(name, status, says, tally):
    found = tally(name)
    record = told(found, status)
    clause = {PAGE: "response.status", RULES: "errors.envelope"}[name]

    assert broken_clauses(record, found.contract) == {clause}
    found.add(record)
    assert says in found.record().verdict.findings[0].received


def test_a_refused_call_with_an_effect_breaks_what_the_page_says_of_the_answer(tally):
    found = tally()
    record = told(found, 400, Finding(WITHOUT_EFFECT, False, "no effect", "an event is gone"))
    found.add(record)

    assert broken_clauses(record, found.contract) == {"response.status"}
    assert found.record().verdict.findings[0].received == "400, and all the same: an event is gone"


def test_the_conventions_name_an_effect_after_a_refusal_themselves(tally):
    found = tally(RULES)
    record = told(found, 400, Finding(WITHOUT_EFFECT, False, "no effect", "an event is gone"))

    assert broken_clauses(record, found.contract) == {WITHOUT_EFFECT}


def test_a_label_on_an_empty_answer_is_counted_and_no_finding(tally):
    found = tally()
    found.add(told(found, 202, held(), response={"headers": {"content-type": "text/plain"}}))

    assert found.record().verdict.name == "pass"
    assert found.record().generated["labelled"] == 1


@pytest.mark.parametrize(("name", "clause"), [(PAGE, "response.status"), (RULES, WITHOUT_EFFECT)])
def test_an_effect_seen_at_the_end_turns_the_case(name, clause, tally):
    found = tally(name)
    found.add(told(found, 202, held("errors.envelope" if name == RULES else "response.body")))
    late = told(found, 400, Finding("http-request.route", False, "", "an event is gone, seen at the end of the run"))
    record = turned(found.record(), late, found.contract)

    assert record.verdict.name == "fail"
    assert record.verdict.findings[0].clause == clause
    assert record.generated["calls"] == 1
