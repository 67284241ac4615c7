"""
The project's own checks run something.
"""

from __future__ import annotations

import configparser

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
