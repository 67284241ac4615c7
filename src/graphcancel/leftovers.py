"""
What bears the mark of an earlier run: found by reading, removed by nobody here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphcancel.appointments import BOOKED_WITHIN
from graphcancel.errors import ProvisionError
from graphcancel.exchange import encode_segment, json_request
from graphcancel.ideal import mailbox_path
from graphcancel.looks import Unseen
from graphcancel.resources import resource
from graphcancel.scene import MARK, WEEK, WEEK_END, stamp
from graphcancel.stage import Stage

_BOOKED_BEFORE = 30


@dataclass(frozen=True, slots=True)
class Leftover:
    """
    Something an earlier run left.

    Attributes:
        kind: ``event``, ``message``, ``calendar``, ``calendar group`` or ``appointment``.
        place: The mailbox it lies in, or ``group`` or ``booking_business``.
        made: When it was made or received; None where the target does not say.
    """

    kind: str
    place: str
    made: dt.datetime | None


def leftovers(stage: Stage, root: str) -> list[Leftover]:
    """Everything that bears a mark, as far as it can be listed at *root*."""
    return [
        Leftover(kind, place, _made(item))
        for kind, place, actor, path in _lists(stage, root)
        for item in _items(stage, root, actor, path)
        if MARK.search(json.dumps(item))
    ]


def _lists(stage: Stage, root: str) -> Iterator[tuple[str, str, str, str]]:
    """Kind, place, actor and path of each list in which something may have been left."""
    window = f"startDateTime={stamp(WEEK)}&endDateTime={stamp(WEEK_END)}&$top=100"
    described = stage.target.description
    organizer = described.actors.get("organizer")
    for mailbox in described.writable:
        actor = stage.reader(mailbox)
        if actor is None:
            continue
        base = mailbox_path(mailbox)
        yield "event", mailbox, actor, f"{base}/calendarView?{window}&$select=id,subject,createdDateTime"
        for folder in ("inbox", "sentitems"):
            query = "$top=100&$select=id,subject,body,receivedDateTime"
            yield "message", mailbox, actor, f"{base}/mailFolders/{folder}/messages?{query}"
        if organizer and mailbox == (organizer.user or "").lower():
            yield "calendar", mailbox, actor, f"{base}/calendars?$top=100"
            yield "calendar group", mailbox, actor, f"{base}/calendarGroups?$top=100"
    group, business = (_usable(stage, name, root) for name in ("group", "booking_business"))
    if group and stage.target.has("organizer"):
        select = "$select=id,subject,createdDateTime"
        yield "event", "group", "organizer", f"/groups/{group}/calendarView?{window}&{select}"
    if business:
        now = dt.datetime.now(dt.UTC)
        start, end = now - dt.timedelta(days=_BOOKED_BEFORE), now + dt.timedelta(days=BOOKED_WITHIN)
        actor = "organizer" if stage.target.has("organizer") else "app"
        path = f"/solutions/bookingBusinesses/{business}/calendarView?start={stamp(start)}&end={stamp(end)}"
        yield "appointment", "booking_business", actor, path


def _usable(stage: Stage, name: str, root: str) -> str | None:
    try:
        return encode_segment(resource(stage, name, root))
    except ProvisionError:
        return None


def _items(stage: Stage, root: str, actor: str, path: str) -> list[dict[str, Any]]:
    """The items of a list; none where it cannot be read, which is said of the mailbox already."""
    found = stage.lookout.items(stage.target.send(json_request("GET", root, path, actor)))
    return [] if isinstance(found, Unseen) else found


def _made(item: dict[str, Any]) -> dt.datetime | None:
    for name in ("createdDateTime", "receivedDateTime"):
        try:
            moment = dt.datetime.fromisoformat(str(item.get(name)))
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return None
