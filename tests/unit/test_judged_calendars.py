"""How it is judged what a call leaves in calendars: the meeting, the event beside it and the attendees' copies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given_evidence import (
    ADA,
    AFTER,
    BESIDE,
    BLIND,
    BOB,
    COPY,
    DECOY,
    DONE,
    KEPT,
    MEETING,
    NAMESAKE,
    NO_MAILBOX,
    NOT_ACCEPTED,
    ORGANIZERS,
    OURS,
    REFUSED,
    SEEN,
    STANDING,
    STRUCK,
    THEIRS,
    WITHOUT,
    after,
    before,
    entry,
    found_and_expected,
    ids,
    left,
    one,
)

NO_LOOK = "nothing was arranged that could be looked at"
NAMELESS = replace(BESIDE, own=((MEETING, DECOY),))
ALIKE = replace(BESIDE, own=((entry("meeting", uid="m"), entry("decoy", uid="m")),))

# clause, what differs from a call that went as documented, held, a part of what is said
EVENT = [
    ("effect.left-calendar", {}, True, "no longer in the calendar"),
    ("effect.left-calendar", after(own=((MEETING, DECOY),)), False, "still in the calendar"),
    ("effect.left-calendar", KEPT, None, "not accepted"),
    ("effect.left-calendar", {"before": None, "gap": "no actor"}, None, "no actor"),
    ("effect.left-calendar", {"after": None}, None, "nothing was arranged"),
    ("effect.left-calendar", after(own=BLIND), True, "no longer found by its id"),
    ("effect.left-calendar", after(own=BLIND, found=None), None, "503"),
    ("effect.left-calendar", after(own=BLIND, found=True), None, "503"),
    ("effect.left-calendar", before(own=BLIND, found=None), None, "503"),
    ("effect.left-calendar", before(own=((DECOY,),), found=None), None, "did not show the meeting before"),
    ("effect.left-calendar", before(own=((MEETING,), ()), found=None), None, "did not show the meeting before"),
    (
        "effect.left-calendar",
        {**before(own=((MEETING,), (MEETING,))), **after(own=((MEETING,), ()))},
        False,
        "1 of 2 occurrences still there",
    ),
    ("effect.only-this-event", {}, True, "intact"),
    ("effect.only-this-event", after(own=((),)), False, "gone too"),
    ("effect.only-this-event", after(own=((entry("decoy", cancelled=True),),)), False, "gone too"),
    ("effect.only-this-event", {"decoy": None}, None, "no event could be put beside"),
    ("effect.only-this-event", before(own=((MEETING,),)), None, "no event could be put beside"),
    ("effect.only-this-event", before(own=BLIND), None, "503"),
    ("effect.only-this-event", after(own=BLIND), None, "503"),
    ("effect.only-this-event", {"after": None}, None, "nothing was arranged"),
    ("effect.attendee-copies", {}, True, "2 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((),), BOB: ((DONE,),)}), True, "2 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((COPY,),), BOB: ((DONE,),)}), False, "1 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((COPY,),), BOB: BLIND}), False, "0 of 2"),
    ("effect.attendee-copies", after(copies={ADA: ((DONE,),), BOB: BLIND}), None, "503"),
    ("effect.attendee-copies", after(copies={ADA: ((DONE,),)}), None, "nobody looked"),
    ("effect.attendee-copies", before(copies={ADA: BLIND, BOB: BLIND}), None, "503"),
    ("effect.attendee-copies", before(copies={ADA: ((),), BOB: ((COPY,),)}), None, "no invitation had arrived"),
    ("effect.attendee-copies", before(copies={ADA: ((COPY,), ()), BOB: ((COPY,),)}), None, "no invitation had arrived"),
    ("effect.attendee-copies", {"attendees": ()}, None, "no other writable mailbox"),
    ("effect.attendee-copies", {"after": None}, None, "nothing was arranged"),
    ("effect.attendee-copies", KEPT, None, "not accepted"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), EVENT, ids=ids(EVENT))
def test_the_organizers_call_is_judged_clause_by_clause(clause, parts, held, says):
    found = one(clause, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)
    assert found.documented


NAMESAKES = [
    ("effect.only-this-event", left(STRUCK, THEIRS), True, "and its copies are intact"),
    ("effect.only-this-event", left(THEIRS), True, "and its copies are intact"),
    ("effect.only-this-event", left(STRUCK), False, "copy of another event"),
    ("effect.only-this-event", left(STRUCK, entry("other", uid="d", cancelled=True)), False, "copy of another event"),
    (
        "effect.only-this-event",
        left(STRUCK, THEIRS)
        | {"before": replace(BESIDE, copies=dict.fromkeys((ADA, BOB), ((OURS, THEIRS, entry("next", uid="d")),)))},
        False,
        "copy of another event",
    ),
    ("effect.only-this-event", left(STRUCK, THEIRS, own=((),)), False, "gone too"),
    ("effect.only-this-event", left(STRUCK, THEIRS, copies={ADA: BLIND, BOB: BLIND}), None, "503"),
    ("effect.only-this-event", left() | {"before": replace(BESIDE, copies={})}, None, "nobody looked"),
    ("effect.only-this-event", left(STRUCK) | {"before": NAMELESS}, None, "no iCalUId"),
    (
        "effect.only-this-event",
        left(STRUCK) | {"before": replace(BESIDE, copies=dict.fromkeys((ADA, BOB), ((OURS,),)))},
        None,
        "had arrived before the call",
    ),
    ("effect.attendee-copies", left(STRUCK, THEIRS), True, "2 of 2"),
    ("effect.attendee-copies", left(THEIRS), True, "2 of 2"),
    ("effect.attendee-copies", left(OURS, THEIRS), False, "0 of 2"),
    ("effect.attendee-copies", left(OURS, entry("other", uid="d", cancelled=True)), False, "0 of 2"),
    ("effect.attendee-copies", left(STRUCK) | {"before": NAMELESS}, None, "no iCalUId"),
    ("effect.attendee-copies", left(STRUCK) | {"before": ALIKE}, None, "no iCalUId"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), NAMESAKES, ids=ids(NAMESAKES))
def test_a_namesakes_copies_are_told_from_the_meetings(clause, parts, held, says):
    found = one(clause, NAMESAKE, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)


def test_copies_are_not_told_apart_where_only_the_meeting_has_any():
    """
    A target that gives every event one iCalUId shows the copies all the same: the decoy has none.
    """
    copies = dict.fromkeys((ADA, BOB), ((entry("copy", uid="m"),),))
    gone = replace(AFTER, own=((entry("decoy", uid="m"),),), copies=dict.fromkeys((ADA, BOB), ((),)))

    assert one("effect.attendee-copies", before=replace(ALIKE, copies=copies), after=gone).held is True


# clause, case, what differs; then held, documented, received, reason and pending, as found_and_expected has them
SAID = [
    ("effect.deleted-items", ORGANIZERS, {}, None, None, "", "no check is written for this clause", False),
    ("effect.left-calendar", ORGANIZERS, {}, True, None, "no longer in the calendar", None, False),
    ("effect.left-calendar", ORGANIZERS, STANDING, False, None, "still in the calendar", None, True),
    ("effect.left-calendar", ORGANIZERS, KEPT, None, None, "", NOT_ACCEPTED, False),
    ("effect.left-calendar", ORGANIZERS, after(own=BLIND), True, None, "no longer found by its id", None, False),
    ("effect.left-calendar", ORGANIZERS, WITHOUT, None, None, "", NO_LOOK, False),
    (
        "effect.left-calendar",
        ORGANIZERS,
        before(own=((DECOY,),), found=None),
        None,
        None,
        "",
        "the calendar did not show the meeting before the call",
        False,
    ),
    (
        "effect.left-calendar",
        ORGANIZERS,
        {**before(own=((MEETING,), (MEETING,))), **after(own=((MEETING,), (MEETING,)))},
        False,
        None,
        "2 of 2 occurrences still there",
        None,
        True,
    ),
    ("effect.only-this-event", ORGANIZERS, {}, True, None, "the event beside it is intact", None, False),
    (
        "effect.only-this-event",
        ORGANIZERS,
        after(own=((),)),
        False,
        None,
        "another event with its subject is gone too",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        ORGANIZERS,
        after(own=((replace(DECOY, subject="another"),),)),
        False,
        None,
        "another event is renamed",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        ORGANIZERS,
        {"decoy": None},
        None,
        None,
        "",
        "no event could be put beside the meeting",
        False,
    ),
    ("effect.only-this-event", ORGANIZERS, before(own=BLIND), None, None, "", SEEN, False),
    ("effect.only-this-event", ORGANIZERS, after(own=BLIND), None, None, "", SEEN, False),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK, THEIRS),
        True,
        None,
        "the event beside it and its copies are intact",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK),
        False,
        None,
        "an attendee's copy of another event is cancelled or gone",
        None,
        False,
    ),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK) | {"before": replace(left()["before"], copies=dict.fromkeys((ADA, BOB), ((OURS,),)))},
        None,
        None,
        "",
        "no invitation to the event beside it had arrived before the call",
        False,
    ),
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK) | {"before": replace(left()["before"], own=((MEETING, DECOY),))},
        None,
        None,
        "",
        "no iCalUId tells a copy of the meeting from one of its namesake",
        False,
    ),
    (
        "effect.only-this-event",
        ORGANIZERS,
        before(own=((replace(MEETING, subject="of its own"), DECOY),)),
        True,
        None,
        "the event beside it is intact",
        None,
        False,
    ),
    (
        "effect.attendee-copies",
        NAMESAKE,
        left(STRUCK, THEIRS) | {"before": replace(left()["before"], own=BLIND)},
        None,
        None,
        "",
        "no iCalUId tells a copy of the meeting from one of its namesake",
        False,
    ),
    # What one attendee's calendar does not show, another's may.
    (
        "effect.only-this-event",
        NAMESAKE,
        left(STRUCK, copies={ADA: BLIND, BOB: ((STRUCK,),)}),
        False,
        None,
        "an attendee's copy of another event is cancelled or gone",
        None,
        False,
    ),
    (
        "effect.attendee-copies",
        ORGANIZERS,
        after(copies={ADA: BLIND, BOB: ((COPY,),)}),
        False,
        None,
        "0 of 2 copies cancelled or gone",
        None,
        True,
    ),
    ("effect.attendee-copies", ORGANIZERS, {}, True, None, "2 of 2 copies cancelled or gone", None, False),
    ("effect.attendee-copies", ORGANIZERS, STANDING, False, None, "0 of 2 copies cancelled or gone", None, True),
    ("effect.attendee-copies", ORGANIZERS, {"attendees": ()}, None, None, "", NO_MAILBOX, False),
    ("effect.attendee-copies", ORGANIZERS, KEPT, None, None, "", NOT_ACCEPTED, False),
    (
        "effect.attendee-copies",
        ORGANIZERS,
        after(copies={ADA: ((DONE,),)}),
        None,
        None,
        "",
        "nobody looked into this calendar",
        False,
    ),
    (
        "effect.attendee-copies",
        ORGANIZERS,
        before(copies={ADA: ((),), BOB: ((COPY,),)}),
        None,
        None,
        "",
        "no invitation had arrived in an attendee's calendar before the call",
        False,
    ),
    (
        "effect.left-calendar",
        ORGANIZERS,
        {**REFUSED, "gap": "no event"},
        None,
        None,
        "no longer in the calendar",
        "no event; a made-up id is refused for itself, which says nothing",
        False,
    ),
]


@pytest.mark.parametrize("row", SAID, ids=ids(SAID))
def test_a_finding_says(row):
    found, expected = found_and_expected(*row)

    assert found == expected
