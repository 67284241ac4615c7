"""
What the suite costs above its own requests.

A full run against the mock, start-up and reports included, is timed against a bare keep-alive loop of `requests` that
sends the very same exchanges to a mock of the same seed. Machines are noisy: both are run in turns, the ratio counts.

    python benches/overhead.py [ROUNDS]
"""

from __future__ import annotations

import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

ROOT = Path(__file__).resolve().parents[1]
SEED = ["--seed", "7"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def suite(folder: Path, *options: str) -> float:
    """Seconds of a full run as a user sees it."""
    environ = os.environ | {"GRAPHMOCK_OPTIONS": " ".join(SEED), "PYTHONPATH": str(ROOT / "benches")}
    environ |= {"PYTHONDONTWRITEBYTECODE": "", "BENCH_REQUESTS": str(folder / "requests")}
    started = time.perf_counter()
    done = subprocess.run(
        [*PYTEST, "--runs", str(folder / "runs"), *options],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return seconds


def loop(folder: Path) -> tuple[float, int]:
    """Seconds of the same requests in a bare loop, and their number."""
    sent = pickle.loads((folder / "requests").read_bytes())  # noqa: S301 - written by this bench a moment ago
    command = [sys.executable, "-m", "graphmock", "serve", "--port", "0", *SEED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[-1]
        session = requests.Session()
        session.trust_env = False
        started = time.perf_counter()
        failed = 0
        for method, url, headers, body in sent:
            parts = urlsplit(url)
            target = base + parts.path + (f"?{parts.query}" if parts.query else "")
            answer = session.request(method, target, headers=headers, data=body, allow_redirects=False)
            failed += answer.status_code >= 500
        seconds = time.perf_counter() - started
        process.terminate()
    assert not failed
    return seconds, len(sent)


def main() -> None:
    """Print each round and the ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        suite(folder, "-p", "recording_requests")
        ratios = []
        for _ in range(rounds):
            whole = suite(folder)
            bare, count = loop(folder)
            ratios.append(whole / bare)
            print(f"suite {whole:6.2f} s   bare loop {bare:6.2f} s   {count} requests   ratio {ratios[-1]:.2f}")
        print(
            f"ratio: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f} (goal: at most 2)"
        )


if __name__ == "__main__":
    main()
