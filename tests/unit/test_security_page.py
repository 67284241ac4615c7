"""What SECURITY.md says of bounds and tests is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
DEPENDENCIES = PAGE.partition("## Dependencies")[2].partition("\n## ")[0]


def test_each_bound_is_that_of_the_installation():
    """
    A version that is told as the least allowed one is what pyproject.toml or tox.ini asks for.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    least = dict(found.groups() for one in asked if (found := re.match(r"([A-Za-z0-9_-]+)(?:\[.*\])?>=([0-9.]+)", one)))
    told = dict(re.findall(r"([A-Za-z][A-Za-z0-9]*)\s(\d+(?:\.\d+)+) \(CVE", DEPENDENCIES))

    assert len(told) >= 7
    known = {name.lower(): version for name, version in least.items()}
    assert {name: known.get(name.lower()) for name in told} == told


def test_each_file_that_is_named_is_there():
    named = set(re.findall(r"`((?:src|tests)/[\w/.]+\.py)`", PAGE))

    assert len(named) > 15
    assert not [name for name in named if not (ROOT / name).is_file()]
