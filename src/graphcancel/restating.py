"""
The clauses a draft begins with: for each fact of a page that a clause can state, its id and our own sentence.

A page's prose is its author's. What a fact says can be said in words that are ours, so a draft copies none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from graphcancel.claims import Known, parted
from graphcancel.facts import Fact, Kind

CLOUDS: Final[Mapping[str, str]] = {
    "global": "the worldwide cloud",
    "us-gov-l4": "the US Government L4 cloud",
    "us-gov-l5": "the US Government L5 cloud",
    "china": "the cloud 21Vianet runs in China",
}
CALLERS: Final[Mapping[str, str]] = {
    "delegated-work": "with a work account, a user's token",
    "delegated-personal": "with a personal account, a user's token",
    "application": "an app's own token",
    "scope": "a token",
}
UNSUPPORTED: Final[Mapping[str, str]] = {
    "delegated-work": "work accounts are not supported",
    "delegated-personal": "personal accounts are not supported",
    "application": "an app's own token is not supported",
    "scope": "no permission is offered",
}
PERSONAL: Final = "needs a personal Microsoft account, which no target describes"
UNSAID: Final = "what a call without it is answered is not said"
UNREAD: Final = "no check reads what is returned"
UNCALLED: Final = "which call is answered so has to be told first"
UNSENT: Final = "no body shape has it alone"
OPTIONAL: Final = "request-body.optional"
"""The clause that lets the body's properties be left out, which no single fact states."""


Stated = tuple[str, str, str | None] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A clause of a draft.

    Attributes:
        of: The fact it restates.
        untestable: Why no case can judge it, None where one can.
    """

    id: str
    says: str
    of: Fact
    untestable: str | None = None

    @property
    def cloud(self) -> str | None:
        """The only cloud it can be judged in."""
        return self.of.about if self.of.kind == "cloud" else None


def statements(facts: Iterable[Fact]) -> dict[tuple[Kind, str], Statement]:
    """The clause of each fact that has one, by the fact's key, in the page's order; no id twice."""
    listed = tuple(facts)
    known = {fact.key: fact.value for fact in listed}
    taken: set[str] = set()
    found: dict[tuple[Kind, str], Statement] = {}
    for fact in listed:
        stated = _STATED[fact.kind](fact, known) if fact.kind in _STATED else None
        if stated is None:
            continue
        name, says, untestable = stated
        number = 1
        while (unique := name if number == 1 else f"{name}-{number}") in taken:
            number += 1
        taken.add(unique)
        found[fact.key] = Statement(unique, says, fact, untestable)
    return found


def all_optional(facts: Known) -> str:
    """The names of the body's properties, where the page calls each of them optional; else empty."""
    names = [about for kind, about in facts if kind == "property"]
    return ", ".join(names) if all(facts.get(("optionality", name)) == "optional" for name in names) else ""


def slug(name: str) -> str:
    """*name* as part of a clause id: `cancellationMessage` is `cancellation-message`; `named` where nothing is left."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "named"


def _cloud(fact: Fact, _: Known) -> Stated:
    offered = "offered" if fact.value == "available" else "not offered"
    return f"clouds.{fact.about}", f"{offered} in {CLOUDS[fact.about]}", None


def _permission(fact: Fact, _: Known) -> Stated:
    supported = fact.value != "not supported"
    says = f"{CALLERS[fact.about]} with {fact.value} is enough" if supported else UNSUPPORTED[fact.about]
    return f"permissions.{fact.about}", says, PERSONAL if fact.about == "delegated-personal" else None


def _route(fact: Fact, known: Known) -> Stated:
    routes = [about for kind, about in known if kind == "route"]
    listed = "any of the listed routes" if len(routes) > 1 else "the listed route"
    return ("http-request.route", f"the action is a POST to {listed}", None) if fact.about == routes[0] else None


def _header(fact: Fact, known: Known) -> Stated:
    name = fact.about
    clause = f"request-headers.{slug(name)}"
    required = known.get(("header-required", name)) == "required"
    value = known.get(("header-value", name), "")
    if value.lower().startswith("bearer"):
        if required:
            return clause, f"a bearer token in {name} is required; a call without one is refused", None
        return clause, f"the call carries a bearer token in {name}; without one it is refused", None
    if required:
        return clause, f"{name} is required", UNSAID
    return clause, f"{name} is {value}" if value else f"{name} may be sent", UNSAID


def _property(fact: Fact, known: Known) -> Stated:
    text = known.get(("type", fact.about)) == "string"
    return f"request-body.{slug(fact.about)}", f"{fact.about} is a property of the body", None if text else UNSENT


def _example_property(fact: Fact, known: Known) -> Stated:
    name = parted(fact.about)[0]
    first = next(about for kind, about in known if kind == fact.kind and parted(about)[0] == name)
    if ("property", name) in known or fact.about != first:
        return None
    return f"example.{slug(name)}", f"{name} is a property of the body in the example", None


def _status(fact: Fact, _: Known) -> Stated:
    return "response.status", f"success is answered {fact.value.replace(', ', ' or ')}", None


def _body(fact: Fact, _: Known) -> Stated:
    if fact.value == "empty":
        return "response.body", "a success has no body", None
    return "response.returned", f"a success returns a value of type {fact.value}", UNREAD


def _error(fact: Fact, _: Known) -> Stated:
    return f"errors.{fact.about}", f"a refusal is answered {fact.about}", UNCALLED


def _error_code(fact: Fact, _: Known) -> Stated:
    return f"errors.{fact.about}-code", f"the answer {fact.about} has the given error code, to the letter", UNCALLED


def _error_sentence(fact: Fact, _: Known) -> Stated:
    return f"errors.{fact.about}-sentence", f"the answer {fact.about} has the quoted sentence, to the letter", UNCALLED


_STATED: Final[Mapping[Kind, Callable[[Fact, Known], Stated]]] = {
    "cloud": _cloud,
    "permission": _permission,
    "route": _route,
    "header": _header,
    "property": _property,
    "status": _status,
    "body": _body,
    "error": _error,
    "error-code": _error_code,
    "error-sentence": _error_sentence,
    "example-property": _example_property,
}
"""For the kinds a clause can state: its id, the sentence and why it is untestable; None for what another states too."""
