"""
The suite inside pytest: options, cases as parameters, verdicts as outcomes, the run's end.

Named by the root ``conftest.py``. pytest stays the engine: ``-k -m -n --lf -x --junitxml`` mean what they always mean.
The process that talks to the user (the controller) opens the target and writes the run; under ``-n`` the workers send
what they judged along with their test reports.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import signal
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from graphcancel import report as reporting
from graphcancel.cases import Case, build_cases
from graphcancel.contract import Contract, contract_ids, load_contracts
from graphcancel.errors import GraphCancelError
from graphcancel.overlap import Overlap
from graphcancel.runfile import RunFile, error_line, record_line
from graphcancel.session import Session, open_session
from graphcancel.story import Record
from graphcancel.summary import EXIT_RESIDUE, EXIT_UNJUDGED, Outcome, summary
from graphcancel.targetfile import Description, check_names, read_target
from graphcancel.verdict import Verdict

BUILT_IN: Final = "mock"
_ATTRIBUTES: Final = frozenset({"kind", "contract", "actor", "circumstance", "body", "family", "expects"})


class BuiltInTarget(Protocol):
    """What the root conftest hands over for ``--target mock``: a server to start, describe and stop."""

    def start(self) -> str:
        """Start it; return where `describe` finds it, as text that a worker process can be given."""

    def describe(self, place: str) -> Description:
        """The description of the server at *place*."""

    def stop(self, place: str) -> str | None:
        """Stop it; return what is left in its state that was not there at the start, None for nothing."""


class Hooks:
    """The hook by which the root conftest offers the built-in target."""

    @pytest.hookspec(firstresult=True)
    def pytest_graphcancel_builtin(self, config: pytest.Config) -> BuiltInTarget | None:
        """Offer the target that ``--target mock`` means."""


@dataclass
class Suite:
    """
    State of one pytest process.

    Attributes:
        place: Where the built-in target is, once started.
        lines: Lines of ``run.jsonl`` so far, by case id (controller only).
        late: Records the last look of a worker turned to a finding.
    """

    contracts: tuple[Contract, ...]
    cases: tuple[Case, ...]
    described: Description | None
    see_again: str
    builtin: BuiltInTarget | None = None
    place: str | None = None
    run: str = ""
    key: str = ""
    started: str = ""
    contact: Mapping[str, Any] | None = None
    session: Session | None = None
    overlap: Overlap | None = None
    order: list[Case] = field(default_factory=list)
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    nodes: dict[str, tuple[str, tuple[str, int | None, str]]] = field(default_factory=dict)
    watched: set[str] = field(default_factory=set)
    runfile: RunFile | None = None
    residue: str | None = None
    status: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    late: list[dict[str, Any]] = field(default_factory=list)
    interrupted: bool = False

    @property
    def by_id(self) -> dict[str, Contract]:
        """The contracts by id."""
        return {contract.id: contract for contract in self.contracts}

    @property
    def description(self) -> Description:
        """The target's description."""
        if self.described is None:
            raise GraphCancelError("the target is not described yet")
        return self.described

    def gating(self, case: Case) -> bool:
        """Whether a finding of *case* fails the run."""
        gates = self.description.gates
        if gates is None:
            return self.by_id[case.contract].standing == "current"
        return case.contract in gates


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
            described = read_target(written)
            check_names(described, contract_ids(config.rootpath / "contracts"))
            only = described.contracts
        contracts = load_contracts(config.rootpath / "contracts", only)
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
    Bookings first, refusals last: refused calls are kept until the end, and absence is best judged when lags are known.
    """

    def rank(item: pytest.Item) -> int:
        case = _case_of(item)
        if case is None:
            return 0
        if case.family == "bookings":
            return 0
        return {"accepted": 1, "open": 2, "refused": 3}[case.expects]

    items.sort(key=rank)


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


def _open_target(config: pytest.Config) -> None:
    """Controller: start or reach the target once, before the first case."""
    suite = config.stash[SUITE]
    if suite.run:
        return
    suite.run = f"gc{secrets.token_hex(4)}"
    suite.key = secrets.token_hex(16)
    suite.started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    try:
        if suite.described is None:
            suite.builtin = config.hook.pytest_graphcancel_builtin(config=config)
            if suite.builtin is None:
                raise GraphCancelError("--target mock: no built-in target is offered here; run pytest in the project")
            suite.place = suite.builtin.start()
            suite.described = suite.builtin.describe(suite.place)
        session = open_session(suite.description, suite.contracts, suite.run, suite.started, suite.key)
        suite.session = session
        suite.contact = session.contact
        folder = config.getoption("runs")
        suite.runfile = RunFile(
            Path(folder) if folder else config.rootpath / "runs", suite.description.name, _header(suite)
        )
    except GraphCancelError as error:
        _close_target(suite)
        raise pytest.UsageError(str(error)) from None


def _header(suite: Suite) -> dict[str, Any]:
    description = suite.description
    return {
        "target": description.name,
        "origin": description.origin,
        "cloud": description.cloud,
        "run": suite.run,
        "contracts": {
            contract.id: {"standing": contract.standing, "revision": contract.revision, "sha256": contract.sha256}
            for contract in suite.contracts
        },
        "gates": sorted({case.contract for case in suite.cases if suite.gating(case)}),
        "cases": len(suite.cases),
    }


def _close_target(suite: Suite) -> None:
    if suite.session:
        suite.session.close()
    if suite.builtin and suite.place:
        place, suite.place = suite.place, None
        left = suite.builtin.stop(place)
        if left and not suite.residue:
            suite.residue = left


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker what it needs to reach the same target."""
    suite = node.config.stash[SUITE]
    _open_target(node.config)
    node.workerinput["graphcancel"] = {
        "run": suite.run,
        "started": suite.started,
        "place": suite.place,
        "contact": suite.contact,
        "key": suite.key,
    }


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker's end brought."""
    suite = node.config.stash[SUITE]
    given = getattr(node, "workeroutput", {}).get("graphcancel")
    if not given:
        suite.residue = suite.residue or "a worker ended without clearing away what it made"
        return
    suite.late += given["late"]
    suite.residue = suite.residue or given["residue"]
    for name, number in given["counts"].items():
        suite.counts[name] = suite.counts.get(name, 0) + number


