"""
What a published OpenAPI file says of actions, read as a flow: its paths may be many thousand, and few of them matter.

Kept are the path items whose last segment is one of the actions, and the components they refer to. A file is read once
where its components follow its paths and refer to nothing before them, as Microsoft's do; each further step back costs
another reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from graphcancel.errors import MetadataError
from graphcancel.metadata import Declared, Format, Parameter, Sighting, by_length, no_action, version_in
from graphcancel.segments import action_of, folded, segments
from graphcancel.streamed import Flow, Tell

VERBS: Final = ("get", "put", "post", "delete", "patch", "options", "head", "trace")
READINGS: Final = 6
"""How often a file may be read: each reading finds what the one before found to be needed."""

ITEMS: Final = 10_000
"""Path items that may be kept: in the largest published file, several hundred end in one action's name."""

_STEPS: Final = 200
"""References and alternatives that one operation may lead through."""
_ENOUGH: Final = 10_000
"""Beginnings of paths that are kept; a published file has a hundred."""

_LONGEST: Final = 2_000
"""Characters of a path that anybody could call."""

_PREFIX: Final = "#/components/"
_Pointer = tuple[str, str]
"""Section and name of a component."""


@dataclass(frozen=True, slots=True)
class OpenAPI:
    """
    An OpenAPI file, as far as it concerns some actions.

    Attributes:
        calls: Path (see `segments`) to what is declared for POST.
        others: Path to the verbs declared for it, where POST is not among them.
        roots: With what paths begin.
    """

    place: str
    version: str | None
    calls: Mapping[tuple[str, ...], Declared] = field(hash=False)
    others: Mapping[tuple[str, ...], tuple[str, ...]] = field(hash=False)
    roots: frozenset[str]
    format: Format = "OpenAPI"

    def begins(self, segment: str) -> bool:
        """Whether any path begins with *segment*."""
        return segment in self.roots

    def sight(self, template: str) -> Sighting:
        """Look the route *template* up."""
        walk = segments(template)
        if walk in self.calls:
            return Sighting(self.calls[walk])
        alike = next((declared for path, declared in self.calls.items() if folded(path) == folded(walk)), None)
        if alike:
            return Sighting(alike, exact=False)
        verbs = self.others.get(walk, ())
        return Sighting(None, missing=f"the path is there for {', '.join(verbs).upper()} alone" if verbs else "")

    def beside(self, templates: Collection[str]) -> tuple[Declared, ...]:
        """
        The other calls of the same action on the same kind of thing.

        That of a path's last key is told by the name of its placeholder: `{event-id}` and `{event-id1}` are events.
        """
        walks = {folded(segments(template)) for template in templates}
        here = [declared for path, declared in self.calls.items() if folded(path) in walks]
        kinds = {_kind(declared) for declared in here} - {None}
        found = [
            declared for path, declared in self.calls.items() if folded(path) not in walks and _kind(declared) in kinds
        ]
        return tuple(by_length(found))


def _kind(declared: Declared) -> tuple[str, str] | None:
    """The action of a call, and the name of the placeholder before it without its number; None where there is none."""
    rest, _, action = declared.call.rpartition("/")
    last = rest.rpartition("/")[2].partition("(")[2].strip("()'") or rest.rpartition("/")[2]
    braced = last.startswith("{") and last.endswith("}")
    return (action_of(action), last.strip("{}").rstrip("0123456789")) if braced else None


class _Missing(Exception):  # noqa: N818 - nothing is wrong yet
    """A component that is referred to and was not read yet."""

    def __init__(self, pointer: _Pointer) -> None:
        super().__init__(pointer)
        self.pointer = pointer


@dataclass(slots=True)
class _Item:
    """A path item that matters, as trees."""

    path: str
    line: int | None
    verbs: tuple[str, ...] = ()
    post: Any = None
    elsewhere: Any = None


