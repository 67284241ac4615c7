"""
Running tests against mutants, each in a process of its own, forked from one that has imported all there is.

Nothing is written to the sources. Where only functions are altered, the tests are collected once, and a process swaps
the functions (`swapping`). Else it forgets the module that is altered, whatever imports it and the tests, and imports
them again, the altered one from memory.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import math
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from typing import Final, Literal

import pytest
from mutants import Mutant
from swapping import Swaps, swap, swaps_of

Outcome = Literal["killed", "survived", "timed out"]
# As little as can be: one failure is enough, and nobody reads why.
_PLAIN: Final = (
    *("-x", "-q", "--tb=no", "--assert=plain", "--capture=no"),
    *("--disable-plugin-autoload", "-p", "no:cacheprovider"),
)

ENDING: Final = (signal.SIGINT, signal.SIGTERM)
_CHILDREN: Final[set[int]] = set()
"""The processes that run a mutant now."""


class _Altered(MetaPathFinder, SourceLoader):
    """Finds one module, with the text given."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self, origin=str(self._path)) if fullname == self._name else None

    def get_filename(self, fullname: str) -> str:
        return str(self._path)

    def get_data(self, path: str) -> bytes:
        return self._source.encode()


def passes(tests: Sequence[Path], *, plugins: Sequence[object] = ()) -> bool:
    """Whether *tests* pass in this process, which has then imported what they need; nothing they print is shown."""
    silent = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1), os.dup(2)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    try:
        found = pytest.main([*_PLAIN, f"--confcutdir={tests[0].parent}", *map(str, tests)], plugins=[*plugins])
    finally:
        for number, file in enumerate(kept, 1):
            os.dup2(file, number)
            os.close(file)
        os.close(silent)
    return found == pytest.ExitCode.OK


class _Collected:
    """
    Runs what pytest has collected once for each mutant that needs nothing imported anew.

    Attributes:
        rest: The mutants that do.
    """

    def __init__(self, mutants: Iterable[Mutant], folder: Path, drive: Callable[..., None]) -> None:
        self.rest: list[Mutant] = []
        self._mutants, self._folder, self._drive = mutants, folder, drive

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of running them once."""
        sources: dict[str, str] = {}
        ready: dict[int, Swaps] = {}
        # What found the mutant before is likely to find the next one, too: it is asked first.
        order = list(range(len(session.items)))
        found = mmap.mmap(-1, 8)

        def swappable() -> Iterator[Mutant]:
            for mutant in self._mutants:
                source = sources.setdefault(mutant.module, (self._folder / f"{mutant.module}.py").read_text())
                module = importlib.import_module(f"{self._folder.name}.{mutant.module}")
                swaps = swaps_of(mutant, module, source) if mutant.source != source else []
                if swaps is None:
                    self.rest.append(mutant)
                    continue
                ready[id(mutant)] = swaps
                last = int.from_bytes(found[:], "big")
                order.remove(last)
                order.insert(0, last)
                yield mutant

        def begin(mutant: Mutant) -> bool:
            swap(ready[id(mutant)])
            for place, number in enumerate(order):
                item = session.items[number]
                following = session.items[order[place + 1]] if place + 1 < len(order) else None
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    found[:] = number.to_bytes(8, "big")
                    return False
            return bool(order)

        self._drive(swappable(), begin)
        return True


def run_all(
    mutants: Iterable[Mutant],
    tests: Sequence[Path],
    folder: Path,
    *,
    processes: int,
    limit_s: float,
    told: Callable[[Mutant, Outcome], None],
) -> None:
    """
    Tell what becomes of each of *mutants*, up to *processes* at once.

    Args:
        folder: The package they are of.
        limit_s: After how many seconds a run counts as one without an end.
    """
    above: dict[str, frozenset[str]] = {}

    def anew(mutant: Mutant) -> bool:
        if mutant.module not in above:
            above[mutant.module] = _importers(folder, mutant.module)
        _forget(above[mutant.module], folder.name, tests[0].parent)
        name = f"{folder.name}.{mutant.module}"
        sys.meta_path.insert(0, _Altered(name, folder / f"{mutant.module}.py", mutant.source))
        # One file after the other: most mutants are found by the first.
        return all(passes([test]) for test in tests)

    def drive(some: Iterable[Mutant], begin: Callable[[Mutant], bool]) -> None:
        _drive(some, begin, processes=processes, limit_s=limit_s, told=told)

    collected = _Collected(mutants, folder, drive)
    passes(tests, plugins=[collected])
    drive(collected.rest, anew)


def _drive(
    mutants: Iterable[Mutant],
    begin: Callable[[Mutant], bool],
    *,
    processes: int,
    limit_s: float,
    told: Callable[[Mutant, Outcome], None],
) -> None:
    waiting = iter(mutants)
    running: dict[int, tuple[Mutant, float]] = {}
    while True:
        while len(running) < processes and (mutant := next(waiting, None)) is not None:
            child = _fork(mutant, begin, limit_s)
            _CHILDREN.add(child)
            running[child] = mutant, time.monotonic()
        if not running:
            return
        for child, (mutant, begun) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            late = time.monotonic() - begun > limit_s
            if not done and late:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            if done or late:
                del running[child]
                _CHILDREN.discard(child)
                code = os.waitstatus_to_exitcode(status) if done else -signal.SIGALRM
                told(mutant, "survived" if code == 0 else "timed out" if code == -signal.SIGALRM else "killed")
        time.sleep(0.005)


def _fork(mutant: Mutant, begin: Callable[[Mutant], bool], limit_s: float) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        # Where whoever watches the limit is gone, nothing else would end a mutant without an end.
        signal.alarm(math.ceil(limit_s) + 1)
        status = 0 if begin(mutant) else 1
    finally:
        os._exit(status)


def end(number: int, _frame: object = None) -> None:
    """End this process, told to by signal *number*, and those that run a mutant; pytest would swallow an exception."""
    for child in _CHILDREN:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os._exit(128 + number)


def _forget(names: frozenset[str], package: str, tests: Path) -> None:
    """Let whatever is in *names*, and the tests, be imported anew."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name in names:
            # "from package import module" would find it there.
            delattr(sys.modules[package], name.rpartition(".")[2])
        if name in names or (file and Path(file).is_relative_to(tests)):
            del sys.modules[name]


def _importers(folder: Path, module: str) -> frozenset[str]:
    """*module* of the package in *folder* and every other that imports it, directly or not."""
    package = folder.name
    imports = {path.stem: _imports(ast.parse(path.read_text()), package) for path in folder.glob("*.py")}
    found = {module}
    while more := {name for name, inner in imports.items() if inner & found} - found:
        found |= more
    return frozenset(f"{package}.{name}" for name in found)


def _imports(tree: ast.Module, package: str) -> frozenset[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            names.add((node.module or "").removeprefix(f"{package}."))
    return frozenset(names)
