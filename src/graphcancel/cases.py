"""
Every call the contracts ask for, as data: documented shapes and rules from each page's own clauses, then conventions
and observations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphcancel.case import (
    CONVENTIONS,
    TEXTS,
    Case,
    Expectation,
    addressed_routes,
    examinable,
    example_shape,
    family,
    present,
    route_slug,
)  # fmt: skip
from graphcancel.contract import Contract, Route
from graphcancel.conventions import conventions_for, observations_of
from graphcancel.errors import ContractError


def build_cases(contracts: Sequence[Contract], cloud: str | None = None) -> tuple[Case, ...]:
    """
    List every case of *contracts*, in a stable order.

    Args:
        cloud: The national cloud of the target; clauses about another cloud are left out, all of them where None.

    Raises:
        ContractError: Two cases would have one id.
    """
    found: list[Case] = []
    for contract in contracts:
        found += _documented(contract, cloud)
    conventions = next((contract for contract in contracts if contract.id == CONVENTIONS), None)
    if conventions:
        lenders = [contract for contract in contracts if contract.standing == "current" and contract.routes]
        for lender in lenders:
            found += conventions_for(conventions, lender)
        found += observations_of(conventions, lenders)
    seen: set[str] = set()
    for case in found:
        if case.id.lower() in seen:
            raise ContractError(f"contracts: two cases have the id {case.id}; a route is listed twice")
        seen.add(case.id.lower())
    return tuple(found)


def _documented(contract: Contract, cloud: str | None) -> Iterator[Case]:
    for route, addressing in addressed_routes(contract):
        for shape in _shapes(contract):
            yield _case(contract, route, addressing, contract.caller, shape, None, _accepted(contract, shape, cloud))
    if not contract.routes:
        return
    yield from _texts(contract, cloud)
    yield from _rules(contract)


def _texts(contract: Contract, cloud: str | None) -> Iterator[Case]:
    route, addressing = next(iter(addressed_routes(contract)))
    shape = example_shape(contract)
    for circumstance in TEXTS:
        clauses = _accepted(contract, shape, cloud)
        yield _case(contract, route, addressing, contract.caller, shape, circumstance, clauses)


def _rules(contract: Contract) -> Iterator[Case]:
    shape = example_shape(contract)
    first = next(iter(addressed_routes(contract)))
    caller = contract.caller
    clauses = contract.clauses
    if "effect.only-this-event" in clauses:
        told = present(contract, [*_effects(contract), *_text(contract, shape)])
        yield _case(contract, *first, caller, shape, "namesake", told)
    if examinable(contract, "request-headers.authorization"):
        yield _case(contract, *first, caller, shape, "no-token", ("request-headers.authorization",), expects="refused")
    unknown = contract.answer(circumstance="unknown-id")
    application = next((item for item in contract.permissions if item.kind == "application"), None)
    for route, addressing in addressed_routes(contract):
        where = (contract, route, addressing)
        own = family(route) in {"me", "users"}
        refusal = contract.answer(actor="attendee")
        if refusal and refusal != contract.success and own:
            spoken = [refusal.clause, refusal.message_clause, "organizer.only", "delete.organizer-only"]
            yield _case(
                *where, "attendee", shape, "own-copy", present(contract, spoken), refusal.status, expects="refused"
            )
        if "organizer.only" in clauses and family(route) == "users":
            yield _case(*where, "attendee", shape, "organizers-path", ("organizer.only",), expects="refused")
        if "occurrence.cancelled" in clauses:
            spoken = [
                *_answered(contract),
                "occurrence.cancelled",
                "occurrence.series-intact",
                "effect.only-this-event",
                "effect.attendees-told",
                "effect.attendee-copies",
                *_text(contract, shape),
            ]
            yield _case(*where, caller, shape, "occurrence", present(contract, spoken))
            whole = present(contract, [*_effects(contract), *_text(contract, shape)])
            yield _case(*where, caller, shape, "series-master", whole)
        if application and application.least and application.clause and family(route) in {"users", "bookings"}:
            yield _case(
                *where,
                "app",
                shape,
                "app-only",
                present(contract, [application.clause, *_effects(contract), *_text(contract, shape)]),
            )
        if unknown:
            yield _case(*where, caller, shape, "unknown-id", (unknown.clause,), unknown.status, expects="refused")


def _case(
    contract: Contract,
    route: Route,
    addressing: str,
    actor: str,
    shape: str,
    circumstance: str | None,
    clauses: tuple[str, ...],
    status: int | None = None,
    expects: Expectation = "accepted",
) -> Case:
    success = contract.success
    return Case(
        id="/".join(part for part in (contract.id, route_slug(route, addressing), actor, shape, circumstance) if part),
        contract=contract.id,
        route=route,
        addressing=addressing,
        actor=actor,
        body=shape,
        circumstance=circumstance,
        version=contract.version,
        root_of=contract.id,
        documented_status=success.status if expects == "accepted" and success else status,
        clauses=clauses,
        expects=expects,
        caller=contract.caller,
    )


def _shapes(contract: Contract) -> Iterator[str]:
    yield from (item.shape for item in contract.texts if item.shape)
    if contract.optional_clause:
        yield "empty"


def _answered(contract: Contract) -> list[str | None]:
    success = contract.success
    route = contract.routes[0].clause
    return [route, success.clause, success.empty_body_clause] if success else [route]


def _effects(contract: Contract) -> tuple[str, ...]:
    return present(contract, [*_answered(contract), *(name for name in contract.clauses if name.startswith("effect."))])


def _accepted(contract: Contract, shape: str, cloud: str | None) -> tuple[str, ...]:
    spoken: list[str | None] = list(_effects(contract))
    spoken += _text(contract, shape) or [contract.optional_clause]
    spoken += [item.clause for item in contract.permissions if item.kind in {"delegated-work", "scope"}]
    spoken += [clause.id for clause in contract.clauses.values() if clause.cloud and clause.cloud == cloud]
    return present(contract, spoken, cloud)


def _text(contract: Contract, shape: str) -> list[str | None]:
    """The clauses about the text a documented body shape carries; none where it carries none."""
    given = next((item for item in contract.properties if item.shape == shape), None)
    if given is None:
        return []
    return [given.clause, "delete.custom-message"] if given.delivered_to else [given.clause]


def spoken_for(contract: Contract, shape: str, cloud: str | None, *, text: bool = True) -> tuple[str, ...]:
    """
    The clauses that speak for an accepted call of the organizer's whose body has *shape*.

    Args:
        text: Whether those about the text it carries are among them.
    """
    hidden = () if text else _text(contract, shape)
    return tuple(name for name in _accepted(contract, shape, cloud) if name not in hidden)
