"""How things look on the wire."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from .gate import Call, Gate
from .world import Event, Json, Mail, Mailbox, Refused

Reply = tuple[int, Json | None]


def stamp(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"


def show_item(item: Json) -> Json:
    """A booking thing without what only the service itself needs."""
    hidden = ("seq", "doomed", "services", "staffMembers", "customers", "appointments")
    return {key: value for key, value in item.items() if key not in hidden}


class Views(Gate):
    """Events, mails and people as JSON, and lists in pages."""

    def time(self, value: datetime, *, zone: bool = True) -> str:
        if "whole-seconds" in self.on:
            return stamp(value) if zone else stamp(value)[:-1]
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}0" + ("Z" if zone else "")

    def address(self, value: str, name: str | None = None) -> Json:
        return {"emailAddress": {"address": self.case(value), "name": name or value}}

    def case(self, value: str) -> str:
        return value.title() if "address-case" in self.on else value

    def show_event(self, event: Event, call: Call) -> Json:
        hidden = ("made", "attendees", "subject", "body", "recurrence", "start", "end")
        data, copy = event.data, event.root is not None
        shown = {k: v for k, v in data.items() if k not in hidden}
        if copy:
            shown = {k: v for k, v in shown.items() if k in ("location", "sensitivity")}
        body = data.get("body") or {}
        content = str(body.get("content") or "")
        if str(body.get("contentType", "text")).lower() != "html":
            content = self.world.markup(content)
        subject = str(data.get("subject") or "")
        recurring = event.type == "seriesMaster"
        if event.cancelled:
            subject = "Abgesagt: " * ("prefix" in self.on) + subject
        shown |= {
            "id": event.id,
            "@odata.etag": f'W/"{event.seq}"',
            "subject": subject,
            "body": {"contentType": "html", "content": content},
            "start": {
                "dateTime": self.time(event.begin, zone=False),
                "timeZone": "UTC",
            },
            "end": {"dateTime": self.time(event.end, zone=False), "timeZone": "UTC"},
            "isCancelled": event.cancelled,
            "isOrganizer": not copy,
            "type": event.type,
            "iCalUId": event.ical,
            "uid": event.uid,
            "organizer": self.address((event.root or event).box.address),
            "attendees": [
                self.address(address, name)
                | {
                    "type": kind,
                    "status": {"response": said, "time": "0001-01-01T00:00:00Z"},
                }
                for address, name, kind, said in data["attendees"]
            ],
            "recurrence": data.get("recurrence") if recurring else None,
            "seriesMasterId": event.master.id if event.master else None,
            "createdDateTime": self.time(data["made"]),
        }
        if "sparse" not in self.on:
            shown |= {"bodyPreview": "", "hasAttachments": False, "isDraft": False}
        elif event.master is None:
            del shown["seriesMasterId"], shown["createdDateTime"]
        wanted = call.query.get("$select", "")
        if "cancelledOccurrences" in wanted and "event" in call.args:
            shown["cancelledOccurrences"] = event.dropped
        return self.select(shown, call)

    def show_mail(self, mail: Mail, call: Call) -> Json:
        shown: Json = {
            "id": mail.id,
            "subject": mail.subject,
            "receivedDateTime": self.time(mail.received),
            "body": {"contentType": "html", "content": mail.html},
            "from": self.address(mail.sender),
            "toRecipients": [self.address(mail.to)],
        }
        if "sparse" in self.on:
            shown |= {"sender": None, "internetMessageId": None}
        if mail.kind:
            suffix = {"meetingRequest": "Request", "meetingCancelled": ""}
            name = f"eventMessage{suffix.get(mail.kind, 'Response')}"
            shown["@odata.type"] = f"#microsoft.graph.{name}"
            shown["meetingMessageType"] = mail.kind
        shown = self.select(shown, call)
        if mail.kind and "event" in call.query.get("$expand", ""):
            kept = mail.event and mail.event.id in mail.event.box.events
            bare = Call("GET", call.path, {}, {}, b"", call.base)
            shown["event"] = self.show_event(mail.event, bare) if mail.event and kept else None
        return shown

    def show_box(self, box: Mailbox) -> Json:
        upn = self.case(box.address)
        mail = None if "sparse" in self.on else box.address
        if box.members is not None:
            return {"id": box.id, "displayName": box.name, "mail": upn}
        return {
            "@odata.type": "#microsoft.graph.user",
            "id": box.id,
            "displayName": box.name,
            "userPrincipalName": upn,
            "mail": mail,
        }

    def select(self, shown: Json, call: Call) -> Json:
        wanted = call.query.get("$select")
        if not wanted or "select-ignored" in self.on:
            return shown
        names = {"id", *wanted.replace(" ", "").split(",")}
        return {k: v for k, v in shown.items() if k in names or k.startswith("@")}

    def page(self, call: Call, items: list[tuple[int, Json]]) -> Reply:
        """One page of a list; a page link names the last item given, not a number."""
        name, _, way = call.query.get("$orderby", "").partition(" ")
        down = way.strip().lower() == "desc"

        def rank(item: tuple[int, Json]) -> tuple[str, int]:
            value: Any = item[1]
            for step in name.split("/") if name else []:
                value = value.get(step) if isinstance(value, dict) else None
            return (str(value) if name else "", item[0])

        items = sorted(items, key=rank, reverse=down)
        try:
            if "$skiptoken" in call.query:
                text = base64.urlsafe_b64decode(call.query["$skiptoken"])
                last = tuple(json.loads(text))
                items = [i for i in items if (rank(i) < last if down else rank(i) > last)]
            items = items[int(call.query.get("$skip", 0)) :]
            size = max(1, int(call.query.get("$top", 10)))
        except (ValueError, TypeError):
            raise Refused("query") from None
        size = 1 if "one-per-page" in self.on else size
        payload: Json = {"value": [item[1] for item in items[:size]]}
        if len(items) > size:
            last_seen = json.dumps(rank(items[size - 1])).encode()
            query = {k: v for k, v in call.query.items() if k != "$skip"}
            query["$skiptoken"] = base64.urlsafe_b64encode(last_seen).decode()
            payload["@odata.nextLink"] = f"{call.base}{call.path}?{urlencode(query)}"
        return 200, payload
