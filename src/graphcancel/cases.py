"""
Every call the contracts ask for, as data.

    case = contract × addressed route × actor × body shape [× circumstance]

Documented shapes and documented rules come from each page's own clauses; conventions and observations run once per
family of routes and API version, on the first route of the family that a current page lists.

A case says what is called and which clauses it can judge. It knows no target: the same cases run everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from graphcancel.contract import Contract, Route
from graphcancel.errors import ContractError

Expectation = Literal["accepted", "refused", "open"]

CONVENTIONS: Final = "graph-conventions"
TEXTS: Final = ("non-ascii", "300-characters")
"""Circumstances in which only the comment's text differs."""
_WITHOUT_EFFECT: Final = "refusal.without-effect"
_ENVELOPE: Final = "errors.envelope"

# What a convention alters in an otherwise correct call, and the clause that then speaks.
_REFUSED: Final = {
    "no-token": ("authentication.missing-token", _ENVELOPE, _WITHOUT_EFFECT),
    "garbage-token": ("authentication.invalid-token", _ENVELOPE, _WITHOUT_EFFECT),
    "expired-token": ("authentication.invalid-token", _ENVELOPE, _WITHOUT_EFFECT),
    "read-only": ("authorization.read-only", _ENVELOPE, _WITHOUT_EFFECT),
    "unknown-id": ("errors.not-found", _ENVELOPE),
    "malformed-id": ("request.malformed", _ENVELOPE),
    "verb-get": ("request.malformed", _ENVELOPE, _WITHOUT_EFFECT),
    "verb-put": ("request.malformed", _ENVELOPE, _WITHOUT_EFFECT),
    "verb-patch": ("request.malformed", _ENVELOPE, _WITHOUT_EFFECT),
    "verb-delete": ("request.malformed", _ENVELOPE, _WITHOUT_EFFECT),
    "malformed-json": ("request.malformed", _ENVELOPE, _WITHOUT_EFFECT),
    "text-plain": ("request.malformed", _ENVELOPE, _WITHOUT_EFFECT),
}

