"""A contract drafted from a page: it passes every gate, claims what the page claims, and copies no sentence of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from graphcancel.claims import facts_of
from graphcancel.contract import Contract, load_contracts
from graphcancel.documents import read_page
from graphcancel.drafting import drafted
from graphcancel.errors import DriftError
from graphcancel.facts import Fact, Page, Remark
from graphcancel.matching import contract_of, hold

FOLDER = Path(__file__).parents[2] / "contracts"
SCHEMA = FOLDER / "schema.json"
CONTRACTS = [contract for contract in load_contracts(FOLDER) if contract.routes]
WALK = "POST /me/events/{}/decline"
OTHER = "POST /users/{}/calendars/{}/events/{}/decline"
DECLINE = (
    Fact("permission", "delegated-work", "Calendars.ReadWrite, Calendars.ReadWrite.Shared"),
    Fact("permission", "application", "not supported"),
    Fact("route", WALK, "POST /me/events/{id}/decline"),
    Fact("addressing", WALK, "me"),
    Fact("route", OTHER, "POST /users/{id}/calendars/{id}/events/{id}/decline"),
    Fact("addressing", OTHER, "id, upn"),
    Fact("header", "If-Match", ""),
    Fact("header-value", "If-Match", 'W/"{etag}": any'),
    Fact("header-required", "If-Match", "optional"),
    Fact("property", "comment", ""),
    Fact("type", "comment", "string"),
    Fact("optionality", "comment", "required"),
    Fact("property", "sendResponse", ""),
    Fact("type", "sendResponse", "boolean"),
    Fact("optionality", "sendResponse", "optional"),
    Fact("property", "proposedNewTime", ""),
    Fact("type", "proposedNewTime", "timeslot"),
    Fact("property", "toRecipients", ""),
    Fact("type", "toRecipients", "recipient collection"),
    Fact("property", "untyped", ""),
    Fact("status", "", "200, 202"),
    Fact("body", "", "event"),
    Fact("error", "400", ""),
    Fact("error", "404", ""),
    Fact("error-code", "404", "ErrorItemNotFound"),
    Fact("error-sentence", "404", 'There is: "nothing" #here, {really}\u0085.'),
    Fact("number", "introduction", "20, 3"),
    Fact("example-request", "", "POST https://graph.microsoft.com/v1.0/me/events/{id}/decline"),
    Fact("example-header", "content-type", "application/json"),
    Fact("example-property", "comment", '"true"'),
    Fact("example-property", "Extra", '{"a":[1,null,2.5]}'),
    Fact("example-status", "", "202"),
    Fact("example-request", "(example 2)", "POST https://graph.microsoft.com/v1.0/me/events/{id}/decline"),
    Fact("example-property", "Extra (example 2)", "true"),
    Fact("example-property", "no (example 3)", "null"),
)


def page(*facts: Fact, title: str | None = "event: decline", version: str | None = "v1.0") -> Page:
    return Page("page.md", title, version, "markdown", facts, (Remark(7, "a\nline"),), "1" * 64)


def loaded(text: str, tmp_path: Path) -> Contract:
    (tmp_path / "schema.json").write_text(SCHEMA.read_text("utf-8"), "utf-8")
    name = yaml.safe_load(text)["x-document"]["id"]
    (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return load_contracts(tmp_path)[0]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_a_draft_claims_what_our_contract_claims(contract: Contract, tmp_path: Path) -> None:
    facts = facts_of(contract)

    text = drafted(page(*facts, title=contract.page, version=contract.version), SCHEMA)

    draft = loaded(text, tmp_path)
    assert set(facts_of(draft)) == set(facts)
    assert [route.written for route in draft.routes] == [route.written for route in contract.routes]
    assert [route.template for route in draft.routes][:5] == [route.template for route in contract.routes][:5]
    assert draft.action.endswith("-cancel")


def test_a_draft_of_any_action_claims_what_its_page_claims(tmp_path: Path) -> None:
    draft = loaded(drafted(page(*DECLINE), SCHEMA), tmp_path)

    assert set(facts_of(draft)) == set(DECLINE)
    assert (draft.id, draft.action, draft.standing) == ("event-decline.v1.0", "event-decline", "draft")
    assert draft.sha256 == "1" * 64
    assert [route.template for route in draft.routes] == [
        "/me/events/{event}/decline",
        "/users/{user}/calendars/{calendar}/events/{event}/decline",
    ]


def test_a_draft_may_name_a_permission_with_a_small_letter(tmp_path: Path) -> None:
    scope = Fact("permission", "application", "eDiscovery.ReadWrite.All")

    draft = loaded(drafted(page(*(fact for fact in DECLINE if "permission" not in fact.kind), scope), SCHEMA), tmp_path)

    assert scope in facts_of(draft)


def test_a_draft_of_any_action_is_valid_openapi(tmp_path: Path) -> None:
    validator = pytest.importorskip("openapi_spec_validator")

    draft = loaded(drafted(page(*DECLINE), SCHEMA), tmp_path)

    validator.validate(draft.document, cls=validator.OpenAPIV31SpecValidator)


def test_a_fact_that_is_not_on_the_page_is_not_in_the_draft(tmp_path: Path) -> None:
    bare = [
        Fact("route", WALK, "POST /me/events/{id}/decline"),
        Fact("addressing", WALK, "me"),
        Fact("status", "", "202"),
    ]

    draft = loaded(drafted(page(*bare), SCHEMA), tmp_path)

    assert set(facts_of(draft)) == set(bare)
    assert "requestBody" not in draft.document["paths"]["/me/events/{event}/decline"]["post"]


def test_a_path_may_begin_with_the_address_of_the_service(tmp_path: Path) -> None:
    walk = "POST /users/{}/lessons/{}/callOff"
    line = "POST https://graph.microsoft.com/beta/users/{id}/lessons/{id}/callOff"
    facts = (Fact("route", walk, line), Fact("addressing", walk, "id, upn"), Fact("status", "", "202"))

    draft = loaded(drafted(page(*facts, title="lesson: callOff"), SCHEMA), tmp_path)

    assert set(facts_of(draft)) == set(facts)
    assert draft.routes[0].template == "/users/{user}/lessons/{lesson}/callOff"


@pytest.mark.parametrize(("title", "action"), {
    "event: decline": "event-decline",
    "EVENT:  decline": "event-decline",
    "onlineMeeting: decline it": "onlinemeeting-decline",
    "Decline an event": "event-decline",
    "decline": "event-decline",
    "": "event-decline",
    "\u4f1a\u8bae: decline": "action-decline",
}.items())  # fmt: skip
def test_an_action_is_named_after_what_it_is_done_to(title: str, action: str, tmp_path: Path) -> None:
    draft = loaded(drafted(page(*DECLINE, title=title), SCHEMA), tmp_path)

    assert (draft.id, draft.action) == (f"{action}.v1.0", action)


def test_a_draft_says_where_a_person_decides() -> None:
    text = drafted(page(*DECLINE), SCHEMA)

    todo = [line for line in text.splitlines() if "TODO" in line]
    for word in ("standing", "url", "revision", "effect", "line 7 of the page", "description", "who is answered"):
        assert any(word in line for line in todo), word
    assert "post: &decline" in text
    assert text.count("post: *decline") == 1


def test_placeholders_are_named_apart(tmp_path: Path) -> None:
    walks = {
        "POST /bookingBusinesses/{}/calendarView/{}/send": "id",
        "POST /users/{}/events/{}/instances/{}/send": "id, upn",
        "POST /users/{}/events/{}/send": "id",
        "POST /me/classes/{}/policies/{}/boxes/{}/send": "me",
    }
    facts = [
        fact
        for walk, addressing in walks.items()
        for fact in (Fact("route", walk, walk.replace("{}", "{id}")), Fact("addressing", walk, addressing))
    ]

    draft = loaded(drafted(page(*facts, Fact("status", "", "202"), title="send"), SCHEMA), tmp_path)

    assert [route.template for route in draft.routes] == [
        "/bookingBusinesses/{business}/calendarView/{appointment}/send",
        "/users/{user}/events/{event}/instances/{event-2}/send",
        "/users/{user-id}/events/{event}/send",
        "/me/classes/{class}/policies/{policy}/boxes/{box}/send",
    ]
    assert [", ".join(route.addressings) for route in draft.routes] == list(walks.values())


PAGES = sorted((Path(__file__).parent / "pages" / "api").iterdir())
NO_ACTIONS = {"collection.md": "PATCH", "tabs.md": "GET"}
"""Pages whose routes have another verb."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_draft_of_each_page_of_our_own_claims_what_it_claims(path: Path, tmp_path: Path) -> None:
    read = read_page(path)
    if path.name in NO_ACTIONS:
        with pytest.raises(DriftError, match=f"{NO_ACTIONS[path.name]} .* is no POST"):
            drafted(read, SCHEMA)
        return

    draft = loaded(drafted(read, SCHEMA), tmp_path)

    assert set(facts_of(draft)) == set(read.facts)
    assert not hold(read, draft).moved
    assert contract_of(read, [draft]) is draft


REFUSED = {
    "no route": ([Fact("status", "", "202")], "no route"),
    "no status": ([Fact("route", WALK, "POST /me/events/{id}/decline")], "no status"),
    "another verb": (
        [Fact("route", "GET /me", "GET /me"), Fact("addressing", "GET /me", "me"), Fact("status", "", "200")],
        "no POST",
    ),
    "a scope that is none": ([*DECLINE[2:], Fact("permission", "application", "<script>")], "x-permissions"),
    "a status that is none": ([*DECLINE[2:4], Fact("status", "", "2XX")], "2XX"),
    "an addressing the route cannot have": (
        [
            Fact("route", WALK, "POST /me/events/{id}/decline"),
            Fact("addressing", WALK, "id"),
            Fact("status", "", "202"),
        ],
        "addressing",
    ),
}


@pytest.mark.parametrize(("facts", "says"), REFUSED.values(), ids=REFUSED)
def test_what_no_contract_can_hold_is_refused_in_one_line(facts: list[Fact], says: str) -> None:
    with pytest.raises(DriftError, match=says) as caught:
        drafted(page(*facts), SCHEMA)

    assert str(caught.value).startswith("page.md: ")
    assert "\n" not in str(caught.value)
