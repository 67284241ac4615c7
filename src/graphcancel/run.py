"""
A run as data: what ``run.jsonl`` holds, in the shape every report reads.

Reports know nothing else: no contract file, no case that is built anew, no clock. So a run of last year is told in the
words its contracts had then.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Literal

from graphcancel.case import Case, addressed_routes

if TYPE_CHECKING:
    from graphcancel.contract import Contract
    from graphcancel.disputes import Entry

FORMAT: Final = 2
VERDICTS: Final = ("pass", "fail", "observed", "inconclusive", "error")

Line = Mapping[str, Any]
"""A line of ``run.jsonl``; `run.schema.json` describes each kind."""


@dataclass(frozen=True, slots=True)
class Part:
    """
    What one target was asked and answered.

    Attributes:
        header: Target, contracts, plan and what is known beforehand.
        cases: The line of each case that ran, in the order of the plan.
        footer: How it ended; empty while it has not.
    """

    header: Line
    cases: tuple[Line, ...]
    footer: Line = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The target's name."""
        return str(self.header["target"])

    @property
    def contracts(self) -> Mapping[str, Line]:
        """What each contract says, by id, in the order in which contracts are told."""
        contracts: Mapping[str, Line] = self.header["contracts"]
        return contracts

    @property
    def plan(self) -> Sequence[Line]:
        """Every case there is for this target, whether it ran or not."""
        plan: Sequence[Line] = self.header["plan"]
        return plan

    @property
    def disputes(self) -> Sequence[Line]:
        """Where pages disagree: of what the header tells, all that has two readings or more."""
        return [dispute for dispute in self.header["disputes"] if len(dispute["readings"]) > 1]

    @property
    def partial(self) -> bool:
        """Whether cases were left out by selection or an early end."""
        return bool(self.footer.get("partial", len(self.cases) < len(self.plan)))

    @property
    def by_id(self) -> dict[str, Line]:
        """The lines by case id."""
        return {line["id"]: line for line in self.cases}


@dataclass(frozen=True, slots=True)
class Run:
    """
    A run, or several merged into one.

    Attributes:
        header: The first line of the file. Of a merged run it names the parts; else it is that of its only part.
        parts: One for each target.
        footer: The last line of the file, with the exit codes of the whole.
    """

    header: Line
    parts: tuple[Part, ...]
    footer: Line

    @property
    def target(self) -> str:
        """The target's name, of a merged run all names."""
        return str(self.header["target"])

    @property
    def partial(self) -> bool:
        """Whether any part is."""
        return any(part.partial for part in self.parts)

    @property
    def exits(self) -> tuple[int, ...]:
        """Every exit code that applies, the one that won first."""
        return (self.footer["exit"], *self.footer["also"])

    @property
    def compared(self) -> Line | None:
        """What has changed since another run, where it was compared with one."""
        compared: Line | None = self.footer.get("compared")
        return compared


def in_order(lines: Iterable[Line], plan: Iterable[Line]) -> tuple[Line, ...]:
    """*lines* in the order of *plan*: as they stand in the file they are in the order in which they ended."""
    place = {planned["id"]: number for number, planned in enumerate(plan)}
    return tuple(sorted(lines, key=lambda line: place.get(line["id"], len(place))))


Weight = Literal["fail", "known", "lax"]


def weight(line: Line, item: Line | None = None) -> Weight:
    """
    What a finding weighs: ``fail`` fails the run; ``known`` is covered by a known deviation, ``lax`` is of a contract
    that does not gate, and neither does.

    Args:
        line: A case that differs.
        item: A clause of it that does not hold; without one the case as a whole is weighed.
    """
    if not line["gating"]:
        return "lax"
    is_known = line["excused"] if item is None else "deviation" in item
    return "known" if is_known else "fail"


# -- what the header tells of contracts and cases ------------------------------------------------------------------


def made_by() -> dict[str, str]:
    """Which version of the suite judged, and by which Python."""
    return {"suite": version("graph-cancel-contracts"), "python": platform.python_version()}


def told_of_contracts(contracts: Iterable[Contract]) -> dict[str, dict[str, Any]]:
    """Of each contract, by id, its page and what its clauses say."""
    return {contract.id: _contract(contract) for contract in contracts}


def _contract(contract: Contract) -> dict[str, Any]:
    return {
        "action": contract.action,
        "page": contract.page,
        "edition": contract.edition,
        "version": contract.version,
        "standing": contract.standing,
        "revision": contract.revision,
        "url": contract.url,
        "sha256": contract.sha256,
        "routes": [
            {"route": route.written.split(" ", 1)[-1], "addressing": addressing}
            for route, addressing in addressed_routes(contract)
        ],
        "clauses": {
            clause.id: {
                "heading": clause.heading,
                "says": clause.says,
                "untestable": clause.untestable,
                "cloud": clause.cloud,
            }
            for clause in contract.clauses.values()
        },
    }


def told_of_disputes(entries: Iterable[Entry], contracts: Iterable[Contract]) -> list[dict[str, Any]]:
    """
    The disputes in which *contracts* have a part, each with the readings that are theirs.

    One reading alone disputes nothing. It is told all the same: a run of other contracts may bring the others.
    """
    known = {clause.name for contract in contracts for clause in contract.clauses.values()}
    found = []
    for entry in entries:
        told = asdict(entry)
        told["readings"] = [
            {"value": reading["value"], "clauses": clauses}
            for reading in told["readings"]
            if (clauses := [name for name in reading["clauses"] if name in known])
        ]
        if told["readings"]:
            found.append(told)
    return found


def told_of_plan(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """
    Of each case what has to be known of it even if it does not run.

    A generated case promises no clause: which of them its calls show is known when they are made.
    """
    return [
        {
            "id": case.id,
            "contract": case.contract,
            "route": case.path,
            "addressing": case.addressing,
            "family": case.family,
            "clauses": [] if case.kind == "generated" else list(case.clauses),
        }
        for case in cases
    ]
