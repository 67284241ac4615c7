"""
The call under test: sent once, and again only where the target asks to wait and nothing shows that it was done.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final

from graphcancel.batching import inner_responses
from graphcancel.case import Case
from graphcancel.errors import ProvisionError
from graphcancel.exchange import Exchange, Request, Response, encode_segment, json_request
from graphcancel.target import WAITING, Target

if TYPE_CHECKING:
    from graphcancel.stage import Stage

_TOO_MANY: Final = 429
_UNAUTHORIZED: Final = 401
_LONG: Final = 1.0
_IN_A_ROW: Final = 9


class Caller:
    """Makes the calls of one run, and remembers whether they are answered at all."""

    def __init__(self, target: Target, stage: Stage) -> None:
        self._target = target
        self._stage = stage
        self._slowest = 0.0
        self._unanswered = 0

    def call(
        self, case: Case, request: Request, calls: list[Exchange], changed: Callable[[Exchange], bool]
    ) -> Generator[float, None, Exchange]:
        """
        Make the call of *case*; the generator's value is the exchange to judge.

        Args:
            calls: Receives every exchange.
            changed: Looks whether an exchange had an effect; then it is judged as it is.

        Raises:
            ProvisionError: The target kept asking to wait, and nothing changed, or takes the token no longer: this says
                nothing about any clause.
        """
        waited = 0.0
        for repeats in itertools.count():
            with self._target.booking(WAITING if repeats else None):
                exchange = self._send(request)
            calls.append(exchange)
            answer = _inside(case, exchange)
            if answer is not None and answer.status == _UNAUTHORIZED and self._is_shut_out(request):
                raise ProvisionError(
                    f"the target takes the token of {request.actor} no longer (401); give a fresh one, or a flow that "
                    "renews it"
                )
            pause = self._target.throttling.pause(answer, repeats, waited)
            throttled = answer is not None and answer.status == _TOO_MANY
            if pause is None and not throttled:
                return exchange
            waited += pause or 0.0
            yield exchange.ended + max(pause or 0.0, self._stage.longest)
            if changed(exchange):
                return exchange
            if pause is None:
                break
        raise ProvisionError(f"the target still asked to wait (429) after the call was sent {len(calls)} times")

    def _is_shut_out(self, request: Request) -> bool:
        """Whether the actor's own token is refused for whatever it asks: that says nothing about the call."""
        if not request.actor or request.token is not None:
            return False
        me = "/me" if request.actor != "app" else f"/users/{encode_segment(self._stage.mailbox('organizer'))}"
        return self._target.send(json_request("GET", request.root, me, request.actor)).status == _UNAUTHORIZED

    def _send(self, request: Request) -> Exchange:
        exchange = self._target.send(request, purpose="test")
        if exchange.response is not None:
            self._slowest = max(self._slowest, exchange.seconds)
            self._unanswered = 0
            return exchange
        self._unanswered += 1
        if exchange.seconds >= _LONG:
            self._stage.waiting.missed(["answer"])
            if self._stops_answering:
                # Three calls hung: later ones are given twice what the slowest answered one took.
                self._target.read_s = min(self._target.read_s, max(2.0, 2 * self._slowest))
        return exchange

    @property
    def hopeless(self) -> bool:
        """Whether a fresh event is not worth arranging: three calls hung, or nine in a row were left unanswered."""
        return self._stops_answering or self._unanswered >= _IN_A_ROW

    @property
    def _stops_answering(self) -> bool:
        return self._stage.waiting.limit(["answer"], float("inf")) != float("inf")


def _inside(case: Case, exchange: Exchange) -> Response | None:
    """The answer to the call itself, which lies inside the batch's where the case sends one."""
    inner = inner_responses(exchange.response) if case.circumstance == "batch" else None
    return next(iter(inner.values())) if inner else exchange.response
