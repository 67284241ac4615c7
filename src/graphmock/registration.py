"""Who may sign in: the tenant's accounts, and the applications registered there with what they prove themselves by."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from graphmock import conditions
from graphmock.tenant import DOMAIN
from graphmock.tokens import APPLICATION, DELEGATED, READER

if TYPE_CHECKING:
    from graphmock.call import World

EXCHANGE = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True)
class Account:
    """A user who may sign in; *id* is that of the mailbox."""

    id: str
    name: str
    address: str
    password: str


@dataclass(frozen=True, slots=True)
class Federation:
    """Whose word counts for the application's: an issuer's, about one subject, under one key."""

    issuer: str
    subject: str
    key: Any


@dataclass(frozen=True, slots=True)
class Client:
    """
    An application.

    Attributes:
        public: It cannot keep a secret, and has none.
        delegated: What was consented to for users.
        application: What was consented to for itself.
        keys: Public keys of its certificates, by thumbprint as an assertion's header writes it.
    """

    id: str
    name: str
    public: bool
    delegated: frozenset[str] = frozenset()
    application: frozenset[str] = frozenset()
    secret: str = ""
    secret_expired: bool = False
    keys: tuple[tuple[str, Any], ...] = ()
    federation: Federation | None = None


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """What only the application's owner has: PEM texts, the key of the federated issuer, the endpoint's header."""

    certificate: str
    private_key: str
    federation_key: rsa.RSAPrivateKey
    identity_header: str


@dataclass(frozen=True, slots=True)
class Directory:
    """
    The tenant as its authority knows it.

    Attributes:
        users: The application that the organizer and the attendee sign in to.
        reader: The one whose only consents are for reading.
        app: The one that acts by itself.
    """

    tenant: str
    domain: str
    accounts: tuple[Account, ...]
    users: Client
    reader: Client
    app: Client
    keepsakes: Keepsakes

    def client(self, identifier: str) -> Client | None:
        """Find an application by its id."""
        return next((one for one in (self.users, self.reader, self.app) if one.id == identifier.lower()), None)

    def account(self, name: str) -> Account | None:
        """Find a user by address or id, ignoring case."""
        return next((one for one in self.accounts if name.lower() in {one.address.lower(), one.id}), None)


def register(world: World, *, seed: int | None = None) -> Directory:
    """Give each user a password, and register three applications; keys are new each time, whatever the *seed*."""
    behaviour = world.behaviour
    # A source of its own: what the store draws next is the same with an authority and without.
    source = random.Random(None if seed is None else f"registration {seed}")  # noqa: S311 - nothing here is protected
    accounts = tuple(
        Account(box.id, box.person.name, box.address, _word(source))
        for box in world.store.mailboxes.values()
        if box.kind == "user"
    )
    certified = trustme.CA().issue_cert("graphmock.contoso.example", key_type=trustme.KeyType.RSA)
    certificate = certified.cert_chain_pems[0].bytes()
    federation_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    keepsakes = Keepsakes(
        certificate.decode(), certified.private_key_pem.bytes().decode(), federation_key, _word(source)
    )  # fmt: skip
    consented = frozenset() if behaviour.has("consent-revoked") else conditions.granted(behaviour, DELEGATED)
    read = frozenset() if behaviour.has("consent-revoked") else READER
    app = Client(
        _guid(source), "Contract tests, unattended", public=False, delegated=consented,
        application=conditions.granted(behaviour, APPLICATION, application=True), secret=_word(source),
        secret_expired=behaviour.has("secret-expired"),
        keys=() if behaviour.has("certificate-unknown") else _keys(certificate),
        federation=Federation(
            f"https://builds.{DOMAIN}", "repository:contract-tests:branch:main", federation_key.public_key()
        ),
    )  # fmt: skip
    return Directory(
        tenant=_guid(source), domain=DOMAIN, accounts=accounts, app=app, keepsakes=keepsakes,
        users=Client(_guid(source), "Contract tests", public=True, delegated=consented),
        reader=Client(_guid(source), "Contract tests, reading only", public=True, delegated=read),
    )  # fmt: skip


def _keys(certificate: bytes) -> tuple[tuple[str, Any], ...]:
    """Index a certificate's key by both thumbprints in use."""
    read = x509.load_pem_x509_certificate(certificate)
    encoded = read.public_bytes(serialization.Encoding.DER)
    old = hashlib.sha1(encoded, usedforsecurity=False).digest()
    return tuple((_thumbprint(one), read.public_key()) for one in (old, read.fingerprint(hashes.SHA256())))


def _thumbprint(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _word(source: random.Random) -> str:
    # Letters and digits only: a shell that loads them needs no quotes.
    return base64.b32encode(source.randbytes(20)).decode()


def _guid(source: random.Random) -> str:
    return str(uuid.UUID(int=source.getrandbits(128), version=4))
