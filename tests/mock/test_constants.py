"""A service that knows one answer gives it to everybody, whatever they ask."""

from __future__ import annotations

import pytest

from graphmock.faults import CONSTANTS
from graphmock.rules import ORGANIZER_SENTENCE

ANSWERS = {
    # constant: status, code or bytes, a header with its value
    "always-202": (202, b"", None),
    "always-204": (204, b"", None),
    "always-400-sentence": (400, "ErrorInvalidRequest", None),
    "always-401": (401, "InvalidAuthenticationToken", ("www-authenticate", "Bearer")),
    "always-404": (404, "ErrorItemNotFound", None),
    "always-429": (429, "TooManyRequests", ("retry-after", "1")),
    "always-500": (500, "InternalServerError", None),
    "always-html": (200, b"<!DOCTYPE html>", ("content-type", "text/html")),
    "always-reset": ("reset",),
    "always-silent": ("silence",),
}
REQUESTS = (
    ("GET", "/v1.0/me", {}),
    ("POST", "/v1.0/me/events/nope/cancel", {"body": b"{"}),
    ("GET", "/nowhere", {"actor": None}),
    ("POST", "/v1.0/$batch", {"json_body": {"requests": [{"id": "1", "method": "GET", "url": "/me"}]}}),
)


def seen(mock, method, path, options):
    try:
        answer = mock.send(method, path, root="", **options)
    except mock.HungUp as ended:
        return (str(ended),)
    return answer


@pytest.mark.parametrize("name", [one.name for one in CONSTANTS])
def test_one_answer_to_everything(make, name):
    mock = make(name)
    before = mock.state()
    for method, path, options in REQUESTS:
        answer = seen(mock, method, path, options)
        if len(ANSWERS[name]) == 1:
            assert answer == ANSWERS[name]
            continue
        status, said, header = ANSWERS[name]
        assert answer.status == status
        assert answer.code == said if isinstance(said, str) else answer.content.startswith(said)
        assert header is None or answer.headers[header[0]].startswith(header[1])
        assert bool(answer.content) == bool(said)
    assert mock.state() == before
    assert mock.counts()["requests"] == len(REQUESTS)


def test_the_sentence_is_the_documented_one(make):
    assert make("always-400-sentence").send("GET", "/me").message == ORGANIZER_SENTENCE


def test_all_of_them_are_tried():
    assert set(ANSWERS) == {one.name for one in CONSTANTS}
