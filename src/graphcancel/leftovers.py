"""
Finding what runs made and did not remove, through the public API only.

Every writable mailbox is listed (events, sent and received messages), the organizer's calendars and calendar groups,
the group's calendar and the business's appointments. What bears a mark that is asked for comes back with the request
that removes it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from graphcancel.errors import NotOffered, ProvisionError
from graphcancel.exchange import Request, encode_segment, json_request
from graphcancel.marks import SUBJECT, Mark, marks_in
from graphcancel.plaintext import plain
from graphcancel.resources import resource
from graphcancel.sight import Unseen

if TYPE_CHECKING:
    from graphcancel.stage import Stage

_GONE: Final = 404
_NO_FOLDER: Final = frozenset({400, 404, 405, 410, 501})
_SELECTED: Final = "$select=id,subject,seriesMasterId,type"
Window = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Leftover:
    """
    Something of a run that is still there.

    Attributes:
        what: ``event``, ``message``, ``calendar``, ``calendar group`` or ``appointment``.
        where: The mailbox's address, ``group`` or ``booking business``; an address is not for showing.
        mark: What it bears; None for a business's message that names no case.
        deletion: The request that removes it.
    """

    what: str
    where: str
    mark: Mark | None
    deletion: Request


@dataclass(frozen=True, slots=True)
class Search:
    """
    What is looked for, and where it may lie.

    Attributes:
        wanted: Whether something that bears this mark is.
        windows: Start and end, ISO 8601 with Z, of the days in which events may lie.
        since: Server time before which no message of it can have come; None where unknown.
        group: Whether something may lie in the group's calendar.
        booked: Start and end of the days in which appointments may lie; None where none were made.
        unmarked: Start and end, in server time, of when a message of the booking business is wanted though it bears no
            mark, since its mail need not name the appointment.
        announced: Marks that a ledger names, so that what bears one was made by a run from here.
        owed: Where something certainly was made (``calendars``, ``group``, ``booking_business``), so that not being
            able to look there is not to find nothing.
    """

    wanted: Callable[[Mark], bool]
    windows: Sequence[Window]
    since: str | None = None
    group: bool = False
    booked: Window | None = None
    unmarked: Sequence[Window] = ()
    announced: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()


def find(stage: Stage, root: str, search: Search, blind: list[str]) -> list[Leftover]:
    """
    What of *search* is still there.

    Args:
        blind: Receives the reason for each list that could not be read, though something may be in it.
    """
    found: list[Leftover] = []
    for mailbox in stage.target.description.writable:
        actor = stage.reader(mailbox)
        if actor:
            base = f"/users/{encode_segment(mailbox)}"
            found += _events(stage, root, base, actor, mailbox, search, blind)
            found += _messages(stage, root, base, actor, mailbox, search, blind)
        elif trouble := stage.target.sign_in.lack_of(mailbox):
            blind.append(trouble)
    if search.group and _opened(stage, "group", root, search, blind):
        group = encode_segment(stage.target.description.resources["group"])
        found += _events(stage, root, f"/groups/{group}", "organizer", "group", search, blind)
    found += _containers(stage, root, search, blind)
    if search.booked and _opened(stage, "booking_business", root, search, blind):
        found += _appointments(stage, root, search.booked, search, blind)
    return found


@dataclass(slots=True)
class Bystanders:
    """
    Tells what a sweep leaves alone: meetings, found by their age alone, with people outside ``writable``.

    To remove one would be to write to them. A mark is no secret: whoever has seen one can send an invitation that bears
    it.
    """

    stage: Stage
    search: Search
    _apart: dict[str, bool] = field(default_factory=dict)
    _inside: frozenset[str] = frozenset()

    def told_from(self, found: Sequence[Leftover]) -> tuple[list[Leftover], list[Leftover]]:
        """What of *found* is to be removed, and what is left alone."""
        for one in found:
            by_age = one.what == "event" and one.mark is not None and one.mark.case not in self.search.announced
            if by_age and one.deletion.path not in self._apart:
                self._apart[one.deletion.path] = self._names_others(one)
        alone = [one for one in found if self._apart.get(one.deletion.path)]
        return [one for one in found if one not in alone], alone

    def _names_others(self, leftover: Leftover) -> bool:
        deletion = leftover.deletion
        request = json_request("GET", deletion.root, f"{deletion.path}?$select=organizer,attendees", deletion.actor)
        exchange = self.stage.target.send(request)
        if not exchange.accepted or exchange.response is None:
            return exchange.status != _GONE
        item = exchange.response.object()
        attendees = item.get("attendees")
        people = [] if leftover.where == "group" else [item.get("organizer")]
        people += attendees if isinstance(attendees, list) else []
        named = {address.lower() for address in map(_address, people) if address}
        if named <= {*self.stage.target.description.writable}:
            return False
        self._inside = self._inside or self._addresses(deletion.root)
        return not named <= self._inside

    def _addresses(self, root: str) -> frozenset[str]:
        """Every address of the writable mailboxes and the group: an event need not show the one a target file names."""
        description = self.stage.target.description
        asked = [(f"/users/{encode_segment(mailbox)}", self.stage.reader(mailbox)) for mailbox in description.writable]
        if "group" in description.resources and _opened(self.stage, "group", root, self.search, []):
            asked.append((f"/groups/{encode_segment(description.resources['group'])}", "organizer"))
        found = {*description.writable}
        for path, actor in asked:
            if not actor:
                continue
            exchange = self.stage.target.send(json_request("GET", root, f"{path}?$select=mail,proxyAddresses", actor))
            shown = exchange.response.object() if exchange.response and exchange.accepted else {}
            others = shown.get("proxyAddresses")
            told = [shown.get("mail"), *(others if isinstance(others, list) else [])]
            found |= {one.lower().removeprefix("smtp:") for one in told if isinstance(one, str)}
        return frozenset(found)


def _address(person: Any) -> str:
    named = person.get("emailAddress") if isinstance(person, dict) else None
    return str(named.get("address") or "") if isinstance(named, dict) else ""


def _events(
    stage: Stage, root: str, base: str, actor: str, where: str, search: Search, blind: list[str]
) -> Iterator[Leftover]:
    seen = set()
    for start, end in search.windows:
        view = f"{base}/calendarView?startDateTime={start}&endDateTime={end}&$top=100&{_SELECTED}"
        items = _items(stage, json_request("GET", root, view, actor))
        if isinstance(items, Unseen):
            items = _items(stage, json_request("GET", root, f"{base}/events?$top=100", actor))
        for item in _readable(items, blind):
            mark = _wanted(search, str(item.get("subject", "")))
            series = item.get("seriesMasterId")
            whole = series if isinstance(series, str) and series else item["id"]
            if mark and whole not in seen:
                seen.add(whole)
                yield _leftover(root, "event", where, mark, f"{base}/events", actor, whole)


def _messages(
    stage: Stage, root: str, base: str, actor: str, mailbox: str, search: Search, blind: list[str]
) -> Iterator[Leftover]:
    by_time = search.since or min((start for start, _ in search.unmarked), default=None)
    narrowed = [f"receivedDateTime%20ge%20{by_time}"] if by_time else []
    narrowed += [] if search.since else [f"contains(subject,'{SUBJECT.replace(' ', '%20')}')"]
    seen = set()
    for folder, query in itertools.product(("inbox", "sentitems"), narrowed):
        listing = f"{base}/mailFolders/{folder}/messages?$top=100&$filter={query}"
        items = _items(stage, json_request("GET", root, listing, actor))
        # A service may keep what it sent or not; one that does not know the folder keeps nothing there.
        if folder == "sentitems" and isinstance(items, Unseen) and items.status in _NO_FOLDER:
            continue
        for item in _readable(items, blind):
            text = _text(item)
            mark = _wanted(search, f"{item.get('subject', '')}\n{text}")
            if item["id"] not in seen and (mark or _is_the_business(stage, search, item, text)):
                seen.add(item["id"])
                yield _leftover(root, "message", mailbox, mark, f"{base}/messages", actor, item["id"])


def _containers(stage: Stage, root: str, search: Search, blind: list[str]) -> Iterator[Leftover]:
    """Calendars and their groups: an interrupted create leaves one nobody knows the id of."""
    try:
        owner = stage.mailbox("organizer")
        actor, base = stage.writer("organizer")
    except ProvisionError as error:
        if not stage.target.has("app"):
            blind += [str(error)] if "calendars" in search.owed else []
            return
        actor, base = "app", f"/users/{encode_segment(owner)}"
    for collection, what in (("calendars", "calendar"), ("calendarGroups", "calendar group")):
        items = _items(stage, json_request("GET", root, f"{base}/{collection}?$top=100", actor))
        for item in _readable(items, blind if "calendars" in search.owed else []):
            mark = _wanted(search, str(item.get("name", "")))
            if mark:
                yield _leftover(root, what, owner, mark, f"{base}/{collection}", actor, item["id"])


def _appointments(stage: Stage, root: str, booked: Window, search: Search, blind: list[str]) -> Iterator[Leftover]:
    actor = "organizer" if stage.target.has("organizer") else "app"
    base = f"/solutions/bookingBusinesses/{encode_segment(stage.target.description.resources['booking_business'])}"
    listing = json_request("GET", root, f"{base}/calendarView?start={booked[0]}&end={booked[1]}", actor)
    for item in _readable(_items(stage, listing), blind if "booking_business" in search.owed else []):
        mark = _wanted(search, json.dumps(item))
        if mark:
            where = "booking business"
            yield _leftover(root, "appointment", where, mark, f"{base}/appointments", actor, item["id"])


def _opened(stage: Stage, name: str, root: str, search: Search, blind: list[str]) -> bool:
    """Whether the group or booking business may be looked into."""
    try:
        if name == "group" and not stage.target.has("organizer"):
            # Its events are a member's to make and to remove.
            raise NotOffered(stage.target.sign_in.lack("organizer"))
        resource(stage, name, root)
    except ProvisionError as error:
        blind += [f"the {name.replace('_', ' ')}: {error}"] if name in search.owed else []
        return False
    return True


def _wanted(search: Search, text: str) -> Mark | None:
    return next((mark for mark in marks_in(text) if search.wanted(mark)), None)


def _is_the_business(stage: Stage, search: Search, item: dict[str, Any], text: str) -> bool:
    """Whether a message without a mark is the business's own, come while the run booked there."""
    arrived = item.get("receivedDateTime")
    if not isinstance(arrived, str) or not any(start <= arrived <= end for start, end in search.unmarked):
        return False
    if any(marks_in(f"{item.get('subject', '')}\n{text}")):
        return False
    sender = item.get("from")
    named = sender.get("emailAddress") if isinstance(sender, dict) else None
    address = named.get("address") if isinstance(named, dict) else None
    business = stage.target.description.resources.get("booking_business", "")
    return isinstance(address, str) and address.lower() == business.lower()


def _text(item: dict[str, Any]) -> str:
    body = item.get("body")
    return plain(str(body.get("content", ""))) if isinstance(body, dict) else ""


def _items(stage: Stage, request: Request) -> list[dict[str, Any]] | Unseen:
    items = stage.lookout.items(stage.target.send(request))
    if isinstance(items, Unseen) and "$filter" in request.path:
        bare = request.path.split("&$filter", 1)[0]
        items = stage.lookout.items(stage.target.send(json_request("GET", request.root, bare, request.actor)))
    return (
        items
        if isinstance(items, Unseen)
        else [item for item in items if isinstance(item.get("id"), str) and item["id"]]
    )


def _readable(items: list[dict[str, Any]] | Unseen, blind: list[str]) -> list[dict[str, Any]]:
    if isinstance(items, Unseen):
        blind.append(items.reason)
        return []
    return items


def _leftover(root: str, what: str, where: str, mark: Mark | None, base: str, actor: str, identity: str) -> Leftover:
    deletion = json_request("DELETE", root, f"{base}/{encode_segment(identity)}", actor)
    return Leftover(what, where, mark, deletion)
