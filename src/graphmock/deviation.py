"""What a fault, a variation and a constant have in common: a name, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    One named way to differ.

    Attributes:
        breaks: The promise a fault breaks; empty for the others.
        kind: ``fault``, ``variation``, ``constant`` or ``tenant``.
        caught_by: Patterns over the ids of a suite's cases, ``*`` matching slashes too: those, and only those, that a
            person would expect to find the broken promise. What a pattern after ``!`` matches is taken out again.
        leaves_open: Patterns likewise: the cases a variation takes the ground from, so that nobody can examine them.
    """

    name: str
    changes: str
    breaks: str
    kind: str
    caught_by: tuple[str, ...] = ()
    leaves_open: tuple[str, ...] = ()
