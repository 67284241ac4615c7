"""Each fault does what it says: one witness per fault, seen well and seen spoilt."""

from __future__ import annotations

import pytest

from graphmock.faults import CONSTANTS, FAULTS, VARIATIONS

ORGANIZER, ATTENDEE, SECOND = (f"{name}@contoso.example" for name in ("organizer", "attendee", "second"))


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


def copies(mock):
    event = mock.meeting()
    mock.cancel(event)
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


def in_group(mock, part=""):
    base = f"/groups/{mock.cast.group}"
    return mock.cancel(mock.meeting(base=base), base=base + part).status


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


SENTENCE = "Your request can't be completed. You need to be an organizer to cancel a meeting."
REFUSED = (400, SENTENCE, True, False)
BOOKED = (204, b"", False, [["Closed"], ["Closed"]])
GONE = (202, [True, False, True], True)

WITNESSES = {
    # fault: (witness, what it sees usually, what it sees then)
    "status-200": (status, 202, 200),
    "status-204": (status, 202, 204),
    "status-one-route-200": (own_calendar, (202, 202), (200, 202)),
    "status-beta-200": (lambda m: (status(m), status(m, root="/beta")), (202, 202), (202, 200)),
    "body-one-byte": (cancelled, (202, b"", False), (202, b" ", False)),
    "body-json": (cancelled, (202, b"", False), (202, b"{}", False)),
    "route-missing-calendar-groups": (grouped, (202, 202, 202), (404, 404, 202)),
    "upn-refused": (by_name_and_id, (202, 202), (404, 202)),
    "no-token-accepted": (lambda m: cancelled(m, actor=None), (401, ..., True), (202, b"", False)),
    "bare-token-accepted": (lambda m: (status(m, actor=None), status(m, actor="x")), (401, 401), (202, 202)),
    "garbage-token-accepted": (lambda m: cancelled(m, actor="x"), (401, ..., True), (202, b"", False)),
    "expired-token-accepted": (lambda m: cancelled(m, actor="expired"), (401, ..., True), (202, b"", False)),
    "reader-accepted": (lambda m: cancelled(m, actor="reader"), (403, ..., True), (202, b"", False)),
    "app-refused": (lambda m: status(m, base=f"/users/{ORGANIZER}", actor="app"), 202, 403),
    "user-refused": (status, 202, 403),
    "translated-user-refused": (
        lambda m: (status(m), status(m, root="/translated-de/v1.0")),
        (202, 202),
        (202, 403),
    ),
    "booking-reader-accepted": (lambda m: booking_status(m, "reader"), 403, 204),
    "booking-user-refused": (lambda m: (booking_status(m), booking_status(m, "app")), (204, 204), (403, 204)),
    "booking-app-refused": (lambda m: (booking_status(m), booking_status(m, "app")), (204, 204), (204, 403)),
    "booking-message-refused": (
        lambda m: (booking_status(m), booking_status(m, json_body={})),
        (204, 204),
        (400, 204),
    ),
    "draft-comment-refused": (
        lambda m: [status(m, body={"Comment": "x"}, root=root) for root in ("/v1.0", "/draft/beta")],
        [202, 204],
        [202, 400],
    ),
    "sibling-copies-cancelled": (
        lambda m: (occurrence(m), sorted(e["isCancelled"] for e in m.view(ATTENDEE))),
        (GONE, [False, False, True]),
        (GONE, [False, True, True]),
    ),
    "upn-without-effect": (
        lambda m: (cancelled(m), cancelled(m, base=f"/users/{ORGANIZER}")),
        ((202, b"", False), (202, b"", False)),
        ((202, b"", False), (202, b"", True)),
    ),
    "no-mail-beta": (lambda m: (mails(m), mails(m, root="/beta")), ((1, 1), (2, 2)), ((1, 1), (1, 1))),
    "no-comment-no-mail": (lambda m: (mails(m), mails(m, body={})), ((1, 1), (2, 2)), ((1, 1), (1, 1))),
    "copies-stay-in-groups": (lambda m: (copies(m), grouped_copy(m)), (True, True), (True, False)),
    "copies-of-series-stay": (lambda m: (copies(m), series_copy(m)), (True, True), (True, False)),
    "decoy-copies-cancelled": (decoy_copy, (False, True), (True, True)),
    "decoy-marked": (decoy_mark, (False, False), (True, False)),
    "unauthorised-html": (
        lambda m: (m.send("GET", "/me", actor="x").content[:1], envelope(m)[0]),
        (b"{", "application/json"),
        (b"<", "application/json"),
    ),
    "unknown-id-accepted-beta": (
        lambda m: (unknown("A" * 152)(m), unknown("A" * 152, root="/beta")(m)),
        (404, 404),
        (404, 202),
    ),
    "route-missing-group-calendar": (
        lambda m: (in_group(m), in_group(m, "/calendar")),
        (202, 202),
        (202, 404),
    ),
    "booking-message-cut-255": (
        lambda m: [m2["body"]["content"] for m2 in booked(m, "x" * 300)],
        ["x" * 300],
        ["x" * 255],
    ),
    "comment-dropped": (comment("Comment"), ["Sorry"], [""]),
    "refusal-status-403": (refused, REFUSED, (403, *REFUSED[1:])),
    "refusal-status-409": (refused, REFUSED, (409, *REFUSED[1:])),
    "sentence-curly-apostrophe": (refused, REFUSED, (400, SENTENCE.replace("'", "\u2019"), True, False)),
    "sentence-without-period": (refused, REFUSED, (400, SENTENCE[:-1], True, False)),
    "sentence-other": (refused, REFUSED, (400, "Only the organizer can cancel this meeting.", True, False)),
    "refusal-has-effect": (refused, REFUSED, (400, SENTENCE, False, True)),
    "organizer-path-open": (by_attendee_on_organizers_path, 403, 202),
    "attendee-accepted": (refused, REFUSED, (202, "", True, False)),
    "not-cancelled": (lambda m: (cancelled(m), len(m.inbox())), ((202, b"", False), 1), ((202, b"", True), 1)),
    "series-leaves-occurrences": (series, (0, False), (2, True)),
    "everything-202": (
        lambda m: (refused(m)[0], cancelled(m, actor=None)),
        (400, (401, ..., True)),
        (202, (202, b"", True)),
    ),
    "no-mail": (mails, (1, 1), (0, 0)),
    "one-attendee-not-told": (mails, (1, 1), (1, 0)),
    "copies-stay": (copies, True, False),
    "decoy-gone": (decoy, (False, True, True), (False, False, True)),
    "camel-ignored": (comment("comment"), ["Sorry"], [""]),
    "pascal-ignored": (comment("Comment"), ["Sorry"], [""]),
    "kommentar-ignored": (comment("Kommentar"), ["Sorry"], [""]),
    "comment-cut-255": (comment("Comment", "x" * 300), ["x" * 300], ["x" * 255]),
    "comment-mangled": (comment("Comment", "Grüße"), ["Grüße"], ["Gr??e"]),
    "empty-object-refused": (lambda m: (status(m, body={}), status(m)), (202, 202), (400, 202)),
    "occurrence-stays": (occurrence, GONE, (202, [True, True, True], True)),
    "occurrence-cancels-series": (occurrence, GONE, (202, [False] * 3, False)),
    "sibling-gone": (occurrence, GONE, (202, [False, False, True], True)),
    "envelope-missing": (envelope, ("application/json", True), ("text/plain", b"Id is malformed.")),
    "envelope-code-missing": (envelope, ("application/json", True), ("application/json", False)),
    "unknown-id-accepted": (unknown("A" * 152), 404, 202),
    "malformed-id-accepted": (unknown("not-an-id"), 400, 202),
    "malformed-json-accepted": (lambda m: raw(m, b"{"), (400, True), (202, False)),
    "text-plain-accepted": (lambda m: raw(m, b'{"Comment":"x"}', "text/plain"), (415, True), (202, False)),
    "verb-get-cancels": (got, (405, True), (200, False)),
    "refused-json-has-effect": (lambda m: raw(m, b"{"), (400, True), (400, False)),
    "unauthorised-has-effect": (lambda m: cancelled(m, actor="x"), (401, ..., True), (401, ..., False)),
    "batch-cancel-500": (batched, (202, False), (500, True)),
    "batch-without-effect": (batched, (202, False), (202, True)),
    "booking-status-202": (booking, BOOKED, (202, *BOOKED[1:])),
    "booking-body": (booking, BOOKED, (200, b"{}", *BOOKED[2:])),
    "booking-route-missing": (booking, BOOKED, (404, ..., True, [[], []])),
    "booking-stays": (booking, BOOKED, (204, b"", True, BOOKED[3])),
    "customer-not-told": (booking, BOOKED, (204, b"", False, [[], ["Closed"]])),
    "staff-not-told": (booking, BOOKED, (204, b"", False, [["Closed"], []])),
    "booking-message-dropped": (booking, BOOKED, (204, b"", False, [[""], [""]])),
    "booking-unknown-accepted": (unknown_booking, 404, 204),
    "booking-unknown-500": (unknown_booking, 404, 500),
}


