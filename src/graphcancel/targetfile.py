"""
A target as described: a TOML file, or a base URL with its tokens in the environment.

A description is data. `graphcancel.target.Target` is what talks to it.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from graphcancel.actors import ACTORS, APP_ONLY, DELEGATED, Actor, Sources, check_id, read_actor
from graphcancel.errors import TargetError
from graphcancel.reading import WRITTEN, text_within
from graphcancel.sanitise import remark
from graphcancel.tables import (
    LOOPBACK,
    base_url,
    file_beside,
    inner_table,
    kind_of,
    known_keys,
    origin_of,
    refuse_secrets,
    text,
    text_table,
    texts,
)

CLOUDS: Final = {
    "global": "https://graph.microsoft.com",
    "us-gov-l4": "https://graph.microsoft.us",
    "us-gov-l5": "https://dod-graph.microsoft.us",
    "china": "https://microsoftgraph.chinacloudapi.cn",
}
AUTHORITIES: Final = {
    "global": "https://login.microsoftonline.com",
    "us-gov-l4": "https://login.microsoftonline.us",
    "us-gov-l5": "https://login.microsoftonline.us",
    "china": "https://login.chinacloudapi.cn",
}
_KEYS: Final = (
    "name",
    "cloud",
    "base_url",
    "authority",
    "ca_bundle",
    "tenant_id",
    "client_id",
    "contracts",
    "gates",
    "writable",
    "actors",
    "resources",
    "roots",
    "patience",
    "waived",
)
_RESOURCES: Final = ("group", "booking_business", "booking_service")
LONGEST_S: Final = 86_400
"""Seconds anything may be waited for."""
_LONGEST_NAME: Final = 100
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Patience:
    """Deadlines in seconds: for an effect, for an invitation, for one answer."""

    effect_s: float = 60.0
    invite_s: float = 60.0
    read_s: float = 30.0


PATIENCE: Final = tuple(one.name for one in fields(Patience))


@dataclass(frozen=True, slots=True)
class Description:
    """
    Everything a run needs to know of its target, immutable.

    Attributes:
        origin: How much a verdict against it is worth: ``mock``, ``live``, or ``recording:`` and what was recorded
            (``mock``, ``service``, ``server``).
        cloud: The national cloud by the name a target file gives it, or None where the target is none of them.
        base_url: Graph root without version segment or trailing slash.
        authority: Where actors sign in, without tenant or trailing slash; None where no cloud and none is given.
        writable: The only mailboxes a run may touch or mail, lower case.
        roots: Contract id to another Graph root for it.
        contracts: Which contracts to run; empty for all.
        gates: Whose findings fail the run; None for those whose standing is current.
        waived: Route family, resource or clause id to the reason why nothing of it is judged.
        notes: Lines about what is no mistake in the file but a risk.
        software: What answers there, where who describes it knows.
    """

    name: str
    origin: str
    cloud: str | None
    base_url: str
    ca_bundle: Path | None
    actors: Mapping[str, Actor]
    writable: tuple[str, ...]
    resources: Mapping[str, str] = field(default_factory=dict)
    roots: Mapping[str, str] = field(default_factory=dict)
    contracts: tuple[str, ...] = ()
    gates: tuple[str, ...] | None = None
    patience: Patience = field(default_factory=Patience)
    waived: Mapping[str, str] = field(default_factory=dict)
    authority: str | None = None
    notes: tuple[str, ...] = ()
    software: str = ""

    def __repr__(self) -> str:
        """Without addresses or ids: a traceback shows values."""
        return f"Description({self.name!r})"

    def root(self, contract: str) -> str:
        """The Graph root under which *contract* is called, without version segment."""
        return self.roots.get(contract, self.base_url)

    def role_of(self, mailbox: str) -> str:
        """What *mailbox* is to a run: the name of its actor, else its place among the writable ones."""
        address = mailbox.lower()
        for name, actor in self.actors.items():
            if (actor.user or "").lower() == address:
                return name
        return f"mailbox {self.writable.index(address) + 1}" if address in self.writable else "another mailbox"

    @property
    def service(self) -> bool:
        """Whether all calls go to a root that Microsoft publishes: that of the cloud, of any where none is named."""
        published = {CLOUDS[self.cloud]} if self.cloud else set(CLOUDS.values())
        return {self.base_url, *self.roots.values()} <= published

    @property
    def resource(self) -> str:
        """What a token is asked for: the cloud's Graph, whatever URL it is reached by, else the server called."""
        return CLOUDS[self.cloud] if self.cloud else origin_of(self.base_url)

    @property
    def scope(self) -> str:
        """All that is consented to at `resource`."""
        return f"{self.resource}/.default"


