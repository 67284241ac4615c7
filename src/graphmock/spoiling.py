"""Wrong effects: functions from the plan that is right to one that is not."""

from __future__ import annotations

import html
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.bookings import Notice
    from graphmock.meetings import Plan
    from graphmock.model import Event

TEXT_LIMIT = 255
BEYOND_PATIENCE = 300.0
_BEYOND_PLANE = 0xFFFF


def with_(**changes: Any) -> Callable[[Plan], Plan]:
    """Change what a plan says, whatever the event."""
    return lambda plan: replace(plan, **changes)


def nothing(_plan: Plan) -> None:
    """Do nothing at all."""


# --- the calendar -------------------------------------------------------------------------------------------------


def flag(plan: Plan) -> Plan:
    """Let the event stay, marked as cancelled."""
    return replace(plan, leaving=(), flagged=plan.leaving)


def take_namesake_instead(plan: Plan) -> Plan:
    """Take a namesake out of the calendar, and let the event stay."""
    return replace(plan, leaving=namesakes(plan.event))


def take_namesake(plan: Plan) -> Plan:
    """Take a namesake out of the calendar as well."""
    return replace(plan, leaving=(*plan.leaving, *namesakes(plan.event)))


def lose_namesake(plan: Plan) -> Plan:
    """Take a namesake out of the calendar a moment later."""
    return replace(plan, strays=namesakes(plan.event))


def flag_namesake(plan: Plan) -> Plan:
    """Mark a namesake as cancelled."""
    return replace(plan, flagged=namesakes(plan.event))


def rename_namesake(plan: Plan) -> Plan:
    """Put the prefix of cancelled meetings before a namesake's subject."""
    return replace(plan, prefixed=namesakes(plan.event))


def namesakes(event: Event) -> tuple[Event, ...]:
    """Find another event of the same subject in the same calendar; at most one."""
    return tuple(
        other
        for other in event.mailbox.events.values()
        if other is not event
        and other.calendar is event.calendar
        and other.master is None
        and other is not event.master
        and other.props["subject"] == event.props["subject"]
    )[:1]


# --- attendees' copies --------------------------------------------------------------------------------------------


def rename_copies(plan: Plan) -> Plan:
    """Let copies stand, with the prefix of cancelled ones."""
    return replace(plan, marked=(), renamed=plan.marked)


def spare_last_copy(plan: Plan) -> Plan:
    """Let the copy of the last attendee stand."""
    return replace(plan, spared=plan.told[-1:])


def spare_all_but_first(plan: Plan) -> Plan:
    """Touch the first attendee's copy only, and nothing else."""
    return replace(plan, leaving=(), spared=plan.told[1:], told=())


def mark_namesake(plan: Plan) -> Plan:
    """Cancel the copies of a namesake as well."""
    return replace(plan, marked=(*plan.marked, *namesakes(plan.event)))


def mark_namesake_instead(plan: Plan) -> Plan:
    """Cancel the copies of a namesake, where there is one, in place of the event's."""
    return replace(plan, marked=namesakes(plan.event) or plan.marked)


# --- mail ---------------------------------------------------------------------------------------------------------


def skip_last(plan: Plan) -> Plan:
    """Tell all attendees but the last."""
    return replace(plan, told=plan.told[:-1])


def skip_first(plan: Plan) -> Plan:
    """Tell all attendees but the first."""
    return replace(plan, told=plan.told[1:])


def tell_twice(plan: Plan) -> Plan:
    """Tell every attendee the same twice."""
    return replace(plan, told=plan.told * 2)


def tell_last_only(plan: Plan) -> Plan:
    """Send every attendee's message to the last of them."""
    return replace(plan, told=plan.told[-1:] * len(plan.told))


def tell_organizer(plan: Plan) -> Plan:
    """Send the messages to the organizer, not to the attendees."""
    return replace(plan, told=(plan.event.mailbox.person,) if plan.told else ())


def only_tell_organizer(plan: Plan) -> Plan:
    """Send the organizer a message, and do nothing else."""
    return replace(tell_organizer(plan), leaving=(), marked=())


def tell_all_nothing(plan: Plan) -> Plan:
    """Let the text reach the first attendee only."""
    return replace(plan, uncommented=plan.told[1:])


