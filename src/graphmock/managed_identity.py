"""
The endpoint from which a machine in the cloud gets tokens for the identity it was given.

The forms of App Service and of a virtual machine differ in little; they tell them apart by the header they expect.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from graphmock import clock, scopes
from graphmock.errors import Refusal, refuse
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphmock.grants import Grants


@obeys("identity.endpoint")
def answer(grants: Grants, query: Mapping[str, str], headers: Mapping[str, str], *, machine: bool) -> dict[str, Any]:
    """
    Give the identity's token.

    Args:
        grants: Who makes it.
        query: Names the resource.
        headers: By lower-case name.
        machine: Whether it is the virtual machine's form, which knows no secret header.

    Raises:
        Refusal: 400 or 401.
    """
    given = headers.get("x-identity-header", "").encode(errors="replace")
    secret = grants.directory.keepsakes.identity_header.encode()
    trusted = headers.get("metadata", "").lower() == "true" if machine else hmac.compare_digest(given, secret)
    if not trusted:
        raise refuse("identity.header")
    wanted = query.get("resource", "")
    try:
        resource = scopes.checked_resource(wanted, grants.resources, grants.directory.domain)
    except Refusal:
        raise refuse("identity.resource", resource=wanted) from None
    client = grants.directory.app
    token, seconds = grants.issuer.access(resource, client, client.application)
    found = {
        "access_token": token, "client_id": client.id, "expires_on": str(int(clock.seconds()) + seconds),
        "resource": wanted, "token_type": "Bearer",
    }  # fmt: skip
    return {**found, "expires_in": str(seconds)} if machine else found


def written(refusal: Refusal, *, machine: bool) -> dict[str, Any]:
    """Write a refusal in the words of the one form or the other."""
    if machine:
        return {"error": "invalid_request", "error_description": refusal.message}
    return {"statusCode": refusal.status, "message": refusal.message}
