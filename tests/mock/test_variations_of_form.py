"""More variations, one by one, and all that can go together at once."""

from __future__ import annotations

import gzip
import json
import zlib
from urllib.parse import urlsplit

import pytest

from graphmock.faults import VARIATIONS

ORGANIZER, ATTENDEE, SECOND = (f"{name}@contoso.example" for name in ("organizer", "attendee", "second"))


def together(first):
    """The name and, in the order of the table, every other that goes with all before it."""
    chosen, barred = [first.name], set(first.excludes)
    for other in VARIATIONS:
        if other.name not in {*chosen, *barred} and not set(other.excludes) & set(chosen):
            chosen.append(other.name)
            barred |= set(other.excludes)
    return frozenset(chosen)


SETS = sorted({together(one) for one in VARIATIONS}, key=sorted)


def test_what_excludes_is_excluded():
    by_name = {one.name: one for one in VARIATIONS}
    for one in VARIATIONS:
        assert all(one.name in by_name[other].excludes for other in one.excludes)


def patiently(mock, method, path, **options):
    """Send a request again where the service has a bad day; every request here can be sent twice."""
    for _ in range(4):
        try:
            answer = mock.send(method, path, **options)
        except mock.HungUp:
            continue
        if answer.status not in {429, 503, 504}:
            return answer
    raise AssertionError(answer)


@pytest.mark.parametrize("names", SETS, ids=[f"set-{number}" for number in range(len(SETS))])
def test_a_cancel_keeps_its_promises_under_all_that_go_together(make, names):
    mock = make(vary=tuple(names))
    accepts = {"Accept-Encoding": "identity"}
    draft = {**mock.draft("Talk", ATTENDEE, SECOND), "transactionId": "once"}
    event = patiently(mock, "POST", "/me/events", json_body=draft, headers=accepts).json
    mock.now += 5
    patiently(mock, "GET", "/me")
    path = f"/me/events/{event['id'].replace('/', '%2F').replace('+', '%2B').replace('=', '%3D')}"
    answer = patiently(mock, "POST", f"{path}/cancel", json_body={"comment": "Sorry"})
    assert (answer.status, answer.content) == (202, b"")
    mock.now += 5
    assert patiently(mock, "POST", f"{path}/cancel", json_body={}).status == 404
    texts, copies = [], []
    for where, kept in (("/me/messages", texts), ("/me/events", copies)):
        link = where
        while link:
            page = patiently(mock, "GET", link, actor="attendee").json
            kept.extend(page["value"])
            link = page.get("@odata.nextLink")
    assert any("Talk" in one["subject"] and "Sorry" in json.dumps(one["body"]) for one in texts)
    assert all(one["isCancelled"] for one in copies if "Talk" in one["subject"])


def test_copies_that_show_as_free(make):
    shown = []
    for vary in ((), ("copies-free",)):
        mock = make(vary=vary)
        event = mock.meeting("Talk", ATTENDEE, showAs="busy")
        mock.cancel(event)
        shown.append((mock.copy(event)["showAs"], mock.copy(event)["isCancelled"]))
    assert shown == [("busy", True), ("free", True)]


def test_a_cancelled_event_is_still_read_by_its_id(make):
    mock = make(vary=("deleted-still-found",))
    event = mock.meeting()
    mock.cancel(event)
    assert mock.exists(event)
    assert mock.view() == mock.get("/me/events")["value"] == []
    assert mock.cancel(event).status == 404
    assert mock.send("DELETE", f"/me/events/{event['id']}").status == 204
    assert not mock.exists(event)
    assert len(mock.inbox()) == 1


def test_the_organizer_hears_of_deliveries(make):
    mock = make(vary=("delivery-reports",))
    mock.cancel(mock.meeting())
    reports = mock.inbox(ORGANIZER, "none")
    assert [one["subject"] for one in reports] == ["Delivered: Canceled: Talk"] * 2
    assert len(mock.inbox()) == 1


def test_the_invitation_is_quoted(make):
    mock = make(vary=("quoted-invitation",))
    mock.cancel(mock.meeting("Talk", body={"contentType": "text", "content": "Bring cake"}))
    (text,) = mock.comments()
    assert text.startswith("Sorry\n")
    assert text.endswith("Subject: Talk\n\nBring cake")


