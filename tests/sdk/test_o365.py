"""
O365, the pythonic client on requests.

Configured through what it offers: a protocol of its own with another URL, a token backend, ``verify_ssl``. It addresses an
event as ``…/events/{id}`` whatever its calendar; ``main_resource`` says whose. It has no calendar groups, no bookings and
no ``$batch``, and reads a group's event through ``calendars``, which groups lack in Graph: those paths are called with the connection's ``post`` and ``get``. Without a comment it sends no body. It
repeats GET on 429, never POST.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from journey import ATTENDEE, COMMENTS, NOT_FOUND, ORGANIZER, SENTENCE, UNKNOWN
from O365 import Account, MSGraphProtocol
from O365.message import MeetingMessageType
from O365.utils import BaseTokenBackend
from requests.exceptions import HTTPError

RESOURCES = {"me": "me", "users": ORGANIZER, "groups": "group:{GROUP_ID}"}
CONTAINERS = {
    "calendar": "me/calendar",
    "calendars": "me/calendars/{calendar}",
    "calendarGroups": "me/calendarGroups/{shelf}/calendars/{calendar}",
    "users.calendar": f"users/{ORGANIZER}/calendar",
    "groups.calendar": "groups/{GROUP_ID}/calendar",
}


class FixedToken(BaseTokenBackend):
    """A token that somebody else got."""

    def __init__(self, token):
        super().__init__()
        self.token = token

    def load_token(self):
        return True

    def get_access_token(self, *, username=None):
        return {"secret": self.token, "expires_on": 4_000_000_000}


def connect(service, actor):
    class Protocol(MSGraphProtocol):
        _protocol_url = f"{service.root}/"

    return Account(
        ("client", "secret"), protocol=Protocol(timezone=ZoneInfo("UTC")), token_backend=FixedToken(service.token(actor)),
        verify_ssl=service.verify, requests_delay=0,
    )  # fmt: skip


@pytest.fixture
def organizer(service):
    return connect(service, "organizer")


@pytest.fixture
def attendee(service):
    return connect(service, "attendee")


def meet(account, subject, resource="me"):
    """Make a meeting."""
    event = account.schedule(resource=resource).new_event(subject)
    event.start, event.end = (datetime(2035, 5, 7, hour, tzinfo=ZoneInfo("UTC")) for hour in (10, 11))
    event.attendees.add(ATTENDEE)
    assert event.save()
    return event


def copy_of(attendee, subject):
    (found,) = [one for one in attendee.schedule().get_default_calendar().get_events(limit=999, include_recurring=False)
                if one.subject.endswith(subject)]  # fmt: skip
    return found


def cancellations(attendee, subject):
    """The texts of the cancellations about *subject* in the attendee's inbox."""
    return [
        message.get_body_text()
        for message in attendee.mailbox().inbox_folder().get_messages(limit=999)
        if message.meeting_message_type == MeetingMessageType.MeetingCancelled and message.subject.endswith(subject)
    ]


def refused(action):
    """Status, code and sentence of a refusal."""
    with pytest.raises(HTTPError) as caught:
        action()
    error = caught.value.response.json()["error"]
    assert error["message"] in str(caught.value)
    return caught.value.response.status_code, error["code"], error["message"]


def assert_cancelled(organizer, attendee, path, subject, comment):
    assert refused(lambda: organizer.con.get(organizer.protocol.service_url + path)) == (
        404, "ErrorItemNotFound", NOT_FOUND,
    )  # fmt: skip
    assert copy_of(attendee, subject).is_cancelled
    (text,) = cancellations(attendee, subject)
    assert (comment or "") in text


@pytest.mark.parametrize("comment", COMMENTS, ids=["comment", "none"])
@pytest.mark.parametrize("resource", RESOURCES)
def test_cancelling(service, organizer, attendee, subject, resource, comment):
    whose = RESOURCES[resource].format(**service.env)
    event = meet(organizer, subject, whose)
    assert not copy_of(attendee, subject).is_cancelled

    assert event.cancel_event(comment)

    path = {"me": "me", "users": f"users/{ORGANIZER}", "groups": f"groups/{service.env['GROUP_ID']}"}[resource]
    assert_cancelled(organizer, attendee, f"{path}/events/{event.object_id}", subject, comment)


