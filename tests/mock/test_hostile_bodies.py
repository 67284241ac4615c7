"""Bodies nobody should send are refused, or taken for what they are."""

from __future__ import annotations

import json
import time
from copy import deepcopy
from urllib.parse import quote

import pytest
from conftest import ATTENDEE, SECOND, WINDOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NESTED = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * NESTED,
        b"[" * NESTED + b"]" * NESTED,
        b'{"subject":' * NESTED + b"1" + b"}" * NESTED,
        b'{"recurrence": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"attendees": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"reminderMinutesBeforeStart": ' + b"9" * 5000 + b"}",
        b'{"subject": 1e400}',
        b'{"subject": -1e999}',
        b'{"subject": NaN}',
        b'{"subject": Infinity}',
        b'{"subject": "\\ud800"}',
        b'{"subject": "\\udc00\\ud800"}',
        b'{"subject": "\xed\xa0\x80"}',
        b'{"subject": "\xff"}',
        b'{"subject": "a\nb"}',
        '{"subject": "x"}'.encode("utf-16"),
        '{"subject": "x"}'.encode("utf-32"),
        b"\xef\xbb\xbf",
        b"\x1f\x8b\x08",
        b'{"subject": "x"} {}',
        b"'subject'",
    ],
)
@pytest.mark.parametrize("path", ["/me/events", "/me/calendars", "/$batch", "business"])
def test_what_is_no_json_object_is_refused(mock, body, path):
    path = f"{mock.business}/appointments" if path == "business" else path
    answer = mock.send("POST", path, body=body, headers={"Content-Type": "application/json; charset=wat"})
    assert (answer.status, answer.code) == (400, "UnableToDeserializePostBody")


def test_a_mark_and_pairs_and_doubled_names_are_read(mock):
    draft = json.dumps(mock.draft("first \N{GRINNING FACE}"))[:-1].encode() + b', "subject": "last \\ud83d\\ude00"}'
    headers = {"Content-Type": "application/json"}
    answer = mock.send("POST", "/me/events", body=b"\xef\xbb\xbf" + draft, headers=headers)
    assert (answer.status, answer.json["subject"]) == (201, "last \N{GRINNING FACE}")


