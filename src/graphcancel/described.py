"""
The table ``target`` of ``recording.json``: a description by stand-ins, written and read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from graphcancel.actors import ACTORS, Actor
from graphcancel.onfile import Malformed, member, of_kind, only
from graphcancel.targetfile import CLOUDS, LONGEST_S, PATIENCE, Description, Patience

_HELD_BY: Final = "{}-token"
_KEYS: Final = (
    "name",
    "cloud",
    "base_url",
    "roots",
    "actors",
    "writable",
    "resources",
    "contracts",
    "gates",
    "patience",
    "waived",
)
_ACTOR_KEYS: Final = ("user", "token", "expired")


def described(description: Description) -> dict[str, Any]:
    """The table ``target`` of ``recording.json`` for a *description* by stand-ins."""
    return {
        "name": description.name,
        "cloud": description.cloud,
        "base_url": description.base_url,
        "roots": dict(description.roots),
        "actors": {
            name: {"user": actor.user, "token": actor.token is not None, "expired": actor.expired_token is not None}
            for name, actor in description.actors.items()
        },
        "writable": list(description.writable),
        "resources": dict(description.resources),
        "contracts": list(description.contracts),
        "gates": sorted(description.gates or ()),
        "patience": asdict(description.patience),
        "waived": dict(description.waived),
    }


def description_of(table: Mapping[str, Any], origin: str) -> Description:
    """
    The description that `described` gave *table* for.

    Args:
        table: All of ``recording.json``.
        origin: What answered.

    Raises:
        Malformed: A key is missing, unknown or of the wrong kind.
    """
    only(member(table, "target", dict), _KEYS, "target")
    only(member(table, "target.actors", dict), ACTORS, "target.actors")
    only(member(table, "target.patience", dict), PATIENCE, "target.patience")
    patience = [member(table, f"target.patience.{name}", float) for name in PATIENCE]
    if not all(0 <= seconds <= LONGEST_S for seconds in patience):
        raise Malformed("target.patience holds what is no number of seconds")
    return Description(
        name=line(table, "target.name"),
        origin=f"recording:{origin}",
        cloud=_cloud(table),
        base_url=line(table, "target.base_url"),
        ca_bundle=None,
        actors={name: _actor(table, name) for name in table["target"]["actors"]},
        writable=lines(table, "target.writable"),
        resources=line_table(table, "target.resources"),
        roots=line_table(table, "target.roots"),
        contracts=lines(table, "target.contracts"),
        gates=lines(table, "target.gates"),
        patience=Patience(*map(float, patience)),
        waived=line_table(table, "target.waived"),
    )


def actor_by_stand_ins(name: str, user: str | None, *, has_token: bool, has_expired: bool) -> Actor:
    """The actor *name* with the mailbox *user*, whose tokens are words."""
    return Actor(
        name=name,
        user=user,
        flow="token" if has_token else "none",
        token=_HELD_BY.format(name) if has_token else None,
        expired_token=_HELD_BY.format("expired") if has_expired else None,
    )


def _cloud(table: Mapping[str, Any]) -> str | None:
    if table["target"].get("cloud", "") is None:
        return None
    cloud = member(table, "target.cloud", str)
    if cloud not in CLOUDS:
        raise Malformed("target.cloud is no cloud")
    return cloud


def _actor(table: Mapping[str, Any], name: str) -> Actor:
    place = f"target.actors.{name}"
    given = member(table, place, dict)
    only(given, _ACTOR_KEYS, place)
    token = member(table, f"{place}.token", bool)
    user = None if given.get("user", "") is None else line(table, f"{place}.user")
    return actor_by_stand_ins(name, user, has_token=token, has_expired=member(table, f"{place}.expired", bool))


# -- text that may be shown ----------------------------------------------------------------------------------------


def line(table: Mapping[str, Any], place: str) -> str:
    """
    The text at *place*, which a terminal may be shown.

    Raises:
        Malformed: There is none, or it holds more than one line of letters.
    """
    return _shown(member(table, place, str), place)


def lines(table: Mapping[str, Any], place: str) -> tuple[str, ...]:
    """
    The list at *place*, each as `line` gives it.

    Raises:
        Malformed: There is none, or an entry is something else.
    """
    return tuple(_shown(of_kind(value, place, str), place) for value in member(table, place, list))


def line_table(table: Mapping[str, Any], place: str) -> dict[str, str]:
    """
    The object at *place*, its names and values as `line` gives them.

    Raises:
        Malformed: There is none, or something in it is no text.
    """
    return {
        _shown(name, place): _shown(of_kind(value, place, str), place)
        for name, value in member(table, place, dict).items()
    }


def _shown(text: str, place: str) -> str:
    if not text or not text.isprintable():
        raise Malformed(f"{place} holds an empty text, or one that is no line of letters")
    return text
