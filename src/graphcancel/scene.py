"""
What a case needs before its call can be made: a meeting, its decoy, calendars, copies, an appointment.

Everything is created through the public API, carries the case's marker in its subject and lies in one fixed week of the
far future, each case in minutes of its own; appointments and the past event excepted.

Arranging waits for invitations, so the functions here are generators: they yield the clock reading (monotonic, seconds)
at which they want to go on, and meanwhile other cases proceed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from graphcancel.errors import NotOffered, NotServed, ProvisionError
from graphcancel.exchange import Exchange, encode_segment, json_request
from graphcancel.looks import Look, Lookout, Unseen, Viewpoint, entries
from graphcancel.waiting import Waiting, step

if TYPE_CHECKING:
    from graphcancel.cases import Case
    from graphcancel.target import Target

Steps = Generator[float, None, Any]

WEEK: Final = dt.datetime(2035, 6, 4, tzinfo=dt.UTC)
WEEK_END: Final = WEEK + dt.timedelta(days=8)
_MINUTES: Final = 5
_SLOTS: Final = 4 * 24 * 60 // _MINUTES
OCCURRENCES: Final = 3
TARGETED: Final = 1
"""Which occurrence an occurrence case cancels: one with a sibling before and one after."""

MADE_UP_ID: Final = "AAMkADAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMABGAAAAAAAAAAA="
_ATTENDEES: Final = 2
_CODE: Final = re.compile(r"[A-Za-z]{3,60}")
_UNSERVED: Final = frozenset({400, 404, 405, 406, 415, 422, 501})


MARK: Final = re.compile(r"gc[0-9a-f]{8}")
"""What every run's mark begins with."""


@dataclass(frozen=True, slots=True)
class Mark:
    """
    How everything of one case is recognised.

    Attributes:
        run: Contained in every marker of the run, and in no other run's.
        case: One alphanumeric word, so that no markup breaks it.
    """

    run: str
    case: str

    @classmethod
    def of(cls, run: str, case_id: str, attempt: int) -> Mark:
        """The mark of *case_id* in its *attempt*-th try."""
        digest = hashlib.blake2s(f"{case_id}#{attempt}".encode(), digest_size=5).hexdigest()
        return cls(run, f"{run}x{digest}")

    @property
    def slot(self) -> int:
        """Which minutes of the week are the case's own."""
        return int(self.case[-8:], 16) % _SLOTS


@dataclass(slots=True)
class Scene:
    """
    What was arranged for one attempt of one case.

    Attributes:
        values: Placeholder of the route to the id to fill in.
        point: Where to look.
        before: The look before the call.
        meeting: Id of the event or appointment the call is about, on its owner's side; None where none could be made.
        decoy: Id of the event beside it.
        attendees: The mailboxes invited, or the customer's and the staff's.
        series: Whether the meeting recurs.
        own_calendar: Whether the meeting lies in a calendar made for it, which goes as a whole.
        gap: Why there is no meeting, where the call is sent all the same.
    """

    mark: Mark
    root: str
    values: dict[str, str] = field(default_factory=dict)
    point: Viewpoint | None = None
    before: Look | None = None
    meeting: str | None = None
    decoy: str | None = None
    attendees: tuple[str, ...] = ()
    series: bool = False
    own_calendar: bool = False
    gap: str | None = None


