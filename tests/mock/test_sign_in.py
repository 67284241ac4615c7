"""The authority, over TLS, as msal asks it: every flow."""

from __future__ import annotations

import stat
import time
import tomllib

import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from signing_in import ATTENDEE, ORGANIZER, refused, serving

from graphmock.behaviour import Behaviour
from graphmock.target_files import write_target
from graphmock.tenant import build


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("target")) as found:
        yield found


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
    # Between two of them a busy machine may have let enough time pass; not between any two of six.
    assert "slow_down" in {served.post(**asked).json()["error"] for _ in range(6)}
    time.sleep(1)
    assert refused(served.post(**asked), 70016, "authorization_pending")


def test_the_readers_token_only_reads(served):
    answer = served.password(served.public(served.reader))
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert set(claims["scp"].split()) == {"Calendars.Read", "User.Read"}
    assert served.get("/v1.0/me/events", answer["access_token"]).status_code == 200
    assert served.get("/v1.0/me/messages", answer["access_token"]).status_code == 403


def test_an_application_with_its_certificate(served):
    actor = served.target("certificate")["actors"]["app"]
    credential = {
        "private_key": (served.folder / actor["private_key"]).read_text(),
        "public_certificate": (served.folder / actor["certificate"]).read_text(),
    }
    answer = served.confidential(credential, actor["client_id"]).acquire_token_for_client(served.scope)
    assert served.get(f"/v1.0/users/{ATTENDEE}/events", answer["access_token"]).status_code == 200
    old = {"private_key": credential["private_key"], "thumbprint": thumbprint(credential["public_certificate"])}
    assert "access_token" in served.confidential(old, actor["client_id"]).acquire_token_for_client(served.scope)


def thumbprint(certificate):
    return x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA1()).hex()  # noqa: S303


def test_an_application_by_somebody_elses_word(served):
    actor = served.target("federated")["actors"]["app"]
    word = (served.folder / actor["assertion_file"]).read_text()
    app = served.confidential({"client_assertion": lambda: word}, actor["client_id"])
    answer = app.acquire_token_for_client(served.scope)
    assert served.get(f"/v1.0/users/{ATTENDEE}/events", answer["access_token"]).status_code == 200
    user = app.acquire_token_by_user_federated_identity_credential(served.scope, word, username=ATTENDEE)
    assert served.me(user) == ATTENDEE
    found = served.get("/v1.0/me", user["access_token"]).json()
    by_id = app.acquire_token_by_user_federated_identity_credential(served.scope, word, user_object_id=found["id"])
    assert served.me(by_id) == ATTENDEE


@pytest.mark.parametrize("form", ["app-service", "machine"])
def test_a_managed_identity(served, monkeypatch, form):
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, served.env[name]) if form == "app-service" else monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", served.place)
    client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=served.session)
    answer = client.acquire_token_for_client(resource=served.graph)
    assert served.get(f"/v1.0/users/{ATTENDEE}/events", answer["access_token"]).status_code == 200
    assert 3500 < answer["expires_in"] <= 3600
    other = client.acquire_token_for_client(resource="https://vault.azure.net")
    assert (other["error"], "vault.azure.net" in other["error_description"]) == (
        ("invalid_scope", True) if form == "app-service" else ("invalid_request", True)
    )
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    monkeypatch.setenv("IDENTITY_ENDPOINT", served.env["IDENTITY_ENDPOINT"])
    wrong = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=served.session)
    assert "401" in wrong.acquire_token_for_client(resource=served.graph)["error_description"]


@pytest.mark.parametrize(
    "root",
    ["https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
     "https://microsoftgraph.chinacloudapi.cn", "https://graph.microsoft.com/"],
)  # fmt: skip
def test_a_token_for_each_cloud(served, root):
    answer = served.confidential().acquire_token_for_client([f"{root}/.default"])
    assert jwt.decode(answer["access_token"], options={"verify_signature": False})["aud"] == root.rstrip("/")


def test_chosen_permissions_and_no_more(served):
    answer = served.password(served.public(), scope=["User.Read"])
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["scp"] == "User.Read"
    assert served.get("/v1.0/me/events", answer["access_token"]).status_code == 403


@pytest.mark.parametrize("tenant", ["contoso.example", "common", "organizations"])
def test_the_tenants_other_names(served, tenant):
    answer = served.password(served.public(tenant=tenant))
    assert served.me(answer) == ORGANIZER


