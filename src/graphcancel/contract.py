"""
A page made data: reads `contracts/*.yaml` and hands out frozen values.

Each file is OpenAPI 3.1 with keys of our own (`x-…`), described by `contracts/schema.json`. A file passes four gates
in this order, and the first that refuses it raises `ContractError` with the file, the key and the remedy:

    text      YAML, every key once and written as text, no alias inside itself
    schema    contracts/schema.json, which refuses every x- key it does not know
    clauses   what a fact points to is a clause of this file, and what is a clause is pointed to
    routes    no route twice; the template and the page's own line walk the same segments

Contracts hold what pages claim. Nothing here knows how a service behaves.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from graphcancel.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from jsonschema.exceptions import ValidationError

ORDER: Final = (
    "event-cancel.v1.0",
    "event-cancel.beta",
    "event-cancel.beta-2021",
    "event-cancel.beta-2017.de",
    "event-cancel.stub",
    "bookingappointment-cancel.stub",
    "bookingappointment-cancel.v1.0",
    "graph-conventions",
)
"""The order in which contracts are told everywhere; one not named here comes last."""

NOT_CONTRACTS: Final = frozenset({"disputes.yaml"})

# Rules about what a call brings about: no key of a request or an answer can point to them.
RULES: Final = ("effect.", "occurrence.", "delete.", "organizer.only")


@dataclass(frozen=True, slots=True)
class Clause:
    """
    One statement of a page.

    Attributes:
        heading: The page's heading, in the page's language; "Introduction" before the first.
        says: The statement, restated.
        untestable: Why no case can judge it, or None.
        cloud: The only cloud a target may stand in for this clause to be judged, or None for any.
    """

    contract: str
    id: str
    heading: str
    says: str
    untestable: str | None = None
    cloud: str | None = None

    @property
    def name(self) -> str:
        """Give the clause with its contract, in one word: `event-cancel.v1.0#response.status`."""
        return f"{self.contract}#{self.id}"


@dataclass(frozen=True, slots=True)
class Route:
    """
    A documented URL template, without version.

    Attributes:
        template: Distinct placeholder names: `/users/{user}/events/{event}/cancel`.
        written: The page's line to the letter, with its verb.
        addressings: `("me",)`, `("id",)`, or `("id", "upn")` where the page lets either name the user.
        clause: Id of the clause that lists it.
    """

    contract: str
    template: str
    written: str
    addressings: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class BodyProperty:
    """
    A property name the page gives for the body, in its table or in its example.

    Attributes:
        shape: Name of the body shape that uses it: camel, pascal, kommentar, message.
        delivered_to: Who is to read its text (attendees, customer), None where the page is silent.
    """

    name: str
    shape: str
    clause: str
    delivered_to: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A documented answer.

    Attributes:
        actor: Who is answered so; None where the page does not tell callers apart.
        circumstance: What makes the difference (`unknown-id`); None for the plain call.
        clause: Id of the clause that gives the status.
        empty_body_clause: Id of the clause that says the body is empty, if one does.
        message: `error.message` to the letter, if the page quotes it.
        message_clause: Id of the clause that quotes it.
    """

    status: int
    actor: str | None
    circumstance: str | None
    clause: str
    empty_body_clause: str | None = None
    message: str | None = None
    message_clause: str | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """
    One cell of the permission table; both tuples empty: not supported.

    Attributes:
        kind: delegated-work, delegated-personal, application; `scope` where the page has one sentence for all.
    """

    kind: str
    least: tuple[str, ...]
    higher: tuple[str, ...]
    clause: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """One row of the request-header table; None for a column the page lacks."""

    name: str
    type: str | None
    value: str | None
    required: bool | None
    clause: str


@dataclass(frozen=True, slots=True)
class Observation:
    """
    What is expected where no clause speaks.

    Attributes:
        expected: A short text such as `403 ErrorAccessDenied`; None where nobody has said.
        mark: O observed in published traffic, R reported by somebody, U unknown (expected is then a guess, or None).
        source: Where that was said.
    """

    name: str
    says: str
    expected: str | None
    mark: str
    source: str


