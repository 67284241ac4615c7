"""
Which cases a command is about: those of a target, of some contracts, and of a ``-k`` as pytest reads one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from _pytest.mark.expression import Expression  # pytest has no other door to its own -k

from graphcancel.case import Case
from graphcancel.cases import build_cases
from graphcancel.contract import Contract, contract_ids, load_contracts
from graphcancel.errors import GraphCancelError
from graphcancel.targetfile import Description, check_names
from graphcancel.waivers import check_waivers


def cases_of(folder: Path, described: Description | None) -> tuple[tuple[Contract, ...], tuple[Case, ...]]:
    """
    The contracts in *folder* and their cases, as far as the target asks for them.

    Raises:
        GraphCancelError: The target names a contract that is none, or waives what nothing is called.
    """
    if described:
        check_names(described, contract_ids(folder))
        check_waivers(described, {clause for contract in load_contracts(folder) for clause in contract.clauses})
    contracts = load_contracts(folder, described.contracts if described else ())
    return contracts, build_cases(contracts, described.cloud if described else None)


def select(cases: Sequence[Case], contracts: Sequence[Contract], only: Sequence[str], pattern: str = "") -> list[Case]:
    """
    Those of *cases* that belong to one of the contracts *only* and whose id the expression *pattern* lets through.

    Raises:
        GraphCancelError: An unknown contract, no expression, or nothing is left.
    """
    known = sorted(contract.id for contract in contracts)
    for name in only:
        if name not in known:
            raise GraphCancelError(f"--contract {name}: unknown; known are {', '.join(known)}")
    chosen = [case for case in cases if not only or case.contract in only]
    if pattern.strip():
        try:
            wanted = Expression.compile(pattern)
        except SyntaxError as error:
            raise GraphCancelError(
                f"-k {pattern}: {error.msg}; write parts of case ids joined by and, or, not"
            ) from None
        chosen = [case for case in chosen if _holds(wanted, case)]
    if not chosen:
        raise GraphCancelError(f"no case is selected{f' by -k {pattern}' if pattern else ''}; see graphcancel cases")
    return chosen


def _holds(wanted: Expression, case: Case) -> bool:
    """Whether the id of *case*, ignoring case, holds the words *wanted* asks for."""

    def stands(word: str, /, **named: str | int | bool | None) -> bool:
        return not named and word.lower() in case.id.lower()

    return wanted.evaluate(stands)
