"""
What an attempt sends is its own, and is booked as waiting where it is given up.
"""

from __future__ import annotations

from collections import Counter

from graphcancel.attempts import count_alike, counted, give_up
from graphcancel.errors import ProvisionError


def steps(counts: Counter[str]):
    counts.update(requests=2, arrange=2, writes=1)
    yield 1.0
    counts.update(requests=3, arrange=1, waiting=1, pages=1)
    return "done"


def drive(counts: Counter[str], own: Counter[str]) -> tuple[list[float], object]:
    """Go through `steps`; between them another story sends ten requests."""
    waits, story = [], counted(counts, steps(counts), own)
    while True:
        try:
            waits.append(next(story))
        except StopIteration as ended:
            return waits, ended.value
        counts.update(requests=10, arrange=10)


def test_what_other_stories_send_meanwhile_is_not_counted():
    counts, own = Counter(), Counter()

    assert drive(counts, own) == ([1.0], "done")
    assert own == {"requests": 5, "arrange": 3, "waiting": 1, "pages": 1, "writes": 1}
    assert counts["requests"] == 15


def test_an_attempt_given_up_is_waiting_and_wrote_nothing():
    counts, own = Counter(), Counter()
    drive(counts, own)
    give_up(counts, own)

    assert counts == {"requests": 15, "arrange": 10, "waiting": 4, "pages": 1, "writes": 0, "test": 0}


def test_only_failures_worded_alike_are_a_row():
    row: list[ProvisionError] = []
    for text in ("a", "a", "b"):
        count_alike(row, ProvisionError(text))

    assert [str(item) for item in row] == ["b"]