# Shapes and circumstances no clause speaks about; the values are the names of `x-observations`.
_OBSERVED_SHAPES: Final = {
    "absent": "absent-body",
    "null": "null-comment",
    "blank": "blank-comment",
    "unknown-property": "unknown-property",
    "wrong-type": "wrong-type",
    "both-casings": "both-casings",
    "long": "long-comment",
    "html": "html-comment",
}
_OBSERVED_EVENT: Final = (
    "no-content-type",
    "second-cancel",
    "no-attendees",
    "past-event",
    "exception",
    "qualified-segment",
)
_OBSERVED_BOOKING: Final = {
    "absent": ("absent", None, "booking-absent-body"),
    "wrong-property": ("unknown-property", None, "booking-wrong-property"),
    "second-cancel": ("message", "second-cancel", "booking-second-cancel"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """
    One call to make and the clauses it can judge.

    Attributes:
        id: A path, unique ignoring case, legal as a file name: the pytest parameter, the cassette, the report row.
        route: The route as its page writes it; what is altered is the circumstance.
        addressing: me, id or upn.
        version: The API version it is called under.
        root_of: Contract whose Graph root is called: the one the route was borrowed from.
        documented_status: What the page answers this call with, None where it names no number.
        expects: What the clauses expect; ``open`` where none speaks.
        observation: Name of the expectation on record where no clause speaks.
    """

    id: str
    contract: str
    route: Route
    addressing: str
    actor: str
    body: str
    circumstance: str | None
    version: str
    root_of: str
    documented_status: int | None
    clauses: tuple[str, ...]
    expects: Expectation
    observation: str | None = None

    @property
    def path(self) -> str:
        """The route as its page writes it, without the verb."""
        return self.route.written.split(" ", 1)[-1]

    def coordinates(self) -> dict[str, str | None]:
        """What tells this case from others, as files and listings name it."""
        return {
            "id": self.id,
            "contract": self.contract,
            "route": self.path,
            "addressing": self.addressing,
            "actor": self.actor,
            "body": self.body,
            "circumstance": self.circumstance,
        }

    @property
    def kind(self) -> str:
        """shape, rule, convention or observation: which part of the suite asks for it."""
        if self.expects == "open":
            return "observation"
        if self.contract == CONVENTIONS:
            return "convention"
        plain = self.actor == "organizer" and self.circumstance in {None, *TEXTS}
        return "shape" if plain else "rule"

    @property
    def family(self) -> str:
        """me, users, groups or bookings: which mailbox or calendar the route starts from."""
        return family(self.route)


def family(route: Route) -> str:
    """Which part of the API *route* belongs to; pages that write ``joinedGroups`` still mean a group."""
    if "bookingBusinesses" in route.template:
        return "bookings"
    if "{group}" in route.template:
        return "groups"
    return "users" if route.template.startswith("/users/") else "me"


def route_slug(route: Route, addressing: str) -> str:
    """The route as the second part of a case id: its literal segments, the users' addressing named."""
    literals = [part for part in route.template.strip("/").split("/")[:-1] if not part.startswith("{")]
    if literals[0] == "users":
        literals[0] = f"users-{addressing}"
    return ".".join(literals)


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
            found += _conventions(conventions, lender)
        found += _observations(conventions, lenders)
    seen: set[str] = set()
    for case in found:
        if case.id.lower() in seen:
            raise ContractError(f"contracts: two cases have the id {case.id}; a route is listed twice")
        seen.add(case.id.lower())
    return tuple(found)


def _documented(contract: Contract, cloud: str | None) -> Iterator[Case]:
    for route, addressing in addressed_routes(contract):
        for shape in _shapes(contract):
            yield _case(contract, route, addressing, "organizer", shape, None, _accepted(contract, shape, cloud))
    if not contract.routes:
        return
    yield from _texts(contract, cloud)
    yield from _rules(contract)


def _texts(contract: Contract, cloud: str | None) -> Iterator[Case]:
    route, addressing = next(iter(addressed_routes(contract)))
    shape = example_shape(contract)
    for circumstance in TEXTS:
        clauses = _accepted(contract, shape, cloud)
        yield _case(contract, route, addressing, "organizer", shape, circumstance, clauses)


def _rules(contract: Contract) -> Iterator[Case]:
    shape = example_shape(contract)
    first = next(iter(addressed_routes(contract)))
    clauses = contract.clauses
    if "effect.only-this-event" in clauses:
        told = _present(contract, [*_effects(contract), *_text(contract, shape)])
        yield _case(contract, *first, "organizer", shape, "namesake", told)
    if _testable(contract, "request-headers.authorization"):
        yield _case(
            contract, *first, "organizer", shape, "no-token", ("request-headers.authorization",), expects="refused"
        )
    unknown = contract.answer(circumstance="unknown-id")
    application = next((item for item in contract.permissions if item.kind == "application"), None)
    for route, addressing in addressed_routes(contract):
        where = (contract, route, addressing)
        own = family(route) in {"me", "users"}
        refusal = contract.answer(actor="attendee")
        if refusal and own:
            spoken = [refusal.clause, refusal.message_clause, "organizer.only", "delete.organizer-only"]
            yield _case(
                *where, "attendee", shape, "own-copy", _present(contract, spoken), refusal.status, expects="refused"
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
            yield _case(*where, "organizer", shape, "occurrence", _present(contract, spoken))
            whole = _present(contract, [*_effects(contract), *_text(contract, shape)])
            yield _case(*where, "organizer", shape, "series-master", whole)
        if application and application.least and application.clause and family(route) in {"users", "bookings"}:
            yield _case(
                *where,
                "app",
                shape,
                "app-only",
                _present(contract, [application.clause, *_effects(contract), *_text(contract, shape)]),
            )
        if unknown:
            yield _case(*where, "organizer", shape, "unknown-id", (unknown.clause,), unknown.status, expects="refused")


def _conventions(conventions: Contract, lender: Contract) -> Iterator[Case]:
    shape = example_shape(lender)
    for route, addressing in _families(lender):
        for circumstance, clauses in _REFUSED.items():
            if circumstance == "unknown-id" and lender.answer(circumstance=circumstance):
                continue  # the page itself says what happens
            actor = "reader" if circumstance == "read-only" else "organizer"
            yield _convention(conventions, lender, route, addressing, actor, shape, circumstance, clauses, "refused")
        yield _convention(
            conventions, lender, route, addressing, "organizer", shape, "batch", ("batch.served",), "accepted"
        )
        encoded = "percent-encoded-id"
        named = f"booking-{encoded}" if family(route) == "bookings" else encoded
        yield _convention(conventions, lender, route, addressing, "organizer", shape, encoded, (), "open", named)
        if addressing == "me":
            yield _convention(conventions, lender, route, addressing, "app", shape, "app-on-me", (), "open")


def _observations(conventions: Contract, lenders: Sequence[Contract]) -> Iterator[Case]:
    for lender in lenders:
        if lender.version != "v1.0":
            continue
        route, addressing = next(iter(addressed_routes(lender)))
        if family(route) == "bookings":
            for shape, circumstance, name in _OBSERVED_BOOKING.values():
                yield _convention(
                    conventions, lender, route, addressing, "organizer", shape, circumstance, (), "open", name
                )
            continue
        for shape, name in _OBSERVED_SHAPES.items():
            yield _convention(conventions, lender, route, addressing, "organizer", shape, None, (), "open", name)
        shape = example_shape(lender)
        for circumstance in _OBSERVED_EVENT:
            yield _convention(conventions, lender, route, addressing, "organizer", shape, circumstance, (), "open")
        mixed = next((item for item in lender.routes if item.template != item.template.lower()), None)
        if mixed:
            yield _convention(
                conventions, lender, mixed, mixed.addressings[0], "organizer", shape, "lower-case-route", (), "open"
            )


def _convention(
    conventions: Contract,
    lender: Contract,
    route: Route,
    addressing: str,
    actor: str,
    shape: str,
    circumstance: str | None,
    clauses: tuple[str, ...],
    expects: Expectation,
    observation: str | None = None,
) -> Case:
    slug = f"{lender.version}.{route_slug(route, addressing)}"
    name = observation or circumstance or shape
    return Case(
        id="/".join(part for part in (conventions.id, slug, actor, shape, circumstance) if part),
        contract=conventions.id,
        route=route,
        addressing=addressing,
        actor=actor,
        body=shape,
        circumstance=circumstance,
        version=lender.version,
        root_of=lender.id,
        documented_status=401 if clauses and clauses[0].startswith("authentication.") else None,
        clauses=_present(conventions, clauses),
        expects=expects,
        observation=name if name in conventions.observations else None,
    )


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
    success = contract.answer(actor="organizer")
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
    )


def addressed_routes(contract: Contract) -> Iterator[tuple[Route, str]]:
    """Each route with each way of naming its user."""
    for route in contract.routes:
        for addressing in route.addressings:
            yield route, addressing


def example_shape(contract: Contract) -> str:
    """The body shape the page's own example has: what every rule is called with."""
    shapes = [item.shape for item in contract.properties]
    return "pascal" if "pascal" in shapes else shapes[0]


def _families(contract: Contract) -> Iterator[tuple[Route, str]]:
    seen = set()
    for route, addressing in addressed_routes(contract):
        key = (family(route), addressing)
        if key not in seen:
            seen.add(key)
            yield route, addressing


def _shapes(contract: Contract) -> Iterator[str]:
    yield from (item.shape for item in contract.properties)
    if contract.optional_clause:
        yield "empty"


def _answered(contract: Contract) -> list[str | None]:
    success = contract.answer(actor="organizer")
    route = contract.routes[0].clause
    return [route, success.clause, success.empty_body_clause] if success else [route]


def _effects(contract: Contract) -> tuple[str, ...]:
    return _present(
        contract, [*_answered(contract), *(name for name in contract.clauses if name.startswith("effect."))]
    )


def _accepted(contract: Contract, shape: str, cloud: str | None) -> tuple[str, ...]:
    spoken: list[str | None] = list(_effects(contract))
    spoken += _text(contract, shape) or [contract.optional_clause]
    spoken += [item.clause for item in contract.permissions if item.kind in {"delegated-work", "scope"}]
    spoken += [clause.id for clause in contract.clauses.values() if clause.cloud and clause.cloud == cloud]
    return _present(contract, spoken, cloud)


def _text(contract: Contract, shape: str) -> list[str | None]:
    """The clauses about the text a documented body shape carries; none where it carries none."""
    given = next((item for item in contract.properties if item.shape == shape), None)
    if given is None:
        return []
    return [given.clause, "delete.custom-message"] if given.delivered_to else [given.clause]


def _testable(contract: Contract, clause: str, cloud: str | None = None) -> bool:
    found = contract.clauses.get(clause)
    return bool(found and not found.untestable and found.cloud in {None, cloud})


def _present(contract: Contract, spoken: Sequence[str | None], cloud: str | None = None) -> tuple[str, ...]:
    """Those of *spoken* that the contract carries and a case can test, each once, in order."""
    return tuple(dict.fromkeys(name for name in spoken if name and _testable(contract, name, cloud)))
