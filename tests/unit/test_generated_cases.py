"""The generated cases: which there are, what is sent in each, which clauses speak, and what each gets of the calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from graphcancel.case import CONVENTIONS
from graphcancel.exchange import JSON
from graphcancel.generated import Generated
from graphcancel.generated_cases import generated_cases, kinds, one_call, shares, spread
from graphcancel.run import told_of_plan

PLAIN = (("Content-Type", JSON),)


@pytest.fixture(scope="module")
def generated(contracts):
    """Every generated case by its id."""
    return {case.id: case for case in generated_cases(contracts)}


@pytest.fixture
def call(by_id, generated):
    """One call of a case."""

    def made(name: str, sort: str, **drawn):
        case = generated[name]
        contract, lender = by_id[case.contract], by_id[case.root_of]
        kind = next(kind for kind in kinds(case, contract, lender) if kind.sort == sort)
        return one_call(case, contract, kind, Generated(sort, **drawn), None)

    return made


def test_each_addressed_route_of_each_page_has_one_and_the_conventions_those_of_today(generated, contracts):
    found = Counter(case.contract for case in generated.values())

    assert found == {
        "event-cancel.v1.0": 14,
        "event-cancel.beta": 14,
        "event-cancel.beta-2021": 17,
        "event-cancel.beta-2017.de": 17,
        "event-cancel.stub": 13,
        "bookingappointment-cancel.stub": 2,
        "bookingappointment-cancel.v1.0": 1,
        CONVENTIONS: 29,
    }
    assert {case.kind for case in generated.values()} == {"generated"}
    assert len({name.lower() for name in generated}) == len(generated)


def test_a_case_names_only_clauses_its_contract_has(generated, by_id):
    for case in generated.values():
        assert case.clauses
        assert set(case.clauses) <= set(by_id[case.contract].clauses)


def test_a_text_that_can_be_compared_has_to_arrive(call):
    where = "event-cancel.v1.0/me.events/organizer/generated"
    with_text = call(where, "as-documented", shape="camel", text="a text to be read")
    without = call(where, "as-documented", shape="camel")

    assert set(with_text.generated.accepted) - set(without.generated.accepted) == {
        "request-body.comment",
        "delete.custom-message",
    }
    assert {"response.status", "response.body", "effect.attendees-told"} <= set(without.generated.accepted)


def test_whom_a_blank_text_reaches_is_not_judged(call):
    blank = call("event-cancel.v1.0/me.events/organizer/generated", "as-documented", shape="camel", blank=True)

    assert "effect.left-calendar" in blank.generated.accepted
    assert "effect.attendees-told" not in blank.generated.accepted


def test_to_refuse_an_object_without_a_property_contradicts_a_page_that_allows_it(call):
    where = "event-cancel.v1.0/me.events/organizer/generated"

    assert call(where, "as-documented", shape="empty", headers=PLAIN).generated.refused == ("request-body.optional",)
    other = call(where, "as-documented", shape="empty", headers=(*PLAIN, ("Prefer", "unknown")))
    assert other.generated.refused == ("refusal.without-effect",)
    assert call(where, "as-documented", shape="camel", headers=PLAIN).generated.refused == ("refusal.without-effect",)


def test_what_is_sent_to_be_refused_must_not_be_accepted(call):
    where = "graph-conventions/v1.0.me.events/organizer/generated"
    found = call(where, "not-json", payload=b"{")

    assert found.expects == "refused"
    assert found.generated.accepted == ("request.malformed",)
    assert found.generated.refused == ("request.malformed", "errors.envelope", "refusal.without-effect")


def test_what_a_page_wants_refused_must_have_no_effect_either(call):
    booking = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/generated"

    without = call("event-cancel.beta-2021/me.events/organizer/generated", "no-token")
    assert without.generated.refused == ("request-headers.authorization", "refusal.without-effect")
    assert call(booking, "unknown-id").generated.refused == ("appointment.unknown", "refusal.without-effect")


def test_a_generated_case_promises_no_clause(generated, all_cases):
    assert {tuple(one["clauses"]) for one in told_of_plan(generated.values())} == {()}
    assert any(one["clauses"] for one in told_of_plan(all_cases))


def test_what_no_page_speaks_of_may_be_accepted(call):
    found = call("graph-conventions/v1.0.me.events/organizer/generated", "undocumented", payload=b"[]")

    assert found.expects == "open"
    assert found.generated.accepted == ()
    assert found.generated.refused == ("errors.envelope", "refusal.without-effect")


def test_a_page_that_says_what_an_unknown_id_is_answered_is_held_to_it(call):
    name = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/generated"
    found = call(name, "unknown-id", id="nothing")

    assert (found.documented_status, found.clauses) == (404, ("appointment.unknown",))


@pytest.mark.parametrize("calls", [1, 2, 3, 7, 20, 100])
def test_at_least_half_of_the_calls_of_any_case_are_as_documented(calls, generated, by_id):
    for case in generated.values():
        found = shares(case, calls, kinds(case, by_id[case.contract], by_id[case.root_of]))

        assert sum(number for _, number in found) == calls
        assert found[0][0].sort == "as-documented"
        assert found[0][1] * 2 >= calls


def test_of_many_calls_each_sort_is_sent(generated, by_id):
    case = generated["graph-conventions/beta.me.events/organizer/generated"]
    found = shares(case, 40, kinds(case, by_id[CONVENTIONS], by_id[case.root_of]))

    assert {kind.sort for kind, _ in found} == {
        "as-documented", "no-token", "bad-token", "unknown-id", "malformed-id", "not-json", "mislabelled",
        "undocumented",
    }  # fmt: skip


def test_of_a_few_calls_in_each_case_there_are_many_of_every_sort_in_all(generated, by_id):
    rules = [case for case in generated.values() if case.contract == CONVENTIONS]
    found = [shares(case, 2, kinds(case, by_id[CONVENTIONS], by_id[case.root_of])) for case in rules]
    second = {kind.sort for kinds_of_case in found for kind, _ in kinds_of_case[1:]}

    assert second == {"no-token", "bad-token", "unknown-id", "malformed-id", "not-json", "mislabelled"}


@pytest.mark.parametrize("calls", [1, 20, 107, 200, 1200])
def test_the_calls_of_a_run_are_spread_evenly(calls, generated):
    cases = list(generated.values())
    found = spread(calls, cases)

    assert sum(found.values()) == calls
    pages = [found.get(case.id, 0) for case in cases if case.contract != CONVENTIONS]
    assert max(pages) - min(pages) <= 1
    # One call to the conventions would be one as documented, after which nothing is judged.
    assert 1 not in [found.get(case.id, 0) for case in cases if case.contract == CONVENTIONS]


def test_one_case_alone_gets_all_calls(generated):
    for case in generated.values():
        assert spread(9, [case]) == {case.id: 9}
    assert spread(9, []) == {}


def test_a_call_is_no_other_case_by_its_number_alone(generated):
    case = next(iter(generated.values()))

    assert replace(case, generated=Generated("as-documented", number=2)).id == case.id
