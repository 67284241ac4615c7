"""
Which stand-in a value of the target gets in a cassette.

Numbered by kind in the order in which values first appear, so that the same story, recorded again from a service that
makes up new ids, gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

CANONICAL_RUN: Final = "gc70dbd880000000"

ADDRESS: Final = re.compile(r"(?<!\w)\w[\w.#+'-]{0,63}@[\w-]+(?:\.[\w-]+)*")
"""A mail address, in a text or by itself; what merely surrounds it is not part of it."""


@dataclass(frozen=True, slots=True)
class Known:
    """
    What a recording knows of its target beforehand, each real value with its stand-in.

    Attributes:
        addresses: Real address, lower case, to its stand-in, such as ``organizer@target.example``.
        ids: Real id of a mailbox, the group, the booking business or the service.
        roots: Real Graph root without version.
        run: Id of the live run, as a whole; becomes `CANONICAL_RUN`.
        day: Day of the live run (UTC).
        own: The marks of the case, as they stand in the live run.
    """

    addresses: Mapping[str, str]
    ids: Mapping[str, str]
    roots: Mapping[str, str]
    run: str
    day: dt.date
    own: frozenset[str]


class _Numbered:
    """Stand-ins of one kind; one that stands for a known value already is passed over."""

    def __init__(self, form: Callable[[int], str], taken: Collection[str] = ()) -> None:
        self._form = form
        self._taken = frozenset(taken)
        self._found: dict[str, str] = {}
        self._last = 0

    def of(self, value: str) -> str:
        """The stand-in of *value*."""
        if value not in self._found:
            self._last += 1
            while self._form(self._last) in self._taken:
                self._last += 1
            self._found[value] = self._form(self._last)
        return self._found[value]


class StandIns:
    """The stand-ins of one cassette. What is empty stays empty."""

    def __init__(self, known: Known) -> None:
        # A booking business is known by an id that looks like an address, and is one where it sends mail.
        self._known = {value.lower(): name for value, name in {**known.ids, **known.addresses}.items() if value}
        taken = {*known.ids.values(), *known.addresses.values()}
        self._other_ids = _Numbered("id-{}".format, taken)
        self._other_addresses = _Numbered("address-{}@elsewhere.example".format, taken)
        self._names = _Numbered("name-{}".format)
        self._keys = _Numbered("key-{}".format)
        self._requests = _Numbered("00000000-0000-0000-0000-{:012}".format)
        self._pages = _Numbered("next-{}".format)

    def address(self, address: str) -> str:
        """Of an address, in whatever letter case."""
        lower = address.lower()
        return (self._known.get(lower) or self._other_addresses.of(lower)) if address else address

    def identity(self, identity: str) -> str:
        """Of an id; positions in a batch are none."""
        if not identity or _is_position(identity):
            return identity
        # Items' ids may differ in the case of a letter only; those known beforehand are GUIDs and addresses.
        known = self._known.get(identity.lower())
        return known or (self.address(identity) if ADDRESS.fullmatch(identity) else self._other_ids.of(identity))

    def name(self, name: str) -> str:
        """Of a person's or a thing's name."""
        if not name:
            return name
        return self.address(name) if ADDRESS.fullmatch(name) else self._names.of(name)

    def key(self, key: str) -> str:
        """Of a property nobody documents."""
        return self._keys.of(key)

    def request(self, identity: str) -> str:
        """Of a request's id."""
        return self._requests.of(identity) if identity else identity

    def page(self, link: str) -> str:
        """Of what follows a page."""
        return self._pages.of(link)


def _is_position(identity: str) -> bool:
    return len(identity) <= 3 and identity.isascii() and identity.isdecimal()  # noqa: PLR2004 - 20 in a batch at most
