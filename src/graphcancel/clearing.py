"""
Removing what a run created, and saying what could not be removed.

Two nets: after each accepted call the case's own leftovers go in one round trip; at the end of the run everything that
carries the run's mark is listed and removed until a listing shows nothing more, since a lagging target may deliver mail
about what was just deleted.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Generator, Sequence
from typing import Any, Final

from graphcancel.appointments import BOOKED_WITHIN
from graphcancel.errors import ProvisionError
from graphcancel.exchange import Request, encode_segment, json_request
from graphcancel.looks import Look, Unseen
from graphcancel.plaintext import plain
from graphcancel.resources import resource, used_group
from graphcancel.scene import MARK, WEEK, WEEK_END, Scene, stamp
from graphcancel.stage import Stage
from graphcancel.target import WAITING, Target

_ROUNDS: Final = 6
_NO_FOLDER: Final = frozenset({400, 404, 405, 410, 501})


def clear(stage: Stage, scene: Scene, look: Look) -> bool:
    """
    Remove what an accepted call left of *scene*; False where the meeting is still there and has to wait for the end.
    """
    point = scene.point
    if point is None or isinstance(look.own, Unseen):
        return False
    left = [entry for window in look.own for entry in window]
    if any(entry.id != scene.decoy for entry in left) or point.owner_actor is None:
        return False
    asked = []
    if scene.decoy and not scene.own_calendar:
        path = f"{point.item.rsplit('/', 1)[0]}/{encode_segment(scene.decoy)}"
        asked.append(json_request("DELETE", scene.root, path, point.owner_actor))
    for mailbox, copies in look.copies.items():
        if isinstance(copies, Unseen):
            return False
        base = f"/users/{encode_segment(mailbox)}/events"
        for identity in dict.fromkeys(entry.whole for window in copies for entry in window):
            asked.append(
                json_request("DELETE", scene.root, f"{base}/{encode_segment(identity)}", point.readers[mailbox])
            )
    for mailbox, messages in look.mail.items():
        if isinstance(messages, Unseen):
            return False
        base = f"/users/{encode_segment(mailbox)}/messages"
        asked += [
            json_request("DELETE", scene.root, f"{base}/{encode_segment(message.id)}", point.readers[mailbox])
            for message in messages
            if scene.mark.case in message.subject + message.text
        ]
    stage.target.send_all(asked)
    return True


def sweep(stage: Stage, scenes: Sequence[Scene], roots: Sequence[str]) -> Generator[float, None, int]:
    """
    Remove everything of this run.

    The generator's value is how many objects are left that Graph can list, plus how many mailboxes could not be listed:
    where something was made, what cannot be read is not taken to be clean.
    """
    target = stage.target
    target.send_all([request for scene in scenes for request in _of_scene(scene)])
    target.send_all([json_request("DELETE", root, path, actor) for root, path, actor in stage.calendars])
    target.send_all([json_request("DELETE", root, path, actor) for root, path, actor in stage.calendar_groups])
    left = 0
    for attempt in range(_ROUNDS):
        if stage.longest:
            yield time.monotonic() + stage.longest
        blind: list[str] = []
        # One listing finds what is left, one more finds nothing; what a lagging target brings later was waited for.
        with target.booking(WAITING if attempt > 1 else None):
            found = [request for root in roots for request in _listed(stage, root, blind)]
            found = list({request.path: request for request in found}.values())
            left = len(found) + (len(blind) if stage.made else 0)
            if not left:
                break
        with target.booking(WAITING if attempt else None):
            target.send_all(found)
        if attempt:
            yield time.monotonic() + min(1.0, 0.1 * attempt)
    return left


def _of_scene(scene: Scene) -> list[Request]:
    point = scene.point
    if point is None or point.owner_actor is None or scene.own_calendar:
        return []
    if point.booking:
        return [json_request("DELETE", scene.root, point.item, point.owner_actor)]
    base = point.item.rsplit("/", 1)[0]
    return [
        json_request("DELETE", scene.root, f"{base}/{encode_segment(identity)}", point.owner_actor)
        for identity in (scene.meeting, scene.decoy)
        if identity
    ]


def _listed(stage: Stage, root: str, blind: list[str]) -> list[Request]:
    """
    Requests that delete what still carries the run's mark, by listing every writable mailbox.

    Args:
        blind: Receives the reason for each list that could not be read.
    """
    target = stage.target
    found: list[Request] = []
    window = (
        f"startDateTime={stamp(WEEK)}&endDateTime={stamp(WEEK_END)}&$top=100&$select=id,subject,seriesMasterId,type"
    )
    places = []
    for mailbox in target.description.writable:
        actor = stage.reader(mailbox)
        if actor:
            places.append((f"/users/{encode_segment(mailbox)}", actor, True))
    group = target.description.resources.get("group")
    if group and target.has("organizer") and (used_group(stage, root) or (stage.leads and _admitted(stage, root))):
        places.append((f"/groups/{encode_segment(group)}", "organizer", False))
    for base, actor, has_mail in places:
        view = json_request("GET", root, f"{base}/calendarView?{window}", actor)
        events = _items(stage, target, view)
        if isinstance(events, Unseen):
            events = _items(stage, target, json_request("GET", root, f"{base}/events?$top=100", actor))
        for item in _readable(events, blind):
            if stage.run in str(item.get("subject", "")):
                series = item.get("seriesMasterId")
                whole = series if isinstance(series, str) and series else item["id"]
                found.append(_deletion(target, root, f"{base}/events", actor, whole))
        if has_mail:
            query = f"$top=100&$filter=receivedDateTime%20ge%20{stage.since}" if stage.since else "$top=100"
            for folder in ("inbox", "sentitems"):
                listing = json_request("GET", root, f"{base}/mailFolders/{folder}/messages?{query}", actor)
                items = _items(stage, target, listing)
                # A service may keep what it sent or not; one that does not know the folder keeps nothing there.
                if folder == "sentitems" and isinstance(items, Unseen) and items.status in _NO_FOLDER:
                    continue
                for item in _readable(items, blind):
                    if _is_ours(stage, item):
                        found.append(_deletion(target, root, f"{base}/messages", actor, item["id"]))
    return [*found, *_listed_containers(stage, root), *_listed_appointments(stage, root)]


def _listed_containers(stage: Stage, root: str) -> list[Request]:
    """Calendars and their groups that carry the run's mark: an interrupted create leaves one nobody knows the id of."""
    try:
        actor, base = stage.writer("organizer")
    except ProvisionError:
        return []
    found = []
    for collection in ("calendars", "calendarGroups"):
        listing = json_request("GET", root, f"{base}/{collection}?$top=100", actor)
        for item in _readable(_items(stage, stage.target, listing)):
            if stage.run in str(item.get("name", "")):
                found.append(_deletion(stage.target, root, f"{base}/{collection}", actor, item["id"]))
    return found


