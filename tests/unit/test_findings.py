"""What a finding says, to the letter: what is documented, what was received, and why nothing can be said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_verdict import (
    ADA,
    BATCH,
    BLIND,
    BOB,
    BOOKING,
    CASES,
    COMMENT,
    CONTRACTS,
    CONVENTION,
    COPY,
    DECOY,
    DONE,
    KEPT,
    LETTER,
    MARK,
    MEETING,
    NAMESAKE,
    OCCURRENCE,
    ORGANIZERS,
    OURS,
    OWN_COPY,
    REFUSED,
    SENTENCE,
    SERIES,
    STANDING,
    STRUCK,
    THEIRS,
    TWICE,
    after,
    answered,
    batch,
    batched,
    before,
    booking,
    entry,
    evidence,
    left,
    mail,
    one,
    refusal,
    series,
)

from graphcancel.actions import action_of
from graphcancel.evidence import Finding, describe_answer
from graphcancel.exchange import Exchange, Request
from graphcancel.verdict import check_for

NOT_ACCEPTED = "the call was not accepted, so there is no effect to expect"
SEEN = "a look at calendarView was answered 503"
NO_MAILBOX = "the target has no other writable mailbox to invite"
NO_LOOK = "nothing was arranged that could be looked at"
AS_SENT = f"the text as sent, {len(COMMENT)} characters"
IN_BATCH = "an outer 200, an inner success and its effect"
NO_EFFECT = "a refusal without effect"
CLOSED = {"exchange": Exchange(Request("POST", "https://graph.example/v1.0", "/", "organizer"), None, 0.0, 0.0)}
WITHOUT = {"after": None}

# clause, case, what differs; then held, documented (None: the clause's own words), received, reason, pending
SAID = [
    # no answer
    (
        "response.status",
        ORGANIZERS,
        answered(None),
        False,
        None,
        "received no answer (connection refused)",
        None,
        False,
    ),
    ("response.status", ORGANIZERS, CLOSED, False, None, "received no answer (no answer)", None, False),
    ("response.body", ORGANIZERS, answered(None), None, None, "", "the call got no answer (connection refused)", False),
    ("response.status", ORGANIZERS, {"exchange": None}, None, None, "", "the call was never sent", False),
    ("response.status", ORGANIZERS, {"exchange": None, "gap": "no room"}, None, None, "", "no room", False),
    ("effect.deleted-items", ORGANIZERS, {}, None, None, "", "no check is written for this clause", False),
    # the answer
    ("response.status", ORGANIZERS, {}, True, "202", "202", None, False),
    ("response.status", ORGANIZERS, refusal(), False, "202", "400 ErrorInvalidRequest", None, False),
    ("response.body", ORGANIZERS, {}, True, "an empty body, 0 bytes", "0 bytes", None, False),
    ("response.body", ORGANIZERS, answered(202, b" "), False, "an empty body, 0 bytes", "1 byte", None, False),
    (
        "response.body",
        ORGANIZERS,
        REFUSED,
        None,
        None,
        "",
        "the call was not accepted; the clause is about the answer to an accepted one",
        False,
    ),
    ("http-request.route", ORGANIZERS, {}, True, "a call on this route is served", "202", None, False),
    ("http-request.route", ORGANIZERS, answered(404), False, "a call on this route is served", "404", None, False),
    *(
        (
            "http-request.route",
            ORGANIZERS,
            answered(status),
            None,
            None,
            "",
            f"answered {status}, which says nothing about the route",
            False,
        )
        for status in (401, 403, 429, 500, 599)
    ),
    *(
        (
            "http-request.route",
            ORGANIZERS,
            answered(status),
            False,
            "a call on this route is served",
            str(status),
            None,
            False,
        )
        for status in (400, 402, 428, 499)
    ),
    ("request-body.optional", ORGANIZERS, {}, True, None, "202", None, False),
    ("request-body.optional", ORGANIZERS, REFUSED, False, None, "400 ErrorInvalidRequest", None, False),
    (
        "permissions.delegated-work",
        ORGANIZERS,
        {},
        True,
        None,
        "202, with the scope the token is assumed to carry",
        None,
        False,
    ),
    ("permissions.delegated-work", ORGANIZERS, answered(403), False, None, "403", None, False),
    (
        "permissions.delegated-work",
        ORGANIZERS,
        answered(402),
        None,
        None,
        "",
        "answered 402, which says nothing about permission",
        False,
    ),
    (
        "permissions.delegated-work",
        ORGANIZERS,
        answered(202, actor="app"),
        None,
        None,
        "",
        "the app called in the organizer's place, which says nothing about a user's token",
        False,
    ),
    ("clouds.global", ORGANIZERS, {}, True, None, "202", None, False),
    (
        "clouds.global",
        ORGANIZERS,
        answered(404),
        None,
        None,
        "",
        "answered 404, which may have other causes than the cloud",
        False,
    ),
    ("request-headers.authorization", ORGANIZERS, answered(499), True, "a refusal (4xx)", "499", None, False),
    ("request-headers.authorization", ORGANIZERS, answered(399), False, "a refusal (4xx)", "399", None, False),
    ("authentication.missing-token", CONVENTION, answered(401), True, "401", "401", None, False),
    ("request.malformed", CONVENTION, answered(405), True, "no success (not 2xx)", "405", None, False),
    ("organizer.sentence", OWN_COPY, REFUSED, True, SENTENCE, SENTENCE, None, False),
    (
        "organizer.sentence",
        OWN_COPY,
        refusal(message=SENTENCE[:-1]),
        False,
        SENTENCE,
        SENTENCE[:-1],
        "the same, but for 1 character fewer at its end",
        False,
    ),
    (
        "organizer.sentence",
        OWN_COPY,
        refusal(message=f"{SENTENCE} or"),
        False,
        SENTENCE,
        f"{SENTENCE} or",
        "the same, but for 3 characters more at its end",
        False,
    ),
    (
        "organizer.sentence",
        OWN_COPY,
        refusal(message=SENTENCE.replace("'", "\u2019")),
        False,
        SENTENCE,
        None,
        "differs at character 17: U+2019 where U+0027 is documented",
        False,
    ),
    ("organizer.sentence", OWN_COPY, answered(400), False, SENTENCE, "no error.message", None, False),
    (
        "organizer.sentence",
        OWN_COPY,
        answered(202),
        None,
        None,
        "",
        "the call was accepted, so there is no error message",
        False,
    ),
    (
        "errors.envelope",
        CONVENTION,
        refusal(),
        True,
        "error.code and error.message, non-empty strings",
        "the envelope",
        None,
        False,
    ),
    (
        "errors.envelope",
        CONVENTION,
        answered(400),
        False,
        "error.code and error.message, non-empty strings",
        "the body is no JSON",
        None,
        False,
    ),
    (
        "errors.envelope",
        CONVENTION,
        answered(202),
        None,
        None,
        "",
        "the call was accepted, so there is no refusal to read",
        False,
    ),
    # a refusal without effect
    ("organizer.only", OWN_COPY, KEPT, True, NO_EFFECT, "400 ErrorInvalidRequest; nothing changed", None, False),
    ("organizer.only", OWN_COPY, answered(202), False, NO_EFFECT, "accepted with 202", None, False),
    ("organizer.only", OWN_COPY, answered(502), False, NO_EFFECT, "502", None, False),
    (
        "organizer.only",
        OWN_COPY,
        {**KEPT, **before(own=BLIND, found=None)},
        None,
        NO_EFFECT,
        "400 ErrorInvalidRequest; ",
        SEEN,
        False,
    ),
    ("refusal.without-effect", CONVENTION, KEPT, True, "no effect", "nothing changed", None, False),
    (
        "refusal.without-effect",
        CONVENTION,
        REFUSED,
        False,
        "no effect",
        "an event left the organizer's calendar; an attendee's copy is cancelled or gone; an attendee was told",
        None,
        False,
    ),
    (
        "refusal.without-effect",
        CONVENTION,
        answered(202),
        None,
        None,
        "",
        "the call was accepted; the clause is about a refused one",
        False,
    ),
    (
        "refusal.without-effect",
        CONVENTION,
        {**KEPT, **before(copies={ADA: ((),)})},
        None,
        None,
        "",
        "no invitation had arrived in an attendee's calendar before the call",
        False,
    ),
    (
        "refusal.without-effect",
        CONVENTION,
        {**KEPT, **before(own=((),))},
        None,
        None,
        "",
        "the calendar did not show the event before the call",
        False,
    ),
    # what cancelling brings about
    ("effect.left-calendar", ORGANIZERS, {}, True, None, "no longer in the calendar", None, False),
    ("effect.left-calendar", ORGANIZERS, STANDING, False, None, "still in the calendar", None, True),
    ("effect.left-calendar", ORGANIZERS, KEPT, None, None, "", NOT_ACCEPTED, False),
    ("effect.left-calendar", ORGANIZERS, after(own=BLIND), True, None, "no longer found by its id", None, False),
    ("effect.left-calendar", ORGANIZERS, WITHOUT, None, None, "", NO_LOOK, False),
    (
        "effect.left-calendar",
        ORGANIZERS,
        before(own=((DECOY,),), found=None),
        None,
        None,
        "",
        "the calendar did not show the meeting before the call",
        False,
    ),
    (
        "effect.left-calendar",
        ORGANIZERS,
        {**before(own=((MEETING,), (MEETING,))), **after(own=((MEETING,), (MEETING,)))},
        False,
        None,
        "2 of 2 occurrences still there",
        None,
        True,
    ),
    ("effect.only-this-event", ORGANIZERS, {}, True, None, "the event beside it is intact", None, False),
    (
        "effect.only-this-event",
        ORGANIZERS,
        after(own=((),)),
        False,
        None,
        "another event with its subject is gone too",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        ORGANIZERS,
        after(own=((replace(DECOY, subject="another"),),)),
        False,
        None,
        "another event is renamed",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        ORGANIZERS,
        {"decoy": None},
        None,
        None,
        "",
        "no event could be put beside the meeting",
        False,
    ),
    ("effect.only-this-event", ORGANIZERS, before(own=BLIND), None, None, "", SEEN, False),
    ("effect.only-this-event", ORGANIZERS, after(own=BLIND), None, None, "", SEEN, False),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK, THEIRS),
        True,
        None,
        "the event beside it and its copies are intact",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK),
        False,
        None,
        "an attendee's copy of another event is cancelled or gone",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK) | {"before": replace(left()["before"], copies=dict.fromkeys((ADA, BOB), ((OURS,),)))},
        None,
        None,
        "",
        "no invitation to the event beside it had arrived before the call",
        False,
    ),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK) | {"before": replace(left()["before"], own=((MEETING, DECOY),))},
        None,
        None,
        "",
        "no iCalUId tells a copy of the meeting from one of its namesake",
        False,
    ),
    (
        "effect.only-this-event",
        ORGANIZERS,
        before(own=((replace(MEETING, subject="of its own"), DECOY),)),
        True,
        None,
        "the event beside it is intact",
        None,
        False,
    ),
    (
        "effect.attendee-copies",
        NAMESAKE,
        left(STRUCK, THEIRS) | {"before": replace(left()["before"], own=BLIND)},
        None,
        None,
        "",
        "no iCalUId tells a copy of the meeting from one of its namesake",
        False,
    ),
    # What one attendee's calendar does not show, another's may.
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK, copies={ADA: BLIND, BOB: ((STRUCK,),)}),
        False,
        None,
        "an attendee's copy of another event is cancelled or gone",
        None,
        False,
    ),
    (
        "effect.attendee-copies",
        ORGANIZERS,
        after(copies={ADA: BLIND, BOB: ((COPY,),)}),
        False,
        None,
        "0 of 2 copies cancelled or gone",
        None,
        True,
    ),
    (
        "occurrence.series-intact",
        OCCURRENCE,
        series(copies={ADA: BLIND, BOB: ((), (), ())}),
        False,
        None,
        "2 other occurrences gone too",
        None,
        False,
    ),
    (
        "occurrence.series-intact",
        OCCURRENCE,
        series(copies=dict.fromkeys((ADA, BOB), ((entry("c0", cancelled=True),), (), (entry("c2"),)))),
        False,
        None,
        "2 other occurrences gone too",
        None,
        False,
    ),
    (
        "effect.attendees-told",
        ORGANIZERS,
        after(mail={ADA: TWICE, BOB: (mail(),)}),
        False,
        None,
        "2 of 2 attendees told, 1 of them twice the same",
        "the page speaks of a cancellation for each; that one alone is meant is assumed",
        False,
    ),
    ("effect.attendees-told", ORGANIZERS, {}, True, None, "2 of 2 attendees told", None, False),
    (
        "effect.attendees-told",
        ORGANIZERS,
        after(mail={ADA: (mail(),), BOB: ()}),
        False,
        None,
        "1 of 2 attendees told",
        None,
        True,
    ),
    (
        "effect.attendees-told",
        ORGANIZERS,
        after(mail={ADA: (mail(),)}),
        None,
        None,
        "",
        "nobody looked into this inbox",
        False,
    ),
    ("effect.attendees-told", ORGANIZERS, {"attendees": ()}, None, None, "", NO_MAILBOX, False),
    ("effect.attendees-told", ORGANIZERS, KEPT, None, None, "", NOT_ACCEPTED, False),
    ("effect.attendee-copies", ORGANIZERS, {}, True, None, "2 of 2 copies cancelled or gone", None, False),
    ("effect.attendee-copies", ORGANIZERS, STANDING, False, None, "0 of 2 copies cancelled or gone", None, True),
    ("effect.attendee-copies", ORGANIZERS, {"attendees": ()}, None, None, "", NO_MAILBOX, False),
    ("effect.attendee-copies", ORGANIZERS, KEPT, None, None, "", NOT_ACCEPTED, False),
    (
        "effect.attendee-copies",
        ORGANIZERS,
        after(copies={ADA: ((DONE,),)}),
        None,
        None,
        "",
        "nobody looked into this calendar",
        False,
    ),
    (
        "effect.attendee-copies",
        ORGANIZERS,
        before(copies={ADA: ((),), BOB: ((COPY,),)}),
        None,
        None,
        "",
        "no invitation had arrived in an attendee's calendar before the call",
        False,
    ),
    ("example.comment", ORGANIZERS, {}, True, AS_SENT, "2 of 2 messages carry it", None, False),
    (
        "example.comment",
        ORGANIZERS,
        after(mail={ADA: (mail(),), BOB: (mail(text=MARK),)}),
        False,
        AS_SENT,
        "1 of 2 messages carry it",
        None,
        False,
    ),
    ("example.comment", ORGANIZERS, {"comment": None}, None, None, "", "the body has no text", False),
    ("example.comment", ORGANIZERS, KEPT, False, None, "400 ErrorInvalidRequest", None, False),
    ("example.comment", ORGANIZERS, {**KEPT, **answered(404)}, None, None, "", NOT_ACCEPTED, False),
    (
        "example.comment",
        ORGANIZERS,
        after(mail={ADA: (), BOB: ()}),
        None,
        None,
        "",
        "no cancellation message arrived that could carry it",
        False,
    ),
    (
        "example.comment",
        ORGANIZERS,
        after(mail={ADA: (mail(),), BOB: ()}),
        None,
        None,
        "",
        "1 attendees of 2 were told",
        False,
    ),
    (
        "example.comment",
        ORGANIZERS,
        {"attendees": ()},
        None,
        None,
        "",
        "no cancellation message arrived that could carry it",
        False,
    ),
    ("occurrence.cancelled", OCCURRENCE, series(), True, None, "the occurrence is gone", None, False),
    ("occurrence.cancelled", OCCURRENCE, series(own=SERIES), False, None, "the occurrence is still there", None, True),
    ("occurrence.cancelled", OCCURRENCE, {**series(own=SERIES), **REFUSED}, None, None, "", NOT_ACCEPTED, False),
    ("occurrence.series-intact", OCCURRENCE, series(), True, None, "the other occurrences are intact", None, False),
    (
        "occurrence.series-intact",
        OCCURRENCE,
        series(own=((), (), ())),
        False,
        None,
        "2 other occurrences gone too",
        None,
        False,
    ),
    (
        "occurrence.series-intact",
        OCCURRENCE,
        series(found=False),
        False,
        None,
        "the series itself is gone",
        None,
        False,
    ),
    ("occurrence.series-intact", OCCURRENCE, series(copies={ADA: BLIND, BOB: BLIND}), None, None, "", SEEN, False),
    # a booking
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
    ("batch.served", BATCH, batch(200, None), False, IN_BATCH, "outer 200, inner none", None, False),
    # in a batch
    (
        "batch.served",
        BATCH,
        batch(200, 202),
        True,
        IN_BATCH,
        "outer 200, inner 202; no longer in the calendar; 2 of 2 attendees told",
        None,
        False,
    ),
    (
        "batch.served",
        BATCH,
        {**batch(200, 202), **STANDING},
        False,
        IN_BATCH,
        "outer 200, inner 202; still in the calendar; 0 of 2 attendees told",
        None,
        True,
    ),
    (
        "batch.served",
        BATCH,
        {**batch(200, 202), **after(mail={ADA: BLIND, BOB: BLIND})},
        None,
        IN_BATCH,
        "outer 200, inner 202; no longer in the calendar",
        SEEN,
        False,
    ),
    # What is not there outweighs what nobody saw, and that what is there.
    (
        "batch.served",
        BATCH,
        {**batch(200, 202), **after(mail={ADA: (), BOB: ()})},
        False,
        IN_BATCH,
        "outer 200, inner 202; no longer in the calendar; 0 of 2 attendees told",
        None,
        True,
    ),
    (
        "batch.served",
        BATCH,
        {**batch(200, 202), **after(own=BLIND, found=None, mail={ADA: (), BOB: ()})},
        False,
        IN_BATCH,
        "outer 200, inner 202; 0 of 2 attendees told",
        None,
        True,
    ),
    *(
        (
            "batch.served",
            BATCH,
            batched(200, {"responses": [other, {"id": "0", "status": 202}]}),
            True,
            IN_BATCH,
            "outer 200, inner 202; no longer in the calendar; 2 of 2 attendees told",
            None,
            False,
        )
        for other in ({"status": 400}, {"id": "1", "status": 400}, "x")
    ),
    *(
        ("batch.served", BATCH, batch(200, inner), False, IN_BATCH, f"outer 200, inner {inner}", None, False)
        for inner in (199, 300, 400, 0)
    ),
    *(
        (
            "batch.served",
            BATCH,
            batch(200, inner),
            True,
            IN_BATCH,
            f"outer 200, inner {inner}; no longer in the calendar; 2 of 2 attendees told",
            None,
            False,
        )
        for inner in (200, 299)
    ),
    ("batch.served", BATCH, batch(200, "202"), False, IN_BATCH, "outer 200, inner no number", None, False),
    ("batch.served", BATCH, batch(201, 202), False, IN_BATCH, "outer 201, inner 202", None, False),
    (
        "batch.served",
        BATCH,
        batched(200, {"responses": {"0": 1}}),
        False,
        IN_BATCH,
        "outer 200, inner none",
        None,
        False,
    ),
    (
        "batch.served",
        BATCH,
        batched(200, {"responses": [[202]]}),
        False,
        IN_BATCH,
        "outer 200, inner none",
        None,
        False,
    ),
    *(
        (
            "batch.served",
            BATCH,
            batch(status, 202),
            None,
            None,
            "",
            f"the target does not serve $batch (answered {status})",
            False,
        )
        for status in (404, 405, 501)
    ),
    # a made-up id
    (
        "response.status",
        ORGANIZERS,
        {**answered(404), "made_up": True, "gap": "no event", "before": None, **WITHOUT},
        None,
        None,
        "",
        "no event; that a made-up id is refused says nothing",
        False,
    ),
    (
        "errors.not-found",
        CONVENTION,
        {**answered(404), "gap": "no event", "before": None, **WITHOUT},
        None,
        "a refusal (4xx)",
        "404",
        "no event; a made-up id is refused for itself, which says nothing",
        False,
    ),
    (
        "errors.not-found",
        CONVENTION,
        {**answered(500), "gap": "no event", "before": None, **WITHOUT},
        False,
        "a refusal (4xx)",
        "500",
        None,
        False,
    ),
    (
        "effect.left-calendar",
        ORGANIZERS,
        {**REFUSED, "gap": "no event"},
        None,
        None,
        "no longer in the calendar",
        "no event; a made-up id is refused for itself, which says nothing",
        False,
    ),
    (
        "authentication.invalid-token",
        CONVENTION,
        {**answered(401), "gap": "no event", "before": None, **WITHOUT},
        True,
        "401",
        "401",
        None,
        False,
    ),
]


@pytest.mark.parametrize(
    ("clause", "case", "parts", "held", "documented", "received", "reason", "pending"),
    SAID,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(SAID)],
)
def test_a_finding_says(clause, case, parts, held, documented, received, reason, pending):
    given = evidence(case, **parts)

    found = one(clause, case, **parts)

    expected = documented or given.contract.clauses[clause].says
    shown = found.received if received is None else received
    assert found == Finding(clause, held, expected, shown, reason, pending=pending)


@pytest.mark.parametrize(
    "clause",
    """
    response.status organizer.refusal organizer.only appointment.unknown request-headers.authorization
    authentication.missing-token authentication.invalid-token authorization.read-only errors.not-found request.malformed
    batch.served
    """.split(),
)
def test_no_answer_is_a_finding_against_what_is_said_of_the_answer(clause):
    contract = next(one for one in CONTRACTS.values() if clause in one.clauses)

    found = one(clause, contract=contract, **answered(None))

    assert (found.held, found.received) == (False, "received no answer (connection refused)")


# checks asked by themselves, without what a clause's judge keeps from them
@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ("http-request.route", "no answer"),
        ("request-headers.authorization", "no answer"),
        ("authentication.missing-token", "no answer"),
        ("permissions.scope", "no answer"),
        ("batch.served", "no answer"),
        ("response.status", "the page names no status for this call"),
        ("organizer.sentence", "the page quotes no sentence"),
        ("errors.envelope", "the call was accepted, so there is no refusal to read"),
    ],
)
def test_without_an_answer_a_check_says_that_there_is_none(clause, says):
    found = check_for(clause)(evidence(exchange=None))

    assert (found.held, found.reason, found.received) == (None, says, "")


def test_a_page_that_says_nothing_of_it_breaks_nothing():
    """
    A call for which no status is documented, and an error without a documented sentence, leave nothing to compare.
    """
    bookings = CONTRACTS["bookingappointment-cancel.v1.0"]
    given = evidence(contract=bookings, **REFUSED)

    assert check_for("organizer.sentence")(given).reason == "the page quotes no sentence"


def test_of_a_call_whose_status_no_page_names_no_status_is_asked_for():
    case = next(case.id for case in CASES.values() if case.documented_status is None)

    found = check_for("response.status")(evidence(case))

    assert (found.held, found.reason) == (None, "the page names no status for this call")


def test_a_property_no_page_lists_is_judged_by_the_status():
    given = evidence(contract=CONTRACTS["graph-conventions"])

    assert check_for("example.comment")(given).received == "202"


def test_an_apps_own_call_shows_what_an_app_may():
    case = next(case.id for case in CASES.values() if case.actor == "app" and "permissions.application" in case.clauses)

    assert one("permissions.application", case, **answered(202, actor="app")).held is True
    assert one("permissions.application", case, **answered(403, actor="app")).held is False


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ErrorInvalidRequest", "400 ErrorInvalidRequest"),
        (None, "400"),
        (5, "400 no code"),
        ("Eve", "400 [an unlisted code]"),
    ],
)
def test_an_answer_is_shown_by_its_status_and_code(code, says):
    assert describe_answer(evidence(**refusal(code=code))) == says


def test_what_an_action_nobody_wrote_down_brings_about_is_not_examined():
    action = action_of("event-snooze")
    given = evidence(action="event-snooze", **batch(200, 202))

    assert (action.id, action.checks, action.usual(given)) == ("event-snooze", {}, {})
    assert action.delivered(given).reason == "no module says what event-snooze brings about"
    assert action.carry_out(None, "/path", None) is None
    found = check_for("batch.served")(given)
    assert (found.held, found.reason) == (None, "no module says what event-snooze brings about")
