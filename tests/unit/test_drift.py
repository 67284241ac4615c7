"""Comparing facts: one changed claim is one difference, whatever its order, and what is renamed is not gone and new."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graphcancel.claims import facts_of
from graphcancel.contract import load_contracts
from graphcancel.drift import compare_facts
from graphcancel.facts import OWNERS, Fact, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTRACTS = [contract for contract in load_contracts(Path(__file__).parents[2] / "contracts") if contract.routes]
V1 = facts_of(CONTRACTS[0])
GROUP = "POST /me/calendarGroups/{}/calendars/{}/events/{}/cancel"


def compared(new: Iterable[Fact], old: Iterable[Fact] = V1) -> list[tuple[str, str, str, str, str]]:
    """What is told, without the order of the facts mattering."""
    found = list(new)
    random.Random(7).shuffle(found)
    differences = compare_facts(old, found)
    return [(each.change, each.kind, each.about, each.documented, each.found) for each in differences]


def put(kind: Kind, about: str, value: str, facts: Iterable[Fact] = V1) -> list[Fact]:
    """The facts with another value for one, at the end if it is new."""
    left = [fact for fact in facts if fact.key != (kind, about)]
    return [*left, Fact(kind, about, value)]


def without(kind: Kind, about: str, facts: Iterable[Fact] = V1) -> list[Fact]:
    """The facts without a thing and all that is said of it."""
    return [f for f in facts if f.about != about or kind not in {f.kind, OWNERS.get(f.kind)}]


def renamed(kind: Kind, old: str, new: str, facts: Iterable[Fact] = V1) -> list[Fact]:
    """The facts with a thing under another name, in what is said of it too."""
    return [
        Fact(f.kind, new, f.value.replace(old, new)) if f.about == old and kind in {f.kind, OWNERS.get(f.kind)} else f
        for f in facts
    ]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_a_contract_has_not_moved_away_from_itself(contract) -> None:
    facts = facts_of(contract)

    assert compared(facts, facts) == []
    assert len({fact.key for fact in facts}) == len(facts)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_each_fact_with_another_value_is_that_one_difference(contract) -> None:
    facts = facts_of(contract)
    for fact in facts:
        found = compared(put(fact.kind, fact.about, f"{fact.value} otherwise", facts), facts)
        assert [(each[0], each[1], each[2]) for each in found] == [("changed", fact.kind, fact.about)]
        assert all(found[0][3:])


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_each_thing_that_goes_is_one_difference_and_so_is_its_coming(contract) -> None:
    facts = facts_of(contract)
    for fact in facts:
        if fact.key == ("status", ""):
            continue
        less = without(fact.kind, fact.about, facts)
        assert [each[:3] for each in compared(less, facts)] == [("removed", fact.kind, fact.about)]
        assert [each[:3] for each in compared(facts, less)] == [("added", fact.kind, fact.about)]


RENAMED = {
    "a property": ("property", "comment", "Comment"),
    "a property, out of all likeness": ("property", "comment", "reason"),
    "a header": ("header", "Content-Type", "contentType"),
    "a status of an error": ("error", "400", "403"),
    "a status of an error, out of all likeness": ("error", "400", "511"),
    "a property of the example": ("example-property", "Comment", "comment"),
    "a header of the example": ("example-header", "content-type", "content-length"),
}


@pytest.mark.parametrize(("kind", "old", "new"), RENAMED.values(), ids=RENAMED)
def test_what_is_renamed_is_one_difference(kind: Kind, old: str, new: str) -> None:
    found = compared(renamed(kind, old, new))

    assert [each[:3] for each in found] == [("changed", kind, old)]
    assert old in found[0][3]
    assert new in found[0][4]


def test_a_route_that_is_spelt_otherwise_is_one_difference() -> None:
    new = [
        Fact(f.kind, f.about.replace("calendarGroups", "calendargroups"), f.value.replace("lendarG", "lendarg"))
        if f.kind in {"route", "addressing"}
        else f
        for f in V1
    ]

    found = compared(new)

    assert [each[:2] for each in found] == [("changed", "route")] * 2
    for each in found:
        assert each[3].replace("calendarGroups", "calendargroups") == each[4]


def test_a_placeholder_of_another_name_is_one_difference() -> None:
    found = compared(put("route", GROUP, GROUP.replace("{}", "{eventId}")))

    assert [each[:3] for each in found] == [("changed", "route", GROUP)]


def test_the_route_of_another_walk_is_no_other_spelling() -> None:
    walk = "POST /me/events/{}/cancel"
    new = [*without("route", walk), Fact("route", walk.replace("me", "us"), "x"), Fact("addressing", "x", "id")]

    assert [each[0] for each in compared(new) if each[1] == "route"] == ["removed", "added"]


def test_what_differs_beside_the_name_is_told_as_well() -> None:
    new = [
        f if f.key != ("type", "Comment") else Fact("type", "Comment", "object")
        for f in renamed(*RENAMED["a property"])
    ]

    assert compared(new) == [
        ("changed", "property", "comment", "comment", "Comment"),
        ("changed", "type", "comment", "string", "object"),
    ]


def test_what_could_have_become_two_things_is_gone_and_they_are_new() -> None:
    old = [Fact("property", "note", ""), Fact("type", "note", "string")]
    new = [Fact("property", name, "") for name in ("noteA", "noteB")]

    assert [each[:3] for each in compared(new, old)] == [
        ("removed", "property", "note"),
        ("added", "property", "noteA"),
        ("added", "property", "noteB"),
    ]


def test_two_renamed_at_once_find_each_other() -> None:
    old = [Fact("property", name, "") for name in ("startTime", "endTime")]
    new = [Fact("property", name, "") for name in ("endtime", "starttime")]

    assert {(each[3], each[4]) for each in compared(new, old)} == {("startTime", "starttime"), ("endTime", "endtime")}


def test_examples_are_not_mixed() -> None:
    old = [Fact("example-property", "comment", '"a"')]
    new = [Fact("example-property", "Comment (example 2)", '"a"')]

    assert [each[0] for each in compared(new, old)] == ["removed", "added"]


def test_that_a_204_has_no_body_goes_with_it() -> None:
    stub = facts_of(CONTRACTS[4])
    new = [fact for fact in put("status", "", "202", stub) if fact.kind != "body"]

    assert compared(new, stub) == [("changed", "status", "", "204", "202")]
    assert compared(stub, new) == [("changed", "status", "", "202", "204")]
    assert [each[:2] for each in compared([fact for fact in V1 if fact.kind != "body"])] == [("removed", "body")]


def test_a_difference_names_the_line_it_stands_on() -> None:
    new = [Fact(fact.kind, fact.about, fact.value, number) for number, fact in enumerate(V1, 1)]
    new[0] = Fact(new[0].kind, new[0].about, "not available", 12)

    (found,) = compare_facts(V1, new, contract="event-cancel.v1.0", place="page.md")
    (gone,) = compare_facts(V1, [V1[0], *new[1:-1]], place="page.md")

    assert (found.contract, found.place) == ("event-cancel.v1.0", "page.md:12")
    assert gone.place == "page.md"


def test_thousands_of_new_things_take_no_time() -> None:
    new = [*renamed("property", "comment", "remark"), *(Fact("property", f"p{n}", "") for n in range(20_000))]

    assert len(compared(new)) == 20_002
