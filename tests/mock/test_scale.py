"""
Thousands of events, dozens of clients, no end of meetings come and gone.

Effort is counted in lines executed, not in seconds, so that a busy machine does not matter.
"""

from __future__ import annotations

import gc
import http.client
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from conftest import ATTENDEE, SECOND, WINDOW

from graphmock.model import Calendar, Event, Message

FEW, MANY = 100, 1000
DAY = {"startDateTime": "2040-01-01", "endDateTime": "2040-01-02"}


def effort(do):
    """Lines of Python executed."""
    count = 0

    def step(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        do()
    finally:
        sys.settrace(before)
    return count


def fill(mock, number):
    """Bring the organizer's calendar to *number* events with two attendees each."""
    store = mock.app.world.store
    box = store.by_address["organizer@contoso.example"]
    while len(box.events) < number:
        mock.meeting(f"Talk {len(box.events)}", ATTENDEE, SECOND, day=1 + len(box.events) % 28)
    return box


QUERIES = {
    "list": ("/me/events", {"$top": "1000"}),
    "one page": ("/me/events", {}),
    "filter": ("/me/events", {"$filter": "contains(subject,'9') and isCancelled eq false"}),
    "order": ("/me/events", {"$orderby": "start/dateTime desc"}),
    "month": ("/me/calendarView", WINDOW),
    "ever": ("/me/calendarView", {"startDateTime": "0001-01-01", "endDateTime": "9999-12-31"}),
    "inbox": ("/users/attendee@contoso.example/messages", {"$filter": "contains(subject,'9')"}),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_look_takes_time_in_proportion_to_what_is_looked_through(mock, name):
    path, query = QUERIES[name]

    def look():
        assert mock.send("GET", path, query=query, actor="app" if "users" in path else "organizer").status == 200

    if "users" not in path:
        look()
    found = []
    for number in (FEW, MANY):
        fill(mock, number)
        found.append(effort(look))
    assert found[1] < found[0] * MANY / FEW * 1.2


def test_paging_through_everything_finds_each_event_once(mock):
    fill(mock, FEW)
    page = mock.get("/me/events?$top=7")
    found = [event["id"] for event in page["value"]]
    while "@odata.nextLink" in page:
        page = mock.get(page["@odata.nextLink"])
        found += [event["id"] for event in page["value"]]
    assert (len(found), len(set(found))) == (FEW, FEW)


@pytest.mark.parametrize("what", ["create", "cancel", "read", "change", "delete", "view a day"])
def test_what_concerns_one_event_takes_no_longer_among_many(mock, what):
    found = []
    for number in (FEW, MANY):
        box = fill(mock, number)
        event = {"id": next(reversed(box.events))}
        path = f"/me/events/{quote(event['id'])}"
        do = {
            "create": lambda: mock.meeting(),
            "cancel": lambda: mock.cancel(event),  # noqa: B023 - done within the loop
            "read": lambda: mock.get(path),  # noqa: B023
            "change": lambda: mock.send("PATCH", path, json_body={"subject": "x"}),  # noqa: B023
            "delete": lambda: mock.send("DELETE", path),  # noqa: B023
            "view a day": lambda: mock.get("/me/calendarView", query=DAY),
        }[what]
        if what not in {"cancel", "delete"}:
            do()
        found.append(effort(do))
    assert found[1] <= found[0] * 1.05


def test_what_came_and_went_leaves_nothing_behind(mock):
    world = mock.app.world

    def alive():
        gc.collect()
        return [sum(type(one) is kind for one in gc.get_objects()) for kind in (Event, Message, Calendar)]

    def come_and_go():
        for number in range(20):
            event = mock.meeting(transactionId=f"once-{number}")
            assert mock.send("PATCH", f"/me/events/{event['id']}", json_body={"subject": "Other"}).status == 200
            assert mock.cancel(event).status == 202
            mock.cancel_booking(mock.booking())
        master, occurrences = mock.series(count=5)
        assert mock.cancel(occurrences[1]).status == 202
        assert mock.send("DELETE", f"/me/events/{master['id']}").status == 204
        for who in (ATTENDEE, SECOND):
            for kind in ("messages", "events"):
                for one in mock.get(f"/users/{who}/{kind}?$top=1000", actor="app")["value"]:
                    assert mock.send("DELETE", f"/users/{who}/{kind}/{one['id']}", actor="app").status == 204

    digest, before = mock.state()["digest"], alive()
    come_and_go()
    assert alive() == before
    assert mock.state()["digest"] == digest
    for box in world.store.mailboxes.values():
        assert not box.transactions
        assert not box.long
        assert all(box.hours.values())


def test_a_changed_event_keeps_its_transaction(mock):
    event = mock.meeting(transactionId="once")
    day = {"start": {"dateTime": "2035-05-20T10:00:00"}, "end": {"dateTime": "2035-05-20T11:00:00"}}
    assert mock.send("PATCH", f"/me/events/{event['id']}", json_body=day).status == 200
    assert mock.meeting(transactionId="once")["id"] == event["id"]
    assert mock.cancel(event).status == 202
    assert mock.meeting(transactionId="once")["id"] != event["id"]


def test_mails_to_strangers_are_counted_within_bounds(mock):
    guests = [{"emailAddress": {"address": f"{number}@elsewhere.example"}} for number in range(10_500)]
    mock.post("/me/events", {**mock.draft(), "attendees": guests})
    mock.post("/me/events", {**mock.draft(), "attendees": guests[-1:]})
    mails = mock.counts()["mails"]
    assert sum(mails.values()) == 10_501
    assert len(mails) <= 10_001
    assert mails["0@elsewhere.example"] == 1


def test_fifty_clients_at_once_see_right_answers(tmp_path):
    command = [sys.executable, "-m", "graphmock", "serve", "--write-target", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline().rpartition(":")[2])
        tokens = dict(line.split("=", 1) for line in (tmp_path / "target.env").read_text().splitlines())
        before = asked(port, "GET", "/_mock/state")["digest"]
        with ThreadPoolExecutor(50) as clients:
            done = list(clients.map(lambda number: client(port, tokens, number), range(50)))
        assert done == [(4, 4)] * 50
        counts = asked(port, "GET", "/_mock/counts")
        assert (counts["cancellations"], counts["mails"][ATTENDEE]) == (200, 400)
        assert asked(port, "GET", "/_mock/state")["digest"] == before
        process.terminate()
        assert process.communicate(timeout=10) == ("", "")


def asked(port, method, path, token="", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status < 300, (method, path, answer.status, content)
    return json.loads(content) if content else None


def client(port, tokens, number):
    """Make, cancel and clear away meetings; give how many were made and how many messages told of their end."""
    own, guest = tokens["GRAPH_ORGANIZER_TOKEN"], tokens["GRAPH_ATTENDEE_TOKEN"]
    moment = {"dateTime": f"2035-05-{1 + number % 28:02d}T10:00:00", "timeZone": "UTC"}
    attendees = [{"emailAddress": {"address": ATTENDEE}}]
    mark = f"mark-{number:03d}-"
    filtered = f"$top=50&$filter=contains(subject,'{mark}')"
    for round_ in range(4):
        draft = {"subject": f"{mark}{round_}", "start": moment, "end": moment, "attendees": attendees}
        event = asked(port, "POST", "/v1.0/me/events", own, draft)
        assert asked(port, "GET", f"/v1.0/me/events/{event['id']}", own)["subject"] == draft["subject"]
        asked(port, "POST", f"/v1.0/me/events/{event['id']}/cancel", own, {"comment": mark})
    assert asked(port, "GET", f"/v1.0/me/events?{filtered}", own)["value"] == []
    copies = asked(port, "GET", f"/v1.0/me/events?{filtered}", guest)["value"]
    messages = asked(port, "GET", f"/v1.0/me/messages?{filtered}", guest)["value"]
    told = [message for message in messages if message["meetingMessageType"] == "meetingCancelled"]
    assert all(mark in message["body"]["content"] for message in told)
    for kind, found in (("events", copies), ("messages", messages)):
        for one in found:
            asked(port, "DELETE", f"/v1.0/me/{kind}/{one['id']}", guest)
    assert all(copy["isCancelled"] for copy in copies)
    return len(copies), len(told)
