"""
A line below whatever else a terminal shows, gone before anything is written and there again afterwards.

It stays out of the way of who writes: the cursor is left where it was. So pytest need not know of it, whichever of its
styles it writes in. Only what VT100 knows is used.
"""

from __future__ import annotations

import os
import threading
from typing import Any, Final, TextIO

# Make room for a line below without moving; remember the place, go there.
_BELOW: Final = "\x1bD\x1bM\x1b7\x1b[B\r"
_BACK: Final = "\x1b[K\x1b8"
_ERASED: Final = "\x1b[J"
_USUAL: Final = 80
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class StatusLine:
    """
    Stands in for *file*, a terminal: what is written to it goes there, and the line below it stays.

    Args:
        color: Whether the line is dimmed.
    """

    def __init__(self, file: TextIO, *, color: bool) -> None:
        self._file = file
        # A descriptor of its own: while a test runs, pytest points the other one elsewhere.
        self._terminal = os.dup(file.fileno())
        self._color = color
        self._text = ""
        self._closed = False
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        """Whatever else a file has."""
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        """Write *text* to the terminal, above the line."""
        with self._lock:
            self._put(_ERASED if self._text else "")
            try:
                return self._file.write(text)
            finally:
                self._file.flush()
                self._draw()

    def show(self, text: str) -> None:
        """Let the line say *text*; nothing for no line."""
        with self._lock:
            # Its descriptor may be another file's by now.
            if not self._closed:
                self._put(_ERASED if self._text and not text else "")
                self._text = text
                self._draw()

    def close(self) -> TextIO:
        """Take the line away; the file it stood in for."""
        with self._lock:
            self.show("")
            if not self._closed:
                self._closed = True
                os.close(self._terminal)
            return self._file

    def _draw(self) -> None:
        if self._text:
            # A line that fills the last column would make the terminal begin another.
            columns = os.get_terminal_size(self._terminal).columns or _USUAL
            shown = self._text[: columns - 1]
            self._put(_BELOW + (f"{_DIM}{shown}{_PLAIN}" if self._color else shown) + _BACK)

    def _put(self, text: str) -> None:
        left = text.encode(self._file.encoding or "utf-8", errors="replace")
        while left:
            left = left[os.write(self._terminal, left) :]
