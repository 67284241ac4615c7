"""https: whom the certificate is made out to, where the one to trust is put, and what stays as it is."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from graphmock.__main__ import main
from graphmock.tls import certify

COMMAND = [sys.executable, "-m", "graphmock", "serve", "--tls"]


@contextmanager
def serving(*arguments):
    """Start it; give its URL and the file to trust, as printed."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [process.stdout.readline(), process.stdout.readline()]
    try:
        assert lines[0].startswith("graphmock listening on https://"), process.stderr.read()
        yield lines[0].split()[-1], Path(lines[1].removeprefix("certificate to trust: ").rstrip("\n"))
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=5) == ("", "")
    assert process.returncode == 0


def get(url, trusted, **headers):
    context = ssl.create_default_context(cafile=trusted)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with opener.open(urllib.request.Request(url, headers=headers), timeout=5) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("target")
    with serving("--write-target", str(folder)) as (base, trusted):
        yield folder, base, trusted


def test_the_certificate_lies_beside_the_target_file(served):
    folder, base, trusted = served
    target = tomllib.loads((folder / "target.toml").read_text())
    values = dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
    assert (target["base_url"], target["ca_bundle"]) == (base, "ca.pem")
    assert trusted == folder / "ca.pem" == Path(values["GRAPH_CA_FILE"])
    assert trusted.stat().st_mode & 0o777 == 0o644
    assert "PRIVATE" not in trusted.read_text()
    assert values["GRAPH_ROOT"] == base
    token = values["GRAPH_ORGANIZER_TOKEN"]
    assert get(f"{base}/v1.0/me", trusted, Authorization=f"Bearer {token}")["mail"] == "organizer@contoso.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_names_of_this_machine_are_good(served, host):
    _, base, trusted = served
    assert "requests" in get(f"https://{host}:{urlsplit(base).port}/_mock/counts", trusted)


def test_links_to_further_pages_are_https(served):
    folder, base, trusted = served
    values = dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
    found = get(f"{base}/v1.0/users?$top=1", trusted, Authorization=f"Bearer {values['GRAPH_APP_TOKEN']}")
    assert found["@odata.nextLink"].startswith(f"{base}/v1.0/users?")


def test_who_does_not_trust_it_is_not_served(served):
    _, base, trusted = served
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        get(f"{base}/_mock/counts", None)
    # Plain HTTP on the same port, and a stranger's name, say nothing on stderr either; `serving` looks.
    with pytest.raises(OSError, match=r"reset|closed|refused|Remote end"):
        get(base.replace("https", "http") + "/_mock/counts", trusted)
    with socket.create_connection(("127.0.0.1", urlsplit(base).port), timeout=5) as plain:
        context = ssl.create_default_context(cafile=trusted)
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(plain, server_hostname="graph.example")


@pytest.mark.parametrize(
    ("host", "good"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("graph", True), ("graph.example", False)],
)
def test_the_certificate_is_made_out_to_this_machine_and_the_host(host, good):
    made = certify("graph")
    trusted = ssl.create_default_context(cadata=made.authority)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusted.wrap_bio(back, there, server_hostname=host)
    server = made.context.wrap_bio(there, back, server_side=True)
    with nullcontext() if good else pytest.raises(ssl.SSLCertVerificationError):
        while not all([_shakes(client), _shakes(server)]):
            pass


def _shakes(side):
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def test_without_a_place_it_ends_with_the_server():
    with serving() as (_, trusted):
        assert trusted.exists()
    assert not trusted.exists()
    assert not trusted.parent.exists()


def test_a_folder_with_a_space_can_be_loaded(tmp_path):
    folder = tmp_path / "my target"
    with serving("--write-target", str(folder)):
        command = ["sh", "-c", '. "$0/target.env"; printf %s "$GRAPH_CA_FILE"', str(folder)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    assert found.stdout == str(folder / "ca.pem")


def test_it_is_put_where_asked(tmp_path):
    place = tmp_path / "authority.crt"
    with serving("--ca-file", str(place), "--write-target", str(tmp_path)) as (base, trusted):
        assert trusted == place
        assert place.read_text() == (tmp_path / "ca.pem").read_text()
        assert "requests" in get(f"{base}/_mock/counts", place)
    assert place.exists()


def test_a_host_nobody_can_certify_is_one_line(capsys, monkeypatch):
    # Any name resolves to an address we may listen on.
    resolved = socket.socket.bind
    monkeypatch.setattr(socket.socket, "bind", lambda self, _: resolved(self, ("127.0.0.1", 0)))
    assert main(["serve", "--tls", "--host", "under_score"]) == 4
    assert (
        capsys.readouterr().err == "graphmock: cannot make out a certificate to 'under_score'; choose another --host\n"
    )


def test_two_runs_share_no_certificate():
    with serving() as (first, trusted), serving() as (second, other):
        assert trusted.read_text() != other.read_text()
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            get(f"{first}/_mock/counts", other)
        assert "requests" in get(f"{second}/_mock/counts", other)
