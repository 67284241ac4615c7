"""
Contracts and cases, read once.
"""

from __future__ import annotations

import pytest
from harness import ROOT

from graphcancel.case import Case
from graphcancel.cases import build_cases
from graphcancel.contract import Contract, load_contracts


@pytest.fixture(scope="session")
def contracts() -> tuple[Contract, ...]:
    """All contracts."""
    return load_contracts(ROOT / "contracts")


@pytest.fixture(scope="session")
def cases(contracts) -> tuple[Case, ...]:
    """All cases."""
    return build_cases(contracts)
