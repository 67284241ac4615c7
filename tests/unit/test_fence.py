"""The fence is a list of what may leave this process; whatever is not on it is refused."""

from __future__ import annotations

import json
import time

import pytest

from graphcancel.errors import FenceError
from graphcancel.exchange import Request
from graphcancel.fence import Fence

BASE = "https://graph.example"
ROOT = f"{BASE}/v1.0"
ADA, EVE, ADA_ID, EVE_ID = "ada@contoso.example", "eve@evil.example", "1111-ada", "2222-eve"


def test_what_the_action_under_test_is_called_decides_which_calls_may_leave() -> None:
    fence = Fence([BASE], [ADA], deeds=["decline"])
    fence.own("own")

    for name in ("decline", "Decline", "microsoft.graph.decline"):
        fence.check(request("POST", f"/me/events/own/{name}"))
        with pytest.raises(FenceError, match="what this run did not create"):
            fence.check(request("POST", f"/me/events/foreign/{name}"))
        with pytest.raises(FenceError):
            fence.check(request("GET", f"/me/events/foreign/{name}"))
    with pytest.raises(FenceError, match="object of what this run did not create"):
        fence.check(request("POST", "/me/events/own/cancel"))


@pytest.fixture
def fence() -> Fence:
    """Make one for ada's mailbox, one group, one business and a few ids."""
    made = Fence([BASE, f"{BASE}/draft/"], [ADA], ["group-1"], ["shop-1"])
    made.admit_user(ADA_ID.upper(), ADA.upper())
    made.own("own", "own/2", "calendar-own")
    return made


def request(method: str, path: str, body: object = None, root: str = ROOT) -> Request:
    payload = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return Request(method, root, path, "organizer", payload)


def invite(address: object) -> dict:
    return {"attendees": [{"type": "required", "emailAddress": {"address": address}}]}


PASSES = [
    ("GET", "/me/events/foreign"),
    ("GET", f"/users/{ADA}/calendarView?startDateTime=x"),
    ("GET", "/users/ADA%40Contoso.Example/events"),
    ("GET", f"/users/{ADA_ID}/events"),
    ("HEAD", "/me"),
    ("GET", "/groups/group-2/members"),
    ("GET", "/solutions/bookingBusinesses/shop-2/staffMembers"),
    ("POST", "/me/events"),
    ("POST", "/me/calendarGroups"),
    ("POST", "/me/calendar/events"),
    ("POST", "/me/calendarGroups/calendar-own/calendars"),
    ("POST", "/me/calendarGroups/calendar-own/calendars/calendar-own/events"),
    ("POST", f"/users/{ADA}/calendars/calendar-own/events"),
    ("POST", "/groups/group-1/events"),
    ("POST", "/solutions/bookingBusinesses/shop-1/appointments"),
    ("POST", "/me/events/own/cancel"),
    ("POST", "/me/events/own%2F2/cancel"),
    ("POST", "/me/events/%6F%77%6E/cancel"),
    ("POST", "/me/events/own/microsoft.graph.cancel"),
    ("POST", "/me/events/own/accept"),
    ("POST", "/me/events/series/instances/own/cancel"),
    ("POST", "/me/messages/own/event/cancel"),
    ("POST", "/me/messages/own/microsoft.graph.eventMessage/event/cancel"),
    ("POST", "/me/joinedGroups/group-1/events/own/cancel"),
    ("POST", "/bookingBusinesses/shop-1/appointments/own/cancel"),
    ("GET", "/me/events/own/cancel"),
    ("DELETE", "/me/events/own"),
    ("PATCH", "/me/events/own"),
    ("DELETE", "/me/calendars/calendar-own"),
]

