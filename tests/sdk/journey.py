"""What the journeys of all clients have in common."""

from __future__ import annotations

ORGANIZER, ATTENDEE = "organizer@contoso.example", "attendee@contoso.example"
SENTENCE = "Your request can't be completed. You need to be an organizer to cancel a meeting."
NOT_FOUND = "The specified object was not found in the store."
UNKNOWN = "AAMk" * 37 + "AAA="
COMMENTS = ["Ich bin krank – sorry & <bye>", None]
