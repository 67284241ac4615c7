"""Actors as a target file describes them: which flow goes with whom and with which keys, and no secret in the file."""

from __future__ import annotations

import re

import pytest
from small_authority import CLIENT, TENANT, jwt_of

from graphcancel.actors import ACTOR_KEYS, APP_ONLY, DELEGATED, FLOWS, Sources, read_actor
from graphcancel.errors import TargetError
from graphcancel.tables import looks_secret
from graphcancel.targetfile import read_target

ADA = "ada@contoso.example"
SECRET = "Xk8Q~s3cretS3CRETs3cretS3CRETs3cret.Az"
KEY = "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n"
ENVIRON = {"SECRET": "s3cret", "PASSWORD": "s3cret pass wörd", "TOKEN": "s3cret-token"}
IDS = {"tenant_id": TENANT, "client_id": CLIENT}
PEOPLE = ("organizer", "attendee", "reader")
WHOLE = {
    "token": {"token_env": "TOKEN", "expired_token_env": "TOKEN"},
    "client-secret": IDS | {"secret_env": "SECRET"},
    "certificate": IDS | {"certificate": "app.pem", "private_key": "key.pem"},
    "federated": IDS | {"assertion_file": "a.jwt"},
    "managed-identity": {"client_id": CLIENT},
    "device-code": IDS | {"user": ADA},
    "username-password": IDS | {"user": ADA, "password_env": "PASSWORD", "secret_env": "SECRET"},
    "none": {"user": ADA},
}


@pytest.fixture
def folder(tmp_path):
    """A folder with the files the tables name."""
    (tmp_path / "app.pem").write_text("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")
    (tmp_path / "key.pem").write_text(KEY)
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "a.jwt").write_text("s3cret")
    return tmp_path


@pytest.fixture
def read(folder):
    """Read one table."""

    def build(name, table, *, secrets=True, defaults=None, notes=None):
        table = dict(table)
        if name != "app":
            table.setdefault("user", ADA)
        sources = Sources(ENVIRON, folder, defaults or {}, secrets=secrets, notes=[] if notes is None else notes)
        return read_actor(name, table, sources, "t.toml: actors.x")

    return build


def refused(read, name, table, **more) -> str:
    with pytest.raises(TargetError) as caught:
        read(name, table, **more)
    message = str(caught.value)
    assert message.startswith("t.toml: actors.x")
    assert "\n" not in message
    assert not re.search(r"s3cret|S3CRET|eyJ|BEGIN", message)
    return message


def test_every_flow_has_its_whole_table():
    assert set(WHOLE) == set(FLOWS)
    assert {key for table in WHOLE.values() for key in table} | {"flow"} == set(ACTOR_KEYS)


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("name", [*PEOPLE, "app"])
def test_a_flow_goes_with_whom_it_can_sign_in(flow, name, read):
    table = WHOLE[flow] | {"flow": flow}
    if name == "app":
        table.pop("user", None)
    fits = flow not in (DELEGATED if name == "app" else APP_ONLY)

    if fits:
        assert read(name, table).flow == flow
        return
    message = refused(read, name, table)
    assert "actors.x.flow: " in message
    if name == "app":
        assert "use client-secret, certificate, federated, managed-identity or token" in message
    else:
        assert f"give {name} its user alone and let [actors.app] act" in message


def test_what_a_table_names_is_at_hand(read, folder):
    person = read("organizer", WHOLE["username-password"] | {"flow": "username-password"})
    certified = read("app", WHOLE["certificate"] | {"flow": "certificate"})
    federated = read("app", WHOLE["federated"] | {"flow": "federated"})

    assert (person.password, person.secret, person.tenant_id) == ("s3cret pass wörd", "s3cret", TENANT)
    assert (certified.private_key, "CERTIFICATE" in certified.certificate) == (KEY, True)
    assert federated.assertion_file == folder / "a.jwt"


NEEDED = [
    (flow, key)
    for flow, table in WHOLE.items()
    for key in table
    if (flow, key) not in {("managed-identity", "client_id"), ("username-password", "secret_env")}
    and key not in {"user", "expired_token_env"}
]


