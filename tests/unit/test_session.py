"""The first contact of a run: who the actors are, and that each token is that of the mailbox described."""

from __future__ import annotations

import pytest

from graphcancel.actors import Actor
from graphcancel.errors import TargetError
from graphcancel.looks import Lookout
from graphcancel.session import _first_contact
from graphcancel.stage import Stage
from graphcancel.waiting import Waiting

ORGANIZER, ATTENDEE = "organizer@contoso.example", "attendee@contoso.example"


@pytest.fixture
def contact(script):
    """Make the first contact with a target that answers as told; what it learnt and what was sent."""

    def make(answer, **changes):
        target = script(answer, **changes)
        stage = Stage(target, Lookout(target), Waiting(), "gc00000000", "2026-11-21T00:00:00+00:00")
        return _first_contact(stage), [(request.actor, request.path) for request in target.sent]

    return make


def told(**people):
    """Answers to ``/me`` by actor; everybody else is found by name."""

    def answer(request):
        if request.path == "/me":
            return people.get(request.actor, (403, {}))
        return 200, {"id": f"id-of-{request.path.rsplit('/', 1)[1]}"}

    return answer


def me(address: str, **more):
    return 200, {"id": f"id-of-{address}", "userPrincipalName": address} | more


def test_each_is_asked_once_who_it_is(contact):
    found, sent = contact(told(organizer=me(ORGANIZER), attendee=me(ATTENDEE), reader=me(ORGANIZER)))

    assert found["users"][ORGANIZER] == f"id-of-{ORGANIZER}"
    assert sent[:3] == [("organizer", "/me"), ("attendee", "/me"), ("reader", "/me")]
    assert [path for _, path in sent[3:]] == ["/users/second%40contoso.example"]


@pytest.mark.parametrize("name", ["organizer", "attendee", "reader"])
def test_a_token_of_another_mailbox_ends_the_run_before_anything_is_written(name, contact):
    people = {"organizer": me(ORGANIZER), "attendee": me(ATTENDEE), "reader": me(ORGANIZER)}
    people[name] = me("eve@contoso.example")

    with pytest.raises(TargetError) as caught:
        contact(told(**people))
    assert f"contoso: actors.{name}: its token is that of another mailbox than its user" in str(caught.value)
    assert "@" not in str(caught.value)


@pytest.mark.parametrize("answer", [me(ORGANIZER.upper()), me("alias@contoso.example", mail=ORGANIZER.title())])
def test_upper_case_and_an_alias_are_the_same_mailbox(answer, contact):
    found, _ = contact(told(organizer=answer, attendee=me(ATTENDEE), reader=me(ORGANIZER)))

    assert ORGANIZER in found["users"]


@pytest.mark.parametrize("answer", [(403, {}), (404, {}), (200, {"id": 5}), (200, b"<html>"), (200, [])])
def test_where_me_cannot_be_read_the_mailbox_is_looked_up(answer, contact):
    found, sent = contact(told(organizer=answer, attendee=me(ATTENDEE)))

    assert found["users"][ORGANIZER] == "id-of-organizer%40contoso.example"
    assert sent[1] == ("organizer", "/users/organizer%40contoso.example")


def test_a_mailbox_without_a_token_is_looked_up_by_the_app(contact, describe):
    actors = {"organizer": Actor("organizer", ORGANIZER), "app": Actor("app", None, "token", "t")}
    found, sent = contact(told(), description=describe(actors=actors))

    assert sent[0] == ("app", "/users/organizer%40contoso.example")
    assert ORGANIZER in found["users"]


def test_where_nobody_has_a_token_nothing_is_sent(contact, describe):
    with pytest.raises(TargetError, match="contoso: nobody can sign in: no actor has a flow that gives a token"):
        contact(told(), description=describe(actors={"organizer": Actor("organizer", ORGANIZER)}))
