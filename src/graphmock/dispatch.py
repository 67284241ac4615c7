"""From a request to its answer: whose edition, which route, who calls, may they, and how a refusal is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graphmock import cancelling, forms
from graphmock.call import Call, Reply, Route, World
from graphmock.editions import EDITIONS, Edition
from graphmock.errors import Refusal, refuse
from graphmock.routes import Table, table, tidy
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphmock.tokens import Principal

VERSIONS = ("v1.0", "beta")
LONGEST_URL = 16 * 1024


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request before anybody knows what it is for; *path* is raw, as the client encoded it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    in_batch: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a path leads: an edition, a version, and the rest."""

    edition: Edition
    version: str
    root: str
    rest: str

    @property
    def routes(self) -> Table:
        """The routes that are served there."""
        return table(self.edition, self.version)


@obeys("route.tolerance")
def locate(path: str, default: str) -> Destination:
    """
    Split a path into edition, version and rest.

    Raises:
        Refusal: There is no such version.
    """
    first, _, after = path.lstrip("/").partition("/")
    name, prefix = (first, "/" + first) if first in EDITIONS else (default, "")
    version, _, rest = after.partition("/") if prefix else path.lstrip("/").partition("/")
    if version not in VERSIONS:
        raise refuse("route.version", version=version[:40])
    return Destination(EDITIONS[name], version, f"{prefix}/{version}", "/" + rest.rstrip("/"))


def checked_length(url: str | bytes) -> None:
    """Refuse a URL longer than anybody should write; what its options ask for takes time that grows with it."""
    if len(url) > LONGEST_URL:
        raise refuse("route.too-long")


def answer(world: World, incoming: Incoming, destination: Destination) -> Reply:
    """
    Serve a request.

    Raises:
        Refusal: Any answer other than success.
    """
    path = tidy(destination.rest)
    found = destination.routes.find(path)
    route, params = found or (Route("", {}), {})
    behaviour, counts = world.behaviour, world.store.counts
    if route.action and incoming.method == "POST":
        counts["cancel_calls"] += 1
    who, refused = _caller(world, route, incoming)
    call = Call(
        method=incoming.method, route=route, params=params, query=incoming.query, headers=incoming.headers,
        body=incoming.body, who=who, edition=destination.edition, version=destination.version, base=incoming.base,
        root=destination.root, path=incoming.path, in_batch=incoming.in_batch,
    )  # fmt: skip
    instead = behaviour.instead(call) if incoming.method == "POST" else None
    if instead is not None:
        return instead
    try:
        if refused is not None:
            raise refused
        handler = _handler(route, incoming.method, destination, path)
        behaviour.check(call)
        reply = handler(world, call)
    except Refusal as refusal:
        reply = _despite(world, call, refusal)
    return forms.dressed(world, call, reply)


def _caller(world: World, route: Route, incoming: Incoming) -> tuple[Principal, Refusal | None]:
    """Find who calls; of a cancel without a good token it is the organizer, beside the refusal."""
    try:
        return world.tokens.check(incoming.headers), None
    except Refusal as refusal:
        if not route.action:
            raise
        # Only a fault makes anything of it.
        return world.tokens.holder("organizer"), refusal


def _despite(world: World, call: Call, refusal: Refusal) -> Reply:
    """
    Answer a call that was refused.

    Raises:
        Refusal: As it should be, or in another way.
    """
    behaviour = world.behaviour
    acts = behaviour.acts(call, refusal)
    if acts is not None:
        store = world.store
        store.later(store.clock() + acts.after, lambda: cancelling.cancel_anyway(world, call, acts.edit))
    admits = behaviour.admits(call, refusal)
    if admits is None:
        raise behaviour.reworded(call, refusal) from None
    if not admits.idle:
        cancelling.cancel_anyway(world, call)
    return behaviour.success(call)


@obeys("route.head")
def _handler(route: Route, method: str, destination: Destination, path: str) -> Any:
    if not route.template:
        raise refuse("route.unknown", segment=destination.routes.stranger(path)[:60])
    # A HEAD is a GET whose bytes the server keeps to itself.
    handler = route.handlers.get("GET" if method == "HEAD" else method)
    if handler is None:
        raise refuse("route.method", headers={"Allow": ", ".join(sorted(route.handlers))})
    return handler


@obeys("headers.always")
def finished(world: World, reply: Reply | Refusal, headers: Mapping[str, str]) -> Reply:
    """Give an answer its envelope, if it is a refusal, and the headers every answer has."""
    request_id = world.mint_request_id()
    client_request_id = headers.get("client-request-id") or request_id
    behaviour = world.behaviour
    if isinstance(reply, Refusal):
        body = forms.enveloped(behaviour.active, reply, request_id, client_request_id)
        reply = behaviour.written(reply, Reply(reply.status, body, reply.headers))
    extra = {"X-Served-With": "care", "Strict-Transport-Security": "max-age=31536000", "X-Frame-Options": "DENY"}
    always = {
        "request-id": request_id,
        "client-request-id": client_request_id,
        "x-ms-ags-diagnostic": _DIAGNOSTIC,
        "odata-version": "4.0",
        "Cache-Control": "private",
    }
    more = extra if behaviour.has("extra-headers") else {}
    own = forms.challenged(behaviour.active, reply.headers)
    return replace(reply, headers={**own, **always, **more})


_DIAGNOSTIC = (
    '{"ServerInfo":{"DataCenter":"Nowhere","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"STANDIN"}}'
)
