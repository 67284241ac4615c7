"""Loading contracts: what is handed out, and what is refused in one or two lines."""

from __future__ import annotations

import copy
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from graphcancel.contract import Answer, Contract, load_contracts
from graphcancel.errors import ContractError
from graphcancel.strict_yaml import read_yaml

FOLDER = Path(__file__).parents[2] / "contracts"
NAME = "event-cancel.v1.0"
TEXT = (FOLDER / f"{NAME}.yaml").read_text("utf-8")
LIST = "  http-request.route:\n    heading: HTTP request\n"
DECOY = "  /me/calendar/events/{event}/cancel:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of contracts that holds the schema only."""
    shutil.copy(FOLDER / "schema.json", tmp_path)
    return tmp_path


def refusal(folder: Path) -> str:
    with pytest.raises(ContractError) as caught:
        load_contracts(folder)
    message = str(caught.value)
    assert message.count("\n") <= 1
    return message


# what is broken: old text, new text, the key (or line) the message names, what it says of it
BROKEN = {
    "not YAML": ("paths:", "paths: [", "line ", "correct the YAML"),
    "key twice": ("  language: en", "  language: en\n  language: de", "line ", "'language' a second time"),
    "key not text": ('        "202":', "        202:", "line ", "key 202 is not text"),
    "date unquoted": ("revision: rendered page of 2023 or 2024", "revision: 2024-01-01", "line ", "timestamp"),
    "number unquoted": (
        "revision: rendered page of 2023 or 2024",
        "revision: 2024",
        "x-document.revision",
        "type string",
    ),
    "undefined alias": ("post: *cancel", "post: *cancle", "line ", "alias"),
    "unknown x- key": ("x-document:", "x-dokument: {}\nx-document:", "top level", "x-dokument"),
    "unknown x- key in a route": ("    x-written:", "    x-writen: a\n    x-written:", "paths./me/events", "x-writen"),
    "unknown x- key in a response": ("x-empty-body:", "x-emptybody:", "responses.202", "x-emptybody"),
    "unknown key in a clause": (LIST, LIST + "    note: x\n", "x-clauses.http-request.route", "'note'"),
    "wrong OpenAPI": ("openapi: 3.1.0", "openapi: 3.0.3", "openapi", "allowed is 3.1.0"),
    "standing": ("standing: current", "standing: curent", "x-document.standing", "nearest: current"),
    "action": ("action: event-cancel", "action: event-delete", "x-document.action", "'event-delete'"),
    "action of one route": (
        "/me/calendar/events/{event}/cancel:",
        "/me/calendar/events/{event}/decline:",
        "paths./me/calendar/events/{event}/decline",
        "calls decline",
    ),
    "action's form": ("action: event-cancel", "action: Cancel", "x-document.action", "'Cancel'"),
    "version": ("  version: v1.0\n  language", "  version: v2.0\n  language", "x-document.version", "v1.0, beta, both"),
    "sha256": ("sha256: 1440", "sha256: 144", "x-document.sha256", "[0-9a-f]{64}"),
    "neither sha256 nor read": ("sha256: ", "# ", "x-document", "'read'"),
    "sha256 and read": ("  sha256: ", "  read: second-hand\n  sha256: ", "x-document", "'read'"),
    "id": ("id: event-cancel.v1.0", "id: event-cancel.v2.0", "x-document.id", "the file is named"),
    "status": ('"202":', '"2XX":', "responses", "'2XX'"),
    "actor": ("{actor: organizer}", "{actor: organiser}", "x-when.actor", "nearest: organizer"),
    "shape": ("x-shape: camel", "x-shape: kebab", "properties.comment.x-shape", "camel, pascal"),
    "reader": ("x-delivered: attendees", "x-delivered: everybody", "x-delivered", "attendees, organizer, customer"),
    "cloud": ("  china: {", "  germany: {", "x-clouds", "'germany'"),
    "cloud of a clause": ("x-cloud: china", "x-cloud: prc", "x-clauses.clouds.china.x-cloud", "'prc'"),
    "permission kind": ("  application: {", "  app: {", "x-permissions", "'app'"),
    "addressing": ("[id, upn]", "[upn]", "components.parameters.user.x-addressing", "upn"),
    "placeholder": ("{name: event,", "{name: evt,", "components.parameters.event.name", "'evt'"),
    "example": ("  page:\n    request:", "  first:\n    request:", "x-examples", "'first'"),
    "status of an example": ("    status: 202", '    status: "202"', "x-examples.page.status", "type integer"),
    "key of an example": ("    status: 202", "    answer: 202", "x-examples.page", "'answer'"),
    "optional": ("x-optional: true", "x-optional: false", "properties.comment.x-optional", "allowed is True"),
    "type of a property": ("comment: {type: string", "comment: {type: text", "properties.comment.type", "'text'"),
    "numbers of no section": ("x-examples:", "x-numbers: {footer: '3'}\nx-examples:", "x-numbers", "'footer'"),
    "says missing": (LIST + "    says:", LIST + "    sagt:", "x-clauses.http-request.route", "'says'"),
    "empty heading": ("heading: HTTP request", 'heading: ""', "x-clauses.http-request.route.heading", "minLength"),
    "clause not there": (
        "x-clause: organizer.sentence",
        "x-clause: organizer.sentense",
        "paths.",
        "organizer.sentense",
    ),
    "clause of a body not there": (
        "x-empty-body: response.body",
        "x-empty-body: response.bodi",
        "paths.",
        "response.bodi",
    ),
    "clause nobody points to": (", x-empty-body: response.body", "", "x-clauses.response.body", "no fact points to it"),
    "two routes equal": (
        DECOY,
        "  /me/events/{message}/cancel:\n",
        "paths./me/events/{message}/cancel",
        "the same route as /me/events/{event}/cancel",
    ),
    "written otherwise": (
        "x-written: POST /me/calendar/events",
        "x-written: POST /me/kalendar/events",
        "paths./me/calendar/events/{event}/cancel.x-written",
        "other segments",
    ),
    "parameter left out": (
        '[{$ref: "#/components/parameters/group"}, {$ref: "#/components/parameters/event"}]',
        '[{$ref: "#/components/parameters/event"}]',
        "paths./groups/{group}/events/{event}/cancel.parameters",
        "group, event",
    ),
    "parameter not defined": (
        "    group: {name: group, in: path, required: true, schema: {type: string}}\n",
        "",
        "paths./groups/{group}/events/{event}/cancel.parameters",
        "components.parameters",
    ),
}


