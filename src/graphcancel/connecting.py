"""
How this process talks HTTP, to a target and to the authority its actors sign in at alike.

The session does what it is told and no more: no redirect is followed, no cookie kept, no ``.netrc`` read, and no
variable overrides which certificates are trusted. ``HTTPS_PROXY`` and ``NO_PROXY`` are honoured, for each URL anew.
"""

from __future__ import annotations

import logging
import ssl
import time
from contextlib import AbstractContextManager
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry, create_urllib3_context

from graphcancel.cutoff import Cutoff
from graphcancel.errors import TargetError
from graphcancel.tables import origin_of

CLOSED: Final = "connection closed without an answer"


class Connection(requests.Session):
    """
    Open connections, and by what rules further ones are made.

    Args:
        ca_bundle: PEM file of certificates to trust beside the usual ones.
        retries: Which requests are sent again by themselves; by default none.
        proxied: False goes by no proxy, as for an endpoint on the machine itself.

    Raises:
        TargetError: *ca_bundle* holds no certificate.
    """

    def __init__(self, ca_bundle: Path | None, retries: Retry | None = None, *, proxied: bool = True) -> None:
        super().__init__()
        self.trust_env = False
        # A call "without token" must carry none, so no cookie of an earlier, authenticated answer either.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._cutoff = Cutoff()
        adapter = _Adapter(_context(ca_bundle), retries or Retry(0, read=False), self._cutoff)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self._proxied = proxied
        self._proxies: dict[str, dict[str, str]] = {}
        for name in ("urllib3", "msal"):
            # Their records carry URLs, and in them tenants and mailboxes.
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Have what is sent inside, answer included, end in so many *seconds*; else it raises `requests.Timeout`."""
        return self._cutoff.within(seconds)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: a redirect is the answer it is. requests would work out where it leads all the same."""
        del resp

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send *request* by the proxy its URL has, if any."""
        url = request.url or ""
        origin = origin_of(url)
        if origin not in self._proxies:
            # Plain http is for this machine only; by a proxy it would leave it, token and all.
            direct = not self._proxied or url.lower().startswith("http://")
            self._proxies[origin] = {} if direct else dict(requests.utils.get_environ_proxies(url))
        return super().send(request, **{**kwargs, "proxies": self._proxies[origin]})


class _Adapter(HTTPAdapter):
    """Makes connections that trust one bundle more; the usual ones are added by requests for each connection."""

    def __init__(self, context: ssl.SSLContext | None, retries: Retry, cutoff: Cutoff) -> None:
        self._cutoff = cutoff
        self._trusting: dict[str, Any] = {} if context is None else {"ssl_context": context}
        super().__init__(max_retries=retries)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the library's own
        """Direct connections."""
        super().init_poolmanager(connections, maxsize, block, **{**kwargs, **self._trusting})
        self._cutoff.oversee(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Connections by *proxy*."""
        manager = super().proxy_manager_for(proxy, **kwargs, **self._trusting)
        self._cutoff.oversee(manager)
        return manager


def _context(bundle: Path | None) -> ssl.SSLContext | None:
    if bundle is None:
        return None
    context = create_urllib3_context()
    try:
        context.load_verify_locations(cafile=bundle)
    except OSError:
        raise TargetError(f"ca_bundle: {bundle} holds no certificate in PEM; name the CA's certificate") from None
    return context


def read_all(answer: requests.Response, deadline: float, largest: int) -> bytes:
    """
    The decoded body, bounded in time and size: a server that trickles must not hold a run.

    Args:
        deadline: Clock reading (monotonic, seconds).
        largest: Bytes.

    Raises:
        requests.RequestException: It is larger, or takes longer.
    """
    chunks = []
    size = 0
    for chunk in answer.iter_content(65536):
        chunks.append(chunk)
        size += len(chunk)
        if size > largest:
            raise requests.RequestException(f"body over {largest} bytes")
        if time.monotonic() > deadline:
            raise requests.Timeout("trickle")
    return b"".join(chunks)


def failure(error: Exception, seconds: float) -> str:
    """A few words without URL, header or token, which the libraries' own messages carry."""
    text = str(error).lower()
    if isinstance(error, requests.exceptions.SSLError):
        expired = "has expired" in text
        return "the TLS certificate has expired" if expired else "the TLS certificate was not accepted (see ca_bundle)"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refused the connection"
    if isinstance(error, requests.Timeout):
        return f"no answer within {seconds:.1f} s"
    if isinstance(error, requests.exceptions.ConnectionError):
        if "refused" in text:
            return "connection refused"
        return "host name not found" if "resolve" in text or "getaddrinfo" in text else CLOSED
    return f"no HTTP answer ({type(error).__name__})"
