"""The contract files of this repository: complete, valid for OpenAPI tools, and true to their pages."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graphcancel.contract import ORDER, Contract, load_contracts

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parents[2] / "contracts"
CONTRACTS = load_contracts(FOLDER)
BY_ID = {contract.id: contract for contract in CONTRACTS}
WITH_ROUTES = [contract for contract in CONTRACTS if contract.routes]
READ = [contract for contract in CONTRACTS if contract.sha256]
SENTENCE = "Your request can't be completed. You need to be an organizer to cancel a meeting."
COMMENT = "Cancelling for this week due to all hands"
PROSE = ["event-cancel.v1.0", "event-cancel.beta", "event-cancel.beta-2021", "event-cancel.beta-2017.de"]

# contract: routes, addressed routes, status of success, body properties
FACTS = {
    "event-cancel.v1.0": (10, 14, 202, ["comment", "Comment"]),
    "event-cancel.beta": (10, 14, 202, ["comment", "Comment"]),
    "event-cancel.beta-2021": (12, 17, 202, ["comment", "Comment"]),
    "event-cancel.beta-2017.de": (12, 17, 202, ["Kommentar", "Comment"]),
    "event-cancel.stub": (13, 13, 204, ["Comment"]),
    "bookingappointment-cancel.stub": (2, 2, 204, ["cancellationMessage"]),
    "bookingappointment-cancel.v1.0": (1, 1, 204, ["cancellationMessage"]),
}


def by_id(contracts: Sequence[Contract]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("contract", contracts, ids=lambda contract: contract.id)


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """Read the pages' texts, by their sha256; skip where GRAPH_PAGES names no folder of them."""
    folder = os.environ.get("GRAPH_PAGES")
    if not folder:
        pytest.skip("GRAPH_PAGES names no folder with the pages' texts; they are not part of this repository")
    texts = [path.read_bytes() for path in Path(folder).iterdir() if path.is_file()]
    return {hashlib.sha256(text).hexdigest(): text.decode() for text in texts}


@pytest.fixture
def page(contract: Contract, pages: dict[str, str]) -> str:
    assert contract.sha256 in pages, f"{contract.id}: no file in GRAPH_PAGES has its sha256"
    return pages[contract.sha256]


def test_every_contract_is_there_in_order() -> None:
    assert tuple(contract.id for contract in CONTRACTS) == ORDER


@by_id(WITH_ROUTES)
def test_facts_are_those_of_the_page(contract: Contract) -> None:
    routes, addressed, status, names = FACTS[contract.id]

    assert len(contract.routes) == routes
    assert sum(len(route.addressings) for route in contract.routes) == addressed
    assert [answer.status for answer in contract.answers if answer.status < 300] == [status]
    assert [item.name for item in contract.properties] == names


def test_the_five_pages_read_have_49_routes_and_63_addressed_routes() -> None:
    routes = [route for contract in READ for route in contract.routes]

    assert len(READ) == 5
    assert len(routes) == 49
    assert sum(len(route.addressings) for route in routes) == 63


@pytest.mark.parametrize("name", PROSE)
def test_an_attendee_is_refused_with_the_sentence(name: str) -> None:
    answer = BY_ID[name].answer(actor="attendee")

    assert answer is not None
    assert (answer.status, answer.message) == (400, SENTENCE)
    assert (answer.clause, answer.message_clause) == ("organizer.refusal", "organizer.sentence")


@pytest.mark.parametrize("name", sorted(FACTS.keys() - set(PROSE)))
def test_a_page_without_the_rule_claims_no_sentence(name: str) -> None:
    assert all(answer.message is None for answer in BY_ID[name].answers)


def test_an_unknown_appointment_is_404() -> None:
    answer = BY_ID["bookingappointment-cancel.v1.0"].answer(actor="organizer", circumstance="unknown-id")

    assert answer is not None
    assert (answer.status, answer.clause) == (404, "appointment.unknown")


@by_id(WITH_ROUTES)
def test_only_a_page_that_names_attendees_answers_them(contract: Contract) -> None:
    assert (contract.answer(actor="attendee") is not None) == (contract.id in PROSE)


@by_id(WITH_ROUTES)
def test_success_has_no_body(contract: Contract) -> None:
    answer = contract.answer(actor="organizer")

    assert answer is not None
    assert (answer.clause, answer.empty_body_clause) == ("response.status", "response.body")


def test_body_is_optional_only_where_the_page_says_so() -> None:
    assert {contract.id for contract in CONTRACTS if contract.optional_clause} == set(PROSE)


def test_shapes_and_readers_of_the_body() -> None:
    shapes = {(item.name, item.shape, item.delivered_to) for contract in CONTRACTS for item in contract.properties}

    assert shapes == {
        ("comment", "camel", "attendees"),
        ("Comment", "pascal", "attendees"),
        ("Comment", "pascal", None),
        ("Kommentar", "kommentar", "attendees"),
        ("cancellationMessage", "message", "customer"),
        ("cancellationMessage", "message", None),
    }


