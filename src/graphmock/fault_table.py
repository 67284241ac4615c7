"""
The wrong behaviours one can ask for, by the promise they break; a table, no more.

Each names the cases of the suite that are expected to catch it by that promise. Other cases may notice it too, by other
promises. The names of cases are data here, written down from what a fault means; nothing of the suite is imported.
"""

from __future__ import annotations

from graphmock.deviation import Deviation

# Families of cases, by what they have in common. Accepted: the organizer's and the application's calls that succeed.
_ACCEPTED = ("event-cancel.*/organizer/*", "event-cancel.*/app/*", "!*/no-token")
_BETA = ("event-cancel.beta*/organizer/*", "event-cancel.beta*/app/*", "!*/no-token")
# The draft says nothing about effects, and of an occurrence it is another clause that says it goes.
_EFFECTS = (*_ACCEPTED, "!event-cancel.stub/*")
_LEAVING = (*_EFFECTS, "!*/occurrence")
_COMMENTED = (*_EFFECTS, "!*/empty")
# That the text arrives is said by the present booking page only; the draft knows but the property's name. Where a call
# is refused, nobody asks for its text any more.
# What a user may do is judged where nothing else is special; the draft names no permission.
_USERS = ("event-cancel.*/organizer/*", "!*/no-token", "!*/occurrence", "!*/series-master", "!event-cancel.stub/*")
_REFUSED = ("event-cancel.*/attendee/*/own-copy",)
_BOOKED = ("bookingappointment-cancel.*/message*", "!*/no-token", "!*/unknown-id")
_BOOKED_NOW = ("bookingappointment-cancel.v1.0/*/message*", "!*/no-token", "!*/unknown-id")
_TOKENS = ("graph-conventions/*/no-token", "graph-conventions/*/garbage-token", "graph-conventions/*/expired-token")
_REFUSALS = (
    *_TOKENS, "graph-conventions/*/read-only", "graph-conventions/*-id", "graph-conventions/*/verb-*",
    "graph-conventions/*/malformed-json", "graph-conventions/*/text-plain", "!*/percent-encoded-id",
)  # fmt: skip


def _fault(breaks: str, name: str, changes: str, *caught_by: str) -> Deviation:
    return Deviation(name, changes, breaks, "fault", caught_by)


