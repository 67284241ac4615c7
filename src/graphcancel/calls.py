"""
From a case and its scene to the one request under test.

Body shapes and circumstances are named in `graphcancel.cases`; here stands what each means on the wire. Nothing is
hidden: what a circumstance alters is the only difference from the page's own example.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from graphcancel.errors import NotOffered
from graphcancel.exchange import JSON, Request, encode_segment

if TYPE_CHECKING:
    from graphcancel.auth import SignIn
    from graphcancel.case import Case
    from graphcancel.contract import Contract
    from graphcancel.generated import Generated

GARBAGE: Final = "garbage"
MALFORMED_ID: Final = "not-an-id"
_LONG: Final = 20_000
_LENGTH: Final = 300
_WITHOUT_TEXT: Final[Mapping[str, Any]] = {"absent": None, "empty": {}}
FILLER: Final = "and this line is here to make the text longer than an overview shows "

# What `{id}` in a page's line may be filled with; the thing acted upon comes last.
SUBJECTS: Final = ("event", "appointment")


def comment_for(case: Case, marker: str) -> str:
    """
    The text a case sends; it contains *marker*, so that a message can be told to be this case's.

    A text is white-space-normal, since mail may be wrapped on its way.
    """
    if case.generated:
        return case.generated.text or ""
    said = "this meeting is called off" if case.deed == "cancel" else "no more than a test"
    text = f"Contract check {marker}: {said}."
    if case.circumstance == "non-ascii":
        return f'{text} Grüße aus Köln, naïve café, Ελληνικά, 会議は中止 😀 ’“ Tom & Ann can\'t, "sorry"'
    if case.circumstance == "300-characters":
        return (text + " " + FILLER * _LENGTH)[: _LENGTH - 1].rstrip().ljust(_LENGTH, ".")
    if case.body == "long":
        return (text + " " + FILLER * _LONG)[: _LONG - 1].rstrip().ljust(_LONG, ".")
    if case.body == "html":
        return f"<p>{text} <b>bold</b> &amp; <i>more</i></p>"
    return text


def body_for(case: Case, contract: Contract, comment: str) -> Any:
    """The JSON body of *case*, None for none."""
    given = next((item.name for item in contract.properties if item.shape == case.body), None)
    if given:
        return {given: comment}
    if case.body in _WITHOUT_TEXT:
        return _WITHOUT_TEXT[case.body]
    name = contract.texts[-1].name
    shapes: Mapping[str, Any] = {
        "null": {name: None},
        "blank": {name: ""},
        "unknown-property": {"comment": comment} if case.family == "bookings" else {name: comment, "Note": comment},
        "wrong-type": {name: 42},
        "both-casings": {name: comment, name.swapcase() if name.islower() else name.lower(): comment},
        "long": {name: comment},
        "html": {name: comment},
    }
    return shapes[case.body]


def has_text(case: Case, contract: Contract) -> bool:
    """Whether the body of *case* carries a text that may be delivered."""
    if case.generated:
        return case.generated.text is not None
    documented = any(item.shape == case.body for item in contract.properties)
    return documented or case.body in {"unknown-property", "both-casings", "long", "html"}


def call_for(
    case: Case,
    contract: Contract,
    sign_in: SignIn,
    root: str,
    values: Mapping[str, str],
    comment: str,
) -> Request:
    """
    The request under test.

    Args:
        contract: The contract whose example the body follows: the one the route was borrowed from.
        values: Placeholder to value.

    Raises:
        NotOffered: The target lacks what the circumstance needs.
    """
    pattern = pattern_of(case)
    path = _path(case, pattern, values)
    if case.generated:
        return _generated(case, case.generated, sign_in, root, path)
    circumstance = case.circumstance or ""
    method = circumstance.removeprefix("verb-").upper() if circumstance.startswith("verb-") else "POST"
    body = body_for(case, contract, comment)
    payload = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    if method in {"GET", "DELETE"}:
        payload = None
    headers = {"Content-Type": JSON} if payload is not None or case.body == "absent" else {}
    if case.circumstance == "malformed-json" and payload:
        payload = payload[:-2]
    if case.circumstance == "text-plain":
        headers["Content-Type"] = "text/plain"
    if case.circumstance == "no-content-type":
        headers.pop("Content-Type", None)
    if case.circumstance == "batch":
        item = {"id": "1", "method": "POST", "url": path, "headers": headers, "body": body}
        payload = json.dumps({"requests": [item]}, ensure_ascii=False).encode()
        path = pattern = "/$batch"
        headers = {"Content-Type": JSON}
    actor, token = caller_of(case, sign_in)
    return Request(method, root, path, actor, payload, headers, token, pattern)


def _generated(case: Case, generated: Generated, sign_in: SignIn, root: str, path: str) -> Request:
    actor, token = caller_of(case, sign_in)
    headers = dict(generated.headers)
    if generated.authorization is not None:
        actor, token = None, None
        headers |= {"Authorization": generated.authorization} if generated.authorization else {}
    return Request("POST", root, path, actor, generated.payload, headers, token, pattern_of(case))


def caller_of(case: Case, sign_in: SignIn) -> tuple[str | None, str | None]:
    """
    The actor that makes the call of *case*, and a token to use in place of its own.

    Raises:
        NotOffered: The target has nobody for it.
    """
    if case.circumstance == "no-token":
        return None, None
    if case.circumstance == "garbage-token":
        return case.actor, GARBAGE
    if case.circumstance == "expired-token":
        expired = sign_in.expired()
        if not expired:
            raise NotOffered("the target gives no expired token (actors.….expired_token_env)")
        return case.actor, expired
    if sign_in.token(case.actor):
        return case.actor, None
    # An app stands in for a caller who has no token, not for one whose sign-in failed: that would hide it.
    acts = case.actor == case.caller and case.route.template.startswith("/users/")
    if acts and not sign_in.trouble(case.actor) and sign_in.token("app"):
        return "app", None
    raise NotOffered(sign_in.lack(case.actor))


def pattern_of(case: Case) -> str:
    """The path of *case* with its placeholders unfilled."""
    parts = case.route.template.strip("/").split("/")
    if case.circumstance == "lower-case-route":
        parts = [part if part.startswith("{") else part.lower() for part in parts]
    if case.circumstance == "qualified-segment":
        parts[-1] = f"microsoft.graph.{parts[-1]}"
    return "/" + "/".join(parts)


def _path(case: Case, pattern: str, values: Mapping[str, str]) -> str:
    filled = []
    for part in pattern.strip("/").split("/"):
        name = part.strip("{}")
        if part == name:
            filled.append(part)
            continue
        value = values[name]
        if name in SUBJECTS and case.circumstance == "malformed-id":
            value = MALFORMED_ID
        generated = case.generated if name in SUBJECTS else None
        encoded = encode_segment(generated.id if generated and generated.id else value)
        if name in SUBJECTS and (case.circumstance == "percent-encoded-id" or (generated and generated.escaped)):
            encoded = "".join(f"%{byte:02X}" for byte in value.encode())
        filled.append(encoded)
    return "/" + "/".join(filled)
