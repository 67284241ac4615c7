"""
Lets ``pytest --target FILE`` work with a space and a file outside the project.

pytest decides on its root before any plugin can name an option, so it takes the value of an option it does not know yet
for a path of tests: with a target file in another folder it looks for its configuration there and never sees this
project. This module is the only one installed as an entry point. It does nothing outside a checkout of the project; in
one it starts over with the value tied to the option, ``--target=FILE``, so that worker processes are told it so too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

_TIED: Final = ("--target", "--runs", "--deviations", "--cassettes", "--baseline")


def tie(args: list[str]) -> list[str]:
    """*args* with the values of our options tied to them by ``=``."""
    tied: list[str] = []
    rest = iter(args)
    for argument in rest:
        value = next(rest, None) if argument in _TIED else None
        tied.append(argument if value is None else f"{argument}={value}")
    return tied


def in_checkout(folder: Path) -> Path | None:
    """The checkout of this project *folder* lies in, None where it lies in none."""
    for place in (folder, *folder.parents):
        if (place / "contracts" / "schema.json").is_file() and (place / "conftest.py").is_file():
            return place
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Start over with values tied to our options, before pytest takes one of them for a path of tests."""
    given = list(early_config.invocation_params.args)
    tied = tie(given)
    if tied != given and in_checkout(early_config.invocation_params.dir):
        capture = early_config.pluginmanager.getplugin("capturemanager")
        if capture:  # plugins are loaded with output held back, which is no way to run a suite
            capture.suspend_global_capture(in_=True)
        raise SystemExit(pytest.main(tied))
    args[:] = tie(args)