def _join(config: pytest.Config) -> None:
    """Worker or single process: make ready to tell stories."""
    suite = config.stash[SUITE]
    if _is_worker(config):
        given = config.workerinput["graphcancel"]  # type: ignore[attr-defined]
        # Each worker has a mark of its own, so that the one that ends first clears away nothing of another's.
        number = config.workerinput["workerid"].removeprefix("gw")  # type: ignore[attr-defined]
        suite.key = given["key"]
        suite.run, suite.started, suite.place = f"{given['run']}w{int(number):03d}", given["started"], None
        if suite.described is None:
            builtin = config.hook.pytest_graphcancel_builtin(config=config)
            suite.described = builtin.describe(given["place"])
        suite.session = open_session(
            suite.description, suite.contracts, suite.run, suite.started, suite.key, given["contact"]
        )
    else:
        _open_target(config)
    if suite.session:
        suite.overlap = Overlap(suite.session.stories.tell, suite.session.width)


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
        if suite.session:
            suite.session.stage.leads = not _is_worker(session.config)
            suite.session.stage.booked |= any("bookingBusinesses" in line["route"] for line in suite.lines.values())
            _finish_stories(suite)
        if _is_worker(session.config):
            session.config.workeroutput["graphcancel"] = {  # type: ignore[attr-defined]
                "late": suite.late,
                "residue": suite.residue,
                "counts": suite.counts,
            }
            if suite.session:
                suite.session.close()
        else:
            _close_target(suite)
            _report_late(session, suite)


def _finish_stories(suite: Suite) -> None:
    session = suite.session
    if session is None:
        return
    if suite.overlap:
        suite.overlap.close()
    turned, left = session.finish(look=not suite.interrupted)
    origin = suite.description.origin
    suite.late += [record_line(record, gating=suite.gating(record.case), origin=origin) for record in turned]
    if left:
        suite.residue = f"{left} objects of this run could not be removed"
    for name, number in session.target.counts.items():
        suite.counts[name] = suite.counts.get(name, 0) + number


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
    gaps = [] if partial else _gaps(suite, lines)
    if status in {0, 1, 5}:
        judged = any(line["gating"] and line["verdict"] in {"pass", "fail"} for line in lines)
        fallback = 0 if judged else 5
        status = status or (EXIT_RESIDUE if suite.residue else EXIT_UNJUDGED if gaps else fallback)
    session.exitstatus = suite.status = status
    footer: dict[str, Any] = {
        "partial": partial,
        "requests": suite.counts.get("requests", 0),
        "residue": suite.residue,
        "unjudged": len(gaps),
        "exit": status,
    }
    if suite.interrupted and status != 1:
        suite.runfile.abandon()
    else:
        suite.runfile.close(footer)


def _gaps(suite: Suite, lines: Sequence[Mapping[str, Any]]) -> list[reporting.Missing]:
    waived = suite.description.waived
    families = {"group": "groups", "booking_business": "bookings", "booking_service": "bookings"}
    left = {families.get(name, name) for name in waived}
    by_route = {(case.route.written.split(" ", 1)[-1], case.contract): case.family for case in suite.cases}
    return [gap for gap in reporting.unjudged(lines) if by_route.get((gap.route, gap.contract)) not in left]


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
        gaps=_gaps(suite, list(suite.lines.values())),
        residue=suite.residue,
        status=int(exitstatus) if suite.status is None else suite.status,
        file=(folder.relative_to(config.rootpath) if folder.is_relative_to(config.rootpath) else folder) / "run.jsonl",
    )
    color = bool(writer.hasmarkup) and not os.environ.get("NO_COLOR")
    for text in summary(outcome, width=writer.fullwidth, color=color):
        terminalreporter.write_line(text)
