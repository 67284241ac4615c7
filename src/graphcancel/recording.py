"""
A recording: a folder of cassettes, and ``recording.json``, which says of what.

What is written of the target are stand-ins (`graphcancel.disguise`): who its actors are, which mailboxes may be written
to, which resources it has; no address, id or name of its own. Against these a replay tells the same stories.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from graphcancel.cassette import RESERVED, place_of
from graphcancel.described import described, description_of, line, line_table, lines
from graphcancel.errors import CassetteError, Drift
from graphcancel.onfile import Malformed, member, named, only, printable, read_json, shortened, write_whole
from graphcancel.seals import ON_FILE, digest
from graphcancel.seals import OTHER as SOMETHING_ELSE
from graphcancel.targetfile import Description

FILE: Final = "recording.json"
DEFAULT: Final = "mock"
"""Which recording is replayed where none is named."""
SERVICE: Final = "service"
MOCK: Final = "mock"
OTHER: Final = "server"
FORMAT: Final = 1
_LARGEST: Final = 4 * 1024 * 1024
_KEYS: Final = ("format", "name", "origin", "recorded", "suite", "target", "contact", "complete", "cases", "sealed")
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){1,5}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?<![.])")


@dataclass(frozen=True, slots=True)
class Recording:
    """
    What ``recording.json`` says.

    Attributes:
        origin: What answered: ``mock``, ``service`` for a cloud of Microsoft's, ``server`` for any other base URL.
        software: Name and version of what answered, as far as known.
        recorded: The day on which something of it last changed.
        suite: Version of the suite that recorded it.
        description: The target by stand-ins.
        contact: What the first contact learnt, by stand-ins.
        cases: Ids of the cases it holds, in order.
        complete: Contracts of which it has held every case there was; one that it lacks now is missing.
    """

    folder: Path
    name: str
    origin: str
    software: str
    recorded: str
    suite: str
    description: Description
    contact: Mapping[str, Any]
    cases: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()

    def label(self) -> dict[str, str]:
        """What a run says of it: a verdict from a recording is worth what answered when it was made."""
        return {
            "name": self.name,
            "origin": self.origin,
            "software": self.software,
            "recorded": self.recorded,
            "suite": self.suite,
        }

    def place(self, case_id: str) -> Path:
        """The cassette of *case_id*."""
        return place_of(self.folder, case_id)

    @property
    def anew(self) -> str:
        """The command that records anew what is named after it, with the target file where docs/recording.md has it."""
        target = MOCK if self.name == MOCK else f"targets/{self.name}.toml"
        where = named(self.folder.parent)
        option = "" if where == "cassettes" else f" --cassettes={shlex.quote(where)}"
        return f"pytest --target={target}{option} --record-mode=rewrite"


def check_name(name: str) -> None:
    """
    See that *name* can be that of a recording.

    Raises:
        CassetteError: Some system would refuse it as the name of a folder.
    """
    if not _NAME.fullmatch(name) or RESERVED.fullmatch(name):
        raise CassetteError(
            f"{name!r} cannot be the name of a recording: letters, digits, dots, hyphens and underscores, 64 at most, "
            "and no name reserved by Windows"
        )


def folder_for(cassettes: Path, name: str) -> Path:
    """
    The folder below *cassettes* for the recording *name*, made.

    Raises:
        CassetteError: It cannot be made, or some system would take it for another that is there.
    """
    check_name(name)
    folder = cassettes / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        alike = [other.name for other in cassettes.iterdir() if other.name.lower() == name.lower()]
    except OSError as error:
        raise CassetteError(f"{folder}: cannot be written ({error.strerror}); name another with --cassettes") from None
    if [other for other in alike if other != name]:
        raise CassetteError(f"{folder}: some systems would take it for {alike[0]}; give the target another name")
    return folder


# -- the file ------------------------------------------------------------------------------------------------------


def write_recording(recording: Recording, today: dt.date, *, changed: bool) -> None:
    """
    Write ``recording.json``; the day stays as it was where nothing else is another.

    Args:
        changed: Whether one of the cassettes is another than it was.

    Raises:
        CassetteError: It cannot be written.
    """
    file = recording.folder / FILE
    kept = printable(_table(recording))
    if changed or not file.is_file() or file.read_text(encoding="utf-8") != kept:
        kept = printable(_table(replace(recording, recorded=today.isoformat())))
    write_whole(file, kept)


def _table(recording: Recording) -> dict[str, Any]:
    table = {
        "format": FORMAT,
        "name": recording.name,
        "origin": {"kind": recording.origin, "software": recording.software},
        "recorded": recording.recorded,
        "suite": recording.suite,
        "target": described(recording.description),
        "contact": dict(recording.contact),
        "complete": sorted(recording.complete),
        "cases": sorted(recording.cases),
    }
    return table | {"sealed": _seal(table)}


def find_recording(cassettes: Path, name: str) -> Recording:
    """
    The recording *name* below *cassettes*.

    Raises:
        CassetteError: There is none, or it does not say what it must.
    """
    check_name(name)
    return read_recording(cassettes / name)


def read_recording(folder: Path) -> Recording:
    """
    The recording at *folder*, without its cassettes.

    Raises:
        CassetteError: There is none, or it does not say what it must.
    """
    file = folder / FILE
    place = named(file)
    if not folder.is_dir():
        raise CassetteError(f"{named(folder)}: no such recording; {_others(folder.parent)}")
    if not file.exists():
        raise CassetteError(f"{place}: is not there: the recording was not brought to its end; record it again")
    table = read_json(file, _LARGEST)
    try:
        return _read(table, folder, place)
    except Malformed as error:
        raise CassetteError(f"{place}: {error}; restore the file, or record it anew") from None


def _read(table: Mapping[str, Any], folder: Path, place: str) -> Recording:
    if member(table, "format", int) != FORMAT:
        raise Malformed(f"format is not {FORMAT}, which this version of the suite reads")
    only(table, _KEYS, "it")
    only(member(table, "origin", dict), ("kind", "software"), "origin")
    only(member(table, "contact", dict), ("users", "since"), "contact")
    origin = line(table, "origin.kind")
    if origin not in {MOCK, SERVICE, OTHER}:
        raise Malformed(f"origin.kind is none of {MOCK}, {SERVICE}, {OTHER}")
    cases = lines(table, "cases")
    if not all(_CASE.fullmatch(name) for name in cases):
        raise Malformed("cases holds what is no case id")
    twice = [name for name, times in Counter(cases).items() if times > 1]
    if twice:
        raise CassetteError(f"{place}: cases: {twice[0]} is listed twice; restore the file, or record it anew")
    recording = Recording(
        folder=folder,
        name=line(table, "name"),
        origin=origin,
        software=line(table, "origin.software"),
        recorded=line(table, "recorded"),
        suite=line(table, "suite"),
        description=description_of(table, origin),
        contact={"users": line_table(table, "contact.users"), "since": _since(table)},
        cases=cases,
        complete=lines(table, "complete"),
    )
    _check_seal(table, place)
    return recording


def _since(table: Mapping[str, Any]) -> str | None:
    return None if table["contact"].get("since", "") is None else line(table, "contact.since")


def _seal(table: Mapping[str, Any]) -> dict[str, str]:
    """What of ``recording.json`` is what, so that an edit is noticed and named: a digest for each key."""
    parts = {name: value for name, value in table.items() if name not in {"target", "sealed"}}
    parts |= {f"target.{name}": value for name, value in table["target"].items()}
    return {name: digest(json.dumps(value, sort_keys=True), 6) for name, value in parts.items()}


def _check_seal(table: Mapping[str, Any], place: str) -> None:
    """
    See that nothing was edited: what gates, what is waived and what answered decide what a verdict is worth.

    Raises:
        Drift: Something was; it is named.
    """
    sealed, now = member(table, "sealed", dict), _seal(table)
    for name in now:
        if sealed.get(name) != now[name]:
            value = table["target"][name.removeprefix("target.")] if name.startswith("target.") else table[name]
            shown = f"{len(value)} entries" if name == "cases" else shortened(json.dumps(value, ensure_ascii=False))
            raise Drift(name, SOMETHING_ELSE, shown, f"{place}: restore the file, or record it anew", ON_FILE)
    only(sealed, list(now), "sealed")


def _others(cassettes: Path) -> str:
    found = sorted(path.parent.name for path in cassettes.glob(f"*/{FILE}"))
    return f"there are: {', '.join(found)}" if found else "there is none yet; record one with --record-mode=rewrite"


def suite_version() -> str:
    """The version of this suite."""
    return version("graph-cancel-contracts")
