"""What is written: by allow-list, so that nothing unknown passes."""

from __future__ import annotations

import re

import pytest

from graphcancel.sanitise import Sanitiser

SENTENCE = "Your request can't be completed. You need to be an organizer to cancel a meeting."
GUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
# In parts, so that no file of the project holds a token in one piece.
TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9" + ".eyJzdWIiOiJhZGEifQ" + ".c2lnbmF0dXJl"


@pytest.fixture
def sanitiser() -> Sanitiser:
    """Make one that knows a sentence and an organizer."""
    return Sanitiser("gc01", [SENTENCE], {"organizer@contoso.example": "organizer", "": "nobody"})


UNKNOWN = [
    ("ada.lovelace@contoso.example", ("ada", "lovelace", "contoso")),
    ("mail to <eve@evil.example> failed", ("eve", "evil")),
    (f"The object {GUID} was not found", ("3fa85f64", "5717", "2c963f66afa6")),
    (f"token {TOKEN} expired", ("eyJ0", "c2ln")),
    ("Ada Lovelace has no access to Grüße", ("Ada", "Lovelace", "Grüße")),
    ("tenant contoso.onmicrosoft.com", ("contoso", "onmicrosoft")),
    ("AAMkADAwATM3ZmYAZS0=", ("AAMk",)),
    ("C:\\Users\\ada\\file", ("Users", "ada")),
    ("ada_lovelace", ("ada", "lovelace")),
    ("id=AdaLovelace", ("AdaLovelace",)),
    ("Müller’s", ("Müller",)),
    ("/users/ada/events", ("ada",)),
    ("Иван, 会議, Ελένη", ("Иван", "会議", "Ελένη")),
    ("number 4915112345678", ("4915112345678", "1511")),
]


@pytest.mark.parametrize(("text", "gone"), UNKNOWN, ids=range(len(UNKNOWN)))
def test_no_unknown_word_passes(text, gone, sanitiser):
    shown = sanitiser.text(text)

    assert [word for word in gone if word in shown] == []


@pytest.mark.parametrize(
    "text", [f"from {address} here" for address in ("10.0.0.12", "192.168.100.200", "555 123 456")]
)
def test_numbers_in_a_row_are_no_count(text, sanitiser):
    """
    Three digits are a status; an IP address or a telephone number is made of such groups.
    """
    assert re.search(r"\d+\D\d+\D\d+", sanitiser.text(text)) is None


@pytest.mark.parametrize("text", ["a call \x1b[2J", "bell \x07 call", "call\r", "call \u202e call", "call \x9b 1"])
def test_nothing_steers_the_terminal(text, sanitiser):
    assert all(letter.isprintable() for letter in sanitiser.text(text))


@pytest.mark.parametrize(
    "text", ["call \u2028 call", "call \x85 call", "call \ud800 call"], ids=["2028", "85", "surrogate"]
)
def test_what_is_shown_is_one_line_that_any_file_takes(text, sanitiser):
    shown = sanitiser.text(text)

    assert len(shown.splitlines()) == 1
    assert shown.encode()


def test_a_documented_sentence_passes_to_the_letter(sanitiser):
    assert sanitiser.text(SENTENCE) == SENTENCE
    assert sanitiser.text(SENTENCE.replace("'", "’")) == SENTENCE.replace("'", "’")


def test_a_sentence_with_a_stranger_in_it_keeps_the_rest(sanitiser):
    assert sanitiser.text("The event Foo was not found") == "The event […] was not found"


def test_strangers_in_a_row_are_shown_as_one(sanitiser):
    assert sanitiser.text("Foo Bar Baz") == "[…]"


def test_a_text_is_cut(sanitiser):
    shown = sanitiser.text("call " * 1000)

    assert len(shown) <= 241
    assert shown.endswith("…")
    assert sanitiser.text("call\ncall") == "call call"


def test_a_name_is_no_word_for_being_cut(sanitiser):
    """What is left of it at the end of what is shown may be one."""
    assert "event" not in sanitiser.text("call " * 47 + "Eventually", limit=240).lower()
    assert sanitiser.text("call " * 47 + "Eventually", limit=240) == "call " * 47 + "[…]"


