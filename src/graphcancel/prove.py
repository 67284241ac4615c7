"""
Running the suite against every fault, variation and constant answer the mock can give.

Each subject gets a pytest process and a mock of its own. What a finished one showed is written at once, so a proof that
was stopped goes on where it ended, as long as nothing it depends on has changed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import hashlib
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from graphcancel.case import Case
from graphcancel.errors import GraphCancelError, RunError
from graphcancel.proof import (
    NO_VERDICT,
    Result,
    Subject,
    as_json,
    chosen,
    examine,
    from_json,
    holds,
    read_catalogue,
    summary,
)
from graphcancel.runfile import read_run

LIMIT_S: Final = {"fault": 300.0, "variation": 300.0, "constant": 180.0}
"""Seconds a run may take, by kind of subject."""

_CLEARING_S: Final = 10.0
_SOURCES: Final = ("src/**/*.py", "contracts/*", "tests/contract/*.py", "conftest.py", "pyproject.toml")
_LIBRARIES: Final = ("pytest", "requests", "urllib3", "starlette", "uvicorn", "httptools")


@dataclass(slots=True)
class Proof:
    """
    A proof in the making.

    Attributes:
        root: The project's folder.
        out: Where results and runs are written.
        whole: Whether every subject is run with every case.
    """

    root: Path
    out: Path
    cases: Sequence[Case]
    whole: bool = False
    _nodes: Mapping[str, str] = field(default_factory=dict)
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _state: str = ""

    def __post_init__(self) -> None:
        """Look at what the proof depends on, and make its folder."""
        if not (self.root / "tests" / "contract").is_dir():
            raise RunError(f"{self.root}: holds no tests/contract; run graphcancel prove from the project's checkout")
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{self.out}: cannot be made ({error.strerror}); name another folder with --out") from None
        self._state = _fingerprint(self.root)

    # -- results on file --------------------------------------------------------------------------------------------

    def done(self, subjects: Sequence[Subject]) -> dict[str, Result]:
        """What an earlier proof of the same state of things found out about *subjects*."""
        found = {}
        keys = {subject.name: self._key(subject) for subject in subjects}
        with contextlib.suppress(OSError):
            for line in self._file.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    written = json.loads(line)
                    name = written["result"]["name"]
                    if written["key"] == keys.get(name) and written["result"]["outcome"] != NO_VERDICT:
                        found[name] = from_json(written["result"])
        return found

    def forget(self) -> None:
        """Start anew."""
        self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        return self.out / "results.jsonl"

    def _key(self, subject: Subject) -> str:
        return hashlib.sha256(repr((self._state, subject, self.whole)).encode()).hexdigest()[:16]

    def _keep(self, subject: Subject, result: Result) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": self._key(subject), "result": as_json(result)}) + "\n")

    # -- running ----------------------------------------------------------------------------------------------------

    def run(self, subjects: Sequence[Subject], workers: int, tell: Callable[[Result], None]) -> list[Result]:
        """
        Run the suite against each of *subjects*, *workers* at a time.

        Args:
            tell: Called with each result as it comes.
        """
        self._nodes = self._collect()
        results = []
        # What takes longest comes first, so that no worker is left alone with it at the end.
        order = sorted(subjects, key=lambda subject: ("constant", "variation", "fault").index(subject.kind))
        with ThreadPoolExecutor(workers) as pool:
            pending: dict[Future[Result], Subject] = {pool.submit(self._examine, one): one for one in order}
            try:
                while pending:
                    finished, _ = wait(pending, return_when=FIRST_COMPLETED)
                    for future in finished:
                        subject = pending.pop(future)
                        result = future.result()
                        self._keep(subject, result)
                        results.append(result)
                        tell(result)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._stopped.set()
                for process in list(self._running):
                    process.send_signal(signal.SIGTERM)
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

    def _examine(self, subject: Subject) -> Result:
        cases = chosen(subject, self.cases, whole=self.whole)
        folder = self.out / subject.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        selection: list[str] = []
        if len(cases) < len(self.cases):
            (folder / "cases.txt").write_text("".join(f"{self._nodes[case.id]}\n" for case in cases), encoding="utf-8")
            selection = [f"@{folder / 'cases.txt'}"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--runs={folder}"]
        # What is known of the mock is no excuse here.
        command += [f"--deviations={os.devnull}", *selection]
        started = time.monotonic()
        with (folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command, cwd=self.root, env=_environ({"GRAPHMOCK_OPTIONS": subject.options}),
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
            self._running.add(process)
            try:
                status = self._ended(process, LIMIT_S[subject.kind])
            finally:
                self._running.discard(process)
        result = examine(subject, cases, _lines(folder), status, time.monotonic() - started)
        if status not in {0, 1, 5, 10, 12} and result.reason and not result.cases:
            result = dataclasses.replace(result, reason=f"{result.reason}: {_last_words(folder / 'output.txt')}")
        return result

    def _ended(self, process: subprocess.Popen[bytes], limit: float) -> int | None:
        """The exit status, None where the run had to be stopped: first as a person would, so that it clears up."""
        if self._stopped.is_set():
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(_CLEARING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return None

    # -- the end ----------------------------------------------------------------------------------------------------

    def write(self, results: Sequence[Result], seconds: float, workers: int) -> Path:
        """Write ``proof.json``, whole or not at all."""
        path = self.out / "proof.json"
        content = {
            "holds": holds(results),
            "summary": summary(results),
            "whole": self.whole,
            "workers": workers,
            "seconds": round(seconds, 1),
            "results": [as_json(result) for result in results],
        }
        handle, name = tempfile.mkstemp(dir=self.out, prefix=".proof.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
        Path(name).replace(path)
        return path


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


def select(subjects: Sequence[Subject], faults: Sequence[str], variations: Sequence[str]) -> list[Subject]:
    """
    The subjects named, all where none is.

    Raises:
        GraphCancelError: A name nobody knows, with the nearest known one.
    """
    for option, names, kinds in (("fault", faults, {"fault", "constant"}), ("vary", variations, {"variation"})):
        known = [subject.name for subject in subjects if subject.kind in kinds]
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else "graphmock faults lists them"
                raise GraphCancelError(f"--{option} {name}: unknown; {hint}")
    wanted = {*faults, *variations}
    return [subject for subject in subjects if not wanted or subject.name in wanted]


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
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            digest.update(f"{name}={importlib.metadata.version(name)}\n".encode())
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for pattern in _SOURCES:
        yield from sorted(path for path in root.glob(pattern) if path.is_file())
