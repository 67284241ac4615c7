"""The server process: a socket, uvicorn, the target files, and a quiet end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import ssl
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from graphmock import clock
from graphmock.connection import Protocol, TitledProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send


class StartError(OSError):
    """The server cannot start; the message is for the user."""


class _Server(uvicorn.Server):
    """Uvicorn, but ending with status 0 on a signal, announcing itself, and mindful of its parent."""

    announcement = ""
    parent: int | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.parent is not None:
            # Asked before the announcement: a parent that ends right after it must not be taken for a stranger.
            own = os.getppid() == self.parent
            self._watch = asyncio.get_running_loop().create_task(self._follow(self.parent, own=own))
        # The socket listens and the loop runs from here on: whoever reads this line may connect.
        sys.stdout.write(self.announcement + "\n")
        sys.stdout.flush()

    async def on_tick(self, counter: int) -> bool:
        leaving = await super().on_tick(counter)
        headers = self.server_state.default_headers
        self.server_state.default_headers = [(n, clock.date() if n == b"date" else value) for n, value in headers]
        return leaving

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The original raises the signal again when done, which would end the process by signal instead of quietly.
        def leave(_number: int, _frame: FrameType | None) -> None:
            self.should_exit = True

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)
        yield

    async def _follow(self, parent: int, *, own: bool) -> None:
        while not self.should_exit:
            await asyncio.sleep(1)
            # A child sees its parent's end in its own parent's number, even while that one is still a zombie.
            self.should_exit = self.should_exit or (os.getppid() != parent if own else not _lives(parent))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(frozen=True, slots=True)
class Doors:
    """Two applications in one process: which of them is meant follows from the port a client came in by."""

    usual: ASGIApp
    other: ASGIApp
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request by the door it came through."""
        behind = self.other if scope.get("server", ("", 0))[1] == self.port else self.usual
        await behind(scope, receive, send)


def bind(host: str, port: int, option: str = "--port") -> socket.socket:
    """
    Take a port.

    Args:
        host: Name or address of this machine.
        port: 0 takes a free one.
        option: What the user would change.

    Raises:
        StartError: It is taken, or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio turns Nagle's delay off: unnamed, each answer would wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Bound alone does not keep another server off the port; listening does.
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot listen on {host}:{port}: {reason}; choose another {option}, or 0 for a free one"
        raise StartError(message) from None
    return listener


def address(listener: socket.socket, host: str, scheme: str = "http") -> str:
    """Say under which URL a client reaches the port taken."""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{listener.getsockname()[1]}"


def serve(
    app: ASGIApp,
    listeners: Sequence[socket.socket],
    announcement: str,
    *,
    parent: int | None = None,
    context: ssl.SSLContext | None = None,
    titled: bool = False,
) -> None:
    """
    Serve until told to stop, or until the process *parent* ends.

    Args:
        announcement: What is printed once the server can be called.
        context: What TLS needs; None serves plain HTTP.
        titled: Whether names of headers are written with capitals.
    """
    # What a client made is still alive whenever one looks: looking less often answers a tenth more calls a second.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    protocol = TitledProtocol if titled else Protocol
    config = uvicorn.Config(
        app, http=protocol, ws="none", lifespan="off", log_level="critical", access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=1, timeout_keep_alive=75,
        ssl_context_factory=None if context is None else lambda _config, _usual: context,
    )  # fmt: skip
    server = _Server(config)
    server.announcement = announcement
    server.parent = parent
    server.run(sockets=list(listeners))
