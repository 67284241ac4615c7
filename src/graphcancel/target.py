"""
The one door to the network: everything a run sends goes through `Target`.

A target is the same type whether it is the mock, a tenant or any base URL; it differs in values only. Requests pass the
fence, carry the actor's token, follow no redirect and are counted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

import requests

from graphcancel.batching import PATH as BATCH
from graphcancel.batching import answers_in, batch_of, only_reads, writes_in
from graphcancel.clock import Clock
from graphcancel.connecting import CLOSED, Connection, failure, read_all
from graphcancel.errors import FenceError, NotOffered, TargetError
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.fence import creations
from graphcancel.throttling import UNDONE, Throttling

if TYPE_CHECKING:
    from graphcancel.auth import SignIn
    from graphcancel.fence import Fence
    from graphcancel.targetfile import Description

_BATCH_LIMIT: Final = 20
_CLOSED_IN_A_ROW: Final = 2
_UNSERVED: Final = frozenset({400, 401, 403, 404, 405, 410, 501})
_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "graph-cancel-contracts",
}
WAITING: Final = "waiting"
"""What is booked so was sent before: another look at the same, a repeat, an attempt given up."""
PAGES: Final = "pages"
"""What is booked so follows the first page of a list."""
CREATED: Final = "created:"
"""Before the name of a collection: how much was made in it."""
REMOVED: Final = "removed"
"""How many deletions were accepted."""
MAILS: Final = "mails:"
"""Before the role of a mailbox: how many messages of the run were seen in its inbox."""
_LARGEST: Final = 16 * 1024 * 1024


class Book(Protocol):
    """Where what is about to be created is entered first: a ledger, or nothing where nothing is sent."""

    places: set[str]

    def intend(self, request: Request) -> None:
        """Enter what *request* is about to create."""

    def close(self, *, cleared: bool) -> None:
        """End it."""


class Target:
    """
    A described target, connected.

    Args:
        description: What the user gave.
        fence: Asked before each request.
        sign_in: Gives the actors' tokens.
        clock: By which is waited; the machine's by default.

    Attributes:
        counts: ``requests``; among them those booked as ``test``, ``arrange``, ``waiting`` or ``pages``;
            ``writes``: what is no read, inside a batch singly, and once however often it had to be repeated; and what
            came of them: `CREATED` and `REMOVED`.
        ledger: Where everything about to be created is entered first; without one nothing is created.
    """

    def __init__(self, description: Description, fence: Fence, sign_in: SignIn, clock: Clock | None = None) -> None:
        self.description = description
        self.fence = fence
        self.sign_in = sign_in
        self.ledger: Book | None = None
        self.counts: Counter[str] = Counter()
        self.read_s = description.patience.read_s
        self.clock = clock or Clock()
        self.throttling = Throttling(self.clock)
        self._batchless: dict[tuple[str, str | None], int | None] = {}
        self._booked: str | None = None
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close the connections, those of who signs in included."""
        self.disconnect()
        self.sign_in.close()

    def disconnect(self) -> None:
        """Close the connections to the target itself."""
        if self._connection:
            self._connection.close()

    def token(self, actor: str | None) -> str | None:
        """The token *actor* calls with, None where it has none."""
        return self.sign_in.token(actor) if actor else None

    def has(self, actor: str) -> bool:
        """Whether *actor* can call at all."""
        return self.token(actor) is not None

    @property
    def batchless(self) -> Mapping[tuple[str, str | None], int | None]:
        """Root and actor for which no ``$batch`` is served, to the status that said so."""
        return self._batchless

    @contextmanager
    def booking(self, purpose: str | None) -> Iterator[None]:
        """Within, everything sent is booked as *purpose*; None changes nothing."""
        before = self._booked
        self._booked = purpose or before
        try:
            yield
        finally:
            self._booked = before

    def send(self, request: Request, *, purpose: str = "arrange") -> Exchange:
        """
        Send *request*: the call under test once, any other again while the target asks to wait.

        A read whose connection was closed is sent again, twice at most (RFC 9110, 9.2.2): a server may close a kept
        connection just as it is used again.

        Args:
            purpose: ``test`` for the call under test, else what the count is booked under.

        Raises:
            FenceError: It must not leave this process.
            NotOffered: It is the call under test, and its actor has no token any more.
        """
        self.fence.check(request)
        if self.ledger:
            self.ledger.intend(request)
        elif any(creations(request)):
            raise FenceError("fence: a create while no ledger is open to enter it in; nothing was sent")
        exchange = self._send(request, purpose)
        if purpose == "test":
            return exchange
        reads = only_reads(request)
        repeats, waited, closed = 0, 0.0, 0
        while True:
            if reads and exchange.failure == CLOSED and closed < _CLOSED_IN_A_ROW:
                self.counts["unanswered"] -= 1
                closed += 1
            elif (pause := self.throttling.pause(exchange.response, repeats, waited, read=reads)) is not None:
                self.clock.sleep(pause)
                repeats, waited, closed = repeats + 1, waited + pause, 0
            else:
                break
            exchange = self._send(request, WAITING)
        self._effected(exchange)
        return exchange

    def _effected(self, exchange: Exchange) -> None:
        """Count what came of a request that is no batch."""
        request = exchange.request
        if not exchange.accepted or request.path == BATCH:
            return
        self.counts[REMOVED] += request.method == "DELETE"
        for _, collection, _ in creations(request):
            self.counts[CREATED + collection] += 1

    def _send(self, request: Request, purpose: str) -> Exchange:
        headers = {**_HEADERS, **request.headers}
        token = request.token if request.token is not None else self.token(request.actor)
        if request.actor and token is None:
            # Never without the token: that would be another call, and its refusal would say nothing.
            if purpose == "test":
                raise NotOffered(self.sign_in.lack(request.actor))
            return Exchange(request, None, 0.0, self.clock.now(), self.sign_in.lack(request.actor))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        booked = self._booked or purpose
        self.counts["requests"] += 1
        self.counts[booked] += 1
        if booked != WAITING:
            self.counts["writes"] += writes_in(request)
        return self._exchange(request, headers)

    def _exchange(self, request: Request, headers: Mapping[str, str]) -> Exchange:
        prepared = requests.Request(request.method, request.url, headers=headers, data=request.payload).prepare()
        prepared.url = request.url  # requests would undo %2F-like escapes of unreserved characters
        started = time.monotonic()
        connection = self._connected()
        try:
            with connection.within(self.read_s):
                answer = connection.send(
                    prepared,
                    timeout=(min(10.0, self.read_s), self.read_s),
                    allow_redirects=False,
                    stream=True,
                )
                with answer:
                    body = read_all(answer, started + self.read_s, _LARGEST)
        except (requests.RequestException, OSError, ValueError) as error:
            ended = time.monotonic()
            self.counts["unanswered"] += 1
            return Exchange(request, None, ended - started, self.clock.now(), failure(error, ended - started))
        ended = time.monotonic()
        self.clock.took(ended - started)
        response = Response(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body)
        return Exchange(request, response, ended - started, self.clock.now())

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self.description.ca_bundle)
        return self._connection

    def send_all(self, items: Sequence[Request]) -> list[Exchange]:
        """
        Send requests that do not depend on each other, in as few round trips as the target allows.

        `$batch` is a convenience of arranging and looking; the call under test never goes this way. Where the target
        does not serve it, single requests do.
        """
        answers: list[Exchange | None] = [None] * len(items)
        groups: dict[tuple[str, str | None], list[int]] = {}
        for position, item in enumerate(items):
            groups.setdefault((item.root, item.actor), []).append(position)
        for key, positions in groups.items():
            for start in range(0, len(positions), _BATCH_LIMIT):
                chunk = positions[start : start + _BATCH_LIMIT]
                for position, answer in zip(chunk, self._chunk(key, [items[i] for i in chunk]), strict=True):
                    answers[position] = answer
        return [answer for answer in answers if answer is not None]

    def _chunk(self, key: tuple[str, str | None], items: list[Request]) -> list[Exchange]:
        if len(items) > 1 and key not in self._batchless:
            answers = self._batch(*key, items)
            if answers is not None:
                return self._again(items, answers)
        return [self.send(item) for item in items]

    def _again(self, items: list[Request], answers: list[Exchange]) -> list[Exchange]:
        """Single requests for the items of a batch whose own answer says to wait, or that a closed connection lost."""
        pauses = [
            0.0 if item.method == "GET" and answer.failure == CLOSED
            else self.throttling.pause(answer.response, 0, read=item.method == "GET")
            for item, answer in zip(items, answers, strict=True)
        ]  # fmt: skip
        due = [pause for pause in pauses if pause is not None]
        if due:
            self.clock.sleep(max(due))
        with self.booking(WAITING):
            return [
                answer if pause is None else self.send(item)
                for item, answer, pause in zip(items, answers, pauses, strict=True)
            ]

    def _batch(self, root: str, actor: str | None, items: list[Request]) -> list[Exchange] | None:
        """The answers to *items* sent as one batch, None where the target serves none."""
        outer = self.send(batch_of(items))
        if outer.lost or outer.status in UNDONE:
            return [Exchange(item, outer.response, outer.seconds, outer.ended, outer.failure) for item in items]
        answers = None if outer.status in _UNSERVED else answers_in(outer, items)
        if answers is None:
            self._batchless[root, actor] = outer.status
        for answer in answers or ():
            self._effected(answer)
        return answers


def connectable(target: Target, request: Request) -> Exchange:
    """
    Make the first contact of a run.

    Raises:
        TargetError: No answer at all: nothing further is worth trying.
    """
    exchange = target.send(request)
    if exchange.response is None:
        raise TargetError(
            f"{target.description.base_url}: {exchange.failure}; check the URL, the network and that the server runs"
        )
    return exchange
