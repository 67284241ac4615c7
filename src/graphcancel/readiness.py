"""
Asking a target what it has, by reads alone: who can be reached, what may be used, and whose clock is wrong.

What it answers is kept and nothing is judged here; a rehearsal (`graphcancel.rehearsal`) plays a run on these answers.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphcancel.auth import SignIn
from graphcancel.batching import only_reads
from graphcancel.clock import http_date
from graphcancel.errors import FenceError, ProvisionError
from graphcancel.exchange import Exchange, Request, Response, encode_segment, json_request
from graphcancel.fence import Fence
from graphcancel.ideal import mailbox_path
from graphcancel.looks import NOBODY
from graphcancel.rehearsal import Key, Seen
from graphcancel.resources import people_of, resource
from graphcancel.scene import WEEK, stamp
from graphcancel.stage import Stage
from graphcancel.target import Target
from graphcancel.targetfile import Description
from graphcancel.waivers import why_unused

_WINDOW = f"startDateTime={stamp(WEEK)}&endDateTime={stamp(WEEK + dt.timedelta(hours=1))}&$top=1&$select=id,subject"


class Witness(Target):
    """
    A way to the target by which nothing can be written, and which remembers what was read.

    Attributes:
        seconds: How long each answer took.
        skew_s: Seconds by which the target's clock is ahead of ours; None where it never said the time.
    """

    def __init__(self, description: Description, fence: Fence, sign_in: SignIn) -> None:
        super().__init__(description, fence, sign_in)
        self.seconds: list[float] = []
        self.skew_s: float | None = None
        self._answers: dict[Key, Response] = {}

    def send(self, request: Request, *, purpose: str = "arrange") -> Exchange:
        """
        Send a read.

        Raises:
            FenceError: It is none.
        """
        if not only_reads(request):
            raise FenceError(f"fence: {request.method} while nothing may be written; nothing was sent")
        exchange = super().send(request, purpose=purpose)
        self._keep(exchange)
        if exchange.response:
            self.seconds.append(exchange.seconds)
            self._read_clock(exchange.response)
        return exchange

    def send_all(self, items: Sequence[Request]) -> list[Exchange]:
        """Send several reads."""
        answers = super().send_all(items)
        for exchange in answers:
            self._keep(exchange)
        return answers

    def seen(self) -> Seen:
        """What was answered so far."""
        return Seen(dict(self._answers), dict(self.batchless))

    def answer(self, root: str, actor: str | None, path: str) -> Response | None:
        """The answer to a read, None where it was not asked or nothing came back."""
        return self._answers.get((root, actor, path))

    @property
    def latency_s(self) -> float:
        """What an answer usually takes, in seconds."""
        return statistics.median(self.seconds) if self.seconds else 0.0

    def _keep(self, exchange: Exchange) -> None:
        request = exchange.request
        if exchange.response:
            # By its whole path, since a list has pages; and by its path alone, whatever part of it was asked for.
            for path in (request.path, request.path.partition("?")[0]):
                self._answers.setdefault((request.root, request.actor, path), exchange.response)

    def _read_clock(self, response: Response) -> None:
        if self.skew_s is not None or "date" not in response.headers:
            return
        if told := http_date(response.headers["date"]):
            self.skew_s = (told - dt.datetime.now(dt.UTC)).total_seconds()


@dataclass(frozen=True, slots=True)
class Place:
    """
    A mailbox as one actor finds it.

    Attributes:
        calendar: Why its calendar cannot be read, None where it can; *inbox* likewise.
        code: The error code of the refusal, where it names one.
    """

    mailbox: str
    actor: str | None
    calendar: str | None
    inbox: str | None
    code: str | None = None

    @property
    def reached(self) -> bool:
        """Whether everything a look needs can be read."""
        return self.calendar is None and self.inbox is None


@dataclass(frozen=True, slots=True)
class Thing:
    """
    A group or booking business, as the target has it.

    Attributes:
        state: ``ready``, ``absent`` (the target file names none), ``waived`` or ``unusable``.
        people: How many members or staff there are, None where they could not be read.
    """

    name: str
    state: str
    reason: str | None
    people: int | None = None


def probe(stage: Stage, root: str) -> None:
    """Ask at *root* for everything a run would look at; what is answered is kept by the `Witness`."""
    asked: list[Request] = []
    for mailbox in stage.target.description.writable:
        actor = stage.reader(mailbox)
        if actor:
            asked += _asked(root, mailbox_path(mailbox), actor)
    # What is written to goes by /me where there is a token for that, so the answer may be another.
    for name in ("organizer", "attendee"):
        if stage.target.has(name):
            asked += _asked(root, "/me", name)
    stage.target.send_all(asked)
    for name in ("group", "booking_business"):
        try:
            identity = resource(stage, name, root)
        except ProvisionError:
            continue
        stage.target.send_all(list(_inside(stage, name, root, encode_segment(identity))))


def _asked(root: str, owner: str, actor: str) -> Iterator[Request]:
    yield json_request("GET", root, f"{owner}/calendarView?{_WINDOW}", actor)
    yield json_request("GET", root, f"{owner}/mailFolders/inbox/messages?$top=1&$select=id", actor)


def _inside(stage: Stage, name: str, root: str, identity: str) -> Iterator[Request]:
    if name == "group":
        if stage.target.has("organizer"):
            yield json_request("GET", root, f"/groups/{identity}/calendarView?{_WINDOW}", "organizer")
        return
    actor = "organizer" if stage.target.has("organizer") else "app"
    base = f"/solutions/bookingBusinesses/{identity}"
    view = f"{base}/calendarView?start={stamp(WEEK)}&end={stamp(WEEK + dt.timedelta(hours=1))}"
    yield json_request("GET", root, view, actor)
    yield json_request("GET", root, f"{base}/services", actor)


def places(stage: Stage, target: Witness, root: str) -> list[Place]:
    """Each writable mailbox as it is found by who may look into it."""
    found = []
    for mailbox in target.description.writable:
        actor = stage.reader(mailbox)
        if actor is None:
            lack = target.sign_in.lack_of(mailbox) or NOBODY
            found.append(Place(mailbox, None, lack, lack))
            continue
        owner = mailbox_path(mailbox)
        calendar = target.answer(root, actor, f"{owner}/calendarView")
        inbox = target.answer(root, actor, f"{owner}/mailFolders/inbox/messages")
        code = next((answer.error.get("code") for answer in (calendar, inbox) if answer and not answer.ok), None)
        named = code if isinstance(code, str) else None
        found.append(Place(mailbox, actor, _wrong(calendar), _wrong(inbox), named))
    return found


def _wrong(answer: Response | None) -> str | None:
    """What is wrong with the answer to a list, in a few words; None where it is one."""
    if answer is None:
        return "got no answer"
    if not answer.ok:
        return f"answered {answer.status}"
    return None if isinstance(answer.object().get("value"), list) else f"answered {answer.status}, but not with a list"


def things(stage: Stage, target: Witness, root: str) -> list[Thing]:
    """The group, the booking business and its service as the target has them."""
    described = target.description
    found = []
    for name in ("group", "booking_business"):
        waived = why_unused(described.waived, name)
        if waived:
            found.append(Thing(name, "waived", waived))
        elif not described.resources.get(name):
            found.append(Thing(name, "absent", f"the target names no {name} in [resources]"))
        else:
            found.append(_examined(stage, target, name, root))
    business = found[-1]
    if business.state == "ready":
        found.append(_service(target, root))
    return found


def _examined(stage: Stage, target: Witness, name: str, root: str) -> Thing:
    try:
        identity = resource(stage, name, root)
    except ProvisionError as error:
        return Thing(name, "unusable", str(error))
    people = people_of(stage, name, root)
    if name == "group":
        view = target.answer(root, "organizer", f"/groups/{encode_segment(identity)}/calendarView")
        if not target.has("organizer"):
            return Thing(name, "unusable", target.sign_in.lack("organizer"), len(people))
        if _wrong(view):
            return Thing(name, "unusable", f"a look at its calendar {_wrong(view)}", len(people))
    elif not people:
        return Thing(name, "unusable", "it has no staff, so nobody is told", 0)
    return Thing(name, "ready", None, len(people))


def _service(target: Witness, root: str) -> Thing:
    described = target.description.resources
    service = described.get("booking_service")
    if not service:
        return Thing("booking_service", "absent", "the target names no booking_service in [resources]")
    actor = "organizer" if target.has("organizer") else "app"
    path = f"/solutions/bookingBusinesses/{encode_segment(described['booking_business'])}/services"
    answer = target.answer(root, actor, path)
    if _wrong(answer) or answer is None:
        return Thing("booking_service", "unusable", f"the business's services could not be read ({_wrong(answer)})")
    listed = answer.object()["value"]
    if service not in {item.get("id") for item in listed if isinstance(item, dict)} and "@odata.nextLink" not in (
        answer.object()
    ):
        return Thing("booking_service", "unusable", "the business has no service of this id")
    return Thing("booking_service", "ready", None)
