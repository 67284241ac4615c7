"""
Where two pages, or a page's table and its example, cannot both be right.

Computed from the contracts alone. A fact is comparable when two contracts of one action state it: what a page leaves
unsaid contradicts nothing, except in the list of routes, which is meant to be whole.

    answers        the status, and the sentence of a refusal, clause by clause
    body           the names in the table; within one page, the table against the example
    permissions    cell by cell, where both pages have the cell
    headers        the name of one row
    clouds         row by row, where both pages have the table
    routes         each literal segment off the main walk: how it is spelt, or "not listed"; and where the walk starts

`contracts/disputes.yaml` holds the same set, written by a person, with what tells the readings apart and what is known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graphcancel.errors import ContractError
from graphcancel.schema import read_checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from graphcancel.contract import Contract

NOT_LISTED: Final = "not listed"
MAIN_WALK: Final = frozenset({"me", "users", "groups", "events", "cancel"})
ROOTS: Final = frozenset({"me", "users", "groups"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the values, with the clauses (`contract#clause`) that give it."""

    value: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """
    A fact with two or more values.

    Attributes:
        id: Action and fact (`event-cancel/response.status`); the contract in place of the action within one page.
    """

    id: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A dispute as `disputes.yaml` has it.

    Attributes:
        told_apart_by: The cases whose answers tell the readings apart, in words or as patterns of case ids.
        settled: What published evidence says, with its mark, or "open".
    """

    id: str
    readings: tuple[Reading, ...]
    told_apart_by: str
    settled: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What one contract says of one thing."""

    about: str
    value: str
    clause: str


def disputes(contracts: Iterable[Contract]) -> tuple[Dispute, ...]:
    """Compute every contradiction, in the order of the contracts and of the facts on a page."""
    actions: dict[str, list[Contract]] = defaultdict(list)
    for contract in contracts:
        actions[contract.action].append(contract)
    return tuple(
        dispute
        for action, group in actions.items()
        if len(group) > 1
        for dispute in (*_between(action, group), *_within(group))
    )


def load_disputes(path: Path) -> tuple[Entry, ...]:
    """
    Read `disputes.yaml`.

    Raises:
        ContractError: The file cannot be read, its shape is wrong, or it has one id or value twice.
    """
    entries = tuple(
        Entry(
            item["id"],
            tuple(Reading(each["value"], tuple(each["clauses"])) for each in item["readings"]),
            item["told-apart-by"],
            item["settled"],
        )
        for item in read_checked(path, "disputes")
    )
    _refuse_doubles(path, "id", [entry.id for entry in entries])
    for entry in entries:
        _refuse_doubles(path, f"{entry.id}: reading", [reading.value for reading in entry.readings])
    return entries


def check_disputes(contracts: Iterable[Contract], path: Path) -> None:
    """
    Hold `disputes.yaml` against what the contracts give; order does not matter.

    Raises:
        ContractError: They differ; the message names the first difference and counts the others.
    """
    computed = {dispute.id: dispute.readings for dispute in disputes(contracts)}
    written = {entry.id: entry.readings for entry in load_disputes(path)}
    found = list(_differences(computed, written))
    if found:
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        msg = f"{path.parent.name}/{path.name}: {found[0]}{more}"
        raise ContractError(msg)


def _between(action: str, group: Sequence[Contract]) -> Iterator[Dispute]:
    facts = [fact for contract in group for fact in _facts(contract)]
    facts += _segments(group)
    yield from _contradictions(action, facts)


def _within(group: Sequence[Contract]) -> Iterator[Dispute]:
    for contract in group:
        table = _body(contract, "request-body.")
        example = _body(contract, "example.")
        if table and example:
            facts = [Fact("example.property", fact.value, fact.clause) for fact in (*table, *example)]
            yield from _contradictions(contract.id, facts)


def _contradictions(scope: str, facts: Iterable[Fact]) -> Iterator[Dispute]:
    about: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for fact in facts:
        about[fact.about][fact.value][fact.clause] = None
    for name, values in about.items():
        if len(values) > 1:
            readings = tuple(Reading(value, tuple(clauses)) for value, clauses in values.items())
            yield Dispute(f"{scope}/{name}", readings)


