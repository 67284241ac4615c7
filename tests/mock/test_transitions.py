"""What happens to events, copies and messages: a table of beginnings, acts and ends, without HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graphmock import meetings, payload
from graphmock.ids import Mint
from graphmock.model import Person
from graphmock.store import Manner, Store

GUESTS = ("anna@x.example", "bert@x.example")


def furnished(manner=Manner()):  # noqa: B008
    now = [0.0]
    store = Store(Mint(1), manner=manner, clock=lambda: now[0])
    boxes = [store.open(Person(name, f"{name}@x.example")) for name in ("olga", "anna", "bert")]
    return store, boxes, now


def draft(count=0):
    body = {
        "subject": "Talk",
        "start": {"dateTime": "2035-05-07T10:00:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2035-05-07T11:00:00", "timeZone": "Europe/Berlin"},
        "attendees": [{"emailAddress": {"address": guest}} for guest in GUESTS],
    }
    if count:
        span = {"type": "numbered", "startDate": "2035-05-07", "numberOfOccurrences": count}
        body["recurrence"] = {"pattern": {"type": "daily", "interval": 1}, "range": span}
    return payload.event_draft(body)


def cancel(store, event, comment="Sorry", **options):
    meetings.carry_out(store, meetings.plan(event, comment, **options))


def nothing(_store, _event):
    """Let the meeting stand."""


def first(event):
    return event.occurrences[0]


ACTS = {
    # act: (occurrences made, what is done,
    #       events left at organizer, at attendee, of these cancelled, messages at attendee)
    "made": (0, nothing, 1, 1, 0, ["meetingRequest"]),
    "cancelled": (0, cancel, 0, 1, 1, ["meetingRequest", "meetingCancelled"]),
    "cancelled silently": (0, lambda s, e: cancel(s, e, silent=True), 0, 1, 1, ["meetingRequest"]),
    "deleted": (0, meetings.delete, 0, 1, 1, ["meetingRequest", "meetingCancelled"]),
    "deleted after cancel": (
        0, lambda s, e: (cancel(s, e), meetings.delete(s, e)), 0, 1, 1, ["meetingRequest", "meetingCancelled"],
    ),
    "copy deleted": (0, lambda s, e: meetings.delete(s, e.copies[0]), 1, 0, 0, ["meetingRequest"]),
    "copy deleted, cancelled": (
        0, lambda s, e: (meetings.delete(s, e.copies[0]), cancel(s, e)), 0, 0, 0,
        ["meetingRequest", "meetingCancelled"],
    ),
    "declined": (
        0, lambda s, e: meetings.respond(s, e.copies[0], "declined", "", send=True), 1, 0, 0, ["meetingRequest"],
    ),
    "series made": (3, nothing, 4, 4, 0, ["meetingRequest"]),
    "series cancelled": (3, cancel, 0, 4, 4, ["meetingRequest", "meetingCancelled"]),
    "occurrence cancelled": (
        3, lambda s, e: cancel(s, first(e)), 3, 4, 1, ["meetingRequest", "meetingCancelled"],
    ),
    "occurrence deleted": (
        3, lambda s, e: meetings.delete(s, first(e)), 3, 4, 1, ["meetingRequest", "meetingCancelled"],
    ),
    "exception cancelled": (
        3,
        lambda s, e: (meetings.patch(first(e), {"subject": "Moved"}, e.start, e.end), cancel(s, first(e))),
        3, 4, 1, ["meetingRequest", "meetingCancelled"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_each_act_ends_as_the_table_says(act):
    count, do, here, there, cancelled, kinds = ACTS[act]
    store, (olga, anna, _), _ = furnished()
    event = meetings.create(store, olga, olga.default_calendar, draft(count))

    do(store, event)

    assert len(olga.events) == here
    assert len(anna.events) == there
    assert sum(copy.is_cancelled for copy in anna.events.values()) == cancelled
    assert [message.meeting_type for message in anna.messages.values()] == kinds


def test_cancelled_copies_get_one_prefix_and_siblings_none():
    store, (olga, anna, _), _ = furnished()
    event = meetings.create(store, olga, olga.default_calendar, draft(2))

    cancel(store, first(event))
    cancel(store, event)

    master = next(copy for copy in anna.events.values() if copy.kind == "seriesMaster")
    assert [one.props["subject"] for one in (master, *master.occurrences)] == ["Canceled: Talk"] * 3


def test_a_cancelled_occurrence_is_remembered_by_its_master():
    store, (olga, *_), _ = furnished()
    event = meetings.create(store, olga, olga.default_calendar, draft(3))
    cancel(store, event.occurrences[1])

    assert event.cancelled_occurrences == [f"OID.{event.id}.2035-05-08"]
    assert [one.start.day for one in event.occurrences] == [7, 9]


def test_late_effects_come_late_and_never_before_the_invitation():
    store, (olga, anna, _), now = furnished(Manner(calendar_delay=1.5, mail_delay=1.5, invite_delay=2.0))
    event = meetings.create(store, olga, olga.default_calendar, draft())
    cancel(store, event)

    now[0] = 1.9
    store.settle()
    assert (len(olga.events), len(anna.events)) == (1, 0)
    now[0] = 2.0
    store.settle()
    assert (len(olga.events), len(anna.events)) == (0, 1)
    assert [m.meeting_type for m in anna.messages.values()] == ["meetingRequest", "meetingCancelled"]


def test_a_response_reaches_the_organizer():
    store, (olga, anna, _), _ = furnished()
    event = meetings.create(store, olga, olga.default_calendar, draft())
    meetings.respond(store, next(iter(anna.events.values())), "accepted", "Fine", send=True)

    (message,) = olga.messages.values()
    assert (message.meeting_type, message.text, message.event) == ("meetingAccepted", "Fine", event)
    assert [a["status"]["response"] for a in event.attendees] == ["accepted", "none"]


def test_a_view_finds_what_touches_its_window_and_nothing_else():
    store, (olga, *_), _ = furnished()
    at = datetime(2035, 5, 7, tzinfo=UTC)
    lengths = {"short": (10, 1), "over midnight": (23, 2), "until midnight": (22, 2), "long": (-24 * 40, 24 * 80)}
    for name, (hours, length) in lengths.items():
        start = at + timedelta(hours=hours)
        made = meetings.Draft(
            {**draft().props, "subject": name, "attendees": []}, start, start + timedelta(hours=length)
        )
        meetings.create(store, olga, olga.default_calendar, made)

    def names(day):
        start = at + timedelta(days=day)
        return {event.props["subject"] for event in olga.view(start, start + timedelta(days=1))}

    assert names(0) == {"short", "over midnight", "until midnight", "long"}
    assert names(1) == {"over midnight", "long"}
    assert names(2) == {"long"}
    assert names(60) == set()


PATTERNS = {
    "daily": ({"type": "daily", "interval": 2}, 3, ["05-07", "05-09", "05-11"]),
    "weekly": (
        {"type": "weekly", "interval": 1, "daysOfWeek": ["monday", "wednesday"]}, 3, ["05-07", "05-09", "05-14"],
    ),
    "month day": ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 7}, 2, ["05-07", "06-07"]),
    "month week": (
        {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday"], "index": "last"}, 2, ["05-28", "06-25"],
    ),
    "year": ({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 7, "month": 5}, 2, ["05-07", "05-07"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_are_written_out(name):
    pattern, count, days = PATTERNS[name]
    span = {"type": "numbered", "startDate": "2035-05-07", "numberOfOccurrences": count}
    times = {
        "start": {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2035-05-07T11:00:00", "timeZone": "UTC"},
    }
    made = payload.event_draft({**times, "recurrence": {"pattern": pattern, "range": span}})

    assert [start.strftime("%m-%d") for start in made.starts] == days


def test_a_series_keeps_its_hour_over_summer_time():
    body = {
        "start": {"dateTime": "2035-03-24T09:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2035-03-24T10:00:00", "timeZone": "W. Europe Standard Time"},
        "recurrence": {
            "pattern": {"type": "daily", "interval": 1},
            "range": {"type": "endDate", "endDate": "2035-03-25"},
        },
    }
    assert [start.hour for start in payload.event_draft(body).starts] == [8, 7]


def test_a_series_without_end_is_cut():
    times = {name: {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"} for name in ("start", "end")}
    body = {**times, "recurrence": {"pattern": {"type": "daily"}, "range": {"type": "noEnd"}}}
    assert len(payload.event_draft(body).starts) == 400
