"""How connections are made: through which proxy, trusting whom, and following nobody."""

from __future__ import annotations

import datetime as dt
import socket
import threading

import pytest
import requests
import trustme
from raw_server import RawServer
from small_authority import CLIENT, TENANT, SmallAuthority

from graphcancel import wire
from graphcancel.actors import Actor
from graphcancel.auth import SignIn
from graphcancel.connecting import Connection
from graphcancel.errors import TargetError
from graphcancel.exchange import Request
from graphcancel.fence import Fence
from graphcancel.target import Target

APP = Actor("app", flow="client-secret", tenant_id=TENANT, client_id=CLIENT, secret="s3cret")
# Both names lead to one small server, by way of the proxy alone.
GRAPH, LOGIN = "graph.example", "login.example"


class Proxy(RawServer):
    """Knows CONNECT and nothing else: whatever host is asked for, it leads to the port *server*, or nowhere."""

    def __init__(self, server: int, *, refuses: bool = False) -> None:
        self.asked: list[str] = []
        self._server = server
        self._refuses = refuses
        super().__init__(self._lead)
        self.url = f"http://127.0.0.1:{self.port}"

    def _lead(self, client: socket.socket) -> None:
        head = b""
        with client:
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head.split()[1].decode())
            if self._refuses:
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._server)) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join(5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture(scope="module")
def ca():
    return trustme.CA()


@pytest.fixture
def server(ca):
    """A small server that is Graph and authority in one."""
    found = SmallAuthority(ca.issue_cert("127.0.0.1", GRAPH, LOGIN))
    yield found
    found.close()


@pytest.fixture
def proxy(server):
    """A proxy that leads to the server."""
    found = Proxy(server.port)
    yield found
    found.close()


@pytest.fixture
def connect(ca, describe, tmp_path, monkeypatch):
    """Connect a target whose app signs in; variables as given are all there are."""
    monkeypatch.setattr(wire._Patience, "sleep", lambda *_: None)
    bundle = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(bundle)
    opened = []

    def build(graph: str = f"https://{GRAPH}", login: str = f"https://{LOGIN}", ca_bundle=bundle, **variables: str):
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        described = describe(base_url=graph, authority=login, ca_bundle=ca_bundle, actors={"app": APP})
        target = Target(described, Fence([graph], described.writable), SignIn(described, cache=tmp_path / "cache"))
        opened.append(target)
        return target

    yield build
    for target in opened:
        target.close()


def look(target: Target):
    return target.send(Request("GET", f"{target.description.base_url}/v1.0", "/users/organizer@contoso.example", "app"))


def test_graph_and_authority_are_reached_by_the_proxy(connect, proxy, server):
    found = look(connect(HTTPS_PROXY=proxy.url))

    assert found.status == 404
    assert proxy.asked == [f"{LOGIN}:443", f"{GRAPH}:443"]
    assert server.asked[-1][0] == "/v1.0/users/organizer@contoso.example"


def test_who_needs_no_proxy_is_decided_for_each_url(connect, proxy, server):
    target = connect(login=server.url, HTTPS_PROXY=proxy.url, NO_PROXY="127.0.0.1")

    assert look(target).status == 404
    assert proxy.asked == [f"{GRAPH}:443"]


def test_a_proxy_that_refuses_is_said_for_each(connect, server):
    refusing = Proxy(server.port, refuses=True)
    target = connect(HTTPS_PROXY=refusing.url)

    assert target.sign_in.trouble("app") == (
        "cannot sign in: the authority: the proxy refused the connection; check HTTPS_PROXY and NO_PROXY"
    )
    reached = connect(login=server.url, HTTPS_PROXY=refusing.url, NO_PROXY="127.0.0.1")
    assert look(reached).failure == "the proxy refused the connection"
    refusing.close()


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_no_variable_says_whom_to_trust(variable, connect, server):
    target = connect(server.url, server.url, **{variable: "/nowhere/nonsense.pem"})

    assert look(target).status == 404
    assert target.sign_in.trouble("app") is None


def test_no_variable_says_that_anybody_is_trusted(connect, server, ca, tmp_path):
    ca.cert_pem.write_to_path(tmp_path / "other.pem")
    target = connect(server.url, server.url, ca_bundle=None, REQUESTS_CA_BUNDLE=str(tmp_path / "other.pem"))

    assert "the TLS certificate was not accepted" in (target.sign_in.trouble("app") or "")
    assert server.asked == []


def test_a_bundle_is_trusted_beside_the_usual_anchors(ca, tmp_path, monkeypatch):
    """
    The library adds its usual anchors by itself; here another authority stands for them.
    """
    usual, extra = tmp_path / "usual.pem", tmp_path / "extra.pem"
    other = trustme.CA()
    ca.cert_pem.write_to_path(extra)
    other.cert_pem.write_to_path(usual)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(usual))
    for issuer in (ca, other):
        server = SmallAuthority(issuer.issue_cert("127.0.0.1"))
        with Connection(extra) as session:
            assert session.get(f"{server.url}/x").status_code == 404
        server.close()
    stranger = SmallAuthority(trustme.CA().issue_cert("127.0.0.1"))
    with Connection(extra) as session, pytest.raises(requests.exceptions.SSLError):
        session.get(f"{stranger.url}/x")
    stranger.close()


@pytest.mark.parametrize("bundled", [True, False])
def test_a_certificate_of_another_host_or_of_nobody_known_is_not_accepted(bundled, ca, tmp_path):
    bundle = tmp_path / "bundle.pem"
    (ca if bundled else trustme.CA()).cert_pem.write_to_path(bundle)
    server = SmallAuthority(ca.issue_cert("elsewhere.example" if bundled else "127.0.0.1"))

    with Connection(bundle) as connection, pytest.raises(requests.exceptions.SSLError):
        connection.get(f"https://127.0.0.1:{server.port}/", timeout=5)

    server.close()


def test_a_target_whose_certificate_has_expired_is_said(connect, ca):
    now = dt.datetime.now(dt.UTC)
    old = SmallAuthority(ca.issue_cert("127.0.0.1", not_before=now - dt.timedelta(9), not_after=now - dt.timedelta(2)))
    good = SmallAuthority(ca.issue_cert("127.0.0.1"))

    assert look(connect(old.url, good.url)).failure == "the TLS certificate has expired"
    assert look(connect(good.url, good.url, ca_bundle=None)).failure.startswith("app cannot sign in: the authority: ")
    old.close()
    good.close()


@pytest.mark.parametrize("text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_a_bundle_without_a_certificate_is_one_line(text, tmp_path):
    (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(TargetError, match=r"ca_bundle: .* holds no certificate in PEM; name the CA's certificate"):
        Connection(tmp_path / "ca.pem")


def test_a_token_is_not_taken_along_by_a_redirect(connect, server):
    target = connect(server.url, server.url)
    target.sign_in.token("app")
    server.headers = {"Location": f"{server.url}/elsewhere"}
    server.everything = lambda path: (302, b"")

    assert look(target).status == 302
    assert [path for path, _ in server.asked][-1] == "/v1.0/users/organizer@contoso.example"


def test_nothing_said_of_a_connection_reaches_a_log(connect, server, caplog):
    server.everything = lambda path: (503, {}) if path.endswith("/token") else None
    with caplog.at_level(0):
        target = connect(server.url, server.url)
        assert target.sign_in.trouble("app")

    for secret in ("s3cret", TENANT, CLIENT):
        assert secret not in caplog.text
