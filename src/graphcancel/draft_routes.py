"""
The routes of a draft, and the operation that all of them share.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphcancel.claims import Known, parted
from graphcancel.facts import Kind
from graphcancel.restating import OPTIONAL, Statement, all_optional, slug
from graphcancel.yaml_text import boolean, listed, quoted, scalar

_PLACEHOLDERS: Final[Mapping[str, str]] = {
    "calendargroups": "calendar-group",
    "joinedgroups": "group",
    "instances": "event",
    "calendarview": "event",
    "bookingbusinesses": "business",
}
"""What stands behind a segment, where its singular would not tell."""

_INTEGERS: Final = frozenset({"integer", "int16", "int32", "int64", "byte"})
_NUMBERS: Final = frozenset({"number", "double", "single", "float", "decimal"})

Stated = Mapping[tuple[Kind, str], Statement]


def routes(facts: Known, stated: Stated) -> Iterator[str]:
    """The keys `paths` and `components` of a draft, line by line."""
    walks = {about: value for (kind, about), value in facts.items() if kind == "route"}
    anchor = re.sub(r"[^A-Za-z0-9]", "", next(iter(walks)).rpartition("/")[2]) or "action"
    parameters: dict[str, str] = {}
    mixed = {"id", "id, upn"} <= {value for (kind, about), value in facts.items() if _of_a_user(kind, about)}
    yield "\npaths:"
    for number, (walk, written) in enumerate(walks.items()):
        addressing = facts.get(("addressing", walk), "id")
        template, named = _template(walk, by_id=mixed and addressing == "id")
        for name in named:
            parameters[name] = ", x-addressing: [id, upn]" if "," in addressing and name == named[0] else ""
        line = (
            re.sub(r"([{<][^}>]*)([}>])", r"\1 | userPrincipalName\2", written, count=1)
            if "," in addressing
            else written
        )
        yield f"  {template}:"
        yield f"    x-written: {scalar(line)}"
        references = (f'{{$ref: "#/components/parameters/{name}"}}' for name in named)
        yield f"    parameters: [{', '.join(references)}]"
        if number:
            yield f"    post: *{anchor}"
        else:
            yield f"    post: &{anchor}"
            yield from (f"      {each}" for each in _operation(facts, stated))
    if parameters:
        yield "\ncomponents:"
        yield "  parameters:"
        for name, addressing in parameters.items():
            yield f"    {name}: {{name: {name}, in: path, required: true, schema: {{type: string}}{addressing}}}"


def _of_a_user(kind: Kind, about: str) -> bool:
    return kind == "addressing" and " /users/{}" in about


def _template(walk: str, *, by_id: bool) -> tuple[str, list[str]]:
    """
    A route with its placeholders named after what stands before them, and these names; no name stands twice.

    Args:
        by_id: Whether its user is named by the id alone, and another route's by more: two parameters then.
    """
    named: list[str] = []
    segments = walk.partition(" ")[2].split("/")
    for index, segment in enumerate(segments):
        if segment == "{}":
            word = singular(segments[index - 1]) if index > 1 else "item"
            word = f"{word}-id" if word == "user" and by_id and not named else word
            word = "appointment" if word == "event" and "business" in named else word
            number = sum(re.fullmatch(rf"{re.escape(word)}(-\d+)?", name) is not None for name in named)
            named.append(f"{word}-{number + 1}" if number else word)
            segments[index] = f"{{{named[-1]}}}"
    return "/".join(segments), named


def singular(segment: str) -> str:
    """What one of *segment* is called in a placeholder: `events` hold an `event`."""
    if segment.lower() in _PLACEHOLDERS:
        return _PLACEHOLDERS[segment.lower()]
    word = slug(segment)
    for plural, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ss", "ss"), ("s", "")):
        if word.endswith(plural):
            return word.removesuffix(plural) + one
    return word


def _operation(facts: Known, stated: Stated) -> Iterator[str]:
    yield f"x-clause: {next(each.id for key, each in stated.items() if key[0] == 'route')}"
    yield from _request(facts, stated)
    yield "responses:"
    statuses = facts["status", ""].split(", ")
    body = facts.get(("body", ""))
    for number, status in enumerate(statuses):
        yield f'  "{status}":  # TODO: who is answered so, if the page tells: x-when: {{actor: organizer}}'
        yield f"    description: {'done' if number == 0 else 'done as well'}"
        yield f"    x-clause: {stated['status', ''].id}"
        if number or body is None:
            continue
        clause = stated["body", ""].id
        if body == "empty":
            yield f"    x-empty-body: {clause}"
        else:
            schema = f"{{{_type(body, always=True)}, x-clause: {clause}}}"
            yield f"    content: {{application/json: {{schema: {schema}}}}}"
    for status in (about for kind, about in facts if kind == "error"):
        yield f'  "{status}":  # TODO: who is answered so, or when: x-when: {{actor: …}}, {{circumstance: …}}'
        yield "    description: refused"
        yield f"    x-clause: {stated['error', status].id}"
        yield from (f"    {each}" for each in _refusal(status, facts, stated))


def _request(facts: Known, stated: Stated) -> Iterator[str]:
    table = [about for kind, about in facts if kind == "property"]
    bodies = _bodies(facts)
    extra = {each: value for body in bodies.values() for each, value in body.items() if each not in table}
    if not table and not extra:
        return
    required = [name for name in table if facts.get(("optionality", name)) == "required"]
    yield "requestBody:"
    yield f"  required: {boolean(bool(required))}"
    if all_optional(facts):
        yield f"  x-clause: {OPTIONAL}"
    yield "  content:"
    yield "    application/json:"
    yield "      schema:"
    yield "        type: object"
    if required:
        yield f"        required: {listed(required)}"
    yield "        properties:"
    shapes = {"camel", "pascal"}
    for name in table:
        word = facts.get(("type", name))
        optional = ", x-optional: true" if facts.get(("optionality", name)) == "optional" else ""
        shape = _shape(name, shapes) if word == "string" else ""
        kind = f"{_type(word)}, " if word else ""
        yield f"          {scalar(name)}: {{{kind}{shape}x-clause: {stated['property', name].id}{optional}}}"
    for name, value in extra.items():
        shape = _shape(name, shapes) if isinstance(value, str) else ""
        clause = next(
            each.id for key, each in stated.items() if key[0] == "example-property" and parted(key[1])[0] == name
        )
        yield f"          {scalar(name)}: {{type: {_json_type(value)}, {shape}x-clause: {clause}}}"
    yield "        # TODO: x-delivered: attendees, organizer or customer, where the page says who reads the text"
    if bodies:
        yield "      examples:"
        for name, body in bodies.items():
            yield f"        {name}: {{value: {quoted(body)}}}"


def _bodies(facts: Known) -> dict[str, dict[str, Any]]:
    """The bodies of the examples that have one, by the example's name in a contract."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for (kind, about), value in facts.items():
        if kind == "example-property":
            name, number = parted(about)
            found[f"page-{number}" if number else "page"][name] = json.loads(value)
    return dict(found)


