"""``$batch``."""

from __future__ import annotations

import pytest

JSON = {"Content-Type": "application/json"}


def run(mock, *requests, **options):
    return mock.send("POST", "/$batch", json_body={"requests": list(requests)}, **options)


def test_items_are_answered_each_for_itself(mock):
    event = mock.meeting()
    answer = run(
        mock,
        {
            "id": "a",
            "method": "POST",
            "url": f"/me/events/{event['id']}/cancel",
            "headers": JSON,
            "body": {"Comment": "x"},
        },
        {"id": "b", "method": "GET", "url": "/me?$select=mail", "headers": {"client-request-id": "mine"}},
        {"id": "c", "method": "GET", "url": "me/events/nope"},
    )
    first, second, third = answer.json["responses"]
    assert (answer.status, first["status"], first["body"]) == (200, 202, None)
    assert second["body"]["mail"] == "organizer@contoso.example"
    assert second["headers"]["client-request-id"] == "mine"
    assert (third["status"], third["body"]["error"]["code"]) == (400, "ErrorInvalidIdMalformed")
    assert mock.comments() == ["x"]


def test_dependencies_are_kept_and_failures_passed_on(mock):
    answer = run(
        mock,
        {"id": "3", "method": "GET", "url": "/me", "dependsOn": ["2"]},
        {"id": "2", "method": "GET", "url": "/me/events/nope", "dependsOn": ["1"]},
        {"id": "1", "method": "GET", "url": "/me"},
    )
    assert {r["id"]: r["status"] for r in answer.json["responses"]} == {"1": 200, "2": 400, "3": 424}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"requests": []},
        {"requests": 7},
        {"requests": [7]},
        {"requests": [{"id": 1, "method": "GET", "url": "/me"}]},
        {"requests": [{"id": "1", "method": "GET"}]},
        {"requests": [{"id": n, "method": "GET", "url": "/me"} for n in ("x", "X")]},
        {"requests": [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]},
        {"requests": [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}]},
        {"requests": [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["1"]}]},
        {"requests": [{"id": "1", "method": "GET", "url": "/me", "dependsOn": 7}]},
        {"requests": [{"id": "1", "method": "GET", "url": "/me", "headers": {"a": 1}}]},
    ],
)
def test_unreadable_batches_are_refused(mock, body):
    assert mock.send("POST", "/$batch", json_body=body).status == 400


@pytest.mark.parametrize(
    ("item", "status"),
    [
        ({"method": "POST", "url": "/me/calendars", "body": {"name": "x"}}, 400),
        ({"method": "POST", "url": "/me/calendars", "headers": JSON, "body": {"name": "x"}}, 201),
        ({"method": "POST", "url": "/me/calendars", "headers": JSON}, 400),
        ({"method": "GET", "url": "http://elsewhere.example/me"}, 400),
        ({"method": "GET", "url": "http://[/me"}, 400),
        ({"method": "POST", "url": "/$batch", "headers": JSON, "body": {}}, 400),
        ({"method": "GET", "url": ""}, 400),
        ({"method": "GET", "url": "/me", "headers": {"Authorization": "Bearer other"}}, 200),
    ],
)
def test_items_of_every_kind(mock, item, status):
    answer = run(mock, {"id": "1", **item})
    assert [r["status"] for r in answer.json["responses"]] == [status]


def test_a_batch_needs_a_token_and_post(mock):
    assert run(mock, actor=None).status == 401
    assert mock.send("GET", "/$batch").status == 405
    assert (
        mock.send("POST", "/%24batch", json_body={"requests": [{"id": "1", "method": "GET", "url": "/me"}]}).status
        == 200
    )
    draft = run(mock, {"id": "1", "method": "GET", "url": "/me"}, root="/draft/beta")
    assert draft.json["responses"][0]["status"] == 200
