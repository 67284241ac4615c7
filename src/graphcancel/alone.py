"""
One case told alone, on a stage of its own: as a recording and its replay need it.

Nothing an earlier case asked for is taken as known, so that the traffic of a case is whole by itself; it does not
overlap with others; and it clears away what it arranged before it ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphcancel.auth import SignIn
from graphcancel.case import Case
from graphcancel.clearing import put_away
from graphcancel.contract import Contract
from graphcancel.record import Record
from graphcancel.sanitise import Sanitiser
from graphcancel.session import Door, open_stage
from graphcancel.story import Stories
from graphcancel.target import Book
from graphcancel.targetfile import Description


@dataclass(frozen=True, slots=True)
class Theatre:
    """
    What all stages of one run have in common.

    Attributes:
        run: The run's id, with the worker's number if a worker's.
        started: When it started, ISO 8601; what has a date of its own takes it from here.
        contact: What the first contact learnt.
        ledger: Where everything about to be created is entered; None leaves it to the target.
    """

    description: Description
    contracts: Sequence[Contract]
    run: str
    started: str
    contact: Mapping[str, Any]
    sign_in: SignIn
    sanitiser: Sanitiser
    ledger: Book | None = None

    @property
    def by_id(self) -> dict[str, Contract]:
        """The contracts by id."""
        return {contract.id: contract for contract in self.contracts}


@dataclass(frozen=True, slots=True)
class Told:
    """
    How it went.

    Attributes:
        learnt: What is known of the target's lags now.
        counts: What was sent, as `graphcancel.target.Target` counts.
        made: How many objects were made; *booked* whether an appointment was sent for.
    """

    record: Record
    learnt: Mapping[str, Any]
    counts: Mapping[str, int]
    made: int
    booked: bool


def tell_alone(case: Case, theatre: Theatre, door: Door, knew: Mapping[str, Any]) -> Told:
    """
    Tell *case* from arranging to clearing away.

    Args:
        door: Makes the way to the target; what it makes waits by a clock of its own.
        knew: What is known of the target's lags beforehand.

    Raises:
        Exception: Our own fault, never the target's.
    """
    stage, _ = open_stage(
        theatre.description,
        theatre.contracts,
        theatre.run,
        theatre.started,
        theatre.contact,
        sign_in=theatre.sign_in,
        door=door,
    )
    target = stage.target
    if theatre.ledger:
        target.ledger = theatre.ledger
    stage.remember(knew)
    stories = Stories(target, stage, theatre.by_id, theatre.sanitiser)
    try:
        record = target.clock.drive(stories.tell(case))
        turned = stories.last_look()
        put_away(stage, stories.scenes)
    finally:
        target.disconnect()
    return Told(turned[0] if turned else record, stage.learnt(), target.counts, stage.made, stage.booked)