@pytest.mark.parametrize(("flow", "key"), NEEDED)
def test_a_key_a_flow_needs_is_asked_for(flow, key, read):
    name = "organizer" if flow in {*DELEGATED, "none"} else "app"
    table = {given: value for given, value in WHOLE[flow].items() if given != key} | {"flow": flow}

    assert f'flow = "{flow}" needs {key}; ' in refused(read, name, table)


def test_tenant_and_client_may_stand_at_the_top(read):
    table = {"flow": "client-secret", "secret_env": "SECRET"}
    found = read("app", table, defaults=IDS)
    own = read("app", table | {"client_id": "other"}, defaults=IDS)

    assert (found.tenant_id, found.client_id, own.client_id) == (TENANT, CLIENT, "other")


def test_a_machines_identity_does_not_take_the_client_at_the_top(read):
    assert read("app", {"flow": "managed-identity"}, defaults=IDS).client_id is None


@pytest.mark.parametrize(
    ("name", "table", "says"),
    [
        (
            "app",
            {"secret_env": "SECRET"},
            "secret_env: flow = 'none' does not use it; remove the key or set flow = 'client-secret'",
        ),
        ("organizer", {"password_env": "PASSWORD"}, "remove the key or set flow = 'username-password'"),
        (
            "organizer",
            {"flow": "device-code", "password_env": "P", **IDS},
            "password_env: flow = 'device-code' does not use it",
        ),
        ("app", {"token_env": "TOKEN", "secret_env": "SECRET"}, "secret_env: flow = 'token' does not use it"),
        ("organizer", {"certificate": "app.pem"}, "certificate: flow = 'none' does not use it; remove the key"),
        (
            "app",
            {"flow": "managed-identity", "tenant_id": TENANT},
            "tenant_id: flow = 'managed-identity' does not use it",
        ),
        ("app", {"user": ADA}, "user: an app has no mailbox of its own; remove the key"),
        ("organizer", {"user": "ada"}, "user is no userPrincipalName; write name@domain"),
        ("organizer", {"user": ""}, "user is missing; give the mailbox's userPrincipalName"),
        ("app", {"flow": "certificat"}, "flow: 'certificat' is no flow; allowed: token, client-secret"),
        ("app", {"flow": SECRET}, "flow: what is written there is no flow"),
        ("app", {"flw": "token"}, "unknown key 'flw'; did you mean 'flow'?"),
        ("app", {"flow": 5}, "flow is a number, not text; write it in quotes"),
        ("app", {"flow": ["token"]}, "flow is a list, not text"),
        ("app", {"secret_env": True}, "secret_env is true or false, not text"),
    ],
)
def test_a_mistake_names_key_and_remedy(name, table, says, read):
    assert says in refused(read, name, table)


@pytest.mark.parametrize("tenant", ["common", "organizations", "Consumers"])
def test_an_app_signs_in_to_one_tenant(tenant, read):
    table = WHOLE["client-secret"] | {"flow": "client-secret", "tenant_id": tenant}

    assert f"tenant_id = {tenant!r} is no tenant" in refused(read, "app", table)
    assert read("organizer", WHOLE["device-code"] | {"flow": "device-code", "tenant_id": tenant}).tenant_id == tenant


@pytest.mark.parametrize("key", ["secret_env", "password_env", "token_env", "expired_token_env"])
@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        jwt_of(a="s3cret" * 9),
        "s3cretS3CRETs3cretS3CRETs3cret",
        "s3cret" * 3 + "-x",
        "a" * 20 + "0" * 16,
        "two words s3cret",
        "",
    ],
)
def test_a_secret_in_place_of_a_variables_name_is_not_repeated(key, value, read):
    flow = {"secret_env": "client-secret", "password_env": "username-password"}.get(key, "token")
    name = "organizer" if flow == "username-password" else "app"

    message = refused(read, name, WHOLE[flow] | {"flow": flow, key: value})
    assert "is no variable's name; put " in message or "needs" in message or "is not set" in message
    assert value == "" or value not in message or value.startswith("aaaa")


