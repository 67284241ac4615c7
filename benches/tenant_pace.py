"""
How long a run takes at the pace of a tenant, against the least that pace allows.

Each request is answered after a fifth of a second, as one of a tenant is; so *r* requests by *w* workers, each with one
under way, take at least r · 0.2 / w seconds. The bench runs the suite and prints how far above that it stays; the goal
is at most 1.25 times.

    python benches/tenant_pace.py                    four workers, every case: four minutes
    python benches/tenant_pace.py --workers 1 2 4 -k event-cancel.v1.0
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOAL = 1.25


def measure(workers: int, latency: float, selected: str | None) -> tuple[float, int]:
    """Seconds and requests of a run by *workers* processes."""
    with tempfile.TemporaryDirectory() as runs:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--runs={runs}"]
        command += ["-n", str(workers)] if workers > 1 else []
        command += ["-k", selected] if selected else []
        environ = {**os.environ, "GRAPHMOCK_OPTIONS": f"--latency {latency}", "PYTHONPATH": str(ROOT / "src")}
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - started
        if done.returncode:
            raise SystemExit(f"the run ended with {done.returncode}:\n{done.stdout[-2000:]}")
        file = next(Path(runs).glob("*/run.jsonl"))
        footer = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
        return seconds, int(footer["requests"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[4])
    parser.add_argument("--latency", type=float, default=0.2, metavar="SECONDS")
    parser.add_argument("-k", default=None, metavar="EXPRESSION", help="only these cases, as for pytest")
    options = parser.parse_args()
    for workers in options.workers:
        seconds, requests = measure(workers, options.latency, options.k)
        least = requests * options.latency / workers
        ratio = seconds / least
        goal = f" (goal: at most {GOAL})" if workers == max(options.workers) else ""
        print(f"{workers} workers: {requests} requests in {seconds:.0f} s, at least {least:.0f} s: {ratio:.2f}{goal}")


if __name__ == "__main__":
    main()
