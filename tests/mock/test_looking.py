"""Arranging and looking: events, calendars, messages, and the query options on them."""

from __future__ import annotations

import uuid

import pytest

ATTENDEE = "attendee@contoso.example"


@pytest.fixture
def five(mock):
    for number in range(5):
        mock.post("/me/events", mock.draft(f"Talk {number}", day=10 - number))
    return mock


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("subject eq 'talk 1'", "1"),
        ("startswith(subject,'Talk')", "01234"),
        ("contains(subject,'3')", "3"),
        ("start/dateTime ge '2035-05-09T00:00:00'", "01"),
        ("start/dateTime ge '2035-05-08T00:00:00Z' and end/dateTime lt '2035-05-10T00:00:00Z'", "12"),
        ("isCancelled eq false and subject ne 'Talk 0'", "1234"),
        ("subject eq 'Talk 0' or (subject eq 'Talk 1' and isOrganizer eq true)", "01"),
        ("not startswith(subject,'Talk')", ""),
        ("createdDateTime ge 2020-01-01T00:00:00Z", "01234"),
        ("subject eq 'it''s'", ""),
    ],
)
def test_filters(five, condition, found):
    value = five.get("/me/events", query={"$filter": condition, "$orderby": "subject"})["value"]
    assert "".join(e["subject"][-1] for e in value) == found


@pytest.mark.parametrize(
    "query",
    [
        {"$filter": "nonsense eq 1"},
        {"$filter": "subject"},
        {"$filter": "subject eq"},
        {"$filter": "subject like 'x'"},
        {"$filter": "subject eq 'x"},
        {"$filter": "startswith(subject)"},
        {"$filter": "(" * 500},
        {"$filter": "isof('x')"},
        {"$filter": "subject eq 'a' subject"},
        {"$filter": "start/dateTime ge '2035-99-99T00:00:00'"},
        {"$select": "nonsense"},
        {"$expand": "nonsense"},
        {"$orderby": "nonsense"},
        {"$orderby": "subject sideways"},
        {"$top": "x"},
        {"$skip": "-1"},
        {"$top": "9" * 5000},
        {"$skiptoken": "x"},
        {"$apply": "x"},
    ],
)
def test_what_cannot_be_read_is_refused(five, query):
    assert five.send("GET", "/me/events", query=query).status == 400


def test_order_and_choice(five):
    value = five.get("/me/events", query={"$orderby": "start/dateTime desc", "$select": "subject", "$top": "2"})[
        "value"
    ]
    assert [e["subject"] for e in value] == ["Talk 0", "Talk 1"]
    assert set(value[0]) == {"@odata.etag", "id", "subject"}


def test_pages_lead_to_the_end(five):
    path, seen = "/me/events?$top=2&$count=true&$orderby=subject", []
    while path:
        page = five.get(path)
        seen += [e["subject"] for e in page["value"]]
        assert page["@odata.count"] == 5
        assert len(page["value"]) <= 2
        path = page.get("@odata.nextLink")
        assert path is None or path.startswith("http://mock.example/v1.0/me/events?")
    assert seen == [f"Talk {number}" for number in range(5)]


def test_the_page_size_is_an_option(make):
    mock = make(page_size=2)
    for number in range(3):
        mock.post("/me/events", mock.draft(str(number)))
    assert len(mock.get("/me/events")["value"]) == 2


def test_times_follow_the_preferred_zone(mock):
    event = mock.meeting()
    for name, hour in (("Pacific Standard Time", "03"), ("Europe/Berlin", "12"), ("UTC", "10")):
        found = mock.get(f"/me/events/{event['id']}", headers={"Prefer": f'outlook.timezone="{name}"'})
        assert found["start"] == {"dateTime": f"2035-05-07T{hour}:00:00.0000000", "timeZone": name}
    for strange in ("Atlantis", "../etc/passwd", ""):
        answer = mock.send("GET", "/me/events", headers={"Prefer": f'outlook.timezone="{strange}"'})
        assert answer.status == (400 if strange else 200) or answer.json["value"] == []


def test_a_view_is_of_the_default_calendar_or_the_one_named(mock):
    calendar = mock.post("/me/calendars", {"name": "Other"})
    mock.meeting("There", base=f"/me/calendars/{calendar['id']}")
    mock.meeting("Here")
    window = {"startDateTime": "2035-05-07T00:00:00", "endDateTime": "2035-05-08T00:00:00"}
    for path, subjects in (
        ("/me/calendarView", ["Here"]),
        ("/me/calendar/calendarView", ["Here"]),
        (f"/me/calendars/{calendar['id']}/calendarView", ["There"]),
    ):
        assert [e["subject"] for e in mock.get(path, query=window)["value"]] == subjects
    assert {e["subject"] for e in mock.get("/me/events")["value"]} == {"Here", "There"}
    for query in ({}, {"startDateTime": "2035-05-07"}, {"startDateTime": "x", "endDateTime": "y"},
                  {"startDateTime": "2035-05-08", "endDateTime": "2035-05-07"}):  # fmt: skip
        assert mock.send("GET", "/me/calendarView", query=query).status == 400


