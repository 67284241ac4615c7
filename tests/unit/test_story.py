"""The story of a case, told against a stage and looks written in the test."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from told_stories import (
    ADA,
    AFTER,
    BEFORE,
    CASE,
    COPY,
    DECOY,
    MEETING,
    NAMESAKE,
    NO_TOKEN,
    OWN_COPY,
    SECOND,
    at,
    drive,
    held,
    stories_against,
)

from graphcancel.clock import Waited
from graphcancel.errors import ProvisionError
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.shown import call_line
from graphcancel.stage import Stage


@pytest.fixture
def stories(script, by_id):
    return partial(stories_against, script, by_id)


def test_a_call_that_does_as_documented_passes(stories, named):
    record = drive(stories(202).tell(named(CASE)))

    assert (record.verdict.name, record.verdict.reason) == ("pass", None)
    assert len(record.calls) == 1
    assert tuple(held(record)) == named(CASE).clauses
    assert not any(item.late_s for item in record.verdict.findings)


def test_an_effect_after_the_usual_time_holds_and_is_late(stories, named):
    record = drive(stories(202, looks=[*at(BEFORE, 0.1, 4.0), *at(AFTER, 5.04)]).tell(named(CASE)))

    assert record.verdict.name == "pass"
    late = {item.clause: item.late_s for item in record.verdict.findings if item.late_s is not None}
    assert late == {
        "effect.left-calendar": 5.0,
        "effect.attendees-told": 5.0,
        "effect.attendee-copies": 5.0,
        "example.comment": 5.0,
        "delete.custom-message": 5.0,
    }


def test_an_effect_that_never_comes_does_not_hold(stories, named):
    record = drive(stories(202, looks=at(BEFORE, 0.1, 30.0, 60.0)).tell(named(CASE)))

    assert record.verdict.name == "fail"
    assert held(record)["effect.left-calendar"] is False
    assert held(record)["response.status"] is True


def test_what_could_not_be_arranged_is_inconclusive_for_that_reason(stories, named):
    record = drive(stories(202, failure="no event").tell(named(CASE)))

    assert (record.verdict.name, record.verdict.reason, record.calls) == ("inconclusive", "no event", ())
    assert set(held(record).values()) == {None}


def test_nothing_is_arranged_for_a_case_nobody_can_call(stories, named, describe):
    told = stories(202)
    told.target.description = describe(actors={"organizer": describe().actors["organizer"]})
    record = drive(told.tell(named(OWN_COPY)))

    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "the target has no token for attendee")
    assert (told.stage.arranged, told.target.sent) == (0, [])


def test_a_refusal_that_needs_no_event_is_judged_without_one(stories, named):
    record = drive(stories(401, failure="no event").tell(named(NO_TOKEN)))

    assert held(record) == {
        "authentication.missing-token": True,
        "errors.envelope": True,
        "refusal.without-effect": None,
    }
    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "no event")


def test_an_attendees_refusal_is_watched_to_the_end(stories, named):
    made = stories(400, looks=[BEFORE, AFTER])
    record = drive(made.tell(named(OWN_COPY)))

    assert held(record)["organizer.only"] is True
    assert made.is_watched(named(OWN_COPY))
    turned = made.last_look()
    assert [item.verdict.name for item in turned] == ["fail"]
    assert "seen at the end of the run" in turned[0].verdict.findings[0].received
    assert made.last_look() == []


def test_a_refusal_that_stayed_without_effect_stays_as_judged(stories, named):
    made = stories(400, looks=[BEFORE])
    drive(made.tell(named(OWN_COPY)))

    assert made.last_look() == []


def test_what_a_call_should_leave_alone_is_watched_to_the_end(stories, named):
    """
    A namesake that stands when the call is judged and is gone at the end turns the case, by that clause alone.
    """
    uid = {"e/1": "u1", "d1": "u2"}
    own = {item: replace(item, uid=uid[item.id]) for item in (MEETING, DECOY)}
    copies = (replace(COPY, uid="u1"), replace(COPY, id="c2", uid="u2"))
    before = replace(BEFORE, own=((own[MEETING], own[DECOY]),), copies={ADA: (copies,)})
    judged = replace(AFTER, own=((own[DECOY],),), copies={ADA: ((replace(copies[0], cancelled=True), copies[1]),)})
    made = stories(202, before=before, looks=[judged, replace(judged, own=((),))])
    record = drive(made.tell(named(NAMESAKE)))

    assert held(record)["effect.only-this-event"] is True
    assert made.is_watched(named(NAMESAKE))
    (turned,) = made.last_look()
    assert turned.verdict.name == "fail"
    assert [line.clause for line in turned.verdict.findings if line.held is False] == ["effect.only-this-event"]
    assert (
        turned.verdict.findings[0].received == "another event with its subject is gone too, seen at the end of the run"
    )
    assert {line.clause for line in turned.verdict.findings} == {line.clause for line in record.verdict.findings}


def test_an_accepted_call_beside_nothing_of_its_name_is_not_watched(stories, named):
    made = stories(202)
    drive(made.tell(named(CASE)))

    assert not made.is_watched(named(CASE))


def test_without_a_refusal_nothing_is_waited_for_at_the_end(stories, named):
    """The clock of a case that is recorded begins with it, so the usual second would really be waited for."""
    made = stories(202)
    made.target.clock = Waited("a case")
    drive(made.tell(named(CASE)))
    before = made.target.clock.now()

    assert made.last_look() == []
    assert made.target.clock.now() == before


def test_the_last_refusal_is_given_a_second_at_the_end(stories, named):
    made = stories(400, looks=[BEFORE])
    made.target.clock = Waited("a case")
    drive(made.tell(named(OWN_COPY)))
    made.last_look()

    assert made.target.clock.now() == 1.0


def test_the_second_cancel_waits_until_everybody_was_told_of_the_first(stories, named):
    """
    A cancellation that is still on its way is the first call's effect; after the second's refusal it would look like its.
    """
    gone = replace(BEFORE, own=((DECOY,),), found=False)
    made = stories(202, 404, looks=[*at(gone, 0.1), *at(replace(gone, copies=AFTER.copies), 0.2), *at(AFTER, 0.3)])
    record = drive(made.tell(named(SECOND)))

    assert record.verdict.name == "observed"
    assert record.verdict.findings == ()


def test_an_accepted_second_cancel_is_observed(stories, named):
    record = drive(stories(202, 202, looks=at(AFTER, 0.1, 2.0)).tell(named(SECOND)))

    assert record.verdict.name == "observed"
    assert record.verdict.observed["received"].startswith("202")


def test_a_first_cancel_that_is_refused_leaves_nothing_to_observe(stories, named):
    record = drive(stories(403).tell(named(SECOND)))

    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "the first of two cancels was answered 403")


def test_a_token_that_ends_mid_run_says_nothing_about_the_call(stories, named):
    made = stories(401)
    made.target.answer = lambda _: (401, {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}})
    record = drive(made.tell(named(CASE)))

    assert record.verdict.name == "inconclusive"
    assert "takes the token of organizer no longer (401)" in record.verdict.reason


def test_a_401_to_the_call_alone_is_a_finding(stories, named):
    record = drive(stories(401, looks=[BEFORE]).tell(named(CASE)))

    assert record.verdict.name == "fail"
    assert held(record)["response.status"] is False


def test_what_other_stories_took_is_no_lag_of_the_target(stories, named, monkeypatch):
    """
    A look that had to wait its turn for ten seconds finds the effect; the target may have shown it long before.
    """
    now = [0.0]
    found = stories(202, looks=[*at(BEFORE, 0.01), *at(AFTER, 10.06)])
    monkeypatch.setattr(found.target.clock, "now", lambda: now[0])
    story = found.tell(named(CASE))
    due = next(story)
    now[0] = due + 10.0
    record = drive(story)

    assert record.verdict.name == "pass"
    assert found.stage.waiting.longest < 0.1
    assert not any(item.late_s for item in record.verdict.findings)


# -- what is shown of it ----------------------------------------------------------------------------------------------

BASE = "https://graph.example"


@pytest.mark.parametrize("case", [CASE, OWN_COPY, NO_TOKEN, "graph-conventions/v1.0.me.events/organizer/pascal/batch"])
def test_a_record_holds_no_id_address_or_token(case, stories, named):
    record = drive(stories(400, looks=[BEFORE]).tell(named(case)))

    for secret in ("e/1", "e%2F1", "contoso", "token-", "graph.example"):
        assert secret not in repr(record.calls)
        assert secret not in (record.curl or "")


def test_a_curl_line_names_the_target_by_variable_even_where_a_page_has_its_own(stories, named, describe):
    made = stories(204, looks=[replace(AFTER, at=0.1)])
    made.target.description = describe(roots={"event-cancel.stub": "https://other.example/draft"})
    record = drive(made.tell(named("event-cancel.stub/me.events/organizer/pascal")))

    assert "other.example" not in record.curl


# Made here, so that it looks like one of a service and stands in no file.
REQUEST_ID = str(uuid.UUID(int=random.Random(4).getrandbits(128), version=4))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (REQUEST_ID, True),
        (REQUEST_ID.upper(), True),
        (f"{REQUEST_ID}, ada", False),
        (REQUEST_ID.replace("-", ""), False),
        ("ada@contoso.example", False),
        (None, False),
    ],
)
def test_a_request_id_is_shown_where_it_is_one(given, shown, stories):
    made = stories(202)
    headers = {} if given is None else {"request-id": given}
    request = Request("POST", f"{BASE}/v1.0", "/me/events/e/cancel", "organizer", pattern=None)
    line = call_line(Exchange(request, Response(202, headers, b""), 0.0123, 0.0), made.sanitiser)

    assert line["request_id"] == (given if shown else None)
    assert line["url"].startswith("/v1.0/me/events/{")
    assert line["ms"] == 12.3


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("ErrorAccessDenied", True),
        ("CorrectHorseBattery", False),
        ("ada@contoso.example", False),
        ("Ä" * 3, False),
        ("E" * 500, False),
        (5, False),
    ],
)
def test_the_reason_a_set_up_failed_names_a_code_only_where_it_is_one(code, shown):
    made: Callable = Stage.need
    request = Request("POST", BASE, "/me/events", "organizer")
    body = ('{"error": {"code": "%s"}}' % code).encode() if isinstance(code, str) else b'{"error": {"code": 5}}'
    with pytest.raises(ProvisionError) as caught:
        made(None, Exchange(request, Response(403, {}, body), 0.0, 0.0), "create a meeting")

    assert "could not create a meeting: answered 403" in str(caught.value)
    assert (str(code) in str(caught.value)) is shown