def read_target(written: str, environ: Mapping[str, str] = os.environ, *, secrets: bool = True) -> Description:
    """
    Read what was given as ``--target``: a URL or the path of a TOML file.

    Args:
        secrets: False reads no token, secret or key, so none need be there: enough to list cases.

    Raises:
        TargetError: Neither, or a key or variable is missing, unknown or of the wrong kind.
    """
    if "://" in written:
        return _from_url(written, environ, secrets=secrets)
    if written.partition(":")[0] == "replay":
        raise TargetError(
            f"--target {written}: a recording answers to pytest alone; give a URL (https://…) or the path of a target "
            "file (….toml)"
        )
    path = Path(written)
    if path.suffix != ".toml" and not os.path.exists(path):  # noqa: PTH110 - which takes a name that is too long
        raise TargetError(
            f"--target {written}: no such target; give mock, a URL (https://…) or the path of a target file (….toml)"
        )
    return _from_file(path, environ, secrets=secrets)


def check_names(description: Description, known: Collection[str]) -> None:
    """
    See that every contract the description names is one.

    Raises:
        TargetError: A misspelt gate would gate nothing, a misspelt root would send the calls elsewhere.
    """
    for key, names in (("gates", description.gates or ()), ("roots", description.roots)):
        known_keys(names, known, f"{description.name}: {key}")


def _from_url(url: str, environ: Mapping[str, str], *, secrets: bool) -> Description:
    base = base_url(url, "--target")
    actors = {}
    for name, needed in (("organizer", True), ("attendee", False), ("app", False)):
        variable = f"GRAPH_{name.upper()}_TOKEN"
        user = environ.get(f"GRAPH_{name.upper()}_USER", "").strip()
        if not secrets or (not environ.get(variable, "").strip() and not needed):
            continue
        if not user and name != "app":
            raise TargetError(
                f"--target {url}: the environment variable GRAPH_{name.upper()}_USER is not set; "
                f"set it to the userPrincipalName of the {name}'s mailbox"
            )
        table = {"token_env": variable} | ({"user": user} if user and name != "app" else {})
        actors[name] = read_actor(name, table, Sources(environ), f"--target {url}: {name}")
    mailboxes = tuple(actor.user.lower() for actor in actors.values() if actor.user)
    host = urlsplit(base).hostname or "url"
    cloud = next((name for name, root in CLOUDS.items() if root == base), None)
    return Description(
        name=host, origin="live", cloud=cloud, base_url=base, ca_bundle=None, actors=actors, writable=mailboxes
    )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_within(path, WRITTEN))
    except FileNotFoundError:
        raise TargetError(f"{path}: no such file; name a target file, a URL or mock") from None
    except (ValueError, RecursionError) as error:
        raise TargetError(f"{path}: not readable as TOML: {error}; correct the file at that place") from None
    except OSError as error:
        raise TargetError(f"{path}: not readable: {error.strerror}") from None


def _from_file(path: Path, environ: Mapping[str, str], *, secrets: bool) -> Description:
    table = _parsed(path)
    place = str(path)
    refuse_secrets(table, place)
    known_keys(table, _KEYS, place)
    cloud = text(table, "cloud", place)
    if cloud and cloud not in CLOUDS:
        raise TargetError(f"{place}: cloud = {cloud!r} is unknown; allowed: {', '.join(CLOUDS)}")
    written_url = text(table, "base_url", place, default=CLOUDS.get(cloud, ""))
    if not written_url:
        raise TargetError(f"{place}: neither cloud nor base_url is given; add one of them")
    base = base_url(written_url, f"{place}: base_url")
    defaults = {key: text(table, key, place) for key in ("tenant_id", "client_id")}
    for key, value in defaults.items():
        if value:
            check_id(value, f"{place}: {key}")
    writable = _writable(table, place)
    sources = Sources(environ, path.parent, defaults, secrets=secrets)
    actors = _actors(inner_table(table, "actors", place), sources, place)
    for actor in actors.values():
        if actor.user and actor.user.lower() not in writable:
            raise TargetError(f"{place}: actors.{actor.name}.user is not listed in writable; add it there")
    bundle = text(table, "ca_bundle", place)
    return Description(
        name=_name(table, path, place),
        origin="live",
        cloud=cloud or None,
        base_url=base,
        authority=_authority(table, cloud, actors, place),
        ca_bundle=file_beside(path.parent, bundle, f"{place}: ca_bundle") if bundle and secrets else None,
        actors=actors,
        writable=writable,
        resources=text_table(table, "resources", place, _RESOURCES),
        roots=_roots(table, base, place),
        contracts=tuple(texts(table, "contracts", place)),
        gates=tuple(texts(table, "gates", place)) if "gates" in table else None,
        patience=_patience(inner_table(table, "patience", place), place),
        waived=_waived(table, place),
        notes=tuple(sources.notes),
    )


