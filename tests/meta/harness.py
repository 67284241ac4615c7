"""
Mocks on request, the judge run on chosen cases without pytest between them, and whole runs as a user starts them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from graphcancel.case import Case
from graphcancel.contract import load_contracts
from graphcancel.ledger import Ledger
from graphcancel.marks import new_run
from graphcancel.overlap import Overlap
from graphcancel.record import Record
from graphcancel.session import Session, open_session
from graphcancel.targetfile import Description, Patience, read_target

ROOT = Path(__file__).parents[2]
EDITIONS: dict[str, str] = runpy.run_path(str(ROOT / "conftest.py"))["EDITIONS"]
IMPATIENT = Patience(effect_s=0.4, invite_s=3.0, read_s=10.0)


@contextlib.contextmanager
def serving(command: Sequence[str], folder: Path) -> Iterator[Description]:
    """Start a server that writes its target files into *folder*, and describe it."""
    process = subprocess.Popen(
        [sys.executable, *command, "--port", "0", "--write-target", str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "listening on" in line, line
        environ = dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines() if "=" in line)
        environ = {name: value.strip("'\"") for name, value in environ.items()}
        yield read_target(str(folder / "target.toml"), environ)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.close()


@contextlib.contextmanager
def mock(folder: Path, *options: str, patience: Patience = IMPATIENT) -> Iterator[Description]:
    """The bundled mock with *options*, each page at the edition that behaves as it says."""
    command = ["-m", "graphmock", "serve", "--with-parent", str(os.getpid()), *options]
    with serving(command, folder) as written:
        roots = {contract: f"{written.base_url}/{edition}" for contract, edition in EDITIONS.items()}
        yield replace(written, origin="mock", roots=roots, patience=patience)


def judge(
    description: Description, cases: Sequence[Case], *, seen_clean: bool = True
) -> tuple[dict[str, Record], Session]:
    """The record of each of *cases*, last look included, cleared up after, as far as that can be seen."""
    contracts = load_contracts(ROOT / "contracts")
    now = dt.datetime.now(dt.UTC)
    run, started = new_run(now), now.isoformat(timespec="seconds")
    session = open_session(description, contracts, run, started, "key")
    folder = tempfile.TemporaryDirectory()
    session.target.ledger = Ledger(Path(folder.name), run, started, description)
    overlap = Overlap(session.stories.tell, session.width)
    order = sorted(cases, key=lambda case: (case.family != "bookings", case.expects == "refused"))
    try:
        records = {case.id: overlap.record(case, order[position + 1 :]) for position, case in enumerate(order)}
        turned, left = session.finish(look=True)
        records |= {record.case.id: record for record in turned}
        assert bool(left) is not seen_clean, f"left behind: {left}"
    finally:
        overlap.close()
        session.close()
        session.target.ledger.close(cleared=True)
        folder.cleanup()
    return records, session


def one_of_each(cases: Sequence[Case]) -> list[Case]:
    """A sample that holds each family, actor, shape and circumstance of each contract once."""
    found: dict[tuple[str, ...], Case] = {}
    for case in cases:
        found.setdefault((case.contract, case.family, case.actor, case.body, str(case.circumstance)), case)
    return list(found.values())


def run(*options: str, runs: Path, cwd: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """A pytest run in a process of its own."""
    # On a CI machine pytest says every failure twice, once in full at the end.
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "BUILD_NUMBER"}}
    environ = inherited | {"PYTHONDONTWRITEBYTECODE": "", "COLUMNS": "100"} | environ
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--runs={runs}", "-o", f"cache_dir={runs.parent / 'cache'}", *options],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


def lines_of(runs: Path) -> list[dict]:
    """The lines of the one run below *runs*."""
    (file,) = runs.glob("*/run.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def counts(done: subprocess.CompletedProcess[str]) -> str:
    """Pytest's own last line, without the time; ours comes after it."""
    return next(
        re.sub(r" in [0-9.]+s.*", "", line).strip("= ")
        for line in reversed(done.stdout.strip().splitlines())
        if re.search(r" in [0-9.]+s", line)
    )
