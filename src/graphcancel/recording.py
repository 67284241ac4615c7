"""
A recording: a folder of cassettes, and ``recording.json``, which says of what.

What is written of the target are stand-ins: who its actors are, which mailboxes may be written to, which resources it
has; no address, id or name of its own. Against these stand-ins a replay tells the same stories.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from graphcancel.actors import ACTORS, Actor
from graphcancel.cassette import SUFFIX, place_of, printable, read_json, write_whole
from graphcancel.errors import CassetteError
from graphcancel.sanitise import Sanitiser
from graphcancel.targetfile import CLOUDS, Description, Patience
from graphcancel.vocabulary import is_literal

FILE: Final = "recording.json"
DEFAULT: Final = "mock"
"""Which recording is replayed where none is named."""
SERVICE: Final = "service"
MOCK: Final = "mock"
OTHER: Final = "server"
FORMAT: Final = 1
_LARGEST: Final = 4 * 1024 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?<![.])")
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_ROOT: Final = "https://graph.example"
_HELD_BY: Final = "{}-token"


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
        complete: Contracts of which it holds every case there was.
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
    target: Mapping[str, Any] = field(default_factory=dict)

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


@dataclass(frozen=True, slots=True)
class StandIn:
    """
    A target by stand-ins, and which real value each stands for.

    Attributes:
        addresses: Real address, lower case, to stand-in; *ids* and *roots* likewise.
        contact: What the first contact learnt, by stand-ins.
    """

    description: Description
    contact: Mapping[str, Any]
    addresses: Mapping[str, str]
    ids: Mapping[str, str]
    roots: Mapping[str, str]


def folder_for(cassettes: Path, name: str) -> Path:
    """
    The folder below *cassettes* for the recording *name*, made.

    Raises:
        CassetteError: Some system would refuse it as the name of a folder, or take it for another that is there.
    """
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise CassetteError(
            f"{name!r} cannot be the name of a recording: letters, digits, dots, hyphens and underscores, 64 at most, "
            "and no name reserved by Windows"
        )
    folder = cassettes / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        alike = [other.name for other in cassettes.iterdir() if other.name.lower() == name.lower()]
    except OSError as error:
        raise CassetteError(f"{folder}: cannot be written ({error.strerror}); name another with --cassettes") from None
    if [other for other in alike if other != name]:
        raise CassetteError(f"{folder}: some systems would take it for {alike[0]}; give the target another name")
    return folder


# -- a target by stand-ins -----------------------------------------------------------------------------------------


def stand_in(
    description: Description,
    contact: Mapping[str, Any],
    tokens: Collection[str],
    gates: Sequence[str],
    since: str | None,
) -> StandIn:
    """
    *description* with nothing of the target's own in it.

    Args:
        tokens: Actors who have a token.
        gates: Contracts whose findings fail the run.
        since: What the target's clock said first, by stand-ins.
    """
    addresses = _addresses(description)
    ids = {identity: f"user-{_local(addresses[mailbox])}" for mailbox, identity in contact["users"].items()}
    # The id of a booking business is an address too, and its mail comes from there.
    ids |= {
        identity: name.replace("_", "-") + ("@target.example" if "@" in identity else "")
        for name, identity in description.resources.items()
    }
    roots = _roots(description)
    actors = {
        name: Actor(
            name=name,
            user=addresses[actor.user.lower()] if actor.user else None,
            flow="token" if name in tokens else "none",
            token=_HELD_BY.format(name) if name in tokens else None,
            expired_token=_HELD_BY.format("expired") if actor.expired_token else None,
        )
        for name, actor in description.actors.items()
    }
    shown = Sanitiser("", [])
    replaced = replace(
        description,
        origin=description.origin,
        base_url=roots[description.base_url],
        ca_bundle=None,
        authority=None,
        actors=actors,
        writable=tuple(addresses[mailbox] for mailbox in description.writable),
        resources={name: ids[identity] for name, identity in description.resources.items()},
        roots={contract: roots[root] for contract, root in description.roots.items()},
        gates=tuple(gates),
        waived={name: shown.text(reason) for name, reason in description.waived.items()},
        notes=(),
    )
    users = {addresses[mailbox]: ids[identity] for mailbox, identity in contact["users"].items()}
    return StandIn(replaced, {"users": users, "since": since}, addresses, ids, roots)


def _addresses(description: Description) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ACTORS:
        actor = description.actors.get(name)
        if actor and actor.user:
            found.setdefault(actor.user.lower(), f"{name}@target.example")
    for number, mailbox in enumerate(description.writable, 1):
        found.setdefault(mailbox, f"mailbox-{number}@target.example")
    return found


def _local(address: str) -> str:
    return address.partition("@")[0]


def _roots(description: Description) -> dict[str, str]:
    """Each Graph root to its stand-in: a cloud's own is public, and a path below the first stays where all know it."""
    base = description.base_url
    known = base if base in CLOUDS.values() else _ROOT
    found = {base: known}
    for number, root in enumerate(dict.fromkeys(description.roots.values()), 1):
        below = root.removeprefix(base) if root.startswith(base) else None
        literal = below is not None and below[:1] == "/" and is_literal(below)
        found.setdefault(root, f"{known}{below}" if literal else f"{_ROOT}/root-{number}")
    return found


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
    return {
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


def described(description: Description) -> dict[str, Any]:
    """The table ``target`` of ``recording.json`` for a *description* by stand-ins."""
    return {
        "name": description.name,
        "cloud": description.cloud,
        "base_url": description.base_url,
        "roots": dict(description.roots),
        "actors": {
            name: {"user": actor.user, "token": actor.token is not None, "expired": actor.expired_token is not None}
            for name, actor in description.actors.items()
        },
        "writable": list(description.writable),
        "resources": dict(description.resources),
        "contracts": list(description.contracts),
        "gates": sorted(description.gates or ()),
        "patience": {
            "effect_s": description.patience.effect_s,
            "invite_s": description.patience.invite_s,
            "read_s": description.patience.read_s,
        },
        "waived": dict(description.waived),
    }


def read_recording(folder: Path) -> Recording:
    """
    The recording at *folder*, without its cassettes.

    Raises:
        CassetteError: There is none, or it does not say what it must.
    """
    file = folder / FILE
    if not folder.is_dir():
        raise CassetteError(f"{folder}: no such recording; {_others(folder.parent)}")
    table = read_json(file, _LARGEST)
    try:
        if table["format"] != FORMAT:
            raise CassetteError(f"{file}: format {table['format']!r} is not known to this version; record it anew")
        cases = tuple(_texts(table["cases"]))
        twice = sorted({name for name in cases if cases.count(name) > 1}) if len(set(cases)) < len(cases) else []
        if twice:
            raise CassetteError(f"{file}: cases: {twice[0]} is listed twice; remove one")
        return Recording(
            folder=folder,
            name=_text(table["name"]),
            origin=_one_of(table["origin"]["kind"], (MOCK, SERVICE, OTHER)),
            software=_text(table["origin"]["software"]),
            recorded=_text(table["recorded"]),
            suite=_text(table["suite"]),
            description=replace(_description(table["target"]), origin=f"recording:{table['origin']['kind']}"),
            contact={"users": dict(table["contact"]["users"]), "since": table["contact"]["since"]},
            cases=cases,
            complete=tuple(_texts(table["complete"])),
            target=table["target"],
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        raise CassetteError(
            f"{file}: a key is missing or of the wrong kind; restore the file, or record it anew"
        ) from None


def _description(table: Mapping[str, Any]) -> Description:
    patience = table["patience"]
    return Description(
        name=_text(table["name"]),
        origin="recording",
        cloud=table["cloud"],
        base_url=_text(table["base_url"]),
        ca_bundle=None,
        actors={
            name: Actor(
                name=name,
                user=given["user"],
                flow="token" if given["token"] else "none",
                token=_HELD_BY.format(name) if given["token"] else None,
                expired_token=_HELD_BY.format("expired") if given["expired"] else None,
            )
            for name, given in table["actors"].items()
        },
        writable=tuple(_texts(table["writable"])),
        resources=dict(table["resources"]),
        roots=dict(table["roots"]),
        contracts=tuple(_texts(table["contracts"])),
        gates=tuple(_texts(table["gates"])),
        patience=Patience(*(float(patience[name]) for name in ("effect_s", "invite_s", "read_s"))),
        waived=dict(table["waived"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list):
        raise TypeError
    return [_text(value) for value in values]


def _one_of(value: Any, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ValueError
    return str(value)


def _others(cassettes: Path) -> str:
    found = sorted(path.parent.name for path in cassettes.glob(f"*/{FILE}"))
    return f"there are: {', '.join(found)}" if found else "there is none yet; record one with --record-mode=rewrite"


# -- what is on file -----------------------------------------------------------------------------------------------


def strays(recording: Recording) -> list[Path]:
    """Cassettes on file that the recording does not list."""
    listed = {recording.place(name) for name in recording.cases}
    return sorted(path for path in recording.folder.rglob(f"*{SUFFIX}") if path not in listed)


def check_files(recording: Recording, known: Collection[str]) -> None:
    """
    See that what is listed is known, and what is on file is listed.

    Args:
        known: Ids of the cases the contracts ask for.

    Raises:
        CassetteError: One is not; it is named, with what to do.
    """
    file = recording.folder / FILE
    unknown = sorted(set(recording.cases) - set(known))
    if unknown:
        raise CassetteError(
            f"{file}: cases: {_first(unknown)} no case of this suite; record it anew under its present name, then take "
            f"the entry out and remove {recording.place(unknown[0])}"
        )
    left = strays(recording)
    if left:
        raise CassetteError(
            f"{_first([str(path) for path in left])} not listed in {file}; remove it, or record its case anew with "
            "--record-mode=rewrite"
        )


def _first(names: Sequence[str]) -> str:
    rest = len(names) - 1
    return f"{names[0]} is" if not rest else f"{names[0]} and {rest} more are"


def unlisted(recording: Recording, cases: Iterable[tuple[str, str]]) -> list[str]:
    """
    Ids of cases the recording should hold and does not list: others of a contract it claims to hold wholly.

    Args:
        cases: Id and contract of every case the contracts ask for.
    """
    return [name for name, contract in cases if contract in recording.complete and name not in set(recording.cases)]


def suite_version() -> str:
    """The version of this suite."""
    return version("graph-cancel-contracts")
