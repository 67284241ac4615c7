"""
Pages against contracts, text and all: what was written is read back, each edit of a fact is that one difference, and
edits of anything else are none.

The pages are of our own wording, written from each contract in each format; where GRAPH_PAGES names a folder, the real
ones are put to the same edits.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_changes import edits
from page_writer import FORMATS, RENDERED, TRANSLATED, Format, written

from graphcancel.claims import facts_of
from graphcancel.contract import Contract, load_contracts
from graphcancel.documents import read_page
from graphcancel.drafting import drafted
from graphcancel.matching import contract_of, hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphcancel.facts import Page

    Edit = Callable[[str], str]

FOLDER = Path(__file__).parents[2] / "contracts"
CONTRACTS = [contract for contract in load_contracts(FOLDER) if contract.routes]
OWN = [pytest.param(contract, style, id=f"{contract.id}-{style.name}") for contract in CONTRACTS for style in FORMATS]
READ = [contract for contract in CONTRACTS if contract.sha256]
REAL = pytest.mark.parametrize("contract", READ, ids=lambda contract: contract.id)


@pytest.fixture
def real(contract: Contract) -> str:
    """The text *contract* was made from; skip where GRAPH_PAGES names no folder of them."""
    found = _pages()
    if not found:
        pytest.skip("GRAPH_PAGES names no folder with the pages' texts; they are not part of this repository")
    return found[contract.sha256 or ""]


@cache
def _pages() -> dict[str, str]:
    folder = os.environ.get("GRAPH_PAGES")
    texts = [path.read_bytes() for path in Path(folder).iterdir() if path.is_file()] if folder else []
    return {hashlib.sha256(text).hexdigest(): text.decode() for text in texts}


def read(text: str, folder: Path) -> Page:
    path = folder / "page.md"
    path.write_bytes(text.encode())
    return read_page(path, None)


def moved(text: str, contract: Contract, folder: Path) -> list[tuple[str, str, str]]:
    held = hold(read(text, folder), contract)
    return [(each.change, each.kind, each.about) for each in held.differences]


# -- what a page says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("contract", "style"), OWN)
def test_a_page_written_from_a_contract_claims_the_same(contract: Contract, style: Format, tmp_path: Path) -> None:
    page = read(written(facts_of(contract), style, contract.page), tmp_path)

    assert set(page.facts) == set(facts_of(contract))
    assert page.remarks == ()
    assert contract_of(page, CONTRACTS) is contract


@REAL
def test_a_contract_equals_what_is_read_from_its_page(contract: Contract, real: str, tmp_path: Path) -> None:
    page = read(real, tmp_path)
    held = hold(page, contract)

    assert set(page.facts) == set(facts_of(contract))
    assert held.differences == ()
    assert held.same_bytes
    assert contract_of(page, CONTRACTS) is contract


@REAL
def test_a_draft_of_a_real_page_equals_its_contract(contract: Contract, real: str, tmp_path: Path) -> None:
    text = drafted(read(real, tmp_path), FOLDER / "schema.json")
    shutil.copy(FOLDER / "schema.json", tmp_path)
    name = re.search(r"^  id: (.*)$", text, re.MULTILINE)
    assert name is not None
    (tmp_path / f"{name[1]}.yaml").write_text(text, "utf-8")

    (draft,) = load_contracts(tmp_path)

    assert set(facts_of(draft)) == set(facts_of(contract))
    assert draft.sha256 == contract.sha256
    # What is said by both is said under the page's own heading.
    shared = draft.clauses.keys() & contract.clauses.keys()
    assert len(shared) >= 7
    assert {name: draft.clauses[name].heading for name in shared} == {
        name: contract.clauses[name].heading for name in shared
    }
    # A draft copies nothing but what a contract may quote.
    quoted = [fact.value for fact in facts_of(contract)]
    for line in real.splitlines():
        if len(line.split()) > 9 and not any(value and value in line for value in quoted):
            assert line.strip() not in text


# -- edits that move a fact ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("contract", "style"), OWN)
def test_each_edit_of_a_fact_is_that_one_difference(contract: Contract, style: Format, tmp_path: Path) -> None:
    text = written(facts_of(contract), style, contract.page)

    check_edits(text, contract, tmp_path)


@REAL
def test_each_edit_of_a_fact_of_a_real_page_is_that_one_difference(
    contract: Contract, real: str, tmp_path: Path
) -> None:
    check_edits(real, contract, tmp_path)


def check_edits(text: str, contract: Contract, folder: Path) -> None:
    page = read(text, folder)
    done = list(edits(text, page))
    kinds = {(edit.expected[0], edit.expected[1]) for edit in done}
    # Each kind the page has can be changed, but for these; so no edit that is never made passes for one that is found.
    never = {"number"} | ({"body"} if ("body", "empty") in page_kinds(page) and "204" in str(page.facts) else set())
    assert {kind for kind, _ in page_kinds(page)} - {kind for what, kind in kinds if what == "changed"} <= never

    wrong = {}
    for edit in done:
        edited = read(edit.text, folder)
        found = [(each.change, each.kind, each.about) for each in hold(edited, contract).differences]
        # Nobody can tell whose a page is that has neither title nor routes.
        chosen = edited.title is None and not any(fact.kind == "route" for fact in edited.facts)
        if found != [edit.expected] or not (chosen or contract_of(edited, CONTRACTS) is contract):
            wrong[edit.name] = found

    assert wrong == {}


def page_kinds(page: Page) -> set[tuple[str, str]]:
    return {(fact.kind, fact.value if fact.kind == "body" else "") for fact in page.facts}


@pytest.mark.parametrize("number", ["20", "3"])
@pytest.mark.parametrize("style", FORMATS, ids=lambda style: style.name)
def test_a_number_in_the_prose_that_is_another_is_a_difference(style: Format, number: str, tmp_path: Path) -> None:
    plain = written(facts_of(CONTRACTS[0]), style)
    # In each section that has prose, a sentence with two numbers in it.
    lines = [
        number for number, line in enumerate(plain.splitlines()) if re.match(r"(Calls|The table|A JSON|If succ)", line)
    ]
    assert len(lines) >= 3 - (style is RENDERED)
    for line in lines:
        texts = []
        for one in (number, "99"):
            edited = plain.splitlines()
            edited[line] = f"At most {one} people within 7 days. {edited[line]}"
            texts.append("\n".join(edited))
        before, after = (read(text, tmp_path) for text in texts)
        differing = set(after.facts) ^ set(before.facts)
        assert {fact.kind for fact in differing} == {"number"}, plain.splitlines()[line]
        assert {fact.value for fact in differing} == {f"{number}, 7", "99, 7"}


@REAL
def test_a_number_in_any_sentence_of_a_real_page_is_a_difference(contract: Contract, real: str, tmp_path: Path) -> None:
    lines = real.splitlines()
    fenced, tried = False, 0
    for at, line in enumerate(lines):
        fenced ^= line.startswith("```")
        # As rendered, cells and the snippets of clients stand among the sentences.
        if fenced or not re.match(r"[A-Z][a-z]+ .* \w+", line) or re.search(r"\|$|SDK|Comment =", line):
            continue
        edited = ["\n".join([*lines[:at], line.replace(" ", f" {n} people, ", 1), *lines[at + 1 :]]) for n in (20, 21)]
        before, after = (read(text, tmp_path) for text in edited)
        assert {fact.kind for fact in set(before.facts) ^ set(after.facts)} == {"number"}, line
        tried += 1

    assert tried >= 6


# -- edits that move none ----------------------------------------------------------------------------------------------


def reflowed(text: str) -> str:
    """Prose broken after every other word, as another editor would break it elsewhere."""
    result, fenced = [], False
    for line in text.split("\n"):
        fenced ^= line.startswith("```")
        prose = re.match(r"[A-Z][a-z]+ .* .*[a-z.,]$", line) and not fenced
        words = line.split(" ")
        # A number at the start of a line would begin a list.
        pieces = [" ".join(words[start : start + 2]) for start in range(0, len(words), 2)]
        joined = "\n".join(pieces)
        result.append(line if not prose or re.search(r"\n\d", joined) else joined)
    return "\n".join(result)


def reordered(text: str) -> str:
    """Rows of tables and routes the other way round."""
    lines = text.split("\n")
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and (lines[end].startswith("|") or re.match(r"[A-Z]+ /", lines[end])):
            end += 1
        first = start + 2 if lines[start].startswith("|") else start
        lines[first:end] = reversed(lines[first:end])
        start = max(end, start + 1)
    return "\n".join(lines)


def spaced(text: str) -> str:
    """More blank lines between blocks, blanks at the ends of lines, and tabs beside the bars of tables."""
    lines = [re.sub(r"(?<!\\)\|", "\t| ", line).strip() if line.startswith("|") else line for line in text.split("\n")]
    return "\n".join(f"{line}  \t" if line and not line.startswith(("---", "#")) else line for line in lines) + "\n\n"


def reworded(text: str) -> str:
    """Another wording of what claims nothing."""
    changes = {
        "Calls the meeting off, and nobody has to come": "Whoever wants to be alone uses this; the others stay at home",
        "A JSON object is sent, with what this table lists": "Put into JSON whatever applies",
        "Its answer looks so": "What comes back",
        "A request may look so": "For instance",
        "Words for those who are told": "A message",
        "The table says what is enough": "See below",
        # Of the real pages.
        "Here is an example of": "Find below an instance of",
        "The following example shows": "Below stands",
        "lets the organizer send": "permits to send",
        "Nature of the data in the body of an entity": "What the body is made of",
        "A comment about the cancellation sent to all the attendees": "What attendees are told",
        "supply JSON representation of the parameters": "put the parameters as JSON",
    }
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def shouted(text: str) -> str:
    """Headings in another letter case."""
    names = r"Permissions|HTTP [Rr]equest|Request headers|Request body|Response|Examples?|Request"
    return re.sub(rf"^(#* ?)({names})$", lambda found: found[1] + found[2].upper(), text, flags=re.MULTILINE)


def with_line_ends(text: str) -> str:
    """Lines ended as Windows does."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


