"""Booking businesses: who can be booked, who was, and what cancelling does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphmock.model import Person
from graphmock.rules import obeys

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True, eq=False)
class Appointment:
    """A booked slot; *props* is what the client wrote."""

    id: str
    start: datetime
    end: datetime
    props: dict[str, Any]
    leaving: bool = False


@dataclass(slots=True, eq=False)
class Business:
    """A business with its services, staff, customers and appointments, each by id."""

    id: str
    person: Person
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    staff: dict[str, dict[str, Any]] = field(default_factory=dict)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)

    @obeys("booking.people")
    def customers_of(self, appointment: Appointment) -> list[Person]:
        """Say who booked: the addresses on the appointment, else those of the customers it names."""
        props = appointment.props
        found = [Person(props.get("customerName") or "", props.get("customerEmailAddress") or "")]
        for entry in [*(props.get("customers") or []), {"customerId": props.get("customerId")}]:
            known = self.customers.get(entry.get("customerId") or "", {})
            address = entry.get("emailAddress") or known.get("emailAddress") or ""
            found.append(Person(entry.get("name") or known.get("displayName") or "", address))
        return list({person.address.lower(): person for person in found if person.address}.values())

    def staff_of(self, appointment: Appointment) -> list[Person]:
        """Say who serves: those the appointment names, else those of its service."""
        service = self.services.get(appointment.props.get("serviceId") or "", {})
        ids = appointment.props.get("staffMemberIds") or service.get("staffMemberIds") or []
        members = [self.staff[key] for key in ids if key in self.staff]
        return [Person(member["displayName"], member["emailAddress"]) for member in members]


@dataclass(frozen=True, slots=True)
class Notice:
    """
    What cancelling an appointment will do, and what the people concerned will hear.

    Attributes:
        stays: Whether it stays where it is.
        text: What customers hear; *staff_text* what staff does.
        leaves_after: Seconds until it leaves; *mail_after* until they hear of it.
    """

    customers: tuple[Person, ...]
    staff: tuple[Person, ...]
    text: str
    staff_text: str
    stays: bool = False
    leaves_after: float = 0.0
    mail_after: float = 0.0


@dataclass(slots=True)
class Bookings:
    """All businesses of the tenant."""

    businesses: dict[str, Business] = field(default_factory=dict)

    def summary(self) -> dict[str, dict[str, int]]:
        """Count what each business holds."""
        return {
            key: {"appointments": len(business.appointments), "customers": len(business.customers)}
            for key, business in self.businesses.items()
        }

    def portrait(self) -> list[Any]:
        """Everything that could be listed, in a stable order."""
        return [
            [
                key,
                sorted(business.customers),
                sorted((a.id, a.leaving, json.dumps(a.props, sort_keys=True)) for a in business.appointments.values()),
            ]
            for key, business in sorted(self.businesses.items())
        ]