def test_a_disclaimer_is_appended(make):
    mock = make(vary=("disclaimer-appended",))
    mock.cancel(mock.meeting())
    mock.cancel_booking(mock.booking())
    for text in (*mock.comments(), *(one["body"]["content"] for one in mock.inbox(kind="none"))):
        assert text.partition("\n\n-- \n")[0] in {"Sorry", "Closed"}
        assert text.endswith("delete it & tell nobody.")


def test_long_ids(make):
    mock = make(vary=("long-ids",))
    event = mock.meeting()
    assert len(event["id"]) == 400
    assert mock.exists(event)
    both = make(vary=("long-ids", "ids-with-slash")).meeting()["id"]
    assert (len(both), "/+" in both) == (400, True)


def test_annotations_nobody_asked_for(make):
    mock = make(vary=("annotations-added",))
    event = mock.meeting()
    assert "@microsoft.graph.tips" in event
    assert all("@odata.id" in one for one in mock.get("/me/events")["value"])


def test_the_first_page_is_empty(make):
    mock = make(vary=("empty-pages",))
    assert "@odata.nextLink" not in mock.get("/me/events")
    mock.meeting()
    page = mock.get("/me/events?$top=5")
    assert page["value"] == []
    following = mock.get(page["@odata.nextLink"])
    assert [one["subject"] for one in following["value"]] == ["Talk"]
    assert "@odata.nextLink" not in following


def test_links_are_percent_encoded(make):
    mock = make(vary=("encoded-links", "page-by-one"))
    for subject in ("One", "Two"):
        mock.meeting(subject)
    link = mock.get("/me/events?$select=subject")["@odata.nextLink"]
    assert "%24skiptoken=" in urlsplit(link).query
    assert "$" not in link
    assert [one["subject"] for one in mock.get(link)["value"]] == ["Two"]


def test_members_nobody_documents(make):
    error = make(vary=("error-members",)).send("GET", "/me/events/nope").json["error"]
    assert {"localizedMessage", "severity", "code", "message"} <= set(error)


def test_a_challenge_in_small_letters(make):
    mock = make(vary=("lower-case-challenge",))
    answer = mock.send("GET", "/me", actor=None)
    assert (answer.status, answer.headers["www-authenticate"].split()[0]) == (401, "bearer")


def test_headers_that_come_twice(make):
    names = make(vary=("repeated-headers",)).send("GET", "/me").names
    assert (names.count("set-cookie"), names.count("vary")) == (2, 2)


def test_escapes_where_none_are_needed(make):
    mock = make(vary=("json-escapes",))
    event = mock.meeting('Müller\'s \\u0041 "talk"\n')
    answer = mock.send("GET", f"/me/events/{event['id']}")
    assert answer.json["subject"] == 'Müller\'s \\u0041 "talk"\n'
    assert b'"s\\u0075bj\\u0065ct"' in answer.content
    assert b"true" in answer.content


def test_letters_as_they_are(make):
    mock = make(vary=("json-utf8",))
    event = mock.meeting("Müller")
    assert "Müller".encode() in mock.send("GET", f"/me/events/{event['id']}").content


def test_blanks_around_and_in_json(make):
    content = make(vary=("json-padded",)).send("GET", "/me").content
    assert content.startswith(b"\r\n{\n  ")
    assert content.endswith(b"}\r\n")


@pytest.mark.parametrize(
    ("name", "accepted", "coding", "unpacked"),
    [
        ("gzip-answers", "gzip", "gzip", gzip.decompress),
        ("deflate-answers", "gzip, deflate;q=0.5", "deflate", zlib.decompress),
    ],
    ids=["gzip", "deflate"],
)
def test_compressed_answers(make, name, accepted, coding, unpacked):
    mock = make(vary=(name,))
    answer = mock.send("GET", "/me", headers={"Accept-Encoding": accepted})
    assert answer.headers["content-encoding"] == coding
    assert json.loads(unpacked(answer.content))["mail"] == ORGANIZER
    assert mock.get("/me")["mail"] == ORGANIZER
    answer = mock.cancel(mock.meeting(), headers={"Accept-Encoding": coding})
    assert (answer.status, answer.content, "content-encoding" in answer.headers) == (202, b"", False)


def test_answers_take_another_time_each(make, monkeypatch):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    monkeypatch.setattr("graphmock.app.asyncio.sleep", sleep)
    mock = make(vary=("uneven-latency",))
    for _ in range(20):
        mock.send("GET", "/me")
    assert len(set(waits)) > 15
    assert max(waits) < 0.05
