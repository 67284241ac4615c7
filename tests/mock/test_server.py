"""The process: its one line, its files, its end, its complaints, and HTTP on a real socket."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from urllib.parse import urlsplit

import pytest

from graphmock.__main__ import main

COMMAND = [sys.executable, "-m", "graphmock"]


def run(*arguments):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=20, check=False)


def start(*arguments):
    process = subprocess.Popen(
        [*COMMAND, "serve", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    line = process.stdout.readline()
    return process, line.rpartition(" ")[2].strip()


def finish(process, number=signal.SIGTERM):
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("target") / "deep"
    process, base = start("--write-target", str(folder), "--vary", "chunked-empty-body")
    yield folder, base
    assert finish(process) == (0, "", "")


def connect(base):
    return http.client.HTTPConnection(urlsplit(base).netloc, timeout=5)


def env(folder):
    return dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())


def test_the_target_files_tell_all(served):
    folder, base = served
    target, values = tomllib.loads((folder / "target.toml").read_text()), env(folder)
    assert (target["name"], target["base_url"]) == ("mock", base)
    assert target["writable"] == ["organizer@contoso.example", "attendee@contoso.example", "second@contoso.example"]
    assert target["actors"]["organizer"] == {
        "user": "organizer@contoso.example",
        "flow": "token",
        "token_env": "GRAPH_ORGANIZER_TOKEN",
        "expired_token_env": "GRAPH_EXPIRED_TOKEN",
    }
    assert {actor["token_env"] for actor in target["actors"].values()} < set(values)
    assert values["GRAPH_ATTENDEE_USER"] == "attendee@contoso.example"
    assert set(target["resources"]) == {"group", "booking_business", "booking_service"}
    for name in ("target.toml", "target.env"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["target.env", "target.toml"]


def test_one_connection_serves_many_requests(served):
    folder, base = served
    connection, token = connect(base), env(folder)["GRAPH_ORGANIZER_TOKEN"]
    for _ in range(20):
        connection.request("GET", "/v1.0/me", headers={"Authorization": f"Bearer {token}"})
        assert json.load(connection.getresponse())["mail"] == "organizer@contoso.example"
    connection.request("POST", "/v1.0/me/events", "{}", {"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["error"]["code"]) == (400, "RequestBodyRead")
    connection.close()


def test_an_empty_answer_in_chunks(served):
    folder, base = served
    connection, token = connect(base), env(folder)["GRAPH_ORGANIZER_TOKEN"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    moment = {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"}
    connection.request("POST", "/v1.0/me/events", json.dumps({"start": moment, "end": moment}), headers)
    event = json.load(connection.getresponse())
    connection.request("POST", f"/v1.0/me/events/{event['id']}/cancel", "{}", headers)
    answer = connection.getresponse()
    assert (answer.status, answer.read(), answer.headers["transfer-encoding"]) == (202, b"", "chunked")
    connection.close()


def test_header_names_have_capitals():
    process, base = start("--vary", "header-case")
    connection = connect(base)
    names = []
    for path in ("/v1.0/me", "/_mock/state"):
        connection.request("GET", path)
        answer = connection.getresponse()
        names += [name for name, _ in answer.getheaders()]
        assert json.loads(answer.read())
    connection.close()
    assert {"Content-Type", "Content-Length", "Request-Id", "Www-Authenticate", "Date"} <= set(names)
    assert [name for name in names if name.islower()] == []
    assert finish(process) == (0, "", "")


@pytest.mark.parametrize(("name", "every", "done"), [("closed-connections", 97, False), ("lost-answers", 131, True)])
def test_a_connection_ends_without_an_answer(tmp_path, name, every, done):
    process, base = start("--write-target", str(tmp_path), "--vary", name)
    headers = {"Authorization": f"Bearer {env(tmp_path)['GRAPH_ORGANIZER_TOKEN']}", "Content-Type": "application/json"}
    connection = connect(base)
    for _ in range(every - 1):
        connection.request("GET", "/v1.0/me", headers=headers)
        assert connection.getresponse().read()
    connection.request("POST", "/v1.0/me/calendars", json.dumps({"name": "Other"}), headers)
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
    connection.request("GET", "/v1.0/me/calendars", headers=headers)
    names = [calendar["name"] for calendar in json.load(connection.getresponse())["value"]]
    assert names == (["Calendar", "Other"] if done else ["Calendar"])
    connection.close()
    assert finish(process) == (0, "", "")


def test_a_connection_is_reset():
    process, base = start("--fault", "always-reset")
    for _ in range(2):
        connection = connect(base)
        connection.request("POST", "/v1.0/me/events", "{}")
        with pytest.raises(ConnectionResetError):
            connection.getresponse()
        connection.close()
    connection.request("GET", "/_mock/counts")
    assert json.load(connection.getresponse())["requests"] == 2
    connection.close()
    assert finish(process) == (0, "", "")


def test_nobody_answers_and_the_end_is_no_later_for_it():
    process, base = start("--fault", "always-silent")
    silent = [connect(base) for _ in range(3)]
    for connection in silent:
        connection.request("GET", "/v1.0/me")
    silent[0].sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        silent[0].getresponse()
    silent[0].close()
    other = connect(base)
    other.request("GET", "/_mock/counts")
    assert json.load(other.getresponse())["requests"] == 3
    began = time.monotonic()
    assert finish(process) == (0, "", "")
    assert time.monotonic() - began < 0.9  # uvicorn alone would wait a second for the answers
    for connection in (*silent, other):
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_with_connections_open(number):
    process, base = start("--latency", "0.01")
    connection = connect(base)
    connection.request("GET", "/v1.0/me")
    connection.getresponse().read()
    began = time.monotonic()
    assert finish(process, number) == (0, "", "")
    assert time.monotonic() - began < 2
    connection.close()


def test_it_ends_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process, _ = start("--with-parent", str(parent.pid))
    parent.communicate(b"\n", timeout=5)
    assert process.wait(timeout=5) == 0
    process.communicate()


def test_it_ends_with_the_process_that_started_it():
    code = (
        "import os,subprocess,sys\n"
        f"p=subprocess.Popen({COMMAND!r}+['serve','--with-parent',str(os.getpid())],stdout=subprocess.PIPE)\n"
        "p.stdout.readline();print(p.pid,flush=True)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    child, until = int(found.stdout), time.monotonic() + 5
    while time.monotonic() < until:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the server outlived its parent")


def test_a_taken_port_is_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = run("serve", "--port", str(taken.getsockname()[1]))
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (4, "", 1)
    assert "in use" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--fault", "no-mial"], "did you mean no-mail?"),
        (["serve", "--vary", "no-mail"], "unknown variation"),
        (["serve", "--port", "x"], "--port"),
        (["serve", "--port", "99999"], "99999"),
        (["serve", "--latency", "-1"], "--latency"),
        (["serve", "--page-size", "0"], "--page-size"),
        (["serve", "--edition", "x"], "--edition"),
        (["serve", "--throttle", "0/1"], "--throttle"),
        (["serve", "--throttle", "4/0"], "4/0"),
        (["serve", "--throttle", "many"], "N/SECONDS"),
        (["serve", "--ca-file", "ca.pem"], "--tls"),
        (["serve", "--auth-port", "0"], "--tls"),
        (["serve", "--tls", "--auth-port", "99999"], "choose another --auth-port"),
        (["serve", "--tls", "--ca-file", "/dev/null/x"], "cannot write to /dev/null/x"),
        (["serve", "--host", "nowhere.invalid"], "nowhere.invalid"),
        (["serve", "--write-target", "/dev/null/x"], "cannot write to /dev/null/x"),
        ([], "required"),
    ],
)
def test_complaints_are_one_line(arguments, said, capsys):
    try:
        status = main(arguments)
    except SystemExit as left:
        status = left.code
    out, err = capsys.readouterr()
    cannot_start = {"99999", "choose another --auth-port", "nowhere.invalid", "cannot write to /dev/null/x"}
    assert (status, out, err.count("\n")) == (4 if said in cannot_start else 2, "", 1), err
    assert said in err


def test_tables():
    faults = json.loads(run("faults", "--json").stdout)
    assert {frozenset(one) for one in faults} == {
        frozenset({"name", "changes", "breaks", "kind", "group", "caught_by", "once_in", "leaves_open", "excludes"})
    }
    assert {one["kind"] for one in faults} == {"fault", "constant", "variation", "tenant"}
    rules = json.loads(run("rules", "--json").stdout)
    assert {frozenset(one) for one in rules} == {frozenset({"id", "says", "evidence"})}
    assert {one["once_in"] for one in faults if one["kind"] == "fault"} == {1, 15, 20}
    assert all(one["group"] for one in faults)
    shown = run("faults").stdout
    assert "no-mail" in shown
    assert "the prefix of cancelled subjects is German (not with subject-prefix-none)" in shown


@pytest.mark.parametrize("command", ["faults", "rules --json"])
def test_a_reader_that_has_seen_enough_is_no_fault(command):
    shell = f"{sys.executable} -m graphmock {command} | head -c 1; exit ${{PIPESTATUS[0]}}"
    found = subprocess.run(["/bin/bash", "-c", shell], capture_output=True, text=True, timeout=30, check=False)

    assert (found.returncode, found.stderr) == (0, "")
    assert "examples:" in run("serve", "--help").stdout
