"""
A target as described: a TOML file, or a base URL with its tokens in the environment.

A description is data. `graphcancel.target.Target` is what talks to it.
"""

from __future__ import annotations

import difflib
import math
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from graphcancel.auth import ACTORS, Actor, actor_from
from graphcancel.errors import TargetError
from graphcancel.sanitise import remark

CLOUDS: Final = {
    "global": "https://graph.microsoft.com",
    "us-gov-l4": "https://graph.microsoft.us",
    "us-gov-l5": "https://dod-graph.microsoft.us",
    "china": "https://microsoftgraph.chinacloudapi.cn",
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
_ACTOR_KEYS: Final = (
    "user",
    "flow",
    "tenant_id",
    "client_id",
    "token_env",
    "expired_token_env",
    "secret_env",
    "password_env",
    "certificate",
    "private_key",
    "assertion_file",
)
_RESOURCES: Final = ("group", "booking_business", "booking_service")
_PATIENCE: Final = ("effect_s", "invite_s", "read_s")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Patience:
    """Deadlines in seconds: for an effect, for an invitation, for one answer."""

    effect_s: float = 60.0
    invite_s: float = 60.0
    read_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Description:
    """
    Everything a run needs to know of its target, immutable.

    Attributes:
        origin: ``mock``, ``recording`` or ``live``: how much a verdict against it is worth.
        cloud: The national cloud by the name a target file gives it, or None where the target is none of them.
        base_url: Graph root without version segment or trailing slash.
        writable: The only mailboxes a run may touch or mail, lower case.
        roots: Contract id to another Graph root for it.
        contracts: Which contracts to run; empty for all.
        gates: Whose findings fail the run; None for those whose standing is current.
        waived: Route family, resource or clause id to the reason why nothing of it is judged.
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

    def __repr__(self) -> str:
        """Without addresses or ids: a traceback shows values."""
        return f"Description({self.name!r})"

    def root(self, contract: str) -> str:
        """The Graph root under which *contract* is called, without version segment."""
        return self.roots.get(contract, self.base_url)


def read_target(written: str, environ: Mapping[str, str] = os.environ) -> Description:
    """
    Read what was given as ``--target``: a URL or the path of a TOML file.

    Raises:
        TargetError: Neither, or a key or variable is missing, unknown or of the wrong kind.
    """
    if "://" in written:
        return _from_url(written, environ)
    path = Path(written)
    if path.suffix != ".toml" and not os.path.exists(path):  # noqa: PTH110 - which takes a name that is too long
        raise TargetError(
            f"--target {written}: no such target; give mock, a URL (https://…) or the path of a target file (….toml)"
        )
    return _from_file(path, environ)


def check_names(description: Description, known: Collection[str]) -> None:
    """
    See that every contract the description names is one.

    Raises:
        TargetError: A misspelt gate would gate nothing, a misspelt root would send the calls elsewhere.
    """
    for key, names in (("gates", description.gates or ()), ("roots", description.roots)):
        _known_keys(dict.fromkeys(names), known, f"{description.name}: {key}")


def _from_url(url: str, environ: Mapping[str, str]) -> Description:
    base = _base_url(url, "--target")
    actors = {}
    for name, needed in (("organizer", True), ("attendee", False), ("app", False)):
        variable = f"GRAPH_{name.upper()}_TOKEN"
        user = environ.get(f"GRAPH_{name.upper()}_USER", "").strip()
        if not environ.get(variable, "").strip() and not needed:
            continue
        if not user and name != "app":
            raise TargetError(
                f"--target {url}: the environment variable GRAPH_{name.upper()}_USER is not set; "
                f"set it to the userPrincipalName of the {name}'s mailbox"
            )
        table = {"token_env": variable} | ({"user": user} if user and name != "app" else {})
        actors[name] = actor_from(name, table, environ, f"--target {url}: {name}")
    mailboxes = tuple(actor.user.lower() for actor in actors.values() if actor.user)
    host = urlsplit(base).hostname or "url"
    cloud = next((name for name, root in CLOUDS.items() if root == base), None)
    return Description(
        name=host, origin="live", cloud=cloud, base_url=base, ca_bundle=None, actors=actors, writable=mailboxes
    )


def _from_file(path: Path, environ: Mapping[str, str]) -> Description:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TargetError(f"{path}: no such file; name a target file, a URL or mock") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetError(f"{path}: not readable as TOML: {error}; correct the file at that place") from None
    except OSError as error:
        raise TargetError(f"{path}: not readable: {error.strerror}") from None
    place = str(path)
    _known_keys(table, _KEYS, place)
    for key in ("authority", "tenant_id", "client_id"):
        _string(table, key, place, default="")
    cloud = _string(table, "cloud", place, default="")
    if cloud and cloud not in CLOUDS:
        raise TargetError(f"{place}: cloud = {cloud!r} is unknown; allowed: {', '.join(CLOUDS)}")
    written_url = _string(table, "base_url", place, default=CLOUDS.get(cloud, ""))
    if not written_url:
        raise TargetError(f"{place}: neither cloud nor base_url is given; add one of them")
    writable = tuple(mailbox.lower() for mailbox in _strings(table, "writable", place))
    if not writable:
        raise TargetError(f"{place}: writable is missing; list the only mailboxes a run may touch or mail")
    actors = _actors(_table(table, "actors", place), environ, place)
    for actor in actors.values():
        if actor.user and actor.user.lower() not in writable:
            raise TargetError(f"{place}: actors.{actor.name}.user is not listed in writable; add it there")
    bundle = _string(table, "ca_bundle", place, default="")
    if bundle and not (path.parent / bundle).is_file():
        raise TargetError(f"{place}: ca_bundle = {bundle!r}: no such file beside the target file")
    return Description(
        name=_string(table, "name", place, default=path.stem),
        origin="live",
        cloud=cloud or None,
        base_url=_base_url(written_url, f"{place}: base_url"),
        ca_bundle=(path.parent / bundle) if bundle else None,
        actors=actors,
        writable=writable,
        resources=_string_table(table, "resources", place, _RESOURCES),
        roots={
            contract: _base_url(root, f"{place}: roots.{contract}")
            for contract, root in _string_table(table, "roots", place).items()
        },
        contracts=tuple(_strings(table, "contracts", place)),
        gates=tuple(_strings(table, "gates", place)) if "gates" in table else None,
        patience=_patience(_table(table, "patience", place), place),
        waived=_waived(table, place),
    )


def _actors(table: Mapping[str, Any], environ: Mapping[str, str], place: str) -> dict[str, Actor]:
    _known_keys(table, ACTORS, f"{place}: actors")
    if "organizer" not in table:
        raise TargetError(f"{place}: [actors.organizer] is missing; a run needs a mailbox to create meetings in")
    actors = {}
    for name, written in table.items():
        where = f"{place}: actors.{name}"
        if not isinstance(written, dict):
            raise TargetError(f"{where} is no table; write [actors.{name}]")
        _known_keys(written, _ACTOR_KEYS, where)
        for key in written:
            _string(written, key, where)
        if name in {"organizer", "attendee"} and not written.get("user"):
            raise TargetError(f"{where}.user is missing; give the mailbox's userPrincipalName")
        actors[name] = actor_from(name, written, environ, where)
    return actors


def _base_url(url: str, place: str) -> str:
    try:
        parts = urlsplit(url.rstrip("/"))
        port = parts.port
    except ValueError as error:
        why = _bare(str(error))
        raise TargetError(f"{place}: {_bare(url)!r} is no URL ({why}); write https://host[/path]") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or port == 0:
        raise TargetError(f"{place}: {_bare(url)!r} is no base URL; write https://host[/path] without query")
    if parts.username or parts.password:
        raise TargetError(f"{place}: the URL carries credentials; remove them, tokens come from the environment")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise TargetError(f"{place}: plain http is allowed on loopback only; use https")
    return parts.geturl()


def _bare(url: str) -> str:
    """*url* without what may be a secret: credentials, query and fragment."""
    return re.sub(r"(?<=//)[^/]*@|[?#].*", "…", url)


def _known_keys(table: Mapping[str, Any], allowed: Collection[str], place: str) -> None:
    for key in table:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(allowed)}"
            raise TargetError(f"{place}: unknown key {key!r}; {hint}")


def _string(table: Mapping[str, Any], key: str, place: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise TargetError(f"{place}: {key} = {value!r} is no string; write it in quotes")
    return value


def _strings(table: Mapping[str, Any], key: str, place: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TargetError(f"{place}: {key} is no list of strings; write {key} = ['…']")
    return value


def _table(table: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise TargetError(f"{place}: {key} is no table; write [{key}]")
    return value


def _string_table(
    table: Mapping[str, Any], key: str, place: str, allowed: Collection[str] | None = None
) -> dict[str, str]:
    inner = _table(table, key, place)
    if allowed is not None:
        _known_keys(inner, allowed, f"{place}: {key}")
    return {name: _string(inner, name, f"{place}: {key}") for name in inner}


def _waived(table: Mapping[str, Any], place: str) -> dict[str, str]:
    found = {name: remark(reason) for name, reason in _string_table(table, "waived", place).items()}
    for name, reason in found.items():
        if not reason:
            raise TargetError(f"{place}: waived.{name} is empty; give the reason why nothing of it is judged")
    return found


def _patience(table: Mapping[str, Any], place: str) -> Patience:
    _known_keys(table, _PATIENCE, f"{place}: patience")
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise TargetError(f"{place}: patience.{key} = {value!r} is no positive number of seconds")
    return Patience(**{key: float(value) for key, value in table.items()})
