"""
One request and its answer, as frozen values without behaviour towards the network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

JSON = "application/json"
# How half of a surrogate pair can come into JSON: escaped, or encoded as no encoder should.
_HALF: Final = re.compile(rb"\\[uU][dD]|\xed[\xa0-\xbf]|\x00")


def encode_segment(value: str) -> str:
    """
    Percent-encode *value* as one path segment: ids carry ``/``, ``+`` and ``=`` (RFC 3986, 3.3).
    """
    return quote(value, safe="")


def _whole(value: Any) -> Any:
    """*value* with a mark in the place of each half of a character: nothing could be sent or written that has one."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(item) for name, item in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Request:
    """
    A request relative to a version root of the target.

    Attributes:
        root: Graph root including the version segment, such as ``http://127.0.0.1:1/v1.0``.
        path: Percent-encoded path and query below it, with a leading slash.
        actor: Who calls: the name of an actor of the target, or None for a call without a token.
        token: A token to use in place of the actor's own (garbage, expired); None means the actor's own.
        payload: The body as sent, or None for no body and no Content-Length of one.
        pattern: The path with its placeholders unfilled, which is what may be written to a file.
    """

    method: str
    root: str
    path: str
    actor: str | None
    payload: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    pattern: str | None = None

    def __repr__(self) -> str:
        """Without token, body or any value of the path: a traceback shows values."""
        return f"Request({self.method} {self.pattern or '…'})"

    @property
    def url(self) -> str:
        """The absolute URL."""
        return self.root + self.path


def json_request(
    method: str,
    root: str,
    path: str,
    actor: str | None,
    body: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    pattern: str | None = None,
) -> Request:
    """
    Build a request whose body, if any, is JSON and says so.
    """
    sent = dict(headers or {})
    payload = None
    if body is not None:
        payload = json.dumps(body, ensure_ascii=False).encode()
        sent["Content-Type"] = JSON
    return Request(method, root, path, actor, payload, sent, pattern=pattern)


@dataclass(frozen=True, slots=True)
class Response:
    """
    An answer after decoding: *headers* have lower-case names, *body* is what is left after Content-Encoding.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status number says success."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, 15.3

    @property
    def refused(self) -> bool:
        """Whether the status number says refusal: a failing or redirecting server has refused nothing."""
        return 400 <= self.status < 500  # noqa: PLR2004 - RFC 9110, 15.5

    def json(self) -> Any:
        """The body as JSON, or None where it is none."""
        try:
            value = json.loads(self.body)
            return _whole(value) if _HALF.search(self.body) else value
        except (ValueError, RecursionError):
            return None

    def object(self) -> dict[str, Any]:
        """The body as a JSON object, empty where it is anything else."""
        value = self.json()
        return value if isinstance(value, dict) else {}

    @property
    def error(self) -> dict[str, Any]:
        """The ``error`` member of a refusal's envelope, empty where there is none."""
        value = self.object().get("error")
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    A request and what came back.

    Attributes:
        response: The answer, or None where none came; then *failure* says why in a few words.
        seconds: Time from sending to the last byte.
        ended: Clock reading (monotonic, seconds) when the answer was there.
    """

    request: Request
    response: Response | None
    seconds: float
    ended: float
    failure: str | None = None

    @property
    def status(self) -> int | None:
        """The status number, or None where no answer came."""
        return self.response.status if self.response else None

    @property
    def accepted(self) -> bool:
        """Whether the answer says success."""
        return self.response is not None and self.response.ok

    @property
    def lost(self) -> bool:
        """Whether nobody knows if the request was carried out: no answer, or a gateway that got none (504)."""
        return self.response is None or self.response.status == 504  # noqa: PLR2004 - RFC 9110, 15.6.5
