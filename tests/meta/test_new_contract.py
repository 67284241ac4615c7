"""
The tutorial of `docs/new-contract.md` is executed as it stands, block by block, in a copy of the project.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT
from workflow_files import needs

PAGE = ROOT / "docs" / "new-contract.md"
BLOCK = re.compile(r"^```(bash|text|diff|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"Save this as `([^`]+)`")


@pytest.fixture
def copy(tmp_path) -> Path:
    """The project as it is here, less what it does not keep."""
    listed = run("git ls-files -z --cached --others --exclude-standard", ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            place = tmp_path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place)
    return tmp_path


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    environ |= {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(folder / "src"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)


@needs("bash", "git")
def test_from_the_page_to_a_running_suite_and_back(copy) -> None:
    text = PAGE.read_text(encoding="utf-8")
    printed, steps = "", []
    for block in BLOCK.finditer(text):
        language, content = block.groups()
        steps.append(language)
        if language == "bash":
            done = run(content, copy)
            printed = done.stdout + done.stderr
            assert done.returncode == 0, f"{content}\n{printed}"
        elif language == "diff":
            (copy / "step.diff").write_text(content, encoding="utf-8")
            done = run("git apply --verbose step.diff && rm step.diff", copy)
            assert done.returncode == 0, f"{content}\n{done.stderr}"
        elif language == "python":
            name = NAMED.findall(text[: block.start()])[-1]
            (copy / name).write_text(content, encoding="utf-8")
        else:
            for line in content.splitlines():
                assert line in printed, f"not in what was printed: {line}\n{printed}"

    assert steps == [
        "bash",
        "bash",
        "diff",
        "bash",
        "text",
        "python",
        "diff",
        "bash",
        "text",
        "bash",
        "bash",
        "text",
        "bash",
    ]
    # What the reader made passes what holds for the code that was there before.
    checked = run("ruff format --check src && ruff check src && mypy", copy)
    assert checked.returncode == 0, checked.stdout + checked.stderr