PATHS = [
    ("/me/events/AAMk%2F%2B/cancel", ("AAMk",)),
    ("/users/ada%40contoso.example/events/x", ("ada", "contoso")),
    ("/users/ada@contoso.example", ("ada",)),
    (f"/groups/{GUID}/events/1/cancel", ("3fa85f64",)),
    ("/me/messages/m1/event/cancel", ("m1",)),
    ("/me/events?$filter=contains(subject,'Ada')&$top=5", ("Ada", "5")),
    ("/me/events#Ada", ("Ada",)),
    (f"/me/events?{TOKEN}", ("eyJ",)),
    ("/me/events?ada@contoso.example=1", ("ada", "contoso")),
    ("/me/events?$skiptoken=abc&x%2Dada=1", ("abc", "ada")),
    ("/me/secret-folder", ("secret",)),
]


@pytest.mark.parametrize(("path", "gone"), PATHS, ids=range(len(PATHS)))
def test_no_unknown_segment_or_query_passes(path, gone, sanitiser):
    shown = sanitiser.path(path)

    assert [word for word in gone if word in shown] == []


def test_the_literals_of_a_path_stay(sanitiser):
    assert re.fullmatch(
        r"/v1\.0/me/calendarGroups/\{\w{8}\}/events/\{\w{8}\}/cancel",
        sanitiser.path("/v1.0/me/calendarGroups/a/events/b/cancel"),
    )
    assert sanitiser.path("/me/events?$top=5&$filter=x") == "/me/events?$top=…&$filter=…"


def test_a_known_value_is_shown_by_its_role(sanitiser):
    assert sanitiser.path("/users/Organizer%40contoso.example/events") == "/users/{organizer}/events"
    assert sanitiser.pseudonym("organizer@contoso.example") == "{organizer}"


def test_a_pseudonym_is_the_same_within_a_run_and_another_in_the_next(sanitiser):
    assert sanitiser.pseudonym("x") == sanitiser.pseudonym("x") != sanitiser.pseudonym("y")
    assert Sanitiser("gc02").pseudonym("x") != sanitiser.pseudonym("x")
    assert Sanitiser("x" * 100).pseudonym("x")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("ErrorItemNotFound", "ErrorItemNotFound"),
        ("Request_ResourceNotFound", "Request_ResourceNotFound"),
        ("generalException", "generalException"),
        ("MailboxNotEnabledForRESTAPI", "MailboxNotEnabledForRESTAPI"),
        ("TooManyRequests", "TooManyRequests"),
        ("accessDenied", "accessDenied"),
        ("CorrectHorseBattery", "[an unlisted code]"),
        ("ErrorZebraNotFound", "[an unlisted code]"),
        ("Request_Zebra", "[an unlisted code]"),
        ("AtAErTe", "[an unlisted code]"),
        ("errornotfound", "[an unlisted code]"),
        (None, "no code"),
        (42, "no code"),
        ("ada@contoso.example", "[an unlisted code]"),
        (GUID, "[an unlisted code]"),
        ("Error Item", "[an unlisted code]"),
        ("E" * 100, "[an unlisted code]"),
        ("ErrorItemNotFound\n", "[an unlisted code]"),
        ("contoso.onmicrosoft.com", "[an unlisted code]"),
        ("ada.lovelace", "[an unlisted code]"),
    ],
)
def test_an_error_code_is_shown_only_where_it_can_be_nothing_else(code, shown, sanitiser):
    assert sanitiser.code(code) == shown


def test_every_code_the_conventions_name_is_shown(by_id, sanitiser):
    expected = " ".join(item.expected or "" for item in by_id["graph-conventions"].observations.values())
    codes = re.findall(r"\b[A-Z]\w+[a-z][A-Z]\w+", expected)

    assert {"ErrorAccessDenied", "ErrorItemNotFound", "InvalidAuthenticationToken"} <= set(codes)
    assert [code for code in codes if sanitiser.code(code) != code] == []


def test_an_address_is_shown_as_one(sanitiser):
    """Whichever characters stand around it."""
    assert sanitiser.text("mail to 'ada.lovelace+x@contoso.example' could not") == "mail to […] could not"


def test_a_runner_finds_no_command_in_a_text_however_its_lines_are_broken():
    shown = Sanitiser("key").text("no ::error title=a::the ##[error]event")

    assert "::" not in shown
    assert "##[" not in shown
    assert "event" in shown
