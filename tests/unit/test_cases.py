"""The list of cases: complete, stable, each under a name that any file system takes and in one contract test."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from graphcancel.case import CONVENTIONS, TEXTS, addressed_routes, example_shape, family, route_slug
from graphcancel.cases import build_cases
from graphcancel.contract import load_contracts
from graphcancel.errors import ContractError
from graphcancel.generated_cases import generated_cases
from graphcancel.report import untested_clauses
from graphcancel.selection import selects

HERE = Path(__file__).parents[1]
CONTRACTS = load_contracts(HERE.parent / "contracts")
BY_ID = {contract.id: contract for contract in CONTRACTS}
PAGES = [contract for contract in CONTRACTS if contract.routes]
CASES = build_cases(CONTRACTS)
CLOUDS = ("global", "us-gov-l4", "us-gov-l5", "china")
RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}

# contract: addressed routes, body shapes (the page's names, and {} where it says Optional)
SHAPES = {
    "event-cancel.v1.0": (14, ("camel", "pascal", "empty")),
    "event-cancel.beta": (14, ("camel", "pascal", "empty")),
    "event-cancel.beta-2021": (17, ("camel", "pascal", "empty")),
    "event-cancel.beta-2017.de": (17, ("kommentar", "pascal", "empty")),
    "event-cancel.stub": (13, ("pascal",)),
    "bookingappointment-cancel.stub": (2, ("message",)),
    "bookingappointment-cancel.v1.0": (1, ("message",)),
}


def of(contract: str, **wanted) -> list:
    return [case for case in CASES if case.contract == contract and selects(wanted, case)]


def test_ids_are_unique_ignoring_case():
    assert len({case.id.casefold() for case in CASES}) == len(CASES)


@pytest.mark.parametrize("contract", BY_ID)
def test_every_part_of_an_id_is_a_legal_file_name_on_windows(contract):
    for case in of(contract):
        for part in case.id.split("/"):
            assert re.fullmatch(r"[A-Za-z0-9$._-]+", part), case.id
            assert not part.endswith("."), case.id
            assert part.split(".")[0].lower() not in RESERVED, case.id
        assert len(case.id) < 150


def test_no_id_is_a_folder_and_a_file_at_once():
    """
    A file is the id with a suffix; no folder on the way to another case has that name.
    """
    folders = {case.id.rsplit("/", count)[0].lower() for case in CASES for count in range(1, case.id.count("/") + 1)}

    assert not {f"{case.id}.yaml".lower() for case in CASES} & folders


@pytest.mark.parametrize("contract", SHAPES)
def test_each_documented_shape_runs_on_each_addressed_route(contract):
    routes, shapes = SHAPES[contract]
    plain = of(contract, kind="shape", circumstance=None)
    addressed = list(addressed_routes(BY_ID[contract]))

    assert len(addressed) == routes
    assert Counter((case.route, case.addressing, case.body) for case in plain) == Counter(
        (route, addressing, shape) for route, addressing in addressed for shape in shapes
    )
    assert {case.actor for case in plain} == {"organizer"}


def test_the_five_pages_read_have_63_addressed_routes():
    assert (
        sum(
            routes
            for name, (routes, _) in SHAPES.items()
            if name not in {"event-cancel.beta", "bookingappointment-cancel.v1.0"}
        )
        == 63
    )


@pytest.mark.parametrize("contract", SHAPES)
def test_one_case_per_contract_sends_each_special_text(contract):
    assert sorted(case.circumstance for case in of(contract, kind="shape") if case.circumstance) == sorted(TEXTS)


# contract: own-copy, organizers-path, occurrence, series-master, app-only, no-token, unknown-id
RULES = {
    "event-cancel.v1.0": (12, 8, 14, 14, 8, 1, 0, 1),
    "event-cancel.beta": (12, 8, 14, 14, 8, 1, 0, 1),
    "event-cancel.beta-2021": (15, 10, 17, 17, 10, 1, 0, 1),
    "event-cancel.beta-2017.de": (15, 10, 17, 17, 0, 0, 0, 1),
    "event-cancel.stub": (0, 0, 0, 0, 0, 1, 0, 0),
    "bookingappointment-cancel.stub": (0, 0, 0, 0, 0, 1, 0, 0),
    "bookingappointment-cancel.v1.0": (0, 0, 0, 0, 1, 1, 1, 0),
}
CIRCUMSTANCES = (
    "own-copy", "organizers-path", "occurrence", "series-master", "app-only", "no-token", "unknown-id", "namesake",
)  # fmt: skip


@pytest.mark.parametrize("contract", RULES)
def test_documented_rules_run_on_every_route_they_can_reach(contract):
    found = Counter(case.circumstance for case in of(contract, kind="rule"))

    assert tuple(found[name] for name in CIRCUMSTANCES) == RULES[contract]
    assert sum(found.values()) == sum(RULES[contract])


@pytest.mark.parametrize(
    ("circumstance", "actor", "families"),
    [
        ("own-copy", "attendee", {"me", "users"}),
        ("organizers-path", "attendee", {"users"}),
        ("app-only", "app", {"users"}),
        ("occurrence", "organizer", {"me", "users", "groups"}),
        ("series-master", "organizer", {"me", "users", "groups"}),
        ("namesake", "organizer", {"me"}),
    ],
)
def test_a_rule_has_its_caller_and_its_families(circumstance, actor, families):
    found = of("event-cancel.v1.0", circumstance=circumstance)

    assert {case.actor for case in found} == {actor}
    assert {case.family for case in found} == families
    assert {case.kind for case in found} == {"rule"}


def test_conventions_run_once_per_family_and_version():
    plain = {case.circumstance for case in of(CONVENTIONS, kind="convention")}
    found = Counter((case.version, case.family, case.addressing, case.circumstance) for case in of(CONVENTIONS))

    assert len(plain) == 13
    assert {count for (*_, circumstance), count in found.items() if circumstance} == {1}
    for version in ("v1.0", "beta"):
        for kind, addressing in (("me", "me"), ("users", "id"), ("users", "upn"), ("groups", "id")):
            assert {found[version, kind, addressing, name] for name in plain} == {1}


def test_what_a_page_says_itself_is_not_asked_of_the_conventions_again():
    """
    The booking page answers an unknown appointment, so no convention asks.
    """
    assert not of(CONVENTIONS, family="bookings", circumstance="unknown-id")
    assert of("bookingappointment-cancel.v1.0", circumstance="unknown-id")


def test_an_app_is_sent_to_me_once_per_version():
    assert [case.version for case in of(CONVENTIONS, circumstance="app-on-me")] == ["v1.0", "beta"]


def test_an_observation_is_what_no_clause_speaks_about():
    for case in CASES:
        assert (case.expects == "open") is (not case.clauses), case.id
        assert (case.kind == "observation") is (case.expects == "open"), case.id


def test_every_observation_case_has_an_expectation_on_record():
    recorded = BY_ID[CONVENTIONS].observations

    assert [case.id for case in CASES if case.expects == "open" and case.observation not in recorded] == []


def test_observations_stay_on_v1():
    shapes = {case.version for case in of(CONVENTIONS, kind="observation") if case.observation == "absent-body"}

    assert shapes == {"v1.0"}


def test_every_clause_of_a_case_stands_in_its_contract_and_can_be_tested():
    for case in CASES:
        for name in case.clauses:
            clause = BY_ID[case.contract].clauses[name]
            assert not clause.untestable
            assert clause.cloud is None


def test_the_documented_status_is_the_pages():
    for case in CASES:
        if case.contract == CONVENTIONS:
            continue
        answers = {answer.status for answer in BY_ID[case.contract].answers}
        assert case.documented_status in answers | {None}, case.id
        if case.expects == "accepted":
            assert case.documented_status == BY_ID[case.contract].answer(actor="organizer").status


@pytest.mark.parametrize("cloud", CLOUDS)
def test_only_the_targets_own_cloud_is_spoken_of(cloud):
    spoken = {name for case in build_cases(CONTRACTS, cloud) for name in case.clauses if name.startswith("clouds.")}

    assert spoken == {f"clouds.{cloud}"}


def test_without_a_cloud_no_clause_about_clouds_is_judged():
    assert not [name for case in CASES for name in case.clauses if name.startswith("clouds.")]


def test_the_cloud_changes_no_ids():
    assert [case.id for case in build_cases(CONTRACTS, "china")] == [case.id for case in CASES]


def test_every_clause_is_judged_by_a_case_or_listed_with_its_reason(part):
    listed = {(contract, clause): reason for contract, clause, reason in untested_clauses(part())}
    judged = {(case.contract, clause) for case in CASES for clause in case.clauses}
    every = {(contract.id, clause) for contract in CONTRACTS for clause in contract.clauses}

    assert judged | set(listed) == every
    assert not judged & set(listed)
    assert all(listed.values())
    assert "not in this cloud (china)" in listed["event-cancel.v1.0", "clouds.china"]
    assert [pair for pair, reason in listed.items() if reason == "no case of this run judges it"] == []


def test_a_clause_no_case_reaches_says_so(part):
    reasons = {reason for _, _, reason in untested_clauses(part(cases=()))}

    assert "no case of this run judges it" in reasons


def test_building_twice_gives_the_same_list():
    assert build_cases(CONTRACTS) == CASES


def test_a_route_listed_twice_is_refused():
    page = BY_ID["event-cancel.v1.0"]
    doubled = replace(page, routes=(*page.routes, page.routes[0]))

    with pytest.raises(ContractError, match=r"two cases have the id event-cancel\.v1\.0/.*listed twice"):
        build_cases([doubled])


def test_without_the_conventions_nothing_is_borrowed():
    found = build_cases([BY_ID["event-cancel.v1.0"]])

    assert {case.contract for case in found} == {"event-cancel.v1.0"}
    assert build_cases([BY_ID[CONVENTIONS]]) == ()


def test_a_page_in_lower_case_has_no_lower_case_observation():
    page = BY_ID["event-cancel.v1.0"]
    lower = replace(page, routes=tuple(route for route in page.routes if "Groups" not in route.template))

    found = build_cases([lower, BY_ID[CONVENTIONS]])

    assert not [case for case in found if case.circumstance == "lower-case-route"]
    assert [case for case in found if case.circumstance == "qualified-segment"]


def test_a_page_without_a_success_or_an_app_permission_has_fewer_clauses():
    page = BY_ID["bookingappointment-cancel.v1.0"]
    bare = replace(page, answers=(), permissions=tuple(item for item in page.permissions if item.kind != "application"))

    found = build_cases([bare])

    assert {case.circumstance for case in found} == {None, *TEXTS, "no-token"}
    assert {case.documented_status for case in found} == {None}
    assert not any("response.status" in case.clauses for case in found)


@pytest.mark.parametrize(
    ("contract", "shape"),
    [("event-cancel.v1.0", "pascal"), ("event-cancel.stub", "pascal"), ("bookingappointment-cancel.v1.0", "message")],
)
def test_rules_are_called_with_the_examples_shape(contract, shape):
    assert example_shape(BY_ID[contract]) == shape


@pytest.mark.parametrize(
    ("contract", "template", "expected"),
    [
        ("event-cancel.v1.0", "/me/events/{event}/cancel", "me"),
        ("event-cancel.v1.0", "/users/{user}/calendar/events/{event}/cancel", "users"),
        ("event-cancel.v1.0", "/groups/{group}/events/{event}/cancel", "groups"),
        (
            "bookingappointment-cancel.stub",
            "/bookingBusinesses/{business}/calendarView/{appointment}/cancel",
            "bookings",
        ),
    ],
)
def test_a_route_has_a_family(contract, template, expected):
    route = next(item for item in BY_ID[contract].routes if item.template == template)

    assert family(route) == expected


def test_the_slug_names_the_addressing_of_users():
    route = BY_ID["event-cancel.v1.0"].routes[1]

    assert route_slug(route, "upn") == "users-upn.events"
    assert route_slug(route, "id") == "users-id.events"


# -- tests/contract ---------------------------------------------------------------------------------------------------


def contract_tests() -> dict[str, dict[str, object]]:
    found = {}
    for path in sorted((HERE / "contract").glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"looked_at_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, value in vars(module).items():
            for mark in getattr(value, "pytestmark", ()):
                if mark.name == "cases":
                    found[f"{path.stem}::{name}"] = mark.kwargs
    return found


def test_each_case_belongs_to_exactly_one_contract_test():
    tests = contract_tests()
    everything = (*CASES, *generated_cases(tuple(BY_ID.values())))
    claimed = {case.id: [name for name, wanted in tests.items() if selects(wanted, case)] for case in everything}

    assert {name: where for name, where in claimed.items() if len(where) != 1} == {}


def test_each_contract_test_has_cases():
    everything = (*CASES, *generated_cases(tuple(BY_ID.values())))

    assert [name for name, told in contract_tests().items() if not any(selects(told, one) for one in everything)] == []
