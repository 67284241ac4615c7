"""
Runs a command of somebody else's that must not outlive us: `python -m benches.tied COMMAND …`.

It ends, and the command with everything that started, when its standard input does. That is a pipe which the one that
started it holds open, so it ends even where that one was killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence


def main(command: Sequence[str]) -> int:
    """Run *command* until it ends or we may no longer; its exit status, negative for the signal that ended it."""
    # A session of its own: npm's commands start Node as a child.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=_end_with_input, args=[process.pid], daemon=True).start()
    return process.wait()


def _end_with_input(session: int) -> None:
    os.read(sys.stdin.fileno(), 1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(session, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
