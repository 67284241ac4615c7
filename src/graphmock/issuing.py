"""Making tokens: signed with the authority's key, and entered where Graph looks them up."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from graphmock import clock, conditions
from graphmock.tokens import Principal

if TYPE_CHECKING:
    from collections.abc import Collection

    from graphmock.call import World
    from graphmock.registration import Account, Client, Directory

_KEY_ID = "graphmock"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "graphmock.example")


@dataclass(slots=True)
class Issuer:
    """The authority's pen."""

    world: World
    directory: Directory
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def keys(self) -> dict[str, Any]:
        """What anybody needs to check a token, as a JSON Web Key Set."""
        shown = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**shown, "use": "sig", "kid": _KEY_ID, "alg": "RS256"}]}

    def access(
        self, resource: str, client: Client, permissions: frozenset[str], account: Account | None = None
    ) -> tuple[str, int]:
        """Make an access token, and say for how many seconds it is good."""
        seconds = conditions.lifetime(self.world.behaviour)
        now = clock.seconds()
        if self.world.behaviour.has("opaque-tokens"):
            token = "EwA" + secrets.token_urlsafe(300)
        else:
            token = self._signed(
                {
                    "aud": resource, "iss": f"https://sts.windows.net/{self.directory.tenant}/",
                    "app_displayname": client.name, "appid": client.id, "ver": "1.0", "uti": secrets.token_urlsafe(16),
                    **self._subject(client, permissions, account),
                },
                seconds,
            )  # fmt: skip
        holder = Principal(account.id if account else "", permissions, expires=now + seconds)
        self.world.tokens.issue(token, holder)
        return token, seconds

    def identity(self, issuer: str, client: Client, account: Account) -> str:
        """Make an id token."""
        claims = {
            "aud": client.id, "iss": issuer, "ver": "2.0", "name": account.name, "oid": account.id,
            "preferred_username": account.address, "sub": _pairwise(client, account.id),
        }  # fmt: skip
        return self._signed(claims, conditions.lifetime(self.world.behaviour))

    def client_info(self, account: Account) -> str:
        """Say who signed in, as a client's cache wants to know it."""
        text = json.dumps({"uid": account.id, "utid": self.directory.tenant})
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @staticmethod
    def _subject(client: Client, permissions: Collection[str], account: Account | None) -> dict[str, Any]:
        if account is None:
            principal = str(uuid.uuid5(_NAMESPACE, client.id))
            return {"idtyp": "app", "oid": principal, "sub": principal, "roles": sorted(permissions)}
        return {
            "idtyp": "user", "oid": account.id, "sub": _pairwise(client, account.id), "upn": account.address,
            "unique_name": account.address, "name": account.name, "scp": " ".join(sorted(permissions)),
        }  # fmt: skip

    def _signed(self, claims: dict[str, Any], lifetime: int) -> str:
        now = int(clock.seconds())
        claims = {**claims, "tid": self.directory.tenant, "iat": now, "nbf": now, "exp": now + lifetime}
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": _KEY_ID})


def _pairwise(client: Client, user: str) -> str:
    """Name a user as only this client knows it."""
    return base64.urlsafe_b64encode(uuid.uuid5(_NAMESPACE, f"{client.id} {user}").bytes).decode().rstrip("=")
