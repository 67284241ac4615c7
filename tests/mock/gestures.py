"""What tests of faults do to a stand-in, and what they see of it: each gesture cancels something and says what came."""

from __future__ import annotations

import gzip

ORGANIZER, ATTENDEE, SECOND = (f"{name}@contoso.example" for name in ("organizer", "attendee", "second"))
SENTENCE = "Your request can't be completed. You need to be an organizer to cancel a meeting."
REFUSED = (400, SENTENCE, True, False)
BOOKED = (204, b"", False, [["Closed"], ["Closed"]])
GONE = (202, [True, False, True], True)


def cancelled(mock, body=None, **options):
    """Status, bytes, and whether the event stays."""
    event = mock.meeting()
    answer = mock.cancel(event, body, **options)
    return answer.status, answer.content, mock.exists(event)


def raw(mock, body, media_type="application/json"):
    event = mock.meeting()
    path = f"/me/events/{event['id']}/cancel"
    answer = mock.send("POST", path, body=body, headers={"Content-Type": media_type})
    return answer.status, mock.exists(event)


def status(mock, **options):
    return cancelled(mock, **options)[0]


def own_calendar(mock):
    event, default = mock.meeting(), mock.get("/me/calendar")
    return mock.cancel(event, base=f"/me/calendars/{default['id']}").status, status(mock)


def grouped(mock):
    group, calendar = mock.get("/me/calendarGroups")["value"][0], mock.get("/me/calendar")
    found = []
    for spelling in ("calendarGroups", "calendargroups"):
        base = f"/me/{spelling}/{group['id']}/calendars/{calendar['id']}"
        found.append(mock.cancel(mock.meeting(), base=base).status)
    return (*found, status(mock))


def by_name_and_id(mock):
    me = mock.get("/me")["id"]
    return status(mock, base=f"/users/{ORGANIZER}"), status(mock, base=f"/users/{me}")


def by_own_and_name(mock):
    return status(mock), status(mock, base=f"/users/{ORGANIZER}")


def refused(mock):
    """The attendee's refusal, and whether the meeting is still there for both."""
    event = mock.meeting()
    answer = mock.cancel(mock.copy(event), actor="attendee")
    message = answer.message if answer.content else ""
    return answer.status, message, mock.exists(event), mock.copy(event)["isCancelled"]


def by_attendee_on_organizers_path(mock):
    return status(mock, base=f"/users/{ORGANIZER}", actor="attendee")


def comment(name, text="Sorry"):
    def heard(mock):
        status(mock, body={name: text}, root="/translated-de/v1.0")
        return mock.comments()

    return heard


def mails(mock, **options):
    status(mock, **options)
    return len(mock.inbox(ATTENDEE)), len(mock.inbox(SECOND))


def copies(mock, **options):
    event = mock.meeting()
    mock.cancel(event, **options)
    return mock.copy(event)["isCancelled"]


def decoy(mock):
    decoy, event, other = mock.meeting("Same"), mock.meeting("Same"), mock.meeting("Other")
    mock.cancel(event)
    return mock.exists(event), mock.exists(decoy), mock.exists(other)


def decoy_copy(mock):
    """Whether the copies of a meeting of the same subject, and of the one cancelled, are cancelled."""
    decoy, event = mock.meeting("Same"), mock.meeting("Same")
    mock.cancel(event)
    return mock.copy(decoy)["isCancelled"], mock.copy(event)["isCancelled"]


def decoy_mark(mock):
    """Whether other meetings, of the same subject and of another, are marked as cancelled."""
    decoy, event, other = mock.meeting("Same"), mock.meeting("Same"), mock.meeting("Other")
    mock.cancel(event)
    return tuple(mock.get(f"/me/events/{one['id']}")["isCancelled"] for one in (decoy, other))


def in_group(mock, part="", **options):
    base = f"/groups/{mock.cast.group}"
    return mock.cancel(mock.meeting(base=base), base=base + part, **options).status


def grouped_copy(mock):
    event = mock.meeting(base=f"/groups/{mock.cast.group}")
    mock.cancel(event, base=f"/groups/{mock.cast.group}")
    return mock.copy(event)["isCancelled"]


def series_copy(mock):
    master, _ = mock.series()
    mock.cancel(master)
    return mock.copy(master)["isCancelled"]


def series(mock):
    master, _ = mock.series()
    mock.cancel(master)
    return len(mock.view()), mock.exists(master)


def occurrence(mock):
    master, occurrences = mock.series()
    answer = mock.cancel(occurrences[1])
    return answer.status, [mock.exists(one) for one in occurrences], mock.exists(master)


def envelope(mock):
    answer = mock.send("GET", "/me/events/nope")
    kind = answer.headers["content-type"].partition(";")[0]
    return kind, "code" in answer.json["error"] if kind == "application/json" else answer.content


