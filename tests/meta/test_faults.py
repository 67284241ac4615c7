"""
The suite finds planted faults, and against the right clause.

For each fault of the mock the cases that judge the broken clause are run; one of them must say so, by that clause. That
these cases pass on the mock without the fault is the contract run's to show.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from harness import by_clause, judge, mock, one_of_each

from graphcancel.contract import load_contracts
from graphcancel.targetfile import Patience
from graphcancel.verdict import CHECKS


@cache
def catalogue() -> tuple[dict[str, Any], ...]:
    """What ``graphmock faults`` knows."""
    printed = subprocess.run(
        [sys.executable, "-m", "graphmock", "faults", "--json"], capture_output=True, check=True, text=True
    )
    return tuple(json.loads(printed.stdout))


FAULTS = [item for item in catalogue() if item["kind"] == "fault"]
VARIATIONS = [item for item in catalogue() if item["kind"] == "variation"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda item: item["name"])
def test_a_fault_is_found_by_the_clause_it_breaks(fault, cases, tmp_path):
    """
    Each fault is a finding against the clause it is said to break, and the verdict is fail.
    """
    chosen = {}
    for case in by_clause(cases)[fault["breaks"]]:
        # Every route of one page, since a fault may sit on one of them; of the other pages each circumstance once.
        whole = case.contract == "event-cancel.v1.0"
        route = (case.route.template, case.addressing) if whole else None
        chosen.setdefault((case.contract, route, case.version, case.circumstance), case)

    with mock(tmp_path, "--fault", fault["name"]) as description:
        records, _ = judge(description, list(chosen.values()))

    against = [
        case_id
        for case_id, record in records.items()
        if record.verdict.name == "fail"
        and any(item.clause == fault["breaks"] and item.held is False for item in record.verdict.findings)
    ]
    assert against, {case_id: record.verdict.name for case_id, record in records.items()}


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda item: item["name"])
def test_a_legitimate_difference_is_no_finding(variation, cases, tmp_path):
    """
    What the pages leave open never fails a case, nor leaves one unexamined that could have been.
    """
    with mock(tmp_path, "--vary", variation["name"]) as description:
        records, _ = judge(replace(description, patience=Patience()), one_of_each(cases))

    absent = {("no-batch", "batch")}  # what is not there cannot be examined
    bad = {
        case_id: [(item.clause, item.received, item.reason) for item in record.verdict.findings if not item.held]
        for case_id, record in records.items()
        if record.verdict.name not in {"pass", "observed"}
        and (variation["name"], record.case.circumstance) not in absent
    }
    assert not bad


@pytest.mark.parametrize("fault", FAULTS, ids=lambda item: item["name"])
def test_the_cases_expected_to_catch_a_fault_judge_what_it_breaks(fault, cases):
    """
    Each pattern matches a case there is, and what is left judges the broken clause.
    """
    ids = {case.id: case for case in cases}
    wanted = [pattern for pattern in fault["caught_by"] if not pattern.startswith("!")]
    taken_out = [pattern[1:] for pattern in fault["caught_by"] if pattern.startswith("!")]
    expected = {
        case_id
        for case_id in ids
        if any(fnmatchcase(case_id, pattern) for pattern in wanted)
        and not any(fnmatchcase(case_id, pattern) for pattern in taken_out)
    }

    assert expected
    assert [pattern for pattern in wanted if not any(fnmatchcase(case_id, pattern) for case_id in ids)] == []
    assert [case_id for case_id in expected if fault["breaks"] not in ids[case_id].clauses] == []


def test_every_clause_that_can_fail_has_a_fault():
    """
    No clause is judged that no fault has ever broken.
    """
    contracts = load_contracts(Path(__file__).parents[2] / "contracts")
    testable = {
        clause.id
        for contract in contracts
        for clause in contract.clauses.values()
        if not clause.untestable and not clause.cloud
    }
    broken = {item["breaks"] for item in FAULTS}

    assert testable <= set(CHECKS)
    assert not testable - broken
