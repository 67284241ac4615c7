"""The console script lists the cases; what it cannot do is one line and exit 4."""

from __future__ import annotations

import json

import pytest

from graphcancel.__main__ import main
from graphcancel.cases import build_cases

KEYS = [
    "id",
    "contract",
    "route",
    "addressing",
    "actor",
    "body",
    "circumstance",
    "documented_status",
    "clauses",
    "gating",
]
TARGET = """\
cloud = "global"
writable = ["a@b.example"]
{more}
[actors.organizer]
user = "a@b.example"
"""


def listed(capsys, *arguments: str) -> list[dict]:
    assert main(["cases", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def target(tmp_path):
    """Write a target file."""

    def write(more: str = "") -> str:
        path = tmp_path / "contoso.toml"
        path.write_text(TARGET.format(more=more))
        return str(path)

    return write


def test_cases_are_one_id_a_line(capsys, all_cases):
    assert main(["cases"]) == 0
    out, err = capsys.readouterr()

    assert out.splitlines() == [case.id for case in all_cases]
    assert err == f"{len(all_cases)} cases\n"


def test_a_case_has_exactly_the_documented_keys(capsys, all_cases):
    found = listed(capsys)

    assert [list(item) for item in found] == [KEYS] * len(all_cases)
    assert [item["id"] for item in found] == [case.id for case in all_cases]


def test_a_route_is_as_the_page_writes_it_without_verb_and_version(capsys, named, by_id):
    case = named("event-cancel.v1.0/users-upn.events/organizer/pascal")
    found = next(item for item in listed(capsys) if item["id"] == case.id)

    assert found["route"] == "/users/{id | userPrincipalName}/events/{id}/cancel"
    assert found["documented_status"] == by_id["event-cancel.v1.0"].answer().status
    assert found["clauses"] == list(case.clauses)


def test_what_gates_is_current_where_no_target_says_otherwise(capsys, by_id):
    found = {item["contract"]: item["gating"] for item in listed(capsys)}

    assert found == {name: contract.standing == "current" for name, contract in by_id.items()}


def test_a_contract_is_picked_by_its_id(capsys):
    found = listed(capsys, "--contract", "event-cancel.stub", "--contract", "graph-conventions")

    assert {item["contract"] for item in found} == {"event-cancel.stub", "graph-conventions"}


def test_a_target_says_cloud_contracts_and_gates(capsys, target):
    found = listed(
        capsys,
        "--target",
        target('contracts = ["event-cancel.v1.0", "event-cancel.stub"]\ngates = ["event-cancel.stub"]'),
    )

    assert {item["contract"]: item["gating"] for item in found} == {
        "event-cancel.v1.0": False,
        "event-cancel.stub": True,
    }
    assert any("clouds.global" in item["clauses"] for item in found)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--contract", "event-cancel.v1"],
            "--contract event-cancel.v1: unknown; known are bookingappointment-cancel.stub",
        ),
        (["--contracts", "/nowhere"], "no contract files here"),
        (["--target", "nowhere"], "--target nowhere: no such target"),
        (["--target", "ftp://x"], "no base URL"),
    ],
)
def test_bad_input_is_one_line_and_exit_4(arguments, says, capsys):
    assert main(["cases", *arguments]) == 4
    out, err = capsys.readouterr()

    assert out == ""
    assert err.startswith("graphcancel: ")
    assert err.count("\n") == 1
    assert says in err


@pytest.mark.parametrize("key", ["contracts", "gates", "roots"])
def test_a_contract_that_a_target_misspells_is_refused(key, capsys, target):
    """
    A misspelt gate would gate nothing, a misspelt root would send the calls elsewhere.
    """
    value = '{"event-cancel.v1" = "https://graph.example"}' if key == "roots" else '["event-cancel.v1"]'

    assert main(["cases", "--target", target(f"{key} = {value}")]) == 4
    assert "event-cancel.v1" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["cases", "--nothing"]])
def test_bad_usage_is_exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert "usage: graphcancel" in capsys.readouterr().err


def test_the_built_in_target_can_be_named_as_in_pytest(capsys):
    assert main(["cases", "--target", "mock"]) == 0
    capsys.readouterr()


def test_the_list_is_the_one_pytest_runs(capsys, contracts):
    assert [item["id"] for item in listed(capsys)] == [case.id for case in build_cases(contracts)]
