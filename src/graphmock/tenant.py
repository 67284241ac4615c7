"""The tenant as it is before anybody touches it: who there is, and what is nobody's business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from graphmock import meetings, payload
from graphmock.bookings import Business
from graphmock.call import World
from graphmock.ids import Mint
from graphmock.model import Mailbox, Person
from graphmock.store import Store
from graphmock.tokens import Principal, TokenBook

if TYPE_CHECKING:
    from graphmock.behaviour import Behaviour

DOMAIN = "contoso.example"
_DELEGATED = frozenset(
    {
        "Calendars.ReadWrite", "Mail.ReadWrite", "User.Read", "User.ReadBasic.All", "Group.ReadWrite.All",
        "Bookings.ReadWrite.All", "BookingsAppointment.ReadWrite.All",
    }
)  # fmt: skip
_APPLICATION = frozenset(
    {"Calendars.ReadWrite", "Mail.ReadWrite", "User.Read.All", "Group.Read.All", "Bookings.ReadWrite.All"}
)
_READER = frozenset({"Calendars.Read", "User.Read"})


@dataclass(frozen=True, slots=True)
class Cast:
    """The names a client is told; *writable* are the mailboxes it may touch."""

    organizer: str
    attendee: str
    writable: tuple[str, ...]
    group: str
    business: str
    service: str


def build(behaviour: Behaviour, *, seed: int | None = None, page_size: int = 10) -> tuple[World, Cast]:
    """Make a tenant."""
    mint = Mint(seed, awkward=behaviour.has("ids-with-slash"))
    store = Store(mint)
    organizer = store.open(Person("Olivia Organizer", f"organizer@{DOMAIN}"))
    attendee = store.open(Person("Adam Attendee", f"attendee@{DOMAIN}"))
    second = store.open(Person("Sara Second", f"second@{DOMAIN}"))
    bystander = store.open(Person("Bea Bystander", f"bystander@{DOMAIN}"))
    group = store.open(
        Person("Project team", f"project-team@{DOMAIN}"), kind="group", members=(organizer.id, attendee.id)
    )
    business = _business(store, second)
    _furnish(store, bystander)
    store.manner = behaviour.manner
    people = (organizer, attendee, second)
    cast = Cast(
        organizer=organizer.address, attendee=attendee.address, writable=tuple(box.address for box in people),
        group=group.id, business=business.id, service=next(iter(business.services)),
    )  # fmt: skip
    tokens = _tokens(mint, organizer, attendee)
    return World(store, tokens, behaviour, page_size, mint.request), cast


def _tokens(mint: Mint, organizer: Mailbox, attendee: Mailbox) -> TokenBook:
    book = TokenBook()
    book.issue("organizer", mint.token(), Principal(organizer.id, _DELEGATED))
    book.issue("attendee", mint.token(), Principal(attendee.id, _DELEGATED))
    book.issue("app", mint.token(), Principal("", _APPLICATION))
    book.issue("reader", mint.token(), Principal(organizer.id, _READER))
    book.issue("expired", mint.token(), Principal(organizer.id, _DELEGATED, expired=True))
    return book


def _business(store: Store, staff: Mailbox) -> Business:
    # The service's ids of businesses look like addresses, which is why clients must encode them.
    business = Business(f"Consulting@{DOMAIN}", Person("Consulting", f"Consulting@{DOMAIN}"))
    member, service = store.mint.guid(), store.mint.guid()
    business.staff[member] = {
        "id": member, "displayName": staff.person.name, "emailAddress": staff.address, "role": "guest",
        "useBusinessHours": True,
    }  # fmt: skip
    business.services[service] = {
        "id": service, "displayName": "First talk", "defaultDuration": "PT30M", "staffMemberIds": [member],
        "isHiddenFromCustomers": False, "notes": "",
    }  # fmt: skip
    store.bookings.businesses[business.id] = business
    return business


def _furnish(store: Store, bystander: Mailbox) -> None:
    """Give the bystander something to lose."""
    for number in range(3):
        start = datetime(2036, 3, 3, 9, tzinfo=UTC) + timedelta(days=number)
        body = {
            "subject": f"Private {number}",
            "start": {"dateTime": start.isoformat(), "timeZone": "UTC"},
            "end": {"dateTime": (start + timedelta(hours=1)).isoformat(), "timeZone": "UTC"},
        }
        meetings.create(store, bystander, bystander.default_calendar, payload.event_draft(body))
    note = {"kind": "message", "meeting_type": "none", "sender": Person("Newsletter", "news@fabrikam.example")}
    for number in range(2):
        store.deliver(bystander.person, {**note, "subject": f"News {number}", "text": "Nothing happened."})
    store.mails.clear()
