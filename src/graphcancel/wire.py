"""
The HTTP client that sign-in is done by: bounded answers, patient with a busy authority, and never in the clear.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from urllib3 import BaseHTTPResponse
from urllib3.util import Retry

from graphcancel.connecting import Connection, read_all
from graphcancel.refusals import Refused

_LARGEST: Final = 1024 * 1024
_REFUSED: Final = 400
_LONGEST_PAUSE: Final = 10.0
_LONGEST_S: Final = 150.0
"""Everything about one question, repeats and pauses included."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An authority's answer as sign-in reads it; the names are those the library expects."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        """Without text: it may hold a token."""
        return f"Answer({self.status_code})"

    def raise_for_status(self) -> None:
        """Raise for an error's status."""
        if self.status_code >= _REFUSED:
            raise requests.HTTPError(f"answered {self.status_code}")

    def object(self) -> Mapping[str, Any] | None:
        """The JSON object it holds, None for anything else."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class _Patience(Retry):
    """Waits for a busy authority, but not as long as it may ask for."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        asked = super().get_retry_after(response)
        return None if asked is None else min(asked, _LONGEST_PAUSE)


class Wire:
    """
    Connections to one authority, or to a machine's own identity endpoint.

    Args:
        authority: Its base URL; None for the identity endpoint, which is plain http and behind no proxy.

    Attributes:
        last: The last answer, None where there was none.
    """

    def __init__(self, ca_bundle: Path | None, authority: str | None) -> None:
        patience = _Patience(
            total=3,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=None,  # asking for a token twice gives two, and no harm
            backoff_factor=0.5,
            raise_on_status=False,
        )
        # A machine without an identity has nobody at that address: no use in asking for long.
        retries = patience if authority else patience.new(connect=0, read=0)
        self._connection = Connection(ca_bundle, retries, proxied=authority is not None)
        self._timeout = (10.0, 30.0) if authority else (3.0, 10.0)
        self._authority = urlsplit(authority) if authority else None
        self.last: Answer | None = None

    def get(self, url: str, *, params: Any = None, headers: Any = None, **_: Any) -> Answer:
        """Read from an endpoint."""
        return self._send("GET", url, params=params, headers=headers)

    def post(self, url: str, *, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> Answer:
        """Send a form to an endpoint."""
        return self._send("POST", url, params=params, data=data, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def _send(self, method: str, url: str, **parts: Any) -> Answer:
        self.last = None
        with (
            self._connection.within(_LONGEST_S),
            self._connection.request(
                method, self._right(url), **parts, allow_redirects=False, stream=True, timeout=self._timeout
            ) as found,
        ):
            body = read_all(found, time.monotonic() + self._timeout[1], _LARGEST)
        headers = {name.lower(): value for name, value in found.headers.items()}
        self.last = Answer(found.status_code, body.decode("utf-8", "replace"), headers)
        return self.last

    def _right(self, url: str) -> str:
        """
        *url* as it should be called.

        One of the library's own URLs (the look-up of a user's realm) has lost the authority's port.
        """
        if self._authority is None:
            return url
        parts = urlsplit(str(url))
        if parts.scheme != "https":
            raise Refused("the authority names an endpoint without https, where no secret may go; check authority")
        if self._authority.port and parts.port is None and parts.hostname == self._authority.hostname:
            return parts._replace(netloc=self._authority.netloc).geturl()
        return url
