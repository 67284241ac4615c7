"""
The documents tell the truth: files exist, tables and numbers equal what they describe. No server is started.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import get_args

import pytest
from documented import DOCS, DOCUMENTS, README, ROOT, TOKENS, cases, codes, contracts, fences, table, tables

from graphcancel import (
    actors,
    changes,
    deviations,
    document_includes,
    document_text,
    drift_text,
    matching,
    proof,
    proving,
    run,
    runfile,
    targetfile,
    tokenfile,
    waivers,
)
from graphcancel.case import addressed_routes
from graphcancel.contract import Contract
from graphcancel.evidence import Finding
from graphcancel.facts import Fact, Page
from graphcancel.record import Record
from graphcancel.suite import Suite
from graphcancel.verdict import Verdict
from graphmock import editions, faults, rules

PLACES = re.compile(
    r"(?:src|contracts|tests|docs|cassettes|deviations|benches)(?:/[\w.-]+)*/?|[\w.-]+\.(?:toml|py|ini)"
)
# Files that others write.
WRITTEN = {"target.toml", "parity.toml", "src/graphcancel/declining.py"}


# -- target files -----------------------------------------------------------------------------------------------------


def test_the_target_file_of_the_documents_is_accepted(target_file) -> None:
    described = targetfile.read_target(str(target_file), TOKENS)

    assert set(described.actors) == set(actors.ACTORS)
    assert described.gates is None
    assert described.waived


def test_the_keys_of_a_target_file_are_those_documented() -> None:
    top, actor = tables(DOCS / "running.md", "key", "meaning")

    assert set(codes(top)) == set(targetfile._KEYS)
    assert set(codes(actor)) == set(actors.ACTOR_KEYS)
    words = " ".join(row[1] for row in top)
    assert all(f"`{name}`" in words for name in (*targetfile._RESOURCES, *targetfile.PATIENCE, *targetfile.CLOUDS))


def test_each_flow_is_documented_with_whom_it_is_for_and_what_it_needs() -> None:
    rows = table(DOCS / "running.md", "flow", "for", "needs", "good for")

    assert codes(rows) == list(actors.FLOWS)
    for flow, whom, needs, _ in rows:
        name = flow.strip("`")
        whose = "`app`" if name in actors.APP_ONLY else "people" if name in actors.DELEGATED | {"none"} else "all"
        assert whom == whose
        required, optional = actors._NEEDS[name]
        named = set(re.findall(r"`([a-z_]+)`", needs))
        assert set(required) - {"user"} <= named <= {*required, *optional}


def test_the_variable_of_the_token_cache_is_documented() -> None:
    assert f"`{tokenfile.VARIABLE}`" in (DOCS / "running.md").read_text(encoding="utf-8")


# -- contracts, cases, verdicts ---------------------------------------------------------------------------------------


def expected_row(contract: Contract) -> tuple[str, ...]:
    """The README's row of *contract*."""
    own = [case for case in cases() if case.contract == contract.id]
    observed = sum(1 for case in own if case.kind == "observation")
    verdicts = [f"{len(own) - observed} pass", *([f"{observed} observed"] if observed else [])]
    success = contract.answer(actor="organizer")
    return (
        f"[{contract.id}](contracts/{contract.id}.yaml)",
        f"{contract.page}, {contract.edition}",
        contract.standing,
        str(len(contract.routes) or "–"),
        str(len(list(addressed_routes(contract))) or "–"),
        str(success.status if success else "–"),
        str(len(own)),
        ", ".join(verdicts),
    )


def test_the_readmes_table_equals_the_contracts() -> None:
    heads = ("contract", "page", "standing", "routes", "addressed", "success", "cases", "verdict on the mock")
    rows = [expected_row(contract) for contract in contracts()]

    assert table(README, *heads) == rows, "it should read:\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def test_the_readmes_output_counts_the_cases_there_are() -> None:
    shown = "\n".join(line for _, line in fences(README, "text"))
    observed = sum(1 for case in cases() if case.kind == "observation")

    assert f"{len(contracts())} contracts, {len(cases())} cases" in shown
    assert f"(exit 0): {len(cases()) - observed} pass, {observed} observed;" in shown


def test_the_readme_counts_the_mocks_assumptions() -> None:
    assumed = sum(1 for rule in rules.RULES if rule.evidence == "assumed")

    words = " ".join(README.read_text(encoding="utf-8").split())

    assert f"{assumed} of its {len(rules.RULES)} rules rest on nobody's word" in words


def test_the_keys_of_a_run_are_those_documented(target_file, tmp_path) -> None:
    known = deviations.Deviation("known.toml", 1, "*", "*", "why", "who", dt.date.max)
    finding = Finding("response.status", False, "202", "", "no answer", late_s=1.0)
    verdict = Verdict("fail", (finding,), "no answer", {"observation": "absent"})
    described = targetfile.read_target(str(target_file), TOKENS)
    suite = Suite(contracts(), cases(), described, "", (known,), started="2026-01-01T00:00:00+00:00")
    suite.runfile = runfile.RunFile(tmp_path, "target", suite.header())
    line = suite.line(Record(cases()[0], verdict, (), "curl", 0.5))
    suite.runfile.case(line)
    suite.lines = {line["id"]: line}
    suite.conclude(0)
    header, case, footer = map(json.loads, (suite.runfile.folder / "run.jsonl").read_text("utf-8").splitlines())

    documented = [set(codes(rows)) for rows in tables(DOCS / "verdicts.md", "key", "meaning")]

    assert [set(header), set(case), set(case["clauses"][0]), set(footer)] == documented
    text = (DOCS / "verdicts.md").read_text(encoding="utf-8")
    for name in (*header["deviations"][0], *case["clauses"][0]["deviation"], *footer["deviations"][0]):
        assert f"`{name}`" in text, name
    assert all(f"`{state}`" in text for state in get_args(deviations.State))


