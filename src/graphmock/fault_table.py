"""The wrong behaviours one can ask for, by the promise they break; a table, no more."""

from __future__ import annotations

from graphmock.deviation import Deviation


def _faults(breaks: str, *pairs: tuple[str, str]) -> tuple[Deviation, ...]:
    return tuple(Deviation(name, changes, breaks, "fault") for name, changes in pairs)


FAULTS: tuple[Deviation, ...] = (
    *_faults(
        "response.status",
        ("status-200", "cancelling an event is answered 200"),
        ("status-204", "cancelling an event is answered 204, in the draft's edition 202"),
        ("status-one-route-200", "only /me/calendars/{id}/events/{id}/cancel answers 200"),
        ("status-beta-200", "under beta, cancelling an event is answered 200"),
        ("booking-status-202", "cancelling an appointment is answered 202"),
    ),
    *_faults(
        "response.body",
        ("body-one-byte", "the answer to an event's cancel carries one blank"),
        ("body-json", "the answer to an event's cancel carries an empty JSON object"),
        ("booking-body", "the answer to an appointment's cancel is 200 with an empty JSON object"),
    ),
    *_faults(
        "http-request.route",
        ("route-missing-calendar-groups", "cancel through a calendar group is answered 404, however spelt"),
        ("upn-refused", "cancel under a user's principal name is answered 404; by id it works"),
        ("booking-route-missing", "cancelling an appointment is answered 404 on every route"),
    ),
    *_faults("authentication.missing-token", ("no-token-accepted", "cancel without a token is done as the organizer")),
    *_faults(
        "authentication.invalid-token",
        ("garbage-token-accepted", "cancel with an unknown token is done as the organizer"),
        ("expired-token-accepted", "cancel with an expired token is done"),
    ),
    *_faults("request-headers.authorization", ("bare-token-accepted", "cancel is done with any or no Authorization")),
    *_faults("authorization.read-only", ("reader-accepted", "Calendars.Read is enough to cancel an event")),
    *_faults("permissions.delegated-work", ("user-refused", "a user's cancel of the own meeting is answered 403")),
    *_faults("permissions.scope", ("translated-user-refused", "the same in the translated edition only")),
    *_faults("permissions.application", ("app-refused", "an application's cancel under /users is answered 403")),
    *_faults(
        "organizer.refusal",
        ("refusal-status-403", "an attendee is refused with 403, in the same words"),
        ("refusal-status-409", "an attendee is refused with 409, in the same words"),
    ),
    *_faults(
        "organizer.sentence",
        ("sentence-curly-apostrophe", "the sentence to an attendee has a typographic apostrophe"),
        ("sentence-without-period", "the sentence to an attendee lacks its last full stop"),
        ("sentence-other", "an attendee is refused in other words"),
    ),
    *_faults(
        "organizer.only",
        ("refusal-has-effect", "an attendee's cancel is refused as it should, and the meeting cancelled all the same"),
        ("organizer-path-open", "a delegated token may cancel in another user's mailbox"),
    ),
    *_faults(
        "delete.organizer-only",
        ("attendee-accepted", "an attendee's cancel is answered with success, and nothing happens"),
    ),
    *_faults(
        "effect.left-calendar",
        ("not-cancelled", "all are told, but the event stays in the organizer's calendar"),
        ("series-leaves-occurrences", "cancelling a series takes away its first occurrence only"),
        ("everything-202", "every cancel, whoever sends it and however, is answered 202 and nothing happens"),
    ),
    *_faults(
        "effect.attendees-told",
        ("no-mail", "no attendee gets a message"),
        ("one-attendee-not-told", "the last attendee gets no message"),
    ),
    *_faults("effect.attendee-copies", ("copies-stay", "attendees' copies stay as they were")),
    *_faults("effect.only-this-event", ("decoy-gone", "another event of the same subject and calendar goes too")),
    *_faults("request-body.comment", ("camel-ignored", "the property comment is ignored")),
    *_faults(
        "example.comment",
        ("pascal-ignored", "the property Comment is ignored"),
        ("comment-cut-255", "the comment is cut after 255 characters"),
        ("comment-mangled", "what is not ASCII arrives as question marks"),
    ),
    *_faults("delete.custom-message", ("comment-dropped", "no comment of whatever name arrives")),
    *_faults("request-body.kommentar", ("kommentar-ignored", "the property Kommentar is ignored")),
    *_faults("request-body.optional", ("empty-object-refused", "an empty object is answered 400")),
    *_faults("occurrence.cancelled", ("occurrence-stays", "cancelling an occurrence is answered and does nothing")),
    *_faults(
        "occurrence.series-intact",
        ("occurrence-cancels-series", "cancelling an occurrence cancels its series"),
        ("sibling-gone", "cancelling an occurrence takes its neighbour along"),
    ),
    *_faults(
        "errors.envelope",
        ("envelope-missing", "refusals are plain text"),
        ("envelope-code-missing", "refusals carry no code"),
    ),
    *_faults("errors.not-found", ("unknown-id-accepted", "cancel of an unknown event is answered with success")),
    *_faults(
        "request.malformed",
        ("malformed-json-accepted", "a body that is no JSON is taken for an empty one"),
        ("text-plain-accepted", "the media type of the body is not looked at"),
        ("verb-get-cancels", "GET on the action's URL cancels, with 200"),
        ("malformed-id-accepted", "cancel of an id that is none is answered with success"),
    ),
    *_faults(
        "refusal.without-effect",
        ("refused-json-has-effect", "a body that is no JSON is refused, and the event cancelled all the same"),
        ("unauthorised-has-effect", "an unknown token is refused, and the event cancelled all the same"),
    ),
    *_faults(
        "batch.served",
        ("batch-cancel-500", "cancel within a batch is answered 500, and nothing happens"),
        ("batch-without-effect", "cancel within a batch is answered with success, and nothing happens"),
    ),
    *_faults("effect.cancelled", ("booking-stays", "the appointment stays")),
    *_faults("effect.customer-told", ("customer-not-told", "the customer gets no message")),
    *_faults("effect.staff-told", ("staff-not-told", "the staff get no message")),
    *_faults(
        "request-body.cancellation-message",
        ("booking-message-dropped", "the messages lack the cancellation message"),
    ),
    *_faults(
        "appointment.unknown",
        ("booking-unknown-accepted", "cancel of an unknown appointment is answered with success"),
        ("booking-unknown-500", "cancel of an unknown appointment is answered 500"),
    ),
)
