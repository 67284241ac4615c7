"""
Running benches: arranged once, measured round by round, so that what is compared is measured in turns.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benches.bench import Bench, Scale
from benches.results import Result, result_of


def measured(bench: Bench, scale: Scale, rounds: int | None, tell: Callable[[str], None]) -> Result:
    """
    Arrange and measure *bench*.

    Args:
        rounds: How often; None for as often as the bench itself asks for, once if quick.
        tell: Hears of each round.

    Raises:
        BenchError: Something could not be measured.
    """
    count = rounds or (1 if scale.quick else bench.rounds)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=scale.folder, prefix=f"{bench.name}-") as folder:
        tell(f"{bench.name}: arranging")
        with bench.arrange(replace(scale, folder=Path(folder))) as measure:
            if bench.warm and not scale.quick:
                measure()
            found = []
            for number in range(1, count + 1):
                found.append(measure())
                values = ", ".join(f"{name} {value:.4g}" for name, value in found[-1].items())
                tell(f"{bench.name}: round {number} of {count}: {values}")
    against = bench.against(scale)
    return result_of(bench, found, time.monotonic() - started, quick=scale.quick, against=against)