@by_id(WITH_ROUTES)
def test_a_user_is_addressed_by_name_only_where_the_page_lets(contract: Contract) -> None:
    for route in contract.routes:
        by_name = ("id", "upn") if "userPrincipalName" in route.written else ("id",)
        expected = ("me",) if route.template.startswith("/me/") else by_name
        assert route.addressings == expected, route.written


def test_drafts_claim_nothing_for_a_todo() -> None:
    for contract in CONTRACTS:
        if contract.standing == "draft":
            assert [(cell.kind, cell.least) for cell in contract.permissions] == [("delegated-personal", ())]
            assert not contract.clouds
            assert not [name for name in contract.clauses if name.startswith(("effect.", "organizer."))]


def test_clouds_are_those_of_the_tables() -> None:
    everywhere = dict.fromkeys(("global", "us-gov-l4", "us-gov-l5", "china"), True)

    assert {contract.id: dict(contract.clouds) for contract in CONTRACTS if contract.clouds} == {
        "event-cancel.v1.0": everywhere,
        "event-cancel.beta": everywhere,
        "bookingappointment-cancel.v1.0": everywhere | {"china": False},
    }


def test_the_envelope_refuses_empty_codes_and_messages() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = BY_ID["graph-conventions"].document["components"]["schemas"]["error"]
    valid = jsonschema.Draft202012Validator(schema).is_valid

    assert valid({"error": {"code": "a", "message": "b"}})
    assert valid({"error": {"code": "a", "message": "b", "innerError": {"date": "c"}}})
    assert not valid({"error": {"code": "", "message": "b"}})
    assert not valid({"error": {"code": "a"}})
    assert not valid({"error": {"code": "a", "message": "b", "innererror": "c"}})
    assert not valid([])


def test_every_observation_without_an_expectation_is_marked_unknown() -> None:
    observations = BY_ID["graph-conventions"].observations.values()

    assert len(observations) == 35
    assert {item.mark for item in observations if item.expected is None} == {"U"}


@by_id(CONTRACTS)
def test_a_contract_is_valid_openapi(contract: Contract) -> None:
    validator = pytest.importorskip("openapi_spec_validator")

    validator.validate(contract.document, cls=validator.OpenAPIV31SpecValidator)


@by_id(CONTRACTS)
def test_schemathesis_finds_each_route(contract: Contract) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    schema = schemathesis.openapi.from_path(FOLDER / f"{contract.id}.yaml")

    operations = [result.ok() for result in schema.get_all_operations()]

    assert [(each.method.upper(), each.path) for each in operations] == [
        ("POST", route.template) for route in contract.routes
    ]


def test_the_schema_is_itself_valid() -> None:
    jsonschema = pytest.importorskip("jsonschema")

    jsonschema.Draft202012Validator.check_schema(json.loads((FOLDER / "schema.json").read_text("utf-8")))


@by_id(READ)
def test_routes_are_the_lines_of_the_page(contract: Contract, page: str) -> None:
    lines = re.findall(r"^POST /\S.*$", page, re.MULTILINE)

    assert [route.written for route in contract.routes] == lines


@by_id(READ)
def test_headings_are_those_of_the_page(contract: Contract, page: str) -> None:
    headings = {re.sub(r"^#+ |<a [^>]*></a>", "", line).strip() for line in page.splitlines()} | {"Introduction"}
    if contract.id == "event-cancel.v1.0":
        headings.add("Request headers")  # lost when the page was rendered; the file says so

    assert {clause.heading for clause in contract.clauses.values()} <= headings


@by_id(READ)
def test_the_page_has_the_facts_to_the_letter(contract: Contract, page: str) -> None:
    for answer in contract.answers:
        assert str(answer.status) in page
        assert answer.message is None or f'"{answer.message}"' in page
    for item in contract.properties:
        assert re.search(rf"\b{item.name}\b", page)
    for header in contract.headers:
        assert header.name in page
        assert header.value is None or header.value in page


@by_id(READ)
def test_clauses_are_in_other_words_than_the_page(contract: Contract, page: str) -> None:
    def runs(text: str) -> Counter[tuple[str, ...]]:
        plain = text.replace(SENTENCE, " | ").replace(COMMENT, " | ")
        words = [re.sub(r"\W", "", word).lower() for word in re.sub(r"\s#\s", " ", plain).split()]
        return Counter(zip(*(words[start:] for start in range(10)), strict=False))

    text = (FOLDER / f"{contract.id}.yaml").read_text("utf-8")
    prose = re.sub(r"^ +(x-written:|/).*$", "", text, flags=re.MULTILINE)

    assert not runs(prose).keys() & runs(page).keys()
