"""
How many cancel calls a second the mock answers, and, where Prism is at hand, how many Prism does.

One client sends the same bytes to both over kept-alive connections, in turns: one connection, then eight. Before each
round the mock is given as many meetings with two attendees as will be cancelled; afterwards its counters must say that
each was cancelled and everybody mailed. Prism plays the contract of the same page and keeps no state, so it has nothing
to prepare. It runs twice: as it starts by itself, and with its log turned off, which makes it faster.

    python benches/cancel_rate.py [--prism PATH] [--rounds N] [--calls N] [--json]

Prism is never fetched: `npm install --prefix DIR @stoplight/prism-cli@5` puts it at `DIR/node_modules/.bin/prism`.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = ROOT / "contracts" / "event-cancel.v1.0.yaml"
GUESTS = ("attendee@contoso.example", "second@contoso.example")
CONNECTIONS = (1, 8)
# What Prism is called here, and the options that make it so.
PRISMS = {"prism": (), "prism, log off": ("-v", "silent")}
GOAL = 3.0
START_S = 60


@dataclass(frozen=True)
class Server:
    """A server under load, and the token it wants."""

    name: str
    port: int
    token: str


@contextlib.contextmanager
def mock() -> Iterator[Server]:
    """Run the mock."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "graphmock", "serve", "--write-target", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline().rpartition(":")[2])
            lines = (Path(folder) / "target.env").read_text(encoding="utf-8").splitlines()
            token = dict(line.split("=", 1) for line in lines)["GRAPH_ORGANIZER_TOKEN"]
            try:
                yield Server("mock", port, token)
            finally:
                process.terminate()


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
        command = [program, "mock", str(file), "-p", str(port), *PRISMS[name]]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                _wait_for(port, process)
                yield Server(name, port, "any")
            finally:
                # Prism may run as a child of its command.
                os.killpg(process.pid, signal.SIGKILL)


def _without_extensions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_extensions(one) for key, one in value.items() if not str(key).startswith("x-")}
    return [_without_extensions(one) for one in value] if isinstance(value, list) else value


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    sys.exit("cancel_rate: Prism did not start; try its command by hand")


def meetings(server: Server, count: int) -> list[str]:
    """Make meetings and give their ids; the calls of a batch are the quickest way."""
    moment = {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"}
    guests = [{"emailAddress": {"address": address}} for address in GUESTS]
    event = {"subject": "Rate", "start": moment, "end": moment, "attendees": guests}
    single = {"method": "POST", "url": "/me/events", "headers": {"Content-Type": "application/json"}, "body": event}
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    made: list[str] = []
    while len(made) < count:
        requests = [{**single, "id": str(number)} for number in range(min(20, count - len(made)))]
        connection.request("POST", "/v1.0/$batch", json.dumps({"requests": requests}), headers)
        made += [one["body"]["id"] for one in json.load(connection.getresponse())["responses"]]
    connection.close()
    return made


def counted(server: Server) -> tuple[int, int]:
    """Say how many meetings were cancelled and how many mails sent so far."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
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
    """Send all requests, each connection its next one when the last was answered; give calls per second."""
    waiting = iter(requests)
    with contextlib.ExitStack() as stack:
        chosen = stack.enter_context(selectors.DefaultSelector())
        opened = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(connections)]
        for connection in opened:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            chosen.register(connection, selectors.EVENT_READ, connection)
        started = time.perf_counter()
        for connection in opened:
            connection.sendall(next(waiting))
        left = len(requests)
        while left:
            for key, _ in chosen.select():
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
        assert more, answer
        answer += more
    assert answer.startswith(b"HTTP/1.1 202 "), answer


def _whole(answer: bytes) -> bool:
    """Tell whether an answer without a body has come to its end."""
    head, ended, body = answer.partition(b"\r\n\r\n")
    return bool(ended) and (b"transfer-encoding: chunked" not in head.lower() or body == b"0\r\n\r\n")


def cancelled(server: Server, count: int, connections: int) -> float:
    """Time one round against the mock, and see that it did what it said."""
    ids, before = meetings(server, count), counted(server)
    found = rate(server, calls(server, ids), connections)
    after = counted(server)
    assert (after[0] - before[0], after[1] - before[1]) == (count, len(GUESTS) * count)
    return found


def measure(options: argparse.Namespace, program: str | None) -> list[dict[str, Any]]:
    """Run all rounds; one row per number of connections."""
    found: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(mock())
        theirs = [stack.enter_context(prism(program, name)) for name in PRISMS] if program else []
        for connections in CONNECTIONS:
            rates: dict[str, list[float]] = {server.name: [] for server in (ours, *theirs)}
            # The first round warms all up and does not count.
            for number in range(options.rounds + 1):
                round_ = {ours.name: cancelled(ours, options.calls, connections)}
                for server in theirs:
                    requests = calls(server, ["A" * 151 + "="] * options.calls)
                    round_[server.name] = rate(server, requests, connections)
                if number:
                    for name, value in round_.items():
                        rates[name].append(value)
            middle = {name: statistics.median(values) for name, values in rates.items()}
            ratios = {server.name: middle["mock"] / middle[server.name] for server in theirs}
            found.append({"connections": connections, "rates": rates, "ratios": ratios})
    return found


def main() -> None:
    """Print the rates and their ratio."""
    parser = argparse.ArgumentParser(description="cancel calls per second of the mock and of Prism")
    parser.add_argument("--prism", metavar="PATH", help="Prism's command; default: prism on PATH")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count (default %(default)s)")
    parser.add_argument("--calls", type=int, default=1000, help="calls in a round (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    program = shutil.which(options.prism or "prism")
    if options.prism and program is None:
        sys.exit(f"cancel_rate: {options.prism} is no command; install Prism or leave --prism out")
    rows = measure(options, program)
    if options.json:
        print(json.dumps(rows))
        return
    for row in rows:
        place = f"{row['connections']} connection(s)"
        for name, rates in row["rates"].items():
            print(f"{place}  {name:14}  {_spread(rates)} calls/s")
        for name, ratio in row["ratios"].items():
            print(f"{place}  mock / {name}: {ratio:.2f} (goal: at least {GOAL:.0f} of Prism as it starts)")
    if program is None:
        print("Prism was not found, so there is nothing to compare with; name it with --prism")


def _spread(rates: list[float]) -> str:
    return f"median {statistics.median(rates):6.0f}, {min(rates):6.0f} to {max(rates):6.0f}"


if __name__ == "__main__":
    main()
