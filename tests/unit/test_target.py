"""The one door: what goes out is what was asked for and no more; whatever comes back is an exchange."""

from __future__ import annotations

import io
import json
from email.message import Message
from types import SimpleNamespace

import pytest
import requests
from urllib3 import HTTPResponse

from graphcancel.auth import SignIn
from graphcancel.errors import FenceError, NotOffered, TargetError
from graphcancel.exchange import Request, json_request
from graphcancel.fence import Fence
from graphcancel.target import CREATED, REMOVED, Target, connectable

BASE = "https://graph.example"
ROOT = f"{BASE}/v1.0"
ADA = "organizer@contoso.example"


class Adapter(requests.adapters.BaseAdapter):
    """Answers from *script*: a function of the prepared request to (status, headers, body), or an exception."""

    def __init__(self, script) -> None:
        super().__init__()
        self.script = script
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request, **kwargs):
        """Answer one request."""
        self.kwargs = kwargs
        self.sent.append(request)
        found = self.script(request)
        if isinstance(found, Exception):
            raise found
        status, headers, body = found
        message = Message()
        for name, value in headers:
            message[name] = value
        raw = HTTPResponse(
            io.BytesIO(body),
            headers=headers,
            status=status,
            preload_content=False,
            original_response=SimpleNamespace(msg=message, isclosed=lambda: True),
        )
        response = requests.Response()
        response.status_code, response.raw, response.request, response.url = status, raw, request, request.url
        response.headers = requests.structures.CaseInsensitiveDict(headers)
        return response

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def connect(describe):
    """Connect a target to a script; its adapter is at hand as `target.wire`."""

    def build(script, **changes) -> Target:
        described = describe(**changes)
        target = Target(described, Fence([described.base_url], described.writable, ["group-1"]), SignIn(described))
        target.wire = Adapter(script)
        target.ledger = SimpleNamespace(intend=lambda _: None)
        target._connected().mount("https://", target.wire)
        return target

    return build


def answer(status: int = 200, body: bytes = b"{}", **headers: str):
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return lambda _: (status, pairs, body)


def get(path: str = "/me", actor: str | None = "organizer", **more) -> Request:
    return Request("GET", ROOT, path, actor, **more)


def test_an_answer_is_an_exchange(connect):
    target = connect(answer(202, b"text", Request_Id="r-1"))
    found = target.send(get(), purpose="test")

    assert (found.status, found.response.body, found.response.headers) == (202, b"text", {"request-id": "r-1"})
    assert +target.counts == {"requests": 1, "test": 1}
    target.close()


@pytest.mark.parametrize(
    ("request_", "header"),
    [
        (get(), "Bearer token-o"),
        (get(actor="attendee"), "Bearer token-a"),
        (get(token="garbage"), "Bearer garbage"),
        (get(actor=None), None),
    ],
    ids=range(4),
)
def test_a_call_carries_its_callers_token_or_none(request_, header, connect):
    target = connect(answer())
    target.send(request_)

    assert target.wire.sent[0].headers.get("Authorization") == header


def test_a_call_of_an_actor_without_a_token_is_never_sent_without_one(connect):
    target = connect(answer())

    assert target.send(get(actor="nobody")).failure == "the target has no token for nobody"
    with pytest.raises(NotOffered, match="the target has no token for nobody"):
        target.send(get(actor="nobody"), purpose="test")
    assert target.wire.sent == []


def test_a_call_carries_no_header_nobody_asked_for(connect):
    target = connect(answer())
    target.send(Request("POST", ROOT, "/me/events", "organizer", b"{}"))

    assert set(target.wire.sent[0].headers) == {
        "Accept",
        "Accept-Encoding",
        "User-Agent",
        "Authorization",
        "Content-Length",
    }


def test_no_cookie_of_one_caller_is_sent_for_another(connect):
    """
    A server that answers with a session cookie must not know the caller without a token by it.
    """
    target = connect(answer(Set_Cookie="session=ada; Path=/"))
    target.send(get())
    target.send(get(actor=None))

    assert "Cookie" not in target.wire.sent[1].headers


def test_an_environment_or_netrc_gives_no_token(connect, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine graph.example login ada password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "netrc"))
    target = connect(answer())
    target.send(get(actor=None))

    assert "Authorization" not in target.wire.sent[0].headers
    assert target.wire.kwargs["verify"] is True


