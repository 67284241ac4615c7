"""A server that never comes to an end holds nobody longer than an answer may take."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import zlib
from contextlib import suppress
from functools import partial

import pytest
import requests
import trustme
from raw_server import RawServer

from graphcancel.auth import SignIn
from graphcancel.connecting import Connection
from graphcancel.exchange import Request
from graphcancel.fence import Fence
from graphcancel.target import Target
from graphcancel.targetfile import Patience

READ_S = 0.6
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
DEFLATED = HEAD + b"Content-Encoding: deflate\r\nConnection: close\r\n\r\n" + zlib.compress(b"")[:2]
BOMB = gzip.compress(bytes(64 * 1024 * 1024))

# What is sent first, and what is sent again and again after it; the pause between is shorter than a read's timeout.
ENDLESS = {
    "a body, byte by byte": (HEAD + b"Content-Length: 60000\r\n\r\n", b"x", 0.05),
    "a chunk, byte by byte": (CHUNKED + b"EA60\r\n", b"x", 0.05),
    "a body without a length, byte by byte": (HEAD + b"Connection: close\r\n\r\n", b"x", 0.05),
    "a header, byte by byte": (HEAD + b"X-Long: ", b"x", 0.05),
    "a status line, byte by byte": (b"HTTP/1.1 200 ", b"x", 0.05),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99, 0.0),
    "trailers": (CHUNKED + b"0\r\n", b"X-More: yes\r\n" * 99, 0.0),
    "what unpacks to nothing": (DEFLATED, b"\x00\x00\x00\xff\xff" * 99, 0.0),
}


def say(first: bytes, again: bytes, pause: float, context: ssl.SSLContext | None, client: socket.socket) -> None:
    """Answer a connection with *first*, then with *again* until it is closed; over TLS where there is a *context*."""
    with suppress(OSError):
        if context:
            client = context.wrap_socket(client, server_side=True)
        with client:
            client.recv(65536)
            client.sendall(first)
            while again:
                client.sendall(again)
                time.sleep(pause)


@pytest.fixture
def serve():
    """Open a server that answers each connection by a function of it."""
    opened = []

    def build(answer) -> RawServer:
        opened.append(RawServer(answer))
        return opened[-1]

    yield build
    for server in opened:
        server.close()


@pytest.fixture
def endless(serve):
    """Open a server that says what is given, without an end."""
    return lambda *told, context=None: serve(partial(say, *told, context))


@pytest.fixture
def asked(describe):
    """What a target at *base* answers to a read."""
    opened = []

    def ask(base: str, **changes):
        described = describe(base_url=base, patience=Patience(read_s=READ_S), **changes)
        target = Target(described, Fence([base], described.writable), SignIn(described))
        opened.append(target)
        return target.send(Request("GET", f"{base}/v1.0", "/me/events", None))

    yield ask
    for target in opened:
        target.close()


@pytest.mark.parametrize("what", ENDLESS)
def test_what_does_not_end_is_no_answer_in_time(what, endless, asked):
    server = endless(*ENDLESS[what])
    began = time.monotonic()

    found = asked(f"http://127.0.0.1:{server.port}")

    assert found.response is None
    assert "no answer within" in found.failure
    assert time.monotonic() - began < 5 * READ_S


@pytest.mark.parametrize("what", ["a header, byte by byte", "a body, byte by byte"])
def test_over_tls_it_is_the_same(what, endless, asked, tmp_path):
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    server = endless(*ENDLESS[what], context=context)
    began = time.monotonic()

    found = asked(f"https://127.0.0.1:{server.port}", ca_bundle=tmp_path / "ca.pem")

    assert "no answer within" in found.failure
    assert time.monotonic() - began < 5 * READ_S


def test_what_was_cut_off_is_not_taken_for_a_whole_answer(endless, asked):
    """A body without a length ends with its connection, so one that is cut looks like a whole one."""
    server = endless(HEAD + b"Connection: close\r\n\r\n{}", b"\n", 0.05)

    assert asked(f"http://127.0.0.1:{server.port}").response is None


def test_a_small_body_that_unpacks_to_much_is_no_answer(endless, asked):
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)
    server = endless(head + BOMB, b"", 0.0)

    found = asked(f"http://127.0.0.1:{server.port}")

    assert found.response is None


def test_a_repeat_by_the_library_has_no_time_of_its_own(endless):
    """Sign-in has requests sent again by themselves; all of that together ends in time."""
    server = endless(*ENDLESS["a header, byte by byte"])
    began = time.monotonic()

    with (
        Connection(None, requests.adapters.Retry(3)) as connection,
        pytest.raises(requests.Timeout),
        connection.within(READ_S),
    ):
        connection.get(f"http://127.0.0.1:{server.port}/", timeout=30)

    assert time.monotonic() - began < 5 * READ_S


def test_a_connection_is_kept_for_the_next_request(serve, describe):
    """Whoever is in time is not cut."""
    taken = []

    def answer(client: socket.socket) -> None:
        taken.append(client)
        with suppress(OSError), client:
            while client.recv(65536):
                client.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")

    base = f"http://127.0.0.1:{serve(answer).port}"
    described = describe(base_url=base, patience=Patience(read_s=5))
    target = Target(described, Fence([base], described.writable), SignIn(described))

    statuses = [target.send(Request("GET", f"{base}/v1.0", "/me/events", None)).status for _ in range(3)]
    target.close()

    assert statuses == [200, 200, 200]
    assert len(taken) == 1
