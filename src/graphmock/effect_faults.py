"""Faults of what cancelling an event brings about in calendars, copies and inboxes; a table, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmock import spoiling
from graphmock.deeds import Fault, Instead, Spoils, row
from graphmock.places import PLACES
from graphmock.replies import answered
from graphmock.scope import EMPTY, OCCURRENCE, SERIES, Scope
from graphmock.spoiling import BEYOND_PATIENCE, nothing, with_

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.meetings import Plan

_EVERYWHERE = Scope()
_NAMESAKE = "event-cancel.*/namesake"


def _left(
    name: str, changes: str, edit: Callable[[Plan], Plan | None], where: Scope = _EVERYWHERE, *, once_in: int = 1
) -> Fault:
    # Of an occurrence it is another clause that says it goes.
    named = (*where.cases(effects=True), "!*/occurrence")
    return row("effect", "effect.left-calendar", name, changes, where, Spoils(edit), *named, once_in=once_in)


def _told(
    name: str, changes: str, edit: Callable[[Plan], Plan], where: Scope = _EVERYWHERE, *, once_in: int = 1
) -> Fault:
    return row("effect", "effect.attendees-told", name, changes, where, Spoils(edit), once_in=once_in)


def _copies(
    name: str, changes: str, edit: Callable[[Plan], Plan], where: Scope = _EVERYWHERE, *caught_by: str
) -> Fault:
    return row("effect", "effect.attendee-copies", name, changes, where, Spoils(edit), *caught_by)


def _beside(name: str, changes: str, edit: Callable[[Plan], Plan], *caught_by: str) -> Fault:
    return row("effect", "effect.only-this-event", name, changes, _EVERYWHERE, Spoils(edit), *caught_by)


# What is not done at one place only.
_WITHOUT_EFFECT = {
    "me-without-effect": "me",
    "id-without-effect": "users-id",
    "upn-without-effect": "users-upn",
    "groups-without-effect": "groups",
}
_WITHOUT_MAIL = {"no-mail-v1": "v1.0", "no-mail-beta": "beta", "no-mail-groups": "groups"}
_COPIES_STAY = {"copies-stay-in-groups": "groups", "copies-stay-v1": "v1.0", "copies-stay-superseded": "superseded"}
_CONFINED: tuple[tuple[Callable[..., Fault], str, Callable[[Plan], Plan | None], dict[str, str]], ...] = (
    (_left, "cancel is answered and does nothing", nothing, _WITHOUT_EFFECT),
    (_told, "no attendee gets a message", with_(told=()), _WITHOUT_MAIL),
    (_copies, "attendees' copies stay as they were", with_(marked=()), _COPIES_STAY),
)

EFFECTS: tuple[Fault, ...] = (
    *(
        kind(name, f"{PLACES[place].said}, {what}", edit, PLACES[place].where)
        for kind, what, edit, named in _CONFINED
        for name, place in named.items()
    ),
    # --- it leaves the calendar ------------------------------------------------------------------------------------
    _left("not-cancelled", "all are told, but the event stays in the organizer's calendar", with_(leaving=())),
    _left("cancelled-stays", "the event stays in the organizer's calendar, marked as cancelled", spoiling.flag),
    _left("leaves-late", "the event leaves the organizer's calendar five minutes later",
          with_(leaves_after=BEYOND_PATIENCE)),
    _left("namesake-leaves-instead", "another event of the same subject leaves the calendar in the event's stead",
          spoiling.take_namesake_instead),
    _left("stays-for-app", "where an application cancels, the event stays in the organizer's calendar",
          with_(leaving=()), Scope(caller="app")),
    _left("empty-without-effect", "cancel without a comment is answered and does nothing", nothing, Scope(body=EMPTY)),
    _left("rarely-without-effect", "cancel is answered and does nothing once in twenty times", nothing, once_in=20),
    row("effect", "effect.left-calendar", "everything-202",
        "every POST to a cancel action, whoever sends it, is answered 202 and nothing happens", Scope(action=""),
        Instead(answered(202)), *_EVERYWHERE.cases(effects=True), "!*/occurrence"),
    # --- attendees are told ----------------------------------------------------------------------------------------
    _told("no-mail", "no attendee gets a message", with_(told=())),
    _told("one-attendee-not-told", "the last attendee gets no message", spoiling.skip_last),
    _told("first-attendee-not-told", "the first attendee gets no message", spoiling.skip_first),
    _told("mail-to-last-attendee", "every attendee's message goes to the last one", spoiling.tell_last_only),
    # A series may be called off date by date, and a group's members hear through the group as well.
    row("effect", "effect.attendees-told", "mail-doubled", "every attendee gets the same message twice", _EVERYWHERE,
        Spoils(spoiling.tell_twice), *_EVERYWHERE.cases(effects=True), "!*/series-master", "!*/groups.*"),
    _told("mail-to-organizer", "the messages go to the organizer instead of the attendees", spoiling.tell_organizer),
    _told("mail-is-late", "attendees get their message five minutes later", with_(mail_after=BEYOND_PATIENCE)),
    _told("mail-is-no-cancellation", "attendees get an ordinary message, which cancels nothing in their mailboxes",
          with_(mail_type="none")),
    _told("mail-is-invitation", "attendees get another invitation in place of a cancellation",
          with_(mail_type="meetingRequest")),
    _told("no-comment-no-mail", "without a comment, no attendee gets a message", with_(told=()), Scope(body=EMPTY)),
    _told("no-mail-series", "attendees of a series that is cancelled get no message", with_(told=()),
          Scope(target=SERIES)),
    _told("no-mail-occurrence", "attendees of an occurrence that is cancelled get no message", with_(told=()),
          Scope(target=OCCURRENCE)),
    _told("mail-rarely-missing", "no attendee gets a message once in twenty times", with_(told=()), once_in=20),
    # --- attendees' copies -----------------------------------------------------------------------------------------
    _copies("copies-stay", "attendees' copies stay as they were", with_(marked=())),
    _copies("last-copy-stays", "the copy of the last attendee stays as it was", spoiling.spare_last_copy),
    _copies("copies-renamed-only", "attendees' copies say so in their subject only, and are not cancelled",
            spoiling.rename_copies),
    _copies("copies-late", "attendees' copies are cancelled five minutes later", with_(copies_after=BEYOND_PATIENCE)),
    _copies("copies-stay-for-app", "where an application cancels, attendees' copies stay as they were",
            with_(marked=()), Scope(caller="app")),
    _copies("copies-of-namesake-instead",
            "attendees' copies of another event of the same subject are cancelled in the stead of the event's",
            spoiling.mark_namesake_instead),
    # --- and nothing else ------------------------------------------------------------------------------------------
    _beside("decoy-gone", "another event of the same subject and calendar goes too", spoiling.take_namesake),
    _beside("decoy-gone-late", "another event of the same subject and calendar goes a moment later",
            spoiling.lose_namesake, _NAMESAKE, "event-cancel.*/occurrence"),
    _beside("decoy-marked", "another event of the same subject and calendar stays, marked as cancelled",
            spoiling.flag_namesake),
    _beside("decoy-renamed", "another event of the same subject and calendar gets the prefix of cancelled ones",
            spoiling.rename_namesake),
    _beside("decoy-copies-cancelled", "attendees' copies of another event of the same subject are cancelled too",
            spoiling.mark_namesake, _NAMESAKE),
)  # fmt: skip
