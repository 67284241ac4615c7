"""A certificate of the server's own, made when it starts and forgotten when it ends."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import trustme

from graphmock.server import StartError

_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """
    What the server shows, and what a client needs to believe it.

    Attributes:
        context: For the server's side of a connection; holds the only copy of the private key.
        authority: The certificate a client has to trust, as PEM text.
    """

    context: ssl.SSLContext
    authority: str


def certify(host: str) -> Certificate:
    """
    Make an authority, and a certificate for every name of this machine and for *host*.

    An authority of its own rather than a bare self-signed certificate: every client takes that as a trust anchor.

    Raises:
        StartError: No certificate can be made out to *host*.
    """
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        authority.issue_cert(*dict.fromkeys((*_LOCAL, host))).configure_cert(context)
    except ValueError:
        raise StartError(f"cannot make out a certificate to {host!r}; choose another --host") from None
    return Certificate(context, authority.cert_pem.bytes().decode())
