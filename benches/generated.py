"""
How long 1,100 generated calls take, each to a meeting of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from benches.bench import Bench, BenchError, Round, Row, Scale
from benches.running import suite

CALLS = 1100
FILE = "tests/contract/test_generated.py"
FEW = ("--generated", "40", "-k", "v1.0/me.events")


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Nothing is to be arranged."""
    chosen, calls = (FEW, int(FEW[1])) if scale.quick else (("--generated", str(CALLS)), CALLS)

    def measure() -> Mapping[str, float]:
        run = suite(scale.folder, FILE, *chosen)
        if run.generated != calls:
            raise BenchError(f"{FILE}: made {run.generated} of {calls} calls; see the run's reasons: pytest {FILE}")
        return {"seconds": run.seconds * CALLS / calls}

    yield measure


GENERATED = Bench(
    "generated",
    (Row("seconds", "1,100 generated calls, one process and the mock", "s", most=60.0),),
    rounds=1,
    minutes=1.2,
    arrange=arrange,
)
