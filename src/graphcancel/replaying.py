"""
A target that answers from a cassette: each interaction once, in order, to the request it was recorded for.

A story is a function of its answers, so a request that differs from the recorded one is drift and nothing else. What is
compared is method, path, query, body (as canonical JSON) and the headers of interest: those a request sets itself, and
whose token it carries. Nothing reaches the network: there is no connection to be had.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from graphcancel.cassette import Cassette, Interaction
from graphcancel.errors import Drift
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.onfile import once, shortened
from graphcancel.seals import leaves
from graphcancel.target import Target

if TYPE_CHECKING:
    from graphcancel.auth import SignIn
    from graphcancel.clock import Clock
    from graphcancel.fence import Fence
    from graphcancel.targetfile import Description

Answer = Callable[[Request, Mapping[str, str]], Response]
Difference = tuple[str, str | None, str | None]
"""A field, what was recorded there, what is sent."""

_LED_IN: Final = 40
_AUTHORIZATION: Final = "authorization"


class Offline(Target):
    """
    A target without a network.

    Args:
        answer: Answers a request, given with the headers it sets itself and that of its token.
    """

    def __init__(self, answer: Answer, clock: Clock, description: Description, fence: Fence, sign_in: SignIn) -> None:
        super().__init__(description, fence, sign_in, clock)
        self._answer = answer

    def _exchange(self, request: Request, headers: Mapping[str, str]) -> Exchange:
        response = self._answer(request, of_interest(request, headers))
        self.clock.took(0.0)
        return Exchange(request, response, 0.0, self.clock.now())


def of_interest(request: Request, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of *request* a cassette keeps, lower case, from all that are sent."""
    wanted = {name.lower() for name in request.headers} | {_AUTHORIZATION}
    return {name.lower(): value for name, value in headers.items() if name.lower() in wanted}


class Tape:
    """
    The answers of one cassette, given out in order.

    Args:
        place: What a message names: the case.
    """

    def __init__(self, cassette: Cassette, place: str) -> None:
        self._interactions = cassette.interactions
        self._place = place
        self._given = 0

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """
        The answer recorded for *request*.

        Raises:
            Drift: It is not the next request on the cassette.
        """
        number = self._given + 1
        if number > len(self._interactions):
            sent = shortened(f"{request.method} {urlsplit(request.url).path}")
            raise Drift("a request that is not on the cassette", None, sent, self._at(number))
        recorded = self._interactions[self._given]
        found = difference(recorded, request, headers)
        if found:
            raise Drift(*found, self._at(number))
        self._given = number
        return recorded.response

    def finish(self) -> None:
        """
        See that everything was asked for.

        Raises:
            Drift: An interaction was not.
        """
        if self._given < len(self._interactions):
            left = self._interactions[self._given]
            raise Drift("an interaction never asked for", str(left), None, self._at(self._given + 1))

    def _at(self, number: int) -> str:
        return f"{self._place}: request {number} ({len(self._interactions)} on the cassette)"


class Compared(Target):
    """
    A target whose requests have to be those of a cassette, whoever answers them.
    """

    def __init__(self, tape: Tape, clock: Clock, description: Description, fence: Fence, sign_in: SignIn) -> None:
        super().__init__(description, fence, sign_in, clock)
        self._tape = tape

    def _exchange(self, request: Request, headers: Mapping[str, str]) -> Exchange:
        self._tape.answer(request, of_interest(request, headers))
        return super()._exchange(request, headers)


def difference(recorded: Interaction, request: Request, headers: Mapping[str, str]) -> Difference | None:
    """The first field in which *request* is not the *recorded* one, with both values; None where there is none."""
    found = next(_differences(recorded, request, headers), None)
    if found is None:
        return None
    field, before, now = found
    if before and now:
        before, now = _from_difference(before, now)
    return shortened(field), _shown(before), _shown(now)


def _from_difference(before: str, now: str) -> tuple[str, str]:
    """Both texts without most of what they begin with alike, so that a message cut short shows the difference."""
    alike = next(n for n, (old, new) in enumerate(zip_longest(before, now)) if old != new)
    skipped = alike - _LED_IN
    return (before, now) if skipped < _LED_IN else (f"…{before[skipped:]}", f"…{now[skipped:]}")


def _differences(recorded: Interaction, request: Request, headers: Mapping[str, str]) -> Iterator[Difference]:
    before, now = urlsplit(recorded.uri), urlsplit(request.url)
    if recorded.method != request.method:
        yield "method", str(recorded), f"{request.method} {now.path}"
    if before[:2] != now[:2]:
        yield "host", f"{before.scheme}://{before.netloc}", f"{now.scheme}://{now.netloc}"
    if before.path != now.path:
        alike = before.path.lower() == now.path.lower()
        yield "path (only its case)" if alike else "path", before.path, now.path
    if before.query != now.query:
        yield _query(before.query, now.query)
    if recorded.uri != request.url:
        yield "uri", recorded.uri, request.url
    body = None if request.payload is None else request.payload.decode()
    if recorded.body != body:
        yield from _bodies(recorded.body, body)
    for name in sorted({*recorded.headers, *headers}):
        if recorded.headers.get(name) != headers.get(name):
            yield f"header {name}", recorded.headers.get(name), headers.get(name)


def _query(before: str, now: str) -> Difference:
    for old, new in zip(before.split("&"), now.split("&"), strict=False):
        if old != new and old and new:
            return f"query {old.partition('=')[0]}", old, new
    return "query", before, now


def _bodies(before: str | None, now: str | None) -> Iterator[Difference]:
    """Where two bodies differ as JSON, or as text where one of them is none."""
    try:
        old, new = _parsed(before), _parsed(now)
        if _canonical(old) == _canonical(new):
            return
        was, is_ = _flat(old), _flat(new)
    except (ValueError, RecursionError):
        was = is_ = {}
    for place in [*was, *is_]:
        if was.get(place) != is_.get(place):
            yield f"body.{place}" if place else "body", was.get(place), is_.get(place)
    yield "body", before, now


def _flat(value: Any) -> dict[str, str]:
    """Place to innermost value as JSON, so that 1, 1.0 and true stay apart."""
    return {place: json.dumps(inner[place], ensure_ascii=False) for place, inner in leaves(value)}


def _parsed(text: str | None) -> Any:
    """
    *text* as JSON.

    Raises:
        ValueError: It is none, or gives a key twice, so that its meaning is up to the reader.
    """
    if text is None:
        raise ValueError
    return json.loads(text, object_pairs_hook=once)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _shown(text: str | None) -> str | None:
    return None if text is None else shortened(text)
