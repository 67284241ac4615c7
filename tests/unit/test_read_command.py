"""`graphcancel read`: what it prints, where it keeps to, and how it refuses."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from graphcancel.__main__ import main
from graphcancel.documents import read_page
from graphcancel.facts_text import told_of

PAGES = Path(__file__).parent / "pages"
DRAFT = PAGES / "api/draft.md"
CURRENT = PAGES / "api/current.md"


def test_the_facts_stand_by_section_with_their_lines(capsys) -> None:
    assert main(["read", str(DRAFT)]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == f"callOff, version unknown, Markdown: {DRAFT}"
    sections = [line for line in lines[1:] if line and not line.startswith(" ")]
    assert sections == [
        "permissions",
        "HTTP request",
        "request headers",
        "request body",
        "response",
        "example",
        "not understood",
    ]
    assert "    24  POST /lessonPlans/{lessonPlansId}/lessons/{lessonId}/callOff  (id)" in lines
    assert lines[lines.index("not understood") + 1 :] == [
        "    14  still to be written: **TODO: Determine scopes **",
        "    16  still to be written: **TODO: Determine AppOnly scopes **",
    ]


@pytest.mark.parametrize("path", sorted((PAGES / "api").iterdir()), ids=lambda path: path.stem)
def test_every_fact_and_every_remark_is_told(path: Path) -> None:
    page = read_page(path)
    told = [line.text for line in told_of(page, 10_000)]

    for fact in page.facts:
        where = f"{fact.line:>6}  "
        if fact.kind == "addressing":
            assert any(line.startswith(where) and line.endswith(f"({fact.value})") for line in told)
        elif fact.kind == "route":
            assert any(line.startswith(where + fact.value) for line in told)
        else:
            label = f"{fact.kind} {fact.about}".strip()
            assert any(line.startswith(where + label) and line.endswith(fact.value or line) for line in told), fact
    for remark in page.remarks:
        assert f"{remark.line:>6}  {remark.text}" in told


def test_values_are_aligned() -> None:
    told = [line.text for line in told_of(read_page(DRAFT), 160)]
    shown = ["Bearer {token}", "application/json", "string", "28"]
    places = {line.index(value) for value in shown for line in told if line.endswith(value)}

    assert len(places) == 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_narrow_terminal_is_kept_to_where_words_allow(width: int) -> None:
    for path in (PAGES / "api").iterdir():
        for line in told_of(read_page(path), width):
            longest = max(map(cell_len, line.text.split()), default=0)
            assert cell_len(line.text) <= max(width, longest + 50) or line.style == "bold"


def test_what_moves_a_terminal_is_not_printed(tmp_path, capsys) -> None:
    path = tmp_path / "page.md"
    table = "|Property|Type|Description|\n|-|-|-|\n|to\x1b[31m\u202e|\x9b2J|Required if \x1b[2J so.|\n"
    paths = "## HTTP request\n```\nPOST /me/\x1b[2Jx\n\x1b]0;words\x07\n```\n"
    path.write_text(f"# a\x1b[31m\n{paths}## Request body\n{table}", encoding="utf-8")

    assert main(["read", str(path)]) == 0
    out = capsys.readouterr().out
    assert "to\ufffd[31m\ufffd: whether it is required depends" in out
    assert all(line.isprintable() for line in out.split("\n"))
    assert all(remark.text.isprintable() for remark in read_page(path).remarks)
    assert main(["read", "--json", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_json_is_the_page_as_an_object_and_a_list_for_several(capsys) -> None:
    assert main(["read", "--json", str(DRAFT)]) == 0
    found = json.loads(capsys.readouterr().out)
    page = read_page(DRAFT)

    assert set(found) == {"place", "title", "version", "form", "facts", "remarks", "sha256", "headings"}
    assert found["facts"][0] == {
        "kind": "permission",
        "about": "delegated-personal",
        "value": "not supported",
        "line": 15,
    }
    assert found["remarks"] == [{"line": remark.line, "text": remark.text} for remark in page.remarks]
    assert len(found["facts"]) == len(page.facts)

    assert main(["read", "--json", str(DRAFT), str(CURRENT)]) == 0
    assert [each["title"] for each in json.loads(capsys.readouterr().out)] == ["callOff", "lesson: callOff"]


def test_the_folder_of_includes_is_an_option(tmp_path, capsys) -> None:
    alone = tmp_path / "page.md"
    alone.write_bytes(CURRENT.read_bytes())

    assert main(["read", str(alone)]) == 0
    assert "not at hand" in capsys.readouterr().out
    assert main(["read", "--includes", str(PAGES / "includes"), str(alone)]) == 0
    out = capsys.readouterr().out
    assert "not at hand" not in out
    assert "cloud us-gov-l5" in out


def test_a_pipe_gets_each_fact_on_one_line(capsys) -> None:
    for path in (PAGES / "api").iterdir():
        assert main(["read", str(path)]) == 0
        page = read_page(path)
        told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("   ")]

        addressing = sum(fact.kind == "addressing" for fact in page.facts)  # on the line of its route
        assert len(told) == len(page.facts) - addressing + len(page.remarks)


def test_a_page_may_come_from_standard_input(monkeypatch, capsys) -> None:
    stream = io.TextIOWrapper(io.BytesIO(DRAFT.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)

    assert main(["read", "-"]) == 0
    assert capsys.readouterr().out.startswith("callOff, version unknown, Markdown: -\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read (No such file or directory); name the text of one page"),
        (b"\xff\xfe", "line 1: not UTF-8; save the page as UTF-8"),
        (b"# Hello\n", "holds no path, status, parameter or permission: is this a page of an action?"),
    ],
)
def test_what_is_no_page_is_one_line_and_exit_4(tmp_path, capsys, content, words) -> None:
    path = tmp_path / "page.md"
    if content is not None:
        path.write_bytes(content)

    assert main(["read", str(DRAFT), str(path)]) == 4
    out, err = capsys.readouterr()
    assert err == f"graphcancel: {path}: {words}\n"
    # The other page is told all the same.
    assert main(["read", str(DRAFT)]) == 0
    assert out == capsys.readouterr().out

    assert main(["read", "--json", str(path), str(DRAFT)]) == 4
    assert [each["title"] for each in json.loads(capsys.readouterr().out)] == ["callOff"]
    assert main(["read", "--json", str(path)]) == 4
    assert capsys.readouterr().out == ""


def test_a_pipe_gets_no_colours(tmp_path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "graphcancel", "read", str(CURRENT)],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )

    assert "\x1b" not in ran.stdout
    assert ran.stdout.startswith("lesson: callOff, v1.0, Markdown: ")
    assert ran.stderr == ""
