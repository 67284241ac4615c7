"""What a fault, a variation and a constant have in common: a name, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    One named way to differ.

    Attributes:
        breaks: The promise a fault breaks; empty for the others.
        kind: ``fault``, ``variation``, ``constant`` or ``tenant``.
        group: A short name of the kind of promise, or of what differs.
        caught_by: Patterns over the ids of a suite's cases, ``*`` matching slashes too: those, and only those, that a
            person would expect to find the broken promise. What a pattern after ``!`` matches is taken out again.
        once_in: How many calls there are to one that it spoils; 1 is every one. Beyond that, one of the cases named is
            enough.
        leaves_open: Patterns likewise: the cases a variation takes the ground from, so that nobody can examine them.
        excludes: Names of variations that cannot go with this one.
    """

    name: str
    changes: str
    breaks: str
    kind: str
    group: str = ""
    caught_by: tuple[str, ...] = ()
    once_in: int = 1
    leaves_open: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


def published(deviation: Deviation) -> dict[str, Any]:
    """Write a deviation for a reader: what it is, not how it is done."""
    return {one.name: getattr(deviation, one.name) for one in fields(Deviation)}
