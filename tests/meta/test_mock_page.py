"""
What `docs/mock.md` offers to be copied works as it stands: in a shell, in pytest, in Node.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT
from workflow_files import needs

PAGE = (ROOT / "docs" / "mock.md").read_text(encoding="utf-8")
PATHS = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def blocks(language: str) -> list[str]:
    """The fenced blocks of *language*."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def run(command: list[str], folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    # Of the surroundings only what finds the program under test.
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "HOME") if name in os.environ}
    return subprocess.run(
        command, cwd=folder, env={**kept, "PATH": PATHS, **environ}, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@needs("bash", "curl")
def test_the_shell_session(tmp_path) -> None:
    (script,) = blocks("bash")
    script = script.replace("8080", str(free_port()))

    found = run(["bash", "-euo", "pipefail", "-c", script], tmp_path)

    assert found.returncode == 0, found.stderr
    assert '"subject": "Talk"' in found.stdout
    assert '"meetingMessageType": "meetingRequest"' in found.stdout


def test_the_fixture(tmp_path) -> None:
    for block in blocks("python"):
        name = block.splitlines()[0].removeprefix("# ")
        (tmp_path / name).write_text(block, encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conftest.py", "test_my_client.py"]

    found = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], tmp_path)

    assert found.returncode == 0, found.stdout + found.stderr
    assert "2 passed" in found.stdout


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_the_javascript(tmp_path) -> None:
    (script,) = blocks("js")
    (tmp_path / "my-client.test.mjs").write_text(script, encoding="utf-8")
    command = [sys.executable, "-m", "graphmock", "serve", "--write-target", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        found = run(["node", "--test"], tmp_path, **variables(tmp_path))
        process.terminate()

    assert found.returncode == 0, found.stdout
    assert "pass 1" in found.stdout


@pytest.mark.parametrize(
    ("heads", "options"),
    [(("variable",), ()), (("variable", "variable of the authority"), ("--auth-port", "0"))],
    ids=["usual", "authority"],
)
def test_the_variables_are_those_documented(tmp_path, heads, options) -> None:
    rows = [PAGE.partition(f"| {head} | what it holds |\n|---|---|\n")[2].partition("\n\n")[0] for head in heads]
    command = [sys.executable, "-m", "graphmock", "serve", "--tls", "--write-target", str(tmp_path), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.terminate()
        process.communicate()

    assert sorted(re.findall(r"^\| `(\w+)` \|", "\n".join(rows), re.MULTILINE)) == sorted(variables(tmp_path))


def variables(folder: Path) -> dict[str, str]:
    """What target.env says."""
    return dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())


def test_the_clients_named_are_those_sent() -> None:
    rows = re.findall(r"^\| ([\w@/-]+) \| ([\d.]+) \|", PAGE, re.MULTILINE)
    environment = (ROOT / "tox.ini").read_text().partition("[testenv:sdk]")[2].partition("\n[")[0]
    pinned = re.findall(r"^    ([\w-]+)==([\d.]+)$", environment, re.MULTILINE)
    package = (ROOT / "tests" / "sdk" / "npm" / "package.json").read_text()
    pinned += [
        (name, found) for name, found in re.findall(r'"(@[\w/-]+)": "([\d.]+)"', package) if "queryable" not in name
    ]

    assert sorted(rows) == sorted(pinned)
