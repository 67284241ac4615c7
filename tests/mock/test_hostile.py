"""What a hostile or clumsy client sends over a connection is refused, or answered as it should be; nobody else notices."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "graphmock", "serve"]
JSON = b"Content-Type: application/json\r\n"
HELLO = b"GET /v1.0/me HTTP/1.1\r\nHost: mock\r\n"
MB = 1024 * 1024


class Served:
    """A stand-in in a process of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [*COMMAND, "--write-target", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline().rpartition(":")[2])
        lines = (folder / "target.env").read_text().splitlines()
        self.token = dict(line.split("=", 1) for line in lines)["GRAPH_ORGANIZER_TOKEN"]
        self.bearer = f"Authorization: Bearer {self.token}\r\n".encode()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def tell(self, sent, *, closing=False):
        """Send bytes and read to the end; *closing* shuts the client's side first."""
        with self.connect() as connection:
            connection.sendall(sent)
            if closing:
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def post(self, *headers, body=b""):
        head = b"POST /v1.0/me/events HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n" + self.bearer + JSON
        return self.tell(head + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body)

    def resident(self):
        """Megabytes of memory in use."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("target"))
    yield served
    served.process.terminate()
    assert (*served.process.communicate(timeout=10), served.process.returncode) == ("", "", 0)


def status(answer):
    assert answer.startswith(b"HTTP/1.1 "), answer[:200]
    return int(answer[9:12])


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\xff\xfe\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x07" * 500,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /v1.0/me HTTP/3.7\r\n\r\n",
        b"get /v1.0/me HTTP/1.1\r\n\r\n",
        b"NONSENSE /v1.0/me HTTP/1.1\r\n\r\n",
        b"CONNECT graph.example:443 HTTP/1.1\r\n\r\n",
        b"GET me HTTP/1.1\r\n\r\n",
        b"GET http://[::1/v1.0/me HTTP/1.1\r\n\r\n",
        b"GET /v1.0/\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET /v1.0/me?" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        HELLO + b"A B: c\r\n\r\n",
        HELLO + b"client-request-id: a\x00b\r\n\r\n",
        HELLO + b"X: folded\r\n line\r\n\r\n",
        *(
            b"POST /v1.0/me/events HTTP/1.1\r\n" + headers + b"\r\n\r\n{}"
            for headers in (
                b"Content-Length: two",
                b"Content-Length: -2",
                b"Content-Length: 2\r\nContent-Length: 3",
                b"Content-Length: 99999999999999999999999999",
                b"Content-Length: 2\r\nTransfer-Encoding: chunked",
                b"Transfer-Encoding: gzip",
            )
        ),
        b"POST /v1.0/me/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"POST /v1.0/me/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(served, sent):
    assert status(served.tell(sent)) == 400


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"OPTIONS /v1.0/me", 405),
        (b"TRACE /v1.0/me", 405),
        (b"CONNECT /v1.0/me", 405),
        (b"PROPFIND /v1.0/me", 405),
        (b"HEAD /v1.0/me", 200),
        (b"OPTIONS *", 400),
        (b"GET http://elsewhere.example/v1.0/me", 200),
        (b"GET /v1.0/me#part", 200),
        (b"GET //v1.0//me", 400),
        (b"GET /v1.0/../v1.0/me", 400),
        (b"GET /v1.0/%2e%2e/me", 400),
        (b"GET /v1.0/me/events/%00", 400),
        (b"GET /v1.0/me/events/%ff%fe", 400),
        (b"GET /v1.0/me/events/%c0%af", 400),
        (b"GET /v1.0/me/events/a%2", 400),
        (b"GET /v1.0/users/%ed%a0%80", 404),
        (b"GET /v1.0/me/events?$filter=%ff", 400),
        (b"GET /v1.0/me/events?$top=%", 400),
        (b"GET /v1.0/me?x=" + b"y" * 20_000, 414),
        (b"POST /_mock/throttle?next=many", 400),
        (b"POST /_mock/throttle?next=-1", 400),
        (b"GET /_mock/nothing", 404),
    ],
)
def test_unusual_lines_are_answered(served, line, expected):
    assert status(served.tell(line + b" HTTP/1.1\r\nConnection: close\r\n" + served.bearer + b"\r\n")) == expected


def test_large_headers_are_refused_and_endless_ones_cut_off(served):
    head = HELLO + b"Connection: close\r\n" + served.bearer
    assert status(served.tell(head + b"X: " + b"y" * 60_000 + b"\r\n\r\n")) == 200
    assert status(served.tell(head + b"X: " + b"y" * 70_000 + b"\r\n\r\n")) == 431
    assert status(served.tell(head + b"".join(b"X%d: yyyy\r\n" % n for n in range(10_000)) + b"\r\n")) == 431
    assert b" 431 " in ended(served, head + b"X: ", b"y" * MB)
    opened = b"POST /v1.0/me/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    assert b" 431 " in ended(served, opened, b"X: y\r\n" * 200_000)


def ended(served, opening, more):
    """Send *more* again and again until the server has had enough; it may reset what it does not read."""
    with served.connect() as connection:
        connection.sendall(opening)
        for _ in range(40):
            try:
                connection.sendall(more)
            except OSError:
                return b" 431 or a reset"
        return connection.recv(65536)


def test_pipelined_requests_are_answered_in_order(served):
    paths = ["me", "me/nothing", "me/events", "users/nobody"] * 10
    sent = b"".join(f"GET /v1.0/{path} HTTP/1.1\r\n".encode() + served.bearer + b"\r\n" for path in paths)
    answers = served.tell(sent, closing=True).split(b"HTTP/1.1 ")[1:]
    assert [int(answer[:3]) for answer in answers] == [200, 400, 200, 404] * 10


@pytest.mark.parametrize("cut", [20, 120, -1])
def test_half_a_request_is_refused_and_not_acted_on(served, cut):
    whole = b"POST /v1.0/me/calendars HTTP/1.1\r\n" + served.bearer + JSON + b'Content-Length: 14\r\n\r\n{"name": "no"}'
    assert status(served.tell(whole[:cut], closing=True)) == 400
    assert b'"no"' not in served.tell(HELLO.replace(b"/me", b"/me/calendars") + served.bearer + b"\r\n", closing=True)


def test_old_http_is_answered_and_closed(served):
    assert served.tell(b"GET /v1.0/me HTTP/1.0\r\n" + served.bearer + b"\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("upgrade", ["websocket", "h2c", "nonsense"])
def test_an_upgrade_that_is_not_offered_is_ignored(served, upgrade):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    for extra in ({"Connection": "Upgrade", "Upgrade": upgrade}, {}):
        connection.request("GET", "/v1.0/me", headers={"Authorization": f"Bearer {served.token}", **extra})
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["displayName"]) == (200, "Olivia Organizer")
    connection.close()


def test_noise_instead_of_tls_goes_unremarked():
    process = subprocess.Popen([*COMMAND, "--tls"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    port = int(process.stdout.readline().rpartition(":")[2])
    for noise in (b"GET /v1.0/me HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"y" * 700, b"\x16", b""):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
    process.terminate()
    assert (*process.communicate(timeout=10), process.returncode) == ("", "", 0)


def test_stalled_clients_hold_nobody_up(served):
    line = b"POST /v1.0/me/events HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"
    stalled = [served.connect() for _ in range(200)]
    for number, connection in enumerate(stalled):
        connection.sendall(line[: number % len(line) + 1])
    started = time.monotonic()
    assert status(served.tell(HELLO + b"Connection: close\r\n" + served.bearer + b"\r\n")) == 200
    assert time.monotonic() - started < 5
    for connection in stalled:
        connection.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory in use is read from /proc")
def test_large_bodies_are_refused_and_not_kept(served):
    part = b"%x\r\n" % MB + b"y" * MB + b"\r\n"
    before = served.resident()
    for _ in range(3):
        assert status(served.post(b"Content-Length: %d" % (10 * MB), body=b"y" * 10 * MB)) == 413
        assert status(served.post(b"Transfer-Encoding: chunked", body=part * 10 + b"0\r\n\r\n")) == 413
        bomb = gzip.compress(b" " * 50 * MB)
        assert status(served.post(b"Content-Encoding: gzip", b"Content-Length: %d" % len(bomb), body=bomb)) == 413
    assert served.resident() - before < 40
