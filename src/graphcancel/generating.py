"""
Telling a generated case: its calls drawn by hypothesis, each told as a story of its own, one after the other.

The same seed gives the same calls, whichever process makes them and whatever ran before: nothing is kept between runs.
Of a call that shows a finding hypothesis looks for a smaller one, and each attempt has an event of its own like any
other call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
"""How many calls are made at most to find a smaller one that shows the same."""
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
        record = self._records[late.case.id]
        contract = self.stories.contracts[late.case.contract]
        found = self._records[late.case.id] = turned(record, late, contract)
        return found

    def make(self, case: Case) -> Record:
        """Make one call, no sooner than the target is to have it."""
        target = self.stories.target
        if target.description.origin != "mock":
            target.clock.sleep(self._last + 1 / PER_SECOND - target.clock.now())
        self._last = target.clock.now()
        return target.clock.drive(self.stories.tell(case))

    @property
    def cloud(self) -> str | None:
        """The national cloud of the target."""
        return self.stories.target.description.cloud

    def _explore(self, search: _Search, strategy: SearchStrategy[Generated]) -> None:
        options = settings(
            max_examples=search.number,
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=Verbosity.quiet,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )

        def explore(drawn: Generated) -> None:
            search.look_at(drawn)

        drawn_from = crc32(f"{self.seed}/{search.case.id}/{search.kind.sort}".encode())
        with _nothing_from_around():
            try:
                seed(drawn_from)(options(given(drawn=strategy)(explore)))()
            except (_BrokenError, Flaky):
                search.conclude()
            except Unsatisfiable:
                pass  # fewer calls differ from each other than were asked for
        if search.fault:
            raise search.fault


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
    """Calls of one kind within one case, until one shows a finding; from then on smaller ones that show it too."""

    generation: Generation
    case: Case
    contract: Contract
    kind: Kind
    number: int
    tally: Tally
    fault: Exception | None = None
    _made: dict[Generated, Record] = field(default_factory=dict)
    _clauses: frozenset[str] = frozenset()
    _smallest: Record | None = None
    _passed_over: bool = False

    def look_at(self, drawn: Generated) -> None:
        """Make the call that was *drawn*; what was made before is remembered, for hypothesis asks again."""
        if self.fault or self.tally.in_vain:
            return
        known = self._made.get(drawn)
        if known is None:
            known = self._fresh(drawn)
        elif not self._smallest:
            reject()
        broken = broken_clauses(known, self.contract) if known else frozenset()
        if known and broken and (not self._smallest or broken & self._clauses):
            self._clauses = self._clauses or broken
            self._smallest = known
            raise _BrokenError

    def _fresh(self, drawn: Generated) -> Record | None:
        if self._smallest and self.tally.shrinking >= SHRINKING:
            return None
        if self.number < _FEW and not self._passed_over:
            # What hypothesis draws first is as small as can be, and the same for every case.
            self._passed_over = True
            reject()
        numbered = replace(drawn, number=self.tally.made + 1)
        call = one_call(self.case, self.contract, self.kind, numbered, self.generation.cloud)
        try:
            record = self._made[drawn] = self.generation.make(call)
        except Exception as error:  # noqa: BLE001 - raised again later: hypothesis would look for a smaller one
            self.fault = error
            return None
        if self._smallest:
            self.tally.shrinking += 1
        else:
            self.tally.add(record)
        return record

    def conclude(self) -> None:
        """Let the smallest call that shows the finding stand for it."""
        if self._smallest:
            self.tally.stand_for(self._smallest)
