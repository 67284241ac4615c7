"""Arranging a meeting: what becomes of it where an answer is lost on the way."""

from __future__ import annotations

import json

import pytest

from graphcancel.clock import Waited
from graphcancel.errors import AnswerLost
from graphcancel.fence import Fence
from graphcancel.looks import Lookout
from graphcancel.stage import Stage
from graphcancel.waiting import Waiting


@pytest.fixture
def arranged(script, named):
    """Arrange the organizer's meeting on a target that answers the two creates as told."""

    def arrange(meeting, decoy, case="event-cancel.v1.0/me.events/organizer/camel"):
        def answer(request):
            if request.method == "POST":
                return decoy if json.loads(request.payload)["transactionId"].endswith("d") else meeting
            return 200, {"value": [], "id": "the-meeting"}

        target = script(answer)
        target.fence = Fence(["https://graph.example"], target.description.writable)
        stage = Stage(target, Lookout(target), Waiting(), "gc00000000000000", "2026-11-21T00:00:00+00:00")
        stage.arrival.remember({"misses": {"visible": 3, "invitation": 3}})
        target.clock = Waited("a case")
        return target.clock.drive(stage.arrange(named(case), "https://graph.example/v1.0", 0))

    return arrange


@pytest.mark.parametrize("lost", [None, (504, {})])
def test_a_decoy_that_may_have_been_made_ends_the_attempt(arranged, lost):
    """
    It would lie beside the meeting unknown, and be taken for it after the cancel.
    """
    with pytest.raises(AnswerLost, match="decoy"):
        arranged((201, {"id": "the-meeting"}), lost)


def test_a_decoy_that_is_refused_is_done_without(arranged):
    scene = arranged((201, {"id": "the-meeting"}), (400, {"error": {"code": "ErrorInvalidRequest", "message": "no"}}))

    assert scene.meeting == "the-meeting"
    assert scene.decoy is None


@pytest.mark.parametrize(
    ("case", "seen"),
    [
        ("organizer/camel", {}),
        ("attendee/pascal/organizers-path", {"organizer@contoso.example": "app"}),
    ],
)
def test_the_organizers_inbox_is_looked_at_where_an_attendee_calls(arranged, case, seen):
    """
    A refused attendee's call must not tell the organizer either.
    """
    scene = arranged((201, {"id": "m"}), (201, {"id": "d"}), f"event-cancel.v1.0/users-upn.events/{case}")

    assert dict(scene.point.inboxes) == seen
