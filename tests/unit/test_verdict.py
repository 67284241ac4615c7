"""A case's verdict follows from its findings; and what holds of every check, whatever it is about."""

from __future__ import annotations

import pytest
from given_evidence import (
    ADA,
    BATCH,
    BOOKING,
    CASES,
    CONTRACTS,
    MEETING,
    OCCURRENCE,
    ORGANIZERS,
    OWN_COPY,
    SERIES,
    STANDING,
    after,
    answered,
    batch,
    booking,
    evidence,
    one,
    series,
)

from graphcancel.actions import action_of
from graphcancel.evidence import Finding, describe_answer
from graphcancel.seen import new_messages
from graphcancel.verdict import ANSWER_CLAUSES, CHECKS, Verdict, check_for, conclude, judge

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


# -- every check ------------------------------------------------------------------------------------------------------


def test_every_clause_a_case_judges_has_a_check():
    judged = {clause for case in CASES.values() for clause in case.clauses}

    assert {clause for clause in judged if check_for(clause) is None} == set()
    assert judged >= ANSWER_CLAUSES
    assert {clause for clause in CHECKS if clause not in judged} == set()


def test_a_clause_without_a_check_is_not_examined():
    found = one("effect.deleted-items")

    assert (found.held, found.reason) == (None, "no check is written for this clause")


def test_what_an_action_nobody_wrote_down_brings_about_is_not_examined():
    action = action_of("event-snooze")
    given = evidence(action="event-snooze", **batch(200, 202))

    assert (action.id, action.checks, action.usual(given)) == ("event-snooze", {}, {})
    assert action.delivered(given).reason == "no module says what event-snooze brings about"
    assert action.carry_out(None, "/path", None) is None
    found = check_for("batch.served")(given)
    assert (found.held, found.reason) == (None, "no module says what event-snooze brings about")


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


# -- without an answer ------------------------------------------------------------------------------------------------


def test_nothing_holds_without_an_answer():
    """
    A call that got no answer, or was never sent, leaves no clause held.
    """
    for case in CASES.values():
        for parts in (answered(None), {"exchange": None}):
            found = judge(evidence(case.id, **parts), case.clauses)
            assert not any(item.held for item in found), case.id


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


def test_checks_called_on_no_answer_say_so():
    for check in CHECKS.values():
        assert check(evidence(exchange=None, after=None)).held in {None, False, True}
    assert describe_answer(evidence(exchange=None)) == "no answer"
    assert new_messages(evidence(after=None), ADA) == ()
