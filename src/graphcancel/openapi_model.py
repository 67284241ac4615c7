"""
What an OpenAPI file says of some actions, and looking a route up in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from graphcancel.metadata import Declared, Format, Sighting
from graphcancel.segments import action_of, folded, segments


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

    def leaves_out(self, segment: str) -> bool:
        """Whether no path begins with *segment*, in any case: the files for SDKs have nothing below `/me`."""
        return segment.casefold() not in {root.casefold() for root in self.roots}

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
        The other calls of the same action on the same kind of thing, the shortest paths first.

        That of a path's last key is told by the name of its placeholder: `{event-id}` and `{event-id1}` are events.
        """
        walks = {folded(segments(template)) for template in templates}
        here = [declared for path, declared in self.calls.items() if folded(path) in walks]
        kinds = {_kind(declared) for declared in here} - {None}
        found = [
            declared for path, declared in self.calls.items() if folded(path) not in walks and _kind(declared) in kinds
        ]
        return tuple(sorted(found, key=lambda declared: (declared.call.count("/"), declared.call)))


def _kind(declared: Declared) -> tuple[str, str] | None:
    """The action of a call, and the name of the placeholder before it without its number; None where there is none."""
    rest, _, action = declared.call.rpartition("/")
    last = rest.rpartition("/")[2].partition("(")[2].strip("()'") or rest.rpartition("/")[2]
    braced = last.startswith("{") and last.endswith("}")
    return (action_of(action), last.strip("{}").rstrip("0123456789")) if braced else None