REFUSED = [
    # a calendar somebody shared with the mailbox shows among its own
    ("POST", "/me/calendarGroups/g/calendars"),
    ("POST", f"/users/{ADA}/calendars/c/events"),
    ("POST", "/me/calendarGroups/calendar-own/calendars/c/events"),
    ("POST", "/me/messages/m/events"),
    ("GET", "/me/events/foreign/CANCEL"),
    # for a server that decodes before it splits, or twice
    ("GET", "/me/events%2F..%2F..%2Fusers%2Feve"),
    ("GET", "/me/%252e%252e/users/eve/events"),
    ("GET", "/me/..%5C..%5Cusers/eve"),
    ("GET", f"/users/{EVE}/events"),
    ("GET", f"/users/{EVE_ID}/messages"),
    ("POST", f"/users/{EVE}/events"),
    ("POST", f"/users/{EVE}/events/own/cancel"),
    ("GET", "/users"),
    ("GET", "/groups"),
    ("GET", "/solutions"),
    ("GET", "/solutions/bookingBusinesses"),
    ("GET", "/me/joinedGroups/group-2/events"),
    ("POST", "/me/joinedGroups/group-2/events/own/cancel"),
    ("POST", "/groups/group-2/events"),
    ("POST", "/groups/group-2/events/own/cancel"),
    ("POST", "/groups/GROUP-1x/events"),
    ("POST", "/solutions/bookingBusinesses/shop-2/appointments"),
    ("POST", "/me/events/foreign/cancel"),
    ("POST", "/me/events/foreign/Cancel"),
    ("POST", "/me/events/foreign/microsoft.graph.cancel"),
    ("GET", "/me/events/foreign/cancel"),
    ("HEAD", "/me/events/foreign/cancel"),
    ("PUT", "/me/events/foreign/cancel"),
    ("POST", "/me/events/own/instances/foreign/cancel"),
    ("POST", "/me/messages/foreign/event/cancel"),
    ("POST", "/me/events/own%252F2/cancel"),
    ("POST", "/me/events/foreign/forward"),
    ("POST", "/me/events/own/forward"),
    ("POST", "/me/sendMail"),
    ("POST", "/me/messages"),
    ("POST", "/me/cancel"),
    ("POST", "/cancel"),
    ("POST", "/me"),
    ("DELETE", "/me"),
    ("DELETE", "/me/events"),
    ("DELETE", "/me/events/foreign"),
    ("PATCH", "/me/mailboxSettings"),
    ("PUT", "/me/events"),
    ("DELETE", "/groups/group-1"),
    ("DELETE", f"/users/{ADA}"),
    ("get", "/me/events/foreign"),
    ("GET", "/me/../users/eve/events"),
    ("GET", "/me/%2e%2e/users/eve/events"),
    ("GET", "/me/./events"),
    ("GET", "/me//events"),
    ("GET", "//me/events"),
    ("GET", "/me/events/"),
    ("DELETE", "/me/events/"),
    ("GET", "/"),
    ("GET", "/applications"),
    ("POST", "/$batch/"),
    ("POST", "/subscriptions"),
    # the library that sends drops tabs and line ends, and what is left walks up
    ("GET", "/me/.\t./users/eve/events"),
    ("GET", "/me/events/.\n./.\n./users/eve/messages"),
    ("POST", "/me/events/fore\r\nign/cancel"),
]


@pytest.mark.parametrize(("method", "path"), PASSES, ids=[" ".join(row) for row in PASSES])
def test_what_a_run_needs_passes(method, path, fence):
    fence.check(request(method, path))


@pytest.mark.parametrize(("method", "path"), REFUSED, ids=[repr(" ".join(row)) for row in REFUSED])
def test_everything_else_is_refused_without_its_value(method, path, fence):
    with pytest.raises(FenceError) as caught:
        fence.check(request(method, path))

    message = str(caught.value)
    assert message.startswith("fence: ")
    assert "\n" not in message
    for value in (ADA, EVE, EVE_ID, "foreign", "group-2", "shop-2"):
        assert value not in message


ROOTS = [
    ("https://graph.example", True),
    ("https://graph.example/draft", True),
    ("https://graph.example.evil.example", False),
    ("https://evil.example", False),
    ("https://graph.example@evil.example", False),
    ("https://graph.example:443@evil.example", False),
    ("https://graph.example:8443", False),
    ("https://evil.example/https://graph.example", False),
    ("https://evil.example#https://graph.example", False),
    ("https://evil.example?https://graph.example", False),
    ("http://graph.example", False),
    ("https://graph.example/other", False),
    ("//graph.example", False),
    ("https://graph.example\\@evil.example", False),
]