@pytest.mark.parametrize(("old", "new", "key", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_contract_is_refused_with_file_and_key(old: str, new: str, key: str, says: str, folder: Path) -> None:
    assert old in TEXT
    (folder / f"{NAME}.yaml").write_text(TEXT.replace(old, new, 1), "utf-8")

    message = refusal(folder)

    assert message.startswith(f"{folder.name}/{NAME}.yaml: ")
    assert key in message
    assert says in message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "[]",
        "\x00",
        "[" * 100_000,
        "- " * 50_000 + "a",
        "a: &a [*a]",
        "a: &a [1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(f"a{n}: &a [{', '.join(['*a'] * 8)}]\n" for n in range(9)),
        "a: !!python/object:os.system a",
        "a: !!bool a",
        "? [a]\n: b",
        "a: 1\n---\nb: 2",
    ],
    ids=["empty", "word", "list", "nul", "deep", "deeper", "loop", "bomb", "object", "bool", "key", "two documents"],
)
def test_a_hostile_file_is_refused_without_a_traceback(text: str, folder: Path) -> None:
    (folder / f"{NAME}.yaml").write_text(text, "utf-8")

    assert f"{folder.name}/{NAME}.yaml: " in refusal(folder)


def test_a_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / f"{NAME}.yaml").write_bytes(b"a: \xff")

    assert "not UTF-8" in refusal(folder)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def test_whatever_stands_anywhere_a_contract_loads_or_is_refused(folder: Path) -> None:
    name = "bookingappointment-cancel.v1.0"
    whole = read_yaml(FOLDER / f"{name}.yaml")
    intruders: list[Any] = [None, 1, "x", [], {}, [{"x": 1}], True]
    for number, place in enumerate(places(whole)[1:]):
        document = copy.deepcopy(whole)
        *before, last = place
        parent = document
        for step in before:
            parent = parent[step]
        parent[last] = intruders[number % len(intruders)]
        (folder / f"{name}.yaml").write_text(yaml.dump(document, Dumper=yaml.CSafeDumper), "utf-8")
        try:
            load_contracts(folder)
        except ContractError as error:
            assert str(error).count("\n") <= 1  # noqa: PT017 - loading is as good an outcome


def test_a_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    assert "no contract files" in refusal(tmp_path)
    assert "no contract files" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize(("text", "says"), [(None, "cannot be read"), ("{", "not a schema"), ("[]", "not a schema")])
