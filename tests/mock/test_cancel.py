"""``event: cancel``: its body, its effects, its refusals."""

from __future__ import annotations

import gzip
import json

import pytest

from graphmock.rules import ORGANIZER_SENTENCE

ATTENDEE, SECOND = "attendee@contoso.example", "second@contoso.example"
LONG = "x" * 3000


@pytest.mark.parametrize(
    ("body", "comments"),
    [
        ({"Comment": "Pascal"}, ["Pascal"]),
        ({"comment": "camel"}, ["camel"]),
        ({"comment": "camel", "Comment": "Pascal"}, ["Pascal"]),
        ({}, [""]),
        ({"comment": None}, [""]),
        ({"comment": ""}, []),
        ({"comment": "Grüße <b>&amp;</b>\nZeile"}, ["Grüße <b>&amp;</b>\nZeile"]),
        ({"comment": LONG}, [LONG]),
        ({"@odata.type": "#x", "comment": "annotated"}, ["annotated"]),
    ],
)
def test_the_comment_arrives(mock, body, comments):
    event = mock.meeting()
    assert mock.cancel(event, body).status == 202
    assert mock.comments(ATTENDEE) == mock.comments(SECOND) == comments
    assert not mock.exists(event)
    copy = mock.copy(event)
    assert (copy["isCancelled"], copy["subject"]) == (True, "Canceled: Talk")


def test_html_bodies_are_escaped(mock):
    mock.cancel(mock.meeting(), {"comment": "a < b"})
    message = mock.get("/me/messages", actor="attendee")["value"][0]
    assert message["body"]["contentType"] == "html"
    assert "<div>a &lt; b</div>" in message["body"]["content"]
    assert message["bodyPreview"] == "a < b"
    assert message["@odata.type"] == "#microsoft.graph.eventMessage"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 202),
        (b"", {"Content-Type": "application/json"}, 202),
        (b"null", {"Content-Type": "application/json"}, 202),
        (b'{"Comment":"x"}', {"Content-Type": "application/json; charset=utf-8"}, 202),
        (
            gzip.compress(b'{"Comment":"x"}', mtime=0),
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            202,
        ),
        (b"not gzip", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 400),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "br"}, 415),
        (b'{"Comment":"x"}', {}, 400),
        (b'{"Comment":"x"}', {"Content-Type": "text/plain"}, 415),
        (b'{"Comment":', {"Content-Type": "application/json"}, 400),
        (b"[]", {"Content-Type": "application/json"}, 400),
        (b'"x"', {"Content-Type": "application/json"}, 400),
        (b"NaN", {"Content-Type": "application/json"}, 400),
        (b"\xff\xfe\xfd", {"Content-Type": "application/json"}, 400),
        (b"[" * 100_000, {"Content-Type": "application/json"}, 400),
        (b'{"Comment":7}', {"Content-Type": "application/json"}, 400),
        (b'{"Comment":{"a":1}}', {"Content-Type": "application/json"}, 400),
        (b'{"Kommentar":"x"}', {"Content-Type": "application/json"}, 400),
        (b" " * 5_000_000, {"Content-Type": "application/json"}, 413),
    ],
)
def test_bodies_of_every_kind(mock, body, headers, status):
    event = mock.meeting()
    answer = mock.send("POST", f"/me/events/{event['id']}/cancel", body=body, headers=headers)
    assert answer.status == status
    assert mock.exists(event) is (status != 202)
    assert len(mock.inbox()) == (status == 202)


def test_the_translated_edition_reads_its_own_name(mock):
    for name in ("Kommentar", "kommentar", "Comment", "comment"):
        mock.cancel(mock.meeting(), {name: name}, root="/translated-de/beta")
    assert sorted(mock.comments()) == ["Comment", "Kommentar", "comment", "kommentar"]


def test_an_attendee_is_refused_in_the_documented_words(mock):
    event = mock.meeting()
    before = mock.state()
    answer = mock.cancel(mock.copy(event), actor="attendee")
    assert (answer.status, answer.code, answer.message) == (400, "ErrorInvalidRequest", ORGANIZER_SENTENCE)
    assert mock.state() == before


