"""What a client needs to sign in at a running stand-in's authority: values for target files, and files beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jwt

from graphmock import clock
from graphmock.registration import EXCHANGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphmock.registration import Directory
    from graphmock.tenant import Cast

Actors = dict[str, dict[str, str]]
"""Keys and values of each actor in a target file."""

EXPIRED = "GRAPH_EXPIRED_TOKEN"
_SECRET = "GRAPH_APP_SECRET"  # noqa: S105 - names of variables, here and below
_CERTIFICATE = "app.certificate.pem"
_PRIVATE_KEY = "app.key.pem"
_ASSERTION = "app.assertion"
_ASSERTION_LIFETIME = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where the authority is, and whom it knows."""

    place: str
    directory: Directory

    def keys(self) -> dict[str, str]:
        """Give what holds for every actor."""
        return {"authority": self.place, "tenant_id": self.directory.tenant}

    def actors(self, cast: Cast) -> dict[str, Actors]:
        """Give the actors of each target file, by what the file is named after."""
        app = {"client_id": self.directory.app.id}
        by_secret = {"flow": "client-secret", **app, "secret_env": _SECRET}
        by_password = self._users(cast, "username-password")
        return {
            "username-password": {**by_password, "app": by_secret},
            "device-code": {**self._users(cast, "device-code"), "app": by_secret},
            "certificate": {
                **by_password,
                "app": {"flow": "certificate", **app, "certificate": _CERTIFICATE, "private_key": _PRIVATE_KEY},
            },
            "federated": {**by_password, "app": {"flow": "federated", **app, "assertion_file": _ASSERTION}},
            "managed-identity": {**by_password, "app": {"flow": "managed-identity"}},
            "app-only": {
                "organizer": {"user": cast.organizer}, "attendee": {"user": cast.attendee}, "app": by_secret,
            },
        }  # fmt: skip

    def _users(self, cast: Cast, flow: str) -> Actors:
        users = {
            "organizer": (cast.organizer, self.directory.users.id, "ORGANIZER"),
            "attendee": (cast.attendee, self.directory.users.id, "ATTENDEE"),
            "reader": (cast.organizer, self.directory.reader.id, "ORGANIZER"),
        }
        found: Actors = {}
        for actor, (user, client, who) in users.items():
            found[actor] = {"user": user, "flow": flow, "client_id": client}
            found[actor] |= {"password_env": f"GRAPH_{who}_PASSWORD"} if flow == "username-password" else {}
        found["organizer"]["expired_token_env"] = EXPIRED
        return found

    def variables(self, cast: Cast) -> Mapping[str, str]:
        """Give the secrets that the target files name, and where a managed identity's machine gets its token."""
        passwords = {account.address: account.password for account in self.directory.accounts}
        return {
            "GRAPH_AUTHORITY": self.place,
            "GRAPH_ORGANIZER_PASSWORD": passwords[cast.organizer],
            "GRAPH_ATTENDEE_PASSWORD": passwords[cast.attendee],
            _SECRET: self.directory.app.secret,
            "IDENTITY_ENDPOINT": f"{self.place}/msi/token",
            "IDENTITY_HEADER": self.directory.keepsakes.identity_header,
        }

    def files(self) -> Mapping[str, str]:
        """Give what lies beside the target files: keys, and the word of the issuer that the application trusts."""
        kept, federation = self.directory.keepsakes, self.directory.app.federation
        if federation is None:
            raise LookupError(self.directory.app.name)
        now = int(clock.seconds())
        claims = {
            "iss": federation.issuer, "sub": federation.subject, "aud": EXCHANGE, "iat": now, "nbf": now,
            "exp": now + _ASSERTION_LIFETIME,
        }  # fmt: skip
        return {
            _CERTIFICATE: kept.certificate,
            _PRIVATE_KEY: kept.private_key,
            _ASSERTION: jwt.encode(claims, kept.federation_key, algorithm="RS256"),
        }
