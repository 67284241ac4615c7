"""Mailboxes, meetings, mails and bookings, and what happens to them."""

from __future__ import annotations

import base64
import hashlib
import heapq
import html
import itertools
import re
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]

WINDOWS_ZONES = {
    "W. Europe Standard Time": "Europe/Berlin",
    "GMT Standard Time": "Europe/London",
    "Eastern Standard Time": "America/New_York",
    "Pacific Standard Time": "America/Los_Angeles",
}
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MANAGED = ("id", "iCalUId", "isCancelled", "isOrganizer", "organizer", "type")
DOMAIN = "other.example"


class Refused(Exception):
    """A request is turned down, and nothing has changed."""

    def __init__(self, kind: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.headers = headers or {}


class HangUp(Exception):
    """The connection is to be closed, and nothing said."""


@dataclass(eq=False)
class Folder:
    """A calendar, or a calendar group when it has no parent."""

    id: str
    seq: int
    name: str
    parent: Folder | None = None


@dataclass(eq=False)
class Mailbox:
    """A person's mailbox, or a group's."""

    id: str
    address: str
    name: str
    members: list[Mailbox] | None = None
    groups: dict[str, Folder] = field(default_factory=dict)
    calendars: dict[str, Folder] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)

    @property
    def main(self) -> Folder:
        return next(iter(self.calendars.values()))


@dataclass(eq=False)
class Event:
    """One event in one mailbox; `root` is the organizer's, where this is a copy."""

    id: str
    seq: int
    box: Mailbox
    folder: Folder
    author: Mailbox | None
    data: Json
    begin: datetime
    end: datetime
    uid: str
    ical: str
    type: str = "singleInstance"
    root: Event | None = None
    master: Event | None = None
    occurrences: list[Event] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    cancelled: bool = False
    doomed: bool = False
    invited: bool = False

    @property
    def ending(self) -> bool:
        return self.doomed or (self.master is not None and self.master.doomed)


@dataclass(eq=False)
class Mail:
    id: str
    seq: int
    subject: str
    html: str
    sender: str
    to: str
    received: datetime
    kind: str | None = None
    event: Event | None = None


def moment(value: Any) -> datetime:
    """Read a dateTimeTimeZone, or a bare timestamp, into UTC."""
    try:
        zone = "UTC"
        if isinstance(value, dict):
            zone, value = value.get("timeZone") or "UTC", value["dateTime"]
        read = datetime.fromisoformat(str(value).replace(" ", "+"))
        if read.tzinfo is None:
            read = read.replace(tzinfo=ZoneInfo(WINDOWS_ZONES.get(zone, zone)))
        return read.astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Refused("body") from None


def dates(recurrence: Json) -> list[date]:
    """Days of a daily or weekly recurrence, two hundred at most."""
    try:
        pattern, span = recurrence["pattern"], recurrence["range"]
        first = date.fromisoformat(span["startDate"])
        last, most = date.max, 200
        if span["type"] == "endDate":
            last = date.fromisoformat(span["endDate"])
        elif span["type"] == "numbered":
            most = min(most, int(span["numberOfOccurrences"]))
        step = max(1, int(pattern.get("interval", 1)))
        days = [day.lower() for day in pattern.get("daysOfWeek") or DAYS]
        kind = pattern["type"]
        week = DAYS.index((pattern.get("firstDayOfWeek") or "sunday").lower())
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused("body") from None
    if kind not in ("daily", "weekly"):
        raise Refused("body")
    offset = (first.weekday() - week) % 7
    found: list[date] = []
    for n in range(366 * 3):
        day = first + timedelta(days=n)
        if day > last or len(found) >= most:
            break
        turn = n if kind == "daily" else (n + offset) // 7
        if turn % step == 0 and (kind == "daily" or DAYS[day.weekday()] in days):
            found.append(day)
    return found


