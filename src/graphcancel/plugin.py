"""
The suite's hooks in pytest: options, cases as parameters, verdicts as outcomes, the run's end.

Named by the root ``conftest.py``. pytest stays the engine: ``-k -m -n --lf -x --junitxml`` mean what they always mean.
What the process knows is in `graphcancel.suite`; under ``-n`` the workers send what they judged along with their test
reports.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from graphcancel import report as reporting
from graphcancel.case import Case
from graphcancel.cases import build_cases
from graphcancel.contract import contract_ids, load_contracts
from graphcancel.errors import GraphCancelError
from graphcancel.prompting import asker, tell
from graphcancel.runfile import error_line, record_line
from graphcancel.story import Record
from graphcancel.suite import BuiltInTarget, Offer, Suite
from graphcancel.summary import EXIT_RESIDUE, EXIT_UNJUDGED, Outcome, summary
from graphcancel.target import PAGES, WAITING
from graphcancel.targetfile import check_names, read_target
from graphcancel.verdict import Verdict

BUILT_IN: Final = "mock"
_ATTRIBUTES: Final = frozenset({"kind", "contract", "actor", "circumstance", "body", "family", "expects"})


class Hooks:
    """The hook by which the root conftest offers the built-in target."""

    @pytest.hookspec(firstresult=True)
    def pytest_graphcancel_builtin(self, config: pytest.Config) -> BuiltInTarget | None:
        """Offer the target that ``--target mock`` means."""


SUITE: Final = pytest.StashKey[Suite]()
RECORD: Final = pytest.StashKey[dict[str, Any]]()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hook of `Hooks`."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's own options."""
    group = parser.getgroup("graphcancel", "contract tests of the cancel actions")
    group.addoption(
        "--target",
        default=BUILT_IN,
        metavar="TARGET",
        help="what to call: mock (default), a base URL with tokens in GRAPH_ORGANIZER_TOKEN, GRAPH_ATTENDEE_TOKEN, "
        "GRAPH_APP_TOKEN and mailboxes in GRAPH_ORGANIZER_USER, GRAPH_ATTENDEE_USER, or a target file (….toml)",
    )
    group.addoption("--runs", default=None, metavar="DIR", help="where run folders are written (default: ROOT/runs)")