def test_deep_json_within_a_batch_is_refused(mock):
    body = '{"requests": [{"id": "1", "method": "POST", "url": "/me/events", "body": %s}]}' % ("[" * 100 + "]" * 100)
    answer = mock.send("POST", "/$batch", body=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status == 400


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.sampled_from(
        ["", "@", "a@b", "2035-05-07T10:00:00", "0001-01-01", "9999-12-31T23:59:59", "Europe/Berlin", "daily"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
SAMPLES = (None, True, 0, -1, 1.5, 10**30, "", "x", [], [1], [[]], {}, {"x": 1})
PATTERN = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "sunday", "dayOfMonth": 3,
           "month": 2, "index": "first"}  # fmt: skip
EVENT = {
    "subject": "x", "body": {"contentType": "html", "content": "<p>x"}, "location": {"displayName": "x"},
    "locations": [{"displayName": "x"}], "importance": "low", "sensitivity": "normal", "isAllDay": False,
    "isReminderOn": True, "reminderMinutesBeforeStart": 5, "responseRequested": True, "allowNewTimeProposals": True,
    "showAs": "busy", "categories": ["x"], "hideAttendees": False, "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown", "transactionId": None, "singleValueExtendedProperties": [{}],
    "extensions": [{}], "originalStartTimeZone": "UTC",
    "start": {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2035-05-07T11:00:00", "timeZone": "UTC"},
    "attendees": [{"type": "required", "emailAddress": {"name": "A", "address": ATTENDEE}}],
    "recurrence": {"pattern": PATTERN,
                   "range": {"type": "numbered", "numberOfOccurrences": 2, "startDate": "2035-05-07"}},
}  # fmt: skip
APPOINTMENT = {
    "startDateTime": EVENT["start"], "endDateTime": EVENT["end"], "serviceId": None, "customerName": "x",
    "customerEmailAddress": SECOND, "additionalInformation": "x", "serviceNotes": "x", "serviceName": "x",
    "staffMemberIds": [], "price": 1.5, "maximumAttendeesCount": 1, "isLocationOnline": False, "reminders": [],
    "serviceLocation": {}, "customers": [{"customerId": "x", "name": "x", "emailAddress": ATTENDEE}],
}  # fmt: skip
ITEM = {"id": "1", "method": "POST", "url": "/me/events", "body": {}, "dependsOn": [], "headers": {"a": "b"}}
READS = (
    "$orderby=subject",
    "$filter=contains(bodyPreview,'x') or startswith(subject,'x')",
    "$expand=extensions&$top=2",
)


def places(value, at=()):
    """Every place in a body, the whole not included."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*at, key)
        yield from places(inner, (*at, key))


def replaced(body, place, value):
    """Put *value* in the *place* of a body."""
    changed = deepcopy(body)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


def strict(content):
    """Read what must be JSON as others read it, without the names Python adds."""

    def no_constant(name):
        raise AssertionError(name)

    return json.loads(content, parse_constant=no_constant) if content else None


BODIES = {
    "POST /me/events": EVENT,
    "PATCH event": {name: value for name, value in EVENT.items() if name not in {"attendees", "recurrence"}},
    "POST event/cancel": {"Comment": "x", "comment": "y"},
    "POST copy/accept": {"comment": "x", "sendResponse": True, "proposedNewTime": {}},
    "POST /me/calendars": {"name": "x", "color": "auto"},
    "POST /me/calendarGroups": {"name": "x"},
    "POST business/appointments": APPOINTMENT,
    "POST business/customers": {"displayName": "x", "emailAddress": ATTENDEE},
    "POST business/appointment/cancel": {"cancellationMessage": "x"},
    "POST /$batch": {"requests": [ITEM, {**ITEM, "id": "2", "dependsOn": ["1"]}]},
}


@pytest.mark.parametrize("request_line", BODIES)
def test_no_value_anywhere_in_a_body_breaks_the_server(mock, request_line):
    body = BODIES[request_line]

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(list(places(body))), VALUES)
    def surprise(place, value):
        attempt(place, value)

    def attempt(place, value):
        method, path, actor = addressed(mock, request_line)
        answer = mock.send(method, path, json_body=replaced(body, place, value), actor=actor)
        assert answer.status < 500, (place, value)
        strict(answer.content)

    for place in places(body):
        for value in SAMPLES:
            attempt(place, value)
    surprise()
    for base in ("/me/events", "/me/calendarView", f"{mock.business}/appointments"):
        for query in READS if base.startswith("/me") else ("$orderby=serviceNotes", "$filter=serviceNotes ne 'x'"):
            window = "&".join(f"{name}={value}" for name, value in WINDOW.items())
            answer = mock.send("GET", f"{base}?{window}&{quote(query, safe='=&$')}")
            assert answer.status == 200
            strict(answer.content)
    assert mock.send("GET", "/_mock/state", root="").status == 200


def addressed(mock, request_line):
    """Make what the request is about, and give method, path and actor."""
    method, _, path = request_line.partition(" ")
    if path.startswith("event"):
        return method, path.replace("event", f"/me/events/{mock.meeting()['id']}", 1), "organizer"
    if path.startswith("copy"):
        return method, path.replace("copy", f"/me/events/{mock.copy(mock.meeting())['id']}", 1), "attendee"
    if "appointment/" in path:
        path = path.replace("appointment/", f"appointments/{mock.booking()['id']}/")
    return method, path.replace("business", mock.business), "organizer"


@pytest.mark.parametrize(
    ("pattern", "span"),
    [
        ({"type": "daily", "interval": 1}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1}, {"type": "numbered", "numberOfOccurrences": 10**9}),
        ({"type": "daily", "interval": 10**9}, {"type": "noEnd"}),
        ({"type": "weekly", "interval": 10**300}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1}, {"type": "endDate", "endDate": "9999-12-31"}),
        (
            {"type": "relativeYearly", "interval": 1, "month": 2, "daysOfWeek": ["monday"], "index": "last"},
            {"type": "noEnd"},
        ),
        ({"type": "absoluteMonthly", "interval": 7, "dayOfMonth": 31}, {"type": "noEnd"}),
        ({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 30, "month": 2}, {"type": "noEnd"}),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": list(range(1, 9999))}, {"type": "noEnd"}),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": "3"}, {"type": "noEnd"}),
        ({"type": "weekly", "interval": 1, "daysOfWeek": "monday"}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 0}, {"type": "noEnd"}),
        ({"type": "daily", "interval": -1}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1.5}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1}, {"type": "endDate", "endDate": "0001-01-01"}),
        ({"type": "daily", "interval": 1}, {"type": "numbered", "numberOfOccurrences": 0}),
        ({"type": "hourly", "interval": 1}, {"type": "noEnd"}),
    ],
)
def test_a_recurrence_is_bounded_or_refused(mock, pattern, span):
    started = time.monotonic()
    answer = mock.send("POST", "/me/events", json_body=mock.draft(recurrence={"pattern": pattern, "range": span}))
    if answer.status == 201:
        window = {"startDateTime": "0001-01-01T00:00:00Z", "endDateTime": "9999-12-31T00:00:00Z", "$top": "1000"}
        instances = mock.get(f"/me/events/{answer.json['id']}/instances", query=window)["value"]
        assert 0 < len(instances) <= 400
        assert len(mock.get("/me/calendarView", query=window)["value"]) == len(instances)
    else:
        assert answer.status == 400
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("unclosed", ["<a ", "<", "<!--", "<![", "</", "&#1", "<a href='", "<![foo]>"])
def test_markup_without_end_is_read_in_time(mock, unclosed):
    started = time.monotonic()
    mock.meeting(body={"contentType": "html", "content": unclosed * 50_000 + "&#" + "1" * 5000 + ";"})
    assert len(mock.get("/me/events")["value"][0]["bodyPreview"]) <= 255
    assert time.monotonic() - started < 10
