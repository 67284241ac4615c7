"""
Looking at what a call changed, through the public API only.

One look is one round of reads: the calendar of the organizer in the event's own minutes, the calendars and inboxes of
the attendees. Nothing here judges; a part that could not be read is `Unseen` with the reason, never an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from graphcancel.errors import FenceError
from graphcancel.exchange import Exchange, Request, encode_segment, json_request
from graphcancel.marks import marks_in, run_of
from graphcancel.sight import Entry, Look, Message, Unseen, Viewpoint, Windows, entry_of, message_of
from graphcancel.target import MAILS, PAGES, WAITING, Target

_PAGES: Final = 2000
_LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a list, all pages together."""
_SELECT: Final = "id,subject,iCalUId,isCancelled,type,seriesMasterId,start,attendees"
_UTC: Final = 'outlook.timezone="UTC"'
_TEXT: Final = 'outlook.body-content-type="text"'
_NOT_FOUND: Final = 404
_NO_VIEW: Final = frozenset({400, 404, 405, 501})
_COLLECTIONS: Final = {
    "appointments": "the appointments", "calendarView": "calendarView", "events": "the events", "groups": "the groups",
    "instances": "the occurrences", "members": "the members", "messages": "the inbox", "staffMembers": "the staff",
}  # fmt: skip
# How inbox messages are asked for, best first; a server that refuses one form is asked in the next.
_BY_SUBJECT, _BY_TIME, _ALL = range(3)
NOBODY: Final = "no actor of the target may read this mailbox"

_Inboxes = dict[tuple[str, str], list[dict[str, Any]] | Unseen]
"""By root and mailbox: what each holds."""


