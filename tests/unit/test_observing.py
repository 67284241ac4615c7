"""Cases no clause speaks about: what is waited for, what is put on record, and the one finding there can be."""

from __future__ import annotations

import pytest
from given_evidence import (
    ADA,
    BOB,
    BOOKING,
    CASES,
    COMMENT,
    KEPT,
    MARK,
    OCCURRENCE,
    ORGANIZERS,
    REFUSED,
    SERIES,
    STANDING,
    after,
    answered,
    booking,
    evidence,
    mail,
    series,
)

from graphcancel.absence import WITHOUT_EFFECT
from graphcancel.contract import Observation
from graphcancel.evidence import Finding
from graphcancel.observing import foreseen, observed, unsettled

OPEN = next(case.id for case in CASES.values() if case.kind == "observation")
EXPECTED = Observation("second-cancel", "", "404 ErrorItemNotFound", "R", "a forum")


@pytest.mark.parametrize(
    ("case", "parts", "waited"),
    [
        (ORGANIZERS, {}, False),
        (ORGANIZERS, STANDING, True),
        (ORGANIZERS, after(mail={ADA: (), BOB: ()}), True),
        (ORGANIZERS, after(copies=STANDING["after"].copies), True),
        # That the event beside it is gone is an end, and one occurrence of a whole meeting is nobody's business.
        (ORGANIZERS, after(own=((),)), False),
        (OCCURRENCE, series(own=SERIES), True),
        (BOOKING, booking(), False),
        (BOOKING, booking(mail={ADA: ()}), True),
        (ORGANIZERS, KEPT, False),
        (ORGANIZERS, {**STANDING, "action": "event-snooze"}, False),
    ],
    ids=range(10),
)
def test_what_the_action_brings_about_is_waited_for(case, parts, waited):
    assert unsettled(evidence(case, **parts)) is waited


@pytest.mark.parametrize(
    ("case", "parts", "expected"),
    [
        (
            ORGANIZERS,
            {},
            (
                Finding("left", True, "", "no longer in the calendar"),
                Finding("told", True, "", "2 of 2 attendees told"),
            ),
        ),
        (
            ORGANIZERS,
            STANDING,
            (
                Finding("left", False, "", "still in the calendar", pending=True),
                Finding("told", False, "", "0 of 2 attendees told", pending=True),
            ),
        ),
        (ORGANIZERS, {"attendees": ()}, (Finding("left", True, "", "no longer in the calendar"),)),
        (
            ORGANIZERS,
            {"after": None, "attendees": ()},
            (Finding("left", None, "", "", "nothing was arranged that could be looked at"),),
        ),
        (
            OCCURRENCE,
            series() | {"attendees": ()},
            (Finding("left", True, "", "the occurrence is gone"),),
        ),
        (
            BOOKING,
            booking(),
            (
                Finding("left", True, "", "no longer in the calendar"),
                Finding("told", True, "", "the customer got a message"),
            ),
        ),
    ],
    ids=range(6),
)
def test_what_is_foreseen_is_told_by_short_names(case, parts, expected):
    assert foreseen(evidence(case, **parts)) == expected


LEFT = Finding("left", True, "", "no longer in the calendar")
UNSEEN = Finding("told", None, "", "not shown", "not seen")


@pytest.mark.parametrize(
    ("parts", "findings", "received"),
    [
        ({"comment": None}, [LEFT], "202; no longer in the calendar"),
        ({}, [LEFT], "202; no longer in the calendar; 2 of 2 messages carry it"),
        (after(mail={ADA: (mail(text=MARK),), BOB: ()}), [], "202; 0 of 1 messages carry it"),
        (after(mail={ADA: (), BOB: ()}), [], "202"),
        ({"after": None}, [UNSEEN], "202"),
        ({"after": None}, [Finding("left", True, "", "")], "202"),
        ({"comment": ""}, [LEFT], "202; no longer in the calendar"),
        (answered(None), [], "no answer"),
        (REFUSED, [], "400 ErrorInvalidRequest"),
        ({**KEPT, "comment": COMMENT}, [Finding(WITHOUT_EFFECT, True, "", "nothing changed")], None),
    ],
    ids=range(10),
)
def test_what_is_seen_is_put_on_record_and_judged_by_nobody(parts, findings, received):
    found = observed(evidence(OPEN, **parts), findings, EXPECTED)

    assert (found.name, found.findings, found.reason) == ("observed", (), None)
    assert found.observed == {
        "observation": CASES[OPEN].observation,
        "expected": "404 ErrorItemNotFound",
        "mark": "R",
        "received": received or "400 ErrorInvalidRequest; nothing changed",
    }


def test_where_nobody_has_said_what_is_expected_nothing_is():
    found = observed(evidence(OPEN), [], None)

    assert (found.observed["expected"], found.observed["mark"]) == (None, None)


@pytest.mark.parametrize(
    ("clause", "held", "name"),
    [
        (WITHOUT_EFFECT, False, "fail"),
        (WITHOUT_EFFECT, None, "observed"),
        (WITHOUT_EFFECT, True, "observed"),
        ("left", False, "observed"),
    ],
)
def test_only_an_effect_after_a_refusal_is_a_finding(clause, held, name):
    line = Finding(clause, held, "no effect", "an event is gone")

    found = observed(evidence(OPEN, **REFUSED), [LEFT, line], EXPECTED)

    assert found.name == name
    assert found.findings == ((line,) if name == "fail" else ())
    assert found.observed["received"].startswith("400 ErrorInvalidRequest; no longer in the calendar")
