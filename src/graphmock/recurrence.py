"""A series' recurrence, read into the dates of its occurrences."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, tzinfo
from typing import Any

from dateutil import rrule

from graphmock.errors import refuse
from graphmock.rules import obeys

_DAYS = {
    "sunday": rrule.SU, "monday": rrule.MO, "tuesday": rrule.TU, "wednesday": rrule.WE,
    "thursday": rrule.TH, "friday": rrule.FR, "saturday": rrule.SA,
}  # fmt: skip
_POSITIONS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_FREQUENCIES = {
    "daily": rrule.DAILY, "weekly": rrule.WEEKLY, "absoluteMonthly": rrule.MONTHLY,
    "relativeMonthly": rrule.MONTHLY, "absoluteYearly": rrule.YEARLY, "relativeYearly": rrule.YEARLY,
}  # fmt: skip
MOST = 400  # occurrences; a series without an end is cut here, as every one is written out when it is made
_REACH = timedelta(days=366 * 30)  # a rule that never comes true, such as 30 February, is not followed for ever


@obeys("series.expansion")
def expand(recurrence: Any, first: datetime, home: tzinfo) -> list[datetime]:
    """
    List the starts of a series in UTC.

    Args:
        recurrence: ``{"pattern": …, "range": …}`` as the client sent it.
        first: The start of the event that carries it.
        home: The zone in which "every Tuesday at nine" is meant, so that summer time does not move it.
    """
    try:
        pattern, span = recurrence["pattern"], recurrence["range"]
        local = first.astimezone(home).replace(tzinfo=None)
        until, count = _extent(span, local + _REACH)
        rule = rrule.rrule(dtstart=local, until=until, **_by_pattern(pattern, local))
        starts = list(itertools.islice(rule, count))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise refuse("series.malformed") from None
    if not starts:
        raise refuse("series.malformed")
    return [start.replace(tzinfo=home).astimezone(first.tzinfo) for start in starts]


def _by_pattern(pattern: dict[str, Any], local: datetime) -> dict[str, Any]:
    kind = pattern["type"]
    rule: dict[str, Any] = {"freq": _FREQUENCIES[kind], "interval": _count(pattern.get("interval", 1))}
    days = [_DAYS[day.lower()] for day in pattern.get("daysOfWeek") or ()]
    if kind == "weekly":
        rule["byweekday"] = days or [local.weekday()]
        rule["wkst"] = _DAYS[(pattern.get("firstDayOfWeek") or "sunday").lower()]
    if kind.startswith("absolute"):
        rule["bymonthday"] = pattern.get("dayOfMonth") or local.day
    if kind.startswith("relative"):
        rule["byweekday"] = [day(_POSITIONS[pattern.get("index") or "first"]) for day in days]
    if kind.endswith("Yearly"):
        rule["bymonth"] = pattern.get("month") or local.month
    return rule


def _extent(span: dict[str, Any], furthest: datetime) -> tuple[datetime, int]:
    """Say when a series ends at the latest, and after how many occurrences."""
    kind = span["type"]
    if kind == "numbered":
        return furthest, min(_count(span["numberOfOccurrences"]), MOST)
    if kind == "endDate":
        until = datetime.fromisoformat(span["endDate"]).replace(hour=23, minute=59, tzinfo=None)
        return min(until, furthest), MOST
    if kind == "noEnd":
        return furthest, MOST
    raise ValueError(kind)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(value)
    return value