def test_an_authority_that_is_discovered(served):
    app = msal.PublicClientApplication(
        served.users, authority=f"{served.place}/{served.tenant}", http_client=served.session,
        instance_discovery=f"{served.place}/common/discovery/instance",
    )  # fmt: skip
    assert served.me(served.password(app)) == ORGANIZER
    strange = served.session.get(
        f"{served.place}/common/discovery/instance?authorization_endpoint=https://login.example/t/", timeout=5
    )
    assert refused(strange, 50049, "invalid_instance")


def test_whose_users_they_are(served):
    found = [
        served.session.get(f"{served.place}/{place}/userrealm/{user}", timeout=5).json()["account_type"]
        for place, user in (("common", ORGANIZER), (served.tenant, ATTENDEE), ("common", "who@fabrikam.example"))
    ]
    assert found == ["Managed", "Managed", "Unknown"]


def test_the_requests_are_counted(served):
    def counts():
        return served.session.get(f"{served.graph}/_mock/counts", timeout=5).json()

    before = counts()["token_requests"]
    served.confidential().acquire_token_for_client(served.scope)
    served.post(grant_type="nothing")
    assert counts()["token_requests"] == before + 2


# --- files ------------------------------------------------------------------------------------------------------------

FLOWS = {
    "username-password": ("username-password", "username-password", "client-secret", "username-password"),
    "device-code": ("device-code", "device-code", "client-secret", "device-code"),
    "certificate": ("username-password", "username-password", "certificate", "username-password"),
    "federated": ("username-password", "username-password", "federated", "username-password"),
    "managed-identity": ("username-password", "username-password", "managed-identity", "username-password"),
    "app-only": (None, None, "client-secret", None),
}


@pytest.mark.parametrize("name", FLOWS)
def test_a_target_file_for_each_flow(served, name):
    target, usual = served.target(name), tomllib.loads((served.folder / "target.toml").read_text())
    actors = target["actors"]
    assert (
        tuple(actors.get(actor, {}).get("flow") for actor in ("organizer", "attendee", "app", "reader")) == FLOWS[name]
    )
    assert ("reader" in actors) is (name != "app-only")
    assert [actors["organizer"]["user"], actors["attendee"]["user"]] == [ORGANIZER, ATTENDEE]
    assert (target["authority"], target["ca_bundle"]) == (served.place, "ca.pem")
    same = ("base_url", "writable", "patience", "resources")
    assert [target[key] for key in same] == [usual[key] for key in same]
    for actor in actors.values():
        for key, value in actor.items():
            if key.endswith("_env"):
                assert served.env[value]
            if key in {"certificate", "private_key", "assertion_file"}:
                assert (served.folder / value).read_text()


def test_the_usual_target_file_is_as_it_was_and_nobody_else_reads_a_secret(served):
    usual = tomllib.loads((served.folder / "target.toml").read_text())
    assert {actor["flow"] for actor in usual["actors"].values()} == {"token"}
    assert not {"authority", "tenant_id", "client_id"} & set(usual)
    readable = {path.name for path in served.folder.iterdir() if stat.S_IMODE(path.stat().st_mode) != 0o600}
    assert readable == {"ca.pem"}
    assert {path.name for path in served.folder.iterdir()} == {
        "ca.pem", "target.env", "target.toml", "app.key.pem", "app.certificate.pem", "app.assertion",
        *(f"target.{name}.toml" for name in FLOWS),
    }  # fmt: skip
    secrets = [served.env[name] for name in served.env if name.endswith(("_PASSWORD", "_SECRET", "_HEADER"))]
    texts = [path.read_text() for path in served.folder.glob("*.toml")]
    assert not any(secret in text for secret in secrets for text in texts)


def test_what_is_registered_follows_the_seed(tmp_path):
    with serving(tmp_path / "one", "--seed", "7") as one, serving(tmp_path / "two", "--seed", "7") as two:
        names = ("GRAPH_APP_SECRET", "GRAPH_ORGANIZER_PASSWORD", "GRAPH_ORGANIZER_TOKEN", "GROUP_ID")
        assert [one.env[name] for name in names] == [two.env[name] for name in names]
        assert (one.tenant, one.users, one.app) == (two.tenant, two.users, two.app)
        # But a token of one is none of the other's: keys are new each time.
        assert two.get("/v1.0/me", one.password(one.public())["access_token"]).status_code == 401


def test_without_an_authority_nothing_is_said_of_one(tmp_path):
    world, cast = build(Behaviour(frozenset()), seed=7)
    write_target(tmp_path, "http://127.0.0.1:1", world.tokens, cast)
    assert {path.name for path in tmp_path.iterdir()} == {"target.env", "target.toml"}
    assert "IDENTITY" not in (tmp_path / "target.env").read_text()