@pytest.mark.parametrize("key", ["tenant_id", "client_id"])
@pytest.mark.parametrize(
    "value", [SECRET, jwt_of(a="s3cret" * 9), "s3cretS3CRETs3cretS3CRETs3cret", "a b", "../x", "0" * 40]
)
def test_a_secret_in_place_of_an_id_is_not_repeated(key, value, read):
    message = refused(read, "app", WHOLE["client-secret"] | {"flow": "client-secret", key: value})

    assert f"actors.x.{key}: is no id; " in message
    assert value not in message


@pytest.mark.parametrize(
    "value", ["GRAPH_APP_SECRET", "graphAppSecretOfTheNight", "CONTOSO_Organizer2_TOKEN_2026", TENANT, CLIENT.upper()]
)
def test_names_and_ids_look_like_no_secret(value):
    assert not looks_secret(value)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"certificate": "gone.pem"}, "certificate = 'gone.pem': no such file; a path is relative to the target file"),
        ({"certificate": "."}, "certificate = '.': not readable (Is a directory)"),
        ({"certificate": "a.jwt"}, "certificate: the file holds no certificate in PEM; convert it"),
        ({"private_key": "app.pem"}, "private_key: the file holds no private key in PEM; convert it"),
        ({"private_key": "locked.pem"}, "private_key: the key is encrypted"),
        ({"private_key": KEY}, "private_key: is no path; put the PEM text into a file and name that"),
    ],
)
def test_a_file_of_no_use_is_said(table, says, read, folder):
    (folder / "locked.pem").write_text(KEY.replace("PRIVATE", "ENCRYPTED PRIVATE"))

    assert says in refused(read, "app", WHOLE["certificate"] | {"flow": "certificate"} | table)


def test_a_key_others_can_read_is_a_note_and_no_error(read, folder):
    notes: list[str] = []
    (folder / "key.pem").chmod(0o640)
    read("app", WHOLE["certificate"] | {"flow": "certificate"}, notes=notes)

    assert notes == ["t.toml: actors.x.private_key: others can read the private key; chmod 600 it"]


@pytest.mark.parametrize("flow", FLOWS)
def test_who_only_lists_needs_no_secret(flow, folder):
    table = WHOLE[flow] | {"flow": flow}
    name = "organizer" if "user" in table else "app"
    found = read_actor(name, table, Sources({}, folder / "elsewhere", secrets=False), "x")

    assert (found.token, found.secret, found.password, found.private_key) == (None,) * 4


@pytest.mark.parametrize("flow", FLOWS)
def test_an_actor_shows_nothing_of_its_own(flow, read):
    name = "organizer" if "user" in WHOLE[flow] else "app"

    assert repr(read(name, WHOLE[flow] | {"flow": flow})) == f"Actor('{name}')"


# -- the file as a whole ----------------------------------------------------------------------------------------------

FILE = """\
cloud = "global"
writable = ["ada@contoso.example", "bob@contoso.example"]
{top}
[actors.organizer]
user = "ada@contoso.example"
{organizer}
{rest}
"""


