"""
What a planted fault, a legitimate difference or a server of one answer shows about the suite.

A *subject* is one wrong or different server. The suite is run against it, and its run file is held against what the
catalogue says of the subject: a fault must be found, and by the clause it breaks; a variation must not be; a server
that always answers the same must never be believed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from rich.table import Table

from graphcancel.case import Case
from graphcancel.errors import RunError

KILLED: Final = "killed"
OTHERWISE: Final = "killed otherwise"
SURVIVED: Final = "survived"
QUIET: Final = "quiet"
ALARM: Final = "false alarm"
BLIND: Final = "blind"
NOT_FOOLED: Final = "not fooled"
FOOLED: Final = "fooled"
NO_VERDICT: Final = "no verdict"

NAMED_SHARE: Final = 0.95
"""How many of the faults must be killed by the clause they break."""

_FAILED: Final = 1
_NOTHING_RAN: Final = 5
_UNJUDGED: Final = 10
_SHOWN: Final = 4
_FEW: Final = 40
# Clauses about what a call brings about: no server that always answers the same can make one of them true.
_EFFECTS: Final = ("effect.", "occurrence.", "delete.custom-message", "example.comment", "batch.served")


@dataclass(frozen=True, slots=True)
class Subject:
    """
    One server to run the suite against.

    Attributes:
        kind: ``fault``, ``variation`` or ``constant``.
        breaks: The clause a fault breaks; empty for the others.
        caught_by: Patterns over case ids, ``!`` before one that excludes: the cases that have to find a fault by that
            clause.
        leaves_open: Patterns likewise: the cases a variation takes the ground from, so that they cannot be examined.
    """

    name: str
    kind: str
    changes: str
    breaks: str = ""
    caught_by: tuple[str, ...] = ()
    leaves_open: tuple[str, ...] = ()

    @property
    def options(self) -> str:
        """How the mock is asked for it."""
        return f"--{'vary' if self.kind == 'variation' else 'fault'} {self.name}"

    def expects(self, case: Case) -> bool:
        """Whether *case* has to find this fault: it judges the clause, and the catalogue names it."""
        return self.breaks in case.clauses and _matches(case.id, self.caught_by)


@dataclass(frozen=True, slots=True)
class Result:
    """
    What one subject's run showed.

    Attributes:
        outcome: One of the words above.
        seconds: How long the run took.
        exit: Its exit status, None where it had to be stopped.
        cases: How many cases it ran; *unexamined* how many of them were inconclusive.
        expected: How many of these had to find the fault by its clause; *missed* names those that did not.
        findings: Clause to the number of cases that found it broken.
        reason: What is wrong with the outcome, None where nothing is.
    """

    name: str
    kind: str
    breaks: str
    outcome: str
    seconds: float
    exit: int | None
    cases: int = 0
    unexamined: int = 0
    expected: int = 0
    missed: tuple[str, ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None

    @property
    def collateral(self) -> dict[str, int]:
        """The findings beside the clause that is named."""
        return {clause: count for clause, count in self.findings.items() if clause != self.breaks}

    @property
    def good(self) -> bool:
        """Whether the suite did what it should."""
        return self.outcome in {KILLED, QUIET, NOT_FOOLED}


def read_catalogue(text: str) -> tuple[Subject, ...]:
    """
    The subjects a mock knows, from what ``graphmock faults --json`` prints; conditions of a tenant prove nothing.

    Raises:
        RunError: It is not such a list.
    """
    try:
        return tuple(_subject(item) for item in json.loads(text) if item["kind"] != "tenant")
    except (ValueError, TypeError, AttributeError, KeyError):
        raise RunError("graphmock faults --json: not a list of faults; install the mock of this version") from None


def _subject(item: Mapping[str, Any]) -> Subject:
    return Subject(
        str(item["name"]), str(item["kind"]), str(item["changes"]), str(item.get("breaks", "")),
        tuple(item.get("caught_by", ())), tuple(item.get("leaves_open", ())),
    )  # fmt: skip


def sample(cases: Sequence[Case]) -> list[Case]:
    """The first case of each actor, shape and circumstance of each contract, bookings apart."""
    return _first(
        cases,
        lambda case: (case.contract, case.version, case.family == "bookings", case.actor, case.body, case.circumstance),
    )


def _cover(cases: Sequence[Case]) -> list[Case]:
    """Each actor, shape and circumstance of each contract and family once, and each addressed route once."""
    kinds = _first(
        cases, lambda case: (case.contract, case.version, case.family, case.actor, case.body, case.circumstance)
    )
    routes = _first(cases, lambda case: (case.contract, case.version, case.path, case.addressing))
    return [*kinds, *routes]


def _first(cases: Sequence[Case], key: Callable[[Case], object]) -> list[Case]:
    found: dict[object, Case] = {}
    for case in cases:
        found.setdefault(key(case), case)
    return list(found.values())


def chosen(subject: Subject, cases: Sequence[Case], *, whole: bool = False) -> list[Case]:
    """
    The cases to run against *subject*, in their order.

    A fault: those that have to find it, or a sample of them where they are many, and a sample of the rest. What finds
    a fault among these finds it among all: choosing can hide collateral findings, never a survivor. A variation: every
    kind of case and every route. A constant: all.

    Args:
        whole: All cases, whatever the subject.
    """
    if whole or subject.kind == "constant":
        return list(cases)
    if subject.kind == "variation":
        kept = _cover(cases)
    else:
        expected = [case for case in cases if subject.expects(case)]
        kept = [*sample(cases), *(expected if len(expected) <= _FEW else sample(expected))]
    names = {case.id for case in kept}
    return [case for case in cases if case.id in names]


def examine(
    subject: Subject, cases: Sequence[Case], lines: Sequence[Mapping[str, Any]], status: int | None, seconds: float
) -> Result:
    """
    Hold the run of *cases* against what is said of *subject*.

    Args:
        lines: The case lines of its run file, empty where it wrote none.
        status: Its exit status, None where it did not end in time.
    """
    failed = {line["id"]: _broken(line) for line in lines if line["verdict"] == "fail"}
    findings = Counter(clause for clauses in failed.values() for clause in clauses)
    unexamined = [line["id"] for line in lines if line["verdict"] == "inconclusive"]
    errors = [line["id"] for line in lines if line["verdict"] == "error"]
    expected = [case.id for case in cases if subject.expects(case)]
    missed = [name for name in expected if subject.breaks not in failed.get(name, ())]
    held = sum(1 for line in lines for item in line["clauses"] if item["held"] and item["clause"].startswith(_EFFECTS))
    outcome: tuple[str, str | None]
    if status is None:
        outcome = NO_VERDICT, f"the run did not end within {seconds:.0f} s"
    elif errors:
        outcome = NO_VERDICT, f"{len(errors)} cases ended in a fault of the suite's own, {errors[0]} first"
    elif subject.kind == "fault":
        outcome = _killing(subject, failed, status, named=len(missed) < len(expected))
    elif subject.kind == "variation":
        outcome = _calm(failed, status, [name for name in unexamined if not _matches(name, subject.leaves_open)])
    else:
        outcome = (NOT_FOOLED, None) if status and not held else (FOOLED, f"exit {status}, {held} effect clauses held")
    return Result(
        name=subject.name,
        kind=subject.kind,
        breaks=subject.breaks,
        outcome=outcome[0],
        seconds=round(seconds, 1),
        exit=status,
        cases=len(lines),
        unexamined=len(unexamined),
        expected=len(expected),
        missed=tuple(missed),
        findings=dict(sorted(findings.items())),
        reason=outcome[1],
    )


def _broken(line: Mapping[str, Any]) -> list[str]:
    return [item["clause"] for item in line["clauses"] if item["held"] is False]


def _killing(
    subject: Subject, failed: Mapping[str, Sequence[str]], status: int, *, named: bool
) -> tuple[str, str | None]:
    """What became of a fault; *named* tells whether a case that has to find it did, by its clause."""
    if named and status == _FAILED:
        return KILLED, None
    if failed and status == _FAILED:
        case, clauses = next(iter(failed.items()))
        return OTHERWISE, f"no case that had to find it by {subject.breaks} did; {case} found {clauses[0]}"
    if not failed and status in {0, _NOTHING_RAN, _UNJUDGED}:
        return SURVIVED, f"exit {status}, no finding"
    return NO_VERDICT, f"exit {status}, {len(failed)} findings"


def _calm(failed: Mapping[str, Sequence[str]], status: int, unexamined: Sequence[str]) -> tuple[str, str | None]:
    """Whether a legitimate difference was taken as such, and hid nothing."""
    if failed or status not in {0, _UNJUDGED}:
        alarms = [f"{name} ({', '.join(broken)})" for name, broken in failed.items()]
        return ALARM, f"exit {status}; {_some(alarms)}"
    if unexamined:
        return BLIND, f"{len(unexamined)} cases could not be examined: {_some(unexamined)}"
    return QUIET, None


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ("; ".join(names[:_SHOWN]) or "no finding") + more


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether one of *patterns* fits, and none that excludes."""
    named = any(fnmatchcase(name, one) for one in patterns if not one.startswith("!"))
    return named and not any(fnmatchcase(name, one[1:]) for one in patterns if one.startswith("!"))