def test_what_starts_together_is_viewed_in_the_order_it_was_put_in_and_the_long_last(mock):
    """Not by id: ids are drawn at random, so each seed would give another order."""
    far = {"dateTime": "2035-09-07T10:00:00", "timeZone": "UTC"}
    long = mock.post("/me/events", mock.draft("Long", end=far))
    talks = [mock.post("/me/events", mock.draft(f"Talk {number}"))["id"] for number in range(5)]
    earlier = mock.post("/me/events", mock.draft("Earlier", day=6))

    assert [event["id"] for event in mock.view()] == [earlier["id"], *talks, long["id"]]
    assert talks != sorted(talks)


def test_group_views(mock):
    base = f"/groups/{mock.cast.group}"
    event = mock.meeting("Team", base=base)
    window = {"startDateTime": "2035-05-07", "endDateTime": "2035-05-08"}
    for path in ("/calendarView", "/calendar/calendarView", "/events", "/calendar/events"):
        assert [e["id"] for e in mock.get(base + path, query=window)["value"]] == [event["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"subject": "x"},
        {"start": "x", "end": "y"},
        {"start": {"dateTime": 7}, "end": {}},
        {"nonsense": 1},
        {"attendees": [{}]},
        {"attendees": ["x"]},
        {"attendees": 7},
        {"attendees": [{"emailAddress": {"address": "a@b", "name": 7}}]},
        {"subject": 7},
        {"body": "x"},
        {"body": {"contentType": "pdf", "content": "x"}},
        {"location": "x"},
        {"categories": {"a": 1}},
        {"transactionId": 7},
        {"isAllDay": "yes"},
        {"recurrence": 7},
        {"recurrence": {"pattern": {"type": "daily"}, "range": {}}},
        {"recurrence": {"pattern": {"type": "daily", "interval": 0}, "range": {"type": "noEnd"}}},
        {"recurrence": {"pattern": {"type": "weekly", "daysOfWeek": [7]}, "range": {"type": "noEnd"}}},
        {"recurrence": {"pattern": {"type": "daily"}, "range": {"type": "endDate", "endDate": "2001-01-01"}}},
        {"recurrence": {"pattern": {"type": "absoluteMonthly", "dayOfMonth": "x"}, "range": {"type": "noEnd"}}},
        {"start": {"dateTime": "0001-01-01T00:00:00", "timeZone": "Asia/Tokyo"}},
        {"start": {"dateTime": "2035-05-07T10:00:00", "timeZone": "Nowhere"}},
        {"end": {"dateTime": "1999-05-07T10:00:00", "timeZone": "UTC"}},
    ],
)
def test_impossible_events_are_refused(mock, body):
    before = mock.state()
    whole = body if not isinstance(body, dict) or not body or "subject" in body else {**mock.draft(), **body}
    assert mock.send("POST", "/me/events", json_body=whole).status == 400
    assert mock.state() == before


def test_a_transaction_gives_one_event(mock):
    one = mock.meeting(transactionId="t-1")
    two = mock.meeting(transactionId="t-1")
    assert one["id"] == two["id"]
    assert len(mock.inbox(kind="meetingRequest")) == 1


def test_responses(mock):
    event = mock.meeting()
    copy = mock.copy(event)
    path = f"/me/events/{copy['id']}"
    assert mock.send("POST", f"/me/events/{event['id']}/accept", json_body={}).status == 400
    silent = {"SendResponse": False, "Comment": "x"}
    assert mock.send("POST", f"{path}/accept", actor="attendee", json_body=silent).status == 400
    assert (
        mock.send("POST", f"{path}/tentativelyAccept", actor="attendee", json_body={"sendResponse": False}).status
        == 202
    )
    assert mock.inbox("organizer@contoso.example", "meetingTenativelyAccepted") == []
    assert mock.send("POST", f"{path}/accept", actor="attendee", json_body={"comment": "Yes"}).status == 202
    (message,) = mock.inbox("organizer@contoso.example", "meetingAccepted")
    assert message["@odata.type"] == "#microsoft.graph.eventMessageResponse"
    for walk in ("/event", "/microsoft.graph.eventMessage/event"):
        assert mock.get(f"/me/messages/{message['id']}{walk}")["id"] == event["id"]
    assert mock.send("POST", f"{path}/decline", actor="attendee").status == 202
    assert mock.copy(event) is None
    statuses = [a["status"]["response"] for a in mock.get(f"/me/events/{event['id']}")["attendees"]]
    assert statuses == ["declined", "none"]


