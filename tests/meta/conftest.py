"""
Contracts and cases, read once, and the target file of the documents.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from documented import DOCS, fences
from harness import ROOT

from graphcancel.case import Case
from graphcancel.cases import build_cases
from graphcancel.contract import Contract, load_contracts

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it starts in the background ignore interrupts, and every program that is started from there too;
    # the tests of what an interrupt does would wait for nothing.
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
