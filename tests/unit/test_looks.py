"""Looking: lists are followed to their end, and what could not be read is Unseen with the reason, never empty."""

from __future__ import annotations

from dataclasses import replace

import pytest
from looked_at import (
    ADA,
    BOB,
    INBOX,
    MARK,
    OWNER,
    POINT,
    ROOT,
    SELECT,
    TEXT,
    UTC,
    VIEW,
    WINDOW,
    event,
    filters,
    items,
    letter,
    requests,
    serve,
)

from graphcancel.exchange import Request, encode_segment
from graphcancel.looks import Lookout
from graphcancel.sight import Entry, Message, Unseen, entries


def test_a_look_shows_both_sides_and_the_mail(look):
    found = look(mail=items(letter(content="<p>Hello&nbsp;<b>you</b></p>")))

    assert found.own == ((Entry("e1", f"Contract test {MARK}", False, None),),)
    assert found.found is True
    assert [entry.id for entry in entries(found.copies[ADA])] == ["c1"]
    assert found.mail[ADA] == (Message("m1", f"Canceled: {MARK}", "meetingCancelled", "Hello you"),)


def test_a_look_asks_for_the_minutes_the_event_itself_and_mail_that_names_the_case(script):
    """
    Times in one zone and text without markup, so that what is read is what can be compared.
    """
    target = script(serve())
    Lookout(target).look(POINT)

    assert requests(target) == [
        ("GET", f"/users/{OWNER}/calendarView?{VIEW}&{SELECT}&$top=100", "organizer", UTC),
        ("GET", f"/users/{OWNER}/events/e1", "organizer", UTC),
        ("GET", f"/users/{ADA}/calendarView?{VIEW}&{SELECT}&$top=100", "attendee", UTC),
        ("GET", f"/users/{ADA}/{INBOX}&$filter=contains(subject,'{MARK}')", "attendee", TEXT),
    ]


def test_each_window_is_asked_for_and_shown_on_its_own(script):
    later = ("2035-06-05T00:00:00Z", "2035-06-05T00:05:00Z")
    target = script(serve(own=lambda request: items(event("e1" if WINDOW[0] in request.path else "e2"))))
    found = Lookout(target).look(replace(POINT, windows=(WINDOW, later)))

    assert [[entry.id for entry in window] for window in found.own] == [["e1"], ["e2"]]
    assert [len(window) for window in found.copies[ADA]] == [1, 1]


def test_only_what_carries_the_mark_is_this_cases(look):
    found = look(own=items(event("e1"), event("e2", "another"), event("e3", None), {"subject": MARK}, "x", None))

    assert [entry.id for entry in entries(found.own)] == ["e1"]


@pytest.mark.parametrize(("flag", "cancelled"), [(True, True), (False, False), ("true", False), (None, False)])
def test_cancelled_is_what_says_true(flag, cancelled, look):
    assert look(own=items(event("e1", isCancelled=flag))).own[0][0].cancelled is cancelled


def test_an_occurrence_belongs_to_its_series(look):
    found = look(
        own=items(event("o1", seriesMasterId="s1"), event("e1", seriesMasterId=None), event("e2", seriesMasterId=5))
    )

    assert [entry.whole for entry in entries(found.own)] == ["s1", "e1", "e2"]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((200, {"id": "e1"}), True),
        ((404, None), False),
        ((200, {}), None),
        ((200, b"<html>"), None),
        ((403, None), None),
        ((503, None), None),
        (None, None),
    ],
)
def test_an_event_is_found_not_found_or_nobody_knows(answer, found, look):
    assert look(item=answer).found is found


NO_LIST = "a look at calendarView was answered something else than a list"
UNSEEN = [
    ((404, None), "a look at calendarView was answered 404"),
    ((500, b"<html>"), "a look at calendarView was answered 500"),
    ((200, b"<html>sign in</html>"), NO_LIST),
    ((200, {"value": None}), NO_LIST),
    ((200, {"value": {"id": "e1"}}), NO_LIST),
    ((200, []), NO_LIST),
    ((204, None), NO_LIST),
    ((302, None), "a look at calendarView was answered 302"),
    (None, "a look got no answer (connection refused)"),
]


@pytest.mark.parametrize(("answer", "reason"), UNSEEN, ids=range(len(UNSEEN)))
def test_what_could_not_be_read_is_unseen_with_the_reason(answer, reason, look):
    found = look(own=answer, copy=answer, mail=answer)

    for part in (found.own, found.copies[ADA], found.mail[ADA]):
        assert isinstance(part, Unseen)
    assert found.own.reason == reason


@pytest.mark.parametrize(("status", "refusal"), [(403, 403), (500, 500), (302, 302), (200, None)])
def test_what_was_answered_other_than_success_is_unseen_with_its_status_whatever_it_lists(status, refusal, look):
    found = look(own=(status, {"value": [event("e1")] if refusal else None}))

    assert isinstance(found.own, Unseen)
    assert found.own.status == refusal


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (f"/users/{ADA}/mailFolders/inbox/messages?$top=100", "the inbox"),
        ("/groups/g1/members", "the members"),
        ("/solutions/bookingBusinesses/shop/staffMembers?$select=a/b", "the staff"),
        (f"/users/{OWNER}/calendarView?{VIEW}", "calendarView"),
        (f"/users/{OWNER}/events?$top=100", "the events"),
        ("/me/events/e1/instances?$top=50", "the occurrences"),
        (f"/users/{OWNER}/transitiveMemberOf/groups", "the groups"),
        ("/solutions/bookingBusinesses/shop/appointments", "the appointments"),
        ("/next/page\x1b[31m", "a list"),
    ],
)
def test_a_reason_names_the_collection_that_was_read(path, what, script):
    target = script(lambda _: (403, None))
    found = Lookout(target).items(target.send(Request("GET", ROOT, path, "organizer")))

    assert found == Unseen(f"a look at {what} was answered 403", 403)


