"""Looking: lists are followed to their end, and what could not be read is Unseen with the reason, never empty."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from urllib.parse import unquote

import pytest

from graphcancel.exchange import Request, encode_segment
from graphcancel.fence import Fence
from graphcancel.looks import Lookout
from graphcancel.marks import Mark
from graphcancel.plaintext import plain
from graphcancel.sight import Entry, Message, Unseen, Viewpoint, entries
from graphcancel.target import MAILS

ROOT = "https://graph.example/v1.0"
ADA, BOB, OWNER = "attendee@contoso.example", "second@contoso.example", "organizer@contoso.example"
MARK = "gc01x0a"
WINDOW = ("2035-06-04T00:00:00Z", "2035-06-04T00:05:00Z")
POINT = Viewpoint(
    ROOT,
    MARK,
    (WINDOW,),
    f"/users/{OWNER}",
    f"/users/{OWNER}/events/e1",
    "organizer",
    {ADA: "attendee"},
    since="2030-01-01T00:00:00Z",
)


def event(identity: str, subject: str = f"Contract test {MARK}", **more) -> dict:
    return {"id": identity, "subject": subject} | more


def letter(identity: str = "m1", subject: str = f"Canceled: {MARK}", content: str = "", kind: str = "html") -> dict:
    return {
        "id": identity,
        "subject": subject,
        "meetingMessageType": "meetingCancelled",
        "body": {"contentType": kind, "content": content},
    }


def items(*found: object, link: object = None) -> tuple[int, dict]:
    return 200, {"value": list(found)} | ({} if link is None else {"@odata.nextLink": link})


def serve(**parts):
    """Answer by the kind of request: own, item, copy, mail; each a status and body, or a function of the request."""
    given = {
        "own": items(event("e1")),
        "item": (200, {"id": "e1"}),
        "copy": items(event("c1")),
        "mail": items(),
    } | parts
    asked = []

    def answer(request: Request):
        asked.append(request)
        assert len(asked) < 5000, "it is asked without end"
        path = unquote(request.path)
        kind = "mail" if "/messages" in path else "item" if path.endswith("/e1") else "own" if OWNER in path else "copy"
        found = given[kind]
        return found(request) if callable(found) else found

    return answer


@pytest.fixture
def look(script):
    """Take one look at a target that answers as told."""

    def take(point: Viewpoint = POINT, **parts):
        return Lookout(script(serve(**parts))).look(point)

    return take


def test_a_look_shows_both_sides_and_the_mail(look):
    found = look(mail=items(letter(content="<p>Hello&nbsp;<b>you</b></p>")))

    assert found.own == ((Entry("e1", f"Contract test {MARK}", False, None),),)
    assert found.found is True
    assert [entry.id for entry in entries(found.copies[ADA])] == ["c1"]
    assert found.mail[ADA] == (Message("m1", f"Canceled: {MARK}", "meetingCancelled", "Hello you"),)


VIEW = f"startDateTime={WINDOW[0]}&endDateTime={WINDOW[1]}"
SELECT = "$select=id,subject,iCalUId,isCancelled,type,seriesMasterId,start,attendees"
INBOX = "mailFolders/inbox/messages?$top=100"
UTC, TEXT = {"Prefer": 'outlook.timezone="UTC"'}, {"Prefer": 'outlook.body-content-type="text"'}


def requests(target, since: int = 0) -> list[tuple]:
    return [(one.method, unquote(one.path), one.actor, dict(one.headers)) for one in target.sent[since:]]


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


# -- pages ------------------------------------------------------------------------------------------------------------


def paged(pages: int):
    def answer(request: Request):
        number = int(request.path.rsplit("=", 1)[-1]) if "skip" in request.path else 0
        link = f"{ROOT}/users/{OWNER}/calendarView?$skip={number + 1}" if number + 1 < pages else None
        return items(event(f"e{number}"), link=link)

    return answer


@pytest.mark.parametrize("pages", [1, 2, 50, 2000])
def test_a_list_of_one_item_a_page_is_read_to_its_end(pages, look):
    assert len(list(entries(look(own=paged(pages)).own))) == pages


@pytest.mark.parametrize("pages", [2001, 10**9])
def test_a_list_without_end_is_unseen(pages, look):
    assert look(own=paged(pages)).own == Unseen("a list did not end after 2000 pages")


def test_a_list_that_goes_round_is_unseen_at_once(look):
    asked = []

    def answer(request: Request):
        asked.append(request.path)
        return items(event("e1"), link=f"{ROOT}/users/{OWNER}/calendarView?$skip={len(asked) % 2}")

    found = look(own=answer)

    assert found.own == Unseen("a list goes on where it has been already")
    assert len(asked) == 3


class Claimed(bytes):
    """A body that counts as larger than it is."""

    size = 0

    def __len__(self) -> int:
        return self.size


@pytest.mark.parametrize(("more", "found"), [(0, 3), (1, Unseen("a list did not end after 268435456 bytes"))])
def test_a_list_is_read_no_further_than_memory_should_bear(more, found, look):
    def answer(request: Request):
        status, page = paged(3)(request)
        body = Claimed(json.dumps(page).encode())
        body.size = 128 * 1024 * 1024 + (0 if "skip" in request.path else more)
        return status, body

    own = look(own=answer).own

    assert (own if isinstance(own, Unseen) else len(own[0])) == found


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/v1.0/me/events",
        "https://graph.example@elsewhere.example/v1.0/me/events",
        "https://graph.example.elsewhere.example/v1.0/me/events",
        "http://169.254.169.254/v1.0/me/events",
        "file:///v1.0/me/events",
        "//elsewhere.example/v1.0/me/events",
        f"{ROOT}\\@elsewhere.example/",
        f"{ROOT}/../beta/me/events",
        f"{ROOT}/users/%2e%2e/me/events",
        f"{ROOT}/users/stranger@contoso.example/messages",
        f"{ROOT}/me/events/e1/cancel",
        f"{ROOT}//elsewhere.example/x",
        ["x"],
        {"x": 1},
    ],
    ids=str,
)
def test_no_page_leads_elsewhere(link, script):
    """Neither to another host, nor to another mailbox, nor to a call that does something."""
    asked = []

    def answer(request: Request):
        asked.append(request)
        return items(event("e1"), link=link)

    target = script(answer)
    target.fence = Fence(["https://graph.example"], [OWNER, ADA])
    checked = target.send
    target.send = lambda request, **more: (target.fence.check(request), checked(request, **more))[1]

    found = Lookout(target).items(target.send(Request("GET", ROOT, f"/users/{OWNER}/events", "organizer")))

    assert isinstance(found, Unseen)
    assert len(asked) == 1


def test_further_pages_and_looks_again_are_booked_as_such(script, monkeypatch):
    target = script(serve(own=paged(2)))
    booked = []
    monkeypatch.setattr(target, "booking", lambda purpose: nullcontext(booked.append(purpose)))
    lookout = Lookout(target)
    lookout.look(POINT)
    lookout.look(POINT, again=True)

    assert booked == [None, "pages", "waiting", "pages"]


def test_a_page_is_asked_for_by_the_same_actor_with_the_same_wishes(script):
    target = script(serve(own=paged(2)))
    Lookout(target).look(POINT)
    first, second = (request for request in target.sent if "calendarView" in request.path and OWNER in request.path)

    assert (second.method, second.actor, dict(second.headers)) == ("GET", first.actor, dict(first.headers))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users",
        "https://graph.example@evil.example/v1.0/users",
        "https://graph.example.evil.example/v1.0/",
        "https://graph.example/v1.0x/users",
        "http://graph.example/v1.0/users",
        f"/users/{OWNER}/calendarView?$skip=1",
        ROOT,
        5,
        {"href": f"{ROOT}/x"},
    ],
    ids=range(9),
)
def test_a_list_that_goes_on_elsewhere_is_unseen(link, script):
    target = script(serve(own=items(event("e1"), link=link)))
    found = Lookout(target).look(POINT)

    assert found.own == Unseen("a list goes on at an address outside the target's root")
    assert all(request.url.startswith(f"{ROOT}/users/") for request in target.sent)


@pytest.mark.parametrize("path", ["/users/eve@evil.example/calendarView", "/me/../users/eve", "/applications"])
def test_a_list_that_goes_on_beyond_the_fence_is_unseen(path, script):
    """
    A server that points at somebody else's mailbox is no fault of ours: that part of the look is not judged.
    """
    target = script(
        serve(own=items(event("e1"), link=ROOT + path)), fence=Fence(["https://graph.example"], [OWNER, ADA])
    )

    assert Lookout(target).look(POINT).own == Unseen("a list goes on where this run may not look")


def test_a_page_that_fails_makes_the_list_unseen(look):
    def answer(request: Request):
        return (500, None) if "skip" in request.path else paged(2)(request)

    assert isinstance(look(own=answer).own, Unseen)


# -- the inbox --------------------------------------------------------------------------------------------------------


def picky(*refused: str, status: int = 400, letters: tuple = (letter(),)):
    def answer(request: Request):
        return (status, None) if any(word in request.path for word in refused) else items(*letters)

    return answer


def filters(target) -> list[str]:
    asked = [request.path for request in target.sent if "/messages" in request.path]
    return ["subject" if "contains" in path else "time" if "receivedDateTime" in path else "all" for path in asked]


@pytest.mark.parametrize(
    ("refused", "forms"),
    [
        ((), ["subject"]),
        (("contains",), ["subject", "time"]),
        (("contains", "receivedDateTime"), ["subject", "time", "all"]),
    ],
)
@pytest.mark.parametrize("status", [400, 501])
def test_a_filter_that_is_refused_is_asked_in_the_next_form(refused, forms, status, script):
    target = script(serve(mail=picky(*refused, status=status)))
    lookout = Lookout(target)

    assert [message.id for message in lookout.look(POINT).mail[ADA]] == ["m1"]
    assert filters(target) == forms
    lookout.look(POINT)
    assert filters(target) == [*forms, forms[-1]]


def test_each_form_says_as_much_as_it_may(script):
    target = script(serve(mail=picky("contains", "receivedDateTime")))
    Lookout(target).look(POINT)

    assert requests(target, since=4) == [
        ("GET", f"/users/{ADA}/{INBOX}&$filter=receivedDateTime ge 2030-01-01T00:00:00Z", "attendee", TEXT),
        ("GET", f"/users/{ADA}/{INBOX}", "attendee", TEXT),
    ]
    assert " " not in "".join(request.path for request in target.sent)


def test_two_inboxes_that_refuse_one_form_refuse_no_other(script):
    """
    The second inbox was asked in the form the first has just been found to refuse; the next form is not refused yet.
    """
    target = script(serve(mail=picky("contains")))
    lookout = Lookout(target)
    point = replace(POINT, readers={ADA: "attendee", BOB: "app"})
    lookout.look(point)
    lookout.look(point)

    assert "all" not in filters(target)


def test_other_refusals_of_the_inbox_are_unseen(script):
    target = script(serve(mail=(403, None)))

    assert isinstance(Lookout(target).look(POINT).mail[ADA], Unseen)
    assert filters(target) == ["subject"]


def test_an_inbox_that_refuses_every_form_is_unseen(script):
    assert isinstance(Lookout(script(serve(mail=(400, None)))).look(POINT).mail[ADA], Unseen)


def test_without_the_targets_clock_all_mail_is_asked_for(script):
    target = script(serve(mail=picky("contains")))
    Lookout(target).look(replace(POINT, since=None))

    assert filters(target) == ["subject", "all"]


def test_of_all_mail_only_what_names_the_case_in_its_subject_or_text_is_its_own(script):
    letters = [
        letter("m1", "Canceled", f"<p>about {MARK}</p>"),
        letter("m2", f"Canceled: {MARK}"),
        letter("m3", "lunch?", "at noon"),
        letter("m4", "elsewhere") | {"bodyPreview": MARK},
        letter("m5", None) | {"body": MARK},
        letter("m6", "no text") | {"body": {}},
    ]
    target = script(serve(mail=items(*letters)))

    assert [message.id for message in Lookout(target).look(POINT).mail[ADA]] == ["m1", "m2"]


# -- inboxes that several looks share ---------------------------------------------------------------------------------

OTHER, SINCE = "gc01x0b", "2029-12-31T00:00:00Z"


def refusing(script, *letters: object):
    """A lookout that knows already that its target does not filter by subject, and what it asks from now on."""
    target = script(serve(mail=picky("contains", letters=letters)))
    lookout = Lookout(target)
    lookout.look(POINT)
    target.sent.clear()
    return target, lookout


def inboxes(target) -> list[str]:
    return [path for _, path, _, _ in requests(target) if "/messages" in path]


def test_looks_share_what_can_only_be_read_as_a_whole_and_each_takes_its_own_from_it(script):
    target, lookout = refusing(script, letter("m1"), letter("m2", f"Canceled: {OTHER}"))
    with lookout.sharing(SINCE):
        first, second = lookout.look(POINT), lookout.look(replace(POINT, marker=OTHER, since=None))

    assert [message.id for message in first.mail[ADA]] == ["m1"]
    assert [message.id for message in second.mail[ADA]] == ["m2"]
    assert inboxes(target) == [f"/users/{ADA}/{INBOX}&$filter=receivedDateTime ge {SINCE}"]


def test_what_is_shared_is_each_mailboxs_own_and_read_anew_the_next_time(script):
    target, lookout = refusing(script, letter())
    both = replace(POINT, readers={ADA: "attendee", BOB: "app"})
    for _ in range(2):
        with lookout.sharing(None):
            lookout.look(both)
            lookout.look(both)

    assert inboxes(target) == [f"/users/{ADA}/{INBOX}", f"/users/{BOB}/{INBOX}"] * 2
    assert [actor for _, path, actor, _ in requests(target) if "/messages" in path] == ["attendee", "app"] * 2


def test_outside_of_sharing_and_for_a_booking_each_look_reads_for_itself(script):
    target, lookout = refusing(script, letter())
    lookout.look(POINT)
    with lookout.sharing(SINCE):
        lookout.look(replace(POINT, booking=True))
        lookout.look(replace(POINT, booking=True))
    lookout.look(POINT)

    assert inboxes(target) == [f"/users/{ADA}/{INBOX}&$filter=receivedDateTime ge {POINT.since}"] * 4


def test_a_target_that_filters_by_subject_is_asked_by_each_look(script):
    target = script(serve(mail=items(letter())))
    lookout = Lookout(target)
    with lookout.sharing(SINCE):
        found = [lookout.look(POINT), lookout.look(POINT)]

    assert [[message.id for message in one.mail[ADA]] for one in found] == [["m1"], ["m1"]]
    assert filters(target) == ["subject", "subject"]
    assert lookout.reads_whole_inboxes is False


def test_whole_inboxes_are_read_once_a_filter_was_refused(script):
    _, lookout = refusing(script)
    assert lookout.reads_whole_inboxes is True


def test_a_root_that_refuses_a_filter_says_nothing_of_another(script):
    target, lookout = refusing(script, letter())
    lookout.look(replace(POINT, root="https://graph.example/beta"))

    assert filters(target)[0] == "subject"


def test_a_message_without_an_id_is_none(look):
    """
    It could be neither told from another nor removed.
    """
    assert look(mail=items(letter(""), letter() | {"id": 5}, letter() | {"id": None})).mail[ADA] == ()


@pytest.mark.parametrize(
    "body", [None, "x", {}, {"content": None, "contentType": "html"}, {"content": "x", "contentType": None}]
)
def test_a_message_of_any_shape_is_read(body, look):
    assert look(mail=items(letter() | {"body": body, "meetingMessageType": 5})).mail[ADA][0].kind is None


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


# -- HTML to text -----------------------------------------------------------------------------------------------------

HTML = [
    ("plain", "plain"),
    ("<p>one</p><p>two</p>", "one two"),
    ("one<br>two<br/>three", "one two three"),
    ("wo<b>rd</b>", "word"),
    ("a&amp;b &lt;c&gt; &#228; &nbsp; d", "a&b <c> ä d"),
    ("<style>p {color: red}</style>text", "text"),
    ("<script>var a = 1;</script>text", "text"),
    ("<html><head><title>no</title></head><body>text</body></html>", "text"),
    ("<html><head><meta charset='utf-8'><body>text</body></html>", "text"),
    ("<table><tr><td>one</td><td>two</td></tr></table>", "one two"),
    ("<ul><li>one<li>two</ul>", "one two"),
    ("<!-- no -->text", "text"),
    ("<![if !vml]>text<![endif]>", "text"),
    ("text</div></p></style>", "text"),
    ("  one \n\t two ", "one two"),
    ("", ""),
]


@pytest.mark.parametrize(("html", "text"), HTML, ids=range(len(HTML)))
def test_html_is_read_as_a_person_would(html, text):
    assert plain(html) == text


@pytest.mark.parametrize(
    "html", ["<![foo[x]]>", "<![", "<!DOCTYPE html [<!FOO", "<a href='", "&#99999999999;", "<!--x", "<" * 1000, "\x00"]
)
def test_no_html_raises(html):
    assert isinstance(plain(html + "text"), str)


def test_each_message_is_counted_once_under_the_role_of_its_mailbox(script):
    target = script(serve(mail=items(letter("m1"), letter("m2"), letter("m3", subject="another's"))))
    lookout = Lookout(target)
    both = replace(POINT, readers={ADA: "attendee", BOB: "app"})
    lookout.look(POINT)
    lookout.look(both)

    # One inbox is served for both mailboxes here, so the second adds nothing.
    assert {name: number for name, number in target.counts.items() if name.startswith(MAILS)} == {f"{MAILS}attendee": 2}


def test_of_what_is_read_for_a_booking_only_mail_with_a_mark_of_the_run_is_counted(script):
    mark, sibling, foreign = (
        Mark.of(run, case, 0).case
        for run, case in (("gc6b02264e71006b", "a"), ("gc6b02264e71006bw001", "b"), ("gc6b02264e71006c", "a"))
    )
    letters = [
        letter("m1", f"Canceled: {mark}"),
        letter("m2", "Canceled", f"<p>for {sibling}</p>"),
        letter("m3", "lunch?"),
        letter("m4", foreign),
        letter("m5", mark[:-1]),
    ]
    target = script(lambda request: items(*letters) if "/messages" in request.path else items({"id": "a/1"}))
    found = Lookout(target).look(replace(POINT, marker=mark, booking=True, owner_actor=None))

    assert len(found.mail[ADA]) == 5
    assert target.counts[f"{MAILS}attendee"] == 2


def test_an_inbox_that_could_not_be_read_counts_for_nothing(script):
    target = script(serve(mail=(403, {})))
    Lookout(target).look(POINT)

    assert not [name for name in target.counts if name.startswith(MAILS)]


# -- an inbox beside the attendees' -----------------------------------------------------------------------------------


def test_of_a_further_inbox_the_mail_is_looked_at_and_no_calendar(script):
    asked = []

    def answer(request):
        asked.append(unquote(request.path))
        return serve(mail=items(letter()))(request)

    found = Lookout(script(answer)).look(replace(POINT, inboxes={OWNER: "organizer"}))

    assert set(found.copies) == {ADA}
    assert [message.id for message in found.mail[OWNER]] == ["m1"]
    assert len([path for path in asked if "calendarView" in path]) == 2
    assert len([path for path in asked if "/messages" in path]) == 2


def test_a_further_inbox_nobody_can_read_is_unseen(look):
    found = look(replace(POINT, inboxes={OWNER: None}))

    assert isinstance(found.mail[OWNER], Unseen)
    assert set(found.copies) == {ADA}
