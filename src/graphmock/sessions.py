"""What the authority remembers between two requests: refresh tokens, and codes that devices wait for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from graphmock import clock
from graphmock.errors import refuse
from graphmock.rules import obeys
from graphmock.when import stamp

if TYPE_CHECKING:
    from graphmock.registration import Account, Client
    from graphmock.scopes import Wish

_MOST = 10_000  # of each kind; of more, the oldest are forgotten
_INACTIVE = 90 * 24 * 3600.0
CODE_LIFETIME = 900
INTERVAL = 1
_IMPATIENCE = 0.5  # seconds by which a device may be early
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Session:
    """A user's sign-in that can be renewed; *state* is empty, ``revoked`` or ``expired``."""

    client: Client
    account: Account
    begun: float
    state: str = ""


@dataclass(slots=True)
class DeviceCode:
    """A device that waits; *answer* is who signed in, or ``declined``."""

    client: Client
    wish: Wish
    user_code: str
    expires: float
    asked: float = 0.0
    answer: Account | str | None = None


@dataclass(slots=True)
class Sessions:
    """All refresh tokens and device codes there are."""

    by_token: dict[str, Session] = field(default_factory=dict)
    devices: dict[str, DeviceCode] = field(default_factory=dict)

    @obeys("refresh.rotation")
    def begin(self, client: Client, account: Account) -> str:
        """Make a refresh token."""
        token = "1.A" + secrets.token_urlsafe(80)
        _keep(self.by_token, token, Session(client, account, clock.seconds()))
        return token

    def resume(self, token: str, client: Client) -> Account:
        """
        Say whose session a refresh token continues.

        Raises:
            Refusal: It continues none.
        """
        session = self.by_token.get(token)
        if session is None or session.client.id != client.id:
            raise refuse("refresh.invalid")
        if session.state == "revoked":
            raise refuse("refresh.revoked")
        if session.state == "expired" or clock.seconds() - session.begun > _INACTIVE:
            raise refuse("refresh.expired", issued=stamp(datetime.fromtimestamp(session.begun, UTC)))
        return session.account

    def end(self, account: Account, state: str) -> None:
        """Revoke a user's sessions, or let them expire."""
        for token, session in self.by_token.items():
            if session.account == account:
                self.by_token[token] = replace(session, state=state)

    @obeys("device.code")
    def wait(self, client: Client, wish: Wish) -> tuple[str, DeviceCode]:
        """Make a code for a device, and one for its user."""
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
        code = secrets.token_urlsafe(60)
        waiting = DeviceCode(client, wish, user_code, clock.seconds() + CODE_LIFETIME)
        _keep(self.devices, code, waiting)
        return code, waiting

    def device(self, user_code: str) -> DeviceCode | None:
        """Find what waits for a user's code, if it still does."""
        wanted = user_code.strip().upper()
        found = (one for one in self.devices.values() if one.user_code == wanted)
        return next((one for one in found if one.answer is None and one.expires > clock.seconds()), None)

    def redeem(self, code: str, client: Client) -> tuple[Account, Wish]:
        """
        Say who signed in for a device, and what it wanted; a code is good for one answer.

        Raises:
            Refusal: Not yet, or never.
        """
        waiting = self.devices.get(code)
        if waiting is None or waiting.client.id != client.id:
            raise refuse("device.unknown")
        now = clock.seconds()
        early, waiting.asked = now - waiting.asked < INTERVAL - _IMPATIENCE, now
        if now >= waiting.expires:
            raise refuse("device.expired")
        if waiting.answer is None:
            raise refuse("device.slow-down") if early else refuse("device.pending")
        del self.devices[code]
        if isinstance(waiting.answer, str):
            raise refuse("device.declined")
        return waiting.answer, waiting.wish


def _keep(kept: dict[str, _T], key: str, value: _T) -> None:
    kept[key] = value
    if len(kept) > _MOST:
        del kept[next(iter(kept))]
