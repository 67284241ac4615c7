"""Texts, dates and headers of an answer: what of them is kept to the letter, and what stands for the rest."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replacing import COMMENT, DAY, MARK, NOW, SAT, SENTENCE, STAMPED, fresh, law, read, text

from graphcancel.clock import Clock
from graphcancel.exchange import Response
from graphcancel.plaintext import plain
from graphcancel.pseudonyms import CANONICAL_START
from graphcancel.scene import server_time
from graphcancel.seen import carries
from graphcancel.sight import message_of
from graphcancel.throttling import retry_after

ONE_DAY = dt.timedelta(days=1)


def header(name: str, value: str, **others: str) -> str | None:
    return fresh().answer(Response(200, {name: value, **others}, b"")).headers.get(name)


# -- texts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("around", ["{}", "{} ", " {}", "{}\n", "\t{}\r\n", "{} {}", "({})", "{}."])
def test_a_documented_sentence_is_kept_to_the_letter(around):
    written = around.format(SENTENCE, SENTENCE)

    assert read({"error": {"code": "x", "message": written}})["error"]["message"] == written


@law
@given(st.integers(0, len(SENTENCE)), st.integers(0, 2), st.text(max_size=2))
def test_no_other_text_becomes_the_sentence(at, length, instead):
    written = SENTENCE[:at] + instead + SENTENCE[at + length :]

    assert (text(written) == SENTENCE) == (written == SENTENCE)


def test_the_text_a_case_sends_arrives():
    shown = text(COMMENT)

    assert shown == COMMENT.replace(MARK, STAMPED)
    message = message_of({"id": "x", "body": {"content": f"\n{shown} \n"}})
    assert carries(message, COMMENT.replace(MARK, STAMPED))


@law
@given(st.one_of(st.text(), st.sampled_from(["<b>x</b> y", "a<br>b", "<style>z</style>", "&lt;a&gt; &amp; &#65;"])))
def test_a_page_says_what_its_text_does(markup):
    shown = fresh()
    body = read({"body": {"contentType": "HTML", "content": f"<html><body>{markup}<p>{COMMENT}</p>"}}, shown)["body"]

    assert plain(body["content"]) == text(plain(f"<html><body>{markup}<p>{COMMENT}</p>"), shown)
    assert body["contentType"] == "HTML"


def test_the_markup_of_a_page_is_left_out():
    page = (
        "<head><title>Zebra</title></head><a href='https://evil.example'>the <b>comment</b></a> &amp; Zebra <!-- x -->"
    )

    assert read({"contentType": "html", "content": page})["content"] == "the comment &amp; […]"


KEPT = [
    "ErrorItemNotFound",
    "Request_ResourceNotFound",
    "#microsoft.graph.eventMessageRequest",
    "singleInstance",
    "meetingCancelled",
    "tentativelyAccepted",
    "seriesMaster",
    "notResponded",
    "UTC",
    "Canceled: accepted, declined",
    "404",
    "The specified object was not found in the store.",
]


@pytest.mark.parametrize("written", KEPT)
def test_codes_enumerations_and_common_words_are_kept(written):
    assert text(written) == written


CHANGED = [
    ("Lunch with Zelda", "[…] with […]"),
    ("code 80049217", "code […]"),
    ("call 555 123 456", "call […]"),
    ("ErrorZebraNotFound", "[…]"),
    ("a\x00b \u202e the 😀", "a…[…] … the 😀"),
    ("\ud800", "…"),
    ("1_2_3", "[…]"),
    ("٣", "[…]"),
    ("the the's", "the […]"),
    ("", ""),
    (" \n", " \n"),
]


@pytest.mark.parametrize(("written", "shown"), CHANGED, ids=range(len(CHANGED)))
def test_other_words_are_replaced_and_what_is_between_them_stays(written, shown):
    assert text(written) == shown


# -- dates ---------------------------------------------------------------------------------------------------------

DATES = [
    ("2026-11-21T23:16:30Z", f"{NOW}Z"),
    ("2026-11-20T00:00:00.1234567Z", f"{NOW}.0000000Z"),
    ("2026-11-22T23:59:59.123", f"{NOW}.000"),
    ("2026-11-22T23:59:59+02:00", f"{NOW}+00:00"),
    ("2026-11-21T23:16", "2030-01-01T12:00"),
    ("2026-11-19T08:15:30.1234567", "2029-12-30T08:15:30.0000000"),
    ("2026-11-23T00:00:00Z", "2030-01-03T00:00:00Z"),
    ("2026-11-23T09:00:00+02:00", "2030-01-03T09:00:00+02:00"),
    ("2026-12-31T14:00:00Z", "2030-02-10T14:00:00Z"),
    ("2027-01-01T14:00:00Z", f"{NOW}Z"),
    ("2026-10-12T14:00:00Z", "2029-11-22T14:00:00Z"),
    ("1999-03-04T05:06:07Z", f"{NOW}Z"),
    ("2035-06-04T00:05:00.0000000", "2035-06-04T00:05:00.0000000"),
    ("2035-06-01T00:00:00Z", f"{NOW}Z"),
    ("2035-06-02T00:00:00Z", "2035-06-02T00:00:00Z"),
    ("2035-06-14", "2035-06-14"),
    ("2035-06-15", "2030-01-01"),
    ("2026-11-19", "2029-12-30"),
    ("2026-11-21", "2030-01-01"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("0001-01-01T11:22:33Z", "0001-01-01T00:00:00Z"),
    ("2026-13-45T00:00:00Z", "[…]"),
    ("2026-11-21T99:00:00Z", "[…]"),
    ("2026-11-23T09:00:00+99:99", "[…]"),
    ("x 2026-11-23 y", "[…] 2030-01-03 […]"),
    ("2026-11-23-24", "[…]"),
]


@pytest.mark.parametrize(("written", "shown"), DATES)
def test_dates_are_moved_to_the_days_of_the_cassette(written, shown):
    assert read({"dateTime": written, "startDate": written}) == {"dateTime": shown, "startDate": shown}


@law
@given(
    st.integers(-55, 55).flatmap(
        lambda days: st.times().map(lambda time: dt.datetime.combine(DAY, time) + days * ONE_DAY)
    ),
    st.sampled_from(["", ".0", ".1234567"]),
    st.sampled_from(["", "Z"]),
)
def test_a_date_around_the_run_keeps_its_distance_or_becomes_now(moment, fraction, zone):
    written = f"{moment.replace(microsecond=0).isoformat()}{fraction}{zone}"
    shown = read({"dateTime": written})["dateTime"]

    assert len(shown) == len(written)
    distance = (moment.date() - DAY).days
    if abs(distance) <= 1 or abs(distance) > 40:
        assert shown[:19] == NOW
    else:
        assert dt.datetime.fromisoformat(shown[:19]) - CANONICAL_START.replace(tzinfo=None) == moment.replace(
            microsecond=0
        ) - dt.datetime.combine(DAY, dt.time())


# -- headers -------------------------------------------------------------------------------------------------------

AT_NOON = "Tue, 01 Jan 2030 12:00:00 GMT"
VALUES = [
    ("date", SAT, AT_NOON),
    ("date", "no date", "[…]"),
    ("content-type", "application/json;odata.metadata=minimal;Charset=UTF-8;secret=x",
     "application/json;odata.metadata=minimal;charset=utf-8"),
    ("content-type", "text/html", "text/html"),
    ("content-type", "application/zebra", "application/octet-stream"),
    ("content-type", "", ""),
    ("content-length", "0", "0"),
    ("content-length", "417", None),
    ("www-authenticate", 'Bearer realm="", authorization_uri="https://evil.example/3fa85f64"', "Bearer"),
    ("www-authenticate", "Zebra", None),
    ("www-authenticate", "bEaReR x", "Bearer"),
    ("allow", "GET,POST,GET,GET", "GET, POST"),
    ("content-type", "text/html;charset=utf-8;charset=us-ascii;charset=utf-8", "text/html;charset=utf-8;charset=us-ascii"),
    ("allow", "GET, POST, ZEBRA", "GET, POST"),
    ("preference-applied", 'outlook.timezone="UTC"', 'outlook.timezone="UTC"'),
    ("preference-applied", 'outlook.timezone="Zebra"', None),
    ("odata-version", "4.0", "4.0"),
    ("odata-version", "zebra", None),
    ("request-id", "", ""),
    ("set-cookie", "a=b", None),
    ("x-ms-ags-diagnostic", "{}", None),
    ("location", "https://evil.example", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "shown"), VALUES, ids=range(len(VALUES)))
def test_of_headers_only_what_is_listed_is_kept(name, value, shown):
    assert header(name, value) == shown


def test_headers_are_named_in_an_order_of_their_own():
    one = fresh().answer(Response(200, {"request-id": "a", "client-request-id": "b"}, b""))
    other = fresh().answer(Response(200, {"client-request-id": "b", "request-id": "a"}, b""))

    assert list(one.headers.items()) == list(other.headers.items())


@pytest.mark.parametrize(
    "written",
    [
        *("0", "5", "0.05", "120", "3600", "-1", "1e2", "nan", "inf", "1.23456", "soon", ""),
        *("Sat, 21 Nov 2026 23:16:41 GMT", "Sat, 21 Nov 2026 23:16:01 GMT", "Sun, 22 Nov 2026 23:16:01 GMT"),
    ],
)
def test_the_pause_asked_for_is_the_same(written):
    response = Response(429, {"retry-after": written, "date": SAT}, b"")
    asked, shown = retry_after(response, Clock()), retry_after(fresh().answer(response), Clock())

    if asked is None:
        assert shown is None
    else:
        # More than the longest pause anybody waits is as good as any other such.
        assert abs(min(asked, 999) - shown) <= 0.5


def test_the_servers_time_is_noon_or_unsaid():
    for headers in ({"date": SAT}, {"date": "no date"}):
        response = Response(200, headers, b"")
        told, shown = (
            server_time(SimpleNamespace(response=one), Clock()) for one in (response, fresh().answer(response))
        )  # fmt: skip
        assert (told is None) == (shown is None)
        assert shown in {None, "2030-01-01T11:59:50Z"}


def test_headers_in_a_batch_are_kept_alike():
    inner = {"Content-Type": "application/json", "Retry-After": "7", "REQUEST-ID": "a", "Set-Cookie": "b", "X": None}
    shown = read({"responses": [{"id": "0", "status": 429, "headers": inner, "body": None}]})["responses"][0]

    assert shown == {
        "id": "0",
        "status": 429,
        "headers": {
            "content-type": "application/json",
            "request-id": "00000000-0000-0000-0000-000000000001",
            "retry-after": "7",
        },
        "body": None,
    }
