"""
The suite's hooks in pytest: options, cases as parameters, verdicts as outcomes, the run's end.

Named by the root ``conftest.py``. pytest stays the engine: ``-k -m -n --lf -x --junitxml`` mean what they always mean.
What the process knows is in `graphcancel.suite`; under ``-n`` the workers send what they judged along with their test
reports.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from graphcancel import concluding, discretion, progress, selection, taping
from graphcancel.allotment import CALLS
from graphcancel.case import Case
from graphcancel.errors import GraphCancelError, fault
from graphcancel.finding_text import excuses, explain
from graphcancel.given import BUILT_IN, read_given
from graphcancel.prompting import asker, tell
from graphcancel.recorder import Written
from graphcancel.run import weight
from graphcancel.runfile import error_record
from graphcancel.selection import STANDINGS, SUITE, case_of, contract_tests, is_worker
from graphcancel.suite import BuiltInTarget, Offer, Suite
from graphcancel.verdict import Verdict


class Hooks:
    """The hook by which the root conftest offers the built-in target."""

    @pytest.hookspec(firstresult=True)
    def pytest_graphcancel_builtin(self, config: pytest.Config) -> BuiltInTarget | None:
        """Offer the target that ``--target mock`` means."""


RECORD: Final = pytest.StashKey[dict[str, Any]]()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hook of `Hooks`; take in the hooks about selection and recordings."""
    pluginmanager.add_hookspecs(Hooks)
    pluginmanager.register(selection, "graphcancel-selection")
    pluginmanager.register(taping, "graphcancel-taping")
    pluginmanager.register(progress, "graphcancel-progress")
    pluginmanager.register(concluding, "graphcancel-concluding")
    pluginmanager.register(discretion, "graphcancel-discretion")
    discretion.keep_discreet(pluginmanager)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's own options."""
    group = parser.getgroup("graphcancel", "contract tests of the cancel actions")
    group.addoption(
        "--target",
        default=BUILT_IN,
        metavar="TARGET",
        help="what to call: mock (default), replay or replay:NAME (a recording, offline), a base URL with tokens in "
        "GRAPH_ORGANIZER_TOKEN, GRAPH_ATTENDEE_TOKEN, GRAPH_APP_TOKEN and mailboxes in GRAPH_ORGANIZER_USER, "
        "GRAPH_ATTENDEE_USER, or a target file (….toml)",
    )
    group.addoption(
        "--deviations",
        default=None,
        metavar="FILE",
        help="list of findings already known for the target (default: ROOT/deviations/NAME-OF-TARGET.toml)",
    )
    group.addoption(
        "--cassettes",
        default=None,
        metavar="DIR",
        help="where recordings are read and written (default: ROOT/cassettes)",
    )
    group.addoption(
        "--baseline",
        default=None,
        metavar="RUN",
        help="an earlier run (its folder or run.jsonl): what changed since is shown at the end and kept with the run",
    )
    group.addoption(
        "--generated",
        default=None,
        type=int,
        metavar="N",
        help="make N generated calls as well, spread over the generated cases; tests/contract/test_generated.py named "
        f"by itself makes {CALLS} on the mock",
    )
    group.addoption("--runs", default=None, metavar="DIR", help="where run folders are written (default: ROOT/runs)")


def pytest_configure(config: pytest.Config) -> None:
    """Read contracts, target and known deviations before anything runs: bad input ends here, with one line."""
    config.addinivalue_line("markers", "cases(kind=…, actor=…, …): the cases a contract test speaks for")
    for standing in STANDINGS:
        config.addinivalue_line("markers", f"{standing}: set on cases of contracts of that standing")
    config.addinivalue_line("markers", "exemplar: set on the first case of each shape of a contract")
    try:
        config.stash[SUITE] = read_given(config)
    except GraphCancelError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what will be called."""
    suite = config.stash.get(SUITE, None)
    if suite is None:
        return None
    written = config.getoption("target")
    told = f"graph-cancel-contracts: target {written}, {len(suite.contracts)} contracts, {len(suite.cases)} cases"
    if suite.allotment.calls:
        told += f", {suite.allotment.calls} generated calls from seed {suite.allotment.seed}"
    return f"{told}, known deviations: {len(suite.deviations)}" if suite.deviations else told


# -- opening and closing -------------------------------------------------------------------------------------------


def _offer(config: pytest.Config) -> Offer:
    """How the built-in target is asked for."""

    def offer() -> BuiltInTarget | None:
        found: BuiltInTarget | None = config.hook.pytest_graphcancel_builtin(config=config)
        return found

    return offer


def _open_target(config: pytest.Config) -> None:
    """Controller: open the target; bad input ends the run with one line."""
    folder = config.getoption("runs")
    suite = config.stash[SUITE]
    try:
        with discretion.silenced():
            suite.open(_offer(config), Path(folder) if folder else config.rootpath / "runs", asker(config))
    except GraphCancelError as error:
        raise pytest.UsageError(str(error)) from None
    tell(config, suite.warnings())


def _join(config: pytest.Config) -> None:
    """Worker or single process: make ready to tell stories."""
    if is_worker(config):
        given = config.workerinput  # type: ignore[attr-defined]
        number = int(given["workerid"].removeprefix("gw"))
        with discretion.silenced():
            config.stash[SUITE].join(given["graphcancel"], number, _offer(config))
    else:
        _open_target(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker what it needs to reach the same target."""
    if _reaches_contract_tests(node.config):
        _open_target(node.config)
    node.workerinput["graphcancel"] = node.config.stash[SUITE].handed()


