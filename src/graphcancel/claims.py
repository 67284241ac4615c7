"""
A contract as the facts its page claims (`graphcancel.facts`), each with the key of the file that holds it.

Only what a page says to the letter becomes a fact. Restatements, standings and what a person knows besides do not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphcancel.facts import Fact, Kind, Page
from graphcancel.segments import first_named, walk_of

if TYPE_CHECKING:
    from graphcancel.contract import Contract

Known = Mapping[tuple[Kind, str], str]
"""What is claimed, by the key of its fact."""

FROM_TABLE: Final = "request-body."
"""What the clause of a property begins with that the page's table lists; others only its example has."""

HOME: Final[Mapping[Kind, str]] = {
    "route": "paths",
    "addressing": "components.parameters",
    "status": "paths.….responses",
    "body": "paths.….responses",
    "property": "paths.….requestBody",
    "type": "paths.….requestBody",
    "optionality": "paths.….requestBody",
    "header": "x-headers",
    "header-type": "x-headers",
    "header-value": "x-headers",
    "header-required": "x-headers",
    "permission": "x-permissions",
    "permission-higher": "x-permissions",
    "cloud": "x-clouds",
    "error": "paths.….responses",
    "error-code": "paths.….responses",
    "error-sentence": "paths.….responses",
    "example-request": "x-examples",
    "example-header": "x-examples",
    "example-property": "paths.….requestBody.….examples",
    "example-status": "x-examples",
    "number": "x-numbers",
}
"""Where in a contract file facts of a kind belong."""

SECTION: Final[Mapping[Kind, str]] = {
    "cloud": "introduction",
    "permission": "permissions",
    "permission-higher": "permissions",
    "route": "http-request",
    "addressing": "http-request",
    "header": "request-headers",
    "header-type": "request-headers",
    "header-value": "request-headers",
    "header-required": "request-headers",
    "property": "request-body",
    "type": "request-body",
    "optionality": "request-body",
    "status": "response",
    "body": "response",
    "example-request": "example",
    "example-header": "example",
    "example-property": "example",
    "example-status": "example",
}
"""The section of a page that facts of a kind stand in; errors and numbers may stand in any."""

_FIRST_ERROR: Final = 400
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Claim:
    """
    A fact of a contract.

    Attributes:
        key: Where it stands in the contract's file, as messages name keys: `x-headers[0].value`.
    """

    fact: Fact
    key: str


def facts_of(contract: Contract) -> tuple[Fact, ...]:
    """Every fact of *contract*, in the order of a page."""
    return tuple(claim.fact for claim in claims_of(contract))


def section_of(fact: Fact, page: Page) -> str:
    """The section of *page* that *fact* stands in, by its kind, else by its line."""
    return SECTION.get(fact.kind) or section_at(fact.line, page)


def section_at(line: int | None, page: Page) -> str:
    """The section of *page* that *line* stands in."""
    above = [heading.section for heading in page.headings if line is not None and heading.line <= line]
    return above[-1] if above else "introduction"


def claims_of(contract: Contract) -> tuple[Claim, ...]:
    """Every fact of *contract* with the key that holds it; no two facts share what they claim."""
    document = contract.document
    found: dict[tuple[Kind, str], Claim] = {}
    for claim in (
        *_clouds(document),
        *_permissions(document),
        *_routes(contract),
        *_headers(document),
        *_operations(document),
        *_examples(document),
        *_numbers(document),
    ):
        found.setdefault(claim.fact.key, claim)
    return tuple(found.values())


def _clouds(document: Mapping[str, Any]) -> Iterator[Claim]:
    for name, row in document.get("x-clouds", {}).items():
        yield _claim("cloud", name, "available" if row["available"] else "not available", f"x-clouds.{name}.available")


def _permissions(document: Mapping[str, Any]) -> Iterator[Claim]:
    for kind, cell in document.get("x-permissions", {}).items():
        key = f"x-permissions.{kind}"
        yield _claim("permission", kind, ", ".join(cell["least"]) or "not supported", f"{key}.least")
        if "higher" in cell:
            yield _claim("permission-higher", kind, ", ".join(cell["higher"]), f"{key}.higher")


def _routes(contract: Contract) -> Iterator[Claim]:
    for route in contract.routes:
        line = first_named(route.written)
        walk = walk_of(line)
        yield _claim("route", walk, line, f"paths.{route.template}.x-written")
        # A path without a placeholder names nobody.
        if "{}" in walk or route.addressings == ("me",):
            yield _claim("addressing", walk, ", ".join(route.addressings), f"paths.{route.template}.parameters")


def parted(about: str) -> tuple[str, str]:
    """What a fact is about, and the number of the page's example it belongs to; empty for the first and for others."""
    found = re.fullmatch(r"(.*?) ?\(example ([0-9]+)\)", about, re.DOTALL)
    return (found[1], found[2]) if found else (about, "")


