"""
Who calls: the actors of a target, how each signs in, and what for.

An actor is data, read from one ``[actors.…]`` table. Secrets come from variables and files named there, never from the
table itself. `graphcancel.auth` is what signs them in.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from graphcancel.errors import TargetError
from graphcancel.reading import WRITTEN, read_within
from graphcancel.tables import file_beside, known_keys, looks_secret, text

ACTORS: Final = ("organizer", "attendee", "app", "reader")

# Flow to the keys it needs and those it may have, beside what every actor may have.
_NEEDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "token": (("token_env",), ()),
    "client-secret": (("tenant_id", "client_id", "secret_env"), ()),
    "certificate": (("tenant_id", "client_id", "certificate", "private_key"), ()),
    "federated": (("tenant_id", "client_id", "assertion_file"), ()),
    "managed-identity": ((), ("client_id",)),
    "device-code": (("user", "tenant_id", "client_id"), ()),
    "username-password": (("user", "tenant_id", "client_id", "password_env"), ("secret_env",)),
    "none": ((), ()),
}
FLOWS: Final = tuple(_NEEDS)
# Flows in which an app acts by itself, and those in which it acts for a person.
APP_ONLY: Final = frozenset({"client-secret", "certificate", "federated", "managed-identity"})
DELEGATED: Final = frozenset({"device-code", "username-password"})
ACTOR_KEYS: Final = (
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
_ALWAYS: Final = frozenset({"user", "flow", "expired_token_env"})
_WHAT: Final = {
    "token_env": "an access token",
    "expired_token_env": "a token known to have expired",
    "secret_env": "the client secret",
    "password_env": "the password",
}
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_ANY_TENANT: Final = frozenset({"common", "organizations", "consumers"})


@dataclass(frozen=True, slots=True)
class Actor:
    """
    One of the callers of a target.

    Attributes:
        user: userPrincipalName of the mailbox the actor acts for; None for an app.
        flow: How it signs in; ``none`` has a mailbox but no token of its own.
        token: The access token of flow ``token``, opaque.
        expired_token: A token known to have expired, where the target gives one.
        token_env: The variable the token came from, for the curl line of a finding; *expired_token_env* likewise.
        certificate: PEM text of the client certificate; *private_key* likewise.
        assertion_file: Read anew at each use, since whoever writes it replaces it before it expires.
    """

    name: str
    user: str | None = None
    flow: str = "none"
    token: str | None = None
    expired_token: str | None = None
    token_env: str | None = None
    expired_token_env: str | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    secret: str | None = None
    password: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    assertion_file: Path | None = None

    def __repr__(self) -> str:
        """Without token, secret or address: a traceback shows values."""
        return f"Actor({self.name!r})"


@dataclass(frozen=True, slots=True)
class Sources:
    """
    Where what a table names is found.

    Attributes:
        folder: Paths are relative to it.
        defaults: ``tenant_id`` and ``client_id`` of the whole file.
        secrets: False reads no variable and no file, for who only lists.
        notes: Receives a line for what is no mistake but a risk.
    """

    environ: Mapping[str, str]
    folder: Path = Path()
    defaults: Mapping[str, str] = field(default_factory=dict)
    secrets: bool = True
    notes: list[str] = field(default_factory=list)


def read_actor(name: str, table: Mapping[str, Any], sources: Sources, place: str) -> Actor:
    """
    Read one ``[actors.…]`` table.

    Args:
        place: File and table, for messages.

    Raises:
        TargetError: A key is missing, unknown, of the wrong kind or of no use to the flow, or what it names is not
            there.
    """
    known_keys(table, ACTOR_KEYS, place)
    written = {key: text(table, key, place) for key in table}
    flow = _flow(name, written, place)
    _check_user(name, written.get("user"), place)
    needs, may = _NEEDS[flow]
    for key in written:
        if key not in {*_ALWAYS, *needs, *may}:
            raise TargetError(f"{place}.{key}: flow = {flow!r} does not use it; {_use_of(name, key)}")
    values = _ids(flow, written, sources, place)
    for key in needs:
        if not written.get(key) and not values.get(key):
            raise TargetError(f'{place}: flow = "{flow}" needs {key}; {_remedy(key)}')
    kept = _Kept(sources, written, place)
    return Actor(
        name,
        user=written.get("user") or None,
        flow=flow,
        token=kept.variable("token_env"),
        expired_token=kept.variable("expired_token_env"),
        token_env=written.get("token_env"),
        expired_token_env=written.get("expired_token_env"),
        tenant_id=values.get("tenant_id"),
        client_id=values.get("client_id"),
        secret=kept.variable("secret_env"),
        password=kept.variable("password_env"),
        certificate=kept.pem("certificate"),
        private_key=kept.pem("private_key"),
        assertion_file=kept.path("assertion_file"),
    )


def _flow(name: str, written: Mapping[str, str], place: str) -> str:
    flow = written.get("flow", "token" if "token_env" in written else "none")
    if flow not in FLOWS:
        shown = repr(flow) if _ID.fullmatch(flow) and not looks_secret(flow) else "what is written there"
        raise TargetError(f"{place}.flow: {shown} is no flow; allowed: {', '.join(FLOWS)}")
    if name == "app" and flow in DELEGATED:
        raise TargetError(
            f"{place}.flow: {flow!r} signs a person in, and an app acts by itself; use {_listed(APP_ONLY)} or token"
        )
    if name != "app" and flow in APP_ONLY:
        raise TargetError(
            f"{place}.flow: {flow!r} signs no person in, only an app; give {name} its user alone and let [actors.app] "
            f"act, or use {_listed(DELEGATED)} or token"
        )
    return flow


def _check_user(name: str, user: str | None, place: str) -> None:
    if name == "app":
        if user is not None:
            raise TargetError(f"{place}.user: an app has no mailbox of its own; remove the key")
    elif not user:
        raise TargetError(f"{place}.user is missing; give the mailbox's userPrincipalName")
    elif not _ADDRESS.fullmatch(user):
        raise TargetError(f"{place}.user is no userPrincipalName; write name@domain")


def _ids(flow: str, written: Mapping[str, str], sources: Sources, place: str) -> dict[str, str]:
    """Tenant and client, the actor's own before those of the whole file."""
    needs, may = _NEEDS[flow]
    values = {key: written[key] for key in ("tenant_id", "client_id") if written.get(key)}
    for key, value in values.items():
        check_id(value, f"{place}.{key}")
    # The file's own client is an app registration; a managed identity has a client id of another kind.
    values |= {key: value for key, value in sources.defaults.items() if key in needs and value and key not in values}
    if flow in APP_ONLY and "tenant_id" not in may and values.get("tenant_id", "").lower() in _ANY_TENANT:
        raise TargetError(
            f"{place}: tenant_id = {values['tenant_id']!r} is no tenant, and an app signs in to one; give its id"
        )
    return values


