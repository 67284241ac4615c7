"""
What ``report.html`` says does not hold, and what it says was not tested: two lists of the same weight.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graphcancel import report
from graphcancel.anchors import case_anchor, clause_anchor
from graphcancel.page_words import SIGNS, Sign, sign_of
from graphcancel.remedies import remedy
from graphcancel.run import Line, Part, Weight, weight
from graphcancel.standing_text import plural

_SHOWN: Final = 4
"""How many different answers to one clause of one contract are told; the matrix leads to all."""


@dataclass(frozen=True, slots=True)
class Link:
    """A *word* that leads to the *anchor* of this page; nowhere where that is empty."""

    word: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was *documented* and *received* in *cases* of one contract, of which *first* is one; *note* says more."""

    contract: Link
    documented: str
    received: str
    note: str
    cases: int
    first: Link


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A clause that did not hold, of every contract that has it in the same words.

    Attributes:
        says: The clause, in words.
        weight: Whether this fails the run, in words.
        more: How many further answers there were.
    """

    sign: Sign
    clause: str
    says: str
    weight: str
    answers: tuple[Answer, ...]
    more: int


def findings(part: Part, prefix: str) -> tuple[Finding, ...]:
    """Each clause that does not hold somewhere, those that fail the run first."""
    found: dict[tuple[Weight, str, str], Counter[tuple[str, str, str, str]]] = defaultdict(Counter)
    first: dict[tuple[Weight, str, str, str, str, str, str], str] = {}
    for line in part.cases:
        for item in line["clauses"]:
            if item["held"] is False:
                key = (weight(line, item), item["clause"], _says(part, line["contract"], item["clause"]))
                note = f" ({item['reason']})" if item.get("reason") else ""
                answer = (line["contract"], item["documented"], item["received"], note)
                found[key][answer] += 1
                first.setdefault((*key, *answer), line["id"])
    ordered = sorted(found, key=lambda key: list(_WEIGHTS).index(key[0]))
    return tuple(
        Finding(
            SIGNS[weight],
            clause,
            says,
            _WEIGHTS[weight],
            tuple(
                Answer(
                    Link(contract, clause_anchor(contract, clause, prefix)),
                    documented,
                    received,
                    note,
                    number,
                    _case(first[weight, clause, says, contract, documented, received, note], prefix),
                )
                for (contract, documented, received, note), number in _foremost(found[weight, clause, says])
            ),
            len(found[weight, clause, says]) - len(_foremost(found[weight, clause, says])),
        )
        for weight, clause, says in ordered
    )


_WEIGHTS: Final[dict[Weight, str]] = {
    "fail": "fails the run",
    "known": "known and agreed on: does not fail the run",
    "lax": "does not fail the run: findings against this page do not count",
}


def _foremost(answers: Counter[tuple[str, str, str, str]]) -> list[tuple[tuple[str, str, str, str], int]]:
    """Of each contract the most frequent answers, in the order in which they came up."""
    shown: Counter[str] = Counter()
    kept = set()
    for answer, _ in answers.most_common():
        shown[answer[0]] += 1
        if shown[answer[0]] <= _SHOWN:
            kept.add(answer)
    return [(answer, number) for answer, number in answers.items() if answer in kept]


def _says(part: Part, contract: str, clause: str) -> str:
    clauses = part.contracts.get(contract, {}).get("clauses", {})
    return str(clauses[clause]["says"]) if clause in clauses else clause


def _case(case: str, prefix: str) -> Link:
    return Link(case, case_anchor(case, prefix))


@dataclass(frozen=True, slots=True)
class Broken:
    """Cases in which the suite itself failed, for one *reason*."""

    sign: Sign
    reason: str
    cases: tuple[Link, ...]


def errors(part: Part, prefix: str) -> tuple[Broken, ...]:
    """Our own faults, by reason."""
    found: dict[str, list[Link]] = defaultdict(list)
    for line in part.cases:
        if line["verdict"] == "error":
            found[line["reason"] or "no reason is on record"].append(_case(line["id"], prefix))
    return tuple(Broken(SIGNS["error"], reason, tuple(cases)) for reason, cases in found.items())


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was not tested: *what*, then where it can be looked up, then what would help."""

    what: str
    links: tuple[Link, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Untested:
    """Things that were not tested, of one kind."""

    title: str
    items: tuple[Item, ...]


def untested(part: Part, prefix: str) -> tuple[Untested, ...]:
    """What a run leaves open, and why."""
    kinds = (
        ("Cases that did not run", _left_out(part)),
        ("Cases that could not be judged, or not in full", _inconclusive(part, prefix)),
        ("Statements that count, and were judged on no case of a route", _gaps(part, prefix)),
        ("Left unjudged on purpose (waived)", _waived(part)),
        ("Statements that no call of this run could show", _unshown(part, prefix)),
        ("Statements that no case tests", _clauses(part, prefix)),
    )
    told = ((title, tuple(items)) for title, items in kinds)
    return tuple(Untested(title, items) for title, items in told if items)


def _left_out(part: Part) -> Iterator[Item]:
    for left in report.left_out(part):
        yield Item(f"{plural(left.number, 'case')}: {left.why}")


def _inconclusive(part: Part, prefix: str) -> Iterator[Item]:
    first: dict[str, Link] = {}
    for line in part.cases:
        if line["verdict"] == "inconclusive":
            first.setdefault(str(line["reason"]), _case(line["id"], prefix))
    for reason, number in report.reasons(part.cases):
        yield Item(f"{plural(number, 'case')}: {reason}", (first[reason],), remedy(reason) or "")


def _gaps(part: Part, prefix: str) -> Iterator[Item]:
    if part.partial:
        return
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for gap in report.gaps(part):
        found[gap.contract, gap.reason][gap.clause] += 1
    for (contract, reason), clauses in found.items():
        yield Item(
            f"{contract}: {reason}",
            tuple(
                Link(f"{clause} ({plural(number, 'route')})", clause_anchor(contract, clause, prefix))
                for clause, number in clauses.items()
            ),
        )


def _waived(part: Part) -> Iterator[Item]:
    idle = dict(report.idle_waivers(part))
    for name, reason in part.header["waived"].items():
        judged = f"; judged all the same in {plural(idle[name], 'case')}" if name in idle else ""
        yield Item(f"{name}: {reason}{judged}")


def _unshown(part: Part, prefix: str) -> Iterator[Item]:
    for contract, clause in report.unshown(part):
        yield Item(f"{clause}, of {contract}", (Link("in the matrix", clause_anchor(contract, clause, prefix)),))


def _clauses(part: Part, prefix: str) -> Iterator[Item]:
    found: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for contract, clause, reason in report.untested_clauses(part):
        found[clause, reason].append(Link(contract, clause_anchor(contract, clause, prefix)))
    for (clause, reason), links in found.items():
        yield Item(f"{clause}: {reason}", tuple(links))


@dataclass(frozen=True, slots=True)
class Observation:
    """A call no page speaks about: what is on record of it, what it was answered, and whether that is the same."""

    sign: Sign
    name: str
    case: Link
    expected: str
    mark: str
    received: str


def observations(part: Part, prefix: str) -> tuple[Observation, ...]:
    """The calls no page speaks about: the broken answers first, then the unexpected ones."""
    seen = [line for line in part.cases if line.get("observed")]
    ranked = sorted(seen, key=lambda line: list(_OBSERVED).index(_compared(line["observed"])))
    return tuple(
        Observation(
            _OBSERVED[_compared(line["observed"])] if line["verdict"] == "observed" else sign_of(line),
            line["observed"]["observation"],
            _case(line["id"], prefix),
            line["observed"]["expected"] or "nothing",
            line["observed"]["mark"],
            line["observed"]["received"],
        )
        for line in ranked
    )


_OBSERVED: Final = {
    "broken": Sign("!", "error of the server", "lax"),
    "other": Sign("≠", "otherwise than on record", "open"),
    "same": Sign("=", "as on record", "held"),
    "new": Sign("○", "nothing on record", "observed"),
}


def _compared(observed: Line) -> str:
    if report.errs(observed):
        return "broken"
    if report.differs(observed):
        return "other"
    return "same" if str(observed["expected"] or "")[:3].isdecimal() else "new"
