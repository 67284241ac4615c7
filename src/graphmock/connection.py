"""
What uvicorn's protocol does not offer: connections that end without an answer, and header names with capitals.

The protocol puts a gesture into the scope; ``HangUp`` makes it. Whoever drives the application without a socket has to
offer the same gesture.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from graphmock.wire import Wire

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

EXTENSION = "graphmock"


class Ending(Enum):
    """How a connection ends that bears no answer: in order, by a reset, or not at all."""

    CLOSE = "close"
    RESET = "reset"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class HangUp:
    """An answer that is none, as an ASGI application; it stays until the connection is gone."""

    ending: Ending

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Have the connection ended."""
        scope["extensions"][EXTENSION]["hang-up"](self.ending)
        while (await receive())["type"] != "http.disconnect":
            pass


class Protocol(Wire):
    """A connection, able to hang up."""

    silent = False

    def on_message_begin(self) -> None:
        """Offer the gesture to the application."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"hang-up": self.hang_up}}

    def hang_up(self, ending: Ending) -> None:
        """End the connection."""
        if ending is Ending.SILENCE:
            self.silent = True
        elif ending is Ending.CLOSE:
            self.transport.close()
        else:
            # Closed without lingering, a socket is reset, and the client told nothing else.
            linger = struct.pack("ii", 1, 0)
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.transport.abort()

    def shutdown(self) -> None:
        """End at once where nobody was going to answer."""
        super().shutdown()
        if self.silent:
            self.transport.abort()


class TitledProtocol(Protocol):
    """The same, writing header names with capitals."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put a writer between, as uvicorn itself writes every name in small letters."""
        super().connection_made(_Titled(transport))  # type: ignore[arg-type]


class _Titled:
    """A transport that rewrites the head of an answer; all else is the transport's own."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write; a head comes in one piece and without any of the body."""
        if data.startswith(b"HTTP/1.1 ") and data.endswith(b"\r\n\r\n"):
            data = b"\r\n".join(_titled(line) for line in data.split(b"\r\n"))
        self._transport.write(data)


def _titled(line: bytes) -> bytes:
    name, colon, value = line.partition(b": ")
    return b"-".join(part.capitalize() for part in name.split(b"-")) + colon + value if colon else line
