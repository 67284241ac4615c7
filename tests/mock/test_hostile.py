"""What a hostile or clumsy client sends is refused, or answered as it should be; nobody else notices."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import ATTENDEE, SECOND, WINDOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COMMAND = [sys.executable, "-m", "graphmock", "serve"]
JSON = b"Content-Type: application/json\r\n"
HELLO = b"GET /v1.0/me HTTP/1.1\r\nHost: mock\r\n"
MB = 1024 * 1024


# -- over a socket ------------------------------------------------------------------------------------------------------


class Served:
    """A stand-in in a process of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [*COMMAND, "--write-target", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline().rpartition(":")[2])
        lines = (folder / "target.env").read_text().splitlines()
        self.token = dict(line.split("=", 1) for line in lines)["GRAPH_ORGANIZER_TOKEN"]
        self.bearer = f"Authorization: Bearer {self.token}\r\n".encode()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def tell(self, sent, *, closing=False):
        """Send bytes and read to the end; *closing* shuts the client's side first."""
        with self.connect() as connection:
            connection.sendall(sent)
            if closing:
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def post(self, *headers, body=b""):
        head = b"POST /v1.0/me/events HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n" + self.bearer + JSON
        return self.tell(head + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body)

    def resident(self):
        """Megabytes of memory in use."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("target"))
    yield served
    served.process.terminate()
    assert (*served.process.communicate(timeout=10), served.process.returncode) == ("", "", 0)


def status(answer):
    assert answer.startswith(b"HTTP/1.1 "), answer[:200]
    return int(answer[9:12])


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\xff\xfe\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x07" * 500,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /v1.0/me HTTP/3.7\r\n\r\n",
        b"get /v1.0/me HTTP/1.1\r\n\r\n",
        b"NONSENSE /v1.0/me HTTP/1.1\r\n\r\n",
        b"CONNECT graph.example:443 HTTP/1.1\r\n\r\n",
        b"GET me HTTP/1.1\r\n\r\n",
        b"GET http://[::1/v1.0/me HTTP/1.1\r\n\r\n",
        b"GET /v1.0/\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET /v1.0/me?" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        HELLO + b"A B: c\r\n\r\n",
        HELLO + b"client-request-id: a\x00b\r\n\r\n",
        HELLO + b"X: folded\r\n line\r\n\r\n",
        *(
            b"POST /v1.0/me/events HTTP/1.1\r\n" + headers + b"\r\n\r\n{}"
            for headers in (
                b"Content-Length: two",
                b"Content-Length: -2",
                b"Content-Length: 2\r\nContent-Length: 3",
                b"Content-Length: 99999999999999999999999999",
                b"Content-Length: 2\r\nTransfer-Encoding: chunked",
                b"Transfer-Encoding: gzip",
            )
        ),
        b"POST /v1.0/me/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"POST /v1.0/me/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(served, sent):
    assert status(served.tell(sent)) == 400


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"OPTIONS /v1.0/me", 405),
        (b"TRACE /v1.0/me", 405),
        (b"CONNECT /v1.0/me", 405),
        (b"PROPFIND /v1.0/me", 405),
        (b"HEAD /v1.0/me", 200),
        (b"OPTIONS *", 400),
        (b"GET http://elsewhere.example/v1.0/me", 200),
        (b"GET /v1.0/me#part", 200),
        (b"GET //v1.0//me", 400),
        (b"GET /v1.0/../v1.0/me", 400),
        (b"GET /v1.0/%2e%2e/me", 400),
        (b"GET /v1.0/me/events/%00", 400),
        (b"GET /v1.0/me/events/%ff%fe", 400),
        (b"GET /v1.0/me/events/%c0%af", 400),
        (b"GET /v1.0/me/events/a%2", 400),
        (b"GET /v1.0/users/%ed%a0%80", 404),
        (b"GET /v1.0/me/events?$filter=%ff", 400),
        (b"GET /v1.0/me/events?$top=%", 400),
        (b"GET /v1.0/me?x=" + b"y" * 20_000, 414),
        (b"POST /_mock/throttle?next=many", 400),
        (b"POST /_mock/throttle?next=-1", 400),
        (b"GET /_mock/nothing", 404),
    ],
)
def test_unusual_lines_are_answered(served, line, expected):
    assert status(served.tell(line + b" HTTP/1.1\r\nConnection: close\r\n" + served.bearer + b"\r\n")) == expected


def test_large_headers_are_refused_and_endless_ones_cut_off(served):
    head = HELLO + b"Connection: close\r\n" + served.bearer
    assert status(served.tell(head + b"X: " + b"y" * 60_000 + b"\r\n\r\n")) == 200
    assert status(served.tell(head + b"X: " + b"y" * 70_000 + b"\r\n\r\n")) == 431
    assert status(served.tell(head + b"".join(b"X%d: yyyy\r\n" % n for n in range(10_000)) + b"\r\n")) == 431
    assert b" 431 " in ended(served, head + b"X: ", b"y" * MB)
    opened = b"POST /v1.0/me/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    assert b" 431 " in ended(served, opened, b"X: y\r\n" * 200_000)


def ended(served, opening, more):
    """Send *more* again and again until the server has had enough; it may reset what it does not read."""
    with served.connect() as connection:
        connection.sendall(opening)
        for _ in range(40):
            try:
                connection.sendall(more)
            except OSError:
                return b" 431 or a reset"
        return connection.recv(65536)


def test_pipelined_requests_are_answered_in_order(served):
    paths = ["me", "me/nothing", "me/events", "users/nobody"] * 10
    sent = b"".join(f"GET /v1.0/{path} HTTP/1.1\r\n".encode() + served.bearer + b"\r\n" for path in paths)
    answers = served.tell(sent, closing=True).split(b"HTTP/1.1 ")[1:]
    assert [int(answer[:3]) for answer in answers] == [200, 400, 200, 404] * 10


@pytest.mark.parametrize("cut", [20, 120, -1])
def test_half_a_request_is_refused_and_not_acted_on(served, cut):
    whole = b"POST /v1.0/me/calendars HTTP/1.1\r\n" + served.bearer + JSON + b'Content-Length: 14\r\n\r\n{"name": "no"}'
    assert status(served.tell(whole[:cut], closing=True)) == 400
    assert b'"no"' not in served.tell(HELLO.replace(b"/me", b"/me/calendars") + served.bearer + b"\r\n", closing=True)


def test_old_http_is_answered_and_closed(served):
    assert served.tell(b"GET /v1.0/me HTTP/1.0\r\n" + served.bearer + b"\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("upgrade", ["websocket", "h2c", "nonsense"])
def test_an_upgrade_that_is_not_offered_is_ignored(served, upgrade):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    for extra in ({"Connection": "Upgrade", "Upgrade": upgrade}, {}):
        connection.request("GET", "/v1.0/me", headers={"Authorization": f"Bearer {served.token}", **extra})
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["displayName"]) == (200, "Olivia Organizer")
    connection.close()


def test_noise_instead_of_tls_goes_unremarked():
    process = subprocess.Popen([*COMMAND, "--tls"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    port = int(process.stdout.readline().rpartition(":")[2])
    for noise in (b"GET /v1.0/me HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"y" * 700, b"\x16", b""):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
    process.terminate()
    assert (*process.communicate(timeout=10), process.returncode) == ("", "", 0)


def test_stalled_clients_hold_nobody_up(served):
    line = b"POST /v1.0/me/events HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"
    stalled = [served.connect() for _ in range(200)]
    for number, connection in enumerate(stalled):
        connection.sendall(line[: number % len(line) + 1])
    started = time.monotonic()
    assert status(served.tell(HELLO + b"Connection: close\r\n" + served.bearer + b"\r\n")) == 200
    assert time.monotonic() - started < 5
    for connection in stalled:
        connection.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory in use is read from /proc")
def test_large_bodies_are_refused_and_not_kept(served):
    part = b"%x\r\n" % MB + b"y" * MB + b"\r\n"
    before = served.resident()
    for _ in range(3):
        assert status(served.post(b"Content-Length: %d" % (10 * MB), body=b"y" * 10 * MB)) == 413
        assert status(served.post(b"Transfer-Encoding: chunked", body=part * 10 + b"0\r\n\r\n")) == 413
        bomb = gzip.compress(b" " * 50 * MB)
        assert status(served.post(b"Content-Encoding: gzip", b"Content-Length: %d" % len(bomb), body=bomb)) == 413
    assert served.resident() - before < 40


# -- bodies -------------------------------------------------------------------------------------------------------------

NESTED = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * NESTED,
        b"[" * NESTED + b"]" * NESTED,
        b'{"subject":' * NESTED + b"1" + b"}" * NESTED,
        b'{"recurrence": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"attendees": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"reminderMinutesBeforeStart": ' + b"9" * 5000 + b"}",
        b'{"subject": 1e400}',
        b'{"subject": -1e999}',
        b'{"subject": NaN}',
        b'{"subject": Infinity}',
        b'{"subject": "\\ud800"}',
        b'{"subject": "\\udc00\\ud800"}',
        b'{"subject": "\xed\xa0\x80"}',
        b'{"subject": "\xff"}',
        b'{"subject": "a\nb"}',
        '{"subject": "x"}'.encode("utf-16"),
        '{"subject": "x"}'.encode("utf-32"),
        b"\xef\xbb\xbf",
        b"\x1f\x8b\x08",
        b'{"subject": "x"} {}',
        b"'subject'",
    ],
)
@pytest.mark.parametrize("path", ["/me/events", "/me/calendars", "/$batch", "business"])
def test_what_is_no_json_object_is_refused(mock, body, path):
    path = f"{mock.business}/appointments" if path == "business" else path
    answer = mock.send("POST", path, body=body, headers={"Content-Type": "application/json; charset=wat"})
    assert (answer.status, answer.code) == (400, "UnableToDeserializePostBody")


def test_a_mark_and_pairs_and_doubled_names_are_read(mock):
    draft = json.dumps(mock.draft("first \N{GRINNING FACE}"))[:-1].encode() + b', "subject": "last \\ud83d\\ude00"}'
    headers = {"Content-Type": "application/json"}
    answer = mock.send("POST", "/me/events", body=b"\xef\xbb\xbf" + draft, headers=headers)
    assert (answer.status, answer.json["subject"]) == (201, "last \N{GRINNING FACE}")


def test_deep_json_within_a_batch_is_refused(mock):
    body = '{"requests": [{"id": "1", "method": "POST", "url": "/me/events", "body": %s}]}' % ("[" * 100 + "]" * 100)
    answer = mock.send("POST", "/$batch", body=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status == 400


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.sampled_from(
        ["", "@", "a@b", "2035-05-07T10:00:00", "0001-01-01", "9999-12-31T23:59:59", "Europe/Berlin", "daily"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
SAMPLES = (None, True, 0, -1, 1.5, 10**30, "", "x", [], [1], [[]], {}, {"x": 1})
PATTERN = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "sunday", "dayOfMonth": 3,
           "month": 2, "index": "first"}  # fmt: skip
EVENT = {
    "subject": "x", "body": {"contentType": "html", "content": "<p>x"}, "location": {"displayName": "x"},
    "locations": [{"displayName": "x"}], "importance": "low", "sensitivity": "normal", "isAllDay": False,
    "isReminderOn": True, "reminderMinutesBeforeStart": 5, "responseRequested": True, "allowNewTimeProposals": True,
    "showAs": "busy", "categories": ["x"], "hideAttendees": False, "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown", "transactionId": None, "singleValueExtendedProperties": [{}],
    "extensions": [{}], "originalStartTimeZone": "UTC",
    "start": {"dateTime": "2035-05-07T10:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2035-05-07T11:00:00", "timeZone": "UTC"},
    "attendees": [{"type": "required", "emailAddress": {"name": "A", "address": ATTENDEE}}],
    "recurrence": {"pattern": PATTERN,
                   "range": {"type": "numbered", "numberOfOccurrences": 2, "startDate": "2035-05-07"}},
}  # fmt: skip
APPOINTMENT = {
    "startDateTime": EVENT["start"], "endDateTime": EVENT["end"], "serviceId": None, "customerName": "x",
    "customerEmailAddress": SECOND, "additionalInformation": "x", "serviceNotes": "x", "serviceName": "x",
    "staffMemberIds": [], "price": 1.5, "maximumAttendeesCount": 1, "isLocationOnline": False, "reminders": [],
    "serviceLocation": {}, "customers": [{"customerId": "x", "name": "x", "emailAddress": ATTENDEE}],
}  # fmt: skip
ITEM = {"id": "1", "method": "POST", "url": "/me/events", "body": {}, "dependsOn": [], "headers": {"a": "b"}}
READS = (
    "$orderby=subject",
    "$filter=contains(bodyPreview,'x') or startswith(subject,'x')",
    "$expand=extensions&$top=2",
)


def places(value, at=()):
    """Every place in a body, the whole not included."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*at, key)
        yield from places(inner, (*at, key))


