"""
A pytest plugin that a bench puts into a run of the suite.

It takes every n-th of the chosen cases (`BENCH_EVERY`), keeps what the run sends with the status of each answer, 0 if
none came (`BENCH_REQUESTS`, a file), and notes what the process cost (`BENCH_COST`, a file), each where its variable is
set.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import requests

STATUS = Path("/proc/self/status")
_SENT: list[tuple[str, str, dict[str, str], bytes | None]] = []
_ANSWERED: list[int] = []
_SEND = requests.Session.send
_BEGAN: list[float] = []


def _recorded(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    body = request.body.encode() if isinstance(request.body, str) else request.body
    number = len(_SENT)
    _SENT.append((str(request.method), str(request.url), dict(request.headers), body))
    _ANSWERED.append(0)
    answer = _SEND(session, request, **options)
    # Where it was sent on to another address, that was a call of its own.
    _ANSWERED[number] = (answer.history or [answer])[0].status_code
    return answer


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Begin, before the suite does."""
    _BEGAN.append(time.process_time())
    if "BENCH_REQUESTS" in os.environ:
        requests.Session.send = _recorded  # type: ignore[assignment,method-assign]  # meant: every session's, for good


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Take every n-th case, in the order in which the suite runs them."""
    yield
    items[:] = items[:: int(os.environ.get("BENCH_EVERY", "1"))]


def pytest_unconfigure() -> None:
    """Write what was sent, which holds tokens of the mock alone, and what it cost."""
    if "BENCH_REQUESTS" in os.environ:
        Path(os.environ["BENCH_REQUESTS"]).write_bytes(pickle.dumps(list(zip(_SENT, _ANSWERED, strict=True))))
    if "BENCH_COST" in os.environ:
        whole = time.process_time()
        cost = {"cpu": whole - _BEGAN[0], "whole": whole, "peak": _peak()}
        Path(os.environ["BENCH_COST"]).write_text(json.dumps(cost), encoding="ascii")


def _peak() -> float | None:
    """The most memory the process had, in MB, None where the machine does not say."""
    if not STATUS.exists():
        return None
    # Not ru_maxrss: a process inherits that of the one that started it.
    found = re.search(r"VmHWM:\s*(\d+)", STATUS.read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else None