def _reaches_contract_tests(config: pytest.Config) -> bool:
    """Whether the arguments can select a contract test: the controller collects none itself."""
    folder, places = contract_tests(config)
    return any(place == folder or folder in place.parents or place in folder.parents for place in places)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker's end brought."""
    node.config.stash[SUITE].take(getattr(node, "workeroutput", {}).get("graphcancel"))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Open the target for the contract tests among the selected, and look and clear up after the last of them."""
    suite = session.config.stash[SUITE]
    controller_only = bool(getattr(session.config.option, "dist", "no") != "no") and not is_worker(session.config)
    suite.order = [case for item in session.items if (case := case_of(item))] if not controller_only else []
    suite.places = {case.id: place for place, case in reversed([*enumerate(suite.order)])}
    if suite.order and not session.config.option.collectonly:
        _join(session.config)
    try:
        with taping.blocking(suite):
            return (yield)
    except BaseException as error:
        suite.interrupted = True
        if _gave_up(session, error):
            raise session.Failed(str(error)) from None
        raise
    finally:
        try:
            with discretion.silenced():
                suite.finish(leads=not is_worker(session.config))
        finally:
            suite.close()
            if not is_worker(session.config):
                _keep(suite)
        if is_worker(session.config):
            session.config.workeroutput["graphcancel"] = suite.brought()  # type: ignore[attr-defined]
        else:
            _report_late(session, suite)


def _keep(suite: Suite) -> None:
    """List what was recorded; where that cannot be written the run ends with one line."""
    try:
        suite.keep()
    except GraphCancelError as error:
        raise pytest.UsageError(str(error)) from None


def _gave_up(session: pytest.Session, error: BaseException) -> bool:
    """Whether pytest-xdist ended a run after as many failures as ``-x`` allows: it calls that an interrupt."""
    allowed = session.config.getoption("maxfail") or 0
    foreign = isinstance(error, KeyboardInterrupt) and type(error) is not KeyboardInterrupt
    return foreign and 0 < allowed <= session.testsfailed


def _report_late(session: pytest.Session, suite: Suite) -> None:
    """A case whose refused call had an effect after all: pytest hears of its test once more, instead of before."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    for line in suite.late:
        suite.lines[line["id"]] = line
        nodeid, location = suite.nodes[line["id"]]
        if terminal:
            for outcome in ("passed", "xfailed", "failed"):
                terminal.stats[outcome] = [item for item in terminal.stats.get(outcome, []) if item.nodeid != nodeid]
        late = pytest.TestReport(nodeid, location, {}, "failed", "", "call")
        if weight(line) == "fail":
            late.longrepr = explain(line, suite.told, suite.see_again)
        else:
            late.outcome, late.wasxfail = "skipped", f"reason: {excuses(line)}"
        session.config.hook.pytest_runtest_logreport(report=late)


# -- one test ------------------------------------------------------------------------------------------------------


