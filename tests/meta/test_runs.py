"""
Whole runs as a user starts them: selection, repetition, bad input, servers that lie.
"""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import xml.etree.ElementTree as ET
from contextlib import contextmanager

import pytest
from harness import ROOT, counts, lines_of, mock, run

SAMPLE = "event-cancel.v1.0/me.events or conventions/v1.0.me.events"
TOKENS = {
    "GRAPH_ORGANIZER_TOKEN": "opaque-organizer",
    "GRAPH_ATTENDEE_TOKEN": "opaque-attendee",
    "GRAPH_APP_TOKEN": "opaque-app",
    "GRAPH_ORGANIZER_USER": "ada@contoso.example",
    "GRAPH_ATTENDEE_USER": "alan@contoso.example",
}


class TestSelection:
    """pytest's own ways to choose and repeat."""

    def test_k_makes_a_partial_run(self, tmp_path):
        """
        ``-k`` with a case id runs that case alone and says that the run is partial.
        """
        done = run("-k", "event-cancel.v1.0/me.events/organizer/camel", runs=tmp_path)

        assert done.returncode == 0, done.stdout + done.stderr
        assert counts(done) == "1 passed, 612 deselected"
        assert "(partial run)" in done.stdout
        header, case, footer = lines_of(tmp_path)
        assert header["origin"] == case["origin"] == "mock"
        assert case["id"] == "event-cancel.v1.0/me.events/organizer/camel"
        assert footer["partial"] is True
        assert case["exchanges"][0]["status"] == 202

    def test_processes_make_one_run_however_options_are_written(self, tmp_path):
        """
        An existing folder after a space is what pytest takes for a path of tests, in each worker anew.
        """
        (tmp_path / "there").mkdir()

        done = run("-n", "2", "--runs", str(tmp_path / "there"), "-k", "event-cancel.v1.0/me.events", runs=tmp_path)

        assert done.returncode == 0, done.stdout + done.stderr
        assert len(lines_of(tmp_path / "there")) > 10

    def test_a_worker_begins_no_case_of_another(self, tmp_path):
        """
        While effects are awaited, cases to come are begun; under ``-n`` only those that are the worker's own.
        """
        chosen = ("-k", "event-cancel.v1.0/me.events and organizer")
        footers = []
        for number in ("0", "2"):
            runs = tmp_path / number
            done = run(*chosen, "-n", number, runs=runs, GRAPHMOCK_OPTIONS="--vary effects-late")
            assert done.returncode == 0, done.stdout + done.stderr
            footers.append(lines_of(runs)[-1])

        assert footers[0]["writes"] == footers[1]["writes"] > 10

    def test_a_node_id_selects_one_case(self, tmp_path):
        """
        A node id as pytest prints it can be given back.
        """
        listed = run("--collect-only", "-k", SAMPLE, runs=tmp_path)
        nodes = [line for line in listed.stdout.splitlines() if "::" in line]

        done = run(nodes[0], runs=tmp_path)

        assert len(nodes) == len({node.lower() for node in nodes}) > 30
        assert counts(done) == "1 passed"

    def test_two_workers_judge_as_one_process(self, tmp_path):
        """
        Under ``-n 2`` each case gets the same verdict, and nothing is left behind.
        """
        alone = run("-k", SAMPLE, runs=tmp_path / "alone")
        both = run("-k", SAMPLE, "-n", "2", runs=tmp_path / "both")

        assert alone.returncode == both.returncode == 0, both.stdout + both.stderr
        verdicts = [
            {line["id"]: line["verdict"] for line in lines_of(tmp_path / name)[1:-1]} for name in ("alone", "both")
        ]
        assert verdicts[0] == verdicts[1]
        assert "residue" not in both.stdout

    def test_x_ends_early_and_clears_up(self, tmp_path):
        """
        ``-x`` stops at the first finding; cases begun ahead leave nothing behind.
        """
        done = run("-x", "-k", SAMPLE, runs=tmp_path, GRAPHMOCK_OPTIONS="--fault body-one-byte")

        assert done.returncode == 1
        assert "1 failed" in counts(done)
        assert "residue" not in done.stdout

    def test_lf_runs_what_failed(self, tmp_path):
        """
        ``--lf`` runs the case that failed last time.
        """
        chosen = "event-cancel.v1.0/me.events/organizer"
        first = run("-k", chosen, runs=tmp_path / "1", GRAPHMOCK_OPTIONS="--fault camel-ignored")
        second = run("-k", chosen, "--lf", runs=tmp_path / "2")

        failed = [line["id"] for line in lines_of(tmp_path / "1")[1:-1] if line["verdict"] == "fail"]
        assert first.returncode == 1
        assert second.returncode == 0
        assert [line["id"] for line in lines_of(tmp_path / "2")[1:-1]] == failed == [f"{chosen}/camel"]

    def test_junitxml_has_a_line_per_case(self, tmp_path):
        """
        ``--junitxml`` names every case.
        """
        run("-k", SAMPLE, f"--junitxml={tmp_path / 'junit.xml'}", runs=tmp_path / "runs")

        named = [item.attrib["name"] for item in ET.parse(tmp_path / "junit.xml").iter("testcase")]  # noqa: S314
        ids = [line["id"] for line in lines_of(tmp_path / "runs")[1:-1]]
        assert sorted(name.split("[", 1)[1].rstrip("]") for name in named) == sorted(ids)


