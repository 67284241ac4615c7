"""
The differences that a correct service may show, because no page forbids them; a table, no more.

A client that takes exception to one of them asks for more than is promised.
"""

from __future__ import annotations

from graphmock.deviation import Deviation

_LEAVES_OPEN = {"no-batch": ("*/batch",)}

VARIATIONS: tuple[Deviation, ...] = tuple(
    Deviation(name, changes, "", "variation", leaves_open=_LEAVES_OPEN.get(name, ()))
    for name, changes in (
        # --- when effects show, and how -------------------------------------------------------------------------------
        ("effects-late", "what a cancel does shows after a second and a half"),
        ("mail-late", "mail about a cancel arrives two seconds after the calendars show it"),
        ("calendar-late", "calendars show a cancel two seconds later than its mail arrives"),
        ("invites-late", "invitations and copies arrive after a second"),
        ("copies-removed", "attendees' copies are removed instead of marked"),
        ("organizer-also-told", "the organizer finds a copy of each cancellation in Sent Items"),
        ("subject-prefix-de", "the prefix of cancelled subjects is German"),
        ("subject-prefix-none", "cancelled subjects have no prefix"),
        ("busy-mailboxes", "with every 25th request, mail or a meeting of strangers arrives in somebody's mailbox"),
        # --- what objects look like -----------------------------------------------------------------------------------
        ("ids-with-slash", "ids hold / and + and =, and every second one differs from another in case only"),
        ("property-order", "members of every JSON object come in reverse order"),
        ("nulls-present", "empty properties are null, documented ones are never left out, and unknown ones appear"),
        ("properties-absent", "without $select, empty, usual and dispensable properties are left out"),
        ("address-case", "addresses come in another letter case, with the display names of the directory"),
        ("date-forms", "times of events have no fraction of a second, timestamps have one"),
        ("html-messages", "bodies of messages are HTML whatever the client prefers, with styles and escaped letters"),
        ("page-by-one", "every page of a list holds one item"),
        ("no-message-filter", "$filter on messages is answered 400"),
        ("no-event-filter", "$filter on events is answered 400"),
        # --- how refusals read ----------------------------------------------------------------------------------------
        ("innererror-key", "the inner error's key is innererror"),
        ("other-error-code", "an attendee is refused with ErrorCalendarIsNotOrganizer"),
        ("other-error-texts", "refusals have general codes and other messages, the sentence to an attendee aside"),
        ("error-details", "refusals have a target, details and an inner code"),
        # --- what goes over the wire ----------------------------------------------------------------------------------
        ("header-case", "header names are written with capitals"),
        ("extra-headers", "answers carry headers nobody documents"),
        ("plain-content-type", "the media type has no parameters, that of refusals a charset in capitals"),
        ("chunked-empty-body", "an answer without bytes has no Content-Length but comes in chunks"),
        ("gzip-answers", "bodies are compressed where the client accepts it"),
        ("connection-close", "every answer closes its connection"),
        # --- $batch ---------------------------------------------------------------------------------------------------
        ("no-batch", "there is no $batch"),
        ("batch-shuffled", "a batch's answers come last first, header names in capitals, empty bodies not mentioned"),
        ("batch-items-throttled", "every 17th request inside a batch is answered 429"),
        # --- bad days -------------------------------------------------------------------------------------------------
        ("throttled", "every 29th request is answered 429, to be repeated after a fraction of a second"),
        ("throttled-by-date", "every 211th request is answered 429, to be repeated after a date"),
        ("unavailable", "every 103rd request is answered 503 with an HTML page"),
        ("gateway-timeouts", "every 151st request is done, but answered 504"),
        ("closed-connections", "every 97th request finds its connection closed, and is not done"),
        ("lost-answers", "every 131st request is done, and the connection closed before the answer"),
    )
)
