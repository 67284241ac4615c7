"""
URL templates and lines of a page's path list, in the one spelling in which those of different sources can be compared.
"""

from __future__ import annotations

import re
from typing import Final

PLACEHOLDER: Final = "{}"
"""What stands for any placeholder, whatever its name."""

NAMED: Final = re.compile(r"\{([^{}]*)\}|<([^<>]*)>")
"""A placeholder as a page may write it: `{id | userPrincipalName}`, `<id>`."""

# Some pages write their paths with the address of the service, and the version, before them.
_ROOT: Final = re.compile(r"https?://[^/ ]+(?:/(?:v\d+\.\d+|beta)(?=/))?", re.IGNORECASE)
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


def from_root(path: str) -> str:
    """A page's *path* without the address of the service and the version before it."""
    return _ROOT.sub("", path, count=1)


def walk_of(line: str) -> str:
    """A page's line with every placeholder as `{}`, from the root of the service on: what makes two routes one."""
    verb, _, path = line.partition(" ")
    return f"{verb} {NAMED.sub(PLACEHOLDER, from_root(path))}"


def names_in(placeholder: re.Match[str]) -> list[str]:
    """What may stand in a *placeholder*, a match of `NAMED`: `{id | userPrincipalName}` has two names."""
    return [name.strip() for name in (placeholder.group(1) or placeholder.group(2) or "").split("|")]


def first_named(line: str) -> str:
    """*line* with a placeholder that names two things down to its first: `{id | userPrincipalName}` is `{id}`."""
    return NAMED.sub(lambda found: f"{found.group()[0]}{names_in(found)[0]}{found.group()[-1]}", line)
