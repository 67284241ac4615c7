"""Handlers for users, groups and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphmock.access import find_group, require
from graphmock.errors import refuse
from graphmock.odata import Kind, listing, single
from graphmock.render import group_json, user_json
from graphmock.tokens import ANY_PROFILE, GROUPS_READ, OWN_PROFILE

if TYPE_CHECKING:
    from graphmock.call import Call, Reply, World
    from graphmock.model import Mailbox

_FIELDS: dict[str, Any] = {
    "id": lambda box: box.id,
    "mail": lambda box: box.address,
    "userPrincipalName": lambda box: box.address,
    "displayName": lambda box: box.person.name,
}
USER = Kind("microsoft.graph.user", lambda box, _call: user_json(box), _FIELDS, {})
MEMBER = Kind(
    "microsoft.graph.directoryObject",
    lambda box, _call: {"@odata.type": "#microsoft.graph.user", **user_json(box)},
    _FIELDS,
    {},
)
GROUP = Kind("microsoft.graph.group", lambda box, _call: group_json(box), _FIELDS, {})


def _of_kind(world: World, kind: str) -> list[Mailbox]:
    return [mailbox for mailbox in world.store.mailboxes.values() if mailbox.kind == kind]


def read_user(world: World, call: Call) -> Reply:
    """Answer with a user's profile; one's own needs less."""
    if "user" not in call.params:
        if call.who.is_application:
            raise refuse("access.me")
        require(call, OWN_PROFILE)
        return single(call, USER, world.store.mailboxes[call.who.user])
    user = world.store.find(call.params["user"])
    require(call, OWN_PROFILE if user is not None and user.id == call.who.user else ANY_PROFILE)
    if user is None or user.kind != "user":
        raise refuse("directory.unknown", id=call.params["user"])
    return single(call, USER, user)


def list_users(world: World, call: Call) -> Reply:
    """List all users."""
    require(call, ANY_PROFILE)
    return listing(world, call, USER, _of_kind(world, "user"))


def list_groups(world: World, call: Call) -> Reply:
    """List all groups, or those the caller belongs to."""
    require(call, GROUPS_READ)
    found = _of_kind(world, "group")
    if "joinedGroups" in call.route.template:
        found = [group for group in found if call.who.user in group.members]
    return listing(world, call, GROUP, found)


def read_group(world: World, call: Call) -> Reply:
    """Answer with a group."""
    require(call, GROUPS_READ)
    return single(call, GROUP, find_group(world, call))


def list_members(world: World, call: Call) -> Reply:
    """List a group's members."""
    require(call, GROUPS_READ)
    members = find_group(world, call).members
    return listing(world, call, MEMBER, [world.store.mailboxes[member] for member in members])
