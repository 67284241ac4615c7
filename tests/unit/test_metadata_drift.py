"""Each thing in which published metadata differs from a contract is found, and only what a page's loss would be moves."""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from published import CSDL, as_contract_says, as_generated, call, unheard, written

from graphcancel.__main__ import main
from graphcancel.contract import Contract
from graphcancel.csdl_stream import read_csdl
from graphcancel.difference import Difference
from graphcancel.errors import MetadataError
from graphcancel.metadata_drift import Compared, MetadataDrift, compare_metadata
from graphcancel.metadata_text import told_of_metadata
from graphcancel.openapi_stream import ITEMS, read_openapi

CURRENT = "event-cancel.v1.0"
USERS = "/users/{user-id}/events/{event-id}/cancel"
ME = 4
"""Routes of the contract that begin there."""


@pytest.fixture
def compared(contracts, by_id, tmp_path) -> Callable[..., MetadataDrift]:
    """Hold an OpenAPI tree, or a model's text, against contracts."""

    def compare(source: Any, *ids: str | Contract, version: str | None = None) -> MetadataDrift:
        chosen = [by_id[each] if isinstance(each, str) else each for each in ids] or contracts
        templates = {route.template for contract in chosen for route in contract.routes}
        if isinstance(source, str):
            (tmp_path / "v1.0.csdl").write_text(source)
            metadata = read_csdl(tmp_path / "v1.0.csdl", templates, unheard)
        else:
            metadata = read_openapi(written(source, tmp_path / "it.json", "json"), templates, unheard)
        return compare_metadata(metadata, chosen, version, chosen=bool(ids))

    return compare


def differences(drift: MetadataDrift) -> list[tuple[str, str, str, str, str]]:
    """What differs, without contract and place."""
    return [
        (each.change, each.kind, each.about, each.documented, each.found)
        for contract in drift.contracts
        for each in contract.differences
    ]


def agreeing(by_id, name: str = CURRENT) -> dict[str, Any]:
    """A file that agrees with the contract, every operation its own."""
    return json.loads(json.dumps(as_contract_says(by_id[name])))


def schema_of(operation: dict[str, Any]) -> dict[str, Any]:
    return operation["requestBody"]["content"]["application/json"]["schema"]


# -- agreement --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "event-cancel.v1.0",
        "event-cancel.beta",
        "event-cancel.beta-2021",
        "event-cancel.stub",
        "bookingappointment-cancel.stub",
        "bookingappointment-cancel.v1.0",
    ],
)
def test_a_file_that_says_the_same_differs_in_nothing(name, compared, by_id):
    drift = compared(as_contract_says(by_id[name]), name)

    assert differences(drift) == []
    assert drift.contracts[0].found == drift.contracts[0].routes == len(by_id[name].routes)
    assert drift.notes == ()
    assert not drift.moved


@pytest.mark.parametrize("name", ["event-cancel.v1.0", "event-cancel.stub", "bookingappointment-cancel.v1.0"])
def test_a_contract_taken_for_published_metadata_agrees_with_itself(name, compared, by_id):
    document = json.loads(json.dumps(dict(by_id[name].document)))
    document["servers"] = [{"url": f"https://graph.example/{by_id[name].version}"}]

    assert differences(compared(document, name)) == []


def test_a_model_that_says_the_same_differs_in_nothing(compared):
    drift = compared(CSDL)

    assert [(each.contract, each.found) for each in drift.contracts] == [
        (CURRENT, 10),
        ("bookingappointment-cancel.v1.0", 1),
    ]
    assert differences(drift) == []


@pytest.mark.parametrize("spelling", ["comment", "Comment"])
def test_either_spelling_of_the_page_will_do(spelling, compared, by_id):
    tree = agreeing(by_id)
    for item in tree["paths"].values():
        schema_of(item["post"])["properties"] = {spelling: {"type": "string"}}

    assert differences(compared(tree, CURRENT)) == []


# -- one thing changed ------------------------------------------------------------------------------------------------


def test_each_route_that_is_lost_is_told_and_moves(compared, by_id):
    for route in by_id[CURRENT].routes:
        tree = agreeing(by_id)
        del tree["paths"][as_generated(route.template)]

        drift = compared(tree, CURRENT)

        about = "POST " + "/".join("{}" if part.startswith("{") else part for part in route.template.split("/"))
        assert differences(drift) == [("removed", "route", about, route.written, "")]
        assert drift.moved


