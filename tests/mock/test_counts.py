"""What the counts say that nobody can list through Graph."""

from __future__ import annotations

import asyncio
import json

import pytest

ORGANIZER, ATTENDEE = "organizer@contoso.example", "attendee@contoso.example"


def test_a_cancel_of_what_was_cancelled_before_is_counted(make):
    mock = make("not-cancelled")
    event, other = mock.meeting(), mock.meeting()
    assert [mock.cancel(one).status for one in (event, other)] == [202, 202]
    assert mock.counts()["doubled_cancels"] == 0
    assert mock.cancel(event, base=f"/users/{ORGANIZER}", actor="app").status == 202
    assert (mock.counts()["doubled_cancels"], mock.counts()["cancellations"]) == (1, 3)


def test_a_cancel_of_an_appointment_that_was_cancelled_before_is_counted(make):
    mock = make("booking-stays")
    booking = mock.booking()
    assert [mock.cancel_booking(booking).status for _ in range(3)] == [204] * 3
    assert mock.counts()["doubled_cancels"] == 2


def test_only_after_an_accepted_cancel_is_another_counted(mock):
    event = mock.meeting()
    copy = mock.copy(event)
    assert [mock.cancel(copy, actor="attendee").status for _ in range(2)] == [400, 400]
    assert mock.cancel(event).status == 202
    assert mock.counts()["doubled_cancels"] == 0
    # What is gone is answered 404; whoever asks for it once more asked twice all the same.
    assert mock.cancel(event).status == 404
    assert mock.counts()["doubled_cancels"] == 1


def call(mock, method, path, actor, body=b""):
    """One request that answers when the loop lets it."""
    token = mock.app.world.tokens.by_name[actor]
    headers = {"host": "mock.example", "authorization": f"Bearer {token}", "content-type": "application/json"}
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "scheme": "http",
        "query_string": b"", "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    statuses = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        statuses.extend([message["status"]] if "status" in message else [])

    async def serve():
        await mock.app(scope, receive, send)
        return statuses[0]

    return serve()


def at_once(mock, *calls):
    async def gather():
        return await asyncio.gather(*(call(mock, *one) for one in calls))

    object.__setattr__(mock.app, "latency", 0.01)
    return mock.loop.run_until_complete(gather())


def test_requests_to_one_mailbox_at_the_same_time(mock):
    me = mock.get("/me")["id"]
    statuses = at_once(
        mock,
        ("GET", "/v1.0/me/events", "organizer"),
        ("GET", "/v1.0/me/events", "reader"),
        ("GET", f"/beta/users/{me}/events", "app"),
        ("GET", f"/draft/v1.0/users('{ORGANIZER.upper()}')/events", "app"),
        ("GET", "/v1.0/me/events", "attendee"),
        ("GET", f"/v1.0/users/{ATTENDEE}/events", "app"),
        ("GET", "/v1.0/users/nobody@contoso.example/events", "app"),
        ("GET", "/v1.0/me", "app"),
        ("GET", f"/v1.0/groups/{mock.cast.group}", "organizer"),
    )
    assert statuses == [200, 200, 200, 200, 200, 200, 404, 400, 200]
    assert mock.counts()["most_at_once"] == {ORGANIZER: 4, ATTENDEE: 2, "project-team@contoso.example": 1}
    # It is the most there ever were, not the latest.
    assert at_once(mock, ("GET", "/v1.0/me/events", "organizer")) == [200]
    assert mock.counts()["most_at_once"][ORGANIZER] == 4


def test_a_batch_is_one_request_to_each_mailbox_its_parts_name(mock):
    urls = ["/me/events", "me/messages", f"/users/{ATTENDEE}/events"]
    body = json.dumps(
        {"requests": [{"id": str(n), "method": "GET", "url": url} for n, url in enumerate(urls)]}
    ).encode()
    assert (
        at_once(mock, *[("POST", "/v1.0/$batch", "organizer", body)] * 3, ("GET", "/v1.0/me", "organizer")) == [200] * 4
    )
    assert mock.counts()["most_at_once"] == {ORGANIZER: 4, ATTENDEE: 3}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"requests": 3}', b'{"requests": [{}, 2]}', b'{"requests": [{"url": 1}]}']
)
def test_a_batch_nobody_can_read_is_to_no_mailbox(mock, body):
    assert at_once(mock, ("POST", "/v1.0/$batch", "organizer", body)) == [400]
    assert mock.counts()["most_at_once"] == {}