class Lookout:
    """Takes looks at one target; remembers which forms of query it refuses."""

    def __init__(self, target: Target) -> None:
        self._target = target
        # By root: the form to ask in, where the best was refused.
        self._form: dict[str, int] = {}
        self._mail: set[str] = set()
        self._shared: _Inboxes | None = None
        self._since: str | None = None

    @contextmanager
    def sharing(self, since: str | None) -> Iterator[None]:
        """
        Within, looks share each inbox that can only be read as a whole: read once, not once per look.

        Args:
            since: Server time before which no message of any look lies, None where unknown.
        """
        self._shared = {}
        self._since = since
        try:
            yield
        finally:
            self._shared = None

    @property
    def reads_whole_inboxes(self) -> bool:
        """Whether a target refuses to filter by subject, so that each look reads every case's mail."""
        return bool(self._form)

    def look(self, point: Viewpoint, *, again: bool = False) -> Look:
        """
        Take one look.

        Args:
            again: Whether the same was looked at before, so that this look is due to waiting.
        """
        with self._target.booking(WAITING if again else None):
            return self._look(point)

    def _look(self, point: Viewpoint) -> Look:
        asked: list[tuple[tuple[str, ...], Request]] = []
        if point.owner_actor:
            for number, window in enumerate(point.windows):
                asked.append((("own", str(number)), self._view(point, point.calendar, window, point.owner_actor)))
            item = json_request("GET", point.root, point.item, point.owner_actor, headers={"Prefer": _UTC})
            asked.append((("item",), item))
        for mailbox, actor in (*point.readers.items(), *point.inboxes.items()):
            if not actor:
                continue
            base = f"/users/{encode_segment(mailbox)}"
            if not point.booking and mailbox in point.readers:
                for number, window in enumerate(point.windows):
                    asked.append((("copy", mailbox, str(number)), self._view(point, base, window, actor)))
            if self._shared_by(point) is None:
                asked.append((("mail", mailbox), self._messages(point, base, actor)))
        answers = dict(
            zip([key for key, _ in asked], self._target.send_all([request for _, request in asked]), strict=True)
        )
        return self._gather(point, answers)

    def _gather(self, point: Viewpoint, answers: Mapping[tuple[str, ...], Exchange]) -> Look:
        own: Windows | Unseen = Unseen(NOBODY)
        found = None
        if point.owner_actor:
            own = self._windows([answers["own", str(n)] for n in range(len(point.windows))], point)
            found = _found(answers["item",])
        copies: dict[str, Windows | Unseen] = {}
        mail: dict[str, tuple[Message, ...] | Unseen] = {}
        for mailbox, actor in (*point.readers.items(), *point.inboxes.items()):
            if not actor:
                mail[mailbox] = unread = Unseen(self._target.sign_in.lack_of(mailbox) or NOBODY)
                copies |= {mailbox: unread} if mailbox in point.readers else {}
                continue
            if not point.booking and mailbox in point.readers:
                parts = [answers["copy", mailbox, str(n)] for n in range(len(point.windows))]
                copies[mailbox] = self._windows(parts, point)
            shared = self._shared_by(point)
            if shared is None:
                mail[mailbox] = self._inbox(answers["mail", mailbox], point, mailbox)
            else:
                mail[mailbox] = self._shared_inbox(shared, point, mailbox, actor)
            self._count(point, mailbox, mail[mailbox])
        return Look(self._target.clock.now(), own, found, copies, mail)

    def _count(self, point: Viewpoint, mailbox: str, messages: tuple[Message, ...] | Unseen) -> None:
        """Count each message of the run once, under the role of the mailbox it lies in."""
        if isinstance(messages, Unseen):
            return
        # Among those read for a booking may be anybody's.
        of_run = (one.id for one in messages if not point.booking or _is_of(one, run_of(point.marker)))
        fresh = set(of_run) - self._mail
        self._mail |= fresh
        if fresh:
            self._target.counts[MAILS + self._target.description.role_of(mailbox)] += len(fresh)

    def _view(self, point: Viewpoint, base: str, window: tuple[str, str], actor: str) -> Request:
        names = ("start", "end") if point.booking else ("startDateTime", "endDateTime")
        select = "" if point.booking else f"&$select={_SELECT}"
        path = f"{base}/calendarView?{names[0]}={window[0]}&{names[1]}={window[1]}{select}&$top=100"
        return json_request("GET", point.root, path, actor, headers={"Prefer": _UTC})

    def _messages(self, point: Viewpoint, base: str, actor: str) -> Request:
        form = self._form.get(point.root, _BY_SUBJECT)
        query = "?$top=100"
        if form == _BY_SUBJECT and not point.booking:
            query += f"&$filter=contains(subject,'{point.marker}')"
        elif form != _ALL and point.since:
            query += f"&$filter=receivedDateTime ge {point.since}"
        path = f"{base}/mailFolders/inbox/messages{query.replace(' ', '%20')}"
        return json_request("GET", point.root, path, actor, headers={"Prefer": _TEXT})

    def _windows(self, parts: Sequence[Exchange], point: Viewpoint) -> Windows | Unseen:
        windows = []
        for part in parts:
            items = self.items(part)
            if isinstance(items, Unseen):
                return self._listed(part, point) or items
            entries = (entry_of(item) for item in items)
            # A booking's view names customers, not our subject; there the id is the only tie.
            wanted = _by_id(point) if point.booking else _by_subject(point)
            windows.append(tuple(entry for entry in entries if entry and wanted(entry)))
        return tuple(windows)

    def _listed(self, view: Exchange, point: Viewpoint) -> Windows | None:
        """The windows from the list of events, where a target serves no calendarView: it shows no occurrences."""
        if view.status not in _NO_VIEW or point.booking or len(point.windows) > 1:
            return None
        base = view.request.path.partition("/calendarView?")[0]
        query = f"$select={_SELECT}&$top=100"
        request = json_request(
            "GET", point.root, f"{base}/events?{query}", view.request.actor, headers={"Prefer": _UTC}
        )
        items = self.items(self._target.send(request))
        if isinstance(items, Unseen):
            return None
        wanted = _by_subject(point)
        return (tuple(entry for entry in map(entry_of, items) if entry and wanted(entry)),)

    def _inbox(self, part: Exchange, point: Viewpoint, mailbox: str) -> tuple[Message, ...] | Unseen:
        while part.status in {400, 501} and (asked := _form_of(part.request)) < _ALL:
            # Another inbox of the same look may have found out already.
            self._form[point.root] = max(self._form.get(point.root, _BY_SUBJECT), asked + 1)
            request = self._messages(point, f"/users/{encode_segment(mailbox)}", str(part.request.actor))
            part = self._target.send(request)
        return _of_case(self.items(part), point)

    def _shared_by(self, point: Viewpoint) -> _Inboxes | None:
        """
        The inboxes read as a whole so far, None where *point* shares none.

        A booking's mail is told from others' by when it came, so its looks are its own.
        """
        return self._shared if point.root in self._form and not point.booking else None

    def _shared_inbox(
        self, shared: _Inboxes, point: Viewpoint, mailbox: str, actor: str
    ) -> tuple[Message, ...] | Unseen:
        key = (point.root, mailbox)
        if key not in shared:
            every = replace(point, since=self._since)
            request = self._messages(every, f"/users/{encode_segment(mailbox)}", actor)
            shared[key] = self.items(self._target.send(request))
        return _of_case(shared[key], point)

    def items(self, first: Exchange) -> list[dict[str, Any]] | Unseen:
        """The items of a collection, following ``@odata.nextLink`` to its end."""
        found: list[dict[str, Any]] = []
        followed: set[str] = set()
        size = 0
        exchange = first
        for _ in range(_PAGES):
            if exchange.response is None:
                return Unseen(f"a look got no answer ({exchange.failure})")
            page = exchange.response.object()
            value = page.get("value")
            if not exchange.accepted or not isinstance(value, list):
                what = str(exchange.status) if not exchange.accepted else "something else than a list"
                refusal = None if exchange.accepted else exchange.status
                return Unseen(f"a look at {_collection(exchange.request)} was answered {what}", refusal)
            found += [item for item in value if isinstance(item, dict)]
            size += len(exchange.response.body)
            link = page.get("@odata.nextLink")
            root = exchange.request.root
            if link is None:
                return found
            if why := _astray(link, root, followed, size):
                return Unseen(why)
            followed.add(link)
            request = exchange.request
            following = Request("GET", root, link[len(root) :], request.actor, headers=request.headers)
            try:
                with self._target.booking(PAGES):
                    exchange = self._target.send(following)
            except FenceError:
                return Unseen("a list goes on where this run may not look")
        return Unseen(f"a list did not end after {_PAGES} pages")


