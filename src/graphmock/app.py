"""The ASGI application: reads a request, has it answered, writes the answer."""

from __future__ import annotations

import asyncio
import json
import traceback
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from graphmock import batch, forms, interference
from graphmock.call import Call, Reply, Route, World
from graphmock.connection import Ending, HangUp
from graphmock.crowd import visited
from graphmock.dispatch import Incoming, answer, checked_length, finished, locate
from graphmock.errors import Refusal, refuse
from graphmock.payload import LARGEST, json_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from graphmock.interference import Interference

_NO_CONTENT = 204
_COUNTED = ("requests", "cancel_calls", "cancellations", "doubled_cancels", "token_requests")
LARGEST_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class App:
    """
    The stand-in as an ASGI application.

    Attributes:
        edition: What is served at the root, besides the prefixes.
        latency: Seconds to wait before each answer.
    """

    world: World
    edition: str
    latency: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP is none of ours."""
        if scope["type"] != "http":
            return
        try:
            body = await read_body(receive)
        except ClientDisconnect:
            return
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path = raw.partition(b"?")[0].decode("latin-1")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        mailboxes = visited(self.world, path, body, headers)
        self.world.crowd.come(mailboxes)
        try:
            wait = self.latency + interference.lag(self.world.behaviour.active, self.world.store.counts["requests"])
            if wait:
                await asyncio.sleep(wait)
            response = self._checked_response(scope, raw, path, headers, body)
            await response(scope, receive, send)
        finally:
            self.world.crowd.go(mailboxes)

    def _checked_response(
        self, scope: Scope, raw: bytes, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> ASGIApp:
        try:
            return self._respond(scope, raw, path, headers, body)
        except Exception:
            # A mistake of ours. The server is told to be quiet, so it is shown here.
            traceback.print_exc()
            raise

    def _respond(self, scope: Scope, raw: bytes, path: str, headers: Mapping[str, str], body: bytes | None) -> ASGIApp:
        world = self.world
        world.store.settle()
        if path.startswith("/_mock/"):
            return self._own(scope["method"], path, _query(scope["query_string"]))
        world.store.counts["requests"] += 1
        world.behaviour.bustle(world.store)
        between = interference.met(world.behaviour.active, world.store.counts["requests"], world.weather)
        if between is not None and not between.done:
            return self._interrupt(between, headers)
        reply: Reply | Refusal
        try:
            if body is None:
                raise refuse("body.too-large")
            if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEAD:
                raise refuse("head.too-large")
            checked_length(raw + scope["query_string"])
            incoming = Incoming(
                method=scope["method"], path=path, query=_query(scope["query_string"]),
                headers=headers, body=body, base=f"{scope['scheme']}://{headers.get('host', 'localhost')}",
            )  # fmt: skip
            reply = self._answer(incoming)
        except Refusal as refusal:
            reply = refusal
        if between is not None:
            return self._interrupt(between, headers)
        return self._write(finished(world, reply, headers), headers)

    def _interrupt(self, between: Interference, headers: Mapping[str, str]) -> ASGIApp:
        if isinstance(between.answer, Ending):
            return HangUp(between.answer)
        return self._write(finished(self.world, between.answer, headers), headers)

    def _answer(self, incoming: Incoming) -> Reply:
        destination = locate(incoming.path, self.edition)
        if destination.rest not in {"/$batch", "/%24batch"}:
            return answer(self.world, incoming, destination)
        if not self.world.behaviour.serves_batch:
            raise self.world.behaviour.gone()
        who = self.world.tokens.check(incoming.headers)
        if incoming.method != "POST":
            raise refuse("route.method", headers={"Allow": "POST"})
        call = Call(
            method="POST", route=Route("/$batch", {}), params={}, query={}, headers=incoming.headers,
            body=incoming.body, who=who, edition=destination.edition, version=destination.version,
            base=incoming.base, root=destination.root, path=incoming.path,
        )  # fmt: skip
        return batch.run(self.world, json_object(call), incoming, destination)

    def _write(self, reply: Reply, asked: Mapping[str, str]) -> ASGIApp:
        behaviour = self.world.behaviour
        content = b""
        media_type = None
        if reply.raw is not None:
            content, media_type = reply.raw, reply.headers.get("Content-Type", "text/plain")
        elif reply.body is not None and reply.status != _NO_CONTENT:
            content, media_type = forms.written(behaviour.active, reply)
        packed = forms.packed(behaviour.active, content, asked.get("accept-encoding", ""))
        if packed is not None and "Content-Encoding" not in reply.headers:
            content, reply = packed, replace(reply, headers={**reply.headers, "Content-Encoding": "deflate"})
        response = Response(content, reply.status, dict(reply.headers))
        response.raw_headers += forms.repeated(behaviour.active)
        if media_type is not None:
            response.headers["Content-Type"] = media_type
        unmeasured = reply.chunked or (not content and behaviour.has("chunked-empty-body"))
        if unmeasured and "content-length" in response.headers:
            # Without a length the server falls back on chunks.
            del response.headers["content-length"]
        if behaviour.has("connection-close"):
            response.headers["Connection"] = "close"
        return GZipMiddleware(response, minimum_size=1) if behaviour.has("gzip-answers") else response

    def _own(self, method: str, path: str, query: Mapping[str, str]) -> Response:
        store = self.world.store
        if path == "/_mock/throttle" and method == "POST":
            return self._throttle(query)
        if path == "/_mock/state":
            found: object = {"digest": store.digest(), "summary": store.summary()}
        elif path == "/_mock/counts":
            found = {
                **{name: store.counts[name] for name in _COUNTED},
                "most_at_once": dict(sorted(self.world.crowd.most.items())),
                "mails": dict(sorted(store.mails.items())),
            }
        else:
            return Response(b"", 404)
        return Response(json.dumps(found).encode(), 200, media_type="application/json")

    def _throttle(self, query: Mapping[str, str]) -> Response:
        try:
            self.world.throttle.order(int(query.get("next", "1")), int(query.get("wait", "1")))
        except ValueError:
            return Response("next and wait are whole numbers, such as ?next=1&wait=2\n", 400, media_type="text/plain")
        return Response(b"", 204)


async def read_body(receive: Receive) -> bytes | None:
    """
    Read the body, or None if it is larger than anybody should send; the rest is read all the same and thrown away, as
    many clients read no answer before they have sent everything.

    Raises:
        ClientDisconnect: The client left halfway; what it began to ask for must not be done.
    """
    body, more = bytearray(), True
    size = 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size <= LARGEST:
            body += part
        else:
            body.clear()
    return bytes(body) if size <= LARGEST else None


def _query(written: bytes) -> dict[str, str]:
    """Read the query options; the last of a name counts."""
    return dict(parse_qsl(written.decode("latin-1"), keep_blank_values=True)) if written else {}
