"""
msgraph-sdk, Microsoft's own client for Python: generated, asynchronous, on httpx.

Configured through what it offers: a credential, the hosts the token may be sent to, an httpx client, a base URL. It allows
plain http on loopback only. It is generated for ``/users/{id}`` and rewrites that to ``/me`` on the way. It repeats a
request three times on 429.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from azure.core.credentials import AccessToken
from journey import ATTENDEE, COMMENTS, NOT_FOUND, ORGANIZER, SENTENCE, UNKNOWN
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.groups.item.events.item.cancel.cancel_post_request_body import (
    CancelPostRequestBody as GroupCancelBody,
)
from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.booking_appointment import BookingAppointment
from msgraph.generated.models.booking_customer_information import BookingCustomerInformation
from msgraph.generated.models.calendar import Calendar
from msgraph.generated.models.calendar_group import CalendarGroup
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_message import EventMessage
from msgraph.generated.models.meeting_message_type import MeetingMessageType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.solutions.booking_businesses.item.appointments.item.cancel.cancel_post_request_body import (
    CancelPostRequestBody as BookingCancelBody,
)
from msgraph.generated.users.item.events.events_request_builder import EventsRequestBuilder
from msgraph.generated.users.item.events.item.cancel.cancel_post_request_body import CancelPostRequestBody
from msgraph.generated.users.item.mail_folders.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

PLACES = ["me", "users", "calendar", "users.calendar", "calendars", "calendarGroups"]


class FixedCredential:
    """A token that somebody else got."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *_scopes, **_options):
        return AccessToken(self.token, 4_000_000_000)


@asynccontextmanager
async def connected(service, actor):
    # Kept, because the factory wraps it in a transport that does not close it.
    transport = httpx.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=service.ca))
    async with transport, httpx.AsyncClient(transport=transport, timeout=10) as http:
        provider = AzureIdentityAuthenticationProvider(
            FixedCredential(service.token(actor)), allowed_hosts=[urlsplit(service.root).hostname]
        )
        client = GraphClientFactory.create_with_default_middleware(client=http, options=options)
        adapter = GraphRequestAdapter(provider, client=client)
        adapter.base_url = f"{service.root}/v1.0"
        yield GraphServiceClient(request_adapter=adapter)


@pytest.fixture
def run(service):
    """Run a coroutine function with the organizer's client and the attendee's."""

    async def with_clients(journey):
        async with connected(service, "organizer") as organizer, connected(service, "attendee") as attendee:
            await journey(organizer, attendee)

    return lambda journey: asyncio.run(with_clients(journey))


def meeting(subject):
    guest = Attendee(email_address=EmailAddress(address=ATTENDEE, name="Adam"))
    return Event(subject=subject, start=moment(10), end=moment(11), attendees=[guest])


def moment(hour):
    return DateTimeTimeZone(date_time=f"2035-05-07T{hour}:00:00", time_zone="UTC")


async def place_of(client, name, subject):
    """The events of a place."""
    if name == "calendars":
        calendar = await client.me.calendars.post(Calendar(name=subject))
        return client.me.calendars.by_calendar_id(calendar.id).events
    if name == "calendarGroups":
        group = await client.me.calendar_groups.post(CalendarGroup(name=subject))
        calendars = client.me.calendar_groups.by_calendar_group_id(group.id).calendars
        calendar = await calendars.post(Calendar(name=subject))
        return calendars.by_calendar_id(calendar.id).events
    user = client.users.by_user_id(ORGANIZER)
    return {
        "me": client.me.events, "users": user.events, "calendar": client.me.calendar.events,
        "users.calendar": user.calendar.events,
    }[name]  # fmt: skip


async def copy_of(attendee, event):
    """The attendee's copy."""
    query = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(filter=f"iCalUId eq '{event.i_cal_u_id}'")
    found = await attendee.me.events.get(RequestConfiguration(query_parameters=query))
    return found.value[0]


async def inbox(attendee):
    """The attendee's messages, their bodies as text."""
    query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(top=500)
    wanted = RequestConfiguration(query_parameters=query)
    wanted.headers.add("Prefer", 'outlook.body-content-type="text"')
    return (await attendee.me.mail_folders.by_mail_folder_id("inbox").messages.get(wanted)).value


async def cancellations(attendee, subject):
    """The texts of the cancellations about *subject* in the attendee's inbox."""
    return [
        message.body.content
        for message in await inbox(attendee)
        if isinstance(message, EventMessage)
        and message.meeting_message_type == MeetingMessageType.MeetingCancelled
        and message.subject.endswith(subject)
    ]


async def refused(awaited):
    """Status, code and sentence of a refusal."""
    with pytest.raises(ODataError) as caught:
        await awaited
    error = caught.value.error
    return caught.value.response_status_code, error.code, error.message


