"""
What a fault does where it bites: one type for each place in the course of a call.

Each holds a function from what is right there to what is wrong. The fault says on which calls (`graphmock.scope`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from graphmock.bookings import Notice
from graphmock.call import Reply
from graphmock.deviation import Deviation
from graphmock.errors import Refusal
from graphmock.meetings import Plan
from graphmock.scope import Scope

TOKENS = frozenset({"token.missing", "token.garbage", "token.expired"})
NO_JSON = frozenset({"body.malformed"})
NO_TYPE = frozenset({"body.media-type", "body.no-media-type"})


def as_planned(plan: Plan) -> Plan:
    """Leave a plan as it is."""
    return plan


@dataclass(frozen=True, slots=True)
class Instead:
    """A call is answered before anybody looks at it, and nothing is done."""

    edit: Callable[[Reply], Reply]


@dataclass(frozen=True, slots=True)
class Refuses:
    """A call that is right is refused by a rule that does not apply."""

    rule: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Admits:
    """What one of *rules* refuses is answered with success, and done unless *idle*."""

    rules: frozenset[str]
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Acts:
    """What one of *rules* refuses is refused, and something done all the same, *after* some seconds."""

    rules: frozenset[str]
    edit: Callable[[Plan], Plan] = as_planned
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Rewords:
    """What one of *rules* refuses is refused otherwise."""

    rules: frozenset[str]
    edit: Callable[[Refusal], Refusal]


@dataclass(frozen=True, slots=True)
class Writes:
    """Refusals are written otherwise, on any route; only those of *rules*, where some are named."""

    edit: Callable[[Reply], Reply]
    rules: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hears:
    """The text that a call brings is understood otherwise."""

    edit: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Confuses:
    """The text that the call before brought is taken for this one's."""


@dataclass(frozen=True, slots=True)
class Spoils:
    """Of a cancelled event something else becomes; None is nothing at all."""

    edit: Callable[[Plan], Plan | None]


@dataclass(frozen=True, slots=True)
class Neglects:
    """Of a cancelled appointment something else becomes."""

    edit: Callable[[Notice], Notice]


@dataclass(frozen=True, slots=True)
class Answers:
    """A call that was done is answered otherwise."""

    edit: Callable[[Reply], Reply]


@dataclass(frozen=True, slots=True)
class Batches:
    """The answer to a batch with such a call in it is written otherwise."""

    edit: Callable[[Reply], Reply]


Deed = (
    Instead | Refuses | Admits | Acts | Rewords | Writes | Hears | Confuses | Spoils | Neglects | Answers | Batches
)  # fmt: skip


# A refusal is written, and a batch put together, after the last call is forgotten: these look at no scope.
_WHOLE = {Writes: Scope(action=""), Batches: Scope(action="", batched=True)}


@dataclass(frozen=True, slots=True)
class Fault(Deviation):
    """A wrong behaviour: on which calls, and what it does there."""

    where: Scope = field(default_factory=Scope)
    does: tuple[Deed, ...] = ()


def row(
    group: str, breaks: str, name: str, changes: str, where: Scope, does: Deed, *caught_by: str, once_in: int = 1
) -> Fault:
    """
    Write a fault down.

    Args:
        caught_by: As in `Deviation`; where none is given, the cases of *where*.

    Raises:
        ValueError: The deed is done where no single call is known any more, and *where* or *once_in* narrows it.
    """
    whole = _WHOLE.get(type(does), where)
    if where != whole or (type(does) in _WHOLE and once_in != 1):
        message = f"{name}: {type(does).__name__} strikes always and everywhere; write {whole} and no once_in"
        raise ValueError(message)
    effects = isinstance(does, Spoils | Hears | Confuses)
    named = caught_by or where.cases(effects=effects)
    return Fault(name, changes, breaks, "fault", group, named, once_in, where=where, does=(does,))
