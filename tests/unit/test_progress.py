"""What the line of a run in progress says, and that it keeps out of the way of what is written above it."""

from __future__ import annotations

import os
import pty
import select
from types import SimpleNamespace

import pytest

from graphcancel.progress import judged, progress_text, waiting_for
from graphcancel.status_line import StatusLine


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((0, 613, 0, 3.0, ""), "0 of 613 cases, 0 findings"),
        ((0, 613, 0, 3.0, "waiting for effects"), "0 of 613 cases, 0 findings; waiting for effects"),
        ((4, 613, 1, 3.0, ""), "4 of 613 cases, 1 finding"),
        ((5, 10, 2, 5.0, ""), "5 of 10 cases, 2 findings, about 10 s left"),
        ((100, 613, 2, 60.0, ""), "100 of 613 cases, 2 findings, about 5 min left"),
        ((10, 613, 0, 120.0, "told to wait 30 s by the target"),
         "10 of 613 cases, 0 findings, about 2 h 1 min left; told to wait 30 s by the target"),
        ((613, 613, 0, 120.0, "waiting"), "613 of 613 cases, 0 findings; looking once more and clearing away"),
    ],
)  # fmt: skip
def test_what_the_line_says(given, text):
    assert progress_text(*given) == text


@pytest.mark.parametrize(
    ("until", "asked", "resting", "words"),
    [
        (0.0, 0.0, False, ""),
        (0.0, 30.0, True, "waiting for effects"),
        (20.0, 29.6, True, "told to wait 30 s by the target"),
        (20.0, 0.3, True, "waiting for effects"),
        (5.0, 30.0, False, ""),
    ],
)
def test_what_a_run_waits_for(until, asked, resting, words):
    target = SimpleNamespace(throttling=SimpleNamespace(until=until, asked=asked))
    suite = SimpleNamespace(session=SimpleNamespace(target=target), overlap=SimpleNamespace(resting=resting))

    assert waiting_for(suite, 10.0) == words
    assert waiting_for(SimpleNamespace(session=None, overlap=None), 10.0) == ""


def test_a_case_that_another_look_turns_is_counted_as_it_is_now():
    suite = SimpleNamespace(lines={"a": {"verdict": "pass"}, "b": {"verdict": "fail"}, "c": {"verdict": "observed"}})
    assert judged(suite) == (3, 1)

    suite.lines["a"] = {"verdict": "fail"}
    assert judged(suite) == (3, 2)


@pytest.fixture
def terminal():
    """Open a terminal: the end that a program writes to, and what has been written."""
    reads, writes = pty.openpty()
    file = os.fdopen(writes, "w", encoding="utf-8")

    def written() -> str:
        found = b""
        while select.select([reads], [], [], 0.1)[0]:
            found += os.read(reads, 65536)
        return found.decode()

    yield file, written
    file.close()
    os.close(reads)


def test_the_line_goes_before_anything_is_written_and_comes_back(terminal):
    file, written = terminal
    line = StatusLine(file, color=False)
    line.show("1 of 2")
    drawn = written()
    line.write(".")

    assert drawn == "\x1bD\x1bM\x1b7\x1b[B\r1 of 2\x1b[K\x1b8"
    assert written() == f"\x1b[J.{drawn}"
    assert line.close() is file
    assert written() == "\x1b[J"


def test_what_is_closed_shows_nothing_any_more(terminal):
    file, written = terminal
    line = StatusLine(file, color=True)
    line.close()
    line.show("1 of 2")
    line.close()
    line.write("end")

    assert written() == "end"


def test_what_a_file_has_besides_is_had(terminal):
    line = StatusLine(terminal[0], color=True)

    assert line.isatty()
    assert line.encoding == "utf-8"
    line.close()
