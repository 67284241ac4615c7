"""What an authority says when it does not sign anybody in: one line with the remedy, and nothing of its own text."""

from __future__ import annotations

import datetime as dt
import socket
import threading

import pytest
import trustme
from small_authority import ADA, CLIENT, TENANT, SmallAuthority, refusal

from graphcancel import wire
from graphcancel.actors import Actor
from graphcancel.auth import SignIn
from graphcancel.refusals import by_answer

APP = Actor("app", flow="client-secret", tenant_id=TENANT, client_id=CLIENT, secret="s3cret")
AGAIN = "sign in again: graphcancel doctor TARGET"

MEANINGS = {
    7000215: "the client secret is wrong",
    7000222: "the client secret has expired",
    700016: "the tenant knows no such app",
    90002: "there is no such tenant",
    65001: "nobody has consented to the app's permissions",
    50076: "a second factor is asked for",
    50079: "a second factor is asked for",
    53003: "a Conditional Access policy forbids it",
    50057: "the account is disabled",
    50053: "the account is locked",
    50126: "user name or password is wrong",
    50055: "the password has expired",
    50034: "there is no such user",
    7000218: "the app allows no public client flows",
    700027: "the certificate is not registered for the app",
    1000502: "the certificate has expired or was revoked",
    70021: "the federated credential does not match the assertion",
    700213: "the federated credential does not match the assertion",
    700024: "the assertion is not valid at this time",
    700082: "the sign-in has expired or was revoked",
    50173: "the sign-in has expired or was revoked",
    500011: "the tenant has no such resource as the target",
}


@pytest.mark.parametrize(("code", "says"), MEANINGS.items())
def test_a_number_has_a_meaning_and_a_remedy(code, says):
    text = str(by_answer(refusal(code)))

    assert text.startswith(f"cannot sign in: {says}")
    assert f"(AADSTS{code}); " in text
    assert len(text.partition("; ")[2]) > 8


def test_a_number_nobody_knows_is_shown_with_the_place_to_look_it_up():
    assert str(by_answer(refusal(99999))) == (
        "cannot sign in: the authority refuses (AADSTS99999); the tenant's sign-in log says why"
    )


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"error": "invalid_grant", "error_description": "AADSTS50126: s3cret"}, "is wrong (AADSTS50126)"),
        ({"error": "invalid_grant", "error_codes": [1, 50126]}, "is wrong (AADSTS50126)"),
        ({"error": "invalid_grant", "suberror": "bad_token"}, "has expired or was revoked; " + AGAIN),
        ({"error": "invalid_grant", "suberror": "consent_required"}, "nobody has consented"),
        ({"error": "invalid_client"}, "the app's credentials were refused; check"),
        ({"error": "temporarily_unavailable"}, "cannot serve it for now; try again later"),
        ({"error": "device_authentication_failed"}, "refuses (device_authentication_failed)"),
        ({"error": "correct_horse_battery"}, "the authority refuses; "),
        ({"error_codes": [4915112345678]}, "the authority refuses; "),
        ({"error": f"s3cret {ADA}"}, "the authority refuses; "),
        ({"error": 5, "error_codes": "x"}, "the authority refuses; "),
        ({}, "the authority refuses; "),
    ],
)
def test_an_answer_without_a_number_is_read_by_its_words(answer, says):
    text = str(by_answer(answer))

    assert says in text
    assert "s3cret" not in text
    assert ADA not in text


# -- over the wire ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ca():
    return trustme.CA()


@pytest.fixture
def authority(ca):
    """A small authority."""
    found = SmallAuthority(ca.issue_cert("127.0.0.1"))
    yield found
    found.close()


@pytest.fixture
def trouble(ca, describe, tmp_path, monkeypatch):
    """What an app's trouble is with the authority at a URL."""
    monkeypatch.setattr(wire._Patience, "sleep", lambda *_: None)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")

    def ask(url: str, bundle=tmp_path / "ca.pem") -> str:
        sign_in = SignIn(describe(actors={"app": APP}, authority=url, ca_bundle=bundle))
        said = sign_in.trouble("app") or ""
        sign_in.close()
        assert "\n" not in said
        for secret in ("s3cret", TENANT, CLIENT, ADA, "Trace"):
            assert secret not in said
        return said

    return ask


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("place", ["openid-configuration", "token"])
def test_a_refusal_is_read_wherever_it_is_given(place, status, authority, trouble):
    authority.everything = lambda path: (status, refusal(90002)) if path.endswith(place) else None

    assert trouble(authority.url).startswith("cannot sign in: there is no such tenant (AADSTS90002); ")


