"""What a fault, a variation and a constant have in common: a name, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    One named way to differ.

    Attributes:
        breaks: The promise a fault breaks; empty for the others.
        kind: ``fault``, ``variation`` or ``constant``.
    """

    name: str
    changes: str
    breaks: str
    kind: str
