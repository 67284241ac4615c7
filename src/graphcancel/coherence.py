"""
The last two gates a contract file passes: its clauses fit its facts, and its routes fit the page's own lines.

The schema sees one value at a time; what is checked here needs two places of the file at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from graphcancel.errors import ContractError
from graphcancel.schema import nearest
from graphcancel.segments import shown, walk_of
from graphcancel.strict_yaml import label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Rules about what a call brings about: no key of a request or an answer can point to them.
RULES: Final = ("effect.", "occurrence.", "delete.", "organizer.only")


def check_clauses(document: dict[str, Any], path: Path) -> None:
    """
    Check that what a fact points to is a clause, and that every clause is pointed to, a rule, or untestable.

    Raises:
        ContractError: One of them is not.
    """
    known = document["x-clauses"]
    used: dict[str, str] = {}
    for part in ("x-clouds", "x-permissions", "x-headers", "paths", "components"):
        for place, name in _references(document.get(part, {}), part):
            used.setdefault(name, place)
    for name, place in used.items():
        if name not in known:
            hint = nearest(name, known)
            msg = f"{label(path)}: {place}: clause {name!r} is not under x-clauses{hint}; add it there"
            raise ContractError(msg)
    # A contract without routes is all rules.
    rules = tuple(known) if not document["paths"] else RULES
    for name, item in known.items():
        if name not in used and "x-untestable" not in item and not name.startswith(rules):
            msg = f"{label(path)}: x-clauses.{name}: no fact points to it; name it in an x-clause, or remove it"
            raise ContractError(msg)


def _references(part: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"x-clause", "x-empty-body"} and isinstance(value, str):
                yield f"{place}.{key}", value
            else:
                yield from _references(value, f"{place}.{key}")
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _references(value, f"{place}[{index}]")


def check_names(document: dict[str, Any], path: Path) -> None:
    """
    Check that a contract is named after its action, and that a parameter bears the name it is known by.

    Raises:
        ContractError: One is not, or does not.
    """
    about = document["x-document"]
    if about["id"] != about["action"] and not about["id"].startswith(f"{about['action']}."):
        msg = (
            f"{label(path)}: x-document.action: found {about['action']!r}; allowed is what {about['id']!r} begins with"
        )
        raise ContractError(msg)
    for name, parameter in document.get("components", {}).get("parameters", {}).items():
        if parameter["name"] != name:
            place = f"components.parameters.{name}.name"
            msg = f"{label(path)}: {place}: found {parameter['name']!r}; allowed is {name!r}, its key"
            raise ContractError(msg)


def check_routes(document: dict[str, Any], path: Path) -> None:
    """
    Check that no route stands twice or calls another action, and that each walks the segments of the page's own line.

    Raises:
        ContractError: One does, or does not.
    """
    seen: dict[str, str] = {}
    action = document["x-document"]["action"]
    known = document.get("components", {}).get("parameters", {})
    for template, item in document["paths"].items():
        deed = template.rpartition("/")[2]
        if action.rpartition("-")[2] != deed.lower():
            msg = f"{label(path)}: paths.{template}: calls {deed}, x-document.action is {action!r}; correct one of them"
            raise ContractError(msg)
        # Two templates that differ in placeholder names only are one route to a server.
        walk = shown(template)
        if walk in seen:
            msg = f"{label(path)}: paths.{template}: the same route as {seen[walk]}; remove one of them"
            raise ContractError(msg)
        seen[walk] = template
        if walk_of(item["x-written"]) != f"POST {walk}":
            msg = (
                f"{label(path)}: paths.{template}.x-written: found {item['x-written']!r},"
                " which walks other segments than its key; correct one of them"
            )
            raise ContractError(msg)
        named = [parameter["$ref"].rpartition("/")[2] for parameter in item["parameters"]]
        placeholders = re.findall(r"\{([^}]*)\}", template)
        if sorted(named) != sorted(placeholders) or not known.keys() >= set(named):
            msg = (
                f"{label(path)}: paths.{template}.parameters: found {', '.join(named)}; allowed are"
                f" {', '.join(placeholders)}, each under components.parameters"
            )
            raise ContractError(msg)
