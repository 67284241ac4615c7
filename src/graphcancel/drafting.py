"""
A contract drafted from a page: every fact carried over, every clause in our own words, TODO where a person decides.

The draft is text, since comments and anchors are for people. It passes every gate of a contract file, and read back it
claims what the page claims; `drafted` refuses to give out one that does not.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from graphcancel.claims import Known, facts_of, parted, section_of
from graphcancel.contract import load_contracts
from graphcancel.draft_routes import Stated, routes, singular
from graphcancel.drift import compare_facts
from graphcancel.errors import ContractError, DriftError
from graphcancel.facts import Page
from graphcancel.restating import OPTIONAL, all_optional, statements
from graphcancel.yaml_text import boolean, listed, quoted, scalar

_HEADINGS: Final[Mapping[str, str]] = {
    "introduction": "Introduction",
    "permissions": "Permissions",
    "http-request": "HTTP request",
    "request-headers": "Request headers",
    "request-body": "Request body",
    "response": "Response",
    "errors": "Error responses",
    "example": "Example",
}
"""What a section is called where its page has lost the heading."""

_SHOWN: Final = 20
"""Lines not understood that a draft names one by one."""


def drafted(page: Page, schema: Path) -> str:
    """
    The draft of a contract of *page*, as YAML.

    Args:
        schema: `contracts/schema.json`, which the draft passes.

    Raises:
        DriftError: The page says too little, or what no contract can hold.
    """
    if not schema.is_file():
        raise DriftError(
            f"{schema.parent}: holds no schema.json; name the folder of the contract files with --contracts"
        )
    text = "\n".join(_lines(page)) + "\n"
    name = _identity(page)[0]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(schema, folder)
        (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8")
        try:
            (contract,) = load_contracts(Path(folder))
        except ContractError as error:
            reason = str(error).rpartition(".yaml: ")[2]
            raise DriftError(f"{page.place}: no contract can hold what it says: {reason}") from None
    lost = compare_facts(page.facts, facts_of(contract))
    if lost:
        shown = f"{lost[0].kind} {lost[0].about}".strip()
        raise DriftError(f"{page.place}: no contract can hold its {shown} ({len(lost)} such); write it by hand")
    return text


def _identity(page: Page) -> tuple[str, str]:
    """
    Id and action of the draft: `event-cancel`, for a title such as `event: cancel`.

    What is called is what the routes end in. A generator's title names it alone, and some a whole sentence: what it is
    done to then stands before it in the routes.
    """
    walk = next((fact.about for fact in page.facts if fact.kind == "route"), "")
    segments = [part for part in walk.partition(" ")[2].split("/") if part and part != "{}"]
    resource, told, deed = (page.title or "").partition(":")
    if not told:
        resource = "-".join(singular(part) for part in segments[-2:-1])
    words = [re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in (resource, (segments or [deed])[-1])]
    action = "-".join(filter(None, words))
    action = action if "-" in action else f"action-{action or 'unnamed'}"
    return f"{action}.{page.version or 'draft'}", action


def _lines(page: Page) -> Iterator[str]:
    facts = {fact.key: fact.value for fact in page.facts}
    for kind, section in (("route", "HTTP request"), ("status", "Response")):
        if not any(key[0] == kind for key in facts):
            raise DriftError(f"{page.place}: no {kind} was read, so no contract can be made of it; see {section}")
    other = next((value for (kind, _), value in facts.items() if kind == "route" and value[:5] != "POST "), None)
    if other:
        raise DriftError(f"{page.place}: {scalar(other)} is no POST; a contract holds the routes of an action only")
    stated = statements(page.facts)
    yield from _head(page)
    yield from _tables(facts, stated)
    yield from routes(facts, stated)
    yield from _extras(facts)
    yield from _clauses(page, stated)


def _head(page: Page) -> Iterator[str]:
    name, action = _identity(page)
    version = page.version or "v1.0"
    unknown = "" if page.version else "  # TODO: the page does not tell"
    title = scalar(page.title or action)
    yield f"# Drafted from a page; save it as contracts/{name}.yaml, then decide every TODO."
    for remark in page.remarks[:_SHOWN]:
        yield f"# TODO: line {remark.line} of the page could not be understood"
    if len(page.remarks) > _SHOWN:
        yield f"# TODO: nor could {len(page.remarks) - _SHOWN} more"
    yield "openapi: 3.1.0"
    yield "info:"
    yield f"  title: {title}"
    yield f"  version: {version}"
    yield "  description: What the action does has to be said.  # TODO: in your own words"
    yield f'servers: [{{url: "https://graph.microsoft.com/{version}"}}]'
    yield "x-document:"
    yield f"  id: {scalar(name)}"
    yield f"  action: {scalar(action)}"
    yield f"  page: {title}"
    yield f"  edition: {scalar(page.version or 'draft')}"
    yield "  standing: draft  # TODO: current, superseded, translated or draft; what is current gates"
    yield f"  version: {version}{unknown}"
    yield "  language: en  # TODO: of the headings and tables"
    yield '  url: ""  # TODO: where the page is published'
    yield "  revision: not told  # TODO: the commit or date of the text"
    yield f"  sha256: {scalar(page.sha256)}"


def _tables(facts: Known, stated: Stated) -> Iterator[str]:
    clouds = {about: value for (kind, about), value in facts.items() if kind == "cloud"}
    if clouds:
        yield "\nx-clouds:"
        for name, value in clouds.items():
            yield f"  {name}: {{available: {boolean(value == 'available')}, x-clause: {stated['cloud', name].id}}}"
    cells = {about: value for (kind, about), value in facts.items() if kind == "permission"}
    if cells:
        yield "\nx-permissions:"
        for name, value in cells.items():
            row = [f"least: {listed([] if value == 'not supported' else value.split(', '))}"]
            higher = facts.get(("permission-higher", name))
            row += [] if higher is None else [f"higher: {listed(filter(None, higher.split(', ')))}"]
            yield f"  {name}: {{{', '.join(row)}, x-clause: {stated['permission', name].id}}}"
    headers = [about for kind, about in facts if kind == "header"]
    if headers:
        yield "\nx-headers:"
        for name in headers:
            row = [f"name: {scalar(name)}"]
            row += [f"type: {scalar(facts['header-type', name])}"] if ("header-type", name) in facts else []
            row += [f"value: {scalar(facts['header-value', name])}"] if ("header-value", name) in facts else []
            if ("header-required", name) in facts:
                row.append(f"required: {boolean(facts['header-required', name] == 'required')}")
            yield f"  - {{{', '.join(row)}, x-clause: {stated['header', name].id}}}"


def _extras(facts: Known) -> Iterator[str]:
    """What the page's examples and numbers say besides."""
    examples: dict[str, dict[str, Any]] = {}
    for (kind, about), value in facts.items():
        if kind not in {"example-request", "example-header", "example-status"}:
            continue
        name, number = parted(about)
        example = examples.setdefault(f"page-{number}" if number else "page", {"headers": []})
        if kind == "example-header":
            example["headers"].append(f"{scalar(name)}: {quoted(value)}")
        else:
            example[kind] = value
    if examples:
        yield "\nx-examples:"
    for name, example in examples.items():
        yield f"  {name}:"
        if "example-request" in example:
            yield f"    request: {scalar(example['example-request'])}"
        if example["headers"]:
            yield f"    headers: {{{', '.join(example['headers'])}}}"
        if "example-status" in example:
            yield f"    status: {example['example-status']}"
    numbers = {about: value for (kind, about), value in facts.items() if kind == "number"}
    if numbers:
        yield "\nx-numbers:"
        yield from (f"  {section}: {quoted(value)}" for section, value in numbers.items())


def _clauses(page: Page, stated: Stated) -> Iterator[str]:
    yield "\n# TODO: what the action brings about (effect.…), and whom its call is kept for; see the other contracts."
    yield "x-clauses:"
    headings = {**_HEADINGS, **{heading.section: heading.text for heading in page.headings}}
    optional = all_optional({fact.key: fact.value for fact in page.facts})
    for key, clause in stated.items():
        if key[0] == "status" and optional:
            yield from _clause(OPTIONAL, headings["request-body"], f"{optional} may be left out")
        yield from _clause(clause.id, headings[section_of(clause.of, page)], clause.says)
        if clause.untestable:
            yield f"    x-untestable: {scalar(clause.untestable)}"
        if clause.cloud:
            yield f"    x-cloud: {clause.cloud}"


def _clause(name: str, heading: str, says: str) -> Iterator[str]:
    yield f"  {name}:"
    yield f"    heading: {scalar(heading)}"
    yield f"    says: {scalar(says)}"
