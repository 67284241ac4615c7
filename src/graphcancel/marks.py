"""
How everything a run makes is recognised: one word in its subject, name or text.

    gc 6920a1b3 f4c2d1 w003 x 0a0b0c0d0e 5f6a
       when     which  worker  case      check

It says when the run started, so that what was left long ago can be told from what another run is using now; and it
carries a check, so that a text somebody typed is not taken for ours. The process a user starts is number 0, workers
count from 1: a mark is equally long in all of them, so that runs can be compared to the character.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "gc"
SUBJECT: Final = "Contract test"
"""What stands before the mark in a subject or name, for people."""

_RUN: Final = r"gc[0-9a-f]{14}"
_MARK: Final = re.compile(rf"({_RUN})(w[0-9]{{3}})x([0-9a-f]{{10}})([0-9a-f]{{4}})")
_LEADER: Final = "w000"
_WHOLE_RUN: Final = re.compile(_RUN)


@dataclass(frozen=True, slots=True)
class Mark:
    """
    The mark of one attempt of one case.

    Attributes:
        run: The run's id, with the worker's number if a worker's; begins the mark.
        case: The whole mark: one alphanumeric word, so that no markup breaks it.
    """

    run: str
    case: str

    @classmethod
    def of(cls, run: str, case_id: str, attempt: int) -> Mark:
        """The mark of *case_id* in its *attempt*-th try."""
        digest = hashlib.blake2s(f"{case_id}#{attempt}".encode(), digest_size=5).hexdigest()
        part = run if "w" in run else run + _LEADER
        return cls(run, f"{part}x{digest}{_check(part, digest)}")

    def restamped(self, run: str) -> Mark:
        """The mark of the same attempt at the same case, had it been made by *run* in the process a user starts."""
        part, digest = run + _LEADER, self.case[-14:-4]
        return Mark(run, f"{part}x{digest}{_check(part, digest)}")

    @property
    def number(self) -> int:
        """A number that is the case's own, the same in every run."""
        return int(self.case[-12:-4], 16)

    @property
    def whole_run(self) -> str:
        """The run's id without a worker's number."""
        return run_of(self.run)

    @property
    def started(self) -> dt.datetime:
        """When the run started, by the clock of the machine it ran on."""
        return started_at(self.run)


def new_run(now: dt.datetime) -> str:
    """An id for a run that starts *now*."""
    return f"{PREFIX}{int(now.timestamp()):08x}{secrets.token_hex(3)}"


def is_run(text: str) -> bool:
    """Whether *text* is the id of a whole run."""
    return _WHOLE_RUN.fullmatch(text) is not None


def worker_run(run: str, number: int) -> str:
    """The id under which worker *number* of *run*, from 1, marks what it makes."""
    return f"{run}w{number:03d}"


def run_of(run: str) -> str:
    """The id of the whole run of which *run* may be a worker's part."""
    return run.partition("w")[0]


def started_at(run: str) -> dt.datetime:
    """When *run* started."""
    return dt.datetime.fromtimestamp(int(run[len(PREFIX) : len(PREFIX) + 8], 16), dt.UTC)


STAMP: Final = re.compile(rf"{_RUN}(?:w[0-9]{{3}}(?:x[0-9a-f]{{14}})?)?")
"""A mark, whatever its check, or what of one names a run, its worker included."""


def marks_in(text: str) -> Iterator[Mark]:
    """Every mark in *text* whose check is right."""
    for found in _MARK.finditer(text):
        if _check(found[1] + found[2], found[3]) == found[4]:
            yield Mark(found[1] + found[2].removesuffix(_LEADER), found[0])


def _check(part: str, digest: str) -> str:
    # No secret: it keeps out what was typed or altered by hand, not who wants to be taken for a run.
    return hashlib.blake2s(f"{part}x{digest}".encode(), digest_size=2).hexdigest()
