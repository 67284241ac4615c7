"""What a sweep leaves alone: meetings with people from outside, which only bear a mark."""

from __future__ import annotations

import pytest
from swept import ROOT, TODAY, event, holding

from graphcancel.leftovers import Search
from graphcancel.scene import WEEK_WINDOW
from graphcancel.sweeping import rehearse, sweep_up, told_after


def _meeting(organizer: str, *attendees: str) -> dict:
    people = [{"emailAddress": {"address": address}} for address in (organizer, *attendees)]
    return {"organizer": people[0], "attendees": people[1:]}


INSIDE, OTHERS, STRANGER = "Organizer@contoso.example", "attendee@contoso.example", "stranger@elsewhere.example"


@pytest.mark.parametrize(
    ("answer", "announced", "removed"),
    [
        ((200, _meeting(INSIDE, OTHERS)), False, True),
        ((200, _meeting(STRANGER, INSIDE)), False, False),
        ((200, _meeting(INSIDE, OTHERS, STRANGER)), False, False),
        ((403, {}), False, False),
        ((404, {}), False, True),
        ((200, {"organizer": 5, "attendees": ["x", {"emailAddress": "y"}]}), False, True),
        ((200, _meeting(STRANGER, INSIDE)), True, True),
    ],
    ids=["inside", "by-a-stranger", "with-a-stranger", "not-shown", "gone", "nonsense", "announced"],
)
def test_a_meeting_with_strangers_that_only_bears_a_mark_is_left_alone(answer, announced, removed, staged):
    """
    Whoever has seen a mark can send an invitation with it; to delete that would be to answer it.
    """
    there = {"organizer%40contoso.example/calendarView": [event("own")]}
    listed, asked = holding(there)

    def answered(request):
        single = request.method == "GET" and "/events/own?" in request.path
        return answer if single else listed(request)

    marks = frozenset({TODAY.case}) if announced else frozenset()
    swept = sweep_up(
        staged(answered), [ROOT], Search(lambda _: True, (WEEK_WINDOW,), announced=marks), None, tell=print
    )

    assert any(line.startswith("DELETE") for line in asked) is removed
    assert swept.clean is removed
    assert any("left alone" in line for line in told_after(swept, dry_run=False)) is not removed


@pytest.mark.parametrize(
    ("shown", "removed"),
    [
        ({"mail": "O.Rganizer@mail.example"}, True),
        (
            {"mail": "else@mail.example", "proxyAddresses": ["SMTP:else@mail.example", "smtp:o.rganizer@mail.example"]},
            True,
        ),
        ({"mail": "else@mail.example"}, False),
        ({"mail": None, "proxyAddresses": 5}, False),
    ],
    ids=["mail", "another address", "somebody else's", "nonsense"],
)
def test_a_mailbox_may_show_another_address_than_the_target_file(shown, removed, staged):
    """
    A userPrincipalName need not be the address that events carry.
    """
    listed, asked = holding({"organizer%40contoso.example/calendarView": [event("own")]})

    def answered(request):
        if "proxyAddresses" in request.path:
            return 200, shown
        if request.method == "GET" and "/events/own?" in request.path:
            return 200, _meeting("o.rganizer@mail.example", OTHERS)
        return listed(request)

    swept = sweep_up(staged(answered), [ROOT], Search(lambda _: True, (WEEK_WINDOW,)), None, tell=print)

    assert any(line.startswith("DELETE") for line in asked) is removed
    assert swept.clean is removed


def test_a_copy_of_a_groups_meeting_is_no_strangers(staged):
    """
    It is the group that organizes it, by an address that no target file names.
    """
    listed, asked = holding({"attendee%40contoso.example/calendarView": [event("copy")]})

    def answered(request):
        if "/groups/g?" in request.path:
            return 200, {"mail": "team@contoso.example"}
        if "/members" in request.path:
            people = [{"id": str(n), "userPrincipalName": name} for n, name in enumerate((INSIDE, OTHERS))]
            return 200, {"value": people}
        if request.method == "GET" and "/events/copy?" in request.path:
            return 200, _meeting("team@contoso.example", OTHERS)
        return listed(request)

    stage = staged(answered, resources={"group": "g"})
    swept = sweep_up(stage, [ROOT], Search(lambda _: True, (WEEK_WINDOW,)), None, tell=print)

    assert any(line.startswith("DELETE") for line in asked)
    assert swept.clean


def test_a_dry_run_tells_what_the_sweep_would_leave_alone(staged):
    listed, _ = holding({"organizer%40contoso.example/calendarView": [event("own")]})

    def answered(request):
        single = request.method == "GET" and "/events/own?" in request.path
        return (200, _meeting(STRANGER, INSIDE)) if single else listed(request)

    swept = rehearse(staged(answered), [ROOT], Search(lambda _: True, (WEEK_WINDOW,)))

    assert [len(part) for part in (swept.left, swept.alone)] == [0, 1]
    assert any("left alone" in line for line in told_after(swept, dry_run=True))
