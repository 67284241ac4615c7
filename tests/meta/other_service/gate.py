"""Who may come in, and what they are holding."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .world import Event, Folder, Json, Mailbox, Refused, World


@dataclass(frozen=True)
class Caller:
    """Who a token stands for; an application has no mailbox."""

    box: Mailbox | None
    scopes: frozenset[str]
    expired: bool = False


@dataclass
class Call:
    """One request, its path still percent-encoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base: str
    args: dict[str, str] = field(default_factory=dict)
    caller: Caller = Caller(None, frozenset())


class Gate:
    """Checks of tokens, paths and bodies, made before anything is done."""

    on: frozenset[str]
    world: World
    callers: dict[str, Caller]

    def identify(self, call: Call) -> Caller:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        caller = self.callers.get(token.strip())
        challenge = {"WWW-Authenticate": 'Bearer realm="other"'}
        if scheme.lower() != "bearer" or caller is None:
            raise Refused("token", challenge)
        if caller.expired:
            raise Refused("expired", challenge | {"X-Age": "too old"})
        return caller

    def mailbox(self, call: Call, need: str) -> Mailbox:
        """The mailbox a path speaks of, if the caller may use it so."""
        own = call.caller.box
        box: Mailbox | None = own
        if "group" in call.args:
            box = self.world.team if call.args["group"] == self.world.team.id else None
            if own is None and "no-app-groups" in self.on:
                raise Refused("denied")
            if box is None or (own and own not in (box.members or [])):
                raise Refused("unknown")
        elif "user" in call.args:
            box = self.world.find(call.args["user"])
            if box is None or (own and own is not box and "hidden" in self.on):
                raise Refused("unknown")
            if own and own is not box:
                raise Refused("denied")
        if box is None:
            raise Refused("app-me")
        if need not in call.caller.scopes:
            raise Refused("denied")
        return box

    def folder(self, call: Call, box: Mailbox) -> Folder | None:
        """The calendar a path names; None where it names none."""
        if "calendar" in call.path.split("/"):
            return box.main
        parent = self.kept(box.groups, call, "cgroup") if "cgroup" in call.args else None
        if "calendar" not in call.args:
            return None
        found: Folder = self.kept(box.calendars, call, "calendar")
        if parent not in (None, found.parent):
            raise Refused("unknown")
        return found

    def kept(self, things: dict[str, Any], call: Call, name: str) -> Any:
        """The thing an id in the path stands for."""
        key = call.args[name]
        if key in things:
            return things[key]
        shape = r"[\w/+=-]{40,}" if "malformed-404" not in self.on else r"(?s).*"
        raise Refused("unknown" if re.fullmatch(shape, key) else "malformed")

    def event(self, call: Call, box: Mailbox) -> Event:
        folder = self.folder(call, box)
        found: Event = self.kept(box.events, call, "event")
        if folder not in (None, found.folder):
            raise Refused("unknown")
        return found

    def read_json(self, call: Call, *, optional: bool = False) -> Json:
        mime = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        coding = call.headers.get("content-encoding", "identity").lower()
        if optional and not call.body and mime in ("", "application/json"):
            return {}
        if coding != "identity" or mime != "application/json":
            raise Refused("mime")
        try:
            sent = json.loads(call.body.decode())
        except (ValueError, RecursionError):
            raise Refused("json") from None
        if not isinstance(sent, dict):
            raise Refused("body")
        return sent

    def read_comment(self, call: Call, *names: str) -> str | None:
        """The text of an action's only parameter, under any of its spellings."""
        strict = "strict-body" in self.on
        sent = self.read_json(call, optional=not strict)
        texts = [sent[name] for name in names if name in sent]
        if (strict and len(sent) != len(texts)) or len(texts) > 1:
            raise Refused("body")
        if any(not isinstance(text, str | None) for text in texts):
            raise Refused("body")
        return texts[0] if texts else None
