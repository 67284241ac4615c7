"""
What a target's description waives: parts of the API or clauses that are left unjudged there, each with its reason.

A waived group or booking business is not used, so its cases are inconclusive. Anything else is called all the same, and
only excused where it stays unjudged. None of it counts for exit code 10.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from graphcancel.errors import TargetError
from graphcancel.schema import nearest
from graphcancel.targetfile import Description

FAMILIES: Final[Mapping[str, str]] = {
    "me": "me",
    "users": "users",
    "groups": "groups",
    "bookings": "bookings",
    "group": "groups",
    "booking_business": "bookings",
    "booking_service": "bookings",
}
"""Name of a route family or of a resource to the route family it stands for."""


def check_waivers(description: Description, clauses: Collection[str]) -> None:
    """
    See that everything waived exists.

    Args:
        clauses: Every clause id there is.

    Raises:
        TargetError: A misspelt waiver would waive nothing.
    """
    known = [*FAMILIES, *sorted(clauses)]
    for name in description.waived:
        if name not in known:
            raise TargetError(
                f"{description.name}: waived: {name!r} is no route family, resource or clause{nearest(name, known)}; "
                f"families and resources are {', '.join(FAMILIES)}"
            )


def waiver(waived: Mapping[str, str], family: str, clause: str) -> str | None:
    """The name under which *clause* is waived on routes of *family*, None where it is not."""
    return next((name for name in waived if name == clause or FAMILIES.get(name) == family), None)


def why_unused(waived: Mapping[str, str], resource: str) -> str | None:
    """The reason why *resource* must not be used, None where nothing of its family is waived."""
    return next((reason for name, reason in waived.items() if FAMILIES.get(name) == FAMILIES[resource]), None)
