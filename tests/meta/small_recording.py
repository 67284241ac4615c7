"""
Recordings of a few cases, cut out of the shipped one, and what their ``recording.json`` says.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness import ROOT, run
from tampering import Table

from graphcancel import recording as recordings
from graphcancel.onfile import printable
from graphcancel.recording import FILE, read_recording

SHIPPED = ROOT / "cassettes" / "mock"


def cut_out(folder: Path, names: Sequence[str]) -> Path:
    """A recording at *folder* of the cases of those *names*, whole in itself."""
    shipped = read_recording(SHIPPED)
    for name in names:
        place = replace(shipped, folder=folder).place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped.place(name), place)
    write(folder, table_of(SHIPPED) | {"cases": sorted(names), "complete": []})
    return folder


def write(folder: Path, table: Table) -> None:
    """Write ``recording.json``, sealed anew."""
    table.pop("sealed", None)
    (folder / FILE).write_text(printable(table | {"sealed": recordings._seal(table)}), encoding="utf-8")


def table_of(folder: Path) -> Table:
    """What ``recording.json`` says."""
    return json.loads((folder / FILE).read_text(encoding="utf-8"))


def replayed(folder: Path, runs: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A replay of the recording at *folder*, as a user starts it."""
    return run("--target=replay", f"--cassettes={folder.parent}", *options, runs=runs)