FAULTS: tuple[Deviation, ...] = (
    # --- the answer ------------------------------------------------------------------------------------------------
    _fault("response.status", "status-200", "cancelling an event is answered 200", *_ACCEPTED),
    _fault("response.status", "status-204", "cancelling an event is answered 204, in the draft's edition 202",
           *_ACCEPTED),
    _fault("response.status", "status-one-route-200",
           "only /me/calendars/{id}/events/{id}/cancel answers 200", "event-cancel.*/me.calendars.events/organizer/*"),
    _fault("response.status", "status-beta-200", "under beta, cancelling an event is answered 200",
           *_BETA, "event-cancel.stub/*/organizer/*"),
    _fault("response.status", "booking-status-202", "cancelling an appointment is answered 202", *_BOOKED),
    _fault("response.body", "body-one-byte", "the answer to an event's cancel carries one blank", *_ACCEPTED),
    _fault("response.body", "body-json", "the answer to an event's cancel carries an empty JSON object", *_ACCEPTED),
    _fault("response.body", "booking-body",
           "the answer to an appointment's cancel is 200 with an empty JSON object", *_BOOKED),
    # --- routes ----------------------------------------------------------------------------------------------------
    _fault("http-request.route", "route-missing-calendar-groups",
           "cancel through a calendar group is answered 404, however spelt",
           "event-cancel.*/*.calendar[gG]roup*/organizer/*", "event-cancel.*/*.calendar[gG]roup*/app/*"),
    _fault("http-request.route", "route-missing-group-calendar",
           "only /groups/{id}/calendar/events/{id}/cancel is answered 404", "event-cancel.*/groups.calendar.events/*"),
    _fault("http-request.route", "upn-refused",
           "cancel under a user's principal name is answered 404; by id it works",
           "event-cancel.*/users-upn.*/organizer/*", "event-cancel.*/users-upn.*/app/*"),
    _fault("http-request.route", "booking-route-missing",
           "cancelling an appointment is answered 404 on every route", *_BOOKED),
    # --- who may ---------------------------------------------------------------------------------------------------
    _fault("authentication.missing-token", "no-token-accepted", "cancel without a token is done as the organizer",
           "graph-conventions/*/no-token"),
    _fault("authentication.invalid-token", "garbage-token-accepted",
           "cancel with an unknown token is done as the organizer", "graph-conventions/*/garbage-token"),
    _fault("authentication.invalid-token", "expired-token-accepted", "cancel with an expired token is done",
           "graph-conventions/*/expired-token"),
    _fault("request-headers.authorization", "bare-token-accepted", "cancel is done with any or no Authorization",
           "*-cancel.*/no-token"),
    _fault("authorization.read-only", "reader-accepted", "Calendars.Read is enough to cancel an event",
           "graph-conventions/*.events/*/read-only"),
    _fault("authorization.read-only", "booking-reader-accepted", "any permission is enough to cancel an appointment",
           "graph-conventions/*Businesses.*/read-only"),
    _fault("permissions.delegated-work", "user-refused", "a user's cancel of the own meeting is answered 403",
           *_USERS, "!*.de/*"),
    _fault("permissions.delegated-work", "booking-user-refused", "a user's cancel of an appointment is answered 403",
           *_BOOKED_NOW, "!*/app-only"),
    _fault("permissions.scope", "translated-user-refused",
           "in the translated edition only, a user's cancel of the own meeting is answered 403",
           *_USERS, "!event-cancel.v1.0/*", "!event-cancel.beta/*", "!event-cancel.beta-2021/*"),
    _fault("permissions.application", "app-refused", "an application's cancel under /users is answered 403",
           "event-cancel.*/app-only"),
    _fault("permissions.application", "booking-app-refused",
           "an application's cancel of an appointment is answered 403", "bookingappointment-cancel.*/app-only"),
    # --- the attendee ----------------------------------------------------------------------------------------------
    _fault("organizer.refusal", "refusal-status-403", "an attendee is refused with 403, in the same words", *_REFUSED),
    _fault("organizer.refusal", "refusal-status-409", "an attendee is refused with 409, in the same words", *_REFUSED),
    _fault("organizer.sentence", "sentence-curly-apostrophe",
           "the sentence to an attendee has a typographic apostrophe", *_REFUSED),
    _fault("organizer.sentence", "sentence-without-period",
           "the sentence to an attendee lacks its last full stop", *_REFUSED),
    _fault("organizer.sentence", "sentence-other", "an attendee is refused in other words", *_REFUSED),
    _fault("organizer.only", "refusal-has-effect",
           "an attendee's cancel is refused as it should, and the meeting cancelled all the same", *_REFUSED),
    _fault("organizer.only", "organizer-path-open", "a delegated token may cancel in another user's mailbox",
           "event-cancel.*/attendee/*/organizers-path"),
    _fault("delete.organizer-only", "attendee-accepted",
           "an attendee's cancel is answered with success, and nothing happens", *_REFUSED),
    # --- effects ---------------------------------------------------------------------------------------------------
    _fault("effect.left-calendar", "not-cancelled",
           "all are told, but the event stays in the organizer's calendar", *_LEAVING),
    _fault("effect.left-calendar", "series-leaves-occurrences",
           "cancelling a series takes away its first occurrence only", "event-cancel.*/series-master"),
    _fault("effect.left-calendar", "upn-without-effect",
           "under a user's principal name, cancel is answered and does nothing",
           "event-cancel.*/users-upn.*/organizer/*", "event-cancel.*/users-upn.*/app/*", "!*/occurrence"),
    _fault("effect.left-calendar", "everything-202",
           "every cancel, whoever sends it and however, is answered 202 and nothing happens", *_LEAVING),
    _fault("effect.attendees-told", "no-mail", "no attendee gets a message", *_EFFECTS),
    _fault("effect.attendees-told", "no-mail-beta", "under beta, no attendee gets a message", *_BETA),
    _fault("effect.attendees-told", "one-attendee-not-told", "the last attendee gets no message", *_EFFECTS),
    _fault("effect.attendees-told", "no-comment-no-mail", "without a comment, no attendee gets a message",
           "event-cancel.*/empty"),
    _fault("effect.attendee-copies", "copies-stay", "attendees' copies stay as they were", *_EFFECTS),
    _fault("effect.attendee-copies", "copies-stay-in-groups",
           "attendees' copies of a group's event stay as they were", "event-cancel.*/groups.*",
           "!event-cancel.stub/*"),
    _fault("effect.attendee-copies", "copies-of-series-stay", "attendees' copies of a whole series stay as they were",
           "event-cancel.*/series-master"),
    _fault("effect.only-this-event", "decoy-gone", "another event of the same subject and calendar goes too",
           *_EFFECTS),
    _fault("effect.only-this-event", "decoy-copies-cancelled",
           "attendees' copies of another event of the same subject are cancelled too", "event-cancel.*/namesake"),
    _fault("effect.only-this-event", "decoy-marked",
           "another event of the same subject and calendar stays, marked as cancelled", *_EFFECTS),
    # --- the comment -----------------------------------------------------------------------------------------------
    _fault("request-body.comment", "camel-ignored", "the property comment is ignored", "event-cancel.*/camel"),
    _fault("request-body.comment", "draft-comment-refused", "in the draft's edition, the property Comment is refused",
           "event-cancel.stub/*", "!*/no-token"),
    _fault("request-body.kommentar", "kommentar-ignored", "the property Kommentar is ignored",
           "event-cancel.*/kommentar"),
    _fault("example.comment", "pascal-ignored", "the property Comment is ignored",
           *_COMMENTED, "!*/camel", "!*/kommentar"),
    _fault("example.comment", "comment-cut-255", "the comment is cut after 255 characters",
           "event-cancel.*/300-characters", "!event-cancel.stub/*"),
    _fault("example.comment", "comment-mangled", "what is not ASCII arrives as question marks",
           "event-cancel.*/non-ascii", "!event-cancel.stub/*"),
    _fault("delete.custom-message", "comment-dropped", "no comment of whatever name arrives", *_COMMENTED),
    _fault("request-body.optional", "empty-object-refused", "an empty object is answered 400", "event-cancel.*/empty"),
    # --- series ----------------------------------------------------------------------------------------------------
    _fault("occurrence.cancelled", "occurrence-stays", "cancelling an occurrence is answered and does nothing",
           "event-cancel.*/occurrence"),
    _fault("occurrence.series-intact", "occurrence-cancels-series", "cancelling an occurrence cancels its series",
           "event-cancel.*/occurrence"),
    _fault("occurrence.series-intact", "sibling-gone", "cancelling an occurrence takes its neighbour along",
           "event-cancel.*/occurrence"),
    _fault("occurrence.series-intact", "sibling-copies-cancelled",
           "cancelling an occurrence also cancels attendees' copies of its neighbour", "event-cancel.*/occurrence"),
    # --- conventions -----------------------------------------------------------------------------------------------
    _fault("errors.envelope", "envelope-missing", "refusals are plain text", *_REFUSALS),
    _fault("errors.envelope", "envelope-code-missing", "refusals carry no code", *_REFUSALS),
    _fault("errors.envelope", "unauthorised-html", "a token that is none is answered 401 with an HTML page", *_TOKENS),
    _fault("errors.not-found", "unknown-id-accepted", "cancel of an unknown event is answered with success",
           "graph-conventions/*.events/*/unknown-id"),
    _fault("errors.not-found", "unknown-id-accepted-beta",
           "under beta, cancel of an unknown event is answered with success",
           "graph-conventions/beta.*.events/*/unknown-id"),
    _fault("request.malformed", "malformed-json-accepted", "a body that is no JSON is taken for an empty one",
           "graph-conventions/*/malformed-json"),
    _fault("request.malformed", "text-plain-accepted", "the media type of the body is not looked at",
           "graph-conventions/*/text-plain"),
    _fault("request.malformed", "verb-get-cancels", "GET on the action's URL cancels, with 200",
           "graph-conventions/*.events/*/verb-get"),
    _fault("request.malformed", "malformed-id-accepted", "cancel of an id that is none is answered with success",
           "graph-conventions/*.events/*/malformed-id"),
    _fault("refusal.without-effect", "refused-json-has-effect",
           "a body that is no JSON is refused, and the event cancelled all the same",
           "graph-conventions/*.events/*/malformed-json"),
    _fault("refusal.without-effect", "unauthorised-has-effect",
           "an unknown token is refused, and the event cancelled all the same",
           "graph-conventions/*.events/*/garbage-token"),
    _fault("batch.served", "batch-cancel-500", "cancel within a batch is answered 500, and nothing happens",
           "graph-conventions/*/batch"),
    _fault("batch.served", "batch-without-effect",
           "cancel within a batch is answered with success, and nothing happens", "graph-conventions/*/batch"),
    # --- bookings --------------------------------------------------------------------------------------------------
    _fault("effect.cancelled", "booking-stays", "the appointment stays", *_BOOKED_NOW),
    _fault("effect.customer-told", "customer-not-told", "the customer gets no message", *_BOOKED_NOW),
    _fault("effect.staff-told", "staff-not-told", "the staff get no message", *_BOOKED_NOW),
    _fault("request-body.cancellation-message", "booking-message-dropped", "the messages lack the cancellation message",
           *_BOOKED_NOW),
    _fault("request-body.cancellation-message", "booking-message-refused",
           "the property cancellationMessage is refused", "bookingappointment-cancel.stub/*", "!*/no-token"),
    _fault("request-body.cancellation-message", "booking-message-cut-255",
           "the cancellation message is cut after 255 characters", "bookingappointment-cancel.v1.0/*/300-characters"),
    _fault("appointment.unknown", "booking-unknown-accepted",
           "cancel of an unknown appointment is answered with success", "bookingappointment-cancel.*/unknown-id"),
    _fault("appointment.unknown", "booking-unknown-500", "cancel of an unknown appointment is answered 500",
           "bookingappointment-cancel.*/unknown-id"),
)  # fmt: skip
