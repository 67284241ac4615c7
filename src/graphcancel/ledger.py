"""
What a run is about to create, on disk before it is sent.

A run that is killed clears nothing away. The ledger it leaves says by which marks its objects are recognised;
`graphcancel.sweeping` finds and removes them. Ids are not needed, so none is written: whoever was killed
between request and answer never learnt them.

While a process writes a ledger it holds a lock beside it, which the system takes back however the process ends. So what
a run is still using is not taken for something left behind.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from filelock import FileLock, Timeout

from graphcancel.errors import FenceError, RunError
from graphcancel.exchange import Request
from graphcancel.fence import creations
from graphcancel.marks import is_run, marks_in, run_of, started_at
from graphcancel.printing import printable
from graphcancel.reading import RECORDED, text_within
from graphcancel.targetfile import Description

FORMAT: Final = 1
NAME: Final = "ledger"

_CLEARED: Final = {"kind": "cleared"}
_LONGEST: Final = dt.timedelta(days=7)
"""A run that takes longer is none."""


def place_of(description: Description) -> str:
    """What tells one target from another without naming it: a digest of its root and its organizer's mailbox."""
    organizer = description.actors.get("organizer")
    text = f"{description.base_url.lower()}\n{(organizer.user if organizer else None) or ''}".lower()
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


def made_in(place: str, collection: str) -> str:
    """Where what is created in a *collection* of *place* is looked for: calendars in a list of their own."""
    return "calendars" if collection in {"calendars", "calendargroups"} else place


class Ledger:
    """
    The ledger of one process of a run.

    Args:
        folder: The run's folder.
        run: The process's part of the run: what its marks begin with.

    Attributes:
        places: Where something was sent for so far, as `Unfinished` says.

    Raises:
        RunError: It cannot be written.
    """

    def __init__(self, folder: Path, run: str, started: str, description: Description) -> None:
        self.run = run
        self.places: set[str] = set()
        part = run.removeprefix(run_of(run))
        path = folder / f"{NAME}{part and '-'}{part}.jsonl"
        self._lock = _lock(path)
        try:
            self._lock.acquire(blocking=False)
            self._file: TextIO = path.open("x", encoding="utf-8")
        except (OSError, Timeout) as error:
            reason = getattr(error, "strerror", None) or "in use"
            raise RunError(f"{path}: cannot be written ({reason}); name another folder with --runs") from None
        header = {"format": FORMAT, "run": run, "started": started, "place": place_of(description)}
        self._write({"kind": "header", **header})

    def intend(self, request: Request) -> None:
        """
        Enter what *request* is about to create, if anything.

        Raises:
            FenceError: It would bear no mark of this run, so nobody could tell whose it is.
        """
        for place, collection, body in creations(request):
            marks = sorted({mark.case for mark in marks_in(json.dumps(body)) if mark.run == self.run})
            if not marks:
                raise FenceError(f"fence: a create in {collection} without this run's mark; nothing was sent")
            made = made_in(place, collection)
            self.places.add(made)
            self._write({"kind": "create", "at": _now(), "where": made, "what": collection, "marks": marks})

    def close(self, *, cleared: bool) -> None:
        """End it; *cleared* says that nothing is left to remove."""
        if self._file.closed:
            return
        if cleared:
            self._write(_CLEARED | {"at": _now()})
        self._file.close()
        self._lock.release()

    def _write(self, entry: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()


class Unwritten:
    """The ledger of a run that creates nothing: it only knows where things would be created."""

    def __init__(self) -> None:
        self.places: set[str] = set()

    def intend(self, request: Request) -> None:
        """Enter where *request* would create something."""
        self.places |= {made_in(place, collection) for place, collection, _ in creations(request)}

    def close(self, *, cleared: bool) -> None:
        """Nothing was opened."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """
    The ledger of a process that ended without clearing up, or has not ended yet.

    Attributes:
        run: The process's part of the run.
        place: Which target it wrote to, as `place_of` says.
        marks: What its objects bear.
        places: Where it sent for something: ``mailbox``, ``calendars``, ``group``, ``booking_business``.
        last: When it last meant to create something, by the clock of the machine it ran on.
    """

    path: Path
    run: str
    place: str
    marks: frozenset[str]
    places: frozenset[str]
    last: dt.datetime


def unfinished(runs: Path) -> tuple[list[Unfinished], list[str]]:
    """
    The ledgers in the run folders below *runs* that nobody has cleared, oldest first, and what is wrong with others.

    A last line that was cut off is no defect: what it would have announced was never sent.
    """
    found, complaints = [], []
    for path in sorted(runs.glob(f"*/{NAME}*.jsonl")):
        try:
            ledger = _read(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            complaints.append(
                printable(f"{path}: not readable as a ledger; look at it, or sweep with --run and the run's id")
            )
            continue
        if ledger:
            found.append(ledger)
    return found, complaints


def hold(path: Path) -> FileLock | None:
    """The lock of the ledger at *path*, taken; None where the process that writes it is still going."""
    lock = _lock(path)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError, NotImplementedError):
        # What cannot be locked cannot be known to have ended.
        return None
    return lock


def mark_cleared(path: Path) -> None:
    """Note in the ledger at *path* that nothing is left of what it announced."""
    with path.open("r+b") as file:
        # What was cut off was never sent; left there, it would spoil the line that follows.
        file.seek(file.read().rfind(b"\n") + 1)
        file.truncate()
        file.write((json.dumps(_CLEARED | {"at": _now()}) + "\n").encode())


def _read(path: Path) -> Unfinished | None:
    """
    The ledger at *path*, None where it was cleared.

    Raises:
        ValueError, KeyError, TypeError: It is none.
    """
    text = text_within(path, RECORDED)
    complete, _, _ = text.rpartition("\n")
    entries = [json.loads(line) for line in complete.split("\n") if line]
    if any(entry["kind"] == "cleared" for entry in entries):
        return None
    if not entries:
        raise ValueError("empty")
    header, creates = entries[0], [entry for entry in entries if entry["kind"] == "create"]
    if header["kind"] != "header" or not is_run(run_of(header["run"])):
        raise ValueError("no header")
    run, marks = header["run"], frozenset(mark for entry in creates for mark in entry["marks"])
    last = _aware(max([entry["at"] for entry in creates] or [header["started"]]))
    # What a ledger names is removed, so it names what is its own run's and nothing else.
    if not all(mark.startswith(run) for mark in marks) or abs(last - started_at(run)) > _LONGEST:
        raise ValueError("of another run")
    return Unfinished(path, run, header["place"], marks, frozenset(entry["where"] for entry in creates), last)


def _aware(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _lock(path: Path) -> FileLock:
    return FileLock(path.with_name(f".{path.stem}.lock"))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
