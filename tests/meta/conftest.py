"""
Contracts and cases, read once, and the target file of the documents.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from documented import DOCS, fences
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


@pytest.fixture(scope="session")
def target_file(tmp_path_factory) -> Path:
    """The target file of docs/running.md, written out."""
    path = tmp_path_factory.mktemp("targets") / "contoso.toml"
    path.write_text("\n".join(line for _, line in fences(DOCS / "running.md", "toml")), encoding="utf-8")
    return path
