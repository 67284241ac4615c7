"""
A service that does what the pages say, in memory: what a run is rehearsed against.

It knows the few requests by which a run arranges, looks and clears away, and whom each of them mails. It checks
nothing, waits for nothing and refuses only what does not exist: who may do what is `graphcancel.rehearsal`'s business.
What the real service does is nobody's claim here; a rehearsal says what a run would send if all went well.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from graphcancel.exchange import encode_segment

Answer = tuple[int, Any]
"""A status and a body, None for no body."""

_NOT_FOUND: Final[Answer] = (404, {"error": {"code": "ErrorItemNotFound", "message": "not found"}})
_CONTAINERS: Final = frozenset({"calendars", "calendarGroups"})
_MINUTES: Final = slice(0, 16)


@dataclass(slots=True)
class _Event:
    """
    An event, an occurrence of one, or an appointment.

    Attributes:
        place: Whose it is: a mailbox, or the path of a group or business.
        start: ISO 8601, UTC; *end* likewise.
        text: What mail about it says, however it says it.
        guests: Mailboxes that are told of its cancel.
        bereft: Mailboxes that are told where it is deleted instead.
        calendar: The calendar made for it, None for the default one.
        declined: How many of its guests declined.
        parts: Its occurrences, where it recurs.
        copies: What lies in the guests' calendars.
    """

    id: str
    place: str
    start: str
    end: str
    subject: str
    text: str
    guests: tuple[str, ...]
    bereft: tuple[str, ...]
    uid: str
    calendar: str | None = None
    series: _Event | None = None
    source: _Event | None = None
    cancelled: bool = False
    declined: int = 0
    parts: list[_Event] = field(default_factory=list)
    copies: list[_Event] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """The event as a list shows it."""
        return {
            "id": self.id,
            "subject": self.subject,
            "iCalUId": self.uid,
            "isCancelled": self.cancelled,
            "attendees": [{"status": {"response": "declined"}}] * self.declined,
            "seriesMasterId": self.series.id if self.series else None,
            "start": {"dateTime": self.start},
            "additionalInformation": self.text,
        }


@dataclass(slots=True)
class _Message:
    id: str
    place: str
    subject: str
    kind: str
    text: str
    event: _Event


class Service:
    """
    What the mailboxes, groups and businesses of a target hold, as far as a run puts it there.

    Args:
        staff: Id of each of a business's staff to the mailbox.

    Attributes:
        mails: Mailbox to the number of messages sent to it.
    """

    def __init__(self, staff: Mapping[str, str] = MappingProxyType({})) -> None:
        self._staff = staff
        self.mails: Counter[str] = Counter()
        self._events: dict[str, _Event] = {}
        self._messages: dict[str, _Message] = {}
        self._containers: dict[str, tuple[str, str, str]] = {}  # id to place, collection and name
        self._number = itertools.count(1)

    def answer(self, method: str, place: str, rest: str, body: Mapping[str, Any] | None) -> Answer:
        """
        Do what a request asks for.

        Args:
            place: The mailbox, or the path of the group or business, that the path begins with.
            rest: Path and query below that.
        """
        path, _, query = rest.partition("?")
        segments = [unquote(part) for part in path.strip("/").split("/") if part]
        if method == "GET":
            return self._read(place, segments, dict(parse_qsl(query)))
        if method == "DELETE":
            return self._delete(segments[-1])
        if method == "PATCH":
            return (200, {}) if segments[-1] in self._events else _NOT_FOUND
        if segments[-1] == "accept":
            said = str((body or {}).get("comment", ""))
            return self.respond(segments[-2], "meetingAccepted", said) or (202, None)
        if segments[-1] in _CONTAINERS:
            made = self._id()
            self._containers[made] = (place, "/".join(segments), str((body or {}).get("name")))
            return 201, {"id": made}
        make = self._book if segments[-1] == "appointments" else self._meet
        return 201, {"id": make(place, segments, body or {}).id}

    def cancel(self, path: str, text: str | None) -> Answer | None:
        """
        Cancel what *path* names; None where it is, the refusal where it does not exist.

        Args:
            text: What the mail says; empty for no mail at all.
        """
        for part in reversed([unquote(part) for part in path.split("/")]):
            event = self._events.get(part) or (self._messages[part].event if part in self._messages else None)
            if event:
                break
        else:
            return _NOT_FOUND
        self._remove(event)
        if text != "":
            self._tell(event, "meetingCancelled", event.guests, text or "")
        for copy in event.copies:
            for one in (copy, *copy.parts):
                one.cancelled = True
        return None

    def respond(self, path: str, kind: str, text: str | None) -> Answer | None:
        """
        Send the organizer an attendee's response; None where it is sent, the refusal where there is no such copy.

        Args:
            path: Names the attendee's copy by some segment.
            kind: What the message is: ``meetingDeclined``.
        """
        found = (self._events.get(unquote(part)) for part in reversed(path.split("/")))
        copy = next(filter(None, found), None)
        if copy is None or copy.source is None:
            return _NOT_FOUND
        copy.source.declined += kind == "meetingDeclined"
        self._tell(copy.source, kind, (copy.source.place,), text or "")
        return None

    # -- reading ----------------------------------------------------------------------------------------------------

    def _read(self, place: str, segments: list[str], query: Mapping[str, str]) -> Answer:
        last = segments[-1] if segments else ""
        if not segments:
            return 200, {"id": f"id of {place}", "userPrincipalName": place}
        if last == "calendar":
            return 200, {"id": f"calendar of {place}"}
        if last in _CONTAINERS:
            return 200, {"value": list(self._contained(place, segments))}
        if last == "messages":
            inside = (item for item in self._messages.values() if item.place == place and segments[-2] == "inbox")
            return 200, {"value": [_shown(item) for item in inside if _named(item, query)]}
        if last in {"calendarView", "events", "instances"}:
            start = query.get("startDateTime") or query.get("start") or ""
            end = query.get("endDateTime") or query.get("end") or "9"
            calendar = segments[-2] if len(segments) > 1 and segments[-2] in self._containers else None
            events = self._of(place, calendar, "" if last == "events" else start, end)
            master = segments[-2] if last == "instances" else None
            return 200, {"value": [e.shown() for e in events if not master or (e.series and e.series.id == master)]}
        found = self._events.get(last)
        return (200, found.shown()) if found else _NOT_FOUND

    def _of(self, place: str, calendar: str | None, start: str, end: str) -> Iterator[_Event]:
        for event in self._events.values():
            wanted = event.place == place and not event.parts and (calendar is None or event.calendar == calendar)
            if wanted and event.end[_MINUTES] > start[_MINUTES] and event.start[_MINUTES] < end[_MINUTES]:
                yield event

    def _contained(self, place: str, segments: list[str]) -> Iterator[dict[str, str]]:
        """A mailbox has one calendar and one group of calendars before anybody makes another."""
        above = f"group of {place}"
        if segments[-1] == "calendarGroups":
            yield {"id": above, "name": ""}
        elif len(segments) == 1 or segments[-2] == above:
            yield {"id": f"calendar of {place}", "name": ""}
        for identity, (owner, collection, name) in self._containers.items():
            if owner == place and collection == "/".join(segments):
                yield {"id": identity, "name": name}

    # -- making -----------------------------------------------------------------------------------------------------

    def _id(self) -> str:
        return f"rehearsed{next(self._number):08x}"

    def _meet(self, place: str, segments: list[str], body: Mapping[str, Any]) -> _Event:
        calendar = next((part for part in reversed(segments) if part in self._containers), None)
        guests = tuple(str(one["emailAddress"]["address"]).lower() for one in body.get("attendees", ()))
        times = [(str(body["start"]["dateTime"]), str(body["end"]["dateTime"]))]
        repeated = body.get("recurrence")
        days = repeated["range"]["numberOfOccurrences"] if repeated else 0
        event = self._put(place, times[0], str(body["subject"]), guests, days, calendar, self._id())
        for guest in guests:
            copy = self._put(guest, times[0], event.subject, (), days, None, event.uid)
            for theirs, ours in zip((copy, *copy.parts), (event, *event.parts), strict=True):
                theirs.source = ours
                ours.copies.append(theirs)
        self._tell(event, "meetingRequest", guests)
        return event

    def _book(self, place: str, segments: list[str], body: Mapping[str, Any]) -> _Event:
        del segments
        times = (str(body["startDateTime"]["dateTime"]), str(body["endDateTime"]["dateTime"]))
        customers = tuple(str(one["emailAddress"]).lower() for one in body["customers"])
        staff = tuple(self._staff[one] for one in body["staffMemberIds"] if one in self._staff)
        event = self._put(place, times, "", (*customers, *staff), 0, None, self._id())
        event.text, event.bereft = str(body["additionalInformation"]), customers
        return event

    def _put(
        self,
        place: str,
        times: tuple[str, str],
        subject: str,
        guests: tuple[str, ...],
        days: int,
        calendar: str | None,
        uid: str,
    ) -> _Event:
        event = _Event(self._id(), place, *times, subject, subject, guests, guests, uid, calendar)
        self._events[event.id] = event
        first = int(times[0][8:10])
        for day in range(first, first + days):
            start, end = (f"{moment[:8]}{day:02d}{moment[10:]}" for moment in times)
            its = f"{uid}-{day}"
            part = _Event(self._id(), place, start, end, subject, subject, guests, guests, its, calendar, event)
            self._events[part.id] = part
            event.parts.append(part)
        return event

    # -- going ------------------------------------------------------------------------------------------------------

    def _delete(self, identity: str) -> Answer:
        if identity in self._messages:
            del self._messages[identity]
        elif identity in self._events:
            event = self._events[identity]
            self._remove(event)
            # The organizer's delete cancels the meeting for all; an attendee's copy has no guests.
            self._tell(event, "meetingCancelled", event.bereft)
            for copy in event.copies:
                for one in (copy, *copy.parts):
                    one.cancelled = True
        elif identity in self._containers:
            del self._containers[identity]
            for event in [event for event in self._events.values() if event.calendar == identity]:
                self._remove(event)
        else:
            return _NOT_FOUND
        return 204, None

    def _remove(self, event: _Event) -> None:
        for one in (event, *event.parts):
            self._events.pop(one.id, None)
        if event.series:
            event.series.parts = [part for part in event.series.parts if part is not event]

    def _tell(self, event: _Event, kind: str, people: Iterable[str], text: str = "") -> None:
        for mailbox in people:
            self.mails[mailbox] += 1
            note = _Message(self._id(), mailbox, event.subject, kind, f"{text}\n{event.text}", event)
            self._messages[note.id] = note


def _named(message: _Message, query: Mapping[str, str]) -> bool:
    """Whether the one filter a run uses lets *message* through."""
    wanted = query.get("$filter", "")
    return "contains(" not in wanted or wanted.split("'")[1] in message.subject


def _shown(message: _Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "subject": message.subject,
        "meetingMessageType": message.kind,
        "body": {"contentType": "text", "content": message.text},
    }


def owner_in(path: str) -> tuple[str, str]:
    """
    The part of *path* that names whose data it is about, and what follows.

    Such as ``/users/ada%40contoso.example`` and ``/calendarView?…``.
    """
    segments = path.partition("?")[0].strip("/").split("/")
    length = {"me": 1, "users": 2, "groups": 2, "solutions": 3, "bookingBusinesses": 2}.get(segments[0], 1)
    owner = "/" + "/".join(segments[:length])
    return owner, path[len(owner) :]


def mailbox_path(mailbox: str) -> str:
    """The path that names *mailbox*."""
    return f"/users/{encode_segment(mailbox)}"
