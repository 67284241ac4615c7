"""
Which permission a request needs, as the permissions reference lists them: any one of those named will do.

A token that cannot be read is taken to carry what it needs; whether it does, the target will say.
"""

from __future__ import annotations

from typing import Final

_PROFILES: Final = frozenset(
    {
        "User.Read",
        "User.ReadWrite",
        "User.ReadBasic.All",
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    }
)
_CALENDARS: Final = frozenset(
    {"Calendars.ReadBasic", "Calendars.ReadBasic.All", "Calendars.Read", "Calendars.ReadWrite"}
)
_CALENDARS_WRITE: Final = frozenset({"Calendars.ReadWrite"})
_MAIL: Final = frozenset({"Mail.Read", "Mail.ReadWrite"})
_MAIL_WRITE: Final = frozenset({"Mail.ReadWrite"})
_EXCHANGE: Final = _CALENDARS | _CALENDARS_WRITE | _MAIL | _MAIL_WRITE
_MEMBERS: Final = frozenset(
    {
        "GroupMember.Read.All",
        "GroupMember.ReadWrite.All",
        "Group.Read.All",
        "Group.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    }
)
_GROUPS: Final = frozenset({"Group.Read.All", "Group.ReadWrite.All"})
_GROUPS_WRITE: Final = frozenset({"Group.ReadWrite.All"})
_BOOKINGS_WRITE: Final = frozenset(
    {"BookingsAppointment.ReadWrite.All", "Bookings.ReadWrite.All", "Bookings.Manage.All"}
)
_BOOKINGS: Final = frozenset({"Bookings.Read.All"}) | _BOOKINGS_WRITE

KNOWN: Final = frozenset().union(
    _PROFILES, _EXCHANGE, _MEMBERS, _GROUPS, _GROUPS_WRITE, _BOOKINGS, {"openid", "profile", "email", "offline_access"}
)
"""Names of permissions that may be shown: an app's own are called as its owner likes."""


def needed(method: str, path: str, *, acts: bool = False) -> frozenset[str]:
    """
    The permissions any one of which lets a request be served.

    Args:
        acts: Whether it calls an action: that of a group's event, or of the meeting a message is about, is the event's.
    """
    bare = path.partition("?")[0]
    head, *rest = bare.strip("/").split("/")
    reads = method == "GET"
    if head in {"solutions", "bookingBusinesses"}:
        return _BOOKINGS if reads else _BOOKINGS_WRITE
    if head == "groups" and not acts:
        written = _GROUPS if reads else _GROUPS_WRITE
        return _MEMBERS if bare.endswith("/members") else written
    below = rest if head == "me" else rest[1:]
    if not below:
        return _PROFILES
    if "messages" in below and not acts:
        return _MAIL if reads else _MAIL_WRITE
    return _CALENDARS if reads else _CALENDARS_WRITE


def lacks(actor: str | None, granted: frozenset[str] | None, need: frozenset[str]) -> bool:
    """Whether the token of *actor*, which carries *granted*, is known not to allow what takes one of *need*."""
    if granted is None or not need or not granted.isdisjoint(need):
        return False
    return not (need <= _EXCHANGE and granted_in_exchange(actor, granted))


def granted_in_exchange(actor: str | None, granted: frozenset[str] | None) -> bool:
    """
    Whether an app's permissions for mailboxes may have been granted in Exchange, where a token does not show them.

    That is how RBAC for Applications limits an app to some mailboxes: the app is given none of them in the directory.
    """
    return actor == "app" and granted is not None and granted.isdisjoint(_EXCHANGE)