HARMLESS = [reflowed, reordered, spaced, reworded, shouted, with_line_ends]


def harmless(contract: Contract, *, rendered: bool, english: bool) -> Iterator[Edit]:
    """Those of HARMLESS that a page of *contract* in such a form can be put to."""
    for edit in HARMLESS:
        # The text as rendered has a line for every cell and every block; only its routes can change places.
        fits = {
            reflowed: not rendered,
            spaced: not rendered,
            reordered: not rendered or len(contract.routes) > 1,
            shouted: english,
        }
        if fits.get(edit, True):
            yield edit


OWN_EDITED = [
    pytest.param(contract, style, edit, id=f"{contract.id}-{style.name}-{edit.__name__}")
    for contract in CONTRACTS
    for style in FORMATS
    for edit in harmless(contract, rendered=style is RENDERED, english=style is not TRANSLATED)
]
REAL_EDITED = [
    pytest.param(contract, edit, id=f"{contract.id}-{edit.__name__}")
    for contract in READ
    for edit in harmless(
        contract, rendered=contract.id == "event-cancel.v1.0", english=contract.standing != "translated"
    )
]


@pytest.mark.parametrize(("contract", "style", "edit"), OWN_EDITED)
def test_an_edit_of_anything_else_is_none(contract: Contract, style: Format, edit: Edit, tmp_path: Path) -> None:
    check_harmless(edit, written(facts_of(contract), style, contract.page), contract, tmp_path)


@pytest.mark.parametrize(("contract", "edit"), REAL_EDITED)
def test_an_edit_of_anything_else_on_a_real_page_is_none(
    contract: Contract, edit: Edit, real: str, tmp_path: Path
) -> None:
    check_harmless(edit, real, contract, tmp_path)


def check_harmless(edit: Edit, text: str, contract: Contract, folder: Path) -> None:
    edited = edit(text)

    assert edited != text
    assert moved(edited, contract, folder) == []
