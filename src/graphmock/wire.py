"""
HTTP as it comes over a connection: uvicorn's reading of it, with a bound on what is no body, and an answer for a client
that has said its last word.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from graphmock.rules import obeys

LARGEST_HEAD = 1024 * 1024  # of line and headers, or of trailers; a whole head over 64 kB is refused with an envelope
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)  # fmt: skip


class Wire(HttpToolsProtocol):
    """One connection."""

    _beside = 0  # bytes since the last of a body, or of a request

    @obeys("head.endless")
    def data_received(self, data: bytes) -> None:
        """Read on, unless a head or trailer grows without end."""
        self._beside += len(data)
        super().data_received(data)
        if self._beside > LARGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body, which has a bound of its own."""
        self._beside = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin to count anew."""
        self._beside = 0
        super().on_message_complete()

    @obeys("body.cut")
    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Answer what was asked before the client closed its side; what was asked by half is refused."""
        last = self.cycle
        if self._beside or (last is not None and last.more_body):
            self.send_400_response("The request ends too early.")
            return None
        if last is None or last.response_complete or self.scheme != "http":
            return None
        last.keep_alive = False
        return True