@pytest.mark.parametrize(
    "path", ["/me/events/%41%2F%2B%3D", "/me/events/a%20b?$filter=x%20eq%20'y'", "/users/ada@x/events"]
)
def test_a_path_is_sent_as_written(path, connect):
    target = connect(answer(), writable=("ada@x", ADA))
    target.send(get(path))

    assert target.wire.sent[0].url == ROOT + path


def test_what_the_fence_refuses_opens_no_socket(connect):
    target = connect(answer())
    with pytest.raises(FenceError):
        target.send(get("/users/eve@evil.example"))

    assert target.wire.sent == []
    assert target.counts == {}


@pytest.mark.parametrize(
    "location", ["https://evil.example/", "/elsewhere", "https://[", "https://x:99999/", "\x00", "http://" + "a" * 70]
)
def test_a_redirect_is_an_answer_and_is_not_followed(location, connect):
    target = connect(answer(302, Location=location))

    assert target.send(get()).status == 302
    assert len(target.wire.sent) == 1


FAILURES = [
    (requests.ConnectTimeout("secret"), "no answer within"),
    (requests.ReadTimeout("secret"), "no answer within"),
    (requests.exceptions.SSLError("secret"), "TLS certificate was not accepted"),
    (requests.exceptions.ProxyError("secret"), "proxy refused"),
    (requests.ConnectionError("Connection refused: secret"), "connection refused"),
    (requests.ConnectionError("Failed to resolve secret"), "host name not found"),
    (requests.ConnectionError("secret"), "closed without an answer"),
    (requests.exceptions.InvalidHeader("secret"), "no HTTP answer (InvalidHeader)"),
    (OSError("secret"), "no HTTP answer (OSError)"),
    (ValueError("secret"), "no HTTP answer (ValueError)"),
]


@pytest.mark.parametrize(("error", "says"), FAILURES, ids=range(len(FAILURES)))
def test_no_answer_is_an_exchange_too(error, says, connect):
    target = connect(lambda _: error)
    found = target.send(get())

    assert found.response is None
    assert says in found.failure
    assert "secret" not in found.failure
    assert target.counts["unanswered"] == 1


def test_a_body_without_end_is_no_answer(connect):
    found = connect(answer(body=b"x" * (16 * 1024 * 1024 + 1))).send(get())

    assert found.response is None


def test_a_trickle_is_cut_at_the_deadline(connect, monkeypatch):
    target = connect(answer(body=b"x" * 200_000))
    target.read_s = -1.0

    assert "no answer within" in target.send(get()).failure


def test_a_body_that_does_not_decode_is_no_answer(connect):
    assert connect(answer(body=b"no gzip", Content_Encoding="gzip")).send(get()).response is None


def test_first_contact_needs_an_answer(connect):
    assert connectable(connect(answer(500)), get()).status == 500
    with pytest.raises(TargetError, match=r"https://graph\.example: connection refused; check the URL"):
        connectable(connect(lambda _: requests.ConnectionError("refused")), get())


def test_who_can_call(connect):
    target = connect(answer())

    assert (target.has("organizer"), target.has("nobody"), target.token(None)) == (True, False, None)


# -- many at once -----------------------------------------------------------------------------------------------------


def batching(request):
    if not request.url.endswith("/$batch"):
        return 200, [], json.dumps({"single": request.url}).encode()
    parts = json.loads(request.body)["requests"]
    found = [
        {"id": part["id"], "status": 201, "headers": {"Request-Id": part["id"]}, "body": {"url": part["url"]}}
        for part in reversed(parts)
    ]
    return 200, [], json.dumps({"responses": found}).encode()


def test_many_requests_are_few_round_trips_in_their_order(connect):
    target = connect(batching)
    asked = [get(f"/me/events/{number}") for number in range(45)]
    found = target.send_all(asked)

    assert len(target.wire.sent) == 3
    assert [item.request for item in found] == asked
    assert [item.response.object()["url"] for item in found] == [item.path for item in asked]
    assert {item.status for item in found} == {201}
    assert found[0].response.headers == {"request-id": "0"}


