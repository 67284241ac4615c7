"""
Dates of a live run, moved to the days of a cassette.

The live run's day becomes 1 January 2030, what lies weeks around it moves along by whole days, and what happened while
the run was told becomes noon of that day: when a server did something is nobody's business, and would differ in each
recording.
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import format_datetime
from typing import Final

from graphcancel.scene import WEEK, WEEK_END

CANONICAL_START: Final = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
CANONICAL_NOW: Final = CANONICAL_START + dt.timedelta(hours=12)

WRITTEN: Final = re.compile(
    r"(?<![\w-])([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2})(?:(:[0-9]{2})(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?(?![\w-])"
)
"""A date, with or without a time of day, as the API writes it (ISO 8601)."""

_NEVER: Final = dt.date(1, 1, 1)
_AROUND: Final = dt.timedelta(days=40)
_DAY: Final = dt.timedelta(days=1)
_FIXED: Final = (WEEK.date() - 2 * _DAY, WEEK_END.date() + 2 * _DAY)


def moved(found: re.Match[str], today: dt.date) -> str | None:
    """
    What `WRITTEN` *found*, moved and written alike; None where it is no date.

    Fractions of a second become zeros. An offset stays where the day is moved, and "now" is written in UTC.

    Args:
        today: The live run's day (UTC).
    """
    day, clock, seconds, fraction, zone = found.groups()
    try:
        moment = dt.datetime.fromisoformat(f"{day}T{clock or '00:00'}{seconds or ':00'}{zone or ''}").replace(
            tzinfo=None
        )
    except ValueError:
        return None
    date = moment.date()
    if date == _NEVER:
        moment = dt.datetime.combine(date, dt.time())
    elif not _FIXED[0] <= date <= _FIXED[1]:
        if -_DAY <= date - today <= _DAY or abs(date - today) > _AROUND:
            moment = CANONICAL_NOW.replace(tzinfo=None)
            zone = "+00:00" if zone and zone != "Z" else zone
        else:
            moment += CANONICAL_START.date() - today
    if not clock:
        return moment.date().isoformat()
    tail = (f":{moment:%S}" if seconds else "") + re.sub("[0-9]", "0", fraction or "") + (zone or "")
    return f"{moment.date().isoformat()}T{moment:%H:%M}{tail}"


def as_header(moment: dt.datetime) -> str:
    """*moment* as headers write it (RFC 9110, 5.6.7)."""
    return format_datetime(moment, usegmt=True)
