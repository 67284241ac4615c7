"""
Who calls: the actors of a target and where their tokens come from.

Only tokens handed over by environment variable are served here; a target file that asks for another flow is refused
with the remedy rather than half-served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphcancel.errors import TargetError

ACTORS = ("organizer", "attendee", "app", "reader")
FLOWS = (
    "token",
    "client-secret",
    "certificate",
    "federated",
    "managed-identity",
    "device-code",
    "username-password",
    "none",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """
    One of the callers of a target.

    Attributes:
        user: userPrincipalName of the mailbox the actor acts for; None for an app.
        token: The access token, opaque; None where the actor has a mailbox but no token of its own.
        expired_token: A token known to have expired, where the target gives one.
        token_env: The variable the token came from, for the curl line of a finding.
    """

    name: str
    user: str | None
    token: str | None
    expired_token: str | None
    token_env: str | None

    def __repr__(self) -> str:
        """Without token or address: a traceback shows values."""
        return f"Actor({self.name!r})"


def actor_from(name: str, table: Mapping[str, object], environ: Mapping[str, str], place: str) -> Actor:
    """
    Read one ``[actors.…]`` table.

    Args:
        place: File and table, for messages.

    Raises:
        TargetError: A variable is not set, or the flow is not one this version serves.
    """
    flow = str(table.get("flow", "token" if "token_env" in table else "none"))
    if flow not in FLOWS:
        raise TargetError(f"{place}.flow: {flow!r} is no flow; allowed: {', '.join(FLOWS)}")
    user = table.get("user")
    token = expired = token_env = None
    if flow == "token":
        token_env = str(table.get("token_env") or "")
        if not token_env:
            raise TargetError(f'{place}: flow = "token" needs token_env; name the variable that holds the token')
        token = _variable(token_env, environ, f"{place}.token_env")
        if "expired_token_env" in table:
            expired = _variable(str(table["expired_token_env"]), environ, f"{place}.expired_token_env")
    elif flow != "none":
        raise TargetError(
            f"{place}.flow: {flow!r} is not served by this version; get a token by other means, "
            'put it into a variable and use flow = "token", token_env = "…"'
        )
    return Actor(name, str(user) if user else None, token, expired, token_env)


def _variable(name: str, environ: Mapping[str, str], place: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise TargetError(f"{place}: the environment variable {name} is not set; set it to an access token")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise TargetError(f"{place}: the environment variable {name} holds no token; set it to the bare access token")
    return value
