"""
A target all of whose answers are strewn with words that nobody must ever read again.

A gate over TLS stands before the bundled mock. It gives everything another name (mailboxes, ids, tokens, the server
itself), adds to every answer what a service may add, and answers some calls wrongly, or not at all. It is the authority
as well, at which the app signs in.
"""

from __future__ import annotations

import base64
import http.client
import json
import random
import re
import ssl
import string
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

import trustme

# Without vowels, so that no word of any language comes about.
_LETTERS = "bcdfghjklmnpqrstvwxz"
_FOREIGN = "бвгджзклмнпрстфхцчшщžčšřďťňłżśćźαβγδζθκλξπσφχψ"
_CONSONANTS = _LETTERS + _LETTERS.upper()


def _some(letters: str, number: int) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choices(letters, k=number))


LOWER = _some(_LETTERS, 16)
UPPER = _some(_LETTERS.upper(), 16)
MIXED = _some(_CONSONANTS + string.digits, 22)
DIGITS = _some("123456789", 12)
FOREIGN = _some(_FOREIGN, 14)


def camel(chance: random.Random) -> str:
    """Three words written as one."""
    return "".join(LOWER(chance)[:7].title() for _ in range(3))


def address(chance: random.Random) -> str:
    """A mailbox nobody has."""
    return f"{camel(chance)[:12]}.{LOWER(chance)}@{LOWER(chance)[:12]}.{LOWER(chance)[:6]}"


