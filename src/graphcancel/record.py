"""
One case as it enters ``run.jsonl``: what a story comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphcancel.case import Case
from graphcancel.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Record:
    """
    One case as it enters ``run.jsonl``, nothing in it unreplaced.

    Attributes:
        calls: The exchanges under test, as `graphcancel.shown.call_line` tells them.
        curl: A command line that sends the call again, values by variable; None where no call was judged.
        lag_s: Seconds until the last effect that was waited for showed; None where none was.
        generated: Of a generated case, how many calls were made and what became of them.
    """

    case: Case
    verdict: Verdict
    calls: tuple[Mapping[str, Any], ...] = ()
    curl: str | None = None
    lag_s: float | None = None
    generated: Mapping[str, int] | None = None
