"""
What more contracts cost: the same work with each contract once, three times and ten times over.

What each set of contracts adds from ×3 to ×10 is divided by what each adds from ×1 to ×3. So what is paid once, however
many contracts there are, is in neither, and 1 is linear. Cost is seconds of the processor, which a busy machine
stretches less than the time that passes, counted within the process from the moment it begins to read the contracts.
What the mock costs meanwhile is told beside it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping

from benches.bench import Bench, BenchError, Round, Row, Scale
from benches.copies import write_project
from benches.running import PYTEST, command, suite, timed

TIMES = (1, 3, 10)
GOAL = 1.2
GROWTH_TOLD = "what each contract adds from ×3 to ×10 ÷ from ×1 to ×3"
QUICK_PART = 40
COLLECT = (*PYTEST, "-p", "benches.within", "--collect-only")


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Write a project of each size."""
    for times in TIMES:
        write_project(scale.folder / str(times), times)

    def list_cases(times: int) -> float:
        return command("cases", "--contracts", str(scale.folder / str(times) / "contracts")).cpu

    def collect(times: int) -> float:
        noted = scale.folder / "cost"
        timed(*COLLECT, "--runs=runs", place=scale.folder / str(times), environ={"BENCH_COST": str(noted)})
        return float(json.loads(noted.read_text(encoding="ascii"))["cpu"])

    def measure() -> Mapping[str, float]:
        listed, collected = ({times: do(times) for times in TIMES} for do in (list_cases, collect))
        most = TIMES[-1]
        return {
            "list": growth(listed),
            "list-seconds": listed[most],
            "collect": growth(collected),
            "collect-seconds": collected[most],
        }

    yield measure


def growth(cost: Mapping[int, float]) -> float:
    """
    How many times as much a copy adds to the *cost* at the end of `TIMES` as at its beginning.

    Raises:
        BenchError: None adds anything at the beginning.
    """
    one, some, most = TIMES
    at_first = (cost[some] - cost[one]) / (some - one)
    if at_first <= 0:
        raise BenchError(f"contracts ×{some} cost no more than ×{one}: the machine is too busy, measure again")
    return (cost[most] - cost[some]) / (most - some) / at_first


@contextlib.contextmanager
def arrange_run(scale: Scale) -> Iterator[Round]:
    """Write a project of each size."""
    for times in TIMES:
        write_project(scale.folder / str(times), times)
    every = QUICK_PART if scale.quick else 1

    def measure() -> Mapping[str, float]:
        runs = {times: suite(scale.folder, every=every, place=scale.folder / str(times), costs=True) for times in TIMES}
        once, most = runs[1], runs[TIMES[-1]]
        found = {
            "run": growth({times: run.cpu or 0 for times, run in runs.items()}),
            "mock": growth({times: run.mock_cpu or 0 for times, run in runs.items()}),
        }
        memory = {"peak": most.peak, "memory": most.peak / once.peak} if most.peak and once.peak else {}
        return {**found, "run-seconds": most.seconds, **memory}

    yield measure


GROWTH = Bench(
    "growth",
    (
        Row("list", f"listing the cases: {GROWTH_TOLD}", "ratio", most=GOAL),
        Row("list-seconds", "the processor's time of listing them, contracts ×10", "s"),
        Row("collect", f"collecting: {GROWTH_TOLD}", "ratio", most=GOAL),
        Row("collect-seconds", "the processor's time of collecting them, contracts ×10", "s"),
    ),
    rounds=3,
    minutes=0.6,
    arrange=arrange,
    warm=True,
)

GROWTH_RUN = Bench(
    "growth-run",
    (
        Row("run", f"a run: {GROWTH_TOLD}", "ratio", most=GOAL),
        Row("mock", f"what the mock does in it: {GROWTH_TOLD}", "ratio"),
        Row("run-seconds", "the run, contracts ×10", "s"),
        Row("peak", "the most memory that run has", "MB", needs="Linux's /proc"),
        Row("memory", "that ÷ the most a run with contracts ×1 has", "ratio", needs="Linux's /proc"),
    ),
    rounds=1,
    minutes=4,
    arrange=arrange_run,
)
