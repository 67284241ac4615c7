"""
What is asked of a target once per run: its group, its booking business and its staff, an attendee's default calendar.

A group or business is used only after its members were read and all found writable, since its mail goes to them.
"""

from __future__ import annotations

from graphcancel.errors import NotOffered, ProvisionError
from graphcancel.exchange import encode_segment, json_request
from graphcancel.ground import Ground
from graphcancel.sight import Unseen
from graphcancel.waivers import why_unused


def resource(ground: Ground, name: str, root: str) -> str:
    """
    The id of a group or booking business of the target, once its members are known to lie inside the fence.
    """
    description = ground.target.description
    waived = why_unused(description.waived, name)
    if waived:
        raise NotOffered(f"waived: {waived}")
    identity = description.resources.get(name)
    if not identity:
        raise NotOffered(f"the target names no {name} in [resources]")
    key = (root, name)
    if key not in ground.once:
        ground.once[key] = _outside(ground, name, root, identity)
    if ground.once[key]:
        raise NotOffered(str(ground.once[key]))
    return identity


def _outside(ground: Ground, name: str, root: str, identity: str) -> str | None:
    """Why the resource must not be used, or None."""
    group = name == "group"
    path = f"/groups/{encode_segment(identity)}/members"
    if not group:
        path = f"/solutions/bookingBusinesses/{encode_segment(identity)}/staffMembers"
    actor = "organizer" if ground.target.has("organizer") else "app"
    items = ground.lookout.items(ground.target.send(json_request("GET", root, path, actor)))
    whose = "group's members" if group else "business's staff"
    if isinstance(items, Unseen):
        # Not kept: the next case may find the target in a better mood.
        raise NotOffered(
            f"the {whose} could not be read, so none of its mail can be kept inside writable ({items.reason})"
        )
    people = []
    for item in items:
        address = item.get("userPrincipalName") or item.get("mail") if group else item.get("emailAddress")
        if not isinstance(address, str) or not ground.target.fence.is_writable(address):
            return f"one of the {whose} is not listed in writable; add the mailbox there or take another {name}"
        people.append((str(item.get("id", "")), address.lower()))
    if group and ground.mailbox("organizer") not in {mailbox for _, mailbox in people}:
        return "the organizer is no member of the group, and only a member may write to its calendar"
    ground.target.fence.admit_resource("group" if group else "booking", identity)
    ground.once[root, "members" if group else "staff"] = people
    return None


def used_group(ground: Ground, root: str) -> bool:
    """Whether the target's group was admitted, so that something may lie in its calendar."""
    return ground.once.get((root, "group"), "not asked") is None


def people_of(ground: Ground, name: str, root: str) -> list[tuple[str, str]]:
    """Id and mailbox of each member or of the staff, of a group or booking business `resource` admitted."""
    found: list[tuple[str, str]] = ground.once[root, "members" if name == "group" else "staff"]
    return found


def staff_of(ground: Ground, root: str) -> list[tuple[str, str]]:
    """Id and mailbox of each of the staff of the booking business `resource` admitted."""
    return people_of(ground, "booking_business", root)


def default_calendar(ground: Ground, root: str, mailbox: str) -> str:
    """The id of the calendar invitations to *mailbox* arrive in."""
    key = (root, "calendar", mailbox)
    if key not in ground.once:
        path = f"/users/{encode_segment(mailbox)}/calendar"
        answer = ground.target.send(json_request("GET", root, path, ground.reader(mailbox)))
        ground.once[key] = ground.identity(answer, "read the attendee's calendar")
    return str(ground.once[key])


def default_group(ground: Ground, root: str, mailbox: str, calendar: str) -> str:
    """The id of the calendar group that holds *calendar* of *mailbox*."""
    key = (root, "calendar-group", mailbox)
    if key not in ground.once:
        base = f"/users/{encode_segment(mailbox)}/calendarGroups"
        actor = ground.reader(mailbox)
        groups = ground.lookout.items(ground.target.send(json_request("GET", root, base, actor)))
        found = None
        for item in [] if isinstance(groups, Unseen) else groups:
            path = f"{base}/{encode_segment(str(item.get('id')))}/calendars"
            held = ground.lookout.items(ground.target.send(json_request("GET", root, path, actor)))
            if not isinstance(held, Unseen) and calendar in {inner.get("id") for inner in held}:
                found = str(item.get("id"))
                break
        if not found:
            raise ProvisionError("the calendar group of the attendee's calendar could not be read")
        ground.once[key] = found
    return str(ground.once[key])
