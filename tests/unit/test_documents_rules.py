"""One rule of the reader at a time: a few lines of a page, and the facts and remarks they give."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphcancel.documents import page_of, read_page
from graphcancel.errors import DocumentError
from graphcancel.facts import Page

ROUTE = "## HTTP request\n```http\nPOST /me/lessons/{id}/start\n```\n"
"""What makes any text a page of an action."""


def read(text: str) -> Page:
    return page_of(f"# lesson: start\n\n{text}".encode(), "lesson.md")


def facts(text: str, *kinds: str) -> list[tuple[str, str, str]]:
    return [(fact.kind, fact.about, fact.value) for fact in read(text).facts if fact.kind in kinds]


def remarks(text: str) -> list[str]:
    return [remark.text for remark in read(text).remarks]


@pytest.mark.parametrize(
    ("line", "about", "value", "addressing"),
    [
        ("POST /me/a/{id}/b", "POST /me/a/{}/b", "POST /me/a/{id}/b", "me"),
        ("POST /users/{id | userPrincipalName}/b", "POST /users/{}/b", "POST /users/{id}/b", "id, upn"),
        ("POST /users/{id|userPrincipalName}/b", "POST /users/{}/b", "POST /users/{id}/b", "id, upn"),
        ("POST /users/{userPrincipalName | id}/b", "POST /users/{}/b", "POST /users/{userPrincipalName}/b", "id, upn"),
        ("POST /users/<id | userPrincipalName>/b", "POST /users/{}/b", "POST /users/<id>/b", "id, upn"),
        ("POST /users/{userPrincipalName}/b", "POST /users/{}/b", "POST /users/{userPrincipalName}/b", "upn"),
        ("post   /groups/{groupsId}/b  ", "POST /groups/{}/b", "POST /groups/{groupsId}/b", "id"),
        (
            "PATCH https://graph.microsoft.com/v1.0/a/{id}",
            "PATCH /a/{}",
            "PATCH https://graph.microsoft.com/v1.0/a/{id}",
            "id",
        ),
        ("GET https://graph.microsoft.us/beta/me/b", "GET /me/b", "GET https://graph.microsoft.us/beta/me/b", "me"),
    ],
)
def test_a_path_is_read_in_every_spelling(line: str, about: str, value: str, addressing: str) -> None:
    found = facts(f"## HTTP Request\n``` http\n{line}\n```\n", "route", "addressing")

    assert found == [("route", about, value), ("addressing", about, addressing)]


def test_a_path_that_addresses_nobody_has_no_addressing() -> None:
    assert facts("## HTTP request\n```http\nPOST /directory/check\n```\n", "addressing") == []


@pytest.mark.parametrize("line", ["/me/a", "POST", "POST me/a", "POST /me/{a", "POST /me/a b", "FETCH /me/a", "// or:"])
def test_a_line_that_is_no_path_is_a_remark(line: str) -> None:
    text = f"## HTTP request\n```http\nPOST /me/start\n{line}\n```\n"

    assert [(fact.about, fact.line) for fact in read(text).facts if fact.kind == "route"] == [("POST /me/start", 5)]
    assert [remark.line for remark in read(text).remarks] == [6]


@pytest.mark.parametrize(
    "heading",
    [
        "# HTTP REQUEST",
        "##### Http request",
        "## HTTP request: the paths",
        '## <a name="http-request"></a>Anfrage',
        '## <a id="http-request"></a>リクエスト',
        "## Weg dorthin",
    ],
)
def test_paths_are_found_below_whatever_heading(heading: str) -> None:
    assert len(facts(f"{heading}\n```http\nPOST /me/start\n```\n", "route")) == 1


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


def permissions(*rows: str, heads: str = "|Permission type|Permissions (from least to most privileged)|") -> str:
    return "\n".join([ROUTE, "## Permissions", heads, "|:--" * (heads.count("|") - 1) + "|", *rows, ""])


def test_permissions_keep_their_order_and_say_none_alike() -> None:
    text = permissions(
        "|Delegated (work or school account)|b.Read, A.Read.All and C.Read|",
        "|Delegated (personal Microsoft account)|Not supported|",
        "|Application|Not available.|",
    )

    assert facts(text, "permission", "permission-higher") == [
        ("permission", "delegated-work", "b.Read, A.Read.All, C.Read"),
        ("permission", "delegated-personal", "not supported"),
        ("permission", "application", "not supported"),
    ]


def test_a_row_that_is_not_whole_moves_no_permission_to_another_caller() -> None:
    text = permissions("|Delegiert (Arbeit)|", "|Delegiert (privat)|B.Read|", "|Anwendung|C.Read|")

    assert facts(text, "permission") == [
        ("permission", "delegated-personal", "B.Read"),
        ("permission", "application", "C.Read"),
    ]
    assert remarks(text) == ["a row with 1 of 2 cells is not read: Delegiert (Arbeit) |"]


def test_a_permission_may_begin_with_a_small_letter() -> None:
    sentence = f"{ROUTE}## Permissions\nOne of eDiscovery.Read.All, A.Read, e.g. from a.example, is required.\n"
    table = f"{ROUTE}## Somewhere\n|Art|Liste|\n|-|-|\n|Anwendung|eDiscovery.Read.All|\n"

    assert facts(sentence, "permission") == [("permission", "scope", "eDiscovery.Read.All, A.Read")]
    assert remarks(table) == ["a type of permission that is not known: Anwendung"]


def test_what_is_no_permission_is_a_remark_and_no_fact() -> None:
    text = permissions(
        "|Delegated (work or school account)|**TODO: Determine scopes **|",
        "|Application|For calendars: A.Read|",
        "|Robot|A.Read|",
        "|Application|Not wanted.|",
        "|Delegated (personal Microsoft account)|",
    )

    assert facts(text, "permission") == []
    assert [remark.split(":")[0] for remark in remarks(text)] == [
        "still to be written",
        "no list of permissions",
        "a type of permission that is not known",
        "no list of permissions",
        "a row with 1 of 2 cells is not read",
    ]


def test_headers_are_read_from_each_shape_of_table() -> None:
    found = [
        facts(f"{ROUTE}## Request headers\n{table}\n", "header", "header-type", "header-value", "header-required")
        for table in (
            "|Header|Value|\n|-|-|\n|Authorization|Bearer {token}. Required.|",
            "|Name|Description|\n|-|-|\n|Authorization|Bearer {token}.Required|",
            "|Name|Type|Description|\n|-|-|-|\n|Authorization|String|Bearer {token}. Required. See [there](x.md).|",
            "|Nombre|Tipo|Descripción|\n|-|-|-|\n|Authorization|string|Bearer {token}. Required.",
        )
    ]
    bare = [
        ("header", "Authorization", ""),
        ("header-value", "Authorization", "Bearer {token}"),
        ("header-required", "Authorization", "required"),
    ]

    assert found[0] == found[1] == bare
    assert found[2] == found[3] == [bare[0], ("header-type", "Authorization", "string"), *bare[1:]]


@pytest.mark.parametrize(
    ("head", "cell", "value"),
    [
        ("Description", "application/json; odata=full. Required.", "application/json; odata=full"),
        (
            "Description",
            "application/json;odata.metadata=full; charset=x",
            "application/json;odata.metadata=full; charset=x",
        ),
        ("Description", 'text/html; charset="a b". Required.', 'text/html; charset="a b"'),
        ("Description", "application/json; see there.", "application/json"),
        ("Value", "application/json; odata=full. Required.", "application/json; odata=full"),
        ("Value", "application/json, Max 3", "application/json, Max 3"),
        ("Value", "Max 3 (optional)", "Max 3"),
    ],
)
def test_the_whole_value_of_a_header_is_read(head: str, cell: str, value: str) -> None:
    text = f"{ROUTE}## Request headers\n|Header|{head}|\n|-|-|\n|Accept|{cell}|\n"

    assert facts(text, "header-value", "number") == [("header-value", "Accept", value)]


def test_rows_and_tables_in_another_order_claim_the_same_numbers() -> None:
    head = "\n|Property|Type|Description|\n|-|-|-|\n"
    one, two = "|to|Int32|From 40 to 5.|\n", "|at|Int32|Of 30 at most.|\n"
    moved = [one.replace("|to|", "|at|"), two.replace("|at|", "|to|")]
    found = [
        facts(f"{ROUTE}## Request body\n{table}\nNo more than 7.\n", "number")
        for table in (f"{head}{one}{two}", f"{head}{two}{one}", f"{head}{two}{head}{one}", head + "".join(moved))
    ]

    assert found[:3] == [[("number", "request-body", "7, 30, 40, 5")]] * 3
    assert found[3] == [("number", "request-body", "7, 40, 5, 30")]


def test_numbers_below_value_in_a_table_of_parameters_are_counted() -> None:
    text = f"{ROUTE}## Request body\n|Property|Type|Value|\n|-|-|-|\n|to|Int32|Max 3. Optional.|\n"

    assert facts(text, "number", "optionality") == [
        ("optionality", "to", "optional"),
        ("number", "request-body", "3"),
    ]


def test_a_table_right_below_the_paths_is_one_of_headers() -> None:
    assert facts(f"{ROUTE}\n|Name|Type|Description|\n|-|-|-|\n|Prefer|string|Optional.|\n", "header") == [
        ("header", "Prefer", "")
    ]


def test_columns_that_are_not_known_are_told() -> None:
    table = "|Property|Type|Description|Since|\n|-|-|-|-|\n|to|Int32|Optional.|2019|\n"

    assert facts(f"{ROUTE}## Request body\n{table}", "property", "type", "optionality") == [
        ("property", "to", ""),
        ("type", "to", "int32"),
        ("optionality", "to", "optional"),
    ]
    assert remarks(f"{ROUTE}## Request body\n{table}") == ["a column that is not known is not read: Since"]
    table = "|Property|Art|Description|\n|-|-|-|\n|to|Int32||\n"
    assert facts(f"{ROUTE}## Request body\n{table}", "type") == [("type", "to", "int32")]
    assert remarks(f"{ROUTE}## Request body\n{table}") == [
        "a column that is not known is taken for that of the type: Art"
    ]


def test_rows_that_are_not_whole_or_come_twice_are_remarks() -> None:
    table = "|Property|Type|\n|-|-|\n|to|Int32|\n|from|\n||Int32|\n|to|String|\n|a|b|c|\n"
    text = f"{ROUTE}## Request body\n{table}"

    assert facts(text, "property", "type") == [("property", "to", ""), ("type", "to", "int32")]
    assert [(remark.line, remark.text) for remark in read(text).remarks] == [
        (11, "a row with 1 of 2 cells is not read: from |"),
        (12, "a row without a name is not read: | Int32"),
        (13, "property to: for the second time, after line 10"),
        (14, "a row with 3 cells, 2 columns, is not read: a | b"),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("What to say. Optional.", "optional"),
        ("Required. What to say.", "required"),
        ("What to say (optional).", "optional"),
        ("What to say.Required", "required"),
        ("What is required of you.", None),
        ("A required field.", None),
        ("An optional field.", None),
        ("Mandatory, and required if there is one.", None),
        ("Required if there is one.", None),
    ],
)
def test_only_a_plain_word_makes_a_parameter_optional_or_required(text: str, value: str | None) -> None:
    table = f"|Property|Type|Description|\n|-|-|-|\n|to|Int32|{text}|\n"
    found = facts(f"{ROUTE}## Request body\n{table}", "optionality")

    assert found == ([("optionality", "to", value)] if value else [])
    assert bool(remarks(f"{ROUTE}## Request body\n{table}")) == (value is None)


@pytest.mark.parametrize(
    "text",
    [
        "Not required.",
        "What to say. This is not required.",
        "What to say. This isn't required.",
        "What to say. This isn’t optional.",
        "It is never required.",
        "Whether a pin is required.",
    ],
)
@pytest.mark.parametrize("head", ["Property", "Header"])
def test_a_word_that_ends_another_sentence_is_a_remark_and_no_claim(text: str, head: str) -> None:
    role = "body" if head == "Property" else "headers"
    table = f"## Request {role}\n|{head}|Type|Description|\n|-|-|-|\n|to|Int32|{text}|\n"

    assert facts(f"{ROUTE}{table}", "optionality", "header-required") == []
    assert [each for each in remarks(f"{ROUTE}{table}") if each.startswith("to: whether it is required depends: ")]
    table = table.replace(text, f"Optional. {text}")
    assert [value for *_, value in facts(f"{ROUTE}{table}", "optionality", "header-required")] == ["optional"]
    assert len(remarks(f"{ROUTE}{table}")) == 1


def example(body: str) -> str:
    return f"{ROUTE}## Example\n```http\nPOST https://graph.microsoft.com/v1.0/me/x\n\n{body}\n```\n"


@pytest.mark.parametrize(
    ("body", "value", "remark"),
    [
        ('{"a": 1.5, "b": ["ä", null]}', [("a", "1.5"), ("b", '["ä",null]')], None),
        ('{"a": {"b": 1,},}', [("a", '{"b":1}')], "a comma too many"),
        ('{"a": "x, }", // not "b"\n "c": "//"}', [("a", '"x, }"'), ("c", '"//"')], "comments"),
        ('{"a": 1, ...}', [], "something was left out"),
        ('{"a": 1, "a": 2}', [], "key given twice"),
        ('{"a": NaN}', [], "no number"),
        ("[1]", [], "no object"),
        ("words", [], "no JSON"),
    ],
)
def test_an_examples_body_is_read_as_leniently_as_it_was_written(body: str, value: list, remark: str | None) -> None:
    found = [(about, shown) for _, about, shown in facts(example(body), "example-property")]

    assert found == value
    assert [remark] == [remark for told in remarks(example(body)) if remark and remark in told] or not remark
    assert bool(remarks(example(body))) == (remark is not None)


def test_responses_pair_by_name_and_else_with_the_request_before() -> None:
    def call(kind: str, name: str | None, lines: str) -> str:
        named = f', "name": "{name}"' if name else ""
        return f'<!-- {{ "blockType": "{kind}"{named} }} -->\n```http\n{lines}\n```\n'

    first = call("request", "one", "POST https://graph.microsoft.com/beta/one")
    second = call("request", "two", "POST https://graph.microsoft.com/beta/two")
    named = call("response", "one", "HTTP/1.1 201 Created")
    bare = call("response", None, "HTTP/1.1 202 Accepted")
    both = [("example-status", "", "201"), ("example-status", "(example 2)", "202")]

    assert sorted(facts(f"{ROUTE}## Examples\n{first}{second}{named}{bare}", "example-status")) == both
    assert sorted(facts(f"{ROUTE}## Examples\n{first}{named}{second}{bare}", "example-status")) == both
    assert remarks(f"{ROUTE}## Examples\n{bare}") == ["a response without its request: 202"]
    assert remarks(f'{ROUTE}## Examples\n<!-- {{ "blockType": "request" }} -->\nWords.\n') == [
        "an annotation without the block it is about"
    ]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("[!INCLUDE [beta-disclaimer](../includes/beta-disclaimer.md)]\n\n", "beta"),
        ("See [it](https://docs.example/x?view=graph-rest-1.0&tabs=http).\n\n", "v1.0"),
        ("See [it](https://docs.example/x?view=graph-rest-beta).\n\n", "beta"),
        ("Nothing.\n\n", None),
    ],
)
def test_the_version_comes_from_the_first_thing_that_tells(text: str, version: str | None) -> None:
    assert read(text + ROUTE).version == version
    assert read(text + example("{}")).version == "v1.0"


def test_the_title_is_the_heading_else_the_front_matters() -> None:
    assert read(ROUTE).title == "lesson: start"
    assert page_of(f'---\ntitle: "a: b"\nms.date: 2024-01-02\n---\n{ROUTE}'.encode(), "x").title == "a: b"
    assert page_of(ROUTE.encode(), "x").title is None


@pytest.mark.parametrize("keys", ["title: a: b", "title: a\x07b", "title: [a"])
def test_a_front_matter_that_is_no_yaml_is_a_remark(keys: str, tmp_path: Path) -> None:
    page = page_of(f"---\n{keys}\n---\n# lesson: start\n\n{ROUTE}".encode(), "x")
    assert page.title == "lesson: start"
    assert [(remark.line, remark.text) for remark in page.remarks] == [
        (1, "a front matter that is no YAML is not read")
    ]
    assert [fact.line for fact in page.facts if fact.kind == "route"] == [8]

    (tmp_path / "part.md").write_text(f"---\na: b: c\n---\n{ROUTE}", "utf-8")
    page = page_of(b"# lesson: start\n\n[!INCLUDE [part](../includes/part.md)]\n", "x", tmp_path, tmp_path)
    assert [remark.text for remark in page.remarks] == [
        "the front matter of the include ../includes/part.md is no YAML"
    ]
    assert [fact.kind for fact in page.facts] == ["route", "addressing"]


def test_html_and_tables_that_lost_their_dashes_are_remarks() -> None:
    assert remarks(f"{ROUTE}\n<table><tr><td>400</td></tr></table>\n")[0].startswith("HTML is not read")
    assert remarks(f"{ROUTE}\n|Name|Type|\n|to|Int32|\n") == ["a table without its line of dashes is not read"]
    assert remarks(f"{ROUTE}\n```http\nwords\n```\n") == ["no verb and path: words"]
    assert remarks(f"{ROUTE}## Response\n```json\n{{}}\n```\n") == ["a block of code that is not read: {}"]
    assert remarks(f"{ROUTE}## Response\n```csharp\nvar x = 1;\n```\n") == []


@pytest.mark.parametrize("language", ["text", "https", "rest", "console", "plaintext", "none", "csharp"])
def test_a_path_list_and_an_example_are_read_whatever_the_language(language: str) -> None:
    listed = f"```{language}\nPOST /me/other\n```\n"
    called = f"```{language}\nPOST https://graph.microsoft.com/v1.0/me/x\n```\n"
    answered = f"```{language}\nHTTP/1.1 202 Accepted\n```\n"
    text = f"{ROUTE}{listed}## Example\n{called}{answered}"

    assert [about for _, about, _ in facts(text, "route")] == ["POST /me/lessons/{}/start", "POST /me/other"]
    assert facts(text, "example-request", "example-status") == [
        ("example-request", "", "POST https://graph.microsoft.com/v1.0/me/x"),
        ("example-status", "", "202"),
    ]
    assert remarks(text) == []


def test_a_call_further_down_in_a_block_of_another_language_is_a_remark() -> None:
    assert remarks(f"{ROUTE}```text\n# or\nPOST /me/x\n```\n") == ["no verb and path: # or"]
    assert remarks(f"{ROUTE}## Response\n```text\nSo:\nHTTP/1.1 202\n```\n") == [
        "a block of code that is not read: So:"
    ]
    assert remarks(f"{ROUTE}## Response\n```bash\ncurl -X POST https://x.example\n```\n") == []


def test_a_text_without_any_fact_is_no_page() -> None:
    for text in ("", "# Hello\n\nYou have 3 wishes, or HTTP 404.\n", "\n\n"):
        with pytest.raises(DocumentError, match=r"lesson.md: holds no .* is this a page of an action\?"):
            page_of(text.encode(), "lesson.md")


def test_a_byte_order_mark_is_no_part_of_a_page() -> None:
    assert page_of(b"\xef\xbb\xbf---\ntitle: a\n---\n" + ROUTE.encode(), "x").title == "a"


def test_a_rendered_page_with_an_unknown_table_says_so() -> None:
    text = "HTTP request\nPOST /me/x\nFoo |\nBar |\na |\nb |\nResponse\nIt gives 202 Accepted.\n"
    page = page_of(text.encode(), "x.txt")

    assert page.form == "rendered"
    assert [(remark.line, remark.text) for remark in page.remarks] == [
        (3, "a table whose columns are not known: Foo |")
    ]
    assert [fact.kind for fact in page.facts] == ["route", "addressing", "status"]


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "lesson.md"
    path.write_bytes(ROUTE.encode())
    page = read_page(path)

    assert page.place == str(path)
    assert len(page.sha256) == 64
    for wrong, words in ((tmp_path, "no file"), (tmp_path / "none.md", "cannot be read")):
        with pytest.raises(DocumentError, match=words):
            read_page(wrong)
    with pytest.raises(DocumentError, match="no folder"):
        read_page(path, tmp_path / "none")
