"""
Answers from a cassette: in order, each once, to the request they were recorded for.
"""

from __future__ import annotations

import pytest

from graphcancel.cassette import Cassette, Interaction
from graphcancel.errors import Drift
from graphcancel.exchange import Request, Response
from graphcancel.replaying import Tape, difference, of_interest

ROOT = "https://graph.example/v1.0"
HEADERS = {"authorization": "Bearer organizer-token", "content-type": "application/json"}


def asked(
    path: str = "/me/events/id-1/cancel?$top=1&$skip=2", body: str | None = '{"Comment": "x"}', **changes
) -> Request:
    given = {"method": "POST", "root": ROOT, "path": path, "actor": "organizer"}
    return Request(payload=None if body is None else body.encode(), **given | changes)


def recorded(
    path: str = "/me/events/id-1/cancel?$top=1&$skip=2", body: str | None = '{"Comment": "x"}', **changes
) -> Interaction:
    given = {"method": "POST", "uri": ROOT + path, "headers": HEADERS, "body": body, "response": Response(202, {}, b"")}
    return Interaction(**given | changes)


def tape(*interactions: Interaction) -> Tape:
    return Tape(Cassette("mock", interactions, case="a/case"), "a/case")


def test_in_order_and_each_once():
    first, second = (recorded(f"/{n}", response=Response(n, {}, b"")) for n in (200, 201))
    played = tape(first, second)
    assert [played.answer(asked(f"/{n}"), HEADERS).status for n in (200, 201)] == [200, 201]
    played.finish()
    with pytest.raises(
        Drift, match=r"a/case: request 3 \(2 on the cassette\): drift: a request that is not on the cassette"
    ):
        played.answer(asked("/201"), HEADERS)


def test_equal_requests_get_their_own_answers():
    played = tape(*(recorded(response=Response(status, {}, b"")) for status in (404, 200)))
    assert [played.answer(asked(), HEADERS).status for _ in range(2)] == [404, 200]


def test_out_of_order_is_drift():
    played = tape(recorded("/1"), recorded("/2"))
    with pytest.raises(Drift) as raised:
        played.answer(asked("/2"), HEADERS)
    assert (raised.value.field, raised.value.recorded, raised.value.found) == ("path", "/v1.0/1", "/v1.0/2")


def test_what_nobody_asked_for_is_drift():
    played = tape(recorded("/1"), recorded("/2"))
    played.answer(asked("/1"), HEADERS)
    with pytest.raises(Drift) as raised:
        played.finish()
    assert (raised.value.field, raised.value.recorded) == ("an interaction never asked for", "POST /v1.0/2")


@pytest.mark.parametrize(
    ("sent", "headers", "field"),
    [
        (asked(method="PUT"), HEADERS, "method"),
        (asked(method="post"), HEADERS, "method"),
        (asked(root="https://graph.example:444/v1.0"), HEADERS, "host"),
        (asked(root="http://graph.example/v1.0"), HEADERS, "host"),
        (asked(root="https://graph.example/beta"), HEADERS, "path"),
        (asked("/me/events/id-1/Cancel?$top=1&$skip=2"), HEADERS, "path (only its case)"),
        (asked("/me/events/id%2D1/cancel?$top=1&$skip=2"), HEADERS, "path"),
        (asked("/me/events/id-1/cancel?$top=2&$skip=2"), HEADERS, "query $top"),
        (asked("/me/events/id-1/cancel?$skip=2&$top=1"), HEADERS, "query $top"),
        (asked("/me/events/id-1/cancel?$top=1"), HEADERS, "query"),
        (asked("/me/events/id-1/cancel"), HEADERS, "query"),
        (asked("/me/events/id-1/cancel?$top=1&$skip=2#"), HEADERS, "uri"),
        (asked(body=None), HEADERS, "body"),
        (asked(body=""), HEADERS, "body"),
        (asked(body='{"comment": "x"}'), HEADERS, "body.Comment"),
        (asked(body='{"Comment": "y"}'), HEADERS, "body.Comment"),
        (asked(body='{"Comment": "x", "more": null}'), HEADERS, "body.more"),
        (asked(body='{"Comment": "y", "Comment": "x"}'), HEADERS, "body"),
        (asked(body='{"Comment": "x"'), HEADERS, "body"),
        (asked(body='["x"]'), HEADERS, "body.Comment"),
        (asked(), HEADERS | {"content-type": "text/plain"}, "header content-type"),
        (asked(), HEADERS | {"prefer": "x"}, "header prefer"),
        (asked(), {"content-type": "application/json"}, "header authorization"),
        (asked(), HEADERS | {"authorization": "bearer organizer-token"}, "header authorization"),
    ],
)
def test_every_field_is_compared_and_named(sent, headers, field):
    found = difference(recorded(), sent, headers)
    assert found is not None
    assert found[0] == field
    assert found[1] != found[2]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ('{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}'),
        ('{"a": "é"}', '{"a": "\\u00e9"}'),
        ('{"a": "😀"}', '{"a": "\\ud83d\\ude00"}'),
        ('{"a": "/"}', '{"a": "\\/"}'),
        ("[]", " [ ] "),
    ],
)
def test_the_same_json_is_the_same(before, now):
    assert difference(recorded(body=before), asked(body=now), HEADERS) is None


@pytest.mark.parametrize(
    ("before", "now", "field"),
    [
        ('{"a": 1}', '{"a": 1.0}', "body.a"),
        ('{"a": 1}', '{"a": true}', "body.a"),
        ('{"a": 0}', '{"a": false}', "body.a"),
        ('{"a": 1}', '{"a": "1"}', "body.a"),
        ('{"a": null}', '{"a": ""}', "body.a"),
        ('{"a": null}', "{}", "body.a"),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', "body.a[0]"),
        ('{"a": []}', '{"a": {}}', "body.a"),
        ('{"a.b": 1}', '{"a": {"b": 1}}', "body"),
        ('{"a": "x"}', '{"a": "x "}', "body.a"),
        ("[1]", "{", "body"),
        ("{", "{ ", "body"),
        ("[" * 50_000, "[" * 50_001, "body"),
        ("[" * 950 + "]" * 950, "[" * 951 + "]" * 951, "body"),
    ],
)
def test_other_json_is_another(before, now, field):
    found = difference(recorded(body=before), asked(body=now), HEADERS)
    assert found is not None
    assert found[0] == field or (field == "body" and found[0].startswith("body"))


def test_long_texts_are_shown_where_they_differ():
    before, now = "x" * 300 + "ab" + "y" * 300, "x" * 300 + "cd" + "y" * 300
    found = difference(recorded(body=f'"{before}"'), asked(body=f'"{now}"'), HEADERS)
    assert found is not None
    assert "xabyy" in str(found[1])
    assert "xcdyy" in str(found[2])


def test_what_a_message_shows_is_for_a_terminal():
    found = difference(recorded(body="\x1b[2J\ud800\n"), asked(), HEADERS)
    assert found is not None
    assert found[1] == "\\x1b[2J\\ud800\\n"


def test_only_headers_of_interest_are_kept():
    request = asked(headers={"Content-Type": "text/plain"})
    sent = {"Accept": "x", "Content-Type": "text/plain", "Authorization": "Bearer t"}
    assert of_interest(request, sent) == {"content-type": "text/plain", "authorization": "Bearer t"}
