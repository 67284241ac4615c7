"""
How long pytest takes to collect the suite.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

from benches.bench import Bench, BenchError, Round, Row, Scale
from benches.running import PYTEST, timed


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Nothing is to be arranged."""

    def measure() -> Mapping[str, float]:
        done = timed(*PYTEST, "--collect-only", f"--runs={scale.folder}")
        told = re.search(r"tests collected in ([\d.]+)s", done.said)
        if told is None:
            raise BenchError("pytest --collect-only: does not say how long it took; run it by hand")
        return {"told": float(told[1]), "whole": done.seconds}

    yield measure


COLLECTION = Bench(
    "collection",
    (
        Row("told", "collecting, as pytest says", "s", most=1.0),
        Row("whole", "`pytest --collect-only` from start to end", "s"),
    ),
    rounds=5,
    minutes=0.4,
    arrange=arrange,
    warm=True,
)
