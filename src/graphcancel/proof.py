"""
What a planted fault, a legitimate difference or a server of one answer shows about the suite.

The suite is run against a subject, and its run file is held against what the catalogue says of the subject: a fault
must be found, and by the clause it breaks; a variation must not be, nor several at once; a server that always answers
the same must never be believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from graphcancel.case import Case
from graphcancel.subjects import COMBINATION, CONSTANT, FAULT, VARIATION, Subject, matches

KILLED: Final = "killed"
OTHERWISE: Final = "killed otherwise"
SURVIVED: Final = "survived"
QUIET: Final = "quiet"
ALARM: Final = "false alarm"
BLIND: Final = "blind"
NOT_FOOLED: Final = "not fooled"
FOOLED: Final = "fooled"
NO_VERDICT: Final = "no verdict"

_FAILED: Final = 1
_NOTHING_RAN: Final = 5
_UNJUDGED: Final = 10
_SHOWN: Final = 4
# Clauses about what a call brings about: no server that always answers the same can make one of them true.
_EFFECTS: Final = ("effect.", "occurrence.", "delete.custom-message", "example.comment", "batch.served")


@dataclass(frozen=True, slots=True)
class Result:
    """
    What one subject's run showed.

    Attributes:
        outcome: One of the words above.
        seconds: How long the run took.
        exit: Its exit status, None where it had to be stopped.
        cases: How many cases it ran; *unexamined* how many of them were inconclusive.
        expected: How many of these had to find the fault by its clause, and *found* how many did.
        missed: Those that did not, where each has to.
        strangers: Those that found it by its clause though the catalogue does not name them.
        findings: Clause to the number of cases that found it broken.
        reason: What is wrong with the outcome, None where nothing is.
        whole: Whether it is every case that was run.
        wide: Whether it is every kind of case and every route beside those chosen.
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
    found: int = 0
    missed: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None
    whole: bool = False
    wide: bool = False

    @property
    def collateral(self) -> dict[str, int]:
        """The findings beside the clause that is named."""
        return {clause: count for clause, count in self.findings.items() if clause != self.breaks}

    @property
    def good(self) -> bool:
        """Whether the suite did what it should."""
        return self.outcome in {KILLED, QUIET, NOT_FOOLED}


def examine(
    subject: Subject,
    cases: Sequence[Case],
    lines: Sequence[Mapping[str, Any]],
    status: int | None,
    seconds: float,
    *,
    whole: bool = False,
    unreachable: bool = False,
) -> Result:
    """
    Hold the run of *cases* against what is said of *subject*.

    Args:
        lines: The case lines of its run file, empty where it wrote none.
        status: Its exit status, None where it did not end in time.
        whole: Whether *cases* are all there are.
        unreachable: Whether the run said that the target gives no answer at all, and ended with that.
    """
    failed = {line["id"]: _broken(line) for line in lines if line["verdict"] == "fail"}
    findings = Counter(clause for clauses in failed.values() for clause in clauses)
    unexamined = [line["id"] for line in lines if line["verdict"] == "inconclusive"]
    errors = [line["id"] for line in lines if line["verdict"] == "error"]
    expected = [case.id for case in cases if subject.expects(case)]
    finders = [name for name, broken in failed.items() if subject.breaks in broken]
    found = [name for name in expected if name in finders]
    held = sum(1 for line in lines for item in line["clauses"] if item["held"] and item["clause"].startswith(_EFFECTS))
    outcome: tuple[str, str | None]
    if status is None:
        outcome = NO_VERDICT, f"the run did not end within {seconds:.0f} s"
    elif len(lines) < len(cases) and not (subject.kind == CONSTANT and unreachable):
        outcome = NO_VERDICT, f"exit {status}, {len(lines)} of {len(cases)} cases have a verdict"
    elif errors:
        outcome = NO_VERDICT, f"{len(errors)} cases ended in a fault of the suite's own, {errors[0]} first"
    elif subject.kind == FAULT:
        outcome = _killing(subject, failed, status, named=bool(found))
    elif subject.is_right:
        outcome = _calm(failed, status, [name for name in unexamined if not matches(name, subject.leaves_open)])
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
        found=len(found),
        # Which calls a rare fault strikes is nobody's to say.
        missed=tuple(name for name in expected if name not in finders) if subject.once_in == 1 else (),
        strangers=tuple(name for name in finders if name not in expected),
        findings=dict(sorted(findings.items())),
        reason=outcome[1],
        whole=whole,
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


# -- what all results say together ---------------------------------------------------------------------------------


def differences(result: Result, whole: Result) -> list[str]:
    """
    What a subject's run of every case shows that the *result* of its chosen cases hides, though choosing must not.

    Other clauses that were broken too are no difference: choosing is known to hide them.
    """
    found = []
    if whole.outcome != result.outcome:
        found.append(f"with every case {whole.outcome} ({whole.reason or 'as it should'}), not {result.outcome}")
    if whole.strangers:
        found.append(
            f"{whole.breaks} is also found broken by {_some(whole.strangers)}, which the catalogue does not name"
        )
    if whole.missed:
        found.append(f"not found by {_some(whole.missed)}, which had to")
    return found


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The counts, as they stand in ``proof.json``."""
    by_kind = Counter(result.kind for result in results)
    by_outcome = Counter((result.kind, result.outcome) for result in results)
    return {
        "faults": by_kind[FAULT],
        "killed_by_named_clause": by_outcome[FAULT, KILLED],
        "killed_otherwise": by_outcome[FAULT, OTHERWISE],
        "survived": by_outcome[FAULT, SURVIVED],
        "variations": by_kind[VARIATION],
        "false_alarms": by_outcome[VARIATION, ALARM],
        "blind": by_outcome[VARIATION, BLIND],
        "combinations": by_kind[COMBINATION],
        "false_alarms_combined": by_outcome[COMBINATION, ALARM],
        "blind_combined": by_outcome[COMBINATION, BLIND],
        "constants": by_kind[CONSTANT],
        "fooled": by_outcome[CONSTANT, FOOLED],
        "no_verdict": sum(1 for result in results if result.outcome == NO_VERDICT),
    }


def holds(results: Sequence[Result], sampled: Sequence[Result] = ()) -> bool:
    """
    Whether the proof holds: every fault killed by its clause in each case that had to, no alarm, nothing believed.

    Args:
        sampled: Results of every case, for some of the subjects; none may differ.
    """
    every = all(result.good and not result.missed for result in results)
    return every and not any(texts for _, texts in differing(results, sampled))


def differing(results: Sequence[Result], sampled: Sequence[Result]) -> list[tuple[Result, list[str]]]:
    """What was run with more cases as well, each with its `differences`."""
    known = {result.name: result for result in results}
    return [(more, differences(known[more.name], more)) for more in sampled]


def as_json(result: Result) -> dict[str, Any]:
    """A result as it stands in a file."""
    lists = {"missed": list(result.missed), "strangers": list(result.strangers)}
    return {**asdict(result), **lists, "collateral": result.collateral}


def from_json(written: Mapping[str, Any]) -> Result:
    """The result `as_json` wrote."""
    own = {name: value for name, value in written.items() if name != "collateral"}
    return Result(**{**own, "missed": tuple(written["missed"]), "strangers": tuple(written["strangers"])})
