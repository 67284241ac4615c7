"""What a story does before its call: with an event, without one, with a first cancel; and what it does where that fails."""

from __future__ import annotations

from dataclasses import replace

import pytest
from told_stories import (
    AFTER,
    BEFORE,
    CASE,
    MARK,
    NAMESAKE,
    NO_TOKEN,
    OWN_COPY,
    OWNER,
    SECOND,
    from_then,
    held,
    stories_against,
    tell,
    timed,
)

from graphcancel.calls import MALFORMED_ID
from graphcancel.errors import AnswerLost, NotOffered, NotServed, ProvisionError
from graphcancel.generated import Generated
from graphcancel.scene import MADE_UP_ID
from graphcancel.target import WAITING

ROOT = "https://graph.example/v1.0"
CONVENTION = "graph-conventions/v1.0.me.events/organizer/pascal/"
OBSERVED = "graph-conventions/v1.0.me.events/organizer/absent"
BATCH = f"{CONVENTION}batch"
BOOKING = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message"
IN_GROUP = "event-cancel.v1.0/groups.events/organizer/pascal"
APP_ONLY = "event-cancel.v1.0/users-upn.events/app/pascal/app-only"
STUB = NotServed("arranges nothing")
HOPELESS = {"misses": {"answer": 3}}
"""What is learnt of a target that stops answering."""


@pytest.fixture
def stories(script, by_id):
    def made(*statuses, shows=None, **stage):
        return timed(stories_against(script, by_id, *statuses, **stage), shows)

    return made


def paths(made) -> list[str]:
    return [request.path for request in made.target.sent]


# -- with an event ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("below", ["", "/SANDBOX"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_version_follows_the_root_after_one_slash(stories, named, describe, below, slash):
    made = stories(202)
    made.target.description = describe(base_url=f"https://graph.example{below}{slash}")
    tell(made, named(CASE))

    assert made.target.sent[0].root == f"https://graph.example{below}/v1.0"


def test_a_call_on_an_event_that_was_arranged_owns_no_other(stories, named):
    made = stories(202)
    tell(made, named(CASE))

    assert paths(made)[0] == f"/users/{OWNER.replace('@', '%40')}/events/e%2F1/cancel"
    assert made.target.owned == []


def test_an_id_that_is_none_may_be_called_on_purpose(stories, named):
    made = stories(400, looks=[BEFORE])
    tell(made, named(f"{CONVENTION}malformed-id"))

    assert made.target.owned == [MALFORMED_ID]


@pytest.mark.parametrize(("identity", "owned"), [("drawn", ["drawn"]), (None, [])])
def test_an_id_that_was_drawn_may_be_called(stories, named, identity, owned):
    made = stories(404, looks=[BEFORE])
    tell(made, replace(named(CASE), generated=Generated("unknown-id", id=identity)))

    assert made.target.owned == owned


# -- without one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "error", "told"),
    [
        (NO_TOKEN, "no event", True),
        (f"{CONVENTION}garbage-token", "no event", True),
        (f"{CONVENTION}expired-token", "no event", True),
        (f"{CONVENTION}unknown-id", "no event", True),
        (f"{CONVENTION}malformed-id", "no event", True),
        (f"{CONVENTION}verb-get", "no event", False),
        (f"{CONVENTION}verb-get", STUB, False),
        (OWN_COPY, "no event", False),
        (OWN_COPY, STUB, False),
        (CASE, "no event", False),
        (CASE, STUB, True),
        (APP_ONLY, "no event", False),
        (APP_ONLY, STUB, True),
        (NAMESAKE, STUB, False),
        (BATCH, STUB, False),
        (OBSERVED, STUB, False),
    ],
)
def test_a_call_is_made_without_an_event_where_its_answer_alone_says_something(stories, named, case, error, told):
    """
    Refused before anybody looks for the event; or sent to a stub without state, whose answers are documented.
    """
    made = stories(202, failure=error)
    record = tell(made, named(case))

    assert len(record.calls) == told
    assert (record.curl is not None) is told


def test_a_generated_call_is_made_without_an_event_by_a_stub_only(stories, named):
    case = replace(named(NAMESAKE), generated=Generated("as-documented"))

    assert len(tell(stories(202, failure=STUB), case).calls) == 1
    assert tell(stories(202, failure="no event"), case).calls == ()


def test_an_event_that_is_not_there_has_a_made_up_id_and_its_true_owner(stories, named):
    made = stories(202, failure=STUB)
    made.stage.mailbox = {"organizer": OWNER}.__getitem__
    tell(made, named(CASE))

    assert paths(made) == [f"/users/{OWNER.replace('@', '%40')}/events/{MADE_UP_ID.replace('=', '%3D')}/cancel"]
    assert made.target.owned == [MADE_UP_ID]
    assert made.scenes[0].mark == MARK
    assert made.scenes[0].values == {"event": MADE_UP_ID, "user": OWNER}


def test_an_event_that_is_not_there_has_no_owner_where_its_route_names_none(stories, named):
    made = stories(401, failure="no event")
    tell(made, named(NO_TOKEN))

    assert made.scenes[0].values == {"event": MADE_UP_ID}


@pytest.mark.parametrize(
    ("case", "name", "place"), [(IN_GROUP, "group", "group"), (BOOKING, "booking_business", "business")]
)
def test_an_event_that_is_not_there_lies_in_the_targets_own_group_or_business(
    stories, named, describe, case, name, place
):
    made = stories(204, failure=STUB)
    made.target.description = describe(resources={name: "r1"})
    made.stage.once[ROOT, name] = None
    tell(made, named(case))

    assert made.scenes[0].values[place] == "r1"
    assert "/r1/" in paths(made)[0]


