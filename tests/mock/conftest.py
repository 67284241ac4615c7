"""A stand-in in this process, driven over ASGI without a socket, with the few gestures the tests are made of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from graphmock.app import App
from graphmock.behaviour import Behaviour
from graphmock.faults import chosen
from graphmock.tenant import build

ORGANIZER, ATTENDEE, SECOND, BYSTANDER = (
    f"{name}@contoso.example" for name in ("organizer", "attendee", "second", "bystander")
)
WINDOW = {"startDateTime": "2035-05-01T00:00:00Z", "endDateTime": "2035-06-01T00:00:00Z"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    names: tuple[str, ...]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str:
        return self.json["error"]["code"]

    @property
    def message(self) -> str:
        return self.json["error"]["message"]


@dataclass(repr=False)  # a failing test would print the whole state
class Mock:
    app: App
    cast: Any
    loop: asyncio.AbstractEventLoop
    root: str = "/v1.0"
    now: float = 1000.0
    made: int = field(default=0)

    class HungUp(Exception):
        """The connection ended without an answer, in the way named."""

    def __post_init__(self) -> None:
        self.app.world.store.clock = lambda: self.now

    def send(
        self, method: str, path: str, *, json_body: Any = ..., body: bytes = b"", actor: str | None = "organizer",
        headers: dict[str, str] | None = None, query: dict[str, str] | None = None, root: str | None = None,
    ) -> Answer:  # fmt: skip
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        sent.setdefault("host", "mock.example")
        if actor is not None:
            token = self.app.world.tokens.by_name.get(actor, actor)
            sent.setdefault("authorization", f"Bearer {token}")
        if json_body is not ...:
            body = json.dumps(json_body).encode()
            sent.setdefault("content-type", "application/json")
        if path.startswith("http"):
            parts = urlsplit(path)
            raw, written = parts.path, parts.query
        else:
            raw, _, written = ((self.root if root is None else root) + path).partition("?")
        written = written or urlencode(query or {}, quote_via=quote)
        scope = {
            "type": "http", "method": method, "path": raw, "raw_path": raw.encode(), "scheme": "http",
            "query_string": written.encode(), "root_path": "", "http_version": "1.1",
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in sent.items()],
            "extensions": {"graphmock": {"hang-up": lambda ending: endings.append(ending.value)}},
        }  # fmt: skip
        events: list[Any] = []
        endings: list[str] = []

        async def receive() -> dict[str, Any]:
            if endings:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": body, "more_body": False}

        async def deliver(message: Any) -> None:
            events.append(message)

        self.loop.run_until_complete(self.app(scope, receive, deliver))
        if endings:
            assert not events
            raise self.HungUp(*endings)
        pairs = [(k.decode(), v.decode("latin-1")) for k, v in events[0]["headers"]]
        content = b"".join(event.get("body", b"") for event in events[1:])
        return Answer(events[0]["status"], {k.lower(): v for k, v in pairs}, tuple(k for k, _ in pairs), content)

    def get(self, path: str, **options: Any) -> Any:
        answer = self.send("GET", path, **options)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path: str, json_body: Any, **options: Any) -> Any:
        answer = self.send("POST", path, json_body=json_body, **options)
        assert answer.status == 201, answer
        return answer.json

    @staticmethod
    def draft(subject: str = "Talk", *guests: str, day: int = 7, **more: Any) -> dict[str, Any]:
        return {
            "subject": subject,
            "start": {"dateTime": f"2035-05-{day:02d}T10:00:00", "timeZone": "UTC"},
            "end": {"dateTime": f"2035-05-{day:02d}T11:00:00", "timeZone": "UTC"},
            "attendees": [{"emailAddress": {"address": g, "name": g}, "type": "required"} for g in guests],
            **more,
        }

    def meeting(self, subject: str = "Talk", *guests: str, base: str = "/me", **more: Any) -> dict[str, Any]:
        return self.post(f"{base}/events", self.draft(subject, *(guests or (ATTENDEE, SECOND)), **more))

    def series(self, subject: str = "Weekly", count: int = 3) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        span = {"type": "numbered", "startDate": "2035-05-07", "numberOfOccurrences": count}
        master = self.meeting(subject, recurrence={"pattern": {"type": "daily", "interval": 1}, "range": span})
        return master, self.get(f"/me/events/{master['id']}/instances", query=WINDOW)["value"]

    def cancel(self, event: dict[str, Any], json_body: Any = None, base: str = "/me", **options: Any) -> Answer:
        body = {"comment": "Sorry"} if json_body is None else json_body
        return self.send("POST", f"{base}/events/{quote(event['id'], safe='')}/cancel", json_body=body, **options)

    def copy(self, event: dict[str, Any], who: str = ATTENDEE) -> dict[str, Any] | None:
        found = self.get(
            f"/users/{who}/events", actor="app", query={"$filter": f"iCalUId eq '{event['iCalUId']}'"}
        )["value"]  # fmt: skip
        return found[0] if found else None

    def view(self, who: str = ORGANIZER) -> list[dict[str, Any]]:
        return self.get(f"/users/{who}/calendarView", actor="app", query={**WINDOW, "$top": "100"})["value"]

    def inbox(self, who: str = ATTENDEE, kind: str = "meetingCancelled") -> list[dict[str, Any]]:
        headers = {"Prefer": 'outlook.body-content-type="text"'}
        path = f"/users/{who}/mailFolders/inbox/messages"
        found = self.get(path, actor="app", headers=headers, query={"$top": "100"})["value"]
        return [message for message in found if message.get("meetingMessageType", "none") == kind]

    def comments(self, who: str = ATTENDEE) -> list[str]:
        return [message["body"]["content"] for message in self.inbox(who)]

    def exists(self, event: dict[str, Any]) -> bool:
        return self.send("GET", f"/me/events/{quote(event['id'], safe='')}").status == 200

    def state(self) -> Any:
        return json.loads(self.send("GET", "/_mock/state", root="").content)

    def counts(self) -> Any:
        return json.loads(self.send("GET", "/_mock/counts", root="").content)

    @property
    def business(self) -> str:
        return f"/solutions/bookingBusinesses/{self.cast.business}"

    def booking(self) -> dict[str, Any]:
        times = self.draft()
        return self.post(
            f"{self.business}/appointments",
            {
                "serviceId": self.cast.service,
                "startDateTime": times["start"],
                "endDateTime": times["end"],
                "customers": [{"name": "A", "emailAddress": ATTENDEE}],
            },
        )

    def cancel_booking(self, booking: dict[str, Any], json_body: Any = None, **options: Any) -> Answer:
        body = {"cancellationMessage": "Closed"} if json_body is None else json_body
        return self.send("POST", f"{self.business}/appointments/{booking['id']}/cancel", json_body=body, **options)


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def make(loop: asyncio.AbstractEventLoop) -> Callable[..., Mock]:
    """Make a stand-in; names are faults or variations."""

    def made(*faults: str, vary: tuple[str, ...] = (), edition: str = "published", seed: int = 7, **more: Any) -> Mock:
        world, cast = build(Behaviour(chosen(faults, vary)), seed=seed, **more)
        return Mock(App(world, edition), cast, loop)

    return made


@pytest.fixture
def mock(make: Callable[..., Mock]) -> Mock:
    return make()
