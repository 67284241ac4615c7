"""Faults of cancelling an appointment; a table, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmock import spoiling
from graphmock.deeds import (
    NO_JSON,
    NO_TYPE,
    Acts,
    Admits,
    Answers,
    Fault,
    Hears,
    Neglects,
    Refuses,
    Rewords,
    row,
)
from graphmock.editions import BOOKING
from graphmock.replies import answered, carrying, refused
from graphmock.scope import Scope
from graphmock.spoiling import BEYOND_PATIENCE, notice, unheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.bookings import Notice
    from graphmock.call import Reply
    from graphmock.deeds import Deed

_ALL = Scope(action=BOOKING)
_USERS = Scope(action=BOOKING, caller="user")
_APPS = Scope(action=BOOKING, caller="app")
_BOOKED = ("bookingappointment-cancel.*/message*", "!*/no-token", "!*/unknown-id")
# That the text arrives, and what is brought about, is said by the present page only; the draft knows but the property's
# name.
_BOOKED_NOW = ("bookingappointment-cancel.v1.0/*/message*", "!*/no-token", "!*/unknown-id")
_BY_USER = (*_BOOKED_NOW, "!*/app-only")
_BY_APP = ("bookingappointment-cancel.*/app-only",)
_UNKNOWN = ("bookingappointment-cancel.*/unknown-id",)
_LONG = ("bookingappointment-cancel.v1.0/*/300-characters",)
_FOREIGN = ("bookingappointment-cancel.v1.0/*/non-ascii",)
_NOWHERE = frozenset({"booking.unknown"})
_GARBAGE = frozenset({"token.garbage"})
_EXPIRED = frozenset({"token.expired"})
_VERB = frozenset({"route.method"})
_SCOPE = frozenset({"access.scope"})
_APPOINTMENT = b'{"id": "AAMk", "serviceName": "Visit"}'


def _of(clause: str, name: str, changes: str, does: Deed, *caught_by: str, where: Scope = _ALL) -> Fault:
    return row("booking", clause, name, changes, where, does, *caught_by)


def _effect(clause: str, name: str, changes: str, edit: Callable[[Notice], Notice]) -> Fault:
    return row("booking", clause, name, changes, _ALL, Neglects(edit), *_BOOKED_NOW)


def _answer(clause: str, name: str, what: str, edit: Callable[[Reply], Reply]) -> Fault:
    return row(
        "booking", clause, name, f"the answer to an appointment's cancel is {what}", _ALL, Answers(edit), *_BOOKED
    )


def _text(name: str, changes: str, edit: Callable[[str], str], *caught_by: str) -> Fault:
    return row("booking", "request-body.cancellation-message", name, changes, _ALL, Hears(edit), *caught_by)


def _acted(name: str, what: str, rules: frozenset[str], case: str) -> Fault:
    changes = f"{what} is refused, and the appointment cancelled all the same"
    return row("booking", "refusal.without-effect", name, changes, _ALL, Acts(rules), *_ALL.refusals(case))


BOOKINGS: tuple[Fault, ...] = (
    # --- the answer ------------------------------------------------------------------------------------------------
    _answer("response.status", "booking-status-200", "200", answered(200)),
    _of("response.status", "booking-status-202", "cancelling an appointment is answered 202", Answers(answered(202)),
        *_BOOKED),
    _of("response.status", "booking-status-app-202", "an application's cancel of an appointment is answered 202",
        Answers(answered(202)), *_BY_APP, where=_APPS),
    _answer("response.body", "booking-body", "200 with an empty JSON object", carrying(b"{}")),
    _answer("response.body", "booking-body-appointment", "200 with the appointment", carrying(_APPOINTMENT)),
    _of("http-request.route", "booking-route-missing", "cancelling an appointment is answered 404 on every route",
        Refuses("route.gone"), *_BOOKED),
    _of("http-request.route", "booking-old-route-missing", "cancel under the older root of bookings is answered 404",
        Refuses("route.gone"), "bookingappointment-cancel.stub/*", "!*/no-token",
        where=Scope(action=BOOKING, template="/bookingbusinesses/*")),
    _of("http-request.route", "booking-view-missing", "cancel through a business's calendar view is answered 404",
        Refuses("route.gone"), "bookingappointment-cancel.stub/*alendarView/*", "!*/no-token",
        where=Scope(action=BOOKING, template="*/calendarview/*")),
    _of("appointment.unknown", "booking-unknown-accepted",
        "cancel of an unknown appointment is answered with success", Admits(_NOWHERE, idle=True), *_UNKNOWN),
    _of("appointment.unknown", "booking-unknown-400", "cancel of an unknown appointment is answered 400",
        Rewords(_NOWHERE, refused(400)), *_UNKNOWN),
    _of("appointment.unknown", "booking-unknown-500", "cancel of an unknown appointment is answered 500",
        Rewords(_NOWHERE, refused(500)), *_UNKNOWN),
    # --- who may ---------------------------------------------------------------------------------------------------
    _of("authorization.read-only", "booking-reader-accepted", "any permission is enough to cancel an appointment",
        Admits(_SCOPE), *_ALL.refusals("read-only")),
    _of("permissions.delegated-work", "booking-user-refused", "a user's cancel of an appointment is answered 403",
        Refuses("access.scope"), *_BY_USER, where=_USERS),
    _of("permissions.application", "booking-app-refused", "an application's cancel of an appointment is answered 403",
        Refuses("access.scope"), *_BY_APP, where=_APPS),
    _of("authentication.invalid-token", "booking-expired-token-accepted",
        "cancel of an appointment with an expired token is done", Admits(_EXPIRED), *_ALL.refusals("expired-token")),
    _acted("booking-unauthorised-has-effect", "an unknown token", _GARBAGE, "garbage-token"),
    _acted("booking-refused-json-has-effect", "a body that is no JSON", NO_JSON, "malformed-json"),
    _of("request.malformed", "booking-text-plain-accepted",
        "the media type of the body of an appointment's cancel is not looked at", Admits(NO_TYPE),
        *_ALL.refusals("text-plain")),
    _of("request.malformed", "booking-verb-delete-cancels", "DELETE on the action's URL cancels an appointment",
        Admits(_VERB), *_ALL.refusals("verb-delete"), where=Scope(action=BOOKING, method="DELETE")),
    # --- what comes of it ------------------------------------------------------------------------------------------
    _effect("effect.cancelled", "booking-stays", "the appointment stays", notice(stays=True)),
    _effect("effect.cancelled", "booking-leaves-late", "the appointment goes five minutes later",
            notice(leaves_after=BEYOND_PATIENCE)),
    _of("effect.cancelled", "booking-stays-for-app", "where an application cancels, the appointment stays",
        Neglects(notice(stays=True)), *_BY_APP, where=_APPS),
    _effect("effect.customer-told", "customer-not-told", "the customer gets no message", notice(customers=())),
    _effect("effect.customer-told", "customer-mail-to-staff", "the customer's message goes to the staff",
            spoiling.tell_staff_for_customers),
    _effect("effect.customer-told", "booking-mail-late", "customer and staff get their messages five minutes later",
            notice(mail_after=BEYOND_PATIENCE)),
    _effect("effect.staff-told", "staff-not-told", "the staff get no message", notice(staff=())),
    # --- the message -----------------------------------------------------------------------------------------------
    _of("request-body.cancellation-message", "booking-message-dropped", "the messages lack the cancellation message",
        Hears(unheard), *_BOOKED_NOW),
    _of("request-body.cancellation-message", "booking-message-to-staff-only",
        "only the staff read the cancellation message", Neglects(notice(text="")), *_BOOKED_NOW),
    _of("request-body.cancellation-message", "booking-message-refused",
        "the property cancellationMessage is refused",
        Refuses("body.parameter", (("name", "cancellationMessage"), ("operation", "cancel"))),
        *_BOOKED, where=Scope(action=BOOKING, body="cancellationMessage")),
    _text("booking-message-cut-255", "the cancellation message is cut after 255 characters", spoiling.shortened,
          *_LONG),
    _text("booking-message-mangled", "of the cancellation message, what is not ASCII arrives as question marks",
          spoiling.as_ascii, *_FOREIGN),
)  # fmt: skip
