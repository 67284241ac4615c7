"""In which form an answer is written: where the variations that change nothing but its form bite."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphmock import guise
from graphmock.errors import Refusal, elaborate, envelope, generalised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphmock.call import Call, Reply, World

_JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_FIRST_ERROR = 400
_FILTERS = {"microsoft.graph.message": "no-message-filter", "microsoft.graph.event": "no-event-filter"}

# Forms of what was found, in the order in which they are put on; the first of them reads what later ones leave out.
_FORMS: tuple[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]], ...] = (
    ("html-messages", guise.as_html),
    ("nulls-present", guise.complete),
    ("properties-absent", guise.sparse),
    ("date-forms", guise.redate),
    ("annotations-added", guise.annotate),
)
_COOKIES = [(b"set-cookie", b"affinity=a; Path=/; HttpOnly"), (b"set-cookie", b"region=b; Path=/; Secure")]
_VARYING = [(b"vary", b"Accept-Encoding"), (b"vary", b"Prefer")]
_WHOLE = {"nulls-present", "properties-absent"}


def refuses_filter(active: frozenset[str], kind: str) -> bool:
    """Leave filtering objects of a kind to the client."""
    return _FILTERS.get(kind) in active


def dressed(world: World, call: Call, reply: Reply) -> Reply:
    """Write what was found in another legitimate form; properties a client chose by name all stay."""
    active, body = world.behaviour.active, reply.body
    if body is None or not active:
        return reply
    for name, form in _FORMS:
        if name in active and not (name in _WHOLE and call.option("select")):
            body = form(body)
    if "address-case" in active:
        body = guise.readdress(body, {key: box.person.name for key, box in world.store.by_address.items()})
    return replace(reply, body=body)


def enveloped(active: frozenset[str], refusal: Refusal, request_id: str, client_request_id: str) -> dict[str, Any]:
    """Write a refusal, in other words where its words are not promised."""
    if "other-error-texts" in active:
        refusal = generalised(refusal)
    inner = "innererror" if "innererror-key" in active else "innerError"
    body = envelope(refusal, request_id, client_request_id, inner=inner)
    if "error-details" in active:
        elaborate(body["error"], inner)
    if "error-members" in active:
        body["error"] |= {"localizedMessage": {"lang": "en-US", "value": refusal.message}, "severity": 2}
    return body


def challenged(active: frozenset[str], headers: Mapping[str, str]) -> Mapping[str, str]:
    """Write the scheme of a challenge in small letters."""
    if "lower-case-challenge" not in active:
        return headers
    return {n: v.replace("Bearer", "bearer", 1) if n == "WWW-Authenticate" else v for n, v in headers.items()}


def repeated(active: frozenset[str]) -> list[tuple[bytes, bytes]]:
    """Give headers that come more than once."""
    return [*_COOKIES, *_VARYING] if "repeated-headers" in active else []


def packed(active: frozenset[str], content: bytes, accepted: str) -> bytes | None:
    """Compress bytes by deflate, where the client accepts that; None where they stay as they are."""
    wanted = {one.partition(";")[0].strip().lower() for one in accepted.split(",")}
    return zlib.compress(content) if content and "deflate-answers" in active and "deflate" in wanted else None


def arranged(active: frozenset[str], responses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write the answers of a batch in another order and form."""
    if "batch-shuffled" not in active:
        return responses
    return [
        {
            **{name: value for name, value in response.items() if (name, value) != ("body", None)},
            "headers": {name.upper(): value for name, value in response["headers"].items()},
        }
        for response in reversed(responses)
    ]


def written(active: frozenset[str], reply: Reply) -> tuple[bytes, str]:
    """Write JSON, and say of which media type it is."""
    body, media_type = reply.body, _JSON
    if "property-order" in active:
        # Streaming promises an order: annotations first.
        body, media_type = guise.reverse(body), _JSON.replace("odata.streaming=true;", "")
    if "plain-content-type" in active:
        media_type = "application/json" if reply.status < _FIRST_ERROR else "application/json; charset=UTF-8"
    text = json.dumps(
        body, ensure_ascii="json-utf8" not in active, indent=2 if "json-padded" in active else None
    )  # fmt: skip
    if "json-escapes" in active:
        text = guise.escape(text)
    return (f"\r\n{text}\r\n" if "json-padded" in active else text).encode(), media_type