class TestFindings:
    """What a finding looks like."""

    def test_a_finding_names_case_clause_and_remedy(self, tmp_path):
        """
        A failure says in a sentence what was received and what is documented, then clause, remedy and a curl line.
        """
        done = run(
            "-k", "event-cancel.v1.0/me.events/organizer/camel", runs=tmp_path, GRAPHMOCK_OPTIONS="--fault status-200"
        )

        assert done.returncode == 1
        assert "was answered 200; the page documents 202 (event-cancel.v1.0, Response)\n  event-cancel" in done.stdout
        assert "\n  see again: pytest -k event-cancel.v1.0/me.events/organizer/camel\n  more: " in done.stdout
        assert "\n  by hand: curl -i -X POST " in done.stdout
        assert "Traceback" not in done.stdout + done.stderr

    def test_no_token_or_address_is_written(self, tmp_path):
        """
        Neither terminal nor run file holds a token, an address or an id of the target.
        """
        with mock(tmp_path) as description:
            secrets = {actor.token for actor in description.actors.values()} | set(description.writable)
            secrets |= set(description.resources.values()) - {None}
            environ = dict(line.split("=", 1) for line in (tmp_path / "target.env").read_text().splitlines())
            done = run(
                f"--target={tmp_path / 'target.toml'}", "-vv", "-k", SAMPLE, "-l", runs=tmp_path / "runs", **environ
            )

        written = done.stdout + done.stderr + next((tmp_path / "runs").glob("*/run.jsonl")).read_text()
        assert done.returncode == 0, done.stdout
        assert not [secret for secret in secrets if secret and secret in written]


class TestBadInput:
    """Bad input ends with one or two lines and the remedy."""

    @pytest.mark.parametrize(
        ("written", "named"),
        [
            ("nowhere", "no such target"),
            ("replay:contoso", "no such recording"),
            ("http://example.com/", "plain http is allowed on loopback only"),
            ("https://user:secret@graph.example", "carries credentials"),
            ("http://127.0.0.1:9/", "connection refused"),
        ],
    )
    def test_a_target_that_cannot_be_used(self, written, named, tmp_path):
        """
        An unusable target is refused with status 4.
        """
        done = run(f"--target={written}", runs=tmp_path, **TOKENS)

        assert done.returncode == 4
        assert named in done.stderr
        assert len(done.stderr.strip().splitlines()) <= 2
        assert "Traceback" not in done.stdout + done.stderr
        assert "secret" not in done.stdout + done.stderr.replace("carries credentials", "")

    def test_a_missing_variable_is_named(self, tmp_path):
        """
        The variable to set is named.
        """
        environ = dict.fromkeys(TOKENS, "")
        done = run("--target=https://graph.example", runs=tmp_path, **environ)

        assert done.returncode == 4
        assert "GRAPH_ORGANIZER_USER" in done.stderr

    @pytest.mark.parametrize("spelling", ["--target {0}", "--target={0}"])
    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("name = ", "not readable as TOML"),
            ('nmae = "x"', "did you mean 'name'"),
            ('base_url = "https://x.example"\n', "writable"),
        ],
    )
    def test_a_malformed_target_file(self, text, named, spelling, tmp_path):
        """
        File and key are named, in either spelling of the option and from outside the project.
        """
        file = tmp_path / "target.toml"
        file.write_text(text)
        done = run(*spelling.format(file).split(), runs=tmp_path / "runs")

        assert done.returncode == 4
        assert str(file) in done.stderr
        assert named in done.stderr
        assert "Traceback" not in done.stdout + done.stderr

    def test_runs_that_cannot_be_written(self, tmp_path):
        """
        A run folder that cannot be made is a one-line error.
        """
        (tmp_path / "file").write_text("")
        done = run("-k", SAMPLE, runs=tmp_path / "file")

        assert done.returncode == 4
        assert "cannot be written" in done.stderr