def check_id(value: str, place: str) -> None:
    """Refuse what is no tenant's or client's id; it may be a secret pasted into the wrong line, so it is not shown."""
    if not _ID.fullmatch(value) or looks_secret(value):
        raise TargetError(f"{place}: is no id; give the GUID shown in the app's registration, or the tenant's domain")


def _use_of(name: str, key: str) -> str:
    able = [
        flow
        for flow, (needs, may) in _NEEDS.items()
        if key in {*needs, *may} and flow not in (DELEGATED if name == "app" else APP_ONLY)
    ]
    return f"remove the key or set flow = {' or '.join(map(repr, able))}" if able else "remove the key"


def _remedy(key: str) -> str:
    if key in _WHAT:
        return f"name the variable that holds {_WHAT[key]}"
    if key in {"tenant_id", "client_id"}:
        return "give it there or at the top of the file"
    return "name the file" if key != "user" else "give the mailbox's userPrincipalName"


def _listed(flows: frozenset[str]) -> str:
    return ", ".join(flow for flow in FLOWS if flow in flows)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the keys of one table name, in variables and files."""

    sources: Sources
    written: Mapping[str, str]
    place: str

    def variable(self, key: str) -> str | None:
        """The value of the variable *key* names, None where the table has no such key."""
        name = self.written.get(key)
        if name is None:
            return None
        where = f"{self.place}.{key}"
        if not _VARIABLE.fullmatch(name) or (looks_secret(name) and name not in self.sources.environ):
            raise TargetError(f"{where}: is no variable's name; put {_WHAT[key]} into a variable and name that")
        if not self.sources.secrets:
            return None
        value = self.sources.environ.get(name, "").strip()
        if not value:
            raise TargetError(f"{where}: the environment variable {name} is not set; set it to {_WHAT[key]}")
        bare = value.isascii() and value.isprintable() and " " not in value
        if not bare and key in {"token_env", "expired_token_env"}:
            raise TargetError(
                f"{where}: the environment variable {name} holds no token; set it to the bare access token"
            )
        return value

    def path(self, key: str) -> Path | None:
        """The file *key* names, None where the table has no such key."""
        written = self.written.get(key)
        if written is None or not self.sources.secrets:
            return None
        return file_beside(self.sources.folder, written, f"{self.place}.{key}")

    def pem(self, key: str) -> str | None:
        """The text of the PEM file *key* names, None where the table has no such key."""
        path = self.path(key)
        if path is None:
            return None
        where = f"{self.place}.{key}"
        found = read_within(path, WRITTEN).decode("ascii", "replace")
        wanted = "CERTIFICATE" if key == "certificate" else "PRIVATE KEY"
        if not re.search(rf"-----BEGIN [A-Z ]*{wanted}-----", found):
            raise TargetError(
                f"{where}: the file holds no {wanted.lower()} in PEM; convert it, for instance by openssl"
            )
        if key == "private_key" and "ENCRYPTED" in found:
            raise TargetError(
                f"{where}: the key is encrypted, and nobody is there at night to decrypt it; export it plain"
            )
        if key == "private_key" and os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            self.sources.notes.append(f"{where}: others can read the private key; chmod 600 it")
        return found
