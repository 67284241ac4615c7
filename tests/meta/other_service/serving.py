"""The service on a socket, and its command line."""

from __future__ import annotations

import argparse
import json
from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .differences import DIFFERENCES
from .faults import FAULTS, LIBERTIES
from .service import Service
from .world import HangUp


class Handler(WSGIRequestHandler):
    """Werkzeug's handler, with connections that stay open between requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
        else:
            length = str(environ.get("CONTENT_LENGTH") or "0")
            if not length.isdecimal():
                self.send_error(400)
                return
            body = self.rfile.read(int(length))
        environ["wsgi.input"] = BytesIO(body)
        head: list[tuple[str, list[tuple[str, str]]]] = []
        app: Any = self.server.app
        try:
            out = b"".join(app(environ, lambda status, found: head.append((status, found))))
        except HangUp:
            self.close_connection = True
            return
        status, headers = head[0]
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        names = {name.lower() for name, _ in headers}
        modern = self.request_version != "HTTP/1.0"
        if "content-length" not in names and code != "204" and modern:
            self.send_header("Transfer-Encoding", "chunked")
            out = (b"%x\r\n%b\r\n" % (len(out), out) if out else b"") + b"0\r\n\r\n"
        if "close" in [value for name, value in headers if name.lower() == "connection"]:
            self.close_connection = True
        elif self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(out)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of each request."""


def serve(service: Service, port: int = 0) -> BaseWSGIServer:
    """A server ready for `serve_forever`; its `port` is the one it got."""
    return make_server("127.0.0.1", port, service, threaded=True, request_handler=Handler)


def write_target(service: Service, base_url: str, folder: Path) -> None:
    """Write what a caller has to know: `target.toml`, and `target.env` with tokens."""
    world = service.world
    variables = {name: f"OTHER_{name.upper()}_TOKEN" for name in service.tokens}
    mailboxes = [world.people[n].address for n in world.people]
    lines = ['name = "other"', f'base_url = "{base_url}"']
    lines.append(f"writable = {json.dumps(mailboxes)}")
    for actor in ("organizer", "attendee", "app", "reader"):
        owner = "organizer" if actor == "reader" else actor
        lines += ["", f"[actors.{actor}]", 'flow = "token"']
        if actor != "app":
            lines.append(f'user = "{world.people[owner].address}"')
        lines.append(f'token_env = "{variables[actor]}"')
        if actor == "organizer":
            lines.append(f'expired_token_env = "{variables["expired"]}"')
    resources = {
        "group": world.team.id,
        "booking_business": world.clinic,
        "booking_service": world.service,
    }
    lines += ["", "[resources]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in resources.items()]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "target.toml").write_text("\n".join(lines) + "\n")
    pairs = [f"{variables[n]}={token}\n" for n, token in service.tokens.items()]
    (folder / "target.env").write_text("".join(pairs))


def main(arguments: list[str] | None = None) -> int:
    known = "\n".join(f"  {name:15} {says}" for name, says in DIFFERENCES.items())
    parser = argparse.ArgumentParser(
        description="A service with the cancel actions that is unusual where it may be.",
        epilog=f"differences:\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--write-target", type=Path, metavar="DIR")
    parser.add_argument("--no", action="append", default=[], choices=DIFFERENCES)
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS)
    parser.add_argument("--liberty", action="append", default=[], choices=LIBERTIES)
    parser.add_argument("--lag", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--throttle", type=int, default=0, metavar="N", help="429 for every Nth request")
    chosen = parser.parse_args(arguments)
    service = Service(chosen.no, lag=chosen.lag, throttle=chosen.throttle)
    for name in chosen.fault:
        FAULTS[name](service)
    for name in chosen.liberty:
        LIBERTIES[name](service)
    server = serve(service, chosen.port)
    base_url = f"http://127.0.0.1:{server.port}"
    if chosen.write_target:
        write_target(service, base_url, chosen.write_target)
    print(f"listening on {base_url}", flush=True)
    server.serve_forever()
    return 0
