"""The whole service: a request's way in and out."""

from __future__ import annotations

import hashlib
import json
import random
import re
import secrets
import threading
import traceback
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from .bookings import Bookings
from .calendars import RESPONSES, Calendars
from .differences import DIFFERENCES, REASONS, REFUSALS
from .gate import Call, Caller
from .views import Reply, stamp
from .world import DOMAIN, Json, Refused, World


def alternate(name: str) -> str:
    return "".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(name))


def routes(batch: bool) -> Map:
    """The paths served; ids are matched encoded, so that a slash in one stays."""
    rules: list[Rule] = []

    def add(path: str, endpoint: str, *methods: str) -> None:
        rules.append(Rule(path, endpoint=endpoint, methods=methods or ("GET",)))

    add("/me", "me")
    add("/users/<user>", "user")
    add("/groups/<group>", "group")
    add("/groups/<group>/members", "members")
    for base in ("/me", "/users/<user>", "/groups/<group>"):
        holders = ["", "/calendar"]
        if base != "/groups/<group>":
            group = "/calendarGroups/<cgroup>"
            holders += ["/calendars/<calendar>", f"{group}/calendars/<calendar>"]
            for path in ("/calendars", "/calendarGroups", f"{group}/calendars"):
                add(base + path, "folders", "GET", "POST")
            for path in ("/calendars/<calendar>", group):
                add(base + path, "folder", "GET", "DELETE")
            add(f"{base}{group}/calendars/<calendar>", "folder", "GET", "DELETE")
            add(f"{base}/messages", "mails")
            add(f"{base}/messages/<message>", "mail", "GET", "DELETE")
            add(f"{base}/messages/<message>/permanentDelete", "mail", "POST")
            inner = f"{base}/mailFolders/<mailfolder>/messages"
            add(inner, "mails")
            add(f"{inner}/<message>", "mail", "GET", "DELETE")
        add(f"{base}/calendar", "folder")
        for holder in holders:
            events = f"{base}{holder}/events"
            add(f"{base}{holder}/calendarView", "view")
            add(events, "events", "GET", "POST")
            add(f"{events}/<event>", "event", "GET", "PATCH", "DELETE")
            add(f"{events}/<event>/instances", "instances")
            add(f"{events}/<event>/cancel", "cancel", "POST")
            add(f"{events}/<event>/permanentDelete", "purge", "POST")
            for name in RESPONSES if base != "/groups/<group>" else ():
                add(f"{events}/<event>/{name}", "respond", "POST")
    base = "/solutions/bookingBusinesses"
    kinds = "any(services, staffMembers, customers, appointments)"
    add(base, "businesses", "GET", "POST")
    base += "/<business>"
    add(base, "business", "GET", "DELETE")
    add(f"{base}/publish", "publish", "POST")
    add(f"{base}/calendarView", "bookings_view")
    add(f"{base}/<{kinds}:kind>", "items", "GET", "POST")
    add(f"{base}/<{kinds}:kind>/<item>", "item", "GET", "DELETE")
    add(f"{base}/appointments/<item>/cancel", "call_off", "POST")
    if batch:
        add("/$batch", "batch", "POST")
    return Map(rules, strict_slashes=False, merge_slashes=False)


