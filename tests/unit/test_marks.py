"""Marks: how what a run made is recognised, and what is not taken for it."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

import pytest

from graphcancel.marks import Mark, is_run, marks_in, new_run, run_of, started_at, worker_run
from graphcancel.scene import slot_of

NOW = dt.datetime(2026, 11, 21, 2, 0, 5, tzinfo=dt.UTC)
RUN = new_run(NOW)
MARK = Mark.of(RUN, "some/case", 0)


def test_every_case_and_attempt_has_a_mark_and_minutes_of_its_own(all_cases):
    marks = [Mark.of(RUN, case.id, attempt) for case in all_cases for attempt in range(3)]

    assert len({mark.case for mark in marks}) == len(marks)
    assert all(mark.case.isalnum() and mark.case.startswith(RUN) for mark in marks)
    assert all(0 <= slot_of(mark) < 4 * 24 * 12 for mark in marks)
    assert all(one.case not in other.case for one, other in pairwise(marks))


def test_a_case_has_the_same_minutes_in_every_run():
    assert slot_of(Mark.of(new_run(NOW), "some/case", 0)) == slot_of(MARK)


def test_a_mark_says_when_its_run_started_and_which_it_is():
    assert started_at(RUN) == NOW
    assert new_run(NOW) != RUN
    part = Mark.of(worker_run(RUN, 3), "some/case", 0)
    assert (part.started, part.whole_run, part.run) == (NOW, RUN, f"{RUN}w003")
    assert is_run(RUN)
    assert not is_run(part.run)
    assert run_of(part.run) == run_of(RUN) == RUN


def test_marks_are_equally_long_in_every_process():
    """
    Else two runs that differ in nothing but the number of processes would differ in the length of what they sent.
    """
    parts = [RUN, worker_run(RUN, 1), worker_run(RUN, 12)]

    assert len({len(Mark.of(part, "some/case", 0).case) for part in parts}) == 1
    assert [next(marks_in(Mark.of(part, "some/case", 0).case)).run for part in parts] == parts


@pytest.mark.parametrize(
    "text",
    ["Contract test {}", "Canceled: Contract test {}", "<p>{}</p>", "x{}y", '{{"name": "{}"}}', "{}m"],
)
def test_a_mark_is_found_in_any_text(text):
    assert list(marks_in(text.format(MARK.case))) == [MARK]


def test_several_marks_are_all_found():
    other = Mark.of(worker_run(RUN, 1), "other/case", 2)

    assert list(marks_in(f"{MARK.case} and {other.case}")) == [MARK, other]


@pytest.mark.parametrize(
    "text",
    [
        "Contract test",
        "Contract test gc",
        f"Contract test {RUN}",
        f"Contract test {MARK.case[:-1]}",
        "Contract test gc00000000000000w000x00000000000000",
        f"Contract test {MARK.case.upper()}",
        "gcgcgcgcgc",
        "",
    ],
    ids=range(8),  # a run's id is another each time
)
def test_what_somebody_typed_is_no_mark(text):
    assert list(marks_in(text)) == []


def test_one_altered_digit_is_enough_to_be_no_mark():
    for place in range(2, len(MARK.case)):
        if re.match("[0-9a-f]", MARK.case[place]):
            other = "0" if MARK.case[place] != "0" else "1"
            altered = MARK.case[:place] + other + MARK.case[place + 1 :]
            assert list(marks_in(altered)) == []
