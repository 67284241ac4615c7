"""The authority, over TLS, as msal asks it: every flow, and every refusal with its number."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import tomllib
import warnings
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import msal
import pytest
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


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("target")) as found:
        yield found


def refused(answer, number, error="invalid_grant", suberror=None):
    """Whether an answer of msal's, or one of the authority's own, is that refusal."""
    content = answer if isinstance(answer, dict) else answer.json()
    assert content["error_codes"] == [number], content
    assert content["error_description"].startswith(f"AADSTS{number}: ")
    assert (content["error"], content.get("suberror")) == (error, suberror)
    return True


# --- flows ------------------------------------------------------------------------------------------------------------


def test_an_application_with_its_secret(served):
    app = served.confidential()
    answer = app.acquire_token_for_client(served.scope)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert set(answer) == {"access_token", "expires_in", "ext_expires_in", "token_type", "token_source"}
    assert (claims["appid"], claims["tid"], claims["aud"]) == (served.app, served.tenant, served.graph)
    assert {"Calendars.ReadWrite", "Mail.ReadWrite"} <= set(claims["roles"])
    assert "scp" not in claims
    assert served.get(f"/v1.0/users/{ATTENDEE}/events", answer["access_token"]).status_code == 200
    assert served.get("/v1.0/me", answer["access_token"]).json()["error"]["code"] == "BadRequest"
    assert app.acquire_token_for_client(served.scope)["token_source"] == "cache"


def test_a_user_with_a_password(served):
    app = served.public()
    answer = served.password(app)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert served.me(answer) == ORGANIZER
    assert (claims["upn"], claims["tid"]) == (ORGANIZER, served.tenant)
    assert "Calendars.ReadWrite" in claims["scp"].split()
    assert answer["id_token_claims"]["preferred_username"] == ORGANIZER
    assert (answer["id_token_claims"]["oid"], answer["id_token_claims"]["tid"]) == (claims["oid"], served.tenant)
    (account,) = app.get_accounts(ORGANIZER)
    assert account["home_account_id"] == f"{claims['oid']}.{served.tenant}"
    assert app.acquire_token_silent(served.scope, account)["access_token"] == answer["access_token"]


def test_a_token_is_signed_by_the_key_that_is_published(served):
    token = served.password(served.public())["access_token"]
    found = served.session.get(
        f"{served.place}/{served.tenant}/v2.0/.well-known/openid-configuration", timeout=5
    ).json()
    keys = jwt.PyJWKSet.from_dict(served.session.get(found["jwks_uri"], timeout=5).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["RS256"], audience=served.graph)["upn"] == ORGANIZER


def test_a_session_goes_on_in_another_process(served):
    cache = msal.SerializableTokenCache()
    first = served.password(served.public(cache=cache), ATTENDEE)
    kept = msal.SerializableTokenCache()
    kept.deserialize(cache.serialize())
    app = served.public(cache=kept)
    (account,) = app.get_accounts()
    second = app.acquire_token_silent(served.scope, account, force_refresh=True)
    assert second["access_token"] != first["access_token"]
    assert served.me(second) == ATTENDEE
    # The refresh token just used is still good: a client that lost the answer comes again.
    again = served.public(cache=msal.SerializableTokenCache())
    for _ in range(2):
        assert served.me(again.acquire_token_by_refresh_token(first["refresh_token"], served.scope)) == ATTENDEE


def test_a_person_with_a_device_code(served):
    app = served.public()
    flow = app.initiate_device_flow(served.scope)
    assert (flow["interval"], flow["verification_uri"]) == (1, f"{served.place}/devicelogin")
    assert flow["user_code"] in flow["message"]
    assert "<form" in served.session.get(flow["verification_uri"], timeout=5).text
    once = {"exit_condition": lambda _flow: True}
    assert refused(app.acquire_token_by_device_flow(flow, **once), 70016, "authorization_pending")
    wrong = [served.enter({"user_code": "XXXXXXXXX"}, user=ATTENDEE), served.enter(flow, user="nobody@contoso.example")]
    assert [answer.status_code for answer in wrong] == [400, 400]
    assert served.enter({"user_code": f" {flow['user_code'].lower()} "}, user=ATTENDEE).status_code == 200
    answer = app.acquire_token_by_device_flow(flow, **once)
    assert served.me(answer) == ATTENDEE
    (account,) = app.get_accounts()
    assert served.me(app.acquire_token_silent(served.scope, account, force_refresh=True)) == ATTENDEE
    assert refused(
        app.acquire_token_by_device_flow({**flow, "latest_attempt_at": 0}, **once), 70018, "bad_verification_code"
    )


def test_a_person_who_declines(served):
    app = served.public()
    flow = app.initiate_device_flow(served.scope)
    assert served.enter(flow, decision="decline").status_code == 200
    assert refused(app.acquire_token_by_device_flow(flow), 65004, "authorization_declined")


def test_a_device_that_asks_too_often(served):
    flow = served.public().initiate_device_flow(served.scope)
    asked = {"grant_type": "device_code", "client_id": served.users, "device_code": flow["device_code"]}
    assert refused(served.post(**asked), 70016, "authorization_pending")
    assert refused(served.post(**asked), 70016, "slow_down")
    time.sleep(1)
    assert refused(served.post(**asked), 70016, "authorization_pending")


def test_the_readers_token_only_reads(served):
    answer = served.password(served.public(served.reader))
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert set(claims["scp"].split()) == {"Calendars.Read", "User.Read"}
    assert served.get("/v1.0/me/events", answer["access_token"]).status_code == 200
    assert served.get("/v1.0/me/messages", answer["access_token"]).status_code == 403
