"""
The part of an OData model on which routes are walked, and the walk.

A path through the model begins at an entity set or a singleton and goes on by key, navigation property or a derived
type's name, until an action is called that is bound to what it came to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from graphcancel.metadata import Declared, Format, Parameter, Sighting
from graphcancel.segments import PLACEHOLDER, folded, segments

JSON_TYPES: Final[Mapping[str, str]] = {
    "Edm.Boolean": "boolean",
    **dict.fromkeys(("Edm.Byte", "Edm.SByte", "Edm.Int16", "Edm.Int32", "Edm.Int64"), "integer"),
    **dict.fromkeys(("Edm.Decimal", "Edm.Double", "Edm.Single"), "number"),
    "Edm.Untyped": "",
}
"""What a primitive type is in JSON; the others are strings."""

_COLLECTION: Final = "Collection("
_PRIMITIVE: Final = "Edm."
_ANCESTORS: Final = 64


@dataclass(frozen=True, slots=True)
class Step:
    """
    Where a navigation property, property, entity set or singleton leads.

    Attributes:
        name: As the model spells it.
        type: As the model writes it: `Collection(graph.event)`.
        by_key: Whether one of a collection can be addressed by its key.
    """

    name: str
    type: str
    by_key: bool = True


@dataclass(frozen=True, slots=True)
class Action:
    """
    An overload of an action.

    Attributes:
        bound: The type it is bound to, as the model writes it.
        parameters: Name, type as the model writes it, and whether it may be null; the binding parameter left out.
        returns: The type it returns, as the model writes it; empty for nothing.
    """

    name: str
    bound: str
    parameters: tuple[tuple[str, str, bool], ...]
    returns: str
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """
    What a CSDL file says, as far as routes lead through it.

    Attributes:
        aliases: Alias to namespace.
        bases: Qualified type to that it derives from, qualified; empty for none.
        steps: Owner (qualified type, or empty for the container) to what leads on from it.
        simple: Qualified type to what its values are in JSON, of enumerations and of other names for primitive types.
    """

    place: str
    version: str | None
    aliases: Mapping[str, str] = field(hash=False)
    bases: Mapping[str, str] = field(hash=False)
    steps: Mapping[str, tuple[Step, ...]] = field(hash=False)
    actions: tuple[Action, ...]
    simple: Mapping[str, str] = field(hash=False)
    format: Format = "CSDL"

    def leaves_out(self, segment: str) -> bool:
        """Never: no published model lacks an entity set or singleton on purpose."""
        del segment
        return False

    def sight(self, template: str) -> Sighting:
        """Walk the route *template*."""
        *walk, action = segments(template)
        here, many, by_key = "", False, True
        spelled: list[str] = []
        for segment in walk:
            if segment == PLACEHOLDER:
                if not many or not by_key:
                    return Sighting(None, missing=f"/{'/'.join(spelled)} cannot be addressed by key")
                many = False
                spelled.append(segment)
                continue
            step = None if many else self._step(here, segment)
            if step is None:
                return Sighting(None, missing=self._nothing(spelled, here, many=many, wanted=segment))
            here, many, by_key = self.qualified(step.type), step.type.startswith(_COLLECTION), step.by_key
            spelled.append(step.name)
        found = self._action(here, action, many=many)
        if found is None:
            return Sighting(None, missing=self._nothing(spelled, here, many=many, wanted=action))
        return Sighting(self._declared(found, template, spelled), exact=[*spelled, found.name] == [*walk, action])

    def beside(self, templates: Collection[str]) -> tuple[Declared, ...]:
        """Nothing: a model has as many walks as one cares to take, and lists none of them."""
        del templates
        return ()

    def qualified(self, written: str) -> str:
        """The type *written*, of a collection that of its members, by its namespace and name."""
        name = written.removeprefix(_COLLECTION).removesuffix(")") if written.startswith(_COLLECTION) else written
        namespace, _, last = name.rpartition(".")
        return f"{self.aliases.get(namespace, namespace)}.{last}" if namespace else name

    def _ancestors(self, name: str) -> Iterator[str]:
        """*name* and what it derives from."""
        for _ in range(_ANCESTORS):
            yield name
            name = self.bases.get(name, "")
            if not name:
                return

    def _step(self, here: str, segment: str) -> Step | None:
        """Where *segment* leads from the type *here*; its spelling may differ in case."""
        if "." in segment and here:
            cast = self.qualified(segment)
            return Step(segment, cast) if here in self._ancestors(cast) else None
        owners = self._ancestors(here) if here else ("",)
        found = [step for owner in owners for step in self.steps.get(owner, ())]
        exact = (step for step in found if step.name == segment)
        alike = (step for step in found if step.name.casefold() == segment.casefold())
        return next(exact, None) or next(alike, None)

    def _action(self, here: str, name: str, *, many: bool) -> Action | None:
        callable_here = dict.fromkeys(self._ancestors(here))
        found = [
            action
            for action in self.actions
            if folded((action.name,)) == folded((name,))
            and action.bound.startswith(_COLLECTION) == many
            and self.qualified(action.bound) in callable_here
        ]
        # The nearest type's own overload, and of those the one that is spelled so.
        ranks = list(callable_here)
        found.sort(key=lambda action: (action.name != name, ranks.index(self.qualified(action.bound))))
        return found[0] if found else None

    def _declared(self, action: Action, template: str, spelled: list[str]) -> Declared:
        keys = iter([each for each in template.split("/") if each.startswith("{")])
        path = "/".join(next(keys, PLACEHOLDER) if each == PLACEHOLDER else each for each in (*spelled, action.name))
        return Declared(
            call=f"POST /{path}",
            statuses=None,
            returns=action.returns,
            body_required=None,
            parameters=tuple(
                Parameter(name, self._json_type(type_), required=not nullable)
                for name, type_, nullable in action.parameters
            ),
            line=action.line,
        )

    def _json_type(self, written: str) -> str:
        if written.startswith(_COLLECTION):
            return "array"
        name = self.qualified(written)
        if name.startswith(_PRIMITIVE):
            return JSON_TYPES.get(name, "string")
        return self.simple.get(name, "object")

    def _nothing(self, spelled: list[str], here: str, *, many: bool, wanted: str) -> str:
        came_to = f"/{'/'.join(spelled)}" if spelled else "the container"
        of = f" ({'a collection of ' if many else ''}{here})" if here else ""
        heirs = [] if many or not here else self._heirs_with(here, wanted)
        return f"{came_to}{of} has no {wanted}" + (f", but {heirs[0]}, which derives from it, has" if heirs else "")

    def _heirs_with(self, here: str, wanted: str) -> list[str]:
        """The types that derive from *here* and have a property *wanted* of their own."""
        own = [owner for owner, steps in self.steps.items() if any(step.name == wanted for step in steps)]
        return sorted(owner for owner in own if here in self._ancestors(owner))
