"""Looking: lists are followed to their end, and what could not be read is Unseen with the reason, never empty."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from urllib.parse import unquote

import pytest

from graphcancel import looks
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

    def answer(request: Request):
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


UNSEEN = [
    ((404, None), "calendarView was answered 404"),
    ((500, b"<html>"), "calendarView was answered 500"),
    ((200, b"<html>sign in</html>"), "something else than a list"),
    ((200, {"value": None}), "something else than a list"),
    ((200, {"value": {"id": "e1"}}), "something else than a list"),
    ((200, []), "something else than a list"),
    ((204, None), "something else than a list"),
    ((302, None), "answered 302"),
    (None, "no answer (connection refused)"),
]


@pytest.mark.parametrize(("answer", "reason"), UNSEEN, ids=range(len(UNSEEN)))
def test_what_could_not_be_read_is_unseen_with_the_reason(answer, reason, look):
    found = look(own=answer, copy=answer, mail=answer)

    for part in (found.own, found.copies[ADA], found.mail[ADA]):
        assert isinstance(part, Unseen)
    assert reason in found.own.reason
    assert "sign in" not in found.own.reason


def test_an_empty_list_was_seen(look):
    found = look(own=items(), copy=items(), mail=items())

    assert (found.own, found.copies[ADA], found.mail[ADA]) == (((),), ((),), ())


def test_where_nobody_can_look_nothing_is_seen(look):
    found = look(replace(POINT, owner_actor=None, readers={ADA: None}))

    assert isinstance(found.own, Unseen)
    assert isinstance(found.copies[ADA], Unseen)
    assert isinstance(found.mail[ADA], Unseen)
    assert found.found is None


# -- pages ------------------------------------------------------------------------------------------------------------


def paged(pages: int):
    def answer(request: Request):
        number = int(request.path.rsplit("=", 1)[-1]) if "skip" in request.path else 0
        link = f"{ROOT}/users/{OWNER}/calendarView?$skip={number + 1}" if number + 1 < pages else None
        return items(event(f"e{number}"), link=link)

    return answer


@pytest.mark.parametrize("pages", [1, 2, 50])
def test_a_list_of_one_item_a_page_is_read_to_its_end(pages, look):
    assert len(list(entries(look(own=paged(pages)).own))) == pages


def test_a_list_without_end_is_unseen(look):
    found = look(own=paged(10**9))

    assert isinstance(found.own, Unseen)
    assert "did not end" in found.own.reason


def test_a_list_that_goes_round_is_unseen_at_once(look):
    asked = []

    def answer(request: Request):
        asked.append(request.path)
        return items(event("e1"), link=f"{ROOT}/users/{OWNER}/calendarView?$skip={len(asked) % 2}")

    found = look(own=answer)

    assert found.own == Unseen("a list goes on where it has been already")
    assert len(asked) == 3


def test_a_list_is_read_no_further_than_memory_should_bear(look, monkeypatch):
    monkeypatch.setattr(looks, "_LARGEST", 2000)
    found = look(own=paged(50))

    assert found.own == Unseen("a list did not end after 2000 bytes")


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

    assert (second.actor, dict(second.headers)) == (first.actor, dict(first.headers))


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

    assert isinstance(found.own, Unseen)
    assert all(request.url.startswith(f"{ROOT}/users/") for request in target.sent)


@pytest.mark.parametrize("path", ["/users/eve@evil.example/calendarView", "/me/../users/eve", "/applications"])
def test_a_list_that_goes_on_beyond_the_fence_is_unseen(path, script):
    """
    A server that points at somebody else's mailbox is no fault of ours: that part of the look is not judged.
    """
    target = script(
        serve(own=items(event("e1"), link=ROOT + path)), fence=Fence(["https://graph.example"], [OWNER, ADA])
    )

    assert isinstance(Lookout(target).look(POINT).own, Unseen)


def test_a_page_that_fails_makes_the_list_unseen(look):
    def answer(request: Request):
        return (500, None) if "skip" in request.path else paged(2)(request)

    assert isinstance(look(own=answer).own, Unseen)


# -- the inbox --------------------------------------------------------------------------------------------------------


def picky(*refused: str, status: int = 400):
    def answer(request: Request):
        return (status, None) if any(word in request.path for word in refused) else items(letter())

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
    assert [message.id for message in found.mail[ADA]] == ["m9"]
    assert filters(target) == ["time"]
    assert f"?start={WINDOW[0]}&end={WINDOW[1]}&" in target.sent[0].path


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
