"""Bearer tokens: known by heart, whatever they look like, with what each may do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphmock import clock
from graphmock.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

CALENDARS_READ = frozenset({"Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"})
CALENDARS_WRITE = frozenset({"Calendars.ReadWrite"})
MAIL_READ = frozenset({"Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"})
MAIL_WRITE = frozenset({"Mail.ReadWrite"})
OWN_PROFILE = frozenset({"User.Read", "User.ReadBasic.All", "User.Read.All"})
ANY_PROFILE = frozenset({"User.ReadBasic.All", "User.Read.All"})
GROUPS_READ = frozenset({"Group.Read.All", "Group.ReadWrite.All"})
GROUPS_WRITE = frozenset({"Group.ReadWrite.All"})
BOOKINGS_READ = frozenset(
    {"Bookings.Read.All", "BookingsAppointment.ReadWrite.All", "Bookings.ReadWrite.All", "Bookings.Manage.All"}
)
BOOKINGS_WRITE = BOOKINGS_READ - {"Bookings.Read.All"}

# What the applications of the tenant were granted: for a signed-in user, for themselves, for a user who only reads.
DELEGATED = frozenset(
    {
        "Calendars.ReadWrite", "Mail.ReadWrite", "User.Read", "User.ReadBasic.All", "Group.ReadWrite.All",
        "Bookings.ReadWrite.All", "BookingsAppointment.ReadWrite.All",
    }
)  # fmt: skip
APPLICATION = frozenset(
    {"Calendars.ReadWrite", "Mail.ReadWrite", "User.Read.All", "Group.Read.All", "Bookings.ReadWrite.All"}
)
READER = frozenset({"Calendars.Read", "User.Read"})

_MOST = 10_000  # tokens kept of those the authority issued

# The challenge as published dumps show it; clients of claims-based policies read authorization_uri out of it.
CHALLENGE = {
    "WWW-Authenticate": 'Bearer realm="", '
    'authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
}


@dataclass(frozen=True, slots=True)
class Principal:
    """
    Who calls.

    Attributes:
        user: The mailbox id of a delegated token's user; empty for an application.
        expires: When the token ends, as seconds since 1970; knowing it apart from garbage changes the message only.
    """

    user: str
    scopes: frozenset[str]
    expires: float = field(default=math.inf, compare=False)

    @property
    def is_application(self) -> bool:
        """Whether nobody is signed in."""
        return not self.user

    def may(self, need: frozenset[str]) -> bool:
        """Tell whether any one of the permissions in *need* was granted."""
        return not need.isdisjoint(self.scopes)


@dataclass(slots=True)
class TokenBook:
    """All tokens there are, by a name for the target file and by their text."""

    by_name: dict[str, str] = field(default_factory=dict)
    holders: dict[str, Principal] = field(default_factory=dict)
    _issued: dict[str, Principal] = field(default_factory=dict)

    def name(self, name: str, token: str, holder: Principal) -> None:
        """Enter a token that the target file names."""
        self.by_name[name] = token
        self.holders[token] = holder

    def issue(self, token: str, holder: Principal) -> None:
        """Enter a token that the authority gave somebody; of many, the oldest are forgotten."""
        self._issued[token] = holder
        if len(self._issued) > _MOST:
            del self._issued[next(iter(self._issued))]

    def holder(self, name: str) -> Principal:
        """Give the principal behind a named token."""
        return self.holders[self.by_name[name]]

    def find(self, headers: Mapping[str, str]) -> Principal | None:
        """Find whose token it is, whether or not it is still good."""
        token = _bearer(headers)
        return self.holders.get(token) or self._issued.get(token)

    def check(self, headers: Mapping[str, str]) -> Principal:
        """
        Find who calls.

        Raises:
            Refusal: 401, with its challenge.
        """
        if not _bearer(headers):
            raise refuse("token.missing", headers=CHALLENGE)
        holder = self.find(headers)
        if holder is None:
            raise refuse("token.garbage", headers=CHALLENGE)
        if holder.expires <= clock.seconds():
            raise refuse("token.expired", headers=CHALLENGE)
        return holder


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
