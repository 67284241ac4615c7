"""
What a bench is: its rows with their goals, how it is arranged, and how one round of it is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Unit = Literal["ratio", "s", "MB", "calls/s", "requests"]
Round = Callable[[], Mapping[str, float]]
"""Measures once, all that is compared in turns; gives a value for each row it could measure, by the row's name."""


class BenchError(Exception):
    """Something could not be measured, read or written; the message says what, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One number of a bench.

    Attributes:
        name: Unique within the bench.
        what: What is measured, in the table's words.
        most: The goal: the median is this or less.
        least: The goal: the median is this or more.
        needs: What has to be at hand for it, if not everybody has it.
    """

    name: str
    what: str
    unit: Unit
    most: float | None = None
    least: float | None = None
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """
    How much is measured, and with what.

    Attributes:
        folder: Where a bench may write.
        quick: Little of everything: to see that it works, not to learn a number.
        prism: Prism's command, None where it is not at hand.
    """

    folder: Path
    quick: bool = False
    prism: str | None = None


def _nothing(_: Scale) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Bench:
    """
    Some numbers that are measured together.

    Attributes:
        rounds: How often it is measured.
        minutes: How long that takes on two cores, about.
        arrange: Makes ready what is measured, and clears it away at the end.
        warm: Whether a first round does not count.
        against: The versions of what it is measured against, by name; nothing where that is our own or a library.
    """

    name: str
    rows: tuple[Row, ...]
    rounds: int
    minutes: float
    arrange: Callable[[Scale], AbstractContextManager[Round]]
    warm: bool = False
    against: Callable[[Scale], Mapping[str, str]] = _nothing
