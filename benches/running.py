"""
Starting what is measured: our own programs, whole runs of the suite, the mock.

Each is a process of its own, started as a user starts it, and timed from its start to its end.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benches.bench import BenchError

ROOT = Path(__file__).resolve().parents[1]
PYTEST = ("pytest", "-q", "-p", "no:cacheprovider")
LIMIT_S = 1800
"""Nothing that is measured takes half an hour, unless it hangs."""
QUICK_EVERY = 60
"""Of how many cases one is run with `--quick`."""


class Timed(NamedTuple):
    """A program that ended: its seconds, those of the processor with those of its children, and what it printed."""

    seconds: float
    cpu: float
    said: str


class Command(NamedTuple):
    """A command of `graphcancel` that ended: the processor's seconds without its start, and the most memory in MB."""

    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """
    A run of the suite.

    Attributes:
        folder: Its run folder.
        requests: Everything it sent.
        generated: The generated calls among them, as its cases count them.
        cpu: Seconds of the processor of its process, from reading the contracts; None where nobody asked.
        mock_cpu: Those of its mock.
        peak: The most memory its process had, in MB; None where nobody asked or the machine does not say.
    """

    folder: Path
    seconds: float
    cases: int
    requests: int
    generated: int
    cpu: float | None = None
    mock_cpu: float | None = None
    peak: float | None = None


@dataclass(frozen=True, slots=True)
class Mock:
    """The mock while it runs; *token* is the organizer's."""

    url: str
    token: str

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.url).port or 0


def timed(
    program: str,
    *arguments: str,
    place: Path = ROOT,
    environ: Mapping[str, str] | None = None,
    statuses: Collection[int] = (0,),
) -> Timed:
    """
    Run a module of Python as a program, from its start to its end.

    Args:
        place: The folder it is started in.
        statuses: The exit statuses with which it did what it should.

    Raises:
        BenchError: It ended with another one, or never.
    """
    cpu, started = _cpu(), time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-m", program, *arguments],
            cwd=place,
            env=environment(environ or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{program} {' '.join(arguments)}: has not ended after {LIMIT_S} s") from None
    found = Timed(time.perf_counter() - started, _cpu() - cpu, done.stdout)
    if done.returncode not in statuses:
        said = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
        raise BenchError(f"{program} {' '.join(arguments)}: ended with {done.returncode}: {said[-1]}")
    return found


def command(*arguments: str, statuses: Collection[int] = (0,)) -> Command:
    """
    Run a command of `graphcancel` in a process of its own, as the unit tests do.

    Raises:
        BenchError: It ended with another status.
    """
    found = of_tests("runs")(list(arguments))
    if not found or found[0].status not in statuses:
        said = found[0].err.strip() if found else "it crashed, or this machine has no /proc"
        raise BenchError(f"graphcancel {' '.join(arguments)}: {said}")
    return Command(found[0].seconds, found[0].peak)


def of_tests(name: str) -> Callable[..., Any]:
    """A function of `tests/unit/published.py`."""
    found: Callable[..., Any] = runpy.run_path(str(ROOT / "tests" / "unit" / "published.py"))[name]
    return found


def suite(
    folder: Path,
    *options: str,
    every: int = 1,
    place: Path = ROOT,
    environ: Mapping[str, str] | None = None,
    costs: bool = False,
) -> SuiteRun:
    """
    Run the suite and keep its run below *folder*.

    Args:
        options: More options of pytest.
        every: Of how many cases one is run.
        place: The project it is run in.
        costs: Whether to note what its process costs; only without workers.

    Raises:
        BenchError: The run does not hold: then it is no time to measure it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    runs = Path(tempfile.mkdtemp(dir=folder, prefix="runs-"))
    given = {**(environ or {}), **({"BENCH_EVERY": str(every)} if every > 1 else {})}
    given |= {"BENCH_COST": str(runs / "cost")} if costs else {}
    plugin = ["-p", "benches.within"] if any(name.startswith("BENCH_") for name in given) else []
    done = timed(*PYTEST, f"--runs={runs}", *plugin, *options, place=place, environ=given)
    file = next(runs.glob("*/run.jsonl"), None)
    if file is None:
        raise BenchError(f"pytest {' '.join(options)}: ended well and left no run")
    _, *cases, last = file.read_text(encoding="utf-8").splitlines()
    calls = sum(case["generated"]["calls"] for case in map(json.loads, cases) if "generated" in case)
    found = SuiteRun(file.parent, done.seconds, len(cases), int(json.loads(last)["requests"]), calls)
    if not costs:
        return found
    cost = json.loads((runs / "cost").read_text(encoding="ascii"))
    return replace(found, cpu=cost["cpu"], mock_cpu=done.cpu - cost["whole"], peak=cost["peak"])


@contextlib.contextmanager
def mock(*options: str) -> Iterator[Mock]:
    """Run the mock, on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "graphmock", "serve", "--port", "0", "--write-target", folder]
        command += ["--with-parent", str(os.getpid()), *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment({}), cwd=ROOT) as process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                if "listening on" not in line:
                    raise BenchError(f"the mock did not start; try: python {' '.join(command[1:5])}")
                lines = (Path(folder) / "target.env").read_text(encoding="utf-8").splitlines()
                token = dict(line.split("=", 1) for line in lines)["GRAPH_ORGANIZER_TOKEN"]
                yield Mock(line.split()[-1], token)
            finally:
                process.terminate()


def _cpu() -> float:
    """Seconds of the processor of all processes that were waited for."""
    used = os.times()
    return used.children_user + used.children_system


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    """
    Our environment without what would change a run, and with this tree's sources.

    Bytecode is written, or each start costs a second more.
    """
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTEST_ADDOPTS", "GRAPHMOCK_OPTIONS"}}
    sources = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**kept, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": sources, **changes}
