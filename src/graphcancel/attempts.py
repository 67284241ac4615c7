"""
Attempts that come to nothing: booked as waiting where the case starts again, counted where they fail alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any

from graphcancel.errors import ProvisionError
from graphcancel.target import PAGES, WAITING


def counted(counts: Counter[str], steps: Generator[float, None, Any], own: Counter[str]) -> Generator[float, None, Any]:
    """
    Go through *steps*, and add to *own* what they add to *counts*; the generator's value is theirs.

    Other stories proceed while this one waits, so only what happens between two waits is its own.
    """
    while True:
        before = counts.copy()
        try:
            due = next(steps)
        except StopIteration as ended:
            return ended.value
        finally:
            own.update({name: number - before[name] for name, number in counts.items()})
        yield due


def give_up(counts: Counter[str], own: Counter[str]) -> None:
    """Book in *counts* what an attempt sent, its *own*, as waiting: all of it is done again."""
    counts[WAITING] += own["requests"] - own[WAITING] - own[PAGES]
    for name in ("arrange", "test", "writes"):
        counts[name] -= own[name]


def count_alike(failures: list[ProvisionError], cause: ProvisionError) -> None:
    """Append *cause* to *failures*, which are those in a row that were worded alike."""
    if failures and str(failures[-1]) != str(cause):
        failures.clear()
    failures.append(cause)