def test_the_keys_of_a_deviation_are_those_documented() -> None:
    readme = ROOT / "deviations" / "README.md"
    keys = [line.partition("=")[0].strip() for _, line in fences(readme, "toml") if "=" in line]

    assert keys == list(deviations.KEYS)


def test_what_can_be_waived_is_documented() -> None:
    text = (DOCS / "running.md").read_text(encoding="utf-8").partition("**Waivers.**")[2].partition("\n\n")[0]

    assert set(re.findall(r"`([a-z_]+)`", text)) == set(waivers.FAMILIES)


def test_the_verdicts_are_those_documented() -> None:
    assert set(codes(table(DOCS / "verdicts.md", "verdict", "when", "in pytest"))) == set(run.VERDICTS)


def test_the_outcomes_of_a_proof_are_those_documented() -> None:
    shown = {cells[0] for cells in table(DOCS / "proving.md", "outcome", "of a", "meaning")}
    outcomes = (
        proof.KILLED, proof.OTHERWISE, proof.SURVIVED, proof.QUIET, proof.ALARM, proof.BLIND, proof.NOT_FOOLED,
        proof.FOOLED, proof.NO_VERDICT,
    )  # fmt: skip

    assert shown == set(outcomes)


def test_the_mocks_editions_are_those_documented() -> None:
    assert set(codes(table(DOCS / "mock.md", "edition", "differs in"))) == set(editions.EDITIONS)


# -- pages, drift, proofs ---------------------------------------------------------------------------------------------


def test_the_bounds_of_a_page_are_those_documented() -> None:
    text = (DOCS / "reading-pages.md").read_text(encoding="utf-8")

    for bound in (document_text.SIZE, document_text.LINES, document_text.LONGEST, document_text.BRACKETS):
        assert f"{bound:,} " in text
    assert f"at most {document_includes.DEPTH}\ndeep and {document_includes.MOST} in all" in text


def test_the_kinds_of_change_are_those_documented() -> None:
    moving, told = tables(DOCS / "comparing.md", "kind", "what it says")

    assert codes(moving) == list(changes.MOVING)
    assert codes(told) == [kind for kind in changes.TOLD if kind not in changes.MOVING]


@pytest.mark.parametrize("page", ["writing-a-contract.md", "new-contract.md", "proving.md"])
def test_a_fault_is_a_line_where_the_documentation_says(page) -> None:
    (named,) = re.findall(r"a line in one of\s+`(src/graphmock/[\w*]+\.py)`", (DOCS / page).read_text("utf-8"))
    lines = "".join(table.read_text("utf-8") for table in ROOT.glob(named))

    assert [fault.name for fault in faults.FAULTS if f'"{fault.name}"' not in lines] == []


def test_the_json_of_drift_is_as_documented() -> None:
    contract = contracts()[0]
    page = Page("page.md", None, None, "markdown", (Fact("status", "", "200"),), (), "")
    found = drift_text.as_json([matching.hold(page, contract)])

    differences, pages = tables(DOCS / "drift.md", "key", "meaning")

    assert codes(differences) == list(found["differences"][0])
    assert codes(pages) == list(found["pages"][0])


def test_the_keys_of_a_proof_are_those_documented() -> None:
    """`proof.json`, and one result in it."""
    result = proof.Result("name", "fault", "clause", "killed", 1.0, 1)
    written = [*proving.Proven((), (result,)).as_json(), "whole", "workers", "seconds"]
    text = (DOCS / "proving.md").read_text(encoding="utf-8")

    rows = table(DOCS / "proving.md", "key", "meaning")
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row[0])) == sorted(written)
    listed = re.search(r"the keys are (.*?)\.\n\n", text, re.DOTALL)
    assert listed
    assert sorted(re.findall(r"`(\w+)`", listed[1])) == sorted(proof.as_json(result))


# -- files and modules ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    named = [code for code in re.findall(r"`([^`\n]+)`", text) if PLACES.fullmatch(code) and code not in WRITTEN]

    assert [link for link in links if not (path.parent / link).exists()] == []
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_headings_meet_one(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", path.read_text(encoding="utf-8")):
        file, _, anchor = link.partition("#")
        meant = path.parent / file if file else path
        headings = re.findall(r"^#+ (.*)$", meant.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("package", "heads"), [
    ("graphcancel", ("module", "what it is")),
    ("graphmock", ("modules", "what they are")),
])  # fmt: skip
def test_the_modules_of_the_architecture_are_the_real_ones(package: str, heads: tuple[str, str]) -> None:
    named = [name for row in table(ROOT / "ARCHITECTURE.md", *heads) for name in re.findall(r"`(\w+)`", row[0])]

    assert sorted(named) == sorted(
        path.stem for path in (ROOT / "src" / package).glob("*.py") if path.stem != "__init__"
    )


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    text = README.read_text(encoding="utf-8")

    assert [path.name for path in DOCS.glob("*.md") if f"](docs/{path.name})" not in text] == []
