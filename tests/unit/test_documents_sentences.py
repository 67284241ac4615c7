"""Rules of the reader for sentences: statuses, what is returned, errors and their messages, the other numbers."""

from __future__ import annotations

import pytest
from lesson_page import ROUTE, facts, remarks


@pytest.mark.parametrize(
    ("sentence", "status", "body"),
    [
        ("It gives `202 Accepted`. It does not return anything in the response body.", "202", "empty"),
        ("It gives `202, Accepted`. It doesn’t return anything in the response body.", "202", "empty"),
        ("It gives 202 Accepted and nothing is returned.", "202", "empty"),
        ("It gives `204 No Content`.", "204", "empty"),
        ("It gives a 204 No content, no more.", "204", "empty"),
        ("It gives `200 OK` or `204 No Content`, with an empty response body.", "200, 204", "empty"),
        ("It gives `200 OK` and an [event](e.md) object in the response body.", "200", "event"),
        (
            "It gives `200 OK` and a collection of [event](e.md) objects in the response body.",
            "200",
            "event collection",
        ),
        ("It gives `201 Created` and a String\nvalue in the response body.", "201", "String"),
        ("It gives `200 OK` and an [event](e.md) in the response body.", "200", "event"),
        ("It gives `200 OK` and an [event](e.md) object in the body.", "200", "event"),
        ("It gives `2XX`. It does not return anything.", "2XX", "empty"),
        ("It gives status code 202. No response body.", "202", "empty"),
    ],
)
def test_a_response_says_status_and_body(sentence: str, status: str, body: str) -> None:
    found = facts(f"{ROUTE}## Response\n{sentence}\n", "status", "body", "number")

    assert found == [("status", "", status), ("body", "", body)]


@pytest.mark.parametrize("words", ["and whatever it likes in the response body", "with [event](e.md) objects for each"])
def test_a_body_that_is_not_understood_is_a_remark(words: str) -> None:
    text = f"{ROUTE}## Response\nIt gives `200 OK` {words}.\n"

    assert facts(text, "body") == []
    assert any("what is returned" in remark for remark in remarks(text))


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ('An error (HTTP 400 Bad Request), with this message:\n\n"Not you, my friend."', "Not you, my friend."),
        ("An error (HTTP 400 Bad Request), with this message:\n\n“Not you, my friend.”", "Not you, my friend."),
        ("An error (HTTP 400 Bad Request), with this message:\n\n> Not you,\n> my friend.", "Not you, my friend."),
        ('An error (HTTP 400 Bad Request), with this message:\n\n> "Not you, my friend."', "Not you, my friend."),
        ("An error (HTTP 400 Bad Request), with this message:\n\n`Not you, my friend.`", "Not you, my friend."),
        ('An error (HTTP 400 Bad Request), with this message: "Not you,\nmy friend."', "Not you, my friend."),
        ("It returns `400 Bad Request` and the message `Not you, my friend.`", "Not you, my friend."),
        ("It returns HTTP 400 Bad Request.", None),
        ("It returns HTTP 400.\n\n> [!NOTE]\n> Not you, my friend.", None),
        ('It returns HTTP 400 if anything on this page is not as it should be. Press "Do it all again" then.', None),
    ],
)
def test_an_error_is_read_with_the_message_that_belongs_to_it(prose: str, expected: str | None) -> None:
    found = facts(f"{prose}\n\n{ROUTE}", "error", "error-sentence", "number")

    assert found == [("error", "400", ""), *([("error-sentence", "400", expected)] if expected else [])]


def test_each_message_belongs_to_the_error_before_it() -> None:
    text = 'First HTTP 403 Forbidden with the message "You may not start." Then 404 Not Found with "It is not there."'

    assert facts(f"{text}\n\n{ROUTE}", "error-sentence") == [
        ("error-sentence", "403", "You may not start."),
        ("error-sentence", "404", "It is not there."),
    ]


