"""Signing in: every flow against a small authority over TLS, renewal, whose token it is, and what is never shown."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import replace
from types import SimpleNamespace

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from small_authority import ADA, CLIENT, TENANT, SmallAuthority, jwt_of, refusal

from graphcancel import auth, flows, wire
from graphcancel.actors import Actor
from graphcancel.auth import SignIn, granted_by

APP = Actor("app", flow="client-secret", tenant_id=TENANT, client_id=CLIENT, secret="s3cret")
PERSON = Actor("organizer", ADA, "username-password", tenant_id=TENANT, client_id=CLIENT, password="s3cret")
DEVICE = Actor("organizer", ADA, "device-code", tenant_id=TENANT, client_id=CLIENT)


@pytest.fixture(scope="module")
def ca():
    return trustme.CA()


@pytest.fixture
def authority(ca):
    """A small authority."""
    found = SmallAuthority(ca.issue_cert("127.0.0.1", "login.example"))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Nobody waits before asking a busy authority again."""
    monkeypatch.setattr(wire._Patience, "sleep", lambda *_: None)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves when told to, and when somebody sleeps."""

    class Clock:
        now = 1000.0

        def sleep(self, seconds):
            self.now += seconds

        def monotonic(self):
            return self.now

    found = Clock()
    for module in (auth, flows):
        monkeypatch.setattr(module, "time", found)
    return found


@pytest.fixture
def sign_in(authority, ca, describe, tmp_path):
    """Sign actors in at the authority."""
    bundle = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(bundle)
    opened = []

    def build(*actors: Actor, **more) -> SignIn:
        given = {
            "actors": {actor.name: actor for actor in actors},
            "authority": authority.url,
            "ca_bundle": bundle,
        }
        asked = {key: more.pop(key) for key in ("ask",) if key in more}
        found = SignIn(describe(**given | more), cache=tmp_path / "cache", **asked)
        opened.append(found)
        return found

    yield build
    for found in opened:
        found.close()


# -- each flow --------------------------------------------------------------------------------------------------------


def test_nothing_is_asked_before_a_token_is(sign_in, authority):
    sign_in(APP, PERSON)

    assert authority.asked == []


def test_an_app_signs_in_with_its_secret(sign_in, authority):
    found = sign_in(APP)

    assert (found.token("app"), found.trouble("app")) == ("t-1", None)
    (form,) = (form for _, form in authority.asked if form)
    assert form["scope"] == "https://graph.example/.default"
    assert (form["client_id"], form["client_secret"]) == (CLIENT, "s3cret")


def test_a_token_is_asked_for_once(sign_in, authority):
    found = sign_in(APP)

    assert {found.token("app") for _ in range(5)} == {"t-1"}
    assert authority.grants == ["client_credentials"]


@pytest.mark.parametrize("cloud", ["china", None])
def test_the_token_is_for_the_cloud_whatever_its_url(cloud, sign_in, authority):
    sign_in(APP, cloud=cloud, base_url="https://gateway.example:8443/graph").token("app")

    scope = "https://microsoftgraph.chinacloudapi.cn/.default" if cloud else "https://gateway.example:8443/.default"
    assert authority.asked[-1][1]["scope"] == scope


def certified(ca, **more):
    made = ca.issue_cert("app.example", key_type=trustme.KeyType.RSA, **more)
    return made.cert_chain_pems[0].bytes().decode(), made.private_key_pem.bytes().decode()


def test_an_app_signs_in_with_its_certificate_by_sha_256(sign_in, authority, ca):
    import base64  # noqa: PLC0415
    import json  # noqa: PLC0415

    certificate, key = certified(ca)
    actor = replace(APP, flow="certificate", secret=None, certificate=certificate, private_key=key)

    assert sign_in(actor).token("app") == "t-1"
    assertion = authority.asked[-1][1]["client_assertion"]
    header = json.loads(base64.urlsafe_b64decode(assertion.split(".")[0] + "=="))
    assert "x5t#S256" in header
    assert "x5t" not in header
    assert "client_secret" not in authority.asked[-1][1]


def other_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def test_a_certificate_of_no_use_is_said_before_anything_is_sent(sign_in, authority, ca):
    now = dt.datetime.now(dt.UTC)
    certificate, key = certified(ca)
    old = certified(ca, not_before=now - dt.timedelta(9), not_after=now - dt.timedelta(2))
    early = certified(ca, not_before=now + dt.timedelta(2))
    tries = {
        "the client certificate has expired (20": old,
        "the client certificate is not valid before 20": early,
        "private_key is not the key of certificate": (certificate, other_key()),
        "cannot be read; give both in PEM": ("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", key),
    }
    for says, (public, private) in tries.items():
        actor = replace(APP, flow="certificate", secret=None, certificate=public, private_key=private)
        found = sign_in(actor)
        assert found.token("app") is None
        assert says in (found.trouble("app") or "")
    assert authority.asked == []


def test_a_federated_assertion_is_read_anew_at_each_use(sign_in, authority, clock, tmp_path):
    written = tmp_path / "assertion.jwt"
    written.write_text("the.first.one\n")
    authority.lifetime = 100
    found = sign_in(replace(APP, flow="federated", secret=None, assertion_file=written))

    assert found.token("app") == "t-1"
    written.write_text("the.second.one")
    clock.now += 90
    assert found.token("app") == "t-2"
    assert [form["client_assertion"] for _, form in authority.asked if form] == ["the.first.one", "the.second.one"]


@pytest.mark.parametrize("text", ["root:x:0:0:root:/root:/bin/sh", "-----BEGIN X-----", "a.b", "a.b.c d", "a.b.ć"])
def test_a_file_that_is_no_assertion_goes_nowhere(text, sign_in, authority, tmp_path):
    """A target file may name any file; what it holds is no business of an authority's."""
    written = tmp_path / "other"
    written.write_text(text)
    found = sign_in(replace(APP, flow="federated", secret=None, assertion_file=written))

    assert "holds no assertion" in (found.trouble("app") or "")
    assert [form for _, form in authority.asked if form] == []