def test_what_is_written_is_counted_singly_and_what_is_sent_is_booked(connect):
    target = connect(batching)
    target.send_all([get(), create(), create()])
    with target.booking("waiting"):
        target.send_all([create(), create()])
        with target.booking(None):
            target.send(get())
    with target.booking("pages"):
        target.send(get())

    assert sent(target.counts) == {"requests": 4, "arrange": 1, "waiting": 2, "pages": 1, "writes": 2}


def sent(counts) -> dict[str, int]:
    """What was sent, without what came of it."""
    return {name: number for name, number in counts.items() if name != REMOVED and not name.startswith(CREATED)}


def test_what_came_of_it_is_counted_singly_where_it_was_accepted(connect):
    target = connect(batching)
    target.fence.own("1")
    target.send_all([create(), create(), get(), json_request("DELETE", ROOT, "/me/events/1", "organizer")])
    target.send(create())
    refusing = connect(lambda request: (403, [], b"{}"))
    refusing.send_all([create(), create()])
    refusing.send(create())

    assert {name: target.counts[name] for name in (f"{CREATED}events", REMOVED)} == {f"{CREATED}events": 3, REMOVED: 1}
    assert not refusing.counts[f"{CREATED}events"]


def test_each_caller_and_root_has_a_batch_of_its_own(connect):
    target = connect(batching)
    asked = [get(actor=actor) for actor in ("organizer", "attendee", "organizer", "attendee", "app")]
    target.send_all(asked)

    assert [item.headers["Authorization"][-1] for item in target.wire.sent] == ["o", "a", "p"]
    assert [item.url[-7:] for item in target.wire.sent] == ["/$batch", "/$batch", "v1.0/me"]


def test_a_body_and_headers_go_along(connect):
    target = connect(batching)
    target.send_all([json_request("POST", ROOT, "/me/events", "organizer", {"subject": "ö"}), get()])
    first, second = json.loads(target.wire.sent[0].body)["requests"]

    assert first == {
        "id": "0",
        "method": "POST",
        "url": "/me/events",
        "headers": {"Content-Type": "application/json"},
        "body": {"subject": "ö"},
    }
    assert second == {"id": "1", "method": "GET", "url": "/me"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 501, 500])
def test_where_batches_are_not_served_single_requests_are_sent_from_then_on(status, connect):
    def script(request):
        return (status, [], b"no") if request.url.endswith("$batch") else (200, [], b"{}")

    target = connect(script)
    for _ in range(2):
        assert [item.status for item in target.send_all([get(), get()])] == [200, 200]

    assert sum(item.url.endswith("$batch") for item in target.wire.sent) == 1


def test_a_lost_batch_is_no_answer_to_any(connect):
    found = connect(lambda _: requests.ConnectionError("refused")).send_all([get(), get()])

    assert [item.failure for item in found] == ["connection refused"] * 2


@pytest.mark.parametrize(
    ("responses", "statuses"),
    [
        ([], [None, None]),
        (["x", None, {"id": "1", "status": 200}], [None, 200]),
        ([{"id": 0, "status": "202"}, {"id": "1", "status": "x"}], [202, None]),
        ([{"id": "0"}, {"id": "1", "status": None}], [None, None]),
        ([{"id": "0", "status": 200, "headers": "x", "body": None}, {"id": "1", "status": 204}], [200, 204]),
        ([{"id": "0", "status": "9" * 5000}, {"id": "1", "status": 200}], [None, 200]),
    ],
)
def test_a_batch_answered_in_part_leaves_the_rest_unanswered(responses, statuses, connect):
    found = connect(answer(body=json.dumps({"responses": responses}).encode())).send_all([get(), get()])

    assert [item.status for item in found] == statuses
    assert all(item.failure for item in found if item.response is None)


def test_nothing_to_send_sends_nothing(connect):
    target = connect(answer())

    assert target.send_all([]) == []
    assert target.wire.sent == []


# -- being told to wait, and answers that got lost -----------------------------------------------------------------


def in_turn(*found):
    """A script that gives each of *found* once, then the last for ever."""
    turns = list(found)
    return lambda _: turns.pop(0) if len(turns) > 1 else turns[0]


WAIT = (429, [("Retry-After", "0.01")], b"")
DONE = (201, [], b'{"id": "e"}')
CLOSED = requests.ConnectionError("Connection aborted.")


def create() -> Request:
    return json_request("POST", ROOT, "/me/events", "organizer", {"subject": "s"})


