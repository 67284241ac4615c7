"""
What a run says of each known deviation, in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphcancel.deviations import OUT_OF_DATE
from graphcancel.run import Line, Part

_SOON_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Known:
    """
    A known deviation and what became of it.

    Attributes:
        entry: As the header has it; *standing* as the footer has it.
        text: What became of it, with reason, owner and expiry, or with what is to be done.
    """

    entry: Line
    standing: Line
    text: str

    @property
    def fails(self) -> bool:
        """Whether it is out of date, which fails the run."""
        return self.standing["state"] in OUT_OF_DATE


def known_deviations(part: Part) -> list[Known]:
    """Each known deviation of a run that has ended, in the order of the file."""
    entries = {entry["entry"]: entry for entry in part.header["deviations"]}
    today = dt.datetime.fromisoformat(part.header["started"]).date()
    found = []
    for standing in part.footer["deviations"]:
        entry = entries[standing["entry"]]
        stale = standing["state"] in OUT_OF_DATE
        text = _stale(entry, standing) if stale else _met(entry, standing, today)
        found.append(Known(entry, standing, text))
    return found


def _met(entry: Mapping[str, Any], standing: Mapping[str, Any], today: dt.date) -> str:
    days = (dt.date.fromisoformat(entry["expires"]) - today).days
    soon = f", which is in {plural(days, 'day')}" if days <= _SOON_DAYS else ""
    seen = plural(standing["findings"], "finding") if standing["findings"] else "not examined"
    return f"{seen}: {known_deviation(entry, soon)}"


def _stale(entry: Mapping[str, Any], standing: Mapping[str, Any]) -> str:
    """Why an entry fails the run, and what to do about it."""
    if standing["state"] == "unmatched":
        return (
            f"matches nothing: no case {entry['case']} is judged on {entry['clause']}; "
            "correct the patterns or take the entry out"
        )
    if standing["state"] == "gone":
        left = standing["cases"] - standing["judged"]
        rest = f", not examined in {left}" if left else ""
        return (
            f"no longer occurs: {entry['clause']} holds in {plural(standing['judged'], 'case')}{rest}; "
            f"take the entry out (owner {entry['owner']})"
        )
    left = f"covers its {plural(standing['findings'], 'finding')} no more" if standing["findings"] else "met none"
    return (
        f"expired on {entry['expires']} and {left}; agree on a new date with its owner ({entry['owner']}) "
        "or take the entry out"
    )


def known_deviation(deviation: Mapping[str, Any], until: str = "") -> str:
    """Why a finding is excused, who answers for that and until when; *until* is said of the day."""
    return f"{deviation['reason']} (owner {deviation['owner']}, until {deviation['expires']}{until})"


def plural(number: int, word: str) -> str:
    """*number* of what *word* names."""
    return f"{number} {word}{'' if number == 1 else 's'}"
