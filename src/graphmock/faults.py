"""The catalogue of wrong behaviours and legitimate differences, and finding one by name. ``behaviour`` acts on it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from graphmock.fault_table import FAULTS
from graphmock.variation_table import VARIATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FAULTS", "VARIATIONS", "UnknownDeviationError", "chosen"]


class UnknownDeviationError(LookupError):
    """Nobody planted a fault or variation of that name."""


def chosen(faults: Iterable[str], variations: Iterable[str]) -> frozenset[str]:
    """
    Check the names asked for.

    Raises:
        UnknownDeviationError: With the nearest known name, if one is near.
    """
    for names, table, kind in ((faults, FAULTS, "fault"), (variations, VARIATIONS, "variation")):
        known = [deviation.name for deviation in table]
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
                hint = f"; did you mean {near[0]}?" if near else ""
                message = f"unknown {kind} {name!r}{hint}; graphmock faults lists them"
                raise UnknownDeviationError(message)
    return frozenset((*faults, *variations))
