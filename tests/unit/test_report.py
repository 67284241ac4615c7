"""What a run says at its end, from its lines alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from graphcancel.cases import build_cases
from graphcancel.contract import load_contracts
from graphcancel.disputes import NOT_LISTED, disputes, load_disputes
from graphcancel.report import Missing, not_run, readings, reasons, unjudged, unshown
from graphcancel.run import told_of_contracts, told_of_disputes, weight
from graphcancel.tabulated import clause_table, coverage_table, rendered

CONTRACTS = load_contracts(Path(__file__).parents[2] / "contracts")
BY_ID = told_of_contracts(CONTRACTS)
CASES = build_cases(CONTRACTS)
STUB = "event-cancel.stub"


def line(
    contract: str = "event-cancel.v1.0", verdict: str = "pass", route: str = "/me/events/{id}/cancel", **more
) -> dict:
    return {
        "kind": "case",
        "id": f"{contract}/me.events/organizer/pascal",
        "contract": contract,
        "route": route,
        "addressing": "me",
        "gating": True,
        "verdict": verdict,
        "reason": None,
        "clauses": [],
        "exchanges": [{"status": 202}],
    } | more


def judged(clause: str, held: bool | None, documented: str = "204", received: str = "202", **more) -> dict:
    return {"clause": clause, "held": held, "documented": documented, "received": received} | more


def test_a_pair_judged_once_is_judged():
    lines = [
        line(clauses=[judged("a", None, reason="no token"), judged("b", None)], reason="why"),
        line(clauses=[judged("a", False)]),
    ]

    assert unjudged(lines) == [Missing("event-cancel.v1.0", "b", "/me/events/{id}/cancel", "me", "why")]


@pytest.mark.parametrize(
    "other",
    [
        line(route="/elsewhere", clauses=[judged("a", True)]),
        line(addressing="upn", clauses=[judged("a", True)]),
        line("event-cancel.beta", clauses=[judged("a", True)]),
        line(gating=False, clauses=[judged("a", True)]),
    ],
    ids=range(4),
)
def test_a_judgement_elsewhere_does_not_count(other):
    found = unjudged([line(clauses=[judged("a", None)]), other])

    assert [(item.clause, item.reason) for item in found] == [("a", "not examined")]


def test_only_a_whole_run_has_clauses_that_no_call_of_it_could_show(part):
    lines = [line(STUB, clauses=[judged("response.status", True)])]
    whole = replace(part(lines), footer={"partial": False})

    assert (STUB, "response.body") in unshown(whole)
    assert (STUB, "response.status") not in unshown(whole)
    assert unshown(replace(whole, footer={"partial": True})) == []


@pytest.mark.parametrize(
    ("selected", "planned", "found"),
    [
        (None, 3, (0, 2)),
        (3, 3, (0, 2)),
        (2, 3, (1, 1)),
        (1, 3, (2, 0)),
        (0, 3, (2, 0)),
        (9, 3, (0, 2)),
        (None, 0, (0, 0)),
    ],
)
def test_cases_that_did_not_run_were_not_selected_or_not_reached_and_never_less_than_none(
    selected, planned, found, part
):
    one = part([line()])
    some = replace(one, header={**one.header, "plan": one.plan[:planned]}, footer={"selected": selected})

    assert not_run(some) == found


def test_what_does_not_gate_leaves_no_gap():
    assert unjudged([line(gating=False, clauses=[judged("a", None)])]) == []


def text(table, width: int = 200) -> list[str]:
    return [" ".join(row.split()) for row in rendered(table, width, color=False).splitlines()]


def test_the_coverage_counts_routes_called_cases_and_verdicts(part):
    stub = [case for case in CASES if case.contract == STUB]
    lines = [
        line(STUB, "pass"),
        line(STUB, "fail", exchanges=[]),
        line(STUB, "inconclusive", gating=False),
        line("event-cancel.beta", "observed", gating=False),
    ]
    rows = text(coverage_table(part(lines)))

    assert rows[0] == "contract routes cases pass fail observed inconclusive error"
    assert f"2 event-cancel.stub 1/13 3/{len(stub)} 1 1 0 1 0" in rows
    assert any(row.startswith("1 event-cancel.beta 1/14 1/") for row in rows)
    assert not any("event-cancel.v1.0" in row for row in rows)
    both = sum(case.contract in {STUB, "event-cancel.beta"} for case in CASES)
    assert rows[-1] == f"all 4/{both} 1 1 1 1 0"


def test_a_narrow_coverage_abbreviates(part):
    assert text(coverage_table(part(), narrow=True))[0] == "contract routes cases pass fail obs. inc. error"


def test_the_clause_table_counts_held_of_judged_per_page(part):
    lines = [
        line(clauses=[judged("response.status", True), judged("response.body", None)]),
        line(clauses=[judged("response.status", False)]),
        line(STUB, clauses=[judged("response.status", True), judged("response.status", None)]),
    ]
    rows = text(clause_table(part(lines)))

    assert rows == ["clause held in (1) (2)", "response.body ?", "response.status 1/2 1"]


def test_color_is_used_only_where_it_is_wanted(part):
    table = clause_table(part([line(clauses=[judged("response.status", False), judged("response.body", None)])]))

    assert "\x1b[" in rendered(table, 100, color=True)
    assert "\x1b[" not in rendered(table, 100, color=False)


def test_a_narrow_terminal_still_shows_something(part):
    assert rendered(coverage_table(part([line()])), 1, color=False)


@pytest.fixture
def reading(part):
    def found(lines, dispute: str) -> dict[str, str]:
        states = {item.id: {one.value: one.state for one in item.readings} for item in readings(part(lines))}
        return states[dispute]

    return found


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([], "not examined"),
        ([None], "not examined"),
        ([True], "followed"),
        ([False], "not followed"),
        ([True, False], "partly followed"),
    ],
)
def test_a_reading_is_followed_where_every_judged_clause_that_gives_it_held(outcomes, state, reading):
    lines = [line(clauses=[judged("response.status", held)]) for held in outcomes]

    assert reading(lines, "event-cancel/response.status") == {"202": state, "204": "not examined"}


def test_generated_calls_say_nothing_of_a_reading(reading):
    lines = [line(clauses=[judged("response.status", True)]), line(clauses=[judged("response.status", False)])]

    assert (
        reading([lines[0], lines[1] | {"generated": {"calls": 4}}], "event-cancel/response.status")["202"] == "followed"
    )


def test_every_dispute_has_each_of_its_readings_but_not_that_a_page_lists_none(part):
    computed = {item.id: {one.value for one in item.readings} - {NOT_LISTED} for item in disputes(CONTRACTS)}
    found = readings(part())

    assert {item.id: {one.value for one in item.readings} for item in found} == computed
    assert not any(item.examined for item in found)
    assert all(item.settled and item.told_apart_by for item in found)


def test_of_some_contracts_only_their_own_disputes_are_told(contracts):
    some = [contract for contract in contracts if contract.id in {"event-cancel.v1.0", STUB}]
    told = told_of_disputes(load_disputes(Path(__file__).parents[2] / "contracts" / "disputes.yaml"), some)

    disputed = {item["id"] for item in told if len(item["readings"]) > 1}
    assert disputed == {item.id for item in disputes(some)}


def test_a_spelling_is_followed_on_the_routes_that_have_it(reading):
    disputed = next(item.id for item in disputes(CONTRACTS) if item.id.endswith("http-request.calendargroups"))
    walked = line(
        route="/me/calendarGroups/{id}/calendars/{id}/events/{id}/cancel", clauses=[judged("http-request.route", True)]
    )
    states = reading([walked, line(clauses=[judged("http-request.route", False)])], disputed)

    assert {value for value, state in states.items() if state == "followed"} == {
        value for value in states if "calendarGroups" in value.split(", ")
    }
    assert "not followed" not in states.values()


def test_a_base_is_followed_on_the_routes_that_start_with_it(reading):
    disputed = "bookingappointment-cancel/http-request.base"
    states = reading(
        [
            line(
                "bookingappointment-cancel.v1.0",
                route="/solutions/bookingBusinesses/{id}/appointments/{id}/cancel",
                clauses=[judged("http-request.route", True)],
            )
        ],
        disputed,
    )

    assert states["/solutions/bookingBusinesses"] == "followed"
    assert states["/bookingBusinesses"] == "not examined"


def test_reasons_come_with_the_most_frequent_first():
    lines = [line(verdict="inconclusive", reason=reason) for reason in ("b", "a", "b")]

    assert reasons([*lines, line(verdict="fail", reason="c")]) == [("b", 2), ("a", 1)]


def test_what_is_shown_to_be_typed_can_be_typed():
    """
    Pytest takes the id after -k as it stands.
    """
    assert all(re.fullmatch(r"[\w+.\[\]\\/:-]+", case.id) for case in CASES)
    assert not [case.id for case in CASES if {"and", "or", "not"} & set(case.id.split("/"))]


@pytest.mark.parametrize(
    ("gating", "excused", "known", "case", "item"),
    [
        (True, False, False, "fail", "fail"),
        (True, False, True, "fail", "known"),
        (True, True, True, "known", "known"),
        (False, False, False, "lax", "lax"),
        (False, True, True, "lax", "lax"),
    ],
)
def test_what_a_finding_weighs(gating, excused, known, case, item):
    finding = judged("response.status", False, **({"deviation": {"entry": 1}} if known else {}))
    found = line(verdict="fail", gating=gating, excused=excused, clauses=[finding])

    assert (weight(found), weight(found, finding)) == (case, item)