def replaced(body, place, value):
    """Put *value* in the *place* of a body."""
    changed = deepcopy(body)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


def strict(content):
    """Read what must be JSON as others read it, without the names Python adds."""

    def no_constant(name):
        raise AssertionError(name)

    return json.loads(content, parse_constant=no_constant) if content else None


BODIES = {
    "POST /me/events": EVENT,
    "PATCH event": {name: value for name, value in EVENT.items() if name not in {"attendees", "recurrence"}},
    "POST event/cancel": {"Comment": "x", "comment": "y"},
    "POST copy/accept": {"comment": "x", "sendResponse": True, "proposedNewTime": {}},
    "POST /me/calendars": {"name": "x", "color": "auto"},
    "POST /me/calendarGroups": {"name": "x"},
    "POST business/appointments": APPOINTMENT,
    "POST business/customers": {"displayName": "x", "emailAddress": ATTENDEE},
    "POST business/appointment/cancel": {"cancellationMessage": "x"},
    "POST /$batch": {"requests": [ITEM, {**ITEM, "id": "2", "dependsOn": ["1"]}]},
}


@pytest.mark.parametrize("request_line", BODIES)
def test_no_value_anywhere_in_a_body_breaks_the_server(mock, request_line):
    body = BODIES[request_line]

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(list(places(body))), VALUES)
    def surprise(place, value):
        attempt(place, value)

    def attempt(place, value):
        method, path, actor = addressed(mock, request_line)
        answer = mock.send(method, path, json_body=replaced(body, place, value), actor=actor)
        assert answer.status < 500, (place, value)
        strict(answer.content)

    for place in places(body):
        for value in SAMPLES:
            attempt(place, value)
    surprise()
    for base in ("/me/events", "/me/calendarView", f"{mock.business}/appointments"):
        for query in READS if base.startswith("/me") else ("$orderby=serviceNotes", "$filter=serviceNotes ne 'x'"):
            window = "&".join(f"{name}={value}" for name, value in WINDOW.items())
            answer = mock.send("GET", f"{base}?{window}&{quote(query, safe='=&$')}")
            assert answer.status == 200
            strict(answer.content)
    assert mock.send("GET", "/_mock/state", root="").status == 200


