"""Tokens, permissions, and who may open what."""

from __future__ import annotations

import pytest

CALLS = [
    # actor, method, path, status
    ("organizer", "GET", "/me", 200),
    ("reader", "GET", "/me", 200),
    ("app", "GET", "/me", 400),
    ("app", "GET", "/users/organizer@contoso.example", 200),
    ("app", "GET", "/users/nobody@contoso.example", 404),
    ("app", "GET", "/users/nobody@contoso.example/events", 404),
    ("organizer", "GET", "/users/attendee@contoso.example", 200),
    ("organizer", "GET", "/users/attendee@contoso.example/events", 403),
    ("organizer", "GET", "/users/nobody@contoso.example/events", 403),
    ("reader", "GET", "/me/events", 200),
    ("reader", "GET", "/me/messages", 403),
    ("reader", "GET", "/users/attendee@contoso.example", 403),
    ("reader", "POST", "/me/events", 403),
    ("reader", "POST", "/me/events/nope/cancel", 403),
    ("app", "POST", "/me/events/nope/cancel", 400),
    ("app", "GET", "/groups/{group}", 200),
    ("app", "GET", "/groups/{group}/members", 200),
    ("app", "GET", "/groups/{group}/events", 403),
    ("organizer", "GET", "/groups/{group}/events", 200),
    ("reader", "GET", "/groups/{group}/events", 403),
    ("organizer", "GET", "/groups/00000000-0000-0000-0000-000000000000", 404),
    ("attendee", "GET", "/me/joinedGroups", 200),
    ("app", "GET", "/users", 200),
    ("reader", "GET", "/solutions/bookingBusinesses", 403),
    ("app", "GET", "/solutions/bookingBusinesses", 200),
    (None, "GET", "/me", 401),
    ("garbage", "GET", "/me", 401),
    ("expired", "GET", "/me", 401),
    (None, "POST", "/$batch", 401),
]


@pytest.mark.parametrize(("actor", "method", "path", "status"), CALLS)
def test_who_may(mock, actor, method, path, status):
    answer = mock.send(method, path.format(group=mock.cast.group), actor=actor)
    assert answer.status == status


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        (None, "Access token is empty."),
        ("garbage", "CompactToken parsing failed with error code: 80049217"),
        ("expired", "Lifetime validation failed, the token is expired."),
    ],
)
def test_bad_tokens_are_told_apart_and_challenged(mock, actor, text):
    event = mock.meeting()
    answer = mock.cancel(event, actor=actor)
    assert (answer.status, answer.code, answer.message) == (401, "InvalidAuthenticationToken", text)
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert mock.exists(event)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_a_header_without_a_bearer_token_is_none(mock, header):
    assert mock.send("GET", "/me", headers={"Authorization": header}).message == "Access token is empty."


def test_members_are_users(mock):
    members = mock.get(f"/groups/{mock.cast.group}/members")["value"]
    assert [m["userPrincipalName"] for m in members] == ["organizer@contoso.example", "attendee@contoso.example"]
    assert {m["@odata.type"] for m in members} == {"#microsoft.graph.user"}


def test_an_application_cancels_for_a_user(mock):
    event = mock.meeting()
    assert mock.cancel(event, base="/users/organizer@contoso.example", actor="app").status == 202
