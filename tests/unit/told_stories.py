"""The story of a case without a service: a stage that shows looks written in the test, a target that answers as told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from graphcancel.clock import Clock
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
ENOUGH = 1000
BEGUN = 128.0
"""What a clock shows when a timed story begins; a power of two, so that times add up exactly."""


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
    """
    Arranges the same scene each time, but for what *scene* says otherwise, or fails; shows *looks* in turn, the last of
    them for ever.

    Attributes:
        looked: When each look was taken, and whether as one more of the same.
        owned: What was shown that the run now takes for its own.
    """

    target: object
    looks: list[Look] = field(default_factory=lambda: [AFTER])
    failure: str | ProvisionError | None = None
    waiting: Waiting = field(default_factory=Waiting)
    longest: float = 0.0
    arranged: int = 0
    before: Look = BEFORE
    scene: dict[str, object] = field(default_factory=dict)
    point: dict[str, object] = field(default_factory=dict)
    looked: list[tuple[float, bool]] = field(default_factory=list)
    owned: list[Look] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.since = None
        self.once: dict[object, object] = {}
        self.lookout = SimpleNamespace(look=self.look, sharing=lambda _: nullcontext())

    def look(self, point, *, again: bool = False) -> Look:
        """Show the next look; a story that looks for ever is wrong."""
        assert len(self.looked) < ENOUGH
        self.looked.append((self.target.clock.now() - BEGUN, again))
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def arrange(self, case, root: str, attempt: int):
        """Arrange."""
        yield from ()
        self.arranged += 1
        if self.failure:
            raise ProvisionError(self.failure) if isinstance(self.failure, str) else self.failure
        point = Viewpoint(
            root, MARK.case, (("a", "b"),), "/me", f"/users/{OWNER}/events/e", "organizer", {ADA: "attendee"}
        )
        values = {"event": "e/1", "user": OWNER}
        scene = Scene(MARK, root, values, replace(point, **self.point), self.before, "e/1", "d1", (ADA,))
        return replace(scene, **self.scene)

    def mark(self, case, attempt: int) -> Mark:
        """Give the mark."""
        return MARK

    def mailbox(self, name: str) -> str:
        """Give an address."""
        return OWNER

    def own_everything(self, scene, look) -> None:
        """Remember what was shown."""
        self.owned.append(look)


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
    target.owned = []
    target.fence = SimpleNamespace(check=lambda _: None, own=target.owned.append)
    return found


class Hands(Clock):
    """A clock that goes only while somebody waits."""

    def __init__(self) -> None:
        self.at = BEGUN

    def now(self) -> float:
        """What it shows."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Go on."""
        self.at += max(0.0, seconds)


def timed(made: Stories, shows: Callable[[float], Look] | None = None) -> Stories:
    """
    These stories, on a clock that goes only while they wait: answers and looks take no time, and requests are counted.

    Args:
        shows: What a look shows, by how many seconds the clock has gone; else the stage's looks, in turn.
    """
    target, stage = made.target, made.stage
    target.clock = clock = Hands()
    send, look = target.send, stage.look

    def answered(request: Request, *, purpose: str = "arrange"):
        target.counts.update(("requests", purpose))
        return replace(send(request, purpose=purpose), ended=clock.now())

    def seen(point, *, again: bool = False) -> Look:
        found = look(point, again=again)
        return replace(shows(clock.now() - BEGUN) if shows else found, at=clock.now())

    target.send, stage.lookout.look = answered, seen
    return made


def tell(made: Stories, case):
    """Tell the story of *case* by the clock of `timed`."""
    return drive(made.tell(case), lambda due: made.target.clock.sleep(due - made.target.clock.now()))


def from_then(moment: float, before: Look = BEFORE, after: Look = AFTER) -> Callable[[float], Look]:
    """What is shown where an effect is there from *moment* on, in seconds."""
    return lambda now: after if now >= moment else before


def drive(story, wait: Callable[[float], None] = lambda _: None):
    for _ in range(ENOUGH):
        try:
            wait(next(story))
        except StopIteration as ended:
            return ended.value
    raise AssertionError("the story does not end")


def at(look: Look, *moments: float) -> list[Look]:
    return [replace(look, at=moment) for moment in moments]


def held(record) -> dict[str, bool | None]:
    return {item.clause: item.held for item in record.verdict.findings}
