"""
What pytest, its plugins and the libraries are kept from showing: values of a target. Logs are full of them, and so are
tracebacks and an exception's own words.

No exception nobody foresaw leaves a hook of pytest as it is while a target is known. What stands for it, `OwnFault`,
says of which kind it was and where it happened, in source lines. The project's own tests are shown in full.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pluggy
import pytest

from graphcancel.errors import GraphCancelError, fault
from graphcancel.selection import SUITE, case_of

# Their words are our own, or pytest's.
_WORDED: Final = (GraphCancelError, pytest.UsageError, pytest.Session.Failed, pytest.exit.Exception)


class OwnFault(Exception):  # noqa: N818 - it stands for an error
    """What stands for an exception nobody foresaw; its text is what `fault` says of it."""


@contextmanager
def silenced() -> Iterator[None]:
    """Within, nothing is logged: libraries log what they send and receive, and the suite has nothing to log."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let no library log what a contract test sends and receives."""
    if not case_of(item):
        return (yield)
    with silenced():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of what was excused, show no traceback either, for which ``--xfail-tb`` asks."""
    found = yield
    if case_of(item) and hasattr(found, "wasxfail"):
        found.longrepr = f"{item.name}: {found.wasxfail}"
    return found


def keep_discreet(pluginmanager: pytest.PytestPluginManager) -> None:
    """From now on, let nothing unforeseen leave a hook of *pluginmanager* as it is."""
    pluginmanager.register(_Discretion(pluginmanager))


class _Discretion:
    """Looks at what every hook of one session raises."""

    def __init__(self, pluginmanager: pytest.PytestPluginManager) -> None:
        self._config: pytest.Config | None = None
        pluginmanager.add_hookcall_monitoring(lambda *_: None, self._after)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Remember where to look up whether a target is known."""
        self._config = config

    def _after(self, outcome: pluggy.Result[Any], _name: str, _impls: object, given: Mapping[str, Any]) -> None:
        error = outcome.exception
        if error is None or not self._knows_a_target():
            return
        if type(error) is KeyboardInterrupt:
            outcome.force_exception(KeyboardInterrupt())
        elif "item" in given:
            if case_of(given["item"]) and isinstance(error, Exception) and not isinstance(error, (*_WORDED, OwnFault)):
                # The frames are left to --pdb; a report shows none.
                outcome.force_exception(OwnFault(fault(error)).with_traceback(error.__traceback__))
        elif "request" in given or "pyfuncitem" in given:
            return  # a hook about an item is about to end for the same reason
        elif isinstance(error, (*_WORDED, OwnFault)):
            # Its frames have values in them, for which --full-trace --showlocals asks.
            outcome.force_exception(error.with_traceback(None))
        elif isinstance(error, Exception):
            outcome.force_exception(OwnFault(fault(error)))

    def _knows_a_target(self) -> bool:
        suite = self._config.stash.get(SUITE, None) if self._config else None
        # Before there is a suite, the target is just being read.
        return suite is None or suite.described is not None
