"""
Reads CSDL, the XML form of an OData model, element by element: what routes do not lead through is not kept.

No document type is let in: it is there that entities are declared which grow as they are read, or fetch other files.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.parsers import expat

from graphcancel.csdl_model import JSON_TYPES, Action, Model, Step
from graphcancel.errors import MetadataError
from graphcancel.metadata import beginning, no_action, version_in
from graphcancel.segments import PLACEHOLDER, action_of, segments
from graphcancel.streamed import DEPTH, Tell

TYPES: Final = 100_000
"""Types that may be kept: the largest published file has 5,000."""

_AT_ONCE: Final = 1 << 20  # expat reads an unfinished element again with each piece
_BY_KEY: Final = "IndexableByKey"
_NAVIGATION: Final = "NavigationProperty"
# Both spellings that XML Schema has for each.
_TRUE: Final = frozenset({"true", "1"})
_FALSE: Final = frozenset({"false", "0"})


def read_csdl(path: Path, templates: Collection[str], tell: Tell) -> Model:
    """
    Read what the CSDL file *path* says of the routes *templates*. Its version is told by its name.

    Raises:
        MetadataError: It cannot be read, is no CSDL or knows none of the actions.
    """
    if not beginning(path).startswith((b"<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MetadataError(f"{path}: is no XML; give OpenAPI with --openapi")
    names = {action_of(template) for template in templates}
    wanted = {segment.casefold() for template in templates for segment in segments(template)[:-1]} - {PLACEHOLDER}
    reader = _Reader(path, wanted, {name.casefold() for name in names})
    reader.read(tell)
    if not reader.actions:
        raise no_action(path, names)
    return reader.model()


class _Reader:
    """
    Takes the elements of a CSDL file one by one.

    Args:
        wanted: Names of sets, singletons and properties that routes lead through, in one case.
        names: Names of actions, in one case.
    """

    def __init__(self, path: Path, wanted: Collection[str], names: Collection[str]) -> None:
        self._path = path
        self._wanted = wanted
        self._names = names
        self._open: list[str] = []
        self._namespace = ""
        self._container = ""
        self._owner: str | None = None  # the type or container that is open, the container as ""
        self._target: tuple[str, str] | None = None  # owner and name of what annotations speak of
        self._records: list[dict[str, str]] = []
        self._action: Action | None = None
        self._kept = 0
        self._aliases: dict[str, str] = {}
        self._bases: dict[str, str] = {}
        self._simple: dict[str, str] = {}
        self._steps: dict[str, dict[str, str]] = {}
        self._no_key: set[tuple[str, str]] = set()
        self.actions: list[Action] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def read(self, tell: Tell) -> None:
        """Read all of the file."""
        read = 0
        try:
            with self._path.open("rb") as file:
                while piece := file.read(_AT_ONCE):
                    self._parser.Parse(piece, False)
                    read += len(piece)
                    tell(read)
                self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            raise MetadataError(
                f"{self._path}: line {error.lineno}, column {error.offset + 1}: {said}; is it whole, and is it CSDL?"
            ) from None
        except (LookupError, ValueError):
            raise MetadataError(f"{self._path}: is in no encoding that is known here; give it as UTF-8") from None

    def model(self) -> Model:
        """What was read, names written out."""
        named = Model("", None, self._aliases, {}, {}, (), {})
        no_key = {(self._of(named, owner), name) for owner, name in self._no_key}
        return Model(
            place=str(self._path),
            version=version_in(self._path.name),
            aliases=self._aliases,
            bases={name: named.qualified(base) for name, base in self._bases.items()},
            steps={
                owner: tuple(Step(name, type_, (owner, name) not in no_key) for name, type_ in steps.items())
                for owner, steps in self._steps.items()
            },
            actions=tuple(self.actions),
            simple=self._simple,
        )

    def _of(self, named: Model, owner: str) -> str:
        qualified = named.qualified(owner)
        return "" if qualified == self._container else qualified

    def _refuse_doctype(self, *_: object) -> None:
        raise MetadataError(
            f"{self._path}: has a document type, as web pages have and CSDL has not; fetch the file itself"
        )

    def _start(self, element: str, attributes: Mapping[str, str]) -> None:
        tag = element.rpartition(" ")[2]
        if not self._open and tag != "Edmx":
            raise MetadataError(f"{self._path}: is XML, but no CSDL: it begins with {tag[:40]}; name a CSDL file")
        self._open.append(tag)
        if len(self._open) > DEPTH:
            raise MetadataError(f"{self._path}: nested more than {DEPTH} levels deep; no published file is")
        handler = getattr(self, f"_on_{tag.lower()}", None)
        if handler:
            handler(attributes)

    def _end(self, _: str) -> None:
        tag = self._open.pop()
        if tag == "Action" and self._action:
            self.actions.append(self._action)
            self._action = None
        elif tag in {"EntityType", "ComplexType", "EntityContainer"}:
            self._owner = None
        elif tag in {_NAVIGATION, "Property", "EntitySet", "Singleton", "Annotations"}:
            self._target = None
        elif tag == "Record" and self._records:
            record = self._records.pop()
            if record.get(_BY_KEY) in _FALSE and _NAVIGATION not in record:
                self._mark()

    def _on_schema(self, attributes: Mapping[str, str]) -> None:
        self._namespace = attributes.get("Namespace", "")
        if "Alias" in attributes:
            self._aliases[attributes["Alias"]] = self._namespace

    def _on_include(self, attributes: Mapping[str, str]) -> None:
        if "Alias" in attributes:
            self._aliases[attributes["Alias"]] = attributes.get("Namespace", "")

    def _on_entitytype(self, attributes: Mapping[str, str]) -> None:
        self._owner = f"{self._namespace}.{attributes.get('Name', '')}"
        if "BaseType" in attributes:
            self._bases[self._owner] = attributes["BaseType"]
        self._bound()

    _on_complextype = _on_entitytype

    def _on_enumtype(self, attributes: Mapping[str, str]) -> None:
        self._simple[f"{self._namespace}.{attributes.get('Name', '')}"] = "string"
        self._bound()

    def _on_typedefinition(self, attributes: Mapping[str, str]) -> None:
        underlying = JSON_TYPES.get(attributes.get("UnderlyingType", ""), "string")
        self._simple[f"{self._namespace}.{attributes.get('Name', '')}"] = underlying
        self._bound()

    def _on_entitycontainer(self, attributes: Mapping[str, str]) -> None:
        self._owner = ""
        self._container = f"{self._namespace}.{attributes.get('Name', '')}"

    def _on_navigationproperty(self, attributes: Mapping[str, str]) -> None:
        self._step(attributes, attributes.get("Type", ""))

    _on_property = _on_singleton = _on_navigationproperty

    def _on_entityset(self, attributes: Mapping[str, str]) -> None:
        self._step(attributes, f"Collection({attributes.get('EntityType', '')})")

    def _step(self, attributes: Mapping[str, str], type_: str) -> None:
        name = attributes.get("Name", "")
        if self._owner is not None and name.casefold() in self._wanted:
            self._steps.setdefault(self._owner, {})[name] = type_
            self._target = (self._owner, name)
            self._bound()

    def _on_annotations(self, attributes: Mapping[str, str]) -> None:
        owner, slash, name = attributes.get("Target", "").partition("/")
        self._target = (owner, name) if slash and name.casefold() in self._wanted else None

    def _on_annotation(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("Term", "").endswith(f".{_BY_KEY}") and attributes.get("Bool") in _FALSE:
            self._mark()

    def _on_record(self, _: Mapping[str, str]) -> None:
        self._records.append({})

    def _on_propertyvalue(self, attributes: Mapping[str, str]) -> None:
        if self._records:
            self._records[-1][attributes.get("Property", "")] = attributes.get("Bool", "")

    def _on_action(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("Name", "")
        if attributes.get("IsBound") in _TRUE and name.casefold() in self._names:
            self._action = Action(name, "", (), "", self._parser.CurrentLineNumber)
            self._bound()

    def _on_parameter(self, attributes: Mapping[str, str]) -> None:
        if not self._action:
            return
        type_ = attributes.get("Type", "")
        if not self._action.bound:
            self._action = replace(self._action, bound=type_)
            return
        nullable = attributes.get("Nullable") not in _FALSE
        parameter = (attributes.get("Name", ""), type_, nullable)
        self._action = replace(self._action, parameters=(*self._action.parameters, parameter))

    def _on_returntype(self, attributes: Mapping[str, str]) -> None:
        if self._action:
            self._action = replace(self._action, returns=attributes.get("Type", ""))

    def _mark(self) -> None:
        if self._target:
            self._no_key.add(self._target)

    def _bound(self) -> None:
        self._kept += 1
        if self._kept > TYPES:
            raise MetadataError(
                f"{self._path}: more than {TYPES} types and properties matter here; no such model exists"
            )
