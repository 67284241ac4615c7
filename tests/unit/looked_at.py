"""A target that is looked at: what it lists, and what it was asked."""

from __future__ import annotations

from urllib.parse import unquote

from graphcancel.exchange import Request
from graphcancel.sight import Viewpoint

ROOT = "https://graph.example/v1.0"
ADA, BOB, OWNER = "attendee@contoso.example", "second@contoso.example", "organizer@contoso.example"
MARK = "gc01x0a"
WINDOW = ("2035-06-04T00:00:00Z", "2035-06-04T00:05:00Z")
POINT = Viewpoint(
    ROOT,
    MARK,
    (WINDOW,),
    f"/users/{OWNER}",
    f"/users/{OWNER}/events/e1",
    "organizer",
    {ADA: "attendee"},
    since="2030-01-01T00:00:00Z",
)


def event(identity: str, subject: str = f"Contract test {MARK}", **more) -> dict:
    return {"id": identity, "subject": subject} | more


def letter(identity: str = "m1", subject: str = f"Canceled: {MARK}", content: str = "", kind: str = "html") -> dict:
    return {
        "id": identity,
        "subject": subject,
        "meetingMessageType": "meetingCancelled",
        "body": {"contentType": kind, "content": content},
    }


def items(*found: object, link: object = None) -> tuple[int, dict]:
    return 200, {"value": list(found)} | ({} if link is None else {"@odata.nextLink": link})


def serve(**parts):
    """Answer by the kind of request: own, item, copy, mail; each a status and body, or a function of the request."""
    given = {
        "own": items(event("e1")),
        "item": (200, {"id": "e1"}),
        "copy": items(event("c1")),
        "mail": items(),
    } | parts
    asked = []

    def answer(request: Request):
        asked.append(request)
        assert len(asked) < 5000, "it is asked without end"
        path = unquote(request.path)
        kind = "mail" if "/messages" in path else "item" if path.endswith("/e1") else "own" if OWNER in path else "copy"
        found = given[kind]
        return found(request) if callable(found) else found

    return answer


VIEW = f"startDateTime={WINDOW[0]}&endDateTime={WINDOW[1]}"
SELECT = "$select=id,subject,iCalUId,isCancelled,type,seriesMasterId,start,attendees"
INBOX = "mailFolders/inbox/messages?$top=100"
UTC, TEXT = {"Prefer": 'outlook.timezone="UTC"'}, {"Prefer": 'outlook.body-content-type="text"'}


def requests(target, since: int = 0) -> list[tuple]:
    return [(one.method, unquote(one.path), one.actor, dict(one.headers)) for one in target.sent[since:]]


def filters(target) -> list[str]:
    asked = [request.path for request in target.sent if "/messages" in request.path]
    return ["subject" if "contains" in path else "time" if "receivedDateTime" in path else "all" for path in asked]
