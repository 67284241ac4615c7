"""
The workflows and the action as data, and their steps as a runner's shell would run them.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from harness import ROOT

from graphcancel.strict_yaml import read_yaml

FOLDER = ROOT / ".github" / "workflows"
CI, NIGHTLY, ACTION = FOLDER / "ci.yml", FOLDER / "nightly.yml", ROOT / "action.yml"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
FILES = [*WORKFLOWS, ACTION]
# As a runner starts it where `shell: bash` is asked for.
BASH = (shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
PROGRAMS = ("graphcancel", "graphmock", "pytest", "tox")
# What ends a command on its line.
ENDS = re.compile(r' 2?>| \||;|\)"| &')


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip what needs *programs* where one is missing; a CI machine has to have them, so there it runs and fails."""
    missing = [name for name in programs if not shutil.which(name)]
    return pytest.mark.skipif(bool(missing) and not os.environ.get("CI"), reason=f"needs {' and '.join(missing)}")


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow by name; an action is one job."""
    found = read_yaml(path)
    return found["jobs"] if "jobs" in found else {"action": found["runs"]}


def steps(path: Path) -> list[dict[str, Any]]:
    """All steps of the file."""
    return [step for job in jobs(path).values() for step in job["steps"]]


def step(path: Path, name: str, job: str | None = None) -> dict[str, Any]:
    """The one step of the file that is called so."""
    (found,) = (
        one
        for key, each in jobs(path).items()
        if job in {None, key}
        for one in each["steps"]
        if one.get("name") == name
    )
    return found


class Command(NamedTuple):
    """A command of ours in a script: *place* is the file and the step."""

    place: str
    program: str
    arguments: tuple[str, ...]


def commands(path: Path) -> Iterator[Command]:
    """Every command of ours in the scripts of the file, with what is conditional or a list written out."""
    for one in steps(path):
        script = one.get("run", "").replace("\\\n", " ")
        script = re.sub(r"\$\{\w+:\+([^\"}]*)\"?(\$\w+)?\"?\}", r"\1\2", script)
        script = script.replace('"${runs[@]}"', "RUN RUN").replace('"${expected[@]}"', "--expect NAME")
        for line in script.splitlines():
            for found in re.finditer(rf"(?:^|[\s(/])({'|'.join(PROGRAMS)})\"?(?= [^#]) (.*)", line):
                words = shlex.split(ENDS.split(found[2])[0])
                yield Command(f"{path.name}: {one.get('name')}", found[1], tuple(words))


@dataclass
class Runner:
    """A folder in which steps are run one by one, with what a runner gives them."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.programs = self.folder / "programs"
        self.programs.mkdir(parents=True)
        for name in ("graphcancel", "pytest"):
            install(self.programs / name, f'exec "{sys.executable}" -m {name} "$@"')
        self.environ = {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "",
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        } | self.environ

    def does(self, script: dict[str, Any], **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a step's *script*; what an earlier one handed over or showed is forgotten."""
        for name in ("output", "summary"):
            (self.folder / name).write_text("", encoding="utf-8")
        return subprocess.run(
            [*BASH, script["run"]],
            cwd=self.folder, env=self.environ | environ, capture_output=True, text=True, timeout=170, check=False,
        )  # fmt: skip

    @property
    def output(self) -> dict[str, str]:
        """What the last step handed over."""
        lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        """What the last step showed in the job's summary."""
        return (self.folder / "summary").read_text(encoding="utf-8")


def install(path: Path, script: str) -> None:
    """Put a program made of *script* at *path*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