def _astray(link: Any, root: str, followed: Collection[str], size: int) -> str | None:
    """Why a list is not followed to *link*, None where it is; *size* is how much of it was read, in bytes."""
    if not isinstance(link, str) or not link.startswith(root + "/"):
        return "a list goes on at an address outside the target's root"
    if link in followed:
        return "a list goes on where it has been already"
    return f"a list did not end after {_LARGEST} bytes" if size > _LARGEST else None


def _of_case(items: list[dict[str, Any]] | Unseen, point: Viewpoint) -> tuple[Message, ...] | Unseen:
    if isinstance(items, Unseen):
        return items
    # A mailbox may show every message of the run: only those that name the case are worth reading; of a
    # booking's any, since nobody says what its mail names.
    named = items if point.booking else [item for item in items if _names(item, point.marker)]
    return tuple(message for message in map(message_of, named) if message)


def _is_of(message: Message, run: str) -> bool:
    """Whether *message* carries a mark of *run*."""
    return any(mark.whole_run == run for mark in marks_in(f"{message.subject} {message.text}"))


def _by_subject(point: Viewpoint) -> Callable[[Entry], bool]:
    return lambda entry: point.marker in entry.subject


def _by_id(point: Viewpoint) -> Callable[[Entry], bool]:
    wanted = point.item.rpartition("/")[2]
    return lambda entry: encode_segment(entry.id) == wanted


def _collection(request: Request) -> str:
    last = request.path.partition("?")[0].rpartition("/")[2]
    # A link to a next page is the server's text, which is not to be shown.
    return _COLLECTIONS.get(last, "a list")


def _found(exchange: Exchange) -> bool | None:
    if exchange.response is None:
        return None
    if exchange.accepted:
        return True if exchange.response.object().get("id") else None
    return False if exchange.status == _NOT_FOUND else None


def _form_of(request: Request) -> int:
    if "contains(" in request.path:
        return _BY_SUBJECT
    return _BY_TIME if "$filter=" in request.path else _ALL


def _names(item: Mapping[str, Any], marker: str) -> bool:
    body = item.get("body")
    content = body.get("content") if isinstance(body, dict) else None
    return marker in str(item.get("subject")) or marker in str(content)
