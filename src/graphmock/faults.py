"""
The catalogue of wrong behaviours, legitimate differences, services that know one answer and tenants in some condition,
and finding one by name.

``behaviour``, ``conditions`` and ``interference`` act on it.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from graphmock.deviation import Deviation
from graphmock.fault_table import FAULTS
from graphmock.tenant_table import TENANTS
from graphmock.variation_table import VARIATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CONSTANTS", "FAULTS", "TENANTS", "VARIATIONS", "UnknownDeviationError", "chosen", "summed_up"]

CONSTANTS: tuple[Deviation, ...] = tuple(
    Deviation(name, changes, "", "constant", "constant")
    for name, changes in (
        ("always-202", "every request is answered 202 without bytes"),
        ("always-204", "every request is answered 204"),
        ("always-400-sentence", "every request is answered 400 with the sentence to an attendee"),
        ("always-401", "every request is answered 401 with a challenge"),
        ("always-404", "every request is answered 404"),
        ("always-429", "every request is answered 429, to be repeated after a second"),
        ("always-500", "every request is answered 500"),
        ("always-html", "every request is answered 200 with an HTML page"),
        ("always-reset", "every request is read and its connection reset"),
        ("always-silent", "every request is read and never answered"),
    )
)


class UnknownDeviationError(LookupError):
    """Nobody planted a fault or variation of that name, or not beside the others that were asked for."""


def summed_up(one: Deviation) -> dict[str, str]:
    """Write a deviation for a person: a row of texts."""
    apart = f" (not with {', '.join(one.excludes)})" if one.excludes else ""
    return {
        "kind": one.kind,
        "group": one.group,
        "name": one.name,
        "breaks": one.breaks,
        "changes": one.changes + apart,
    }


def chosen(faults: Iterable[str], variations: Iterable[str]) -> frozenset[str]:
    """
    Check the names asked for.

    Raises:
        UnknownDeviationError: With the nearest known name, if one is near; or with two that exclude each other.
    """
    varied = (*VARIATIONS, *TENANTS)
    faults, variations = tuple(faults), tuple(variations)
    for names, table, kind in ((faults, (*FAULTS, *CONSTANTS), "fault"), (variations, varied, "variation")):
        known = [deviation.name for deviation in table]
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
                hint = f"; did you mean {near[0]}?" if near else ""
                message = f"unknown {kind} {name!r}{hint}; graphmock faults lists them"
                raise UnknownDeviationError(message)
    active = frozenset((*faults, *variations))
    for one in varied:
        apart = active.intersection(one.excludes)
        if one.name in active and apart:
            message = f"{one.name} cannot go with {min(apart)}; leave one of them out"
            raise UnknownDeviationError(message)
    return active
