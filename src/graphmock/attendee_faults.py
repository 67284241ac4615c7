"""Faults of what happens when somebody else than the organizer cancels; a table, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmock.deeds import Acts, Admits, Fault, Rewords, Writes, row
from graphmock.meetings import SHORTLY
from graphmock.places import PLACES, Place
from graphmock.replies import enveloped, exchanged, in_code, inner_only, refused, saying
from graphmock.scope import DRAFT, Scope
from graphmock.spoiling import decline_first, only_tell_organizer, spare_all_but_first, with_

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.errors import Refusal

_EVERYWHERE = Scope()
_TO_ATTENDEE = frozenset({"organizer.only"})
_TO_STRANGER = frozenset({"access.mailbox"})
_REFUSED = ("event-cancel.*/attendee/*/own-copy",)
_GERMAN = "Ihre Anforderung kann nicht abgeschlossen werden. Nur der Organisator kann eine Besprechung absagen."


def _status(name: str, status: int, changes: str = "") -> Fault:
    said = changes or f"an attendee is refused with {status}, in the same words"
    return row(
        "attendee", "organizer.refusal", name, said, _EVERYWHERE, Rewords(_TO_ATTENDEE, refused(status)), *_REFUSED
    )


def _confined(clause: str, name: str, changes: str, place: Place, deed: Rewords | Admits) -> Fault:
    # The draft knows nobody but the organizer.
    named = (f"{page}/*/attendee/*/own-copy" for page in place.where.pages() if page != DRAFT)
    return row("attendee", clause, name, f"{place.said}, {changes}", place.where, deed, *named)


def _sentence(name: str, changes: str, edit: Callable[[Refusal], Refusal]) -> Fault:
    said = f"the sentence to an attendee {changes}"
    return row("attendee", "organizer.sentence", name, said, _EVERYWHERE, Rewords(_TO_ATTENDEE, edit), *_REFUSED)


def _acted(name: str, changes: str, deed: Acts, *, once_in: int = 1) -> Fault:
    said = f"an attendee's cancel is refused as it should, and {changes}"
    return row("attendee", "organizer.only", name, said, _EVERYWHERE, deed, *_REFUSED, once_in=once_in)


ATTENDEES: tuple[Fault, ...] = (
    # --- the number ------------------------------------------------------------------------------------------------
    _status("refusal-status-200", 200, "an attendee is answered 200, with the error that belongs to the refusal"),
    _status("refusal-status-403", 403),
    _status("refusal-status-409", 409),
    _status("refusal-status-500", 500),
    *(
        _confined("organizer.refusal", name, "an attendee is refused with 403, in the same words", PLACES[place],
                  Rewords(_TO_ATTENDEE, refused(403)))
        for name, place in {"refusal-status-403-v1": "v1.0", "refusal-status-403-beta": "beta"}.items()
    ),
    # --- the sentence ----------------------------------------------------------------------------------------------
    _sentence("sentence-curly-apostrophe", "has a typographic apostrophe",
              exchanged("'", "\N{RIGHT SINGLE QUOTATION MARK}")),
    _sentence("sentence-cannot", "has 'cannot' for \"can't\"", exchanged("can't", "cannot")),
    _sentence("sentence-lower-case", "begins with a small letter", exchanged("Your", "your")),
    _sentence("sentence-organiser", "spells the organizer the British way", exchanged("organizer", "organiser")),
    _sentence("sentence-without-article", "lacks an article", exchanged("an organizer", "organizer")),
    _sentence("sentence-without-period", "lacks its last full stop", saying(lambda text: text.removesuffix("."))),
    _sentence("sentence-doubled-blank", "has two blanks between its halves", exchanged(". ", ".  ")),
    _sentence("sentence-no-break-space", "has a no-break space for its first blank",
              saying(lambda text: text.replace(" ", "\N{NO-BREAK SPACE}", 1))),
    _sentence("sentence-leading-blank", "begins with a blank", saying(lambda text: f" {text}")),
    _sentence("sentence-trailing-newline", "ends with the end of a line", saying(lambda text: f"{text}\n")),
    _sentence("sentence-appended", "has another one after it",
              saying(lambda text: f"{text} Contact your administrator.")),
    _sentence("sentence-german", "is German, though nobody asked for that", saying(lambda _: _GERMAN)),
    row("attendee", "organizer.sentence", "sentence-other", "an attendee is refused in other words", _EVERYWHERE,
        Rewords(_TO_ATTENDEE, saying(lambda _: "Only the organizer can cancel this meeting.")), *_REFUSED),
    _sentence("sentence-in-code", "stands in the error's code, and something else in its message", in_code),
    row("attendee", "organizer.sentence", "sentence-in-inner-error",
        "the sentence to an attendee stands in the inner error, and something else in the message", Scope(action=""),
        Writes(enveloped(inner_only), _TO_ATTENDEE), *_REFUSED),
    # --- what comes of it ------------------------------------------------------------------------------------------
    _acted("refusal-has-effect", "the meeting cancelled all the same", Acts(_TO_ATTENDEE)),
    _acted("refusal-acts-late", "the meeting cancelled a moment later", Acts(_TO_ATTENDEE, after=SHORTLY)),
    _acted("refusal-removes-copy", "the copy in one attendee's calendar cancelled",
           Acts(_TO_ATTENDEE, spare_all_but_first)),
    _acted("refusal-tells-attendees", "the attendees sent a cancellation all the same",
           Acts(_TO_ATTENDEE, with_(leaving=(), marked=()))),
    _acted("refusal-tells-organizer", "the organizer sent a cancellation", Acts(_TO_ATTENDEE, only_tell_organizer)),
    _acted("refusal-declines", "taken for a decline", Acts(_TO_ATTENDEE, decline_first)),
    # There are no more than 54 cases of an attendee's own copy, and it has to strike three times in them.
    _acted("refusal-rarely-acts", "once in fifteen times the meeting cancelled all the same", Acts(_TO_ATTENDEE),
           once_in=15),
    row("attendee", "organizer.only", "attendee-cancels", "an attendee may cancel the meeting for all", _EVERYWHERE,
        Admits(_TO_ATTENDEE), *_REFUSED),
    row("attendee", "organizer.only", "organizer-path-open", "a delegated token may cancel in another user's mailbox",
        _EVERYWHERE, Admits(_TO_STRANGER), "event-cancel.*/attendee/*/organizers-path"),
    row("attendee", "organizer.only", "organizer-path-has-effect",
        "a delegated token's cancel in another user's mailbox is refused, and done all the same", _EVERYWHERE,
        Acts(_TO_STRANGER), "event-cancel.*/attendee/*/organizers-path"),
    row("attendee", "delete.organizer-only", "attendee-accepted",
        "an attendee's cancel is answered with success, and nothing happens", _EVERYWHERE,
        Admits(_TO_ATTENDEE, idle=True), *_REFUSED),
    *(
        _confined("delete.organizer-only", name, "an attendee's cancel is answered with success, and nothing happens",
                  PLACES[place], Admits(_TO_ATTENDEE, idle=True))
        for name, place in {"attendee-accepted-beta": "beta", "attendee-accepted-superseded": "superseded"}.items()
    ),
)  # fmt: skip