def alike(seen, expected):
    if isinstance(expected, tuple) and isinstance(seen, tuple):
        return len(seen) == len(expected) and all(map(alike, seen, expected))
    return expected is ... or seen == expected


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_a_fault_spoils_what_it_says(make, name):
    witness, usual, spoilt = WITNESSES[name]
    healthy, faulty = witness(make()), witness(make(name))
    assert alike(healthy, usual), healthy
    assert alike(faulty, spoilt), faulty


def test_every_fault_says_who_should_catch_it_and_nothing_else_does():
    assert [one.name for one in FAULTS if not one.caught_by] == []
    assert [one.name for one in (*CONSTANTS, *VARIATIONS) if one.caught_by or one.breaks] == []


def test_names_are_unique():
    names = [one.name for one in (*FAULTS, *CONSTANTS, *VARIATIONS)]
    assert len(set(names)) == len(names)


def test_every_fault_has_a_witness():
    assert set(WITNESSES) == {fault.name for fault in FAULTS}


def test_every_promise_has_a_fault():
    promised = {
        "response.status",
        "response.body",
        "http-request.route",
        "request-headers.authorization",
        "authentication.missing-token",
        "authentication.invalid-token",
        "authorization.read-only",
        "permissions.application",
        "permissions.delegated-work",
        "permissions.scope",
        "delete.organizer-only",
        "delete.custom-message",
        "organizer.refusal",
        "organizer.sentence",
        "organizer.only",
        "effect.left-calendar",
        "effect.attendees-told",
        "effect.attendee-copies",
        "effect.only-this-event",
        "request-body.comment",
        "example.comment",
        "request-body.kommentar",
        "request-body.optional",
        "occurrence.cancelled",
        "occurrence.series-intact",
        "errors.envelope",
        "errors.not-found",
        "request.malformed",
        "refusal.without-effect",
        "batch.served",
        "effect.cancelled",
        "effect.customer-told",
        "effect.staff-told",
        "request-body.cancellation-message",
        "appointment.unknown",
    }
    assert {fault.breaks for fault in FAULTS} == promised


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_a_fault_leaves_arranging_and_cleaning_up_alone(make, name):
    mock = make(name)
    start = mock.state()
    event = mock.meeting()
    mock.send("DELETE", f"/me/events/{event['id']}")
    for who in (ATTENDEE, SECOND):
        assert mock.inbox(who)
        for kind in ("events", "messages"):
            for item in mock.get(f"/users/{who}/{kind}", actor="app")["value"]:
                mock.send("DELETE", f"/users/{who}/{kind}/{item['id']}", actor="app")
    assert mock.state() == start


def test_several_faults_act_together(make):
    mock = make("status-200", "no-mail")
    assert status(mock) == 200
    assert mock.inbox() == []