def guid(chance: random.Random) -> str:
    """An id as most are."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def jwt(chance: random.Random, **claims: Any) -> str:
    """A token that can be read, as far as it goes."""
    parts = [json.dumps({"typ": "JWT", "alg": "RS256"}), json.dumps({"sub": MIXED(chance), **claims}), MIXED(chance)]
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


JWT_BEGINS = jwt(random.Random(0)).split(".", 1)[0]

PERMISSIONS = (
    "User.Read User.Read.All Calendars.ReadWrite Mail.ReadWrite Group.ReadWrite.All GroupMember.Read.All "
    "Bookings.ReadWrite.All"
)
SHAPES: Mapping[str, Callable[[random.Random], str]] = {
    # the target and who acts on it
    "host": LOWER,
    "path of the root": LOWER,
    "path of another root": LOWER,
    "path of the authority": MIXED,
    "organizer": address,
    "attendee": address,
    "second": address,
    "stranger": address,
    "business": address,
    "tenant": guid,
    "client": guid,
    "group": guid,
    "service": guid,
    "id of the organizer": guid,
    "id of the attendee": guid,
    "id of the second": guid,
    "secret": MIXED,
    "password": MIXED,
    "organizer's token": lambda chance: jwt(chance, scp=f"{PERMISSIONS} {CANARY['permission']}"),
    "attendee's token": MIXED,
    "app's token": lambda chance: jwt(chance, roles=[CANARY["permission"], *PERMISSIONS.split()]),
    "expired token": MIXED,
    "permission": camel,
    # what answers are strewn with
    "header value": MIXED,
    "header name": LOWER,
    "foreign header": FOREIGN,
    "diagnostics": MIXED,
    "cookie": MIXED,
    "reason phrase": LOWER,
    "challenge": jwt,
    "pause": DIGITS,
    "location": guid,
    "web link": MIXED,
    "next page": MIXED,
    "id": MIXED,
    "key": MIXED,
    "value of an id": guid,
    "property": camel,
    "value of it": FOREIGN,
    "amount": DIGITS,
    "category": UPPER,
    "place": camel,
    "preview": LOWER,
    "subject": LOWER,
    "text": FOREIGN,
    "markup": MIXED,
    "name": camel,
    "first name": FOREIGN,
    "telephone": DIGITS,
    # what refusals are
    "code": camel,
    "shouted code": UPPER,
    "message": LOWER,
    "message with an address": address,
    "token in a message": jwt,
    "target of a detail": MIXED,
    "inner error": guid,
    "page": MIXED,
    "title of a page": camel,
    "refusal to sign in": LOWER,
}
CANARY: dict[str, str] = {}
for _name, _shape in reversed(SHAPES.items()):
    CANARY[_name] = _shape(random.Random(_name))
REQUEST_ID = guid(random.Random("request-id"))

_MARK = re.compile(r"gc[0-9a-f]{14}")
_UNRESERVED = re.compile(r"%([46][1-9A-F]|[57][0-9A]|3[0-9])", re.IGNORECASE)
_CANCEL = "/cancel"


def refusal() -> dict[str, Any]:
    """A refusal that tells all it knows."""
    return {
        "error": {
            "code": CANARY["code"],
            "message": f"Access of {CANARY['message']} ({CANARY['message with an address']}) is denied, "
            f"token {CANARY['token in a message']}, request {CANARY['amount']}.",
            "details": [
                {
                    "code": CANARY["shouted code"],
                    "target": CANARY["target of a detail"],
                    "message": CANARY["text"],
                }
            ],
            "innerError": {
                "code": CANARY["shouted code"],
                "date": CANARY["amount"],
                "request-id": CANARY["inner error"],
                CANARY["property"]: CANARY["message"],
            },
        }
    }


PAGE = (
    f"<!DOCTYPE html><html><head><title>{CANARY['title of a page']}</title></head><body class='{CANARY['markup']}'>"
    f"<h1>Service Unavailable</h1><p>{CANARY['page']} <!-- {CANARY['text']} --></p></body></html>"
).encode()

Way = tuple[int, Mapping[str, str], bytes] | None
WAYS: Mapping[str, Way] = {
    "/beta/me/events": (403, {"Content-Type": "application/json"}, json.dumps(refusal()).encode()),
    "/beta/me/calendar/events": (502, {"Content-Type": f"text/html; x={CANARY['header value']}"}, PAGE),
    "/beta/users/calendar/events": (
        401,
        {"WWW-Authenticate": f'Bearer realm="{CANARY["challenge"]}", authorization_uri="{CANARY["web link"]}"'},
        b"",
    ),
    "/v1.0/users/calendar/events": None,  # no answer
    "/v1.0/users/calendars/events": (302, {"Location": f"https://{CANARY['host']}.example/{CANARY['location']}"}, b""),
}
"""What the calls of some routes are answered, ids left out; the mock never hears of them."""
BUSY = "/v1.0/me/calendar/events"
"""Here every first call is asked to wait, in a way nobody can read."""
TALKATIVE = "/v1.0/me/calendars/events"
"""Here a success has something to say."""


class Gate:
    """
    The gate before the mock at *upstream*.

    Args:
        tokens: The mock's tokens, by the name ours have in `CANARY`.
        real: What the mock calls things, by the name ours have in `CANARY`.

    Attributes:
        url: The Graph root; *authority* is where actors sign in, *bundle* what vouches for both.
        served: How often each way of answering was taken.
        told: Names of the words that were in answers.
    """

    def __init__(self, upstream: str, tokens: Mapping[str, str], real: Mapping[str, str], folder: Path) -> None:
        self.upstream = upstream.removeprefix("http://")
        self.tokens = {CANARY[name]: token for name, token in tokens.items()}
        self._inward = [(re.compile(re.escape(CANARY[name]), re.IGNORECASE), real[name]) for name in real]
        self._inward += [
            (re.compile(re.escape(quote(CANARY[name], safe="")), re.IGNORECASE), quote(real[name], safe=""))
            for name in real
        ]
        self._outward = sorted(((real[name], CANARY[name]) for name in real), key=lambda pair: -len(pair[0]))
        self.served: Counter[str] = Counter()
        self.told: set[str] = set()
        outer = self

        class Handler(_Handler):
            gate = outer

        authority = trustme.CA(organization_name=CANARY["header value"])
        self.bundle = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.bundle)
        self.host = f"{CANARY['host']}.example"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(self.host).configure_cert(context)
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        origin = f"https://{self.host}:{self._server.server_address[1]}"
        self.url = f"{origin}/{CANARY['path of the root']}"
        self.authority = f"{origin}/{CANARY['path of the authority']}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def inward(self, text: str) -> str:
        """What the mock is told where we are told *text*."""
        text = _UNRESERVED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.replace(f"/{CANARY['path of another root']}", "").replace(CANARY["key"], "")
        text = re.sub(rf"[?&]{CANARY['next page']}=[^&]*", "", text)
        for pattern, value in self._inward:
            text = pattern.sub(lambda _, value=value: value, text)
        return text

    def outward(self, text: str) -> str:
        """What is told where the mock tells *text*, in letters of changing case where that says the same."""
        text = text.replace(f"http://{self.upstream}", self.url)
        for real, shown in self._outward:
            shown = random.choice([shown, shown.upper(), shown.lower()]) if "@" in shown else shown  # noqa: PLW2901
            text = text.replace(real, shown).replace(quote(real, safe=""), quote(shown, safe=""))
        return text

    def tainted(self, body: bytes, path: str, *, more: bool) -> bytes:
        """
        *body*, what *path* was answered, with more in it.

        Args:
            more: Whether what follows a page was asked for.
        """
        try:
            value = json.loads(body)
        except ValueError:
            return body
        if path.endswith(("/members", "/staffMembers")) and "value" in value:
            value |= {"value": []} if more else {"@odata.nextLink": f"http://{self.upstream}{path}"}
            if path.startswith("/beta"):
                value["value"].append({"id": "x", "emailAddress": CANARY["stranger"]})
        elif isinstance(value, dict) and "calendarView" in path and isinstance(value.get("value"), list):
            value["value"].append(self._of_a_stranger())
        return self.outward(json.dumps(self._strewn(value), ensure_ascii=False)).encode()

    def _of_a_stranger(self) -> dict[str, Any]:
        person = {"emailAddress": {"name": CANARY["name"], "address": CANARY["stranger"]}}
        customer = {"customerPhone": CANARY["telephone"]} | dict.fromkeys(["customerName"], CANARY["first name"])
        when = {"dateTime": "2035-06-05T23:00:00.0000000", "timeZone": CANARY["place"]}
        return {
            "id": CANARY["id"], "iCalUId": CANARY["value of an id"], "subject": CANARY["subject"], "start": when,
            "end": when, "organizer": person, "attendees": [{"type": "required", **person}], "isCancelled": False,
            "type": "singleInstance", **customer,
        }  # fmt: skip

    def _strewn(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._strewn(item) for item in value]
        if not isinstance(value, dict):
            return value
        found = {name: self._strewn(self._other(name, inner)) for name, inner in value.items()}
        if "body" in value and "id" in value and "status" in value:  # one answer of a batch
            found["headers"] = {**found.get("headers", {}), **self.headers()}
            return found
        if "id" in value or "error" in value:
            found |= {
                CANARY["property"]: CANARY["value of it"],
                "webLink": f"https://{CANARY['web link']}.example/?x={CANARY['key']}",
                "changeKey": CANARY["value of an id"],
                "categories": [CANARY["category"]],
                "price": int(CANARY["amount"]),
                "hexColor": CANARY["telephone"],
                "bodyPreview": f"{CANARY['preview']} {CANARY['text']}",
                "location": {"displayName": CANARY["place"], "uniqueId": CANARY["id"]},
            }
        return found

    @staticmethod
    def _other(name: str, value: Any) -> Any:
        if not isinstance(value, str) or not value:
            return value
        if (name == "id" or name.endswith("Id")) and len(value) > 40:
            return CANARY["key"] + value
        if name in {"displayName", "name", "customerName", "givenName", "serviceName"}:
            return f"{value} {CANARY['first name']}" if _MARK.search(value) else CANARY["name"]
        added = {
            "subject": f" {CANARY['subject']}",
            "content": f"<p class='{CANARY['markup']}'>{CANARY['text']} {CANARY['preview']}</p>",
            "@odata.nextLink": f"{'&' if '?' in value else '?'}{CANARY['next page']}={CANARY['next page']}",
        }
        return value + added.get(name, "")

    @staticmethod
    def headers() -> dict[str, str]:
        """Headers every answer has beside its own."""
        return {
            "request-id": REQUEST_ID,
            "client-request-id": CANARY["header value"],
            "x-ms-ags-diagnostic": json.dumps({"ServerInfo": {"DataCenter": CANARY["diagnostics"]}}),
            CANARY["header name"]: CANARY["header value"],
            "x-name": CANARY["foreign header"].encode().decode("latin-1"),
            "Set-Cookie": f"{CANARY['key']}={CANARY['cookie']}; path=/{CANARY['web link']}",
            "Preference-Applied": f'outlook.timezone="{CANARY["place"]}"',
            "ETag": f'W/"{CANARY["value of an id"]}"',
        }

    def sign_in(self, path: str, form: Mapping[str, str]) -> tuple[int, Any]:
        """What the authority answers."""
        here = f"{self.authority}/{CANARY['tenant']}"
        if path.endswith("/openid-configuration"):
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
            return 200, {"issuer": here} | {name: f"{here}/oauth2/v2.0/{place}" for name, place in places.items()}
        if "/userrealm/" in path:
            return 200, {"account_type": "Managed", "domain_name": CANARY["web link"]}
        if form.get("client_secret") == CANARY["secret"] and form["grant_type"] == "client_credentials":
            return 200, {"token_type": "Bearer", "expires_in": 3600, "access_token": CANARY["app's token"]}
        return 400, {
            "error": CANARY["refusal to sign in"],
            "error_description": f"{CANARY['refusal to sign in']}: {CANARY['organizer']} in {CANARY['tenant']}",
            "error_codes": [int(CANARY["amount"])],
            "suberror": CANARY["code"],
            "trace_id": CANARY["inner error"],
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is none of our business."""


