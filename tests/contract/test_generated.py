"""
Calls nobody thought of, generated from the contracts: run by `--generated N`, or by naming this file.
"""

from __future__ import annotations

import pytest


@pytest.mark.cases(kind="generated")
def test_generated_calls_keep_the_contract(case, verdict):
    """
    Whatever is drawn: what the page allows works as it says, what is refused has no effect, and enough is accepted.
    """
    assert verdict.passed, case.id
