"""
What in the lines of a run its header does not know: reports look up there what a line names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphcancel.run import Line

Stray = tuple[int, str]
"""The number of a line, and what is wrong in it, with its key."""


def strays(lines: Sequence[Line]) -> Iterator[Stray]:
    """
    What does not belong to the first of *lines*, and what is no moment.

    Args:
        lines: Header, cases and footer; each is of the right shape, and the parts of a merged run are as many in both.
    """
    header, *cases, footer = lines
    for number, moments in ((1, _begins(header)), (len(lines), _ends(footer))):
        for key, text in moments:
            if not _is_moment(text):
                yield number, f"{key}: found '{text}', which no calendar or clock shows"
    known = [_Known.of(head) for _, head in _parts(header)]
    for number, line in enumerate(cases, 2):
        for fault in known[line.get("part", 0)].faults(line):
            yield number, fault
    for (place, foot), head in zip(_parts(footer), known, strict=True):
        for number, standing in enumerate(foot["deviations"]):
            if standing["entry"] not in head.entries:
                key = f"{place}deviations[{number}].entry"
                yield len(lines), f"{key}: {standing['entry']} is no known deviation of the header"


@dataclass(frozen=True, slots=True)
class _Known:
    """What one part's header names."""

    cases: frozenset[str]
    clauses: dict[str, frozenset[str]]
    entries: frozenset[int]

    @classmethod
    def of(cls, head: Line) -> _Known:
        return cls(
            frozenset(planned["id"] for planned in head["plan"]),
            {name: frozenset(told["clauses"]) for name, told in head["contracts"].items()},
            frozenset(entry["entry"] for entry in head["deviations"]),
        )

    def faults(self, line: Line) -> Iterator[str]:
        """What the case in *line* names that is not known."""
        if line["id"] not in self.cases:
            yield f"id: {line['id']} is not in the plan of the header"
        if line["contract"] not in self.clauses:
            yield f"contract: {line['contract']} is no contract of the header"
            return
        for number, item in enumerate(line["clauses"]):
            if item["clause"] not in self.clauses[line["contract"]]:
                yield f"clauses[{number}].clause: {line['contract']} has no clause {item['clause']}"


def _parts(line: Line) -> list[tuple[str, Line]]:
    """A header or footer by parts, each with what stands before its keys."""
    return [(f"parts[{n}].", part) for n, part in enumerate(line["parts"])] if "parts" in line else [("", line)]


def _begins(header: Line) -> Iterator[tuple[str, str]]:
    yield "started", header["started"]
    for place, head in _parts(header):
        yield f"{place}started", head["started"]
        for number, entry in enumerate(head["deviations"]):
            yield f"{place}deviations[{number}].expires", entry["expires"]


def _ends(footer: Line) -> Iterator[tuple[str, str]]:
    yield "ended", footer["ended"]
    yield from ((f"{place}ended", foot["ended"]) for place, foot in _parts(footer))


def _is_moment(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
