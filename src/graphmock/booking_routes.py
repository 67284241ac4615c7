"""Handlers for booking businesses, and ``bookingAppointment: cancel``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphmock import conditions, payload
from graphmock.access import require
from graphmock.bookings import Appointment, Business, Notice
from graphmock.call import Call, Reply, World
from graphmock.errors import Refusal, refuse
from graphmock.events import window
from graphmock.odata import Kind, listing, single
from graphmock.rules import obeys
from graphmock.tokens import BOOKINGS_READ, BOOKINGS_WRITE
from graphmock.when import written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphmock.model import Person

BUSINESS = Kind(
    "microsoft.graph.bookingBusiness",
    lambda b, _call: {
        "id": b.id, "displayName": b.person.name, "email": b.person.address, "isPublished": True,
        "defaultCurrencyIso": "USD", "businessType": "", "phone": "",
    },
    {"id": lambda b: b.id, "displayName": lambda b: b.person.name},
    {},
)  # fmt: skip
_PLAIN: dict[str, Any] = {
    "id": lambda entry: entry["id"],
    "displayName": lambda entry: entry.get("displayName"),
    "emailAddress": lambda entry: entry.get("emailAddress"),
}
SERVICE = Kind("microsoft.graph.bookingService", lambda entry, _call: dict(entry), _PLAIN, {})
STAFF = Kind(
    "microsoft.graph.bookingStaffMemberBase",
    lambda entry, _call: {"@odata.type": "#microsoft.graph.bookingStaffMember", **entry},
    _PLAIN,
    {},
)
CUSTOMER = Kind(
    "microsoft.graph.bookingCustomerBase",
    lambda entry, _call: {"@odata.type": "#microsoft.graph.bookingCustomer", **entry},
    _PLAIN,
    {},
)


def _appointment_json(appointment: Appointment, _call: Call) -> dict[str, Any]:
    # Times come back in UTC, whatever zone they were booked in.
    return {
        "id": appointment.id,
        **appointment.props,
        "startDateTime": written(appointment.start),
        "endDateTime": written(appointment.end),
    }


APPOINTMENT = Kind(
    "microsoft.graph.bookingAppointment",
    _appointment_json,
    {
        "id": lambda a: a.id,
        "startDateTime/dateTime": lambda a: a.start,
        "start/dateTime": lambda a: a.start,
        "serviceId": lambda a: a.props.get("serviceId"),
        "serviceNotes": lambda a: a.props.get("serviceNotes"),
    },
    {},
)
_OF_TYPE: dict[type, tuple[str, ...]] = {
    str: (
        "additionalInformation", "customerId", "customerName", "customerEmailAddress", "customerPhone", "customerNotes",
        "customerTimeZone", "duration", "postBuffer", "preBuffer", "priceType", "selfServiceAppointmentId", "serviceId",
        "serviceName", "serviceNotes", "anonymousJoinWebUrl", "joinWebUrl",
    ),
    bool: (
        "isCustomerAllowedToManageBooking", "isLocationOnline", "optOutOfCustomerEmail", "smsNotificationsEnabled",
    ),
    int: ("filledAttendeesCount", "maximumAttendeesCount"),
    list: ("customers", "reminders", "staffMemberIds"),
    dict: ("serviceLocation",),
    float: ("price",),
}  # fmt: skip
_TAKEN = {name: kind for kind, names in _OF_TYPE.items() for name in names}
_TIMES = {"startDateTime", "endDateTime", "start", "end"}


def _open(world: World, call: Call, need: frozenset[str]) -> Business:
    require(call, need)
    conditions.open_bookings(world.behaviour)
    wanted = call.params["business"].lower()
    for key, business in world.store.bookings.businesses.items():
        if key.lower() == wanted:
            world.throttle.admit(call.who, business.id)
            return business
    raise refuse("id.unknown")


def list_businesses(world: World, call: Call) -> Reply:
    """List all businesses."""
    if not call.who.may(BOOKINGS_READ):
        raise refuse("access.scope")
    conditions.open_bookings(world.behaviour)
    return listing(world, call, BUSINESS, world.store.bookings.businesses.values())


def read_business(world: World, call: Call) -> Reply:
    """Answer with one business."""
    return single(call, BUSINESS, _open(world, call, BOOKINGS_READ))


def list_services(world: World, call: Call) -> Reply:
    """List what can be booked."""
    return listing(world, call, SERVICE, _open(world, call, BOOKINGS_READ).services.values())


def list_staff(world: World, call: Call) -> Reply:
    """List who can be booked."""
    return listing(world, call, STAFF, _open(world, call, BOOKINGS_READ).staff.values())


def list_customers(world: World, call: Call) -> Reply:
    """List who booked before."""
    return listing(world, call, CUSTOMER, _open(world, call, BOOKINGS_READ).customers.values())


def create_customer(world: World, call: Call) -> Reply:
    """Enter a customer."""
    business = _open(world, call, BOOKINGS_WRITE)
    body = payload.json_object(call)
    name, address = payload.text(body, "displayName", required=True), payload.text(body, "emailAddress")
    customer = {"id": world.store.mint.guid(), "displayName": name, "emailAddress": address}
    business.customers[customer["id"]] = customer
    return single(call, CUSTOMER, customer, status=201)


def _customer(business: Business, call: Call) -> dict[str, Any]:
    customer = business.customers.get(call.params["customer"])
    if customer is None:
        raise refuse("id.unknown")
    return customer


def read_customer(world: World, call: Call) -> Reply:
    """Answer with one customer."""
    return single(call, CUSTOMER, _customer(_open(world, call, BOOKINGS_READ), call))


def delete_customer(world: World, call: Call) -> Reply:
    """Strike a customer off."""
    business = _open(world, call, BOOKINGS_WRITE)
    del business.customers[_customer(business, call)["id"]]
    return Reply(204)


def list_appointments(world: World, call: Call) -> Reply:
    """List all appointments."""
    return listing(world, call, APPOINTMENT, _open(world, call, BOOKINGS_READ).appointments.values())


def view(world: World, call: Call) -> Reply:
    """List the appointments in a window."""
    business = _open(world, call, BOOKINGS_READ)
    start, end = window(call, "start", "end")
    inside = [a for a in business.appointments.values() if a.start < end and a.end > start]
    return listing(world, call, APPOINTMENT, sorted(inside, key=lambda a: a.start))


@obeys("booking.quiet-create")
def create_appointment(world: World, call: Call) -> Reply:
    """Book an appointment."""
    business = _open(world, call, BOOKINGS_WRITE)
    body = payload.json_object(call)
    payload.allow(body, {*_TAKEN, *_TIMES}, APPOINTMENT.name)
    payload.typed(body, _TAKEN)
    start, end = payload.times({"start": body.get("startDateTime") or body.get("start"),
                                "end": body.get("endDateTime") or body.get("end")})  # fmt: skip
    service = body.get("serviceId")
    if service is not None and service not in business.services:
        raise refuse("body.invalid", name="serviceId")
    for customer in payload.items(body, "customers", dict):
        payload.typed(customer, _OF_CUSTOMER)
    if not business.staff.keys() >= set(payload.items(body, "staffMemberIds", str)):
        raise refuse("body.invalid", name="staffMemberIds")
    props = {name: value for name, value in body.items() if name in _TAKEN}
    props.setdefault("serviceName", business.services.get(service or "", {}).get("displayName"))
    appointment = Appointment(world.store.mint.item(), start, end, props)
    business.appointments[appointment.id] = appointment
    return single(call, APPOINTMENT, appointment, status=201)


_OF_CUSTOMER = {"customerId": str, "name": str, "emailAddress": str}


@obeys("booking.unknown")
def _appointment(business: Business, call: Call) -> Appointment:
    # Whatever the id looks like: the page promises 404 for an appointment that does not exist.
    appointment = business.appointments.get(call.params["appointment"])
    if appointment is None or (appointment.leaving and call.is_booking_cancel):
        raise refuse("booking.unknown")
    return appointment


def read_appointment(world: World, call: Call) -> Reply:
    """Answer with one appointment."""
    return single(call, APPOINTMENT, _appointment(_open(world, call, BOOKINGS_READ), call))


@obeys("booking.delete")
def delete_appointment(world: World, call: Call) -> Reply:
    """Delete an appointment and tell the customer."""
    business = _open(world, call, BOOKINGS_WRITE)
    appointment = _appointment(business, call)
    del business.appointments[appointment.id]
    if not appointment.leaving:
        _tell(world, business, appointment, "", business.customers_of(appointment))
    return Reply(204)


@obeys("booking.told", "booking.gone")
def cancel_appointment(world: World, call: Call) -> Reply:
    """Cancel an appointment and tell customer and staff."""
    business = _open(world, call, BOOKINGS_WRITE)
    message = _message(world, call)
    world.store.ask_off(call.params["appointment"])
    appointment = _appointment(business, call)
    world.store.called_off.add(appointment.id)
    _perform(world, business, appointment, world.behaviour.neglects(_notice(business, appointment, message), call))
    return world.behaviour.success(call)


def cancel_anyway(world: World, call: Call) -> None:
    """Cancel the appointment that the path names although the call was refused; only a fault does."""
    for business in world.store.bookings.businesses.values():
        appointment = business.appointments.get(call.params["appointment"])
        if appointment is not None and not appointment.leaving:
            try:
                message = _message(world, call)
            except Refusal:
                message = ""
            _perform(world, business, appointment, _notice(business, appointment, message))


def _notice(business: Business, appointment: Appointment, message: str) -> Notice:
    customers, staff = business.customers_of(appointment), business.staff_of(appointment)
    return Notice(tuple(customers), tuple(staff), message, message)


def _perform(world: World, business: Business, appointment: Appointment, notice: Notice) -> None:
    store = world.store
    store.counts["cancellations"] += 1
    appointment.leaving = not notice.stays

    def leave() -> None:
        if appointment.leaving:
            business.appointments.pop(appointment.id, None)

    def tell() -> None:
        _tell(world, business, appointment, notice.text, notice.customers)
        _tell(world, business, appointment, notice.staff_text, notice.staff)

    store.later(store.clock() + store.manner.calendar_delay + notice.leaves_after, leave)
    store.later(store.clock() + store.manner.mail_delay + notice.mail_after, tell)


def _message(world: World, call: Call) -> str:
    body = payload.json_object(call, required=False)
    for name in body:
        if name != "cancellationMessage" and "@" not in name:
            raise refuse("body.parameter", name=name, operation="cancel")
    return world.behaviour.hears(call, payload.text(body, "cancellationMessage"))


def _tell(world: World, business: Business, appointment: Appointment, message: str, people: Iterable[Person]) -> None:
    service = appointment.props.get("serviceName") or "Appointment"
    notes = appointment.props.get("additionalInformation") or ""
    note = {
        "kind": "message", "meeting_type": "none", "subject": f"Canceled: {service}",
        "text": "\n".join(part for part in (message, notes) if part), "sender": business.person,
    }  # fmt: skip
    for person in people:
        world.store.deliver(person, note)
