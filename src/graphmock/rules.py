"""
What the stand-in does, rule by rule, each with the evidence it rests on.

Evidence is ``page:`` (a documentation page says so), ``metadata:`` (the published service description), ``observed:``
(a published dump or recording), ``reported:`` (somebody's word in public) or ``assumed`` (nobody says; a choice had to
be made). Code names the rule it follows: refusals through ``refuse(id)``, other behaviour through ``@obeys(id)``, so
that a rule without code and code without a rule both show in a test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from graphmock.rule import Rule
from graphmock.rule import rule as _rule
from graphmock.sign_in_rules import SIGN_IN

_F = TypeVar("_F", bound=Callable[..., object])

ORGANIZER_SENTENCE = "Your request can't be completed. You need to be an organizer to cancel a meeting."


_PAGE = "page:event-cancel"
_BOOKING = "page:bookingappointment-cancel"
_LIVE = "reported:public fakes checked against the live service"

_GRAPH: tuple[Rule, ...] = (
    # --- event: cancel ---------------------------------------------------------------------------------------------
    _rule("cancel.accepted",
          "the organizer's cancel is answered 202 with no bytes; the draft's edition says 204", _PAGE),
    _rule("cancel.no-content-type", "an answer without bytes names no Content-Type",
          "reported:official JavaScript client"),
    _rule("cancel.routes", "each edition serves the cancel routes its page lists", _PAGE),
    _rule("cancel.qualified", "microsoft.graph.cancel is the same action", "metadata:OpenAPI 2021, PowerShell SDK"),
    _rule("cancel.lower-case-groups", "calendargroups is taken for calendarGroups",
          "page:event-cancel, earlier editions"),
    _rule("cancel.order", "of several reasons to refuse, permission wins over body, body over id, id over organizer",
          "assumed"),
    _rule("organizer.only", "an attendee is refused; nothing changes", _PAGE, 400,
          "ErrorInvalidRequest", ORGANIZER_SENTENCE),
    _rule("effect.left-calendar", "the event leaves the organizer's calendar and is then unknown", _PAGE),
    _rule("effect.series", "cancelling the master cancels the whole series", "page:event resource"),
    _rule("effect.occurrence", "cancelling an occurrence leaves series and siblings; the master lists it", _PAGE),
    _rule("effect.mail", "each attendee gets one meetingCancelled message with the comment",
          "page:eventMessage resource"),
    _rule("effect.copies", "attendees' copies stay, cancelled, with a prefixed subject", _LIVE),
    _rule("effect.plain", "an event without attendees, a past one and an exception are cancelled like any", "assumed"),
    _rule("comment.names", "Comment and comment are both read; Comment wins", "page:event-cancel, table and example"),
    _rule("comment.kommentar", "the translated edition also reads Kommentar", "page:event-cancel, German table"),
    _rule("comment.absent", "no body, null, {} and a null comment send the default mail", "reported:contrib#8952"),
    _rule("comment.silent", "an empty comment sends no mail", "reported:contrib#8952"),
    _rule("comment.text", "the comment is text of any length, escaped in an HTML body", "assumed"),
    # --- reading a request -----------------------------------------------------------------------------------------
    _rule("body.media-type", "a body of another media type is refused", "reported:docs#4648", 415, "RequestBodyRead",
          "A supported MIME type could not be found that matches the content type of the response. "
          "None of the supported type(s) matches the content type '{found}'."),
    _rule("body.no-media-type", "a body whose media type is not named is refused", "assumed", 400, "RequestBodyRead",
          "A missing or empty content type header was found when trying to read a message. "
          "The content type header is required."),
    _rule("body.encoding", "gzip is read, any other coding refused", "metadata:Go SDK falls back on 415", 415,
          "UnsupportedMediaType", "The content encoding '{found}' is not supported."),
    _rule("body.malformed", "what is no JSON object is refused", "reported:sdk-javascript#404", 400,
          "UnableToDeserializePostBody", "were unable to deserialize "),
    _rule("body.empty", "creating needs a body", "observed:docs#4769", 400, "BadRequest",
          "Empty Payload. JSON content expected."),
    _rule("body.schema", "a value of another type is refused", "reported:docs#138", 400, "RequestBodyRead",
          "Property {name} in payload has a value that does not match schema."),
    _rule("body.boolean-text", "an event's booleans may be written as text", "reported:python-o365#495"),
    _rule("body.parameter", "an action refuses a parameter it does not know", "assumed", 400, "RequestBodyRead",
          "The parameter '{name}' in the request payload is not a valid parameter for the operation '{operation}'."),
    _rule("body.property", "an entity refuses a property it does not know", "observed:sdk-javascript#212", 400,
          "RequestBodyRead", "The property '{name}' does not exist on type '{type}'. Make sure to only use property "
          "names that are defined by the type or mark the type as open type."),
    _rule("body.invalid", "a property with an impossible value is refused", "assumed", 400,
          "ErrorPropertyValidationFailure", "At least one property failed validation: {name}."),
    _rule("body.cut", "a request that the client cuts short is refused as bad HTTP, and not acted on", "assumed"),
    _rule("body.strict", "JSON is UTF-8 whatever the charset, 64 levels deep at most, without half characters or "
          "numbers beyond a double; anything else is malformed; of a name that comes twice the last counts", "assumed"),
    _rule("head.too-large", "headers over 64 kB are refused", "assumed", 431, "RequestHeaderFieldsTooLarge",
          "The request headers are larger than what is allowed."),
    _rule("head.endless", "line and headers, or trailers, over a megabyte end the connection with 431", "assumed"),
    _rule("body.too-large", "a body over four megabytes is refused", "page:errors", 413, "RequestEntityTooLarge",
          "The request body is larger than what is allowed."),
    _rule("time.format", "times have seven decimals, in the preferred zone, else UTC", "observed:published recordings"),
    _rule("time.zone", "an unknown zone is refused", "assumed", 400, "TimeZoneNotSupportedException",
          "A valid TimeZone value must be specified. The following TimeZone value is not supported: '{zone}'."),
    _rule("time.malformed", "what is no date is refused", "assumed", 400, "ErrorInvalidParameter",
          "The value '{value}' is not a valid date and time."),
    _rule("time.years", "a meeting before 1900 or after 2199 is refused", "assumed"),
    _rule("time.window", "a view needs both ends of a window, in order", "assumed", 400, "ErrorInvalidParameter",
          "This request requires a time window specified by the query string parameters {names}."),
    # --- who may ---------------------------------------------------------------------------------------------------
    _rule("token.missing", "no token is answered 401 with a challenge", "observed:public issues", 401,
          "InvalidAuthenticationToken", "Access token is empty."),
    _rule("token.garbage", "an unknown token is answered 401", "observed:public issues", 401,
          "InvalidAuthenticationToken", "CompactToken parsing failed with error code: 80049217"),
    _rule("token.expired", "an expired token is answered 401", "observed:public issues", 401,
          "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    _rule("access.scope", "a token without the permission is refused", "observed:outlook-dev-docs#676", 403,
          "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    _rule("access.mailbox", "a delegated token opens its own user's mailbox only", "assumed", 403,
          "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    _rule("access.me", "/me needs a delegated token", "observed:sdk-php#1163", 400, "BadRequest",
          "/me request is only valid with delegated authentication flow."),
    _rule("access.group", "group events are for members, never for an application", "page:group-post-events", 403,
          "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    _rule("access.application", "an application with Calendars.ReadWrite may cancel in any mailbox", _PAGE),
    _rule("access.group-attendee", "a member invited to another's group event is its attendee", "assumed"),
    _rule("throttle.limit", "beyond --throttle, one caller's request to one mailbox is refused, uncounted, with the "
          "whole seconds to wait", "observed:corso#3695, sdk-javascript#297", 429, "ApplicationThrottled",
          "Application is over its MailboxConcurrency limit."),
    _rule("throttle.ordered", "a client's test can have the next requests throttled", "assumed", 429,
          "ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    # --- what is there ---------------------------------------------------------------------------------------------
    _rule("id.shape", "an item's id has 152 characters, base64url with =", "observed:published recordings"),
    _rule("id.malformed", "an id is read before it is looked up", "observed:docs#2268", 400,
          "ErrorInvalidIdMalformed", "Id is malformed."),
    _rule("id.unknown", "an unknown id, or one that another container holds, is answered 404", "observed:docs#4497",
          404, "ErrorItemNotFound", "The specified object was not found in the store."),
    _rule("user.unknown", "an unknown mailbox is answered 404", _LIVE, 404, "ErrorInvalidUser",
          "The requested user '{user}' is invalid."),
    _rule("directory.unknown", "an unknown user or group is answered 404", "observed:public issues", 404,
          "Request_ResourceNotFound",
          "Resource '{id}' does not exist or one of its queried reference-property objects are not present."),
    _rule("route.unknown", "an unknown segment is refused", "reported:msgraph-sdk-javascript#1178", 400, "BadRequest",
          "Resource not found for the segment '{segment}'."),
    _rule("route.too-long", "a URL over 16 kB is refused, in a batch too", "assumed", 414, "UriTooLong",
          "The request URI is longer than what is allowed."),
    _rule("route.keyed", "a key may stand in parentheses and quotes", "metadata:OData URL conventions"),
    _rule("route.tolerance", "a slash at the end and the case of ids and addresses of users, groups and businesses do "
          "not matter", "assumed"),
    _rule("route.head", "HEAD is answered like GET, without the bytes", "assumed"),
    _rule("route.gone", "a route that a fault takes away is answered 404", "assumed", 404, "UnknownError",
          "The resource could not be found."),
    _rule("route.version", "only v1.0 and beta are there", "assumed", 400, "BadRequest", "Invalid version: {version}"),
    _rule("route.method", "another verb is answered 405", "observed:docs#10936", 405, "ErrorInvalidRequest",
          "The OData request is not supported."),
    _rule("errors.envelope", "a refusal has code, message and an inner error with ids", "page:errors"),
    _rule("errors.details", "an error may hold a target, details and an inner code", "page:errors"),
    _rule("errors.general-codes", "other codes than the observed ones may come, such as the page's own", "page:errors"),
    _rule("headers.always", "request-id, the echoed client-request-id and diagnostics are on every answer",
          "observed:docs#5580"),
    # --- arranging and looking -------------------------------------------------------------------------------------
    _rule("event.create", "a POST answers 201; invitations go out at once and put a copy in each calendar",
          "page:user-post-events"),
    _rule("event.transaction", "a repeated transactionId answers the same event", _LIVE),
    _rule("event.delete", "the organizer's DELETE also cancels at the attendees, without a comment",
          "page:event-delete"),
    _rule("event.delete-copy", "an attendee's DELETE removes the copy and tells nobody", "assumed"),
    _rule("event.list", "a list of events shows masters and single events, a view occurrences",
          "page:user-list-events"),
    _rule("event.view", "a mailbox's own view is that of its default calendar", "page:user-list-calendarview"),
    _rule("event.guests", "each attendee is told once, the organizer not at all; only users have copies and inboxes",
          "assumed"),
    _rule("event.patch", "a change at the organizer reaches the copies, without a mail", "assumed"),
    _rule("event.patch-limits", "times of a master, recurrence and attendees cannot be changed here", "assumed", 400,
          "ErrorInvalidRequest", "This stand-in does not change {name}; create another event."),
    _rule("event.respond", "accept, decline and tentativelyAccept answer 202; the organizer gets the response",
          "page:event-accept"),
    _rule("event.respond-organizer", "the organizer cannot respond", "reported:public issues", 400,
          "ErrorInvalidRequest",
          "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer."),
    _rule("event.respond-silent", "a comment needs a response to travel with", "reported:simstudioai/sim#6041", 400,
          "ErrorInvalidRequest", "'SendResponse' must be true when 'Comment' is not null."),
    _rule("event.decline", "a declined copy leaves the attendee's calendar", "assumed"),
    _rule("series.expansion", "a series is written out when made, 400 occurrences at most", "assumed"),
    _rule("series.malformed", "a recurrence that cannot be read is refused", "assumed", 400,
          "ErrorPropertyValidationFailure", "At least one property failed validation: recurrence."),
    _rule("series.ids", "occurrences have ids and iCalUIds of their own; uid is shared", "page:event resource"),
    _rule("calendar.default", "the default calendar and the default group stay", "page:calendar-delete", 400,
          "ErrorCannotDeleteObject", "The default calendar or calendar group cannot be deleted."),
    _rule("calendar.name", "two calendars of one mailbox have different names", "assumed", 409, "ErrorFolderExists",
          "A folder with the specified name already exists."),
    _rule("calendar.delete", "a deleted calendar takes its events along and tells nobody", "assumed"),
    _rule("calendar-group.empty", "only an empty calendar group is deleted", "assumed", 400, "ErrorCannotDeleteObject",
          "The calendar group is not empty."),
    _rule("calendar-group.class", "a calendar group's classId is a GUID", "metadata:calendarGroup, Edm.Guid"),
    _rule("message.kinds", "invitations, responses and cancellations are messages of different types",
          "metadata:CSDL"),
    _rule("message.delete", "a deleted message is gone from every list", "assumed"),
    _rule("message.no-sent-copy", "invitations, responses and cancellations leave nothing in Sent Items", "assumed"),
    _rule("deleted.no-events", "Deleted Items lists messages, never events", "reported:msgraph-sdk-java#2561"),
    _rule("odata.filter", "an unreadable filter is refused", "assumed", 400, "BadRequest",
          "Invalid filter clause: {why}"),
    _rule("odata.property", "an unknown property in a query is refused", "observed:public issues", 400, "BadRequest",
          "Could not find a property named '{name}' on type '{type}'."),
    _rule("odata.option", "an unreadable query option is refused", "assumed", 400, "BadRequest",
          "The query option '{name}' has a value that cannot be served: '{value}'."),
    _rule("odata.names", "an option is known with and without $, in any case; of one that comes twice the last counts",
          "assumed"),
    _rule("odata.text-case", "texts in a filter are compared without regard to case", "assumed"),
    _rule("odata.reach", "a filter has 500 words and 20 levels at most, a page 1000 items", "assumed"),
    _rule("odata.paging", "a list is cut at $top, else at the page size, and names its continuation", "page:paging"),
    _rule("odata.restriction", "a list may refuse any filter", "observed:davmail#509", 400,
          "ErrorRestrictionTooComplex", "The restriction or sort order is too complex for this operation."),
    # --- bad days --------------------------------------------------------------------------------------------------
    _rule("throttle.asked", "where asked for, one request in so many is refused before it is looked at",
          "page:throttling", 429, "TooManyRequests", "Please retry again later."),
    _rule("throttle.fraction", "Retry-After is a number of seconds, whole or not, or a date", "page:throttling"),
    _rule("outage.any-time", "500, 503 and 504 may come at any time, and not in an envelope", "page:errors"),
    # --- $batch ----------------------------------------------------------------------------------------------------
    _rule("batch.shape", "a batch has 1 to 20 requests with distinct ids", "page:json-batching", 400, "BadRequest",
          "Invalid batch payload format: {why}"),
    _rule("batch.dependency", "what depends on a failed request is answered 424", "page:json-batching", 424,
          "FailedDependency", "The request was not executed because a request it depends on failed."),
    _rule("batch.order", "requests in a batch are served one after the other, as they stand or as dependsOn says",
          "assumed"),
    _rule("batch.token", "the outer token counts for each request in a batch", "assumed"),
    _rule("batch.null-body", "a sub-answer without bytes has a null body", "reported:pnpjs#2963"),
    # --- bookings --------------------------------------------------------------------------------------------------
    _rule("booking.cancelled", "cancelling an appointment is answered 204 with no bytes", _BOOKING),
    _rule("booking.told", "customer and staff are mailed, with the cancellation message", _BOOKING),
    _rule("booking.people", "who is told is who the appointment names, else who is on file or serves", "assumed"),
    _rule("booking.gone", "a cancelled appointment is gone; cancelling it again is answered 404", "assumed"),
    _rule("booking.unknown", "an unknown appointment is answered 404", _BOOKING, 404, "ErrorItemNotFound",
          "The specified object was not found in the store."),
    _rule("booking.legacy", "the draft's edition and beta also serve /bookingBusinesses", "metadata:beta CSDL"),
    _rule("booking.delete", "deleting an appointment mails the customer", "reported:contrib#9012"),
    _rule("booking.quiet-create", "creating an appointment sends no mail and fills no staff calendar", "assumed"),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_GRAPH, *SIGN_IN)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}


def obeys(*rule_ids: str) -> Callable[[_F], _F]:
    """
    Say which rules a function follows; changes nothing about it.

    Raises:
        KeyError: There is no such rule.
    """
    for rule_id in rule_ids:
        BY_ID[rule_id]
    return lambda function: function
