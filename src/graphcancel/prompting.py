"""
What a sign-in asks and says, past pytest's capture: a person has to see it while the run waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext

import pytest

from graphcancel.auth import ask_on_stderr
from graphcancel.flows import Ask


def asker(config: pytest.Config) -> Ask:
    """What shows a prompt to whoever started pytest; only the process that talks to the user is to ask."""

    def ask(prompt: str) -> bool:
        capture = config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            return ask_on_stderr(prompt)

    return ask


def tell(config: pytest.Config, lines: Iterable[str]) -> None:
    """Write *lines* to the terminal as the suite's own."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    for line in lines if terminal else ():
        terminal.write_line(f"graph-cancel-contracts: {line}")
