"""Handlers for calendars and calendar groups."""

from __future__ import annotations

from typing import Any

from graphmock import payload
from graphmock.access import find_calendar, find_calendar_group, open_mailbox
from graphmock.call import Call, Reply, World
from graphmock.errors import refuse
from graphmock.model import Calendar, CalendarGroup, Mailbox
from graphmock.odata import Kind, listing, single
from graphmock.render import calendar_group_json, calendar_json
from graphmock.rules import obeys
from graphmock.tokens import CALENDARS_READ, CALENDARS_WRITE

CALENDAR = Kind(
    name="microsoft.graph.calendar",
    # A calendar's owner is on the mailbox, so what is written is the pair.
    write=lambda pair, _call: calendar_json(pair[0], pair[1]),
    fields={
        "id": lambda pair: pair[0].id,
        "name": lambda pair: pair[0].name,
        "isDefaultCalendar": lambda pair: pair[0].default,
    },
    extras={},
)
GROUP = Kind(
    name="microsoft.graph.calendarGroup",
    write=lambda group, _call: calendar_group_json(group),
    fields={"id": lambda group: group.id, "name": lambda group: group.name},
    extras={},
)


def list_calendars(world: World, call: Call) -> Reply:
    """List the calendars of a mailbox, or of one calendar group."""
    mailbox = open_mailbox(world, call, CALENDARS_READ)
    group = find_calendar_group(call, mailbox)
    found = [(c, mailbox) for c in mailbox.calendars.values() if group is None or c.group is group]
    return listing(world, call, CALENDAR, found)


def read_calendar(world: World, call: Call) -> Reply:
    """Answer with one calendar."""
    mailbox = open_mailbox(world, call, CALENDARS_READ)
    return single(call, CALENDAR, (find_calendar(call, mailbox), mailbox))


@obeys("calendar.name")
def create_calendar(world: World, call: Call) -> Reply:
    """Make a calendar, in the calendar group named or the default one."""
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    group = find_calendar_group(call, mailbox) or mailbox.default_group
    name = _name(call, "microsoft.graph.calendar")
    if any(calendar.name == name for calendar in mailbox.calendars.values()):
        raise refuse("calendar.name")
    calendar = Calendar(world.store.mint.item(), name, group)
    mailbox.calendars[calendar.id] = calendar
    return single(call, CALENDAR, (calendar, mailbox), status=201)


@obeys("calendar.delete")
def delete_calendar(world: World, call: Call) -> Reply:
    """Delete a calendar and what is in it."""
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    calendar = find_calendar(call, mailbox)
    if calendar is None or calendar.default:
        raise refuse("calendar.default")
    for event in [event for event in mailbox.listed() if event.calendar is calendar]:
        mailbox.remove(event)
    del mailbox.calendars[calendar.id]
    return Reply(204)


def list_groups(world: World, call: Call) -> Reply:
    """List the calendar groups of a mailbox."""
    mailbox = open_mailbox(world, call, CALENDARS_READ)
    return listing(world, call, GROUP, mailbox.calendar_groups.values())


def read_group(world: World, call: Call) -> Reply:
    """Answer with one calendar group."""
    return single(call, GROUP, _found(call, open_mailbox(world, call, CALENDARS_READ)))


def create_group(world: World, call: Call) -> Reply:
    """Make a calendar group."""
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    name = _name(call, "microsoft.graph.calendarGroup")
    if any(group.name == name for group in mailbox.calendar_groups.values()):
        raise refuse("calendar.name")
    group = CalendarGroup(world.store.mint.item(), name)
    mailbox.calendar_groups[group.id] = group
    return single(call, GROUP, group, status=201)


@obeys("calendar.default", "calendar-group.empty")
def delete_group(world: World, call: Call) -> Reply:
    """Delete an empty calendar group."""
    mailbox = open_mailbox(world, call, CALENDARS_WRITE)
    group = _found(call, mailbox)
    if group.default:
        raise refuse("calendar.default")
    if any(calendar.group is group for calendar in mailbox.calendars.values()):
        raise refuse("calendar-group.empty")
    del mailbox.calendar_groups[group.id]
    return Reply(204)


def _found(call: Call, mailbox: Mailbox) -> CalendarGroup:
    group = find_calendar_group(call, mailbox)
    if group is None:
        raise refuse("id.unknown")
    return group


def _name(call: Call, type_name: str) -> str:
    body: dict[str, Any] = payload.json_object(call)
    payload.allow(body, {"name", "color", "hexColor"}, type_name)
    return payload.text(body, "name", required=True)
