"""Mail as a look asks for it and counts it: its own inbox, one that several share, and one beside the attendees'."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest
from looked_at import ADA, BOB, INBOX, MARK, OWNER, POINT, TEXT, filters, items, letter, requests, serve

from graphcancel.exchange import Request
from graphcancel.looks import Lookout
from graphcancel.marks import Mark
from graphcancel.sight import Unseen
from graphcancel.target import MAILS


def picky(*refused: str, status: int = 400, letters: tuple = (letter(),)):
    def answer(request: Request):
        return (status, None) if any(word in request.path for word in refused) else items(*letters)

    return answer


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