class TestWithoutContracts:
    """The two ledgers do without each other."""

    @pytest.fixture
    def checkout(self, tmp_path):
        """A copy of what a run needs, to break."""
        folder = tmp_path / "checkout"
        folder.mkdir()
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)
        for name in ("contracts", "tests/contract", "tests/mock"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        return folder

    def test_the_mocks_tests_pass_with_contracts_absent(self, checkout, tmp_path):
        """
        The mock and its tests never read a contract.
        """
        shutil.rmtree(checkout / "contracts")
        done = run("tests/mock", "-k", "not server", runs=tmp_path / "runs", cwd=checkout)

        assert done.returncode == 0, done.stdout + done.stderr
        assert int(counts(done).split()[0]) > 400

    @pytest.mark.parametrize(
        ("old", "new", "named"),
        [
            ("x-clause: response.status", "x-clause: response.staus", "response.staus"),
            ("openapi: 3.1.0", "openapi: [", "event-cancel.v1.0.yaml: line"),
            ("standing: current", "standing: curent", "standing"),
            ('"202":', '"202": {}\n        "202":', "second time"),
        ],
    )
    def test_a_malformed_contract_ends_with_status_4(self, old, new, named, checkout, tmp_path):
        """
        A contract that cannot be read as one is named with the place, before anything is sent.
        """
        file = checkout / "contracts" / "event-cancel.v1.0.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        done = run(runs=tmp_path / "runs", cwd=checkout)

        assert done.returncode == 4
        assert named in done.stderr
        assert len(done.stderr.strip().splitlines()) <= 2
        assert "Traceback" not in done.stdout + done.stderr


def answering(status: int, body: bytes = b"", media_type: str = "application/json"):
    """A handler that answers everything alike."""

    class Constant(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Constant


@contextmanager
def served(handler):
    """A server on a free port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


SENTENCE = json.dumps(
    {
        "error": {
            "code": "ErrorInvalidRequest",
            "message": "Your request can't be completed. You need to be an organizer to cancel a meeting.",
        }
    }
).encode()


class TestSilence:
    """Servers that do not answer."""

    def test_a_server_that_hangs_is_named_within_its_patience(self, tmp_path):
        """
        A server that accepts and says nothing ends the run with one line, after the patience given.
        """
        with socket.create_server(("127.0.0.1", 0)) as server:
            target = tmp_path / "target.toml"
            target.write_text(
                f'base_url = "http://127.0.0.1:{server.getsockname()[1]}"\n'
                'writable = ["ada@contoso.example"]\n'
                '[actors.organizer]\nuser = "ada@contoso.example"\ntoken_env = "GRAPH_ORGANIZER_TOKEN"\n'
                "[patience]\nread_s = 1\n"
            )
            done = run(f"--target={target}", runs=tmp_path / "runs", **TOKENS)

        assert done.returncode == 4
        assert "no answer within 1.0 s" in done.stderr

    def test_an_interrupted_run_clears_up_and_is_no_run(self, tmp_path):
        """
        SIGTERM ends the run as an interrupt does: what it made is removed, and its file has no footer.
        """
        environ = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "GRAPHMOCK_OPTIONS": "--latency 0.02"}
        with mock(tmp_path) as description:
            tokens = dict(line.split("=", 1) for line in (tmp_path / "target.env").read_text().splitlines())
            command = [sys.executable, "-m", "pytest", "-q", f"--target={tmp_path / 'target.toml'}"]
            state = f"{description.base_url}/_mock/state"
            before = json.load(urllib.request.urlopen(state))["digest"]
            process = subprocess.Popen(
                [*command, f"--runs={tmp_path / 'runs'}"], cwd=ROOT, env=environ | tokens, stdout=subprocess.PIPE
            )
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and json.load(urllib.request.urlopen(state))["digest"] == before:
                time.sleep(0.05)
            process.terminate()
            process.communicate(timeout=60)
            after = json.load(urllib.request.urlopen(state))["digest"]

        assert process.returncode == 2
        assert after == before
        assert lines_of(tmp_path / "runs")[-1]["kind"] != "footer"


class TestLiars:
    """Servers that answer everything alike."""

    @pytest.mark.parametrize(
        ("status", "body", "media_type", "exit_status"),
        [
            (202, b"", "application/json", 1),
            (204, b"", "application/json", 1),
            (200, b"<html>hello</html>", "text/html", 1),
            (400, SENTENCE, "application/json", 1),
            (401, b'{"error":{"code":"InvalidAuthenticationToken","message":"no"}}', "application/json", 10),
            (404, b"{}", "application/json", 1),
            (500, b"oops", "text/plain", 1),
        ],
    )
    def test_a_constant_answer_is_never_green(self, status, body, media_type, exit_status, tmp_path):
        """
        Whatever a server answers to everything, no effect is held, and the exit status is not 0.
        """
        with served(answering(status, body, media_type)) as url:
            done = run(f"--target={url}", runs=tmp_path, **TOKENS)

        assert done.returncode == exit_status, done.stdout[-3000:]
        effects = [
            item
            for line in lines_of(tmp_path)[1:-1]
            for item in line["clauses"]
            if item["clause"].startswith(("effect.", "occurrence.", "organizer.only"))
        ]
        assert effects
        assert not [item for item in effects if item["held"]]
        assert "Traceback" not in done.stdout + done.stderr

    def test_a_server_that_closes_is_named(self, tmp_path):
        """
        No answer at all ends with one line before the first case.
        """

        class Closing(http.server.BaseHTTPRequestHandler):
            def handle(self) -> None:
                self.request.close()

        with served(Closing) as url:
            done = run(f"--target={url}", runs=tmp_path, **TOKENS)

        assert done.returncode == 4
        assert "connection closed without an answer" in done.stderr
