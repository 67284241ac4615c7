"""
Tells cases from a recording.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from graphcancel.alone import Theatre, tell_alone
from graphcancel.auth import SignIn
from graphcancel.cassette import Cassette, read_cassette
from graphcancel.clock import Waited
from graphcancel.errors import CassetteError, Drift
from graphcancel.ledger import Unwritten
from graphcancel.onfile import named, shortened
from graphcancel.pseudonyms import CANONICAL_NOW, CANONICAL_RUN, CANONICAL_START
from graphcancel.replaying import Compared, Offline, Tape
from graphcancel.sanitise import Sanitiser
from graphcancel.seals import ON_FILE
from graphcancel.session import Door, sentences

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.contract import Contract
    from graphcancel.record import Record
    from graphcancel.recording import Recording


def waited(case: Case, durations: Sequence[int]) -> Waited:
    """
    The clock of a case that is told from answers on file: nothing is waited for, and it is always the same day.

    Args:
        durations: Whole seconds each answer took.
    """
    return Waited(case.id, today=lambda: CANONICAL_NOW, durations=durations)


def stage_for_stand_ins(recording: Recording, contracts: Sequence[Contract]) -> Theatre:
    """The stage on which stories are told to the stand-ins of *recording*."""
    return Theatre(
        recording.description,
        contracts,
        CANONICAL_RUN,
        CANONICAL_START.isoformat(timespec="seconds"),
        recording.contact,
        SignIn(recording.description),
        Sanitiser(CANONICAL_RUN, sentences(contracts)),
        Unwritten(),
    )


class Playback:
    """
    A recording being played.

    Args:
        by_library: Whether pytest-recording answers, by what it puts in the place of connections; else `Tape` does.
            What is asked is compared by `Tape` in either case.

    Attributes:
        counts: What was sent so far.
    """

    def __init__(self, recording: Recording, contracts: Sequence[Contract], *, by_library: bool = False) -> None:
        self.recording = recording
        self.by_library = by_library
        self.counts: Counter[str] = Counter()
        self._theatre = stage_for_stand_ins(recording, contracts)
        self._listed = frozenset(recording.cases)

    def tell(self, case: Case) -> Record:
        """
        Tell *case*.

        Raises:
            CassetteError: It is not on the recording, or its cassette cannot be used; `Drift` where suite and cassette
                have come apart.
        """
        cassette = self.cassette_of(case)
        tape, clock = Tape(cassette, case.id), waited(case, cassette.took)
        # The library compares neither order nor headers.
        door: Door = partial(Compared, tape, clock) if self.by_library else partial(Offline, tape.answer, clock)
        told = tell_alone(case, self._theatre, door, cassette.knew)
        tape.finish()
        if cassette.edited:
            raise cassette.edited
        self.counts.update(told.counts)
        return told.record

    def cassette_of(self, case: Case) -> Cassette:
        """
        The cassette of *case*.

        Raises:
            CassetteError: It is not on the recording, or cannot be used; `Drift` where it is not what was recorded.
        """
        if case.id not in self._listed:
            raise CassetteError(f"{case.id}: is not on the recording {self.recording.name}")
        place = self.recording.place(case.id)
        if not place.exists():
            raise CassetteError(f"{case.id}: is on the recording {self.recording.name}, but there is no {named(place)}")
        cassette = read_cassette(place, case.id)
        if cassette.origin != self.recording.origin:
            raise Drift("origin", self.recording.origin, shortened(cassette.origin), named(place), ON_FILE)
        return cassette
