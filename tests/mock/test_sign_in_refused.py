"""What the authority refuses, with its number; and how a tenant's conditions show there."""

from __future__ import annotations

import time
from contextlib import ExitStack
from email.utils import parsedate_to_datetime

import jwt
import msal
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from signing_in import ATTENDEE, ORGANIZER, refused, serving

from graphmock import clock
from graphmock.errors import Refusal
from graphmock.registration import EXCHANGE, Account, Client
from graphmock.scopes import Wish
from graphmock.sessions import Sessions


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("target")) as found:
        yield found


@pytest.fixture(scope="module")
def in_condition(tmp_path_factory):
    """A stand-in in conditions by name, one for all the tests that want the same."""
    with ExitStack() as stack:
        known = {}

        def find(*names):
            if names not in known:
                options = [word for name in names for word in ("--vary", name)]
                known[names] = stack.enter_context(serving(tmp_path_factory.mktemp("target"), *options))
            return known[names]

        yield find


# --- applications -----------------------------------------------------------------------------------------------------


def test_a_wrong_secret(served):
    answer = served.confidential("nonsense").acquire_token_for_client(served.scope)
    assert refused(answer, 7000215, "invalid_client")


def test_an_unknown_application(served):
    answer = served.confidential(client="00000000-0000-0000-0000-000000000000").acquire_token_for_client(served.scope)
    assert refused(answer, 700016, "unauthorized_client")


def test_an_unknown_tenant(served):
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        served.confidential(tenant="fabrikam.example").acquire_token_for_client(served.scope)
    assert refused(served.post(tenant="fabrikam.example"), 90002, "invalid_tenant")
    place = f"{served.place}/fabrikam.example/v2.0/.well-known/openid-configuration"
    assert refused(served.session.get(place, timeout=5), 90002, "invalid_tenant")


def test_a_public_flow_on_an_application_that_is_not_public(served):
    app = served.public(served.app)
    assert refused(app.initiate_device_flow(served.scope), 7000218, "invalid_client")
    assert refused(served.password(app), 7000218, "invalid_client")
    bare = {"grant_type": "client_credentials", "scope": served.scope[0]}
    assert refused(served.post(**bare, client_id=served.users), 7000218, "invalid_client")
    assert refused(served.post(**bare, client_id=served.users, client_secret="x"), 700025, "invalid_client")


def test_an_unknown_resource(served):
    answer = served.confidential().acquire_token_for_client(["https://vault.azure.net/.default"])
    assert refused(answer, 500011, "invalid_resource")
    assert refused(served.password(served.public(), scope=["https://vault.azure.net/x"]), 500011, "invalid_resource")


def test_scopes_that_fit_nobody(served):
    answer = served.confidential().acquire_token_for_client([f"{served.graph}/Calendars.Read"])
    assert refused(answer, 1002012, "invalid_scope")
    both = [f"{served.graph}/User.Read", "https://graph.microsoft.com/User.Read"]
    assert refused(served.password(served.public(), scope=both), 70011, "invalid_scope")
    wider = served.password(served.public(served.reader), scope=[f"{served.graph}/Calendars.ReadWrite"])
    assert refused(wider, 65001, suberror="consent_required")


# --- assertions -------------------------------------------------------------------------------------------------------


def signed(served, claims, key=None, **header):
    actor = served.target("certificate")["actors"]["app"]
    key = key or (served.folder / actor["private_key"]).read_text()
    return jwt.encode(claims, key, algorithm="RS256", headers=header)


def by_assertion(served, assertion, **more):
    return served.post(
        grant_type="client_credentials", client_id=served.app, scope=served.scope[0], client_assertion=assertion,
        **{"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", **more},
    )  # fmt: skip


def own(served):
    """The claims and the header of an assertion that is right."""
    actor = served.target("certificate")["actors"]["app"]
    credential = {
        "private_key": (served.folder / actor["private_key"]).read_text(),
        "public_certificate": (served.folder / actor["certificate"]).read_text(),
    }
    app = served.confidential(credential)
    assertion = app.client.client_assertion
    assertion = assertion() if callable(assertion) else assertion
    return (
        jwt.decode(assertion, options={"verify_signature": False}),
        {"x5t#S256": jwt.get_unverified_header(assertion)["x5t#S256"]},
    )  # fmt: skip


