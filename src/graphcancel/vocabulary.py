"""
The words that say nothing about anybody, in what a service answers.

By allow-list: what is not here, and not in a text somebody vouches for, is taken for somebody's name or secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
"""One word: letters and digits of any script, with apostrophes inside."""

NUMBERS: Final = re.compile(r"\d+(?:(?:[^\w\n]|_){1,5}\d+)+")
"""Numbers in a row: an IP address or a telephone number is made of groups that are small each."""

HARMLESS: Final = frozenset(
    """
    a abgesagt accept accepted access account action activity additional address again all allowed already always an
    and anonymous another any api app application appointment are argument as assigned at attendee authentication
    authorization auto auxiliary available bad batch be because been being beta body booking bookings business busy by
    calendar call called can cancel canceled cancellation cancelled cannot category change changed check clause client
    code collection comment compact compacttoken complete complex concurrency conditional conference confidential
    conflict consent consented consumer contain contains content contenttype context contract conversation coordinates
    copy correct could couldn create created credentials customer daily data date day declined default defined
    delegated delete deleted denied dependency depends deserialize detail details device did directory disabled does
    doesn doesnt don down draft e either empty enabled encoding end endpoint ensure entity error errors etag event
    events exceeded exceeds exception executed exist existent exists expected expired extension external failed failure
    fields fifth filter find first fixed flow flows folder following for forbidden format found fourth free friday from
    full gateway general generic geo give given gone grant graph group guest guid has have header headers high home
    hotel hourly html http https id identifier identity if image immutable in inactive index information informational
    inner input instance insufficient interaction internal into invalid invalidated invitation irresolvable is isn it
    item its json key keys kind large larger last later lifetime limit link list local location locked login long
    longer low made mail mailbox make malformed many master match matches matching maximum me media meeting member
    message method microsoft mime minimum mismatch missing model modified monday monthly more move must name named
    names need needed needs neither new next no non none nor normal not note notification null number numbered object
    objects occurrence odata of off on one online only oof open opened operation option optional or order organiser
    organization organizer other outdated over page parameter parameters parsing password path payload pending
    permission permissions personal plain please policy post postal present preset prevented price principal private
    privileges progress property protection provided public queried query quota range reached read reason received
    recipient recipients recurrence reference refused rejected relative remove request requested requests required
    requires resource respond responded response rest restapi restaurant restriction result retry room route run
    saturday schema scope second segment selection sendresponse sent series served server service set shared should
    sign silent single size skype slow so sort specified staff started starting status store street string subject
    success such sunday supported sure suspend sync syntax target task team teams temporarily tenant tentative
    tentatively test text than that the their there third this throttle throttled thursday time timeout timezone to
    token too transaction transient true try trying tuesday type types unable unauthenticated unauthorized unavailable
    undefined unexpected unified unique unknown unsupported update updated uri url us use used user utc valid
    validation value varies verb verification verified version viewer visible wants was wednesday weekday weekend
    weekly were what when while why window with within without work working write wrong yearly you your zone
    t re s can't couldn't doesn't don't isn't you're
    """.split()
)
"""Words of errors as services put them, of the API's own enumerations and types, and of what a run writes itself."""

SEGMENTS: Final = frozenset(
    """
    v1.0 beta me users groups events event calendar calendars calendargroup calendargroups
    calendarview instances messages mailfolders inbox sentitems deleteditems joinedgroups solutions
    bookingbusinesses appointments services staffmembers members customers cancel accept permanentdelete
    microsoft.graph.cancel microsoft.graph.eventmessage $batch draft superseded translated-de
    """.split()
)
"""Literal segments of the API's paths, lower case, as pages, metadata and the inspection surface write them."""

_SMALL: Final = re.compile(r"[0-9]{1,3}")
_PART: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z_]{2,60}")
_LEAST: Final = 2


def is_literal(path: str) -> bool:
    """Whether *path*, with a leading slash or empty, is made of literal segments alone."""
    return all(segment.lower() in SEGMENTS for segment in path.split("/")[1:])


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of *texts*, as `is_harmless` compares them."""
    return frozenset(_plain(word) for text in texts for word in WORD.findall(text))


def is_harmless(word: str, words: AbstractSet[str] = HARMLESS) -> bool:
    """
    Whether *word* is one of *words*, several of them written together, or a small number: a status, a count, never an
    id.
    """
    return _plain(word) in words or _SMALL.fullmatch(word) is not None or _is_compound(word, words)


def is_code(text: str, words: AbstractSet[str] = HARMLESS) -> bool:
    """Whether *text* is an error code made of *words*, such as ``ErrorItemNotFound`` or ``Request_BadRequest``."""
    return _CODE.fullmatch(text) is not None and all(is_harmless(part, words) for part in text.split("_") if part)


def _is_compound(word: str, words: AbstractSet[str]) -> bool:
    # Single letters would let nearly anything be spelt.
    parts = _PART.findall(word)
    return len(parts) > 1 and "".join(parts) == word and all(len(p) >= _LEAST and p.lower() in words for p in parts)


def _plain(word: str) -> str:
    return word.replace("\u2019", "'").lower()
