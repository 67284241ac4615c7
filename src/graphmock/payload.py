"""Bodies of requests, read and checked."""

from __future__ import annotations

import json
import math
import re
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from graphmock.errors import refuse
from graphmock.meetings import Draft
from graphmock.recurrence import expand
from graphmock.rules import obeys
from graphmock.when import moment, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphmock.call import Call

LARGEST = 4 * 1024 * 1024
_DEEPEST = 64
_YEARS = range(1900, 2200)  # beyond, arithmetic with zones leaves the calendar

# What an event takes from a client besides its times; the value is what it is without being given.
_EVENT: dict[str, Any] = {
    "subject": "", "body": None, "location": None, "locations": None, "attendees": None, "importance": "normal",
    "sensitivity": "normal", "isAllDay": False, "isReminderOn": True, "reminderMinutesBeforeStart": 15,
    "responseRequested": True, "allowNewTimeProposals": True, "showAs": "busy", "categories": None,
    "hideAttendees": False, "isOnlineMeeting": False, "onlineMeetingProvider": "unknown", "transactionId": None,
    "recurrence": None, "singleValueExtendedProperties": None, "extensions": None, "isDraft": False,
}  # fmt: skip
_TRUTHS = {"true": True, "false": False}
# What those without a usual value are made of; objects have readers of their own.
_LISTS: dict[str, type] = {
    "attendees": dict, "locations": dict, "categories": str, "singleValueExtendedProperties": dict, "extensions": dict,
}  # fmt: skip
_INTEGERS = range(-(2**31), 2**31)
_TIMES = {"start", "end", "originalStartTimeZone", "originalEndTimeZone"}


def json_object(call: Call, *, required: bool = True) -> dict[str, Any]:
    """
    Read the body as a JSON object; ``null`` and no bytes are an empty one unless *required*.

    Raises:
        Refusal: 400, 413 or 415.
    """
    data = decoded(call)
    found = call.headers.get("content-type", "")
    if found and _media_type(found) != "application/json":
        raise refuse("body.media-type", found=found)
    if not data.strip():
        if required:
            raise refuse("body.empty")
        return {}
    if not found:
        raise refuse("body.no-media-type")
    value = _parsed(data)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise refuse("body.malformed")
    return value


@obeys("body.strict")
def _parsed(data: bytes) -> Any:
    try:
        value = _DECODER.decode(data.decode("utf-8-sig"))
        if _HALF_CHARACTER.search(data):
            # Most are halves of a pair, which is fine; alone, none could be written anywhere again.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise refuse("body.malformed") from None
    if data.count(b"[") + data.count(b"{") > _DEEPEST and _depth(value) > _DEEPEST:
        raise refuse("body.malformed")
    return value


