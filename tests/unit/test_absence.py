"""That a refused call changed nothing: each thing that changes is told, and what nobody saw is not held to be as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given_evidence import (
    ADA,
    BEFORE,
    BLIND,
    BOB,
    COMMENT,
    CONTRACTS,
    CONVENTION,
    COPY,
    DECOY,
    DONE,
    MARK,
    MEETING,
    REFUSED,
    UNCHANGED,
    entry,
    evidence,
    mail,
    one,
)

from graphcancel.absence import STANDING, WITHOUT_EFFECT, changes
from graphcancel.marks import Mark
from graphcancel.seen import both_copies, cancellations, carries, copies_of_decoy, mail_about, new_messages, news
from graphcancel.sight import Message, Unseen

OWNER = "organizer@contoso.example"
DECLINED = replace(MEETING, declined=1)
OTHER = Unseen("a look at the inbox was answered 500")


def was(**parts) -> dict:
    return {"before": replace(BEFORE, **parts)}


def now(**parts) -> dict:
    return {"after": replace(UNCHANGED, **parts)}


def told_owner(*messages: Message, earlier: tuple[Message, ...] = ()) -> dict:
    mail_of = {ADA: (), BOB: ()}
    return {
        "organizer": OWNER,
        **was(mail=mail_of | {OWNER: earlier}),
        **now(mail=mail_of | {OWNER: messages}),
    }


def everywhere(*copies: object) -> dict:
    return dict.fromkeys((ADA, BOB), (copies,))


CHANGES = [
    (now(), []),
    # at the organizer
    (now(own=((replace(MEETING, subject="x"), DECOY),)), ["an event is renamed"]),
    (now(own=((MEETING, replace(DECOY, subject="x")),)), ["an event is renamed"]),
    (now(own=((DECLINED, DECOY),)), ["an attendee is taken to have declined"]),
    (was(own=((DECLINED, DECOY),)) | now(own=((DECLINED, DECOY),)), []),
    (was(own=((DECLINED, DECOY),)) | now(), []),
    (now(own=((DECOY,),)), ["an event left the organizer's calendar"]),
    (now(own=((MEETING,),)), ["an event is gone"]),
    (now(own=((),)), ["an event left the organizer's calendar", "an event is gone"]),
    (now(own=((MEETING, DECOY, entry("new")),)), []),
    (was(own=((entry("meeting", cancelled=True),),)) | now(own=((entry("meeting", cancelled=True),),)), []),
    (was(own=((entry("meeting", cancelled=True),),)) | now(own=((MEETING,),)), []),
    (now(own=BLIND, found=False), ["the event is no longer found"]),
    (was(own=BLIND) | now(found=False), ["the event is no longer found"]),
    (now(own=BLIND, found=True), []),
    (now(own=BLIND, found=None), []),
    (was(own=BLIND, found=None) | now(own=BLIND, found=False), []),
    (was(own=BLIND, found=False) | now(own=BLIND, found=False), []),
    (now(found=False), []),
    # at the attendees
    (now(copies=everywhere(DONE)), ["an attendee's copy is cancelled or gone"]),
    (now(copies=everywhere()), ["an attendee's copy is cancelled or gone"]),
    (now(copies=everywhere(replace(COPY, subject="x"))), ["an attendee's copy is renamed"]),
    (now(copies={ADA: ((COPY,),), BOB: ((DONE,),)}), ["an attendee's copy is cancelled or gone"]),
    (now(copies={ADA: BLIND, BOB: ((DONE,),)}), ["an attendee's copy is cancelled or gone"]),
    (was(copies=everywhere(DONE)) | now(copies=everywhere(DONE)), []),
    (was(copies=everywhere(DONE)) | now(copies=everywhere()), []),
    (was(copies=everywhere(DONE)) | now(copies=everywhere(COPY)), []),
    (now(copies={}), []),
    # in the inboxes
    (now(mail={ADA: (), BOB: (mail(),)}), ["an attendee was told"]),
    (now(mail={ADA: (), BOB: (mail(kind="meetingRequest"),)}), []),
    (now(mail={ADA: BLIND, BOB: (mail(),)}), ["an attendee was told"]),
    (told_owner(mail(text="x")), ["the organizer was told"]),
    (told_owner(mail(subject="x", text=MARK)), ["the organizer was told"]),
    (told_owner(mail(kind=None, subject="x", text="x")), []),
    (told_owner(mail(), earlier=(mail(),)), []),
    (told_owner(mail()) | {"organizer": None}, []),
    # of a booking
    ({"customer": (ADA, (BOB,))} | now(mail={ADA: (), BOB: (mail(kind=None),)}), ["a message with the text was sent"]),
    ({"customer": (ADA, (BOB,)), "comment": None} | now(mail={ADA: (mail(),), BOB: ()}), []),
    ({"customer": (ADA, (BOB,)), "comment": ""} | now(mail={ADA: (mail(),), BOB: ()}), []),
]


@pytest.mark.parametrize(("parts", "expected"), CHANGES, ids=range(len(CHANGES)))
def test_each_change_is_told(parts, expected):
    assert list(dict.fromkeys(changes(evidence(**parts)))) == expected


def test_the_clause_for_any_refused_call_is_the_conventions_own():
    assert WITHOUT_EFFECT in CONTRACTS["graph-conventions"].clauses


UNSEEN = [
    (was(own=BLIND), BLIND.reason),
    (now(own=BLIND), BLIND.reason),
    (was(copies={ADA: BLIND, BOB: ((COPY,),)}), BLIND.reason),
    (now(copies={ADA: ((COPY,),), BOB: BLIND}), BLIND.reason),
    (was(mail={ADA: (), BOB: OTHER}), OTHER.reason),
    (now(mail={ADA: OTHER, BOB: ()}), OTHER.reason),
    (
        was(copies={ADA: ((COPY,),), BOB: ((),)}) | now(copies={ADA: ((COPY,),), BOB: ((),)}),
        "no invitation had arrived in an attendee's calendar before the call",
    ),
    (
        was(own=((MEETING,), ())) | now(own=((MEETING,), ())),
        "the calendar did not show the event before the call",
    ),
    ({"before": None}, "nothing was arranged that could be looked at"),
    ({"before": None, "gap": "no room"}, "no room"),
]


@pytest.mark.parametrize(("parts", "reason"), UNSEEN, ids=range(len(UNSEEN)))
def test_what_was_not_seen_is_not_held_to_be_as_it_was(parts, reason):
    given = {**REFUSED, **now(), **parts}

    gap = given.pop("gap", None)
    found = one("refusal.without-effect", CONVENTION, **given, gap=gap)

    assert (found.held, found.reason) == (None, reason)


def test_an_attendee_without_a_calendar_to_look_into_hides_nothing():
    found = one("refusal.without-effect", CONVENTION, **REFUSED, **was(copies={}), **now(copies={}))

    assert found.held is True


# -- what two looks show side by side ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({}, ["m2"]),
        (was(mail={ADA: (mail(),), BOB: ()}), []),
        (was(mail={ADA: (mail("m1"),), BOB: ()}), ["m2"]),
        (was(mail={}), "nobody looked into this inbox"),
        (now(mail={}), "nobody looked into this inbox"),
        (was(mail={ADA: OTHER}), OTHER.reason),
        (now(mail={ADA: OTHER}), OTHER.reason),
        ({"after": None}, "nothing was arranged that could be looked at"),
    ],
    ids=range(8),
)
def test_news_are_messages_that_were_not_there_before(parts, found):
    given = evidence(**(now(mail={ADA: (mail(),), BOB: ()}) | parts))

    told = [cancellations(given, ADA), news(given, ADA, "MEETINGcancelled"), mail_about(given, ADA)]

    assert [one if isinstance(one, str) else [message.id for message in one] for one in told] == [found] * 3
    assert [message.id for message in new_messages(given, ADA)] == ([] if isinstance(found, str) else found)


@pytest.mark.parametrize(
    ("message", "told", "about"),
    [
        (mail(), True, True),
        (mail(kind="meetingcancelled"), True, True),
        (mail(kind="meetingRequest"), False, True),
        (mail(kind=None), False, True),
        (mail(subject=MARK, text="x"), True, True),
        (mail(subject="x", text=MARK), True, True),
        (mail(subject="x", text="x"), False, True),
        (mail(subject="x", text=Mark.of("gc6920a1b3f4c2d1", "another/case", 0).case), False, False),
        (mail(subject=Mark.of("gc6920a1b3f4c2d1", "another/case", 0).case, text="x"), False, False),
        (mail(subject=Mark.of("gc6920a1b3f4c2d1", "another/case", 0).case, text=MARK), True, True),
    ],
    ids=range(10),
)
def test_a_message_is_about_this_case_or_another(message, told, about):
    given = evidence(**now(mail={ADA: (message,), BOB: ()}))

    assert bool(cancellations(given, ADA)) is told
    assert bool(mail_about(given, ADA)) is about


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        (COMMENT, True),
        (f"a {COMMENT} b", True),
        (COMMENT.replace(" ", " \n "), True),
        (COMMENT.replace(" ", ""), False),
        (COMMENT.upper(), False),
        (COMMENT[:-1], False),
        ("", False),
    ],
    ids=range(7),
)
def test_a_text_is_carried_as_sent_but_for_white_space(text, carried):
    message = Message("m", "s", None, text)

    assert carries(message, COMMENT) is carried
    assert carries(message, f" {COMMENT}\n".replace(" ", "  ")) is carried


@pytest.mark.parametrize("read", [both_copies, copies_of_decoy])
@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (was(copies={}), "nobody looked into this calendar"),
        (now(copies={}), "nobody looked into this calendar"),
        (was(copies={ADA: BLIND}), BLIND.reason),
        (now(copies={ADA: BLIND}), BLIND.reason),
        ({"after": None, "gap": "no room"}, "no room"),
        ({"before": None}, "nothing was arranged that could be looked at"),
    ],
    ids=range(6),
)
def test_copies_nobody_saw_are_not_compared(parts, reason, read):
    assert read(evidence(**(now() | parts)), ADA) == reason


@pytest.mark.parametrize(
    ("before_it", "after_it", "gone"),
    [(True, False, True), (True, True, None), (True, None, None), (None, False, None), (False, False, None)],
)
def test_an_event_is_gone_by_its_id_where_it_was_found_before(before_it, after_it, gone):
    given = {"before": replace(BEFORE, own=BLIND, found=before_it), "after": replace(UNCHANGED, found=after_it)}

    found = one("effect.left-calendar", **given)

    assert (found.held, found.reason) == (gone, None if gone else BLIND.reason)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ((mail(kind="meetingAccepted"),), ["the organizer was told"]),
        ((mail(kind=None, subject="x", text=MARK), mail("m3", subject="x", text="x")), ["the organizer was told"]),
        ((mail(subject="x", text="x"),), []),
        ((), []),
    ],
)
def test_an_attendees_call_tells_the_organizer_by_any_message_about_it(messages, expected):
    """Where the page says that an attendee calls, a refused call must not send a response."""
    made = evidence(**told_owner(*messages))

    assert list(changes(replace(made, case=replace(made.case, caller="attendee")))) == expected


def test_what_an_accepted_call_leaves_as_it_was_is_named_by_its_clauses():
    assert {"effect.only-this-event", "occurrence.series-intact"} == STANDING
