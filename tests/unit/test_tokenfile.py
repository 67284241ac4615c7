"""The token cache on disk: for its owner alone, whole at every moment, and never a reason to fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphcancel import tokenfile
from graphcancel.tokenfile import TokenFile, default_folder

NAMES = ("https://login.example", "tenant", "client")
GOOD = '{"AccessToken": {"a": {"secret": "t"}}}'


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "deep" / "cache"


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def file(folder, notes) -> TokenFile:
    return TokenFile(folder, NAMES, notes)


def modes(folder: Path) -> dict[str, int]:
    return {path.suffix: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}


def test_what_is_written_is_read_again(file, folder, notes):
    assert file.read() is None
    with file.locked():
        file.write(GOOD)

    assert TokenFile(folder, NAMES, notes).read() == GOOD
    assert notes == []


def test_it_is_for_its_owner_alone(file, folder):
    file.write(GOOD)

    assert modes(folder) == {"": 0o700, ".json": 0o600, ".lock": 0o600}


def test_its_name_tells_nothing_and_differs_for_each_app(file, folder):
    file.write(GOOD)
    TokenFile(folder, ("https://login.example", "tenant", "other"), []).write(GOOD)
    names = [path.name for path in folder.glob("*.json")]

    assert len(names) == 2
    assert not any("tenant" in name or "client" in name for name in names)


def test_a_cache_others_can_read_is_tightened_and_said(file, folder, notes):
    file.write(GOOD)
    (path,) = folder.glob("*.json")
    path.chmod(0o644)
    folder.chmod(0o755)

    again = TokenFile(folder, NAMES, notes)
    assert again.read() == GOOD
    assert modes(folder) == {"": 0o700, ".json": 0o600, ".lock": 0o600}
    assert len(notes) == 1
    assert "others could read it" in notes[0]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"5", b'{"AccessToken": []}', b'{"A": {"b": 1}}', b"\xff", b"[" * 99_999]
)
def test_a_damaged_cache_is_put_aside_with_a_line(text, file, folder, notes):
    file.write(GOOD)
    (path,) = folder.glob("*.json")
    path.write_bytes(text)

    assert file.read() is None
    assert notes == ["token cache: it was damaged and is put aside; sign in again: graphcancel doctor TARGET"]
    assert [path.suffix for path in sorted(folder.iterdir()) if path.suffix != ".lock"] == [".damaged"]
    file.write(GOOD)
    assert file.read() == GOOD


def test_a_folder_that_cannot_be_made_costs_the_cache_and_not_the_run(tmp_path, notes):
    (tmp_path / "file").write_text("")
    found = TokenFile(tmp_path / "file" / "cache", NAMES, notes)

    assert not found.usable
    with found.locked():
        pass
    assert len(notes) == 1
    assert "a sign-in lasts for this run only" in notes[0]


def test_somebody_elses_folder_is_not_used(folder, notes, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    assert not TokenFile(folder, NAMES, notes).usable
    assert "belongs to somebody else" in notes[0]


def test_what_cannot_be_written_is_said_once(file, notes, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tokenfile.tempfile, "mkstemp", full)
    file.write(GOOD)
    file.write(GOOD)

    assert notes == ["token cache: not written (No space left on device), so the sign-in lasts for this run only"]


def test_a_variable_names_another_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAPHCANCEL_TOKEN_CACHE", str(tmp_path))
    assert default_folder() == tmp_path

    monkeypatch.setenv("GRAPHCANCEL_TOKEN_CACHE", "")
    assert default_folder().parts[-2:] == ("graphcancel", "tokens")


ADD = """
import json, sys, time
from pathlib import Path
from graphcancel.tokenfile import TokenFile

notes = []
for number in range(25):
    file = TokenFile(Path(sys.argv[1]), ("a", "b", "c"), notes)
    with file.locked():
        found = json.loads(file.read() or '{"AccessToken": {}}')
        found["AccessToken"][f"{sys.argv[2]}-{number}"] = {"secret": "x" * 2000}
        file.write(json.dumps(found))
    TokenFile(Path(sys.argv[1]), ("a", "b", "c"), notes).read()
assert not notes, notes
"""


def test_four_processes_at_once_lose_nothing(folder):
    running = [subprocess.Popen([sys.executable, "-c", ADD, str(folder), str(number)]) for number in range(4)]

    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    found = TokenFile(folder, ("a", "b", "c"), []).read()
    assert len(json.loads(found or "")["AccessToken"]) == 100


def test_one_that_is_locked_for_good_is_not_waited_for(file, folder, monkeypatch):
    monkeypatch.setattr(tokenfile, "_PATIENCE_S", 0.1)
    with file.locked(), TokenFile(folder, NAMES, []).locked():
        file.write(GOOD)

    assert file.read() == GOOD