def _name(table: Mapping[str, Any], path: Path, place: str) -> str:
    """What the target is called, in every report and on the terminal."""
    written = text(table, "name", place, default=path.stem)
    if not written.isprintable() or not written.strip() or len(written) > _LONGEST_NAME:
        raise TargetError(f"{place}: name is no name; write a few words on one line")
    return written


def _writable(table: Mapping[str, Any], place: str) -> tuple[str, ...]:
    written = texts(table, "writable", place)
    if not written:
        raise TargetError(f"{place}: writable is missing; list the only mailboxes a run may touch or mail")
    mailboxes: list[str] = []
    for number, mailbox in enumerate(written, 1):
        if not _ADDRESS.fullmatch(mailbox):
            raise TargetError(f"{place}: writable: entry {number} is no address; write name@domain")
        if mailbox.lower() in mailboxes:
            raise TargetError(f"{place}: writable: entry {number} is listed twice; remove one")
        mailboxes.append(mailbox.lower())
    return tuple(mailboxes)


def _actors(table: Mapping[str, Any], sources: Sources, place: str) -> dict[str, Actor]:
    known_keys(table, ACTORS, f"{place}: actors")
    if "organizer" not in table:
        raise TargetError(f"{place}: [actors.organizer] is missing; a run needs a mailbox to create meetings in")
    actors = {}
    for name, written in table.items():
        where = f"{place}: actors.{name}"
        if not isinstance(written, dict):
            raise TargetError(f"{where} is {kind_of(written)}, not a table; write [actors.{name}]")
        actors[name] = read_actor(name, written, sources, where)
    attendee, organizer = actors.get("attendee"), actors["organizer"]
    if attendee and (attendee.user or "").lower() == (organizer.user or "").lower():
        raise TargetError(f"{place}: actors.attendee.user is the organizer's too; nobody is invited to a meeting of "
                          "their own, so give another mailbox")  # fmt: skip
    return actors


def _authority(table: Mapping[str, Any], cloud: str, actors: Mapping[str, Actor], place: str) -> str | None:
    written = text(table, "authority", place, default=AUTHORITIES.get(cloud, ""))
    signing = [actor for actor in actors.values() if actor.flow in APP_ONLY | DELEGATED - {"managed-identity"}]
    if not written:
        if signing:
            raise TargetError(
                f"{place}: {signing[0].name} signs in, and neither cloud nor authority says where; add one of them"
            )
        return None
    authority = base_url(written, f"{place}: authority", plain=False)
    for actor in signing:
        if actor.tenant_id and urlsplit(authority).path.lower().endswith(f"/{actor.tenant_id.lower()}"):
            raise TargetError(f"{place}: authority: ends with the tenant, which is added by itself; leave it out")
    return authority


def _roots(table: Mapping[str, Any], base: str, place: str) -> dict[str, str]:
    """Contract to root. A token goes to the server it was issued for and to no other."""
    roots = {}
    for contract, written in text_table(table, "roots", place).items():
        root = base_url(written, f"{place}: roots.{contract}")
        near = all(urlsplit(url).hostname in LOOPBACK for url in (root, base))
        if origin_of(root) != origin_of(base) and not near:
            raise TargetError(
                f"{place}: roots.{contract}: another server than base_url's, and tokens go to one server only; "
                "describe it in a target file of its own"
            )
        roots[contract] = root
    return roots


def _waived(table: Mapping[str, Any], place: str) -> dict[str, str]:
    found = {name: remark(reason) for name, reason in text_table(table, "waived", place).items()}
    for name, reason in found.items():
        if not reason:
            raise TargetError(f"{place}: waived.{name} is empty; give the reason why nothing of it is judged")
    return found


def _patience(table: Mapping[str, Any], place: str) -> Patience:
    known_keys(table, PATIENCE, f"{place}: patience")
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TargetError(f"{place}: patience.{key} is {kind_of(value)}; give a positive number of seconds")
        if not value > 0:
            raise TargetError(f"{place}: patience.{key} = {value} is no positive number of seconds")
        if value > LONGEST_S:
            raise TargetError(f"{place}: patience.{key} is longer than a day; give seconds")
    return Patience(**{key: float(value) for key, value in table.items()})