def test_an_assertion_that_is_gone_is_said(sign_in, tmp_path):
    found = sign_in(replace(APP, flow="federated", secret=None, assertion_file=tmp_path / "gone"))

    assert found.trouble("app") == (
        "cannot sign in: assertion_file cannot be read or is empty; have the runner write it before the run"
    )


@pytest.mark.parametrize("client", [None, CLIENT])
def test_a_machine_signs_in_by_its_identity(client, sign_in, authority, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{authority.url}/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "h")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    authority.everything = lambda path: (200, {"access_token": jwt_of(roles=["A"]), "expires_on": "99999999999"})
    found = sign_in(Actor("app", flow="managed-identity", client_id=client))

    assert found.token("app")
    path = authority.asked[0][0]
    assert "resource=https%3A%2F%2Fgraph.example" in path
    assert (f"client_id={CLIENT}" in path) == (client is not None)
    assert found.granted("app") == {"A"}


@pytest.mark.parametrize("answer", [(400, {"statusCode": 400, "message": ADA}), (404, b"<html>"), (500, {})])
def test_a_machine_without_that_identity_is_said(answer, sign_in, authority, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{authority.url}/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "h")
    authority.everything = lambda path: answer

    trouble = sign_in(Actor("app", flow="managed-identity")).trouble("app")

    assert trouble
    assert "managed identity" in trouble or "answers" in trouble
    assert ADA not in trouble


def test_a_machine_without_any_identity_is_said(sign_in, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "h")

    assert sign_in(Actor("app", flow="managed-identity")).trouble("app") == (
        "cannot sign in: no managed identity is to be had on this machine; run where there is one, or use another flow"
    )


def test_a_password_signs_in_where_warnings_are_errors(sign_in, authority):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = sign_in(PERSON)

        assert found.token("organizer") == "t-1"
    assert authority.grants == ["password"]
    assert "client_secret" not in authority.asked[-1][1]


