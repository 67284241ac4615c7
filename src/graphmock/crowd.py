"""How many requests there are to one mailbox at the same time."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphmock.call import World

_OWNER = re.compile(r"/(?:(me)|(?:users|groups)(?:/([^/?]+)|\('([^/?]+)'\)))(?=[/?]|$)")
_BATCH = re.compile(r"/(?:\$|%24)batch/?")


@dataclass(slots=True)
class Crowd:
    """Requests being served, by the address of the mailbox; *most* is how many there have been at one time."""

    most: dict[str, int] = field(default_factory=dict)
    _here: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def serving(self, addresses: frozenset[str]) -> Iterator[None]:
        """Count a request to these mailboxes while it lasts."""
        for address in addresses:
            self._here[address] += 1
            self.most[address] = max(self._here[address], self.most.get(address, 0))
        try:
            yield
        finally:
            self._here.subtract(addresses)


def visited(world: World, path: str, body: bytes | None, headers: Mapping[str, str]) -> frozenset[str]:
    """Say which mailboxes a request is for, by address: one or none, or those that the parts of a batch name."""
    if not _BATCH.search(path):
        return _owners(world, [path], headers)
    try:
        parts = json.loads(body or b"")["requests"]
        return _owners(
            world, ["/" + part["url"].lstrip("/") for part in parts if isinstance(part["url"], str)], headers
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return frozenset()  # it is going to be refused


def _owners(world: World, paths: list[str], headers: Mapping[str, str]) -> frozenset[str]:
    found = set()
    for path in paths:
        match = _OWNER.search(path)
        if match is None:
            continue
        who = world.tokens.find(headers) if match[1] else None
        name = who.user if who else unquote(match[2] or match[3] or "")
        mailbox = world.store.find(name)
        if mailbox is not None:
            found.add(mailbox.address)
    return frozenset(found)
