"""
The cases no page asks for: what holds for every call, and what no clause speaks about.

They run once per family of routes and API version, on the first route of the family that a current page lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from graphcancel.case import Case, Expectation, addressed_routes, example_shape, family, present, route_slug
from graphcancel.contract import Contract, Route

_WITHOUT_EFFECT: Final = "refusal.without-effect"
_ENVELOPE: Final = "errors.envelope"

_LOWER_CASE: Final = "lower-case-route"

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

# Calls no clause speaks about, by the action they are made of: body shape (None for the page's own), circumstance and
# name among `x-observations`. What is on record there was said of that action, so no other is asked.
_OBSERVED: Final[Mapping[str, tuple[tuple[str | None, str | None, str], ...]]] = {
    "event-cancel": (
        ("absent", None, "absent-body"),
        ("null", None, "null-comment"),
        ("blank", None, "blank-comment"),
        ("unknown-property", None, "unknown-property"),
        ("wrong-type", None, "wrong-type"),
        ("both-casings", None, "both-casings"),
        ("long", None, "long-comment"),
        ("html", None, "html-comment"),
        (None, "no-content-type", "no-content-type"),
        (None, "second-cancel", "second-cancel"),
        (None, "no-attendees", "no-attendees"),
        (None, "past-event", "past-event"),
        (None, "exception", "exception"),
        (None, "qualified-segment", "qualified-segment"),
        (None, _LOWER_CASE, _LOWER_CASE),
    ),
    "bookingappointment-cancel": (
        ("absent", None, "booking-absent-body"),
        ("unknown-property", None, "booking-wrong-property"),
        (None, "second-cancel", "booking-second-cancel"),
    ),
}


def conventions_for(conventions: Contract, lender: Contract) -> Iterator[Case]:
    """The conventions' own clauses, asked on the routes of *lender*."""
    shape = example_shape(lender)
    for route, addressing in _families(lender):
        for circumstance, clauses in _REFUSED.items():
            if circumstance == "unknown-id" and lender.answer(circumstance=circumstance):
                continue  # the page itself says what happens
            if circumstance == "read-only" and lender.caller != "organizer":
                continue  # the reader reads the organizer's mailbox: elsewhere it is refused for itself
            actor = "reader" if circumstance == "read-only" else lender.caller
            yield _convention(conventions, lender, route, addressing, actor, shape, circumstance, clauses, "refused")
        yield _convention(
            conventions, lender, route, addressing, lender.caller, shape, "batch", ("batch.served",), "accepted"
        )
        encoded = "percent-encoded-id"
        named = f"booking-{encoded}" if family(route) == "bookings" else encoded
        yield _convention(conventions, lender, route, addressing, lender.caller, shape, encoded, (), "open", named)
        if addressing == "me":
            yield _convention(conventions, lender, route, addressing, "app", shape, "app-on-me", (), "open")


def observations_of(conventions: Contract, lenders: Sequence[Contract]) -> Iterator[Case]:
    """Calls no clause speaks about, recorded and compared between runs."""
    for lender in lenders:
        if lender.version != "v1.0":
            continue
        first = next(iter(addressed_routes(lender)))
        mixed = next((item for item in lender.routes if item.template != item.template.lower()), None)
        for shape, circumstance, name in _OBSERVED.get(lender.action, ()):
            if circumstance == _LOWER_CASE and mixed is None:
                continue
            route, addressing = (mixed, mixed.addressings[0]) if circumstance == _LOWER_CASE and mixed else first
            body = shape or example_shape(lender)
            yield _convention(
                conventions, lender, route, addressing, lender.caller, body, circumstance, (), "open", name
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
    slug = convention_slug(lender, route, addressing)
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
        caller=lender.caller,
    )


def convention_slug(lender: Contract, route: Route, addressing: str) -> str:
    """Version and route as the second part of the id of a case of the conventions."""
    slug = f"{lender.version}.{route_slug(route, addressing)}"
    # Actions may share all but the last word of their routes; the one this suite began with goes without saying.
    return slug if lender.deed == "cancel" else f"{slug}.{lender.deed}"


def _families(contract: Contract) -> Iterator[tuple[Route, str]]:
    seen = set()
    for route, addressing in addressed_routes(contract):
        key = (family(route), addressing)
        if key not in seen:
            seen.add(key)
            yield route, addressing
