"""
Published metadata against contracts.

A contract was made from a page, not from metadata, and the two have never agreed in everything. So few differences are
drift: a route of a current page that the file lacks or spells in another case, and a property of its body that the
file lacks, spells in another case or gives another type. All else in which they differ is a dispute between two
sources: it was there when the contract was written and says nothing of what moved since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from graphcancel.claims import Known, facts_of
from graphcancel.contract import Contract, Route
from graphcancel.difference import Change, Difference
from graphcancel.errors import MetadataError
from graphcancel.facts import Kind
from graphcancel.metadata import VERSIONS, Declared, Metadata, Sighting
from graphcancel.segments import shown

CURRENT: Final = "current"
_ME, _USER = "/me/", "/users/{user}/"
_NUMBERS: Final = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True)
class Compared:
    """
    One contract held against a file.

    Attributes:
        found: How many of its routes are there, spelled as on the page or in another case.
        differences: In the order routes, properties, answer.
    """

    contract: str
    standing: str
    routes: int
    found: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class MetadataDrift:
    """
    A file held against contracts.

    Attributes:
        notes: What a reader must know of how it was read.
    """

    place: str
    format: str
    version: str
    contracts: tuple[Compared, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def moved(self) -> bool:
        """Whether anything is drift."""
        return any(difference.moved for each in self.contracts for difference in each.differences)

    def as_json(self) -> dict[str, Any]:
        """All of it as one object."""
        return {
            "place": self.place,
            "format": self.format,
            "version": self.version,
            "moved": self.moved,
            "contracts": [
                {"id": each.contract, "standing": each.standing, "routes": each.routes, "found": each.found}
                for each in self.contracts
            ],
            "differences": [
                {**difference.as_json(), "moved": difference.moved}
                for each in self.contracts
                for difference in each.differences
            ],
            "notes": list(self.notes),
        }


def compare_metadata(
    metadata: Metadata, contracts: Sequence[Contract], version: str | None, *, chosen: bool
) -> MetadataDrift:
    """
    Hold *metadata* against those of *contracts* that are of its version.

    Args:
        version: Which version the file describes; None to believe the file.
        chosen: Whether somebody named these contracts, so that none may be left out.

    Raises:
        MetadataError: Nobody says which version it is, or no contract, or not each chosen one, is of it.
    """
    version = version or metadata.version
    if version is None:
        told = " or ".join(f"--version {each}" for each in VERSIONS)
        raise MetadataError(f"{metadata.place}: does not say which version of the API it describes; add {told}")
    fitting = [contract for contract in contracts if contract.routes and contract.version == version]
    left = [contract for contract in contracts if contract not in fitting]
    if (chosen and left) or not fitting:
        wrong = left[0]
        why = f"is of {wrong.version}" if wrong.routes else "has no routes"
        raise MetadataError(
            f"{metadata.place}: describes {version}, but {wrong.id} {why}; name another with --contract"
        )
    notes: list[str] = []
    if metadata.version not in {None, version}:
        notes.append(
            f"the file says that it describes {metadata.version}; it was taken for {version}, as --version says"
        )
    compared = tuple(_compared(metadata, contract, notes) for contract in fitting)
    return MetadataDrift(metadata.place, metadata.format, version, compared, tuple(dict.fromkeys(notes)))


def _compared(metadata: Metadata, contract: Contract, notes: list[str]) -> Compared:
    sightings = {route: _sight(metadata, route, notes) for route in contract.routes}
    there = {route: sighting.declared for route, sighting in sightings.items() if sighting.declared}
    if not there:
        notes.append(
            f"no route of {contract.id} is in the file; if it describes one part or cloud, name with --contract what "
            "it is about"
        )
    known = {fact.key: fact.value for fact in facts_of(contract)}
    differences = [
        *_of_routes(metadata, contract, sightings),
        *_summed(there, lambda declared: _of_body(metadata, contract, known, declared)),
        *_summed(there, lambda declared: _of_answer(metadata, contract, known, declared)),
    ]
    if contract.standing != CURRENT:
        # Its routes are known not to be those of today, so nothing follows from what is missing.
        differences = [replace(difference, change="disputed") for difference in differences]
    return Compared(contract.id, contract.standing, len(contract.routes), len(there), tuple(differences))


def _sight(metadata: Metadata, route: Route, notes: list[str]) -> Sighting:
    """Look *route* up; one of `/me` below `/users`, where the file leaves all of `/me` out."""
    template = route.template
    if template.startswith(_ME) and metadata.leaves_out("me"):
        notes.append("the file has nothing below /me; those routes were looked for below /users/{id}")
        return metadata.sight(template.replace(_ME, _USER, 1))
    return metadata.sight(template)


def _of_routes(metadata: Metadata, contract: Contract, sightings: Mapping[Route, Sighting]) -> Iterator[Difference]:
    for route, sighting in sightings.items():
        about = f"POST {shown(route.template)}"
        if sighting.declared is None:
            yield _difference(metadata, contract, "removed", "route", about, route.written, sighting.missing)
        elif not sighting.exact:
            call = sighting.declared.call
            yield _difference(metadata, contract, "changed", "route", about, route.written, call, sighting.declared)
    for declared in metadata.beside([route.template for route in contract.routes]):
        yield _difference(metadata, contract, "disputed", "route", shown(declared.call), "", declared.call, declared)


def _of_body(metadata: Metadata, contract: Contract, known: Known, declared: Declared) -> Iterator[Difference]:
    given = {parameter.name: parameter for parameter in declared.parameters}
    types = _types(contract)
    for names in _spellings(contract):
        exact = next((given[name] for name in names if name in given), None)
        alike = next((each for name, each in given.items() if name.casefold() == names[0].casefold()), None)
        found = exact or alike
        written = ", ".join(names)
        if found is None:
            yield _difference(metadata, contract, "removed", "property", names[0], written, "", declared)
            continue
        if exact is None:
            yield _difference(metadata, contract, "changed", "property", names[0], written, found.name, declared)
        documented = types.get(names[0], "")
        if documented and not _alike(documented, found.type):
            # A file that stopped telling the type does not give another.
            change: Change = "changed" if found.type else "disputed"
            yield _difference(metadata, contract, change, "type", names[0], documented, found.type, declared)
        if found.required and contract.optional_clause:
            yield _difference(metadata, contract, "disputed", "optionality", names[0], "optional", "required", declared)
        elif not found.required and any(known.get(("optionality", name)) == "required" for name in names):
            yield _difference(metadata, contract, "disputed", "optionality", names[0], "required", "optional", declared)
    listed = {names[0].casefold() for names in _spellings(contract)}
    for name in given:
        if name.casefold() not in listed:
            yield _difference(metadata, contract, "disputed", "property", name, "", name, declared)


def _of_answer(metadata: Metadata, contract: Contract, known: Known, declared: Declared) -> Iterator[Difference]:
    if declared.body_required and contract.optional_clause:
        yield _difference(metadata, contract, "disputed", "optionality", "", "optional", "a body is required", declared)
    success = contract.success
    if success is None:
        return
    if declared.statuses is not None:
        statuses = ", ".join(declared.statuses) or "none declared"
        if statuses != str(success.status):
            yield _difference(metadata, contract, "disputed", "status", "", str(success.status), statuses, declared)
    returned = known.get(("body", ""), "")
    if returned and bool(declared.returns) == (returned == "empty"):
        yield _difference(metadata, contract, "disputed", "body", "", returned, declared.returns, declared)


def _summed(there: Mapping[Route, Declared], judge: Callable[[Declared], Iterable[Difference]]) -> Iterator[Difference]:
    """What *judge* finds of each route: once where it is the same of all, else with the route."""
    found: dict[tuple[str, ...], dict[Route, Difference]] = {}
    for route, declared in there.items():
        for each in judge(declared):
            alike = (each.change, each.kind, each.about, each.documented, each.found)
            found.setdefault(alike, {})[route] = each
    for differences in found.values():
        if len(differences) == len(there):
            yield next(iter(differences.values()))
        else:
            for route, each in differences.items():
                yield replace(each, about=f"{each.about} (POST {shown(route.template)})".lstrip())


def _difference(
    metadata: Metadata,
    contract: Contract,
    change: Change,
    kind: Kind,
    about: str,
    documented: str,
    found: str,
    declared: Declared | None = None,
) -> Difference:
    line = f":{declared.line}" if declared and declared.line else ""
    return Difference(contract.id, change, kind, about, documented, found, f"{metadata.place}{line}")


def _spellings(contract: Contract) -> list[list[str]]:
    """The names a page gives the properties of the body, those that differ in case alone together."""
    found: dict[str, dict[str, None]] = {}
    for each in contract.properties:
        found.setdefault(each.name.casefold(), {})[each.name] = None
    return [list(names) for names in found.values()]


def _types(contract: Contract) -> dict[str, str]:
    """Each property's type in JSON, as the contract has it."""
    found: dict[str, str] = {}
    for item in contract.document["paths"].values():
        content = item["post"].get("requestBody", {}).get("content", {})
        for media in content.values():
            for name, schema in media["schema"].get("properties", {}).items():
                found.setdefault(name, str(schema.get("type", "")))
    return found


def _alike(documented: str, found: str) -> bool:
    return documented == found or {documented, found} <= _NUMBERS
