"""
From what was judged to how it ends: what is left open, what became of each known deviation, which exit codes apply.

A run that ends and several that are put together are concluded alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graphcancel.deviations import OUT_OF_DATE, Deviation, Standing, standings
from graphcancel.ending import Facts, codes
from graphcancel.report import beyond, gaps
from graphcancel.run import Part, weight
from graphcancel.target import CREATED, MAILS, PAGES, REMOVED, WAITING


@dataclass(frozen=True, slots=True)
class Conclusion:
    """
    How a part of a run ends.

    Attributes:
        unjudged: Pairs of gating clause and addressed route that it should have judged and did not.
        deviations: What became of each known deviation.
        exits: Every exit code that applies, the one that wins first.
    """

    unjudged: int
    deviations: tuple[Standing, ...]
    exits: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """The conclusion as a footer holds it."""
        return {
            "unjudged": self.unjudged,
            "deviations": [asdict(entry) for entry in self.deviations],
            "exit": self.exits[0],
            "also": list(self.exits[1:]),
        }


@dataclass(frozen=True, slots=True)
class _Planned:
    id: str
    clauses: Sequence[str]


def conclude(part: Part, today: dt.date, *, partial: bool, residue: bool, of_pytest: int = 0) -> Conclusion:
    """
    The conclusion of *part*, of which header and cases are there.

    Args:
        today: By which known deviations expire.
        partial: Whether cases were left out: then what they cover is not missed.
        residue: Whether something the run made is left in the target.
        of_pytest: The exit status pytest came to by itself.
    """
    gating = [line for line in part.cases if line["gating"]]
    open_ = [] if partial else gaps(part)
    # What is known of a target is more than a recording of some of its cases can show.
    some = partial or beyond(part) > 0
    entries = [Deviation.of_json(entry) for entry in part.header["deviations"]]
    plan = [_Planned(item["id"], item["clauses"]) for item in part.plan]
    known = standings(entries, part.by_id, plan, today, partial=some) if part.cases else []
    found = codes(
        Facts(
            of_pytest=of_pytest,
            findings=any(line["verdict"] == "fail" and weight(line) == "fail" for line in part.cases)
            or any(line["verdict"] == "error" for line in part.cases),
            residue=residue,
            stale=any(entry.state in OUT_OF_DATE for entry in known),
            unjudged=bool(open_),
            judged=any(line["verdict"] in {"pass", "fail"} for line in gating),
        )
    )
    return Conclusion(len(open_), tuple(known), found)


def sent_and_made(counts: Mapping[str, int]) -> dict[str, Any]:
    """What a footer tells of *counts* as `graphcancel.target.Target` has them."""
    return {
        **{name: counts.get(name, 0) for name in ("requests", "writes", WAITING, PAGES)},
        "created": _under(CREATED, counts),
        "removed": counts.get(REMOVED, 0),
        "mails": _under(MAILS, counts),
    }


def _under(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    """What was counted under names that begin with *prefix*, by the rest of the name."""
    found = {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}
    return dict(sorted(found.items()))
