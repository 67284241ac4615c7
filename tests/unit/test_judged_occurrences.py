"""How the cancelling of one occurrence is judged, and that its series stays as it was."""

from __future__ import annotations

import pytest
from given_evidence import (
    ADA,
    BLIND,
    BOB,
    COPIES,
    NOT_ACCEPTED,
    OCCURRENCE,
    REFUSED,
    SEEN,
    SERIES,
    TWICE,
    entry,
    found_and_expected,
    ids,
    one,
    series,
)

# clause, what differs from a call that went as documented, held, a part of what is said
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


# clause, case, what differs; then held, documented, received, reason and pending, as found_and_expected has them
SAID = [
    ("occurrence.cancelled", OCCURRENCE, series(), True, None, "the occurrence is gone", None, False),
    ("occurrence.cancelled", OCCURRENCE, series(own=SERIES), False, None, "the occurrence is still there", None, True),
    ("occurrence.cancelled", OCCURRENCE, {**series(own=SERIES), **REFUSED}, None, None, "", NOT_ACCEPTED, False),
    ("occurrence.series-intact", OCCURRENCE, series(), True, None, "the other occurrences are intact", None, False),
    *(
        ("occurrence.series-intact", OCCURRENCE, parts, False, None, "2 other occurrences gone too", None, False)
        for parts in (
            series(own=((), (), ())),
            # What one attendee's calendar does not show, another's may.
            series(copies={ADA: BLIND, BOB: ((), (), ())}),
            series(copies=dict.fromkeys((ADA, BOB), ((entry("c0", cancelled=True),), (), (entry("c2"),)))),
        )
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
]


@pytest.mark.parametrize("row", SAID, ids=ids(SAID))
def test_a_finding_says(row):
    found, expected = found_and_expected(*row)

    assert found == expected


def test_a_series_is_not_called_intact_where_an_attendees_copies_were_not_seen():
    found = one("occurrence.series-intact", OCCURRENCE, **series(copies={ADA: BLIND, BOB: BLIND}))

    assert found.held is None
