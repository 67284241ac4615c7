"""
The suite's hooks in pytest-recording: which tests it records or plays, where, and what becomes of what it captured.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_recording import network

from graphcancel.errors import CassetteError
from graphcancel.playback import Playback
from graphcancel.recorder import Written
from graphcancel.recording import Recording
from graphcancel.selection import SUITE, case_of, contract_tests, is_worker
from graphcancel.shelf import check_files, unlisted
from graphcancel.suite import Suite

RECORD: Final = "rewrite"
PLAY: Final = "none"
WRITTEN: Final = pytest.StashKey[Written]()
_COLLECTED: Final = pytest.StashKey[set[str]]()
_UNTOLD: Final = pytest.StashKey[CassetteError]()
_KEPT_WHOLE: Final = "a case is recorded whole or not at all"


def mode(config: pytest.Config) -> str | None:
    """The ``--record-mode`` that was given, None where none was or pytest-recording is off."""
    given: str | None = config.getoption("record_mode", default=None)
    return given


def check_mode(config: pytest.Config, *, replays: bool) -> None:
    """
    See that what was asked of pytest-recording can be done.

    Raises:
        CassetteError: It cannot.
    """
    given = mode(config)
    if given is None:
        return
    if given not in {RECORD, PLAY}:
        raise CassetteError(f"--record-mode={given}: {_KEPT_WHOLE}; use --record-mode={RECORD}")
    if given == RECORD and replays:
        raise CassetteError(f"--record-mode={RECORD}: a replay has nothing to record; name a target that answers")
    if given == PLAY and not replays:
        raise CassetteError(f"--record-mode={PLAY}: plays a recording; name one (--target=replay), or leave it out")
    if config.getoption("disable_recording", default=False):
        what = "captures" if given == RECORD else "plays"
        raise CassetteError(f"--disable-recording: with it --record-mode={given} {what} nothing; leave one out")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Remember which cases have a test, before any is deselected."""
    case = case_of(item)
    if case:
        item.config.stash.setdefault(_COLLECTED, set()).add(case.id)


def _check_tests(config: pytest.Config, suite: Suite) -> None:
    """
    See that every case on the recording has a test, where all tests were collected.

    Raises:
        CassetteError: One has none, so it would not be told, and nobody would notice.
    """
    folder, places = contract_tests(config)
    narrowed = any(config.getoption(name, default=None) for name in ("ignore", "ignore_glob", "lf"))
    if narrowed or not any(place == folder or place in folder.parents for place in places):
        return
    collected = config.stash.get(_COLLECTED, set())
    missing = [case.id for case in suite.cases if case.id not in collected]
    if missing:
        others = f", nor {len(missing) - 1} more" if missing[1:] else ""
        raise CassetteError(
            f"{missing[0]}: is on the recording, but no test tells it{others}; restore the test under tests/contract, "
            "or take its cases out of the contracts"
        )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the contract tests for pytest-recording, where it is to record or to play them."""
    suite = config.stash[SUITE]
    if suite.playback:
        try:
            _check_tests(config, suite)
        except CassetteError as error:
            if not is_worker(config):
                raise pytest.UsageError(str(error)) from None
            # What a worker raises here pytest-xdist takes for its own fault: one test says it instead.
            del items[1:]
            config.stash[_UNTOLD] = error
    if suite.cassettes is None and not (suite.playback and suite.playback.by_library):
        return
    for item in items:
        if case_of(item):
            item.add_marker(pytest.mark.vcr)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Say in a worker what the tests lack."""
    if _UNTOLD in item.config.stash:
        raise item.config.stash[_UNTOLD]


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The recording's folder; while recording, one that stays empty: what is captured is not to be written."""
    suite = request.config.stash.get(SUITE, None)
    if suite and suite.playback:
        return str(suite.playback.recording.folder)
    return str(tmp_path_factory.getbasetemp() / "captured")


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    """The case's place in a recording, without the suffix."""
    case = case_of(request.node)
    suite = request.config.stash[SUITE]
    if case is None or suite.playback is None:
        return str(request.node.name)
    if suite.playback.by_library:
        # The library reads any YAML, and expands what it finds there.
        suite.playback.cassette_of(case)
    folder = suite.playback.recording.folder
    return str(suite.playback.recording.place(case.id).relative_to(folder).with_suffix(""))


@pytest.fixture(scope="session")
def vcr_config(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What must agree, and what is captured at all: traffic with the target, with nobody else."""
    recorder = request.config.stash[SUITE].recorder
    config: dict[str, Any] = {"match_on": ["method", "path", "query", "body"], "decode_compressed_response": True}
    if recorder:
        # pytest-recording copies what it is given, and a method would be copied with all it is bound to.
        config["before_record_request"] = lambda request: recorder.is_of_target(request)  # noqa: PLW0108
    return config


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Let the recorder take what vcrpy would write to a file."""
    suite = config.stash.get(SUITE, None)
    if suite and suite.recorder:
        vcr.persister = suite.recorder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Write the cassette of a case that was recorded."""
    result = yield
    recorder = item.config.stash[SUITE].recorder
    if recorder and case_of(item):
        item.stash[WRITTEN] = recorder.finish()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send what was written along with the test's last report: of a worker that is interrupted nothing else arrives."""
    found = yield
    written = item.stash.get(WRITTEN, None)
    if written and found.when == "teardown":
        found.graphcancel_written = asdict(written)  # type: ignore[attr-defined]
    return found


def advised(item: pytest.Item, error: BaseException) -> str:
    """*error* in words, with the command that records the case anew where a recording is played."""
    playback = item.config.stash[SUITE].playback
    if playback is None or not isinstance(error, CassetteError):
        return str(error)
    file, _, test = item.nodeid.partition("::")
    place = os.path.relpath(item.config.rootpath / file, item.config.invocation_params.dir)
    return f'{error}\n  record it anew: {playback.recording.anew} "{Path(place).as_posix()}::{test}"'


def recordings(config: pytest.Config) -> Path:
    """Where recordings lie."""
    named = config.getoption("cassettes")
    return Path(named) if named else config.rootpath / "cassettes"


def begin(config: pytest.Config, suite: Suite) -> None:
    """Note in *suite* that this run records, if it was asked to."""
    if mode(config) == RECORD:
        suite.cassettes = recordings(config)


def play(config: pytest.Config, suite: Suite, recording: Recording) -> None:
    """
    Narrow *suite* to what is on *recording*, and to what should be.

    Raises:
        CassetteError: What is listed, what is on file and what the suite knows do not agree.
    """
    known = {case.id: case for case in suite.cases}
    check_files(recording, known)
    wanted = {*recording.cases, *unlisted(recording, ((case.id, case.contract) for case in suite.cases))}
    suite.cases = tuple(case for case in suite.cases if case.id in wanted)
    suite.beyond = len(known) - len(suite.cases)
    suite.playback = Playback(recording, suite.contracts, by_library=mode(config) == PLAY)


@contextmanager
def blocking(suite: Suite) -> Iterator[None]:
    """Within, no connection is made where a recording is played."""
    if not suite.playback:
        yield
        return
    with network.blocking_context():
        yield
