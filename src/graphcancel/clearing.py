"""
Removing what a run created, and saying what could not be removed.

Two nets: after each accepted call the case's own leftovers go in one round trip; at the end of the run everything that
carries the run's mark is listed and removed until a listing shows nothing more, since a lagging target may deliver mail
about what was just deleted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from typing import Final
from urllib.parse import unquote

from graphcancel.appointments import BOOKED_WITHIN
from graphcancel.exchange import Request, encode_segment, json_request
from graphcancel.leftovers import Leftover, Search, find
from graphcancel.resources import used_group
from graphcancel.scene import WEEK_WINDOW, Scene, stamp
from graphcancel.sight import Look, Unseen
from graphcancel.stage import Stage
from graphcancel.target import WAITING

_ROUNDS: Final = 6
_BEFORE: Final = dt.timedelta(days=3)
_EVER: Final = "9999"


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
    readers = {**point.readers, **point.inboxes}
    for mailbox, messages in look.mail.items():
        if isinstance(messages, Unseen):
            return False
        base = f"/users/{encode_segment(mailbox)}/messages"
        asked += [
            json_request("DELETE", scene.root, f"{base}/{encode_segment(message.id)}", readers[mailbox])
            for message in messages
            if scene.mark.case in message.subject + message.text
        ]
    stage.target.send_all(asked)
    return True


def put_away(stage: Stage, scenes: Sequence[Scene]) -> None:
    """Remove what was arranged for *scenes*, and the calendars and calendar groups made on the way."""
    target = stage.target
    target.send_all([request for scene in scenes for request in _of_scene(scene)])
    target.send_all([json_request("DELETE", root, path, actor) for root, path, actor in stage.calendars])
    target.send_all([json_request("DELETE", root, path, actor) for root, path, actor in stage.calendar_groups])


def sweep(stage: Stage, scenes: Sequence[Scene], roots: Sequence[str]) -> Generator[float, None, list[str]]:
    """
    Remove everything of this run.

    The generator's value says what is left, as far as Graph can list it, and which lists could not be read: where
    something was made, what cannot be read is not taken to be clean.
    """
    target = stage.target
    put_away(stage, scenes)
    left: list[str] = []
    for attempt in range(_ROUNDS):
        if stage.longest:
            yield target.clock.now() + stage.longest
        blind: list[str] = []
        # One listing finds what is left, one more finds nothing; what a lagging target brings later was waited for.
        with target.booking(WAITING if attempt > 1 else None):
            found = [leftover for root in roots for leftover in find(stage, root, _own(stage, root), blind)]
        with target.booking(WAITING if attempt else None):
            number = remove(stage, found)
        left = [f"{number} object{'' if number == 1 else 's'} could not be removed"] if number else []
        left += blind if stage.made else []
        if not left:
            break
        if attempt:
            yield target.clock.now() + min(1.0, 0.1 * attempt)
    return left


def remove(stage: Stage, found: Sequence[Leftover]) -> int:
    """
    Remove each of *found* once; returns how many there were.

    First what lies on the organizer's side: to delete an attendee's copy of a meeting that stands is to decline it.
    """
    for leftover in found:
        # The listing showed a mark of ours on it; only that makes it ours to remove.
        stage.target.fence.own(unquote(leftover.deletion.path.rsplit("/", 1)[-1]))
    organizer = stage.mailbox("organizer")
    first = {one.deletion.path: one.deletion for one in found if one.what != "message" and _leads(one, organizer)}
    then = {one.deletion.path: one.deletion for one in found if one.deletion.path not in first}
    stage.target.send_all(list(first.values()))
    stage.target.send_all(list(then.values()))
    return len(first) + len(then)


def _leads(leftover: Leftover, organizer: str) -> bool:
    return leftover.where in {organizer, "group", "booking business"}


def _own(stage: Stage, root: str) -> Search:
    """Everything of the run this process belongs to, or of its own part where it does not lead."""
    started = dt.datetime.fromisoformat(stage.started)
    ledger = stage.target.ledger
    return Search(
        wanted=lambda mark: stage.run in {mark.run, mark.whole_run},
        # A past event lies days before the run.
        windows=(WEEK_WINDOW, (stamp(started - _BEFORE), stamp(started + _BEFORE))),
        since=stage.since,
        group=used_group(stage, root) or stage.leads,
        booked=(stamp(started), stamp(started + dt.timedelta(days=BOOKED_WITHIN))) if stage.booked else None,
        unmarked=((stage.since or stage.started, _EVER),) if stage.leads and stage.booked else (),
        owed=frozenset(ledger.places if ledger else ()),
    )


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
