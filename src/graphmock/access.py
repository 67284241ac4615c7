"""Who may open what, and finding things by the ids in a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmock import conditions
from graphmock.errors import refuse
from graphmock.ids import is_well_formed
from graphmock.rules import obeys
from graphmock.tokens import CALENDARS_WRITE, GROUPS_READ, GROUPS_WRITE

if TYPE_CHECKING:
    from graphmock.call import Call, World
    from graphmock.model import Calendar, CalendarGroup, Event, Mailbox, Message


@obeys("access.application")
def open_mailbox(world: World, call: Call, need: frozenset[str]) -> Mailbox:
    """
    Open the mailbox that the path names, for a caller who was granted one of *need*.

    Raises:
        Refusal: 400, 403, 404 or 429.
    """
    mailbox = _find_mailbox(world, call, need)
    conditions.admit(world.behaviour, call.who, mailbox)
    world.throttle.admit(call.who, mailbox.id)
    return mailbox


def _find_mailbox(world: World, call: Call, need: frozenset[str]) -> Mailbox:
    if "group" in call.params:
        return _open_group(world, call, need)
    who = call.who
    if "user" not in call.params:
        if who.is_application:
            raise refuse("access.me")
        require(call, need)
        return world.store.mailboxes[who.user]
    require(call, need)
    mailbox = world.store.find(call.params["user"])
    if not who.is_application:
        if mailbox is None or mailbox.id != who.user:
            raise refuse("access.mailbox")
        return mailbox
    if mailbox is None or mailbox.kind != "user":
        raise refuse("user.unknown", user=call.params["user"])
    return mailbox


def _open_group(world: World, call: Call, need: frozenset[str]) -> Mailbox:
    # Cancelling a group's event is listed under the calendar permission, everything else under the group's.
    if not call.is_event_cancel:
        need = GROUPS_WRITE if need == CALENDARS_WRITE else GROUPS_READ
    if call.who.is_application:
        raise refuse("access.group")
    require(call, need)
    group = find_group(world, call)
    if call.who.user not in group.members:
        raise refuse("access.group")
    return group


def require(call: Call, need: frozenset[str]) -> None:
    """Insist on one of the permissions in *need*."""
    if not call.who.may(need):
        raise refuse("access.scope")


def find_group(world: World, call: Call) -> Mailbox:
    """Find the group that the path names."""
    name = call.params["group"]
    group = world.store.mailboxes.get(name.lower())
    if group is None or group.kind != "group":
        raise refuse("directory.unknown", id=name)
    return group


def checked(identifier: str) -> str:
    """Refuse what cannot be an id, before anybody looks for it."""
    if not is_well_formed(identifier):
        raise refuse("id.malformed")
    return identifier


def find_calendar_group(call: Call, mailbox: Mailbox) -> CalendarGroup | None:
    """Find the calendar group that the path names; the singular spelling without an id is the default group."""
    if "cgroup" in call.params:
        group = mailbox.calendar_groups.get(checked(call.params["cgroup"]))
        if group is None:
            raise refuse("id.unknown")
        return group
    return mailbox.default_group if "/calendargroup/" in call.route.template else None


def find_calendar(call: Call, mailbox: Mailbox) -> Calendar | None:
    """Find the calendar that the path names; None is a path that means all of them."""
    group = find_calendar_group(call, mailbox)
    if "calendar" in call.params:
        calendar = mailbox.calendars.get(checked(call.params["calendar"]))
        if calendar is None or (group is not None and calendar.group is not group):
            raise refuse("id.unknown")
        return calendar
    named = call.route.template.partition("{event}")[0]
    return mailbox.default_calendar if "/calendar/" in named or named.endswith("/calendar") else None


def find_event(call: Call, mailbox: Mailbox) -> Event:
    """Find the event that the path names, in the container through which it is named."""
    if "message" in call.params:
        return _through_message(call, mailbox)
    calendar = find_calendar(call, mailbox)
    event = mailbox.events.get(checked(call.params["event"]))
    if event is None and call.method in {"GET", "DELETE"}:
        event = mailbox.deleted.get(call.params["event"])
    if event is None or (calendar is not None and event.calendar is not calendar):
        raise refuse("id.unknown")
    return event


def _through_message(call: Call, mailbox: Mailbox) -> Event:
    event = find_message(call, mailbox).event
    if event is None or event.id not in event.mailbox.events:
        raise refuse("id.unknown")
    if "event" not in call.params:
        return event
    found = mailbox.events.get(checked(call.params["event"]))
    inside = found is not None and (
        found.master is (event.master or event) if "/instances/" in call.route.template
        else found.calendar is event.calendar
    )  # fmt: skip
    if found is None or not inside:
        raise refuse("id.unknown")
    return found


def find_message(call: Call, mailbox: Mailbox) -> Message:
    """Find the message that the path names."""
    message = mailbox.messages.get(checked(call.params["message"]))
    if message is None:
        raise refuse("id.unknown")
    return message