def pytest_configure(config: pytest.Config) -> None:
    """Read contracts and target before anything runs: bad input ends here, with one line."""
    config.addinivalue_line("markers", "cases(kind=…, actor=…, …): the cases a contract test speaks for")
    written = str(config.getoption("target"))
    try:
        described = None
        only: Sequence[str] = ()
        if written != BUILT_IN and not config.getoption("help", default=False):
            if written.split(":", 1)[0] == "replay":
                raise GraphCancelError(
                    f"--target {written}: this version ships no recordings; use mock, a URL or a file"
                )
            described = read_target(written, secrets=not config.getoption("collectonly", default=False))
            check_names(described, contract_ids(config.rootpath / "contracts"))
            only = described.contracts
        folder = config.rootpath / "contracts"
        # Without the folder there are no contract tests to be had; the mock's own tests need none.
        contracts = load_contracts(folder, only) if folder.is_dir() else ()
        cases = build_cases(contracts, described.cloud if described else None)
    except GraphCancelError as error:
        raise pytest.UsageError(str(error)) from None
    see_again = "" if written == BUILT_IN else f" --target={written}"
    config.stash[SUITE] = Suite(contracts, cases, described, see_again)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each contract test the cases its marker names."""
    marker = metafunc.definition.get_closest_marker("cases")
    if "case" not in metafunc.fixturenames or marker is None:
        return
    unknown = set(marker.kwargs) - _ATTRIBUTES
    if unknown or marker.args:
        named = ", ".join([*unknown, *map(repr, marker.args)])
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: cases(): unknown {named}")
    chosen = [case for case in metafunc.config.stash[SUITE].cases if selects(marker.kwargs, case)]
    narrowed = metafunc.config.stash[SUITE].described
    if not chosen and not (narrowed and narrowed.contracts):
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: no case is {marker.kwargs}")
    metafunc.parametrize("case", chosen, ids=[case.id for case in chosen])


def selects(wanted: Mapping[str, object], case: Case) -> bool:
    """Whether the keywords of a ``cases`` marker name *case*: a value, or any of a tuple of values."""
    for name, value in wanted.items():
        allowed = value if isinstance(value, tuple) else (value,)
        if getattr(case, name) not in allowed:
            return False
    return True


def _case_of(item: pytest.Item) -> Case | None:
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return case if isinstance(case, Case) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Give each case its turn.
    """
    items.sort(key=lambda item: case.turn if (case := _case_of(item)) else 0)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what will be called."""
    suite = config.stash.get(SUITE, None)
    if suite is None:
        return None
    written = config.getoption("target")
    return f"graph-cancel-contracts: target {written}, {len(suite.contracts)} contracts, {len(suite.cases)} cases"


def pytest_report_collectionfinish(config: pytest.Config, items: Sequence[pytest.Item]) -> str | None:
    """Say when a run is partial."""
    suite = config.stash[SUITE]
    chosen = sum(1 for item in items if _case_of(item))
    if not chosen or chosen == len(suite.cases):
        return None
    return f"partial run: {chosen} of {len(suite.cases)} cases selected; what the others cover is not examined"


# -- opening and closing -------------------------------------------------------------------------------------------


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


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
        suite.open(_offer(config), Path(folder) if folder else config.rootpath / "runs", asker(config))
    except GraphCancelError as error:
        raise pytest.UsageError(str(error)) from None
    tell(config, suite.warnings())


def _join(config: pytest.Config) -> None:
    """Worker or single process: make ready to tell stories."""
    if _is_worker(config):
        given = config.workerinput  # type: ignore[attr-defined]
        number = int(given["workerid"].removeprefix("gw"))
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
    folder = config.rootpath / "tests" / "contract"
    places = [(config.invocation_params.dir / argument.split("::", 1)[0]).resolve() for argument in config.args]
    return any(place == folder or folder in place.parents or place in folder.parents for place in places)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker's end brought."""
    node.config.stash[SUITE].take(getattr(node, "workeroutput", {}).get("graphcancel"))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Open the target for the contract tests among the selected, and look and clear up after the last of them."""
    suite = session.config.stash[SUITE]
    controller_only = bool(getattr(session.config.option, "dist", "no") != "no") and not _is_worker(session.config)
    suite.order = [case for item in session.items if (case := _case_of(item))] if not controller_only else []
    if suite.order and not session.config.option.collectonly:
        _join(session.config)
    try:
        return (yield)
    except BaseException:
        suite.interrupted = True
        raise
    finally:
        suite.finish(leads=not _is_worker(session.config))
        if _is_worker(session.config):
            session.config.workeroutput["graphcancel"] = suite.brought()  # type: ignore[attr-defined]
            suite.close()
        else:
            suite.close()
            _report_late(session, suite)


def _report_late(session: pytest.Session, suite: Suite) -> None:
    """A passed case whose refused call had an effect after all: pytest hears of it as a failure of that test."""
    for line in suite.late:
        suite.lines[line["id"]] = line
        nodeid, location = suite.nodes[line["id"]]
        if not line["gating"]:
            continue
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        if terminal:
            terminal.stats["passed"] = [item for item in terminal.stats.get("passed", []) if item.nodeid != nodeid]
        text = reporting.explain(line, suite.by_id, suite.see_again)
        late = pytest.TestReport(nodeid, location, {}, "failed", text, "call")
        session.config.hook.pytest_runtest_logreport(report=late)


# -- one test ------------------------------------------------------------------------------------------------------


@pytest.fixture
def verdict(case: Case, request: pytest.FixtureRequest) -> Verdict:
    """
    The verdict of *case*: its whole story, arranging to clearing away, happens here.

    An inconclusive case is skipped with its reason, a finding against a contract that does not gate is xfailed.
    """
    suite = request.config.stash[SUITE]
    if suite.overlap is None or suite.session is None:
        raise GraphCancelError("no target is open; run the contract tests through pytest as a whole")
    position = suite.order.index(case)
    upcoming = suite.order[position + 1 :]
    gating = suite.gating(case)
    origin = suite.description.origin
    try:
        record: Record = suite.overlap.record(case, upcoming)
    except GraphCancelError as error:
        request.node.stash[RECORD] = error_line(case, str(error), gating=gating, origin=origin)
        raise
    except Exception as error:
        request.node.stash[RECORD] = error_line(case, type(error).__name__, gating=gating, origin=origin)
        raise
    line = record_line(record, gating=gating, origin=origin)
    line["watched"] = suite.session.stories.is_watched(case)
    request.node.stash[RECORD] = line
    if record.verdict.name == "inconclusive":
        pytest.skip(str(record.verdict.reason))
    if record.verdict.name == "fail" and not gating:
        pytest.xfail(_first_finding(record.verdict))
    return record.verdict


def _first_finding(found: Verdict) -> str:
    line = next(item for item in found.findings if item.held is False)
    return f"{line.clause}: documented {line.documented}, received {line.received}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the case's line along with the report that decides it, and word a finding as a person reads it."""
    del call
    found = yield
    line = item.stash.get(RECORD, None)
    if line is None:
        return found
    decides = found.when == "call" or (found.when == "setup" and not found.passed)
    if decides:
        found.graphcancel = line  # type: ignore[attr-defined]
        suite = item.config.stash[SUITE]
        if found.failed and line["verdict"] == "fail":
            found.longrepr = reporting.explain(line, suite.by_id, suite.see_again)
        elif found.skipped and line["verdict"] == "inconclusive":
            found.longrepr = (str(item.path), 0, f"inconclusive: {line['reason']}")
    return found


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Controller: keep the line; it is written at once unless the last look of the run may still change it."""
    line = getattr(report, "graphcancel", None)
    suite = _CURRENT.get("suite")
    if line is None or suite is None:
        return
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
    if not _is_worker(session.config):
        _CURRENT["suite"] = session.config.stash[SUITE]
        if threading.current_thread() is threading.main_thread():
            # What a CI system sends first; as an interrupt it still clears up what the run made.
            signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the run file and decide the exit status."""
    suite = session.config.stash.get(SUITE, None)
    if suite is None or _is_worker(session.config) or suite.runfile is None:
        return
    late = {line["id"]: line for line in suite.late}
    for name in suite.watched:
        suite.runfile.case(late.get(name, suite.lines[name]))
    lines = list(suite.lines.values())
    partial = len(lines) < len(suite.cases)
    status = int(exitstatus)
    gaps = [] if partial else suite.gaps(lines)
    if status in {0, 1, 5}:
        judged = any(line["gating"] and line["verdict"] in {"pass", "fail"} for line in lines)
        fallback = 0 if judged else 5
        status = status or (EXIT_RESIDUE if suite.residue else EXIT_UNJUDGED if gaps else fallback)
    session.exitstatus = suite.status = status
    footer: dict[str, Any] = {
        "partial": partial,
        **{name: suite.counts.get(name, 0) for name in ("requests", "writes", WAITING, PAGES)},
        "residue": suite.residue,
        "unjudged": len(gaps),
        "exit": status,
    }
    if suite.interrupted and status != 1:
        suite.runfile.abandon()
    else:
        suite.runfile.close(footer)


# -- the end -------------------------------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Print what holds per page and clause, the disputes' readings and what was not tested."""
    suite = config.stash[SUITE]
    if not suite.lines or suite.runfile is None:
        return
    writer = terminalreporter._tw  # noqa: SLF001 - pytest offers no other way to the width of the terminal
    folder = suite.runfile.folder
    outcome = Outcome(
        name=suite.description.name,
        origin=suite.description.origin,
        lines=[suite.lines[case.id] for case in suite.cases if case.id in suite.lines],
        cases=suite.cases,
        contracts=suite.contracts,
        requests=suite.counts.get("requests", 0),
        gaps=suite.gaps(list(suite.lines.values())),
        residue=suite.residue,
        status=int(exitstatus) if suite.status is None else suite.status,
        file=(folder.relative_to(config.rootpath) if folder.is_relative_to(config.rootpath) else folder) / "run.jsonl",
    )
    color = bool(writer.hasmarkup) and not os.environ.get("NO_COLOR")
    for text in summary(outcome, width=writer.fullwidth, color=color):
        terminalreporter.write_line(text)
