"""
A page made data: reads `contracts/*.yaml` and hands out frozen values.

Each file is OpenAPI 3.1 with keys of our own (`x-…`), described by `contracts/schema.json`. A file passes four gates
in this order, and the first that refuses it raises `ContractError` with the file, the key and the remedy:

    text      YAML, every key once and written as text, no alias inside itself (`strict_yaml`)
    schema    contracts/schema.json, which refuses every x- key it does not know (`schema`)
    clauses   what a fact points to is a clause of this file, and what is a clause is pointed to (`coherence`)
    routes    no route twice; the template and the page's own line walk the same segments (`coherence`)

Contracts hold what pages claim. Nothing here knows how a service behaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from graphcancel.coherence import check_clauses, check_names, check_routes
from graphcancel.errors import ContractError
from graphcancel.schema import read_against, schema_at
from graphcancel.strict_yaml import label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from jsonschema import Draft202012Validator

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
        shape: Name of the body shape that uses it: camel, pascal, kommentar, message; None where it holds no text, so
            that no shape has it alone.
        delivered_to: Who is to read its text (attendees, organizer, customer), None where the page is silent.
    """

    name: str
    shape: str | None
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

    @property
    def texts(self) -> tuple[BodyProperty, ...]:
        """The properties that hold a text, each of which some body shape sends alone."""
        return tuple(item for item in self.properties if item.shape)

    @property
    def success(self) -> Answer | None:
        """What the plain call is answered when all is well, None where the page gives no such status."""
        plain = (answer for answer in self.answers if answer.circumstance is None)
        return next((answer for answer in plain if 200 <= answer.status < 300), None)  # noqa: PLR2004 - RFC 9110, 15.3

    @property
    def caller(self) -> str:
        """The actor whose call the page says succeeds; the organizer where it does not tell callers apart."""
        return (self.success and self.success.actor) or "organizer"

    @property
    def deed(self) -> str:
        """What the action is called in a path: the last segment of its routes, `cancel`; empty without routes."""
        return self.routes[0].template.rpartition("/")[2] if self.routes else ""

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
    schema = schema_at(folder / "schema.json")
    chosen = sorted(set(only) or paths, key=_rank)
    return tuple(_contract(paths[name], schema) for name in chosen)


def _contract(path: Path, schema: Draft202012Validator) -> Contract:
    document = read_against(path, schema)
    about = document["x-document"]
    if about["id"] != path.stem:
        msg = f"{label(path)}: x-document.id: found {about['id']!r}, the file is named {path.stem!r}; rename one"
        raise ContractError(msg)
    check_names(document, path)
    check_clauses(document, path)
    check_routes(document, path)
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
        optional_clause=next(filter(None, (item.get("requestBody", {}).get("x-clause") for item in operations)), None),
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
    if "requestBody" not in operation:
        return
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    for name, item in schema["properties"].items():
        yield BodyProperty(name, item.get("x-shape"), item["x-clause"], item.get("x-delivered"))


def _answers(operation: dict[str, Any]) -> Iterator[Answer]:
    for status, item in operation["responses"].items():
        when = item.get("x-when", {})
        schema = item["content"]["application/json"]["schema"] if "content" in item else {}
        # What is returned on success has a type and no such property.
        message = schema.get("properties", {}).get("error", {}).get("properties", {}).get("message", {})
        yield Answer(
            status=int(status),
            actor=when.get("actor"),
            circumstance=when.get("circumstance"),
            clause=item["x-clause"],
            empty_body_clause=item.get("x-empty-body"),
            message=message.get("const"),
            message_clause=message.get("x-clause"),
        )


def _rank(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.0)
    return f"{name}: no such contract, the nearest is {close[0]}; known are {', '.join(known)}"
