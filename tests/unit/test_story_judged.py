"""Which clauses speak for a call, what a check is given of it, and what becomes of its scene."""

from __future__ import annotations

from dataclasses import replace

import pytest
from told_stories import (
    ADA,
    AFTER,
    BEFORE,
    CASE,
    DECOY,
    MARK,
    NAMESAKE,
    NO_TOKEN,
    OWN_COPY,
    OWNER,
    entry,
    held,
    stories_against,
    tell,
    timed,
)

from graphcancel import story
from graphcancel.case import OF_A_USER
from graphcancel.errors import NotServed
from graphcancel.generated import Generated
from graphcancel.sight import Unseen

CONVENTIONS = "graph-conventions"
WITHOUT_EFFECT = "refusal.without-effect"
OBSERVED = "graph-conventions/v1.0.me.events/organizer/absent"
EXCEPTION = "graph-conventions/v1.0.me.events/organizer/pascal/exception"
OCCURRENCE = "event-cancel.v1.0/me.events/organizer/pascal/occurrence"
INSTANCE = "event-cancel.stub/me.messages.event.instances/organizer/pascal"
BOOKING = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message"
WITHOUT_TEXT = "event-cancel.v1.0/me.events/organizer/empty"


@pytest.fixture
def stories(script, by_id):
    def made(*statuses, contracts=by_id, **stage):
        return timed(stories_against(script, contracts, *statuses, **stage))

    return made


@pytest.fixture
def given(monkeypatch):
    """What a check was given last."""
    found = []

    def remember(judge):
        def judged(evidence, *rest):
            found.append(evidence)
            return judge(evidence, *rest)

        return judged

    monkeypatch.setattr(story, "judge", remember(story.judge))
    monkeypatch.setattr(story, "foreseen", remember(story.foreseen))
    return lambda: found[-1]


def generated(case, **parts):
    return replace(case, generated=Generated("as-documented", **parts))


# -- which clauses speak ----------------------------------------------------------------------------------------------

STATUS, BODY = "response.status", "response.body"


def test_of_a_generated_call_speaks_what_speaks_for_its_answer(stories, named):
    case = generated(named(CASE), accepted=(STATUS, BODY), refused=("request-headers.authorization",))

    assert held(tell(stories(202), case)) == {STATUS: True, BODY: True}
    assert held(tell(stories(401, looks=[BEFORE]), case)) == {"request-headers.authorization": True}


def test_a_generated_call_for_which_nothing_speaks_is_no_observation(stories, named):
    record = tell(stories(400, looks=[BEFORE]), replace(generated(named(CASE)), clauses=()))

    assert (record.verdict.name, record.verdict.observed) == ("observed", None)


def test_of_a_refused_call_the_conventions_say_what_they_say_of_any(stories, named, by_id):
    """Page first; what a clause says is told from where it stands."""
    case = generated(named(CASE), refused=(WITHOUT_EFFECT, STATUS))
    record = tell(stories(400, looks=[replace(BEFORE, own=((DECOY,),))]), case)
    status, effect = record.verdict.findings

    assert (status.clause, status.held) == (STATUS, False)
    assert (effect.clause, effect.held) == (WITHOUT_EFFECT, False)
    assert WITHOUT_EFFECT not in by_id[case.contract].clauses


def test_of_a_call_made_without_an_event_the_conventions_say_it_too(stories, named):
    case = generated(named(NO_TOKEN), refused=(WITHOUT_EFFECT,))
    record = tell(stories(401, failure="no event"), case)

    assert held(record) == {WITHOUT_EFFECT: None}


def test_without_conventions_nothing_is_said_of_any_call(stories, named, by_id):
    case = generated(named(CASE), refused=(STATUS, WITHOUT_EFFECT))
    others = {name: contract for name, contract in by_id.items() if name != CONVENTIONS}

    assert held(tell(stories(400, contracts=others, looks=[BEFORE]), case)) == {STATUS: False}


