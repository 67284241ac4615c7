"""
No case passes for anything that was not seen.
"""

from __future__ import annotations

import re

import pytest
from harness import judge, mock, one_of_each

from graphcancel.exchange import Exchange
from graphcancel.target import Target


def test_a_passing_case_carries_an_exchange(cases, tmp_path):
    """
    Behind every pass there is a call that was sent and answered, and every clause of the case was judged.
    """
    with mock(tmp_path) as description:
        records, _ = judge(description, one_of_each(cases))

    assert len(records) > 100
    for record in records.values():
        assert record.verdict.name in {"pass", "observed"}, record
        assert record.calls
        assert all(call["status"] for call in record.calls)
        if record.verdict.name == "pass":
            assert {item.clause for item in record.verdict.findings} == set(record.case.clauses)
            assert all(item.held is True for item in record.verdict.findings)


@pytest.mark.parametrize("spared", [None, "arrange"])
def test_without_answers_nothing_passes(cases, spared, tmp_path, monkeypatch):
    """
    With a transport that fails, at all or for the call under test alone, zero cases pass or are observed.
    """
    send = Target.send

    def silent(self, request, *, purpose="arrange"):
        contact = request.path == "/me" or re.fullmatch(r"/users/[^/]+", request.path)
        if contact or purpose == spared:
            return send(self, request, purpose=purpose)
        return Exchange(request, None, 0.0, 0.0, "unplugged")

    with mock(tmp_path) as description:
        monkeypatch.setattr(Target, "send", silent)
        # Creates whose answers are lost may have been done, and nobody can look.
        records, _ = judge(description, one_of_each(cases), seen_clean=bool(spared))

    verdicts = {record.verdict.name for record in records.values()}
    assert verdicts <= {"fail", "inconclusive"} | ({"observed"} if spared else set())
    assert not [item for record in records.values() for item in record.verdict.findings if item.held]
