"""
The suite as one pytest process knows it: what was read, what is open, what was judged so far.

The process that talks to the user (the controller) opens the target and writes the run. Under ``-n`` each worker joins
with what the controller hands over, and at its end the controller takes what the worker brings. pytest itself is not
known here: `graphcancel.plugin` says when.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from graphcancel.allotment import Allotment
from graphcancel.alone import Theatre
from graphcancel.auth import SignIn
from graphcancel.case import Case
from graphcancel.compare import compare
from graphcancel.conclusion import conclude, sent_and_made
from graphcancel.contract import Contract
from graphcancel.deviations import Deviation, excuse
from graphcancel.disputes import Entry
from graphcancel.errors import GraphCancelError
from graphcancel.flows import Ask
from graphcancel.ledger import Ledger
from graphcancel.marks import new_run, worker_run
from graphcancel.overlap import Overlap
from graphcancel.playback import Playback
from graphcancel.record import Record
from graphcancel.recorder import Recorder, Written, open_recorder
from graphcancel.run import Part, Run, in_order, made_by, told_of_contracts, told_of_disputes, told_of_plan
from graphcancel.runfile import RunFile, record_line
from graphcancel.session import Session, open_session
from graphcancel.targetfile import Description


class BuiltInTarget(Protocol):
    """What the root conftest hands over for ``--target mock``: a server to start, describe and stop."""

    def start(self) -> str:
        """Start it; return where `describe` finds it, as text that a worker process can be given."""

    def describe(self, place: str) -> Description:
        """The description of the server at *place*."""

    def stop(self, place: str) -> str | None:
        """Stop it; return what is left in its state that was not there at the start, None for nothing."""


Offer = Callable[[], BuiltInTarget | None]


@dataclass
class Suite:
    """
    State of one pytest process.

    Attributes:
        deviations: Findings known for the target.
        disputes: Where pages disagree, as somebody wrote it down.
        selection: The options that narrow the run, as given.
        baseline: The run with which this one is compared at its end (controller only).
        place: Where the built-in target is, once started.
        playback: Tells cases from the recording; *recorder* tells them to the target and records them.
        allotment: The generated calls of this run.
        beyond: How many cases of the contracts are not on the recording that is played.
        cassettes: Where recordings lie, if this run is to make one.
        written: Which cases were recorded (controller only).
        order: The cases of this process in their turn; *places* is where in it each stands, by id.
        selected: How many of the cases pytest chose to run; None before it has (controller only).
        lines: Lines of ``run.jsonl`` so far, by case id (controller only).
        late: Lines of cases that the last look turned to a finding.
        interrupted: Whether the run ended before its time; *told_to_end* whether it was told to by a signal.
        footer: The last line of ``run.jsonl``, once the run has ended.
    """

    contracts: tuple[Contract, ...]
    cases: tuple[Case, ...]
    described: Description | None
    see_again: str
    deviations: tuple[Deviation, ...] = ()
    disputes: tuple[Entry, ...] = ()
    selection: tuple[str, ...] = ()
    baseline: Run | None = None
    builtin: BuiltInTarget | None = None
    place: str | None = None
    run: str = ""
    key: str = ""
    started: str = ""
    contact: Mapping[str, Any] | None = None
    session: Session | None = None
    playback: Playback | None = None
    allotment: Allotment = field(default_factory=Allotment)
    beyond: int = 0
    cassettes: Path | None = None
    recorder: Recorder | None = None
    written: Written = field(default_factory=Written)
    ledger: Ledger | None = None
    overlap: Overlap | None = None
    order: list[Case] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    selected: int | None = None
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    nodes: dict[str, tuple[str, tuple[str, int | None, str]]] = field(default_factory=dict)
    watched: set[str] = field(default_factory=set)
    runfile: RunFile | None = None
    residue: str | None = None
    footer: dict[str, Any] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    late: list[dict[str, Any]] = field(default_factory=list)
    interrupted: bool = False
    told_to_end: bool = False

    @cached_property
    def told(self) -> dict[str, dict[str, Any]]:
        """The contracts by id, as the header of a run tells them."""
        return told_of_contracts(self.contracts)

    @property
    def description(self) -> Description:
        """The target's description."""
        if self.described is None:
            raise GraphCancelError("the target is not described yet")
        return self.described

    @property
    def today(self) -> dt.date:
        """The day on which the run started, by UTC, in every process of it."""
        return dt.datetime.fromisoformat(self.started).date()

    def gating(self, case: Case) -> bool:
        """Whether a finding of *case* fails the run."""
        gates = self.description.gates
        if gates is None:
            return bool(self.told[case.contract]["standing"] == "current")
        return case.contract in gates

    def line(self, record: Record) -> dict[str, Any]:
        """The line of ``run.jsonl`` for *record*."""
        line = record_line(record, gating=self.gating(record.case), origin=self.description.origin)
        return excuse(line, self.deviations, self.today)

    def header(self) -> dict[str, Any]:
        """The first line of ``run.jsonl``."""
        description = self.description
        return {
            **made_by(),
            "target": description.name,
            "origin": description.origin,
            "cloud": description.cloud,
            "service": description.service and not (self.contact or {}).get("stand_in"),
            "run": self.run,
            "selection": list(self.selection),
            "contracts": self.told,
            "disputes": told_of_disputes(self.disputes, self.contracts),
            "gates": sorted({case.contract for case in self.cases if self.gating(case)}),
            "waived": dict(description.waived),
            "deviations": [entry.as_json() for entry in self.deviations],
            "cases": len(self.cases),
            "plan": told_of_plan(self.cases),
            **({"recording": {**self.playback.recording.label(), "beyond": self.beyond}} if self.playback else {}),
        }

    @property
    def _run_name(self) -> str:
        return f"replay-{self.description.name}" if self.playback else self.description.name

    # -- opening ----------------------------------------------------------------------------------------------------

    def open(self, offer: Offer, folder: Path, ask: Ask | None = None) -> None:
        """
        Controller: start or reach the target once, before the first case.

        Args:
            offer: Gives the built-in target, None where none is offered.
            folder: Where run folders are written.
            ask: Shows a person what to do to sign in; None where nobody is asked.

        Raises:
            GraphCancelError: There is no target; nothing is left open.
        """
        if self.run:
            return
        now = dt.datetime.now(dt.UTC)
        self.run = new_run(now)
        self.key = secrets.token_hex(16)
        self.started = now.isoformat(timespec="seconds")
        try:
            if self.described is None:
                self.builtin = offer()
                if self.builtin is None:
                    raise GraphCancelError(
                        "--target mock: no built-in target is offered here; run pytest in the project"
                    )
                self.place = self.builtin.start()
                self.described = self.builtin.describe(self.place)
            if not self.playback:
                self.contact = self._connect(None, ask).contact
            self.runfile = RunFile(folder, self._run_name, self.header())
            self._enter(self.runfile.folder)
        except GraphCancelError:
            self.close()
            raise

    def handed(self) -> dict[str, Any]:
        """Controller: what a worker needs to reach the same target."""
        return {
            "run": self.run,
            "started": self.started,
            "place": self.place,
            "contact": self.contact,
            "key": self.key,
            "folder": str(self.runfile.folder) if self.runfile else None,
        }

    def join(self, given: Mapping[str, Any], number: int, offer: Offer) -> None:
        """Worker *number*: reach the target with what the controller `handed` over."""
        self.key = given["key"]
        # Each worker has a mark of its own, so that the one that ends first clears away nothing of another's.
        self.run, self.started, self.place = worker_run(given["run"], number + 1), given["started"], None
        if self.described is None:
            builtin = offer()
            if builtin is None:
                raise GraphCancelError("--target mock: no built-in target is offered to this worker")
            self.described = builtin.describe(given["place"])
        if not self.playback:
            self._connect(given["contact"])
        self._enter(Path(given["folder"]))

    def _enter(self, folder: Path) -> None:
        """Open the ledger of this process in the run's *folder*: from now on things may be created."""
        if self.session is None:
            return
        self.ledger = self.session.target.ledger = Ledger(folder, self.run, self.started, self.description)
        if self.cassettes:
            theatre = Theatre(
                self.description,
                self.contracts,
                self.run,
                self.started,
                self.session.contact,
                self.session.target.sign_in,
                self.session.stories.sanitiser,
                self.ledger,
            )
            gates = sorted({case.contract for case in self.cases if self.gating(case)})
            self.recorder = open_recorder(self.cassettes, theatre, gates)

    # -- telling ----------------------------------------------------------------------------------------------------

    def tell(self, case: Case, upcoming: Callable[[], Iterable[Case]]) -> tuple[Record, bool]:
        """
        The record of *case*, and whether the last look of the run may still change it.

        Args:
            upcoming: Gives the cases that may be begun while this one waits.

        Raises:
            Exception: Our own fault, never the target's.
        """
        if self.playback:
            return self.playback.tell(case), False
        if self.recorder:
            return self.recorder.tell(case), False
        if self.overlap is None or self.session is None:
            raise GraphCancelError("no target is open; run the contract tests through pytest as a whole")
        stories = self.session.stories
        if case.kind == "generated":
            return self.allotment.tell(case, stories), stories.is_watched(case)
        return self.overlap.record(case, upcoming()), stories.is_watched(case)

    def warnings(self) -> list[str]:
        """What a person should know about the target and its actors, each line once."""
        sign_in = self.session.target.sign_in if self.session else None
        return [*self.description.notes, *([*sign_in.troubles(), *sign_in.notes] if sign_in else [])]

    def _connect(self, contact: Mapping[str, Any] | None, ask: Ask | None = None) -> Session:
        self.session = open_session(
            self.description,
            self.contracts,
            self.run,
            self.started,
            self.key,
            contact,
            sign_in=SignIn(self.description, ask=ask),
        )
        self.overlap = Overlap(self.session.stories.tell, self.session.width)
        return self.session

    # -- closing ----------------------------------------------------------------------------------------------------

    def finish(self, *, leads: bool) -> None:
        """
        Look once more at refused calls and clear away; what that brings is kept in *late*, *residue* and *counts*.

        Args:
            leads: Whether this process clears up for the whole run.
        """
        if self.playback:
            self.counts.update(self.playback.counts)
        session = self.session
        if session is None:
            return
        session.stage.leads = leads
        if self.recorder:
            session.target.counts.update(self.recorder.counts)
            session.stage.made += self.recorder.made
            session.stage.booked |= self.recorder.booked
        session.stage.booked |= any("bookingBusinesses" in line["route"] for line in self.lines.values())
        if self.overlap:
            self.overlap.close()
        turned, left = session.finish(look=not self.interrupted)
        # Of a generated case several calls may be among them: the last line tells of them all.
        self.late += {record.case.id: self.line(self.allotment.turned(record)) for record in turned}.values()
        if left:
            self.residue = "; ".join(dict.fromkeys(left))
        if self.ledger:
            self.ledger.close(cleared=not left)
        self.counts.update(session.target.counts)

    def brought(self) -> dict[str, Any]:
        """Worker: what its end brings, for the controller to `take`."""
        made = self.session.stage.made if self.session else 0
        return {"late": self.late, "residue": self.residue, "counts": dict(self.counts), "made": made}

    def take(self, given: Mapping[str, Any] | None) -> None:
        """Controller: take what a worker `brought`, None where it died."""
        if not given:
            self.residue = self.residue or "a worker ended without clearing away what it made"
            return
        self.late += given["late"]
        if self.session:
            # What workers made is the whole run's to account for.
            self.session.stage.made += given["made"]
        self.residue = self.residue or given["residue"]
        self.counts.update(given["counts"])

    def keep(self) -> None:
        """
        Controller: list in ``recording.json`` what was recorded.

        Raises:
            CassetteError: It cannot be written.
        """
        if self.recorder and self.written.cases:
            self.recorder.list(self.written, self.cases, self.today)

    def close(self) -> None:
        """Close the connections and stop the built-in target, which says what is left in it."""
        if self.ledger:
            self.ledger.close(cleared=False)
        if self.session:
            self.session.close()
        if self.builtin and self.place:
            place, self.place = self.place, None
            left = self.builtin.stop(place)
            if left and not self.residue:
                self.residue = left

    def conclude(self, status: int) -> int:
        """
        Controller: write the end of the run and return the exit status.

        Args:
            status: The one pytest came to by itself.
        """
        if self.runfile is None:
            return status
        for name in (name for name in self.lines if name in self.watched):
            self.runfile.case(self.lines[name])
        part = Part(self.runfile.header, in_order(self.lines.values(), self.runfile.header["plan"]))
        # A run that was stopped at its first finding has ended; one that was interrupted has not, whatever its status.
        ended = status == 1 or (status not in {2, 3, 4} and not self.interrupted)
        partial = self.interrupted or not ended or len(part.cases) < len(self.cases)
        found = conclude(part, self.today, partial=partial, residue=bool(self.residue), of_pytest=status)
        self.footer = {
            "partial": partial,
            "selected": self.selected,
            **sent_and_made(self.counts),
            "residue": self.residue,
            **found.as_json(),
        }
        try:
            if self.baseline:
                now = replace(part, footer=self.footer)
                self.footer["compared"] = compare(self.baseline, Run(part.header, (now,), self.footer)).as_json()
        finally:
            # Whatever becomes of the comparison, what was judged is kept.
            if ended:
                self.runfile.close(self.footer)
            else:
                self.runfile.abandon()
        return found.exits[0]
