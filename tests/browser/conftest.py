"""
A real browser: Debian's Chromium, driven by Playwright, offline. Where it is not there, that is said for every test.

Playwright's own browsers come from a server that not every machine may reach; a distribution's comes with its packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

sys.path.insert(0, str(ROOT / "tests" / "unit"))


def lacking() -> str | None:
    """What has to be installed before a browser can look, None where nothing is missing."""
    try:
        import playwright  # noqa: F401, PLC0415 - a dependency of these tests alone
    except ImportError:
        return "NOT TESTED: no playwright; tox run -e browser, or pip install playwright"
    if not CHROMIUM:
        return "NOT TESTED: no Chromium; apt-get install chromium"
    if not AXE.exists():
        return f"NOT TESTED: no axe-core; npm ci in {HERE.relative_to(ROOT)}"
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, without a window."""
    if reason := lacking():
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - as above

    # Chromium refuses a sandbox to root, as whom containers run.
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield found
        found.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory) -> dict[str, Path]:
    """Run folders by name: cases that hold, a mock with three faults, a target that lacks what half of them need."""
    folder = tmp_path_factory.mktemp("runs")

    def run(name: str, *options: str, faults: str = "") -> Path:
        environ = {**os.environ, "GRAPHMOCK_OPTIONS": faults}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--runs={folder / name}", *options]
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        return next((folder / name).iterdir())

    some = "-kevent-cancel.v1.0 and (me.events or groups) or conventions and me.events"
    faults = "--fault status-one-route-200 --fault sentence-curly-apostrophe --fault no-comment-no-mail"
    green = run("green", some)
    return {
        "green": green,
        "replay": run("replay", "--target=replay", some),
        "faults": run("faults", some, f"--baseline={green}", faults=faults),
        "whole": run("whole", "-n2", faults=faults),
    }
