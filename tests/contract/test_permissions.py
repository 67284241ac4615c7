"""
What the permission tables grant.
"""

from __future__ import annotations

import pytest


@pytest.mark.cases(kind="rule", circumstance="app-only")
def test_an_app_may_call(case, verdict):
    """
    A token of an app alone is enough where the page lists an application permission.
    """
    assert verdict.passed, case.id
