"""
Records cases: what a service answered, by stand-ins, and what the suite sends to get it.

The HTTP library's traffic is captured by vcrpy, which hands it over where it would write it (`Recorder.save_cassette`).
From then on nothing of it is kept as it was. The answers get stand-ins; then the same story is told once more, against
those answers and to a target of stand-ins, and the requests of this second telling are what is written. So no request
can carry what is not known to be harmless, and a cassette is never written that would not replay to the same verdict.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from graphcancel.alone import Theatre, Told, tell_alone
from graphcancel.calls import comment_for
from graphcancel.cassette import Cassette, place_of, write_cassette
from graphcancel.clock import Waited
from graphcancel.described import described
from graphcancel.disguise import StandIn, stand_in
from graphcancel.errors import CassetteError
from graphcancel.exchange import Response
from graphcancel.marks import Mark, run_of
from graphcancel.playback import stage_for_stand_ins, waited
from graphcancel.pseudonyms import CANONICAL_NOW, Known, Pseudonyms
from graphcancel.recording import (
    FILE,
    MOCK,
    OTHER,
    SERVICE,
    Recording,
    folder_for,
    read_recording,
    suite_version,
    write_recording,
)
from graphcancel.replaying import Offline
from graphcancel.retelling import AGAIN, Retelling
from graphcancel.runfile import folder_name
from graphcancel.scene import SKEW, stamp
from graphcancel.session import sentences
from graphcancel.story import ATTEMPTS
from graphcancel.tables import LOOPBACK
from graphcancel.target import Target
from graphcancel.targetfile import CLOUDS

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.record import Record
    from graphcancel.targetfile import Description


@dataclass(slots=True)
class _Taken:
    """
    A case between its telling and its writing.

    Attributes:
        took: Whole seconds each answer took.
    """

    case: Case
    told: Told
    took: tuple[int, ...]
    knew: Mapping[str, Any]
    traffic: Sequence[tuple[Any, Mapping[str, Any]]] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """
    Which cases were recorded, and whether any of their cassettes is another than it was.
    """

    cases: tuple[str, ...] = ()
    changed: bool = False

    def joined(self, other: Written) -> Written:
        """Both together."""
        return Written((*self.cases, *other.cases), changed=self.changed or other.changed)


class Recorder:
    """
    Records the cases of one process.

    Args:
        recording: What is recorded, by stand-ins; its cassettes are written to its folder.
        stand_in: Which real value each stand-in is for.
        theatre: The live target.

    Attributes:
        counts: What was sent so far; *made* and *booked* as `Told` says, of all together.
    """

    def __init__(self, recording: Recording, stand_in: StandIn, theatre: Theatre) -> None:
        day = dt.datetime.fromisoformat(theatre.started).date()
        # Whatever has a date of its own takes it from the run's start: from midnight on, days apart are whole days.
        midnight = dt.datetime.combine(day, dt.time(), dt.UTC).isoformat(timespec="seconds")
        self._live = replace(theatre, started=midnight)
        self._recording = recording
        self._stand_in = stand_in
        self._day = day
        self._again = stage_for_stand_ins(recording, theatre.contracts)
        self._texts = sentences(theatre.contracts)
        self._knew: Mapping[str, Any] = {}
        self._taken: _Taken | None = None
        self.counts: Counter[str] = Counter()
        self.made = 0
        self.booked = False

    def tell(self, case: Case) -> Record:
        """Tell *case* to the live target; `finish` writes what vcrpy captured meanwhile."""
        # How fast a mock is says nothing, and is another thing each time.
        clock = Waited(case.id, time.sleep, durations=() if self._recording.origin == MOCK else None)
        door = partial(Target, clock=clock)
        knew = self._knew
        told = tell_alone(case, self._live, door, knew)
        self._taken = _Taken(case, told, tuple(clock.durations), knew)
        self._knew = told.learnt
        self.counts.update(told.counts)
        self.made += told.made
        self.booked |= told.booked
        return told.record

    # -- as vcrpy knows it ------------------------------------------------------------------------------------------

    def is_of_target(self, request: Any) -> Any:
        """Keep what goes below a Graph root of the target, no sign-in and nothing else (``before_record_request``)."""
        roots = (f"{root}/{version}/" for root in self._stand_in.roots for version in ("v1.0", "beta"))
        return request if any(request.uri.startswith(root) for root in roots) else None

    def load_cassette(self, cassette_path: str, serializer: object) -> NoReturn:
        """
        Begin with nothing: a case is recorded whole.

        Raises:
            CassetteNotFoundError: Always; else vcrpy would answer from what it has just captured.
        """
        del cassette_path, serializer
        from vcr.persisters.filesystem import CassetteNotFoundError  # noqa: PLC0415 - only a recording pays for it

        raise CassetteNotFoundError

    def save_cassette(self, cassette_path: str, cassette_dict: Mapping[str, Any], serializer: object) -> None:
        """Take over what was captured."""
        del cassette_path, serializer
        if self._taken:
            self._taken.traffic = list(zip(cassette_dict["requests"], cassette_dict["responses"], strict=True))

    # -- writing ----------------------------------------------------------------------------------------------------

    def finish(self) -> Written:
        """
        Write the cassette of the case told last, and say so; nothing is done where it was not told to its end.

        Raises:
            CassetteError: What was captured would not replay to the same verdict, so nothing is written.
        """
        taken, self._taken = self._taken, None
        if taken is None:
            return Written()
        case = taken.case
        if taken.told.counts.get("unanswered"):
            raise CassetteError(f"{case.id}: not recorded: an answer was lost on the way; {AGAIN}")
        marks = [Mark.of(self._live.run, case.id, attempt).case for attempt in range(ATTEMPTS)]
        pseudonyms = Pseudonyms(self._known(marks), [*self._texts, *(comment_for(case, mark) for mark in marks)])
        answers = [pseudonyms.answer(_response(response)) for _, response in taken.traffic]
        retelling = Retelling(case.id, answers, [request for request, _ in taken.traffic], self._stand_in)
        door = partial(Offline, retelling.answer, waited(case, taken.took))
        again = tell_alone(case, self._again, door, taken.knew)
        retelling.finish()
        _check_alike(case, taken.told.record, again.record)
        cassette = Cassette(
            self._recording.origin, tuple(retelling.interactions), taken.knew, case=case.id, took=taken.took
        )
        changed = write_cassette(place_of(self._recording.folder, case.id), cassette)
        return Written((case.id,), changed=changed)

    def list(self, written: Written, cases: Sequence[Case], today: dt.date) -> None:
        """
        List in ``recording.json`` what was *written*, beside what it listed before.

        A contract that was held wholly stays so, even where it has a case more since: a replay asks for that one until
        it is recorded.

        Args:
            cases: Every case there is; what is none any more is listed no longer.

        Raises:
            CassetteError: It cannot be written.
        """
        listed = {*self._recording.cases, *written.cases} & {case.id for case in cases}
        lacking = {case.contract for case in cases if case.id not in listed}
        contracts = {case.contract for case in cases}
        complete = (contracts - lacking) | (contracts & set(self._recording.complete))
        found = replace(self._recording, cases=tuple(sorted(listed)), complete=tuple(sorted(complete)))
        write_recording(found, today, changed=written.changed)

    def _known(self, marks: Sequence[str]) -> Known:
        return Known(
            addresses=self._stand_in.addresses,
            ids=self._stand_in.ids,
            roots=self._stand_in.roots,
            run=run_of(self._live.run),
            day=self._day,
            own=frozenset(marks),
        )


def _response(captured: Mapping[str, Any]) -> Response:
    """What vcrpy captured, as the suite knows an answer."""
    headers = {name.lower(): ", ".join(map(_text, values)) for name, values in captured["headers"].items()}
    body = captured["body"]["string"]
    return Response(captured["status"]["code"], headers, body.encode() if isinstance(body, str) else body)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _check_alike(case: Case, live: Record, again: Record) -> None:
    """
    See that both tellings end alike, clause by clause.

    Raises:
        CassetteError: They do not.
    """
    before, after = _judged(live), _judged(again)
    if before == after:
        return
    differing = next((name for name in before if before[name] != after.get(name)), "the verdict")
    raise CassetteError(
        f"{case.id}: not recorded: told again from what was captured, {differing} is judged otherwise; {AGAIN}"
    )


def _judged(record: Record) -> dict[str, object]:
    verdict = record.verdict
    clauses: dict[str, object] = {item.clause: (item.held, item.late_s) for item in verdict.findings}
    return clauses | {"the verdict": (verdict.name, dict(verdict.observed or {}).get("received"))}


def open_recorder(cassettes: Path, theatre: Theatre, gates: Sequence[str]) -> Recorder:
    """
    Make ready to record what *theatre* shows, into the folder of the target's name below *cassettes*.

    Raises:
        CassetteError: The name cannot be that of a folder everywhere, or says where the target is; or what lies there
            was recorded from a target described otherwise: a recording is of one target.
    """
    _check_name(theatre.description)
    name = folder_name(theatre.description.name)
    folder = folder_for(cassettes, name)
    tokens = [actor for actor in theatre.description.actors if theatre.sign_in.token(actor)]
    since = stamp(CANONICAL_NOW - SKEW) if theatre.contact["since"] else None
    shown = stand_in(theatre.description, theatre.contact, tokens, gates, since)
    before = read_recording(folder) if (folder / FILE).exists() else None
    origin, software = _origin(theatre)
    recording = Recording(
        folder=folder,
        name=name,
        origin=origin,
        software=software,
        recorded=before.recorded if before else "",
        suite=suite_version(),
        description=shown.description,
        contact=shown.contact,
        cases=before.cases if before else (),
        complete=before.complete if before else (),
    )
    other = _other(before, recording) if before else ""
    if other:
        raise CassetteError(
            f"{folder}: was recorded from a target described otherwise ({other}); remove "
            "the folder to record it anew, or give the target another name"
        )
    return Recorder(recording, shown, theatre)


def _check_name(description: Description) -> None:
    """
    See that *description* is named after no host that is its own: the name stands in every file of a recording.

    Raises:
        CassetteError: It is, as that of a base URL always is.
    """
    roots = {description.base_url, *description.roots.values()} - set(CLOUDS.values())
    if description.name.lower() in {urlsplit(root).hostname for root in roots} - LOOPBACK:
        raise CassetteError(
            f"--record-mode=rewrite: the recording would be named after the host {description.name}; describe the "
            "target in a file (….toml) and give it another name there"
        )


def _origin(theatre: Theatre) -> tuple[str, str]:
    """What answers, and its version: the service is what lies at a root Microsoft publishes, and nothing else."""
    description = theatre.description
    if description.origin == MOCK or theatre.contact["stand_in"]:
        return MOCK, description.software or "graphmock"
    if description.service:
        return SERVICE, "Microsoft Graph"
    return OTHER, "unknown"


def _other(before: Recording, now: Recording) -> str:
    """In what *now* is of another target than *before*, empty where in nothing."""
    if before.origin != now.origin:
        return f"{before.origin}, now {now.origin}"
    was, told = _options(before.software), _options(now.software)
    if was != told:
        return f"{now.origin} {' '.join(was) or 'as it is'}, now {' '.join(told) or 'as it is'}"
    old, table = described(before.description), described(now.description)
    return ", ".join(name for name in table if table[name] != old[name])


def _options(software: str) -> list[str]:
    """What a mock was told to do otherwise, behind its name and version: one that behaves lends no other its name."""
    return software.split()[2:]
