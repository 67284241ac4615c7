"""
What a record shows of a call: what was sent and what came, with no secret in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from graphcancel.batching import PATH as BATCH
from graphcancel.exchange import Exchange, Request
from graphcancel.redaction import cut, request_id, shown_answer

_BEARER: Final = "Bearer <{}>"

if TYPE_CHECKING:
    from graphcancel.sanitise import Sanitiser


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
    headers = {name: cut(value) for name, value in request.headers.items()}
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
