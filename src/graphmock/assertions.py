"""An application that proves itself by something signed: with its own certificate's key, or by an issuer it trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
from jwt.types import Options

from graphmock import clock
from graphmock.errors import refuse
from graphmock.registration import EXCHANGE

if TYPE_CHECKING:
    from collections.abc import Collection

    from graphmock.registration import Client, Federation

_ALGORITHMS = ["RS256", "PS256"]
_SKEW = 300  # seconds by which clocks may differ
_UNREAD: Options = {"verify_signature": False}
_SIGNATURE_ONLY: Options = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}


def check_assertion(client: Client, assertion: str, endpoints: Collection[str]) -> None:
    """
    Check an assertion that a client sends for a secret.

    Args:
        client: Who it is said to come from.
        assertion: A JWT.
        endpoints: The names under which this authority may be its audience.

    Raises:
        Refusal: It proves nothing.
    """
    header, claims = _opened(assertion)
    if _mentions(header, "x5t", "x5t#S256") or claims.get("iss") == client.id:
        _check_certificate(client, assertion, header, claims, endpoints)
    else:
        check_federation(client.federation, assertion)


def check_federation(federation: Federation | None, assertion: str) -> None:
    """
    Check an assertion of somebody else about a client.

    Raises:
        Refusal: It is not about this one.
    """
    _, claims = _opened(assertion)
    issuer, audience = claims.get("iss"), claims.get("aud")
    if federation is None or issuer != federation.issuer or audience != EXCHANGE:
        raise refuse("client.federation", issuer=issuer, audience=audience)
    if claims.get("sub") != federation.subject:
        raise refuse("client.federation-subject", subject=claims.get("sub"))
    _verify(assertion, federation.key)
    _check_time(claims)


def _opened(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options=_UNREAD)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise refuse("client.assertion", reason="It cannot be read.") from None
    return header, claims


def _mentions(header: dict[str, Any], *names: str) -> bool:
    return any(isinstance(header.get(name), str) for name in names)


def _check_certificate(
    client: Client, assertion: str, header: dict[str, Any], claims: dict[str, Any], endpoints: Collection[str]
) -> None:
    # Some write a thumbprint with its padding, as the standard says not to.
    said = [str(header.get(name, "")).rstrip("=") for name in ("x5t#S256", "x5t")]
    key = next((key for name, key in client.keys if name in said), None)
    if key is None:
        raise refuse("client.certificate", reason="The key was not found.")
    _verify(assertion, key)
    if claims.get("aud") not in endpoints:
        raise refuse("client.assertion", reason="Its audience is not this authority.")
    if claims.get("iss") != client.id or claims.get("sub") != client.id:
        raise refuse("client.assertion", reason="Its issuer and subject have to be the client.")
    _check_time(claims)


def _verify(assertion: str, key: Any) -> None:
    try:
        jwt.decode(assertion, key, algorithms=_ALGORITHMS, options=_SIGNATURE_ONLY)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise refuse("client.certificate", reason="The key was found, but the signature is not its own.") from None


def _check_time(claims: dict[str, Any]) -> None:
    now = clock.seconds()
    begins, ends = claims.get("nbf", 0), claims.get("exp")
    if not isinstance(begins, int | float) or not isinstance(ends, int | float):
        raise refuse("client.assertion", reason="It does not say when it ends.")
    if not begins - _SKEW <= now <= ends + _SKEW:
        raise refuse("client.assertion-time")
