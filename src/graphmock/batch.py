"""``$batch``: several requests in one, in the order their dependencies allow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from graphmock import forms, interference
from graphmock.call import Reply, World
from graphmock.dispatch import Destination, Incoming, answer, checked_length, finished
from graphmock.errors import Refusal, refuse
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 20
_OPTIONAL: tuple[tuple[str, Any], ...] = (("dependsOn", []), ("headers", {}))
_FIRST_ERROR = 400


@obeys("batch.shape", "batch.dependency")
def run(world: World, body: Any, outer: Incoming, destination: Destination) -> Reply:
    """
    Serve a batch.

    Raises:
        Refusal: The batch as a whole cannot be read.
    """
    items = _checked(body)
    statuses: dict[str, int] = {}
    responses = []
    for item in _in_order(items):
        if any(statuses[name.lower()] >= _FIRST_ERROR for name in item.get("dependsOn") or ()):
            reply = finished(world, refuse("batch.dependency"), {})
        else:
            world.store.counts["batched"] += 1
            between = interference.met_in_batch(world.behaviour.active, world.store.counts["batched"])
            reply = finished(world, between, {}) if between else _one(world, item, outer, destination)
        statuses[item["id"].lower()] = reply.status
        responses.append(_written(item["id"], reply))
    reply = Reply(200, {"responses": forms.arranged(world.behaviour.active, responses)})
    cancels = any(item["url"].partition("?")[0].rstrip("/").endswith("cancel") for item in items)
    return world.behaviour.batched(reply) if cancels else reply


def _checked(body: Any) -> list[dict[str, Any]]:
    items = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(items, list) or not 0 < len(items) <= _MOST:
        raise refuse("batch.shape", why=f"there must be 1 to {_MOST} requests.")
    for item in items:
        whole = isinstance(item, dict) and all(isinstance(item.get(key), str) for key in ("id", "method", "url"))
        if not whole or not item["id"]:
            raise refuse("batch.shape", why="each request needs an id, a method and a url.")
        named, headers = (usual if item.get(key) is None else item[key] for key, usual in _OPTIONAL)
        if not isinstance(named, list) or len(named) > _MOST or not all(isinstance(name, str) for name in named):
            raise refuse("batch.shape", why="dependsOn is a list of ids.")
        if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
            raise refuse("batch.shape", why="headers are texts by name.")
    ids = [item["id"].lower() for item in items]
    if len(set(ids)) < len(ids):
        raise refuse("batch.shape", why="request ids must be unique.")
    if any(name.lower() not in ids for item in items for name in item.get("dependsOn") or ()):
        raise refuse("batch.shape", why="dependsOn names an unknown id.")
    return items


@obeys("batch.order")
def _in_order(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    waiting, done, ordered = list(items), set[str](), []
    while waiting:
        ready = [i for i in waiting if done.issuperset(name.lower() for name in i.get("dependsOn") or ())]
        if not ready:
            raise refuse("batch.shape", why="dependsOn goes round in a circle.")
        ordered.append(ready[0])
        done.add(ready[0]["id"].lower())
        waiting.remove(ready[0])
    return ordered


@obeys("batch.token")
def _one(world: World, item: Mapping[str, Any], outer: Incoming, destination: Destination) -> Reply:
    own = {name.lower(): value for name, value in (item.get("headers") or {}).items()}
    # The outer token counts for all: an item has no say in who calls.
    headers = {**own, "authorization": outer.headers.get("authorization", "")}
    try:
        parts = urlsplit(item["url"])
    except ValueError:
        return finished(world, refuse("route.unknown", segment=item["url"][:60]), headers)
    rest = "/" + parts.path.strip("/")
    inner = Incoming(
        method=item["method"].upper(), path=destination.root + rest, query=dict(parse_qsl(parts.query)),
        headers=headers, body=_bytes(item), base=outer.base, in_batch=True,
    )  # fmt: skip
    where = Destination(destination.edition, destination.version, destination.root, rest)
    try:
        checked_length(item["url"])
        if parts.scheme or parts.netloc or rest == "/$batch":
            raise refuse("route.unknown", segment=item["url"][:60])
        if "body" in item and "content-type" not in headers and item["body"] is not None:
            raise refuse("body.no-media-type")
        return finished(world, answer(world, inner, where), headers)
    except Refusal as refusal:
        return finished(world, refusal, headers)


def _bytes(item: Mapping[str, Any]) -> bytes:
    if item.get("body") is None:
        return b"null" if "body" in item and "headers" in item else b""
    return json.dumps(item["body"]).encode()


@obeys("batch.null-body")
def _written(identifier: str, reply: Reply) -> dict[str, Any]:
    headers = dict(reply.headers)
    body = reply.body
    if reply.raw is not None:
        headers["Content-Type"] = "text/plain"
        body = reply.raw.decode(errors="replace")
    elif body is not None:
        headers["Content-Type"] = "application/json"
    return {"id": identifier, "status": reply.status, "headers": headers, "body": body}
