"""
The suite as one pytest process knows it: what was read, what is open, what was judged so far.

The process that talks to the user (the controller) opens the target and writes the run. Under ``-n`` each worker joins
with what the controller hands over, and at its end the controller takes what the worker brings. pytest itself is not
known here: `graphcancel.plugin` says when.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from graphcancel.auth import SignIn
from graphcancel.case import Case
from graphcancel.contract import Contract
from graphcancel.errors import GraphCancelError
from graphcancel.flows import Ask
from graphcancel.overlap import Overlap
from graphcancel.report import Missing, unjudged
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
        place: Where the built-in target is, once started.
        lines: Lines of ``run.jsonl`` so far, by case id (controller only).
        late: Records the last look of a worker turned to a finding.
    """

    contracts: tuple[Contract, ...]
    cases: tuple[Case, ...]
    described: Description | None
    see_again: str
    builtin: BuiltInTarget | None = None
    place: str | None = None
    run: str = ""
    key: str = ""
    started: str = ""
    contact: Mapping[str, Any] | None = None
    session: Session | None = None
    overlap: Overlap | None = None
    order: list[Case] = field(default_factory=list)
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    nodes: dict[str, tuple[str, tuple[str, int | None, str]]] = field(default_factory=dict)
    watched: set[str] = field(default_factory=set)
    runfile: RunFile | None = None
    residue: str | None = None
    status: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    late: list[dict[str, Any]] = field(default_factory=list)
    interrupted: bool = False

    @property
    def by_id(self) -> dict[str, Contract]:
        """The contracts by id."""
        return {contract.id: contract for contract in self.contracts}

    @property
    def description(self) -> Description:
        """The target's description."""
        if self.described is None:
            raise GraphCancelError("the target is not described yet")
        return self.described

    def gating(self, case: Case) -> bool:
        """Whether a finding of *case* fails the run."""
        gates = self.description.gates
        if gates is None:
            return self.by_id[case.contract].standing == "current"
        return case.contract in gates

    def gaps(self, lines: Sequence[Mapping[str, Any]]) -> list[Missing]:
        """What a whole run should have judged and did not, but for what the target waives."""
        families = {"group": "groups", "booking_business": "bookings", "booking_service": "bookings"}
        left = {families.get(name, name) for name in self.description.waived}
        by_route = {(case.path, case.contract): case.family for case in self.cases}
        return [
            gap
            for gap in unjudged(lines)
            if by_route.get((gap.route, gap.contract)) not in left and gap.clause not in left
        ]

    def header(self) -> dict[str, Any]:
        """The first line of ``run.jsonl``."""
        description = self.description
        return {
            "target": description.name,
            "origin": description.origin,
            "cloud": description.cloud,
            "run": self.run,
            "contracts": {
                contract.id: {"standing": contract.standing, "revision": contract.revision, "sha256": contract.sha256}
                for contract in self.contracts
            },
            "gates": sorted({case.contract for case in self.cases if self.gating(case)}),
            "cases": len(self.cases),
        }

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
        self.run = f"gc{secrets.token_hex(4)}"
        self.key = secrets.token_hex(16)
        self.started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        try:
            if self.described is None:
                self.builtin = offer()
                if self.builtin is None:
                    raise GraphCancelError(
                        "--target mock: no built-in target is offered here; run pytest in the project"
                    )
                self.place = self.builtin.start()
                self.described = self.builtin.describe(self.place)
            self.contact = self._connect(None, ask).contact
            self.runfile = RunFile(folder, self.description.name, self.header())
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
        }

    def join(self, given: Mapping[str, Any], number: int, offer: Offer) -> None:
        """Worker *number*: reach the target with what the controller `handed` over."""
        self.key = given["key"]
        # Each worker has a mark of its own, so that the one that ends first clears away nothing of another's.
        self.run, self.started, self.place = f"{given['run']}w{number:03d}", given["started"], None
        if self.described is None:
            builtin = offer()
            if builtin is None:
                raise GraphCancelError("--target mock: no built-in target is offered to this worker")
            self.described = builtin.describe(given["place"])
        self._connect(given["contact"])

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
        session = self.session
        if session is None:
            return
        session.stage.leads = leads
        session.stage.booked |= any("bookingBusinesses" in line["route"] for line in self.lines.values())
        if self.overlap:
            self.overlap.close()
        turned, left = session.finish(look=not self.interrupted)
        origin = self.description.origin
        self.late += [record_line(record, gating=self.gating(record.case), origin=origin) for record in turned]
        if left:
            self.residue = f"{left} objects or lists of this run could not be cleared"
        self._count(session.target.counts)

    def brought(self) -> dict[str, Any]:
        """Worker: what its end brings, for the controller to `take`."""
        return {"late": self.late, "residue": self.residue, "counts": self.counts}

    def take(self, given: Mapping[str, Any] | None) -> None:
        """Controller: take what a worker `brought`, None where it died."""
        if not given:
            self.residue = self.residue or "a worker ended without clearing away what it made"
            return
        self.late += given["late"]
        self.residue = self.residue or given["residue"]
        self._count(given["counts"])

    def close(self) -> None:
        """Close the connections and stop the built-in target, which says what is left in it."""
        if self.session:
            self.session.close()
        if self.builtin and self.place:
            place, self.place = self.place, None
            left = self.builtin.stop(place)
            if left and not self.residue:
                self.residue = left

    def _count(self, counts: Mapping[str, int]) -> None:
        for name, number in counts.items():
            self.counts[name] = self.counts.get(name, 0) + number