class World:
    """Everything the service remembers, and what it will do later."""

    def __init__(self, on: frozenset[str], lag: float) -> None:
        self.on, self.lag = on, lag
        self.seq = itertools.count(1)
        self.minted: dict[str, int] = {}
        self.later: list[tuple[float, int, Callable[[], None]]] = []
        people = ("organizer", "attendee", "second", "staff")
        self.people = {name: self.mailbox(name) for name in people}
        team = [self.people["organizer"], self.people["attendee"]]
        self.team = self.mailbox("team", team)
        self.boxes = [*self.people.values(), self.team]
        self.businesses: dict[str, Json] = {}
        clinic = self.business("Other Clinic")
        self.clinic: str = clinic["id"]
        staff = {"displayName": "Staff", "emailAddress": self.people["staff"].address}
        self.item(clinic, "staffMembers", {**staff, "role": "guest"})
        self.service: str = self.item(clinic, "services", {"displayName": "Talk"})["id"]

    def id(self, kind: str) -> str:
        """Mint an id; every second one is the one before in swapped case."""
        n = self.minted[kind] = self.minted.get(kind, -1) + 1
        if "odd-ids" not in self.on:
            text = hashlib.sha256(f"{kind} {n}".encode()).hexdigest()
            return f"AAMk{text}{text}="
        digest = hashlib.sha256(f"{kind} {n // 2}".encode()).digest()
        word = base64.b64encode(digest).decode().strip("=")
        word = f"Q{word[:12]}/{word[12:24]}+{word[24:]}=="
        return word.swapcase() if n % 2 else word

    def mailbox(self, name: str, members: list[Mailbox] | None = None) -> Mailbox:
        key = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{DOMAIN}"))
        box = Mailbox(key, f"{name}@{DOMAIN}", name.title(), members)
        group = self.folder(box, "Alle")
        self.folder(box, "Kalender", group)
        if "furnished" in self.on and members is None:
            start = {"dateTime": "2031-01-06T09:00:00", "timeZone": "UTC"}
            end = {"dateTime": "2031-01-06T10:00:00", "timeZone": "UTC"}
            old = {"subject": "Old habit", "start": start, "end": end}
            self.create(box, box.main, box, old)
            self.mail(box, "Abgesagt: Something else", "Sorry", box, "meetingCancelled", None)
        return box

    def folder(self, box: Mailbox, name: str, parent: Folder | None = None) -> Folder:
        made = Folder(self.id("folder"), next(self.seq), name, parent)
        (box.calendars if parent else box.groups)[made.id] = made
        return made

    def find(self, name: Any) -> Mailbox | None:
        """Look a person up by id or address."""
        name = str(name).lower()
        boxes = self.people.values()
        return next((b for b in boxes if name in (b.id, b.address)), None)

    def after(self, share: float, deed: Callable[[], None]) -> None:
        due = time.monotonic() + share * self.lag
        heapq.heappush(self.later, (due, next(self.seq), deed))

    def settle(self) -> None:
        """Carry out what has fallen due."""
        while self.later and self.later[0][0] <= time.monotonic():
            heapq.heappop(self.later)[2]()

    # events

    def create(self, box: Mailbox, folder: Folder, author: Mailbox | None, sent: Json) -> Event:
        """Put an event into a calendar; its invitations follow."""
        token = sent.get("transactionId")
        for known in box.events.values():
            if token and known.root is None and known.data.get("transactionId") == token:
                return known.master or known
        parts = (sent.get("start"), sent.get("end"), sent.get("body") or {})
        if not all(isinstance(part, dict) for part in parts):
            raise Refused("body")
        begin, end = moment(sent["start"]), moment(sent["end"])
        attendees = []
        try:
            for guest in sent.get("attendees") or []:
                address = guest["emailAddress"]["address"]
                name = guest["emailAddress"].get("name")
                attendees.append([address, name, guest.get("type", "required"), "none"])
                address.lower()
        except (KeyError, TypeError, AttributeError):
            raise Refused("body") from None
        data = {k: v for k, v in sent.items() if k not in MANAGED}
        data.update(attendees=attendees, made=datetime.now(UTC))
        recurrence = sent.get("recurrence")
        days = dates(recurrence) if recurrence else []
        # Quotes and ampersands are legal here, and have to be escaped in a filter.
        uid = f"0'{secrets.token_hex(12)}&+x"
        event = Event(
            self.id("event"), next(self.seq), box, folder, author, data, begin, end,
            uid, uid,
        )  # fmt: skip
        box.events[event.id] = event
        if recurrence:
            event.type = "seriesMaster"
            self.repeat(event, days, sent)
        if attendees:
            self.after(0.7, lambda: self.invite(event))
        return event

    def repeat(self, master: Event, days: list[date], sent: Json) -> None:
        start = sent["start"]
        zone = WINDOWS_ZONES.get(start.get("timeZone"), start.get("timeZone") or "UTC")
        local = master.begin.astimezone(ZoneInfo(zone))
        for day in days:
            begin = datetime.combine(day, local.timetz()).astimezone(UTC)
            self.occurrence(master, begin, begin + (master.end - master.begin))

    def occurrence(self, master: Event, begin: datetime, end: datetime, root: Event | None = None) -> Event:
        made = Event(
            self.id("copy" if root else "event"), next(self.seq), master.box,
            master.folder, master.author, root.data if root else master.data, begin,
            end, master.uid, root.ical if root else f"{master.uid}#{begin:%Y%m%d}",
            root.type if root else "occurrence", root, master,
        )  # fmt: skip
        master.occurrences.append(made)
        master.box.events[made.id] = made
        return made

    def guests(self, event: Event) -> list[tuple[str, Mailbox]]:
        """Invited mailboxes of this service, the organizer's own left out."""
        known = {a[0].lower(): self.find(a[0]) for a in event.data["attendees"]}
        return [(address, box) for address, box in known.items() if box and box not in (event.box, event.author)]

    def invite(self, event: Event) -> None:
        if event.id not in event.box.events:
            return
        event.invited = True
        for _, box in self.guests(event):
            copy = Event(
                self.id("copy"), next(self.seq), box, box.main, event.author,
                event.data, event.begin, event.end, event.uid, event.ical, event.type,
                event,
            )  # fmt: skip
            box.events[copy.id] = copy
            for one in event.occurrences:
                self.occurrence(copy, one.begin, one.end, one)
            text = str((event.data.get("body") or {}).get("content") or "Bitte kommen")
            subject = str(event.data.get("subject") or "")
            self.mail(box, subject, text, event.box, "meetingRequest", copy)

    def remove(self, event: Event) -> None:
        """Take an event out of its mailbox, a series with all of its occurrences."""
        for one in [event, *event.occurrences]:
            event.box.events.pop(one.id, None)
        if event.master and event in event.master.occurrences:
            event.master.occurrences.remove(event)
            day = event.begin.date().isoformat()
            event.master.dropped.append(f"OID.{event.master.id}.{day}")

    def withdraw(self, event: Event, comment: str | None) -> None:
        """Tell the attendees that a meeting is off, and clear their copies."""
        if not (event.master or event).invited:
            return
        prefix = "Abgesagt: " if "prefix" in self.on else "Canceled: "
        subject = prefix + str(event.data.get("subject") or "")
        for _, box in self.guests(event):
            copy = next((e for e in box.events.values() if e.root is event), None)
            if copy and "copies-removed" in self.on:
                self.remove(copy)
            elif copy:
                for one in [copy, *copy.occurrences]:
                    one.cancelled = True
            self.mail(box, subject, comment or "", event.box, "meetingCancelled", copy)

    def cancel(self, event: Event, comment: str | None) -> None:
        event.doomed = True

        def finish() -> None:
            self.remove(event)
            self.withdraw(event, comment)

        self.after(1, finish)

    def delete(self, event: Event, *, silent: bool = False) -> None:
        self.remove(event)
        if event.root is None and not event.ending and not silent:
            self.after(1, lambda: self.withdraw(event, None))

    def mail(
        self,
        box: Mailbox,
        subject: str,
        text: str,
        sender: Mailbox | str,
        kind: str | None = None,
        event: Event | None = None,
    ) -> None:
        source = sender if isinstance(sender, str) else sender.address
        made = Mail(
            self.id("mail"), next(self.seq), subject, self.markup(text), source,
            box.address, datetime.now(UTC), kind, event,
        )  # fmt: skip
        box.mails[made.id] = made

    def markup(self, text: str) -> str:
        """Dress plain text as HTML that reads the same once rendered."""
        if "html" not in self.on:
            return f"<html><body>{html.escape(text)}</body></html>"

        def entity(found: re.Match[str]) -> str:
            code = ord(found[0])
            return f"&#x{code:X};" if code % 2 else f"&#{code};"

        lines = re.sub(r"(.{50}\S*) (?=\S)", r"\1\n", text).split("\n")
        hard = text.split("\n")
        dressed = "\r\n".join(
            f'<SPAN lang=xx style="color:#123">{re.sub(r"[^A-Za-z0-9 ]", entity, one)}</SPAN>'
            for one in (lines if len(hard) == 1 else hard)
        )
        if len(hard) > 1:
            dressed = dressed.replace("\r\n", "<BR>\r\n")
        return (
            "<!DOCTYPE html>\r\n<HTML><HEAD><META charset=utf-8>"
            "<STYLE>p{margin:0}</STYLE></HEAD>\r\n<BODY><TABLE><TR><TD>"
            f"<!-- text --><P class='a b'>{dressed}</P></TABLE>"
            "<HR noshade><I>other&nbsp;service</I></BODY></HTML>"
        )

    # bookings

    def business(self, name: str) -> Json:
        slug = re.sub(r"\W", "", name) or "Business"
        key = f"{slug}@{DOMAIN}"
        while key in self.businesses:
            key = f"{slug}{next(self.seq)}@{DOMAIN}"
        kinds = ("services", "staffMembers", "customers", "appointments")
        made = {"id": key, "displayName": name, "seq": next(self.seq)}
        self.businesses[key] = made | {kind: {} for kind in kinds}
        return self.businesses[key]

    def item(self, business: Json, kind: str, sent: Json) -> Json:
        made = {**sent, "id": self.id("booking"), "seq": next(self.seq)}
        business[kind][made["id"]] = made
        return made

    def involved(self, business: Json, appointment: Json) -> list[Mailbox]:
        """The customers' and the staff's mailboxes, as far as they are here."""
        addresses = [appointment.get("customerEmailAddress")]
        for customer in appointment.get("customers") or []:
            known = business["customers"].get(str(customer.get("customerId")), {})
            given = customer.get("emailAddress")
            addresses.append(given or known.get("emailAddress"))
        known = business["customers"].get(str(appointment.get("customerId")), {})
        addresses.append(known.get("emailAddress"))
        staff = appointment.get("staffMemberIds") or list(business["staffMembers"])
        for key in staff:
            addresses.append(business["staffMembers"].get(str(key), {}).get("emailAddress"))
        boxes = [self.find(address) for address in addresses if address]
        return list(dict.fromkeys(box for box in boxes if box))

    def call_off(self, business: Json, appointment: Json, text: str | None) -> None:
        appointment["doomed"] = True
        told = self.involved(business, appointment)
        subject = f"Abgesagt: {appointment.get('serviceName') or 'Termin'}"

        def finish() -> None:
            business["appointments"].pop(appointment["id"], None)
            for box in told:
                self.mail(box, subject, text or "", business["id"])

        self.after(1, finish)
