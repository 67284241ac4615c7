"""Faults of the text a cancel of an event brings; a table, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmock import spoiling
from graphmock.deeds import Confuses, Fault, Hears, Refuses, Spoils, row
from graphmock.places import PLACES
from graphmock.scope import EMPTY, SERIES, Scope
from graphmock.spoiling import unheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.deeds import Deed

_EVERYWHERE = Scope()
_CAMEL, _PASCAL, _KOMMENTAR = (Scope(body=name) for name in ("comment", "Comment", "Kommentar"))
_COMMENTED = (*_EVERYWHERE.cases(effects=True), "!*/empty")
_PASCALLED = (*_COMMENTED, "!*/camel", "!*/kommentar")
_UNKNOWN = {
    name: Refuses("body.parameter", (("name", name), ("operation", "cancel")))
    for name in ("comment", "Comment", "Kommentar")
}
_LONG = "event-cancel.*/300-characters"
_FOREIGN = "event-cancel.*/non-ascii"
_DRAFTED = "!event-cancel.stub/*"


def _of(clause: str, name: str, changes: str, where: Scope, does: Deed, *caught_by: str, once_in: int = 1) -> Fault:
    return row("comment", clause, name, changes, where, does, *caught_by, once_in=once_in)


def _heard(name: str, changes: str, edit: Callable[[str], str], *caught_by: str) -> Fault:
    named = (*caught_by, _DRAFTED) if caught_by else _PASCALLED
    return row("comment", "example.comment", name, changes, _EVERYWHERE, Hears(edit), *named)


COMMENTS: tuple[Fault, ...] = (
    # --- by the property's name ------------------------------------------------------------------------------------
    _of("request-body.comment", "camel-ignored", "the property comment is ignored", _CAMEL, Hears(unheard),
        "event-cancel.*/camel"),
    _of("request-body.comment", "camel-refused", "the property comment is refused", _CAMEL, _UNKNOWN["comment"],
        "event-cancel.*/camel"),
    _of("request-body.comment", "draft-comment-refused", "in the draft's edition, the property Comment is refused",
        Scope(body="Comment", edition="draft"), _UNKNOWN["Comment"], "event-cancel.stub/*", "!*/no-token"),
    _of("request-body.kommentar", "kommentar-ignored", "the property Kommentar is ignored", _KOMMENTAR,
        Hears(unheard), "event-cancel.*/kommentar"),
    _of("request-body.kommentar", "kommentar-refused", "the property Kommentar is refused", _KOMMENTAR,
        _UNKNOWN["Kommentar"], "event-cancel.*/kommentar"),
    _of("example.comment", "pascal-ignored", "the property Comment is ignored", _PASCAL, Hears(unheard), *_PASCALLED),
    _of("request-body.optional", "empty-object-refused", "a body without a comment is answered 400",
        Scope(body=EMPTY), Refuses("body.schema", (("name", "Comment"),)), "event-cancel.*/empty"),
    # --- what becomes of it ----------------------------------------------------------------------------------------
    _of("delete.custom-message", "comment-dropped", "no comment of whatever name arrives", _EVERYWHERE,
        Hears(unheard), *_COMMENTED),
    _of("delete.custom-message", "comment-of-call-before", "attendees read the comment of the call before",
        _EVERYWHERE, Confuses(), *_COMMENTED),
    _of("delete.custom-message", "comment-to-first-only", "only the first attendee reads the comment", _EVERYWHERE,
        Spoils(spoiling.tell_all_nothing), *_COMMENTED),
    *(
        _of("delete.custom-message", name, f"{PLACES[place].said}, the comment does not arrive", PLACES[place].where,
            Hears(unheard), *PLACES[place].where.cases(effects=True), "!*/empty")
        for name, place in {"comment-dropped-groups": "groups", "comment-dropped-published": "published"}.items()
    ),
    _of("delete.custom-message", "comment-dropped-series", "the comment on a series does not arrive",
        Scope(target=SERIES), Spoils(spoiling.with_(comment=""))),
    _of("delete.custom-message", "comment-rarely-dropped", "the comment does not arrive once in twenty times",
        _EVERYWHERE, Hears(unheard), *_COMMENTED, once_in=20),
    _heard("comment-cut-255", "the comment is cut after 255 characters", spoiling.shortened, _LONG),
    _heard("comment-lower-case", "the comment arrives in small letters", str.lower),
    _heard("comment-without-end", "the comment arrives without its last character", lambda text: text[:-1]),
    _heard("comment-mangled", "what is not ASCII arrives as question marks", spoiling.as_ascii, _FOREIGN),
    _heard("comment-misdecoded", "the comment's UTF-8 is read as Latin-1", spoiling.misdecoded, _FOREIGN),
    _heard("comment-decomposed", "letters of the comment arrive apart from their accents", spoiling.decomposed,
           _FOREIGN),
    _heard("comment-without-emoji", "of the comment, characters beyond the first 65 536 are lost",
           spoiling.in_basic_plane, _FOREIGN),
    _heard("comment-straightened", "typographic quotation marks of the comment arrive as straight ones",
           spoiling.straightened, _FOREIGN),
    _heard("comment-escaped-twice", "characters that HTML reserves arrive by their HTML names", spoiling.escaped,
           _FOREIGN),
)  # fmt: skip