@pytest.mark.parametrize("comment", COMMENTS, ids=["comment", "none"])
@pytest.mark.parametrize("place", PLACES)
def test_cancelling(run, subject, place, comment):
    async def journey(organizer, attendee):
        events = await place_of(organizer, place, subject)
        event = await events.post(meeting(subject))
        assert (await copy_of(attendee, event)).is_cancelled is False
        item = events.by_event_id(event.id)
        assert (await item.get()).subject == subject

        assert await item.cancel.post(CancelPostRequestBody(comment=comment)) is None

        assert await refused(item.get()) == (404, "ErrorItemNotFound", NOT_FOUND)
        assert (await copy_of(attendee, event)).is_cancelled is True
        (text,) = await cancellations(attendee, subject)
        assert (comment or "") in text

    run(journey)


@pytest.mark.parametrize("comment", COMMENTS, ids=["comment", "none"])
@pytest.mark.parametrize("place", ["groups", "groups.calendar"])
def test_cancelling_a_groups_event(run, service, subject, place, comment):
    async def journey(organizer, attendee):
        group = organizer.groups.by_group_id(service.env["GROUP_ID"])
        events = group.events if place == "groups" else group.calendar.events
        event = await events.post(meeting(subject))

        await events.by_event_id(event.id).cancel.post(GroupCancelBody(comment=comment))

        assert (await refused(events.by_event_id(event.id).get()))[0] == 404
        assert (await copy_of(attendee, event)).is_cancelled is True
        (text,) = await cancellations(attendee, subject)
        assert (comment or "") in text

    run(journey)


@pytest.mark.parametrize("message", COMMENTS, ids=["message", "none"])
def test_cancelling_an_appointment(run, service, subject, message):
    text = message and f"{message}, {subject}"

    async def journey(organizer, attendee):
        business = organizer.solutions.booking_businesses.by_booking_business_id(service.env["BUSINESS_ID"])
        customer = BookingCustomerInformation(name="Adam", email_address=ATTENDEE)
        wanted = BookingAppointment(
            service_id=service.env["SERVICE_ID"], start_date_time=moment(14), end_date_time=moment(15),
            customers=[customer],
        )  # fmt: skip
        made = await business.appointments.post(wanted)
        item = business.appointments.by_booking_appointment_id(made.id)

        assert await item.cancel.post(BookingCancelBody(cancellation_message=text)) is None

        assert (await refused(item.get()))[:2] == (404, "ErrorItemNotFound")
        mails = [one.body.content for one in await inbox(attendee)]
        assert not text or len([mail for mail in mails if text in mail]) == 1

    run(journey)


def test_the_attendees_refusal(run, subject):
    async def journey(organizer, attendee):
        event = await organizer.me.events.post(meeting(subject))
        copy = await copy_of(attendee, event)

        found = await refused(attendee.me.events.by_event_id(copy.id).cancel.post(CancelPostRequestBody(comment="No")))

        assert found == (400, "ErrorInvalidRequest", SENTENCE)
        assert (await organizer.me.events.by_event_id(event.id).get()).is_cancelled is False
        assert await cancellations(attendee, subject) == []

    run(journey)


def test_an_unknown_event(run):
    async def journey(organizer, _):
        cancel = organizer.me.events.by_event_id(UNKNOWN).cancel
        assert await refused(cancel.post(CancelPostRequestBody())) == (404, "ErrorItemNotFound", NOT_FOUND)

    run(journey)


def test_one_429_is_waited_out(run, service, subject):
    async def journey(organizer, attendee):
        event = await organizer.me.events.post(meeting(subject))
        before = service.cancel_calls
        service.throttle(1)

        await organizer.me.events.by_event_id(event.id).cancel.post(CancelPostRequestBody(comment="Late"))

        assert service.cancel_calls - before == 2
        assert len(await cancellations(attendee, subject)) == 1

    run(journey)


def test_a_429_too_many_is_told(run, service, subject):
    async def journey(organizer, _):
        event = await organizer.me.events.post(meeting(subject))
        service.throttle(4)

        found = await refused(organizer.me.events.by_event_id(event.id).cancel.post(CancelPostRequestBody()))

        assert found[:2] == (429, "ApplicationThrottled")

    run(journey)


def test_in_a_batch(run, subject):
    async def journey(organizer, attendee):
        adapter = organizer.request_adapter
        event = await organizer.me.events.post(meeting(subject))
        content = BatchRequestContent()
        for name, wanted in (("known", event.id), ("unknown", UNKNOWN)):
            cancel = organizer.me.events.by_event_id(wanted).cancel
            request = cancel.to_post_request_information(CancelPostRequestBody(comment="In a batch"))
            request.path_parameters["baseurl"] = adapter.base_url
            item = BatchRequestItem(request, id=name)
            # It keeps the whole URL, which the service refuses too: msgraph-sdk-python#1015.
            item.url = item.url.removeprefix(adapter.base_url)
            content.add_request(name, item)

        answer = await organizer.batch.post(content)

        assert answer.get_response_status_codes() == {"known": 202, "unknown": 404}
        (text,) = await cancellations(attendee, subject)
        assert "In a batch" in text

    run(journey)
