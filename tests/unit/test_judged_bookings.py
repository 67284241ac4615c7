"""How the cancelling of an appointment is judged: it is gone, and its customer and staff are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given_evidence import (
    ADA,
    AS_SENT,
    BLIND,
    BOB,
    BOOKING,
    LETTER,
    MEETING,
    NOT_ACCEPTED,
    REFUSED,
    answered,
    booking,
    entry,
    found_and_expected,
    ids,
    one,
)

from graphcancel.marks import Mark
from graphcancel.sight import Message

UNKNOWN = f"{BOOKING}/unknown-id"

# clause, what differs from a call that went as documented, held, a part of what is said
BOOKINGS = [
    ("response.status", booking(), True, "204"),
    ("effect.cancelled", booking(), True, "no longer"),
    ("effect.cancelled", booking(own=((entry("meeting", cancelled=True),),)), True, "no longer"),
    ("effect.cancelled", booking(own=((MEETING,),)), False, "still"),
    ("effect.cancelled", {**booking(own=((MEETING,),)), **REFUSED}, None, "not accepted"),
    ("effect.cancelled", booking(own=BLIND), True, "no longer found"),
    ("effect.cancelled", booking(own=BLIND, found=None), None, "503"),
    ("effect.customer-told", booking(), True, "customer got a message"),
    ("effect.customer-told", booking(mail={ADA: (), BOB: ()}), False, "no message to the customer"),
    ("effect.customer-told", {**booking(mail={ADA: (), BOB: ()}), **REFUSED}, None, "not accepted"),
    ("effect.customer-told", booking(mail={ADA: BLIND, BOB: ()}), None, "503"),
    ("effect.customer-told", booking(mail={}), None, "nobody looked"),
    ("effect.customer-told", {**booking(), "after": None}, None, "nothing was arranged"),
    ("effect.customer-told", {**booking(), "customer": None}, None, "no customer"),
    *(
        (
            "effect.customer-told",
            booking(mail={ADA: (Message("b3", Mark.of(run, "another/case", 0).case, None, "its own"),), BOB: ()}),
            False,
            "no message",
        )
        for run in ("gc6920a1b3f4c2d1", "gc6920a1b3f4c2d1w002", "gc6910a1b3f4c2d1")
    ),
    ("effect.staff-told", booking(), True, "staff got a message"),
    ("effect.staff-told", {**booking(), "customer": (ADA, ())}, None, "no staff"),
    ("request-body.cancellation-message", booking(), True, "carries it"),
    (
        "request-body.cancellation-message",
        booking(mail={ADA: (LETTER, Message("b3", "off", None, "off"))}),
        True,
        "carries it",
    ),
    (
        "request-body.cancellation-message",
        booking(mail={ADA: (Message("b3", "off", None, "off"),)}),
        False,
        "no message",
    ),
    ("request-body.cancellation-message", booking(mail={ADA: ()}), None, "no message to the customer"),
    ("request-body.cancellation-message", booking(mail={ADA: BLIND}), None, "503"),
    ("request-body.cancellation-message", {**booking(), **REFUSED}, False, "400"),
    ("request-body.cancellation-message", {**booking(), **answered(404)}, None, "not accepted"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), BOOKINGS, ids=ids(BOOKINGS))
def test_a_booking_is_judged(clause, parts, held, says):
    found = one(clause, BOOKING, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)


# clause, case, what differs; then held, documented, received, reason and pending, as found_and_expected has them
SAID = [
    ("effect.cancelled", BOOKING, booking(), True, None, "no longer in the calendar", None, False),
    ("effect.cancelled", BOOKING, booking(own=((MEETING,),)), False, None, "still in the calendar", None, True),
    ("effect.cancelled", BOOKING, {**booking(own=((MEETING,),)), **REFUSED}, None, None, "", NOT_ACCEPTED, False),
    ("effect.customer-told", BOOKING, booking(), True, None, "the customer got a message", None, False),
    ("effect.customer-told", BOOKING, booking(mail={ADA: ()}), False, None, "no message to the customer", None, True),
    ("effect.customer-told", BOOKING, {**booking(mail={ADA: ()}), **REFUSED}, None, None, "", NOT_ACCEPTED, False),
    ("effect.customer-told", BOOKING, booking(mail={}), None, None, "", "nobody looked into this inbox", False),
    (
        "effect.customer-told",
        BOOKING,
        booking() | {"customer": None},
        None,
        None,
        "",
        "the appointment has no customer whose mailbox is writable",
        False,
    ),
    ("effect.staff-told", BOOKING, booking(), True, None, "the staff got a message", None, False),
    (
        "effect.staff-told",
        BOOKING,
        booking() | {"customer": None},
        None,
        None,
        "",
        "the appointment has no staff whose mailbox is writable",
        False,
    ),
    ("request-body.cancellation-message", BOOKING, booking(), True, AS_SENT, "a message carries it", None, False),
    (
        "request-body.cancellation-message",
        BOOKING,
        booking(mail={ADA: (replace(LETTER, text="x"),)}),
        False,
        AS_SENT,
        "no message carries it",
        None,
        True,
    ),
    (
        "request-body.cancellation-message",
        BOOKING,
        booking(mail={ADA: ()}),
        None,
        None,
        "",
        "no message to the customer arrived that could carry it",
        False,
    ),
    (
        "request-body.cancellation-message",
        BOOKING,
        booking() | {"customer": None},
        None,
        None,
        "",
        "nobody looked into this inbox",
        False,
    ),
    (
        "request-body.cancellation-message",
        BOOKING,
        booking() | {"comment": None},
        None,
        None,
        "",
        "the body has no text",
        False,
    ),
    (
        "request-body.cancellation-message",
        BOOKING,
        {**booking(), **REFUSED},
        False,
        None,
        "400 ErrorInvalidRequest",
        None,
        False,
    ),
    ("request-body.cancellation-message", BOOKING, {**booking(), **answered(404)}, None, None, "", NOT_ACCEPTED, False),
]


@pytest.mark.parametrize("row", SAID, ids=ids(SAID))
def test_a_finding_says(row):
    found, expected = found_and_expected(*row)

    assert found == expected


@pytest.mark.parametrize(("status", "held"), [(404, True), (400, False), (204, False)])
def test_an_unknown_appointment_is_answered_as_the_page_says(status, held):
    assert one("appointment.unknown", UNKNOWN, **answered(status)).held is held
