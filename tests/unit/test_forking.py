"""Runs that are forked off one process: where that cannot be, and what becomes of them when the proof is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graphcancel.errors import RunError
from graphcancel.forking import Runs

HERE = Path(__file__).parent
ENDLESS = """
import os, pathlib, time

def test_it():
    pathlib.Path("going").write_text(str(os.getpid()))
    time.sleep(120)
"""
PROOF = """
import sys
from pathlib import Path
from graphcancel.forking import Runs

if __name__ == "__main__":
    Runs(Path.cwd()).run(["-q", "-p", "no:cacheprovider", "test_endless.py"], {}, Path("output.txt"), 100)
"""


def test_a_system_without_a_fork_server_is_told_so(monkeypatch, tmp_path):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])

    with pytest.raises(RunError, match="no fork server"):
        Runs(tmp_path).run([], {}, tmp_path / "output.txt", 1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a fork server")
def test_a_run_ends_with_a_proof_that_is_killed(tmp_path):
    """
    Else it would go on writing where the next proof puts its own runs.
    """
    (tmp_path / "test_endless.py").write_text(ENDLESS, encoding="utf-8")
    (tmp_path / "prove.py").write_text(PROOF, encoding="utf-8")
    environ = os.environ | {"PYTHONPATH": str(HERE.parents[1] / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen([sys.executable, "prove.py"], cwd=tmp_path, env=environ)
    going = tmp_path / "going"
    _until(lambda: going.exists() and going.read_text(encoding="utf-8"))

    process.send_signal(signal.SIGKILL)
    process.wait()

    run = int(going.read_text(encoding="utf-8"))
    _until(lambda: not _alive(run))


def _until(holds) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