def _facts(contract: Contract) -> Iterator[Fact]:
    def fact(about: str, value: str, clause: str) -> Fact:
        return Fact(about, value, f"{contract.id}#{clause}")

    for answer in contract.answers:
        yield fact(answer.clause, str(answer.status), answer.clause)
        if answer.message is not None and answer.message_clause is not None:
            yield fact(answer.message_clause, answer.message, answer.message_clause)
    yield from _body(contract, "request-body.")
    for kind, cell in contract.document.get("x-permissions", {}).items():
        clause = cell["x-clause"]
        yield fact(f"permissions.{kind}", ", ".join(cell["least"]) or "not supported", clause)
        # A page of one column says nothing about higher permissions.
        if "higher" in cell:
            yield fact(f"permissions.{kind}.higher", ", ".join(sorted(cell["higher"])) or "none", clause)
    for header in contract.headers:
        yield fact(header.clause, header.name, header.clause)
    for name, row in contract.document.get("x-clouds", {}).items():
        yield fact(f"clouds.{name}", "available" if row["available"] else "not available", row["x-clause"])


def _body(contract: Contract, source: str) -> list[Fact]:
    """Pick the names of the table (*source* is `request-body.`) or of the example (`example.`)."""
    found = [item for item in contract.properties if item.clause.startswith(source)]
    names = ", ".join(dict.fromkeys(item.name for item in found))
    return [Fact("request-body.property", names, f"{contract.id}#{item.clause}") for item in found]


def _segments(group: Sequence[Contract]) -> list[Fact]:
    """Tell how each contract spells each segment any of them has, and where its routes start."""
    spellings: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    facts: list[Fact] = []
    for contract in group:
        bases = set()
        for route in contract.routes:
            base, walk = _split(route.template)
            bases.add(base)
            for segment in walk:
                spellings[segment.lower()][contract.id].add(segment)
        if any(bases):
            facts.append(Fact("http-request.base", ", ".join(sorted(filter(None, bases))), _route_clause(contract)))
    for segment, by_contract in spellings.items():
        for contract in group:
            if contract.routes:
                value = ", ".join(sorted(by_contract.get(contract.id, ()))) or NOT_LISTED
                facts.append(Fact(f"http-request.{segment}", value, _route_clause(contract)))
    return facts


def _split(template: str) -> tuple[str, list[str]]:
    """Part the literal start of a route under neither user nor group from its later literals off the main walk."""
    segments = template.strip("/").split("/")
    start = 0
    if segments[0] not in ROOTS:
        start = next(index for index, segment in enumerate(segments) if segment.startswith("{"))
    base = "/" + "/".join(segments[:start]) if start else ""
    return base, [item for item in segments[start:] if not re.match(r"\{", item) and item not in MAIN_WALK]


def _route_clause(contract: Contract) -> str:
    return f"{contract.id}#{contract.routes[0].clause}"


def _differences(computed: dict[str, tuple[Reading, ...]], written: dict[str, tuple[Reading, ...]]) -> Iterator[str]:
    for name in sorted(computed.keys() - written.keys()):
        values = ", ".join(reading.value for reading in computed[name])
        yield f"{name} is missing; the contracts read {values}: add an entry"
    for name in sorted(written.keys() - computed.keys()):
        yield f"{name} is no dispute between the contracts; remove the entry"
    for name in sorted(computed.keys() & written.keys()):
        there = {reading.value: set(reading.clauses) for reading in computed[name]}
        here = {reading.value: set(reading.clauses) for reading in written[name]}
        for value in sorted(there.keys() - here.keys()):
            yield f"{name}: the reading {value!r} is missing; add it"
        for value in sorted(here.keys() - there.keys()):
            yield f"{name}: no contract reads {value!r}; remove the reading"
        for value in sorted(there.keys() & here.keys()):
            for clause in sorted(there[value] - here[value]):
                yield f"{name}: {value!r} is also the reading of {clause}; add it"
            for clause in sorted(here[value] - there[value]):
                yield f"{name}: {value!r} is not the reading of {clause}; remove it"


def _refuse_doubles(path: Path, what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            msg = f"{path.parent.name}/{path.name}: {what} {name!r} a second time; remove one of them"
            raise ContractError(msg)
