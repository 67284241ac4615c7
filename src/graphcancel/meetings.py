"""
Arranging a meeting: the calendar it lies in, a decoy beside it, and the ids the route asks for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from graphcancel.errors import AnswerLost, NotOffered, ProvisionError
from graphcancel.exchange import Exchange, encode_segment, json_request
from graphcancel.ground import Ground, Steps
from graphcancel.marks import SUBJECT, Mark
from graphcancel.resources import default_calendar, default_group, resource
from graphcancel.scene import MINUTES, OCCURRENCES, TARGETED, WEEK, Scene, server_time, slot_of, stamp
from graphcancel.sight import Unseen, Viewpoint, entries
from graphcancel.waiting import step

if TYPE_CHECKING:
    from graphcancel.case import Case


def arrange_meeting(ground: Ground, case: Case, scene: Scene) -> Steps:
    """Make the meeting of *case* and its decoy, wait until they show, and fill *scene*."""
    actor, base = _calendar_for(ground, case, scene)
    owner = ground.mailbox("organizer")
    scene.attendees = () if case.circumstance == "no-attendees" else ground.invited()
    scene.series = case.circumstance in {"occurrence", "series-master", "exception"} or (
        "/instances/" in case.route.template
    )
    windows = _windows(ground, scene.mark, 3 if scene.series else 1, past=case.circumstance == "past-event")
    scene.namesake = case.circumstance == "namesake"
    plain = _event(ground, scene, windows[0], scene.attendees if scene.namesake else ())
    if case.circumstance == "unknown-id":
        yield from ground.deleted(scene, actor, f"{base}/events", plain, case)
        return
    meeting = _event(ground, scene, windows[0], scene.attendees)
    if scene.series:
        day = windows[0][0][:10]
        meeting["recurrence"] = {
            "pattern": {"type": "daily", "interval": 1},
            "range": {"type": "numbered", "startDate": day, "numberOfOccurrences": OCCURRENCES},
        }
    asked = [
        json_request("POST", scene.root, f"{base}/events", actor, meeting | {"transactionId": f"{scene.mark.case}m"}),
        json_request("POST", scene.root, f"{base}/events", actor, plain | {"transactionId": f"{scene.mark.case}d"}),
    ]
    answers = ground.target.send_all(asked)
    scene.meeting = ground.created(answers[0], "create a meeting")
    scene.decoy = _try_created(ground, answers[1])
    if case.family == "groups":
        looked, read_by = base, actor
    else:
        read_by = ground.reader(owner) or ""
        looked = base.replace("/me", f"/users/{encode_segment(owner)}", 1)
    item = f"{looked.split('/calendars/')[0]}/events/{encode_segment(scene.meeting)}"
    scene.point = Viewpoint(
        root=scene.root,
        marker=scene.mark.case,
        windows=windows,
        calendar=looked,
        item=item,
        owner_actor=read_by or None,
        readers={mailbox: ground.reader(mailbox) for mailbox in scene.attendees},
        # Whom an attendee's call tells, or must not tell, is the organizer; an organizer's own call tells others.
        inboxes={owner: ground.reader(owner)} if "attendee" in {case.caller, case.actor} else {},
        since=server_time(answers[0], ground.target.clock),
    )
    yield from ground.until_visible(scene)
    yield from _fill(ground, case, scene)


def _calendar_for(ground: Ground, case: Case, scene: Scene) -> tuple[str, str]:
    """Make the calendar the route walks through, if any, and return actor and base path of its events."""
    if case.family == "groups":
        if not ground.target.has("organizer"):
            raise NotOffered(ground.target.sign_in.lack("organizer"))  # a group's events are a member's to make
        group = resource(ground, "group", scene.root)
        scene.values["group"] = group
        return "organizer", f"/groups/{encode_segment(group)}"
    actor, base = ground.writer("organizer")
    # An attendee's own copy lies in the attendee's default calendar, wherever the organizer keeps the meeting.
    if case.of_a_copy or "{calendar}" not in case.route.template:
        return actor, base
    name = {"name": f"{SUBJECT} {scene.mark.case}"}
    collection = f"{base}/calendars"
    if "{calendar-group}" in case.route.template:
        made = ground.target.send(json_request("POST", scene.root, f"{base}/calendarGroups", actor, name))
        group = ground.created(made, "create a calendar group")
        scene.values["calendar-group"] = group
        ground.calendar_groups.append((scene.root, f"{base}/calendarGroups/{encode_segment(group)}", actor))
        collection = f"{base}/calendarGroups/{encode_segment(group)}/calendars"
    calendar = ground.created(
        ground.target.send(json_request("POST", scene.root, collection, actor, name)), "create a calendar"
    )
    scene.values["calendar"] = calendar
    scene.own_calendar = True
    ground.calendars.append((scene.root, f"{base}/calendars/{encode_segment(calendar)}", actor))
    return actor, f"{base}/calendars/{encode_segment(calendar)}"


def _event(ground: Ground, scene: Scene, window: tuple[str, str], attendees: tuple[str, ...]) -> dict[str, Any]:
    return {
        "subject": f"{SUBJECT} {scene.mark.case}",
        "body": {"contentType": "text", "content": f"run {ground.run} started {ground.started}"},
        "start": {"dateTime": window[0].rstrip("Z"), "timeZone": "UTC"},
        "end": {"dateTime": window[1].rstrip("Z"), "timeZone": "UTC"},
        "attendees": [{"type": "required", "emailAddress": {"address": mailbox}} for mailbox in attendees],
    }


def _windows(ground: Ground, mark: Mark, count: int, *, past: bool) -> tuple[tuple[str, str], ...]:
    first = WEEK + dt.timedelta(minutes=MINUTES * slot_of(mark))
    if past:
        first = dt.datetime.fromisoformat(ground.started).replace(microsecond=0) - dt.timedelta(days=2)
    starts = [first + dt.timedelta(days=day) for day in range(count)]
    return tuple((stamp(start), stamp(start + dt.timedelta(minutes=MINUTES))) for start in starts)


def _try_created(ground: Ground, exchange: Exchange) -> str | None:
    try:
        return ground.created(exchange, "create the decoy")
    except AnswerLost:
        # It may lie there all the same, and would be taken for the meeting: the case starts again.
        raise
    except ProvisionError:
        return None


# -- the ids the route asks for ------------------------------------------------------------------------------------


def _fill(ground: Ground, case: Case, scene: Scene) -> Steps:
    """Find the ids the route asks for."""
    values = scene.values
    values.setdefault("event", scene.meeting or "")
    if "{user}" in case.route.template:
        values["user"] = ground.user_value("organizer", case.addressing)
    if case.circumstance in {"occurrence", "exception"} or "/instances/" in case.route.template:
        values["event"] = values["instance"] = _occurrence(ground, scene)
    if case.of_a_copy:
        values.update(_own_copy(ground, case, scene))
    if "{message}" in case.route.template:
        values["message"] = yield from _accepted_message(ground, scene)
    if case.circumstance == "exception" and scene.point:
        actor, base = ground.writer("organizer")
        path = f"{base}/events/{encode_segment(values['event'])}"
        moved = {"location": {"displayName": "another room"}}
        ground.need(ground.target.send(json_request("PATCH", scene.root, path, actor, moved)), "change an occurrence")


def _occurrence(ground: Ground, scene: Scene) -> str:
    look = scene.before
    if look and not isinstance(look.own, Unseen) and len(look.own) > TARGETED:
        for entry in look.own[TARGETED]:
            if entry.id not in {scene.meeting, scene.decoy}:
                return entry.id
    point = scene.point
    if point and point.owner_actor:
        query = f"?startDateTime={point.windows[0][0]}&endDateTime={point.windows[-1][1]}&$top=50"
        request = json_request("GET", scene.root, f"{point.item}/instances{query}", point.owner_actor)
        items = ground.lookout.items(ground.target.send(request))
        if not isinstance(items, Unseen):
            wanted = point.windows[TARGETED][0][:16]
            for item in items:
                start = item.get("start")
                identity = item.get("id")
                if isinstance(start, dict) and str(start.get("dateTime", ""))[:16] == wanted and identity:
                    ground.target.fence.own(str(identity))
                    return str(identity)
    raise ProvisionError("the series' occurrences could not be read, so there is none to cancel")


def _own_copy(ground: Ground, case: Case, scene: Scene) -> Mapping[str, str]:
    """Ids on the attendee's side: the copy, and the calendar it lies in."""
    mailbox = ground.mailbox("attendee")
    copies = scene.before.copies.get(mailbox) if scene.before else None
    found = [] if copies is None or isinstance(copies, Unseen) else list(entries(copies))
    if not found:
        reason = copies.reason if isinstance(copies, Unseen) else "no invitation arrived in the attendee's calendar"
        raise ProvisionError(f"the attendee's copy is not to be had: {reason}")
    values = {"event": found[0].id}
    if "{user}" in case.route.template:
        values["user"] = ground.user_value("attendee", case.addressing)
    if "{calendar}" in case.route.template:
        values["calendar"] = default_calendar(ground, scene.root, mailbox)
    if "{calendar-group}" in case.route.template:
        values["calendar-group"] = default_group(ground, scene.root, mailbox, values["calendar"])
    return values