def test_each_route_in_another_case_is_told_and_moves(compared, by_id):
    for route in by_id[CURRENT].routes:
        tree = agreeing(by_id)
        path = as_generated(route.template)
        tree["paths"][path.replace("/events/", "/Events/")] = tree["paths"].pop(path)

        drift = compared(tree, CURRENT)

        [(change, kind, _, documented, found)] = differences(drift)
        assert (change, kind, documented) == ("changed", "route", route.written)
        assert found == "POST " + path.replace("/events/", "/Events/")
        assert drift.moved


def altered(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Do *change* to every operation of a file."""

    def alter(tree: dict[str, Any]) -> None:
        for item in tree["paths"].values():
            change(item["post"])

    return alter


CHANGES = {
    "property lost": (lambda post: schema_of(post)["properties"].clear(), ("removed", "property", "comment", "comment, Comment", ""), True),
    "property respelled": (lambda post: schema_of(post).update(properties={"COMMENT": {"type": "string"}}), ("changed", "property", "comment", "comment, Comment", "COMMENT"), True),
    "property retyped": (lambda post: schema_of(post).update(properties={"Comment": {"type": "boolean"}}), ("changed", "type", "comment", "string", "boolean"), True),
    "property untyped": (lambda post: schema_of(post).update(properties={"Comment": {}}), ("disputed", "type", "comment", "string", ""), False),
    "property added": (lambda post: schema_of(post)["properties"].update(Reason={"type": "string"}), ("disputed", "property", "Reason", "", "Reason"), False),
    "property required": (lambda post: schema_of(post).update(required=["Comment"]), ("disputed", "optionality", "comment", "optional", "required"), False),
    "body required": (lambda post: post["requestBody"].update(required=True), ("disputed", "optionality", "", "optional", "a body is required"), False),
    "no body": (lambda post: post.pop("requestBody"), ("removed", "property", "comment", "comment, Comment", ""), True),
    "204": (lambda post: post.update(responses={"204": {}}), ("disputed", "status", "", "202", "204"), False),
    "2XX": (lambda post: post.update(responses={"2XX": {}}), ("disputed", "status", "", "202", "2XX"), False),
    "200 and 202": (lambda post: post.update(responses={"200": {}, "202": {}}), ("disputed", "status", "", "202", "200, 202"), False),
    "no success": (lambda post: post.update(responses={"default": {}}), ("disputed", "status", "", "202", "none declared"), False),
    "refusals alone": (lambda post: post.update(responses={"4XX": {}}), ("disputed", "status", "", "202", "none declared"), False),
    "another refusal": (lambda post: post["responses"].update({"418": {}}), None, False),
    "answer with content": (lambda post: post["responses"]["202"].update(content={"application/json": {}}), ("disputed", "body", "", "empty", "application/json"), False),
    "description": (lambda post: post.update(description="other words"), None, False),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected", "moved"), CHANGES.values(), ids=CHANGES)
def test_exactly_what_is_changed_everywhere_is_told_once(change, expected, moved, compared, by_id):
    tree = agreeing(by_id)
    altered(change)(tree)

    drift = compared(tree, CURRENT)

    assert differences(drift) == ([expected] if expected else [])
    assert drift.moved is moved


@pytest.mark.parametrize(("change", "expected", "moved"), CHANGES.values(), ids=CHANGES)
def test_what_is_changed_on_one_route_is_told_of_that_route(change, expected, moved, compared, by_id):
    tree = agreeing(by_id)
    change(tree["paths"][USERS]["post"])

    drift = compared(tree, CURRENT)

    if expected:
        about = f"{expected[2]} (POST /users/{{}}/events/{{}}/cancel)".lstrip()
        assert differences(drift) == [(*expected[:2], about, *expected[3:])]
    else:
        assert differences(drift) == []
    assert drift.moved is moved


@pytest.mark.parametrize(("change", "expected", "moved"), CHANGES.values(), ids=CHANGES)
def test_nothing_moves_of_a_contract_that_is_not_current(change, expected, moved, compared, by_id):
    tree = agreeing(by_id, "event-cancel.beta-2021")
    altered(change)(tree)
    del tree["paths"]["/me/events/{event-id}/cancel"]

    drift = compared(tree, "event-cancel.beta-2021")

    assert len(differences(drift)) == 1 + bool(expected)
    assert {change for change, *_ in differences(drift)} == {"disputed"}
    assert not drift.moved


@pytest.mark.parametrize(
    ("old", "new", "expected", "moved"),
    [
        ('"calendarGroups"', '"calendargroups"', ("changed", "route", "POST /me/calendarGroups/{}/calendars/{}/events/{}/cancel", "POST /me/calendarGroups/{id}/calendars/{id}/events/{id}/cancel", "POST /me/calendargroups/{calendar-group}/calendars/{calendar}/events/{event}/cancel"), True),
        ('"Comment"', '"Reason"', ("removed", "property", "comment", "comment, Comment", ""), True),
        ('"Comment" Type="Edm.String"', '"Comment" Type="Edm.Int32"', ("changed", "type", "comment", "string", "integer"), True),
        ('"Comment" Type="Edm.String"', '"Comment" Type="Edm.String" Nullable="false"', ("disputed", "optionality", "comment", "optional", "required"), False),
        ('Unicode="false" />\n      </Action>\n      <Action', 'Unicode="false" /><ReturnType Type="graph.event" />\n      </Action>\n      <Action', ("disputed", "body", "", "empty", "graph.event"), False),
    ],
)  # fmt: skip
def test_what_a_model_says_otherwise_is_told(old, new, expected, moved, compared):
    assert CSDL.count(old) == 1

    drift = compared(CSDL.replace(old, new), CURRENT)

    assert expected in differences(drift)
    assert drift.moved is moved


def test_what_the_page_says_and_the_file_does_not_is_disputed(compared, by_id):
    """No contract on file calls a property required or says what is returned; one that is drafted may."""
    document = json.loads(json.dumps(dict(by_id[CURRENT].document)))
    for item in document["paths"].values():
        schema_of(item["post"])["required"] = ["comment"]
        answer = item["post"]["responses"]["202"]
        del answer["x-empty-body"]
        answer["content"] = {"application/json": {"schema": {"x-type": "event", "x-clause": "response.status"}}}
    answers = tuple(replace(each, empty_body_clause=None) for each in by_id[CURRENT].answers)
    demanding = replace(by_id[CURRENT], document=document, answers=answers, optional_clause=None)
    returned = ("disputed", "body", "", "event", "")
    wanted = ("disputed", "optionality", "comment", "required", "optional")

    drift = compared(agreeing(by_id), demanding)

    assert differences(drift) == [wanted, returned]
    assert not drift.moved
    assert differences(compared(CSDL, demanding)) == [wanted, returned]
    tree = agreeing(by_id)
    altered(lambda post: post["responses"]["202"].update(content={"application/json": {}}))(tree)
    altered(lambda post: schema_of(post).update(required=["Comment"]))(tree)
    assert differences(compared(tree, demanding)) == []


def test_a_model_without_a_walk_says_where_it_ends(compared):
    drift = compared(CSDL.replace("calendarGroups", "groupsOfCalendars"), CURRENT)

    assert [found for _, _, _, _, found in differences(drift)] == [
        "/me (microsoft.graph.user) has no calendarGroups",
        "/users/{} (microsoft.graph.user) has no calendarGroups",
    ]
    assert drift.moved


# -- what the file leaves open ----------------------------------------------------------------------------------------


def test_me_is_looked_for_below_users_where_the_file_has_none_of_it(compared, by_id):
    tree = agreeing(by_id)
    tree["paths"] = {path: item for path, item in tree["paths"].items() if not path.startswith("/me/")}

    drift = compared(tree, CURRENT)

    assert differences(drift) == []
    assert drift.notes == ("the file has nothing below /me; those routes were looked for below /users/{id}",)


def test_me_in_another_case_is_there_and_moves(compared, by_id):
    tree = agreeing(by_id)
    tree["paths"] = {path.replace("/me/", "/Me/"): item for path, item in tree["paths"].items()}

    drift = compared(tree, CURRENT)

    assert drift.notes == ()
    assert [(change, kind) for change, kind, *_ in differences(drift)] == [("changed", "route")] * ME
    drift = compared(CSDL.replace('Singleton Name="me"', 'Singleton Name="Me"'), CURRENT)
    assert [(change, kind) for change, kind, *_ in differences(drift)] == [("changed", "route")] * ME


def test_a_model_without_me_has_lost_its_routes(compared):
    drift = compared(CSDL.replace('        <Singleton Name="me" Type="microsoft.graph.user" />\n', ""), CURRENT)

    assert [(change, kind) for change, kind, *_ in differences(drift)] == [("removed", "route")] * ME
    assert {found for *_, found in differences(drift)} == {"the container has no me"}
    assert drift.notes == ()
    assert drift.moved


def test_me_is_not_looked_for_elsewhere_where_the_file_has_some_of_it(compared, by_id):
    tree = agreeing(by_id)
    tree["paths"] = {path: item for path, item in tree["paths"].items() if not path.startswith("/me/")}
    tree["paths"]["/me"] = {"get": {"responses": {}}}

    assert len(differences(compared(tree, CURRENT))) == 4


def test_what_the_page_does_not_list_is_told_and_does_not_move(compared, by_id):
    tree = agreeing(by_id)
    extra = "/users/{user-id}/calendarView/{event-id}/cancel"
    tree["paths"][extra] = copy.deepcopy(tree["paths"][USERS])
    tree["paths"]["/solutions/virtualEvents/events/{virtualEvent-id}/cancel"] = {"post": call()}

    drift = compared(tree, CURRENT)

    assert differences(drift) == [("disputed", "route", "POST /users/{}/calendarView/{}/cancel", "", f"POST {extra}")]
    assert not drift.moved


def test_only_contracts_of_the_files_version_are_compared(compared, by_id):
    drift = compared(agreeing(by_id, "event-cancel.beta"))

    assert [each.contract for each in drift.contracts] == ["event-cancel.beta", "event-cancel.beta-2021", "event-cancel.beta-2017.de", "event-cancel.stub", "bookingappointment-cancel.stub"]  # fmt: skip


def test_a_file_that_tells_no_version_needs_one(compared, by_id):
    tree = agreeing(by_id)
    del tree["servers"], tree["info"]

    with pytest.raises(MetadataError, match=r"does not say which version .*; add --version v1.0 or --version beta"):
        compared(tree, CURRENT)
    assert differences(compared(tree, CURRENT, version="v1.0")) == []


def test_a_version_other_than_the_files_own_is_noted(compared, by_id):
    tree = agreeing(by_id)
    assert compared(tree, CURRENT, version="v1.0").notes == ()
    tree["servers"] = [{"url": "https://graph.example/beta/"}]

    drift = compared(tree, CURRENT, version="v1.0")

    assert drift.notes == ("the file says that it describes beta; it was taken for v1.0, as --version says",)
    assert not drift.moved


@pytest.mark.parametrize(("name", "why"), [("event-cancel.beta", "is of beta"), ("graph-conventions", "has no routes")])
def test_a_contract_that_was_named_is_never_left_out(name, why, compared, by_id):
    with pytest.raises(MetadataError, match=f"describes v1.0, but {name} {why}; name another with --contract"):
        compared(agreeing(by_id), CURRENT, name)


def test_a_contract_of_which_nothing_is_there_says_what_that_may_mean(compared, by_id):
    drift = compared(agreeing(by_id))

    assert drift.moved
    assert drift.notes == (
        (
            "no route of bookingappointment-cancel.v1.0 is in the file; if it describes one part or cloud, name with "
            "--contract what it is about"
        ),
    )


# -- the command ------------------------------------------------------------------------------------------------------


def test_the_command_ends_with_0_15_or_4(by_id, tmp_path, capsys):
    tree = agreeing(by_id)
    path = written(tree, tmp_path / "openapi.yaml")
    command = ["drift", "--openapi", str(path), "--contract", CURRENT]
    assert main(command) == 0
    assert (
        capsys.readouterr().out
        == f"{path}: OpenAPI, v1.0\n\n{CURRENT} (current): 10 of 10 routes in the file\n\nnothing moved\n"
    )

    del tree["paths"][USERS]
    written(tree, path)
    assert main(command) == 15
    out, err = capsys.readouterr()
    assert "    route POST /users/{id | userPrincipalName}/events/{id}/cancel: not in the file\n" in out
    assert out.endswith("\n1 fact moved\n")
    assert err == ""

    path.write_text("a: 1\n")
    assert main(command) == 4
    assert capsys.readouterr() == ("", f"graphcancel: {path}: has no key openapi; name an OpenAPI file\n")


def test_json_holds_all_of_it(by_id, tmp_path, capsys):
    tree = agreeing(by_id)
    tree["paths"][USERS]["post"]["responses"] = {"2XX": {"description": "Success"}}
    path = written(tree, tmp_path / "openapi.yaml")
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if USERS in text)

    assert main(["drift", "--openapi", str(path), "--contract", CURRENT, "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {
        "place": str(path), "format": "OpenAPI", "version": "v1.0", "moved": False,
        "contracts": [{"id": CURRENT, "standing": "current", "routes": 10, "found": 10}],
        "differences": [{
            "contract": CURRENT, "change": "disputed", "kind": "status", "about": "(POST /users/{}/events/{}/cancel)",
            "documented": "202", "found": "2XX", "place": f"{path}:{line}", "moved": False,
        }],
        "notes": [],
    }  # fmt: skip


def test_a_model_is_read_by_its_own_option(tmp_path, capsys):
    path = tmp_path / "metadata.xml"
    path.write_text(CSDL)

    assert main(["drift", "--csdl", str(path)]) == 4
    assert capsys.readouterr().err.endswith("add --version v1.0 or --version beta\n")
    assert main(["drift", "--csdl", str(path), "--version", "v1.0"]) == 0
    assert capsys.readouterr().out.endswith("\nnothing moved\n")
    assert main(["drift", "--csdl", str(path), "--version", "beta", "--contract", "event-cancel.stub"]) == 0


@pytest.mark.parametrize("arguments", [["--openapi", "a", "--csdl", "b"], ["--openapi", "a", "--version", "v2.0"]])
def test_one_file_of_one_format_is_asked_for(arguments):
    with pytest.raises(SystemExit, match="2"):
        main(["drift", *arguments])


def test_what_a_file_holds_does_not_reach_the_terminal_as_a_command(by_id, compared, tmp_path, capsys):
    steer = "\x1b[2J\u202e\u009b31m"
    tree = agreeing(by_id)
    extra = f"/users/{{user-id}}/more{steer}/{{event-id}}/cancel"
    tree["paths"][extra] = copy.deepcopy(tree["paths"][USERS])
    schema_of(tree["paths"][USERS]["post"])["properties"] = {"Comment": {"type": steer}, steer: {"type": "string"}}
    path = written(tree, tmp_path / "openapi.yaml")

    assert main(["drift", "--openapi", str(path), "--contract", CURRENT]) == 15

    told = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in told)
    assert sum("[2J" in line for line in told) == 3
    model = CSDL.replace('"Comment" Type="Edm.String"', f'"Comment\u202e" Type="{steer[4:]}"')
    assert all(line.isprintable() for line in told_of_metadata(compared(model, CURRENT)))

    del tree["paths"][extra]["post"]["responses"]
    written(tree, path)
    assert main(["drift", "--openapi", str(path), "--contract", CURRENT]) == 4
    tree["paths"][extra] = {}
    written(tree, path)
    assert main(["drift", "--openapi", str(path), "--contract", CURRENT]) == 4
    tree["paths"][extra] = {"post": {"responses": {"200": {"$ref": f"#/components/responses/{steer}"}}}}
    written(tree, path)
    assert main(["drift", "--openapi", str(path), "--contract", CURRENT]) == 4
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert all(line.isprintable() and "[2J" in line for line in said)


@pytest.mark.parametrize("option", ["--openapi", "--csdl"])
def test_what_is_no_regular_file_is_refused_and_not_waited_for(option, tmp_path, capsys):
    pipe = tmp_path / "v1.0.pipe"
    os.mkfifo(pipe)

    for path in (pipe, tmp_path):
        assert main(["drift", option, str(path)]) == 4
        assert capsys.readouterr() == (
            "",
            f"graphcancel: {path}: is no regular file; write what it holds to a file, and name that\n",
        )


def test_many_routes_that_no_page_lists_are_counted_in_words_and_listed_in_json(compared, by_id):
    tree = agreeing(by_id)
    for number in range(12):
        tree["paths"][f"/users/{{user-id}}/more{number}/{{event-id}}/cancel"] = tree["paths"][USERS]

    drift = compared(tree, CURRENT)
    said = list(told_of_metadata(drift))

    assert "    12 routes of the file that the page does not list:" in said
    assert "      and 7 more; --json lists them" in said
    assert len(drift.as_json()["differences"]) == 12


def test_as_many_routes_as_may_be_kept_are_told_in_no_time():
    extra = [
        Difference(CURRENT, "disputed", "route", f"POST /a{n}/{{}}/cancel", "", f"POST /a{n}/{{x}}/cancel", "it.yaml")
        for n in range(ITEMS)
    ]
    drift = MetadataDrift("it.yaml", "OpenAPI", "v1.0", (Compared(CURRENT, "current", 10, 10, tuple(extra)),))

    began = time.process_time()
    said = list(told_of_metadata(drift))

    assert f"      and {ITEMS - 5} more; --json lists them" in said
    assert time.process_time() - began < 2


def test_a_contract_without_routes_is_refused_before_the_file_is_read(capsys):
    assert main(["drift", "--openapi", "nowhere.yaml", "--contract", "graph-conventions"]) == 4
    assert capsys.readouterr().err == (
        "graphcancel: graph-conventions: lists no route, so metadata says nothing of it; name another contract\n"
    )
