"""
Reading a file that somebody named, without waiting for ever and without taking in more than there should be.

A pipe is waited for until somebody writes, a device may never end, and what is named need not have been looked at: it
may be a link in a clone of somebody else's.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

WRITTEN: Final = 4 * 1024 * 1024
"""Bytes of what a person writes: a target file, a list of known deviations, a contract, a key."""
RECORDED: Final = 1024 * 1024 * 1024
"""Bytes of what runs write; merged, they may be many."""


def read_within(path: Path, largest: int) -> bytes:
    """
    What the file at *path* holds.

    Args:
        largest: Bytes.

    Raises:
        OSError: It cannot be read, is a folder, pipe or device, or is larger.
    """
    # Without this flag a pipe is waited for before anybody could see that it is one.
    with os.fdopen(os.open(path, os.O_RDONLY | _FLAGS), "rb") as file:
        opened = os.fstat(file.fileno())
        # The empty device ends at once, and is how one says that there is nothing, as of known deviations.
        if not stat.S_ISREG(opened.st_mode) and not os.path.samestat(opened, os.stat(os.devnull)):  # noqa: PTH116 - it has no path
            raise OSError(errno.EINVAL, "no regular file", str(path))
        found = file.read(largest + 1)
    if len(found) > largest:
        raise OSError(errno.EFBIG, f"more than {largest} bytes", str(path))
    return found


def text_within(path: Path, largest: int) -> str:
    """
    The same as text.

    Raises:
        OSError: As `read_within` says.
        UnicodeDecodeError: It is not UTF-8.
    """
    return read_within(path, largest).decode("utf-8").replace("\r\n", "\n")


_FLAGS: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