def test_the_look_up_of_a_users_realm_keeps_the_port(sign_in, authority):
    sign_in(PERSON).token("organizer")

    assert [path for path, _ in authority.asked if "/common/userrealm/" in path]


def test_a_password_with_a_secret_is_a_confidential_clients(sign_in, authority):
    sign_in(replace(PERSON, secret="its-own")).token("organizer")

    assert authority.asked[-1][1]["client_secret"] == "its-own"


def test_an_authority_may_lie_below_a_path(ca, sign_in):
    below = SmallAuthority(ca.issue_cert("127.0.0.1"), prefix="/sign/in")

    assert sign_in(APP, authority=below.url).token("app") == "t-1"
    assert [path for path, _ in below.asked] == [
        f"/sign/in/{TENANT}/v2.0/.well-known/openid-configuration",
        f"/sign/in/{TENANT}/oauth2/v2.0/token",
    ]
    below.close()


def test_a_token_given_and_a_mailbox_without_one_ask_nobody(sign_in, authority):
    found = sign_in(Actor("organizer", ADA, "token", "given"), Actor("attendee", "bob@contoso.example"))

    assert (found.token("organizer"), found.token("attendee"), found.token("nobody")) == ("given", None, None)
    assert (found.trouble("attendee"), found.trouble("nobody"), found.troubles()) == (None, None, [])
    assert found.lack("attendee") == "the target has no token for attendee"
    assert authority.asked == []


def test_who_could_read_a_mailbox_and_cannot_sign_in_is_said(sign_in, authority):
    authority.answer = lambda form: (400, refusal(50057)) if form["grant_type"] == "password" else None
    found = sign_in(PERSON, Actor("attendee", "bob@contoso.example"))

    assert found.lack_of(ADA.upper()) == (
        "organizer cannot sign in: the account is disabled (AADSTS50057); enable it or take another user"
    )
    assert (found.lack_of("bob@contoso.example"), found.lack_of("eve@contoso.example")) == (None, None)


def test_where_the_app_cannot_sign_in_nobody_can_read_for_it(sign_in, authority):
    authority.answer = lambda form: (401, refusal(7000222, "invalid_client"))

    said = sign_in(APP, Actor("attendee", "bob@contoso.example")).lack_of("bob@contoso.example")
    assert said.startswith("app cannot sign in: the client secret has expired")


# -- by device code ---------------------------------------------------------------------------------------------------


def pending(times: int):
    left = iter([(400, {"error": "authorization_pending"})] * times)
    return lambda form: next(left, None) if form["grant_type"].endswith("device_code") else None


def test_a_person_is_asked_once_and_never_again(sign_in, authority, clock):
    authority.answer = pending(2)
    prompts = []
    found = sign_in(DEVICE, ask=lambda prompt: prompts.append(prompt) or True)

    assert found.token("organizer") == "t-1"
    assert prompts == ["organizer: open https://login.example/device and enter ABCD, as the user of [actors.organizer]"]
    assert authority.grants == ["device_code"] * 3

    assert sign_in(DEVICE).token("organizer") == "t-2"
    assert authority.grants == ["device_code"] * 3 + ["refresh_token"]


def test_a_night_later_the_sign_in_is_renewed_by_itself(sign_in, authority, clock):
    authority.lifetime = 60  # msal takes what ends within five minutes for ended
    sign_in(DEVICE, ask=lambda prompt: True).token("organizer")

    assert sign_in(DEVICE).token("organizer") == "t-2"
    assert authority.grants == ["device_code", "refresh_token"]


def test_where_nobody_is_asked_the_remedy_is_said(sign_in, authority):
    found = sign_in(DEVICE)

    assert found.lack("organizer") == (
        "organizer cannot sign in: nobody has signed in yet; sign in first: graphcancel doctor TARGET, in a terminal"
    )
    assert "device_code" not in authority.grants


@pytest.mark.parametrize(("person", "waited"), [(True, 900), (False, 60)])
def test_an_absent_person_is_waited_for_as_long_as_makes_sense(person, waited, sign_in, authority, clock):
    authority.answer = lambda form: (400, {"error": "authorization_pending"})
    authority.interval = 5
    started = clock.now
    found = sign_in(DEVICE, ask=lambda prompt: person)

    assert f"nobody entered the code within {waited} s" in (found.trouble("organizer") or "")
    assert waited <= clock.now - started <= waited + 5