def addressed(mock, request_line):
    """Make what the request is about, and give method, path and actor."""
    method, _, path = request_line.partition(" ")
    if path.startswith("event"):
        return method, path.replace("event", f"/me/events/{mock.meeting()['id']}", 1), "organizer"
    if path.startswith("copy"):
        return method, path.replace("copy", f"/me/events/{mock.copy(mock.meeting())['id']}", 1), "attendee"
    if "appointment/" in path:
        path = path.replace("appointment/", f"appointments/{mock.booking()['id']}/")
    return method, path.replace("business", mock.business), "organizer"


@pytest.mark.parametrize(
    ("pattern", "span"),
    [
        ({"type": "daily", "interval": 1}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1}, {"type": "numbered", "numberOfOccurrences": 10**9}),
        ({"type": "daily", "interval": 10**9}, {"type": "noEnd"}),
        ({"type": "weekly", "interval": 10**300}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1}, {"type": "endDate", "endDate": "9999-12-31"}),
        (
            {"type": "relativeYearly", "interval": 1, "month": 2, "daysOfWeek": ["monday"], "index": "last"},
            {"type": "noEnd"},
        ),
        ({"type": "absoluteMonthly", "interval": 7, "dayOfMonth": 31}, {"type": "noEnd"}),
        ({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 30, "month": 2}, {"type": "noEnd"}),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": list(range(1, 9999))}, {"type": "noEnd"}),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": "3"}, {"type": "noEnd"}),
        ({"type": "weekly", "interval": 1, "daysOfWeek": "monday"}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 0}, {"type": "noEnd"}),
        ({"type": "daily", "interval": -1}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1.5}, {"type": "noEnd"}),
        ({"type": "daily", "interval": 1}, {"type": "endDate", "endDate": "0001-01-01"}),
        ({"type": "daily", "interval": 1}, {"type": "numbered", "numberOfOccurrences": 0}),
        ({"type": "hourly", "interval": 1}, {"type": "noEnd"}),
    ],
)
def test_a_recurrence_is_bounded_or_refused(mock, pattern, span):
    started = time.monotonic()
    answer = mock.send("POST", "/me/events", json_body=mock.draft(recurrence={"pattern": pattern, "range": span}))
    if answer.status == 201:
        window = {"startDateTime": "0001-01-01T00:00:00Z", "endDateTime": "9999-12-31T00:00:00Z", "$top": "1000"}
        instances = mock.get(f"/me/events/{answer.json['id']}/instances", query=window)["value"]
        assert 0 < len(instances) <= 400
        assert len(mock.get("/me/calendarView", query=window)["value"]) == len(instances)
    else:
        assert answer.status == 400
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("unclosed", ["<a ", "<", "<!--", "<![", "</", "&#1", "<a href='", "<![foo]>"])
def test_markup_without_end_is_read_in_time(mock, unclosed):
    started = time.monotonic()
    mock.meeting(body={"contentType": "html", "content": unclosed * 50_000 + "&#" + "1" * 5000 + ";"})
    assert len(mock.get("/me/events")["value"][0]["bodyPreview"]) <= 255
    assert time.monotonic() - started < 10


