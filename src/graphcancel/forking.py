"""
Runs of pytest, each in a process of its own that is forked off one which has imported what all of them need.

To start Python and import the suite takes longer than a dozen cases do. What is imported beforehand holds no state of a
run; pytest itself, the plugin, contracts and tests are begun anew in each.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graphcancel.errors import RunError

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

# All that graphcancel.plugin imports. The plugin itself is left to pytest, which rewrites its assertions.
_IMPORTED: Final = [
    "pytest",
    *(f"graphcancel.{name}" for name in ("concluding", "discretion", "given", "progress", "selection", "taping")),
    "graphcancel.__main__",
]
_CLEARING_S: Final = 10.0


@dataclass(slots=True)
class Runs:
    """
    The runs that are going.

    Attributes:
        root: The folder they run in.
    """

    root: Path
    _running: set[ForkServerProcess] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)
    # Starting a process asks after all others, and of two threads that learn of one's end only one gets its status.
    _one: threading.Lock = field(default_factory=threading.Lock)

    def run(self, arguments: Sequence[str], environ: Mapping[str, str], output: Path, limit: float) -> int | None:
        """
        Run pytest, what it prints going to *output*.

        Returns:
            The exit status, None where it had to be stopped: first as a person would, so that it clears up.
        """
        if "forkserver" not in multiprocessing.get_all_start_methods():
            raise RunError("graphcancel prove: this system has no fork server; run it on Linux or macOS")
        context = multiprocessing.get_context("forkserver")
        process = context.Process(target=_pytest, args=(list(arguments), dict(environ), str(self.root), str(output)))
        with self._one:
            context.set_forkserver_preload(_IMPORTED)
            process.start()
            self._running.add(process)
        try:
            if self._stopped.is_set():
                process.terminate()
            if self._ended(process, limit):
                return process.exitcode
            process.terminate()
            if not self._ended(process, _CLEARING_S):
                process.kill()
                self._ended(process, None)
            return None
        finally:
            self._running.discard(process)

    def stop(self) -> None:
        """Ask every run to end, those as well that have yet to begin."""
        self._stopped.set()
        for process in list(self._running):
            process.terminate()

    def _ended(self, process: ForkServerProcess, limit: float | None) -> bool:
        if not wait([process.sentinel], limit):
            return False
        with self._one:
            process.join()
        return True


def _pytest(arguments: Sequence[str], environ: Mapping[str, str], root: str, output: str) -> None:
    """What the new process does: as ``python -m pytest`` in *root* would."""
    threading.Thread(target=_end_with_the_proof, daemon=True).start()
    os.chdir(root)
    os.environ.clear()
    os.environ.update(environ)
    # Where bytecode is not kept, pytest rewrites a thousand assertions anew on every start.
    sys.dont_write_bytecode = False
    sys.path.insert(0, root)
    sys.argv = ["pytest", *arguments]
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(file, 1)
    os.dup2(file, 2)
    import pytest  # noqa: PLC0415 - imported already where it is to run, and needless in the process that asks for it

    sys.exit(int(pytest.main(list(arguments))))


def _end_with_the_proof() -> None:
    """End this run as a person would when the proof it is part of was killed: the next one writes to its folder."""
    proof = multiprocessing.parent_process()
    if proof is not None:
        wait([proof.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