@pytest.mark.parametrize("comment", COMMENTS, ids=["comment", "none"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_cancelling_through_a_calendar(service, organizer, attendee, subject, container, comment):
    root, con = organizer.protocol.service_url, organizer.con
    shelf = con.post(f"{root}me/calendarGroups", data={"name": subject}).json()["id"]
    calendar = con.post(f"{root}me/calendarGroups/{shelf}/calendars", data={"name": subject}).json()["id"]
    base = CONTAINERS[container].format(calendar=calendar, shelf=shelf, **service.env)
    times = {
        name: {"dateTime": f"2035-05-07T{hour}:00:00", "timeZone": "UTC"} for name, hour in (("start", 10), ("end", 11))
    }
    guest = {"emailAddress": {"address": ATTENDEE}, "type": "required"}
    made = con.post(f"{root}{base}/events", data={"subject": subject, **times, "attendees": [guest]}).json()

    answer = con.post(f"{root}{base}/events/{made['id']}/cancel", data={"comment": comment} if comment else None)

    assert (answer.status_code, answer.content, answer.headers.get("Content-Type")) == (202, b"", None)
    assert_cancelled(organizer, attendee, f"{base}/events/{made['id']}", subject, comment)


@pytest.mark.parametrize("message", COMMENTS, ids=["message", "none"])
def test_cancelling_an_appointment(service, organizer, message):
    env, con = service.env, organizer.con
    appointments = f"{organizer.protocol.service_url}solutions/bookingBusinesses/{env['BUSINESS_ID']}/appointments"
    times = {
        name: {"dateTime": f"2035-05-07T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("startDateTime", 14), ("endDateTime", 15))
    }
    made = con.post(appointments, data={"serviceId": env["SERVICE_ID"], **times}).json()

    answer = con.post(f"{appointments}/{made['id']}/cancel", data={"cancellationMessage": message} if message else None)

    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(lambda: con.get(f"{appointments}/{made['id']}"))[:2] == (404, "ErrorItemNotFound")


def test_the_attendees_refusal(organizer, attendee, subject):
    event = meet(organizer, subject)

    found = refused(lambda: copy_of(attendee, subject).cancel_event("No"))

    assert found == (400, "ErrorInvalidRequest", SENTENCE)
    assert not organizer.schedule().get_default_calendar().get_event(event.object_id).is_cancelled
    assert cancellations(attendee, subject) == []


def test_an_unknown_event(organizer):
    event = organizer.schedule().new_event("Never saved")
    event.object_id = UNKNOWN
    assert refused(event.cancel_event) == (404, "ErrorItemNotFound", NOT_FOUND)


def test_a_429_is_told_for_post_and_waited_out_for_get(service, organizer, attendee, subject):
    event = meet(organizer, subject)
    before = service.cancel_calls
    service.throttle(1)

    assert refused(event.cancel_event)[:2] == (429, "ApplicationThrottled")

    assert service.cancel_calls - before == 1
    service.throttle(1)
    assert organizer.schedule().get_default_calendar().get_event(event.object_id).subject == subject
    assert event.cancel_event()
    assert len(cancellations(attendee, subject)) == 1


def test_in_a_batch(organizer, attendee, subject):
    event = meet(organizer, subject)
    common = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": {"Comment": "In a batch"}}
    items = [
        {"id": str(number), "url": f"/me/events/{wanted}/cancel", **common}
        for number, wanted in enumerate((event.object_id, UNKNOWN))
    ]

    answer = organizer.con.post(f"{organizer.protocol.service_url}$batch", data={"requests": items}).json()

    assert {item["id"]: item["status"] for item in answer["responses"]} == {"0": 202, "1": 404}
    (text,) = cancellations(attendee, subject)
    assert "In a batch" in text
