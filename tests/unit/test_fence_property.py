"""
Whatever is asked for: nothing addressed outside the fence leaves the process.

What leaves is caught at the socket's edge and read by a judge of its own, which knows nothing of how the fence reads.
"""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphcancel.auth import SignIn
from graphcancel.errors import FenceError
from graphcancel.exchange import Request
from graphcancel.fence import Fence
from graphcancel.target import Target

BASE = "https://graph.example"
ADA, ATTENDEE, EVE = "organizer@contoso.example", "attendee@contoso.example", "eve@evil.example"
ADA_ID, EVE_ID, GROUP, SHOP = "1111-ada", "2222-eve", "group-1", "shop@contoso.example"
OWN = ("own-event", "own+/=event", "own-calendar")
WRITABLE = {ADA, ATTENDEE, "second@contoso.example"}

ids = st.sampled_from([*OWN, "foreign", "own-event/../foreign", "%6f", "", ".", "..", EVE, "own-event\n", "a%2Fb"])
people = st.sampled_from([ADA, ADA.upper(), ADA_ID, EVE, EVE_ID, EVE.upper(), "second@contoso.example", ""])
words = st.sampled_from(
    """me users groups events event calendar calendars calendarGroups calendarView instances messages mailFolders inbox
    joinedGroups solutions bookingBusinesses appointments staffMembers members cancel Cancel CANCEL accept forward
    microsoft.graph.cancel permanentDelete sendMail drive contacts $batch applications subscriptions .. . a:b""".split()
)
written = st.sampled_from(["plain", "encoded", "encoded-twice", "escaped-letters"])
segments = st.lists(st.tuples(st.one_of(words, ids, people, st.sampled_from([GROUP, "group-2", SHOP])), written))
starts = st.sampled_from(["/me", "/users/{}", "/groups/{}", "/solutions/bookingBusinesses/{}", "/bookingBusinesses/{}"])
queries = st.sampled_from(["", "?$top=1", "?x=/users/eve", "#/users/eve", "?a=b#c"])
roots = st.sampled_from(
    [f"{BASE}/v1.0", f"{BASE}/beta"] * 8
    + ["https://evil.example/v1.0", f"{BASE}@evil.example/v1.0", f"{BASE}.evil/v1.0"]
    + ["http://graph.example/v1.0", f"{BASE}/v2.0", f"{BASE}:444/v1.0", "https://GRAPH.example/v1.0", BASE]
)
methods = st.sampled_from(
    ["GET", "POST", "POST", "DELETE"] * 3 + ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "post", "get"]
)
addresses = st.sampled_from(
    [ADA, "second@contoso.example"] * 4 + [EVE, f"Eve <{EVE}>", f"{ADA},{EVE}", f"{ADA};{EVE}", "x"]
)
values = st.recursive(
    st.one_of(addresses, st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["emailAddress", "address", "attendees", "customers", "name", "email", "toRecipients"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)

USUAL = [
    "/me/events",
    "/me/events/own-event/cancel",
    "/me/events/foreign/cancel",
    "/me/events/foreign/CANCEL",
    "/me/calendars/own-calendar/events",
    "/me/calendars/foreign/events",
    f"/users/{ADA}/events/own%2B%2F%3Devent",
    f"/users/{EVE}/events/own-event",
    f"/groups/{GROUP}/events",
    f"/solutions/bookingBusinesses/{SHOP}/appointments/own-event/cancel",
    "/solutions/bookingBusinesses/other@shop/appointments",
]


def spell(part: str, how: str) -> str:
    if how == "encoded":
        return "".join(letter if letter.isalnum() else f"%{ord(letter):02X}" for letter in part)
    if how == "encoded-twice":
        return spell(spell(part, "encoded"), "encoded")
    if how == "escaped-letters":
        return "".join(f"%{byte:02x}" for byte in part.encode())
    return part


@st.composite
def paths(draw) -> str:
    start = draw(starts).format(draw(st.one_of(people, st.sampled_from([GROUP, "group-2", SHOP, "other@shop"]))))
    rest = "".join("/" + spell(part, how) for part, how in draw(segments))
    usual = draw(st.sampled_from(USUAL))
    return draw(st.sampled_from([usual, usual + rest, start + rest, rest or "/"])) + draw(queries)


@st.composite
def bodies(draw) -> bytes | None:
    body = draw(st.one_of(st.none(), values))
    if body is None:
        return None
    text = json.dumps(body)
    return draw(
        st.sampled_from(
            [
                text.encode(),
                b'{"a":' + text.encode(),
                b'{"address":"x","address":' + text.encode() + b"}",
                b'{"address":' + text.encode() + b',"address":"x"}',
            ]
        )
    )


@st.composite
def demands(draw) -> Request:
    if draw(st.booleans()):
        return Request(draw(methods), draw(roots), draw(paths()), "organizer", draw(bodies()))
    inner = [
        {"id": str(number), "method": draw(methods), "url": draw(paths()), "body": draw(values)}
        for number in range(draw(st.integers(0, 3)))
    ]
    return Request(
        "POST",
        f"{BASE}/v1.0",
        draw(st.sampled_from(["/$batch", "/%24batch", "/$batch?x"])),
        "organizer",
        json.dumps({"requests": inner}).encode(),
    )


class Edge(requests.adapters.BaseAdapter):
    """The socket's edge: keeps what would have left."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[requests.PreparedRequest] = []

    def send(self, request, **_):
        """Let nothing out."""
        self.left.append(request)
        raise requests.ConnectionError

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="module")
def edge():
    return Edge()


@pytest.fixture(scope="module")
def target(edge, describe):
    fence = Fence([BASE], WRITABLE, [GROUP], [SHOP])
    fence.admit_user(ADA_ID, ADA)
    fence.own(*OWN)
    described = describe()
    made = Target(described, fence, SignIn(described))
    made.ledger = SimpleNamespace(intend=lambda _: None)
    made._connected().mount("https://", edge)
    made._connected().mount("http://", edge)
    return made


def outside(method: str, path: str, body: str) -> str | None:  # noqa: PLR0911 - as many as there are rules
    """What a service could find outside the fence in a request, reading as generously as any server might."""
    readings = {unquote(path), unquote(unquote(path))}
    for reading in readings:
        if re.search(r"(^|[/\\])\.\.?([/\\]|$)", reading.split("?")[0].split("#")[0]):
            return "walks"
        parts = [part for part in reading.split("?")[0].split("#")[0].split("/") if part]
        lowered = [part.lower() for part in parts]
        if not parts:
            return "nothing"
        if lowered[0] == "users" and (len(parts) < 2 or lowered[1] not in WRITABLE | {ADA_ID}):
            return "a mailbox"
        if lowered[0] not in {"me", "users", "groups", "solutions", "bookingbusinesses"}:
            return "another thing"
        acts = lowered[-1] in {"cancel", "microsoft.graph.cancel"}
        if method.upper() in {"GET", "HEAD"} and not acts:
            continue
        if lowered[0] == "groups" and (len(parts) < 2 or parts[1] != GROUP):
            return "a group"
        if "bookingbusinesses" in lowered[:2]:
            where = lowered.index("bookingbusinesses") + 1
            if len(parts) <= where or parts[where] != SHOP:
                return "a business"
        named = set(unquote(path).split("?")[0].split("#")[0].removeprefix("/").split("/"))
        if method.upper() == "POST" and lowered[-1] in {"events", "calendars", "calendargroups", "appointments"}:
            if "foreign" in named:
                return "a calendar"
        elif not any(own in unquote(path) for own in OWN) or (acts and parts[-2:-1] == ["foreign"]):
            return "an object"
    found = re.findall(r"[\w.+-]+@[\w.-]+", body)
    return next((address for address in found if address.lower() not in WRITABLE), None)


COUNTS = {"left": 0, "held": 0}


@given(demands())
@settings(max_examples=2000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_addressed_outside_the_fence_leaves_the_process(target, edge, demand):
    edge.left.clear()
    try:
        target.send(demand, purpose="test")
    except FenceError:
        assert edge.left == []
        COUNTS["held"] += 1
        return
    for request in edge.left:
        parts = urlsplit(request.url)
        assert (parts.scheme, parts.netloc) == ("https", "graph.example")
        version, _, path = parts.path.removeprefix("/").partition("/")
        assert version in {"v1.0", "beta"}
        body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
        if unquote(path) == "$batch":
            for item in json.loads(body)["requests"]:
                assert outside(item["method"], item["url"].removeprefix("/"), json.dumps(item["body"])) is None
        elif request.method.upper() in {"GET", "HEAD"}:
            assert outside(request.method, path, "") is None
        else:
            assert outside(request.method, path, body) is None
        COUNTS["left"] += 1


def test_the_property_was_tried_on_both_sides():
    """
    Were everything refused, nothing would have been shown.
    """
    assert COUNTS["held"] > 100
    assert COUNTS["left"] > 100
