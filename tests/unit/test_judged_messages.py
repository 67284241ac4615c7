"""How it is judged which messages a call sends: to every attendee, with the text that was given."""

from __future__ import annotations

import pytest
from given_evidence import (
    ADA,
    AS_SENT,
    BLIND,
    BOB,
    CASES,
    COMMENT,
    CONTRACTS,
    KEPT,
    MARK,
    MEETING,
    NO_MAILBOX,
    NOT_ACCEPTED,
    ORGANIZERS,
    TWICE,
    UNCHANGED,
    after,
    answered,
    before,
    found_and_expected,
    ids,
    mail,
    one,
)

# clause, what differs from a call that went as documented, held, a part of what is said
EVENT = [
    ("effect.attendees-told", {}, True, "2 of 2"),
    ("effect.attendees-told", after(mail={ADA: (mail(),), BOB: ()}), False, "1 of 2"),
    ("effect.attendees-told", after(mail={ADA: (mail(),), BOB: BLIND}), None, "503"),
    ("effect.attendees-told", after(mail={ADA: (), BOB: BLIND}), False, "0 of 2"),
    ("effect.attendees-told", after(mail={ADA: (mail(),)}), None, "nobody looked"),
    ("effect.attendees-told", before(mail={ADA: BLIND, BOB: BLIND}), None, "503"),
    ("effect.attendees-told", before(mail={ADA: (mail(),), BOB: (mail(),)}), False, "0 of 2"),
    ("effect.attendees-told", {"attendees": ()}, None, "no other writable mailbox"),
    # The same twice is one message too many; another text, or another date of a series, is not the same.
    (
        "effect.attendees-told",
        after(mail={ADA: TWICE, BOB: (mail(),)}),
        False,
        "that one alone is meant is assumed",
    ),
    (
        "effect.attendees-told",
        {**after(mail=dict.fromkeys((ADA, BOB), TWICE)), "scope": "occurrence"},
        False,
        "is assumed",
    ),
    ("effect.attendees-told", after(mail=dict.fromkeys((ADA, BOB), (mail(), mail()))), True, "2 of 2"),
    ("effect.attendees-told", after(mail={ADA: (mail(), mail("m3", text=MARK)), BOB: (mail(),)}), True, "2 of 2"),
    # Whether it is one date that nobody saw, nobody knows.
    (
        "effect.attendees-told",
        before(own=BLIND, found=None) | after(mail=dict.fromkeys((ADA, BOB), TWICE)),
        True,
        "2 of 2",
    ),
    (
        "effect.attendees-told",
        before(mail={ADA: (mail("m3"),), BOB: ()}) | after(mail={ADA: TWICE, BOB: (mail(),)}),
        True,
        "2",
    ),
    (
        "effect.attendees-told",
        {**before(own=((MEETING,), (MEETING,))), **after(mail=dict.fromkeys((ADA, BOB), TWICE))},
        True,
        "2 of 2",
    ),
    ("effect.attendees-told", {"after": None}, None, "nothing was arranged"),
    ("effect.attendees-told", KEPT, None, "not accepted"),
    *(
        ("effect.attendees-told", after(mail={ADA: (other,), BOB: (other,)}), False, "0 of 2")
        for other in (
            mail(kind="meetingRequest"),
            mail(kind=None),
            mail(subject="another", text="another"),
        )
    ),
    ("effect.attendees-told", after(mail=dict.fromkeys((ADA, BOB), (mail(subject="re", text=MARK),))), True, "2 of 2"),
    ("example.comment", {}, True, "2 of 2 messages carry it"),
    ("example.comment", after(mail=dict.fromkeys((ADA, BOB), (mail(text=MARK),))), False, "0 of 2"),
    ("example.comment", after(mail={ADA: (mail(),), BOB: (mail(text=MARK),)}), False, "1 of 2"),
    ("example.comment", after(mail={ADA: (mail(), mail("m3", text=MARK)), BOB: (mail(),)}), True, "2 of 2"),
    ("example.comment", after(mail={ADA: (mail(),), BOB: BLIND}), None, "503"),
    ("example.comment", after(mail={ADA: (), BOB: ()}), None, "no cancellation message arrived"),
    ("example.comment", {"comment": None}, None, "no text"),
    ("example.comment", KEPT, False, "400"),
    *(
        ("example.comment", {**answered(status), "after": UNCHANGED}, None, "not accepted")
        for status in (403, 404, 503)
    ),
    (
        "example.comment",
        after(mail=dict.fromkeys((ADA, BOB), (mail(text="x  " + COMMENT.replace(" ", "\n")),))),
        True,
        "2 of 2",
    ),
    ("delete.custom-message", {}, True, "2 of 2"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), EVENT, ids=ids(EVENT))
def test_the_organizers_call_is_judged_clause_by_clause(clause, parts, held, says):
    found = one(clause, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)
    assert found.documented


# clause, case, what differs; then held, documented, received, reason and pending, as found_and_expected has them
SAID = [
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
]


@pytest.mark.parametrize("row", SAID, ids=ids(SAID))
def test_a_finding_says(row):
    found, expected = found_and_expected(*row)

    assert found == expected


def test_a_text_that_reached_one_of_two_attendees_has_not_reached_every_attendee():
    found = one("example.comment", **after(mail={ADA: (mail(),), BOB: ()}))

    assert found.held is not True


def test_who_follows_a_group_may_hear_of_its_event_twice():
    """
    A group sends its members its own mail, beside the invited one's.
    """
    case = next(name for name, case in CASES.items() if case.family == "groups" and case.actor == "organizer")

    assert one("effect.attendees-told", case, **after(mail=dict.fromkeys((ADA, BOB), TWICE))).held is True


def test_wherever_a_delivery_is_judged_the_message_is_waited_for():
    for case in CASES.values():
        shapes = {item.shape: item for item in CONTRACTS[case.root_of].properties}
        given = shapes.get(case.body)
        judged = given and given.delivered_to and given.clause in case.clauses
        if judged:
            assert {"effect.attendees-told", "effect.customer-told"} & set(case.clauses), case.id
