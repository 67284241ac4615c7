"""
``docs/recording.md`` can be followed, with the mock in place of the tenant: its lines run, and what it shows is what is
seen.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from altering import in_answer, put, relabel
from documented import codes, fences, tables
from harness import ROOT, serving

from graphcancel.cassette import read_cassette, write_cassette
from graphcancel.recording import FILE, MOCK, OTHER, SERVICE, read_recording

PAGE = ROOT / "docs" / "recording.md"
PLAIN = "event-cancel.v1.0/me.events/organizer/pascal"
LINES = [line for _, line in fences(PAGE, "sh")]
# One story is enough to see that a line works; what whole runs judge is seen elsewhere.
FEW = f"{PLAIN} and not pascal/"


class Place:
    """A mock with a target file of the page's name, and folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.cassettes = folder / "cassettes"
        self.target = folder / "contoso.toml"
        self._folder = folder
        text = (folder / "target.toml").read_text(encoding="utf-8")
        self.target.write_text(re.sub(r"^name *=.*$", 'name = "contoso"', text, flags=re.MULTILINE), encoding="utf-8")
        lines = (folder / "target.env").read_text(encoding="utf-8").splitlines()
        self._environ = dict(line.split("=", 1) for line in lines if "=" in line)

    def run(self, line: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run a *line* of the page, on few cases unless it chooses itself."""
        program, *words = shlex.split(line)
        assert program == "pytest"
        words = [word.replace("targets/contoso.toml", str(self.target)) for word in words]
        words = [word for word in words if not word.startswith("--cassettes=")]
        chosen = [] if "-k" in [*words, *options] else ["-k", FEW]
        places = [f"--cassettes={self.cassettes}", f"--runs={self._folder / 'runs'}", "-p", "no:cacheprovider"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *words, *chosen, *places, *options],
            cwd=ROOT,
            env=os.environ | self._environ | {"PYTHONDONTWRITEBYTECODE": "", "COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )

    def bytes(self) -> dict[str, bytes]:
        """What is recorded."""
        found = (path for path in self.cassettes.rglob("*") if path.is_file())
        return {str(path.relative_to(self.cassettes)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("page")
    command = ["-m", "graphmock", "serve", "--with-parent", str(os.getpid())]
    with serving(command, folder):
        found = Place(folder)
        done = found.run(next(line for line in LINES if "-m " in line).replace("-n 4", "-n 2"))
        assert done.returncode == 0, done.stdout + done.stderr
        yield found


def block(word: str) -> list[str]:
    """The lines of the block of the page that shows *word*."""
    (found,) = (
        text for text in re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if word in text
    )
    return found.splitlines()


def test_recording_again_changes_no_byte(place) -> None:
    place.run(LINES[0])
    before = place.bytes()
    assert len(before) > 5
    assert "contoso/recording.json" in before

    done = place.run(LINES[0])

    assert done.returncode == 0, done.stdout
    assert place.bytes() == before


@pytest.mark.parametrize("line", [line for line in LINES if "replay" in line])
def test_the_lines_that_replay_do(place, line) -> None:
    shipped = "contoso" not in line
    if shipped:
        line = line.replace("replay", "replay:contoso")  # what is shipped is replayed elsewhere

    done = place.run(line)

    assert done.returncode == 0, done.stdout
    assert re.search(r"\b1 passed\b", done.stdout)


def test_what_was_recorded_passes_the_check(place) -> None:
    (line,) = (line for line in LINES if line.startswith("graphcancel"))
    words = [word.replace("cassettes/contoso", str(place.cassettes / "contoso")) for word in shlex.split(line)]

    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_drift_looks_as_shown(place, tmp_path) -> None:
    shown = block("drift")
    recording = relabel(place.cassettes / "contoso", tmp_path / "contoso")
    cassette = read_cassette(recording.place(PLAIN))
    interactions = list(cassette.interactions)
    call = interactions[2]
    interactions[2] = replace(call, body=str(call.body).replace("is called off", "is off"))
    write_cassette(recording.place(PLAIN), replace(cassette, interactions=tuple(interactions)))

    done = place.run("pytest --target=replay:contoso", f"--cassettes={tmp_path}")

    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stdout.splitlines()
    start = said.index(shown[0])
    assert said[start : start + 3] == shown[:3]
    advised = said[start + 3].replace(f"--cassettes={tmp_path} ", "")
    assert advised.startswith(shown[3].partition("…")[0])


def test_the_comparison_with_the_mock_looks_as_shown(place, tmp_path) -> None:
    shown = block("the mock has none")
    recording = relabel(place.cassettes / "contoso", tmp_path / "contoso")
    cassette = read_cassette(recording.place(PLAIN))
    interactions = list(cassette.interactions)
    in_answer(1, "0", put("body", "uid", value="id-99"))(interactions)
    write_cassette(recording.place(PLAIN), replace(cassette, interactions=tuple(interactions)))
    line = next(line for line in LINES if "--cassettes" in line)

    found = place.run(line, f"--cassettes={tmp_path}", "-k", "contoso")
    accepted = "\n".join(line for _, line in fences(PAGE, "toml"))
    (recording.folder / "parity.toml").write_text(accepted, encoding="utf-8")
    excused = place.run(line, f"--cassettes={tmp_path}", "-k", "contoso")

    said = found.stdout.splitlines()
    assert found.returncode == 1
    start = said.index(shown[0].replace("42 times", "once"))
    assert said[start + 1 : start + 4] == shown[1:]
    assert excused.returncode == 0, excused.stdout
    assert "1 passed" in excused.stdout


def test_the_tables_are_those_of_the_files(place) -> None:
    recording = json.loads((place.cassettes / "contoso" / FILE).read_text(encoding="utf-8"))
    cassette = json.loads(read_recording(place.cassettes / "contoso").place(PLAIN).read_text(encoding="utf-8"))
    (kinds,) = tables(PAGE, "`origin`", "what answered", "what a replay of it says")
    (own,) = tables(PAGE, "key of a cassette", "meaning")
    (keys,) = tables(PAGE, "key of `recording.json`", "meaning")

    assert set(codes(kinds)) == {MOCK, SERVICE, OTHER}
    assert set(codes(keys)) == set(recording)
    assert set(codes(own)) - {"knew", "took"} == set(cassette) - {"version", "interactions"}
    assert set(cassette["interactions"][0]) - {"request", "response"} == {"sealed"}


def test_no_stand_in_is_left_out_of_the_table_that_is_used(place) -> None:
    (rows,) = tables(PAGE, "real", "in a cassette")
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row[1])}
    written = b"".join(place.bytes().values()).decode()

    assert {"organizer@target.example", "mailbox-3@target.example", "user-organizer", "id-1", "name-1"} <= named
    assert all(name in written for name in named - {"address-1@elsewhere.example", "key-1", "next-1", "[…]"})
    assert dt.date(2030, 1, 1).isoformat() in written
