"""
What a published OpenAPI file says of actions, read as a flow: its paths may be many thousand, and few of them matter.

Kept are the path items whose last segment is one of the actions, and the components they refer to. A file is read once
where its components follow its paths and refer to nothing before them, as Microsoft's do; each further step back costs
another reading.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from graphcancel.errors import MetadataError
from graphcancel.metadata import Declared, no_action, version_in
from graphcancel.openapi_item import PREFIX, Item, Meaning, Missing, Pointer
from graphcancel.openapi_model import OpenAPI
from graphcancel.printing import printable
from graphcancel.segments import action_of, segments
from graphcancel.streamed import Flow, Tell

VERBS: Final = ("get", "put", "post", "delete", "patch", "options", "head", "trace")
READINGS: Final = 6
"""How often a file may be read: each reading finds what the one before found to be needed."""

ITEMS: Final = 10_000
"""Path items that may be kept: in the largest published file, several hundred end in one action's name."""

_ENOUGH: Final = 10_000
"""Beginnings of paths that are kept; a published file has a hundred."""

_LONGEST: Final = 2_000
"""Characters of a path that anybody could call."""


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
        self.waiting: dict[Pointer, list[Item]] = {}
        self._names = names
        self._items = 0
        self._components: dict[Pointer, Any] = {}

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

    def _taken(self, path: str, flow: Flow) -> Item:
        item = Item(path, flow.line)
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

    def _declare(self, item: Item) -> None:
        """Note what *item* declares, or for what it waits."""
        try:
            if item.elsewhere is not None:
                found = Meaning(self.path, self._components).followed(item.elsewhere)
                item.verbs = tuple(verb for verb in VERBS if verb in found)
                item.post = found.get("post")
                item.elsewhere = None
            if not item.verbs:
                raise MetadataError(f"{self.path}: declares no call of {printable(item.path[:200])}; is it whole?")
            if "post" in item.verbs:
                declared = Meaning(self.path, self._components).declared(item)
                self.calls[segments(item.path)] = declared
            else:
                self.others[segments(item.path)] = item.verbs
        except Missing as missing:
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


def _read_on(reading: _Reading) -> None:
    """Read again until nothing waits for a component."""
    for _ in range(READINGS - 1):
        if not reading.waiting:
            return
        if not reading.read(again=True):
            section, name = next(iter(reading.waiting))
            pointer = f"{PREFIX}{printable(section[:80])}/{printable(name[:80])}"
            raise MetadataError(f"{reading.path}: refers to {pointer}, which it does not hold; is it whole?")
    if reading.waiting:
        raise MetadataError(
            f"{reading.path}: needs more than {READINGS} readings, since its components refer back and forth; sort them"
        )


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
