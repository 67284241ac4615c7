"""
A pytest plugin that breaks the suite where it holds most, with all of it in the message: ``-p crashing``, and in
``CRASH`` what is to break.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from graphcancel import recorder
from graphcancel.recorder import Recorder
from graphcancel.runfile import RunFile
from graphcancel.selection import SUITE
from graphcancel.session import Session
from graphcancel.story import Stories
from graphcancel.suite import Suite

FIRST = "event-cancel.v1.0/me.events/organizer/camel"
ENDINGS: Mapping[str, str] = {
    # case to the exception that ends it
    FIRST: "RuntimeError",
    "event-cancel.v1.0/me.calendars.events/organizer/camel": "UserWarning",
    "event-cancel.v1.0/users-upn.events/organizer/camel": "ValueError",
    "event-cancel.v1.0/users-id.events/organizer/camel": "OSError",
    "event-cancel.v1.0/users-id.calendar.events/organizer/empty": "KeyError",
    "event-cancel.stub/me.events/organizer/pascal": "ZeroDivisionError",
}
_judged, _line, _captured, _written = Stories._judged, Suite.line, Recorder.save_cassette, recorder.write_cassette


def _everything(session: Any, *others: Any) -> str:
    """All there is to know of a target and its actors."""
    description = session.target.description
    actors = [(actor.user, actor.token, actor.secret, actor.tenant_id) for actor in description.actors.values()]
    places = (description.base_url, description.roots, description.resources, session.stage.users)
    return repr([actors, places, session.target.sign_in.token("app"), *others])


def _fail(session: Any, kind: Callable[[str], BaseException], *others: Any) -> None:
    everything = _everything(session, *others)
    logging.getLogger("somebody").critical("told %s", everything)
    try:
        raise LookupError(everything)
    except LookupError as error:
        error.add_note(everything)
        raise kind(everything) from error


def _in_its_story(self, case, scene, exchange, *rest):
    told = exchange.response and (exchange.response.headers, exchange.response.body)
    if ENDINGS.get(case.id) == "RuntimeError":
        _fail(self, RuntimeError, told, exchange.request.url)
    if ENDINGS.get(case.id) == "UserWarning":
        warnings.warn(_everything(self, told), stacklevel=1)
    return (yield from _judged(self, case, scene, exchange, *rest))


def _after_its_story(self, record):
    if ENDINGS.get(record.case.id) == "KeyError":
        _fail(self.session, KeyError, self.contact)
    if ENDINGS.get(record.case.id) == "ZeroDivisionError":
        _fail(self.session, ZeroDivisionError, self.contact)
    return _line(self, record)


def _while_it_is_captured(self, cassette_path, cassette_dict, serializer):
    if self._taken and ENDINGS.get(self._taken.case.id) == "ValueError":
        everything = repr(cassette_dict)
        raise ValueError(everything)
    _captured(self, cassette_path, cassette_dict, serializer)


def _while_it_is_written(path, cassette):
    if "users-id.events" in str(path):
        everything = repr((cassette, path))
        raise OSError(everything)
    return _written(path, cassette)


def _at_an_interrupt(self, case, scene, exchange, *rest):
    _fail(self, KeyboardInterrupt, exchange.request.url)
    yield


def _with_its_worker(self, case, scene, exchange, *rest):
    if case.id == FIRST and "PYTEST_XDIST_WORKER" in os.environ:
        os._exit(9)
    return (yield from _judged(self, case, scene, exchange, *rest))


def pytest_configure(config: Any) -> None:
    """Break it."""
    crash = os.environ.get("CRASH")
    if crash == "cases":
        Stories._judged = _in_its_story
        Suite.line = _after_its_story
        Recorder.save_cassette = _while_it_is_captured
        recorder.write_cassette = _while_it_is_written
    elif crash == "interrupted":
        Stories._judged = _at_an_interrupt
    elif crash == "lines":
        RunFile.case = lambda self, line: _fail(config.stash[SUITE].session, RuntimeError, line)
    elif crash == "workers":
        Stories._judged = _with_its_worker
        if hasattr(config, "workerinput"):
            Session.finish = lambda self, *, look: _fail(self, RuntimeError, look)
