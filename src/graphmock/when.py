"""Dates, zones and the way the service writes them: no offset, seven decimals, the zone's name beside."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from dateutil import parser

from graphmock.errors import refuse
from graphmock.rules import obeys

# The service names zones the Windows way; these are the ones a test is likely to use. IANA names all work.
WINDOWS_ZONES = {
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Central European Standard Time": "Europe/Warsaw",
    "Central Standard Time": "America/Chicago",
    "China Standard Time": "Asia/Shanghai",
    "Coordinated Universal Time": "UTC",
    "E. South America Standard Time": "America/Sao_Paulo",
    "Eastern Standard Time": "America/New_York",
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "India Standard Time": "Asia/Kolkata",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "Romance Standard Time": "Europe/Paris",
    "Tokyo Standard Time": "Asia/Tokyo",
    "UTC": "UTC",
    "W. Europe Standard Time": "Europe/Berlin",
}


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """
    Find a zone by its Windows or IANA name.

    Raises:
        Refusal: Nobody knows that zone.
    """
    try:
        return zoneinfo.ZoneInfo(WINDOWS_ZONES.get(name, name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise refuse("time.zone", zone=name) from None


def instant(text: object, assumed: tzinfo = UTC) -> datetime:
    """
    Read an ISO date and time, as an instant in UTC.

    Args:
        text: What the client wrote; anything but a text is refused like a text that is no date.
        assumed: The zone of a text that names no offset.
    """
    if not isinstance(text, str):
        raise refuse("time.malformed", value=type(text).__name__)
    try:
        read = parser.isoparse(text)
        return (read if read.tzinfo else read.replace(tzinfo=assumed)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise refuse("time.malformed", value=text[:60]) from None


def moment(value: object) -> tuple[datetime, str]:
    """Read ``{"dateTime": …, "timeZone": …}``: the instant, and the zone's name as the client wrote it."""
    if not isinstance(value, dict) or not isinstance(value.get("timeZone", "UTC"), str):
        raise refuse("body.schema", name="dateTime")
    name = value.get("timeZone", "UTC")
    return instant(value.get("dateTime"), zone(name)), name


@obeys("time.format")
def written(at: datetime, shown_in: str = "UTC") -> dict[str, Any]:
    """Write an instant as the service does, in the zone the client prefers."""
    local = at if shown_in == "UTC" else at.astimezone(zone(shown_in))
    return {"dateTime": local.replace(tzinfo=None).isoformat(timespec="microseconds") + "0", "timeZone": shown_in}


def stamp(at: datetime) -> str:
    """Write an instant as a timestamp with ``Z``."""
    return at.replace(tzinfo=None, microsecond=0).isoformat() + "Z"
