"""What clients send, byte for byte, over a socket: codings, ids as written, no body, expectations, kept connections."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import zlib
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import pytest

COMMENT = b'{"Comment": "Over the wire"}'
MOMENT = {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"}
JSON = {"Content-Type": "application/json"}
BOMB = gzip.compress(b" " * 200_000_000)


@dataclass
class Wire:
    """One connection, kept, that writes and reads HTTP by hand."""

    connection: socket.socket
    token: str

    def __post_init__(self):
        self.reader = self.connection.makefile("rb")

    def write(self, method, target, headers=(), body=b"", *, length=True):
        lines = [f"{method} {target} HTTP/1.1", "Host: graph", f"Authorization: Bearer {self.token}"]
        lines += [f"{name}: {value}" for name, value in dict(headers).items()]
        lines += [f"Content-Length: {len(body)}"] if length else []
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def read(self):
        status = int(self.reader.readline().split()[1])
        headers = {}
        while (line := self.reader.readline()) != b"\r\n":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self.reader.read(int(headers.get("content-length", 0))) if status >= 200 else b""

    def send(self, *arguments, **options):
        self.write(*arguments, **options)
        return self.read()

    def event(self):
        body = json.dumps({"subject": "Talk", "start": MOMENT, "end": MOMENT}).encode()
        status, _, content = self.send("POST", "/v1.0/me/events", JSON, body)
        assert status == 201, content
        return json.loads(content)["id"]


@pytest.fixture(scope="module", params=[(), ("--vary", "ids-with-slash")], ids=["usual", "ids-with-slash"])
def served(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("target")
    command = [sys.executable, "-m", "graphmock", "serve", "--write-target", str(folder), *request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        root = process.stdout.readline().split()[-1]
        env = dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
        yield urlsplit(root), env
        process.terminate()


@pytest.fixture
def wire(served):
    address, env = served
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        yield Wire(connection, env["GRAPH_ORGANIZER_TOKEN"])


def whole(text):
    """Everything encoded that may be."""
    return quote(text, safe="")


def as_is(text):
    """Raw, but for the one character that would end the segment."""
    return text.replace("/", "%2F")


@pytest.mark.parametrize("spelling", [whole, as_is], ids=["encoded", "raw"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1.0/me/events/{id}/cancel",
        "/v1.0/me/events/{id}/microsoft.graph.cancel",
        "/v1.0/users/{user}/events/{id}/cancel",
        "/v1.0/users('{user}')/events('{id}')/cancel",
        "/v1.0/users/{user}/calendar/events/{id}/cancel?api-version=x",
    ],
)
def test_ids_and_names_as_clients_write_them(wire, served, path, spelling):
    user = served[1]["GRAPH_ORGANIZER_USER"]
    target = path.format(id=spelling(wire.event()), user=spelling(user))
    assert wire.send("POST", target, JSON, COMMENT)[0] == 202
    assert wire.send("POST", target, JSON, COMMENT)[0] == 404


@pytest.mark.parametrize(
    ("headers", "body", "length"),
    [
        ({}, b"", True),
        ({}, b"", False),
        (JSON, b"", True),
        (JSON, b"", False),
        (JSON, b"null", True),
        (JSON, b"{}", True),
        (JSON, b'{"Comment": null}', True),
        ({"Content-Type": 'application/json; charset="utf-8"; odata.metadata=minimal'}, COMMENT, True),
        ({**JSON, "Content-Encoding": "gzip"}, gzip.compress(COMMENT, mtime=0), True),
        ({**JSON, "Content-Encoding": "GZIP"}, gzip.compress(COMMENT, mtime=0), True),
        ({**JSON, "Content-Encoding": "identity"}, COMMENT, True),
        ({**JSON, "Accept": "application/json, application/json"}, COMMENT, True),
        ({**JSON, "Accept": "application/json;odata.metadata=minimal, text/plain;q=0.8, */*;q=0.1"}, COMMENT, True),
        ({**JSON, "Accept-Encoding": "gzip, deflate, br"}, COMMENT, True),
    ],
)
def test_accepted_with_nothing_in_the_answer(wire, headers, body, length):
    target = f"/v1.0/me/events/{whole(wire.event())}/cancel"
    status, answered, content = wire.send("POST", target, headers, body, length=length)
    assert (status, content, answered["content-length"]) == (202, b"", "0")
    assert "content-type" not in answered
    assert "transfer-encoding" not in answered


@pytest.mark.parametrize(
    ("coding", "body", "status", "code"),
    [
        ("gzip", b"no gzip at all", 400, "UnableToDeserializePostBody"),
        ("gzip", gzip.compress(COMMENT, mtime=0)[:-6], 400, "UnableToDeserializePostBody"),
        ("gzip", BOMB, 413, "RequestEntityTooLarge"),
        # A client that sends these falls back on no coding when told 415, as the Go client does.
        ("deflate", zlib.compress(COMMENT), 415, "UnsupportedMediaType"),
        ("br", COMMENT, 415, "UnsupportedMediaType"),
    ],
)
def test_codings_refused_without_effect(wire, coding, body, status, code):
    event = whole(wire.event())
    headers = {**JSON, "Content-Encoding": coding}
    found, _, content = wire.send("POST", f"/v1.0/me/events/{event}/cancel", headers, body)
    assert (found, json.loads(content)["error"]["code"]) == (status, code)
    assert wire.send("GET", f"/v1.0/me/events/{event}")[0] == 200
    assert wire.send("POST", f"/v1.0/me/events/{event}/cancel", JSON, COMMENT)[0] == 202


def test_a_client_that_asks_first_is_told_to_go_on(wire):
    target = f"/v1.0/me/events/{whole(wire.event())}/cancel"
    wire.write("POST", target, {**JSON, "Expect": "100-continue", "Content-Length": len(COMMENT)}, length=False)
    assert wire.read()[0] == 100
    wire.connection.sendall(COMMENT)
    assert wire.read()[0] == 202


def test_a_body_in_chunks(wire):
    target = f"/v1.0/me/events/{whole(wire.event())}/cancel"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(COMMENT), COMMENT)
    wire.write("POST", target, {**JSON, "Transfer-Encoding": "chunked"}, chunks, length=False)
    assert wire.read()[0] == 202


def test_requests_sent_ahead_are_answered_in_order(wire):
    event = whole(wire.event())
    wire.write("GET", f"/v1.0/me/events/{event}")
    wire.write("POST", f"/v1.0/me/events/{event}/cancel", JSON, COMMENT)
    wire.write("GET", f"/v1.0/me/events/{event}")
    assert [wire.read()[0] for _ in range(3)] == [200, 202, 404]
