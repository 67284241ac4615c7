"""What of an answer a record shows: its shape, known words, and nothing else of it."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from graphcancel.exchange import Exchange, Request, Response
from graphcancel.redaction import MOST, request_id, shown_answer
from graphcancel.sanitise import CUT, Sanitiser
from graphcancel.shown import call_line

SENTENCE = "You need to be an organizer to cancel a meeting."
SANITISER = Sanitiser("key", [SENTENCE])
GUID = str(UUID(int=1))
SECRETS = ("Ada Lovelace", "ada@contoso.example", "AAM" + "kAGI2TAAA=", "4711471147114711", "hunter2hunter2")


def shown(body: object, **headers: str) -> dict:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return shown_answer(
        Response(400, {name.replace("_", "-"): text for name, text in headers.items()}, payload), SANITISER
    )


def test_an_envelope_still_reads_as_one():
    error = {
        "code": "ErrorInvalidRequest",
        "message": SENTENCE,
        "innerError": {"request-id": GUID, "date": "2026-01-01"},
    }

    assert json.loads(shown({"error": error})["body"]) == {
        "error": {
            "code": "ErrorInvalidRequest",
            "message": SENTENCE,
            "innerError": {"request-id": "[…]", "date": "[…]"},
        }
    }


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
@pytest.mark.parametrize(
    "place",
    [
        lambda word: {"error": {"code": word}},
        lambda word: {"error": {"message": f"for {word}: refused"}},
        lambda word: {word: {"value": True}},
        lambda word: [[[[[[[[word]]]]]]]],
        lambda word: word,
        lambda word: {"request-id": word},
        lambda word: f"<html><title>{word}</title></html>".encode(),
        lambda word: {"id": int(word) if word.isdecimal() else word},
        lambda word: b"\xff\xfe" + word.encode(),
    ],
    ids=range(9),
)
def test_what_is_not_known_to_be_harmless_is_not_shown(place, secret):
    told = shown(
        place(secret), content_type=f"text/{secret}", link=f"<https://{secret}>", x_user=secret, location=secret
    )

    assert not any(word in json.dumps(told, ensure_ascii=False) for word in secret.split())


def test_an_id_is_hidden_though_its_parts_read_as_words():
    readable = str(UUID(hex="deadface" + "face" * 6))
    told = shown_answer(
        Response(400, {}, json.dumps([readable, f"no {readable}"]).encode()), Sanitiser("k", ["no dead face"])
    )

    assert json.loads(told["body"])[0] == "[…]"


def test_a_code_is_shown_only_where_it_is_a_code():
    assert json.loads(shown({"error": {"code": "http.404"}})["body"]) == {"error": {"code": "[an unlisted code]"}}


@pytest.mark.parametrize("number", [19, 20, 21, 40])
def test_of_what_is_many_so_many_are_shown(number):
    many = json.loads(shown([1] * number)["body"])
    keys = json.loads(shown({str(place): 1 for place in range(number)})["body"])

    assert many == [1] * min(number, 20) + ["…"] * (number > 20)
    assert len(keys) == min(number, 20)


def test_numbers_and_truth_are_shown_where_they_are_small():
    assert json.loads(shown([True, None, 404, 4711471147, 1.5])["body"]) == [True, None, 404, "[…]", "[…]"]


def test_a_long_body_is_cut_and_its_length_told():
    told = shown({"value": ["refused"] * 5000})

    assert told["bytes"] == 5000 * len('"refused", ') - 2 + len('{"value": []}')
    assert len(told["body"]) <= MOST + 1
    for long in ([[SENTENCE] * 20] * 20, ("refused " * 5000).encode()):
        assert shown(long)["body"][MOST:] == CUT


def test_deep_and_endless_bodies_are_shown_as_far_as_is_worth_it():
    assert shown(b"[" * 100_000)["body"] == "[" * MOST + "…"
    deep: list = []
    for _ in range(50):
        deep = [deep]
    assert shown(deep)["body"] == '[[[[[["[…]"]]]]]]'


def test_headers_that_differ_each_time_are_left_out_and_others_only_named():
    told = shown(
        {}, date="x", content_length="3", x_ms_ags_diagnostic="y", sunset="tomorrow", etag="W/1",
        content_type="application/json",
    )  # fmt: skip

    assert told["headers"] == {"content-type": "application/json", "etag": "…", "sunset": "…"}


def test_a_request_id_is_one_or_is_not_shown():
    assert request_id(Response(200, {"request-id": GUID}, b"")) == GUID
    assert request_id(Response(200, {"request-id": "Ada"}, b"")) is None
    assert request_id(Response(200, {}, b"")) is None
    assert request_id(None) is None


def called(**more) -> dict:
    request = Request("POST", "https://graph.example/v1.0", "/me/events/AAMk%3D/cancel", "organizer", **more)
    return call_line(Exchange(request, None, 0.5, 1.0, "timed out"), SANITISER)


def test_the_token_is_never_shown_and_whose_it_is_always():
    assert called(pattern="/me")["request"]["headers"] == {"Authorization": "Bearer <the organizer's>"}
    assert called(token="secret-token")["request"]["headers"] == {"Authorization": "Bearer <a bad one>"}


def test_a_call_without_an_answer_says_why():
    line = called(payload=b"{}")

    assert (line["response"], line["failure"], line["status"]) == (None, "timed out", None)
    assert line["request"]["body"] == "{}"


def test_an_id_in_a_batch_is_not_shown():
    payload = json.dumps({"requests": [{"id": "1", "method": "POST", "url": f"/me/events/{SECRETS[2]}/cancel"}]})
    request = Request("POST", "https://graph.example/v1.0", "/$batch", "organizer", payload.encode(), pattern="/$batch")
    line = call_line(Exchange(request, Response(200, {}, b"{}"), 0.5, 1.0), SANITISER)

    assert "AAMk" not in json.dumps(line)
    assert '"method": "POST", "url": "/me/events/{' in line["request"]["body"]
