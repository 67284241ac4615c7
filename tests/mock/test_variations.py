"""Each variation differs as it says, and only so."""

from __future__ import annotations

import pytest

from graphmock.faults import VARIATIONS

ATTENDEE = "attendee@contoso.example"


@pytest.mark.parametrize("name", [one.name for one in VARIATIONS])
def test_cancel_keeps_its_promises_under_a_variation(make, name):
    mock = make(vary=(name,))
    event = mock.meeting()
    mock.now += 5
    mock.send("GET", "/me")
    answer = mock.cancel(event)
    assert (answer.status, answer.content) == (202, b"")
    mock.now += 5
    assert not mock.exists(event)
    assert len(mock.get("/me/messages?$count=true&$filter=contains(subject,'Talk')", actor="attendee")["value"]) > 0
    copy = mock.copy(event)
    assert copy is None or copy["isCancelled"]


def test_the_inner_errors_key(make):
    answer = make(vary=("innererror-key",)).send("GET", "/me/events/nope")
    assert "innererror" in answer.json["error"]


def test_pages_of_one(make):
    mock = make(vary=("page-by-one",))
    for number in range(3):
        mock.post("/me/events", mock.draft(str(number)))
    page, seen = mock.get("/me/events?$top=50"), 1
    while "@odata.nextLink" in page:
        assert len(page["value"]) == 1
        page, seen = mock.get(page["@odata.nextLink"]), seen + 1
    assert seen == 3


def test_effects_come_late(make):
    mock = make(vary=("effects-late",))
    event = mock.meeting()
    mock.cancel(event)
    assert mock.exists(event)
    assert mock.cancel(event).status == 404
    assert mock.inbox() == []
    mock.now += 1.4
    assert mock.exists(event)
    mock.now += 0.1
    assert not mock.exists(event)
    assert mock.comments() == ["Sorry"]
    assert mock.copy(event)["isCancelled"]


def test_invitations_come_late(make):
    mock = make(vary=("invites-late",))
    event = mock.meeting()
    assert mock.copy(event) is None
    mock.now += 1
    assert mock.copy(event)["isCancelled"] is False


def test_a_cancellation_does_not_overtake_its_invitation(make):
    mock = make(vary=("invites-late",))
    event = mock.meeting()
    mock.cancel(event)
    assert not mock.exists(event)
    mock.now += 1
    assert mock.copy(event)["isCancelled"] is True
    assert len(mock.inbox()) == 1


def test_awkward_ids(make):
    mock = make(vary=("ids-with-slash",))
    first, second = mock.meeting("One", "x@x.example"), mock.meeting("Two", "x@x.example")
    ids = [first["id"], second["id"]]
    assert all("/" in i and "+" in i and "=" in i for i in ids)
    everything = {e["id"].lower() for e in mock.get("/me/events")["value"]}
    assert len(everything) < 2 or first["id"].lower() != second["id"].lower()
    for event in (first, second):
        encoded = event["id"].replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
        assert mock.get(f"/me/events/{encoded}")["subject"] == event["subject"]
        assert mock.send("POST", f"/me/events/{encoded}/cancel", json_body={}).status == 202


def test_two_ids_differ_in_case_only(make):
    mock = make(vary=("ids-with-slash",))
    ids = [mock.app.world.store.mint.item() for _ in range(10)]
    assert len(set(ids)) == 10
    assert len({i.lower() for i in ids}) <= 6


def test_copies_are_removed(make):
    mock = make(vary=("copies-removed",))
    event = mock.meeting()
    mock.cancel(event)
    assert mock.copy(event) is None
    assert mock.comments() == ["Sorry"]


def test_header_names_have_capitals(make):
    answer = make(vary=("header-case",)).send("GET", "/me")
    assert {"Content-Type", "Request-Id", "Client-Request-Id"} <= set(answer.names)


def test_the_german_prefix(make):
    mock = make(vary=("subject-prefix-de",))
    event = mock.meeting()
    mock.cancel(event)
    assert mock.copy(event)["subject"] == "Abgesagt: Talk"


def test_chunks_instead_of_a_length(make):
    mock = make(vary=("chunked-empty-body",))
    answer = mock.cancel(mock.meeting())
    assert "content-length" not in answer.headers
    assert "content-length" in mock.send("GET", "/me").headers


def test_headers_nobody_documents(make):
    assert "x-served-with" in make(vary=("extra-headers",)).send("GET", "/me").headers


def test_another_code_for_the_attendee(make):
    mock = make(vary=("other-error-code",))
    answer = mock.cancel(mock.copy(mock.meeting()), actor="attendee")
    assert (answer.status, answer.code) == (400, "ErrorCalendarIsNotOrganizer")


def test_there_may_be_no_batch(make):
    item = {"id": "1", "method": "GET", "url": "/me"}
    assert make(vary=("no-batch",)).send("POST", "/$batch", json_body={"requests": [item]}).status == 404