def _depth(value: Any) -> int:
    """Count how deep lists and objects are nested, one level after the other as recursion has its own limit."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        depth += 1
        inside = (one.values() if isinstance(one, dict) else one for one in level)
        level = [child for one in inside for child in one if isinstance(child, dict | list)]
    return depth


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


@obeys("body.encoding")
def decoded(call: Call) -> bytes:
    """Undo the content coding."""
    coding = call.headers.get("content-encoding", "identity").strip().lower()
    if len(call.body) > LARGEST:
        raise refuse("body.too-large")
    if coding in {"identity", ""}:
        return call.body
    if coding != "gzip":
        raise refuse("body.encoding", found=coding)
    try:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        data = unpacker.decompress(call.body, LARGEST)
    except zlib.error:
        raise refuse("body.malformed") from None
    if unpacker.unconsumed_tail:
        raise refuse("body.too-large")
    if not unpacker.eof:
        raise refuse("body.malformed")
    return data


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def allow(body: dict[str, Any], names: Iterable[str], type_name: str) -> None:
    """Refuse properties a type does not have; annotations pass."""
    known = set(names)
    for name in body:
        if name not in known and "@" not in name:
            raise refuse("body.property", name=name, type=type_name)


def text(body: dict[str, Any], name: str, *, required: bool = False) -> str:
    """Read a string property; absent and null are empty."""
    value = body.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise refuse("body.schema", name=name)
    return value


@obeys("time.years")
def times(body: dict[str, Any]) -> tuple[datetime, datetime]:
    """Read start and end."""
    for name in ("start", "end"):
        if body.get(name) is None:
            raise refuse("body.invalid", name=name)
    start, end = moment(body["start"])[0], moment(body["end"])[0]
    if start.year not in _YEARS or end.year not in _YEARS:
        raise refuse("body.invalid", name="start")
    if end < start:
        raise refuse("body.invalid", name="end")
    return start, end


def event_draft(body: dict[str, Any]) -> Draft:
    """Read a new event."""
    allow(body, {*_EVENT, *_TIMES}, "microsoft.graph.event")
    start, end = times(body)
    given = {name: body.get(name) for name in _EVENT if body.get(name) is not None}
    props = {**_EVENT, **event_changes(given)}
    props["attendees"] = [_attendee(entry) for entry in items(body, "attendees", dict)]
    for name in ("categories", "locations"):
        props[name] = items(body, name, _LISTS[name])
    props["body"] = props["body"] or {"contentType": "html", "content": ""}
    props["originalStartTimeZone"] = moment(body["start"])[1]
    props["originalEndTimeZone"] = moment(body["end"])[1]
    starts: tuple[datetime, ...] = ()
    if body.get("recurrence") is not None:
        starts = tuple(expand(body["recurrence"], start, zone(props["originalStartTimeZone"])))
        if starts[-1].year not in _YEARS:
            raise refuse("series.malformed")
        # The master carries the times of its first occurrence, which need not be the day the client started from.
        start, end = starts[0], starts[0] + (end - start)
    return Draft(props, start.astimezone(UTC), end.astimezone(UTC), starts)


@obeys("body.boolean-text")
def event_changes(body: dict[str, Any]) -> dict[str, Any]:
    """Check the plain properties of an event and give them back in the form they are kept in."""
    changes: dict[str, Any] = {}
    for name, given in body.items():
        if name not in _EVENT:
            continue
        usual = _EVENT[name]
        value = _TRUTHS.get(given, given) if isinstance(usual, bool) and isinstance(given, str) else given
        wrong = value is not None and usual is not None and type(value) is not type(usual)
        if wrong or (name == "transactionId" and not isinstance(value, str | None)):
            raise refuse("body.schema", name=name)
        if type(value) is int and value not in _INTEGERS:
            raise refuse("body.schema", name=name)
        if name == "body":
            changes[name] = _content(value)
        elif name == "location":
            changes[name] = _location(value)
        elif name in _LISTS:
            changes[name] = items(body, name, _LISTS[name])
        else:
            changes[name] = usual if value is None else value
    return changes


def _content(value: Any) -> dict[str, str]:
    if value is None:
        return {"contentType": "html", "content": ""}
    if not isinstance(value, dict):
        raise refuse("body.schema", name="body")
    content, kind = text(value, "content"), text(value, "contentType").lower() or "text"
    if kind not in {"html", "text"}:
        raise refuse("body.schema", name="contentType")
    return {"contentType": kind, "content": content}


def _location(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict | None) or not isinstance((value or {}).get("displayName"), str | None):
        raise refuse("body.schema", name="location")
    return value or {"displayName": ""}


def typed(body: dict[str, Any], kinds: Mapping[str, type]) -> None:
    """Refuse values of another type than their property has; null passes, and a whole number for a fraction."""
    for name, kind in kinds.items():
        value = body.get(name)
        if value is not None and type(value) is not kind and (kind is not float or type(value) is not int):
            raise refuse("body.schema", name=name)


def items(body: dict[str, Any], name: str, kind: type) -> list[Any]:
    """Read a list property; absent and null are empty."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
        raise refuse("body.schema", name=name)
    return value


def _attendee(entry: dict[str, Any]) -> dict[str, Any]:
    mail = entry.get("emailAddress")
    address = mail.get("address") if isinstance(mail, dict) else None
    if not isinstance(mail, dict) or not isinstance(address, str) or "@" not in address:
        raise refuse("body.invalid", name="attendees")
    name, kind = text(mail, "name") or address, text(entry, "type") or "required"
    if kind not in {"required", "optional", "resource"}:
        raise refuse("body.invalid", name="attendees")
    return {
        "type": kind,
        "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
        "emailAddress": {"name": name, "address": address},
    }
