"""Contradictions between contracts, and the file that must hold exactly these."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graphcancel.contract import Contract, load_contracts
from graphcancel.disputes import Dispute, Reading, check_disputes, disputes, load_disputes
from graphcancel.errors import ContractError

FOLDER = Path(__file__).parents[2] / "contracts"
FILE = FOLDER / "disputes.yaml"
CONTRACTS = load_contracts(FOLDER)
COMPUTED = {dispute.id: dispute for dispute in disputes(CONTRACTS)}
STATUS = "- id: event-cancel/response.status\n"


def changed(folder: Path, name: str, old: str, new: str) -> tuple[Contract, ...]:
    """Load the contracts of this repository with one line of one file changed."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    path = folder / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return load_contracts(folder)


def values(name: str, contracts: tuple[Contract, ...] = CONTRACTS) -> set[str]:
    return {reading.value for each in disputes(contracts) if each.id == name for reading in each.readings}


def test_the_file_holds_exactly_the_disputes_of_the_contracts() -> None:
    check_disputes(CONTRACTS, FILE)

    assert {entry.id: frozenset(entry.readings) for entry in load_disputes(FILE)} == {
        name: frozenset(dispute.readings) for name, dispute in COMPUTED.items()
    }


def test_every_entry_says_what_tells_it_apart_and_what_is_known() -> None:
    assert all(entry.told_apart_by and entry.settled for entry in load_disputes(FILE))


def test_a_dispute_names_the_clauses_of_each_reading() -> None:
    assert COMPUTED["event-cancel/response.status"] == Dispute(
        "event-cancel/response.status",
        (
            Reading(
                "202",
                tuple(
                    f"event-cancel.{edition}#response.status"
                    for edition in ("v1.0", "beta", "beta-2021", "beta-2017.de")
                ),
            ),
            Reading("204", ("event-cancel.stub#response.status",)),
        ),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("event-cancel/request-body.property", {"comment", "Kommentar", "Comment"}),
        ("event-cancel.v1.0/example.property", {"comment", "Comment"}),
        ("event-cancel.beta-2017.de/example.property", {"Kommentar", "Comment"}),
        ("event-cancel/permissions.delegated-personal", {"Calendars.ReadWrite", "not supported"}),
        ("event-cancel/request-headers.authorization", {"Authorization", "Autorisierung"}),
        ("event-cancel/request-headers.content-type", {"Content-Type", "contentType"}),
        ("event-cancel/http-request.calendargroups", {"calendarGroups", "calendargroups", "not listed"}),
        ("event-cancel/http-request.calendargroup", {"calendargroup", "not listed"}),
        ("bookingappointment-cancel/http-request.base", {"/solutions/bookingBusinesses", "/bookingBusinesses"}),
        ("bookingappointment-cancel/http-request.calendarview", {"calendarView", "not listed"}),
    ],
)
def test_readings_of_a_dispute(name: str, expected: set[str]) -> None:
    assert values(name) == expected


@pytest.mark.parametrize(
    "silent",
    [
        "event-cancel/permissions.delegated-work",  # the draft's cell says TODO
        "event-cancel/permissions.scope",  # one page has a sentence, the others a table
        "event-cancel/clouds.global",  # some pages have no table
        "event-cancel/request-body.optional",
        "event-cancel/organizer.sentence",
        "event-cancel/http-request.calendar",  # every page lists it
        "bookingappointment-cancel/request-headers.content-type",
        "bookingappointment-cancel/request-body.property",
    ],
)
def test_agreement_and_silence_are_no_dispute(silent: str) -> None:
    assert silent not in COMPUTED


def test_one_contract_alone_contradicts_nobody() -> None:
    assert disputes(load_contracts(FOLDER, ["event-cancel.v1.0", "graph-conventions"])) == ()


@pytest.mark.parametrize(
    ("change", "name", "expected"),
    [
        (
            ("an organizer to cancel", "the organizer to cancel"),
            "event-cancel/organizer.sentence",
            {
                "Your request can't be completed. You need to be an organizer to cancel a meeting.",
                "Your request can't be completed. You need to be the organizer to cancel a meeting.",
            },
        ),
        (('"400":', '"403":'), "event-cancel/organizer.refusal", {"400", "403"}),
        (
            ("china: {available: true", "china: {available: false"),
            "event-cancel/clouds.china",
            {"available", "not available"},
        ),
        (
            (
                "application: {least: [Calendars.ReadWrite], higher: []",
                "application: {least: [Calendars.ReadWrite], higher: [Calendars.Manage.All]",
            ),
            "event-cancel/permissions.application.higher",
            {"none", "Calendars.Manage.All"},
        ),
    ],
)
def test_a_new_contradiction_is_found_and_missed_in_the_file(
    change: tuple[str, str], name: str, expected: set[str], tmp_path: Path
) -> None:
    contracts = changed(tmp_path, "event-cancel.beta", *change)

    assert values(name, contracts) == expected
    with pytest.raises(ContractError, match=f"{name} is missing"):
        check_disputes(contracts, FILE)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (STATUS, "- id: event-cancel/response.statu\n", "event-cancel/response.status is missing"),
        (STATUS, "- id: event-cancel/request-body.property\n", "a second time"),
        ('    - value: "204"', '    - value: "200"', "event-cancel/response.status: the reading '204' is missing"),
        ('    - value: "204"', '    - value: "202"', "event-cancel/response.status: reading '202' a second time"),
        ('    - value: "204"', "    - value: 204", "readings[1].value: found 204; allowed is a value of type string"),
        (
            "        - event-cancel.beta#response.status\n",
            "",
            "'202' is also the reading of event-cancel.beta#response",
        ),
        ("event-cancel.stub#response.status", "event-cancel.stub#response.body", "is also the reading of"),
        ("  settled: >-\n", "  settld: >-\n", "settled"),
        ("- id: event-cancel/response.status", "- &a\n  id: *a", "alias"),
    ],
)
def test_a_file_that_differs_is_refused_by_name(old: str, new: str, says: str, tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    shutil.copy(FOLDER / "schema.json", tmp_path)
    path = tmp_path / "disputes.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ContractError) as caught:
        check_disputes(CONTRACTS, path)

    assert str(caught.value).startswith(f"{tmp_path.name}/disputes.yaml: ")
    assert says in str(caught.value)
    assert str(caught.value).count("\n") <= 1


def test_a_dispute_too_many_is_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "schema.json", tmp_path)
    path = tmp_path / "disputes.yaml"
    extra = "\n- id: event-cancel/x\n  readings: [{value: a, clauses: [a#b]}, {value: b, clauses: [a#b]}]\n"
    path.write_text(FILE.read_text("utf-8") + extra + "  told-apart-by: a\n  settled: open\n", "utf-8")

    with pytest.raises(ContractError, match="event-cancel/x is no dispute"):
        check_disputes(CONTRACTS, path)


def test_order_does_not_matter(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "schema.json", tmp_path)
    path = tmp_path / "disputes.yaml"
    head, *entries = FILE.read_text("utf-8").split("\n- id: ")
    path.write_text(head + "".join(f"\n- id: {entry}" for entry in reversed(entries)), "utf-8")

    check_disputes(CONTRACTS, path)
