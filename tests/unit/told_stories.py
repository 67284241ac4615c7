"""The story of a case without a service: a stage that shows looks written in the test, a target that answers as told."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from graphcancel.errors import ProvisionError
from graphcancel.exchange import Request
from graphcancel.marks import Mark
from graphcancel.sanitise import Sanitiser
from graphcancel.scene import Scene
from graphcancel.sight import Entry, Look, Message, Viewpoint
from graphcancel.story import Stories
from graphcancel.waiting import Waiting

ADA, OWNER = "attendee@contoso.example", "organizer@contoso.example"
MARK = Mark("gc01", "gc01x0a0b0c0d0e")
CASE = "event-cancel.v1.0/users-upn.events/organizer/pascal"
NAMESAKE = "event-cancel.v1.0/me.events/organizer/pascal/namesake"
OWN_COPY = "event-cancel.v1.0/me.events/attendee/pascal/own-copy"
SECOND = "graph-conventions/v1.0.me.events/organizer/pascal/second-cancel"
NO_TOKEN = "graph-conventions/v1.0.me.events/organizer/pascal/no-token"


def entry(identity: str, *, cancelled: bool = False) -> Entry:
    return Entry(identity, MARK.case, cancelled, None)


MEETING, DECOY, COPY = entry("e/1"), entry("d1"), entry("c1")
LETTER = Message(
    "m1", f"Canceled: {MARK.case}", "meetingCancelled", f"Contract check {MARK.case}: this meeting is called off."
)
BEFORE = Look(0.0, ((MEETING, DECOY),), True, {ADA: ((COPY,),)}, {ADA: ()})
AFTER = Look(0.0, ((DECOY,),), False, {ADA: ((entry("c1", cancelled=True),),)}, {ADA: (LETTER,)})


@dataclass
class FakeStage:
    """Arranges the same scene each time, or fails; shows *looks* in turn, the last of them for ever."""

    target: object
    looks: list[Look] = field(default_factory=lambda: [AFTER])
    failure: str | None = None
    waiting: Waiting = field(default_factory=Waiting)
    longest: float = 0.0
    arranged: int = 0
    before: Look = BEFORE

    def __post_init__(self) -> None:
        self.since = None
        self.lookout = SimpleNamespace(
            look=lambda _, again=False: self.looks.pop(0) if len(self.looks) > 1 else self.looks[0],
            sharing=lambda _: nullcontext(),
        )

    def arrange(self, case, root: str, attempt: int):
        """Arrange."""
        yield from ()
        self.arranged += 1
        if self.failure:
            raise ProvisionError(self.failure)
        point = Viewpoint(
            root, MARK.case, (("a", "b"),), "/me", f"/users/{OWNER}/events/e", "organizer", {ADA: "attendee"}
        )
        values = {"event": "e/1", "user": OWNER}
        return Scene(MARK, root, values, point, self.before, "e/1", "d1", (ADA,))

    def mark(self, case, attempt: int) -> Mark:
        """Give the mark."""
        return MARK

    def mailbox(self, name: str) -> str:
        """Give an address."""
        return OWNER

    def own_everything(self, scene, look) -> None:
        """Own nothing."""


def stories_against(script, by_id, *statuses: int | None, **stage) -> Stories:
    """Stories whose target answers the call under test with each of *statuses* in turn; *stage* is FakeStage's."""
    turns = list(statuses)

    def answer(request: Request):
        if "cancel" not in request.path:
            return 204, None
        status = turns.pop(0) if len(turns) > 1 else turns[0]
        return None if status is None else (status, None if status < 300 else {"error": {"code": "c", "message": "m"}})

    target = script(answer)
    target.read_s = 30.0
    target.fence = None
    found = Stories(target, FakeStage(target, **stage), by_id, Sanitiser("gc01"))
    target.fence = SimpleNamespace(check=lambda _: None, own=lambda *_: None)
    return found


def drive(story):
    for _ in range(1000):
        try:
            next(story)
        except StopIteration as ended:
            return ended.value
    raise AssertionError("the story does not end")


def at(look: Look, *moments: float) -> list[Look]:
    return [replace(look, at=moment) for moment in moments]


def held(record) -> dict[str, bool | None]:
    return {item.clause: item.held for item in record.verdict.findings}
