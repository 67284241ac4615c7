"""
Every documented route with every documented body shape, as the organizer.
"""

from __future__ import annotations

import pytest


@pytest.mark.cases(kind="shape", family=("me", "users", "groups"))
def test_a_documented_call_is_accepted(case, verdict):
    """
    Whoever may call is accepted on every documented route with every documented body; the effects follow.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="shape", family="bookings")
def test_booking_is_cancelled(case, verdict):
    """
    An appointment's cancel is accepted on every documented route; customer and staff are told.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="rule", circumstance="namesake")
def test_a_namesake_is_left_alone(case, verdict):
    """
    A meeting of the same subject, time and attendees stays as it is, for the organizer and for them.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="rule", circumstance="no-token")
def test_authorization_is_required(case, verdict):
    """
    A call without the header the page's table requires is refused.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="rule", circumstance="unknown-id")
def test_unknown_appointment_is_not_found(case, verdict):
    """
    Cancelling an appointment that does not exist is answered as the page says.
    """
    assert verdict.passed, case.id