@dataclass(frozen=True, slots=True)
class Contract:
    """
    One page in one edition.

    Attributes:
        action: Contracts of one action are compared with each other.
        standing: current, superseded, translated or draft.
        version: The version segment its routes are called under: v1.0, beta or both.
        url: Public address of the page; empty where it never had one.
        sha256: Of the page's text; None where the page is known second-hand.
        optional_clause: Id of the clause that lets the body's property be left out, if one does.
        document: The file as it is, for OpenAPI tools.
    """

    id: str
    action: str
    page: str
    edition: str
    standing: str
    version: str
    url: str
    revision: str
    sha256: str | None
    routes: tuple[Route, ...]
    properties: tuple[BodyProperty, ...]
    optional_clause: str | None
    answers: tuple[Answer, ...]
    clauses: Mapping[str, Clause] = field(hash=False)
    permissions: tuple[Permission, ...]
    clouds: Mapping[str, bool] = field(hash=False)
    headers: tuple[Header, ...]
    observations: Mapping[str, Observation] = field(hash=False)
    document: Mapping[str, Any] = field(hash=False, repr=False)

    def answer(self, *, actor: str | None = None, circumstance: str | None = None) -> Answer | None:
        """
        Tell what *actor* is answered in *circumstance*, or None where the page says nothing.

        Both must be named by the page, but for one thing: where it does not tell callers apart, it speaks of whoever
        may call, and that is the organizer. Without *actor*, the first answer of the circumstance is given.
        """
        found = [answer for answer in self.answers if answer.circumstance == circumstance]
        if actor is None:
            return next(iter(found), None)
        exact = (answer for answer in found if answer.actor == actor)
        anybody = (answer for answer in found if answer.actor is None and actor == "organizer")
        return next(exact, None) or next(anybody, None)


def contract_ids(folder: Path) -> tuple[str, ...]:
    """List the ids of the contracts in *folder*, in `ORDER`."""
    return tuple(sorted((path.stem for path in folder.glob("*.yaml") if path.name not in NOT_CONTRACTS), key=_rank))


def load_contracts(folder: Path, only: Collection[str] = ()) -> tuple[Contract, ...]:
    """
    Load the contracts of *folder*, in `ORDER`.

    Args:
        folder: Holds `schema.json` and one `<id>.yaml` a contract; `disputes.yaml` is not one.
        only: Ids to load; empty for all.

    Raises:
        ContractError: A file is refused, or *only* names none that is there.
    """
    paths = {path.stem: path for path in folder.glob("*.yaml") if path.name not in NOT_CONTRACTS}
    if not paths:
        msg = f"{folder}: no contract files here; name the folder that holds schema.json and the *.yaml files"
        raise ContractError(msg)
    for name in only:
        if name not in paths:
            raise ContractError(_unknown(name, sorted(paths, key=_rank)))
    schema = _schema(folder / "schema.json")
    chosen = sorted(set(only) or paths, key=_rank)
    return tuple(_contract(paths[name], schema) for name in chosen)


def read_yaml(path: Path) -> Any:
    """
    Read the YAML file *path*, refusing what would be lost on the way: a key given twice, a key that is no text.

    Raises:
        ContractError: The file cannot be read as such.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        msg = f"{_label(path)}: cannot be read ({reason}); restore it"
        raise ContractError(msg) from None
    loader = LOADER(text)
    try:
        _refuse_depth(text, path)
        node = loader.get_single_node()
        if node is None:
            msg = f"{_label(path)}: holds nothing; restore it"
            raise ContractError(msg)
        _survey(node, path, {}, set())
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        msg = f"{_label(path)}: {place}: {error.problem or error.context}; correct the YAML"
        raise ContractError(msg) from None
    except (yaml.YAMLError, ValueError, OverflowError, LookupError) as error:
        msg = f"{_label(path)}: {' '.join(str(error).split())[:120]}; correct the YAML"
        raise ContractError(msg) from None
    finally:
        loader.dispose()


# libyaml reads the files files in a tenth of the time; where PyYAML lacks it, slow is better than not.
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAML: Final = "tag:yaml.org,2002:"
# What JSON has as well. A date, a set or a Python object is text somebody forgot to quote, or mischief.
TAGS: Final = frozenset(YAML + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge"))
LIMIT: Final = 20_000
"""Nodes a file may have once its aliases are followed: more is a mistake, and would take minutes to validate."""


DEPTH: Final = 64
"""Levels a file may nest. libyaml builds its tree by recursion and takes the process down with it."""


def _refuse_depth(text: str, path: Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            msg = f"{_label(path)}: nested more than {DEPTH} levels deep; correct the YAML"
            raise ContractError(msg)


def _survey(node: yaml.Node, path: Path, sizes: dict[int, int], open_: set[int]) -> int:
    """Refuse what YAML permits and a contract must not have; returns the node's size with aliases followed."""
    key = id(node)
    if key in sizes:
        return sizes[key]
    line = node.start_mark.line + 1
    if key in open_:
        msg = f"{_label(path)}: line {line}: an alias inside its own anchor; write the inner one out"
        raise ContractError(msg)
    if node.tag not in TAGS:
        msg = f"{_label(path)}: line {line}: found a value of type {node.tag.removeprefix(YAML)}; put it in quotes"
        raise ContractError(msg)
    open_.add(key)
    size = 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            _refuse_key(name, seen, path)
            size += 1 + _survey(value, path, sizes, open_)
    elif isinstance(node, yaml.SequenceNode):
        size += sum(_survey(item, path, sizes, open_) for item in node.value)
    if size > LIMIT:
        msg = f"{_label(path)}: line {line}: more than {LIMIT} values once aliases are followed; write fewer aliases"
        raise ContractError(msg)
    open_.discard(key)
    sizes[key] = size
    return size


