"""
The routes of an edition: templates, and the handlers behind them.

Starlette compiles the templates. They are kept by number of segments rather than in one list, because an edition has
well over a hundred and every request would otherwise try most of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from starlette.routing import compile_path

from graphmock import booking_routes, calendars, cancelling, directory, events, messages
from graphmock.call import Handler, Route
from graphmock.editions import BOOKING, EVENT, Edition
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACTIONS = ("cancel", "accept", "decline", "tentativelyAccept", "permanentDelete")
_KEYED = re.compile(r"([A-Za-z]+)\('(.*)'\)")
_SAFE = "!$&'()*+,;=:@"
# Nothing to undo in it: most paths are like this, and are left alone.
_TIDY = re.compile(r"(?:/(?!microsoft\.graph\.|calendargroups(?:/|$))[A-Za-z0-9_.~=+@-]*)*")


@dataclass(frozen=True, slots=True)
class Table:
    """The compiled routes of one edition and version."""

    by_length: dict[int, tuple[tuple[re.Pattern[str], Route], ...]]
    literals: frozenset[str]

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find what answers under a tidied path."""
        for pattern, route in self.by_length.get(path.count("/"), ()):
            match = pattern.match(path)
            if match:
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def stranger(self, path: str) -> str:
        """Name the first segment that no route knows; ids among them are not to blame."""
        segments = [unquote(segment) for segment in path.split("/") if segment]
        unknown = [segment for segment in segments if segment not in self.literals]
        short = [segment for segment in unknown if segment.isalpha()]
        return (short or unknown or segments or [""])[0]


@obeys("cancel.qualified", "cancel.lower-case-groups", "route.keyed")
def tidy(path: str) -> str:
    """
    Bring a raw path into the one form the templates know.

    An encoded slash within an id stays encoded, so an id never spans two segments; everything else an id may hold is
    written the same way whether the client encoded it or not.
    """
    if _TIDY.fullmatch(path):
        return path
    segments: list[str] = []
    for raw in path.split("/"):
        segment = unquote(raw)
        keyed = _KEYED.fullmatch(segment)
        if keyed:
            segments += [keyed[1], quote(keyed[2].replace("''", "'"), safe=_SAFE)]
        elif segment == "calendargroups":
            segments.append("calendarGroups")
        elif segment.removeprefix("microsoft.graph.") in _ACTIONS:
            segments.append(segment.removeprefix("microsoft.graph."))
        else:
            segments.append(quote(segment, safe=_SAFE))
    return "/".join(segments)


@lru_cache
def table(edition: Edition, version: str) -> Table:
    """Compile the routes of an edition under a version."""
    found: dict[int, list[tuple[re.Pattern[str], Route]]] = {}
    literals: set[str] = set()
    for route in (*_cancels(edition, version), *_directory(), *_mailboxes(), *_bookings(edition, version)):
        found.setdefault(route.template.count("/"), []).append((compile_path(route.template)[0], route))
        literals.update(part for part in route.template.split("/") if not part.startswith("{"))
    return Table({length: tuple(routes) for length, routes in found.items()}, frozenset(literals))


def _cancels(edition: Edition, version: str) -> Iterator[Route]:
    for template in edition.routes:
        yield Route(template + "/cancel", {"POST": cancelling.cancel_event}, EVENT)
    for root in edition.booking_roots(version):
        # The older root was published with both walks; the present page lists one.
        walks = ("appointments",) if root.startswith("/solutions") else ("appointments", "calendarView")
        for walk in walks:
            template = root + "/{business}/" + walk + "/{appointment}/cancel"
            yield Route(template, {"POST": booking_routes.cancel_appointment}, BOOKING)


def _directory() -> Iterator[Route]:
    yield Route("/me", {"GET": directory.read_user})
    yield Route("/users", {"GET": directory.list_users})
    yield Route("/users/{user}", {"GET": directory.read_user})
    yield Route("/groups", {"GET": directory.list_groups})
    yield Route("/me/joinedGroups", {"GET": directory.list_groups})
    yield Route("/groups/{group}", {"GET": directory.read_group})
    yield Route("/groups/{group}/members", {"GET": directory.list_members})


