"""
What came of comparing a recording with the mock, as a person reads it, and which differences are accepted.

Accepted are those listed in ``parity.toml`` beside ``recording.json``:

    [[accepted]]
    difference = "body.webLink: another value"      # as the report heads it
    case       = "event-cancel.v1.0/*"              # pattern over case ids, optional
    reason     = "leads to a page the mock does not have"

An entry that no difference fits is stale.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from parity import Found, Seen

from graphcancel.recording import Recording

FILE: Final = "parity.toml"
_KEYS: Final = {"difference", "case", "reason"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry of ``parity.toml``."""

    difference: str
    reason: str
    case: str = "*"

    def fits(self, found: Found) -> bool:
        """Whether *found* is what it accepts."""
        return self.difference == found.difference.head and fnmatchcase(found.case, self.case)


def read_accepted(file: Path) -> tuple[Accepted, ...]:
    """
    The entries of *file*, none where there is no such file.

    Raises:
        ValueError: It is not as it must be.
    """
    if not file.exists():
        return ()
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    entries = table.pop("accepted", [])
    for number, entry in enumerate(entries, 1):
        texts = all(isinstance(value, str) and value.strip() for value in entry.values())
        if not texts or not {"difference", "reason"} <= set(entry) <= _KEYS:
            raise ValueError(f"{file}: entry {number}: needs difference and reason, may have case, and nothing else")
    if table:
        raise ValueError(f"{file}: {', '.join(table)}: only [[accepted]] is known")
    return tuple(Accepted(**entry) for entry in entries)


@dataclass(frozen=True, slots=True)
class Report:
    """
    What is left to say of a recording.

    Attributes:
        left: Differences no entry accepts; *stale*: entries no difference fits.
    """

    recording: Recording
    seen: Seen
    accepted: Sequence[Accepted]

    @property
    def left(self) -> list[Found]:
        """Differences nobody has accepted."""
        return [found for found in self.seen.found if not any(entry.fits(found) for entry in self.accepted)]

    @property
    def stale(self) -> list[Accepted]:
        """Entries that accept what does not occur."""
        return [entry for entry in self.accepted if not any(entry.fits(found) for found in self.seen.found)]

    def __str__(self) -> str:
        """By field, in the order in which they first differ: what happens first brings about what follows."""
        of, seen = self.recording, self.seen
        counts = f"{len(of.cases)} cases, {seen.compared} answers compared, {seen.left_out} left out"
        lines = [f"{of.name}, recorded {of.recorded} from {of.software}, beside the mock: {counts}"]
        heads: dict[str, list[Found]] = defaultdict(list)
        for found in self.left:
            heads[found.difference.head].append(found)
        for head, group in heads.items():
            first = group[0].difference
            lines += [
                f"{_times(len(group))}: {head}",
                f"  first: {group[0]}",
                *([f"    at:       {first.field}"] if not head.startswith(f"{first.field}:") else []),
                f"    recorded: {_shown(first.recorded)}",
                f"    the mock: {_shown(first.answered)}",
            ]
        for entry in self.accepted:
            number = sum(1 for found in self.seen.found if entry.fits(found))
            said = f"accepted {_times(number)}" if number else f"stale, take it out of {FILE}"
            lines.append(f"{said}: {entry.difference} ({entry.reason})")
        return "\n".join(lines)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _shown(value: str | None) -> str:
    if value is None:
        return "nothing"
    return value if len(value) <= 160 else f"{value[:160]}…"
