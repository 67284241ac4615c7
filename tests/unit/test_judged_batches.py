"""How a call in a batch is judged: by the outer status, by the answer found by its id, and by its effect."""

from __future__ import annotations

import pytest
from given_evidence import (
    ADA,
    BATCH,
    BLIND,
    BOB,
    SEEN,
    STANDING,
    after,
    answered,
    batch,
    batched,
    found_and_expected,
    ids,
    one,
)

IN_BATCH = "an outer 200, an inner success and its effect"


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


# clause, case, what differs; then held, documented, received, reason and pending, as found_and_expected has them
SAID = [
    ("batch.served", BATCH, batch(200, None), False, IN_BATCH, "outer 200, inner none", None, False),
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
    *(
        ("batch.served", BATCH, batched(200, {"responses": odd}), False, IN_BATCH, "outer 200, inner none", None, False)
        for odd in ({"0": 1}, [[202]])
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
]


@pytest.mark.parametrize("row", SAID, ids=ids(SAID))
def test_a_finding_says(row):
    found, expected = found_and_expected(*row)

    assert found == expected


def test_nothing_a_server_put_into_a_batch_is_shown_unreplaced():
    found = one("batch.served", BATCH, **batch(200, "ada@contoso.example"))

    assert "ada@" not in found.received