# -- queries and headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "$filter=subject",
        "$filter=subject eq",
        "$filter=subject eq 'x",
        "$filter=subject eq \N{SUPERSCRIPT TWO}",
        "$filter=subject is 'x'",
        "$filter=color eq 'x'",
        "$filter=contains(subject)",
        "$filter=contains(subject,5)",
        "$filter=start/dateTime ge '2035-99-99T00:00:00'",
        "$filter=" + "(" * 500 + "subject eq 'x'" + ")" * 500,
        "$filter=" + "not " * 200 + "isCancelled eq true",
        "$filter=" + " or ".join(["subject eq 'x'"] * 500),
        "$filter=)(",
        "$filter='",
        "$orderby=color",
        "$orderby=subject sideways",
        "$top=-1",
        "$top=x",
        "$top=\N{ARABIC-INDIC DIGIT FIVE}",
        "$top=99999999999",
        "$skip=1.5",
        "$skiptoken=%%%",
        "$skiptoken=ZnJvbS0tNQ==",
        "$skiptoken=" + "9" * 5000,
        "$expand=everything",
        "$expand=((((",
        "$search=x",
        "$apply=x",
        "$x" * 9000,
    ],
)
def test_a_malformed_query_is_refused(mock, query):
    mock.meeting()
    answer = mock.send("GET", "/me/events?" + quote(query, safe="=&$"))
    assert answer.status == (414 if len(query) > 16_000 else 400)


