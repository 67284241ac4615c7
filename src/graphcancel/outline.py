"""
What every report of a run begins with: the verdict in a few words, what does not hold, what was not tested.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphcancel import report
from graphcancel.ending import ending
from graphcancel.remedies import remedy
from graphcancel.run import VERDICTS, Line, Part, Run, weight
from graphcancel.standing_text import plural


def headline(run: Run) -> str:
    """The verdict of *run* with its counts: ``holds (exit 0): 584 pass, 29 observed``."""
    return f"{ending(run.exits)}: {', '.join(told_counts(line for part in run.parts for line in part.cases))}"


def told_counts(lines: Iterable[Line]) -> list[str]:
    """How many cases came to which verdict, and how many of the failures fail nothing."""
    lines = list(lines)
    counts = Counter(line["verdict"] for line in lines)
    told = [f"{counts[name]} {name}" for name in VERDICTS if counts[name]]
    weights = Counter(weight(line) for line in lines if line["verdict"] == "fail")
    if weights["lax"]:
        told.append(f"{weights['lax']} of the failures do not gate")
    if weights["known"]:
        told.append(f"{weights['known']} of the failures known")
    return told or ["no case ran"]


@dataclass(frozen=True, slots=True)
class Found:
    """
    What did not hold, told once for all the cases in which it reads alike.

    Attributes:
        cases: Ids of the cases, in order.
        fails: Whether it fails the run: the contract gates, and no known deviation covers it.
    """

    contract: str
    clause: str
    documented: str
    received: str
    cases: tuple[str, ...]
    fails: bool


def findings(part: Part) -> list[Found]:
    """What does not hold in *part*: what fails the run first, then by the number of cases."""
    groups: dict[tuple[str, str, str, str, bool], list[str]] = defaultdict(list)
    for line in part.cases:
        for item in line["clauses"]:
            if item["held"] is False:
                fails = weight(line, item) == "fail"
                groups[line["contract"], item["clause"], item["documented"], item["received"], fails].append(line["id"])
    found = [
        Found(contract, clause, documented, received, tuple(cases), fails)
        for (contract, clause, documented, received, fails), cases in groups.items()
    ]
    return sorted(found, key=lambda one: (not one.fails, -len(one.cases)))


@dataclass(frozen=True, slots=True)
class Untested:
    """
    Something that was not tested.

    Attributes:
        text: What, and why.
        remedy: What to do about it, None where it says so itself or nobody knows.
    """

    text: str
    remedy: str | None = None


def untested(part: Part) -> list[Untested]:
    """
    Everything *part* does not vouch for: clauses, waived families, inconclusive cases, cases that did not run, gaps.

    What has a remedy comes before the gaps, which may be many: a list that is cut keeps it.
    """
    return [*map(Untested, _clauses(part)), *_cases(part), *map(Untested, [*_left_out(part), *_gaps(part)])]


def _clauses(part: Part) -> Iterator[str]:
    listed: dict[str, list[str]] = {}
    for contract, clause, reason in report.untested_clauses(part):
        listed.setdefault(f"{clause}: {reason}", []).append(contract)
    for text, contracts in listed.items():
        yield f"{text} ({plural(len(contracts), 'contract')})"
    for contract, clause in report.unshown(part):
        yield f"{clause}: no call of this run could show it ({contract})"


def _cases(part: Part) -> Iterator[Untested]:
    inconclusive = dict(report.reasons(part.cases))
    idle = dict(report.idle_waivers(part))
    for name, reason in part.header["waived"].items():
        if name in idle:
            yield Untested(f"waived, and judged all the same in {plural(idle[name], 'case')}: {name}: {reason}")
        else:
            left = inconclusive.pop(f"waived: {reason}", 0)
            yield Untested(f"waived, so not judged: {name}: {reason}" + (f" ({plural(left, 'case')})" if left else ""))
    for reason, number in inconclusive.items():
        yield Untested(f"{plural(number, 'case')} inconclusive: {reason}", remedy(reason))


def _left_out(part: Part) -> Iterator[str]:
    for left in report.left_out(part):
        yield f"{plural(left.number, 'case')} {left.why}"


def _gaps(part: Part) -> Iterator[str]:
    """What makes a run incomplete; of a partial one nobody expects that it is whole."""
    gaps = [] if part.partial else report.gaps(part)
    for (contract, clause, reason), number in Counter((gap.contract, gap.clause, gap.reason) for gap in gaps).items():
        yield f"{clause}: not judged on {plural(number, 'route')} ({contract}): {reason}"


def unusual(part: Part) -> Iterator[str]:
    """What nobody documents: errors of the target's own first, then answers that differ from what is on record."""
    seen = [line for line in part.cases if line.get("observed")]
    broken = [line for line in seen if report.errs(line["observed"])]
    other = [line for line in seen if line not in broken and report.differs(line["observed"])]
    for word, lines in (("answered with an error of its own", broken), ("otherwise than on record", other)):
        for line in lines:
            found = line["observed"]
            on_record = found["expected"] or "nothing"
            yield f"{word}: {line['id']}: on record {on_record} ({found['mark']}), received {found['received']}"
