"""
What the trees of one path item mean, their references followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from graphcancel.errors import MetadataError
from graphcancel.metadata import Declared, Parameter
from graphcancel.printing import printable

PREFIX: Final = "#/components/"
Pointer = tuple[str, str]
"""Section and name of a component."""

_COMBINED: Final = ("allOf", "anyOf", "oneOf")
_STEPS: Final = 200
"""References and alternatives that one operation may lead through."""


class Missing(Exception):  # noqa: N818 - nothing is wrong yet
    """A component that is referred to and was not read yet."""

    def __init__(self, pointer: Pointer) -> None:
        super().__init__(pointer)
        self.pointer = pointer


@dataclass(slots=True)
class Item:
    """A path item that matters, as trees."""

    path: str
    line: int | None
    verbs: tuple[str, ...] = ()
    post: Any = None
    elsewhere: Any = None


class Meaning:
    """
    What the trees of one operation mean, its references followed.

    Raises:
        Missing: A component that is referred to is not among *components*.
        MetadataError: References lead in a circle or out of the file.
    """

    def __init__(self, path: Path, components: Mapping[Pointer, Any]) -> None:
        self._path = path
        self._components = components
        self._left = _STEPS

    def declared(self, item: Item) -> Declared:
        """The call of *item*."""
        operation = self._mapping(item.post)
        body = self.followed(operation.get("requestBody"))
        if "responses" not in operation:
            raise self._nothing(f"the responses of {printable(item.path[:200])}")
        responses = {status: self.followed(each) for status, each in self._mapping(operation["responses"]).items()}
        successes = {status: each for status, each in responses.items() if status.startswith("2")}
        carried = [media for each in successes.values() for media in self._mapping(each.get("content"))]
        return Declared(
            call=f"POST {item.path}",
            statuses=tuple(successes),
            returns=carried[0] if carried else "",
            body_required=_is_true(body.get("required")),
            parameters=tuple(self._parameters(self._schema(body)).values()),
            line=item.line,
        )

    def followed(self, node: Any) -> dict[str, Any]:
        """*node*, or what it refers to."""
        found = self._mapping(node)
        while "$ref" in found:
            self._step(found["$ref"])
            found = self._mapping(self._component(found["$ref"]))
        return found

    def _step(self, reference: Any) -> None:
        self._left -= 1
        if self._left < 0:
            raise MetadataError(
                f"{self._path}: {str(reference)[:80]!r}: more than {_STEPS} references follow one another, as in a "
                "circle; correct them"
            )

    def _component(self, reference: Any) -> Any:
        section, slash, name = str(reference).removeprefix(PREFIX).partition("/")
        if not str(reference).startswith(PREFIX) or not slash or "/" in name:
            raise MetadataError(
                f"{self._path}: refers to {str(reference)[:80]!r}, which is none of its components; write it out there"
            )
        pointer = (section, unquote(name).replace("~1", "/").replace("~0", "~"))
        if pointer not in self._components:
            raise Missing(pointer)
        return self._components[pointer]

    def _schema(self, body: Mapping[str, Any]) -> Any:
        content = self._mapping(body.get("content"))
        media = next((name for name in content if "json" in name), next(iter(content), None))
        return self._mapping(content.get(media)).get("schema") if media else None

    def _parameters(self, schema: Any) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        required = self._gather(schema, found)
        return {name: replace(each, required=name in required) for name, each in found.items()}

    def _gather(self, schema: Any, found: dict[str, Parameter]) -> set[str]:
        """Add the properties of *schema* to *found*; returns the names required, which may be those of its siblings."""
        schema = self.followed(schema)
        required = {name for name in _listed(schema.get("required")) if isinstance(name, str)}
        for key in _COMBINED:
            needs = [self._gather(part, found) for part in self._parts(schema, key)]
            # Of alternatives, one may do without what another needs.
            required |= set().union(*needs) if key == "allOf" else set.intersection(*needs) if needs else set()
        for name, each in self._mapping(schema.get("properties")).items():
            found[name] = Parameter(name, self._type(each), required=False)
        return required

    def _type(self, schema: Any) -> str:
        schema = self.followed(schema)
        given = schema.get("type", "")
        named = [each for each in _listed(given) or [given] if isinstance(each, str) and each not in {"null", ""}]
        if named:
            return named[0]
        inner = next(filter(None, (self._type(part) for key in _COMBINED for part in self._parts(schema, key))), "")
        return inner or ("string" if "enum" in schema else "object" if "properties" in schema else "")

    def _parts(self, schema: Mapping[str, Any], key: str) -> Iterator[Any]:
        for part in _listed(schema.get(key)):
            self._step(key)
            yield part

    def _mapping(self, node: Any) -> dict[str, Any]:
        if isinstance(node, str):
            raise self._nothing(f"a mapping, where {node[:40]!r} stands")
        return node if isinstance(node, dict) else {}

    def _nothing(self, what: str) -> MetadataError:
        return MetadataError(f"{self._path}: lacks {what}; is it whole?")


def _is_true(node: Any) -> bool:
    """Whether YAML 1.2 reads a scalar so: `true`, `True` or `TRUE`."""
    return isinstance(node, str) and node in {"true", "True", "TRUE"}


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []
