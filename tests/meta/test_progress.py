"""
What a run shows on a terminal while it goes on, looked at as it would be there; and nothing of it anywhere else.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pyte
import pytest

ROOT = Path(__file__).parents[2]
STATUS = re.compile(r"\d+ of \d+ cases, \d+ findings?")


# What gives a letter its colour; any other sequence moves, clears or scrolls.
COLOUR = re.compile(rb"\x1b\[[\d;]*m")


def shown(
    tmp_path: Path,
    *options: str,
    rows: int = 12,
    columns: int = 80,
    keep: list[bytes] | None = None,
    status: int = 0,
    **environ: str,
) -> tuple[list[str], list[list[str]]]:
    """
    What a terminal of *rows* holds at the end, what has left it above included, and after each piece written.

    Args:
        keep: Gets each piece.
        status: With what pytest has to end: one that does not start shows no line either.
    """
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "BUILD_NUMBER", "COLUMNS"}}
    command = [sys.executable, "-m", "pytest", f"--runs={tmp_path / 'runs'}", "-p", "no:cacheprovider", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=terminal, stdout=terminal, stderr=terminal,
        env=inherited | {"TERM": "xterm-256color", "PYTHONDONTWRITEBYTECODE": ""} | environ,
    )  # fmt: skip
    os.close(terminal)
    screen = pyte.HistoryScreen(columns, rows, history=10_000, ratio=0.0001)
    stream = pyte.ByteStream(screen)
    frames = []
    while select.select([controller], [], [], 120)[0]:
        piece = b""
        with contextlib.suppress(OSError):
            piece = os.read(controller, 65536)
        if not piece:
            break
        stream.feed(piece)
        if keep is not None:
            keep.append(piece)
        frames.append([line.rstrip() for line in screen.display])
    process.wait(30)
    os.close(controller)
    above = ["".join(row[column].data for column in range(columns)).rstrip() for row in screen.history.top]
    end = [*above, *(frames[-1] if frames else [])]
    assert process.returncode == status, "\n".join(end)
    return end, frames


def dots(lines: list[str]) -> str:
    """The letters of pytest's own progress."""
    found = (re.fullmatch(r"([.sxFE]+)(?: +\[ *\d+%\])?", line) for line in lines)
    return "".join(one[1] for one in found if one)


CHOSEN = "event-cancel.v1.0 and (me.events or users-id or users-upn.events)"


@pytest.mark.parametrize("style", [("-q",), ("-v",), ("-q", "-n", "2")], ids=" ".join)
def test_the_line_is_there_while_the_run_goes_on_and_leaves_no_trace(style, tmp_path) -> None:
    """
    On a terminal that scrolls: what pytest wrote stands there whole, and nothing of the line does.
    """
    late = {"GRAPHMOCK_OPTIONS": "--vary effects-late --fault body-one-byte"}
    options = (*style, "-k", CHOSEN, "--tb=no", "--no-summary")
    end, frames = shown(tmp_path, *options, columns=220, status=1, **late)
    live = [line for frame in frames for line in frame if STATUS.match(line)]
    number = int(re.search(r"partial run: (\d+) of", "\n".join(end))[1])

    assert any(re.fullmatch(rf"\d+ of {number} cases, [1-9]\d* findings?, about \d+ s left.*", line) for line in live)
    assert any(
        f"{number} of {number} cases, " in line and "looking once more and clearing away" in line for line in live
    )
    assert all(sum(1 for line in frame if STATUS.match(line)) <= 1 for frame in frames)
    assert not [line for line in end if STATUS.search(line)]
    if "-v" in style:
        judged = [line for line in end if re.search(r"(PASSED|FAILED) +\[ *\d+%\]$", line)]
        assert len(judged) == number
    else:
        assert len(dots(end)) == number
        assert [line for line in end if line.endswith("[100%]")]
    assert any(line.startswith("does not hold (exit 1): ") for line in end)


@pytest.mark.parametrize(
    ("options", "words"),
    [("--vary effects-late", "; waiting for effects"), ("--throttle 6/3", "; told to wait ")],
    ids=["effects", "429"],
)
def test_what_is_waited_for_is_said(options, words, tmp_path) -> None:
    """
    The target's effects, or that it asked to wait.
    """
    _, frames = shown(tmp_path, "-q", "-k", "event-cancel.v1.0/me.events/organizer/empty", GRAPHMOCK_OPTIONS=options)

    assert any(words in line for frame in frames for line in frame if STATUS.match(line))


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (("-q", "-q"), {}),
        (("-q", "-s"), {}),
        (("-p", "no:terminal"), {}),
        (("-q",), {"CI": "true"}),
        (("-q",), {"TERM": "dumb"}),
    ],
    ids=["-q -q", "-s", "no:terminal", "CI", "dumb"],
)
def test_there_is_no_line_where_nobody_asked_for_one(options, environ, tmp_path) -> None:
    """
    Nor any of the sequences that draw it, though the run is made as ever.
    """
    written: list[bytes] = []
    chosen = ("-k", "event-cancel.v1.0/me.events/organizer")
    end, frames = shown(tmp_path, *options, *chosen, rows=300, keep=written, **environ)

    assert not [line for frame in [*frames, end] for line in frame if STATUS.match(line)]
    assert b"\x1b" not in COLOUR.sub(b"", b"".join(written))
    assert len(list(tmp_path.glob("runs/*/run.jsonl"))) == 1


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=["color", "NO_COLOR"])
def test_without_colour_the_line_has_none(environ, tmp_path) -> None:
    """
    NO_COLOR speaks of colour, not of the line.
    """
    written: list[bytes] = []
    chosen = ["-q", "-k", "event-cancel.v1.0/me.events/organizer"]
    _, frames = shown(tmp_path, *chosen, keep=written, **environ)
    drawn = re.findall(rb"\x1b\[B\r(?:\x1b\[2m)?\d+ of \d+ cases", b"".join(written))

    assert any(STATUS.match(line) for frame in frames for line in frame)
    assert drawn
    assert all((b"\x1b[2m" in one) is not bool(environ) for one in drawn)
    assert (b"\x1b[3" in b"".join(written)) is not bool(environ)
