"""How many requests there are to one mailbox at the same time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from graphmock.call import World

_OWNER = re.compile(r"/(?:(me)|(?:users|groups)(?:/([^/?]+)|\('([^/?]+)'\)))(?=[/?]|$)")
_ME = "me"
_BATCH = ("/$batch", "/%24batch")


@dataclass(slots=True)
class Crowd:
    """Requests being served, by the address of the mailbox; *most* is how many there have been at one time."""

    most: dict[str, int] = field(default_factory=dict)
    _here: dict[str, int] = field(default_factory=dict)

    def come(self, addresses: Collection[str]) -> None:
        """Count a request to these mailboxes in."""
        for address in addresses:
            here = self._here[address] = self._here.get(address, 0) + 1
            if here > self.most.get(address, 0):
                self.most[address] = here

    def go(self, addresses: Collection[str]) -> None:
        """Count it out again."""
        for address in addresses:
            self._here[address] -= 1


def visited(world: World, path: str, body: bytes | None, headers: Mapping[str, str]) -> Collection[str]:
    """Say which mailboxes a request is for, by address: one or none, or those that the parts of a batch name."""
    if not path.rstrip("/").endswith(_BATCH):
        return _owners(world, (path,), headers)
    try:
        parts = json.loads(body or b"")["requests"]
        return _owners(world, ["/" + part["url"].lstrip("/") for part in parts], headers)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return ()  # it is going to be refused


def _owners(world: World, paths: Collection[str], headers: Mapping[str, str]) -> Collection[str]:
    found = set()
    for path in paths:
        name = _owner(path)
        if name == _ME:
            who = world.tokens.find(headers)
            name = who.user if who else ""
        mailbox = world.store.find(name) if name else None
        if mailbox is not None:
            found.add(mailbox.address)
    return found


def _owner(path: str) -> str:
    """Say whom a path names, without asking whether there is such a mailbox; nobody is empty."""
    match = _OWNER.search(path)
    return unquote(match[1] or match[2] or match[3]) if match else ""