def _headers(document: Mapping[str, Any]) -> Iterator[Claim]:
    for number, row in enumerate(document.get("x-headers", ())):
        name, key = row["name"], f"x-headers[{number}]"
        yield _claim("header", name, "", f"{key}.name")
        if "type" in row:
            yield _claim("header-type", name, row["type"], f"{key}.type")
        if "value" in row:
            yield _claim("header-value", name, row["value"], f"{key}.value")
        if "required" in row:
            yield _claim("header-required", name, "required" if row["required"] else "optional", f"{key}.required")


def _operations(document: Mapping[str, Any]) -> Iterator[Claim]:
    """What the operations claim, one after the other; what stands in several counts once, under its first route."""
    statuses: dict[str, str] = {}
    rest: list[Claim] = []
    for template, item in document["paths"].items():
        place = f"paths.{template}.post"
        rest += _properties(item["post"], f"{place}.requestBody.content.{_JSON}.schema")
        for status, answer in item["post"]["responses"].items():
            key = f"{place}.responses.{status}"
            if int(status) < _FIRST_ERROR:
                statuses.setdefault(status, key)
                rest += _success(answer, key)
            else:
                rest += _error(status, answer, key)
    if statuses:
        yield _claim("status", "", ", ".join(statuses), next(iter(statuses.values())))
    yield from rest


def _properties(operation: Mapping[str, Any], key: str) -> Iterator[Claim]:
    if "requestBody" not in operation:
        return
    schema = operation["requestBody"]["content"][_JSON]["schema"]
    required = schema.get("required", ())
    for name, item in schema["properties"].items():
        if not item["x-clause"].startswith(FROM_TABLE):
            continue
        place = f"{key}.properties.{name}"
        yield _claim("property", name, "", place)
        word = item.get("x-type", item.get("type"))
        if word:
            yield _claim("type", name, word, f"{place}.{'x-type' if 'x-type' in item else 'type'}")
        if name in required:
            yield _claim("optionality", name, "required", f"{key}.required")
        elif "x-optional" in item:
            yield _claim("optionality", name, "optional", f"{place}.x-optional")


def _success(answer: Mapping[str, Any], key: str) -> Iterator[Claim]:
    if "x-empty-body" in answer:
        yield _claim("body", "", "empty", f"{key}.x-empty-body")
    elif "content" in answer:
        word = answer["content"][_JSON]["schema"].get("x-type")
        if word:
            yield _claim("body", "", word, f"{key}.content.{_JSON}.schema.x-type")


def _error(status: str, answer: Mapping[str, Any], key: str) -> Iterator[Claim]:
    yield _claim("error", status, "", key)
    if "content" in answer:
        exact = answer["content"][_JSON]["schema"]["properties"]["error"]["properties"]
        place = f"{key}.content.{_JSON}.schema.properties.error.properties"
        kinds: tuple[tuple[Kind, str], ...] = (("error-code", "code"), ("error-sentence", "message"))
        for kind, name in kinds:
            if name in exact:
                yield _claim(kind, status, exact[name]["const"], f"{place}.{name}.const")


def _examples(document: Mapping[str, Any]) -> Iterator[Claim]:
    around = document.get("x-examples", {})
    bodies: dict[str, tuple[Mapping[str, Any], str]] = {}
    for template, item in document["paths"].items():
        content = item["post"].get("requestBody", {}).get("content", {}).get(_JSON, {})
        key = f"paths.{template}.post.requestBody.content.{_JSON}.examples"
        for name, example in content.get("examples", {}).items():
            bodies.setdefault(name, (example["value"], f"{key}.{name}.value"))
    for name in sorted({*around, *bodies}, key=lambda name: int(name.partition("-")[2] or 1)):
        number = name.partition("-")[2]
        suffix = f" (example {number})" if number else ""
        example, key = around.get(name, {}), f"x-examples.{name}"
        if "request" in example:
            yield _claim("example-request", suffix.strip(), example["request"], f"{key}.request")
        for header, value in example.get("headers", {}).items():
            yield _claim("example-header", f"{header.lower()}{suffix}", value, f"{key}.headers.{header}")
        body, place = bodies.get(name, ({}, ""))
        for each, value in body.items():
            shown = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            yield _claim("example-property", f"{each}{suffix}", shown, f"{place}.{each}")
        if "status" in example:
            yield _claim("example-status", suffix.strip(), str(example["status"]), f"{key}.status")


def _numbers(document: Mapping[str, Any]) -> Iterator[Claim]:
    for section, numbers in document.get("x-numbers", {}).items():
        yield _claim("number", section, numbers, f"x-numbers.{section}")


def _claim(kind: Kind, about: str, value: str, key: str) -> Claim:
    return Claim(Fact(kind, about, value), key)
