"""
A service's answer with everything replaced that is not known to be harmless: nothing gets through, and the same value
has the same stand-in.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replacing import (
    BODIES,
    CASE,
    DAY,
    GROUP,
    HEADERS,
    KNOWN,
    MARK,
    ORGANIZER,
    OTHER,
    OWN,
    ROOT,
    RUN,
    SAME,
    SHOP,
    STAMPED,
    fresh,
    law,
    raw,
    read,
    text,
)

from graphcancel.exchange import Response, encode_segment
from graphcancel.marks import Mark, marks_in, worker_run
from graphcancel.properties import _KINDS, _OF_KIND, Kind
from graphcancel.pseudonyms import CANONICAL_NOW, CANONICAL_RUN, CANONICAL_START, Known, Pseudonyms

# -- nothing gets through ------------------------------------------------------------------------------------------

CANARIES = (
    "Zq7xKpW3vJt9",
    "hunter2hunter2",
    "qwxzjvkpbrm",
    "QwxzJvkpBrm",
    "QWXZJVKPBRM",
    "4915112345678",
    "+49 151 1234 5678",
    "030 / 123 - 456",
    "10.20.30.40",
    "qwx_zjv-kpb.rmq",
    "Wĩțħöűť Ņämę",
    "Иван Ёлкин",
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "qwxz\u0301jvkpb\u200brmtq",
    "zelda.quux@quuxcorp.tld",
)
WRITTEN = (
    "{}",
    "x {} y",
    "the{}",
    "<{}>",
    "https://evil.example/{}?{}={}",
    f"{ROOT}/v1.0/users/{{}}/events/{{}}?$skiptoken={{}}",
    f"{ROOT}/v1.0/{{}}",
    "{}@evil.example",
    "ada@{}",
    "ada@{}.example",
    "2026-11-21T{}",
    "2026-11-21T12:00:00.{}Z",
    "{}" + MARK,
    MARK + "{}",
    RUN + "{}",
    "{}/2035-06-04T00:00:00Z",
    GROUP + "{}",
    "W/'{}'",
    "Error{}NotFound",
    "#microsoft.graph.{}",
    '{{"a": "{}"}}',
    "can't{}'s",
    "<p>{}</p><!-- {} --><b title='{}'>x</b>",
    "{}; charset={}",
    "Bearer realm='{}'",
    "[{}",
)  # fmt: skip
IN_OTHER_WORDS = (
    str,
    lambda canary: quote(canary, safe=""),
    lambda canary: "".join(f"&#{ord(letter)};" for letter in canary),
    lambda canary: canary.upper(),
)

ONE_OF_EACH = tuple({kind: name for name, kind in _KINDS.items()}.values())
canaries = st.sampled_from(CANARIES)
planted = st.tuples(canaries, st.sampled_from(WRITTEN), st.sampled_from(IN_OTHER_WORDS))
names = st.one_of(st.sampled_from(sorted(_KINDS)), st.sampled_from(["secretId", "x-hidden", "privateName", "aUrl"]))


def grams(canary: str) -> set[str]:
    """Every five letters in a row of a canary."""
    return {canary[at : at + 5].lower() for at in range(len(canary) - 4)}


def found_in(response: Response, canary: str) -> set[str]:
    """What of a canary is left in an answer, as it stands and undone of percent-encoding."""
    shown = json.dumps([dict(response.headers), response.body.decode()], ensure_ascii=False).lower()
    return {gram for gram in grams(canary) if gram in shown or gram in unquote(shown)}


def fill(written: str, canary: str) -> str:
    return written.replace("{{", "{").replace("}}", "}").replace("{}", canary)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_under_any_name_is_gone(canary):
    """Every documented name: the table of names is no way round."""
    pseudonyms = fresh()
    for written in ("{}", "the {}s", f"{ROOT}/v1.0/{{}}"):
        value = fill(written, canary)
        body = dict.fromkeys(_KINDS, value) | {"more": [{name: [value, {name: value}]} for name in _KINDS]}
        assert not found_in(pseudonyms.answer(raw(body)), canary), written


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_in_any_wrapping_is_gone(canary):
    pseudonyms = fresh()
    for written in WRITTEN:
        for words in IN_OTHER_WORDS:
            value = fill(written, words(canary))
            body = {name: [value, {name: value}] for name in (*ONE_OF_EACH, "secretId", "x-hidden", "aUrl")}
            assert not found_in(pseudonyms.answer(raw(body)), canary), (written, words(canary))


@law
@given(planted, names)
def test_a_canary_is_gone_wherever_it_is_planted(plant, name):
    canary, written, words = plant
    value = fill(written, words(canary))
    body = {
        "error": {"code": value, "message": value, "innerError": {"request-id": value, "date": value}},
        value: value,
        name: value,
        f"{name}{value}": {value: [value]},
        "value": [value, {"id": value, "body": {"contentType": "html", "content": value}, value: 4915112345678}],
        "responses": [
            {"id": value, "status": value, "headers": {value: value, "Set-Cookie": value}, "body": {"id": value}},
            {"id": "1", "headers": {"Date": value, "Retry-After": value, "Content-Type": value}, "body": value},
        ],
        "attendees": [{"emailAddress": {"address": value, "name": value}, "type": value}],
        "@odata.nextLink": value,
        f"attendees@odata.{value}": value,
    }
    everywhere = (
        "set-cookie location allow date retry-after content-type www-authenticate preference-applied odata-version"
    )
    headers = dict.fromkeys([*everywhere.split(), "content-length", "request-id", "x-ms-ags-diagnostic", value], value)

    for payload in (json.dumps(body).encode(), value.encode(), json.dumps(value).encode(), b'{"a": ' + value.encode()):
        assert not found_in(fresh().answer(Response(400, headers, payload)), canary)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_that_is_no_utf_8_is_gone(canary):
    for body in (canary.encode("utf-16"), b"\xff" + canary.encode(), base64.b64encode(canary.encode())):
        answer = fresh().answer(Response(200, {}, body))

        assert not found_in(answer, canary)
        assert base64.b64encode(canary.encode()).decode()[:8] not in answer.body.decode()


def test_numbers_that_may_be_ids_or_amounts_are_gone():
    body = {
        "price": 4915,
        "latitude": 48.137,
        "index": -5,
        "id": 4915112345678,
        "status": 202,
        "interval": 1,
        "count": 7,
    }

    assert read(body) == {
        "price": 0, "latitude": 0.0, "index": 0, "id": 0, "status": 202, "interval": 1, "count": 0,
    }  # fmt: skip


def test_names_nobody_documents_are_numbered():
    shown = fresh()

    assert read({"ada": 1, "id": "x", "ID": "y"}, shown) == {"key-1": 0, "id": "id-1", "key-2": "[…]"}
    assert read({"eve": {"ada": None}, "key-1": True}, shown) == {"key-3": {"key-1": None}, "key-4": True}


def test_words_vouched_for_are_not_addresses_ids_or_marks_in_them():
    """What a case sends names its mailboxes."""
    shown = Pseudonyms(KNOWN, [f"to {ORGANIZER} and eve@evil.example of {GROUP}: {MARK}, zebra"])

    assert text("zebra organizer contoso evil 0148", shown) == "zebra organizer […] […] […]"


# -- the same value, the same stand-in -----------------------------------------------------------------------------

ids = st.text(st.sampled_from("aA1/+=-_%é@. "), min_size=1, max_size=6)


@law
@given(BODIES, HEADERS)
def test_what_was_replaced_is_replaced_by_itself(body, headers):
    """Stand-ins are numbered in order of appearance, so a recording of a recording is the recording."""
    once = fresh().answer(raw(body, headers))

    assert fresh(SAME).answer(once) == once


@law
@given(BODIES, BODIES, HEADERS)
def test_the_same_answers_in_the_same_order_give_the_same_bytes(one, other, headers):
    answers = [raw(one, headers), raw(other), raw(one, headers)]
    first, second = fresh(), fresh()
    shown = [first.answer(answer) for answer in answers]

    assert shown == [second.answer(answer) for answer in answers]
    assert shown[0] == shown[2]


@law
@given(st.lists(ids, unique=True), st.sampled_from(["id", "iCalUId", "seriesMasterId", "changeKey", "someId"]))
def test_ids_that_differ_still_do(values, name):
    plain_ids = [value for value in values if "@" not in value]
    shown = read({"value": [{name: value} for value in plain_ids]})["value"]

    assert len({tuple(item.values()) for item in shown}) == len(plain_ids)


@law
@given(st.lists(st.text(min_size=1, max_size=6), unique=True))
def test_names_addresses_and_keys_that_differ_still_do(values):
    lower = list(dict.fromkeys(value.lower() for value in values))
    shown = fresh()

    assert len({read({"mail": value}, shown)["mail"] for value in lower}) == len(lower)
    assert len({json.dumps(read({value: 0}, shown)) for value in values}) == len(values)
    assert len({read({"displayName": value}, shown)["displayName"] for value in values if "@" not in value}) == len(
        [value for value in values if "@" not in value]
    )


def test_an_id_is_itself_under_every_name_and_in_every_writing():
    shown = fresh()
    body = {
        "id": "A/+=",
        "seriesMasterId": "A/+=",
        "@odata.nextLink": f"{ROOT}/beta/me/events/{encode_segment('A/+=')}/instances?$top=1",
        "responses": [{"id": "1", "body": {"value": [{"iCalUId": "A/+=", "staffMemberIds": ["B", "A/+="]}]}}],
    }

    assert read(body, shown) == {
        "id": "id-1",
        "seriesMasterId": "id-1",
        "@odata.nextLink": "https://target.example/beta/me/events/id-1/instances?$skiptoken=next-1",
        "responses": [{"id": "1", "body": {"value": [{"iCalUId": "id-1", "staffMemberIds": ["id-2", "id-1"]}]}}],
    }


def test_an_address_is_itself_in_any_letter_case_and_place():
    body = {
        "mail": "ORGANIZER@contoso.Example",
        "subject": f"to Eve@Evil.example, <{ORGANIZER}>: eve@evil.example.",
        "sender": {"emailAddress": {"address": "EVE@evil.example", "name": "eve@evil.example"}},
        "userPrincipalName": "ada@elsewhere.example",
    }

    assert read(body) == {
        "mail": "organizer@target.example",
        "subject": "to address-1@elsewhere.example, <organizer@target.example>: address-1@elsewhere.example.",
        "sender": {
            "emailAddress": {"address": "address-1@elsewhere.example", "name": "address-1@elsewhere.example"},
        },
        "userPrincipalName": "address-2@elsewhere.example",
    }


def test_a_booking_business_is_its_id_where_it_sends_mail():
    shown = read({"from": {"emailAddress": {"address": SHOP.lower()}}, "id": SHOP, "bodyPreview": f"by {SHOP}!"})

    assert shown["id"] == shown["from"]["emailAddress"]["address"] == "shop@target.example"
    assert shown["bodyPreview"] == "by shop@target.example!"


def test_an_id_known_beforehand_is_itself_in_any_letter_case_and_place():
    link = f"{ROOT}/v1.0/groups/{GROUP.upper()}/members"

    assert read({"id": GROUP.upper(), "@odata.nextLink": link, "subject": f"group '{GROUP.upper()}'"}) == {
        "id": "group-id",
        "@odata.nextLink": "https://target.example/v1.0/groups/group-id/members?$skiptoken=next-1",
        "subject": "group 'group-id'",
    }


def test_a_stand_in_that_is_known_already_is_passed_over():
    shown = Pseudonyms(
        Known({"a@b.example": "address-1@elsewhere.example"}, {"U": "id-1"}, {}, RUN, DAY, frozenset()), []
    )

    assert read({"id": "V", "iCalUId": "U", "mail": "c@d.example", "email": "A@b.example"}, shown) == {
        "id": "id-2", "iCalUId": "id-1", "mail": "address-2@elsewhere.example", "email": "address-1@elsewhere.example",
    }  # fmt: skip


def test_a_request_is_told_by_the_same_id_in_header_and_body():
    given_id = "de38706a-cfa6-46bd-89b7-7c032333db31"
    answer = fresh().answer(
        raw({"error": {"innerError": {"request-id": given_id, "client-request-id": "mine"}}}, {"request-id": given_id})
    )

    assert answer.headers["request-id"] == "00000000-0000-0000-0000-000000000001"
    assert answer.error["innerError"] == {
        "request-id": "00000000-0000-0000-0000-000000000001",
        "client-request-id": "00000000-0000-0000-0000-000000000002",
    }


# -- marks ---------------------------------------------------------------------------------------------------------


def test_a_restamped_mark_is_that_of_the_same_attempt_in_the_other_run():
    for mark in (*OWN, Mark.of(worker_run(RUN, 3), CASE, 0)):
        again = mark.restamped(CANONICAL_RUN)
        assert again in {Mark.of(CANONICAL_RUN, CASE, attempt) for attempt in range(3)}
        assert again.number == mark.number
        assert [found.case for found in marks_in(again.case)] == [again.case]


def test_own_marks_become_those_of_the_cassette():
    shown = {"name": f"Contract test {STAMPED}", "transactionId": f"{STAMPED}m", "subject": f"Canceled: x{STAMPED}"}

    assert read({"name": f"Contract test {MARK}", "transactionId": f"{MARK}m", "subject": f"Canceled: x{MARK}"}) == {
        **shown,
        "subject": f"Canceled: […]{STAMPED}",
    }
    assert text(f"run {RUN} started") == f"run {CANONICAL_RUN} started"
    assert text(f"run {RUN}w003.") == f"run {CANONICAL_RUN}."
    assert (
        text(f"{MARK[:-1]}{'1' if MARK[-1] == '0' else '0'} {OTHER} gc6b02264e71006c") == f"{CANONICAL_RUN}[…] […] […]"
    )


@law
@given(st.text(max_size=5), st.sampled_from([*(mark.case for mark in OWN), OTHER, RUN]), st.text(max_size=5))
def test_a_mark_stands_in_a_text_where_it_stood(before, mark, after):
    written = f"{before}{mark}{after}"

    assert (STAMPED in text(written)) == (MARK in written)
    assert (f"{CANONICAL_RUN}w000" in text(written)) == any(own.case in written for own in OWN)


def test_what_belongs_to_another_case_is_left_out():
    body = {
        "value": [
            {"id": "a", "subject": f"Contract test {OTHER}"},
            {"id": "b", "subject": "x", "body": {"contentType": "html", "content": f"<p>{OTHER}</p>"}},
            {"id": "c", "subject": f"Contract test {MARK}", "bodyPreview": OTHER},
            {"id": "d", "subject": "strangers"},
            "zebra",
        ],
        "attendees": [{"name": f"{OTHER}"}],
    }
    batch = {"responses": [{"id": "0", "status": 200, "body": body}]}

    for shown in (read(body), read(batch)["responses"][0]["body"]):
        assert [item["id"] for item in shown["value"][:-1]] == ["id-1", "id-2"]
        assert shown["value"][-1] == "[…]"
        assert shown["attendees"] == [{"name": "name-1"}]


# -- links ---------------------------------------------------------------------------------------------------------

LINKS = [
    (f"{ROOT}/v1.0/me/events?$skip=10", "https://target.example/v1.0/me/events?$skiptoken=next-1"),
    (f"{ROOT}/draft/beta/groups/{GROUP}/calendarView?a=b",
     "https://target.example/draft/beta/groups/group-id/calendarView?$skiptoken=next-1"),
    (f"{ROOT}/v1.0/users/{quote(ORGANIZER, safe='')}/mailFolders/inbox/messages",
     "https://target.example/v1.0/users/organizer%40target.example/mailFolders/inbox/messages?$skiptoken=next-1"),
    (f"{ROOT}/v1.0/users/U%2F1%2B%3D/events('x')#y", "https://target.example/v1.0/users/user-id/id-1?$skiptoken=next-1"),
    (f"{ROOT}/v1.0/me/../x", "https://target.example/v1.0/me/../id-1?$skiptoken=next-1"),
    (f"{ROOT}/v2.0/me/events", "https://elsewhere.example/"),
    (f"{ROOT}.evil.example/v1.0/me/events", "https://elsewhere.example/"),
    ("https://evil.example/v1.0/me/events", "https://elsewhere.example/"),
    ("nonsense", "https://elsewhere.example/"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("link", "shown"), LINKS, ids=range(len(LINKS)))
def test_the_next_page_lies_at_the_stand_in_root(link, shown):
    assert read({"@odata.nextLink": link}) == {"@odata.nextLink": shown}
    assert read({"webLink": link, "joinUrl": link}) == dict.fromkeys(
        ("webLink", "joinUrl"), "https://elsewhere.example/" if link else ""
    )


def test_each_page_has_a_link_of_its_own():
    shown = fresh()
    links = [read({"@odata.nextLink": f"{ROOT}/v1.0/me/events?$skip={n}"}, shown)["@odata.nextLink"] for n in (1, 2, 1)]

    assert [link[-6:] for link in links] == ["next-1", "next-2", "next-1"]


# -- the tables ----------------------------------------------------------------------------------------------------


def test_the_cassettes_run_began_at_its_day():
    assert Mark.of(CANONICAL_RUN, CASE, 0).started == CANONICAL_START
    assert CANONICAL_NOW.date() == CANONICAL_START.date()


def test_no_documented_name_has_two_kinds():
    listed = " ".join(_OF_KIND.values()).split()

    assert len(listed) == len(set(listed)) == len(_KINDS)
    assert set(_KINDS.values()) == set(Kind)
