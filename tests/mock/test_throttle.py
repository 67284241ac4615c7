"""429: the window by a clock of its own, who shares it, ``$batch``, and one on demand."""

from __future__ import annotations

import pytest

from graphmock.throttle import Limit, Throttle

ORGANIZER, ATTENDEE = "organizer@contoso.example", "attendee@contoso.example"


@pytest.fixture
def narrow(mock):
    """Two requests in ten seconds; time stands still unless told."""
    mock.app.world.throttle = Throttle(Limit(2, 10.0), clock=lambda: mock.now)
    return mock


def statuses(mock, *times, path="/me/events", **options):
    found = []
    for at in times:
        mock.now = at
        found.append(mock.send("GET", path, **options).status)
    return found


def test_without_a_limit_nobody_is_turned_away(mock):
    assert set(statuses(mock, *[0.0] * 200)) == {200}


def test_the_window_slides_and_refusals_do_not_count(narrow):
    assert statuses(narrow, 0.0, 4.0, 4.0, 9.9, 10.0, 10.0, 13.9, 14.0) == [200, 200, 429, 429, 200, 429, 429, 200]


@pytest.mark.parametrize(("at", "wait"), [(0.0, "10"), (0.1, "10"), (8.5, "2"), (9.999, "1")])
def test_the_wait_is_in_whole_seconds_and_long_enough(narrow, at, wait):
    statuses(narrow, 0.0, 0.0)
    narrow.now = at
    answer = narrow.send("GET", "/me/events", headers={"client-request-id": "mine"})
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "ApplicationThrottled", wait)
    assert answer.json["error"]["innerError"]["client-request-id"] == "mine"
    assert statuses(narrow, at + int(wait)) == [200]


def test_caller_and_mailbox_have_a_window_of_their_own(narrow):
    assert statuses(narrow, 0, 0, 0) == [200, 200, 429]
    assert statuses(narrow, 0, path=f"/users/{ORGANIZER}/messages") == [429]
    assert statuses(narrow, 0, 0, 0, actor="reader") == [200, 200, 429]
    assert statuses(narrow, 0, 0, 0, actor="app", path=f"/users/{ORGANIZER}/events") == [200, 200, 429]
    assert statuses(narrow, 0, 0, 0, actor="app", path=f"/users/{ATTENDEE}/events") == [200, 200, 429]
    assert statuses(narrow, 0, 0, 0, path=f"/groups/{narrow.cast.group}/events") == [200, 200, 429]
    assert statuses(narrow, 0, 0, 0, path=f"{narrow.business}/appointments") == [200, 200, 429]
    # No mailbox is opened, so none is spared.
    assert statuses(narrow, 0, 0, 0, path="/me") == [200, 200, 200]
    assert statuses(narrow, 0, 0, path="/me/events", actor="nobody") == [401, 401]


def test_a_throttled_cancel_changes_nothing(narrow):
    event = narrow.meeting()
    narrow.send("GET", "/me/events")
    assert narrow.cancel(event).status == 429
    narrow.now += 10
    assert narrow.exists(event)
    assert narrow.inbox() == []
    assert narrow.cancel(event).status == 202


def test_in_a_batch_each_item_is_throttled_for_itself(narrow):
    items = [{"id": str(number), "method": "GET", "url": "/me/events"} for number in range(3)]
    items.append({"id": "3", "method": "GET", "url": "/me/events", "dependsOn": ["2"]})
    answer = narrow.send("POST", "/$batch", json_body={"requests": items})
    found = answer.json["responses"]
    assert (answer.status, [item["status"] for item in found]) == (200, [200, 200, 429, 424])
    assert found[2]["headers"]["Retry-After"] == "10"
    assert found[2]["body"]["error"]["code"] == "ApplicationThrottled"


def test_the_next_requests_can_be_throttled_on_demand(mock):
    event = mock.meeting()
    assert mock.send("POST", "/_mock/throttle", root="", actor=None).status == 204
    assert mock.send("GET", "/me").status == 200
    first, second = mock.cancel(event), mock.cancel(event)
    assert (first.status, first.headers["retry-after"], second.status) == (429, "1", 202)

    assert mock.send("POST", "/_mock/throttle?next=2&wait=0", root="").status == 204
    found = [mock.send("GET", "/me/events") for _ in range(3)]
    assert [(one.status, one.headers.get("retry-after")) for one in found] == [(429, "0"), (429, "0"), (200, None)]

    mock.send("POST", "/_mock/throttle?next=5", root="")
    mock.send("POST", "/_mock/throttle?next=0", root="")
    assert statuses(mock, 0.0) == [200]


@pytest.mark.parametrize("query", ["next=x", "next=-1", "wait=-1", "wait=1.5", "next="])
def test_an_unreadable_order_is_refused_in_a_line(mock, query):
    answer = mock.send("POST", f"/_mock/throttle?{query}", root="")
    assert (answer.status, answer.content.count(b"\n")) == (400, 1)
    assert statuses(mock, 0.0) == [200]


def test_throttling_is_ordered_by_post_only(mock):
    assert mock.send("GET", "/_mock/throttle", root="").status == 404
    assert statuses(mock, 0.0) == [200]
