"""
The project's own checks run something.
"""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys

import pytest
from harness import ROOT

TOX = configparser.ConfigParser(interpolation=None)
TOX.read(ROOT / "tox.ini", encoding="utf-8")
ENVIRONMENTS = [name.strip() for name in TOX["tox"]["env_list"].split(",")]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_has_commands_of_its_own(name):
    """
    Each environment of a bare ``tox run`` runs at least one command, set in the one section tox reads for it.
    """
    assert TOX[f"testenv:{name}"]["commands"].strip()
    assert not [section for section in TOX.sections() if "{" in section], "tox reads one section an environment"


def test_ci_runs_what_the_readme_says():
    """
    Continuous integration calls the command that the README gives for the tests.
    """
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert '/tox" run' in script
    assert "tox run\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_nothing_stands_in_the_way_of_the_readmes_first_command():
    """
    No tracked file bears the name of the environment that the README makes, tox writes none, and no package lies about.
    """
    assert TOX["tox"]["venv_redirect"] == "false"
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = listed.stdout.split("\0")

    assert not [name for name in names if name.split("/")[0].startswith(".venv") or name.endswith((".whl", ".gz"))]


@pytest.mark.parametrize("folder", ["unit", "mock", "meta", "contract"])
def test_every_test_that_is_collected_is_kept(folder):
    """
    What a hook drops without a word is not run, and pytest counts it as collected all the same.
    """
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", f"tests/{folder}", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    *_, told = done.stdout.splitlines()
    number = re.fullmatch(r"(\d+) tests collected in .*", told)
    assert number, told
    assert sum(line.startswith("tests/") and "::" in line for line in done.stdout.splitlines()) == int(number[1])
