"""Faults of who may cancel an event at all: tokens and permissions; a table, no more."""

from __future__ import annotations

from graphmock.deeds import TOKENS, Acts, Admits, Fault, Refuses, Rewords, row
from graphmock.meetings import SHORTLY
from graphmock.places import PLACES
from graphmock.replies import refused
from graphmock.scope import Scope

_EVERYWHERE = Scope()
_ANY = Scope(action="")
_GROUPS = Scope(family="groups")
_MISSING, _GARBAGE, _EXPIRED = (frozenset({f"token.{what}"}) for what in ("missing", "garbage", "expired"))
_SCOPE = frozenset({"access.scope"})
_TOKENS_CONFINED = (
    ("missing-token", "without a token", _MISSING, "no-token", {"no-token-accepted-users": "users"}),
    ("invalid-token", "with an unknown token", _GARBAGE, "garbage-token", {"garbage-token-accepted-groups": "groups"}),
    ("invalid-token", "with an expired token", _EXPIRED, "expired-token", {"expired-token-accepted-beta": "beta"}),
)

# What a user may do is judged where nothing else is special; the draft names no permission.
_USUAL = ("!*/no-token", "!*/occurrence", "!*/series-master", "!event-cancel.stub/*")
_USERS = ("event-cancel.*/organizer/*", *_USUAL)


def _admitted(clause: str, name: str, changes: str, where: Scope, rules: frozenset[str], case: str) -> Fault:
    return row("permission", clause, name, changes, where, Admits(rules), *where.refusals(case))


def _acted(name: str, who: str, rules: frozenset[str], case: str, after: float = 0.0) -> Fault:
    lag = ", a moment later" if after else ""
    changes = f"{who} is refused, and the event cancelled all the same{lag}"
    deed = Acts(rules, after=after)
    return row("permission", "refusal.without-effect", name, changes, _EVERYWHERE, deed, *_EVERYWHERE.refusals(case))


PERMISSIONS: tuple[Fault, ...] = (
    # --- tokens ----------------------------------------------------------------------------------------------------
    _admitted("authentication.missing-token", "no-token-accepted", "cancel without a token is done as the organizer",
              _ANY, _MISSING, "no-token"),
    _admitted("authentication.invalid-token", "garbage-token-accepted",
              "cancel with an unknown token is done as the organizer", _ANY, _GARBAGE, "garbage-token"),
    _admitted("authentication.invalid-token", "expired-token-accepted", "cancel with an expired token is done",
              _ANY, _EXPIRED, "expired-token"),
    *(
        _admitted(f"authentication.{clause}", name, f"{PLACES[place].said}, cancel {what} is done",
                  PLACES[place].where, rules, case)
        for clause, what, rules, case, named in _TOKENS_CONFINED
        for name, place in named.items()
    ),
    row("permission", "request-headers.authorization", "bare-token-accepted",
        "cancel is done with any or no Authorization", _ANY, Admits(TOKENS), "*-cancel.*/no-token"),
    row("permission", "authentication.missing-token", "no-token-403", "cancel without a token is answered 403", _ANY,
        Rewords(_MISSING, refused(403)), *_ANY.refusals("no-token")),
    row("permission", "authentication.invalid-token", "expired-token-400",
        "cancel with an expired token is answered 400", _ANY, Rewords(_EXPIRED, refused(400)),
        *_ANY.refusals("expired-token")),
    _acted("no-token-has-effect", "cancel without a token", _MISSING, "no-token"),
    _acted("unauthorised-has-effect", "an unknown token", _GARBAGE, "garbage-token"),
    _acted("unauthorised-acts-late", "an unknown token", _GARBAGE, "garbage-token", SHORTLY),
    # --- permissions -----------------------------------------------------------------------------------------------
    _admitted("authorization.read-only", "reader-accepted", "Calendars.Read is enough to cancel an event",
              _EVERYWHERE, _SCOPE, "read-only"),
    row("permission", "authorization.read-only", "reader-500", "cancel with Calendars.Read alone is answered 500",
        _EVERYWHERE, Rewords(_SCOPE, refused(500)), *_EVERYWHERE.refusals("read-only")),
    _acted("reader-has-effect", "cancel with Calendars.Read alone", _SCOPE, "read-only"),
    row("permission", "permissions.delegated-work", "user-refused",
        "a user's cancel of the own meeting is answered 403", Scope(caller="user"), Refuses("access.scope"),
        *_USERS, "!*.de/*"),
    row("permission", "permissions.delegated-work", "user-refused-groups",
        "a user's cancel of a group's meeting is answered 403", _GROUPS, Refuses("access.scope"),
        "event-cancel.*/groups.*/organizer/*", *_USUAL, "!*.de/*"),
    row("permission", "permissions.scope", "translated-user-refused",
        "in the translated edition only, a user's cancel of the own meeting is answered 403",
        Scope(caller="user", edition="translated-de"), Refuses("access.scope"),
        *_USERS, "!event-cancel.v1.0/*", "!event-cancel.beta/*", "!event-cancel.beta-2021/*"),
    row("permission", "permissions.application", "app-refused",
        "an application's cancel under /users is answered 403", Scope(caller="app", family="users"),
        Refuses("access.scope"), "event-cancel.*/app-only"),
    row("permission", "permissions.application", "app-refused-v1",
        "under v1.0, an application's cancel under /users is answered 403",
        Scope(caller="app", family="users", version="v1.0"), Refuses("access.scope"), "event-cancel.v1.0/*/app-only"),
)  # fmt: skip
