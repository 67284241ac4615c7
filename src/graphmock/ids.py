"""
Identifiers, drawn from a seeded source so that a sequence of requests can be repeated to the letter.

Two sources are kept apart: objects and request ids. Otherwise a client that polls once more would shift the id of
everything created afterwards.
"""

from __future__ import annotations

import base64
import binascii
import random
import re
import uuid
from dataclasses import dataclass, field

from graphmock.rules import obeys

_BYTES = 113  # gives 152 characters and one "=", the length and shape of an item's id
_MANY_BYTES = 299  # gives 400
_SHORTEST = 60
_ALPHABET = re.compile(r"[A-Za-z0-9_+/-]+={0,2}")


@dataclass(slots=True)
class Mint:
    """
    Makes ids.

    Args:
        seed: Equal seeds give equal ids; None draws one.
        long: Whether ids of items have four hundred characters.
        awkward: Ids in the standard alphabet (``/`` and ``+``), every second one equal to its predecessor but for case.
    """

    seed: int | None = None
    awkward: bool = False
    long: bool = False
    _objects: random.Random = field(init=False)
    _requests: random.Random = field(init=False)
    _previous: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Derive the two sources from the one seed."""
        root = random.Random(self.seed)  # noqa: S311 - repeatable ids are the point, nothing is protected by them
        self._objects = random.Random(root.random())  # noqa: S311
        self._requests = random.Random(root.random())  # noqa: S311

    @obeys("id.shape")
    def item(self) -> str:
        """Make the id of an item, a calendar or a folder."""
        raw = b"\x00\x03$" + self._objects.randbytes((_MANY_BYTES if self.long else _BYTES) - 3)
        if not self.awkward:
            return base64.urlsafe_b64encode(raw).decode()
        if self._previous is not None:
            twin, self._previous = _twin(self._previous), None
            return twin
        # "//" and "+" stand at fixed places so that every id has them, not just most.
        text = base64.b64encode(raw).decode()
        self._previous = text[:20] + "/+a" + text[23:]
        return self._previous

    def guid(self) -> str:
        """Make a directory object's id."""
        return str(uuid.UUID(int=self._objects.getrandbits(128), version=4))

    def hexadecimal(self, digits: int) -> str:
        """Make upper-case hexadecimal digits, the stuff of an iCalUId."""
        return f"{self._objects.getrandbits(digits * 4):0{digits}X}"

    def token(self) -> str:
        """Make an opaque bearer token; it says nothing about its holder."""
        return "EwB" + base64.urlsafe_b64encode(self._objects.randbytes(120)).decode()

    def request(self) -> str:
        """Make a request id."""
        return str(uuid.UUID(int=self._requests.getrandbits(128), version=4))


def _twin(text: str) -> str:
    return text[:22] + text[22].swapcase() + text[23:]


def is_well_formed(text: str) -> bool:
    """Tell whether *text* could be the id of some item; whether one has it is another question."""
    if len(text) < _SHORTEST or len(text) % 4 or not _ALPHABET.fullmatch(text):
        return False
    try:
        base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        return False
    return True