def unknown(identifier, **options):
    return lambda mock: mock.send("POST", f"/me/events/{identifier}/cancel", json_body={}, **options).status


def got(mock):
    event = mock.meeting()
    return mock.send("GET", f"/me/events/{event['id']}/cancel").status, mock.exists(event)


def batched(mock):
    event = mock.meeting()
    item = {"id": "1", "method": "POST", "url": f"/me/events/{event['id']}/cancel"}
    (response,) = mock.send("POST", "/$batch", json_body={"requests": [item]}).json["responses"]
    return response["status"], mock.exists(event)


def booking(mock):
    made = mock.booking()
    answer = mock.cancel_booking(made)
    there = mock.send("GET", f"{mock.business}/appointments/{made['id']}").status == 200
    told = [[m["body"]["content"] for m in mock.inbox(who, "none")] for who in (ATTENDEE, SECOND)]
    return answer.status, answer.content, there, told


def booking_status(mock, actor="organizer", json_body=None):
    return mock.cancel_booking(mock.booking(), json_body, actor=actor).status


def booked(mock, message):
    mock.cancel_booking(mock.booking(), {"cancellationMessage": message})
    return mock.inbox(ATTENDEE, "none")


def unknown_booking(mock):
    return mock.cancel_booking({"id": "A" * 152}).status


DONE = (202, b"", False)
NOTHING = (405, True)


def location(mock):
    answer = mock.cancel(mock.meeting())
    return answer.status, answer.headers.get("location")


def versions(mock, **options):
    return status(mock, **options), status(mock, root="/beta", **options)


def editions(mock):
    return [status(mock, root=root) for root in ("/v1.0", "/superseded/beta", "/translated-de/beta", "/draft/beta")]


def by_app_and_user(mock):
    return status(mock, base=f"/users/{ORGANIZER}", actor="app"), status(mock, base=f"/users/{ORGANIZER}")


def whole_series_and_single(mock):
    return mock.cancel(mock.series()[0]).status, status(mock)


def twenty(gesture):
    """Make a gesture twenty times."""
    return lambda mock: [gesture(mock) for _ in range(20)]


def unpacked(mock):
    answer = mock.cancel(mock.meeting())
    packed = answer.headers.get("content-encoding")
    return gzip.decompress(answer.content) if packed else answer.content, packed


def measured(mock):
    answer = mock.cancel(mock.meeting())
    return answer.content, "content-length" in answer.headers


def by_calendar_groups(mock):
    """Through the group without an id, and through one with its id."""
    group, calendar = mock.get("/me/calendarGroups")["value"][0], mock.get("/me/calendar")
    bases = [f"/me/{one}/calendars/{calendar['id']}" for one in ("calendargroup", f"calendargroups/{group['id']}")]
    return tuple(status(mock, base=base, root="/superseded/v1.0") for base in bases)


def by_calendar_of_users(mock):
    calendar = mock.get("/me/calendar")["id"]
    return tuple(status(mock, base=f"{owner}/calendars/{calendar}") for owner in (f"/users/{ORGANIZER}", "/me"))


def by_view_and_event(mock):
    event = mock.meeting()
    path = f"/me/calendarView/{event['id']}/cancel"
    return mock.send("POST", path, json_body={}, root="/draft/beta").status, status(mock, root="/draft/beta")


def by_message(mock):
    mock.meeting()
    (message,) = mock.inbox(kind="meetingRequest")
    path = f"/me/messages/{message['id']}/event/cancel"
    return mock.send("POST", path, json_body={}, actor="attendee", root="/draft/beta").status


def soon(mock, **options):
    """Status, and whether the event stays, at once and a moment later."""
    event = mock.meeting()
    answer = mock.cancel(event, **options)
    before, mock.now = mock.exists(event), mock.now + 3
    return answer.status, before, mock.exists(event)


def raw_soon(mock, body):
    event = mock.meeting()
    path, headers = f"/me/events/{event['id']}/cancel", {"Content-Type": "application/json"}
    answer = mock.send("POST", path, body=body, headers=headers)
    before, mock.now = mock.exists(event), mock.now + 3
    return answer.status, before, mock.exists(event)


def refusal_bytes(mock):
    return mock.send("GET", "/me/events/nope").content


def refusal(mock):
    return mock.send("GET", "/me/events/nope").json


def sent(mock, method):
    event = mock.meeting()
    return mock.send(method, f"/me/events/{event['id']}/cancel", json_body={}).status, mock.exists(event)


def batch(mock, method="POST"):
    """Send a batch of one cancel, or of one look at the event."""
    event = mock.meeting()
    url = f"/me/events/{event['id']}" + ("/cancel" if method == "POST" else "")
    return mock.send("POST", "/$batch", json_body={"requests": [{"id": "1", "method": method, "url": url}]})
