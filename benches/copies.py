"""
The project with its contracts several times over: each copy under an id of its own.

A copy says what its page says, of the same service, so every case of it holds. The conventions are left out: their
cases are asked once for each family of routes, however many pages there are, and would hide how the rest grows.
"""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

from benches.running import ROOT

CONVENTIONS = "graph-conventions"
TESTS_OF_CONVENTIONS = ("test_conventions.py", "test_observations.py")


def write_project(folder: Path, times: int) -> None:
    """Write a project that pytest runs as it runs this one, with each contract that lists routes *times* over."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests" / "contract").mkdir(parents=True)
    for file in (ROOT / "tests" / "contract").glob("*.py"):
        if file.name not in TESTS_OF_CONVENTIONS:
            shutil.copy(file, folder / "tests" / "contract")
    _write_contracts(folder / "contracts", times)
    conftest = ROOT / "conftest.py"
    editions = runpy.run_path(str(conftest))["EDITIONS"]
    # A copy is called under the edition of its original.
    copies = {_copied(name, number): editions[name] for name in editions for number in range(2, times + 1)}
    text = f"{conftest.read_text(encoding='utf-8')}\n\nEDITIONS |= {copies!r}\n"
    (folder / "conftest.py").write_text(text, encoding="utf-8")


def _write_contracts(folder: Path, times: int) -> None:
    """Write the contracts, their schema and their disputes."""
    folder.mkdir()
    shutil.copy(ROOT / "contracts" / "schema.json", folder)
    for file in (ROOT / "contracts").glob("*.yaml"):
        if file.stem in {"disputes", CONVENTIONS}:
            continue
        text = file.read_text(encoding="utf-8")
        for number in range(1, times + 1):
            copied = _copied(file.stem, number)
            changed, found = re.subn(rf"(?m)^  id: {re.escape(file.stem)}$", f"  id: {copied}", text)
            assert found == 1, file
            (folder / f"{copied}.yaml").write_text(changed, encoding="utf-8")
    disputes = (ROOT / "contracts" / "disputes.yaml").read_text(encoding="utf-8")
    # Each copy gives the reading that its original gives.
    repeated = re.sub(
        r"(?m)^( +- )([a-z0-9.-]+)(#[a-z0-9.-]+)\n",
        lambda line: "".join(f"{line[1]}{_copied(line[2], number)}{line[3]}\n" for number in range(1, times + 1)),
        disputes,
    )
    (folder / "disputes.yaml").write_text(repeated, encoding="utf-8")


def _copied(name: str, number: int) -> str:
    return name if number == 1 else f"{name}.copy-{number}"
