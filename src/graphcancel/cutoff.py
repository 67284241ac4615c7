"""
Ends an exchange when its time is over, whatever the server does meanwhile.

The libraries' timeouts are for one read from a socket each, so a server that sends a byte now and then keeps to them
for ever; so does one that never stops sending interim answers, trailers or compressed bytes that unpack to nothing.
What ends all of these is that their connection is cut.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from weakref import WeakSet

import requests
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager


class Cutoff:
    """
    The open sockets of one session, which has one exchange at a time.

    One thread watches the clock over all its exchanges, and ends by itself when there are no more: starting one for
    each would take some hundredths of a run's time.
    """

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._changed = threading.Condition()
        self._over = False
        self._ends: float | None = None  # of the exchange that is going on; clock reading (monotonic, seconds)
        self._wakes: float | None = None  # when the thread looks next, None where there is none

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """
        Give what happens inside so many *seconds*.

        Raises:
            requests.Timeout: They are over. What was received by then may have been cut off, so it is no answer.
        """
        self._begin(time.monotonic() + seconds)
        try:
            yield
        except Exception:
            # Whatever a socket that was cut makes the libraries raise: the time is over, and that is told below.
            if not self._over:
                raise
        finally:
            with self._changed:
                self._ends = None
        if self._over:
            raise requests.Timeout("cut off")

    def _begin(self, ends: float) -> None:
        with self._changed:
            self._over, self._ends = False, ends
            if self._wakes is None:
                self._wakes = ends
                threading.Thread(target=self._look_on, daemon=True).start()
            elif ends < self._wakes:
                self._changed.notify()

    def _look_on(self) -> None:
        """Cut what has not ended in time, as long as something goes on."""
        with self._changed:
            while self._ends is not None:
                left = self._ends - time.monotonic()
                if left > 0:
                    self._wakes = self._ends
                    self._changed.wait(left)
                    continue
                self._over, self._ends = True, None
                for opened in tuple(self._sockets):
                    _shut(opened)
            self._wakes = None

    def oversee(self, manager: PoolManager) -> None:
        """Have the connections *manager* makes from now on be cut too."""
        # One for SOCKS makes connections of its own kind, which replacing would lead past the proxy.
        if type(manager) in {PoolManager, ProxyManager}:
            manager.pool_classes_by_scheme = {
                "http": partial(_Pool, self.watch),  # type: ignore[dict-item]  # whatever makes a pool will do
                "https": partial(_SecurePool, self.watch),  # type: ignore[dict-item]
            }

    def watch(self, connection: Any) -> None:
        """Note the socket of *connection*, which is about to be used; past the time it is of no use any more."""
        # What a recording is played from has none.
        if not isinstance(connection.sock, socket.socket):
            return
        with self._changed:
            self._sockets.add(connection.sock)
            if self._over:
                _shut(connection.sock)


class _Pool(HTTPConnectionPool):
    """Connections in the clear, each shown to *watch* before it is used."""

    def __init__(self, watch: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watch = watch

    def _validate_conn(self, conn: Any) -> None:
        super()._validate_conn(conn)
        if conn.is_closed:
            conn.connect()
        self._watch(conn)


class _SecurePool(HTTPSConnectionPool):
    """Connections over TLS, each shown to *watch* before it is used; the handshake has a deadline of its own."""

    def __init__(self, watch: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watch = watch

    def _validate_conn(self, conn: Any) -> None:
        super()._validate_conn(conn)
        self._watch(conn)


def _shut(opened: socket.socket) -> None:
    """Shut the connection below TLS, where it has any: a thread that waits for it goes on at once."""
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
