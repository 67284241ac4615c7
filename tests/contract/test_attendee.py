"""
What the pages say of anybody but the organizer.
"""

from __future__ import annotations

import pytest


@pytest.mark.cases(kind="rule", circumstance="own-copy")
def test_attendee_is_refused_with_the_sentence(case, verdict):
    """
    An attendee's cancel of the own copy is answered 400 with the documented sentence and changes nothing for anybody.
    """
    assert verdict.passed, case.id


@pytest.mark.cases(kind="rule", circumstance="organizers-path")
def test_attendee_is_refused_on_the_organizers_path(case, verdict):
    """
    An attendee's token on the organizer's path is refused, whatever the status, and changes nothing for anybody.
    """
    assert verdict.passed, case.id
