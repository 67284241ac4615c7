"""What a target waives: it exists, it has a reason, and it is not waived in vain without a word."""

from __future__ import annotations

import pytest

from graphcancel.case import OF_A_USER
from graphcancel.errors import TargetError
from graphcancel.report import gaps, idle_waivers
from graphcancel.waivers import FAMILIES, check_waivers, waiver, why_unused

CLAUSES = ("response.status", "effect.left-calendar")
GROUPS = "event-cancel.v1.0/groups.events/organizer/empty"
MINE = "event-cancel.v1.0/me.events/organizer/empty"


@pytest.mark.parametrize("name", [*FAMILIES, *CLAUSES])
def test_what_exists_can_be_waived(name, describe):
    check_waivers(describe(waived={name: "why"}), CLAUSES)


@pytest.mark.parametrize(
    ("name", "near"),
    [("groop", "group"), ("booking_busines", "booking_business"), ("response.staus", "response.status")],
)
def test_what_does_not_exist_is_refused_with_the_nearest(name, near, describe):
    with pytest.raises(TargetError) as caught:
        check_waivers(describe(waived={name: "why"}), CLAUSES)

    assert str(caught.value).startswith(f"contoso: waived: '{name}' is no route family, resource or clause")
    assert f"(nearest: {near})" in str(caught.value)


@pytest.mark.parametrize(
    ("waived", "resource", "reason"),
    [
        ("group", "group", "why"),
        ("groups", "group", "why"),
        ("bookings", "booking_business", "why"),
        ("booking_service", "booking_business", "why"),
        ("group", "booking_business", None),
        ("me", "group", None),
        ("response.status", "group", None),
    ],
)
def test_a_resource_is_left_alone_where_its_family_is_waived(waived, resource, reason):
    assert why_unused({waived: "why"}, resource) == reason


def test_a_waiver_names_a_family_or_a_clause():
    assert waiver({"group": "why"}, "groups", "response.status") == "group"
    assert waiver({"response.status": "why"}, "me", "response.status") == "response.status"
    assert waiver({"group": "why", "response.body": "why"}, "me", "response.status") is None
    assert waiver({}, "me", "response.status") is None


def line(case, held: bool | None, clause: str = "response.status", *, user: bool = False) -> dict:
    return {
        **case.coordinates(),
        "gating": True,
        "verdict": "pass" if held else "inconclusive",
        "reason": "why",
        "clauses": [
            {"clause": clause, "held": held},
            *({"clause": name, "held": True} for name in OF_A_USER if user),
        ],
    }


def test_where_an_app_stood_in_for_a_user_what_is_said_of_users_is_a_gap(named, part):
    """
    The case passes, since an app's token says nothing of a user's; but nobody judged that clause.
    """
    found = gaps(part([line(named(MINE), held=True)], [named(MINE)]))

    assert {(gap.clause, gap.route) for gap in found} == {("permissions.delegated-work", named(MINE).path)}
    assert gaps(part([line(named(MINE), held=True, user=True)], [named(MINE)])) == []


@pytest.mark.parametrize(
    ("waived", "left"),
    [
        ({}, {GROUPS, MINE}),
        ({"group": "why"}, {MINE}),
        ({"groups": "why"}, {MINE}),
        ({"me": "why"}, {GROUPS}),
        ({"response.status": "why"}, set()),
        ({"response.body": "why"}, {GROUPS, MINE}),
    ],
)
def test_what_is_waived_leaves_no_gap(waived, left, named, part):
    cases = [named(GROUPS), named(MINE)]
    found = gaps(part([line(case, None, user=True) for case in cases], cases, waived=waived))

    assert {gap.route for gap in found} == {named(name).path for name in left}


@pytest.mark.parametrize(
    ("waived", "idle"),
    [
        ({"group": "why", "booking_business": "why"}, [("group", 1)]),
        ({"response.status": "why"}, [("response.status", 1)]),
        ({"me": "why"}, []),
        ({"response.body": "why"}, []),
        ({}, []),
    ],
)
def test_a_waiver_of_what_was_judged_is_told(waived, idle, named, part):
    cases = [named(GROUPS), named(MINE)]

    assert idle_waivers(part([line(cases[0], True), line(cases[1], None)], cases, waived=waived)) == idle
