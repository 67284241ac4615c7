"""
A recording that is killed leaves whole cassettes, and a replay says what it did not get to.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from harness import ROOT, lines_of, run
from small_recording import SHIPPED, cut_out, replayed
from tampering import REQUESTS, reseal

from graphcancel.cassette import read_cassette
from graphcancel.recording import read_recording


def _killed_while_recording(cassettes: Path, tmp_path: Path, goes_on: Callable[[], bool]) -> None:
    """Record the cases of one route and end the process outright once *goes_on* says no."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "pytest", "-q", "--record-mode=rewrite", f"--cassettes={cassettes}",
            f"--runs={tmp_path / 'killed'}", "-p", "no:cacheprovider", "-k", "event-cancel.v1.0/me.events/organizer",
        ],
        cwd=ROOT, env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while goes_on() and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
        assert not goes_on()
    finally:
        process.kill()
        process.wait(10)


def test_a_first_recording_that_is_killed(tmp_path):
    """
    Every cassette is whole, and the replay says that the recording is not.
    """
    cassettes = tmp_path / "cassettes"
    _killed_while_recording(cassettes, tmp_path, lambda: len(list(cassettes.rglob("*.yaml"))) < 2)
    found = list(cassettes.rglob("*.yaml"))
    assert all(read_cassette(path).interactions for path in found)
    done = run("--target=replay", f"--cassettes={cassettes}", runs=tmp_path / "runs")
    assert (done.returncode, "was not brought to its end; record it again" in done.stderr) == (4, True)


def test_a_later_recording_that_is_killed(tmp_path):
    """
    Every cassette is the old or the new one: here old ones that drifted, so that the replay names what is still old.
    """
    chosen = read_recording(SHIPPED).cases
    names = [name for name in chosen if name.startswith("event-cancel.v1.0/me.events/organizer")]
    folder = cut_out(tmp_path / "cassettes" / "mock", names)
    old = {}
    for name in names:
        place = read_recording(folder).place(name)
        table = json.loads(place.read_text(encoding="utf-8"))
        REQUESTS["added-key"](table)
        place.write_text(reseal(table), encoding="utf-8")
        old[name] = (place, place.read_bytes())

    def changed() -> set[str]:
        return {name for name, (place, before) in old.items() if place.read_bytes() != before}

    _killed_while_recording(folder.parent, tmp_path, lambda: len(changed()) < 2)
    new = changed()
    done = replayed(folder, tmp_path / "runs")
    lines = [line for line in lines_of(tmp_path / "runs") if line["kind"] == "case"]
    assert {line["id"] for line in lines if line["verdict"] != "error"} == new
    assert 2 <= len(new) < len(names)
    assert done.returncode == 1
    assert done.stdout.count("drift: body.added\n") == len(names) - len(new)
