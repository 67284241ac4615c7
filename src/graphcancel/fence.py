"""
What may leave this process.

The transport asks the fence before a socket opens, so no test can go round it. A fence is a list of what is allowed;
everything else is refused: other hosts, plain http beyond this machine, mailboxes and recipients outside ``writable``,
a create in a calendar that is neither a mailbox's own nor made by this run, and a cancel, change or delete of anything
but what this run created, its occurrences and copies, or an id known not to exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from graphcancel.errors import FenceError
from graphcancel.exchange import Request
from graphcancel.onfile import Malformed, once

_READS: Final = frozenset({"GET", "HEAD"})
_BATCH: Final = "$batch"
# Collections a run may add to; a POST to any of them creates, a POST below one of their items acts.
_CREATES: Final = frozenset({"events", "calendars", "calendargroups", "appointments"})
_ACTIONS: Final = frozenset({"accept", "permanentdelete"})
# What may stand before the collection something is created in, besides ids of this run's own calendars.
_CONTAINERS: Final = frozenset({"calendar", "calendars", "calendargroup", "calendargroups"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_WORD: Final = re.compile(r"[^\s<>()\[\]\",;:]+")


class Fence:
    """
    The allow-list of one run.

    Args:
        roots: Graph roots of the target, without version segment.
        mailboxes: userPrincipalName of each writable mailbox, lower case.
        groups: Ids of groups whose every member is writable.
        businesses: Ids of booking businesses whose staff is writable.
        deeds: What the actions under test are called in a path.
    """

    def __init__(
        self,
        roots: Collection[str],
        mailboxes: Collection[str],
        groups: Collection[str] = (),
        businesses: Collection[str] = (),
        deeds: Collection[str] = ("cancel",),
    ) -> None:
        self._roots = tuple(sorted({root.rstrip("/") for root in roots}, key=len, reverse=True))
        for root in self._roots:
            parts = urlsplit(root)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
                raise FenceError("fence: a root that is not https; plain http is for this machine only")
        self._mailboxes = {mailbox.lower() for mailbox in mailboxes}
        self._users = set(self._mailboxes)
        self._groups = set(groups)
        self._businesses = set(businesses)
        self._deeds = {name for deed in deeds for name in (deed.lower(), f"microsoft.graph.{deed.lower()}")}
        self._own: set[str] = set()

    def admit_user(self, object_id: str, mailbox: str) -> None:
        """Let the writable *mailbox* be addressed by its object id as well."""
        if mailbox.lower() not in self._mailboxes:
            raise FenceError(f"fence: a mailbox outside writable cannot be admitted ({_role(mailbox)})")
        self._users.add(object_id.lower())

    def admit_resource(self, kind: str, resource: str) -> None:
        """Let a group or booking business be used, once its members are known to be writable."""
        (self._groups if kind == "group" else self._businesses).add(resource)

    def own(self, *ids: str) -> None:
        """Record ids of what this run created, found as a copy of it, or knows not to exist."""
        self._own.update(identity for identity in ids if identity)

    def is_writable(self, address: str) -> bool:
        """Whether mail to *address* stays inside."""
        return address.lower() in self._mailboxes

    def check(self, request: Request) -> None:
        """
        Pass *request* or refuse it.

        Raises:
            FenceError: It must not be sent; the message names the rule, never the value.
        """
        inner = self._below_root(request.url)
        if inner == [_BATCH]:
            for method, path, body in _batched(request):
                self._check_one(method, _segments(path), body)
            return
        calls_off = inner[-1].lower() in self._deeds
        self._check_one(request.method, inner, (_values if calls_off else _body)(request.payload))

    def _below_root(self, url: str) -> list[str]:
        for root in self._roots:
            for version in ("/v1.0", "/beta"):
                prefix = root + version
                if url.startswith(prefix + "/"):
                    return _segments(url[len(prefix) :])
        raise FenceError("fence: a URL below no root of this target; nothing was sent")

    def _check_one(self, method: str, segments: list[str], body: Any) -> None:
        if not segments or any(not part.isprintable() or _walks(part) for part in segments):
            raise FenceError(f"fence: {method} of a path with empty, dot or unprintable segments; nothing was sent")
        for address in _addresses(body):
            if not self.is_writable(address):
                raise FenceError("fence: a recipient outside writable; nothing was sent")
        rest = self._owner(method, segments)
        if method in _READS and (not rest or rest[-1].lower() not in self._deeds):
            return
        self._check_write(method, rest)

    def _check_write(self, method: str, rest: list[str]) -> None:
        last = rest[-1].lower() if rest else ""
        if method == "POST" and last in _CREATES:
            if all(part.lower() in _CONTAINERS or part in self._own for part in rest[:-1]):
                return
            raise FenceError(f"fence: a create in {last} of what this run did not create; nothing was sent")
        acts = last in _ACTIONS or last in self._deeds
        subject = rest[-2] if acts and len(rest) > 1 else (rest[-1] if rest else "")
        if acts and subject.lower() in {"event", "microsoft.graph.eventmessage"}:
            # the walk from a message to its event: the message stands for the event
            subject = next((part for part in reversed(rest[:-2]) if part in self._own), "")
        if subject not in self._own:
            raise FenceError(f"fence: {method} {last if acts else 'object'} of what this run did not create")

    def _owner(self, method: str, segments: list[str]) -> list[str]:
        """Check whose data the path names and return the segments below it."""
        head = segments[0].lower()
        if head == "me":
            if len(segments) > 2 and segments[1].lower() == "joinedgroups":  # noqa: PLR2004 - /me/joinedGroups/{id}
                return self._named(segments[2], self._groups, "group", segments[3:])
            return segments[1:]
        if head == "users" and len(segments) > 1:
            return self._named(segments[1].lower(), self._users, "mailbox", segments[2:])
        if head == "groups" and len(segments) > 1:
            return self._named(segments[1], self._groups, "group", segments[2:], reads=method in _READS)
        if head == "solutions":
            segments, head = segments[1:], segments[1].lower() if len(segments) > 1 else ""
        if head == "bookingbusinesses" and len(segments) > 1:
            return self._named(segments[1], self._businesses, "booking business", segments[2:], reads=method in _READS)
        raise FenceError(f"fence: {method} outside users, groups and bookings; nothing was sent")

    def _named(
        self, value: str, allowed: Collection[str], kind: str, rest: list[str], *, reads: bool = False
    ) -> list[str]:
        if value in allowed or reads:
            return rest
        raise FenceError(f"fence: a {kind} this run may not touch; nothing was sent")


def creations(request: Request) -> Iterator[tuple[str, str, Any]]:
    """
    Everything *request* would create, in a batch or by itself: where, in which collection, and with which body.

    Where is ``group``, ``booking_business`` or ``mailbox``.
    """
    if request.method == "GET":
        return
    path = request.path.split("?", 1)[0].rstrip("/")
    if unquote(path).rsplit("/", 1)[-1] == _BATCH:
        asked = list(_batched(request))
    else:
        asked = [(request.method, path, _body(request.payload))] if _segments(path)[-1].lower() in _CREATES else []
    for method, inner, body in asked:
        segments = [segment.lower() for segment in _segments(inner)]
        if method == "POST" and segments[-1] in _CREATES:
            yield _place(segments), segments[-1], body


def _place(segments: list[str]) -> str:
    if "bookingbusinesses" in segments[:2]:
        return "booking_business"
    return "group" if segments[0] == "groups" or "joinedgroups" in segments[:2] else "mailbox"


def _segments(path: str) -> list[str]:
    return [unquote(part) for part in path.split("?", 1)[0].split("#", 1)[0].removeprefix("/").split("/")]


def _walks(segment: str) -> bool:
    """Whether a server that decodes before it splits, or decodes twice, would be led elsewhere by *segment*."""
    twice = unquote(segment)
    return any(part in {".", ".."} for part in re.split(r"[/\\]", twice)) or segment in {"", ".", ".."}


def _body(payload: bytes | None) -> Any:
    """The body as JSON, or as text where it is none: a service might read it otherwise than we do."""
    if not payload:
        return None
    try:
        return json.loads(payload, object_pairs_hook=once)
    except Malformed:
        raise FenceError("fence: a body that names a member twice; nothing was sent") from None
    except (ValueError, RecursionError):
        return payload.decode(errors="replace")


def _values(payload: bytes | None) -> Any:
    """
    The values of the body, or its text where it is no JSON. Nothing is created by it, so a member may be named twice:
    it is enough that no value goes unseen.
    """
    try:
        return json.loads(payload or b"null", object_pairs_hook=lambda pairs: [value for _, value in pairs])
    except (ValueError, RecursionError):
        return (payload or b"").decode(errors="replace")


def _batched(request: Request) -> Iterator[tuple[str, str, Any]]:
    body = _body(request.payload)
    items = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FenceError("fence: a batch with something else than requests inside; nothing was sent")
    for item in items:
        yield str(item.get("method", "")).upper(), str(item.get("url", "")), item.get("body")


def _addresses(body: Any) -> Iterator[str]:
    """Every address in *body*, whatever it is called there: nothing a run sends names one it may not mail."""
    if isinstance(body, dict):
        for value in body.values():
            yield from _addresses(value)
    elif isinstance(body, list):
        for item in body:
            yield from _addresses(item)
    elif isinstance(body, str):
        # Word by word: an expression for the whole would try each end of a long text with each of its beginnings.
        yield from (word for word in _WORD.findall(body) if "@" in word[1:-1])


def _role(mailbox: str) -> str:
    return f"{len(mailbox)} characters"
