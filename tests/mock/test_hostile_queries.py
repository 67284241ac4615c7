"""Queries, headers and batches nobody should send are refused, or taken for what they are."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest

# -- queries and headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "$filter=subject",
        "$filter=subject eq",
        "$filter=subject eq 'x",
        "$filter=subject eq \N{SUPERSCRIPT TWO}",
        "$filter=subject is 'x'",
        "$filter=color eq 'x'",
        "$filter=contains(subject)",
        "$filter=contains(subject,5)",
        "$filter=start/dateTime ge '2035-99-99T00:00:00'",
        "$filter=" + "(" * 500 + "subject eq 'x'" + ")" * 500,
        "$filter=" + "not " * 200 + "isCancelled eq true",
        "$filter=" + " or ".join(["subject eq 'x'"] * 500),
        "$filter=)(",
        "$filter='",
        "$orderby=color",
        "$orderby=subject sideways",
        "$top=-1",
        "$top=x",
        "$top=\N{ARABIC-INDIC DIGIT FIVE}",
        "$top=99999999999",
        "$skip=1.5",
        "$skiptoken=%%%",
        "$skiptoken=ZnJvbS0tNQ==",
        "$skiptoken=" + "9" * 5000,
        "$expand=everything",
        "$expand=((((",
        "$search=x",
        "$apply=x",
        "$x" * 9000,
    ],
)
def test_a_malformed_query_is_refused(mock, query):
    mock.meeting()
    answer = mock.send("GET", "/me/events?" + quote(query, safe="=&$"))
    assert answer.status == (414 if len(query) > 16_000 else 400)


@pytest.mark.parametrize("query", ["$select=color", "$select=subject,color", "$select=microsoft.graph.eventMessage/x"])
def test_an_unknown_property_is_not_chosen(mock, query):
    mock.meeting()
    assert mock.send("GET", f"/me/events?{query}").status == 400


@pytest.mark.parametrize(
    "query",
    ["", "?", "&&&", "$top", "$top=", "$filter=", "$select=,,,", "$orderby=,", "$count=maybe", "a=b&a=c", "$expand="],
)
def test_an_empty_or_strange_option_breaks_nothing(mock, query):
    mock.meeting()
    assert mock.send("GET", f"/me/events?{query}").status in {200, 400}


def test_nothing_asked_for_is_nothing_given(mock):
    mock.meeting()
    page = mock.get("/me/events?$top=0&$count=true")
    assert (page["value"], page["@odata.count"], "@odata.nextLink" in page) == ([], 1, False)


def test_an_order_named_a_thousand_times_is_sorted_by_once(mock):
    for number in range(300):
        mock.post("/me/events", mock.draft(f"{number:03d}"))
    started = time.monotonic()
    found = mock.get("/me/events?$top=300&$orderby=" + ",".join(["isAllDay", "subject%20desc", *["subject"] * 1500]))[
        "value"
    ]
    assert [event["subject"] for event in found] == [f"{number:03d}" for number in reversed(range(300))]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('outlook.timezone=""', 200),
        ("outlook.timezone", 200),
        ('outlook.timezone="../../etc/passwd"', 400),
        ('outlook.timezone="/etc/passwd"', 400),
        ('outlook.timezone="America"', 400),
        ('outlook.timezone="%s"' % ("A" * 5000), 400),
        ('outlook.timezone="\x7f\xff"', 400),
        ('outlook.timezone="Europe/Berlin', 200),
        (',,,;;=="', 200),
        ('outlook.body-content-type="nonsense"', 200),
        ("a=b," * 10_000, 200),
    ],
)
def test_a_malformed_preference_breaks_nothing(mock, value, expected):
    mock.meeting()
    assert mock.send("GET", "/me/events", headers={"Prefer": value}).status == expected


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic x", "Bearer a b", "Bearer " + "x" * 50_000, "\xff"])
def test_a_malformed_token_is_refused(mock, value):
    assert mock.send("GET", "/me", headers={"Authorization": value}).status == 401


@pytest.mark.parametrize(
    "value", ["", ";", "application", "application/json;charset=\xff", "Application/JSON; a=b", "text/*"]
)
def test_a_strange_media_type_is_read_or_refused(mock, value):
    answer = mock.send("POST", "/me/calendars", body=b'{"name": "x"}', headers={"Content-Type": value})
    expected = 201 if "json" in value.lower() else 415 if value else 400
    assert answer.status == expected


# -- batches ------------------------------------------------------------------------------------------------------------


def item(number, **more):
    return {"id": str(number), "method": "GET", "url": "/me", **more}


@pytest.mark.parametrize(
    "items",
    [
        None,
        {},
        "x",
        [],
        [None],
        [[]],
        [item(number) for number in range(21)],
        [item(1), item(1)],
        [item("a"), item("A")],
        [{**item(1), "id": 1}],
        [{**item(1), "id": ""}],
        [{**item(1), "method": 5}],
        [{**item(1), "url": None}],
        [item(1, dependsOn=["2"]), item(2, dependsOn=["1"])],
        [item(1, dependsOn=["1"])],
        [item(1, dependsOn=["9"])],
        [item(1, dependsOn="1")],
        [item(1, dependsOn=[["1"]])],
        [item(1), item(2, dependsOn=["1"] * 100_000)],
        [item(1, headers=[])],
        [item(1, headers={"a": 1})],
    ],
    ids=str,
)
def test_a_malformed_batch_is_refused(mock, items):
    answer = mock.send("POST", "/$batch", json_body={"requests": items})
    assert (answer.status, answer.code) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"url": "/$batch", "method": "POST", "body": {}, "headers": {"Content-Type": "application/json"}}, 400),
        ({"url": "/%24batch", "method": "POST"}, 400),
        ({"url": "https://graph.example/v1.0/me"}, 400),
        ({"url": "//graph.example/me"}, 400),
        ({"url": "http://[::1/me"}, 400),
        ({"url": ""}, 400),
        ({"url": "../me"}, 400),
        ({"url": "/me?x=" + "y" * 20_000}, 414),
        ({"url": "/me/events?$filter=" + "(" * 5000}, 400),
        ({"method": "NONSENSE"}, 405),
        (
            {
                "method": "POST",
                "url": "/me/events",
                "body": "not an object",
                "headers": {"content-type": "application/json"},
            },
            400,
        ),
        ({"method": "POST", "url": "/me/events", "body": {}, "headers": {"content-type": "text/plain"}}, 415),
        ({"method": "POST", "url": "/me/events", "body": {}, "headers": {"content-type": "a\r\nb"}}, 415),
        ({"method": "POST", "url": "/me/events", "body": {}, "headers": {"content-encoding": "gzip"}}, 400),
        ({"headers": {"client-request-id": "a\r\nb\x00", "prefer": "\N{GRINNING FACE}"}}, 200),
    ],
    ids=str,
)
def test_a_malformed_item_spoils_only_itself(mock, changes, expected):
    items = [item(1, **changes), item(2)]
    answer = mock.send("POST", "/$batch", json_body={"requests": items})
    assert {one["id"]: one["status"] for one in answer.json["responses"]} == {"1": expected, "2": 200}
