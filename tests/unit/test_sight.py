"""One look as values: what an item of a list is taken for, and a message's text as a reader sees it."""

from __future__ import annotations

import pytest

from graphcancel.plaintext import plain
from graphcancel.sight import Entry, Look, Message, Unseen, Viewpoint, entries, entry_of, message_of

EVENT = {"id": "e1", "subject": "s", "isCancelled": False, "seriesMasterId": None, "iCalUId": "u1", "attendees": []}
PLAIN = Entry("e1", "s", cancelled=False, series=None, declined=0, uid="u1")

# what stands in the item in place of what is usual, and what the entry has then
READ = [
    ({}, {}),
    ({"isCancelled": True}, {"cancelled": True}),
    *(({"isCancelled": odd}, {"cancelled": False}) for odd in (None, "true", 1, [True])),
    ({"seriesMasterId": "s1"}, {"series": "s1"}),
    *(({"seriesMasterId": odd}, {"series": None}) for odd in ("", 5, [], {"id": "s1"})),
    *(({"iCalUId": odd}, {"uid": None}) for odd in (None, "", 5, ["u1"])),
    *(({"subject": odd}, {"subject": ""}) for odd in (None, 5, ["s"])),
]


@pytest.mark.parametrize(("parts", "read"), READ, ids=range(len(READ)))
def test_an_event_is_read_as_it_is_shown(parts, read):
    usual = {"id": "e1", "subject": "s", "cancelled": False, "series": None, "declined": 0, "uid": "u1"}

    assert entry_of(EVENT | parts) == Entry(**(usual | read))


@pytest.mark.parametrize("read", [entry_of, message_of])
@pytest.mark.parametrize("identity", [None, "", 5, ["e1"], {"id": "e1"}])
def test_what_has_no_id_is_nothing(read, identity):
    assert read({"id": identity, "subject": "s"}) is None
    assert read({"subject": "s"}) is None


def test_what_an_item_does_not_show_is_not_made_up():
    assert entry_of({"id": "e1"}) == Entry("e1", "", cancelled=False, series=None, declined=0, uid=None)
    assert message_of({"id": "m1"}) == Message("m1", "", None, "")


@pytest.mark.parametrize(
    ("attendees", "declined"),
    [
        ([{"status": {"response": "declined"}}], 1),
        ([{"status": {"response": "declined"}}, {"status": {"response": "declined"}}], 2),
        ([{"status": {"response": "declined"}}, {"status": {"response": "accepted"}}], 1),
        ([{"status": {"response": "none"}}], 0),
        ([{"status": {}}, {"status": None}, {"status": "declined"}, {}, "declined", None], 0),
        (["declined", {"status": {"response": "declined"}}], 1),
        ([{"status": ["declined"]}], 0),
        ([], 0),
        (None, 0),
        ({"status": {"response": "declined"}}, 0),
    ],
    ids=range(10),
)
def test_those_who_declined_are_counted(attendees, declined):
    assert entry_of(EVENT | {"attendees": attendees}).declined == declined


def test_nobody_is_taken_to_have_declined_and_no_uid_made_up():
    made = Entry("e1", "s", cancelled=False, series=None)

    assert (made.declined, made.uid) == (0, None)


def test_an_occurrence_is_removed_with_its_series():
    assert Entry("o1", "s", cancelled=False, series="s1").whole == "s1"
    assert Entry("e1", "s", cancelled=False, series=None).whole == "e1"


LETTERS = [
    ({"subject": "s", "meetingMessageType": "meetingCancelled"}, ("s", "meetingCancelled", "")),
    ({"subject": None, "meetingMessageType": None}, ("", None, "")),
    ({"subject": 5, "meetingMessageType": 5}, ("5", None, "")),
    ({"body": {"contentType": "html", "content": "<p>a</p>b"}}, ("", None, "a b")),
    ({"body": {"contentType": "HTML", "content": "<p>a</p>b"}}, ("", None, "a b")),
    ({"body": {"contentType": "text", "content": "<p>a</p>  b\n"}}, ("", None, "<p>a</p> b")),
    ({"body": {"content": "<p>a</p>"}}, ("", None, "<p>a</p>")),
    ({"body": {"contentType": None, "content": "<p>a</p>"}}, ("", None, "<p>a</p>")),
    ({"body": {"contentType": "html", "content": 5}}, ("", None, "")),
    ({"body": {"contentType": "html"}}, ("", None, "")),
    ({"body": "<p>a</p>"}, ("", None, "")),
    ({"body": ["a"]}, ("", None, "")),
]


@pytest.mark.parametrize(("parts", "read"), LETTERS, ids=range(len(LETTERS)))
def test_a_message_is_read_as_a_person_reads_it(parts, read):
    assert message_of({"id": "m1"} | parts) == Message("m1", *read)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<b>b</b>c", "abc"),
        ("  a \n b ", "a b"),
        ("a &amp; b&nbsp;c", "a & b c"),
        *((f"a<{tag}>b", "a b") for tag in ("p", "div", "br", "td", "li", "tr")),
        *((f"<{tag}>a</{tag}>b", "a b") for tag in ("p", "div", "td", "li", "tr")),
        *((f"a<{tag}>b</{tag}>c", "ac") for tag in ("script", "style", "head")),
        ("<head><style>a</style>b</head>c", "c"),
        ("</style>a<style>b</style>c", "ac"),
        ("<head>a<body>b", "b"),
        ("a<![if b]>c", "a c"),
        ("a<span>b</span>", "ab"),
        ("a", "a"),
        ("a &lt", "a <"),
    ],
)
def test_markup_is_no_text_and_blocks_part_words(html, text):
    assert plain(html) == text


def test_a_look_without_attendees_has_neither_copies_nor_mail():
    look = Look(0.0, Unseen("not seen"), None)

    assert (look.copies, look.mail) == ({}, {})
    assert Unseen("not seen").status is None


def test_nothing_is_looked_at_but_what_is_named():
    point = Viewpoint("https://graph.example/v1.0", "gc01x0a", (), "/c", "/i", None, {})

    assert (point.inboxes, point.booking, point.since) == ({}, False, None)


def test_the_entries_are_those_of_every_window_in_order():
    first, second = PLAIN, Entry("e2", "s", cancelled=True, series=None)

    assert list(entries(((first,), (), (second, first)))) == [first, second, first]
