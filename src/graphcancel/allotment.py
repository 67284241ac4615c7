"""
How many generated calls a run makes, and from which seed: what a run was given, and what each case gets of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from graphcancel.generated_cases import spread

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.generating import Generation
    from graphcancel.record import Record
    from graphcancel.story import Stories

CALLS: Final = 1100
"""How many calls are generated where nobody says how many."""


@dataclass(slots=True)
class Allotment:
    """
    The generated calls of a run.

    Attributes:
        calls: How many there are in all.
        seed: From which they are drawn.
        shares: How many each case gets, by its id; those not in it get none.
    """

    calls: int = 0
    seed: int = 0
    shares: Mapping[str, int] = field(default_factory=dict)
    _generation: Generation | None = None

    def share_out(self, cases: Sequence[Case]) -> None:
        """Spread the calls over *cases*, the generated cases that were chosen."""
        self.shares = spread(self.calls, cases)

    def tell(self, case: Case, stories: Stories) -> Record:
        """
        The record of a generated *case*.

        Raises:
            Exception: Our own fault, never the target's.
        """
        if self._generation is None:
            # schemathesis and hypothesis take as long to import as pytest itself: only who generates waits for them.
            from graphcancel.generating import Generation  # noqa: PLC0415

            self._generation = Generation(stories, self.shares, self.seed)
        return self._generation.tell(case)

    def turned(self, late: Record) -> Record:
        """What *late*, a record the last look of the run turned to a finding, makes of its generated case."""
        return self._generation.turned(late) if self._generation and late.case.generated else late
