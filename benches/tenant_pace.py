"""
How long a run takes at the pace of a tenant, against the least that pace allows.

Each request is answered after a fifth of a second, as one of a tenant is; so *r* requests by *w* workers, each with one
under way, take at least r · 0.2 / w seconds. Start, collection and clearing up count in.

All cases by one worker would take 13 minutes. So one, two and four workers run every sixth case, in the order of the
run, which keeps the mix of cases; what a run costs once weighs six times as much there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from benches.bench import Bench, Round, Row, Scale
from benches.running import QUICK_EVERY, suite

LATENCY_S = 0.2
GOAL = 1.25
PART = 6
"""Of how many cases one is run where fewer than four workers are compared."""


def pace(scale: Scale, workers: int, every: int) -> float:
    """Run one in *every* cases at a tenant's pace; how many times the least that takes."""
    spread = ["-n", str(workers)] if workers > 1 else []
    run = suite(scale.folder, *spread, every=every, environ={"GRAPHMOCK_OPTIONS": f"--latency {LATENCY_S}"})
    return run.seconds / (run.requests * LATENCY_S / workers)


@contextlib.contextmanager
def arrange_part(scale: Scale) -> Iterator[Round]:
    """Nothing is to be arranged."""
    every = QUICK_EVERY if scale.quick else PART

    def measure() -> Mapping[str, float]:
        return {f"workers-{workers}": pace(scale, workers, every) for workers in (1, 2, 4)}

    yield measure


@contextlib.contextmanager
def arrange_whole(scale: Scale) -> Iterator[Round]:
    """Nothing is to be arranged."""

    def measure() -> Mapping[str, float]:
        return {"workers-4": pace(scale, 4, QUICK_EVERY if scale.quick else 1)}

    yield measure


TENANT_PART = Bench(
    "tenant-part",
    (
        Row("workers-1", "every sixth case at 200 ms a request ÷ the least that allows, 1 worker", "ratio"),
        Row("workers-2", "the same, 2 workers", "ratio"),
        Row("workers-4", "the same, 4 workers", "ratio", most=GOAL),
    ),
    rounds=1,
    minutes=4.5,
    arrange=arrange_part,
)

TENANT_WHOLE = Bench(
    "tenant-whole",
    (Row("workers-4", "every case at 200 ms a request ÷ the least that allows, 4 workers", "ratio", most=GOAL),),
    rounds=1,
    minutes=4,
    arrange=arrange_whole,
)
