"""
The authority as an ASGI application: signs users and applications of the tenant in, as Microsoft's does.

It is served over TLS only, since no client believes another authority. Under which name a client reached it is what the
client's answers are full of, so that one led here from another name finds its way back.
"""

from __future__ import annotations

import re
import traceback
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response

from graphmock import clock
from graphmock.app import read_body
from graphmock.endpoints import ANY_TENANT, ROUTES, Asked, Methods, json_answer
from graphmock.errors import Refusal, refuse
from graphmock.grants import Grants
from graphmock.issuing import Issuer
from graphmock.registration import register
from graphmock.rules import BY_ID, obeys
from graphmock.scopes import CLOUDS

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from graphmock.call import World

_NUMBER = re.compile(r"AADSTS(\d+):")
_PORTAL = (
    "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Accept our terms to go on</h1></body></html>"
)


@dataclass(slots=True)
class Authority:
    """The stand-in's authority."""

    grants: Grants

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            body = await read_body(receive)
        except ClientDisconnect:
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        base = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
        try:
            response = self._answer(Asked(scope["method"], base, "", "", query, headers, body), path)
        except Exception:
            # A mistake of ours. The server is told to be quiet, so it is shown here.
            traceback.print_exc()
            raise
        await response(scope, receive, send)

    @obeys("tenant.authority-down")
    def _answer(self, asked: Asked, path: str) -> Response:
        world = self.grants.issuer.world
        if path.startswith("/_mock/"):
            return self._own(asked, path)
        if world.behaviour.has("authority-down"):
            return HTMLResponse("<h1>Service Unavailable</h1>", 503)
        if world.behaviour.has("authority-html"):
            return HTMLResponse(_PORTAL)
        for pattern, methods in ROUTES:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            words = {name: unquote(value) for name, value in found.groupdict().items()}
            there = Asked(
                asked.method, asked.base, words.get("tenant", ""), words.get("end", ""), asked.query, asked.headers,
                asked.body,
            )  # fmt: skip
            try:
                return self._routed(there, methods)
            except Refusal as refusal:
                return _written(refusal, there)
        return Response(b"", 404)

    def _routed(self, asked: Asked, methods: Methods) -> Response:
        method = "GET" if asked.method == "HEAD" else asked.method
        if method not in methods:
            allowed = ", ".join(methods)
            raise refuse("sign-in.method", headers={"Allow": allowed}, allowed=allowed, method=asked.method)
        tenant = asked.tenant.lower()
        directory = self.grants.directory
        if tenant and tenant not in {directory.tenant, directory.domain, *ANY_TENANT}:
            raise refuse("sign-in.tenant", tenant=asked.tenant)
        return methods[method](self.grants, asked)

    def _own(self, asked: Asked, path: str) -> Response:
        """Serve a test: end a user's sessions."""
        state = {"/_mock/revoke": "revoked", "/_mock/expire": "expired"}.get(path)
        if state is None:
            return Response(b"", 404)
        if asked.method != "POST":
            return Response(b"", 405, {"Allow": "POST"})
        account = self.grants.directory.account(asked.query.get("user", ""))
        if account is None:
            return Response("user names an account, such as ?user=organizer@contoso.example\n", 400)
        self.grants.sessions.end(account, state)
        return Response(b"", 204)


@obeys("sign-in.envelope")
def _written(refusal: Refusal, asked: Asked) -> Response:
    trace = str(uuid.uuid4())
    correlation = asked.headers.get("client-request-id") or str(uuid.uuid4())
    stamp = clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
    numbers = [int(number) for number in _NUMBER.findall(refusal.message)[:1]]
    content: dict[str, Any] = {
        "error": refusal.code,
        "error_description": f"{refusal.message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
        "error_codes": numbers, "timestamp": stamp, "trace_id": trace, "correlation_id": correlation,
    }  # fmt: skip
    content |= {"error_uri": f"{asked.base}/error?code={numbers[0]}"} if numbers else {}
    answer = BY_ID[refusal.rule].refusal
    content |= {"suberror": answer.suberror} if answer is not None and answer.suberror else {}
    return json_answer(content, refusal.status, refusal.headers)


def open_authority(world: World, base: str, *, seed: int | None = None) -> Grants:
    """
    Register who may sign in, and get ready to give them tokens.

    Args:
        world: The tenant.
        base: Graph's own root; every name of this machine is as good.
        seed: Makes identifiers and secrets repeatable.
    """
    directory = register(world, seed=seed)
    own = urlsplit(base)
    names = {f"{own.scheme}://{name}:{own.port}" for name in ("localhost", "127.0.0.1", "[::1]")}
    return Grants(directory, Issuer(world, directory), frozenset({base.lower(), *names, *CLOUDS}))