def test_messages_are_listed_by_folder_and_expanded(mock):
    event = mock.meeting()
    copy = mock.copy(event)
    folder = mock.get("/me/mailFolders/Inbox", actor="attendee")["id"]
    query = {"$expand": "microsoft.graph.eventMessage/event($select=id)", "$filter": "receivedDateTime ge 2020-01-01"}
    for path in ("/me/messages", "/me/mailFolders/inbox/messages", f"/me/mailFolders/{folder}/messages"):
        (message,) = mock.get(path, actor="attendee", query=query)["value"]
        assert (message["event"]["id"], message["parentFolderId"]) == (copy["id"], folder)
    assert mock.get("/me/mailFolders/deleteditems/messages", actor="attendee")["value"] == []
    gone = mock.send("DELETE", f"/me/mailFolders/inbox/messages/{message['id']}", actor="attendee")
    assert gone.status == 204
    assert mock.send("GET", f"/me/messages/{message['id']}", actor="attendee").code == "ErrorItemNotFound"


def test_calendars_and_groups(mock):
    shelf = mock.post("/me/calendarGroups", {"name": "Shelf"})
    calendar = mock.post(f"/me/calendarGroups/{shelf['id']}/calendars", {"name": "Own"})
    assert mock.send("POST", "/me/calendars", json_body={"name": "Own"}).code == "ErrorFolderExists"
    assert mock.send("POST", "/me/calendars", json_body={"name": " "}).status == 400
    assert mock.send("DELETE", f"/me/calendarGroups/{shelf['id']}").status == 400
    event = mock.meeting(base=f"/me/calendars/{calendar['id']}")
    assert mock.send("DELETE", f"/me/calendars/{calendar['id']}").status == 204
    assert not mock.exists(event)
    assert mock.send("DELETE", f"/me/calendarGroups/{shelf['id']}").status == 204
    default = mock.get("/me/calendar")
    assert mock.send("DELETE", f"/me/calendars/{default['id']}").status == 400
    (group,) = mock.get("/me/calendarGroups")["value"]
    assert mock.send("DELETE", f"/me/calendarGroups/{group['id']}").status == 400


def test_the_state_returns_to_its_start(mock):
    start = mock.state()
    shelf = mock.post("/me/calendarGroups", {"name": "Shelf"})
    calendar = mock.post(f"/me/calendarGroups/{shelf['id']}/calendars", {"name": "Own"})
    base = f"/me/calendars/{calendar['id']}"
    mock.cancel(mock.meeting(base=base), base=base)
    left = mock.meeting("Left", base=base)
    _, occurrences = mock.series()
    mock.cancel(occurrences[0])
    mock.cancel_booking(mock.booking())
    customer = mock.post(f"{mock.business}/customers", {"displayName": "C", "emailAddress": "c@x.example"})
    assert mock.state() != start

    mock.send("DELETE", f"/me/events/{left['id']}")
    mock.send("DELETE", f"/me/events/{occurrences[1]['seriesMasterId']}")
    mock.send("DELETE", base)
    mock.send("DELETE", f"/me/calendarGroups/{shelf['id']}")
    mock.send("DELETE", f"{mock.business}/customers/{customer['id']}")
    for box in (ATTENDEE, "second@contoso.example"):
        for kind in ("events", "messages"):
            for item in mock.get(f"/users/{box}/{kind}?$top=100", actor="app")["value"]:
                assert mock.send("DELETE", f"/users/{box}/{kind}/{item['id']}", actor="app").status == 204

    assert mock.state() == start


def test_equal_seeds_give_equal_worlds(make):
    one, two, other = make(), make(), make(seed=8)
    events = [mock.meeting() for mock in (one, two, other)]
    assert events[0]["id"] == events[1]["id"] != events[2]["id"]
    assert one.state() == two.state() != other.state()
    assert len(events[0]["id"]) == 152


@pytest.mark.parametrize(("written", "kept"), [("true", True), ("false", False), (True, True), (None, False)])
def test_a_boolean_may_be_written_as_text(mock, written, kept):
    made = mock.post("/me/events", mock.draft("Online", isOnlineMeeting=written))
    assert made["isOnlineMeeting"] is kept


@pytest.mark.parametrize("written", ["yes", "TRUE", "", 1])
def test_other_text_is_no_boolean(mock, written):
    answer = mock.send("POST", "/me/events", json_body=mock.draft("Online", isOnlineMeeting=written))
    assert (answer.status, answer.code) == (400, "RequestBodyRead")


def test_a_calendar_groups_class_is_a_guid(mock):
    made = mock.post("/me/calendarGroups", {"name": "Shelf"})
    assert str(uuid.UUID(made["classId"])) == made["classId"]
