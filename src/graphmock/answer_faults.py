"""Faults of the answer to a cancel that is done, and of the routes on which it is served; a table, no more."""

from __future__ import annotations

from graphmock.deeds import Answers, Fault, Refuses, row
from graphmock.places import PLACES
from graphmock.replies import (
    answered,
    carrying,
    chunked,
    compressed,
    failing,
    interchanged,
)
from graphmock.scope import EMPTY, SERIES, Scope

_EVERYWHERE = Scope()
_BOM = b"\xef\xbb\xbf"
_ERROR = b'{"error": {"code": "ErrorInternalServerError", "message": "Something went wrong."}}'
_ONE_ROUTE = Scope(template="/me/calendars/*")
_GROUPED = Scope(template="*/calendargroup*")
_GROUP_CALENDAR = Scope(template="/groups/{group}/calendar/*")
_USERS_CALENDARS = Scope(template="/users/{user}/calendars/*")
_DEFAULT_CALENDAR = Scope(template="/me/calendar/*")

_STATUSES = {
    200: {
        "status-me-200": "me",
        "status-id-200": "users-id",
        "status-upn-200": "users-upn",
        "status-groups-200": "groups",
        "status-v1-200": "v1.0",
        "status-beta-200": "beta",
        "status-published-200": "published",
        "status-superseded-200": "superseded",
    },
    204: {"status-translated-204": "translated-de"},
    202: {"status-draft-202": "draft"},
}


def _status(name: str, changes: str, status: int, where: Scope = _EVERYWHERE, *caught_by: str) -> Fault:
    return row("answer", "response.status", name, changes, where, Answers(answered(status)), *caught_by)


def _body(name: str, what: str, raw: bytes) -> Fault:
    changes = f"the answer to an event's cancel {what}"
    return row("answer", "response.body", name, changes, _EVERYWHERE, Answers(carrying(raw)))


def _missing(name: str, changes: str, where: Scope, *caught_by: str) -> Fault:
    return row("route", "http-request.route", name, changes, where, Refuses("route.gone"), *caught_by)


ANSWERS: tuple[Fault, ...] = (
    # --- the status ------------------------------------------------------------------------------------------------
    _status("status-200", "cancelling an event is answered 200", 200),
    _status("status-201", "cancelling an event is answered 201", 201),
    row("answer", "response.status", "status-204",
        "cancelling an event is answered 204, in the draft's edition 202", _EVERYWHERE, Answers(interchanged)),
    row("answer", "response.status", "status-303", "cancelling an event is answered 303, and leads elsewhere",
        _EVERYWHERE, Answers(answered(303, Location="/v1.0/me/events"))),
    row("answer", "response.status", "status-500", "an event is cancelled, and that answered 500",
        _EVERYWHERE, Answers(failing(500, "ErrorInternalServerError", "An internal server error occurred."))),
    _status("status-one-route-200", "only /me/calendars/{id}/events/{id}/cancel answers 200", 200, _ONE_ROUTE,
            "event-cancel.*/me.calendars.events/organizer/*"),
    *(
        _status(name, f"{PLACES[place].said}, cancelling an event is answered {status}", status, PLACES[place].where)
        for status, named in _STATUSES.items()
        for name, place in named.items()
    ),
    _status("status-app-200", "an application's cancel of an event is answered 200", 200, Scope(caller="app")),
    _status("status-series-200", "cancelling a series is answered 200", 200, Scope(target=SERIES)),
    _status("status-empty-200", "a cancel without a comment is answered 200", 200, Scope(body=EMPTY)),
    row("answer", "response.status", "status-rarely-200", "cancelling an event is answered 200 once in twenty times",
        _EVERYWHERE, Answers(answered(200)), once_in=20),
    # --- the body --------------------------------------------------------------------------------------------------
    _body("body-one-byte", "carries one blank", b" "),
    _body("body-newline", "carries the end of a line", b"\r\n"),
    _body("body-bom", "carries a byte order mark", _BOM),
    _body("body-null", "carries null", b"null"),
    _body("body-json", "carries an empty JSON object", b"{}"),
    _body("body-error", "carries an error, though its status is the right one", _ERROR),
    _body("body-page", "carries a page for people", b"<html><body>Your meeting is cancelled.</body></html>"),
    _body("body-64-kib", "carries 64 KiB of blanks", b" " * 65536),
    *(
        row("answer", "response.body", name,
            f"{PLACES[place].said}, the answer to an event's cancel carries an empty JSON object", PLACES[place].where,
            Answers(carrying(b"{}")))
        for name, place in {"body-json-beta": "beta", "body-json-draft": "draft"}.items()
    ),
    row("answer", "response.body", "body-compressed", "the answer to an event's cancel carries one blank, compressed",
        _EVERYWHERE, Answers(compressed(b" "))),
    row("answer", "response.body", "body-chunked", "the answer to an event's cancel carries one blank, in chunks",
        _EVERYWHERE, Answers(chunked)),
    row("answer", "response.body", "body-rarely", "once in twenty times the answer to a cancel carries one blank",
        _EVERYWHERE, Answers(carrying(b" ")), once_in=20),
    # --- routes ----------------------------------------------------------------------------------------------------
    _missing("route-missing-calendar-groups", "cancel through a calendar group is answered 404, however spelt",
             _GROUPED, "event-cancel.*/*.calendar[gG]roup*/organizer/*", "event-cancel.*/*.calendar[gG]roup*/app/*"),
    _missing("route-missing-calendar-group", "cancel through the calendar group that has no id is answered 404",
             Scope(template="*/calendargroup/*"), "event-cancel.*/*.calendargroup.*/organizer/*",
             "event-cancel.*/*.calendargroup.*/app/*"),
    _missing("route-missing-users-calendars", "only /users/{id}/calendars/{id}/events/{id}/cancel is answered 404",
             _USERS_CALENDARS, "event-cancel.*/users-id.calendars.events/*",
             "event-cancel.*/users-upn.calendars.events/*", "!*/attendee/*"),
    _missing("route-missing-group-calendar", "only /groups/{id}/calendar/events/{id}/cancel is answered 404",
             _GROUP_CALENDAR, "event-cancel.*/groups.calendar.events/*"),
    _missing("route-missing-groups-beta", "under beta, cancel of a group's event is answered 404",
             Scope(family="groups", version="beta")),
    _missing("route-missing-calendar-view", "cancel through a calendar view is answered 404",
             Scope(template="*/calendarview/*"), "event-cancel.stub/*alendarView/*", "!*/no-token"),
    _missing("route-missing-message", "cancel of the event of a message is answered 404",
             Scope(template="/me/messages/*"), "event-cancel.stub/me.messages.*", "!*/no-token"),
    row("route", "http-request.route", "route-without-post",
        "only /me/calendar/events/{id}/cancel knows no POST, and is answered 405", _DEFAULT_CALENDAR,
        Refuses("route.method"), "event-cancel.*/me.calendar.events/organizer/*"),
    *(
        _missing(name, f"{PLACES[place].said}, cancel is answered 404; otherwise it works", PLACES[place].where)
        for name, place in {"upn-refused": "users-upn", "id-refused": "users-id"}.items()
    ),
)  # fmt: skip
