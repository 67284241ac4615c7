"""
The differences that a correct service may show; a table, no more.

No page forbids them, and a client that takes exception to one of them asks for more than is promised. The exceptions
take away what is documented of Graph as a whole, not of the cancel actions: ``no-batch`` and ``no-event-filter``. They
stand for other base URLs than Graph's, a proxy or another server, where the actions are served and these are not.
"""

from __future__ import annotations

from graphmock.deviation import Deviation

_LEAVES_OPEN = {"no-batch": ("*/batch",)}
# Either is one way to do the same thing, or the one leaves nothing for the other to show in.
_APART = (
    ("subject-prefix-de", "subject-prefix-none"),
    ("copies-removed", "copies-free"),
    ("nulls-present", "properties-absent"),
    ("json-escapes", "json-utf8"),
    ("gzip-answers", "deflate-answers"),
    ("no-batch", "batch-shuffled"),
    ("no-batch", "batch-items-throttled"),
)


def _excluded(name: str) -> tuple[str, ...]:
    return tuple(other for pair in _APART if name in pair for other in pair if other != name)


VARIATIONS: tuple[Deviation, ...] = tuple(
    Deviation(name, changes, "", "variation", group, leaves_open=_LEAVES_OPEN.get(name, ()), excludes=_excluded(name))
    for group, name, changes in (
        # --- when effects show, and how -------------------------------------------------------------------------------
        ("effect", "effects-late", "what a cancel does shows after a second and a half"),
        ("effect", "mail-late", "mail about a cancel arrives two seconds after the calendars show it"),
        ("effect", "calendar-late", "calendars show a cancel two seconds later than its mail arrives"),
        ("effect", "invites-late", "invitations and copies arrive after a second"),
        ("effect", "copies-removed", "attendees' copies are removed instead of marked"),
        ("effect", "copies-free", "attendees' copies that are cancelled no longer show as busy"),
        ("effect", "deleted-still-found", "a cancelled event is still read by its id, as it lies in Deleted Items"),
        ("effect", "organizer-also-told", "the organizer finds a copy of each cancellation in Sent Items"),
        ("effect", "delivery-reports", "the organizer is mailed a report of each cancellation that was delivered"),
        ("effect", "subject-prefix-de", "the prefix of cancelled subjects is German"),
        ("effect", "subject-prefix-none", "cancelled subjects have no prefix"),
        ("effect", "quoted-invitation", "cancellations quote the invitation below the comment"),
        ("effect", "disclaimer-appended", "a disclaimer is appended to every message"),
        ("effect", "busy-mailboxes",
         "with every 25th request, mail or a meeting of strangers arrives in somebody's mailbox"),
        # --- what objects look like -----------------------------------------------------------------------------------
        ("object", "ids-with-slash",
         "ids hold / and + and =, and every second one differs from another in case only"),
        ("object", "long-ids", "ids have four hundred characters"),
        ("object", "property-order", "members of every JSON object come in reverse order"),
        ("object", "nulls-present",
         "empty properties are null, documented ones are never left out, and unknown ones appear"),
        ("object", "properties-absent",
         "without $select, empty, usual and dispensable properties are left out"),
        ("object", "annotations-added", "answers and the items of lists carry annotations nobody asked for"),
        ("object", "address-case",
         "addresses come in another letter case, with the display names of the directory"),
        ("object", "date-forms", "times of events have no fraction of a second, timestamps have one"),
        ("object", "html-messages",
         "bodies of messages are HTML whatever the client prefers, with styles and escaped letters"),
        ("object", "page-by-one", "every page of a list holds one item"),
        ("object", "empty-pages", "the first page of a list holds nothing but the link to the next"),
        ("object", "encoded-links", "links to the next page have their $ percent-encoded"),
        ("object", "no-message-filter", "$filter on messages is answered 400"),
        ("object", "no-event-filter", "$filter on events is answered 400"),
        # --- how refusals read ----------------------------------------------------------------------------------------
        ("refusal", "innererror-key", "the inner error's key is innererror"),
        ("refusal", "other-error-code", "an attendee is refused with ErrorCalendarIsNotOrganizer"),
        ("refusal", "other-error-texts",
         "refusals have general codes and other messages, the sentence to an attendee aside"),
        ("refusal", "error-details", "refusals have a target, details and an inner code"),
        ("refusal", "error-members", "refusals have members nobody documents"),
        ("refusal", "lower-case-challenge", "the challenge that comes with 401 begins with a small letter"),
        # --- what goes over the wire ----------------------------------------------------------------------------------
        ("wire", "header-case", "header names are written with capitals"),
        ("wire", "extra-headers", "answers carry headers nobody documents"),
        ("wire", "repeated-headers", "answers set two cookies, and name what they vary with on two lines"),
        ("wire", "plain-content-type",
         "the media type has no parameters, that of refusals a charset in capitals"),
        ("wire", "json-escapes", "vowels in JSON texts, names of members too, are written as escapes"),
        ("wire", "json-utf8", "letters in JSON texts that are not ASCII are written as they are"),
        ("wire", "json-padded", "JSON is indented, with ends of lines around it"),
        ("wire", "chunked-empty-body", "an answer without bytes has no Content-Length but comes in chunks"),
        ("wire", "gzip-answers", "bodies are compressed by gzip where the client accepts it"),
        ("wire", "deflate-answers", "bodies are compressed by deflate where the client accepts it"),
        ("wire", "connection-close", "every answer closes its connection"),
        ("wire", "uneven-latency", "answers take up to a twentieth of a second, each another time"),
        # --- $batch ---------------------------------------------------------------------------------------------------
        ("batch", "no-batch", "there is no $batch"),
        ("batch", "batch-shuffled",
         "a batch's answers come last first, header names in capitals, empty bodies not mentioned"),
        ("batch", "batch-items-throttled", "every 17th request inside a batch is answered 429"),
        # --- bad days -------------------------------------------------------------------------------------------------
        ("bad day", "throttled", "every 29th request is answered 429, to be repeated after a fraction of a second"),
        ("bad day", "throttled-by-date", "every 211th request is answered 429, to be repeated after a date"),
        ("bad day", "unavailable", "every 103rd request is answered 503 with an HTML page"),
        ("bad day", "gateway-timeouts", "every 151st request is done, but answered 504"),
        ("bad day", "closed-connections", "every 97th request finds its connection closed, and is not done"),
        ("bad day", "lost-answers", "every 131st request is done, and the connection closed before the answer"),
    )
)  # fmt: skip
