"""
Telling a generated case: its calls drawn by hypothesis, each told as a story of its own, one after the other.

The same seed gives the same calls, whichever process makes them and whatever ran before: nothing is kept between runs.
Of a call that shows a finding hypothesis looks for a smaller one, and each attempt has an event of its own like any
other call.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from zlib import crc32

from hypothesis import HealthCheck, Phase, Verbosity, given, reject, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from graphcancel.case import Case
from graphcancel.contract import Contract
from graphcancel.generated import Generated
from graphcancel.generated_cases import Kind, kinds, one_call, shares
from graphcancel.inputs import calls
from graphcancel.record import Record
from graphcancel.story import Stories
from graphcancel.tally import Tally, broken_clauses, turned

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

PER_SECOND: Final = 4
"""How many generated calls a second a target gets at most, the mock aside."""
SHRINKING: Final = 60
"""How many calls of a case are made at most to find smaller ones; beyond the mock, no more than its share."""
_FEW: Final = 3


class _BrokenError(Exception):
    """A call shows that a clause does not hold; hypothesis looks for a smaller one."""


@dataclass(slots=True)
class Generation:
    """
    Tells the generated cases of one process.

    Args:
        stories: Tells each call.
        shares: How many calls each case gets, by its id.
        seed: From which they are drawn.
    """

    stories: Stories
    shares: Mapping[str, int]
    seed: int
    _records: dict[str, Record] = field(default_factory=dict)
    _last: float = 0.0

    def tell(self, case: Case) -> Record:
        """
        The record of *case*: all its calls, as one.

        Raises:
            Exception: Our own fault, never the target's.
        """
        contract, lender = self.stories.contracts[case.contract], self.stories.contracts[case.root_of]
        allotted = self.shares.get(case.id, 0)
        strict = self.stories.target.description.origin == "mock"
        tally = Tally(case, contract, allotted, self.seed, strict)
        for kind, number in shares(case, allotted, kinds(case, contract, lender)):
            self._explore(
                _Search(self, case, contract, kind, number, tally), calls(kind.sort, lender, case.route.template)
            )
        found = self._records[case.id] = tally.record()
        return found

    def turned(self, late: Record) -> Record:
        """The record of the case that *late*, a call of it that had an effect after all, turns to a finding."""
        record = self._records.get(late.case.id)
        if record is None:  # the case ended in a fault of our own
            return late
        contract = self.stories.contracts[late.case.contract]
        found = self._records[late.case.id] = turned(record, late, contract)
        return found

    def make(self, case: Case) -> Record:
        """Make one call, no sooner than the target is to have it."""
        target = self.stories.target
        if target.description.origin != "mock":
            target.clock.sleep(self._last + _processes() / PER_SECOND - target.clock.now())
        self._last = target.clock.now()
        return target.clock.drive(self.stories.tell(case))

    @property
    def cloud(self) -> str | None:
        """The national cloud of the target."""
        return self.stories.target.description.cloud

    def _explore(self, search: _Search, strategy: SearchStrategy[Generated]) -> None:
        """Make the calls, all of them; then look for a smaller one for each clause that one of them broke."""
        self._draw(search, strategy, search.look_at, [Phase.generate])
        while clause := search.next_clause():
            smaller = _Smaller(search, clause)
            self._draw(search, strategy, smaller.look_at, [Phase.generate, Phase.shrink])
            smaller.conclude()

    def _draw(
        self,
        search: _Search,
        strategy: SearchStrategy[Generated],
        look_at: Callable[[Generated], None],
        phases: Sequence[Phase],
    ) -> None:
        options = settings(
            max_examples=search.number,
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=Verbosity.quiet,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )

        def explore(drawn: Generated) -> None:
            look_at(drawn)

        drawn_from = crc32(f"{self.seed}/{search.case.id}/{search.kind.sort}".encode())
        with _nothing_from_around(), suppress(_BrokenError, Flaky, Unsatisfiable):
            # Unsatisfiable: fewer calls differ from each other than were asked for.
            seed(drawn_from)(options(given(drawn=strategy)(explore)))()
        if search.fault:
            raise search.fault


def _processes() -> int:
    """How many processes call the target at the same time: pytest-xdist tells its workers."""
    told = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "")
    return int(told) if told.isdecimal() and int(told) else 1


@contextmanager
def _nothing_from_around() -> Iterator[None]:
    """
    Within, hypothesis draws no constants from modules that happen to be loaded: what is drawn is the seed's alone.
    """
    whole: Callable[[], Constants] = providers._get_local_constants  # noqa: SLF001 - there is no other door
    providers._get_local_constants = Constants  # noqa: SLF001
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = whole  # noqa: SLF001
        providers.CONSTANTS_CACHE.cache.clear()


@dataclass(slots=True)
class _Search:
    """
    The calls of one kind within one case.

    Attributes:
        made: What each drawn call came to; hypothesis draws some again.
        sought: The clauses for which a smaller call was looked for.
    """

    generation: Generation
    case: Case
    contract: Contract
    kind: Kind
    number: int
    tally: Tally
    fault: Exception | None = None
    made: dict[Generated, Record] = field(default_factory=dict)
    sought: set[str] = field(default_factory=set)
    _passed_over: bool = False

    def look_at(self, drawn: Generated) -> None:
        """Make the call that was *drawn*, unless it was made before."""
        if self.fault or self.tally.in_vain:
            return
        if drawn in self.made or self.passes_over(first=not self._passed_over):
            self._passed_over = True
            reject()
        self._passed_over = True
        if record := self.make(drawn):
            self.tally.add(record)

    def passes_over(self, *, first: bool) -> bool:
        """Whether a call is left out: what hypothesis draws *first* is as small as can be, and alike for every case."""
        return first and self.number < _FEW

    def make(self, drawn: Generated) -> Record | None:
        """Make a call nobody made before; None where that was a fault of ours."""
        numbered = replace(drawn, number=self.tally.made + 1)
        call = one_call(self.case, self.contract, self.kind, numbered, self.generation.cloud)
        try:
            record = self.made[drawn] = self.generation.make(call)
        except Exception as error:  # noqa: BLE001 - raised again later: hypothesis would look for a smaller one
            self.fault = error
            return None
        return record

    @property
    def may_shrink(self) -> bool:
        """Whether more calls may be made to find a smaller one."""
        return self.tally.shrinking < (SHRINKING if self.tally.strict else min(SHRINKING, self.tally.allotted))

    def next_clause(self) -> str | None:
        """A clause that calls of this kind break and no smaller call was looked for yet."""
        if not self.may_shrink:
            return None
        broken = {name for record in self.made.values() for name in broken_clauses(record, self.contract)}
        return min(broken - self.sought, default=None)


@dataclass(slots=True)
class _Smaller:
    """
    The search for the smallest call that breaks one clause.

    The same seed draws the same calls again, which cost nothing, up to the first that breaks the clause; from there on
    hypothesis tries smaller ones.
    """

    search: _Search
    clause: str
    _again: set[Generated] = field(default_factory=set)
    _smallest: Record | None = None
    _first: bool = True

    def look_at(self, drawn: Generated) -> None:
        """Fail where the call that was *drawn* breaks the clause."""
        search = self.search
        if search.fault:
            return
        first, self._first = self._first, False
        if self._smallest is None and (drawn in self._again or search.passes_over(first=first)):
            reject()
        self._again.add(drawn)
        record = search.made.get(drawn)
        if record is None and search.may_shrink:
            record = search.make(drawn)
            search.tally.shrinking += record is not None
            self._note(record)
        if record and self.clause in broken_clauses(record, search.contract):
            self._smallest = record
            raise _BrokenError

    def _note(self, record: Record | None) -> None:
        """Keep what a call made on the way breaks and no other did."""
        broken = broken_clauses(record, self.search.contract) if record else frozenset()
        for name in broken - self.search.tally.broken.keys():
            if record:
                self.search.tally.stand_for(name, record)

    def conclude(self) -> None:
        """Let the smallest call stand for the clause, and for what else it breaks."""
        self.search.sought.add(self.clause)
        if self._smallest:
            self.search.sought |= broken_clauses(self._smallest, self.search.contract)
            self.search.tally.stand_for(self.clause, self._smallest)
