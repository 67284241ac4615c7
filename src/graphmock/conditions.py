"""Where the conditions of a tenant bite: what was granted, who is kept out, what time it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmock.errors import refuse

if TYPE_CHECKING:
    from graphmock.behaviour import Behaviour
    from graphmock.model import Mailbox
    from graphmock.tokens import Principal

_HOUR = 3600.0
_LIFETIME = 3600
_SHORT_LIFETIME = 5
_ATTENDEE = "attendee@"


def granted(behaviour: Behaviour, permissions: frozenset[str], *, application: bool = False) -> frozenset[str]:
    """Take away what this tenant did not grant."""
    if behaviour.has("no-mail-permission") or (application and behaviour.has("app-without-mail")):
        return frozenset(one for one in permissions if not one.startswith("Mail."))
    return permissions


def offset(behaviour: Behaviour) -> float:
    """Give the seconds by which the server's clock is ahead."""
    return _HOUR * (behaviour.has("clock-hour-ahead") - behaviour.has("clock-hour-behind"))


def lifetime(behaviour: Behaviour) -> int:
    """Give the seconds that an issued token lives."""
    return _SHORT_LIFETIME if behaviour.has("short-lived-tokens") else _LIFETIME


def admit(behaviour: Behaviour, who: Principal, mailbox: Mailbox) -> None:
    """
    Let a caller into a mailbox that the permissions open.

    Raises:
        Refusal: 403 or 404; this tenant does not.
    """
    if not mailbox.address.startswith(_ATTENDEE):
        return
    if who.is_application and behaviour.has("app-policy"):
        raise refuse("tenant.application-policy")
    if behaviour.has("mailbox-disabled"):
        raise refuse("tenant.no-mailbox")


def members(behaviour: Behaviour, organizer: Mailbox, attendee: Mailbox, stranger: Mailbox) -> tuple[str, ...]:
    """Say who belongs to the group, by id."""
    ours = (attendee,) if behaviour.has("organizer-not-in-group") else (organizer, attendee)
    return tuple(one.id for one in ((*ours, stranger) if behaviour.has("stranger-in-group") else ours))


def strange_staff(behaviour: Behaviour, stranger: Mailbox) -> tuple[Mailbox, ...]:
    """Say who serves at the booking business whose mailbox is nobody's to touch."""
    return (stranger,) if behaviour.has("stranger-on-staff") else ()


def open_bookings(behaviour: Behaviour) -> None:
    """
    Let a caller see bookings.

    Raises:
        Refusal: 403; this tenant has no licence for them.
    """
    if behaviour.has("no-bookings-licence"):
        raise refuse("tenant.no-bookings")


def check_account(behaviour: Behaviour, address: str, *, by_password: bool, resource: str) -> None:
    """
    Let a user sign in whose credential is right.

    Raises:
        Refusal: The account or a policy does not allow it.
    """
    if address.startswith(_ATTENDEE) and behaviour.has("account-disabled"):
        raise refuse("user.disabled")
    if behaviour.has("conditional-access"):
        raise refuse("user.blocked")
    if by_password and behaviour.has("mfa-required"):
        raise refuse("user.second-factor", resource=resource)