@pytest.fixture
def load(folder):
    """Read a whole file."""

    def build(top="", organizer="", rest="", *, cloud=True):
        path = folder / "contoso.toml"
        text = FILE.format(top=top, organizer=organizer, rest=rest)
        path.write_text(text if cloud else text.replace('cloud = "global"', ""), "utf-8")
        return read_target(str(path), ENVIRON)

    return build


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("secret", 'secret_env = "A_VARIABLE"'),
        ("client_secret", 'secret_env = "A_VARIABLE"'),
        ("api-key", 'secret_env = "A_VARIABLE"'),
        ("password", 'password_env = "A_VARIABLE"'),
        ("Password", 'password_env = "A_VARIABLE"'),
        ("token", 'token_env = "A_VARIABLE"'),
        ("access_token", 'token_env = "A_VARIABLE"'),
        ("assertion", 'assertion_file = "a-file.jwt"'),
    ],
)
@pytest.mark.parametrize("place", ["top", "organizer", "rest"])
def test_a_secret_has_no_key(key, remedy, place, load):
    line = f'"{key}" = "s3cret"'
    with pytest.raises(TargetError) as caught:
        load(**{place: f"[resources]\n{line}" if place == "rest" else line})

    message = str(caught.value)
    where = {"top": "", "organizer": "actors.organizer.", "rest": "resources."}[place]
    assert f"contoso.toml: {where}{key}: a secret does not belong into a file; remove it, write {remedy}" in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'name = "{jwt_of(scp="s3cret" * 9)}"', "name: holds a token; put it into an environment variable"),
        (f"name = '''{KEY}'''", "name: holds a private key; put it into a file only you can read"),
        (f"ca_bundle = '''{KEY}'''", "ca_bundle: holds a private key"),
        (f'contracts = ["x", "{jwt_of(scp="s3cret" * 9)}"]', "contracts: holds a token"),
        (f'tenant_id = "{SECRET}"', "tenant_id: is no id"),
        ("tenant_id = 12345678", "tenant_id is a number, not text"),
        ('authority = "https://ada:s3cret@login.example"', "authority: the URL carries credentials"),
        ('authority = "http://127.0.0.1:8"', "authority: passwords and secrets go there, so plain http will not do"),
        ('authority = "login.example"', "authority: 'login.example' is no base URL"),
        ("roots = 5", "roots is a number, not a table; write [roots]"),
        ('"event-cancel.stub" = 5', "unknown key 'event-cancel.stub'"),
        ('roots = {"event-cancel.stub" = "https://elsewhere.example/draft"}', "another server than base_url's"),
        ('roots = {"event-cancel.stub" = "http://127.0.0.1:8/draft"}', "describe it in a target file of its own"),
        ("patience = {effect_s = -1}", "patience.effect_s = -1 is no positive number of seconds"),
        ("gates = [5]", "gates holds a number; write each entry in quotes"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(text, says, load):
    with pytest.raises(TargetError) as caught:
        load(top=text)

    message = str(caught.value)
    assert says in message
    assert "\n" not in message
    assert not re.search(r"s3cret|S3CRET|eyJ|BEGIN|12345678", message)


def test_organizer_and_attendee_are_two(load):
    with pytest.raises(TargetError, match=r"actors.attendee.user is the organizer's too"):
        load(rest='[actors.attendee]\nuser = "ADA@contoso.example"')

    assert load(rest='[actors.reader]\nuser = "ada@contoso.example"').actors["reader"].user


def test_where_to_sign_in_has_to_be_known(load):
    device = f'flow = "device-code"\nclient_id = "{CLIENT}"\ntenant_id = "{TENANT}"'

    assert load(organizer=device).authority == "https://login.microsoftonline.com"
    with pytest.raises(TargetError, match="organizer signs in, and neither cloud nor authority says where"):
        load('base_url = "https://graph.example"', device, cloud=False)
    assert (
        load('authority = "https://login.example:8443/sign/in/"', device).authority
        == "https://login.example:8443/sign/in"
    )
    with pytest.raises(TargetError, match="authority: ends with the tenant, which is added by itself"):
        load(f'authority = "https://login.microsoftonline.com/{TENANT}"', device)
    assert load('base_url = "https://graph.example"', cloud=False).authority is None


@pytest.mark.parametrize(
    ("top", "cloud", "scope"),
    [
        ("", True, "https://graph.microsoft.com/.default"),
        ('base_url = "https://gateway.example:8443/graph"', True, "https://graph.microsoft.com/.default"),
        ('base_url = "https://Gateway.example:8443/graph"', False, "https://gateway.example:8443/.default"),
        ('base_url = "https://gateway.example:443"', False, "https://gateway.example/.default"),
        ('base_url = "http://[::1]:80/x"', False, "http://[::1]/.default"),
    ],
)
def test_the_scope_is_the_clouds_or_the_servers(top, cloud, scope, load):
    assert load(top, cloud=cloud).scope == scope


def test_on_loopback_a_root_may_have_a_port_of_its_own(load):
    found = load('base_url = "http://127.0.0.1:1"\nroots = {"event-cancel.stub" = "http://localhost:2"}', cloud=False)

    assert found.root("event-cancel.stub") == "http://localhost:2"
