"""
How many cancel calls a second the mock answers, and, where Prism is at hand, how many Prism does.

One client sends the same bytes to both over kept-alive connections, in turns: one connection, then eight. Before each
round the mock is given as many meetings with two attendees as will be cancelled; afterwards its counters must say that
each was cancelled and everybody mailed. Prism plays the contract of the same page and keeps no state, so it has nothing
to prepare. It runs twice: as it starts by itself, and with its log turned off, which makes it faster.

Prism is never fetched: `npm install --prefix DIR @stoplight/prism-cli@5` puts it at `DIR/node_modules/.bin/prism`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benches.bench import Bench, BenchError, Round, Row, Scale
from benches.running import ROOT, environment, mock

CONTRACT = ROOT / "contracts" / "event-cancel.v1.0.yaml"
GUESTS = ("attendee@contoso.example", "second@contoso.example")
CONNECTIONS = (1, 8)
# What Prism is called in a row's name, and the options that make it so.
PRISMS = {"prism": (), "quiet": ("-v", "silent")}
GOAL = 3.0
START_S = 60
ANSWER_S = 30
CALLS, FEW_CALLS = 1000, 100


@dataclass(frozen=True, slots=True)
class Server:
    """A server under load, and the token it wants."""

    port: int
    token: str


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Start the mock, and Prism in both ways."""
    count = FEW_CALLS if scale.quick else CALLS
    with contextlib.ExitStack() as stack:
        started = stack.enter_context(mock())
        ours = Server(started.port, started.token)
        theirs = {name: stack.enter_context(prism(scale.prism, name)) for name in PRISMS} if scale.prism else {}

        def measure() -> Mapping[str, float]:
            found: dict[str, float] = {}
            for connections in CONNECTIONS:
                own = found[f"mock-{connections}"] = cancelled(ours, count, connections)
                for name, server in theirs.items():
                    other = rate(server, calls(server, ["A" * 151 + "="] * count), connections)
                    found[f"{name}-{connections}"] = other
                    found[f"ratio-{name}-{connections}"] = own / other
            return found

        yield measure


@contextlib.contextmanager
def prism(program: str, name: str) -> Iterator[Server]:
    """Run one of `PRISMS` on the contract, without the keys that are ours alone."""
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    plain = _without_extensions(document)
    del plain["servers"]
    plain["paths"] = {f"/v1.0{path}": item for path, item in plain["paths"].items()}
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        file = Path(folder) / "openapi.json"
        file.write_text(json.dumps(plain), encoding="utf-8")
        command = [sys.executable, "-m", "benches.tied", program, "mock", str(file), "-p", str(port), *PRISMS[name]]
        # It ends when the pipe to it is closed.
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment({}),
        ) as process:
            _wait_for(port, process, program)
            yield Server(port, "any")


def version(scale: Scale) -> dict[str, str]:
    """
    Prism's version, nothing where it is not at hand.

    Raises:
        BenchError: It does not say.
    """
    if not scale.prism:
        return {}
    asked = [scale.prism, "--version"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=START_S).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise BenchError(f"{error}; install Prism again, or leave --prism out") from None
    if not re.fullmatch(r"\d[\w.+-]*", told):
        raise BenchError(f"{' '.join(asked)}: gives no version; install Prism again, or leave --prism out")
    return {"Prism": told}


def _without_extensions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_extensions(one) for key, one in value.items() if not str(key).startswith("x-")}
    return [_without_extensions(one) for one in value] if isinstance(value, list) else value


