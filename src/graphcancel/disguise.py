"""
A target in disguise: its description with nothing of its own in it, and which real value each stand-in is for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from graphcancel.actors import ACTORS
from graphcancel.described import actor_by_stand_ins
from graphcancel.sanitise import Sanitiser
from graphcancel.targetfile import CLOUDS, Description
from graphcancel.vocabulary import is_literal

_ROOT: Final = "https://graph.example"


@dataclass(frozen=True, slots=True)
class StandIn:
    """
    A target by stand-ins, and which real value each stands for.

    Attributes:
        addresses: Real address, lower case, to stand-in; *ids* and *roots* likewise.
        contact: What the first contact learnt, by stand-ins.
    """

    description: Description
    contact: Mapping[str, Any]
    addresses: Mapping[str, str]
    ids: Mapping[str, str]
    roots: Mapping[str, str]


def stand_in(
    description: Description,
    contact: Mapping[str, Any],
    tokens: Collection[str],
    gates: Sequence[str],
    since: str | None,
) -> StandIn:
    """
    *description* with nothing of the target's own in it.

    Args:
        tokens: Actors who have a token.
        gates: Contracts whose findings fail the run.
        since: What the target's clock said first, by stand-ins.
    """
    addresses = _addresses(description)
    ids = {identity: f"user-{_local(addresses[mailbox])}" for mailbox, identity in contact["users"].items()}
    # The id of a booking business is an address too, and its mail comes from there.
    ids |= {
        identity: name.replace("_", "-") + ("@target.example" if "@" in identity else "")
        for name, identity in description.resources.items()
    }
    roots = _roots(description)
    actors = {
        name: actor_by_stand_ins(
            name,
            addresses[actor.user.lower()] if actor.user else None,
            has_token=name in tokens,
            has_expired=actor.expired_token is not None,
        )
        for name, actor in description.actors.items()
    }
    shown = Sanitiser("", [])
    replaced = replace(
        description,
        base_url=roots[description.base_url],
        ca_bundle=None,
        authority=None,
        actors=actors,
        writable=tuple(addresses[mailbox] for mailbox in description.writable),
        resources={name: ids[identity] for name, identity in description.resources.items()},
        roots={contract: roots[root] for contract, root in description.roots.items()},
        gates=tuple(gates),
        waived={name: shown.text(reason) for name, reason in description.waived.items()},
        notes=(),
    )
    users = {addresses[mailbox]: ids[identity] for mailbox, identity in contact["users"].items()}
    return StandIn(replaced, {"users": users, "since": since}, addresses, ids, roots)


def _addresses(description: Description) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ACTORS:
        actor = description.actors.get(name)
        if actor and actor.user:
            found.setdefault(actor.user.lower(), f"{name}@target.example")
    for number, mailbox in enumerate(description.writable, 1):
        found.setdefault(mailbox, f"mailbox-{number}@target.example")
    return found


def _local(address: str) -> str:
    return address.partition("@")[0]


def _roots(description: Description) -> dict[str, str]:
    """Each Graph root to its stand-in: a cloud's own is public, and a path below the first stays where all know it."""
    base = description.base_url
    known = base if base in CLOUDS.values() else _ROOT
    found = {base: known}
    for number, root in enumerate(dict.fromkeys(description.roots.values()), 1):
        below = root.removeprefix(base) if root.startswith(base) else None
        literal = below is not None and below[:1] == "/" and is_literal(below)
        found.setdefault(root, f"{known}{below}" if literal else f"{_ROOT}/root-{number}")
    return found
