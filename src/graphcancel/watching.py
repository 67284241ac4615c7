"""
What is looked at once more at the end of a run, since a call may touch late what it should have left alone.

Every refused call is; of those accepted, those on an occurrence and those beside a namesake: to keep all would cost a
request per case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from graphcancel.absence import ONLY_THIS_EVENT, SERIES_INTACT, WITHOUT_EFFECT, changes
from graphcancel.evidence import Evidence, Finding
from graphcancel.record import Record
from graphcancel.seen import NAMESAKE
from graphcancel.verdict import conclude, judge

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.contract import Contract
    from graphcancel.scene import Scene
    from graphcancel.sight import Look
    from graphcancel.stage import Stage

_EFFECTS: Final = ("effect.", "occurrence.")
_AT_THE_END: Final = "seen at the end of the run"


@dataclass(frozen=True, slots=True)
class _Watched:
    """One call, as it was judged."""

    case: Case
    scene: Scene
    evidence: Evidence
    record: Record


@dataclass(slots=True)
class Watch:
    """
    The calls that are looked at once more.

    Attributes:
        look: Takes a look at a scene.
    """

    stage: Stage
    contracts: Mapping[str, Contract]
    look: Callable[[Scene], Look]
    _watched: list[_Watched] = field(default_factory=list)
    _cases: set[str] = field(default_factory=set)

    def keep(self, case: Case, scene: Scene, evidence: Evidence, record: Record) -> bool:
        """Whether this call is watched from now on; then its *scene* must not be cleared away before the end."""
        if scene.point is None or evidence.after is None or not _lasts(case, evidence, record):
            return False
        self._watched.append(_Watched(case, scene, evidence, record))
        self._cases.add(case.id)
        return True

    def holds(self, case: Case) -> bool:
        """Whether the last look may still change the verdict of *case*."""
        return case.id in self._cases

    def last_look(self) -> list[Record]:
        """
        Look once more at everything that is watched; return the records that turned to a finding.

        The last call of a run is given the time an effect usually takes, as the others were by what came after them.
        """
        turned: list[Record] = []
        if not self._watched:
            return turned
        ended = [watched.evidence.exchange.ended for watched in self._watched if watched.evidence.exchange]
        clock = self.stage.target.clock
        clock.sleep(max(ended, default=0.0) + max(1.0, self.stage.longest) - clock.now())
        with self.stage.lookout.sharing(self.stage.since):
            for watched in self._watched:
                evidence = replace(watched.evidence, after=self.look(watched.scene))
                lines = _undone(watched, evidence) if evidence.accepted else self._touched(watched, evidence)
                if lines:
                    turned.append(_turned(watched.record, lines))
        self._watched.clear()
        self._cases.clear()
        return turned

    def _touched(self, watched: _Watched, evidence: Evidence) -> Sequence[Finding]:
        """The finding against a refused call that changed something after it was judged."""
        earlier = set(changes(watched.evidence))
        found = [change for change in dict.fromkeys(changes(evidence)) if change not in earlier]
        if not found:
            return ()
        clauses = watched.case.clauses
        named = next((name for name in clauses if name in {"organizer.only", WITHOUT_EFFECT}), None)
        clause = named or (clauses[0] if clauses else WITHOUT_EFFECT)
        says = self.contracts[watched.case.contract].clauses[clause].says
        return (Finding(clause, False, says, f"{'; '.join(found)}, {_AT_THE_END}"),)


def _lasts(case: Case, evidence: Evidence, record: Record) -> bool:
    if not evidence.accepted:
        return evidence.response is not None
    held = {line.clause for line in record.verdict.findings if line.held}
    return SERIES_INTACT in held or (case.circumstance == NAMESAKE and ONLY_THIS_EVENT in held)


def _undone(watched: _Watched, evidence: Evidence) -> Sequence[Finding]:
    """The effects of an accepted call that held when it was judged, and hold no more."""
    held = [line.clause for line in watched.record.verdict.findings if line.held and line.clause.startswith(_EFFECTS)]
    broken = (line for line in judge(evidence, held) if line.held is False)
    return tuple(replace(line, received=f"{line.received}, {_AT_THE_END}", pending=False) for line in broken)


def _turned(record: Record, lines: Sequence[Finding]) -> Record:
    names = {line.clause for line in lines}
    rest = tuple(item for item in record.verdict.findings if item.clause not in names)
    return replace(record, verdict=conclude((*lines, *rest), sent=True))
