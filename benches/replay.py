"""
What replaying the shipped recording costs: by our own transport, and through pytest-recording itself.

Both are whole pytest processes, start and collection included. Where the library plays, our plugin still reads each
cassette first and compares what is asked, which takes about a thirtieth of its time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from benches.bench import Bench, Round, Row, Scale
from benches.running import QUICK_EVERY, suite

REPLAY_OPTION = "--target=replay"


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Nothing is to be arranged: the recording is shipped."""
    every = QUICK_EVERY if scale.quick else 1

    def measure() -> Mapping[str, float]:
        ours = suite(scale.folder, REPLAY_OPTION, every=every).seconds
        library = suite(scale.folder, REPLAY_OPTION, "--record-mode=none", every=every).seconds
        return {"ours": ours, "library": library, "ratio": ours / library}

    yield measure


REPLAY = Bench(
    "replay",
    (
        Row("ours", "a replay of everything shipped", "s", most=5.0),
        Row("library", "the same, played by pytest-recording", "s"),
        Row("ratio", "a replay ÷ the same through pytest-recording", "ratio", most=0.45),
    ),
    rounds=3,
    minutes=1.3,
    arrange=arrange,
)
