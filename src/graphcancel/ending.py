"""
How a run ends: from facts to exit codes, the one that wins first, and the words for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

EXIT_UNJUDGED: Final = 10
EXIT_STALE: Final = 11
EXIT_RESIDUE: Final = 12

_HOLDS: Final = 0
_FINDINGS: Final = 1
_NOTHING: Final = 5
_PRECEDENCE: Final = (2, 3, 4, _FINDINGS, EXIT_RESIDUE, EXIT_STALE, EXIT_UNJUDGED, _NOTHING, _HOLDS)
_WORDS: Final = {
    _HOLDS: "holds",
    _FINDINGS: "does not hold",
    2: "interrupted",
    3: "internal error",
    4: "bad input",
    _NOTHING: "nothing judged",
    EXIT_UNJUDGED: "incomplete",
    EXIT_STALE: "stale deviations",
    EXIT_RESIDUE: "residue left",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What decides how a run ends.

    Attributes:
        of_pytest: The exit status pytest came to by itself.
        findings: A gating clause does not hold and no known deviation covers it, or a case ended in our own fault.
        residue: Something the run made is left in the target.
        stale: An entry of the known deviations is out of date.
        unjudged: A whole run judged a gating clause on no case of one of its routes.
        judged: A gating case was judged at all.
    """

    of_pytest: int
    findings: bool = False
    residue: bool = False
    stale: bool = False
    unjudged: bool = False
    judged: bool = True


def codes(facts: Facts) -> tuple[int, ...]:
    """
    Every exit code that applies; the first is the exit status.

    pytest's own comes first: 2, 3, 4 or one that only a plugin gives. Its 1 is ours too, its 0 and 5 are ours to say.
    """
    ours = {
        _FINDINGS: facts.findings,
        EXIT_RESIDUE: facts.residue,
        EXIT_STALE: facts.stale,
        EXIT_UNJUDGED: facts.unjudged,
        _NOTHING: not facts.judged,
    }
    found = {code for code, applies in ours.items() if applies}
    if facts.of_pytest not in {_HOLDS, _NOTHING}:
        found.add(facts.of_pytest)
    return together(found)


def together(found: Iterable[int]) -> tuple[int, ...]:
    """Each of several exit codes once, the one that wins first."""
    return tuple(sorted(set(found) - {_HOLDS} or {_HOLDS}, key=_rank))


def _rank(code: int) -> int:
    return _PRECEDENCE.index(code) if code in _PRECEDENCE else -1


def ending(found: Sequence[int]) -> str:
    """The *codes* of a run in words: ``does not hold (exit 1); also: residue left (12)``."""
    first, *rest = found
    also = ", ".join(f"{_word(code)} ({code})" for code in rest)
    return f"{_word(first)} (exit {first})" + (f"; also: {also}" if also else "")


def _word(code: int) -> str:
    return _WORDS.get(code, "ended by pytest")
