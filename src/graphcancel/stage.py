"""
The stage of a run: scenes are arranged on it, and the stories of the run share what it has learnt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphcancel.appointments import arrange_appointment
from graphcancel.ground import CONFIRMATION, Ground, Steps
from graphcancel.looks import Lookout
from graphcancel.marks import Mark
from graphcancel.meetings import arrange_meeting
from graphcancel.scene import Scene
from graphcancel.waiting import Waiting

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.target import Target


class Stage(Ground):
    """
    The ground of a run on which scenes can be arranged.

    Attributes:
        waiting: What is known of the lag of effects; *arrival* of that of invitations.
        leads: Whether this process clears up for the whole run, not for a worker's part of it.
        since: The target's clock when the run began, None where it did not say.
    """

    def __init__(self, target: Target, lookout: Lookout, waiting: Waiting, run: str, started: str) -> None:
        super().__init__(target, lookout, run, started)
        self.waiting = waiting
        self.leads = True
        self.since: str | None = None

    @property
    def longest(self) -> float:
        """The longest lag seen, of effects or invitations: absence is not judged sooner, in seconds."""
        return max(self.waiting.longest, self.arrival.longest)

    def learnt(self) -> dict[str, Any]:
        """
        What is known of the target's lags, as JSON; empty for nothing.

        How often a confirmation nobody promises was missed is left out: what a case waits for one would depend on the
        cases before it.
        """
        both = {"effects": self.waiting.learnt(), "invitations": self.arrival.learnt()}
        both["invitations"].get("misses", {}).pop(CONFIRMATION, None)
        told = {name: {key: value for key, value in known.items() if value} for name, known in both.items()}
        return {name: known for name, known in told.items() if known}

    def remember(self, learnt: Mapping[str, Any]) -> None:
        """Know of the lags what another stage has `learnt`."""
        self.waiting.remember(learnt.get("effects", {}))
        self.arrival.remember(learnt.get("invitations", {}))

    def arrange(self, case: Case, root: str, attempt: int) -> Steps:
        """
        Arrange what *case* needs and take the look before; the generator's value is the `Scene`.

        Raises:
            ProvisionError: Not even an event id could be had.
        """
        scene = Scene(self.mark(case, attempt), root)
        if case.family == "bookings":
            yield from arrange_appointment(self, case, scene)
        else:
            yield from arrange_meeting(self, case, scene)
        return scene

    def mark(self, case: Case, attempt: int) -> Mark:
        """The mark of a case's attempt in this run."""
        of_call = f"{case.id}:{case.generated.number}" if case.generated else case.id
        return Mark.of(self.run, of_call, attempt)
