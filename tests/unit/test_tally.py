"""What the calls of a generated case come to: counts, one line per clause, the floor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_run import call as small_call

from graphcancel.evidence import Finding
from graphcancel.generated import Generated
from graphcancel.generated_cases import generated_cases
from graphcancel.record import Record
from graphcancel.tally import Tally, about_the_answer, broken_clauses, turned
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


def told(tally, status, *findings, curl="curl", earlier=(), **answer):
    """The record of one call, after *earlier* ones on its way."""
    case = replace(tally.case, generated=Generated("as-documented"))
    line = small_call() | {"status": status} | answer
    line["response"] = None if status is None else {"headers": {}, "body": "", "bytes": 0} | answer.get("response", {})
    if status is None:
        line["failure"] = "read timeout"
    before = tuple(small_call() | {"status": one, "failure": "of an earlier call"} for one in earlier)
    return Record(case, conclude(findings, sent=True), (*before, line), curl)


def never_made(tally, reason="no group"):
    """The record of a call that could not be made."""
    return Record(tally.case, conclude((), sent=False, reason=reason), (), None)


def held(clause="response.status", documented="202"):
    return Finding(clause, True, documented, "202")


def broken(clause="response.status", received="200"):
    return Finding(clause, False, "202", received)


def unseen(clause="response.status", reason="not seen"):
    return Finding(clause, None, "", "", reason)


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


def test_what_is_told_of_a_broken_clause_is_what_the_smallest_call_shows(tally):
    found = tally()
    found.add(told(found, 200, broken(received="200 of a large call"), curl="curl of a large call"))
    found.stand_for("response.status", told(found, 200, broken(received="200 of the smallest"), curl="curl"))
    found.add(told(found, 204, broken(received="204 of a later call"), curl="curl of a later call"))
    record = found.record()

    assert record.verdict.findings[0].received == "200 of the smallest"
    assert record.curl == "curl"
    assert found.broken["response.status"].curl == "curl"


def test_a_smaller_call_stands_for_what_else_it_breaks_where_nothing_was_known_of_that(tally):
    found = tally()
    found.add(told(found, 200, broken(), curl="of the status"))
    found.add(told(found, 202, broken("response.body"), held("example.comment"), curl="of the body"))
    breaks = (broken(received="by the smallest"), broken("response.body"), broken("request-body.comment"))
    found.stand_for("response.status", told(found, 200, *breaks, held("example.comment"), curl="the smallest"))
    record = found.record()

    assert {clause: record.curl for clause, record in found.broken.items()} == {
        "response.status": "the smallest",
        "response.body": "of the body",
        "request-body.comment": "the smallest",
    }
    lines = {line.clause: (line.held, line.received) for line in record.verdict.findings}
    assert lines["request-body.comment"] == (False, "200")
    # It was made to find a smaller one, and counts for nothing that holds.
    assert lines["example.comment"] == (True, "so in 1 call")


def test_what_no_call_could_show_leaves_the_case_inconclusive(tally):
    found = tally()
    found.add(told(found, 202, held(), unseen("effect.attendees-told", "an inbox could not be read")))

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


def test_each_clause_has_one_line_in_the_order_of_the_case_and_what_it_does_not_list_comes_last(tally):
    found = tally(RULES)
    listed = ("errors.envelope", WITHOUT_EFFECT, "errors.not-found")
    found.add(told(found, 202))
    for clause in ("authorization.read-only", *reversed(listed)):
        found.add(told(found, 202, held(clause)))

    lines = [line.clause for line in found.record().verdict.findings]
    assert lines == [*listed, "authorization.read-only"]


def test_the_shortest_call_that_was_accepted_and_the_shortest_that_was_not_are_shown(tally):
    found = tally()
    for number, length in enumerate((3, 1, 2, 1)):
        found.add(told(found, 202, held(), curl="a" * length, ms=number))
        found.add(told(found, 404, curl="refused" * length, ms=number + 10))
    record = found.record()

    assert [(line["status"], line["ms"]) for line in record.calls] == [(202, 1), (404, 11)]
    assert record.curl == "a"


def test_of_a_call_in_several_steps_the_last_is_the_one_that_counts(tally):
    found = tally()
    found.add(told(found, None, earlier=[202]))
    assert (found.accepted, found.refused) == (0, 1)

    found.add(told(found, 202, held(), earlier=[404]))
    assert (found.accepted, found.refused) == (1, 1)

    record = found.record()
    assert record.verdict.findings[0].received == "received no answer (read timeout)"
    assert [line["status"] for line in record.calls] == [None]


def test_calls_that_hold_are_told_beside_what_was_documented_for_the_first(tally):
    found = tally()
    for length in (3, 4):
        found.add(told(found, 202, held("response.status", f"{length} characters")))
    line = found.record().verdict.findings[0]

    assert (line.documented, line.received) == ("3 characters", "so in 2 calls")


@pytest.mark.parametrize(("late", "told_late"), [((None, None), None), ((None, 7.5), 7.5), ((9.0, 7.5), 9.0)])
def test_calls_that_hold_are_told_with_the_latest_of_their_effects(late, told_late, tally):
    found = tally()
    for seconds in late:
        found.add(told(found, 202, replace(held("effect.attendees-told"), late_s=seconds)))

    assert found.record().verdict.findings[0].late_s == told_late


def test_what_no_call_showed_is_told_with_the_reason_of_the_first(tally):
    found = tally()
    for reason in ("an inbox could not be read", "another reason"):
        found.add(told(found, 202, unseen("effect.attendees-told", reason)))

    assert found.record().verdict.reason == "an inbox could not be read"


def test_what_some_calls_could_not_show_is_told(tally):
    found = tally()
    found.add(told(found, 202, held()))
    found.add(told(found, 202, unseen()))

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
    lines = [(line.clause, line.documented) for line in record.verdict.findings]
    floor = [("http-request.route", "at least 40% of the calls accepted")] if strict else []
    assert lines == [("response.status", "202"), *floor]


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
    found.add(never_made(found))
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


def test_a_case_that_was_given_no_call_judges_nothing(tally):
    verdict = tally().record().verdict

    assert (verdict.name, verdict.reason) == (
        "inconclusive",
        "no clause spoke for any of 0 generated calls; generate more",
    )


@pytest.mark.parametrize(("unsent", "made", "in_vain"), [(2, 0, False), (3, 0, True), (3, 1, False), (0, 0, False)])
def test_after_three_calls_of_which_nothing_came_no_more_are_made(unsent, made, in_vain, tally):
    found = tally()
    for _ in range(made):
        found.add(told(found, 404))
    for _ in range(unsent):
        found.add(never_made(found))

    assert found.in_vain is in_vain


def test_every_call_that_was_begun_counts_as_made(tally):
    found = tally()
    found.add(told(found, 202))
    found.add(told(found, 404))
    for _ in range(3):
        found.add(never_made(found))
    found.shrinking += 4

    assert (found.calls, found.made) == (2, 9)


def test_calls_that_were_never_made_judge_nothing(tally):
    found = tally()
    for _ in range(3):
        found.add(never_made(found))
    record = found.record()

    assert found.in_vain
    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "no group")
    assert record.generated == {"calls": 0, "accepted": 0, "refused": 0, "allotted": 10, "seed": 3, "unsent": 3}


@pytest.mark.parametrize("name", [PAGE, RULES])
@pytest.mark.parametrize(
    ("status", "says"),
    [
        (500, "500, which is neither a success nor a refusal"),
        (503, "503, which is neither a success nor a refusal"),
        (302, "302, which is neither a success nor a refusal"),
        (300, "300, which is neither a success nor a refusal"),
        (399, "399, which is neither a success nor a refusal"),
        (199, "199, which is neither a success nor a refusal"),
        (None, "received no answer (read timeout)"),
    ],
)
def test_an_answer_that_is_neither_success_nor_refusal_is_a_finding(name, status, says, tally):
    found = tally(name)
    record = told(found, status)
    clause = {PAGE: "response.status", RULES: "errors.envelope"}[name]
    documented = {PAGE: "202, or a refusal (4xx)", RULES: "a success, or a refusal (4xx)"}[name]

    assert broken_clauses(record, found.contract) == {clause}
    found.add(record)
    line = found.record().verdict.findings[0]
    assert (line.documented, line.received) == (documented, says)
    assert (found.accepted, found.refused) == (0, 1)


@pytest.mark.parametrize(
    ("status", "accepted"), [(200, True), (202, True), (299, True), (400, False), (404, False), (499, False)]
)
def test_a_success_counts_as_accepted_and_a_refusal_as_refused_and_neither_is_a_finding(status, accepted, tally):
    found = tally()
    record = told(found, status)
    found.add(record)

    assert (found.accepted, found.refused) == (accepted, not accepted)
    assert broken_clauses(record, found.contract) == frozenset()


@pytest.mark.parametrize(("name", "clause"), [(PAGE, "response.status"), (RULES, "errors.envelope")])
def test_an_answer_breaks_the_same_clause_wherever_the_case_lists_it(name, clause, tally):
    found = tally(name)
    case = replace(found.case, clauses=found.case.clauses[::-1])

    assert about_the_answer(case, found.contract) == clause


def test_an_answer_that_breaks_a_clause_leaves_what_the_call_shows_of_others(tally):
    found = tally(strict=False)
    found.add(told(found, 500, held(), broken("response.body"), held("example.comment")))

    lines = {line.clause: line.held for line in found.record().verdict.findings}
    assert lines == {"response.status": False, "response.body": False, "example.comment": True}


def test_under_a_contract_without_clauses_no_answer_is_a_finding(tally):
    found = tally()

    assert broken_clauses(told(found, 500, broken()), replace(found.contract, clauses={})) == frozenset()


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
    other = "errors.envelope" if name == RULES else "response.body"
    found.add(told(found, 202, held(other), held(clause)))
    seen = Finding("http-request.route", False, "", "an event is gone, seen at the end of the run")
    late = told(found, 400, seen, held("example.comment"), curl="curl of the refused call")
    record = turned(found.record(), late, found.contract)

    assert record.verdict.name == "fail"
    line, *rest = record.verdict.findings
    assert (line.clause, line.held) == (clause, False)
    assert line.documented == found.contract.clauses[clause].says
    assert line.received == "a refused call: an event is gone, seen at the end of the run"
    assert [(item.clause, item.received) for item in rest] == [(other, "so in 1 call")]
    assert record.generated["calls"] == 1
    assert (record.calls, record.curl) == (late.calls, "curl of the refused call")


def test_where_a_contract_has_no_clause_an_effect_seen_at_the_end_is_told_as_it_was_found(tally):
    found = tally()
    late = told(found, 400, Finding(WITHOUT_EFFECT, False, "no effect", "an event is gone"))
    line = turned(found.record(), late, replace(found.contract, clauses={})).verdict.findings[0]

    assert (line.clause, line.documented) == (WITHOUT_EFFECT, "no effect")
