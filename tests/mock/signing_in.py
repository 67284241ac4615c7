"""A stand-in with an authority in a process of its own, and msal's applications for it."""

from __future__ import annotations

import signal
import subprocess
import sys
import tomllib
import warnings
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msal
import requests
from requests.adapters import HTTPAdapter

ORGANIZER, ATTENDEE = "organizer@contoso.example", "attendee@contoso.example"


class Reroute(HTTPAdapter):
    """Leads every https request to the authority's port; msal forgets the port in one place."""

    def __init__(self, port, trusted):
        self.port, self.trusted = port, trusted
        super().__init__()

    def send(self, request, **options):
        parts = urlsplit(request.url)
        if parts.port is None:
            request.headers["Host"] = f"{parts.hostname}:{self.port}"
            request.url = parts._replace(netloc=f"{parts.hostname}:{self.port}").geturl()
        return super().send(request, **{**options, "verify": str(self.trusted)})


class Served:
    """A running stand-in, its files, and msal's applications for it."""

    def __init__(self, folder, lines):
        self.folder = folder
        self.graph, self.place = lines[0].split()[-1], lines[2].split()[-1]
        self.trusted = folder / "ca.pem"
        self.env = dict(line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(self.trusted)
        self.session.mount("https://", Reroute(urlsplit(self.place).port, self.trusted))
        target = self.target("username-password")
        self.tenant = target["tenant_id"]
        self.users, self.reader, self.app = (
            target["actors"][name]["client_id"] for name in ("organizer", "reader", "app")
        )
        self.scope = [f"{self.graph}/.default"]

    def target(self, flow):
        return tomllib.loads((self.folder / f"target.{flow}.toml").read_text())

    def public(self, client=None, tenant=None, cache=None):
        return msal.PublicClientApplication(
            client or self.users, authority=f"{self.place}/{tenant or self.tenant}", instance_discovery=False,
            http_client=self.session, token_cache=cache,
        )  # fmt: skip

    def confidential(self, credential=None, client=None, tenant=None):
        return msal.ConfidentialClientApplication(
            client or self.app, authority=f"{self.place}/{tenant or self.tenant}", instance_discovery=False,
            http_client=self.session, client_credential=credential or self.env["GRAPH_APP_SECRET"],
        )  # fmt: skip

    def password(self, app, user=ORGANIZER, password=None, scope=None):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return app.acquire_token_by_username_password(
                user, password or self.env[f"GRAPH_{user.partition('@')[0].upper()}_PASSWORD"], scope or self.scope
            )

    def get(self, path, token):
        url = path if path.startswith("https") else f"{self.graph}{path}"
        return self.session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)

    def me(self, answer):
        found = self.get("/v1.0/me", answer["access_token"])
        assert found.status_code == 200, found.text
        return found.json()["mail"]

    def enter(self, flow, **fields):
        return self.session.post(
            f"{self.place}/devicelogin", {"user_code": flow["user_code"], **fields}, timeout=5
        )  # fmt: skip

    def post(self, end="oauth2/v2.0/token", tenant=None, **fields):
        return self.session.post(f"{self.place}/{tenant or self.tenant}/{end}", fields, timeout=5)


@contextmanager
def serving(folder, *options):
    command = [sys.executable, "-m", "graphmock", "serve", "--tls", "--auth-port", "0", "--write-target", str(folder)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [process.stdout.readline().rstrip() for _ in range(3)]
    try:
        assert lines[2].startswith("authority to sign in at: https://"), process.stderr.read()
        served = Served(Path(folder), lines)
        yield served
        served.session.close()
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=5)
    assert (said, process.returncode) == (("", ""), 0)


def refused(answer, number, error="invalid_grant", suberror=None):
    """Whether an answer of msal's, or one of the authority's own, is that refusal."""
    content = answer if isinstance(answer, dict) else answer.json()
    assert content["error_codes"] == [number], content
    assert content["error_description"].startswith(f"AADSTS{number}: ")
    assert (content["error"], content.get("suberror")) == (error, suberror)
    return True
