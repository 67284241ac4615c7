"""
Where faults and variations bite.

Handlers ask at fixed points; with nothing active every answer is "as it should be". No other module looks at names save
``interference``, where something comes between a request and its answer, ``forms``, which is about writing only, and,
for conditions of a tenant, ``conditions`` and the authority.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graphmock import strangers
from graphmock.call import Call, Reply
from graphmock.editions import BOOKING, EVENT, Edition
from graphmock.errors import Refusal, refuse
from graphmock.rules import obeys
from graphmock.store import Manner

if TYPE_CHECKING:
    from graphmock.meetings import Plan
    from graphmock.model import Event, Person
    from graphmock.store import Store

_TEXT_LIMIT = 255
_EFFECT_DELAY = 1.5
_FURTHER_DELAY = 2.0
_INVITE_DELAY = 1.0
_PREFIXES = {"subject-prefix-de": "Abgesagt: ", "subject-prefix-none": ""}
_TOKEN_FAULTS = {
    "token.missing": {"no-token-accepted", "bare-token-accepted"},
    "token.garbage": {"garbage-token-accepted", "bare-token-accepted"},
    "token.expired": {"expired-token-accepted", "bare-token-accepted"},
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The active faults and variations, by name."""

    active: frozenset[str] = frozenset()

    def has(self, *names: str) -> bool:
        """Tell whether any of *names* is active."""
        return not self.active.isdisjoint(names)

    @property
    def manner(self) -> Manner:
        """The variations that concern transitions."""
        late = _EFFECT_DELAY if self.has("effects-late") else 0.0
        return Manner(
            calendar_delay=late + (_FURTHER_DELAY if self.has("calendar-late") else 0.0),
            mail_delay=late + (_FURTHER_DELAY if self.has("mail-late") else 0.0),
            invite_delay=_INVITE_DELAY if self.has("invites-late") else 0.0,
            prefix=next((prefix for name, prefix in _PREFIXES.items() if self.has(name)), "Canceled: "),
            copies_removed=self.has("copies-removed"),
            sent_copies=self.has("organizer-also-told"),
        )

    def bustle(self, store: Store) -> None:
        """Let strangers come by."""
        if self.has("busy-mailboxes") and store.counts["requests"] % strangers.EVERY == 0:
            strangers.pass_by(store, store.counts["requests"] // strangers.EVERY)

    # --- at the door -----------------------------------------------------------------------------------------------

    def shrugs(self, action: str, method: str) -> Reply | None:
        """Answer a cancel before anybody looked at it."""
        return Reply(202) if action and method == "POST" and self.has("everything-202") else None

    def lets_pass(self, action: str, refusal: Refusal) -> bool:
        """Accept a token that was refused, as if it were the organizer's."""
        return bool(action) and self.has(*_TOKEN_FAULTS[refusal.rule])

    def acts_unauthorised(self, action: str, refusal: Refusal) -> bool:
        """Refuse a token, and act on it."""
        return action == EVENT and refusal.rule == "token.garbage" and self.has("unauthorised-has-effect")

    def misuses_verb(self, action: str, method: str) -> bool:
        """Take GET for POST."""
        return action == EVENT and method == "GET" and self.has("verb-get-cancels")

    def hides(self, call: Call) -> bool:
        """Take a route away."""
        by_name = "@" in call.params.get("user", "")
        return (
            (call.is_booking_cancel and self.has("booking-route-missing"))
            or (call.is_event_cancel and "/calendar" in call.route.template and self._hides_group(call))
            or (call.is_event_cancel and by_name and self.has("upn-refused"))
            or (call.route.template == _GROUP_CALENDAR and self.has("route-missing-group-calendar"))
        )

    def _hides_group(self, call: Call) -> bool:
        return "/calendargroup" in call.route.template.lower() and self.has("route-missing-calendar-groups")

    def batch_cancel(self, call: Call) -> Reply | None:
        """Answer a cancel inside a batch instead of doing it."""
        if not (call.in_batch and call.route.action):
            return None
        if self.has("batch-cancel-500"):
            return Reply(500, {"error": {"code": "InternalServerError", "message": "The batch item failed."}})
        return self.success(call) if self.has("batch-without-effect") else None

    @property
    def serves_batch(self) -> bool:
        """Whether there is a ``$batch``."""
        return not self.has("no-batch")

    # --- who may ---------------------------------------------------------------------------------------------------

    def waives_scope(self, call: Call) -> bool:
        """Let a token without the permission cancel."""
        reads = call.is_event_cancel and self.has("reader-accepted") and "Calendars.Read" in call.who.scopes
        return reads or (call.is_booking_cancel and self.has("booking-reader-accepted"))

    def refuses_application(self, call: Call) -> bool:
        """Keep applications from cancelling."""
        return call.is_event_cancel and "user" in call.params and self.has("app-refused")

    def refuses_user(self, call: Call) -> bool:
        """Keep users from cancelling."""
        translated = call.edition.name == "translated-de" and self.has("translated-user-refused")
        return call.is_event_cancel and (translated or self.has("user-refused"))

    def refuses_booker(self, call: Call) -> bool:
        """Keep users or applications from cancelling appointments."""
        name = "booking-app-refused" if call.who.is_application else "booking-user-refused"
        return call.is_booking_cancel and self.has(name)

    def opens_mailboxes(self, call: Call) -> bool:
        """Let a user into everybody's mailbox to cancel."""
        return call.is_event_cancel and self.has("organizer-path-open")

    @property
    def cancels_for_attendee(self) -> bool:
        """Cancel the meeting though the attendee is refused."""
        return self.has("refusal-has-effect")

    @property
    def humours_attendee(self) -> bool:
        """Answer an attendee with success, and do nothing."""
        return self.has("attendee-accepted")

    # --- the body --------------------------------------------------------------------------------------------------

    def pardons(self, refusal: Refusal) -> bool:
        """Take an unreadable body for an empty one."""
        malformed = refusal.rule == "body.malformed" and self.has("malformed-json-accepted")
        untyped = refusal.rule in {"body.media-type", "body.no-media-type"} and self.has("text-plain-accepted")
        return malformed or untyped

    def acts_though(self, refusal: Refusal) -> bool:
        """Refuse a body, and act on it."""
        return refusal.rule == "body.malformed" and self.has("refused-json-has-effect")

    @property
    def refuses_empty(self) -> bool:
        """Insist on a comment."""
        return self.has("empty-object-refused")

    def refuses_name(self, call: Call, name: str) -> bool:
        """Not know a property that the page names."""
        drafted = name == "Comment" and call.edition.name == "draft" and self.has("draft-comment-refused")
        return drafted or (name == "cancellationMessage" and self.has("booking-message-refused"))

    def overlooks(self, name: str) -> bool:
        """Ignore a property of the body."""
        spelt = {"comment": "camel-ignored", "Comment": "pascal-ignored"}
        return self.has(spelt.get(name, "kommentar-ignored" if name.lower() == "kommentar" else ""))

    def hears(self, comment: str) -> str:
        """Garble a comment."""
        if self.has("comment-dropped"):
            return ""
        if self.has("comment-cut-255"):
            comment = comment[:_TEXT_LIMIT]
        if self.has("comment-mangled"):
            comment = comment.encode("ascii", "replace").decode()
        return comment

    # --- effects ---------------------------------------------------------------------------------------------------

    def alter(self, plan: Plan, call: Call) -> Plan | None:
        """Spoil a cancellation; None is one that does nothing."""
        event = plan.event
        if "@" in call.params.get("user", "") and self.has("upn-without-effect"):
            return None
        if event.master is not None:
            if self.has("occurrence-stays"):
                return None
            plan = self._alter_occurrence(plan, event, event.master)
        if self.has("series-leaves-occurrences") and event.occurrences:
            plan = replace(plan, leaving=tuple(event.occurrences[:1]), marked=tuple(event.occurrences[:1]))
        plan = self._alter_beside(plan, event)
        if self.has("not-cancelled"):
            plan = replace(plan, leaving=())
        if self._leaves_copies(event, call):
            plan = replace(plan, marked=())
        if self._keeps_quiet(plan, call):
            plan = replace(plan, told=())
        if self.has("one-attendee-not-told"):
            plan = replace(plan, told=plan.told[:-1])
        return plan

    def _alter_beside(self, plan: Plan, event: Event) -> Plan:
        if self.has("decoy-gone"):
            plan = replace(plan, leaving=(*plan.leaving, *_decoys(event)))
        if self.has("decoy-copies-cancelled"):
            plan = replace(plan, marked=(*plan.marked, *_decoys(event)))
        if self.has("decoy-marked"):
            for decoy in _decoys(event):
                decoy.is_cancelled = True
        return plan

    def _leaves_copies(self, event: Event, call: Call) -> bool:
        return (
            self.has("copies-stay")
            or ("group" in call.params and self.has("copies-stay-in-groups"))
            or (event.kind == "seriesMaster" and self.has("copies-of-series-stay"))
        )

    def _keeps_quiet(self, plan: Plan, call: Call) -> bool:
        return (
            self.has("no-mail")
            or (call.version == "beta" and self.has("no-mail-beta"))
            or (plan.comment is None and self.has("no-comment-no-mail"))
        )

    def _alter_occurrence(self, plan: Plan, event: Event, master: Event) -> Plan:
        if self.has("occurrence-cancels-series"):
            return replace(plan, event=master, leaving=(master,), marked=(master,))
        siblings = [other for other in master.occurrences if other is not event][:1]
        if self.has("sibling-gone"):
            plan = replace(plan, leaving=(*plan.leaving, *siblings))
        if self.has("sibling-copies-cancelled"):
            plan = replace(plan, marked=(*plan.marked, *siblings))
        return plan

    @property
    def keeps_booking(self) -> bool:
        """Leave a cancelled appointment where it is."""
        return self.has("booking-stays")

    def booking_audience(self, customers: list[Person], staff: list[Person]) -> list[Person]:
        """Say who hears of a cancelled appointment."""
        told = [] if self.has("customer-not-told") else list(customers)
        return told if self.has("staff-not-told") else [*told, *staff]

    def booking_message(self, message: str) -> str:
        """Say what they hear."""
        if self.has("booking-message-cut-255"):
            message = message[:_TEXT_LIMIT]
        return "" if self.has("booking-message-dropped") else message

    # --- the answer ------------------------------------------------------------------------------------------------

    @obeys("cancel.accepted", "booking.cancelled", "cancel.no-content-type")
    def success(self, call: Call) -> Reply:
        """Answer a cancel that was done."""
        if call.route.action == BOOKING:
            if self.has("booking-body"):
                return Reply(200, {})
            return Reply(202 if self.has("booking-status-202") else 204)
        status = self._status(call.edition)
        if self.has("status-beta-200") and call.version == "beta":
            status = 200
        if self.has("status-one-route-200") and call.route.template == "/me/calendars/{calendar}/events/{event}/cancel":
            status = 200
        if call.method == "GET":
            status = 200
        if self.has("body-one-byte"):
            return Reply(200 if status == _NO_CONTENT else status, raw=b" ")
        if self.has("body-json"):
            return Reply(200 if status == _NO_CONTENT else status, {})
        return Reply(status)

    def _status(self, edition: Edition) -> int:
        if self.has("status-200"):
            return 200
        if self.has("status-204"):
            # What is right for the draft's edition is wrong for the others, and the other way round.
            return 202 if edition.status == _NO_CONTENT else _NO_CONTENT
        return edition.status

    def refusal(self, call: Call, found: Refusal) -> Refusal | None:
        """Reword a refusal, or turn it into success (None)."""
        if found.rule == "organizer.only":
            return self._to_attendee(found)
        if call.is_booking_cancel and found.rule == "booking.unknown":
            if self.has("booking-unknown-accepted"):
                return None
            if self.has("booking-unknown-500"):
                return Refusal(found.rule, 500, "InternalServerError", "An internal server error occurred.")
        if call.is_event_cancel and (
            (found.rule == "id.unknown" and self.has("unknown-id-accepted"))
            or (found.rule == "id.unknown" and call.version == "beta" and self.has("unknown-id-accepted-beta"))
            or (found.rule == "id.malformed" and self.has("malformed-id-accepted"))
        ):
            return None
        return found

    def _to_attendee(self, found: Refusal) -> Refusal:
        status, code, message = found.status, found.code, found.message
        if self.has("refusal-status-403"):
            status = 403
        if self.has("refusal-status-409"):
            status = 409
        if self.has("sentence-curly-apostrophe"):
            message = message.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        if self.has("sentence-without-period"):
            message = message.removesuffix(".")
        if self.has("sentence-other"):
            message = "Only the organizer can cancel this meeting."
        if self.has("other-error-code"):
            code = "ErrorCalendarIsNotOrganizer"
        return Refusal(found.rule, status, code, message)

    def bare(self, refusal: Refusal) -> bytes | None:
        """Give the bytes of a refusal that comes without its envelope."""
        if refusal.status == _UNAUTHORISED and self.has("unauthorised-html"):
            return b"<html><body>Sign in first.</body></html>"
        return refusal.message.encode(errors="replace") if self.has("envelope-missing") else None

    @obeys("route.gone")
    def gone(self) -> Refusal:
        """Answer where a route was taken away."""
        return refuse("route.gone")


_NO_CONTENT = 204
_UNAUTHORISED = 401
_GROUP_CALENDAR = "/groups/{group}/calendar/events/{event}/cancel"


def _decoys(event: Event) -> list[Event]:
    return [
        other
        for other in event.mailbox.events.values()
        if other is not event
        and other.calendar is event.calendar
        and other.master is None
        and other is not event.master
        and other.props["subject"] == event.props["subject"]
    ][:1]
