"""Which contract a page is held against."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graphcancel.claims import facts_of
from graphcancel.contract import Contract, load_contracts
from graphcancel.errors import DriftError
from graphcancel.facts import Fact, Page
from graphcancel.matching import contract_of, hold

ALL = load_contracts(Path(__file__).parents[2] / "contracts")
CONTRACTS = [contract for contract in ALL if contract.routes]
BY_ID = {contract.id: contract for contract in ALL}


def page(contract: Contract, sha256: str = "0" * 64) -> Page:
    return Page("page.md", contract.page, contract.version, "markdown", facts_of(contract), (), sha256)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_a_page_is_held_against_the_contract_that_says_the_same(contract: Contract) -> None:
    for version in (contract.version, None):
        for title in (contract.page, None):
            assert contract_of(replace(page(contract), version=version, title=title), ALL) is contract


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_a_page_that_moved_a_little_is_held_against_it_still(contract: Contract) -> None:
    moved = replace(page(contract), facts=facts_of(contract)[1:])

    assert contract_of(moved, ALL) is contract


def test_the_same_bytes_settle_it() -> None:
    old = BY_ID["event-cancel.beta-2021"]

    assert contract_of(page(BY_ID["event-cancel.beta"], old.sha256 or ""), ALL) is old


def test_a_page_of_another_action_belongs_to_none() -> None:
    other = replace(
        page(BY_ID["event-cancel.v1.0"]), title="event: decline", facts=(Fact("route", "POST /a/decline", ""),)
    )

    with pytest.raises(
        DriftError, match=r"^page\.md: no contract is about 'event: decline'; name one by --contract: event"
    ):
        contract_of(other, ALL)


def test_a_title_is_enough_where_one_contract_bears_it() -> None:
    other = replace(page(BY_ID["bookingappointment-cancel.v1.0"]), facts=(Fact("status", "", "299"),))

    assert contract_of(other, ALL) is BY_ID["bookingappointment-cancel.v1.0"]


def test_the_last_segment_alone_is_not() -> None:
    line = "POST /print/printers/{}/jobs/{}/cancel"
    other = replace(page(BY_ID["event-cancel.v1.0"]), title="Cancel a job", facts=(Fact("route", line, line),))

    with pytest.raises(DriftError, match="no contract has a fact in common"):
        contract_of(other, ALL)


@pytest.mark.parametrize("title", ["printJob: cancel", "accessPackageAssignmentRequest:cancel"])
def test_a_title_that_names_another_action_is_never_overruled_by_what_the_page_has_in_common(title: str) -> None:
    line = "POST /print/printers/{}/jobs/{}/cancel"
    facts = (Fact("route", line, line), *facts_of(BY_ID["bookingappointment-cancel.stub"])[1:])
    other = replace(page(BY_ID["bookingappointment-cancel.stub"]), title=title, facts=facts)

    with pytest.raises(DriftError, match=f"no contract is about '{title}'"):
        contract_of(other, ALL)
    assert contract_of(replace(other, title="cancel"), ALL) is BY_ID["bookingappointment-cancel.stub"]


def test_a_version_without_a_contract_is_refused() -> None:
    only = [BY_ID["event-cancel.v1.0"]]

    with pytest.raises(DriftError, match=r"about beta; name one by --contract: event-cancel\.v1\.0"):
        contract_of(page(BY_ID["event-cancel.beta"]), only)
    assert contract_of(page(BY_ID["event-cancel.beta"]), only, named=True) is only[0]


def test_a_page_between_two_contracts_is_refused_with_both() -> None:
    twins = [BY_ID["event-cancel.v1.0"], replace(BY_ID["event-cancel.v1.0"], id="twin")]

    with pytest.raises(DriftError, match=r"as close to one .* --contract: event-cancel\.v1\.0, twin"):
        contract_of(page(BY_ID["event-cancel.v1.0"]), twins)


def test_of_two_that_are_as_close_the_current_one_is_taken() -> None:
    current = BY_ID["event-cancel.beta"]
    old = replace(current, id="event-cancel.old", standing="superseded")

    for content in (page(current), page(current, current.sha256 or "")):
        assert contract_of(content, [old, current]) is current


def test_the_current_contract_is_named_beside_one_that_is_not() -> None:
    old, current = BY_ID["event-cancel.beta-2021"], BY_ID["event-cancel.beta"]

    held = hold(page(old), old, ALL)

    assert (held.number, held.moved) == (0, False)
    assert held.current is not None
    assert held.current.contract is current
    assert held.current.number == len(hold(page(old), current).differences) > 0
    assert hold(page(old), old).current is None
    assert hold(page(current), current, ALL).current is None
    draft = BY_ID["bookingappointment-cancel.stub"]
    assert hold(page(draft), draft, ALL).current is None


def test_a_contract_without_routes_is_none_to_hold_a_page_against() -> None:
    with pytest.raises(DriftError, match="no contract with routes"):
        contract_of(page(CONTRACTS[0]), [BY_ID["graph-conventions"]], named=True)


def test_a_page_held_against_its_contract_has_not_moved() -> None:
    contract = BY_ID["event-cancel.v1.0"]

    held = hold(page(contract, contract.sha256 or ""), contract)

    assert (held.same_bytes, held.moved, held.differences) == (True, False, ())
    assert hold(replace(page(contract), facts=facts_of(contract)[1:]), contract).moved