class Stage:
    """
    Arranges scenes at one target and clears them away.

    Args:
        run: The run's mark; eight or more alphanumeric characters.
        started: When the run started, ISO 8601, written into everything created.

    Attributes:
        waiting: What is known of the lag of effects; *arrival* of that of invitations.
        leads: Whether this process clears up for the whole run, not for a worker's part of it.
        booked: Whether this run sent for an appointment.
        users: Writable mailbox to its object id, as far as the target gave it.
        since: The target's clock when the run began, None where it did not say.
        calendars: Root, path and actor of each calendar made; *calendar_groups* likewise.
    """

    def __init__(self, target: Target, lookout: Lookout, waiting: Waiting, run: str, started: str) -> None:
        self.target = target
        self.lookout = lookout
        self.waiting = waiting
        self.arrival = Waiting()
        self.run = run
        self.started = started
        self.leads = True
        self.booked = False
        self.users: dict[str, str] = {}
        self.since: str | None = None
        self.calendars: list[tuple[str, str, str]] = []
        self.calendar_groups: list[tuple[str, str, str]] = []
        self._once: dict[tuple[str, ...], Any] = {}

    @property
    def longest(self) -> float:
        """The longest lag seen, of effects or invitations: absence is not judged sooner, in seconds."""
        return max(self.waiting.longest, self.arrival.longest)

    # -- who and where ----------------------------------------------------------------------------------------------

    def reader(self, mailbox: str) -> str | None:
        """The actor who may look into *mailbox*: the app, since one round trip then serves all, else its own."""
        if self.target.has("app"):
            return "app"
        return self.delegate(mailbox)

    def delegate(self, mailbox: str) -> str | None:
        """The delegated actor whose mailbox this is, if it has a token."""
        for name in ("organizer", "attendee"):
            actor = self.target.description.actors.get(name)
            if actor and actor.token and actor.user and actor.user.lower() == mailbox:
                return name
        return None

    def writer(self, name: str) -> tuple[str, str]:
        """Actor and base path by which the mailbox of actor *name* is written to."""
        if self.target.has(name):
            return name, "/me"
        if self.target.has("app"):
            return "app", f"/users/{encode_segment(self.mailbox(name))}"
        raise NotOffered(f"the target has no token for {name}, and no app to act for it")

    def mailbox(self, name: str) -> str:
        """The address of actor *name*, lower case."""
        actor = self.target.description.actors.get(name)
        if not actor or not actor.user:
            raise NotOffered(f"the target names no mailbox for {name}")
        return actor.user.lower()

    def user_value(self, name: str, addressing: str) -> str:
        """What stands for the user in a path: the object id or the userPrincipalName."""
        mailbox = self.mailbox(name)
        if addressing != "id":
            return mailbox
        if mailbox not in self.users:
            raise ProvisionError(f"the object id of the {name}'s mailbox is unknown: the target did not give it")
        return self.users[mailbox]

    def invited(self) -> tuple[str, ...]:
        """Up to two writable mailboxes beside the organizer's, the attendee's first."""
        organizer = self.mailbox("organizer")
        others = [mailbox for mailbox in self.target.description.writable if mailbox != organizer]
        attendee = self.target.description.actors.get("attendee")
        if attendee and attendee.user:
            others.sort(key=lambda mailbox: mailbox != (attendee.user or "").lower())
        return tuple(others[:_ATTENDEES])

    # -- arranging --------------------------------------------------------------------------------------------------

    def arrange(self, case: Case, root: str, attempt: int) -> Steps:
        """
        Arrange what *case* needs and take the look before; the generator's value is the `Scene`.

        Raises:
            ProvisionError: Not even an event id could be had.
        """
        scene = Scene(self.mark(case, attempt), root)
        if case.family == "bookings":
            yield from self._appointment(case, scene)
        else:
            yield from self._meeting(case, scene)
        return scene

    def _meeting(self, case: Case, scene: Scene) -> Steps:
        actor, base = self._calendar_for(case, scene)
        owner = self.mailbox("organizer")
        scene.attendees = () if case.circumstance == "no-attendees" else self.invited()
        scene.series = case.circumstance in {"occurrence", "series-master", "exception"} or (
            "/instances/" in case.route.template
        )
        windows = self._windows(scene.mark, 3 if scene.series else 1, past=case.circumstance == "past-event")
        plain = self._event(scene, windows[0], ())
        if case.circumstance == "unknown-id":
            yield from self._deleted(scene, actor, f"{base}/events", plain, case)
            return
        meeting = self._event(scene, windows[0], scene.attendees)
        if scene.series:
            day = windows[0][0][:10]
            meeting["recurrence"] = {
                "pattern": {"type": "daily", "interval": 1},
                "range": {"type": "numbered", "startDate": day, "numberOfOccurrences": OCCURRENCES},
            }
        asked = [
            json_request(
                "POST", scene.root, f"{base}/events", actor, meeting | {"transactionId": f"{scene.mark.case}m"}
            ),
            json_request("POST", scene.root, f"{base}/events", actor, plain | {"transactionId": f"{scene.mark.case}d"}),
        ]
        answers = self.target.send_all(asked)
        scene.meeting = self._created(answers[0], "create a meeting")
        scene.decoy = self._try_created(answers[1])
        if case.family == "groups":
            looked, read_by = base, actor
        else:
            read_by = self.reader(owner) or ""
            looked = base.replace("/me", f"/users/{encode_segment(owner)}", 1)
        item = f"{looked.split('/calendars/')[0]}/events/{encode_segment(scene.meeting)}"
        scene.point = Viewpoint(
            root=scene.root,
            marker=scene.mark.case,
            windows=windows,
            calendar=looked,
            item=item,
            owner_actor=read_by or None,
            readers={mailbox: self.reader(mailbox) for mailbox in scene.attendees},
            since=server_time(answers[0]),
        )
        yield from self._until_visible(scene)
        yield from self._fill(case, scene)

    def _calendar_for(self, case: Case, scene: Scene) -> tuple[str, str]:
        """Make the calendar the route walks through, if any, and return actor and base path of its events."""
        if case.family == "groups":
            group = self.resource("group", scene.root)
            scene.values["group"] = group
            return "organizer", f"/groups/{encode_segment(group)}"
        actor, base = self.writer("organizer")
        # An attendee's own copy lies in the attendee's default calendar, wherever the organizer keeps the meeting.
        if case.circumstance == "own-copy" or "{calendar}" not in case.route.template:
            return actor, base
        name = {"name": f"Contract test {scene.mark.case}"}
        collection = f"{base}/calendars"
        if "{calendar-group}" in case.route.template:
            made = self.target.send(json_request("POST", scene.root, f"{base}/calendarGroups", actor, name))
            group = self._created(made, "create a calendar group")
            scene.values["calendar-group"] = group
            self.calendar_groups.append((scene.root, f"{base}/calendarGroups/{encode_segment(group)}", actor))
            collection = f"{base}/calendarGroups/{encode_segment(group)}/calendars"
        calendar = self._created(
            self.target.send(json_request("POST", scene.root, collection, actor, name)), "create a calendar"
        )
        scene.values["calendar"] = calendar
        scene.own_calendar = True
        self.calendars.append((scene.root, f"{base}/calendars/{encode_segment(calendar)}", actor))
        return actor, f"{base}/calendars/{encode_segment(calendar)}"

    def _event(self, scene: Scene, window: tuple[str, str], attendees: tuple[str, ...]) -> dict[str, Any]:
        return {
            "subject": f"Contract test {scene.mark.case}",
            "body": {"contentType": "text", "content": f"run {self.run} started {self.started}"},
            "start": {"dateTime": window[0].rstrip("Z"), "timeZone": "UTC"},
            "end": {"dateTime": window[1].rstrip("Z"), "timeZone": "UTC"},
            "attendees": [{"type": "required", "emailAddress": {"address": mailbox}} for mailbox in attendees],
        }

    def _windows(self, mark: Mark, count: int, *, past: bool) -> tuple[tuple[str, str], ...]:
        first = WEEK + dt.timedelta(minutes=_MINUTES * mark.slot)
        if past:
            first = dt.datetime.fromisoformat(self.started).replace(microsecond=0) - dt.timedelta(days=2)
        starts = [first + dt.timedelta(days=day) for day in range(count)]
        return tuple((stamp(start), stamp(start + dt.timedelta(minutes=_MINUTES))) for start in starts)

    def _until_visible(self, scene: Scene) -> Steps:
        """Look until calendar and copies show the meeting, or the deadline for invitations passed."""
        point = scene.point
        if point is None:
            raise ProvisionError("nothing to look at was arranged")
        started = time.monotonic()
        attempt = 0
        if self.arrival.likely:
            yield started + self.arrival.likely
            attempt = 1
        while True:
            scene.before = self.lookout.look(point)
            missing = _not_visible(scene.before)
            waited = scene.before.at - started
            if not missing:
                self.arrival.seen(waited if attempt else 0.0)
                break
            if waited >= self.arrival.limit(missing, self.target.description.patience.invite_s):
                self.arrival.missed(missing)
                break
            yield time.monotonic() + step(attempt)
            attempt += 1
        self.own_everything(scene, scene.before)

    def mark(self, case: Case, attempt: int) -> Mark:
        """The mark of a case's attempt in this run."""
        return Mark.of(self.run, case.id, attempt)

    def used_group(self, root: str) -> bool:
        """Whether the target's group was admitted, so that something may lie in its calendar."""
        return self._once.get((root, "group"), "not asked") is None

    def own_everything(self, scene: Scene, look: Look) -> None:
        """Let the fence know copies, occurrences and messages of this case as the run's own."""
        for windows in (look.own, *look.copies.values()):
            if not isinstance(windows, Unseen):
                self.target.fence.own(*(name for entry in entries(windows) for name in (entry.id, entry.whole)))
        for messages in look.mail.values():
            if not isinstance(messages, Unseen):
                own = [message.id for message in messages if scene.mark.case in message.subject + message.text]
                self.target.fence.own(*own)

    def _fill(self, case: Case, scene: Scene) -> Steps:
        """Find the ids the route asks for."""
        values = scene.values
        values.setdefault("event", scene.meeting or "")
        if "{user}" in case.route.template:
            values["user"] = self.user_value("organizer", case.addressing)
        if case.circumstance in {"occurrence", "exception"} or "/instances/" in case.route.template:
            values["event"] = values["instance"] = self._occurrence(scene)
        if case.circumstance == "own-copy":
            values.update(self._own_copy(case, scene))
        if "{message}" in case.route.template:
            values["message"] = yield from self._accepted_message(scene)
        if case.circumstance == "exception" and scene.point:
            actor, base = self.writer("organizer")
            path = f"{base}/events/{encode_segment(values['event'])}"
            moved = {"location": {"displayName": "another room"}}
            self._need(self.target.send(json_request("PATCH", scene.root, path, actor, moved)), "change an occurrence")

    def _occurrence(self, scene: Scene) -> str:
        look = scene.before
        if look and not isinstance(look.own, Unseen) and len(look.own) > TARGETED:
            for entry in look.own[TARGETED]:
                if entry.id not in {scene.meeting, scene.decoy}:
                    return entry.id
        point = scene.point
        if point and point.owner_actor:
            query = f"?startDateTime={point.windows[0][0]}&endDateTime={point.windows[-1][1]}&$top=50"
            request = json_request("GET", scene.root, f"{point.item}/instances{query}", point.owner_actor)
            items = self.lookout.items(self.target.send(request))
            if not isinstance(items, Unseen):
                wanted = point.windows[TARGETED][0][:16]
                for item in items:
                    start = item.get("start")
                    identity = item.get("id")
                    if isinstance(start, dict) and str(start.get("dateTime", ""))[:16] == wanted and identity:
                        self.target.fence.own(str(identity))
                        return str(identity)
        raise ProvisionError("the series' occurrences could not be read, so there is none to cancel")

    def _own_copy(self, case: Case, scene: Scene) -> Mapping[str, str]:
        """Ids on the attendee's side: the copy, and the calendar it lies in."""
        mailbox = self.mailbox("attendee")
        copies = scene.before.copies.get(mailbox) if scene.before else None
        found = [] if copies is None or isinstance(copies, Unseen) else list(entries(copies))
        if not found:
            reason = copies.reason if isinstance(copies, Unseen) else "no invitation arrived in the attendee's calendar"
            raise ProvisionError(f"the attendee's copy is not to be had: {reason}")
        values = {"event": found[0].id}
        if "{user}" in case.route.template:
            values["user"] = self.user_value("attendee", case.addressing)
        if "{calendar}" in case.route.template:
            values["calendar"] = self._default_calendar(scene.root, mailbox)
        if "{calendar-group}" in case.route.template:
            values["calendar-group"] = self._default_group(scene.root, mailbox, values["calendar"])
        return values

    def _accepted_message(self, scene: Scene) -> Generator[float, None, str]:
        """Let the attendee accept, and return the response in the organizer's inbox: it leads to the meeting."""
        attendee = self.mailbox("attendee")
        copies = scene.before.copies.get(attendee) if scene.before else None
        found = [] if copies is None or isinstance(copies, Unseen) else list(entries(copies))
        if not found:
            raise ProvisionError("the attendee's copy is not to be had, so no response can lead to the meeting")
        actor, base = self.writer("attendee")
        body = {"comment": scene.mark.case, "sendResponse": True}
        path = f"{base}/events/{encode_segment(found[0].id)}/accept"
        self._need(self.target.send(json_request("POST", scene.root, path, actor, body)), "accept as the attendee")
        organizer = self.mailbox("organizer")
        inbox = Viewpoint(scene.root, scene.mark.case, (), "", "/none", None, {organizer: self.reader(organizer)})
        started = time.monotonic()
        attempt = 0
        while True:
            look = self.lookout.look(inbox)
            messages = look.mail[organizer]
            if isinstance(messages, Unseen):
                raise ProvisionError(f"the organizer's inbox: {messages.reason}")
            for message in messages:
                if scene.mark.case in message.subject and (message.kind or "").lower() != "meetingrequest":
                    self.target.fence.own(message.id)
                    return message.id
            if look.at - started >= self.arrival.limit(["response"], self.target.description.patience.invite_s):
                self.arrival.missed(["response"])
                raise ProvisionError("no response of the attendee arrived in the organizer's inbox")
            yield time.monotonic() + step(attempt)
            attempt += 1

    def _deleted(self, scene: Scene, actor: str, path: str, body: Mapping[str, Any], case: Case) -> Steps:
        """An id that was an event's and is none any more."""
        made = self.target.send(json_request("POST", scene.root, path, actor, body))
        identity = self._created(made, "create an event")
        gone = self.target.send(json_request("DELETE", scene.root, f"{path}/{encode_segment(identity)}", actor))
        self._need(gone, "delete an event")
        scene.values["event"] = scene.values["appointment"] = identity
        if "{user}" in case.route.template:
            scene.values["user"] = self.user_value("organizer", case.addressing)
        yield from ()

    # -- bookings ---------------------------------------------------------------------------------------------------

    def _appointment(self, case: Case, scene: Scene) -> Steps:
        actor = "organizer" if self.target.has("organizer") else "app"
        business = self.resource("booking_business", scene.root)
        service = self.target.description.resources.get("booking_service")
        if not service:
            raise NotOffered("the target names no booking_service in [resources]")
        base = f"/solutions/bookingBusinesses/{encode_segment(business)}"
        scene.values["business"] = business
        staff = self._once[scene.root, "staff"]
        customer = self.invited()[0] if self.invited() else self.mailbox("organizer")
        day = dt.datetime.fromisoformat(self.started).replace(microsecond=0, second=0, minute=0, hour=9)
        start = day + dt.timedelta(days=7 + scene.mark.slot % 5, minutes=15 * (scene.mark.slot % 32))
        window = (stamp(start), stamp(start + dt.timedelta(minutes=30)))
        body = {
            "@odata.type": "#microsoft.graph.bookingAppointment",
            "serviceId": service,
            "serviceNotes": f"run {self.run} started {self.started}",
            "startDateTime": _booking_time(window[0]),
            "endDateTime": _booking_time(window[1]),
            "staffMemberIds": [identity for identity, _ in staff][:1],
            "customers": [
                {
                    "@odata.type": "#microsoft.graph.bookingCustomerInformation",
                    "name": f"Contract test {scene.mark.case}",
                    "emailAddress": customer,
                }
            ],
        }
        if case.circumstance == "unknown-id":
            yield from self._deleted(scene, actor, f"{base}/appointments", body, case)
            return
        self.booked = True
        answer = self.target.send(json_request("POST", scene.root, f"{base}/appointments", actor, body))
        scene.meeting = scene.values["appointment"] = self._created(answer, "create an appointment")
        mailboxes = dict.fromkeys([customer, *(mailbox for _, mailbox in staff[:1])])
        scene.attendees = tuple(mailboxes)
        scene.point = Viewpoint(
            root=scene.root,
            marker=scene.mark.case,
            windows=(window,),
            calendar=base,
            item=f"{base}/appointments/{encode_segment(scene.meeting)}",
            owner_actor=actor,
            readers={mailbox: self.reader(mailbox) for mailbox in mailboxes},
            booking=True,
            since=server_time(answer),
        )
        yield from self._until_visible(scene)

    def customer_and_staff(self, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """The customer's mailbox and those of the staff, of a booking scene."""
        staff = tuple(mailbox for _, mailbox in self._once[scene.root, "staff"][:1])
        return scene.attendees[0], staff

    # -- once per run -----------------------------------------------------------------------------------------------

    def resource(self, name: str, root: str) -> str:
        """
        The id of a group or booking business of the target, once its members are known to lie inside the fence.
        """
        description = self.target.description
        if name in description.waived:
            raise NotOffered(f"waived: {description.waived[name]}")
        identity = description.resources.get(name)
        if not identity:
            raise NotOffered(f"the target names no {name} in [resources]")
        key = (root, name)
        if key not in self._once:
            self._once[key] = self._outside(name, root, identity)
        if self._once[key]:
            raise NotOffered(str(self._once[key]))
        return identity

    def _outside(self, name: str, root: str, identity: str) -> str | None:
        """Why the resource must not be used, or None."""
        group = name == "group"
        path = f"/groups/{encode_segment(identity)}/members"
        if not group:
            path = f"/solutions/bookingBusinesses/{encode_segment(identity)}/staffMembers"
        actor = "organizer" if self.target.has("organizer") else "app"
        items = self.lookout.items(self.target.send(json_request("GET", root, path, actor)))
        whose = "group's members" if group else "business's staff"
        if isinstance(items, Unseen):
            return f"the {whose} could not be read, so none of its mail can be kept inside writable ({items.reason})"
        people = []
        for item in items:
            address = item.get("userPrincipalName") or item.get("mail") if group else item.get("emailAddress")
            if not isinstance(address, str) or not self.target.fence.is_writable(address):
                return f"one of the {whose} is not listed in writable; add the mailbox there or take another {name}"
            people.append((str(item.get("id", "")), address.lower()))
        self.target.fence.admit_resource("group" if group else "booking", identity)
        if not group:
            self._once[root, "staff"] = people
        return None

    def _default_calendar(self, root: str, mailbox: str) -> str:
        key = (root, "calendar", mailbox)
        if key not in self._once:
            path = f"/users/{encode_segment(mailbox)}/calendar"
            answer = self.target.send(json_request("GET", root, path, self.reader(mailbox)))
            self._once[key] = self._identity(answer, "read the attendee's calendar")
        return str(self._once[key])

    def _default_group(self, root: str, mailbox: str, calendar: str) -> str:
        key = (root, "calendar-group", mailbox)
        if key not in self._once:
            base = f"/users/{encode_segment(mailbox)}/calendarGroups"
            actor = self.reader(mailbox)
            groups = self.lookout.items(self.target.send(json_request("GET", root, base, actor)))
            found = None
            for item in [] if isinstance(groups, Unseen) else groups:
                path = f"{base}/{encode_segment(str(item.get('id')))}/calendars"
                held = self.lookout.items(self.target.send(json_request("GET", root, path, actor)))
                if not isinstance(held, Unseen) and calendar in {inner.get("id") for inner in held}:
                    found = str(item.get("id"))
                    break
            if not found:
                raise ProvisionError("the calendar group of the attendee's calendar could not be read")
            self._once[key] = found
        return str(self._once[key])

    # -- answers ----------------------------------------------------------------------------------------------------

    def _created(self, exchange: Exchange, deed: str) -> str:
        identity = self._identity(exchange, deed)
        self.target.fence.own(identity)
        return identity

    def _try_created(self, exchange: Exchange) -> str | None:
        try:
            return self._created(exchange, "create the decoy")
        except ProvisionError:
            return None

    def _identity(self, exchange: Exchange, deed: str) -> str:
        self._need(exchange, deed)
        identity = exchange.response.object().get("id") if exchange.response else None
        if not isinstance(identity, str) or not identity:
            raise NotServed(f"could not {deed}: the answer {exchange.status} carries no id")
        return identity

    def _need(self, exchange: Exchange, deed: str) -> None:
        if exchange.response is None:
            raise ProvisionError(f"could not {deed}: {exchange.failure}")
        if not exchange.accepted:
            code = exchange.response.error.get("code")
            named = f" {code}" if isinstance(code, str) and _CODE.fullmatch(code) else ""
            kind = NotServed if exchange.status in _UNSERVED else ProvisionError
            raise kind(f"could not {deed}: answered {exchange.status}{named}")


def _not_visible(look: Look) -> list[str]:
    """Which parts of the arrangement a look does not show yet, by the names `Waiting` counts under."""
    missing = []
    if not isinstance(look.own, Unseen) and not all(look.own):
        missing.append("visible")
    missing += ["invitation" for copies in look.copies.values() if not isinstance(copies, Unseen) and not all(copies)]
    return missing


def server_time(exchange: Exchange) -> str | None:
    """The target's own clock when it answered, a few seconds earlier; None where it does not say."""
    date = exchange.response.headers.get("date") if exchange.response else None
    try:
        moment = parsedate_to_datetime(date) if date else dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    except ValueError:
        return None
    return stamp(moment - dt.timedelta(seconds=2))


def stamp(moment: dt.datetime) -> str:
    """*moment* as the API writes it in a query: UTC, whole seconds, Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _booking_time(stamp: str) -> dict[str, str]:
    return {"@odata.type": "#microsoft.graph.dateTimeTimeZone", "dateTime": stamp, "timeZone": "UTC"}