def test_assertions_of_its_own(served):
    claims, header = own(served)
    assert by_assertion(served, signed(served, claims, **header)).status_code == 200
    other = rsa.generate_private_key(65537, 2048)
    assert refused(by_assertion(served, signed(served, claims, other, **header)), 700027, "invalid_client")
    assert refused(by_assertion(served, signed(served, claims, **{"x5t#S256": "x"})), 700027, "invalid_client")
    assert refused(by_assertion(served, signed(served, claims)), 700027, "invalid_client")
    for wrong in ({"aud": "https://login.example/t"}, {"sub": "x"}, {"exp": None}, {"exp": "x"}, {"aud": [1]}):
        assert refused(by_assertion(served, signed(served, {**claims, **wrong}, **header)), 50027, "invalid_client")
    for late in ({"exp": time.time() - 900}, {"nbf": time.time() + 900}):
        assert refused(by_assertion(served, signed(served, {**claims, **late}, **header)), 700024, "invalid_client")
    for garbage in ("x", "a.b.c", "." * 3, "\N{SNOWMAN}"):
        assert refused(by_assertion(served, garbage), 50027, "invalid_client")
    none = jwt.encode(claims, None, algorithm="none", headers=header)
    assert refused(by_assertion(served, none), 700027, "invalid_client")
    typed = by_assertion(served, signed(served, claims, **header), client_assertion_type="x")
    assert refused(typed, 900144, "invalid_request")


def test_somebody_elses_word_about_somebody_else(served):
    word = (served.folder / "app.assertion").read_text()
    claims = jwt.decode(word, options={"verify_signature": False})
    assert by_assertion(served, word).status_code == 200
    assert refused(by_assertion(served, signed(served, {**claims, "iss": "https://x"})), 70021, "invalid_request")
    assert refused(by_assertion(served, signed(served, {**claims, "aud": "x"})), 70021, "invalid_request")
    assert refused(by_assertion(served, signed(served, {**claims, "sub": "x"})), 700213, "invalid_client")
    assert refused(by_assertion(served, signed(served, claims)), 700027, "invalid_client")
    assert claims["aud"] == EXCHANGE
    app = served.confidential({"client_assertion": lambda: word})
    wrong = app.acquire_token_by_user_federated_identity_credential(
        served.scope, signed(served, {**claims, "sub": "x"}), username=ATTENDEE
    )
    assert refused(wrong, 700213, "invalid_client")
    nobody = app.acquire_token_by_user_federated_identity_credential(served.scope, word, username="who@contoso.example")
    assert refused(nobody, 50034)


# --- users ------------------------------------------------------------------------------------------------------------


def test_a_wrong_password_and_a_wrong_name(served):
    assert refused(served.password(served.public(), password="nonsense"), 50126)
    assert refused(served.password(served.public(), "who@contoso.example", "x"), 50034)


def test_a_session_that_was_ended(served):
    first = served.password(served.public())
    again = {"grant_type": "refresh_token", "scope": " ".join(served.scope)}
    assert refused(served.post(**again, client_id=served.users, refresh_token="x"), 70000)
    mine = {**again, "refresh_token": first["refresh_token"]}
    assert refused(served.post(**mine, client_id=served.reader), 70000)
    assert served.post(**mine, client_id=served.users).status_code == 200

    def end(how, user=ORGANIZER):
        return served.session.post(f"{served.place}/_mock/{how}?user={user}", timeout=5).status_code

    assert (end("expire", ATTENDEE), end("expire"), end("expire", "who@contoso.example")) == (204, 204, 400)
    assert refused(served.post(**mine, client_id=served.users), 700082, suberror="bad_token")
    assert end("revoke") == 204
    assert refused(served.post(**mine, client_id=served.users), 50173)
    # The access token has no session behind it, and lives on; so does a new sign-in.
    assert served.me(first) == served.me(served.password(served.public())) == ORGANIZER


