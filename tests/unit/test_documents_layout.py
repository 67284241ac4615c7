"""
What layout may do to a page without changing what it claims: line ends, blanks, the width of tables, where words break.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphcancel.documents import page_of
from graphcancel.facts import Fact

HERE = Path(__file__).parent / "pages" / "api"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(HERE.iterdir())}
SOURCES = sorted(name for name in PAGES if name != "rendered")
DELIMITER = re.compile(r"\|[|:\s-]*-[|:\s-]*\|?\s*")


def read(text: str) -> tuple[list[Fact], list[str]]:
    """The facts and the remarks of a page, without lines."""
    page = page_of(text.encode(), "page", HERE)
    order = sorted(page.facts, key=lambda fact: (fact.kind, fact.about))
    return order, sorted(re.sub(r"line \d+", "line", remark.text) for remark in page.remarks)


def in_code(lines: list[str]) -> list[bool]:
    """Which lines are code or front matter, where layout is not free."""
    found, fenced, front = [], False, lines[0] == "---"
    for number, line in enumerate(lines):
        fence = line.startswith("```")
        found.append(fenced or fence or front)
        fenced = fenced != fence
        front = front and not (number and line == "---")
    return found


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_other_line_ends_change_no_fact_and_no_line(name: str, ending: str) -> None:
    before = page_of(PAGES[name].encode(), "page", HERE)
    after = page_of(PAGES[name].replace("\n", ending).encode(), "page", HERE)

    assert [(fact, fact.line) for fact in after.facts] == [(fact, fact.line) for fact in before.facts]
    assert after.remarks == before.remarks


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_blanks_at_the_end_of_lines_change_nothing(name: str, data: st.DataObject) -> None:
    lines = PAGES[name].split("\n")
    blanks = data.draw(st.lists(st.sampled_from(["", " ", "\t", "  "]), min_size=len(lines), max_size=len(lines)))

    assert read("\n".join(map(str.__add__, lines, blanks))) == read(PAGES[name])


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_blank_lines_between_blocks_change_nothing(name: str, data: st.DataObject) -> None:
    lines = PAGES[name].split("\n")
    code = in_code(lines)
    more: list[str] = []
    for line, held in zip(lines, code, strict=True):
        more.append(line)
        if not line and not held:
            more.extend([""] * data.draw(st.integers(0, 2)))

    assert read("\n".join(more)) == read(PAGES[name])


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_where_words_break_changes_nothing(name: str, data: st.DataObject) -> None:
    lines = PAGES[name].split("\n")
    moved: list[str] = []
    for line, held in zip(lines, in_code(lines), strict=True):
        words = line.split(" ")
        prose = not held and line[:1].isalpha() and len(words) > 1
        for number, word in enumerate(words[1:] if prose else []):
            # What begins a line may make it a list, a quotation or a directive: prose only breaks before words.
            if word[:1].isalpha() and "[!" not in line and data.draw(st.booleans()):
                words[number + 1] = "\n" + word
        moved.append(" ".join(words).replace(" \n", "\n"))

    assert read("\n".join(moved)) == read(PAGES[name])


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_width_and_the_edges_of_tables_change_nothing(name: str, data: st.DataObject) -> None:
    pad = st.sampled_from(["", " ", "   ", "\t"])
    lines = PAGES[name].split("\n")
    moved: list[str] = []
    for line, held in zip(lines, in_code(lines), strict=True):
        text = line.strip()
        if held or not text.startswith("|"):
            moved.append(line)
            continue
        cells = re.split(r"(?<!\\)\|", text.removeprefix("|").removesuffix("|"))
        if DELIMITER.fullmatch(text):
            rule = "-" * data.draw(st.integers(3, 9))
            moved.append("|" + "|".join([rule] * len(cells)) + "|")
        else:
            row = "|".join(data.draw(pad) + cell.strip() + data.draw(pad) for cell in cells)
            closing = "|" if not cells[-1].strip() or data.draw(st.booleans()) else ""
            moved.append(f"|{row}{closing}")

    assert read("\n".join(moved)) == read(PAGES[name])


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_level_of_headings_changes_nothing_below_the_title(name: str, data: st.DataObject) -> None:
    """Within an example headings stay below its own."""
    lines = PAGES[name].split("\n")
    moved: list[str] = []
    extra = data.draw(st.integers(0, 2))
    for line, held in zip(lines, in_code(lines), strict=True):
        heading = not held and line.startswith("##") and not line.startswith("######"[: 7 - extra])
        moved.append("#" * extra + line if heading else line)

    assert read("\n".join(moved)) == read(PAGES[name])


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_one_number_more_in_prose_never_goes_unnoticed(name: str, data: st.DataObject) -> None:
    lines = PAGES[name].split("\n")
    heading = re.compile(r"##+ (?!See)(?!.*tab/)" if name in SOURCES else "Permissions|Request body|Response|Examples")
    last = lines.index("Example 1: Call one off") if name == "rendered" else len(lines)
    places = [number for number, line in enumerate(lines[:last]) if heading.match(line)]
    place = data.draw(st.sampled_from(places))
    number = data.draw(st.integers(1_000, 99_999))
    lines[place] += f"\n\nAnd then there are {number} more.\n"
    facts, remarks = read("\n".join(lines))
    before, remarks_before = read(PAGES[name])

    changed = [fact for fact in facts if fact not in before]
    assert [fact.kind for fact in changed] == ["number"]
    assert str(number) in changed[0].value.split(", ")
    assert remarks == remarks_before


def as_a_browser_copies_it(text: str) -> str:
    """A rendered page with rows on one line, tabs between their cells, and what stands above a published page."""
    widths = {"Global service |": 4, "Permission type |": 3, "Name |": 3, "Parameter |": 3, "Property |": 3}
    lines, found, width = text.split("\n"), [], 0
    place = 0
    while place < len(lines):
        width = widths.get(lines[place], width if lines[place].endswith("|") else 0)
        if not width:
            found.append(lines[place])
            place += 1
            continue
        cells: list[str] = []
        while len(cells) < width:
            cell = lines[place]
            while not cell.endswith("|"):
                place += 1
                cell += f" {lines[place]}"
            cells.append(cell.removesuffix("|").strip())
            place += 1
        found.append("\t".join(cells))
    headings = ["Permissions", "HTTP request", "Request body", "Response", "Examples"]
    return "\n".join([found[0], "Article", "10/21/2024", "5 contributors", "In this article", *headings, *found[1:]])


def test_a_page_as_a_browser_copies_it_claims_the_same() -> None:
    copied = as_a_browser_copies_it(PAGES["rendered"])

    assert "\t" in copied
    assert read(copied) == read(PAGES["rendered"])


def test_a_row_of_an_examples_body_is_no_row_of_a_table() -> None:
    text = 'HTTP request\nPOST /me/things/{id}/go\nExample\nRequest\nPOST https://graph.microsoft.com/v1.0/me/things/{id}/go\nContent-type: application/json\n{\n"a":\t"b"\n}\nResponse\nHTTP/1.1 204 No Content\n'

    assert ("example-property", "a", '"b"') in [(fact.kind, fact.about, fact.value) for fact in read(text)[0]]
