"""
Recurring meetings: one occurrence, and the series as a whole.
"""

from __future__ import annotations

import pytest


@pytest.mark.cases(kind="rule", circumstance="occurrence")
def test_one_occurrence_is_cancelled(case, verdict):
    """
    Cancelling an occurrence takes that one away; its siblings stay.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="rule", circumstance="series-master")
def test_a_series_is_cancelled_as_a_whole(case, verdict):
    """
    Cancelling the series master takes every occurrence away.
    """
    assert verdict.passed, case.id