def test_an_empty_list_was_seen(look):
    found = look(own=items(), copy=items(), mail=items())

    assert (found.own, found.copies[ADA], found.mail[ADA]) == (((),), ((),), ())


def test_where_nobody_can_look_nothing_is_seen(look):
    found = look(replace(POINT, owner_actor=None, readers={ADA: None}))

    nobody = Unseen("no actor of the target may read this mailbox")
    assert (found.own, found.copies, found.mail) == (nobody, {ADA: nobody}, {ADA: nobody})
    assert found.found is None


def test_where_an_actor_could_not_sign_in_that_is_the_reason(script):
    class SignIn:
        def lack_of(self, mailbox):
            return f"nobody could sign in for {mailbox}"

    class Locked(script):
        sign_in = SignIn()

    found = Lookout(Locked(serve())).look(replace(POINT, readers={ADA: None}))

    reason = Unseen(f"nobody could sign in for {ADA}")
    assert (found.copies, found.mail) == ({ADA: reason}, {ADA: reason})


def test_a_mailbox_nobody_can_read_is_asked_for_nothing_and_the_next_is(script):
    target = script(serve(mail=items(letter())))
    found = Lookout(target).look(replace(POINT, readers={ADA: None, BOB: "app"}))

    assert not [path for _, path, _, _ in requests(target) if ADA in path]
    assert isinstance(found.mail[ADA], Unseen)
    assert [message.id for message in found.mail[BOB]] == ["m1"]
    assert [entry.id for entry in entries(found.copies[BOB])] == ["c1"]


# -- a target without calendarView ------------------------------------------------------------------------------------


def without_view(*listed: object, status: int = 404):
    def answer(request: Request):
        return (status, None) if "calendarView" in request.path else items(*listed)

    return answer


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_where_no_view_is_served_the_list_of_events_shows_the_window(status, script):
    listed = event("e1"), event("e2", "another"), event(""), event("e3", f"{MARK} too")
    target = script(serve(own=without_view(*listed, status=status)))
    found = Lookout(target).look(POINT)

    assert [[entry.id for entry in window] for window in found.own] == [["e1", "e3"]]
    assert requests(target, since=4) == [("GET", f"/users/{OWNER}/events?{SELECT}&$top=100", "organizer", UTC)]


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_view_that_is_refused_or_fails_has_no_other_list_in_its_place(status, script):
    target = script(serve(own=without_view(event("e1"), status=status)))

    assert Lookout(target).look(POINT).own == Unseen(f"a look at calendarView was answered {status}", status)
    assert len(target.sent) == 4


def test_a_list_of_events_that_is_refused_too_leaves_the_views_reason(script):
    target = script(serve(own=lambda request: (404, None) if "calendarView" in request.path else (403, None)))

    assert Lookout(target).look(POINT).own == Unseen("a look at calendarView was answered 404", 404)


@pytest.mark.parametrize(
    "changes", [{"windows": (WINDOW, WINDOW)}, {"booking": True}], ids=["two windows", "a booking"]
)
def test_a_list_of_events_shows_neither_several_windows_nor_a_booking(changes, script):
    target = script(serve(own=without_view(event("e1"))))

    assert isinstance(Lookout(target).look(replace(POINT, **changes)).own, Unseen)
    assert not [path for _, path, _, _ in requests(target) if "/events?" in path]


# -- a booking --------------------------------------------------------------------------------------------------------


def test_a_booking_is_known_by_its_id_and_its_mail_by_its_time(script):
    point = replace(
        POINT,
        booking=True,
        calendar="/solutions/bookingBusinesses/shop",
        item=f"/solutions/bookingBusinesses/shop/appointments/{encode_segment('a/1')}",
        owner_actor="app",
    )
    target = script(
        lambda request: (
            items(letter("m9", "anything")) if "/messages" in request.path else items({"id": "a/1"}, event("b"))
        )
    )
    found = Lookout(target).look(point)

    assert [entry.id for entry in entries(found.own)] == ["a/1"]
    assert found.copies == {}
    assert requests(target) == [
        (
            "GET",
            f"/solutions/bookingBusinesses/shop/calendarView?start={WINDOW[0]}&end={WINDOW[1]}&$top=100",
            "app",
            UTC,
        ),
        ("GET", "/solutions/bookingBusinesses/shop/appointments/a/1", "app", UTC),
        ("GET", f"/users/{ADA}/{INBOX}&$filter=receivedDateTime ge {POINT.since}", "attendee", TEXT),
    ]
    assert [message.id for message in found.mail[ADA]] == ["m9"]
    assert filters(target) == ["time"]
