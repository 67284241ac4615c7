"""
What holds for any call of the API, once per family of routes and version.
"""

from __future__ import annotations

import pytest


@pytest.mark.cases(kind="convention", circumstance=("no-token", "garbage-token", "expired-token", "read-only"))
def test_without_the_right_token_nothing_happens(case, verdict):
    """
    A missing or bad token is answered 401, a read-only token is refused, and nothing changes.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="convention", circumstance=("unknown-id", "malformed-id"))
def test_what_does_not_exist_is_refused(case, verdict):
    """
    An id that names nothing is refused with the error envelope.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(
    kind="convention",
    circumstance=("verb-get", "verb-put", "verb-patch", "verb-delete", "malformed-json", "text-plain"),
)
def test_a_malformed_request_is_no_success(case, verdict):
    """
    Another verb, a body that is no JSON or is not labelled so: never a success, and nothing changes.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="convention", circumstance="batch")
def test_a_batched_call_counts(case, verdict):
    """
    Inside $batch the call is served and has its effect.
    """
    assert verdict.passed, case.id