@pytest.fixture
def verdict(case: Case, request: pytest.FixtureRequest) -> Verdict:
    """
    The verdict of *case*: its whole story, arranging to clearing away, happens here.

    An inconclusive case is skipped with its reason. A finding that does not fail the run is xfailed: its contract does
    not gate, or a known deviation covers it.
    """
    suite = request.config.stash[SUITE]
    try:
        record, watched = suite.tell(case, partial(_upcoming, request.config, case))
    except Exception as error:
        # What a target sent may stand in an exception that is not our own: only its type is shown.
        foreseen = isinstance(error, GraphCancelError)
        reason = taping.advised(request.node, error) if foreseen else type(error).__name__
        request.node.stash[RECORD] = suite.line(error_record(case, reason))
        raise
    line = suite.line(record)
    request.node.stash[RECORD] = line | {"watched": watched}
    if record.verdict.name == "inconclusive":
        pytest.skip(str(record.verdict.reason))
    if record.verdict.name == "fail" and weight(line) != "fail":
        pytest.xfail(excuses(line))
    return record.verdict


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the case's line along with the report that decides it, and word a finding as a person reads it."""
    found = yield
    line = item.stash.get(RECORD, None)
    decides = line is not None and (found.when == "call" or (found.when == "setup" and not found.passed))
    if decides:
        found.graphcancel = line  # type: ignore[attr-defined]
    suite = item.config.stash[SUITE]
    if decides and line and found.failed and line["verdict"] == "fail":
        found.longrepr = explain(line, suite.told, suite.see_again)
    elif decides and line and found.skipped and line["verdict"] == "inconclusive":
        found.longrepr = (str(item.path), 0, f"inconclusive: {line['reason']}")
    elif found.failed and call.excinfo is not None and case_of(item):
        found.longrepr = _fault(item, call.excinfo)
    return found


def _fault(item: pytest.Item, raised: pytest.ExceptionInfo[BaseException]) -> str:
    """What went wrong with a test that is no finding: in words where it is foreseen, else where it happened."""
    if isinstance(raised.value, GraphCancelError):
        return taping.advised(item, raised.value)
    # A traceback in pytest's own style shows values, and among them addresses and ids.
    return f"{item.name}: {raised.value if isinstance(raised.value, discretion.OwnFault) else fault(raised.value)}"


def _upcoming(config: pytest.Config, case: Case) -> Iterator[Case]:
    """The cases that come after *case* in this process, each looked up when it is asked for: most never are."""
    suite = config.stash[SUITE]
    after = _assigned(config) if is_worker(config) else islice(suite.order, suite.places[case.id] + 1, None)
    return (one for one in after if one.kind != "generated")


def _assigned(config: pytest.Config) -> Iterator[Case]:
    """
    The cases pytest-xdist has assigned to this worker and that are still to come; another's would be told twice.

    It tells nobody but its own loop, so what it keeps is read; where that is not to be had, no case is begun early.
    """
    loop: Any = next((one for one in config.pluginmanager.get_plugins() if hasattr(one, "torun")), None)
    if loop is None or config.getoption("dist", default="no") == "worksteal":
        return iter(())
    with loop.torun.lock() as queue:
        numbers = [getattr(loop, "nextitem_index", None), *queue]
    return (case for n in numbers if isinstance(n, int) and (case := case_of(loop.session.items[n])))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Controller: keep the line; it is written at once unless the last look of the run may still change it."""
    suite = _CURRENT.get("suite")
    if suite is None:
        return
    if written := getattr(report, "graphcancel_written", None):
        suite.written = suite.written.joined(Written(**written))
    if line := getattr(report, "graphcancel", None):
        _keep_line(suite, report, line)
    if report.when == "teardown" and suite.told_to_end and not suite.interrupted:
        raise KeyboardInterrupt


def _keep_line(suite: Suite, report: pytest.TestReport, line: dict[str, Any]) -> None:
    suite.nodes[line["id"]] = (report.nodeid, report.location)
    watched = line.pop("watched", False)
    suite.lines[line["id"]] = line
    if watched:
        suite.watched.add(line["id"])
    elif suite.runfile:
        suite.runfile.case(line)


# pytest_runtest_logreport is given no config; a process has one session.
_CURRENT: dict[str, Suite] = {}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the suite for `pytest_runtest_logreport`."""
    if not is_worker(session.config):
        _CURRENT["suite"] = session.config.stash[SUITE]
        if threading.current_thread() is threading.main_thread():
            # What a CI system sends first; as an interrupt it still clears up what the run made.
            signal.signal(signal.SIGTERM, partial(_end, _CURRENT["suite"]))


def _end(suite: Suite, *_: object) -> NoReturn:
    """
    Raise an interrupt, and remember it: where Python was just clearing an object away, it shows the interrupt as
    ignored and goes on.
    """
    suite.told_to_end = True
    raise KeyboardInterrupt
