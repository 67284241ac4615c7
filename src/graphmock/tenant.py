"""The tenant as it is before anybody touches it: who there is, and what is nobody's business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from graphmock import clock, conditions, meetings, payload
from graphmock.bookings import Business
from graphmock.call import World
from graphmock.ids import Mint
from graphmock.model import Mailbox, Person
from graphmock.store import Store
from graphmock.tokens import APPLICATION, DELEGATED, READER, Principal, TokenBook
from graphmock.weather import Weather

if TYPE_CHECKING:
    from graphmock.behaviour import Behaviour

DOMAIN = "contoso.example"


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
    """Make a tenant, and set the clock as it has it."""
    clock.turn(conditions.offset(behaviour))
    mint = Mint(seed, awkward=behaviour.has("ids-with-slash"), long=behaviour.has("long-ids"))
    store = Store(mint)
    organizer = store.open(Person("Olivia Organizer", f"organizer@{DOMAIN}"))
    attendee = store.open(Person("Adam Attendee", f"attendee@{DOMAIN}"))
    second = store.open(Person("Sara Second", f"second@{DOMAIN}"))
    bystander = store.open(Person("Bea Bystander", f"bystander@{DOMAIN}"))
    members = conditions.members(behaviour, organizer, attendee, bystander)
    group = store.open(Person("Project team", f"project-team@{DOMAIN}"), kind="group", members=members)
    business = _business(store, second, *conditions.strange_staff(behaviour, bystander))
    _furnish(store, bystander)
    store.manner = behaviour.manner
    people = (organizer, attendee, second)
    cast = Cast(
        organizer=organizer.address, attendee=attendee.address, writable=tuple(box.address for box in people),
        group=group.id, business=business.id, service=next(iter(business.services)),
    )  # fmt: skip
    tokens = _tokens(mint, behaviour, organizer, attendee)
    return World(store, tokens, behaviour, page_size, mint.request, weather=Weather(seed or 0)), cast


def _tokens(mint: Mint, behaviour: Behaviour, organizer: Mailbox, attendee: Mailbox) -> TokenBook:
    book = TokenBook()
    delegated = conditions.granted(behaviour, DELEGATED)
    book.name("organizer", mint.token(), Principal(organizer.id, delegated))
    book.name("attendee", mint.token(), Principal(attendee.id, delegated))
    book.name("app", mint.token(), Principal("", conditions.granted(behaviour, APPLICATION, application=True)))
    book.name("reader", mint.token(), Principal(organizer.id, READER))
    book.name("expired", mint.token(), Principal(organizer.id, delegated, expires=0.0))
    return book


def _business(store: Store, *staff: Mailbox) -> Business:
    # The service's ids of businesses look like addresses, which is why clients must encode them.
    business = Business(f"Consulting@{DOMAIN}", Person("Consulting", f"Consulting@{DOMAIN}"))
    member, service = store.mint.guid(), store.mint.guid()
    for number, one in enumerate(staff):
        # Whom a condition adds comes last, so that without it every id is the same.
        key = store.mint.guid() if number else member
        business.staff[key] = {
            "id": key, "displayName": one.person.name, "emailAddress": one.address, "role": "guest",
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
