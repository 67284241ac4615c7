"""Wrong answers: functions from the reply that is right to one that is not."""

from __future__ import annotations

import gzip
import html
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphmock.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.call import Reply

_NO_CONTENT = 204
_ACCEPTED = 202
_OK = 200


def answered(status: int, **headers: str) -> Callable[[Reply], Reply]:
    """Answer with another status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda reply: replace(reply, status=status, headers={**reply.headers, **named})


def interchanged(reply: Reply) -> Reply:
    """Answer 204 where 202 is right, and the other way round."""
    return replace(reply, status=_ACCEPTED if reply.status == _NO_CONTENT else _NO_CONTENT)


def carrying(raw: bytes, **headers: str) -> Callable[[Reply], Reply]:
    """Answer with bytes; where the status allows none, with 200."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def filled(reply: Reply) -> Reply:
        status = _OK if reply.status == _NO_CONTENT else reply.status
        return replace(reply, status=status, raw=raw, headers={**reply.headers, **named})

    return filled


def chunked(reply: Reply) -> Reply:
    """Answer with one blank in chunks, so that no Content-Length tells of it."""
    return replace(carrying(b" ")(reply), chunked=True)


def failing(status: int, code: str, message: str) -> Callable[[Reply], Reply]:
    """Answer with an error."""
    return lambda reply: replace(reply, status=status, body={"error": {"code": code, "message": message}})


def compressed(raw: bytes) -> Callable[[Reply], Reply]:
    """Answer with bytes that are compressed, whether or not the client can read that."""
    return carrying(gzip.compress(raw, mtime=0), Content_Encoding="gzip")


# --- how a refusal is written -------------------------------------------------------------------------------------


def worded(reply: Reply) -> Reply:
    """Write nothing but a refusal's message, as plain text."""
    return replace(reply, raw=reply.body["error"]["message"].encode(errors="replace"))


def as_page(reply: Reply) -> Reply:
    """Write a refusal as a page for people."""
    text = html.escape(reply.body["error"]["message"])
    headers = {**reply.headers, "Content-Type": "text/html"}
    return replace(reply, raw=f"<html><body>{text}</body></html>".encode(), headers=headers)


def enveloped(change: Callable[[dict[str, Any]], Any]) -> Callable[[Reply], Reply]:
    """Write a refusal's envelope otherwise; *change* gets the envelope and gives what stands in its place."""
    return lambda reply: replace(reply, body=change(reply.body))


def without(name: str) -> Callable[[dict[str, Any]], Any]:
    """Leave a member of the error out."""
    return lambda body: {"error": {key: value for key, value in body["error"].items() if key != name}}


def having(name: str, value: object) -> Callable[[dict[str, Any]], Any]:
    """Write another value for a member of the error."""
    return lambda body: {"error": {**body["error"], name: value}}


def inner_only(body: dict[str, Any]) -> Any:
    """Write the message into the inner error, and a general one where it belongs."""
    error = dict(body["error"])
    inner = next(name for name in error if name.lower() == "innererror")
    error[inner] = {"message": error["message"], **error[inner]}
    return {"error": {**error, "message": "The request could not be completed."}}


def cut(reply: Reply) -> Reply:
    """Write half of a refusal's bytes."""
    text = '{"error": {"code": "' + reply.body["error"]["code"] + '", "messa'
    return replace(reply, raw=text.encode(), headers={**reply.headers, "Content-Type": "application/json"})


# --- what a refusal says ------------------------------------------------------------------------------------------


def refused(status: int) -> Callable[[Refusal], Refusal]:
    """Refuse with another status, in the same words."""
    return lambda found: Refusal(found.rule, status, found.code, found.message, found.headers)


def saying(change: Callable[[str], str]) -> Callable[[Refusal], Refusal]:
    """Refuse in other words."""
    return lambda found: Refusal(found.rule, found.status, found.code, change(found.message), found.headers)


def exchanged(old: str, new: str) -> Callable[[Refusal], Refusal]:
    """Refuse with one part of the sentence replaced."""
    return saying(lambda message: message.replace(old, new))


def in_code(found: Refusal) -> Refusal:
    """Refuse with the sentence where the code belongs."""
    return Refusal(found.rule, found.status, found.message, "Bad request.", found.headers)
