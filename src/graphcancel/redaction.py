"""
What of an answer a record may show: its headers and its body with everything replaced that is not known to be harmless.

The sanitiser knows words; here is what keeps the shape, so that an envelope still reads as one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from graphcancel.headers import standing
from graphcancel.sanitise import CUT

if TYPE_CHECKING:
    from graphcancel.exchange import Response
    from graphcancel.sanitise import Sanitiser

MOST: Final = 1200
"""Characters of a body that are shown."""
_DEEP: Final = 6
_MANY: Final = 20
_TEXT: Final = 300
_SMALL: Final = 1000
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HIDDEN: Final = "[…]"


def shown_answer(response: Response, sanitiser: Sanitiser) -> dict[str, Any]:
    """*response* as a record shows it: *headers* of interest, *body* redacted and cut, *bytes* as received."""
    return {
        "headers": standing(response),
        "body": _body(response.body, sanitiser),
        "bytes": len(response.body),
    }


def cut(text: str) -> str:
    """*text*, with an ellipsis where it is longer than is shown."""
    return text if len(text) <= MOST else text[:MOST] + CUT


def request_id(response: Response | None) -> str | None:
    """The answer's ``request-id``, where it is one: the service's operators find the call by it."""
    given = response.headers.get("request-id") if response else None
    return given if given and _UUID.fullmatch(given) else None


def _body(body: bytes, sanitiser: Sanitiser) -> str:
    if not body:
        return ""
    text = body.decode("utf-8", errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return sanitiser.text(text, MOST)
    return cut(json.dumps(_redacted(value, sanitiser, "", 0), ensure_ascii=False))


def _redacted(value: Any, sanitiser: Sanitiser, name: str, depth: int) -> Any:
    """*value* with its shape kept; *name* is the property it stands under."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if isinstance(value, int) and abs(value) < _SMALL else _HIDDEN
    if isinstance(value, str):
        return _text(value, sanitiser, name)
    if depth >= _DEEP:
        return _HIDDEN
    if isinstance(value, list):
        kept = [_redacted(item, sanitiser, name, depth + 1) for item in value[:_MANY]]
        return kept + [CUT] * (len(value) > _MANY)
    return {
        _key(key, sanitiser): _redacted(item, sanitiser, key.lower(), depth + 1)
        for key, item in list(value.items())[:_MANY]
    }


def _text(text: str, sanitiser: Sanitiser, name: str) -> str:
    if name == "code":
        return sanitiser.code(text)
    # Half of an id might read as a word.
    return _HIDDEN if _UUID.fullmatch(text) else sanitiser.text(text, _TEXT)


def _key(name: str, sanitiser: Sanitiser) -> str:
    return sanitiser.text(name, _TEXT)
