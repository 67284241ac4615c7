"""
Office365-REST-Python-Client, on requests.

It offers no option for another service root, only a choice of clouds. It does take a ``requests`` session, and a session
takes an adapter per URL prefix: one for its fixed root leads to the stand-in, over http as well. Booking appointments
have no cancel in it; that path is called with a query of the kind its own actions are made of. It repeats a request
on 429 only where asked to (``execute_query_retry``). Its ``execute_batch`` leaves the session aside, so the batch is
sent with ``execute_batch_async``, which does not. Without a comment it sends ``{"Comment": null}``.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import requests
from journey import ATTENDEE, COMMENTS, NOT_FOUND, ORGANIZER, SENTENCE, UNKNOWN
from office365.graph_client import GraphClient
from office365.outlook.calendar.attendees.attendee import Attendee
from office365.outlook.calendar.dateTimeTimeZone import DateTimeTimeZone
from office365.outlook.calendar.email_address import EmailAddress
from office365.outlook.calendar.events.collection import EventCollection
from office365.runtime.client_request_exception import ClientRequestException
from office365.runtime.client_value_collection import ClientValueCollection
from office365.runtime.queries.service_operation import ServiceOperationQuery
from office365.runtime.transport.requests_transport import RequestsTransport
from requests.adapters import HTTPAdapter

GRAPH = "https://graph.microsoft.com"
PLACES = ["me", "users", "calendar", "users.calendar", "calendars", "calendarGroups", "groups", "groups.calendar"]


class Detour(HTTPAdapter):
    """Leads what was meant for Graph to another root."""

    def __init__(self, root):
        super().__init__()
        self.root = root

    def send(self, request, *arguments, **options):
        request.url = self.root + request.url.removeprefix(GRAPH)
        return super().send(request, *arguments, **options)


def connect(service, actor):
    session = requests.Session()
    session.mount(GRAPH, Detour(service.root))
    session.verify = service.verify
    client = GraphClient(lambda: {"access_token": service.token(actor), "token_type": "Bearer"})
    client.pending_request().with_transport(session=session)
    client.pending_request().with_async_transport(RequestsTransport(session=session))
    return client


@pytest.fixture
def organizer(service):
    with connect(service, "organizer") as client:
        yield client


@pytest.fixture
def attendee(service):
    with connect(service, "attendee") as client:
        yield client


def place_of(client, service, name, subject):
    """The events of a place."""
    me, group = client.me, client.groups[service.env["GROUP_ID"]]
    if name == "calendars":
        return me.calendars.add(name=subject).execute_query().events
    if name == "calendarGroups":
        shelf = me.calendar_groups.add(name=subject).execute_query()
        made = shelf.calendars.add(name=subject).execute_query()
        return me.calendar_groups[shelf.id].calendars[made.id].events
    user = client.users[ORGANIZER]
    return {
        "me": me.events, "users": user.events, "calendar": me.calendar.events, "users.calendar": user.calendar.events,
        "groups": group.events, "groups.calendar": group.calendar.events,
    }[name]  # fmt: skip


def meet(events, subject):
    start, end = (datetime(2035, 5, 7, hour, tzinfo=UTC) for hour in (10, 11))
    if isinstance(events, EventCollection):
        return events.add(subject=subject, start=start, end=end, attendees=[ATTENDEE]).execute_query()
    # A user's own events are a collection without that convenience.
    guests = ClientValueCollection(Attendee, [Attendee(EmailAddress(ATTENDEE), type="required")])
    start, end = DateTimeTimeZone.parse(start), DateTimeTimeZone.parse(end)
    return events.add(subject=subject, start=start, end=end, attendees=guests).execute_query()


def copy_of(attendee, event):
    found = attendee.me.events.filter(f"iCalUId eq '{event.get_property('iCalUId')}'").get().execute_query()
    return found[0]


def cancellations(attendee, subject):
    """The texts of the cancellations about *subject* in the attendee's inbox."""
    found = attendee.me.mail_folders["inbox"].messages.top(500).get().execute_query()
    return [
        message.body.content
        for message in found
        if message.get_property("meetingMessageType") == "meetingCancelled" and message.subject.endswith(subject)
    ]


def refused(query):
    """Status, code and sentence of a refusal."""
    with pytest.raises(ClientRequestException) as caught:
        query.execute_query()
    return caught.value.response.status_code, caught.value.code, caught.value.message


@pytest.mark.parametrize("comment", COMMENTS, ids=["comment", "none"])
@pytest.mark.parametrize("place", PLACES)
def test_cancelling(service, organizer, attendee, subject, place, comment):
    events = place_of(organizer, service, place, subject)
    event = meet(events, subject)
    assert copy_of(attendee, event).is_cancelled is False

    events[event.id].cancel(comment).execute_query()

    assert refused(events[event.id].get()) == (404, "ErrorItemNotFound", NOT_FOUND)
    assert copy_of(attendee, event).is_cancelled is True
    (text,) = cancellations(attendee, subject)
    assert (comment or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in text


@pytest.mark.parametrize("message", COMMENTS, ids=["message", "none"])
def test_cancelling_an_appointment(service, organizer, message):
    appointments = organizer.solutions.booking_businesses[service.env["BUSINESS_ID"]].appointments
    times = {
        name: {"dateTime": f"2035-05-07T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("startDateTime", 14), ("endDateTime", 15))
    }
    made = appointments.add(serviceId=service.env["SERVICE_ID"], **times).execute_query()
    appointment = appointments[made.id]

    organizer.add_query(ServiceOperationQuery(appointment, "cancel", None, {"cancellationMessage": message}))
    organizer.execute_query()

    assert refused(appointment.get())[:2] == (404, "ErrorItemNotFound")


def test_the_attendees_refusal(organizer, attendee, subject):
    event = meet(organizer.me.events, subject)

    found = refused(attendee.me.events[copy_of(attendee, event).id].cancel("No"))

    assert found == (400, "ErrorInvalidRequest", SENTENCE)
    assert organizer.me.events[event.id].get().execute_query().is_cancelled is False
    assert cancellations(attendee, subject) == []


def test_an_unknown_event(organizer):
    assert refused(organizer.me.events[UNKNOWN].cancel()) == (404, "ErrorItemNotFound", NOT_FOUND)


def test_a_429_is_told_and_waited_out_where_asked(service, organizer, attendee, subject):
    event = meet(organizer.me.events, subject)
    service.throttle(1)
    assert refused(organizer.me.events[event.id].cancel("Late"))[:2] == (429, "ApplicationThrottled")

    before = service.cancel_calls
    service.throttle(1)
    organizer.me.events[event.id].cancel("Late").execute_query_retry(timeout_secs=1, jitter=False)

    assert service.cancel_calls - before == 2
    assert len(cancellations(attendee, subject)) == 1


def test_in_a_batch(organizer, attendee, subject):
    first, second = (meet(organizer.me.events, subject) for _ in range(2))
    for wanted in (first.id, second.id, UNKNOWN):
        organizer.me.events[wanted].cancel("In a batch")

    with organizer.collect_batch_failures() as failures:
        asyncio.run(organizer.execute_batch_async())

    assert [(error.response.status_code, error.code) for _, error in failures] == [(404, "ErrorItemNotFound")]
    assert len(cancellations(attendee, subject)) == 2
