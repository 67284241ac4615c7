"""Each variation differs as it says, and only so."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from unittest.mock import ANY

import pytest

from graphmock.faults import VARIATIONS
from graphmock.prose import plain
from graphmock.rules import ORGANIZER_SENTENCE

ORGANIZER, ATTENDEE, SECOND = (f"{name}@contoso.example" for name in ("organizer", "attendee", "second"))


@pytest.mark.parametrize("name", [one.name for one in VARIATIONS])
def test_cancel_keeps_its_promises_under_a_variation(make, name):
    mock = make(vary=(name,))
    event = mock.meeting()
    mock.now += 5
    mock.send("GET", "/me")
    answer = mock.cancel(event)
    assert (answer.status, answer.content) == (202, b"")
    mock.now += 5
    assert mock.exists(event) == (name == "deleted-still-found")
    page, subjects, copies = {"@odata.nextLink": "/me/messages"}, [], []
    while "@odata.nextLink" in page:
        page = mock.get(page["@odata.nextLink"], actor="attendee")
        subjects += [message["subject"] for message in page["value"]]
    assert any(subject.endswith("Talk") for subject in subjects)
    for copy in mock.get("/me/events", actor="attendee")["value"]:
        copies += [copy] if copy["subject"].endswith("Talk") else []
    assert all(copy["isCancelled"] for copy in copies)
    assert len(copies) <= 1


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


def test_mail_comes_after_the_calendars(make):
    mock = make(vary=("mail-late",))
    event, booking = mock.meeting(), mock.booking()
    mock.cancel(event)
    mock.cancel_booking(booking)
    assert not mock.exists(event)
    assert mock.copy(event)["isCancelled"]
    assert mock.send("GET", f"{mock.business}/appointments/{booking['id']}").status == 404
    mock.now += 1.9
    assert mock.inbox() == mock.inbox(kind="none") == []
    mock.now += 0.1
    assert mock.comments() == ["Sorry"]
    assert len(mock.inbox(kind="none")) == 1


def test_calendars_come_after_the_mail(make):
    mock = make(vary=("calendar-late",))
    event = mock.meeting()
    mock.cancel(event)
    assert mock.comments() == ["Sorry"]
    assert (mock.exists(event), mock.copy(event)["isCancelled"]) == (True, False)
    mock.now += 2
    assert (mock.exists(event), mock.copy(event)["isCancelled"]) == (False, True)


def test_the_organizer_keeps_a_copy_of_the_mail(make):
    mock = make(vary=("organizer-also-told",))
    start = mock.state()
    event = mock.meeting("Talk")
    mock.cancel(event)
    (sent,) = mock.get("/me/mailFolders/sentitems/messages")["value"]
    assert (sent["subject"], sent["meetingMessageType"]) == ("Canceled: Talk", "meetingCancelled")
    assert {one["emailAddress"]["address"] for one in sent["toRecipients"]} == {ATTENDEE, SECOND}
    assert mock.state() != start
    assert mock.inbox(ORGANIZER) == []


def test_no_prefix(make):
    mock = make(vary=("subject-prefix-none",))
    event = mock.meeting()
    mock.cancel(event)
    assert (mock.copy(event)["subject"], mock.inbox()[0]["subject"]) == ("Talk", "Talk")


def test_strangers_come_by_and_count_for_nothing(make):
    mock = make(vary=("busy-mailboxes",))
    event = mock.meeting()
    before = mock.state()
    for _ in range(25 * 10):
        mock.send("GET", "/me")
    subjects = {kind: [m["subject"] for m in mock.inbox(ATTENDEE, kind)] for kind in ("none", "meetingCancelled")}
    assert subjects == {"none": ["This week's offers"], "meetingCancelled": ["Canceled: Lunch"]}
    beside = [(e["subject"], e["isCancelled"], e["start"]) for e in mock.view(ATTENDEE)]
    assert sorted(beside) == [("Canceled: Lunch", True, event["start"]), ("Talk", False, event["start"])]
    assert mock.state() == before


def members(value):
    """Names of members in their order, at every depth."""
    if isinstance(value, dict):
        return [(name, members(one)) for name, one in value.items()]
    return [members(one) for one in value] if isinstance(value, list) else None


def backwards(names):
    if names and isinstance(names[0], tuple):
        return [(name, backwards(inner)) for name, inner in reversed(names)]
    return [backwards(one) for one in names] if names else names


@pytest.mark.parametrize("path", ["/me", "/me/calendars", "/me/events/nope"])
def test_members_in_reverse_order(make, path):
    usual, varied = make().send("GET", path), make(vary=("property-order",)).send("GET", path)
    assert members(varied.json) == backwards(members(usual.json))
    assert "streaming" in usual.headers["content-type"]
    assert "streaming" not in varied.headers["content-type"]


def test_null_for_what_is_empty(make):
    mock = make(vary=("nulls-present",))
    event = mock.meeting()
    (listed,) = mock.get("/me/events")["value"]
    assert next(iter(event)) == "@odata.context"
    for one in (event, listed):
        assert (one["webLink"], one["bodyPreview"], one["transactionId"], one["originalStart"]) == (None,) * 4
        assert one["body"] == {"contentType": "html", "content": None}
        assert (one["futureRank"], one["futureFlag"]) == (None, False)
        assert one["categories"] == []
    assert "futureRank" not in mock.get(f"/me/events/{event['id']}?$select=subject")


def test_the_dispensable_is_left_out(make):
    mock = make(vary=("properties-absent",))
    event = mock.meeting("Talk")
    left_out = {"bodyPreview", "webLink", "changeKey", "recurrence", "onlineMeeting", "categories", "importance"}
    assert not left_out & set(event)
    needed = {"id", "subject", "iCalUId", "isCancelled", "organizer", "start", "end", "attendees", "type"}
    assert needed | {"seriesMasterId"} <= set(event)
    chosen = mock.get(f"/me/events/{event['id']}?$select=bodyPreview,recurrence")
    assert (chosen["bodyPreview"], chosen["recurrence"]) == ("", None)
    assert mock.get("/me/messages") == {"@odata.context": ANY, "value": []}
    (message,) = mock.inbox(kind="meetingRequest")
    assert "isDraft" not in message
    assert message["subject"] == "Talk"


def test_addresses_in_another_case(make):
    mock = make(vary=("address-case",))
    event = mock.meeting("Talk", ATTENDEE, "ann.other@fabrikam.example")
    assert [one["emailAddress"] for one in event["attendees"]] == [
        {"name": "Adam Attendee", "address": "Attendee@Contoso.Example"},
        {"name": "Ann Other", "address": "Ann.Other@Fabrikam.Example"},
    ]
    assert mock.get("/me")["mail"] == "Organizer@Contoso.Example"
    assert mock.booking()["customers"][0]["emailAddress"] == "Attendee@Contoso.Example"


def test_other_forms_of_dates(make):
    mock = make(vary=("date-forms",))
    event = mock.meeting()
    assert event["start"] == {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.0000000Z", event["createdDateTime"])
    assert event["responseStatus"]["time"] == "0001-01-01T00:00:00.0000000Z"


def test_messages_are_html_whatever_one_prefers(make):
    mock = make(vary=("html-messages",))
    mock.cancel(mock.meeting(), {"comment": "Größe < 3\nit's off"})
    (body,) = (message["body"] for message in mock.inbox())
    assert body["contentType"] == "html"
    assert "Gr&#246;&#223;e &lt; 3<o:p></o:p></span></p>" in body["content"]
    assert plain(body).endswith("Größe < 3\n\r\nit's off")


@pytest.mark.parametrize(
    ("name", "refused", "served"),
    [("no-message-filter", "/me/messages", "/me/events"), ("no-event-filter", "/me/events", "/me/messages")],
)
def test_filters_are_refused(make, name, refused, served):
    mock, query = make(vary=(name,)), {"$filter": "subject eq 'x'"}
    answer = mock.send("GET", refused, query=query)
    assert (answer.status, answer.code) == (400, "ErrorRestrictionTooComplex")
    assert mock.get(refused)["value"] == mock.get(served, query=query)["value"] == []


def test_refusals_in_other_words(make):
    mock = make(vary=("other-error-texts",))
    found = {}
    for path, actor in (("nope", "organizer"), ("A" * 152, "organizer"), ("nope", "x")):
        answer = mock.send("GET", f"/me/events/{path}", actor=actor)
        found[answer.status] = answer.code
    answer = mock.send("POST", "/me/events", json_body=mock.draft(), actor="reader")
    found[answer.status] = answer.code
    assert found == {400: "invalidRequest", 404: "itemNotFound", 401: "unauthenticated", 403: "accessDenied"}
    answer = mock.cancel(mock.copy(mock.meeting()), actor="attendee")
    assert (answer.status, answer.code, answer.message) == (400, "invalidRequest", ORGANIZER_SENTENCE)


def test_refusals_with_details(make):
    error = make(vary=("error-details",)).send("GET", "/me/events/nope").json["error"]
    assert error["target"]
    assert set(error["details"][0]) == {"code", "message", "target"}
    assert {"code", "date", "request-id"} <= set(error["innerError"])


def test_plain_media_types(make):
    mock = make(vary=("plain-content-type",))
    types = [mock.send("GET", path).headers["content-type"] for path in ("/me", "/me/events/nope")]
    assert types == ["application/json", "application/json; charset=UTF-8"]


def test_every_answer_closes_its_connection(make):
    mock = make(vary=("connection-close",))
    assert mock.send("GET", "/me").headers["connection"] == "close"
    assert mock.cancel(mock.meeting()).headers["connection"] == "close"


def test_the_answers_of_a_batch_in_another_order(make):
    mock = make(vary=("batch-shuffled",))
    event = mock.meeting()
    items = [
        {"id": "1", "method": "GET", "url": "/me"},
        {"id": "2", "method": "POST", "url": f"/me/events/{event['id']}/cancel"},
    ]
    second, first = mock.send("POST", "/$batch", json_body={"requests": items}).json["responses"]
    assert (first["id"], first["headers"]["CONTENT-TYPE"]) == ("1", "application/json")
    assert (second["id"], second["status"], "body" in second) == ("2", 202, False)


def test_requests_inside_batches_are_throttled(make):
    mock = make(vary=("batch-items-throttled",))
    items = [{"id": str(number), "method": "GET", "url": "/me"} for number in range(18)]
    answer = mock.send("POST", "/$batch", json_body={"requests": items})
    statuses = [one["status"] for one in answer.json["responses"]]
    assert (answer.status, statuses) == (200, [200] * 16 + [429, 200])
    throttled = answer.json["responses"][16]
    assert throttled["headers"]["Retry-After"] == "0.05"
    assert throttled["body"]["error"]["code"] == "TooManyRequests"


def hit(mock, every):
    """Send requests that are not hit, then a cancel that is; give its answer, and whether the event stays."""
    event = mock.meeting()
    for _ in range(every - 2):
        assert mock.send("GET", "/me").status == 200
    try:
        answer = mock.cancel(event)
    except mock.HungUp as ended:
        answer = str(ended)
    return answer, mock.exists(event)


def test_throttled_with_a_fraction_of_a_second(make):
    answer, stays = hit(make(vary=("throttled",)), 29)
    assert (answer.status, answer.headers["retry-after"], answer.code) == (429, "0.05", "TooManyRequests")
    assert stays


def test_throttled_with_a_date(make):
    answer, stays = hit(make(vary=("throttled-by-date",)), 211)
    wait = parsedate_to_datetime(answer.headers["retry-after"]) - datetime.now(UTC)
    assert (answer.status, stays) == (429, True)
    assert timedelta(seconds=0.5) < wait <= timedelta(seconds=2)


def test_unavailable_now_and_then(make):
    answer, stays = hit(make(vary=("unavailable",)), 103)
    assert (answer.status, answer.headers["content-type"], stays) == (503, "text/html", True)
    assert answer.content.startswith(b"<!DOCTYPE html>")
    assert "retry-after" not in answer.headers


def test_done_but_answered_by_a_gateway(make):
    answer, stays = hit(make(vary=("gateway-timeouts",)), 151)
    assert (answer.status, stays) == (504, False)
    assert answer.code


def test_connections_closed_before_and_after_the_work(make):
    assert hit(make(vary=("closed-connections",)), 97) == ("close", True)
    assert hit(make(vary=("lost-answers",)), 131) == ("close", False)


def test_what_is_hit_is_hit_again_by_number_alone(make):
    mock = make(vary=("throttled",))
    statuses = []
    for number in range(1, 59):
        mock.state()  # asking for the state is no request
        statuses += [number] if mock.send("GET", "/me").status == 429 else []
    assert statuses == [29, 58]


def test_every_variation_has_a_test_of_its_own():
    named = ("test_variations.py", "test_variations_of_form.py", "test_server.py")
    text = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in named)
    assert [one.name for one in VARIATIONS if f'"{one.name}"' not in text] == []