def test_without_a_group_in_which_it_would_lie_there_is_no_call(stories, named):
    record = tell(stories(202, failure=STUB), named(IN_GROUP))

    assert record.verdict.reason == "the target names no group in [resources]"
    assert record.calls == ()


def test_a_call_without_an_event_that_is_told_to_wait_has_changed_nothing(stories, named):
    made = stories(429, 401, failure="no event")
    made.target.throttling.pause = lambda response, *_, **__: 1.0 if response.status == 429 else None
    record = tell(made, named(NO_TOKEN))

    assert [call["status"] for call in record.calls] == [429, 401]
    assert made.stage.looked == []


def test_whether_a_call_told_to_wait_changed_something_is_seen_by_one_look_more(stories, named):
    made = stories(429, 202, shows=from_then(2.0))
    made.target.throttling.pause = lambda response, *_, **__: 1.0 if response.status == 429 else None
    tell(made, named(CASE))

    assert made.stage.looked[0] == (1.0, True)


# -- arranging that fails ---------------------------------------------------------------------------------------------


def test_what_nobody_examined_is_told_with_what_its_clause_says(stories, named, by_id):
    record = tell(stories(202, failure="no event"), named(CASE))

    for line in record.verdict.findings:
        assert line.documented == by_id["event-cancel.v1.0"].clauses[line.clause].says
        assert (line.received, line.reason) == ("", "no event")


def test_an_observation_that_could_not_be_arranged_is_inconclusive(stories, named):
    record = tell(stories(202, failure="no event"), named(OBSERVED))

    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "no event")


def test_an_attempt_that_came_to_nothing_is_kept_for_the_end_and_counts_as_waiting(stories, named):
    made = stories(None, 202)
    tell(made, named(CASE))

    assert len(made.scenes) == 1
    assert made.target.counts["test"] == 1
    assert made.target.counts[WAITING] == 1


def test_an_arranging_that_came_to_nothing_counts_as_waiting(stories, named):
    made = stories(504, 202, 404, looks=[AFTER])
    tell(made, named(SECOND))

    assert made.stage.arranged == 2
    assert made.target.counts[WAITING] == 1


def test_calls_without_an_answer_stay_in_evidence_where_the_next_attempt_fails(stories, named):
    made = stories(None)
    arrange = made.stage.arrange

    def once(case, root, attempt):
        if attempt:
            raise ProvisionError("no event")
        return (yield from arrange(case, root, attempt))

    made.stage.arrange = once
    record = tell(made, named(CASE))

    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "no event")
    assert [call["status"] for call in record.calls] == [None]
    assert record.curl is None


def failing(made, *errors):
    """Let arranging fail with each of *errors* in turn; None lets it succeed."""
    turns = list(errors)
    arrange = made.stage.arrange

    def steps(case, root, attempt):
        error = turns.pop(0)
        if error:
            raise error
        return (yield from arrange(case, root, attempt))

    made.stage.arrange = steps
    return turns


def test_a_lost_set_up_is_not_repeated_where_no_call_is_answered(stories, named):
    made = stories(202)
    left = failing(made, *[AnswerLost("no answer")] * 3)
    made.stage.waiting.remember(HOPELESS)
    record = tell(made, named(CASE))

    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "no answer")
    assert len(left) == 2


def test_a_refusal_that_needs_no_event_is_judged_without_one_where_no_call_is_answered(stories, named):
    made = stories(401)
    failing(made, AnswerLost("no answer"))
    made.stage.waiting.remember(HOPELESS)
    record = tell(made, named(NO_TOKEN))

    assert held(record)["authentication.missing-token"] is True


def test_a_set_up_that_succeeds_makes_good_those_that_failed(stories, named):
    made = stories(202)
    errors = [*[ProvisionError("no event")] * 9, None, *[ProvisionError("no event")] * 9, None]
    left = failing(made, *errors)
    names = [tell(made, named(CASE)).verdict.name for _ in errors]

    assert left == []
    assert (names[9], names[19]) == ("pass", "pass")


def test_what_is_not_offered_is_no_failure(stories, named):
    made = stories(202)
    left = failing(made, *[NotOffered("no group")] * 12, None)
    for _ in range(13):
        record = tell(made, named(CASE))

    assert left == []
    assert record.verdict.name == "pass"


def test_a_stub_that_arranges_nothing_stays_one_after_ten_set_ups(stories, named):
    made = stories(202, failure=STUB)
    records = [tell(made, named(CASE)) for _ in range(12)]

    assert made.stage.arranged == 10
    assert [len(record.calls) for record in records] == [1] * 12
    assert made.scenes[-1].gap == "10 set-ups in a row failed alike: arranges nothing"


def test_failures_that_are_worded_alike_end_as_the_last_of_them(stories, named):
    """A stub that began to answer as a service would is one no more."""
    made = stories(202)
    failing(made, *[NotServed("no event")] * 9, ProvisionError("no event"))
    records = [tell(made, named(CASE)) for _ in range(11)]

    assert records[8].calls
    assert (records[9].calls, records[10].calls) == ((), ())


# -- the first of two cancels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "told"), [(504, "504"), (None, "connection refused")])
def test_a_first_cancel_that_is_never_answered_leaves_nothing_to_observe(stories, named, status, told):
    record = tell(stories(status), named(SECOND))

    assert record.verdict.name == "inconclusive"
    assert record.verdict.reason == f"the first of two cancels: {told}"


def test_both_cancels_are_one_and_the_same(stories, named):
    made = stories(202, 404)
    tell(made, named(SECOND))
    first, second = (request for request in made.target.sent if request.method == "POST")

    assert first == second