@pytest.mark.parametrize(("base", "passes"), ROOTS, ids=[base for base, _ in ROOTS])
def test_only_the_targets_roots_are_called(base, passes, fence):
    for version, known in (("/v1.0", True), ("/beta", True), ("/v2.0", False), ("/v1.0x", False), ("", False)):
        wanted = request("GET", "/me/events", root=base + version)
        if passes and known:
            fence.check(wanted)
            continue
        with pytest.raises(FenceError, match="below no root of this target"):
            fence.check(wanted)


@pytest.mark.parametrize(
    "body",
    [
        invite(ADA),
        invite("ADA@contoso.example"),
        {"customers": [{"emailAddress": ADA}]},
        {"@odata.type": "#microsoft.graph.event", "subject": "meet at 5"},
        {"location": {"address": {"street": "Main Street 1", "city": "Köln"}}},
        {"attendees": []},
        None,
        b"{not json",
        b"[" * 100_000,
    ],
    ids=range(9),
)
def test_mail_inside_passes(body, fence):
    fence.check(request("POST", "/me/events", body))


OUTSIDE = [
    invite(EVE),
    invite("EVE@EVIL.EXAMPLE"),
    {"a": {"b": [{"c": {"emailAddress": EVE}}]}},
    {"customers": [{"emailAddress": EVE}]},
    {"organizer": {"emailAddress": {"name": "Ada", "Address": EVE}}},
    [[{"address": EVE}]],
    {"attendees": [{"emailAddress": {"address": ADA}}, {"emailAddress": {"address": EVE}}]},
    invite(f"Eve <{EVE}>"),
    invite(f" {EVE}"),
    invite(f"{ADA};{EVE}"),
    invite(f"{ADA}, {EVE}"),
    {"emailAddresses": [EVE]},
    {"attendees": [{"emailAddress": [{"address": EVE}]}]},
    {"attendees": [{"emailAddress": {"address": [EVE]}}]},
]


@pytest.mark.parametrize("body", OUTSIDE, ids=range(len(OUTSIDE)))
@pytest.mark.parametrize(("method", "path"), [("POST", "/me/events"), ("PATCH", "/me/events/own")])
def test_a_recipient_outside_is_refused_at_any_depth(method, path, body, fence):
    with pytest.raises(FenceError, match="recipient outside writable"):
        fence.check(request(method, path, body))


def batch(*items: object) -> Request:
    return request("POST", "/$batch", {"requests": list(items)})


def test_a_batch_of_what_may_pass_passes(fence):
    fence.check(
        batch(
            {"id": "1", "method": "GET", "url": f"/users/{ADA}/events"},
            {"id": "2", "method": "post", "url": "/me/events", "body": invite(ADA)},
            {"id": "3", "method": "POST", "url": "/me/events/own/cancel", "body": {"Comment": "x"}},
        )
    )


@pytest.mark.parametrize(
    "item",
    [
        {"id": "2", "method": "POST", "url": "/me/events/foreign/cancel"},
        {"id": "2", "method": "post", "url": "/me/events/foreign/cancel"},
        {"id": "2", "method": "GET", "url": f"/users/{EVE}/events"},
        {"id": "2", "method": "POST", "url": "/me/events", "body": invite(EVE)},
        {"id": "2", "method": "GET", "url": "https://evil.example/v1.0/me"},
        {"id": "2", "method": "GET", "url": f"{ROOT}/me"},
        {"id": "2", "method": "POST", "url": "/$batch", "body": {"requests": []}},
        {"id": "2", "method": "GET", "url": "/me/../users/eve"},
        {"id": "2", "url": "/me/events/foreign/cancel"},
        {"id": "2", "method": "GET"},
        {"id": "2", "method": None, "url": None},
        "/me",
        None,
    ],
    ids=range(13),
)
def test_a_batch_is_refused_for_any_request_inside(item, fence):
    with pytest.raises(FenceError):
        fence.check(batch({"id": "1", "method": "GET", "url": "/me"}, item))