STRANGE = {
    "html": ((200, b"<html>Log on to our network</html>"), "answers 200 and no JSON an authority would"),
    "a list": ((200, []), "answers 200 and no JSON an authority would"),
    "nothing": ((200, b""), "answers 200 and no JSON"),
    "half of it": ((200, b'{"access_token": "s3cret'), "answers 200 and no JSON"),
    "deep": ((200, b"[" * 100_000), "answers 200 and no JSON"),
    "redirect": ((302, b""), "answers a redirect (302); check authority"),
    "404": ((404, b"<html>"), "answers 404; check authority and tenant_id"),
    "403 html": ((403, b"<html>"), "answers 403; check authority"),
    "503": ((503, b"<html>"), "answers 503, also when asked again; try again later"),
    "500": ((500, {"error": "server_error"}), "answers 500, also when asked again"),
    "429": ((429, {}), "answers 429, also when asked again"),
    "large": ((200, b" " * 2_000_000), "no HTTP answer"),
}


@pytest.mark.parametrize(("answer", "says"), STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("place", ["openid-configuration", "token"])
def test_a_strange_answer_is_one_line(place, answer, says, authority, trouble):
    authority.everything = lambda path: answer if path.endswith(place) else None
    authority.headers = {"Location": "https://elsewhere.example/"} if answer[0] == 302 else {}

    assert says in trouble(authority.url)
    assert all(path.endswith(("openid-configuration", "token")) for path, _ in authority.asked)


@pytest.mark.parametrize(
    "found", [{}, {"token_endpoint": 5}, {"token_endpoint": "http://127.0.0.1/token"}, {"token_endpoint": None}]
)
def test_no_secret_goes_where_an_odd_authority_says(found, authority, trouble):
    whole = {"issuer": "https://x", "authorization_endpoint": "https://x/a"} | found
    authority.everything = lambda path: (200, whole) if path.endswith("configuration") else None

    assert trouble(authority.url)
    assert not any(form for _, form in authority.asked)


@pytest.mark.parametrize("token", ["", "two words", "tokén", 5, None, "a\nb"])
def test_a_token_no_header_can_carry_is_none(token, authority, trouble):
    authority.answer = lambda form: (200, {"access_token": token, "token_type": "Bearer", "expires_in": 60})

    assert trouble(authority.url)


def test_an_authority_asked_to_wait_an_hour_for_is_not(authority, trouble, monkeypatch):
    pauses = []
    monkeypatch.setattr(wire._Patience, "sleep", lambda self, response: pauses.append(self.get_retry_after(response)))
    authority.headers = {"Retry-After": "3600"}
    authority.answer = lambda form: (429, {})

    assert "answers 429" in trouble(authority.url)
    assert pauses == [10.0] * 3


def test_nobody_there(trouble):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    assert trouble(f"https://127.0.0.1:{port}") == (
        "cannot sign in: the authority: connection refused; check authority and the network"
    )
    assert "host name not found" in trouble("https://authority.invalid")


def test_an_authority_nobody_trusts(authority, trouble):
    says = "the TLS certificate was not accepted (see ca_bundle); name its CA in ca_bundle, or check authority"

    assert trouble(authority.url, None) == f"cannot sign in: the authority: {says}"
    assert authority.asked == []


def test_an_authority_whose_certificate_has_expired(ca, trouble):
    now = dt.datetime.now(dt.UTC)
    old = ca.issue_cert("127.0.0.1", not_before=now - dt.timedelta(9), not_after=now - dt.timedelta(2))
    authority = SmallAuthority(old)

    assert "the TLS certificate has expired; have it renewed" in trouble(authority.url)
    assert authority.asked == []
    authority.close()


def test_an_authority_of_another_name(ca, trouble):
    authority = SmallAuthority(ca.issue_cert("elsewhere.example"))

    assert "the TLS certificate was not accepted" in trouble(authority.url)
    authority.close()


def test_an_authority_that_hangs_up(trouble):
    with socket.socket() as rude:
        rude.bind(("127.0.0.1", 0))
        rude.listen()
        rude.settimeout(5)

        def hang_up() -> None:
            try:
                while True:
                    rude.accept()[0].close()
            except OSError:
                return

        threading.Thread(target=hang_up, daemon=True).start()
        said = trouble(f"https://127.0.0.1:{rude.getsockname()[1]}")

    assert said.startswith("cannot sign in: the authority: ")
