"""
The reader on whole pages: of our own writing, one in each form, and the published ones where they are at hand.

Beside each page in `pages/api` lies what it claims, in `pages/facts`: a line each, `LINE KIND ABOUT = VALUE`, and the
remarks after `!`. Complete: a fact more is as wrong as a fact less.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from graphcancel.documents import read_page
from graphcancel.facts import OWNERS, Page

HERE = Path(__file__).parent / "pages"
PAGES = sorted((HERE / "api").iterdir())


def written(page: Page) -> list[str]:
    """*page* as the files in `pages/facts` write it."""
    told = [f"{page.title} | {page.version} | {page.form}"]
    told += [f"{fact.line} {fact.kind} {fact.about} = {fact.value}".replace("  ", " ").rstrip() for fact in page.facts]
    return told + [f"! {remark.line} {remark.text}" for remark in page.remarks]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_claims_exactly_these_facts_on_these_lines(path: Path) -> None:
    expected = (HERE / "facts" / f"{path.stem}.txt").read_text(encoding="utf-8").splitlines()

    assert written(read_page(path)) == expected


def test_every_list_of_facts_has_its_page() -> None:
    assert {path.stem for path in (HERE / "facts").iterdir()} == {path.stem for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_two_facts_share_a_key_and_details_have_their_owner(path: Path) -> None:
    page = read_page(path)
    keys = Counter(fact.key for fact in page.facts)

    assert max(keys.values()) == 1
    for fact in page.facts:
        if fact.kind in OWNERS:
            assert (OWNERS[fact.kind], fact.about) in keys
    assert [fact.line for fact in page.facts] == sorted(fact.line for fact in page.facts)


def test_without_the_folder_includes_are_remarks_and_nothing_else_changes(tmp_path) -> None:
    alone = tmp_path / "current.md"
    alone.write_bytes((HERE / "api" / "current.md").read_bytes())
    whole, bare = read_page(HERE / "api" / "current.md"), read_page(alone)

    included = [fact for fact in whole.facts if fact.kind in {"cloud", "permission", "permission-higher"}]
    assert len(included) == 4 + 6
    assert list(bare.facts) == [fact for fact in whole.facts if fact not in included]
    assert [remark.line for remark in bare.remarks] == [20, 27]
    assert all("--includes" in remark.text for remark in bare.remarks)
    assert read_page(alone, HERE / "includes").facts == whole.facts


@pytest.fixture(scope="module")
def published() -> list[Page]:
    """The five pages the project began with, by the beginning of their files' names."""
    folder = os.environ.get("GRAPH_PAGES")
    if not folder:
        pytest.skip("GRAPH_PAGES names no folder with the pages' texts; they are not part of this repository")
    found = sorted(Path(folder).glob("00[0-4]_*.txt"))
    assert len(found) == 5
    return [read_page(path) for path in found]


def told(page: Page, kind: str) -> list[tuple[str, str]]:
    return [(fact.about, fact.value) for fact in page.facts if fact.kind == kind]


def test_the_published_pages_have_these_routes_statuses_and_parameters(published) -> None:
    assert [len(told(page, "route")) for page in published] == [13, 12, 10, 12, 2]
    assert sum(len(value.split(", ")) for page in published for _, value in told(page, "addressing")) == 63
    assert [told(page, "status") for page in published] == [[("", s)] for s in ("204", "202", "202", "202", "204")]
    assert [told(page, "body") for page in published] == [[("", "empty")]] * 5
    names = ["Comment", "comment", "comment", "Kommentar", "cancellationMessage"]
    assert [told(page, "property") for page in published] == [[(name, "")] for name in names]
    assert [[about for about, _ in told(page, "example-property")] for page in published] == [
        ["Comment"],
        ["Comment"],
        ["Comment"],
        ["Comment"],
        ["cancellationMessage"],
    ]


def test_the_published_pages_have_these_errors_permissions_and_clouds(published) -> None:
    sentences = [told(page, "error-sentence") for page in published]
    assert [len(found) for found in sentences] == [0, 1, 1, 1, 0]
    assert len({tuple(found) for found in sentences if found}) == 1
    assert [told(page, "error") for page in published] == [[], [("400", "")], [("400", "")], [("400", "")], []]
    assert [len(told(page, "permission")) for page in published] == [1, 3, 3, 1, 1]
    assert [len(told(page, "permission-higher")) for page in published] == [0, 0, 3, 0, 0]
    clouds = [(name, "available") for name in ("global", "us-gov-l4", "us-gov-l5", "china")]
    assert [told(page, "cloud") for page in published] == [[], [], clouds, [], []]


def test_the_published_pages_leave_no_number_over(published) -> None:
    assert [told(page, "number") for page in published] == [[]] * 5


def test_of_the_published_pages_only_gaps_are_remarks(published) -> None:
    assert [[remark.line for remark in page.remarks] for page in published] == [[19, 21], [11], [], [], [21, 23]]
    assert [page.form for page in published] == ["markdown", "markdown", "rendered", "markdown", "markdown"]
    assert [page.version for page in published] == [None, "beta", "v1.0", "beta", "beta"]
    titles = ["cancel", "event: cancel", None, "event: cancel", "cancel"]
    assert [page.title for page in published] == titles
