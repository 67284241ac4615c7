"""
On a bad day the verdicts are those of a good one: a third of all requests turned away, some lost before or after their
work; and no cancel is asked for twice that was accepted once.
"""

from __future__ import annotations

import os

import pytest
import requests
from harness import IMPATIENT, judge, lines_of, mock, one_of_each, run, serving

from graphcancel.targetfile import Description

# Every tenth of the sample is enough for a meta test; the whole suite: GRAPHMOCK_OPTIONS="--vary rough-weather" pytest -n 4
EVERY = 9


def counts(described: Description) -> dict[str, object]:
    with requests.Session() as session:
        session.trust_env = False
        return dict(session.get(f"{described.base_url}/_mock/counts", timeout=30).json())


@pytest.fixture(scope="module")
def sample(cases):
    # A second cancel is asked for on purpose.
    return [case for case in one_of_each(cases) if case.circumstance != "second-cancel"][::EVERY]


def told(records) -> dict[str, tuple]:
    """Verdict and, clause by clause, what was found of each case; not how late."""
    return {
        name: (
            record.verdict.name,
            [(item.clause, item.held, item.documented, item.received) for item in record.verdict.findings],
        )
        for name, record in records.items()
    }


@pytest.mark.parametrize("seed", ["2"])
def test_verdicts_on_a_bad_day_are_those_of_a_good_one(sample, tmp_path, seed):
    with mock(tmp_path / "fair", patience=IMPATIENT) as described:
        fair, _ = judge(described, sample)
        assert counts(described)["doubled_cancels"] == 0
    with mock(tmp_path / "rough", "--vary", "rough-weather", "--seed", seed, patience=IMPATIENT) as described:
        rough, session = judge(described, sample)
        seen = counts(described)

    assert told(rough) == told(fair)
    assert seen["doubled_cancels"] == 0
    # The weather was met, and its requests are the run's own.
    assert seen["requests"] == session.target.counts["requests"] > 1.4 * len(sample) * 6


def test_four_processes_have_at_most_four_requests_under_way_to_one_mailbox(tmp_path):
    """
    However long an answer takes: each process waits for one before it sends the next.
    """
    folder, runs = tmp_path / "target", tmp_path / "runs"
    command = ["-m", "graphmock", "serve", "--with-parent", str(os.getpid()), "--latency", "0.05"]
    with serving(command, folder) as described:
        pairs = (line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
        done = run(
            "-n", "4", f"--target={folder}/target.toml", "-k", "event-cancel.v1.0 and not groups", runs=runs,
            **{name: value.strip("'\"") for name, value in pairs},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        most = counts(described)["most_at_once"]

    assert 2 <= max(most.values()) <= 4
    assert len(lines_of(runs)) > 60
