"""Judging: every check holds, does not hold, or says why it cannot tell; a case's verdict follows from its findings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from graphcancel.absence import changes
from graphcancel.batching import batch_of
from graphcancel.cases import build_cases
from graphcancel.contract import load_contracts
from graphcancel.envelope import envelope_check
from graphcancel.evidence import Evidence, Finding, describe_answer
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.marks import Mark
from graphcancel.sanitise import Sanitiser
from graphcancel.seen import new_messages
from graphcancel.sight import Entry, Look, Message, Unseen
from graphcancel.verdict import ANSWER_CLAUSES, CHECKS, Verdict, check_for, conclude, judge

CONTRACTS = {contract.id: contract for contract in load_contracts(Path(__file__).parents[2] / "contracts")}
CASES = {case.id: case for case in build_cases(tuple(CONTRACTS.values()))}
PAGE = CONTRACTS["event-cancel.v1.0"]
SENTENCE = PAGE.answer(actor="attendee").message
MARK = "gc01x0a"
COMMENT = f"Contract check {MARK}: this meeting is called off."
ADA, BOB = "ada@contoso.example", "bob@contoso.example"
BLIND = Unseen("a look at calendarView was answered 503")
ORGANIZERS = "event-cancel.v1.0/me.events/organizer/pascal"
OWN_COPY = "event-cancel.v1.0/me.events/attendee/pascal/own-copy"


def entry(identity: str, *, cancelled: bool = False, uid: str | None = None) -> Entry:
    return Entry(identity, f"Contract test {MARK}", cancelled, None, uid=uid)


def mail(identity: str = "m2", *, kind: str | None = "meetingCancelled", subject: str = MARK, text: str = COMMENT):
    return Message(identity, subject, kind, text)


MEETING, DECOY, COPY = entry("meeting"), entry("decoy"), entry("copy")
DONE = entry("copy", cancelled=True)
BEFORE = Look(0.0, ((MEETING, DECOY),), True, dict.fromkeys((ADA, BOB), ((COPY,),)), {ADA: (), BOB: ()})
AFTER = Look(1.0, ((DECOY,),), False, dict.fromkeys((ADA, BOB), ((DONE,),)), dict.fromkeys((ADA, BOB), (mail(),)))
UNCHANGED = replace(BEFORE, at=1.0)
TWICE = (mail(), mail("m3"))
OWNER = "owner@contoso.example"
TO_OWNER = {"organizer": OWNER, "before": replace(BEFORE, mail={OWNER: ()})}


def before(**parts) -> dict:
    return {"before": replace(BEFORE, **parts)}


def after(**parts) -> dict:
    return {"after": replace(AFTER, **parts)}


def answered(status: int | None, body: object = b"", actor: str = "organizer") -> dict:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request("POST", "https://graph.example/v1.0", "/me/events/1/cancel", actor)
    if status is None:
        return {"exchange": Exchange(request, None, 0.0, 0.0, "connection refused")}
    return {"exchange": Exchange(request, Response(status, {}, payload), 0.0, 0.0)}


def refusal(status: int = 400, message: object = SENTENCE, code: object = "ErrorInvalidRequest") -> dict:
    return answered(status, {"error": {"code": code, "message": message}})


def evidence(case: str = ORGANIZERS, **parts) -> Evidence:
    found = CASES[case]
    values = {
        "case": found,
        "contract": CONTRACTS[found.contract],
        "action": CONTRACTS[found.root_of].action,
        **answered(202),
        "before": BEFORE,
        "after": AFTER,
        "gap": None,
        "meeting": "meeting",
        "decoy": "decoy",
        "scope": "meeting",
        "comment": COMMENT,
        "marker": MARK,
        "attendees": (ADA, BOB),
        "customer": None,
        "envelope": envelope_check(CONTRACTS["graph-conventions"]),
        "sanitiser": Sanitiser("run", [SENTENCE]),
    }
    return Evidence(**(values | parts))


def one(clause: str, case: str = ORGANIZERS, **parts) -> Finding:
    return judge(evidence(case, **parts), [clause])[0]


REFUSED = refusal()
KEPT = {**REFUSED, "after": UNCHANGED}

# clause, what differs from a call that went as documented, held, a part of what is said
EVENT = [
    # the answer
    ("response.status", {}, True, "202"),
    ("response.status", answered(204), False, "204"),
    ("response.status", refusal(), False, "400 ErrorInvalidRequest"),
    ("response.status", answered(None), False, "no answer (connection refused)"),
    ("response.status", {"exchange": None}, None, "never sent"),
    ("response.status", {"exchange": None, "gap": "no meeting"}, None, "no meeting"),
    ("response.body", {}, True, "0 bytes"),
    ("response.body", answered(202, b" "), False, "1 byte"),
    ("response.body", answered(202, b"{}"), False, "2 bytes"),
    ("response.body", REFUSED, None, "not accepted"),
    ("response.body", answered(None), None, "no answer"),
    ("http-request.route", {}, True, "202"),
    ("http-request.route", answered(404), False, "404"),
    ("http-request.route", answered(405), False, "405"),
    *(("http-request.route", answered(status), None, str(status)) for status in (401, 403, 429, 500, 503)),
    ("request-body.optional", {}, True, "202"),
    ("request-body.optional", REFUSED, False, "400"),
    ("permissions.delegated-work", {}, True, "202"),
    ("permissions.delegated-work", answered(401), False, "401"),
    ("permissions.delegated-work", answered(403), False, "403"),
    ("permissions.delegated-work", answered(404), None, "404"),
    ("clouds.global", {}, True, "202"),
    ("clouds.global", answered(404), None, "other causes"),
    ("request-headers.authorization", answered(401), True, "401"),
    ("request-headers.authorization", answered(403), True, "403"),
    ("request-headers.authorization", {}, False, "202"),
    ("request-headers.authorization", answered(500), False, "500"),
    ("delete.organizer-only", REFUSED, True, "400"),
    ("delete.organizer-only", {}, False, "202"),
    # effects
    ("effect.left-calendar", {}, True, "no longer in the calendar"),
    ("effect.left-calendar", after(own=((MEETING, DECOY),)), False, "still in the calendar"),
    ("effect.left-calendar", KEPT, None, "not accepted"),
    ("effect.left-calendar", {"before": None, "gap": "no actor"}, None, "no actor"),
    ("effect.left-calendar", {"after": None}, None, "nothing was arranged"),
    ("effect.left-calendar", after(own=BLIND), True, "no longer found by its id"),
    ("effect.left-calendar", after(own=BLIND, found=None), None, "503"),
    ("effect.left-calendar", after(own=BLIND, found=True), None, "503"),
    ("effect.left-calendar", before(own=BLIND, found=None), None, "503"),
    ("effect.left-calendar", before(own=((DECOY,),), found=None), None, "did not show the meeting before"),
    ("effect.left-calendar", before(own=((MEETING,), ()), found=None), None, "did not show the meeting before"),
    (
        "effect.left-calendar",
        {**before(own=((MEETING,), (MEETING,))), **after(own=((MEETING,), ()))},
        False,
        "1 of 2 occurrences still there",
    ),
    ("effect.only-this-event", {}, True, "intact"),
    ("effect.only-this-event", after(own=((),)), False, "gone too"),
    ("effect.only-this-event", after(own=((entry("decoy", cancelled=True),),)), False, "gone too"),
    ("effect.only-this-event", {"decoy": None}, None, "no event could be put beside"),
    ("effect.only-this-event", before(own=((MEETING,),)), None, "no event could be put beside"),
    ("effect.only-this-event", before(own=BLIND), None, "503"),
    ("effect.only-this-event", after(own=BLIND), None, "503"),
    ("effect.only-this-event", {"after": None}, None, "nothing was arranged"),
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
    ("effect.attendee-copies", {}, True, "2 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((),), BOB: ((DONE,),)}), True, "2 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((COPY,),), BOB: ((DONE,),)}), False, "1 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((COPY,),), BOB: BLIND}), False, "0 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((DONE,),), BOB: BLIND}), None, "503"),
    ("effect.attendee-copies", after(copies={ADA: ((DONE,),)}), None, "nobody looked"),
    ("effect.attendee-copies", before(copies={ADA: BLIND, BOB: BLIND}), None, "503"),
    ("effect.attendee-copies", before(copies={ADA: ((),), BOB: ((COPY,),)}), None, "no invitation had arrived"),
    ("effect.attendee-copies", before(copies={ADA: ((COPY,), ()), BOB: ((COPY,),)}), None, "no invitation had arrived"),
    ("effect.attendee-copies", {"attendees": ()}, None, "no other writable mailbox"),
    ("effect.attendee-copies", {"after": None}, None, "nothing was arranged"),
    ("effect.attendee-copies", KEPT, None, "not accepted"),
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


def ids(table: list) -> list[str]:
    return [f"{row[0]}-{number}" for number, row in enumerate(table)]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), EVENT, ids=ids(EVENT))
def test_the_organizers_call_is_judged_clause_by_clause(clause, parts, held, says):
    found = one(clause, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)
    assert found.documented


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


CONVENTION = "graph-conventions/v1.0.me.events/organizer/pascal/no-token"
BATCH = "graph-conventions/v1.0.me.events/organizer/pascal/batch"


def batch(outer: int, inner: object, identity: object = "0", *others: dict) -> dict:
    return batched(outer, {"responses": [*others, {"id": identity, "status": inner}]})


def batched(status: int, body: object) -> dict:
    sent = batch_of([Request("POST", "https://graph.example/v1.0", "/me/events/1/cancel", "organizer")])
    response = answered(status, body)["exchange"].response
    return {"exchange": Exchange(sent, response, 0.0, 0.0)}


STANDING = {"after": UNCHANGED}
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


@pytest.mark.parametrize(
    ("parts", "held", "says"),
    [
        (batch(200, 202), True, "outer 200, inner 202; no longer in the calendar"),
        ({**batch(200, 202), **STANDING}, False, "still in the calendar"),
        ({**batch(200, 202), "after": None}, None, "nothing was arranged"),
        (batch(200, 400), False, "inner 400"),
        (batch(202, 202), False, "outer 202"),
        (batch(200, None), False, "inner none"),
        (batch(200, True), False, "outer 200"),
        (batch(200, 202, "another"), False, "inner none"),
        (batch(200, 202, 0), True, "inner 202"),
        (batch(200, 202, "0", {"id": "another", "status": 400}), True, "inner 202"),
        (batch(200, 400, "0", {"id": "another", "status": 202}), False, "inner 400"),
        (batched(200, {"responses": []}), False, "inner none"),
        (batched(200, {"responses": ["x"]}), False, "inner none"),
        (batched(200, b"<html>"), False, "inner none"),
        (batch(404, 202), None, "does not serve $batch"),
        (answered(None), False, "no answer"),
    ],
)
def test_a_batched_call_needs_outer_200_an_inner_success_and_its_effect(parts, held, says):
    found = one("batch.served", BATCH, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)


def test_a_batched_booking_is_looked_for_among_the_appointments():
    case = "graph-conventions/v1.0.solutions.bookingBusinesses.appointments/organizer/message/batch"

    found = one("batch.served", case, **batch(200, 204), customer=(ADA, (BOB,)), **after(own=((),)), decoy=None)

    assert found.held is True


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


# -- one occurrence ---------------------------------------------------------------------------------------------------

OCCURRENCE = "event-cancel.v1.0/me.events/organizer/pascal/occurrence"
SERIES = tuple((entry(f"o{number}"),) for number in range(3))
ONE_GONE = (SERIES[0], (), SERIES[2])
COPIES = tuple((entry(f"c{number}"),) for number in range(3))
SERIES_BEFORE = replace(BEFORE, own=SERIES, copies=dict.fromkeys((ADA, BOB), COPIES))
SERIES_AFTER = replace(
    AFTER,
    own=ONE_GONE,
    found=True,
    copies=dict.fromkeys((ADA, BOB), (COPIES[0], (entry("c1", cancelled=True),), COPIES[2])),
)


def series(**parts) -> dict:
    return {
        "scope": "occurrence",
        "meeting": "master",
        "decoy": None,
        "before": SERIES_BEFORE,
        "after": replace(SERIES_AFTER, **parts),
    }


OCCURRENCES = [
    ("occurrence.cancelled", series(), True, "gone"),
    ("occurrence.cancelled", series(own=SERIES), False, "still there"),
    ("occurrence.cancelled", {**series(own=SERIES), **REFUSED}, None, "not accepted"),
    ("occurrence.cancelled", series(own=BLIND), None, "503"),
    ("occurrence.series-intact", series(), True, "intact"),
    ("occurrence.series-intact", series(own=((), (), SERIES[2])), False, "1 other"),
    ("occurrence.series-intact", series(own=((entry("o0", cancelled=True),), (), SERIES[2])), False, "1 other"),
    (
        "occurrence.series-intact",
        series(own=((entry("o0"), entry("x", cancelled=True)), (), SERIES[2])),
        False,
        "1 other",
    ),
    (
        "occurrence.series-intact",
        series(copies={ADA: (COPIES[0], (), (*COPIES[2], entry("y", cancelled=True))), BOB: COPIES}),
        False,
        "1 other",
    ),
    ("effect.attendees-told", series(mail=dict.fromkeys((ADA, BOB), TWICE)), False, "is assumed"),
    ("occurrence.series-intact", series(found=False), False, "series itself is gone"),
    ("occurrence.series-intact", series(copies=dict.fromkeys((ADA, BOB), ((), (), ()))), False, "4 other"),
    ("occurrence.series-intact", series(own=BLIND), None, "503"),
    ("effect.attendee-copies", series(), True, "2 of 2"),
    ("effect.attendee-copies", series(copies=dict.fromkeys((ADA, BOB), COPIES)), False, "0 of 2"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), OCCURRENCES, ids=ids(OCCURRENCES))
def test_an_occurrence_is_judged_apart_from_its_series(clause, parts, held, says):
    found = one(clause, OCCURRENCE, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)


# -- a namesake beside it --------------------------------------------------------------------------------------------

NAMESAKE = "event-cancel.v1.0/me.events/organizer/pascal/namesake"
OURS, THEIRS = entry("copy", uid="m"), entry("other", uid="d")
BOTH = dict.fromkeys((ADA, BOB), ((OURS, THEIRS),))
BESIDE = replace(BEFORE, own=((entry("meeting", uid="m"), entry("decoy", uid="d")),), copies=BOTH)


def left(*copies: Entry, **parts) -> dict:
    """What is left after the call: the decoy, and *copies* at each attendee."""
    found = {"own": ((entry("decoy", uid="d"),),), "copies": dict.fromkeys((ADA, BOB), (copies,))}
    return {"before": BESIDE, "after": replace(AFTER, **(found | parts))}


STRUCK = entry("copy", uid="m", cancelled=True)
NAMELESS = replace(BESIDE, own=((MEETING, DECOY),))
ALIKE = replace(BESIDE, own=((entry("meeting", uid="m"), entry("decoy", uid="m")),))

NAMESAKES = [
    ("effect.only-this-event", left(STRUCK, THEIRS), True, "and its copies are intact"),
    ("effect.only-this-event", left(THEIRS), True, "and its copies are intact"),
    ("effect.only-this-event", left(STRUCK), False, "copy of another event"),
    ("effect.only-this-event", left(STRUCK, entry("other", uid="d", cancelled=True)), False, "copy of another event"),
    (
        "effect.only-this-event",
        left(STRUCK, THEIRS)
        | {"before": replace(BESIDE, copies=dict.fromkeys((ADA, BOB), ((OURS, THEIRS, entry("next", uid="d")),)))},
        False,
        "copy of another event",
    ),
    ("effect.only-this-event", left(STRUCK, THEIRS, own=((),)), False, "gone too"),
    ("effect.only-this-event", left(STRUCK, THEIRS, copies={ADA: BLIND, BOB: BLIND}), None, "503"),
    ("effect.only-this-event", left() | {"before": replace(BESIDE, copies={})}, None, "nobody looked"),
    ("effect.only-this-event", left(STRUCK) | {"before": NAMELESS}, None, "no iCalUId"),
    (
        "effect.only-this-event",
        left(STRUCK) | {"before": replace(BESIDE, copies=dict.fromkeys((ADA, BOB), ((OURS,),)))},
        None,
        "had arrived before the call",
    ),
    ("effect.attendee-copies", left(STRUCK, THEIRS), True, "2 of 2"),
    ("effect.attendee-copies", left(THEIRS), True, "2 of 2"),
    ("effect.attendee-copies", left(OURS, THEIRS), False, "0 of 2"),
    ("effect.attendee-copies", left(OURS, entry("other", uid="d", cancelled=True)), False, "0 of 2"),
    ("effect.attendee-copies", left(STRUCK) | {"before": NAMELESS}, None, "no iCalUId"),
    ("effect.attendee-copies", left(STRUCK) | {"before": ALIKE}, None, "no iCalUId"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), NAMESAKES, ids=ids(NAMESAKES))
def test_a_namesakes_copies_are_told_from_the_meetings(clause, parts, held, says):
    found = one(clause, NAMESAKE, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)


def test_copies_are_not_told_apart_where_only_the_meeting_has_any():
    """
    A target that gives every event one iCalUId shows the copies all the same: the decoy has none.
    """
    copies = dict.fromkeys((ADA, BOB), ((entry("copy", uid="m"),),))
    gone = replace(AFTER, own=((entry("decoy", uid="m"),),), copies=dict.fromkeys((ADA, BOB), ((),)))

    assert one("effect.attendee-copies", before=replace(ALIKE, copies=copies), after=gone).held is True


# -- bookings ---------------------------------------------------------------------------------------------------------

BOOKING = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message"
UNKNOWN = f"{BOOKING}/unknown-id"
LETTER = Message("b2", "Your booking", None, f"Hello, {COMMENT}")
BOOKED = replace(BEFORE, own=((MEETING,),), copies={})
CALLED_OFF = replace(AFTER, own=((),), copies={}, mail={ADA: (LETTER,), BOB: (LETTER,)})


def booking(**parts) -> dict:
    return {
        "decoy": None,
        "customer": (ADA, (BOB,)),
        "before": BOOKED,
        **answered(204),
        "after": replace(CALLED_OFF, **parts),
    }


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


@pytest.mark.parametrize(("status", "held"), [(404, True), (400, False), (204, False)])
def test_an_unknown_appointment_is_answered_as_the_page_says(status, held):
    assert one("appointment.unknown", UNKNOWN, **answered(status)).held is held


def test_a_property_whose_reader_the_page_leaves_open_is_judged_by_the_status():
    case = "event-cancel.stub/me.events/organizer/pascal"

    assert one("request-body.comment", case, **answered(204), after=None).held is True
    assert one("request-body.comment", case, **REFUSED).held is False


# -- what polls and what does not -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "case", "parts", "pending"),
    [
        ("effect.left-calendar", ORGANIZERS, STANDING, True),
        ("effect.attendees-told", ORGANIZERS, STANDING, True),
        ("effect.attendee-copies", ORGANIZERS, STANDING, True),
        ("effect.customer-told", BOOKING, booking(mail={ADA: ()}), True),
        ("effect.cancelled", BOOKING, booking(own=((MEETING,),)), True),
        ("batch.served", BATCH, {**batch(200, 202), **STANDING}, True),
        ("occurrence.cancelled", OCCURRENCE, series(own=SERIES), True),
        ("response.status", ORGANIZERS, answered(204), False),
        ("effect.only-this-event", ORGANIZERS, after(own=((),)), False),
        ("occurrence.series-intact", OCCURRENCE, series(found=False), False),
        ("effect.left-calendar", ORGANIZERS, {}, False),
    ],
)
def test_only_what_may_still_come_is_pending(clause, case, parts, pending):
    assert one(clause, case, **parts).pending is pending


def test_wherever_a_delivery_is_judged_the_message_is_waited_for():
    for case in CASES.values():
        shapes = {item.shape: item for item in CONTRACTS[case.root_of].properties}
        given = shapes.get(case.body)
        judged = given and given.delivered_to and given.clause in case.clauses
        if judged:
            assert {"effect.attendees-told", "effect.customer-told"} & set(case.clauses), case.id


# -- a case's verdict -------------------------------------------------------------------------------------------------

HELD, BROKEN = Finding("a", True, "x", "x"), Finding("b", False, "x", "y")
OPEN, OPEN_SILENT = Finding("c", None, "x", "", "not seen"), Finding("d", None, "x", "")


@pytest.mark.parametrize(
    ("findings", "sent", "name", "reason"),
    [
        ([HELD], True, "pass", None),
        ([], True, "observed", None),
        ([HELD, OPEN], True, "inconclusive", "not seen"),
        ([OPEN_SILENT], True, "inconclusive", "a clause was not examined"),
        ([HELD, OPEN, BROKEN], True, "fail", None),
        ([BROKEN], False, "fail", None),
        ([HELD], False, "inconclusive", "the call was never sent"),
        ([], False, "inconclusive", "the call was never sent"),
        ([OPEN], False, "inconclusive", "no token"),
    ],
)
def test_false_outweighs_null_and_null_outweighs_true(findings, sent, name, reason):
    given = "no token" if reason == "no token" else None

    found = conclude(findings, sent=sent, reason=given)

    assert (found.name, found.reason, found.findings) == (name, reason, tuple(findings))
    assert found.passed is (name == "pass")


def test_only_pass_has_passed():
    assert not any(Verdict(name, ()).passed for name in ("fail", "inconclusive", "observed", "error"))


def test_every_clause_a_case_judges_has_a_check():
    judged = {clause for case in CASES.values() for clause in case.clauses}

    assert {clause for clause in judged if check_for(clause) is None} == set()
    assert judged >= ANSWER_CLAUSES
    assert {clause for clause in CHECKS if clause not in judged} == set()


def test_a_clause_without_a_check_is_not_examined():
    found = one("effect.deleted-items")

    assert (found.held, found.reason) == (None, "no check is written for this clause")


def test_nothing_holds_without_an_answer():
    """
    A call that got no answer, or was never sent, leaves no clause held.
    """
    for case in CASES.values():
        for parts in (answered(None), {"exchange": None}):
            found = judge(evidence(case.id, **parts), case.clauses)
            assert not any(item.held for item in found), case.id


@pytest.mark.parametrize(("status", "held"), [(202, True), (404, None), (500, None)])
def test_of_a_made_up_id_only_a_success_says_anything(status, held):
    """
    A service may refuse what never was an event; that it takes the call all the same is an answer.
    """
    found = one("response.status", **answered(status), made_up=True, gap="no event", before=None, after=None)

    assert found.held is held
    assert held or "no event" in found.reason


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


# checks of an answer, as a page or HTTP leaves them no number
NEVER_RAISE = [
    b"",
    b"null",
    b"[]",
    b"0",
    b'"x"',
    b"{",
    b"\xff",
    b'{"error": null}',
    b'{"error": []}',
    b'{"error": {"code": {}, "message": []}}',
    b'{"error": {"code": "\\ud800", "message": "\\ud800"}}',
    b'{"responses": {"0": 1}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", NEVER_RAISE, ids=range(len(NEVER_RAISE)))
def test_judging_never_raises(body):
    for status in (100, 202, 302, 400, 500):
        for clause, check in CHECKS.items():
            parts = series() if clause.startswith("occurrence.") else {}
            for case in (ORGANIZERS, OWN_COPY):
                assert check(evidence(case, **parts, **answered(status, body))).held in {True, False, None}, clause


def test_checks_called_on_no_answer_say_so():
    for check in CHECKS.values():
        assert check(evidence(exchange=None, after=None)).held in {None, False, True}
    assert describe_answer(evidence(exchange=None)) == "no answer"
    assert new_messages(evidence(after=None), ADA) == ()


# -- what must not be taken for held ----------------------------------------------------------------------------------


def test_an_apps_token_shows_nothing_about_a_users():
    """
    Where the app stands in for an organizer without a token, the delegated permission is not examined.
    """
    case = "event-cancel.v1.0/users-upn.events/organizer/pascal"

    assert one("permissions.delegated-work", case, **answered(202, actor="app")).held is None


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


def test_a_series_is_not_called_intact_where_an_attendees_copies_were_not_seen():
    found = one("occurrence.series-intact", OCCURRENCE, **series(copies={ADA: BLIND, BOB: BLIND}))

    assert found.held is None


def test_a_text_that_reached_one_of_two_attendees_has_not_reached_every_attendee():
    found = one("example.comment", **after(mail={ADA: (mail(),), BOB: ()}))

    assert found.held is not True


def test_who_follows_a_group_may_hear_of_its_event_twice():
    """
    A group sends its members its own mail, beside the invited one's.
    """
    case = next(name for name, case in CASES.items() if case.family == "groups" and case.actor == "organizer")

    assert one("effect.attendees-told", case, **after(mail=dict.fromkeys((ADA, BOB), TWICE))).held is True


def test_nothing_a_server_put_into_a_batch_is_shown_unreplaced():
    found = one("batch.served", BATCH, **batch(200, "ada@contoso.example"))

    assert "ada@" not in found.received
