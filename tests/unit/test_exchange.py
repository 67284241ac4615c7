"""Requests and answers as values: what they hold, and what of it they show."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from graphcancel.exchange import Exchange, Request, Response, encode_segment, json_request

ROOT = "https://graph.example/v1.0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("AAMk/+==", "AAMk%2F%2B%3D%3D"),
        ("ada@contoso.example", "ada%40contoso.example"),
        ("a b?c#d%e", "a%20b%3Fc%23d%25e"),
        ("Köln", "K%C3%B6ln"),
        ("a-b_c.d~e", "a-b_c.d~e"),
    ],
)
def test_an_id_is_one_segment(value, expected):
    assert encode_segment(value) == expected


def test_a_request_has_an_absolute_url():
    assert Request("GET", ROOT, "/me?x=1", None).url == f"{ROOT}/me?x=1"


def test_a_json_request_says_that_it_is_json():
    request = json_request("POST", ROOT, "/me", "organizer", {"a": "ö"}, headers={"Prefer": "x"}, pattern="/me")

    assert request.payload == b'{"a": "\xc3\xb6"}'
    assert request.headers == {"Prefer": "x", "Content-Type": "application/json"}
    assert request.pattern == "/me"


def test_a_request_without_a_body_has_no_content_type():
    request = json_request("GET", ROOT, "/me", "organizer")

    assert (request.payload, request.headers) == (None, {})


def test_the_callers_headers_are_left_alone():
    given = {"Prefer": "x"}
    json_request("POST", ROOT, "/me", None, {}, headers=given)

    assert given == {"Prefer": "x"}


@pytest.mark.parametrize(
    ("status", "ok"), [(199, False), (200, True), (202, True), (299, True), (300, False), (400, False)]
)
def test_success_is_2xx(status, ok):
    response = Response(status, {}, b"")

    assert response.ok is ok
    assert Exchange(Request("GET", ROOT, "/", None), response, 0.0, 0.0).accepted is ok


@pytest.mark.parametrize(
    ("body", "value", "error"),
    [
        (b"", None, {}),
        (b"<html>", None, {}),
        (b"\xff\xfe\xff", None, {}),
        (b"[" * 100_000, None, {}),
        (b"9" * 5000, None, {}),
        (b"null", None, {}),
        (b"[1]", [1], {}),
        (b'{"error": "x"}', {"error": "x"}, {}),
        (b'{"error": {"code": "c"}}', {"error": {"code": "c"}}, {"code": "c"}),
    ],
    ids=range(9),
)
def test_whatever_a_server_sends_is_read_without_raising(body, value, error):
    response = Response(200, {}, body)

    assert response.json() == value
    assert response.object() == (value if isinstance(value, dict) else {})
    assert response.error == error


@pytest.mark.parametrize(
    ("status", "refused"),
    [(399, False), (400, True), (404, True), (499, True), (500, False), (302, False), (202, False)],
)
def test_a_refusal_is_4xx(status, refused):
    assert Response(status, {}, b"").refused is refused


@pytest.mark.parametrize(("status", "lost"), [(504, True), (503, False), (505, False), (202, False), (None, True)])
def test_an_answer_is_lost_where_nobody_knows_what_was_done(status, lost):
    response = None if status is None else Response(status, {}, b"")

    exchange = Exchange(Request("GET", ROOT, "/", None), response, 0.0, 0.0)

    assert exchange.lost is lost
    assert (exchange.status, exchange.failure) == (status, None)


def test_a_request_shows_its_pattern_and_nothing_of_its_path():
    assert repr(Request("POST", ROOT, "/me/events/1", "organizer", pattern="/me/events/{id}")) == (
        "Request(POST /me/events/{id})"
    )
    assert repr(Request("POST", ROOT, "/me/events/1", "organizer")) == "Request(POST …)"


def test_a_request_has_nothing_but_what_it_is_given():
    request = Request("GET", ROOT, "/me", None)

    assert (request.payload, request.headers, request.token, request.pattern) == (None, {}, None, None)
    assert json_request("GET", ROOT, "/me", "organizer").pattern is None


def test_no_answer_has_no_status():
    exchange = Exchange(Request("GET", ROOT, "/", None), None, 0.0, 0.0, "connection refused")

    assert exchange.status is None
    assert not exchange.accepted


SECRETS = ("s3cret-token", "ada", "AAMk", "hello", "Eve")


@pytest.mark.parametrize("secret", SECRETS)
def test_a_value_shown_in_a_traceback_shows_no_token_address_id_or_text(secret):
    """
    Pytest prints the arguments of every frame of a traceback, and a report keeps them.
    """
    request = Request(
        "POST",
        ROOT,
        "/users/ada%40contoso.example/events/AAMkAD/cancel",
        "organizer",
        json.dumps({"Comment": "hello"}).encode(),
        token="s3cret-token",
        pattern="/users/{user}/events/{event}/cancel",
    )
    response = Response(400, {"x-who": "Eve"}, b'{"error": {"message": "Eve"}}')

    assert secret not in repr(Exchange(request, response, 0.0, 0.0))


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "a\\ud800b"}',
        b'{"id": "a\\uDFFFb"}',
        b'{"id": "a\xed\xa0\x80b"}',
        '{"id": "a\ud800b"}'.encode("utf-16", "surrogatepass"),
    ],
    ids=["escaped", "shouted", "encoded", "utf-16"],
)
def test_half_a_character_is_none(body):
    """An id that cannot be encoded could not be called, cleared up or swept up."""
    identity = Response(200, {}, body).object()["id"]

    assert identity == "a\ufffdb"
    assert unquote(encode_segment(identity)) == identity


def test_whole_characters_stay():
    assert Response(200, {}, b'{"\\ud83d\\ude00": ["\\ud83d\\ude00", 1, null]}').json() == {"😀": ["😀", 1, None]}
