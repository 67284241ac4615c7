"""
The time of day, as this server sees it.

A process runs one stand-in, so the clock is the process's own: making a tenant sets it. Durations are measured with
another one, ``time.monotonic``, which no tenant's condition touches.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate

_OFFSET = [0.0]


def turn(seconds: float) -> None:
    """Put the clock ahead of the true time, or behind it."""
    _OFFSET[0] = seconds


def date() -> bytes:
    """Write the time as the header of that name."""
    return formatdate(seconds(), usegmt=True).encode()


def seconds() -> float:
    """Give the time as seconds since 1970."""
    return time.time() + _OFFSET[0]


def now() -> datetime:
    """Give the time as an instant in UTC."""
    return datetime.fromtimestamp(seconds(), UTC)