def _listed_appointments(stage: Stage, root: str) -> list[Request]:
    business = stage.target.description.resources.get("booking_business")
    if not stage.booked or not business:
        return []
    actor = "organizer" if stage.target.has("organizer") else "app"
    base = f"/solutions/bookingBusinesses/{encode_segment(business)}"
    started = dt.datetime.fromisoformat(stage.started)
    end = stamp(started + dt.timedelta(days=BOOKED_WITHIN))
    view = json_request("GET", root, f"{base}/calendarView?start={stamp(started)}&end={end}", actor)
    return [
        _deletion(stage.target, root, f"{base}/appointments", actor, item["id"])
        for item in _readable(_items(stage, stage.target, view))
        if stage.run in json.dumps(item)
    ]


def _admitted(stage: Stage, root: str) -> bool:
    try:
        resource(stage, "group", root)
    except ProvisionError:
        return False
    return True


def _readable(items: list[dict[str, Any]] | Unseen, blind: list[str] | None = None) -> list[dict[str, Any]]:
    if isinstance(items, Unseen):
        if blind is not None:
            blind.append(items.reason)
        return []
    return items


def _items(stage: Stage, target: Target, request: Request) -> list[dict[str, Any]] | Unseen:
    items = stage.lookout.items(target.send(request))
    if isinstance(items, Unseen) and "$filter" in request.path:
        bare = request.path.split("&$filter", 1)[0]
        items = stage.lookout.items(target.send(json_request("GET", request.root, bare, request.actor)))
    return items if isinstance(items, Unseen) else [item for item in items if isinstance(item.get("id"), str)]


def _is_ours(stage: Stage, item: dict[str, Any]) -> bool:
    body = item.get("body")
    text = plain(str(body.get("content", ""))) if isinstance(body, dict) else ""
    if stage.run in str(item.get("subject", "")) or stage.run in text:
        return True
    # A booking's mail need not name the appointment; it comes from the business, and only this run books there.
    if not stage.leads or not stage.booked or MARK.search(text):
        return False
    sender = item.get("from")
    named = sender.get("emailAddress") if isinstance(sender, dict) else None
    address = named.get("address") if isinstance(named, dict) else None
    return isinstance(address, str) and address == stage.target.description.resources.get("booking_business")


def _deletion(target: Target, root: str, base: str, actor: str, identity: str) -> Request:
    target.fence.own(identity)
    return json_request("DELETE", root, f"{base}/{encode_segment(identity)}", actor)
