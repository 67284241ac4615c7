"""Rules of the reader for tables: permissions, headers, parameters, and the numbers in them."""

from __future__ import annotations

import pytest
from lesson_page import ROUTE, facts, read, remarks


def permissions(*rows: str) -> str:
    heads = "|Permission type|Permissions (from least to most privileged)|"
    return "\n".join([ROUTE, "## Permissions", heads, "|:--|:--|", *rows, ""])


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
