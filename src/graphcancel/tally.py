"""
What the calls of one generated case come to: counted, gathered clause by clause, and held against a floor.

A refusal shows something only where calls are accepted too. So at least two calls in five of each case must be, and
therefore of each family: a service that answers 404 to everything would else pass for one that refuses properly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from graphcancel.absence import WITHOUT_EFFECT
from graphcancel.case import CONVENTIONS, Case
from graphcancel.contract import Contract
from graphcancel.evidence import Finding
from graphcancel.record import Record
from graphcancel.verdict import conclude

FLOOR: Final = 0.4
"""The share of the calls of a case that must be accepted."""
_FAILED: Final = 500
_IN_VAIN: Final = 3
_STATUS: Final = "response.status"
_ENVELOPE: Final = "errors.envelope"
_ROUTE: Final = "http-request.route"


@dataclass(slots=True)
class Tally:
    """
    The calls of one generated case so far.

    Args:
        contract: The contract whose clauses are judged.
        allotted: How many calls there are to be.
        seed: From which they are drawn.
        strict: Whether too few accepted calls are a finding: on the mock, which accepts what is as documented.

    Attributes:
        findings: What the calls showed, by clause.
        broken: For each clause that does not hold, the smallest call that shows it.
        shown: The shortest call that was accepted, and the shortest that was not.
    """

    case: Case
    contract: Contract
    allotted: int
    seed: int
    strict: bool
    accepted: int = 0
    refused: int = 0
    shrinking: int = 0
    unsent: int = 0
    labelled: int = 0
    reason: str | None = None
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    broken: dict[str, Record] = field(default_factory=dict)
    shown: dict[bool, Record] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """How many calls were judged."""
        return self.accepted + self.refused

    @property
    def made(self) -> int:
        """How many calls were begun, those included of which nothing came and those made to find a smaller one."""
        return self.calls + self.unsent + self.shrinking

    @property
    def in_vain(self) -> bool:
        """Whether nothing comes of any call."""
        return self.unsent >= _IN_VAIN and not self.calls

    def add(self, record: Record) -> None:
        """Count the call told in *record*."""
        if not was_judged(record):
            self.unsent += 1
            self.reason = record.verdict.reason
            return
        answer = record.calls[-1]
        accepted = _is_success(answer["status"])
        self.accepted += accepted
        self.refused += not accepted
        self.labelled += accepted and "content-type" in answer["response"]["headers"]
        self.shown[accepted] = min(self.shown.get(accepted, record), record, key=_length)
        for finding in told(record, self.contract):
            # The line about a clause that does not hold, and the call shown for it, are of one record.
            if finding.clause not in self.broken:
                self.findings[finding.clause].append(finding)
                if finding.held is False:
                    self.broken[finding.clause] = record

    def stand_for(self, clause: str, smallest: Record) -> None:
        """Let *smallest* be shown for *clause*, and for any other it breaks of which nothing was known."""
        for finding in told(smallest, self.contract):
            if finding.held is False and (finding.clause == clause or finding.clause not in self.broken):
                self.findings[finding.clause].append(finding)
                self.broken[finding.clause] = smallest

    def record(self) -> Record:
        """The record of the case."""
        lines = [_gathered(found) for found in self.findings.values()]
        order = {name: place for place, name in enumerate(self.case.clauses)}
        lines.sort(key=lambda line: order.get(line.clause, len(order)))
        # Where most calls came to nothing, the few that were judged vouch for little.
        reason = self.reason if self.unsent > self.calls else None
        if self.accepted < FLOOR * self.calls:
            reason = f"{self.accepted} of {self.calls} generated calls were accepted, fewer than {FLOOR:.0%}"
            lines = self._below_the_floor(lines, reason)
        if not lines:
            reason = reason or f"no clause spoke for any of {self.calls} generated calls; generate more"
        # A finding is told by the first clause that does not hold, and the last call: both are of one record.
        wrong = [line.clause for line in lines if line.clause in self.broken]
        found = [self.broken[clause] for clause in reversed(wrong)] or list(self.shown.values())
        shown = list({id(record): record for record in reversed(found)}.values())[::-1]
        return Record(
            self.case,
            conclude(lines, sent=reason is None, reason=reason),
            tuple(record.calls[-1] for record in shown),
            shown[-1 if wrong else 0].curl if shown else None,
            generated=self._counts(),
        )

    def _below_the_floor(self, lines: Sequence[Finding], reason: str) -> list[Finding]:
        if not self.strict or _ROUTE not in self.case.clauses:
            return list(lines)
        documented = f"at least {FLOOR:.0%} of the calls accepted"
        rest = [line for line in lines if line.clause != _ROUTE]
        return [*rest, Finding(_ROUTE, False, documented, reason)]

    def _counts(self) -> dict[str, int]:
        counts = {"calls": self.calls, "accepted": self.accepted, "refused": self.refused}
        counts |= {"allotted": self.allotted, "seed": self.seed}
        more = {"shrinking": self.shrinking, "unsent": self.unsent, "labelled": self.labelled}
        return counts | {name: number for name, number in more.items() if number}


def was_judged(record: Record) -> bool:
    """Whether the call of *record* was made, and nothing but the target kept it from being answered."""
    return record.curl is not None


def broken_clauses(record: Record, contract: Contract) -> frozenset[str]:
    """The clauses of which the call of *record* shows that they do not hold."""
    found = told(record, contract) if was_judged(record) else []
    return frozenset(finding.clause for finding in found if finding.held is False)


def told(record: Record, contract: Contract) -> list[Finding]:
    """
    What one call shows, each finding of a clause that its contract has.

    An answer that is neither success nor refusal, and none at all, is a finding whatever was sent. Where a refused call
    had an effect all the same, a page's own clause about the answer does not hold: what was done was not said.
    """
    status = record.calls[-1]["status"]
    found = [finding for finding in record.verdict.findings if finding.clause in contract.clauses]
    effect = next((line for line in record.verdict.findings if line.clause == WITHOUT_EFFECT), None)
    clause = about_the_answer(record.case, contract)
    if clause is None:
        return found
    documented = _answered(contract)
    wrong = None
    if status is None:
        wrong = f"received no answer ({record.calls[-1]['failure']})"
    elif effect and effect.held is False and effect not in found:
        wrong = f"{status}, and all the same: {effect.received}"
    elif not _is_success(status) and not 400 <= status < _FAILED:  # noqa: PLR2004 - RFC 9110, 15.5
        wrong = f"{status}, which is neither a success nor a refusal"
    if wrong is None:
        return found
    return [Finding(clause, False, documented, wrong), *(line for line in found if line.clause != clause)]


def about_the_answer(case: Case, contract: Contract) -> str | None:
    """The clause that an answer as such breaks: the page's on its status, the conventions' on what a refusal is."""
    wanted = _ENVELOPE if case.contract == CONVENTIONS else _STATUS
    return next((name for name in (wanted, *case.clauses) if name in contract.clauses), None)


def _is_success(status: int | None) -> bool:
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - RFC 9110, 15.3


def _length(record: Record) -> int:
    return len(record.curl or "")


def _answered(contract: Contract) -> str:
    success = contract.success
    return f"{success.status}, or a refusal (4xx)" if success else "a success, or a refusal (4xx)"


def _gathered(found: Sequence[Finding]) -> Finding:
    """One line of what several calls showed of a clause: what is broken outweighs what holds, and that the unseen."""
    broken = [finding for finding in found if finding.held is False]
    held = [finding for finding in found if finding.held]
    if broken:
        return broken[-1]
    if held:
        unseen = len(found) - len(held)
        left = f", not examined in {unseen}" if unseen else ""
        calls = "1 call" if len(held) == 1 else f"{len(held)} calls"
        late = max((finding.late_s for finding in held if finding.late_s is not None), default=None)
        return replace(held[0], received=f"so in {calls}{left}", late_s=late)
    return found[0]


def turned(record: Record, late: Record, contract: Contract) -> Record:
    """
    The *record* of a generated case of which one refused call had an effect after all, as *late* tells.
    """
    found = late.verdict.findings[0]
    clause = WITHOUT_EFFECT if WITHOUT_EFFECT in contract.clauses else about_the_answer(record.case, contract)
    line = replace(found, received=f"a refused call: {found.received}")
    if clause:
        line = replace(line, clause=clause, documented=contract.clauses[clause].says)
    rest = tuple(item for item in record.verdict.findings if item.clause != line.clause)
    return replace(record, verdict=conclude((line, *rest), sent=True), calls=late.calls, curl=late.curl)