def test_an_attendee_cannot_enter_by_the_organizers_path(mock):
    event = mock.meeting()
    answer = mock.cancel(event, base="/users/organizer@contoso.example", actor="attendee")
    assert (answer.status, answer.code) == (403, "ErrorAccessDenied")
    assert mock.exists(event)


def test_a_second_cancel_finds_nothing(mock):
    event = mock.meeting()
    mock.cancel(event)
    assert mock.cancel(event).code == "ErrorItemNotFound"
    assert len(mock.inbox()) == 1


def test_an_occurrence_goes_alone(mock):
    master, occurrences = mock.series()
    assert mock.cancel(occurrences[1]).status == 202
    assert [e["id"] for e in mock.view()] == [occurrences[0]["id"], occurrences[2]["id"]]
    found = mock.get(f"/me/events/{master['id']}?$select=cancelledOccurrences")
    assert found["cancelledOccurrences"] == [f"OID.{master['id']}.2035-05-08"]
    assert [e["isCancelled"] for e in mock.view(ATTENDEE)] == [False, True, False]
    assert len({e["iCalUId"] for e in mock.view()}) == 2


def test_an_exception_is_cancelled_like_an_occurrence(mock):
    _, occurrences = mock.series()
    path = f"/me/events/{occurrences[0]['id']}"
    moved = {"start": {"dateTime": "2035-05-07T15:00:00", "timeZone": "UTC"},
             "end": {"dateTime": "2035-05-07T16:00:00", "timeZone": "UTC"}, "subject": "Moved"}  # fmt: skip
    assert mock.send("PATCH", path, json_body=moved).json["type"] == "exception"
    assert [e["subject"] for e in mock.view(ATTENDEE)] == ["Moved", "Weekly", "Weekly"]
    assert mock.cancel(occurrences[0]).status == 202
    assert [e["subject"] for e in mock.view(ATTENDEE)] == ["Canceled: Moved", "Weekly", "Weekly"]


def test_a_series_goes_whole(mock):
    master, _ = mock.series()
    assert mock.cancel(master).status == 202
    assert mock.view() == []
    assert [e["isCancelled"] for e in mock.view(ATTENDEE)] == [True] * 3
    assert len(mock.inbox()) == 1


def test_a_plain_appointment_and_a_past_one(mock):
    plain = mock.post("/me/events", mock.draft("Alone"))
    past = {"dateTime": "2001-05-07T10:00:00", "timeZone": "UTC"}
    for event in (plain, mock.meeting("Past", start=past, end=past)):
        assert mock.cancel(event).status == 202
        assert not mock.exists(event)


def test_a_group_event_is_for_members(mock):
    base = f"/groups/{mock.cast.group}"
    alone = mock.post(f"{base}/events", mock.draft("Alone"))
    invited = mock.meeting("Talk", ATTENDEE, base=base)
    assert mock.cancel(alone, base=base, actor="app").status == 403
    assert mock.cancel(invited, base=base, actor="attendee").message == ORGANIZER_SENTENCE
    assert mock.cancel(alone, base=base, actor="attendee").status == 202
    assert mock.cancel(invited, base=base).status == 202
    assert mock.comments() == ["Sorry"]


def test_every_answer_has_its_ids(mock):
    event = mock.meeting()
    refused = mock.send("POST", "/me/events/nope/cancel", headers={"client-request-id": "mine"})
    inner = refused.json["error"]["innerError"]
    assert inner["client-request-id"] == refused.headers["client-request-id"] == "mine"
    assert inner["request-id"] == refused.headers["request-id"]
    done = mock.cancel(event)
    assert done.headers["client-request-id"] == done.headers["request-id"]
    assert json.loads(done.headers["x-ms-ags-diagnostic"])["ServerInfo"]


def test_counts(mock):
    mock.cancel(mock.meeting())
    mock.cancel(mock.meeting(), actor="garbage")
    counts = mock.counts()
    assert (counts["cancel_calls"], counts["cancellations"]) == (2, 1)
    assert counts["mails"] == {ATTENDEE: 3, SECOND: 3}