def test_a_server_that_wants_it_slower_gets_it(sign_in, authority, clock):
    answers = iter([(400, {"error": "slow_down"}), (400, {"error": "slow_down"})])
    authority.answer = lambda form: next(answers, None)
    started = clock.now
    sign_in(DEVICE, ask=lambda prompt: False).token("organizer")

    assert clock.now - started == 1 + 6 + 11


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"error": "authorization_declined"}, "the sign-in was declined; sign in again: graphcancel doctor TARGET"),
        ({"error": "expired_token"}, "the code was not entered in time; sign in again"),
        (refusal(70018, "bad_verification_code"), "the sign-in was declined (AADSTS70018)"),
        (refusal(7000218, "invalid_client"), "the app allows no public client flows (AADSTS7000218)"),
    ],
)
def test_a_code_that_is_not_approved_is_said(answer, says, sign_in, authority, clock):
    authority.answer = lambda form: (400, answer)

    assert says in (sign_in(DEVICE, ask=lambda prompt: True).trouble("organizer") or "")


@pytest.mark.parametrize("code", [700082, 50173])
def test_a_sign_in_that_was_revoked_is_said_at_night_and_asked_for_again_by_day(code, sign_in, authority, clock):
    authority.lifetime = 60
    sign_in(DEVICE, ask=lambda prompt: True).token("organizer")
    authority.answer = lambda form: (400, refusal(code)) if form["grant_type"] == "refresh_token" else None

    assert sign_in(DEVICE).trouble("organizer") == (
        f"cannot sign in: the sign-in has expired or was revoked (AADSTS{code}); "
        "sign in again: graphcancel doctor TARGET"
    )
    assert sign_in(DEVICE, ask=lambda prompt: True).token("organizer") == "t-2"


def test_somebody_elses_sign_in_is_no_sign_in_and_not_kept(sign_in, authority, clock):
    authority.user = "eve@contoso.example"
    found = sign_in(DEVICE, ask=lambda prompt: True)

    assert found.trouble("organizer") == (
        "cannot sign in: somebody else signed in than the user of [actors.organizer]; sign in as that user"
    )
    assert "nobody has signed in yet" in (sign_in(replace(DEVICE, user=authority.user)).trouble("organizer") or "")


def test_the_account_is_chosen_by_user(sign_in, authority, clock):
    for user in ("bob@contoso.example", ADA):
        authority.user = user
        sign_in(replace(DEVICE, user=user), ask=lambda prompt: True).token("organizer")

    for user, token in (("BOB@contoso.example", "r-1"), (ADA, "r-2")):
        sign_in(replace(DEVICE, user=user)).token("organizer")
        assert authority.asked[-1][1]["refresh_token"] == token


@pytest.mark.parametrize("place", ["http://login.example", "https://x\x1b[2J", "javascript:1"])
def test_a_prompt_that_cannot_be_shown_is_not(place, sign_in, authority):
    page = {"device_code": "d", "user_code": "A", "verification_uri": place, "expires_in": 900}
    authority.everything = lambda path: (200, page) if path.endswith("/devicecode") else None
    prompts = []
    found = sign_in(DEVICE, ask=lambda prompt: prompts.append(prompt) or True)

    assert "cannot be shown" in (found.trouble("organizer") or "")
    assert prompts == []


def test_an_interrupt_while_waiting_goes_through(sign_in, authority, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(flows, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=interrupt))
    with pytest.raises(KeyboardInterrupt):
        sign_in(DEVICE, ask=lambda prompt: True).token("organizer")