@pytest.mark.parametrize("query", ["$select=color", "$select=subject,color", "$select=microsoft.graph.eventMessage/x"])
def test_an_unknown_property_is_not_chosen(mock, query):
    mock.meeting()
    assert mock.send("GET", f"/me/events?{query}").status == 400


@pytest.mark.parametrize(
    "query",
    ["", "?", "&&&", "$top", "$top=", "$filter=", "$select=,,,", "$orderby=,", "$count=maybe", "a=b&a=c", "$expand="],
)
def test_an_empty_or_strange_option_breaks_nothing(mock, query):
    mock.meeting()
    assert mock.send("GET", f"/me/events?{query}").status in {200, 400}


def test_nothing_asked_for_is_nothing_given(mock):
    mock.meeting()
    page = mock.get("/me/events?$top=0&$count=true")
    assert (page["value"], page["@odata.count"], "@odata.nextLink" in page) == ([], 1, False)


def test_an_order_named_a_thousand_times_is_sorted_by_once(mock):
    for number in range(300):
        mock.post("/me/events", mock.draft(f"{number:03d}"))
    started = time.monotonic()
    found = mock.get("/me/events?$top=300&$orderby=" + ",".join(["isAllDay", "subject%20desc", *["subject"] * 1500]))[
        "value"
    ]
    assert [event["subject"] for event in found] == [f"{number:03d}" for number in reversed(range(300))]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('outlook.timezone=""', 200),
        ("outlook.timezone", 200),
        ('outlook.timezone="../../etc/passwd"', 400),
        ('outlook.timezone="/etc/passwd"', 400),
        ('outlook.timezone="America"', 400),
        ('outlook.timezone="%s"' % ("A" * 5000), 400),
        ('outlook.timezone="\x7f\xff"', 400),
        ('outlook.timezone="Europe/Berlin', 200),
        (',,,;;=="', 200),
        ('outlook.body-content-type="nonsense"', 200),
        ("a=b," * 10_000, 200),
    ],
)
def test_a_malformed_preference_breaks_nothing(mock, value, expected):
    mock.meeting()
    assert mock.send("GET", "/me/events", headers={"Prefer": value}).status == expected


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic x", "Bearer a b", "Bearer " + "x" * 50_000, "\xff"])
def test_a_malformed_token_is_refused(mock, value):
    assert mock.send("GET", "/me", headers={"Authorization": value}).status == 401


