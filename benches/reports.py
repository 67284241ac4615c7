"""
What is made of a run: how long its reports take, how large the page is, and how long two runs take to compare.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from benches.bench import Bench, Round, Row, Scale
from benches.running import QUICK_EVERY, suite, timed

MEGABYTE = 1_000_000


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Run twice."""
    every = QUICK_EVERY if scale.quick else 1
    first, second = (suite(scale.folder, every=every).folder for _ in range(2))

    def measure() -> Mapping[str, float]:
        return {
            "start": timed("graphcancel", "report", "--help").seconds,
            "report": timed("graphcancel", "report", str(first)).seconds,
            "size": (first / "report.html").stat().st_size / MEGABYTE,
            "compare": timed("graphcancel", "compare", str(first), str(second)).seconds,
        }

    yield measure


REPORTS = Bench(
    "reports",
    (
        Row("report", "making the reports of a full run again", "s"),
        Row("size", "its `report.html`", "MB", most=2.0),
        Row("compare", "comparing two full runs", "s"),
        Row("start", "`graphcancel` alone, which is in both", "s"),
    ),
    rounds=3,
    minutes=1,
    arrange=arrange,
)
