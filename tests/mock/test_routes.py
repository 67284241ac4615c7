"""Which edition serves which cancel, and what stands beside the routes."""

from __future__ import annotations

import pytest

from graphmock.editions import EDITIONS

USERS = ("organizer@contoso.example", "ORGANIZER@Contoso.Example")
ROUTES = [(name, route) for name, edition in EDITIONS.items() for route in edition.routes]


def place(mock, route):
    """Make an event where *route* can reach it, and write the route out."""
    me = mock.get("/me")
    values = {"user": me["id"], "group": mock.cast.group}
    base = "/groups/{group}" if "{group}" in route else "/me"
    if "{calendar}" in route:
        group = mock.get("/me/calendarGroups")["value"][0]["id"]
        if "{cgroup}" in route:
            group = mock.post("/me/calendarGroups", {"name": f"Shelf {mock.made}"})["id"]
        name = f"Calendar {mock.made}"
        values |= {
            "cgroup": group,
            "calendar": mock.post(f"/me/calendarGroups/{group}/calendars", {"name": name})["id"],
        }
        base = "/me/calendars/{calendar}"
    mock.made += 1
    if "/instances/" in route:
        event, occurrences = mock.series()
        target = occurrences[1]
    else:
        target = event = mock.post(base.format(**values) + "/events", mock.draft("Talk", "attendee@contoso.example"))
    if "{message}" in route:
        copy = mock.copy(event)
        mock.send("POST", f"/me/events/{copy['id']}/accept", actor="attendee", json_body={"SendResponse": True})
        values["message"] = mock.inbox("organizer@contoso.example", "meetingAccepted")[0]["id"]
    values["event"] = target["id"]
    return route.format(**values) + "/cancel", base.format(**values) + f"/events/{target['id']}"


@pytest.mark.parametrize(("edition", "route"), ROUTES)
@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_every_listed_route_cancels(mock, edition, route, version):
    prefix = "" if edition == "published" else f"/{edition}"
    cancel, look = place(mock, route)

    answer = mock.send("POST", cancel, json_body={"Comment": "x"}, root=f"{prefix}/{version}")

    assert (answer.status, answer.content) == (EDITIONS[edition].status, b"")
    assert "content-type" not in answer.headers
    assert mock.send("GET", look).status == 404


def test_the_editions_have_as_many_routes_as_their_pages():
    assert {name: len(edition.routes) for name, edition in EDITIONS.items()} == {
        "published": 10,
        "superseded": 12,
        "draft": 13,
        "translated-de": 12,
    }


@pytest.mark.parametrize("user", USERS)
def test_users_are_named_by_id_or_principal_name(mock, user):
    event = mock.meeting()
    assert mock.cancel(event, base=f"/users/{user}").status == 202


@pytest.mark.parametrize(
    "path",
    [
        "/users('organizer@contoso.example')/events('{id}')/cancel",
        "/me/events/{id}/microsoft.graph.cancel",
        "/me/events/{encoded}/cancel",
    ],
)
def test_other_spellings_of_a_route(mock, path):
    event = mock.meeting()
    path = path.format(id=event["id"], encoded=event["id"].replace("=", "%3D").replace("-", "%2D"))
    assert mock.send("POST", path, json_body={}).status == 202


def test_lower_case_groups_are_tolerated_and_the_singular_is_not(mock):
    cancel, _ = place(mock, EDITIONS["published"].routes[3])
    assert mock.send("POST", cancel.replace("/calendarGroups/", "/calendargroups/"), json_body={}).status == 202
    cancel, _ = place(mock, EDITIONS["superseded"].routes[-1])
    answer = mock.send("POST", cancel, json_body={})
    assert (answer.status, answer.message) == (400, "Resource not found for the segment 'calendargroup'.")


def test_an_edition_can_be_served_at_the_root(make):
    mock = make(edition="draft")
    assert mock.cancel(mock.meeting()).status == 204
    assert mock.cancel(mock.meeting(), root="/published/v1.0").status == 202


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_other_verbs_on_cancel_are_refused(mock, method):
    event = mock.meeting()
    answer = mock.send(method, f"/me/events/{event['id']}/cancel")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert mock.exists(event)


def test_an_id_is_found_only_where_it_is(mock):
    event = mock.meeting()
    other = mock.post("/me/calendars", {"name": "Other"})
    group = mock.post("/me/calendarGroups", {"name": "Shelf"})
    default = mock.get("/me/calendar")
    assert mock.cancel(event, base=f"/me/calendars/{other['id']}").code == "ErrorItemNotFound"
    assert mock.cancel(event, base=f"/me/calendarGroups/{group['id']}/calendars/{default['id']}").status == 404
    assert mock.cancel(event, base=f"/groups/{mock.cast.group}").status == 404
    moved = mock.meeting(base=f"/me/calendars/{other['id']}")
    assert mock.cancel(moved, base="/me/calendar").status == 404
    assert mock.cancel(moved).status == 202


@pytest.mark.parametrize(
    ("identifier", "status", "code"),
    [
        ("not-an-id", 400, "ErrorInvalidIdMalformed"),
        ("A" * 151, 400, "ErrorInvalidIdMalformed"),
        ("A" * 152, 404, "ErrorItemNotFound"),
        ("AAMk" * 37 + "AAA=", 404, "ErrorItemNotFound"),
    ],
)
def test_ids_are_read_before_they_are_looked_up(mock, identifier, status, code):
    answer = mock.send("POST", f"/me/events/{identifier}/cancel", json_body={})
    assert (answer.status, answer.code) == (status, code)


def test_versions_and_strange_paths(mock):
    for root, status in (("/v2.0", 400), ("", 400), ("/draft", 400), ("/draft/v1.0", 200)):
        assert mock.send("GET", "/me", root=root).status == status
    assert mock.send("GET", "/_mock/nothing", root="").status == 404


def test_legacy_bookings_are_beta_and_draft_only(mock):
    path = f"/bookingBusinesses/{mock.cast.business}"
    found = {
        root: mock.send("GET", path, root=root).status for root in ("/v1.0", "/beta", "/draft/v1.0", "/draft/beta")
    }
    assert found == {"/v1.0": 400, "/beta": 200, "/draft/v1.0": 200, "/draft/beta": 200}