def decline_first(plan: Plan) -> Plan:
    """Take the first attendee to have declined, and do nothing else."""
    return replace(plan, leaving=(), marked=(), told=(), declined=plan.told[:1])


# --- series -------------------------------------------------------------------------------------------------------


def cancel_series(plan: Plan) -> Plan:
    """Cancel the series of an occurrence."""
    master = plan.event.master or plan.event
    return replace(plan, event=master, leaving=(master,), marked=(master,))


def siblings(event: Event) -> tuple[Event, ...]:
    """List the other occurrences of an occurrence's series."""
    return tuple(other for other in event.master.occurrences if other is not event) if event.master else ()


def take_sibling(plan: Plan) -> Plan:
    """Take a neighbour of an occurrence along."""
    return replace(plan, leaving=(*plan.leaving, *siblings(plan.event)[:1]))


def lose_sibling(plan: Plan) -> Plan:
    """Take a neighbour of an occurrence out of the calendar a moment later."""
    return replace(plan, strays=siblings(plan.event)[:1])


def take_sibling_instead(plan: Plan) -> Plan:
    """Take a neighbour of an occurrence out of the calendar, and let the occurrence stay."""
    return replace(plan, leaving=siblings(plan.event)[:1])


def take_following(plan: Plan) -> Plan:
    """Take all later occurrences along."""
    return replace(
        plan, leaving=(*plan.leaving, *(one for one in siblings(plan.event) if one.start > plan.event.start))
    )


def flag_sibling(plan: Plan) -> Plan:
    """Mark a neighbour of an occurrence as cancelled."""
    return replace(plan, flagged=siblings(plan.event)[:1])


def mark_sibling(plan: Plan) -> Plan:
    """Cancel attendees' copies of a neighbour as well."""
    return replace(plan, marked=(*plan.marked, *siblings(plan.event)[:1]))


def mark_series(plan: Plan) -> Plan:
    """Cancel attendees' copies of all occurrences."""
    return replace(plan, marked=(*plan.marked, *siblings(plan.event)))


def first_occurrence_only(plan: Plan) -> Plan:
    """Cancel the first occurrence of a series only."""
    return replace(plan, leaving=tuple(plan.event.occurrences[:1]), marked=tuple(plan.event.occurrences[:1]))


def all_but_last_occurrence(plan: Plan) -> Plan:
    """Let the last occurrence of a series stay in the calendar."""
    return replace(plan, leaving=tuple(plan.event.occurrences[:-1]))


def copies_of_first_only(plan: Plan) -> Plan:
    """Cancel attendees' copies of a series' first occurrence only."""
    return replace(plan, marked=tuple(plan.event.occurrences[:1]))


# --- what is heard ------------------------------------------------------------------------------------------------


def unheard(_text: str) -> str:
    """Hear nothing."""
    return ""


def shortened(text: str) -> str:
    """Hear the first 255 characters."""
    return text[:TEXT_LIMIT]


def as_ascii(text: str) -> str:
    """Hear a question mark for what is not ASCII."""
    return text.encode("ascii", "replace").decode()


def misdecoded(text: str) -> str:
    """Hear UTF-8 as Latin-1."""
    return text.encode().decode("latin-1")


def decomposed(text: str) -> str:
    """Hear letters and their accents apart."""
    return unicodedata.normalize("NFD", text)


def in_basic_plane(text: str) -> str:
    """Hear nothing beyond Unicode's first 65 536 characters."""
    return "".join(one for one in text if ord(one) <= _BEYOND_PLANE)


def straightened(text: str) -> str:
    """Hear straight quotation marks for typographic ones."""
    return text.translate({ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'", ord("\N{LEFT DOUBLE QUOTATION MARK}"): '"'})


def escaped(text: str) -> str:
    """Hear HTML's names for its own characters."""
    return html.escape(text)


# --- appointments -------------------------------------------------------------------------------------------------


def notice(**changes: Any) -> Callable[[Notice], Notice]:
    """Change what becomes of an appointment, whichever it is."""
    return lambda found: replace(found, **changes)


def tell_staff_for_customers(found: Notice) -> Notice:
    """Send the customers' messages to the staff."""
    return replace(found, customers=(), staff=(*found.staff, *found.staff))