def _accepted_message(ground: Ground, scene: Scene) -> Generator[float, None, str]:
    """Let the attendee accept, and return the response in the organizer's inbox: it leads to the meeting."""
    attendee = ground.mailbox("attendee")
    copies = scene.before.copies.get(attendee) if scene.before else None
    found = [] if copies is None or isinstance(copies, Unseen) else list(entries(copies))
    if not found:
        raise ProvisionError("the attendee's copy is not to be had, so no response can lead to the meeting")
    actor, base = ground.writer("attendee")
    body = {"comment": scene.mark.case, "sendResponse": True}
    path = f"{base}/events/{encode_segment(found[0].id)}/accept"
    ground.need(ground.target.send(json_request("POST", scene.root, path, actor, body)), "accept as the attendee")
    organizer = ground.mailbox("organizer")
    inbox = Viewpoint(scene.root, scene.mark.case, (), "", "/none", None, {organizer: ground.reader(organizer)})
    clock = ground.target.clock
    started = clock.now()
    attempt = 0
    while True:
        look = ground.lookout.look(inbox, again=attempt > 0)
        messages = look.mail[organizer]
        if isinstance(messages, Unseen):
            raise ProvisionError(f"the organizer's inbox: {messages.reason}")
        for message in messages:
            if scene.mark.case in message.subject and (message.kind or "").lower() != "meetingrequest":
                ground.target.fence.own(message.id)
                return message.id
        if look.at - started >= ground.arrival.limit(["response"], ground.target.description.patience.invite_s):
            ground.arrival.missed(["response"])
            raise ProvisionError("no response of the attendee arrived in the organizer's inbox")
        yield clock.now() + step(attempt)
        attempt += 1