def test_a_code_that_has_expired():

    sessions, client = Sessions(), Client("c", "C", public=True)
    code, waiting = sessions.wait(client, Wish("https://graph.microsoft.com", frozenset()))
    try:
        clock.turn(901)
        assert sessions.device(waiting.user_code) is None
        with pytest.raises(Refusal, match="AADSTS70020") as found:
            sessions.redeem(code, client)
        assert found.value.code == "expired_token"
    finally:
        clock.turn(0)


def test_a_session_nobody_used_for_three_months():

    sessions, client, account = Sessions(), Client("c", "C", public=True), Account("a", "A", "a@contoso.example", "p")
    token = sessions.begin(client, account)
    try:
        clock.turn(89 * 24 * 3600)
        assert sessions.resume(token, client) == account
        clock.turn(91 * 24 * 3600)
        with pytest.raises(Refusal, match="AADSTS700082"):
            sessions.resume(token, client)
    finally:
        clock.turn(0)


# --- conditions -------------------------------------------------------------------------------------------------------


def test_credentials_that_have_run_out(in_condition):
    served = in_condition("secret-expired", "certificate-unknown")
    assert refused(served.confidential().acquire_token_for_client(served.scope), 7000222, "invalid_client")
    assert refused(served.confidential("x").acquire_token_for_client(served.scope), 7000215, "invalid_client")
    claims, header = own(served)
    assert refused(by_assertion(served, signed(served, claims, **header)), 700027, "invalid_client")
    assert served.me(served.password(served.public())) == ORGANIZER


def test_users_who_may_not(in_condition):
    served = in_condition("mfa-required", "account-disabled")
    assert refused(served.password(served.public()), 50076, suberror="basic_action")
    assert refused(served.password(served.public(), ATTENDEE), 50057)
    flow = served.public().initiate_device_flow(served.scope)
    served.enter(flow, user=ORGANIZER)
    assert served.me(served.public().acquire_token_by_device_flow(flow)) == ORGANIZER
    assert "access_token" in served.confidential().acquire_token_for_client(served.scope)


def test_consent_that_was_taken_back(in_condition):
    served = in_condition("consent-revoked")
    for client in (served.users, served.reader):
        assert refused(served.password(served.public(client)), 65001, suberror="consent_required")
    assert "access_token" in served.confidential().acquire_token_for_client(served.scope)


def test_a_policy_against_every_sign_in(in_condition):
    served = in_condition("conditional-access")
    assert refused(served.password(served.public()), 53003, suberror="message_only")
    flow = served.public().initiate_device_flow(served.scope)
    served.enter(flow, user=ORGANIZER)
    assert refused(served.public().acquire_token_by_device_flow(flow), 53003, suberror="message_only")
    assert "access_token" in served.confidential().acquire_token_for_client(served.scope)


