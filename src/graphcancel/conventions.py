"""
The cases no page asks for: what holds for every call, and what no clause speaks about.

They run once per family of routes and API version, on the first route of the family that a current page lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from graphcancel.case import Case, Expectation, addressed_routes, example_shape, family, present, route_slug
from graphcancel.contract import Contract, Route

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


def conventions_for(conventions: Contract, lender: Contract) -> Iterator[Case]:
    """The conventions' own clauses, asked on the routes of *lender*."""
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


def observations_of(conventions: Contract, lenders: Sequence[Contract]) -> Iterator[Case]:
    """Calls no clause speaks about, recorded and compared between runs."""
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
        clauses=present(conventions, clauses),
        expects=expects,
        observation=name if name in conventions.observations else None,
    )


def _families(contract: Contract) -> Iterator[tuple[Route, str]]:
    seen = set()
    for route, addressing in addressed_routes(contract):
        key = (family(route), addressing)
        if key not in seen:
            seen.add(key)
            yield route, addressing
