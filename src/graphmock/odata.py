"""Lists and single objects with the query options: filter, order, page, count, choose."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from graphmock import filters
from graphmock.call import Call, Reply, World
from graphmock.errors import refuse
from graphmock.forms import refuses_filter
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_LARGEST_PAGE = 1000
_FURTHEST = "1000000"
_KNOWN = {"select", "top", "skip", "orderby", "count", "filter", "expand", "skiptoken", "format"}


@dataclass(frozen=True, slots=True)
class Kind:
    """
    What the query options need to know of a type.

    Attributes:
        write: Writes an object as JSON.
        fields: What can be filtered and ordered by.
        extras: Properties written only when chosen or expanded, by lower-case name.
    """

    name: str
    write: Callable[[Any, Call], dict[str, Any]]
    fields: filters.Fields
    extras: Mapping[str, Callable[[Any, Call], dict[str, Any]]]


def single(call: Call, kind: Kind, item: Any, status: int = 200) -> Reply:
    """Answer with one object."""
    context = {"@odata.context": f"{call.base}{call.root}/$metadata#{kind.name}s/$entity"}
    return Reply(status, {**context, **_writer(call, kind)(item)})


@obeys("odata.paging")
def listing(world: World, call: Call, kind: Kind, items: Iterable[Any]) -> Reply:
    """Answer with one page of *items*."""
    write = _writer(call, kind)
    for name in call.query:
        if name.startswith("$") and name[1:].lower() not in _KNOWN:
            raise refuse("odata.option", name=name, value=call.query[name])
    condition = call.option("filter")
    if condition:
        if refuses_filter(world.behaviour.active, kind.name):
            raise refuse("odata.restriction")
        test = filters.parse(condition, kind.fields, kind.name)
        items = filter(test, items)
    found = _ordered(call, kind, list(items))
    first = _number(call, "skip", 0) + _resumed(call)
    size = min(_number(call, "top", world.page_size), _LARGEST_PAGE)
    if world.behaviour.has("page-by-one"):
        size = 1
    body: dict[str, Any] = {"@odata.context": f"{call.base}{call.root}/$metadata#{kind.name}s"}
    if (call.option("count") or "").lower() == "true":
        body["@odata.count"] = len(found)
    last = first + size
    if world.behaviour.has("empty-pages") and size and first < len(found) and not call.option("skiptoken"):
        last = first
    body["value"] = [write(item) for item in found[first:last]]
    if size and last < len(found):
        body["@odata.nextLink"] = _continuation(call, last, safe="" if world.behaviour.has("encoded-links") else "$")
    return Reply(200, body)


def _ordered(call: Call, kind: Kind, items: list[Any]) -> list[Any]:
    keys: dict[str, str] = {}
    for part in (call.option("orderby") or "").split(","):
        name, _, direction = part.strip().partition(" ")
        if name:
            # A name that comes again has no say any more.
            keys.setdefault(name, direction)
    # Sorting by the least key first leaves the greatest in charge, as the sort is stable.
    for name, direction in reversed(keys.items()):
        field = kind.fields.get(name)
        if field is None:
            raise refuse("odata.property", name=name, type=kind.name)
        if direction.strip().lower() not in {"", "asc", "desc"}:
            raise refuse("odata.option", name="$orderby", value=direction)
        items.sort(key=lambda item, of=field: (of(item) is not None, of(item)), reverse=direction.strip() == "desc")  # type: ignore[misc]
    return items


def _number(call: Call, name: str, usual: int) -> int:
    value = call.option(name)
    if value is None:
        return usual
    if not (value.isascii() and value.isdigit()) or len(value) > len(_FURTHEST):
        raise refuse("odata.option", name=f"${name}", value=value)
    return int(value)


def _resumed(call: Call) -> int:
    token = call.option("skiptoken")
    if not token:
        return 0
    try:
        at = base64.urlsafe_b64decode(token).decode().removeprefix("from-")
    except (ValueError, binascii.Error):
        at = ""
    if not (at.isascii() and at.isdigit()) or len(at) > len(_FURTHEST):
        raise refuse("odata.option", name="$skiptoken", value=token)
    return int(at)


def _continuation(call: Call, at: int, *, safe: str) -> str:
    token = base64.urlsafe_b64encode(f"from-{at}".encode()).decode()
    kept = {name: value for name, value in call.query.items() if name.lower() not in {"$skip", "$skiptoken"}}
    return f"{call.base}{call.path}?{urlencode({**kept, '$skiptoken': token}, quote_via=quote, safe=safe)}"


def _writer(call: Call, kind: Kind) -> Callable[[Any], dict[str, Any]]:
    chosen = _names(call, "select")
    expanded = _names(call, "expand")
    extras = []
    for name in (*chosen, *expanded):
        extra = kind.extras.get(name.partition("(")[0].lower())
        if extra is not None:
            extras.append(extra)
        elif name in expanded:
            raise refuse("odata.property", name=name, type=kind.name)

    def write(item: Any) -> dict[str, Any]:
        whole = kind.write(item, call)
        added = {key: value for extra in extras for key, value in extra(item, call).items()}
        if not chosen or "*" in chosen:
            return {**whole, **added}
        found: dict[str, Any] = {key: whole[key] for key in _ALWAYS if key in whole}
        for name in chosen:
            plain = name.rpartition("microsoft.graph.eventMessage/")[2]
            if plain in whole:
                found[plain] = whole[plain]
            elif name.lower() not in kind.extras and plain not in _SOMETIMES:
                raise refuse("odata.property", name=name, type=kind.name)
        return {**found, **added}

    return write


_ALWAYS: tuple[str, ...] = ("@odata.type", "@odata.etag", "id")
# Properties that some objects of a type have and others lack; choosing them is no mistake.
_SOMETIMES = {
    "originalStart", "occurrenceId", "uid", "meetingMessageType", "type", "startDateTime", "endDateTime", "event",
}  # fmt: skip


def _names(call: Call, option: str) -> list[str]:
    """Split a list of names at commas outside parentheses."""
    found, depth, start = [], 0, 0
    text = call.option(option) or ""
    for at, character in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            found.append(text[start:at].strip())
            start = at + 1
    if depth:
        raise refuse("odata.option", name=f"${option}", value=text)
    return [name for name in found if name]
