"""
The one file that knows both packages: it offers the bundled mock as the suite's built-in target.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
import requests

from graphcancel.errors import TargetError
from graphcancel.targetfile import Description, read_target

pytest_plugins = ["graphcancel.plugin"]

# Which edition of the mock behaves as which page says.
EDITIONS = {
    "event-cancel.beta-2021": "superseded",
    "event-cancel.beta-2017.de": "translated-de",
    "event-cancel.stub": "draft",
    "bookingappointment-cancel.stub": "draft",
}
CONTRACTS = Path(__file__).parent / "contracts"
START_S = 30


class Mock:
    """
    The bundled mock as a server of its own, one per run, on a free port.
    """

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self._digest: str | None = None

    def start(self) -> str:
        """Start it and return the folder with its target files."""
        folder = tempfile.mkdtemp(prefix="graphmock-")
        command = [sys.executable, "-m", "graphmock", "serve", "--port", "0", "--write-target", folder]
        command += ["--with-parent", str(os.getpid()), *self._options, *_options()]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self._process.stdout.readline() if self._process.stdout else ""
        if "listening on" not in line:
            self._process.kill()
            said = self._process.stderr.read().strip().splitlines() if self._process.stderr else []
            raise TargetError(f"--target mock: the mock did not start: {said[-1] if said else 'it said nothing'}")
        self._digest = self._state(folder)
        return folder

    def describe(self, place: str) -> Description:
        """The written target, with an edition for each page and every contract gating."""
        environ = dict(
            line.split("=", 1) for line in (Path(place) / "target.env").read_text().splitlines() if "=" in line
        )
        written = read_target(str(Path(place) / "target.toml"), environ)
        return replace(
            written,
            origin="mock",
            # A mock that was told to misbehave says so wherever its word is kept.
            software=" ".join(["graphmock", version("graph-cancel-contracts"), *_options()]),
            roots={contract: f"{written.base_url}/{edition}" for contract, edition in EDITIONS.items()},
            gates=tuple(path.stem for path in CONTRACTS.glob("*.yaml")),
        )

    def stop(self, place: str) -> str | None:
        """Stop it; a state that differs from the start's is residue."""
        left = None
        if self._process and self._process.poll() is None:
            try:
                if self._state(place) != self._digest:
                    left = "the mock's state differs from its state at the start"
            except requests.RequestException:
                left = "the mock gave no account of its state"
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        elif self._process:
            left = "the mock died during the run"
        for pipe in (self._process.stdout, self._process.stderr) if self._process else ():
            if pipe:
                pipe.close()
        for file in Path(place).iterdir():
            file.unlink()
        Path(place).rmdir()
        return left

    def _state(self, place: str) -> str:
        described = self.describe(place)
        with requests.Session() as session:
            session.trust_env = False
            session.verify = str(described.ca_bundle) if described.ca_bundle else True
            return str(session.get(f"{described.base_url}/_mock/state", timeout=START_S).json()["digest"])


def _options() -> list[str]:
    return os.environ.get("GRAPHMOCK_OPTIONS", "").split()


def pytest_graphcancel_builtin(config: pytest.Config) -> Mock:
    """Offer the mock to ``--target mock``; what is recorded was said over TLS, as a service says it."""
    return Mock(["--tls"] if config.getoption("record_mode", default=None) == "rewrite" else [])
