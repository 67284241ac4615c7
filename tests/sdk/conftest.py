"""A stand-in as its own process, once over http and once over https, for clients that nobody adapted to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count
from pathlib import Path

import pytest
import requests

# Here a missing client is an error at import, not a test skipped.
CLIENTS = ("msgraph-sdk", "msgraph-core", "microsoft-kiota-http", "O365", "Office365-REST-Python-Client", "requests")

_subjects = count(1)


@dataclass(frozen=True)
class Service:
    """
    A running stand-in.

    Attributes:
        root: Scheme, host and port.
        ca: The certificate to trust, or None where there is no TLS.
        env: What ``target.env`` says.
    """

    root: str
    ca: Path | None
    env: dict[str, str]

    @property
    def is_https(self) -> bool:
        return self.ca is not None

    @property
    def verify(self) -> str | bool:
        """What requests calls ``verify``."""
        return str(self.ca) if self.ca else True

    def token(self, actor: str) -> str:
        return self.env[f"GRAPH_{actor.upper()}_TOKEN"]

    def throttle(self, times: int, wait: int = 1) -> None:
        """Have the next requests answered 429."""
        requests.post(f"{self.root}/_mock/throttle?next={times}&wait={wait}", verify=self.verify, timeout=5)

    @property
    def cancel_calls(self) -> int:
        return requests.get(f"{self.root}/_mock/counts", verify=self.verify, timeout=5).json()["cancel_calls"]


def pytest_report_header() -> str:
    return "clients: " + ", ".join(f"{name} {version(name)}" for name in CLIENTS)


def pytest_configure(config: pytest.Config) -> None:
    # What a client warns of is its own affair; the last line of this setting wins.
    config.addinivalue_line("filterwarnings", "ignore")


@pytest.fixture(scope="session", params=["http", "https"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-m", "graphmock", "serve", "--write-target", str(folder)]
    command += ["--tls"] if request.param == "https" else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        root = process.stdout.readline().split()[-1]
        env = dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
        yield Service(root, folder / "ca.pem" if request.param == "https" else None, env)
        process.terminate()
    assert process.returncode == 0


@pytest.fixture(scope="session", autouse=True)
def _plain_environment() -> Iterator[None]:
    # Requests lets these win over what a client was given, and no proxy leads to this machine.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        yield


@pytest.fixture
def subject() -> str:
    """A subject nothing else has."""
    return f"Talk {next(_subjects)}"