def test_a_folder_without_a_sound_schema_is_refused(text: str | None, says: str, folder: Path) -> None:
    shutil.copy(FOLDER / f"{NAME}.yaml", folder)
    (folder / "schema.json").unlink()
    if text is not None:
        (folder / "schema.json").write_text(text, "utf-8")

    message = refusal(folder)

    assert f"{folder.name}/schema.json: " in message
    assert says in message


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        ContractError, match=r"^event-cancel\.v1: no such contract, the nearest is event-cancel\.v1\.0;"
    ):
        load_contracts(FOLDER, ["event-cancel.v1"])


def test_only_the_named_are_loaded_in_the_common_order(folder: Path) -> None:
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / "event-cancel.beta.yaml").write_text("broken: [", "utf-8")

    found = load_contracts(folder, ["graph-conventions", "event-cancel.v1.0"])

    assert [contract.id for contract in found] == ["event-cancel.v1.0", "graph-conventions"]


def test_a_contract_that_has_no_place_in_the_order_comes_last(folder: Path) -> None:
    for path in FOLDER.glob("*.yaml"):
        shutil.copy(path, folder)
    (folder / "event-cancel.v3.0.yaml").write_text(
        TEXT.replace("id: event-cancel.v1.0", "id: event-cancel.v3.0"), "utf-8"
    )

    assert load_contracts(folder)[-1].id == "event-cancel.v3.0"


def test_loading_all_is_quick() -> None:
    def once() -> float:
        started = time.process_time()
        load_contracts(FOLDER)
        return time.process_time() - started

    assert min(once() for _ in range(5)) < 0.4  # a noisy machine takes twice as long; collection has a second


def test_loading_twice_gives_equal_values_that_can_be_keys() -> None:
    first, second = load_contracts(FOLDER), load_contracts(FOLDER)

    assert first == second
    assert len({*first, *second}) == len(first)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contracts(FOLDER, [NAME])[0]


def test_a_clause_is_named_with_its_contract(contract: Contract) -> None:
    assert contract.clauses["response.status"].name == "event-cancel.v1.0#response.status"


def test_a_clause_knows_why_it_is_not_tested_and_where_it_holds(contract: Contract) -> None:
    assert contract.clauses["effect.deleted-items"].untestable
    assert contract.clauses["response.status"].untestable is None
    assert contract.clauses["clouds.china"].cloud == "china"
    assert contract.clauses["response.status"].cloud is None


def test_a_route_keeps_its_line(contract: Contract) -> None:
    route = contract.routes[1]

    assert route.template == "/users/{user}/events/{event}/cancel"
    assert route.written == "POST /users/{id | userPrincipalName}/events/{id}/cancel"
    assert route.addressings == ("id", "upn")
    assert route.clause in contract.clauses


def test_an_answer_is_found_by_actor_and_circumstance(contract: Contract) -> None:
    organizer = contract.answer(actor="organizer")
    attendee = contract.answer(actor="attendee")

    assert organizer
    assert attendee
    assert organizer != attendee
    assert contract.answer() == organizer
    assert contract.answer(actor="reader") is None
    assert contract.answer(actor="organizer", circumstance="unknown-id") is None


def test_an_answer_to_nobody_in_particular_is_the_organizers() -> None:
    draft = load_contracts(FOLDER, ["event-cancel.stub"])[0]
    anybody = Answer(204, None, None, "response.status", "response.body")

    assert draft.answer() == draft.answer(actor="organizer") == anybody
    assert draft.answer(actor="attendee") is None
    assert draft.answer(actor="reader") is None


def test_a_header_keeps_what_its_row_says_and_no_more(contract: Contract) -> None:
    authorization, content_type = contract.headers

    assert (authorization.name, authorization.value, authorization.required) == (
        "Authorization",
        "Bearer {token}",
        True,
    )
    assert content_type.value is None


def test_a_permission_not_supported_has_no_scopes() -> None:
    booking = load_contracts(FOLDER, ["bookingappointment-cancel.v1.0"])[0]

    assert {cell.kind: (cell.least, cell.higher) for cell in booking.permissions} == {
        "delegated-work": (
            ("BookingsAppointment.ReadWrite.All",),
            ("Bookings.Manage.All", "Bookings.ReadWrite.All"),
        ),
        "delegated-personal": ((), ()),
        "application": (("Bookings.ReadWrite.All",), ("Bookings.Manage.All",)),
    }


def test_an_observation_carries_its_mark_and_source() -> None:
    observation = load_contracts(FOLDER, ["graph-conventions"])[0].observations["blank-comment"]

    assert (observation.expected, observation.mark) == ("202, no notification", "R")
    assert "8952" in observation.source