@pytest.fixture
def silent(by_id):
    """Contracts whose conventions do not say that a refusal is without effect."""
    found = by_id[CONVENTIONS]
    clauses = {name: clause for name, clause in found.clauses.items() if name != WITHOUT_EFFECT}
    return {**by_id, CONVENTIONS: replace(found, clauses=clauses)}


def test_what_the_conventions_do_not_say_is_not_judged(stories, named, silent):
    touched = [replace(BEFORE, own=((DECOY,),))]
    case = generated(named(CASE), refused=(STATUS, WITHOUT_EFFECT))

    assert held(tell(stories(400, contracts=silent, looks=touched), case)) == {STATUS: False}
    assert tell(stories(400, contracts=silent, looks=touched), named(OBSERVED)).verdict.findings == ()


def test_an_observed_call_that_is_refused_is_judged_for_its_effects_alone(stories, named):
    quiet = tell(stories(400, looks=[BEFORE]), named(OBSERVED))
    touched = tell(stories(400, looks=[replace(BEFORE, own=((DECOY,),))]), named(OBSERVED))

    assert (quiet.verdict.name, quiet.verdict.findings) == ("observed", ())
    assert (touched.verdict.name, held(touched)) == ("fail", {WITHOUT_EFFECT: False})


def test_an_observed_call_without_an_answer_is_judged_for_nothing(stories, named):
    record = tell(stories(None, looks=[replace(BEFORE, own=((DECOY,),))]), named(OBSERVED))

    assert record.verdict.name == "observed"
    assert record.verdict.observed["received"] == "no answer"


def test_what_is_on_record_for_an_observation_stands_beside_what_is_seen(stories, named, by_id):
    record = tell(stories(202), named(OBSERVED))
    known = by_id[CONVENTIONS].observations["absent-body"]

    assert record.verdict.observed["expected"] == known.expected
    assert record.verdict.observed["mark"] == known.mark


@pytest.mark.parametrize("status", [202, 403])
def test_an_app_that_stands_in_shows_nothing_of_what_a_user_may_do(stories, named, describe, status):
    made = stories(status)
    actors = {name: actor for name, actor in describe().actors.items() if name != "organizer"}
    made.target.description = describe(actors=actors)
    record = tell(made, named(CASE))

    assert made.target.sent[0].actor == "app"
    assert set(named(CASE).clauses) & OF_A_USER
    assert set(held(record)) == set(named(CASE).clauses) - OF_A_USER


def test_an_app_shows_what_an_app_may_do(stories, named):
    case = named("event-cancel.v1.0/users-upn.events/app/pascal/app-only")

    assert tuple(held(tell(stories(202), case))) == case.clauses


# -- what a check is given --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "scope"),
    [
        (CASE, "meeting"),
        (NAMESAKE, "meeting"),
        (OCCURRENCE, "occurrence"),
        (EXCEPTION, "occurrence"),
        (INSTANCE, "occurrence"),
    ],
)
def test_a_call_on_one_date_of_a_series_is_to_cancel_no_more(stories, named, given, case, scope):
    three = tuple((entry(f"o{number}"),) for number in range(3))
    shown = replace(AFTER, own=(three[0], (), three[2]))
    values = {"event": "e/1", "message": "m1", "instance": "e/1", "user": OWNER}
    made = stories(202, before=replace(BEFORE, own=three), looks=[shown], scene={"values": values})
    tell(made, named(case))

    assert given().scope == scope


@pytest.mark.parametrize(("case", "sent"), [(CASE, True), (WITHOUT_TEXT, False)])
def test_a_text_is_looked_for_where_one_was_sent(stories, named, given, case, sent):
    tell(stories(202), named(case))

    assert (given().comment is not None, MARK.case in (given().comment or "")) == (sent, sent)


def test_a_check_is_given_the_scene_and_what_was_seen_of_it(stories, named, given):
    made = stories(202)
    tell(made, named(CASE))
    found = given()

    assert (found.meeting, found.decoy, found.attendees, found.marker) == ("e/1", "d1", (ADA,), MARK.case)
    assert (found.before, found.gap, found.made_up) == (BEFORE, None, False)
    assert found.after.own == AFTER.own
    assert (found.organizer, found.customer) == (None, None)
    assert (found.case, found.contract.id, found.action) == (named(CASE), "event-cancel.v1.0", "event-cancel")


