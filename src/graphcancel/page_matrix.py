"""
The matrix of ``report.html``: clause × addressed route, one table for each contract.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graphcancel.anchors import case_anchor, clause_anchor
from graphcancel.page_words import Sign
from graphcancel.report import untested_clauses
from graphcancel.run import Line, Part, weight

STATES: Final = {
    "fail": Sign("✗", "failed", "failed"),
    "lax": Sign("✗", "failed", "lax"),
    "known": Sign("≈", "known", "known"),
    "untested": Sign("?", "untested", "open"),
    "held": Sign("✓", "held", "held"),
}
"""What a clause may come to in a case, the worst first."""

_NOT_RUN: Final = Sign("○", "not run", "open")
_NO_CASE: Final = Sign("–", "no case", "none")
_Seen = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Cell:
    """
    What became of a clause on a route.

    Attributes:
        count: Of several cases: how many came to *sign*, of how many; of one case empty.
        anchor: The evidence of the worst; empty where no case ran.
        number: The place of that case in this report, by which paper finds it; 0 where no case ran.
    """

    sign: Sign
    count: str = ""
    anchor: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A clause: its cells, or why no case of the run tests it."""

    anchor: str
    clause: str
    says: str
    cells: tuple[Cell, ...]
    untested: str


@dataclass(frozen=True, slots=True)
class Column:
    """An addressed route."""

    route: str
    addressed: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """One contract as a table."""

    contract: str
    title: str
    counts: bool
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def matrices(part: Part, prefix: str) -> tuple[Matrix, ...]:
    """The table of each contract of *part*."""
    seen = _seen(part)
    numbers = numbered(part)
    why = {(contract, clause): reason for contract, clause, reason in untested_clauses(part)}
    planned = {
        (case["contract"], clause, case["route"], case["addressing"])
        for case in part.plan
        for clause in case["clauses"]
    }
    found = []
    for contract, told in part.contracts.items():
        columns = _columns(part, contract)
        rows = []
        for clause, words in told["clauses"].items():
            keys = [(contract, clause, *column) for column in columns]
            reason = why.get((contract, clause), "")
            cells = [] if reason else [_cell(seen[key], numbers, prefix, is_planned=key in planned) for key in keys]
            anchor = clause_anchor(contract, clause, prefix)
            rows.append(Row(anchor, clause, words["says"], tuple(cells), reason))
        found.append(
            Matrix(
                contract,
                f"{told['page']} ({told['edition']})",
                contract in part.header["gates"],
                tuple(Column(route, addressed(addressing)) for route, addressing in columns),
                tuple(rows),
            )
        )
    return tuple(found)


def addressed(addressing: str) -> str:
    """How a route names its user, in words; empty where it names none."""
    return {"me": "", "id": "by id", "upn": "by sign-in name"}.get(addressing, addressing)


def by_route(part: Part) -> list[Line]:
    """The cases of *part* as the matrix has them: by contract, then by route, else in the order of the plan."""
    columns = [(contract, *column) for contract in part.contracts for column in _columns(part, contract)]
    place = {column: number for number, column in enumerate(columns)}
    return sorted(
        part.cases,
        key=lambda line: place.get((line["contract"], line["route"], line["addressing"]), len(place)),
    )


def numbered(part: Part) -> dict[str, int]:
    """The number each case of *part* has in its report, from 1."""
    return {line["id"]: number for number, line in enumerate(by_route(part), 1)}


def _columns(part: Part, contract: str) -> list[tuple[str, str]]:
    """The routes of the page in its order, then those that only cases have."""
    listed = [(one["route"], one["addressing"]) for one in part.contracts[contract]["routes"]]
    called = [(case["route"], case["addressing"]) for case in part.plan if case["contract"] == contract]
    return list(dict.fromkeys([*listed, *called]))


def _seen(part: Part) -> defaultdict[tuple[str, str, str, str], _Seen]:
    """By contract, clause, route and addressing: what each case came to, and its id."""
    planned = {case["id"]: case["clauses"] for case in part.plan}
    found: defaultdict[tuple[str, str, str, str], _Seen] = defaultdict(list)
    for line in part.cases:
        spoken = {item["clause"]: came_to(line, item) for item in line["clauses"]}
        # A clause may have nothing to say of a case that was meant to judge it: that is no silence to hide.
        states = {**dict.fromkeys(planned.get(line["id"], ()), "untested"), **spoken}
        for clause, state in states.items():
            found[line["contract"], clause, line["route"], line["addressing"]].append((state, line["id"]))
    return found


def came_to(line: Line, item: Line) -> str:
    """What a clause came to in a case: a key of `STATES`."""
    if item["held"] is None:
        return "untested"
    return "held" if item["held"] else weight(line, item)


def _cell(seen: _Seen, numbers: Mapping[str, int], prefix: str, *, is_planned: bool) -> Cell:
    if not seen:
        return Cell(_NOT_RUN if is_planned else _NO_CASE)
    worst = min((state for state, _ in seen), key=list(STATES).index)
    alike = [case for state, case in seen if state == worst]
    many = len(seen) > 1
    count = "" if not many else (str(len(seen)) if len(alike) == len(seen) else f"{len(alike)} of {len(seen)}")
    return Cell(STATES[worst], count, case_anchor(alike[0], prefix), numbers[alike[0]])
