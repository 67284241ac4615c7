"""
A pytest plugin that keeps what a run sends, for `overhead` to send again.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import requests

_SENT: list[tuple[str, str, dict[str, str], bytes | None]] = []
_SEND = requests.Session.send


def _recorded(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    body = request.body.encode() if isinstance(request.body, str) else request.body
    _SENT.append((str(request.method), str(request.url), dict(request.headers), body))
    return _SEND(session, request, **options)


def pytest_configure() -> None:
    """Begin."""
    requests.Session.send = _recorded  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    """Write what was sent; it holds tokens of the mock alone."""
    Path(os.environ["BENCH_REQUESTS"]).write_bytes(pickle.dumps(_SENT))
