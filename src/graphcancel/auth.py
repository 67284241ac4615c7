"""
Signs the actors of a target in, and again before a token expires: a night is longer than a token lives.

An actor that cannot sign in is an actor without a token and with a trouble: one line that says what is wrong and what
to do, without a secret, an address or an id in it.
"""

from __future__ import annotations

import base64
import binascii
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graphcancel.flows import Ask, Flow, Grant
from graphcancel.refusals import Refused
from graphcancel.tokenfile import default_folder

if TYPE_CHECKING:
    from graphcancel.targetfile import Description

_MARGIN_S: Final = 290.0  # msal renews what has less than five minutes left
_MARGIN: Final = 0.2
_FIRST_PAUSE_S: Final = 30.0
_LONGEST_PAUSE_S: Final = 600.0


@dataclass(slots=True)
class _Held:
    """
    What one actor has at present.

    Attributes:
        due: When to ask the authority again, infinity for never; *ends* when the token expires (monotonic, seconds).
    """

    flow: Flow
    grant: Grant | None = field(default=None, repr=False)
    due: float = 0.0
    ends: float = 0.0
    trouble: str | None = None
    pause: float = _FIRST_PAUSE_S


class SignIn:
    """
    The actors of one target and their tokens. Nothing is asked of anybody before a token is.

    Args:
        ask: Shows a person what to do to sign in by device code; None where nobody is asked.
        cache: Folder of the token caches, None for the user's.

    Attributes:
        notes: Lines a person should know that are no trouble of an actor.
    """

    def __init__(self, description: Description, *, ask: Ask | None = None, cache: Path | None = None) -> None:
        self.notes: list[str] = []
        self._description = description
        self._actors = description.actors
        self._ask = ask
        self._cache = cache
        self._held: dict[str, _Held] = {}

    def __repr__(self) -> str:
        """Without tokens: a traceback shows values."""
        return "SignIn()"

    def close(self) -> None:
        """Close the connections."""
        for held in self._held.values():
            held.flow.close()

    def token(self, name: str) -> str | None:
        """The access token of actor *name*, renewed before it expires; None where it has none."""
        actor = self._actors.get(name)
        if actor is None or actor.flow in {"token", "none"}:
            return actor.token if actor else None
        held = self._held.get(name)
        if held is None:
            flow = Flow(actor, self._description, self._ask, self._cache or default_folder(), self.notes)
            held = self._held[name] = _Held(flow)
        if time.monotonic() >= held.due:
            _renew(held)
        return held.grant.token if held.grant else None

    def trouble(self, name: str) -> str | None:
        """Why actor *name*, which should have a token, has none; None where all is well or none is to be had."""
        if self.token(name) or name not in self._held:
            return None
        return self._held[name].trouble

    def lack(self, name: str) -> str:
        """Why a case of actor *name* cannot run: its trouble, or that the target describes no token for it."""
        trouble = self.trouble(name)
        return f"{name} {trouble}" if trouble else f"the target has no token for {name}"

    def lack_of(self, mailbox: str) -> str | None:
        """The trouble of who could read *mailbox*, its own actor's before the app's; None where nobody has any."""
        owners = [
            name
            for name, actor in self._actors.items()
            if name != "reader" and (actor.user or "").lower() == mailbox.lower()
        ]
        return next((self.lack(name) for name in (*owners, "app") if self.trouble(name)), None)

    def expired(self) -> str | None:
        """A token known to have expired, None where the target gives none."""
        return next((actor.expired_token for actor in self._actors.values() if actor.expired_token), None)

    def troubles(self) -> list[str]:
        """A line for each actor that should have a token and has none, each line once."""
        return list(dict.fromkeys(self.lack(name) for name in self._actors if self.trouble(name)))

    def granted(self, name: str) -> frozenset[str] | None:
        """
        The scopes or roles of the token of *name*: what the authority said, else what the token says.

        None where it has none or it cannot be read, which is no error: a token is opaque to all but its target.
        """
        token = self.token(name)
        if not token:
            return None
        held = self._held.get(name)
        return (held.grant.scopes if held and held.grant else None) or granted_by(token)


def _renew(held: _Held) -> None:
    """Ask for a token; one that is still good is kept where there is no other to be had just now."""
    try:
        held.grant = held.flow.obtain()
    except Refused as refused:
        now = time.monotonic()
        if now >= held.ends:
            held.grant = None
            held.trouble = str(refused)
        # What a person has to mend does not mend itself, unless a token that is still good gives the time to wait.
        again = refused.passing or held.grant is not None
        held.due = now + held.pause if again else float("inf")
        if held.grant is not None:
            held.due = min(held.due, held.ends)
        held.pause = min(2 * held.pause, _LONGEST_PAUSE_S)
        return
    now = time.monotonic()
    held.trouble, held.pause = None, _FIRST_PAUSE_S
    held.ends = now + held.grant.seconds
    held.due = held.ends - min(_MARGIN_S, _MARGIN * held.grant.seconds)


def granted_by(token: str) -> frozenset[str] | None:
    """The scopes and roles written in *token*; None where it is opaque. Nothing is verified: the target does that."""
    try:
        part = token.split(".")[1]
        claims: Any = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        scopes, roles = claims.get("scp", ""), claims.get("roles", [])
        return frozenset([*str(scopes).split(), *(str(role) for role in roles)])
    except (IndexError, ValueError, AttributeError, TypeError, RecursionError, binascii.Error):
        return None


def ask_on_stderr(prompt: str) -> bool:
    """Show *prompt* to whoever started this process, and say whether that is a person at a terminal."""
    sys.stderr.write(f"graphcancel: {prompt}\n")
    sys.stderr.flush()
    return sys.stderr.isatty()
