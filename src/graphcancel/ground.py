"""
What every arrangement stands on: who acts in whose mailbox, what an answer gave, and when it shows.

Waiting for invitations takes time, so what may wait is a generator: it yields the clock reading (monotonic, seconds)
at which it wants to go on, and meanwhile other cases proceed.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from graphcancel.errors import AnswerLost, NotOffered, NotServed, ProvisionError
from graphcancel.exchange import Exchange, encode_segment, json_request
from graphcancel.looks import Lookout
from graphcancel.scene import Scene
from graphcancel.sight import Look, Unseen, entries
from graphcancel.vocabulary import is_code
from graphcancel.waiting import Waiting, step

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.target import Target

Steps = Generator[float, None, Any]

_ATTENDEES: Final = 2
CONFIRMATION: Final = "confirmation"
_UNSERVED: Final = frozenset({400, 404, 405, 406, 415, 422, 501})


class Ground:
    """
    One target in the course of one run.

    Args:
        run: The run's mark; eight or more alphanumeric characters.
        started: When the run started, ISO 8601, written into everything created.

    Attributes:
        arrival: What is known of the lag of invitations.
        made: How many objects this process made, or may have made.
        booked: Whether this run sent for an appointment.
        users: Writable mailbox to its object id, as far as the target gave it.
        calendars: Root, path and actor of each calendar made; *calendar_groups* likewise.
        once: What is asked once per run, by root and name (`graphcancel.resources`).
    """

    def __init__(self, target: Target, lookout: Lookout, run: str, started: str) -> None:
        self.target = target
        self.lookout = lookout
        self.arrival = Waiting()
        self.run = run
        self.started = started
        self.booked = False
        self.made = 0
        self.users: dict[str, str] = {}
        self.calendars: list[tuple[str, str, str]] = []
        self.calendar_groups: list[tuple[str, str, str]] = []
        self.once: dict[tuple[str, ...], Any] = {}

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
            if actor and actor.user and actor.user.lower() == mailbox and self.target.has(name):
                return name
        return None

    def writer(self, name: str) -> tuple[str, str]:
        """Actor and base path by which the mailbox of actor *name* is written to."""
        if self.target.has(name):
            return name, "/me"
        if self.target.has("app"):
            return "app", f"/users/{encode_segment(self.mailbox(name))}"
        raise NotOffered(f"{self.target.sign_in.lack(name)}, and no app acts for it")

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

    # -- what an answer gave ----------------------------------------------------------------------------------------

    def need(self, exchange: Exchange, deed: str) -> None:
        """
        Raise unless *exchange* was accepted.

        Raises:
            NotServed: The target does not know how.
            AnswerLost: It may or may not be done; else `ProvisionError`. Each says that *deed* could not be done.
        """
        if exchange.response is None:
            raise AnswerLost(f"could not {deed}: {exchange.failure}")
        if exchange.lost:
            raise AnswerLost(f"could not {deed}: answered {exchange.status}")
        if not exchange.accepted:
            code = exchange.response.error.get("code")
            named = f" {code}" if isinstance(code, str) and is_code(code) else ""
            kind = NotServed if exchange.status in _UNSERVED else ProvisionError
            raise kind(f"could not {deed}: answered {exchange.status}{named}")

    def identity(self, exchange: Exchange, deed: str) -> str:
        """The id an accepted answer carries; raises as `need` does."""
        self.need(exchange, deed)
        identity = exchange.response.object().get("id") if exchange.response else None
        if not isinstance(identity, str) or not identity:
            raise NotServed(f"could not {deed}: the answer {exchange.status} carries no id")
        return identity

    def created(self, exchange: Exchange, deed: str) -> str:
        """The id of what was made, known to the fence as the run's own; raises as `need` does."""
        # One whose answer is lost may have been made.
        self.made += exchange.lost
        identity = self.identity(exchange, deed)
        self.target.fence.own(identity)
        self.made += 1
        return identity

    def deleted(self, scene: Scene, actor: str, path: str, body: Mapping[str, Any], case: Case) -> Steps:
        """An id that was an event's and is none any more."""
        made = self.target.send(json_request("POST", scene.root, path, actor, body))
        identity = self.created(made, "create an event")
        gone = self.target.send(json_request("DELETE", scene.root, f"{path}/{encode_segment(identity)}", actor))
        self.need(gone, "delete an event")
        scene.values["event"] = scene.values["appointment"] = identity
        if "{user}" in case.route.template:
            scene.values["user"] = self.user_value("organizer", case.addressing)
        yield from ()

    # -- what shows -------------------------------------------------------------------------------------------------

    def until_visible(self, scene: Scene) -> Steps:
        """Look until calendar and copies show the meeting, or the deadline for invitations passed."""
        point = scene.point
        if point is None:
            raise ProvisionError("nothing to look at was arranged")
        clock = self.target.clock
        started = clock.now()
        attempt = 0
        put_off = bool(self.arrival.likely)
        due = started
        if put_off:
            due += self.arrival.likely
            yield due
            attempt = 1
        while True:
            # How long this look was kept waiting by other stories is none of the target's lag.
            slip = max(0.0, clock.now() - due)
            scene.before = self.lookout.look(point, again=scene.before is not None)
            missing = _not_visible(scene, scene.before)
            waited = scene.before.at - started
            if not missing:
                if put_off and attempt == 1:
                    self.arrival.early()
                else:
                    self.arrival.seen(waited - slip if attempt else 0.0)
                break
            if waited >= self._patience(missing):
                self.arrival.missed(missing)
                break
            # A confirmation nobody promises is not worth many looks.
            pause = self.arrival.usual / 2 if set(missing) == {CONFIRMATION} else step(attempt)
            due = clock.now() + pause
            yield due
            attempt += 1
        self.own_everything(scene, scene.before)

    def _patience(self, missing: Sequence[str]) -> float:
        """How long to wait for what is *missing*; a booking need not be confirmed, so for that not long."""
        if set(missing) != {CONFIRMATION}:
            return self.arrival.limit(missing, self.target.description.patience.invite_s)
        hopeless = self.arrival.limit([CONFIRMATION], float("inf")) != float("inf")
        return 0.0 if hopeless else self.arrival.usual

    def own_everything(self, scene: Scene, look: Look) -> None:
        """Let the fence know copies, occurrences and messages of this case as the run's own."""
        for windows in (look.own, *look.copies.values()):
            if not isinstance(windows, Unseen):
                self.target.fence.own(*(name for entry in entries(windows) for name in (entry.id, entry.whole)))
        for messages in look.mail.values():
            if not isinstance(messages, Unseen):
                own = [message.id for message in messages if scene.mark.case in message.subject + message.text]
                self.target.fence.own(*own)


def _not_visible(scene: Scene, look: Look) -> list[str]:
    """Which parts of the arrangement a look does not show yet, by the names `Waiting` counts under."""
    missing = []
    if not isinstance(look.own, Unseen):
        shown = [{entry.id for entry in window} for window in look.own]
        beside = scene.decoy is None or any(scene.decoy in window for window in shown)
        if not beside or not all(window - {scene.decoy} for window in shown):
            missing.append("visible")
    if scene.point and scene.point.booking:
        # A confirmation still under way would be taken for the news of the cancel.
        for messages in look.mail.values():
            named = () if isinstance(messages, Unseen) else (item.subject + item.text for item in messages)
            if not isinstance(messages, Unseen) and not any(scene.mark.case in words for words in named):
                missing.append(CONFIRMATION)
    least = 2 if scene.namesake else 1
    for copies in look.copies.values():
        if not isinstance(copies, Unseen) and any(len(window) < least for window in copies):
            missing.append("invitation")
    return missing