class Service(Calendars, Bookings):
    """The HTTP side: routes, tokens, renderings; a WSGI application."""

    def __init__(
        self,
        off: Iterable[str] = (),
        *,
        lag: float = 1.0,
        throttle: int = 0,
        seed: int = 7,
    ) -> None:
        unknown = set(off) - set(DIFFERENCES)
        if unknown:
            raise ValueError(f"no such difference: {sorted(unknown)}")
        self.on = frozenset(DIFFERENCES) - set(off)
        self.world = World(self.on, lag)
        self.lock = threading.RLock()
        self.random = random.Random(seed)
        self.throttle, self.served = throttle, 0
        self.routes = routes("no-batch" not in self.on)
        names = ("organizer", "attendee", "app", "reader", "expired")
        self.tokens = {name: f"o~{secrets.token_urlsafe(30)}" for name in names}
        people = self.world.people
        reading = frozenset({"read"})
        full = reading | {"write", "mail", "groups"}
        callers = {
            "organizer": Caller(people["organizer"], full | {"book", "business"}),
            "attendee": Caller(people["attendee"], full),
            "app": Caller(None, full | {"book"}),
            "reader": Caller(people["organizer"], reading),
            "expired": Caller(people["organizer"], full, expired=True),
        }
        self.callers = {self.tokens[name]: callers[name] for name in names}

    # a request's way through

    def __call__(self, environ: Json, start_response: Any) -> list[bytes]:
        parts = urlsplit(environ["RAW_URI"])
        headers = {
            k.removeprefix("HTTP_").replace("_", "-").lower(): str(v)
            for k, v in environ.items()
            if k.startswith("HTTP_") or k in ("CONTENT_TYPE", "CONTENT_LENGTH")
        }
        call = Call(
            environ["REQUEST_METHOD"],
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers,
            environ["wsgi.input"].read(),
            f"http://{headers.get('host', 'localhost')}",
        )
        request_id = str(uuid.uuid4())
        with self.lock:
            self.world.settle()
            status, payload, extra = self.answer(call, request_id)
            text = self.text(payload)
        out = {"request-id": request_id}
        echo = call.headers.get("client-request-id")
        if "no-echo" not in self.on:
            out["client-request-id"] = echo or request_id
        if "extra-headers" in self.on:
            out |= {"X-Weather": "fair", "Set-Cookie": "flavour=odd; Path=/"}
        if payload is not None:
            out["Content-Type"] = 'application/json; odata.metadata=none;charset="utf-8"'
            out["Content-Length"] = str(len(text))
        elif status != 204 and (status != 202 or "chunked" not in self.on):
            out["Content-Length"] = "0"
        out |= extra
        if "header-case" in self.on:
            out = {alternate(name): value for name, value in out.items()}
        reason = REASONS.get(status, "Rather Not")
        if "reasons" not in self.on:
            reason = HTTPStatus(status).phrase
        start_response(f"{status} {reason}", list(out.items()))
        return [text] if text and call.method != "HEAD" else []

    def text(self, payload: Json | bytes | None) -> bytes:
        if payload is None:
            return b""
        if isinstance(payload, bytes):
            return payload
        if "shuffled" not in self.on:
            return json.dumps(payload).encode()

        def mix(value: Any) -> Any:
            if isinstance(value, dict):
                keys = list(value)
                self.random.shuffle(keys)
                return {key: mix(value[key]) for key in keys}
            return [mix(one) for one in value] if isinstance(value, list) else value

        return json.dumps(mix(payload), indent=1).encode()

    def answer(self, call: Call, request_id: str) -> tuple[int, Json | None, dict[str, str]]:
        """Serve one call; a refusal becomes the error envelope."""
        try:
            if call.path == "/_other/state":
                return 200, self.state(), {}
            self.served += 1
            if self.throttle and self.served % self.throttle == 0:
                raise Refused("busy", {"Retry-After": "1"})
            return *self.dispatch(call), {}
        except Refused as refused:
            return *self.envelope(refused.kind, call, request_id), refused.headers
        except Exception:  # noqa: BLE001 - one bad request must not end the service
            traceback.print_exc()
            return *self.envelope("broken", call, request_id), {}

    def envelope(self, kind: str, call: Call, request_id: str) -> tuple[int, Json]:
        status, code, own_code, text, own_text = REFUSALS[kind]
        inner = {"date": stamp(datetime.now(UTC)), "request-id": request_id}
        if "no-echo" not in self.on:
            echo = call.headers.get("client-request-id")
            inner["client-request-id"] = echo or request_id
        error: Json = {
            "code": own_code if "codes" in self.on else code,
            "message": own_text if "texts" in self.on else text,
        }
        if "innererror" in self.on:
            error |= {"innererror": inner | {"mood": kind}, "details": []}
        else:
            error["innerError"] = inner
        return status, {"error": error}

    def dispatch(self, call: Call) -> Reply:
        call.caller = self.identify(call)
        version = re.match(r"/(v1\.0|beta)(?=/)", call.path)
        if not version:
            raise Refused("route")
        adapter = self.routes.bind(DOMAIN)
        try:
            name, args = adapter.match(call.path[version.end() :], call.method)
        except NotFound:
            raise Refused("route") from None
        except MethodNotAllowed as error:
            allow = ", ".join(sorted(error.valid_methods or []))
            raise Refused("verb", {"Allow": allow}) from None
        call.args = {key: unquote(value) for key, value in args.items()}
        reply: Reply = getattr(self, f"on_{name}")(call)
        return reply

    # the rest

    def on_batch(self, call: Call) -> Reply:
        parts: Any = self.read_json(call).get("requests")
        try:
            fit = {part["id"].lower() for part in parts if part["method"] and part["url"]}
        except (KeyError, TypeError, AttributeError):
            raise Refused("body") from None
        if not 0 < len(fit) == len(parts) <= 20:
            raise Refused("body")
        version = call.path.split("/")[1]
        done: dict[str, int] = {}
        answers: list[Json] = []
        payload: Json | None
        for part in parts:
            url = urlsplit(f"/{version}/{part['url'].lstrip('/')}")
            headers = {k.lower(): v for k, v in (part.get("headers") or {}).items()}
            headers["authorization"] = call.headers["authorization"]
            body = json.dumps(part["body"]).encode() if "body" in part else b""
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            inner = Call(part["method"], url.path, query, headers, body, call.base)
            if any(done.get(name, 500) >= 400 for name in part.get("dependsOn") or []):
                status, payload = self.envelope("held", inner, str(uuid.uuid4()))
            else:
                status, payload, _ = self.answer(inner, str(uuid.uuid4()))
            done[part["id"]] = status
            answers.append({"id": part["id"], "status": status, "body": payload})
        self.random.shuffle(answers)
        return 200, {"responses": answers}

    def state(self) -> Json:
        """Everything that can be listed, and a digest of it."""
        items = []
        for box in self.world.boxes:
            items += [f"{box.name} calendar {f.name}" for f in box.calendars.values()]
            items += [f"{box.name} group {f.name}" for f in box.groups.values()]
            items += [f"{box.name} {e.type} {e.data.get('subject')} {e.id}" for e in box.events.values()]
            items += [f"{box.name} mail {m.subject} {m.id}" for m in box.mails.values()]
        for key, business in self.world.businesses.items():
            for kind in ("services", "staffMembers", "customers", "appointments"):
                items += [f"{key} {kind} {i}" for i in business[kind]]
            items.append(f"business {key}")
        digest = hashlib.sha256("\n".join(sorted(items)).encode()).hexdigest()
        return {"digest": digest, "pending": len(self.world.later), "items": items}
