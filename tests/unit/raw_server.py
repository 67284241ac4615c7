"""A server of bytes on loopback: what it does with a connection is written by whoever needs it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class RawServer:
    """On a free *port*, until it is closed; *answer* has each connection to itself, in a thread, and closes it."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()