def _mailboxes() -> Iterator[Route]:
    for owner in ("/me", "/users/{user}"):
        for container in ("", "/calendar", "/calendars/{calendar}", "/calendarGroups/{cgroup}/calendars/{calendar}"):
            yield from _events(owner + container)
        yield from _calendars(owner)
        yield from _messages(owner)
    for container in ("", "/calendar"):
        yield from _events("/groups/{group}" + container)
    yield Route("/groups/{group}/calendar", {"GET": calendars.read_calendar})


def _events(base: str) -> Iterator[Route]:
    one: dict[str, Handler] = {
        "GET": events.read_event, "PATCH": events.change_event, "DELETE": events.delete_event,
    }  # fmt: skip
    yield Route(base + "/events", {"GET": events.list_events, "POST": events.create_event})
    yield Route(base + "/calendarView", {"GET": events.view})
    yield Route(base + "/events/{event}", one)
    yield Route(base + "/events/{event}/instances", {"GET": events.instances})
    yield Route(base + "/events/{event}/permanentDelete", {"POST": events.delete_event})
    if not base.startswith("/groups"):
        yield Route(base + "/events/{event}/accept", {"POST": events.accept})
        yield Route(base + "/events/{event}/decline", {"POST": events.decline})
        yield Route(base + "/events/{event}/tentativelyAccept", {"POST": events.tentatively_accept})


def _calendars(owner: str) -> Iterator[Route]:
    one: dict[str, Handler] = {"GET": calendars.read_calendar, "DELETE": calendars.delete_calendar}
    many: dict[str, Handler] = {"GET": calendars.list_calendars, "POST": calendars.create_calendar}
    yield Route(owner + "/calendar", {"GET": calendars.read_calendar})
    yield Route(owner + "/calendars", many)
    yield Route(owner + "/calendars/{calendar}", one)
    yield Route(owner + "/calendarGroups", {"GET": calendars.list_groups, "POST": calendars.create_group})
    yield Route(owner + "/calendarGroups/{cgroup}", {"GET": calendars.read_group, "DELETE": calendars.delete_group})
    yield Route(owner + "/calendarGroups/{cgroup}/calendars", many)
    yield Route(owner + "/calendarGroups/{cgroup}/calendars/{calendar}", one)


def _messages(owner: str) -> Iterator[Route]:
    one: dict[str, Handler] = {"GET": messages.read_message, "DELETE": messages.delete_message}
    yield Route(owner + "/mailFolders", {"GET": messages.list_folders})
    yield Route(owner + "/mailFolders/{folder}", {"GET": messages.read_folder})
    for base in ("/messages", "/mailFolders/{folder}/messages"):
        yield Route(owner + base, {"GET": messages.list_messages})
        yield Route(owner + base + "/{message}", one)
        yield Route(owner + base + "/{message}/permanentDelete", {"POST": messages.delete_message})
    for cast in ("", "/microsoft.graph.eventMessage"):
        path = owner + "/messages/{message}" + cast + "/event"
        yield Route(path, {"GET": messages.read_event_of_message})


def _bookings(edition: Edition, version: str) -> Iterator[Route]:
    there = booking_routes
    for root in edition.booking_roots(version):
        base = root + "/{business}"
        yield Route(root, {"GET": there.list_businesses})
        yield Route(base, {"GET": there.read_business})
        yield Route(base + "/services", {"GET": there.list_services})
        yield Route(base + "/staffMembers", {"GET": there.list_staff})
        yield Route(base + "/customers", {"GET": there.list_customers, "POST": there.create_customer})
        yield Route(base + "/customers/{customer}", {"GET": there.read_customer, "DELETE": there.delete_customer})
        yield Route(base + "/appointments", {"GET": there.list_appointments, "POST": there.create_appointment})
        yield Route(
            base + "/appointments/{appointment}", {"GET": there.read_appointment, "DELETE": there.delete_appointment}
        )
        yield Route(base + "/calendarView", {"GET": there.view})
