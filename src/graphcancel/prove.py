"""
Running the suite against every fault, variation, combination and constant answer the mock can give.

Each errand gets a pytest process and a mock of its own (`forking`). What a finished one showed is written at once, so a
proof that was stopped goes on where it ended, as long as nothing it depends on has changed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from graphcancel.case import Case
from graphcancel.errors import RunError
from graphcancel.forking import Runs
from graphcancel.proof import NO_VERDICT, SURVIVED, Result, as_json, examine, from_json
from graphcancel.runfile import read_run
from graphcancel.sampling import chosen
from graphcancel.subjects import COMBINATION, CONSTANT, FAULT, VARIATION, Subject, read_catalogue

LIMIT_S: Final = {FAULT: 300.0, VARIATION: 300.0, COMBINATION: 600.0, CONSTANT: 180.0}
"""Seconds a run of the chosen cases may take, by kind of subject; one of every case may take twice as long."""

_SOURCES: Final = ("src/graph*/**/*", "contracts/*", "tests/contract/*.py", "conftest.py", "pyproject.toml")
# What takes longest comes first, so that no worker is left alone with it at the end.
_ORDER: Final = (COMBINATION, CONSTANT, VARIATION, FAULT)
_BAD_INPUT: Final = 4
# What is said where the first contact gets no answer.
_NO_ANSWER: Final = "check the URL, the network and that the server runs"


@dataclass(frozen=True, slots=True)
class Errand:
    """
    One run to make.

    Attributes:
        whole: With every case, not those chosen for the subject.
        wide: With every kind of case and every route beside those chosen for it.
    """

    subject: Subject
    whole: bool = False
    wide: bool = False


@dataclass(slots=True)
class Proof:
    """
    A proof in the making.

    Attributes:
        root: The project's folder.
        out: Where results and runs are written.
        state: What all that results depend on is at the moment.
    """

    root: Path
    out: Path
    cases: Sequence[Case]
    state: str = field(init=False)
    _nodes: Mapping[str, str] = field(default_factory=dict)
    _runs: Runs = field(init=False)

    def __post_init__(self) -> None:
        """Look at what the proof depends on, and make its folder."""
        if not (self.root / "tests" / "contract").is_dir():
            raise RunError(f"{self.root}: holds no tests/contract; run graphcancel prove from the project's checkout")
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{self.out}: cannot be made ({error.strerror}); name another folder with --out") from None
        self._runs = Runs(self.root)
        self.state = _fingerprint(self.root)

    # -- results on file --------------------------------------------------------------------------------------------

    def done(self, errands: Sequence[Errand]) -> dict[Errand, Result]:
        """What an earlier proof of the same state of things found out on *errands*."""
        found = {}
        keys = {self._key(errand): errand for errand in errands}
        with contextlib.suppress(OSError):
            for line in self._file.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    written = json.loads(line)
                    errand = keys.get(written["key"])
                    if errand and written["result"]["outcome"] != NO_VERDICT:
                        found[errand] = from_json(written["result"])
        return found

    def forget(self) -> None:
        """Start anew."""
        self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        return self.out / "results.jsonl"

    def _key(self, errand: Errand) -> str:
        return hashlib.sha256(repr((self.state, errand)).encode()).hexdigest()[:16]

    def _keep(self, errand: Errand, result: Result) -> None:
        # A line that a kill cut off must not swallow this one.
        broken = self._file.exists() and not self._file.read_bytes().endswith(b"\n")
        with self._file.open("a", encoding="utf-8") as file:
            file.write("\n" if broken else "")
            file.write(json.dumps({"key": self._key(errand), "result": as_json(result)}) + "\n")

    # -- running ----------------------------------------------------------------------------------------------------

    def run(
        self, errands: Sequence[Errand], workers: int, tell: Callable[[Errand, Result], None]
    ) -> dict[Errand, Result]:
        """
        Run the suite on each of *errands*, *workers* at a time.

        Args:
            tell: Called with each result as it comes.
        """
        self._nodes = self._nodes or self._collect()
        results = {}
        order = sorted(
            errands, key=lambda errand: (not errand.whole, not errand.wide, _ORDER.index(errand.subject.kind))
        )
        with ThreadPoolExecutor(workers) as pool:
            pending: dict[Future[Result], Errand] = {pool.submit(self._examine, one): one for one in order}
            try:
                while pending:
                    finished, _ = wait(pending, return_when=FIRST_COMPLETED)
                    for future in finished:
                        errand = pending.pop(future)
                        results[errand] = future.result()
                        self._keep(errand, results[errand])
                        tell(errand, results[errand])
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._runs.stop()
                raise
        return results

    def _collect(self) -> dict[str, str]:
        """Case id to the node id of its test."""
        command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"]
        listed = subprocess.run(  # noqa: S603 - our own interpreter
            command, cwd=self.root, env=_environ({}), capture_output=True, text=True, check=False
        )
        nodes = {}
        for line in listed.stdout.splitlines():
            test, bracket, rest = line.partition("[")
            if "::" in test and bracket:
                nodes[rest.removesuffix("]")] = line
        missing = [case.id for case in self.cases if case.id not in nodes]
        if missing:
            raise RunError(f"{self.root}: pytest does not collect {missing[0]}; try: pytest --collect-only -q")
        return nodes

    def _examine(self, errand: Errand) -> Result:
        """
        The result of *errand*. A fault that nothing finds is run again with every case.

        So what is said to survive survives the whole suite.
        """
        subject = errand.subject
        cases = chosen(subject, self.cases, whole=errand.whole, wide=errand.wide)
        apart = "whole" if errand.whole else "wide" if errand.wide else "."
        result = dataclasses.replace(self._run(subject, cases, self.out / apart / subject.name), wide=errand.wide)
        if result.outcome == SURVIVED and not result.whole:
            again = self._run(subject, self.cases, self.out / subject.name)
            result = dataclasses.replace(again, seconds=round(result.seconds + again.seconds, 1))
        return result

    def _run(self, subject: Subject, cases: Sequence[Case], folder: Path) -> Result:
        whole = len(cases) == len(self.cases)
        limit = LIMIT_S[subject.kind] * (2 if whole and subject.kind != CONSTANT else 1)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        selection: list[str] = []
        if not whole:
            (folder / "cases.txt").write_text("".join(f"{self._nodes[case.id]}\n" for case in cases), encoding="utf-8")
            selection = [f"@{folder / 'cases.txt'}"]
        # What is known of the mock is no excuse here.
        arguments = ["-q", "-p", "no:cacheprovider", f"--runs={folder}", f"--deviations={os.devnull}", *selection]
        environ = _environ({"GRAPHMOCK_OPTIONS": subject.options})
        started = time.monotonic()
        status = self._runs.run(arguments, environ, folder / "output.txt", limit)
        lines, seconds = _lines(folder), time.monotonic() - started
        unreachable = status == _BAD_INPUT and _NO_ANSWER in (folder / "output.txt").read_text(errors="replace")
        result = examine(subject, cases, lines, status, seconds, whole=whole, unreachable=unreachable)
        if status not in {0, 1, 5, 10, 12} and result.reason and not result.cases:
            result = dataclasses.replace(result, reason=f"{result.reason}: {_last_words(folder / 'output.txt')}")
        return result


def catalogue() -> tuple[Subject, ...]:
    """
    Every subject the installed mock knows.

    Raises:
        RunError: There is no mock, or it does not say.
    """
    command = [sys.executable, "-m", "graphmock", "faults", "--json"]
    listed = subprocess.run(command, env=_environ({}), capture_output=True, text=True, check=False)  # noqa: S603
    if listed.returncode:
        said = (listed.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RunError(f"graphmock faults --json: {said}; install the project with its mock")
    return read_catalogue(listed.stdout)


def _lines(folder: Path) -> list[dict[str, Any]]:
    """The case lines of the one run below *folder*, none where it left no whole run."""
    for file in folder.glob("*/run.jsonl"):
        with contextlib.suppress(RunError):
            return [dict(line) for line in read_run(file).parts[0].cases]
    return []


def _last_words(output: Path) -> str:
    lines = [line for line in output.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


def _environ(changes: Mapping[str, str]) -> dict[str, str]:
    """
    Our environment without what would change a run.

    Bytecode is written, or each start costs a second more; pytest's plugins stay out but for the project's own.
    """
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTEST_ADDOPTS", "GRAPHMOCK_OPTIONS"}}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **changes}


def _fingerprint(root: Path) -> str:
    """What a result depends on: sources, contracts, tests, interpreter and libraries."""
    digest = hashlib.sha256(sys.version.encode())
    installed = {f"{one.name}={one.version}\n" for one in importlib.metadata.distributions()}
    digest.update("".join(sorted(installed)).encode())
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for pattern in _SOURCES:
        found = (path for path in root.glob(pattern) if path.is_file() and path.suffix not in {".pyc", ".pyo"})
        yield from sorted(found)
