"""
How far a run is, on a terminal: cases done, findings, when it will end, what it waits for.

Below what pytest itself writes, on a line of its own; nothing of it where nobody looks.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any, Final

import pytest

from graphcancel.selection import SUITE, is_worker
from graphcancel.standing_text import plural
from graphcancel.status_line import StatusLine
from graphcancel.suite import Suite

_EVERY_S: Final = 0.5
_ENOUGH: Final = 5
"""Cases after which the pace of a run says something."""
_QUIET: Final = -1
_MINUTE: Final = 60
_HOUR: Final = 3600


def progress_text(done: int, selected: int, findings: int, elapsed: float, wait: str) -> str:
    """
    What the line says.

    Args:
        elapsed: Seconds since the first case began.
        wait: What the run waits for, empty where for nothing.
    """
    if done >= selected:
        return f"{done} of {selected} cases, {plural(findings, 'finding')}; looking once more and clearing away"
    left = f", {_about(elapsed / done * (selected - done))} left" if done >= _ENOUGH else ""
    return f"{done} of {selected} cases, {plural(findings, 'finding')}{left}" + (f"; {wait}" if wait else "")


def _about(seconds: float) -> str:
    """*seconds* as somebody says them who does not know better."""
    if seconds < _MINUTE:
        return f"about {max(1, round(seconds / 10)) * 10} s"
    minutes = round(seconds / _MINUTE)
    if seconds < _HOUR:
        return f"about {minutes} min"
    return f"about {minutes // 60} h {minutes % 60} min"


def waiting_for(suite: Suite, now: float) -> str:
    """
    What *suite* waits for in this process, empty where for nothing.

    Args:
        now: Clock reading (monotonic, seconds).
    """
    throttling = suite.session.target.throttling if suite.session else None
    if throttling and throttling.until > now and throttling.asked >= 1:
        return f"told to wait {throttling.asked:.0f} s by the target"
    return "waiting for effects" if suite.overlap and suite.overlap.resting else ""


def judged(suite: Suite) -> tuple[int, int]:
    """How many cases *suite* has judged, and how many of them differ, by what it knows by now."""
    lines = list(suite.lines.values())  # in one step: the run goes on meanwhile
    return len(lines), sum(1 for line in lines if line["verdict"] == "fail")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Take part where somebody looks on."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None and _is_looked_at(session.config, reporter):
        session.config.pluginmanager.register(Progress(session.config, reporter), "graphcancel-progress-line")


def _is_looked_at(config: pytest.Config, reporter: Any) -> bool:
    """Whether there is a terminal to write to, nothing else writes to it, and nobody asked for quiet."""
    watched = {"CI", "BUILD_NUMBER"} & {name for name, value in os.environ.items() if value}
    unfit = os.environ.get("TERM", "dumb") == "dumb" or not reporter.isatty()
    shared = config.getoption("capture", default="no") == "no" or config.getoption("usepdb", default=False)
    return not (watched or unfit or shared or is_worker(config) or config.get_verbosity() < _QUIET)


class Progress:
    """The line of one session, from its first case to the end of clearing up."""

    def __init__(self, config: pytest.Config, reporter: Any) -> None:
        self._suite = config.stash[SUITE]
        self._writer = reporter._tw  # noqa: SLF001 - pytest offers no other way to what it writes to
        self._color = bool(reporter.hasmarkup) and not os.environ.get("NO_COLOR")
        self._line: StatusLine | None = None
        self._over = threading.Event()
        self._began = 0.0

    def pytest_runtest_logstart(self) -> None:
        """Begin with the first test of a run that has cases."""
        if self._line is None and self._suite.selected:
            self._began = time.monotonic()
            self._writer._file = self._line = StatusLine(self._writer._file, color=self._color)  # noqa: SLF001
            threading.Thread(target=self._tick, daemon=True).start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """End after what comes after the last test: another look, clearing up."""
        try:
            return (yield)
        finally:
            self._over.set()
            if self._line:
                self._writer._file = self._line.close()  # noqa: SLF001
                self._line = None

    def _tick(self) -> None:
        line = self._line
        while line and not self._over.is_set():
            now = time.monotonic()
            done, findings = judged(self._suite)
            text = progress_text(
                done, self._suite.selected or 0, findings, now - self._began, waiting_for(self._suite, now)
            )
            # A terminal that is gone is no reason to fail a run.
            with suppress(OSError):
                line.show(text)
            self._over.wait(_EVERY_S)
