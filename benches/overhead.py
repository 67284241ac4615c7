"""
What the suite costs above its own requests, and how many those are.

A full run against the mock, start-up and reports included, is timed against a bare keep-alive loop of `requests` that
sends the same requests in the same order to a mock of the same seed, and must get the same statuses.
"""

from __future__ import annotations

import contextlib
import pickle
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import requests

from benches.bench import Bench, BenchError, Round, Row, Scale
from benches.running import QUICK_EVERY, mock, suite

SEED = ("--seed", "7")
ANSWER_S = 30


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Run once to learn what a run sends."""
    every = QUICK_EVERY if scale.quick else 1
    seeded = {"GRAPHMOCK_OPTIONS": " ".join(SEED)}
    sent = scale.folder / "requests"
    suite(scale.folder, every=every, environ={**seeded, "BENCH_REQUESTS": str(sent)})

    def measure() -> Mapping[str, float]:
        run = suite(scale.folder, every=every, environ=seeded)
        bare = loop(sent)
        return {
            "ratio": run.seconds / bare,
            "run": run.seconds,
            "loop": bare,
            "requests": run.requests / run.cases,
        }

    yield measure


def loop(file: Path) -> float:
    """
    Seconds of the requests kept in *file*, one after the other.

    Raises:
        BenchError: The mock answered one of them otherwise than in the run, so what is compared is not the same.
    """
    sent = pickle.loads(file.read_bytes())  # noqa: S301 - written by this bench a moment ago
    with mock(*SEED) as server, requests.Session() as session:
        session.trust_env = False
        started = time.perf_counter()
        answered = []
        for (method, url, headers, body), _ in sent:
            target = server.url + url[url.index("/", len("http://")) :]
            answer = session.request(
                method, target, headers=headers, data=body, allow_redirects=False, timeout=ANSWER_S
            )
            answered.append(answer.status_code)
        seconds = time.perf_counter() - started
    pairs = zip(sent, answered, strict=True)
    others = [f"{method} {before} then {now}" for ((method, *_), before), now in pairs if before != now]
    if others:
        raise BenchError(
            f"the bare loop: {len(others)} of {len(sent)} requests were answered otherwise than in the run, "
            f"the first {others[0]}; run it again, and if it stays, look for what the mock does not take from its seed"
        )
    return seconds


OVERHEAD = Bench(
    "overhead",
    (
        Row("ratio", "a full run against the mock ÷ a bare loop of the same requests", "ratio", most=2.0),
        Row("run", "the run, start and reports included", "s"),
        Row("loop", "the bare loop", "s"),
        Row("requests", "requests for each case, everything counted", "requests", most=7.0),
    ),
    rounds=3,
    minutes=1.8,
    arrange=arrange,
)