def test_what_follows_a_colon_is_a_message_only_where_one_is_announced() -> None:
    assert remarks(f"It returns HTTP 400 if one of these is so:\n\n- It is late.\n\n{ROUTE}") == []


def test_an_announced_message_that_is_not_found_is_a_remark() -> None:
    text = f"It returns HTTP 400 with this message:\n\nNobody knows which.\n\n{ROUTE}"

    assert facts(text, "error-sentence") == []
    assert remarks(text) == ["the message of 400 is not understood: Nobody knows which."]


@pytest.mark.parametrize(
    ("prose", "numbers"),
    [
        ("At most 20 of them, 3 at a time.", "20, 3"),
        ("At most 1,000 or 2.5 of them; a 30-day limit, 50%.", "1,000, 2.5, 30, 50"),
        ("In US Government L4 and 21Vianet, with v1.0, v2 and OAuth 2.0, #7, HTTP/1.1.", None),
        ("No more than 500KB, 50MB or 4GiB, and 10Mbits.", "500, 50, 4, 10"),
        ("After 1000ms, 30s, 1h30, 24hour, 24Hours or 10x, on a 4x4.", "1000, 30, 1, 30, 24, 24, 10, 4, 4"),
        ("After PT5M, P1DT12H or PT0.5S, for Win32 and E5.", "5, 1, 12, 0.5"),
        ("At 2024-01-02T10:30:00Z.", "2024-01-02, 10:30:00"),
        ("As `20` says, and https://docs.example/2024/12, and [this](https://docs.example/7).", None),
        ("As [page 7](x.md) says.", "7"),
        ("> [!NOTE]\n> Not 9.", "9"),
        ("- one\n- 2 of them\n", "2"),
        ("<!-- 2015-10-25 14:57:30 -->", None),
    ],
)
def test_a_number_in_prose_is_a_fact_and_one_in_a_name_is_none(prose: str, numbers: str | None) -> None:
    expected = [("number", "introduction", numbers)] if numbers else []

    assert facts(f"{prose}\n\n{ROUTE}", "number") == expected


@pytest.mark.parametrize(
    ("prose", "status"),
    [
        ("It gives 202 Accepted.", "202"),
        ("It gives `204 No Content`.", "204"),
        ("It gives HTTP 201, then.", "201"),
        ("It gives status code 200.", "200"),
        ("It gives `304 Not Modified` where nothing changed.", "304"),
        ("It gives HTTP 2XX.", "2XX"),
    ],
)
def test_a_status_of_success_outside_the_response_is_a_number(prose: str, status: str) -> None:
    table = f"## Request body\n|Property|Type|Description|\n|-|-|-|\n|to|Int32|{prose}|\n"

    assert facts(f"{prose}\n\n{ROUTE}", "number", "status") == [("number", "introduction", status)]
    assert facts(f"{ROUTE}{table}", "number", "status") == [("number", "request-body", status)]
    assert facts(f"{ROUTE}## Response\n{prose}\n", "number", "status") == [("status", "", status)]


def test_a_status_in_a_message_is_part_of_the_message() -> None:
    text = f'It returns HTTP 400 with this message:\n\n"It was 202 Accepted before."\n\n{ROUTE}'

    assert facts(text, "number") == []
    assert facts(text, "error-sentence") == [("error-sentence", "400", "It was 202 Accepted before.")]


def test_numbers_are_told_by_section_those_in_tables_too() -> None:
    text = (
        "One of 2.\n\n" + ROUTE + "## Request body\nNo more than 3.\n\n|Property|Type|Description|\n|-|-|-|\n"
        "|to|Int32|From 4 to 5.|\n\n## Response\nWithin 6 seconds.\n\n## Somewhere\n7\n"
    )

    assert facts(text, "number") == [
        ("number", "introduction", "2"),
        ("number", "request-body", "3, 4, 5"),
        ("number", "response", "6"),
    ]
    assert remarks(text) == ["numbers below a heading that is not known are not read: 7"]
