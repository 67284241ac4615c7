"""
The segments of a URL template, in the one spelling in which templates of different sources can be compared.
"""

from __future__ import annotations

import re
from typing import Final

PLACEHOLDER: Final = "{}"
"""What stands for any placeholder, whatever its name."""

_BRACED: Final = re.compile(r"\{[^{}]*\}")
_KEYED: Final = re.compile(r"([^()]+)\(([^()]*)\)")
_ALIAS, _NAMESPACE = "graph.", "microsoft.graph."


def segments(template: str) -> tuple[str, ...]:
    """
    *template* as `("users", "{}", "events", "{}", "cancel")`.

    A key in brackets, `events('{event-id}')`, is a segment of its own. The action may be qualified: the namespace of
    the last segment is dropped. A type within the walk keeps it, written out.
    """
    found: list[str] = []
    for segment in template.strip("/").split("/"):
        keyed = _KEYED.fullmatch(segment)
        if keyed and len(_BRACED.findall(keyed[2])) == 1:
            found += [keyed[1], PLACEHOLDER]
        else:
            found.append(_BRACED.sub(PLACEHOLDER, segment))
    last = found[-1].removesuffix("()")
    if last.startswith((_ALIAS, _NAMESPACE)):
        last = last.rpartition(".")[2]
    return (*map(_written_out, found[:-1]), last)


def _written_out(segment: str) -> str:
    return _NAMESPACE + segment.removeprefix(_ALIAS) if segment.startswith(_ALIAS) else segment


def folded(walk: tuple[str, ...]) -> tuple[str, ...]:
    """*walk* in the one case in which spellings that differ in case alone are equal."""
    return tuple(segment.casefold() for segment in walk)


def action_of(template: str) -> str:
    """The name of the action that *template* calls, its last segment."""
    return segments(template)[-1]


def shown(template: str) -> str:
    """*template* without the names of its placeholders, as facts are about it: `/users/{}/events/{}/cancel`."""
    return _BRACED.sub(PLACEHOLDER, template)
