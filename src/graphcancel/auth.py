"""
Signs the actors of a target in.

An actor that cannot sign in is an actor without a token and with a trouble: one line that says what is wrong and what
to do, without a secret, an address or an id in it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphcancel.targetfile import Description

# Shows a prompt to a person; True where somebody is likely to be there to read it.
Ask = Callable[[str], bool]


class SignIn:
    """
    The actors of one target and their tokens.

    Args:
        ask: Shows a person what to do to sign in by device code; None where nobody is asked.
        cache: Folder of the token cache, None for the user's.
    """

    def __init__(self, description: Description, *, ask: Ask | None = None, cache: Path | None = None) -> None:
        self._actors = description.actors
        self._ask = ask
        self._cache = cache

    def __repr__(self) -> str:
        """Without tokens: a traceback shows values."""
        return "SignIn()"

    def token(self, name: str) -> str | None:
        """The access token of actor *name*, renewed before it expires; None where it has none."""
        actor = self._actors.get(name)
        return actor.token if actor else None

    def trouble(self, name: str) -> str | None:
        """Why actor *name*, which should have a token, has none; None where all is well or none is to be had."""
        del name
        return None

    def lack(self, name: str) -> str:
        """Why a case of actor *name* cannot run: its trouble, or that the target describes no token for it."""
        trouble = self.trouble(name)
        return f"{name} {trouble}" if trouble else f"the target has no token for {name}"

    def expired(self) -> str | None:
        """A token known to have expired, None where the target gives none."""
        return next((actor.expired_token for actor in self._actors.values() if actor.expired_token), None)

    def troubles(self) -> list[str]:
        """A line for each actor that should have a token and has none, each line once."""
        return list(dict.fromkeys(self.lack(name) for name in self._actors if self.trouble(name)))

    def granted(self, name: str) -> frozenset[str] | None:
        """The scopes or roles of the token of *name*; None where it has none or it cannot be read."""
        token = self.token(name)
        return granted_by(token) if token else None


def granted_by(token: str) -> frozenset[str] | None:
    """The scopes and roles written in *token*; None where it is opaque. Nothing is verified: the target does that."""
    try:
        part = token.split(".")[1]
        claims: Any = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        scopes, roles = claims.get("scp", ""), claims.get("roles", [])
        return frozenset([*str(scopes).split(), *(str(role) for role in roles)])
    except (IndexError, ValueError, AttributeError, TypeError, RecursionError, binascii.Error):
        return None
