"""
How a run ends in pytest: its file is closed, its reports are written, its summary is shown, its verdict said last.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any, Final

import pytest

from graphcancel.errors import RunError
from graphcancel.prompting import tell
from graphcancel.reports import write_reports
from graphcancel.run import Part, in_order
from graphcancel.runfile import run_of_lines
from graphcancel.selection import SUITE, is_worker
from graphcancel.suite import Suite
from graphcancel.summary import summary

_LAST: Final = pytest.StashKey[str]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, object, object]:
    """
    Close the run file, decide the exit status and write the reports; then, when pytest has said all, the verdict.
    """
    suite = session.config.stash.get(SUITE, None)
    if suite is not None and suite.runfile is not None and not is_worker(session.config):
        session.exitstatus = suite.conclude(int(exitstatus))
        _write_reports(session.config, suite)
    try:
        return (yield)
    finally:
        _say_last(session.config)


def _write_reports(config: pytest.Config, suite: Suite) -> None:
    """The reports of a run that has ended; where they cannot be written, what they are made of is."""
    written = suite.runfile
    if written is None or not written.footer:
        return
    try:
        write_reports(written.folder, run_of_lines(written.header, [*suite.lines.values()], written.footer))
    except RunError as error:
        tell(config, [str(error)])


def _say_last(config: pytest.Config) -> None:
    last = config.stash.get(_LAST, None)
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if last and terminal:
        good = config.stash[SUITE].footer.get("exit") == 0
        terminal.write_line(last, bold=True, green=good, red=not good)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what holds per page and clause, the disputes' readings and what was not tested."""
    suite = config.stash[SUITE]
    if not suite.lines or suite.runfile is None:
        return
    writer = terminalreporter._tw  # noqa: SLF001 - pytest offers no other way to the width of the terminal
    folder = suite.runfile.folder
    header = suite.runfile.header
    part = Part(header, in_order(suite.lines.values(), header["plan"]), suite.footer)
    # Who reads the last line wants to read on: the report where there is one, else what it would be made of.
    name = "report.html" if (folder / "report.html").exists() else "run.jsonl"
    file = (folder.relative_to(config.rootpath) if folder.is_relative_to(config.rootpath) else folder) / name
    color = bool(writer.hasmarkup) and not os.environ.get("NO_COLOR")
    *lines, last = summary(part, file, width=writer.fullwidth, color=color, baseline=config.getoption("baseline"))
    for text in lines:
        terminalreporter.write_line(text)
    config.stash[_LAST] = last
