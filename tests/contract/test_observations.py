"""
What no page speaks of: recorded and compared between runs, failed only by an effect after a refusal.
"""

from __future__ import annotations

import pytest


@pytest.mark.cases(kind="observation")
def test_what_nobody_documents_is_recorded(case, verdict):
    """
    The answer is recorded; a refused call has no effect.
    """
    assert verdict.name == "observed", case.id
