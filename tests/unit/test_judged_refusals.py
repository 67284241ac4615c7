"""How a refusal is judged: an attendee's, any other call's that must not succeed, and that it stays without effect."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given_evidence import (
    ADA,
    BEFORE,
    BLIND,
    BOB,
    CONTRACTS,
    CONVENTION,
    COPY,
    DECOY,
    KEPT,
    MEETING,
    OWN_COPY,
    PAGE,
    REFUSED,
    SEEN,
    SENTENCE,
    STANDING,
    UNCHANGED,
    WITHOUT,
    answered,
    before,
    entry,
    evidence,
    found_and_expected,
    ids,
    mail,
    one,
    refusal,
)

from graphcancel.absence import changes
from graphcancel.verdict import check_for

NO_EFFECT = "a refusal without effect"
OWNER = "owner@contoso.example"
TO_OWNER = {"organizer": OWNER, "before": replace(BEFORE, mail={OWNER: ()})}

# clause, what differs from a call that went as documented, held, a part of what is said
REFUSALS = [
    ("organizer.refusal", REFUSED, True, "400"),
    ("organizer.refusal", refusal(403), False, "403"),
    ("organizer.refusal", answered(None), False, "no answer"),
    ("organizer.sentence", REFUSED, True, "organizer"),
    (
        "organizer.sentence",
        refusal(message=SENTENCE.replace("'", "’")),
        False,
        "differs at character 17: U+2019 where U+0027 is documented",
    ),
    ("organizer.sentence", refusal(message=SENTENCE + " "), False, "the same, but for 1 character more at its end"),
    ("organizer.sentence", refusal(message=SENTENCE[:-2]), False, "the same, but for 2 characters fewer at its end"),
    ("organizer.sentence", refusal(message=None), False, "no error.message"),
    ("organizer.sentence", answered(400, b"<html>"), False, "no error.message"),
    ("organizer.sentence", answered(202), None, "accepted"),
    ("organizer.only", KEPT, True, "400 ErrorInvalidRequest; nothing changed"),
    ("organizer.only", answered(202), False, "accepted with 202"),
    ("organizer.only", answered(502), False, "502"),
    ("organizer.only", REFUSED, False, "an event left the organizer's calendar"),
    ("organizer.only", {**REFUSED, "after": None, "gap": "no look"}, None, "no look"),
    ("organizer.only", answered(None), False, "no answer"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), REFUSALS, ids=ids(REFUSALS))
def test_the_attendees_refusal_is_judged(clause, parts, held, says):
    found = one(clause, OWN_COPY, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)


CONVENTIONS = [
    ("authentication.missing-token", answered(401), True, "401"),
    ("authentication.missing-token", answered(403), False, "403"),
    ("authentication.invalid-token", answered(202), False, "202"),
    ("authentication.invalid-token", answered(None), False, "no answer"),
    ("authorization.read-only", answered(403), True, "403"),
    ("authorization.read-only", answered(202), False, "202"),
    ("errors.not-found", answered(404), True, "404"),
    ("errors.not-found", answered(500), False, "500"),
    ("request.malformed", answered(405), True, "405"),
    ("request.malformed", answered(200), False, "200"),
    ("errors.envelope", refusal(), True, "the envelope"),
    ("errors.envelope", answered(400, b"<html>"), False, "no JSON"),
    ("errors.envelope", refusal(message=""), False, "error.message breaks minLength"),
    ("errors.envelope", answered(202), None, "accepted"),
    ("errors.envelope", answered(None), None, "no answer"),
    ("refusal.without-effect", KEPT, True, "nothing changed"),
    ("refusal.without-effect", answered(202), None, "accepted"),
    ("refusal.without-effect", REFUSED, False, "an event left the organizer's calendar"),
    ("refusal.without-effect", {**KEPT, "after": None, "gap": "no look"}, None, "no look"),
    ("refusal.without-effect", {**KEPT, **before(own=BLIND)}, None, "503"),
    ("refusal.without-effect", {**KEPT, **before(own=((),))}, None, "did not show the event"),
    (
        "refusal.without-effect",
        {
            **REFUSED,
            **dict.fromkeys(("before", "after"), replace(UNCHANGED, copies={ADA: ((COPY,), ()), BOB: ((COPY,),)})),
        },
        None,
        "no invitation had arrived",
    ),
    ("refusal.without-effect", {**REFUSED, "after": replace(UNCHANGED, mail={ADA: BLIND, BOB: ()})}, None, "503"),
    ("refusal.without-effect", {**REFUSED, "after": replace(UNCHANGED, own=BLIND)}, None, "503"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), CONVENTIONS, ids=ids(CONVENTIONS))
def test_conventions_are_judged(clause, parts, held, says):
    found = one(clause, CONVENTION, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)


# clause, case, what differs; then held, documented, received, reason and pending, as found_and_expected has them
SAID = [
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


@pytest.mark.parametrize("row", SAID, ids=ids(SAID))
def test_a_finding_says(row):
    found, expected = found_and_expected(*row)

    assert found == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (STANDING, []),
        ({"after": None}, []),
        (
            {},
            [
                "an event left the organizer's calendar",
                "an attendee's copy is cancelled or gone",
                "an attendee was told",
            ],
        ),
        ({"after": replace(UNCHANGED, own=((MEETING,),))}, ["an event is gone"]),
        (
            {"after": replace(UNCHANGED, own=((entry("meeting", cancelled=True), DECOY),))},
            ["an event is marked cancelled"],
        ),
        ({"after": replace(UNCHANGED, own=BLIND, found=False)}, ["the event is no longer found"]),
        ({"after": replace(UNCHANGED, own=BLIND)}, []),
        ({"after": replace(UNCHANGED, copies={ADA: ((),), BOB: BLIND})}, ["an attendee's copy is cancelled or gone"]),
        ({"after": replace(UNCHANGED, mail={ADA: (mail(),), BOB: BLIND})}, ["an attendee was told"]),
        (
            {"after": replace(UNCHANGED, mail={ADA: (mail(subject="s"),), BOB: ()}), "customer": (ADA, (BOB,))},
            ["a message with the text was sent"],
        ),
        ({"after": replace(UNCHANGED, mail={ADA: (mail(text="x"),), BOB: ()}), "customer": (ADA, (BOB,))}, []),
        ({"after": replace(UNCHANGED, mail={}), "customer": (ADA, (BOB,))}, []),
        ({**TO_OWNER, "after": replace(UNCHANGED, mail={OWNER: (mail(),)})}, ["the organizer was told"]),
        ({**TO_OWNER, "after": replace(UNCHANGED, mail={OWNER: (mail(kind="meetingAccepted"),)})}, []),
        ({**TO_OWNER, "after": replace(UNCHANGED, mail={OWNER: BLIND})}, []),
        ({"after": replace(UNCHANGED, mail={ADA: BLIND, BOB: BLIND}), "customer": (ADA, (BOB,))}, []),
    ],
)
def test_changes_are_told_in_words(parts, expected):
    assert list(dict.fromkeys(changes(evidence(**parts)))) == expected


@pytest.mark.parametrize(
    ("clause", "status", "held"),
    [
        ("authentication.missing-token", 401, True),
        ("errors.envelope", 401, True),
        ("errors.not-found", 404, None),
        ("request.malformed", 404, None),
        ("request.malformed", 202, False),
    ],
)
def test_a_refusal_of_an_id_that_never_was_counts_only_where_it_names_its_cause(clause, status, held):
    answer = answered(202) if status == 202 else refusal(status)

    assert one(clause, CONVENTION, **answer, gap="no event", before=None, after=None).held is held


def test_a_page_that_says_nothing_of_it_breaks_nothing():
    """
    A call for which no status is documented, and an error without a documented sentence, leave nothing to compare.
    """
    bookings = CONTRACTS["bookingappointment-cancel.v1.0"]
    given = evidence(contract=bookings, **REFUSED)

    assert check_for("organizer.sentence")(given).reason == "the page quotes no sentence"


# -- what must not be taken for held ----------------------------------------------------------------------------------


@pytest.mark.parametrize("clause", ["request-headers.authorization", "authorization.read-only", "errors.not-found"])
@pytest.mark.parametrize("status", [302, 304])
def test_a_redirect_refuses_nothing(clause, status):
    """
    Only 4xx is a refusal, as the finding's own words say.
    """
    contract = PAGE if clause in PAGE.clauses else CONTRACTS["graph-conventions"]

    assert one(clause, contract=contract, **answered(status)).held is False


def test_an_attendee_redirected_is_not_refused():
    assert one("organizer.only", OWN_COPY, **answered(302), after=UNCHANGED).held is not True


def test_an_inbox_that_was_not_seen_before_cannot_show_that_nobody_was_told():
    """
    Without the inbox's earlier state a cancellation in it cannot be told from an old one: not examined.
    """
    found = one("refusal.without-effect", CONVENTION, **KEPT, **before(mail={ADA: BLIND, BOB: ()}))

    assert found.held is None


def test_copies_that_never_arrived_cannot_show_that_they_are_untouched():
    found = one(
        "refusal.without-effect", CONVENTION, **REFUSED, after=UNCHANGED, **before(copies={ADA: ((),), BOB: ((),)})
    )

    assert found.held is None