# -- what all results say together ---------------------------------------------------------------------------------


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The counts, as they stand in ``proof.json``."""
    by_outcome = Counter((result.kind, result.outcome) for result in results)
    faults = sum(1 for result in results if result.kind == "fault")
    return {
        "faults": faults,
        "killed_by_named_clause": by_outcome["fault", KILLED],
        "killed_otherwise": by_outcome["fault", OTHERWISE],
        "survived": by_outcome["fault", SURVIVED],
        "variations": sum(1 for result in results if result.kind == "variation"),
        "false_alarms": by_outcome["variation", ALARM],
        "blind": by_outcome["variation", BLIND],
        "constants": sum(1 for result in results if result.kind == "constant"),
        "fooled": by_outcome["constant", FOOLED],
        "no_verdict": sum(1 for result in results if result.outcome == NO_VERDICT),
    }


def holds(results: Sequence[Result]) -> bool:
    """Whether the proof holds: every fault killed, nearly all by their clause, no alarm, nothing believed."""
    counted = summary(results)
    bad = sum(counted[name] for name in ("survived", "false_alarms", "blind", "fooled", "no_verdict"))
    return not bad and counted["killed_by_named_clause"] >= NAMED_SHARE * counted["faults"]


def as_json(result: Result) -> dict[str, Any]:
    """A result as it stands in a file."""
    return {**asdict(result), "missed": list(result.missed), "collateral": result.collateral}


def from_json(written: Mapping[str, Any]) -> Result:
    """The result `as_json` wrote."""
    own = {name: value for name, value in written.items() if name != "collateral"}
    return Result(**{**own, "missed": tuple(written["missed"])})


def table(results: Sequence[Result]) -> Table:
    """One row per subject: the outcome, who found it, what else was found, the time."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("subject", "outcome"):
        found.add_column(head, no_wrap=True)
    for head in ("found by", "open"):
        found.add_column(head, justify="right", no_wrap=True)
    found.add_column("collateral findings", overflow="fold")
    found.add_column("s", justify="right", no_wrap=True)
    for kind, title in (("fault", "faults"), ("variation", "variations"), ("constant", "constant answers")):
        rows = sorted((result for result in results if result.kind == kind), key=lambda result: result.name)
        if rows:
            found.add_row(f"[bold]{title}[/]")
        for result in rows:
            style = "green" if result.good else "yellow" if result.outcome == OTHERWISE else "red"
            beside = ", ".join(f"{clause} {count}" for clause, count in result.collateral.items())
            by = f"{result.expected - len(result.missed)}/{result.expected}" if result.expected else ""
            found.add_row(
                f"  {result.name}", f"[{style}]{result.outcome}[/]", by, str(result.unexamined or ""),
                beside, f"{result.seconds:.0f}",
            )  # fmt: skip
    return found


def verdict(results: Sequence[Result]) -> list[str]:
    """What it comes to, in a few lines, the shortcomings first."""
    counted = summary(results)
    lines = [
        f"{result.name}: {result.outcome}: {result.reason}" for result in results if not result.good and result.reason
    ]
    lines += [
        f"{result.name}: not found by {len(result.missed)} of {result.expected} cases that had to: {result.missed[0]} …"
        for result in results
        if result.missed and result.outcome == KILLED
    ]
    if counted["faults"]:
        share = 100 * counted["killed_by_named_clause"] / counted["faults"]
        lines.append(
            f"faults: {counted['faults']}; killed by the named clause {counted['killed_by_named_clause']} "
            f"({share:.0f} %), killed otherwise {counted['killed_otherwise']}, survived {counted['survived']}"
        )
    if counted["variations"]:
        lines.append(
            f"variations: {counted['variations']}; false alarms {counted['false_alarms']}, blind {counted['blind']}"
        )
    if counted["constants"]:
        lines.append(f"constant answers: {counted['constants']}; fooled by {counted['fooled']}")
    if counted["no_verdict"]:
        lines.append(f"without a verdict: {counted['no_verdict']}")
    return lines