class _Reading:
    """
    What is kept of the file *path* over its readings.

    Args:
        names: The actions, in one case.
    """

    def __init__(self, path: Path, names: Collection[str], tell: Tell) -> None:
        self.path = path
        self.tell = tell
        self.version: str | None = None
        self.titled: str | None = None
        self.kind = ""
        self.complete = False
        self.roots: set[str] = set()
        self.calls: dict[tuple[str, ...], Declared] = {}
        self.others: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.waiting: dict[_Pointer, list[_Item]] = {}
        self._names = names
        self._items = 0
        self._components: dict[_Pointer, Any] = {}

    def read(self, *, again: bool = False) -> bool:
        """
        Read the file once, *again* for components alone.

        Returns:
            Whether anything was found that something kept had been waiting for.
        """
        known = len(self._components)
        with closing(Flow(self.path, self.tell)) as flow:
            if not flow.enter():
                raise MetadataError(f"{self.path}: is not a mapping of keys; name an OpenAPI file")
            for key in flow.each():
                if key == "components":
                    self.complete = True
                    self._take_components(flow)
                elif again:
                    flow.skip()
                elif key == "paths":
                    self._take_paths(flow)
                elif key in {"openapi", "swagger", "info", "servers"}:
                    self._note(key, flow.tree())
                else:
                    flow.skip()
            flow.rest()
        return len(self._components) > known

    def _note(self, key: str, value: Any) -> None:
        if key in {"openapi", "swagger"}:
            self.kind = key
        elif key == "info" and isinstance(value, dict):
            self.titled = version_in(str(value.get("version", "")))
        elif key == "servers" and isinstance(value, list):
            urls = [str(server.get("url", "")) for server in value if isinstance(server, dict)]
            found = {version_in(url) for url in urls} - {None}
            self.version = found.pop() if len(found) == 1 else None

    def _take_paths(self, flow: Flow) -> None:
        if not flow.enter():
            return
        for path in flow.each():
            if len(path) > _LONGEST:
                flow.skip()
                continue
            walk = segments(path)
            if len(self.roots) < _ENOUGH:
                self.roots.add(walk[0])
            if walk[-1].casefold() in self._names:
                self._items += 1
                if self._items > ITEMS:
                    raise MetadataError(
                        f"{self.path}: more than {ITEMS} paths end in an action's name; no such API exists"
                    )
                self._declare(self._taken(path, flow))
            else:
                flow.skip()

    def _taken(self, path: str, flow: Flow) -> _Item:
        item = _Item(path, flow.line)
        if not flow.enter():
            return item
        for key in flow.each():
            if key == "$ref":
                item.elsewhere = {key: flow.tree()}
            elif key in VERBS:
                item.verbs += (key,)
                if key == "post":
                    item.post = _operation(flow)
                else:
                    flow.skip()
            else:
                flow.skip()
        return item

    def _take_components(self, flow: Flow) -> None:
        if not flow.enter():
            return
        for section in flow.each():
            if not flow.enter():
                continue
            for name in flow.each():
                pointer = (section, name)
                if pointer not in self.waiting:
                    flow.skip()
                    continue
                self._components[pointer] = flow.tree()
                for item in self.waiting.pop(pointer):
                    self._declare(item)

    def _declare(self, item: _Item) -> None:
        """Note what *item* declares, or for what it waits."""
        try:
            if item.elsewhere is not None:
                found = _Meaning(self.path, self._components).followed(item.elsewhere)
                item.verbs = tuple(verb for verb in VERBS if verb in found)
                item.post = found.get("post")
                item.elsewhere = None
            if not item.verbs:
                raise MetadataError(f"{self.path}: declares no call of {item.path[:200]}; is it whole?")
            if "post" in item.verbs:
                declared = _Meaning(self.path, self._components).declared(item)
                self.calls[segments(item.path)] = declared
            else:
                self.others[segments(item.path)] = item.verbs
        except _Missing as missing:
            self.waiting.setdefault(missing.pointer, []).append(item)


def _operation(flow: Flow) -> dict[str, Any]:
    """What matters of an operation."""
    found = {}
    if flow.enter():
        for key in flow.each():
            if key in {"requestBody", "responses"}:
                found[key] = flow.tree()
            else:
                flow.skip()
    return found


