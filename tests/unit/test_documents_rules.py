"""Rules of the reader for paths, examples and whole files: a few lines of a page, and the facts and remarks they give."""

from __future__ import annotations

from pathlib import Path

import pytest
from lesson_page import ROUTE, facts, read, remarks

from graphcancel.documents import page_of, read_page
from graphcancel.errors import DocumentError


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


def example(body: str) -> str:
    return f"{ROUTE}## Example\n```http\nPOST https://graph.microsoft.com/v1.0/me/x\n\n{body}\n```\n"


@pytest.mark.parametrize(
    ("body", "value", "remark"),
    [
        ('{"a": 1.5, "b": ["ä", null]}', [("a", "1.5"), ("b", '["ä",null]')], None),
        ('{"a": {"b": 1,},}', [("a", '{"b":1}')], "a comma too many"),
        ('{"a": "x, }", // not "b"\n "c": "//"}', [("a", '"x, }"'), ("c", '"//"')], "comments"),
        ('{"a": 1, ...}', [], "something was left out"),
        ('{"a": 1, "a": 2}', [], "a key stands twice in one object"),
        ('{"a": NaN}', [], "no number"),
        ('{"a": {"b": 1, "b": 2},}', [], "a key stands twice in one object"),
        ("[1]", [], "no object"),
        ("words", [], "no JSON"),
    ],
)
def test_an_examples_body_is_read_as_leniently_as_it_was_written(body: str, value: list, remark: str | None) -> None:
    found = [(about, shown) for _, about, shown in facts(example(body), "example-property")]
    told = remarks(example(body))

    assert found == value
    assert len(told) == (remark is not None)
    assert all(remark in each for each in told)


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


def test_a_remark_is_told_once_however_often_it_is_noticed(tmp_path: Path) -> None:
    rows = "".join(f"|a{number % 30}|\n" for number in range(90))
    (tmp_path / "part.md").write_text(f"|Property|Type|\n|-|-|\n{rows}", "utf-8")
    text = f"{ROUTE}## Request body\n\n[!INCLUDE [part](../includes/part.md)]\n"
    page = page_of(text.encode(), "x", tmp_path, tmp_path)

    assert [remark.text for remark in page.remarks] == [
        f"a row with 1 of 2 cells is not read: a{number} |" for number in range(30)
    ]


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
