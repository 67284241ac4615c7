"""
Whether a client certificate can be signed in with, found out before anything is sent.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from graphcancel.refusals import Refused


def check_certificate(certificate: str, private_key: str) -> None:
    """
    See that a client certificate can be signed in with, before anything is sent.

    Raises:
        Refused: It has expired, is not valid yet, cannot be read, or the key is another's.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate.encode())
        key = serialization.load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError):
        raise Refused(
            "certificate or private_key cannot be read; give both in PEM, the key without a passphrase"
        ) from None
    now = dt.datetime.now(dt.UTC)
    if found.not_valid_after_utc < now:
        day = found.not_valid_after_utc.date()
        raise Refused(f"the client certificate has expired ({day}); make a new one and upload it")
    if found.not_valid_before_utc > now:
        day = found.not_valid_before_utc.date()
        raise Refused(f"the client certificate is not valid before {day}; wait, or check this machine's clock")
    if _public(found) != _public(key):
        raise Refused("private_key is not the key of certificate; name the two that belong together")


def _public(holder: Any) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    key: bytes = holder.public_key().public_bytes(serialization.Encoding.DER, form)
    return key
