"""What generated calls are made of: legal where they are to be, broken where they are to be, and never an address."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from graphcancel.exchange import Request, encode_segment
from graphcancel.fence import Fence
from graphcancel.generated import GENERATED
from graphcancel.inputs import LONGEST, TEXTS, calls, is_blank, is_comparable

EVENTS = "/me/events/{event}/cancel"
FEW = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)


def drawn(contract, sort, template=EVENTS, most=60):
    found = []
    settings(FEW, max_examples=most)(given(call=calls(sort, contract, template))(lambda call: found.append(call)))()
    return found


def test_a_documented_body_has_one_documented_property_at_most(by_id):
    contract = by_id["event-cancel.v1.0"]
    found = drawn(contract, "as-documented")
    bodies = [json.loads(call.payload) for call in found]

    assert {name for body in bodies for name in body} == {"comment", "Comment"}
    assert {len(body) for body in bodies} == {0, 1}
    assert {call.shape for call in found} == {"camel", "pascal", "empty"}
    assert all(dict(call.headers)["Content-Type"].lower().startswith("application/json") for call in found)


def test_a_property_is_left_out_only_where_the_page_says_it_may_be(by_id):
    template = by_id["event-cancel.stub"].routes[0].template
    found = drawn(by_id["event-cancel.stub"], "as-documented", template)

    assert {call.shape for call in found} == {"pascal"}


@FEW
@given(text=TEXTS)
def test_a_text_can_be_written_is_bounded_and_names_no_address(text):
    assert json.loads(json.dumps(text, ensure_ascii=False).encode()) == text
    assert len(text) <= LONGEST
    assert "@" not in text


@pytest.mark.parametrize(
    "wanted",
    [
        lambda text: len(text) > 255 and is_comparable(text),
        lambda text: any(ord(character) > 0xFFFF for character in text) and is_comparable(text),
        lambda text: any("\u0590" <= character <= "\u06ff" for character in text),
        lambda text: any("\u0300" <= character <= "\u036f" for character in text),
        lambda text: any(ord(character) < 32 for character in text),
        lambda text: "<b>" in text,
        lambda text: '"' in text and "\\" in text,
        lambda text: text.startswith("{"),
        lambda text: not text.strip(),
    ],
    ids=["long", "astral", "right-to-left", "combining", "control", "markup", "quoting", "json", "blank"],
)
def test_texts_of_each_kind_are_drawn(wanted):
    seen = []
    settings(FEW, max_examples=300)(given(text=TEXTS)(lambda text: seen.append(text)))()

    assert any(wanted(text) for text in seen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a text to be read", True),
        ("会議は中止になりました", True),
        ("many   blanks and\nlines ", True),
        ("short", False),
        ("<b>markup</b> of its own", False),
        ("Tom &amp; Ann are away", False),
        ("a bell \u0007 in a text", False),
        ("        ", False),
        # What splits words is a control character all the same.
        ("a text\x1cto be read", False),
        ("a text\x85to be read", False),
    ],
)
def test_only_a_text_that_mail_must_carry_as_it_is_can_be_compared(text, expected):
    assert is_comparable(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", True), (" \t\u3000", True), ("\x00\x01", True), ("\u200b" * 9, True), (" a ", False), ("\u200b.", False)],
)
def test_nothing_is_to_be_read_in_separators_and_marks_nobody_sees(text, expected):
    assert is_blank(text) is expected


def test_what_is_no_json_is_none(by_id):
    for call in drawn(by_id["event-cancel.v1.0"], "not-json"):
        assert call.payload.strip()
        with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
            json.loads(call.payload)


def test_what_is_mislabelled_is_json_all_the_same(by_id):
    for call in drawn(by_id["event-cancel.v1.0"], "mislabelled"):
        json.loads(call.payload)
        assert "json" not in dict(call.headers)["Content-Type"]


def test_bodies_nobody_documents_are_of_many_kinds(by_id):
    found = drawn(by_id["event-cancel.v1.0"], "undocumented", most=300)
    payloads = [call.payload for call in found]

    assert {call.shape for call in found} == {GENERATED}
    assert None in payloads or b"" in payloads
    assert any(call.escaped for call in found)
    assert any(call.payload and not call.headers for call in found)


@pytest.mark.parametrize("sort", ["unknown-id", "malformed-id"])
def test_ids_pass_the_fence_once_they_are_known_not_to_exist(sort, by_id):
    for call in drawn(by_id["event-cancel.v1.0"], sort):
        fence = Fence(["https://graph.example"], ["organizer@contoso.example"])
        fence.own(call.id)
        path = f"/me/events/{encode_segment(call.id)}/cancel"
        fence.check(Request("POST", "https://graph.example/v1.0", path, "organizer", call.payload, dict(call.headers)))


@pytest.mark.parametrize("sort", ["as-documented", "undocumented", "not-json", "bad-token"])
def test_no_body_is_stopped_by_the_fence(sort, by_id):
    fence = Fence(["https://graph.example"], ["organizer@contoso.example"])
    fence.own("AAMk")
    for call in drawn(by_id["event-cancel.v1.0"], sort):
        fence.check(Request("POST", "https://graph.example/v1.0", "/me/events/AAMk/cancel", "organizer", call.payload))


def test_tokens_are_none_or_bad(by_id):
    assert {call.authorization for call in drawn(by_id["event-cancel.v1.0"], "no-token")} == {""}
    bad = {call.authorization for call in drawn(by_id["event-cancel.v1.0"], "bad-token")}
    assert len(bad) > 5
    assert "" not in bad


def test_the_routes_of_every_page_can_be_drawn_for(contracts):
    small = settings(FEW, max_examples=2)
    for contract in contracts:
        for route in contract.routes[-1:]:
            for sort in ("as-documented", "undocumented"):
                small(given(call=calls(sort, contract, route.template))(lambda call: None))()