@pytest.mark.parametrize("first", [WAIT, (503, [("Retry-After", "0.01")], b"<html>")])
def test_arranging_waits_until_it_is_served(first, connect):
    target = connect(in_turn(first, first, DONE))

    assert target.send(create()).status == 201
    assert sent(target.counts) == {"requests": 3, "arrange": 1, "waiting": 2, "writes": 1}
    assert target.counts[f"{CREATED}events"] == 1


def test_the_call_under_test_is_sent_once(connect):
    target = connect(in_turn(WAIT, DONE))

    assert target.send(create(), purpose="test").status == 429
    assert len(target.wire.sent) == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_what_may_have_been_done_is_not_sent_again(status, connect):
    target = connect(in_turn((status, [], b""), DONE))

    assert target.send(create()).status == status


def test_a_read_after_a_gateways_timeout_is_sent_again(connect):
    target = connect(in_turn((504, [("Retry-After", "0")], b""), (200, [], b"{}")))

    assert target.send(get()).status == 200


@pytest.mark.parametrize(("request_", "sent"), [(get(), 2), (create(), 1)], ids=["read", "create"])
def test_only_a_read_is_sent_again_after_a_closed_connection(request_, sent, connect):
    target = connect(in_turn(CLOSED, (200, [], b"{}")))
    target.send(request_)

    assert len(target.wire.sent) == sent


@pytest.mark.parametrize(
    ("turns", "last", "sent"),
    [
        ((WAIT, CLOSED, (200, [], b"{}")), 200, 3),
        ((CLOSED, WAIT, CLOSED, (200, [], b"{}")), 200, 4),
        ((CLOSED, CLOSED, (200, [], b"{}")), 200, 3),
        ((CLOSED, CLOSED, CLOSED, (200, [], b"{}")), None, 3),
        ((WAIT, CLOSED, CLOSED, CLOSED, (200, [], b"{}")), None, 4),
    ],
    ids=["after a wait", "before and after a wait", "twice", "three times", "three times after a wait"],
)
def test_a_read_is_not_lost_to_one_closed_connection(turns, last, sent, connect):
    """
    A repeat may find its connection closed like any first request; what is closed three times in a row is not read.
    """
    target = connect(in_turn(*turns))

    assert target.send(get()).status == last
    assert len(target.wire.sent) == sent


def inner(*statuses: int) -> tuple[int, list, bytes]:
    responses = [
        {"id": str(number), "status": status, "headers": {"Retry-After": "0.01"}, "body": {"id": f"i{number}"}}
        for number, status in enumerate(statuses)
    ]
    return 200, [], json.dumps({"responses": responses}).encode()


def test_an_item_of_a_batch_told_to_wait_is_sent_again_alone(connect):
    target = connect(in_turn(inner(201, 429), DONE))
    answers = target.send_all([create(), create()])

    assert [found.status for found in answers] == [201, 201]
    assert [sent.url.rsplit("/", 1)[-1] for sent in target.wire.sent] == ["$batch", "events"]
    assert target.counts["waiting"] == 1


def test_a_lost_batch_of_reads_is_read_again(connect):
    target = connect(in_turn(CLOSED, inner(200, 200)))

    assert [found.status for found in target.send_all([get(), get("/me/events")])] == [200, 200]


def test_a_lost_batch_that_creates_is_lost(connect):
    target = connect(in_turn(CLOSED, inner(201, 201)))

    assert all(found.lost for found in target.send_all([create(), create()]))
    assert len(target.wire.sent) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_batch_refused_for_the_time_being_does_not_end_batches(status, connect):
    busy = (status, [("Retry-After", "0")], b"")
    target = connect(in_turn(*[busy] * 15, (201, [], b"{}"), inner(200, 200)))
    target.send_all([create(), create()])
    target.send_all([get(), get()])

    assert target.wire.sent[-1].url.endswith("$batch")


def test_nothing_is_created_while_no_ledger_is_open(connect):
    target = connect(answer(201))
    target.ledger = None

    for create in (
        json_request("POST", ROOT, "/me/events", "organizer", {}),
        json_request(
            "POST", ROOT, "/$batch", "organizer", {"requests": [{"id": "1", "method": "post", "url": "/me/calendars"}]}
        ),
    ):
        with pytest.raises(FenceError, match="no ledger is open"):
            target.send(create)
    target.send(get())

    assert [request.method for request in target.wire.sent] == ["GET"]