def _refusal(status: str, facts: Known, stated: Stated) -> Iterator[str]:
    kinds: tuple[tuple[str, Kind], ...] = (("code", "error-code"), ("message", "error-sentence"))
    exact = {name: kind for name, kind in kinds if (kind, status) in facts}
    if not exact:
        return
    yield "content:"
    yield "  application/json:"
    yield "    schema:"
    yield "      type: object"
    yield "      required: [error]"
    yield "      properties:"
    yield "        error:"
    yield "          type: object"
    yield f"          required: {listed(exact)}"
    yield "          properties:"
    for name, kind in exact.items():
        yield f"            {name}: {{const: {quoted(facts[kind, status])}, x-clause: {stated[kind, status].id}}}"


def _shape(name: str, left: set[str]) -> str:
    """The body shape that has *name* alone, taken from those that no other has; empty where none is left."""
    shape = "pascal" if name[:1].isupper() else "camel"
    if shape not in left:
        return ""
    left.remove(shape)
    return f"x-shape: {shape}, "


def _type(word: str, *, always: bool = False) -> str:
    """
    A page's word for a type as JSON Schema has it, with the word itself where that says less.

    Args:
        always: Whether the word is to be kept in any case.
    """
    collection = word.endswith("collection") or word.startswith("collection")
    known = {"string", "boolean", "object"}
    plain = word if word in known else "integer" if word in _INTEGERS else "number" if word in _NUMBERS else "object"
    kind = "array" if collection else plain
    return f"type: {kind}" if kind == word and not always else f"type: {kind}, x-type: {scalar(word)}"


def _json_type(value: object) -> str:
    """What JSON Schema calls the type of *value*."""
    kinds: dict[type, str] = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return kinds.get(type(value), "string")
