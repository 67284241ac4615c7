"""
What replaying the shipped recording costs: by our own transport, and through pytest-recording itself.

Both are whole pytest processes, start and collection included, as a user starts them. Machines are noisy: they run in
turns, and the ratio counts. The goals: 5 seconds at most, and 0.45 of what the library takes; the exit status says
whether they are met. Where the library plays, our plugin still reads each cassette first and compares what is asked,
which takes about a thirtieth of its time.

    python benches/replay.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_S = 5.0
RATIO = 0.45


def replay(*options: str) -> tuple[float, str]:
    """Seconds of one replay of everything shipped, and pytest's last line."""
    with tempfile.TemporaryDirectory() as runs:
        command = [sys.executable, "-m", "pytest", "-q", "--target=replay", f"--runs={runs}", *options]
        started = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return seconds, done.stdout.strip().splitlines()[-1].partition(" in ")[0]


def main() -> None:
    """Print each round, the median and the ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ours, library = [], []
    for number in range(1, rounds + 1):
        seconds, told = replay()
        ours.append(seconds)
        library.append(replay("--record-mode=none")[0])
        print(f"round {number}: {told}: {ours[-1]:.2f} s, through pytest-recording {library[-1]:.2f} s")
    ratio = statistics.median(ours) / statistics.median(library)
    print(f"median {statistics.median(ours):.2f} s (goal {MOST_S}), least {min(ours):.2f} s")
    print(f"of pytest-recording's {statistics.median(library):.2f} s: {ratio:.2f} (goal {RATIO})")
    if statistics.median(ours) > MOST_S or ratio > RATIO:
        sys.exit("the goal is missed")


if __name__ == "__main__":
    main()
