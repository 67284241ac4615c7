"""
Texts that are no pages: each ends in one line or in a page, soon, and no file outside the folder of includes is read.

The bound is of the processor's time, so that a busy machine makes no difference; the slowest needs a third of it.
"""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from graphcancel.document_text import BRACKETS, LINES, LONGEST, SIZE
from graphcancel.documents import page_of, read_page
from graphcancel.errors import DocumentError

SECONDS = 10
PAGE = "# lesson: start\n\n## HTTP request\n```http\nPOST /me/lessons/{id}/start\n```\n\n"
RENDERED = "HTTP request\nPOST /me/lessons/{id}/start\n"
BOMB = "---\na: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MOST = LINES - 50

REFUSED = {
    "ten megabytes": (b"a\n" * 5_000_000, "more than 500,000 bytes"),
    "one line": (b"a" * (LONGEST + 1), r"line 1: more than 20,000 characters"),
    "binary": (bytes(range(256)) * 100, "not UTF-8"),
    "latin-1": (b"# a\n\nH\xe4user", "line 3: not UTF-8"),
    "utf-16": ("# a\n".encode("utf-16"), "not UTF-8"),
    "a nul": (b"# a\n\0", "line 2: binary"),
    "nested quotes": (PAGE.encode() + b">" * 15_000, "line 8: nested 20 levels"),
    "nested lists": (b"\n".join(b" " * 2 * level + b"- a" for level in range(500)), "nested 20 levels"),
    "a hundred thousand quotes": (b">" * 100_000, "more than 20,000 characters"),
    "more brackets than links": (PAGE.encode() + b"[[[[[\n" * (BRACKETS // 5 + 1), "more than 20,000 opening"),
    "a table of a hundred thousand rows": (b"|a|\n|-|\n" + b"|a|\n" * 100_000, f"line {LINES + 1}: more lines"),
    "an alias bomb": (BOMB.encode() + b"---\n" + PAGE.encode(), r"front matter: line \d+: more than 20000 values"),
    "a deep front matter": (b"---\na: " + b"[" * 9_000 + b"\n---\n", "front matter: nested more than"),
    "a saved web page": (b"\n<!DOCTYPE html><html><body>POST /me/events/{id}/cancel</body></html>", "is HTML"),
    "a front matter without keys": (b"---\n- a\n---\n", "the front matter holds no keys"),
    "nothing": (b"", "is this a page of an action"),
}


@pytest.fixture
def hurried():
    """Fail a test that takes longer than anybody waits."""
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.usefixtures("hurried")
def test_what_is_no_page_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    content, words = REFUSED[name]
    path = tmp_path / "page.md"
    path.write_bytes(content)

    with pytest.raises(DocumentError, match=words) as caught:
        read_page(path)

    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    assert len(text) < len(str(path)) + 200


def paragraphs(text: str) -> str:
    """As much of *text* as a page may hold, in paragraphs as long as they may be."""
    one = (text * LONGEST)[: LONGEST - 10]
    return f"{PAGE}## Response\n" + "\n\n".join([one] * ((SIZE - 1_000) // len(one)))


READ = {
    "rows": PAGE + "## Request body\n|Name|Type|\n|-|-|\n" + "".join(f"|a{n}|String|\n" for n in range(MOST)),
    "the same row": PAGE + "## Request body\n|Name|Type|\n|-|-|\n" + "|a|String|\n" * MOST,
    "a wide table": PAGE + "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|a\n" * 3_000,
    "paths": "# a\n## HTTP request\n```http\n" + "".join(f"POST /me/x{n}\n" for n in range(MOST)) + "```\n",
    "open braces": PAGE + "## HTTP request\n```http\n" + ("POST /me/" + "{<" * 400 + "\n") * 500 + "```\n",
    "open JSON": PAGE + "## Example\n```http\nPOST https://x/beta/y\n\n" + '{"a":' * 3_900 + "\n```\n",
    "open strings": PAGE + "## Example\n```http\nPOST https://x/beta/y\n\n{" + '"\\\n' * 9_000 + "```\n",
    "annotations": PAGE + '<!-- {"blockType": "request", "a": } -->\n' * MOST,
    "an open annotation": PAGE + "<!-- {" + '"a",\n' * MOST,
    "headings": PAGE + "## Response\n" * MOST,
    "tabs": PAGE + "# [HTTP](#tab/http)\n" * MOST,
    "references": PAGE + "".join(f"[a{n}]: b\n" for n in range(MOST)),
    "statuses": paragraphs("404 "),
    "statuses in code": paragraphs("`404` "),
    "errors": paragraphs('`400 Bad Request` "a b c" '),
    "quotation marks": paragraphs('"  '),
    "open quotations": paragraphs("“a "),
    "bodies": paragraphs("response body "),
    "a long name": paragraphs("A"),
    "names": paragraphs("A."),
    "numbers": paragraphs("1 `2` "),
    "emphasis": paragraphs("*a _b "),
    "tags": paragraphs("<a "),
    "ticks": paragraphs("` `` ``` "),
    "collections": paragraphs("collection of "),
    "entities": paragraphs("&a"),
    "rendered cells": RENDERED + "x |\n" * MOST,
    "rendered rows": RENDERED + "Name |\nType |\n" + "x |\n" * MOST,
    "rendered cells in long lines": RENDERED + "Name |\nType |\n" + ("a|" * 9_900 + "\n") * 24,
    "rendered heads": RENDERED + "Name |\n" * MOST,
    "rendered responses": RENDERED + "HTTP/1.1 200\n{\n" * (MOST // 2),
    "rendered requests": RENDERED + "POST https://x/y\n{\nResponse\n" * (MOST // 3),
    "rendered strings": RENDERED + "POST https://x/y\n{" + '"a\n' * MOST,
    "rendered cells that go on": RENDERED + "Name |\nType |\na |\n" + "b\n" * MOST,
}


@pytest.mark.parametrize("name", READ)
@pytest.mark.usefixtures("hurried")
def test_what_is_within_bounds_is_read_in_time(name: str) -> None:
    page = page_of(READ[name].encode(), "page.md")

    assert any(fact.kind == "route" for fact in page.facts)


def test_a_long_page_takes_bounded_memory() -> None:
    rows = PAGE + "## Request body\n|Name|Type|\n|-|-|\n" + "".join(f"|a{n}|String|\n" for n in range(2_000))
    tracemalloc.start()
    try:
        page_of(rows.encode(), "page.md")
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_a_file_is_not_read_beyond_its_bound(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="bytes"):
        read_page(sparse(tmp_path / "page.md"))


def sparse(path: Path) -> Path:
    """A file of a terabyte that takes no room."""
    with path.open("wb") as file:
        file.truncate(2**40)
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of documentation, a page in it, and a secret beside the folder of includes."""
    (tmp_path / "docs/api").mkdir(parents=True)
    (tmp_path / "docs/includes/deep").mkdir(parents=True)
    (tmp_path / "docs/secret.md").write_text("## Response\n`299 Stolen`\n", encoding="utf-8")
    return tmp_path / "docs"


def including(tree: Path, target: str, folder: Path | None = None) -> tuple[bool, list[str]]:
    """Whether the include *target* was read, and the remarks."""
    page = tree / "api/page.md"
    page.write_text(f"{PAGE}[!INCLUDE [x]({target})]\n", encoding="utf-8")
    read = read_page(page, folder)
    return any(fact.kind == "status" for fact in read.facts), [remark.text for remark in read.remarks]


def put(path: Path, text: str = "## Response\n`299 Fine`\n") -> None:
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "target",
    [
        "../secret.md",
        "../includes/../secret.md",
        "../includes/deep/../../secret.md",
        "../includes/%2e%2e/secret.md",
        "..\\includes\\..\\secret.md",
        "/etc/passwd",
        "secret.md",
        "../includes/link.md",
        "../includes/linked/secret.md",
        "../includes/none.md",
        "../includes/deep",
        "../includes/",
        "https://docs.example/includes/a.md",
    ],
)
def test_no_include_leads_out_of_its_folder(tree: Path, target: str) -> None:
    (tree / "includes/link.md").symlink_to(tree / "secret.md")
    (tree / "includes/linked").symlink_to(tree)

    for folder in (None, tree / "includes"):
        read, remarks = including(tree, target, folder)
        assert not read
        assert len(remarks) == 1
        assert "is not at hand" in remarks[0]


@pytest.mark.parametrize("target", ["../includes/a.md", "../includes/deep/../a.md", "../includes/./a.md"])
def test_an_include_in_its_folder_is_read(tree: Path, target: str) -> None:
    put(tree / "includes/a.md")

    assert including(tree, target) == (True, [])
    assert including(tree, "../../elsewhere/includes/a.md", tree / "includes") == (True, [])


@pytest.mark.usefixtures("hurried")
def test_includes_that_go_round_or_too_far_end_in_a_remark(tree: Path) -> None:
    put(tree / "includes/a.md", "[!INCLUDE [x](deep/b.md)]\n")
    put(tree / "includes/deep/b.md", "[!INCLUDE [x](../a.md)]\n\n[!INCLUDE [x](../../includes/c.md)]\n")
    put(tree / "includes/c.md")
    read, remarks = including(tree, "../includes/a.md")
    assert read
    assert remarks == ["the include ../a.md is not read: it includes itself"]

    put(tree / "includes/a.md", "[!INCLUDE [x](c.md)]\n\n" * 1_000)
    _, remarks = including(tree, "../includes/a.md")
    assert "the include c.md is not read: it goes too far" in remarks


def test_an_include_that_cannot_be_read_is_a_remark(tree: Path) -> None:
    (tree / "includes/a.md").write_bytes(b"\xff")
    _, remarks = including(tree, "../includes/a.md")

    assert remarks == ["the include is not read: ../includes/a.md: line 1: not UTF-8; save the page as UTF-8"]
