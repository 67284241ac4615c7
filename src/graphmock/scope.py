"""
Which calls of a cancel action a fault touches, and the cases of the suite that are made of such calls.

Both follow from one value: a fault that bites on one route only is expected to be found on that route only. Names of
cases are data here, written down from what a fault means; nothing of the suite is imported.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from graphmock.editions import BOOKING, EVENT

if TYPE_CHECKING:
    from graphmock.call import Call

EMPTY = "empty"
SERIES, OCCURRENCE = "series-master", "occurrence"

DRAFT = "event-cancel.stub"
# The edition and the version in which the cases of a page are asked.
_ASKED = {
    "event-cancel.v1.0": ("published", "v1.0"),
    "event-cancel.beta": ("published", "beta"),
    "event-cancel.beta-2021": ("superseded", "beta"),
    "event-cancel.beta-2017.de": ("translated-de", "beta"),
    DRAFT: ("draft", "beta"),
}
# Neither the draft nor the translated page lets an application call.
_WITHOUT_APPLICATION = {DRAFT, "event-cancel.beta-2017.de"}
_APPLICATION = {"", "users", "users-id", "users-upn"}
_SHAPES = {"Comment": "pascal*", "comment": "camel", "Kommentar": "kommentar", EMPTY: "empty", "": "*"}


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Some calls of a cancel action; what is left empty narrows nothing.

    Attributes:
        action: Of events or of appointments; empty is both.
        family: ``me``, ``users``, ``users-id``, ``users-upn`` or ``groups``: how the mailbox is named.
        template: A pattern over the route's template in lower case.
        caller: ``user`` or ``app``.
        method: The verb, for calls that should have been POSTs.
        body: A property the body has, or ``empty``.
        target: ``series-master`` or ``occurrence``: what is cancelled.
        batched: Only calls inside a batch.
    """

    action: str = EVENT
    family: str = ""
    version: str = ""
    edition: str = ""
    template: str = "*"
    caller: str = ""
    method: str = ""
    body: str = ""
    target: str = ""
    batched: bool = False

    def covers(self, call: Call, target: str = "") -> bool:
        """Tell whether *call* is one of them; *target* is what it cancels, where that is known."""
        return (
            bool(call.route.action)
            and self.action in {"", call.route.action}
            and family_of(call).startswith(self.family)
            and self.version in {"", call.version}
            and self.edition in {"", call.edition.name}
            and fnmatchcase(call.route.template.lower(), self.template)
            and self.caller in {"", "app" if call.who.is_application else "user"}
            and self.method in {"", call.method}
            and self.target in {"", target}
            and (call.in_batch or not self.batched)
            and (not self.body or self.body in _members(call.body))
        )

    def pages(self) -> tuple[str, ...]:
        """Name the pages whose cases are such calls, by the beginning of their cases' names."""
        if not self.edition and not self.version:
            return ("event-cancel.*",)
        return tuple(
            page
            for page, (edition, version) in _ASKED.items()
            if self.edition in {"", edition} and self.version in {"", version}
        )

    def cases(self, *, effects: bool = False) -> tuple[str, ...]:
        """
        Name the cases in which an event is cancelled by such a call.

        Args:
            effects: Only where the page says what a cancel brings about; the draft does not.
        """
        tail = self.target or _SHAPES[self.body]
        plain = tail == "*"
        routes = {"": "*", "users": "users-*"}.get(self.family, f"{self.family}.*")
        named = []
        for page in self.pages():
            drafted = page == DRAFT
            if self.caller != "app" and not (drafted and (self.family == "users-upn" or tail not in {"*", "pascal*"})):
                named.append(f"{page}/{routes}/organizer/{'' if plain else '*'}{tail}")
            if self.caller != "user" and plain and page not in _WITHOUT_APPLICATION and self.family in _APPLICATION:
                named.append(f"{page}/{routes}/app/*")
        silent = (f"!{DRAFT}/*",) if effects else ()
        return (*named, "!*/no-token", *silent)

    def refusals(self, *circumstances: str) -> tuple[str, ...]:
        """Name the cases of the conventions in which such a call is refused for one of *circumstances*."""
        families = {"": "*.events", "users": "users-*.events"}.get(self.family, f"{self.family}.events")
        places = {EVENT: families, BOOKING: "*Businesses.*", "": "*"}[self.action]
        return tuple(f"graph-conventions/{self.version or '*'}.{places}/*/{one}" for one in circumstances)


def family_of(call: Call) -> str:
    """Say how a call names the mailbox: as the caller's own, by a user's id or principal name, as a group's."""
    if "user" in call.params:
        return "users-upn" if "@" in call.params["user"] else "users-id"
    return "groups" if call.route.template.startswith("/groups/") else "me"


def _members(body: bytes) -> set[str]:
    """Read the names in a body; of one with no text there is nothing but the word for that."""
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return set()
    return set(found) or {EMPTY} if isinstance(found, dict) else set()
