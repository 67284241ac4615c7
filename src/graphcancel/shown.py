"""
What a record shows of a call: a line about what happened, and a command that sends it again. No secret is in either.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from graphcancel.batching import PATH as BATCH
from graphcancel.exchange import Exchange, Request
from graphcancel.redaction import cut, request_id, shown_answer
from graphcancel.vocabulary import is_literal

_BEARER: Final = "Bearer <{}>"

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.sanitise import Sanitiser
    from graphcancel.targetfile import Description


def call_line(exchange: Exchange, sanitiser: Sanitiser) -> dict[str, Any]:
    """One exchange as a line shows it, everything that is not known to be harmless replaced."""
    request = exchange.request
    version = request.root.rsplit("/", 1)[-1]
    line = {
        "method": request.method,
        "url": f"/{version}{request.pattern or sanitiser.path(request.path)}",
        "status": exchange.status,
        "ms": round(exchange.seconds * 1000, 1),
        "request_id": request_id(exchange.response),
        "request": _sent(request, sanitiser),
        "response": shown_answer(exchange.response, sanitiser) if exchange.response else None,
    }
    return line | ({"failure": exchange.failure or "no answer"} if exchange.response is None else {})


def _sent(request: Request, sanitiser: Sanitiser) -> dict[str, Any]:
    """What was sent: text of ours alone, but for the path inside a batch and the token."""
    headers = dict(request.headers)
    if request.token is not None:
        headers["Authorization"] = _BEARER.format("a bad one")
    elif request.actor:
        headers["Authorization"] = _BEARER.format(f"the {request.actor}'s")
    body = (request.payload or b"").decode("utf-8", errors="replace")
    if request.path == BATCH:
        batch = json.loads(body)
        for item in batch["requests"]:
            item["url"] = sanitiser.path(item["url"])
        body = json.dumps(batch, ensure_ascii=False)
    return {"headers": headers, "body": cut(body), "bytes": len(request.payload or b"")}


def curl(case: Case, request: Request, description: Description) -> str:
    """A command line that sends the call of *case* again; ids, tokens and addresses are variables."""
    variables = {
        "event": "$EVENT_ID",
        "appointment": "$APPOINTMENT_ID",
        "message": "$MESSAGE_ID",
        "calendar": "$CALENDAR_ID",
        "calendar-group": "$CALENDAR_GROUP_ID",
        "group": "$GROUP_ID",
        "business": "$BUSINESS_ID",
        "user": "$USER_ID" if case.addressing == "id" else "$GRAPH_ORGANIZER_USER",
    }
    if case.circumstance == "own-copy" and case.addressing == "upn":
        variables["user"] = "$GRAPH_ATTENDEE_USER"
    pattern = request.pattern or "/"
    for name, variable in variables.items():
        pattern = pattern.replace("{" + name + "}", variable)
    version = request.root.rsplit("/", 1)[-1]
    root = _root(request.root.rsplit("/", 1)[0], description.base_url)
    parts = ["curl -i", f"-X {request.method}", f'"{root}/{version}{pattern}"']
    actor = description.actors.get(request.actor or "")
    if request.token is not None:
        parts.append('-H "Authorization: Bearer $BAD_TOKEN"')
    elif actor:
        parts.append(f'-H "Authorization: Bearer ${actor.token_env or f"GRAPH_{actor.name.upper()}_TOKEN"}"')
    parts += [f"-H '{name}: {value}'" for name, value in request.headers.items()]
    if request.payload is not None and len(request.payload) <= 400 and case.circumstance != "batch":  # noqa: PLR2004
        text = request.payload.decode().replace("'", "'\\''")
        parts.append(f"-d '{text}'")
    return " ".join(parts)


def _root(root: str, base: str) -> str:
    """*root* as a command line names it: by its path below *base* where all know it, else by a variable."""
    below = root.removeprefix(base)
    if root.startswith(base) and (not below or below.startswith("/")) and is_literal(below):
        return f"$GRAPH_ROOT{below}"
    return "$CONTRACT_ROOT"