class _Handler(BaseHTTPRequestHandler):
    gate: Gate
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    _mock: http.client.HTTPConnection | None = None

    def _answer(self) -> None:
        gate = self.gate
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if CANARY["path of the authority"] in self.path or "/userrealm/" in self.path:
            status, answer = gate.sign_in(self.path.partition("?")[0], dict(parse_qsl(sent.decode())))
            self._reply(status, {"Content-Type": "application/json"}, json.dumps(answer).encode())
            return
        path = gate.inward(self.path).removeprefix(f"/{CANARY['path of the root']}")
        called = path.partition("?")[0].lower().endswith(_CANCEL) and self.command == "POST"
        route = _route(path) if called else ""
        gate.served[route] += 1
        if route in WAYS:
            way = WAYS[route]
            if way is None:
                self.close_connection = True
                return
            self._reply(*way)
            return
        if route == BUSY and gate.served[BUSY] % 2:
            self._reply(503, {"Content-Type": "text/html", "Retry-After": CANARY["pause"]}, PAGE)
            return
        status, headers, body = self._of_the_mock(path, gate.inward(sent.decode()).encode())
        if route == TALKATIVE:
            body, headers["Content-Type"] = json.dumps(refusal()).encode(), "application/json"
        self._reply(status, headers, body)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _answer

    def _of_the_mock(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        headers = {
            name: value for name, value in self.headers.items()
            if name.lower() not in {"host", "content-length", "authorization", "accept-encoding"}
        }  # fmt: skip
        if given:
            headers["Authorization"] = f"Bearer {self.gate.tokens.get(given, given)}"
        if self._mock is None:
            self._mock = http.client.HTTPConnection(self.gate.upstream)
        has_body = "Content-Length" in self.headers
        self._mock.request(self.command, path, body if has_body else None, headers)
        answer = self._mock.getresponse()
        found = self.gate.tainted(answer.read(), path, more=CANARY["next page"] in self.path)
        kept = {name: self.gate.outward(value) for name, value in answer.getheaders()}
        return answer.status, kept, found

    def _reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        everything = f"{self.gate.headers()} {headers} {CANARY['reason phrase']} {body.decode()}"
        everything += CANARY["foreign header"]
        self.gate.told |= {name for name, word in CANARY.items() if name not in self.gate.told and word in everything}
        self.send_response_only(status, CANARY["reason phrase"])
        dropped = {"content-length", "transfer-encoding", "connection", "request-id", "client-request-id"}
        for name, value in {**headers, **self.gate.headers()}.items():
            if name.lower() not in dropped or name in {"request-id", "client-request-id"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self) -> None:
        """Close what was opened behind."""
        if self._mock:
            self._mock.close()
        super().finish()

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


def _route(path: str) -> str:
    """The literal segments of the route of a call at *path*, without its last."""
    parts = path.partition("?")[0].strip("/").split("/")
    literal = {"v1.0", "beta", "me", "users", "calendar", "calendars", "calendargroups", "events", "groups"}
    return "/" + "/".join(part for part in parts if part.lower() in literal)
