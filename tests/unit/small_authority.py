"""A token authority as small as can be, over TLS on loopback: what it answers is written in the test."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import trustme

TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT = "99999999-8888-4777-8666-555555555555"
ADA = "ada@contoso.example"


def jwt_of(**claims: Any) -> str:
    """A token with *claims* and no signature worth the name."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


@dataclass
class SmallAuthority:
    """
    The authority.

    Attributes:
        answer: A form posted to the token endpoint to status and JSON (or bytes); None for the usual answer.
        prefix: Path below which it lies.
        asked: Path and form of each request, in order.
    """

    certificate: trustme.LeafCert
    answer: Callable[[dict[str, str]], tuple[int, Any] | None] = lambda form: None
    everything: Callable[[str], tuple[int, Any] | None] = lambda path: None
    prefix: str = ""
    user: str = ADA
    lifetime: float = 3600
    scope: str | None = "Calendars.ReadWrite User.Read"
    refresh: bool = True
    interval: int = 1
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    issued: int = 0

    def __post_init__(self) -> None:
        """Start."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._reply({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                self._reply(dict(parse_qsl(body)))

            def _reply(self, form: dict[str, str]) -> None:
                status, found = outer.serve(self.path, form, self.headers)
                data = found if isinstance(found, bytes) else json.dumps(found).encode()
                self.send_response(status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Be quiet."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """A client that does not trust us is none of our business."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        import ssl  # noqa: PLC0415

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certificate.configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self.url = f"https://127.0.0.1:{self.port}{self.prefix}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def grants(self) -> list[str]:
        """What was asked for at the token endpoint, in order."""
        return [form["grant_type"].rsplit(":", 1)[-1] for _, form in self.asked if "grant_type" in form]

    def serve(self, path: str, form: dict[str, str], headers: Any) -> tuple[int, Any]:
        """Answer one request."""
        self.asked.append((path, form))
        found = self.everything(path)
        if found is not None:
            return found
        host = f"https://{headers['Host']}{self.prefix}/{TENANT}"
        place = urlsplit(path).path
        if place == f"{self.prefix}/{TENANT}/v2.0/.well-known/openid-configuration":
            return 200, {
                "issuer": f"{host}/v2.0",
                "authorization_endpoint": f"{host}/oauth2/v2.0/authorize",
                "token_endpoint": f"{host}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{host}/oauth2/v2.0/devicecode",
            }
        if place.startswith("/common/userrealm/"):
            return 200, {"account_type": "Managed"}
        if place.endswith("/devicecode"):
            return 200, {
                "device_code": "d",
                "user_code": "ABCD",
                "verification_uri": "https://login.example/device",
                "interval": self.interval,
                "expires_in": 900,
            }
        if place.endswith("/token"):
            return self.answer(form) or (200, self.tokens(form))
        return 404, {}

    def tokens(self, form: dict[str, str]) -> dict[str, Any]:
        """The usual answer of the token endpoint."""
        self.issued += 1
        found: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "access_token": f"t-{self.issued}",
        }
        if form["grant_type"] == "client_credentials":
            return found
        if self.scope:
            found["scope"] = self.scope
        if self.refresh:
            found["refresh_token"] = f"r-{self.issued}"
        identity = {"oid": self.user, "tid": TENANT, "preferred_username": self.user, "sub": "s", "aud": CLIENT}
        info = json.dumps({"uid": self.user, "utid": TENANT}).encode()
        return found | {
            "id_token": jwt_of(**identity),
            "client_info": base64.urlsafe_b64encode(info).decode().rstrip("="),
        }


def refusal(code: int, error: str = "invalid_grant", **more: Any) -> dict[str, Any]:
    """A refusal as Microsoft's authority words it, with what must not be shown."""
    text = f"AADSTS{code}: s3cret about {ADA} in {TENANT}. Trace ID: 0000 Correlation ID: 0001"
    return {"error": error, "error_description": text, "error_codes": [code], "trace_id": "0000"} | more