def _wait_for(port: int, process: subprocess.Popen[bytes], program: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise BenchError(f"{program}: Prism did not start; try: {program} mock {CONTRACT.relative_to(ROOT)}")


def meetings(server: Server, count: int) -> list[str]:
    """
    Make meetings and give their ids; the calls of a batch are the quickest way.

    Raises:
        BenchError: The mock makes none.
    """
    moment = {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"}
    guests = [{"emailAddress": {"address": address}} for address in GUESTS]
    event = {"subject": "Rate", "start": moment, "end": moment, "attendees": guests}
    single = {"method": "POST", "url": "/me/events", "headers": {"Content-Type": "application/json"}, "body": event}
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_S)
    made: list[str] = []
    while len(made) < count:
        requests = [{**single, "id": str(number)} for number in range(min(20, count - len(made)))]
        connection.request("POST", "/v1.0/$batch", json.dumps({"requests": requests}), headers)
        answers = json.load(connection.getresponse())["responses"]
        if any(one["status"] != 201 for one in answers):
            raise BenchError(f"the mock: makes no meetings, answers {[one['status'] for one in answers]}")
        made += [one["body"]["id"] for one in answers]
    connection.close()
    return made


def counted(server: Server) -> tuple[int, int]:
    """Say how many meetings were cancelled and how many mails sent so far."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_S)
    connection.request("GET", "/_mock/counts")
    found = json.load(connection.getresponse())
    connection.close()
    return found["cancellations"], sum(found["mails"].values())


def calls(server: Server, ids: list[str]) -> list[bytes]:
    """Write the requests, so that the clock sees no more of the client than it must."""
    body = json.dumps({"Comment": "Called off: the room is under water"})
    head = f"Host: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\nAccept: application/json\r\n"
    rest = f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    return [f"POST /v1.0/me/events/{identifier}/cancel HTTP/1.1\r\n{rest}".encode() for identifier in ids]


def rate(server: Server, requests: list[bytes], connections: int) -> float:
    """
    Send all requests, each connection its next one when the last was answered; give calls per second.

    Raises:
        BenchError: One was not accepted, or not answered in time.
    """
    waiting = iter(requests)
    with contextlib.ExitStack() as stack:
        chosen = stack.enter_context(selectors.DefaultSelector())
        place = ("127.0.0.1", server.port)
        opened = [stack.enter_context(socket.create_connection(place, ANSWER_S)) for _ in range(connections)]
        for connection in opened:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            chosen.register(connection, selectors.EVENT_READ, connection)
        started = time.perf_counter()
        for connection in opened:
            connection.sendall(next(waiting))
        left = len(requests)
        while left:
            ready = chosen.select(ANSWER_S)
            if not ready:
                raise BenchError(f"port {server.port}: no answer in {ANSWER_S} s, {left} of {len(requests)} left")
            for key, _ in ready:
                _accepted(key.data)
                left -= 1
                following = next(waiting, None)
                if following is not None:
                    key.data.sendall(following)
        return len(requests) / (time.perf_counter() - started)


def _accepted(connection: socket.socket) -> None:
    """Read one answer, which must be 202."""
    answer = connection.recv(65536)
    while not _whole(answer):
        more = connection.recv(65536)
        if not more:
            raise BenchError(f"a cancel: the connection was closed after {len(answer)} bytes of its answer")
        answer += more
    if not answer.startswith(b"HTTP/1.1 202 "):
        raise BenchError(f"a cancel: was answered {answer.partition(b' ')[2][:3].decode('latin-1')}, not 202")


def _whole(answer: bytes) -> bool:
    """Tell whether an answer without a body has come to its end."""
    head, ended, body = answer.partition(b"\r\n\r\n")
    return bool(ended) and (b"transfer-encoding: chunked" not in head.lower() or body == b"0\r\n\r\n")


def cancelled(server: Server, count: int, connections: int) -> float:
    """
    Time one round against the mock, and see that it did what it said.

    Raises:
        BenchError: It did not.
    """
    ids, before = meetings(server, count), counted(server)
    found = rate(server, calls(server, ids), connections)
    after = counted(server)
    done = (after[0] - before[0], after[1] - before[1])
    if done != (count, len(GUESTS) * count):
        raise BenchError(f"the mock: accepted {count} cancels, but made {done[0]} and sent {done[1]} mails")
    return found


def _rows() -> Iterator[Row]:
    for connections in CONNECTIONS:
        over = f"{connections} connection{'s' if connections > 1 else ''}"
        yield Row(
            f"ratio-prism-{connections}",
            f"cancels a second: the mock ÷ Prism as it starts by itself, {over}",
            "ratio",
            least=GOAL,
            needs="Prism",
        )
        yield Row(f"ratio-quiet-{connections}", f"the mock ÷ Prism with its log off, {over}", "ratio", needs="Prism")
        yield Row(f"mock-{connections}", f"the mock, effects included, {over}", "calls/s")
        yield Row(f"prism-{connections}", f"Prism as it starts by itself, {over}", "calls/s", needs="Prism")
        yield Row(f"quiet-{connections}", f"Prism with its log off, {over}", "calls/s", needs="Prism")


CANCEL_RATE = Bench("cancel-rate", tuple(_rows()), rounds=3, minutes=1, arrange=arrange, warm=True, against=version)