@pytest.mark.parametrize(
    "value", ["", ";", "application", "application/json;charset=\xff", "Application/JSON; a=b", "text/*"]
)
def test_a_strange_media_type_is_read_or_refused(mock, value):
    answer = mock.send("POST", "/me/calendars", body=b'{"name": "x"}', headers={"Content-Type": value})
    expected = 201 if "json" in value.lower() else 415 if value else 400
    assert answer.status == expected


# -- batches ------------------------------------------------------------------------------------------------------------


def item(number, **more):
    return {"id": str(number), "method": "GET", "url": "/me", **more}


@pytest.mark.parametrize(
    "items",
    [
        None,
        {},
        "x",
        [],
        [None],
        [[]],
        [item(number) for number in range(21)],
        [item(1), item(1)],
        [item("a"), item("A")],
        [{**item(1), "id": 1}],
        [{**item(1), "id": ""}],
        [{**item(1), "method": 5}],
        [{**item(1), "url": None}],
        [item(1, dependsOn=["2"]), item(2, dependsOn=["1"])],
        [item(1, dependsOn=["1"])],
        [item(1, dependsOn=["9"])],
        [item(1, dependsOn="1")],
        [item(1, dependsOn=[["1"]])],
        [item(1), item(2, dependsOn=["1"] * 100_000)],
        [item(1, headers=[])],
        [item(1, headers={"a": 1})],
    ],
    ids=str,
)
def test_a_malformed_batch_is_refused(mock, items):
    answer = mock.send("POST", "/$batch", json_body={"requests": items})
    assert (answer.status, answer.code) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"url": "/$batch", "method": "POST", "body": {}, "headers": {"Content-Type": "application/json"}}, 400),
        ({"url": "/%24batch", "method": "POST"}, 400),
        ({"url": "https://graph.example/v1.0/me"}, 400),
        ({"url": "//graph.example/me"}, 400),
        ({"url": "http://[::1/me"}, 400),
        ({"url": ""}, 400),
        ({"url": "../me"}, 400),
        ({"url": "/me?x=" + "y" * 20_000}, 414),
        ({"url": "/me/events?$filter=" + "(" * 5000}, 400),
        ({"method": "NONSENSE"}, 405),
        (
            {
                "method": "POST",
                "url": "/me/events",
                "body": "not an object",
                "headers": {"content-type": "application/json"},
            },
            400,
        ),
        ({"method": "POST", "url": "/me/events", "body": {}, "headers": {"content-type": "text/plain"}}, 415),
        ({"method": "POST", "url": "/me/events", "body": {}, "headers": {"content-type": "a\r\nb"}}, 415),
        ({"method": "POST", "url": "/me/events", "body": {}, "headers": {"content-encoding": "gzip"}}, 400),
        ({"headers": {"client-request-id": "a\r\nb\x00", "prefer": "\N{GRINNING FACE}"}}, 200),
    ],
    ids=str,
)
def test_a_malformed_item_spoils_only_itself(mock, changes, expected):
    items = [item(1, **changes), item(2)]
    answer = mock.send("POST", "/$batch", json_body={"requests": items})
    assert {one["id"]: one["status"] for one in answer.json["responses"]} == {"1": expected, "2": 200}