def test_what_is_gone_with_the_organizers_inbox_is_looked_for_there(stories, named, given):
    """An attendee's call may tell the organizer, whose inbox is looked at for that."""
    tell(stories(400, looks=[BEFORE], point={"inboxes": {OWNER: "organizer"}}), named(OWN_COPY))

    assert given().organizer == OWNER


def test_of_a_booking_a_check_is_given_customer_and_staff(stories, named, given):
    values = {"appointment": "e/1", "business": "b"}
    made = stories(204, scene={"values": values}, point={"booking": True})
    made.stage.once["https://graph.example/v1.0", "staff"] = [("s1", OWNER), ("s2", ADA)]
    tell(made, named(BOOKING))

    assert given().customer == (ADA, (OWNER,))


def test_that_a_made_up_id_is_refused_says_nothing_where_a_success_is_documented(stories, named, given):
    record = tell(stories(404, failure=NotServed("arranges nothing")), named(CASE))
    reasons = {line.reason for line in record.verdict.findings}

    assert record.verdict.name == "inconclusive"
    assert reasons == {"arranges nothing; that a made-up id is refused says nothing"}
    assert (given().gap, given().organizer, given().before, given().after) == ("arranges nothing", None, None, None)


def test_that_a_made_up_id_is_refused_is_judged_where_a_refusal_is_documented(stories, named):
    unknown = named("graph-conventions/v1.0.me.events/organizer/pascal/unknown-id")
    record = tell(stories(202, failure="no event"), unknown)

    assert held(record)["errors.not-found"] is False


def test_a_stub_that_arranges_nothing_is_judged_by_its_answer(stories, named):
    record = tell(stories(202, failure=NotServed("arranges nothing")), named(CASE))

    assert held(record)["response.status"] is True
    assert held(record)["effect.left-calendar"] is None


# -- what becomes of the scene ----------------------------------------------------------------------------------------


def test_a_scene_that_a_call_has_cancelled_is_cleared_away_at_once(stories, named):
    made = stories(202)
    tell(made, named(CASE))

    assert made.scenes == []
    assert sorted(request.path.rsplit("/", 1)[-1] for request in made.target.sent if request.method == "DELETE") == [
        "c1",
        "d1",
        "m1",
    ]


@pytest.mark.parametrize("looks", [[BEFORE], [replace(AFTER, mail={ADA: Unseen("no")})]])
def test_a_scene_that_cannot_be_cleared_away_is_kept_for_the_end(stories, named, looks):
    made = stories(202, looks=looks)
    tell(made, named(CASE))

    assert [scene.meeting for scene in made.scenes] == ["e/1"]


def test_a_scene_that_is_looked_at_once_more_stands_until_then(stories, named):
    uid = {"e/1": "u1", "d1": "u2"}
    own = tuple(replace(item, uid=uid[item.id]) for item in BEFORE.own[0])
    copies = (entry("c1"), entry("c2"))
    copies = tuple(replace(item, uid=uid) for item, uid in zip(copies, ("u1", "u2"), strict=True))
    before = replace(BEFORE, own=(own,), copies={ADA: (copies,)})
    after = replace(AFTER, own=((own[1],),), copies={ADA: ((replace(copies[0], cancelled=True), copies[1]),)})
    made = stories(202, before=before, looks=[after])
    tell(made, named(NAMESAKE))

    assert made.is_watched(named(NAMESAKE))
    assert len(made.scenes) == 1
    assert all(request.method == "POST" for request in made.target.sent)


def test_a_scene_without_an_event_is_kept_as_any_that_was_not_looked_at(stories, named):
    made = stories(401, failure="no event")
    tell(made, named(NO_TOKEN))

    assert [scene.gap for scene in made.scenes] == ["no event"]
    assert made.stage.looked == []
