"""What of a story is done again: a call told to wait, one whose answer got lost, an arranging that failed."""

from __future__ import annotations

from functools import partial

import pytest
from told_stories import AFTER, BEFORE, CASE, SECOND, at, drive, held, stories_against

from graphcancel.errors import AnswerLost


@pytest.fixture
def stories(script, by_id):
    return partial(stories_against, script, by_id)


def told_to_wait(stories, *turns, **stage):
    """Stories whose call under test is told to wait, without a second's delay."""
    found = stories(*turns, **stage)
    found.target.throttling.pause = lambda response, repeats, *_, **__: (
        0.0 if response is not None and response.status in {429, 503} and repeats < 6 else None
    )
    return found


def test_a_call_told_to_wait_is_made_again(stories, named):
    record = drive(told_to_wait(stories, 429, 503, 202, looks=[BEFORE, BEFORE, AFTER]).tell(named(CASE)))

    assert record.verdict.name == "pass"
    assert [call["status"] for call in record.calls] == [429, 503, 202]


def test_a_call_that_was_refused_for_now_and_done_all_the_same_is_a_finding(stories, named):
    found = told_to_wait(stories, 429, 202, looks=[AFTER])
    record = drive(found.tell(named(CASE)))

    assert record.verdict.name == "fail"
    assert held(record)["response.status"] is False
    assert len(record.calls) == 1


def test_a_target_that_never_stops_asking_to_wait_leaves_the_case_open(stories, named):
    found = told_to_wait(stories, 429, looks=[BEFORE])
    record = drive(found.tell(named(CASE)))

    assert record.verdict.name == "inconclusive"
    assert "still asked to wait (429) after the call was sent 7 times" in record.verdict.reason
    assert set(held(record).values()) == {None}
    assert len(found.scenes) == 1


def test_a_service_unavailable_for_good_is_a_finding(stories, named):
    record = drive(told_to_wait(stories, 503, looks=[BEFORE]).tell(named(CASE)))

    assert record.verdict.name == "fail"


# -- answers that get lost now and then, or never come ----------------------------------------------------------------


def test_a_lost_answer_ends_that_event_and_the_third_is_a_finding(stories, named):
    made = stories(None)
    record = drive(made.tell(named(CASE)))

    assert record.verdict.name == "fail"
    assert [call["status"] for call in record.calls] == [None] * 3
    assert made.stage.arranged == 3
    finding = next(item for item in record.verdict.findings if item.clause == "response.status")
    assert "received no answer" in finding.received
    assert held(record)["effect.left-calendar"] is None


def test_a_fresh_event_may_be_answered(stories, named):
    record = drive(stories(None, 202).tell(named(CASE)))

    assert record.verdict.name == "pass"
    assert [call["status"] for call in record.calls] == [None, 202]


@pytest.mark.parametrize("lost", [None, 504])
def test_a_lost_answer_to_the_call_costs_a_fresh_event(stories, named, lost):
    found = stories(lost, 202)
    record = drive(found.tell(named(CASE)))

    assert record.verdict.name == "pass"
    assert found.stage.arranged == 2


def test_answers_lost_now_and_then_each_cost_a_fresh_event_and_no_verdict(stories, named):
    """
    However many there are in a run: what matters is that the one after is answered.
    """
    found = stories(*[None, 202] * 5)
    records = [drive(found.tell(named(CASE))) for _ in range(5)]

    assert {record.verdict.name for record in records} == {"pass"}


def test_after_nine_calls_in_a_row_without_an_answer_no_fresh_event_is_made(stories, named):
    found = stories(None)
    for _ in range(3):
        drive(found.tell(named(CASE)))
    before = found.stage.arranged
    record = drive(found.tell(named(CASE)))

    assert before == 9
    assert found.stage.arranged == 10
    assert record.verdict.name == "fail"


def test_a_first_cancel_whose_answer_is_lost_is_made_with_a_fresh_event(stories, named):
    record = drive(stories(504, 202, 202, looks=at(AFTER, 0.1, 2.0)).tell(named(SECOND)))

    assert record.verdict.name == "observed"
    assert record.verdict.observed["received"].startswith("202")


# -- arranging that fails ---------------------------------------------------------------------------------------------


def test_a_set_up_whose_answer_got_lost_starts_again(stories, named, monkeypatch):
    found = stories(202)
    arrange = found.stage.arrange

    def lose_first(case, root, attempt):
        if attempt == 0:
            raise AnswerLost("could not create a meeting: connection closed without an answer")
        return (yield from arrange(case, root, attempt))

    monkeypatch.setattr(found.stage, "arrange", lose_first)

    assert drive(found.tell(named(CASE))).verdict.name == "pass"


def test_a_set_up_lost_three_times_is_inconclusive(stories, named, monkeypatch):
    found = stories(202)

    def lose(case, root, attempt):
        yield from ()
        raise AnswerLost(f"could not create a meeting: answered 504, try {attempt}")

    monkeypatch.setattr(found.stage, "arrange", lose)
    record = drive(found.tell(named(CASE)))

    assert record.verdict.reason == "could not create a meeting: answered 504, try 2"


def test_a_refusal_that_needs_no_event_has_its_lost_set_up_repeated_first(stories, named, monkeypatch):
    """
    A made-up id is the last resort, not the first.
    """
    found = stories(404)
    arrange = found.stage.arrange

    def lose_first(case, root, attempt):
        if attempt == 0:
            raise AnswerLost("could not create an event: answered 504")
        return (yield from arrange(case, root, attempt))

    monkeypatch.setattr(found.stage, "arrange", lose_first)
    record = drive(found.tell(named("graph-conventions/v1.0.me.events/organizer/pascal/unknown-id")))

    assert record.verdict.name == "pass"
    assert found.stage.arranged == 1


def test_ten_set_ups_that_fail_alike_end_the_arranging(stories, named):
    made = stories(202, failure="no event")
    reasons = [drive(made.tell(named(CASE))).verdict.reason for _ in range(12)]

    assert reasons[9] == "no event"
    assert reasons[10] == reasons[11] == "10 set-ups in a row failed alike: no event"
    assert made.stage.arranged == 10


def test_set_ups_failing_alike_say_nothing_about_another_family(stories, named):
    made = stories(202, failure="no event")
    for _ in range(11):
        drive(made.tell(named(CASE)))
    other = drive(made.tell(named("event-cancel.v1.0/groups.events/organizer/pascal")))

    assert other.verdict.reason == "no event"
    assert made.stage.arranged == 11
