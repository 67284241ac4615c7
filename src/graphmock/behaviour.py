"""
Where faults and variations bite.

Handlers ask at fixed points; with nothing active every answer is "as it should be". Faults are data: each says on which
calls it bites (`graphmock.scope`) and what it does there (`graphmock.deeds`), and here no fault is known by name. What
variations change is asked by name, here and in ``interference``, where something comes between a request and its
answer, ``forms``, which is about writing only, and, for conditions of a tenant, ``conditions`` and the authority.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from graphmock import strangers
from graphmock.call import Call, Reply
from graphmock.deeds import (
    Acts,
    Admits,
    Answers,
    Batches,
    Confuses,
    Deed,
    Fault,
    Hears,
    Instead,
    Neglects,
    Refuses,
    Rewords,
    Spoils,
    Writes,
)
from graphmock.editions import BOOKING
from graphmock.errors import Refusal, refuse
from graphmock.fault_table import FAULTS
from graphmock.rules import obeys
from graphmock.scope import OCCURRENCE, SERIES
from graphmock.store import Manner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphmock.bookings import Notice
    from graphmock.meetings import Plan
    from graphmock.model import Event
    from graphmock.store import Store

_EFFECT_DELAY = 1.5
_FURTHER_DELAY = 2.0
_INVITE_DELAY = 1.0
_NO_CONTENT = 204
_FOOTER = "\n\n-- \nThis message is meant for its recipients. If you are none of them, delete it & tell nobody."
_PREFIXES = {"subject-prefix-de": "Abgesagt: ", "subject-prefix-none": ""}

_D = TypeVar("_D", bound=Deed)


@lru_cache(maxsize=256)
def _planted(active: frozenset[str]) -> tuple[Fault, ...]:
    return tuple(fault for fault in FAULTS if fault.name in active)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    The active faults and variations, by name.

    Attributes:
        turns: How often each fault that does not always strike could have struck.
        heard: The text that the last call brought, by action.
    """

    active: frozenset[str] = frozenset()
    turns: Counter[str] = field(default_factory=Counter, compare=False)
    heard: dict[str, str] = field(default_factory=dict, compare=False)

    def has(self, *names: str) -> bool:
        """Tell whether any of *names* is active."""
        return not self.active.isdisjoint(names)

    @property
    def manner(self) -> Manner:
        """The variations that concern transitions."""
        late = _EFFECT_DELAY if self.has("effects-late") else 0.0
        return Manner(
            calendar_delay=late + (_FURTHER_DELAY if self.has("calendar-late") else 0.0),
            mail_delay=late + (_FURTHER_DELAY if self.has("mail-late") else 0.0),
            invite_delay=_INVITE_DELAY if self.has("invites-late") else 0.0,
            prefix=next((prefix for name, prefix in _PREFIXES.items() if self.has(name)), "Canceled: "),
            copies_removed=self.has("copies-removed"),
            sent_copies=self.has("organizer-also-told"),
            copies_free=self.has("copies-free"),
            deleted_found=self.has("deleted-still-found"),
            reports=self.has("delivery-reports"),
            quotes=self.has("quoted-invitation"),
            footer=_FOOTER if self.has("disclaimer-appended") else "",
        )

    def bustle(self, store: Store) -> None:
        """Let strangers come by."""
        if self.has("busy-mailboxes") and store.counts["requests"] % strangers.EVERY == 0:
            strangers.pass_by(store, store.counts["requests"] // strangers.EVERY)

    @property
    def serves_batch(self) -> bool:
        """Whether there is a ``$batch``."""
        return not self.has("no-batch")

    # --- which faults bite -----------------------------------------------------------------------------------------

    def _biting(self, kind: type[_D], call: Call, rule: str = "", target: str = "") -> Iterator[_D]:
        """
        Find what the planted faults do on this call at one place.

        Args:
            rule: The rule that refuses the call, for deeds that are about certain refusals.
            target: What is cancelled, where that is known.
        """
        for fault in _planted(self.active):
            for deed in fault.does:
                if not isinstance(deed, kind) or not fault.where.covers(call, target):
                    continue
                if isinstance(deed, Admits | Acts | Rewords) and rule not in deed.rules:
                    continue
                if self._strikes(fault):
                    yield deed

    def _strikes(self, fault: Fault) -> bool:
        if fault.once_in == 1:
            return True
        # In the middle of each round, so that neither the first nor the last call has to be the one.
        self.turns[fault.name] += 1
        return self.turns[fault.name] % fault.once_in == fault.once_in // 2

    # --- before anything is done -----------------------------------------------------------------------------------

    def instead(self, call: Call) -> Reply | None:
        """Answer a cancel before anybody looks at it."""
        for deed in self._biting(Instead, call):
            return deed.edit(_success(call))
        return None

    def check(self, call: Call) -> None:
        """
        Find fault with a call that is right.

        Raises:
            Refusal: A rule is applied where it should not be.
        """
        for deed in self._biting(Refuses, call):
            values: dict[str, Any] = dict(deed.values)
            raise refuse(deed.rule, **values)

    # --- after a refusal -------------------------------------------------------------------------------------------

    def admits(self, call: Call, refusal: Refusal) -> Admits | None:
        """Pass over a refusal."""
        return next(self._biting(Admits, call, refusal.rule), None)

    def acts(self, call: Call, refusal: Refusal) -> Acts | None:
        """Refuse a call, and do something about it."""
        return next(self._biting(Acts, call, refusal.rule), None)

    def reworded(self, call: Call, refusal: Refusal) -> Refusal:
        """Refuse in another way."""
        if refusal.rule == "organizer.only" and self.has("other-error-code"):
            refusal = Refusal(refusal.rule, refusal.status, "ErrorCalendarIsNotOrganizer", refusal.message)
        for deed in self._biting(Rewords, call, refusal.rule):
            refusal = deed.edit(refusal)
        return refusal

    def written(self, refusal: Refusal, reply: Reply) -> Reply:
        """Write a refusal in another way, whatever was called."""
        for fault in _planted(self.active):
            for deed in fault.does:
                if isinstance(deed, Writes) and (not deed.rules or refusal.rule in deed.rules):
                    reply = deed.edit(reply)
        return reply

    # --- what is done ----------------------------------------------------------------------------------------------

    def hears(self, call: Call, text: str) -> str:
        """Garble what a call says."""
        before = self.heard.get(call.route.action, "")
        self.heard[call.route.action] = text
        for _ in self._biting(Confuses, call):
            text = before
        for deed in self._biting(Hears, call):
            text = deed.edit(text)
        return text

    def alter(self, plan: Plan, call: Call) -> Plan | None:
        """Spoil a cancellation; None is one that does nothing."""
        for deed in self._biting(Spoils, call, target=kind_of(plan.event)):
            spoilt = deed.edit(plan)
            if spoilt is None:
                return None
            plan = spoilt
        return plan

    def neglects(self, notice: Notice, call: Call) -> Notice:
        """Spoil the cancellation of an appointment."""
        for deed in self._biting(Neglects, call):
            notice = deed.edit(notice)
        return notice

    # --- the answer ------------------------------------------------------------------------------------------------

    def success(self, call: Call, event: Event | None = None) -> Reply:
        """Answer a cancel that was done."""
        reply = _success(call)
        for deed in self._biting(Answers, call, target=kind_of(event) if event else ""):
            reply = deed.edit(reply)
        return reply

    def batched(self, reply: Reply) -> Reply:
        """Answer a batch with a cancel in it."""
        for fault in _planted(self.active):
            for deed in fault.does:
                reply = deed.edit(reply) if isinstance(deed, Batches) else reply
        return reply

    @obeys("route.gone")
    def gone(self) -> Refusal:
        """Answer where a route was taken away."""
        return refuse("route.gone")


def kind_of(event: Event) -> str:
    """Say what of a series an event is, in the words of a scope; of a single event nothing."""
    if event.master is not None:
        return OCCURRENCE
    return SERIES if event.kind == "seriesMaster" else ""


@obeys("cancel.accepted", "booking.cancelled", "cancel.no-content-type")
def _success(call: Call) -> Reply:
    if call.route.action == BOOKING:
        return Reply(_NO_CONTENT)
    return Reply(200 if call.method == "GET" else call.edition.status)
