"""The same for effects that show at attendees, late, or at a booking business."""

from __future__ import annotations

from gestures import ATTENDEE, ORGANIZER, SECOND, refused, status

# --- by the attendee ----------------------------------------------------------------------------------------------


def refused_by_versions(mock, roots=("/v1.0", "/beta")):
    return tuple(mock.cancel(mock.copy(mock.meeting()), actor="attendee", root=root).status for root in roots)


def refused_error(mock):
    return mock.cancel(mock.copy(mock.meeting()), actor="attendee").json["error"]


def refused_soon(mock):
    event = mock.meeting()
    answer = mock.cancel(mock.copy(event), actor="attendee")
    before, mock.now = mock.exists(event), mock.now + 3
    return answer.status, before, mock.exists(event)


def refused_mails(mock):
    refused(mock)
    return [len(mock.inbox(who)) for who in (ATTENDEE, SECOND, ORGANIZER)]


def taken_to_decline(mock):
    event = mock.meeting()
    mock.cancel(mock.copy(event), actor="attendee")
    attendees = mock.get(f"/me/events/{event['id']}")["attendees"]
    return [one["status"]["response"] == "declined" for one in attendees]


# --- effects, early and late --------------------------------------------------------------------------------------


def later(gesture):
    """Make a gesture that gives a question; ask it at once and beyond all patience."""

    def asked(mock):
        question = gesture(mock)
        before, mock.now = question(), mock.now + 400
        return before, question()

    return asked


def cancelled_event(mock):
    event = mock.meeting()
    mock.cancel(event)
    return lambda: mock.exists(event)


def namesake_of_cancelled(mock):
    namesake, event = mock.meeting("Same"), mock.meeting("Same")
    mock.cancel(event)
    return lambda: mock.exists(namesake)


def sibling_of_cancelled(mock):
    occurrences = mock.series()[1]
    mock.cancel(occurrences[1])
    return lambda: mock.exists(occurrences[0])


def cancelled_copy(mock):
    event = mock.meeting()
    mock.cancel(event)
    return lambda: mock.copy(event)["isCancelled"]


def cancelled_booking(mock):
    made = mock.booking()
    mock.cancel_booking(made)
    return lambda: mock.send("GET", f"{mock.business}/appointments/{made['id']}").status == 200


def flagged(mock):
    """Whether the event is marked as cancelled, None where it is gone; and who was told."""
    event = mock.meeting()
    mock.cancel(event)
    found = mock.send("GET", f"/me/events/{event['id']}")
    return found.json["isCancelled"] if found.status == 200 else None, len(mock.inbox())


def group_event_stays(mock):
    base = f"/groups/{mock.cast.group}"
    event = mock.meeting(base=base)
    mock.cancel(event, base=base)
    return mock.send("GET", f"{base}/events/{event['id']}").status == 200


def kinds(mock):
    status(mock)
    return [len(mock.inbox(kind=kind)) for kind in ("meetingCancelled", "meetingRequest", "none")]


def copies_of_both(mock):
    event = mock.meeting()
    mock.cancel(event)
    return mock.copy(event)["isCancelled"], mock.copy(event, SECOND)["isCancelled"]


def named_copy(mock):
    event = mock.meeting()
    mock.cancel(event)
    copy = mock.copy(event)
    return copy["isCancelled"], copy["subject"]


def decoy_names(mock):
    decoy, event, other = mock.meeting("Same"), mock.meeting("Same"), mock.meeting("Other")
    mock.cancel(event)
    return [mock.get(f"/me/events/{one['id']}")["subject"] for one in (decoy, other)]


def two_comments(mock):
    for text in ("One", "Two"):
        status(mock, body={"Comment": text})
    return mock.comments()


# --- appointments -------------------------------------------------------------------------------------------------


def statuses_of_bookings(mock, root, *places):
    """Of cancelling an appointment of its own by each of *places*."""
    paths = (f"{place}/{mock.booking()['id']}/cancel" for place in places)
    return tuple(mock.send("POST", path, json_body={}, root=root).status for path in paths)


def booked_at_roots(mock):
    """Under today's root of bookings and the older one."""
    appointments = f"/bookingBusinesses/{mock.cast.business}/appointments"
    return statuses_of_bookings(mock, "/beta", f"/solutions{appointments}", appointments)


def booked_in_view(mock):
    business = f"/bookingBusinesses/{mock.cast.business}"
    return statuses_of_bookings(mock, "/draft/beta", f"{business}/calendarView", f"{business}/appointments")


def booking_sent(mock, body=b"{}", media_type="application/json", method="POST", actor="organizer"):
    """Status, and whether the appointment stays."""
    path = f"{mock.business}/appointments/{mock.booking()['id']}"
    headers = {"Content-Type": media_type}
    answer = mock.send(method, f"{path}/cancel", body=body, headers=headers, actor=actor)
    return answer.status, mock.send("GET", path).status == 200