def _refuse_key(key: yaml.Node, seen: set[str], path: Path) -> None:
    place = f"{_label(path)}: line {key.start_mark.line + 1}"
    if key.tag not in {f"{YAML}str", f"{YAML}merge"}:
        shown = key.value if isinstance(key, yaml.ScalarNode) else "made of a list or mapping"
        msg = f"{place}: key {shown} is not text; put it in quotes"
        raise ContractError(msg)
    if key.value in seen:
        msg = f"{place}: key {key.value!r} a second time; remove one of them"
        raise ContractError(msg)
    seen.add(key.value)


def read_checked(path: Path, part: str = "") -> Any:
    """
    Read the YAML file *path* and hold it against the `schema.json` beside it.

    Args:
        path: Stands in the folder of `schema.json`.
        part: A name under the schema's `$defs`; empty for the whole, a contract file.

    Raises:
        ContractError: The file cannot be read, or the schema refuses it.
    """
    return _checked(path, _schema(path.parent / "schema.json", part))


def _checked(path: Path, schema: Draft202012Validator) -> Any:
    document = read_yaml(path)
    error = best_match(schema.iter_errors(document))
    if error is not None:
        msg = f"{_label(path)}: {_explain(error)}"
        raise ContractError(msg)
    return document


def _contract(path: Path, schema: Draft202012Validator) -> Contract:
    document = _checked(path, schema)
    about = document["x-document"]
    if about["id"] != path.stem:
        msg = f"{_label(path)}: x-document.id: found {about['id']!r}, the file is named {path.stem!r}; rename one"
        raise ContractError(msg)
    _check_clauses(document, path)
    _check_routes(document, path)
    operations = _operations(document)
    contract = about["id"]
    return Contract(
        id=contract,
        action=about["action"],
        page=about["page"],
        edition=about["edition"],
        standing=about["standing"],
        version=about["version"],
        url=about["url"],
        revision=about["revision"],
        sha256=about.get("sha256"),
        routes=tuple(_routes(document, contract)),
        properties=tuple(dict.fromkeys(item for operation in operations for item in _properties(operation))),
        optional_clause=next(filter(None, (item["requestBody"].get("x-clause") for item in operations)), None),
        answers=tuple(dict.fromkeys(item for operation in operations for item in _answers(operation))),
        clauses={
            name: Clause(contract, name, item["heading"], item["says"], item.get("x-untestable"), item.get("x-cloud"))
            for name, item in document["x-clauses"].items()
        },
        permissions=tuple(
            Permission(kind, tuple(cell["least"]), tuple(cell.get("higher", ())), cell.get("x-clause"))
            for kind, cell in document.get("x-permissions", {}).items()
        ),
        clouds={name: row["available"] for name, row in document.get("x-clouds", {}).items()},
        headers=tuple(
            Header(row["name"], row.get("type"), row.get("value"), row.get("required"), row["x-clause"])
            for row in document.get("x-headers", ())
        ),
        observations={
            name: Observation(name, item["says"], item["expected"], item["mark"], item["source"])
            for name, item in document.get("x-observations", {}).items()
        },
        document=document,
    )


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """List each operation once, though its anchor serves every route."""
    return list({id(item["post"]): item["post"] for item in document["paths"].values()}.values())


def _routes(document: dict[str, Any], contract: str) -> Iterator[Route]:
    for template, item in document["paths"].items():
        parameters = [_resolve(parameter, document) for parameter in item.get("parameters", ())]
        plain = ("me",) if template.startswith("/me/") else ("id",)
        addressings = next((tuple(each["x-addressing"]) for each in parameters if "x-addressing" in each), plain)
        yield Route(contract, template, item["x-written"], addressings, item["post"]["x-clause"])


