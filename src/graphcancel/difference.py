"""
One thing in which a description of the API and a contract differ.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from graphcancel.facts import Kind

Change = Literal["added", "removed", "changed", "disputed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One difference between a contract and what a page or published metadata say now.

    Attributes:
        contract: Id of the contract.
        change: What happened since the contract was written: the fact was added, removed or changed. ``disputed`` is no
            drift: two sources that speak of different things contradict each other.
        about: What the fact is about; empty where the contract has only one of its kind.
        documented: What the contract says; empty where it says nothing.
        found: What the source says; empty where it says nothing.
        place: The source as it was named, with ``:line`` where the line is known.
    """

    contract: str
    change: Change
    kind: Kind
    about: str
    documented: str
    found: str
    place: str

    @property
    def moved(self) -> bool:
        """Whether this is drift."""
        return self.change != "disputed"

    def as_json(self) -> dict[str, Any]:
        """The difference as an object of its attributes."""
        return asdict(self)
