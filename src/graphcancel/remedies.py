"""
What to do about what a run would lack: one line for each reason that cases are inconclusive for.

The reasons are worded where they arise; here they are recognised. A reason that is not, or that says itself what to
do, has no remedy.
"""

from __future__ import annotations

import re
from typing import Final

_LICENCE: Final = "give the mailbox a licence with Exchange Online and enable it, or take it out of writable"
_GRANT: Final = (
    "grant Calendars.ReadWrite and Mail.ReadWrite to whoever reads it; an app needs an admin's consent, and "
)
_POLICY: Final = _GRANT + "no application access policy that leaves the mailbox out"
_ROLES: Final = {
    "group": "a group whose members are all listed in writable, the organizer among them",
    "booking_business": "a booking business whose staff is listed in writable",
    "booking_service": "a service of that business",
}

_REMEDIES: Final = tuple(
    (re.compile(pattern), remedy)
    for pattern, remedy in (
        (r"^the target has no token for (app|reader)$", "describe [actors.{0}] with a flow in the target file"),
        (r"^the target has no token for (\w+)$", "give [actors.{0}] a flow in the target file"),
        (r"^the target gives no expired token", "set expired_token_env of [actors.organizer] to one that has expired"),
        (r"^the target names no mailbox for (\w+)", "describe [actors.{0}] with its user in the target file"),
        (r"^the target names no (group|booking_business|booking_service) in", "name it: {role}; or waive it"),
        (r"^no actor of the target may read", "describe [actors.app], which can read every mailbox"),
        (r"^the target has no other writable mailbox", "list a second mailbox in writable"),
        (r"^the group's members could not be read", "grant GroupMember.Read.All, and check the group's id"),
        (
            r"^the business's staff could not be read",
            "grant Bookings.Read.All, and check the business's id and licence",
        ),
        (r"a look at the inbox was answered 403", _POLICY),
        (r"a look at calendarView was answered 403", _POLICY),
        (r"a look at .* was answered 401", "get a token the target accepts: sign in again"),
        (r"a look at .* was answered 404", _LICENCE),
        (r"^could not create a[n]? appointment: answered", "grant BookingsAppointment.ReadWrite.All to the organizer"),
        (r"^could not .*: answered 403", "grant Calendars.ReadWrite to the organizer; make it a member of the group"),
        (r"^could not .*: answered 404", _LICENCE),
        (r"does not serve \$batch", "nothing can be done: the target knows no batches"),
        (r"^the organizer is no member of the group", "make the organizer a member of the group"),
        (r"a look at its calendar answered", "make the organizer a member, and grant Group.ReadWrite.All"),
        (r"^it has no staff", "add somebody of writable to the staff"),
        (r"^the business's services could not", "grant Bookings.Read.All"),
        (r"^the business has no service", "correct booking_service"),
    )
)


def remedy(reason: str) -> str | None:
    """What to do about *reason*; None where it says so itself, or nobody knows."""
    for pattern, found in _REMEDIES:
        match = pattern.search(reason)
        if match:
            name = match[1] if match.groups() else ""
            return found.format(name, role=_ROLES.get(name, ""))
    return None


def remedy_for_refusal(status: int | None, code: str | None) -> str:
    """What to do where a mailbox is refused with *status* and the error *code*."""
    if status == 401:  # noqa: PLR2004 - RFC 9110, 15.5.2
        return "get a token the target accepts: sign in again"
    if status == 403:  # noqa: PLR2004 - RFC 9110, 15.5.4
        return _POLICY
    if status == 404 and code and "Mailbox" not in code:  # noqa: PLR2004 - RFC 9110, 15.5.5
        return "no such user: correct the address in writable"
    if status == 404:  # noqa: PLR2004
        return _LICENCE
    return "nothing can be done here: the target is in trouble; try again later"