class _Meaning:
    """
    What the trees of one operation mean, its references followed.

    Raises:
        _Missing: A component that is referred to is not among *components*.
        MetadataError: References lead in a circle or out of the file.
    """

    def __init__(self, path: Path, components: Mapping[_Pointer, Any]) -> None:
        self._path = path
        self._components = components
        self._left = _STEPS

    def declared(self, item: _Item) -> Declared:
        """The call of *item*."""
        operation = self._mapping(item.post)
        body = self.followed(operation.get("requestBody"))
        if "responses" not in operation:
            raise self._nothing(f"the responses of {item.path[:200]}")
        responses = {status: self.followed(each) for status, each in self._mapping(operation["responses"]).items()}
        successes = {status: each for status, each in responses.items() if status.startswith("2")}
        carried = [media for each in successes.values() for media in self._mapping(each.get("content"))]
        return Declared(
            call=f"POST {item.path}",
            statuses=tuple(successes),
            returns=carried[0] if carried else "",
            body_required=body.get("required") == "true",
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
        section, slash, name = str(reference).removeprefix(_PREFIX).partition("/")
        if not str(reference).startswith(_PREFIX) or not slash or "/" in name:
            raise MetadataError(
                f"{self._path}: refers to {str(reference)[:80]!r}, which is none of its components; write it out there"
            )
        pointer = (section, unquote(name).replace("~1", "/").replace("~0", "~"))
        if pointer not in self._components:
            raise _Missing(pointer)
        return self._components[pointer]

    def _schema(self, body: Mapping[str, Any]) -> Any:
        content = self._mapping(body.get("content"))
        media = next((name for name in content if "json" in name), next(iter(content), None))
        return self._mapping(content.get(media)).get("schema") if media else None

    def _parameters(self, schema: Any) -> dict[str, Parameter]:
        schema = self.followed(schema)
        required = _listed(schema.get("required"))
        found: dict[str, Parameter] = {}
        for part in self._parts(schema):
            found |= self._parameters(part)
        for name, each in self._mapping(schema.get("properties")).items():
            found[name] = Parameter(name, self._type(each), name in required)
        return found

    def _type(self, schema: Any) -> str:
        schema = self.followed(schema)
        given = schema.get("type", "")
        named = [each for each in _listed(given) or [given] if isinstance(each, str) and each not in {"null", ""}]
        if named:
            return named[0]
        inner = next(filter(None, (self._type(part) for part in self._parts(schema))), "")
        return inner or ("string" if "enum" in schema else "object" if "properties" in schema else "")

    def _parts(self, schema: Mapping[str, Any]) -> Iterator[Any]:
        for key in ("allOf", "anyOf", "oneOf"):
            for part in _listed(schema.get(key)):
                self._step(key)
                yield part

    def _mapping(self, node: Any) -> dict[str, Any]:
        if isinstance(node, str):
            raise self._nothing(f"a mapping, where {node[:40]!r} stands")
        return node if isinstance(node, dict) else {}

    def _nothing(self, what: str) -> MetadataError:
        return MetadataError(f"{self._path}: lacks {what}; is it whole?")


def _read_on(reading: _Reading) -> None:
    """Read again until nothing waits for a component."""
    for _ in range(READINGS - 1):
        if not reading.waiting:
            return
        if not reading.read(again=True):
            section, name = next(iter(reading.waiting))
            pointer = f"{_PREFIX}{section}/{name[:80]}"
            raise MetadataError(f"{reading.path}: refers to {pointer}, which it does not hold; is it whole?")
    if reading.waiting:
        raise MetadataError(
            f"{reading.path}: needs more than {READINGS} readings, since its components refer back and forth; sort them"
        )


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def read_openapi(path: Path, templates: Collection[str], tell: Tell) -> OpenAPI:
    """
    Read what the OpenAPI file *path*, YAML or JSON, says of the actions that *templates* call.

    Raises:
        MetadataError: It cannot be read, is no OpenAPI file, knows none of the actions, or refers to what it lacks.
    """
    names = {action_of(template) for template in templates}
    reading = _Reading(path, {name.casefold() for name in names}, tell)
    reading.read()
    if reading.kind != "openapi":
        known = (
            "is of the format before OpenAPI; convert it to OpenAPI 3"
            if reading.kind
            else "has no key openapi; name an OpenAPI file"
        )
        raise MetadataError(f"{path}: {known}")
    if not reading.complete:
        # A YAML file that is cut is YAML all the same; only what it lacks tells.
        raise MetadataError(f"{path}: has no components, as every published file has; is it whole?")
    _read_on(reading)
    if not reading.calls and not reading.others:
        raise no_action(path, names)
    return OpenAPI(
        place=str(path),
        version=reading.version or reading.titled,
        calls=reading.calls,
        others=reading.others,
        roots=frozenset(reading.roots),
    )
