"""The request under test: what each body shape and each circumstance is on the wire, and nothing else differs."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from graphcancel.actors import Actor
from graphcancel.auth import SignIn
from graphcancel.calls import GARBAGE, MALFORMED_ID, body_for, call_for, caller_of, comment_for, has_text
from graphcancel.errors import ProvisionError

MARK = "gc01x0a"
ROOT = "https://graph.example/v1.0"
EVENT = "AAMk/+=="
VALUES = {
    "event": EVENT,
    "user": "ada@contoso.example",
    "calendar": "c/1",
    "calendar-group": "g/1",
    "group": "group-1",
    "business": "shop@contoso.example",
    "appointment": "a/1",
    "instance": "o/1",
    "message": "m/1",
}
ME = "event-cancel.v1.0/me.events/organizer/pascal"
PLAIN = "/me/events/AAMk%2F%2B%3D%3D/cancel"
OBSERVED = "graph-conventions/v1.0.me.events/organizer"
BOOKED = "graph-conventions/v1.0.solutions.bookingBusinesses.appointments/organizer"


@pytest.fixture
def call(named, by_id, describe):
    """Build the request of a case by its id."""

    def build(case: str, comment: str = "x", **changes):
        found = named(case)
        return call_for(found, by_id[found.root_of], SignIn(describe(**changes)), ROOT, VALUES, comment)

    return build


def body(request) -> object:
    return json.loads(request.payload)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (ME, {"Comment": "x"}),
        ("event-cancel.v1.0/me.events/organizer/camel", {"comment": "x"}),
        ("event-cancel.v1.0/me.events/organizer/empty", {}),
        ("event-cancel.beta-2017.de/me.events/organizer/kommentar", {"Kommentar": "x"}),
        (
            "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message",
            {"cancellationMessage": "x"},
        ),
        (f"{OBSERVED}/null", {"Comment": None}),
        (f"{OBSERVED}/blank", {"Comment": ""}),
        (f"{OBSERVED}/unknown-property", {"Comment": "x", "Note": "x"}),
        (f"{OBSERVED}/wrong-type", {"Comment": 42}),
        (f"{OBSERVED}/both-casings", {"Comment": "x", "comment": "x"}),
        (f"{OBSERVED}/long", {"Comment": "x"}),
        (f"{OBSERVED}/html", {"Comment": "x"}),
    ],
)
def test_a_shape_is_one_json_object(case, expected, call):
    request = call(case)

    assert body(request) == expected
    assert request.headers == {"Content-Type": "application/json"}
    assert request.method == "POST"


def test_no_body_is_no_byte_but_still_labelled(call):
    request = call(f"{OBSERVED}/absent")

    assert request.payload is None
    assert request.headers == {"Content-Type": "application/json"}


def test_a_property_in_lower_case_is_doubled_in_the_other(named, by_id):
    page = by_id["event-cancel.v1.0"]
    lower = replace(page, properties=page.properties[:1])

    assert body_for(named(f"{OBSERVED}/both-casings"), lower, "x") == {"comment": "x", "COMMENT": "x"}


def test_a_booking_is_sent_the_other_actions_property_in_place_of_its_own(call, by_id):
    """
    What the observation on record says was answered is what is sent.
    """
    assert (
        "comment is sent in place of cancellationMessage"
        in by_id["graph-conventions"].observations["booking-wrong-property"].says
    )
    assert body(call(f"{BOOKED}/unknown-property")) == {"comment": "x"}


# case, path, method, headers: everything else is as in the plain call
JSON = {"Content-Type": "application/json"}
CIRCUMSTANCES = [
    (ME, PLAIN, "POST", JSON),
    (f"{OBSERVED}/pascal/verb-get", PLAIN, "GET", {}),
    (f"{OBSERVED}/pascal/verb-delete", PLAIN, "DELETE", {}),
    (f"{OBSERVED}/pascal/verb-put", PLAIN, "PUT", JSON),
    (f"{OBSERVED}/pascal/verb-patch", PLAIN, "PATCH", JSON),
    (f"{OBSERVED}/pascal/malformed-id", f"/me/events/{MALFORMED_ID}/cancel", "POST", JSON),
    (f"{OBSERVED}/pascal/malformed-json", PLAIN, "POST", JSON),
    (f"{OBSERVED}/pascal/text-plain", PLAIN, "POST", {"Content-Type": "text/plain"}),
    (f"{OBSERVED}/pascal/no-content-type", PLAIN, "POST", {}),
    (f"{OBSERVED}/pascal/qualified-segment", PLAIN.replace("/cancel", "/microsoft.graph.cancel"), "POST", JSON),
    (f"{OBSERVED}/pascal/percent-encoded-id", "/me/events/%41%41%4D%6B%2F%2B%3D%3D/cancel", "POST", JSON),
    (f"{OBSERVED}/pascal/batch", "/$batch", "POST", JSON),
    (
        "graph-conventions/v1.0.me.calendarGroups.calendars.events/organizer/pascal/lower-case-route",
        "/me/calendargroups/g%2F1/calendars/c%2F1/events/AAMk%2F%2B%3D%3D/cancel",
        "POST",
        JSON,
    ),
    (
        f"{BOOKED}/message/malformed-id",
        f"/solutions/bookingBusinesses/shop%40contoso.example/appointments/{MALFORMED_ID}/cancel",
        "POST",
        JSON,
    ),
]


@pytest.mark.parametrize(("case", "path", "method", "headers"), CIRCUMSTANCES, ids=lambda value: str(value)[-30:])
def test_a_circumstance_alters_one_thing(case, path, method, headers, call):
    request = call(case)

    assert (request.path, request.method, dict(request.headers)) == (path, method, headers)
    assert request.root == ROOT


def test_a_verb_without_a_body_sends_none(call):
    assert call(f"{OBSERVED}/pascal/verb-get").payload is None
    assert call(f"{OBSERVED}/pascal/verb-delete").payload is None
    assert body(call(f"{OBSERVED}/pascal/verb-put")) == {"Comment": "x"}


def test_malformed_json_is_none(call):
    payload = call(f"{OBSERVED}/pascal/malformed-json", "text with marker").payload

    assert b"marker" in payload
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(payload)


def test_a_batch_holds_the_plain_call(call):
    plain, batched = call(ME), call(f"{OBSERVED}/pascal/batch")

    assert body(batched) == {
        "requests": [{"id": "1", "method": "POST", "url": plain.path, "headers": JSON, "body": {"Comment": "x"}}]
    }


@pytest.mark.parametrize(
    ("case", "actor", "token"),
    [
        (ME, "organizer", None),
        (f"{OBSERVED}/pascal/no-token", None, None),
        (f"{OBSERVED}/pascal/garbage-token", "organizer", GARBAGE),
        (f"{OBSERVED}/pascal/expired-token", "organizer", "token-old"),
        ("graph-conventions/v1.0.me.events/reader/pascal/read-only", "reader", None),
        ("event-cancel.v1.0/me.events/attendee/pascal/own-copy", "attendee", None),
        ("event-cancel.v1.0/users-upn.events/app/pascal/app-only", "app", None),
        ("graph-conventions/v1.0.me.events/app/pascal/app-on-me", "app", None),
    ],
)
def test_a_case_has_its_caller(case, actor, token, call):
    request = call(case)

    assert (request.actor, request.token) == (actor, token)


APP = Actor("app", None, "token", "token-p")
MUTE = Actor("organizer", "organizer@contoso.example")


@pytest.mark.parametrize(
    ("case", "actors", "says"),
    [
        (ME, {"organizer": MUTE, "app": APP}, "no token for organizer"),
        ("event-cancel.v1.0/users-upn.events/organizer/pascal", {"organizer": MUTE}, "no token for organizer"),
        ("event-cancel.v1.0/me.events/attendee/pascal/own-copy", {"app": APP}, "no token for attendee"),
        ("graph-conventions/v1.0.me.events/reader/pascal/read-only", {"app": APP}, "no token for reader"),
        (f"{OBSERVED}/pascal/expired-token", {"app": APP}, "expired_token_env"),
    ],
)
def test_a_caller_the_target_lacks_is_said(case, actors, says, call):
    with pytest.raises(ProvisionError, match=says):
        call(case, actors=actors)


def test_an_app_acts_for_an_organizer_without_a_token_on_users_routes_only(call):
    request = call("event-cancel.v1.0/users-upn.events/organizer/pascal", actors={"organizer": MUTE, "app": APP})

    assert request.actor == "app"


def test_an_app_does_not_hide_that_the_organizer_cannot_sign_in(named, by_id):
    """
    What would be judged then is the app's right, not the organizer's, and nobody would know.
    """
    sign_in = SimpleNamespace(
        token=lambda name: "t" if name == "app" else None,
        trouble=lambda name: "cannot sign in: …" if name == "organizer" else None,
        lack=lambda name: f"{name} cannot sign in: …",
    )
    with pytest.raises(ProvisionError, match="organizer cannot sign in: …"):
        caller_of(named("event-cancel.v1.0/users-upn.events/organizer/pascal"), sign_in)
    assert caller_of(named("event-cancel.v1.0/users-upn.events/app/pascal/app-only"), sign_in) == ("app", None)


@pytest.mark.parametrize(
    ("case", "length"),
    [(ME, None), ("event-cancel.v1.0/me.events/organizer/pascal/300-characters", 300), (f"{OBSERVED}/long", 20_000)],
)
def test_a_text_has_its_length_and_its_marker(case, length, named):
    text = comment_for(named(case), MARK)

    assert MARK in text[:60]
    assert text.isascii()
    assert text == " ".join(text.split())
    assert length in {None, len(text)}


def test_one_text_is_not_ascii_and_one_has_markup(named):
    special = comment_for(named("event-cancel.v1.0/me.events/organizer/pascal/non-ascii"), MARK)

    assert not special.isascii()
    assert MARK in special
    assert special == " ".join(special.split())
    assert comment_for(named(f"{OBSERVED}/html"), MARK).startswith("<p>")


def test_a_text_is_sent_as_utf_8_and_not_escaped(call):
    assert "Köln 😀".encode() in call(ME, "Köln 😀").payload


def test_no_value_of_the_target_stands_in_the_pattern(all_cases, by_id, describe):
    for case in all_cases:
        request = call_for(case, by_id[case.root_of], SignIn(describe()), ROOT, VALUES, comment_for(case, MARK))
        assert "contoso" not in request.pattern
        assert "AAMk" not in request.pattern
        assert request.pattern.count("/") == request.path.count("/"), case.id


def test_whether_a_text_may_be_delivered(all_cases, by_id):
    for case in all_cases:
        sent = body_for(case, by_id[case.root_of], "the text")
        assert has_text(case, by_id[case.root_of]) is ("the text" in json.dumps(sent)), case.id