# -- renewal ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [APP, PERSON])
def test_a_token_is_renewed_before_it_expires(actor, sign_in, authority, clock):
    found = sign_in(actor)
    first = found.token(actor.name)
    clock.now += 3600 - 291
    assert found.token(actor.name) == first

    clock.now += 2
    authority.answer = lambda form: (200, authority.tokens(form))
    flows_of = found._held[actor.name].flow
    for entry in list(flows_of._cache.search("AccessToken")):
        flows_of._cache.remove_at(entry)  # its own clock stands still
    assert found.token(actor.name) == "t-2"


def test_a_short_lived_token_is_renewed_in_time(sign_in, authority, clock):
    authority.lifetime = 5
    found = sign_in(APP)
    seen = []
    for _ in range(10):
        seen.append(found.token("app"))
        clock.now += 1

    assert seen == ["t-1"] * 4 + ["t-2"] * 4 + ["t-3"] * 2


def test_a_password_is_not_sent_where_a_refresh_token_will_do(sign_in, authority, clock):
    authority.lifetime = 60
    found = sign_in(PERSON)
    found.token("organizer")
    clock.now += 59
    found.token("organizer")

    assert authority.grants == ["password", "refresh_token"]


def test_a_good_token_outlives_an_authority_that_is_down(sign_in, authority, clock):
    authority.lifetime = 1000
    found = sign_in(APP)
    found.token("app")
    authority.answer = lambda form: (503, {})
    for entry in list(found._held["app"].flow._cache.search("AccessToken")):
        found._held["app"].flow._cache.remove_at(entry)

    clock.now += 900
    assert (found.token("app"), found.trouble("app")) == ("t-1", None)
    clock.now += 101
    assert found.token("app") is None
    assert found.trouble("app") == ("cannot sign in: the authority answers 503, also when asked again; try again later")


def test_an_authority_that_comes_back_is_asked_again(sign_in, authority, clock):
    authority.everything = lambda path: (503, {})
    found = sign_in(APP)
    assert found.token("app") is None
    asked = len(authority.asked)
    authority.everything = lambda path: None

    clock.now += 29
    assert found.token("app") is None
    assert len(authority.asked) == asked
    clock.now += 2
    assert (found.token("app"), found.trouble("app")) == ("t-1", None)


def test_what_a_person_has_to_mend_is_not_asked_for_twice(sign_in, authority, clock):
    authority.answer = lambda form: (401, refusal(7000215, "invalid_client"))
    found = sign_in(APP)
    found.token("app")
    clock.now += 10_000
    found.token("app")

    assert authority.grants == ["client_credentials"]


def test_a_busy_authority_is_asked_again(sign_in, authority):
    answers = iter([(503, {}), (429, {}), (500, {})])
    authority.answer = lambda form: next(answers, None)

    assert sign_in(APP).token("app") == "t-1"


# -- what a token is for ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "granted"),
    [
        (jwt_of(scp="Calendars.Read User.Read"), {"Calendars.Read", "User.Read"}),
        (jwt_of(roles=["Calendars.ReadWrite"]), {"Calendars.ReadWrite"}),
        (jwt_of(), set()),
        ("opaque", None),
        ("a.b.c", None),
        ("..", None),
        ("a.W10.c", None),
        (jwt_of(roles=5), None),
        ("é.é.é", None),
    ],
)
def test_a_token_tells_what_it_is_for_or_is_opaque(token, granted):
    assert granted_by(token) == (None if granted is None else frozenset(granted))


@pytest.mark.parametrize("scope", ["Calendars.Read openid", "https://graph.example/Calendars.Read profile"])
def test_the_authority_says_what_an_opaque_token_is_for(scope, sign_in, authority):
    authority.scope = scope

    assert sign_in(PERSON).granted("organizer") == {"Calendars.Read"}


def test_an_opaque_token_of_an_app_is_no_error(sign_in):
    found = sign_in(APP)

    assert (found.granted("app"), found.granted("nobody")) == (None, None)


def test_an_apps_roles_are_read_off_its_token(sign_in, authority):
    token = {"access_token": jwt_of(roles=["Calendars.ReadWrite"]), "expires_in": 3600, "token_type": "Bearer"}
    authority.answer = lambda form: (200, token)

    assert sign_in(APP).granted("app") == {"Calendars.ReadWrite"}