def test_tokens_that_are_no_jwts_and_live_for_seconds(in_condition):
    served = in_condition("short-lived-tokens", "opaque-tokens")
    app = served.public()
    answer = served.password(app)
    assert answer["expires_in"] == 5
    with pytest.raises(jwt.DecodeError):
        jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert served.me(answer) == ORGANIZER
    time.sleep(5.1)
    late = served.get("/v1.0/me", answer["access_token"])
    assert (late.status_code, late.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert "Lifetime validation failed" in late.json()["error"]["message"]
    assert served.me(app.acquire_token_silent(served.scope, app.get_accounts()[0])) == ORGANIZER


def test_mail_that_no_token_permits(in_condition):
    served = in_condition("no-mail-permission")
    for token in (served.password(served.public()), served.confidential().acquire_token_for_client(served.scope)):
        claims = jwt.decode(token["access_token"], options={"verify_signature": False})
        granted = claims.get("roles") or claims["scp"].split()
        assert "Calendars.ReadWrite" in granted
        assert not [one for one in granted if one.startswith("Mail.")]


@pytest.mark.parametrize(("name", "status"), [("authority-down", 503), ("authority-html", 200)])
def test_an_authority_that_is_none(in_condition, name, status):
    served = in_condition(name)
    answers = [
        served.post(grant_type="password"),
        served.session.get(f"{served.place}/{served.tenant}/v2.0/.well-known/openid-configuration", timeout=5),
        served.session.get(f"{served.place}/devicelogin", timeout=5),
    ]
    assert [(answer.status_code, answer.headers["content-type"]) for answer in answers] == [
        (status, "text/html; charset=utf-8")
    ] * 3
    with pytest.raises((ValueError, msal.exceptions.MsalError, OSError)):
        served.confidential().acquire_token_for_client(served.scope)
    # Graph itself is as ever.
    assert served.get("/v1.0/me", served.env["GRAPH_ORGANIZER_TOKEN"]).status_code == 200


@pytest.mark.parametrize(("name", "hours"), [("clock-hour-ahead", 1), ("clock-hour-behind", -1)])
def test_a_server_in_another_hour(in_condition, name, hours):
    served = in_condition(name)
    answer = served.password(served.public())
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    off = [claims["exp"] - 3600, claims["iat"]]
    time.sleep(0.2)  # the server looks at its clock ten times a second
    for place in (f"{served.graph}/v1.0/me", f"{served.place}/devicelogin"):
        found = served.get(place, answer["access_token"])
        assert found.status_code == 200
        off.append(parsedate_to_datetime(found.headers["date"]).timestamp())
    assert [round((one - time.time()) / 3600, 2) for one in off] == [hours] * 4
    assert answer["expires_in"] == 3600


# --- garbage ----------------------------------------------------------------------------------------------------------


def test_garbage_is_refused(served):
    token = f"{served.place}/{served.tenant}/oauth2/v2.0/token"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"\xff\xfe", b"grant_type=%ff", b"&".join(b"a=1" for _ in range(500))):
        assert refused(served.session.post(token, body, headers=form, timeout=5), 9002313, "invalid_request")
    huge = served.session.post(token, b"a=" + b"x" * 100_000, headers=form, timeout=5)
    vast = served.session.post(token, b"a=" + b"x" * 6_000_000, headers=form, timeout=10)
    assert [huge.status_code, vast.status_code] == [413, 413]
    assert refused(huge, 9002313, "invalid_request")
    for body in (b"", b"grant_type", b"{}", b"grant_type=&client_id=x"):
        assert refused(served.session.post(token, body, headers=form, timeout=5), 900144, "invalid_request")
    assert refused(served.post(grant_type="x"), 70003, "unsupported_grant_type")
    assert refused(served.post(grant_type="password", client_id="\x00"), 700016, "unauthorized_client")


def test_what_is_not_there(served):
    tenant = f"/{served.tenant}"
    for path in ("/", "//", "/favicon.ico", f"{tenant}/", f"{tenant}/oauth2/token", "/_mock/state", "/%00/%ff"):
        assert served.session.get(served.place + path, timeout=5).status_code == 404, path
    for method, path in (("GET", f"{tenant}/oauth2/v2.0/token"), ("DELETE", "/devicelogin"), ("POST", "/msi/token")):
        answer = served.session.request(method, served.place + path, timeout=5)
        assert (answer.status_code, "Allow" in answer.headers) == (405, True), path
    assert served.session.get(f"{served.place}/_mock/revoke", timeout=5).status_code == 405
    bare = served.session.get(f"{served.place}/msi/token", timeout=5)
    assert (bare.status_code, bare.json()["statusCode"]) == (401, 401)
    # The one port does not serve the other's.
    assert served.session.get(f"{served.place}/v1.0/me", timeout=5).status_code == 404
    assert served.session.get(f"{served.graph}/devicelogin", timeout=5).status_code == 400


def test_the_page_repeats_nothing_unescaped(served):
    text = served.session.get(f"{served.place}/devicelogin?user_code=%22%3E%3Cscript%3E", timeout=5).text
    assert "<script>" not in text
    assert "&quot;&gt;&lt;script&gt;" in text


def test_a_refusal_repeats_no_secret(served):
    secret = "S3CRET" * 8
    answers = [
        served.post(grant_type="client_credentials", client_id=served.app, client_secret=secret, scope=served.scope[0]),
        served.post(
            grant_type="password", client_id=served.users, username=ORGANIZER, password=secret, scope="User.Read"
        ),
        by_assertion(served, secret),
    ]
    assert [answer.status_code for answer in answers] == [401, 400, 401]
    assert not any(secret in answer.text or ORGANIZER in answer.text for answer in answers)
