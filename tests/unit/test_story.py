"""The story of a case, told against a stage and looks written in the test."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from graphcancel.clock import Waited
from graphcancel.errors import AnswerLost, ProvisionError
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.marks import Mark
from graphcancel.sanitise import Sanitiser
from graphcancel.scene import Scene
from graphcancel.shown import call_line
from graphcancel.sight import Entry, Look, Message, Viewpoint
from graphcancel.stage import Stage
from graphcancel.story import Stories
from graphcancel.waiting import Waiting

BASE = "https://graph.example"
ADA, OWNER = "attendee@contoso.example", "organizer@contoso.example"
MARK = Mark("gc01", "gc01x0a0b0c0d0e")
CASE = "event-cancel.v1.0/users-upn.events/organizer/pascal"
NAMESAKE = "event-cancel.v1.0/me.events/organizer/pascal/namesake"
OWN_COPY = "event-cancel.v1.0/me.events/attendee/pascal/own-copy"
SECOND = "graph-conventions/v1.0.me.events/organizer/pascal/second-cancel"
NO_TOKEN = "graph-conventions/v1.0.me.events/organizer/pascal/no-token"


def entry(identity: str, *, cancelled: bool = False) -> Entry:
    return Entry(identity, MARK.case, cancelled, None)


MEETING, DECOY, COPY = entry("e/1"), entry("d1"), entry("c1")
LETTER = Message(
    "m1", f"Canceled: {MARK.case}", "meetingCancelled", f"Contract check {MARK.case}: this meeting is called off."
)
BEFORE = Look(0.0, ((MEETING, DECOY),), True, {ADA: ((COPY,),)}, {ADA: ()})
AFTER = Look(0.0, ((DECOY,),), False, {ADA: ((entry("c1", cancelled=True),),)}, {ADA: (LETTER,)})


@dataclass
class FakeStage:
    """Arranges the same scene each time, or fails; shows *looks* in turn, the last of them for ever."""

    target: object
    looks: list[Look] = field(default_factory=lambda: [AFTER])
    failure: str | None = None
    waiting: Waiting = field(default_factory=Waiting)
    longest: float = 0.0
    arranged: int = 0
    before: Look = BEFORE

    def __post_init__(self) -> None:
        self.since = None
        self.lookout = SimpleNamespace(
            look=lambda _, again=False: self.looks.pop(0) if len(self.looks) > 1 else self.looks[0],
            sharing=lambda _: nullcontext(),
        )

    def arrange(self, case, root: str, attempt: int):
        """Arrange."""
        yield from ()
        self.arranged += 1
        if self.failure:
            raise ProvisionError(self.failure)
        point = Viewpoint(
            root, MARK.case, (("a", "b"),), "/me", f"/users/{OWNER}/events/e", "organizer", {ADA: "attendee"}
        )
        values = {"event": "e/1", "user": OWNER}
        return Scene(MARK, root, values, point, self.before, "e/1", "d1", (ADA,))

    def mark(self, case, attempt: int) -> Mark:
        """Give the mark."""
        return MARK

    def mailbox(self, name: str) -> str:
        """Give an address."""
        return OWNER

    def own_everything(self, scene, look) -> None:
        """Own nothing."""


@pytest.fixture
def stories(script, by_id):
    """Make stories against a target that answers the call under test with each of *statuses* in turn."""

    def make(*statuses: int | None, **stage) -> Stories:
        turns = list(statuses)

        def answer(request: Request):
            if "cancel" not in request.path:
                return 204, None
            status = turns.pop(0) if len(turns) > 1 else turns[0]
            return (
                None if status is None else (status, None if status < 300 else {"error": {"code": "c", "message": "m"}})
            )

        target = script(answer)
        target.read_s = 30.0
        target.fence = None
        found = Stories(target, FakeStage(target, **stage), by_id, Sanitiser("gc01"))
        target.fence = SimpleNamespace(check=lambda _: None, own=lambda *_: None)
        return found

    return make


def drive(story):
    for _ in range(1000):
        try:
            next(story)
        except StopIteration as ended:
            return ended.value
    raise AssertionError("the story does not end")


def at(look: Look, *moments: float) -> list[Look]:
    return [replace(look, at=moment) for moment in moments]


def held(record) -> dict[str, bool | None]:
    return {item.clause: item.held for item in record.verdict.findings}


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


def test_a_first_cancel_whose_answer_is_lost_is_made_with_a_fresh_event(stories, named):
    record = drive(stories(504, 202, 202, looks=at(AFTER, 0.1, 2.0)).tell(named(SECOND)))

    assert record.verdict.name == "observed"
    assert record.verdict.observed["received"].startswith("202")


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


# -- reasons ---------------------------------------------------------------------------------------------------------


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


# -- being told to wait --------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("lost", [None, 504])
def test_a_lost_answer_to_the_call_costs_a_fresh_event(stories, named, lost):
    found = stories(lost, 202)
    record = drive(found.tell(named(CASE)))

    assert record.verdict.name == "pass"
    assert found.stage.arranged == 2


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


# -- answers that get lost now and then, or never come -------------------------------------------------------------


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
