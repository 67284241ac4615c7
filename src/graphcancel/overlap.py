"""
Cases overlap while they wait.

Stories are generators that yield the time at which they want to go on. `Overlap` drives the one whose verdict is asked
for; while that one waits, it advances stories opened earlier and opens the next ones. One thread, one connection, and
each story's requests in their own order; against a target without lag nothing overlaps at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field

from graphcancel.case import Case
from graphcancel.record import Record

Story = Generator[float, None, Record]


@dataclass(slots=True)
class _Open:
    case: Case
    story: Story
    due: float = 0.0


@dataclass(slots=True)
class Overlap:
    """
    Drives stories.

    Args:
        tell: Opens the story of a case.
        width: Says how many stories may be open at once; 1 keeps each case's traffic together, as a recording needs.

    Attributes:
        resting: Whether every open story waits.
    """

    tell: Callable[[Case], Story]
    width: Callable[[], int] = lambda: 32
    resting: bool = False
    _open: dict[str, _Open] = field(default_factory=dict)
    _done: dict[str, Record | BaseException] = field(default_factory=dict)

    def record(self, case: Case, upcoming: Iterable[Case] = ()) -> Record:
        """
        The record of *case*; while it waits, cases of *upcoming* are begun.

        Raises:
            Exception: What the story raised: our own fault, never the target's.
        """
        ahead = iter(upcoming)
        self._begin(case)
        while case.id not in self._done:
            if self._advance(case.id) or self._begin_next(ahead):
                continue
            self.resting = True
            time.sleep(max(0.0, min(item.due for item in self._open.values()) - time.monotonic()))
            self.resting = False
        found = self._done.pop(case.id)
        if isinstance(found, BaseException):
            raise found
        return found

    def close(self) -> None:
        """Give up the stories still open; what they created is the sweep's to remove."""
        for item in self._open.values():
            item.story.close()
        self._open.clear()

    def _begin(self, case: Case) -> None:
        if case.id not in self._open and case.id not in self._done:
            self._open[case.id] = _Open(case, self.tell(case))

    def _begin_next(self, ahead: Iterable[Case]) -> bool:
        if len(self._open) >= self.width():
            return False
        for case in ahead:
            if case.id not in self._open and case.id not in self._done:
                self._begin(case)
                return True
        return False

    def _advance(self, first: str) -> bool:
        """Advance the story that is due longest; of those never begun, the one asked for before all others."""
        now = time.monotonic()
        runnable = [item for item in self._open.values() if item.due <= now]
        if not runnable:
            return False
        chosen = min(runnable, key=lambda item: (item.due, item.case.id != first))
        try:
            chosen.due = next(chosen.story)
        except StopIteration as ended:
            self._finish(chosen, ended.value)
        except Exception as error:  # noqa: BLE001 - raised again where the case's own test asks for it
            self._finish(chosen, error)
        return True

    def _finish(self, item: _Open, outcome: Record | BaseException) -> None:
        del self._open[item.case.id]
        self._done[item.case.id] = outcome