@pytest.mark.parametrize("body", [{"requests": None}, {"requests": {"a": 1}}, {"requests": "GET /me"}], ids=range(3))
def test_a_batch_that_is_none_is_no_traceback(body, fence):
    try:
        fence.check(request("POST", "/$batch", body))
    except FenceError as error:
        assert str(error).startswith("fence: ")  # noqa: PT017 - to pass with nothing inside is as good


def test_a_mailbox_outside_is_not_admitted(fence):
    with pytest.raises(FenceError) as caught:
        fence.admit_user(EVE_ID, EVE)

    assert EVE not in str(caught.value)


def test_a_group_or_business_is_used_once_it_is_admitted():
    fence = Fence([BASE], [ADA])
    for kind, path in (("group", "/groups/g/events"), ("business", "/solutions/bookingBusinesses/g/appointments")):
        with pytest.raises(FenceError):
            fence.check(request("POST", path))
        fence.admit_resource(kind, "g")
        fence.check(request("POST", path))


def test_to_own_nothing_owns_nothing(fence):
    """
    An empty id would stand for every collection.
    """
    fence.own("")
    for path in ("/me", f"/users/{ADA}", "/groups/group-1"):
        with pytest.raises(FenceError):
            fence.check(request("DELETE", path))


def test_writable_ignores_case(fence):
    assert fence.is_writable("ADA@contoso.example")
    assert not fence.is_writable(EVE)


@pytest.mark.parametrize(
    "body",
    [
        b'{"comment": "a", "comment": "b"}',
        b'{"comment": ',
        b"\xff\xfe{",
        None,
    ],
)
def test_what_a_call_that_creates_nothing_sends_need_be_no_proper_json(body, fence):
    fence.check(request("POST", "/me/events/own/cancel", body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"comment": "eve@evil.example", "comment": ""}',
        b'{"comment": "", "comment": {"a": ["eve\\u0040evil.example"]}}',
        b'{"comment": "eve@evil.example',
    ],
)
def test_no_address_in_it_goes_unseen_all_the_same(body, fence):
    with pytest.raises(FenceError, match="recipient"):
        fence.check(request("POST", "/me/events/own/cancel", body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"attendees": [{"address": "eve@evil.example"}], "attendees": []}',
        b'{"requests": [{"method": "POST", "url": "/me/events"}], "requests": []}',
        b'{"a": [{"b": 1, "b": 2}]}',
    ],
)
def test_a_member_named_twice_is_refused_since_a_service_may_take_the_other(body, fence):
    for path in ("/me/events", "/$batch"):
        with pytest.raises(FenceError, match="twice"):
            fence.check(request("POST", path, body))


@pytest.mark.parametrize("body", [b"to=eve@evil.example", b'{"subject": "eve@evil.example"', b"\xff eve@evil.example"])
def test_a_body_that_is_no_json_may_name_nobody_either(body, fence):
    with pytest.raises(FenceError, match="recipient"):
        fence.check(request("POST", "/me/events/own/cancel", body))


def test_an_address_counts_wherever_it_stands(fence):
    for body in ({"email": EVE}, {"note": {"to": [f"Eve <{EVE}>"]}}, [EVE], EVE, {"name": f"{ADA};{EVE}"}):
        with pytest.raises(FenceError, match="recipient"):
            fence.check(request("POST", "/me/events", body))
    fence.check(request("POST", "/me/events", {"name": f"Ada <{ADA.upper()}>"}))


@pytest.mark.parametrize("root", ["http://graph.example", "ftp://127.0.0.1", "http://127.0.0.1.evil.example"])
def test_a_root_in_the_clear_is_for_this_machine_only(root):
    with pytest.raises(FenceError, match="https"):
        Fence([BASE, root], [ADA])
    Fence(["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", BASE], [ADA])


def test_a_long_text_without_an_address_is_looked_through_once(fence) -> None:
    began = time.perf_counter()
    fence.check(request("POST", "/me/events/own/cancel", {"Comment": "a" * 200_000}))

    # Tried from each of its characters it would take two minutes.
    assert time.perf_counter() - began < 5