def _resolve(parameter: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    name = parameter["$ref"].rpartition("/")[2]
    found: dict[str, Any] = document["components"]["parameters"][name]
    return found


def _properties(operation: dict[str, Any]) -> Iterator[BodyProperty]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    for name, item in schema["properties"].items():
        yield BodyProperty(name, item["x-shape"], item["x-clause"], item.get("x-delivered"))


def _answers(operation: dict[str, Any]) -> Iterator[Answer]:
    for status, item in operation["responses"].items():
        when = item.get("x-when", {})
        message: dict[str, Any] = {}
        if "content" in item:
            schema = item["content"]["application/json"]["schema"]
            message = schema["properties"]["error"]["properties"]["message"]
        yield Answer(
            status=int(status),
            actor=when.get("actor"),
            circumstance=when.get("circumstance"),
            clause=item["x-clause"],
            empty_body_clause=item.get("x-empty-body"),
            message=message.get("const"),
            message_clause=message.get("x-clause"),
        )


def _check_clauses(document: dict[str, Any], path: Path) -> None:
    known = document["x-clauses"]
    used: dict[str, str] = {}
    for part in ("x-clouds", "x-permissions", "x-headers", "paths", "components"):
        for place, name in _references(document.get(part, {}), part):
            used.setdefault(name, place)
    for name, place in used.items():
        if name not in known:
            hint = _nearest(name, known)
            msg = f"{_label(path)}: {place}: clause {name!r} is not under x-clauses{hint}; add it there"
            raise ContractError(msg)
    # A contract without routes is all rules.
    rules = tuple(known) if not document["paths"] else RULES
    for name, item in known.items():
        if name not in used and "x-untestable" not in item and not name.startswith(rules):
            msg = f"{_label(path)}: x-clauses.{name}: no fact points to it; name it in an x-clause, or remove it"
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


def _check_routes(document: dict[str, Any], path: Path) -> None:
    seen: dict[str, str] = {}
    known = document.get("components", {}).get("parameters", {})
    for template, item in document["paths"].items():
        # Two templates that differ in placeholder names only are one route to a server.
        walk = re.sub(r"\{[^}]*\}", "{}", template)
        if walk in seen:
            msg = f"{_label(path)}: paths.{template}: the same route as {seen[walk]}; remove one of them"
            raise ContractError(msg)
        seen[walk] = template
        written = re.sub(r"\{[^}]*\}|<[^>]*>", "{}", item["x-written"].removeprefix("POST "))
        if written != walk:
            msg = (
                f"{_label(path)}: paths.{template}.x-written: found {item['x-written']!r},"
                " which walks other segments than its key; correct one of them"
            )
            raise ContractError(msg)
        named = [parameter["$ref"].rpartition("/")[2] for parameter in item["parameters"]]
        placeholders = re.findall(r"\{([^}]*)\}", template)
        if sorted(named) != sorted(placeholders) or not known.keys() >= set(named):
            msg = (
                f"{_label(path)}: paths.{template}.parameters: found {', '.join(named)}; allowed are"
                f" {', '.join(placeholders)}, each under components.parameters"
            )
            raise ContractError(msg)


@lru_cache(maxsize=4)
def _schema_of(text: str, part: str) -> Draft202012Validator:
    schema = json.loads(text)
    # That it is valid JSON Schema is proved by the tests: to check it here takes as long as reading every contract.
    if not isinstance(schema, dict) or part not in {"", *schema.get("$defs", ())}:
        msg = f"no $defs.{part} in it" if part else "no object"
        raise ValueError(msg)
    if part:
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{part}"}
    return Draft202012Validator(schema)


def _schema(path: Path, part: str = "") -> Draft202012Validator:
    try:
        return _schema_of(path.read_text(encoding="utf-8"), part)
    except OSError as error:
        msg = f"{_label(path)}: cannot be read ({error.strerror}); restore it"
    except ValueError as error:
        msg = f"{_label(path)}: not a schema ({error}); restore it"
    raise ContractError(msg) from None


def _explain(error: ValidationError) -> str:
    """Say where, what was found and what is allowed, in one line."""
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    schema: Any = error.schema
    instance: Any = error.instance
    wanted: Any = error.validator_value
    found = _short(instance)
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", ()))
            extra = next(key for key in instance if key not in known)
            found, allowed = f"key {extra!r}", f"allowed are {', '.join(known)}{_nearest(extra, known)}"
        case "required":
            missing = next(key for key in wanted if key not in instance)
            found, allowed = f"no key {missing!r}", "add it"
        case "not":
            found, allowed = f"key {wanted['required'][0]!r}", "not allowed beside the others; remove it"
        case "pattern":
            allowed = f"allowed is what matches {wanted}"
        case "enum":
            allowed = f"allowed are {', '.join(map(str, wanted))}{_nearest(str(instance), [*map(str, wanted)])}"
        case "const":
            allowed = f"allowed is {wanted}"
        case "type":
            allowed = f"allowed is a value of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
        case _:
            allowed = f"allowed by schema.json is {error.validator} {_short(wanted)}"
    return f"{place or 'top level'}: found {found}; {allowed}"


WIDTH: Final = 80
"""Characters of a value that a message shows."""


def _short(value: object) -> str:
    text = " ".join((value if isinstance(value, str) else repr(value)).split())
    quoted = f"'{text}'" if isinstance(value, str) else text
    return quoted if len(quoted) <= WIDTH else f"{quoted[: WIDTH - 1]}…"


def _label(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _rank(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def _nearest(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" (nearest: {close[0]})" if close else ""


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.0)
    return f"{name}: no such contract, the nearest is {close[0]}; known are {', '.join(known)}"
