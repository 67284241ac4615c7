"""
A run against a target that means harm ends in time, and nothing it says does anything to whoever reads of it.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from harness import ROOT, run, serving

# What a terminal, a runner, a browser, a spreadsheet and a shell would obey.
EVIL = (
    "\x1b]0;evil\x07\x1b[2J\x9b31m\r\n::error file=x::evil\n::set-output name=a::b\n##[error]evil\n::add-mask::e\n"
    "=cmd|' /C calc'!A0 <img src=x onerror=evil()> <script>evil()</script> ![x](https://evil.example/x.png) "
    "`$(touch evil)` \"; touch evil; ' ; $(touch evil) ]]> &lt; {{ evil }} \u202e\u2028\ud800"
)
BODIES = (
    json.dumps({"error": {"code": f"Evil{EVIL}", "message": EVIL, EVIL: EVIL}}).encode(),
    EVIL.encode("utf-8", "surrogatepass"),
    b"[" * 100_000,
    b'{"a": 1e999, "a": NaN, "b": ' + b"9" * 5000 + b"}",
)
STATUSES = (400, 403, 404, 500, 302, 299)
CASES = (
    "event-cancel.v1.0/me.events/organizer/pascal]",
    "event-cancel.v1.0/me.events/organizer/camel]",
    "event-cancel.v1.0/me.events/attendee/pascal/own-copy]",
    "event-cancel.v1.0/users-upn.events/organizer/empty]",
    "event-cancel.v1.0/me.calendar.events/organizer/camel]",
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COMMAND = re.compile(r"^\s*(::|##\[)", re.MULTILINE)


class Evil(ThreadingHTTPServer):
    """A door to the mock at *upstream* that adds harm to every text and answers calls with nothing else."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream.removeprefix("http://")
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.called: Counter[int] = Counter()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is none of our business."""


class _Handler(BaseHTTPRequestHandler):
    server: Evil
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {
            name: self.headers[name] for name in ("Authorization", "Content-Type", "Prefer") if self.headers[name]
        }
        mock = http.client.HTTPConnection(self.server.upstream)
        mock.request(self.command, self.path, sent or None, headers)
        found = mock.getresponse()
        status, body = found.status, _strewn(found.read(), f"http://{self.server.upstream}", self.server.url)
        mock.close()
        if self.path.endswith("/cancel"):
            number = self.server.called.total()
            status, body = STATUSES[number % len(STATUSES)], BODIES[number % len(BODIES)]
            self.server.called[status] += 1
        self.send_response(status, "\x1b[31mevil")
        self.send_header("Content-Type", "application/json")
        self.send_header("x-evil", "\x1b[31m::error::evil")
        self.send_header("Location", "http://169.254.169.254/evil")
        self.send_header("Retry-After", "-5")
        self.send_header("WWW-Authenticate", 'Bearer claims="\x1b[31m", =, "')
        self.send_header("Set-Cookie", "evil=1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer


def _strewn(body: bytes, upstream: str, url: str) -> bytes:
    def more(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: more(inner, key) for key, inner in value.items()} | (
                {EVIL: EVIL} if "iCalUId" in value else {}
            )
        if isinstance(value, list):
            return [more(inner, name) for inner in value]
        return value + EVIL if name in {"subject", "content", "bodyPreview", "displayName"} else value

    try:
        return json.dumps(more(json.loads(body.decode().replace(upstream, url)))).encode()
    except ValueError:
        return body


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    """What a run on a runner of GitHub's said, and its folder."""
    folder, behind = tmp_path_factory.mktemp("evil"), tmp_path_factory.mktemp("mock")
    with serving(["-m", "graphmock", "serve", "--with-parent", str(os.getpid())], behind) as mock:
        server = Evil(mock.base_url)
        text = (behind / "target.toml").read_text("utf-8").replace(mock.base_url, server.url)
        text = re.sub(r"(effect_s|invite_s) = \d+", r"\1 = 0.3", text)
        (folder / "target.toml").write_text(text, "utf-8")
        pairs = (line.split("=", 1) for line in (behind / "target.env").read_text().splitlines() if "=" in line)
        environ = {name: value.strip("'\"") for name, value in pairs}
        done = run(
            f"--target={folder / 'target.toml'}", "-rA", "-k", " or ".join(CASES), runs=folder / "runs",
            GITHUB_ACTIONS="true", CI="true", PYTHONPATH=str(ROOT / "src"), **environ,
        )  # fmt: skip
        server.shutdown()
        server.server_close()
        assert server.called.total() >= len(CASES), done.stdout[-3000:]
        assert done.returncode == 1, done.stdout[-3000:]
        (written,) = (folder / "runs").iterdir()
        yield done, written


def test_neither_terminal_nor_runner_is_told_what_to_do(ended):
    done, _ = ended
    said = done.stdout + done.stderr

    assert "was answered" in said
    assert [line for line in said.split("\n") if CONTROLS.search(line)] == []
    assert COMMAND.findall(said) == []


@pytest.mark.parametrize("name", ["run.jsonl", "summary.md", "junit.xml", "report.html"])
def test_no_report_holds_what_is_obeyed(name, ended):
    text = (ended[1] / name).read_text("utf-8")

    assert not CONTROLS.search(text)
    assert "evil.example" not in text
    assert "touch evil" not in text


def test_a_summary_has_no_markup_of_a_target_s(ended):
    text = (ended[1] / "summary.md").read_text("utf-8")

    assert not re.search(r"(?<!\\)<(script|img)|!\[", text)
    assert COMMAND.findall(text) == []


def test_a_page_has_no_element_of_a_target_s(ended):
    text = (ended[1] / "report.html").read_text("utf-8")

    assert len(re.findall(r"<script", text)) == 1
    assert "<img" not in text
    assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", text)


def test_what_a_ci_system_reads_is_well_formed(ended):
    assert ET.parse(ended[1] / "junit.xml").getroot().tag == "testsuites"  # noqa: S314 - our own file


def test_a_command_to_repeat_holds_no_word_of_a_target_s(ended):
    lines = [json.loads(line) for line in (ended[1] / "run.jsonl").read_text("utf-8").splitlines()]
    commands = [line["curl"] for line in lines if "curl" in line]

    assert commands
    assert [one for one in commands if "evil" in one.lower() or "::" in one] == []
