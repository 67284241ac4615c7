"""A request as handlers see it, whether it came over the wire or inside a batch, and their answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.request import parse_http_list

from graphmock.crowd import Crowd
from graphmock.editions import BOOKING, EVENT, Edition
from graphmock.rules import obeys
from graphmock.throttle import Throttle
from graphmock.weather import Weather

if TYPE_CHECKING:
    from graphmock.behaviour import Behaviour
    from graphmock.store import Store
    from graphmock.tokens import Principal, TokenBook


@dataclass(frozen=True, slots=True)
class Reply:
    """
    An answer.

    Attributes:
        body: JSON to write; None writes no bytes and names no Content-Type.
        raw: Bytes to write as they are, for answers that are wrong on purpose.
        chunked: Whether they come in chunks, whatever their length.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    chunked: bool = False


@dataclass(slots=True)
class World:
    """What every handler works on."""

    store: Store
    tokens: TokenBook
    behaviour: Behaviour
    page_size: int
    mint_request_id: Callable[[], str]
    throttle: Throttle = field(default_factory=Throttle)
    crowd: Crowd = field(default_factory=Crowd)
    weather: Weather = field(default_factory=Weather)


Handler = Callable[[World, "Call"], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """
    One template and what answers under it.

    Attributes:
        action: ``event-cancel``, ``booking-cancel`` or nothing; faults go by it.
    """

    template: str
    handlers: Mapping[str, Handler]
    action: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request.

    Attributes:
        params: The values of the route's placeholders, decoded.
        query: Query options by name as written; the last of a name counts.
        headers: By lower-case name.
        base: ``scheme://host`` as the client addressed it.
        root: The path up to and including the version.
        path: The path as the client wrote it, for continuation links.
    """

    method: str
    route: Route
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    who: Principal
    edition: Edition
    version: str
    base: str
    root: str
    path: str
    in_batch: bool = False

    @property
    def is_event_cancel(self) -> bool:
        """Whether this is the action under test, for an event."""
        return self.route.action == EVENT

    @property
    def is_booking_cancel(self) -> bool:
        """Whether this is the action under test, for an appointment."""
        return self.route.action == BOOKING

    def preference(self, name: str) -> str | None:
        """Read one preference out of the Prefer header."""
        return _preferences(self.headers.get("prefer", "")).get(name)

    @obeys("odata.names")
    def option(self, name: str) -> str | None:
        """Read a query option, ignoring case and a leading ``$``."""
        for key, value in self.query.items():
            if key.lower().removeprefix("$") == name.lower():
                return value
        return None


@lru_cache(maxsize=64)
def _preferences(header: str) -> dict[str, str]:
    """Read a Prefer header, once for all the objects it is asked about; the first of a name counts."""
    pairs = [item.partition("=") for item in parse_http_list(header)]
    return {key.strip().lower(): value.strip().strip('"') for key, _, value in reversed(pairs)}
