"""A target's description: each mistake is one line with file, key and remedy, and no line shows a secret."""

from __future__ import annotations

import re

import pytest

from graphcancel.actors import Actor, Sources, read_actor
from graphcancel.errors import TargetError
from graphcancel.suite import Suite
from graphcancel.targetfile import CLOUDS, Patience, read_target

ENVIRON = {
    "GRAPH_ORGANIZER_TOKEN": "token-organizer",
    "GRAPH_ORGANIZER_USER": "Organizer@contoso.example",
    "GRAPH_ATTENDEE_TOKEN": "token-attendee",
    "GRAPH_ATTENDEE_USER": "attendee@contoso.example",
    "GRAPH_APP_TOKEN": "token-app",
    "OLD": "token-old",
    "EMPTY": "  ",
    "TWO": "two words",
    "UMLAUT": "tokén",
}
WHOLE = """\
name = "contoso"
cloud = "global"
base_url = "https://graph.example/root/"
writable = ["Organizer@contoso.example", "attendee@contoso.example"]
contracts = ["event-cancel.v1.0"]
gates = []

[actors.organizer]
user = "organizer@contoso.example"
flow = "token"
token_env = "GRAPH_ORGANIZER_TOKEN"
expired_token_env = "OLD"

[actors.attendee]
user = "attendee@contoso.example"

[resources]
group = "g-1"

[roots]
"event-cancel.stub" = "https://graph.example/draft/"

[patience]
effect_s = 5

[waived]
group = "no group"
"""


@pytest.fixture
def read(tmp_path):
    """Read a text as target file, or a URL."""

    def build(text: str, environ=ENVIRON):
        if "://" in text.split("\n", 1)[0] and "=" not in text.split("://", maxsplit=1)[0]:
            return read_target(text, environ)
        path = tmp_path / "contoso.toml"
        path.write_text(text, "utf-8")
        return read_target(str(path), environ)

    return build


def test_a_whole_file_is_read(read, tmp_path):
    found = read(WHOLE)

    assert (found.name, found.origin, found.cloud) == ("contoso", "live", "global")
    assert found.base_url == "https://graph.example/root"
    assert found.writable == ("organizer@contoso.example", "attendee@contoso.example")
    assert (found.contracts, found.gates) == (("event-cancel.v1.0",), ())
    assert found.root("event-cancel.stub") == "https://graph.example/draft"
    assert found.root("event-cancel.v1.0") == found.base_url
    assert found.patience == Patience(effect_s=5.0)
    assert found.resources == {"group": "g-1"}
    assert found.waived == {"group": "no group"}
    organizer = found.actors["organizer"]
    assert (organizer.token, organizer.expired_token, organizer.token_env) == (
        "token-organizer",
        "token-old",
        "GRAPH_ORGANIZER_TOKEN",
    )
    assert found.actors["attendee"].token is None


def test_the_least_file_has_a_cloud_writable_and_an_organizer(read):
    found = read('cloud = "china"\nwritable = ["a@b.example"]\n[actors.organizer]\nuser = "a@b.example"\n')

    assert found.base_url == CLOUDS["china"]
    assert (found.name, found.gates, found.contracts, found.ca_bundle) == ("contoso", None, (), None)
    assert found.patience == Patience()


GLOBAL, CHINA = CLOUDS["global"], CLOUDS["china"]


@pytest.mark.parametrize(
    ("cloud", "base", "roots", "service"),
    [
        ("global", GLOBAL, {}, True),
        ("global", GLOBAL, {"event-cancel.stub": GLOBAL}, True),
        ("global", "http://127.0.0.1", {}, False),
        ("global", f"{GLOBAL}/draft", {}, False),
        ("global", GLOBAL, {"event-cancel.stub": f"{GLOBAL}/draft"}, False),
        ("global", CHINA, {}, False),
        (None, CHINA, {}, True),
        (None, "https://graph.example", {}, False),
    ],
)
def test_only_what_lies_at_a_published_root_is_the_service(cloud, base, roots, service, describe):
    assert describe(cloud=cloud, base_url=base, roots=roots).service is service


@pytest.mark.parametrize(
    ("contact", "service"), [(None, True), ({"stand_in": False}, True), ({"stand_in": True}, False)]
)
def test_a_mock_is_the_service_at_no_address(contact, service, describe):
    suite = Suite((), (), describe(cloud="global", base_url=GLOBAL), "", contact=contact)

    assert suite.header()["service"] is service


def test_a_bundle_lies_beside_the_file(read, tmp_path):
    (tmp_path / "ca.pem").write_text("x")

    assert read(f'ca_bundle = "ca.pem"\n{WHOLE}').ca_bundle == tmp_path / "ca.pem"


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


# what is wrong: text of the file, what the line says
WRONG = {
    "no TOML": ("cloud = ", "not readable as TOML"),
    "unknown key": (changed("cloud =", "clod ="), "unknown key 'clod'; did you mean 'cloud'?"),
    "unknown key, none near": (changed('cloud = "global"', "zzz = 1"), "unknown key 'zzz'; allowed: name, cloud"),
    "unknown actor": (
        changed("[actors.attendee]", "[actors.atendee]"),
        "actors: unknown key 'atendee'; did you mean 'attendee'?",
    ),
    "unknown key of an actor": (
        changed("token_env", "token_enw"),
        "actors.organizer: unknown key 'token_enw'; did you mean 'token_env'?",
    ),
    "unknown resource": (
        changed('group = "g-1"', 'groups = "g-1"'),
        "resources: unknown key 'groups'; did you mean 'group'?",
    ),
    "unknown patience": (
        changed("effect_s", "effects_s"),
        "patience: unknown key 'effects_s'; did you mean 'effect_s'?",
    ),
    "unknown cloud": (changed('"global"', '"mars"'), "cloud = 'mars' is unknown; allowed: global"),
    "cloud no text": (changed('"global"', "1"), "cloud is a number, not text; write it in quotes"),
    "neither cloud nor URL": (
        changed('cloud = "global"\nbase_url = "https://graph.example/root/"', ""),
        "neither cloud nor base_url",
    ),
    "no writable": (changed("writable", "#"), "writable is missing"),
    "writable no list": (
        changed('["Organizer@contoso.example", "attendee@contoso.example"]', '"x"'),
        "writable is text, not a list of texts",
    ),
    "writable of numbers": (changed('"Organizer@contoso.example"', "1"), "writable holds a number"),
    "writable no address": (changed('"attendee@contoso.example"]', '"attendee"]'), "writable: entry 2 is no address"),
    "writable twice": (
        changed('"attendee@contoso.example"]', '"ORGANIZER@contoso.example"]'),
        "writable: entry 2 is listed twice",
    ),
    "no organizer": (changed("[actors.organizer]", "[actors.app]"), "[actors.organizer] is missing"),
    "actor no table": (
        'cloud = "global"\nwritable = ["a@b.example"]\nactors.organizer = 1\n',
        "actors.organizer is a number, not a table",
    ),
    "actors no table": (
        'cloud = "global"\nwritable = ["a@b.example"]\nactors = 1\n',
        "actors is a number, not a table",
    ),
    "user missing": (
        changed('[actors.attendee]\nuser = "attendee@contoso.example"', "[actors.attendee]"),
        "actors.attendee.user is missing; give",
    ),
    "user no text": (
        changed('user = "attendee@contoso.example"', "user = 1"),
        "actors.attendee: user is a number, not text",
    ),
    "user not writable": (
        changed('user = "attendee@', 'user = "eve@'),
        "actors.attendee.user is not listed in writable",
    ),
    "variable not set": (
        changed('"GRAPH_ORGANIZER_TOKEN"', '"NOWHERE"'),
        "organizer.token_env: the environment variable NOWHERE is not set",
    ),
    "variable empty": (changed('"GRAPH_ORGANIZER_TOKEN"', '"EMPTY"'), "variable EMPTY is not set"),
    "variable of two words": (changed('"GRAPH_ORGANIZER_TOKEN"', '"TWO"'), "variable TWO holds no token"),
    "variable not ASCII": (changed('"GRAPH_ORGANIZER_TOKEN"', '"UMLAUT"'), "variable UMLAUT holds no token"),
    "expired variable": (
        changed('"OLD"', '"NOWHERE"'),
        "organizer.expired_token_env: the environment variable NOWHERE",
    ),
    "unknown flow": (changed('"token"', '"tokens"'), "actors.organizer.flow: 'tokens' is no flow"),
    "flow without variable": (changed('token_env = "GRAPH_ORGANIZER_TOKEN"\n', ""), 'flow = "token" needs token_env'),
    "bundle missing": (f'ca_bundle = "nowhere.pem"\n{WHOLE}', "ca_bundle = 'nowhere.pem': no such file"),
    "no URL": (changed("https://graph.example/root/", "graph.example"), "base_url: 'graph.example' is no base URL"),
    "port": (changed("https://graph.example/root/", "https://h:99999"), "base_url: "),
    "plain http": (
        changed("https://graph.example/root/", "http://graph.example"),
        "plain http is allowed on loopback only",
    ),
    "root no URL": (
        changed("https://graph.example/draft/", "ftp://x"),
        "roots.event-cancel.stub: 'ftp://x' is no base URL",
    ),
    "root no text": (changed('"https://graph.example/draft/"', "1"), "roots: event-cancel.stub is a number, not text"),
    "waived no text": (changed('group = "no group"', "group = true"), "waived: group is true or false, not text"),
    "contracts no list": (
        changed('["event-cancel.v1.0"]', '"event-cancel.v1.0"'),
        "contracts is text, not a list of texts",
    ),
    "gates no list": (changed("gates = []", "gates = 1"), "gates is a number, not a list of texts"),
    "patience no number": (
        changed("effect_s = 5", 'effect_s = "5"'),
        "patience.effect_s is text; give a positive number",
    ),
    "patience true": (
        changed("effect_s = 5", "effect_s = true"),
        "patience.effect_s is true or false; give a positive number",
    ),
    "waived for no reason": (changed('group = "no group"', 'group = " "'), "waived.group is empty; give the reason"),
    "patience zero": (changed("effect_s = 5", "effect_s = 0"), "patience.effect_s = 0 is no positive number"),
    "patience not a number": (
        changed("effect_s = 5", "effect_s = nan"),
        "patience.effect_s = nan is no positive number",
    ),
    "patience without end": (
        changed("effect_s = 5", "effect_s = inf"),
        "patience.effect_s is longer than a day",
    ),
    "name on two lines": (changed('"contoso"', r'"a\n::error::b"'), "name is no name"),
    "name a terminal obeys": (changed('"contoso"', r'"a\u001b[2J"'), "name is no name"),
    "name without end": (changed('"contoso"', f'"{"a" * 101}"'), "name is no name"),
    "tenant no text": (f"tenant_id = 5\n{WHOLE}", "tenant_id is a number, not text"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_one_line_with_file_and_key(text, says, read, tmp_path):
    with pytest.raises(TargetError) as caught:
        read(text)

    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'contoso.toml'}: ")
    assert says in message
    assert "\n" not in message
    assert not re.search(r"token-\w+|two words|tokén", message)


def test_a_file_that_is_not_there_is_said(tmp_path):
    for written in ("nowhere", str(tmp_path / "nowhere.toml"), "", "x" * 300):
        with pytest.raises(TargetError) as caught:
            read_target(written, ENVIRON)
        assert "\n" not in str(caught.value)


def test_a_folder_or_bytes_are_no_target(tmp_path):
    (tmp_path / "b.toml").write_bytes(b"\xff")
    for path in (tmp_path, tmp_path / "b.toml"):
        with pytest.raises(TargetError, match="not readable"):
            read_target(str(path), ENVIRON)


# -- a URL ------------------------------------------------------------------------------------------------------------


def test_a_url_takes_tokens_and_mailboxes_from_the_environment(read):
    found = read("https://graph.microsoft.com/")

    assert (found.name, found.cloud, found.base_url) == ("graph.microsoft.com", "global", "https://graph.microsoft.com")
    assert found.writable == ("organizer@contoso.example", "attendee@contoso.example")
    assert {name: actor.token for name, actor in found.actors.items()} == {
        "organizer": "token-organizer",
        "attendee": "token-attendee",
        "app": "token-app",
    }
    assert found.actors["app"].user is None


def test_an_attendee_and_an_app_are_optional(read):
    only = {key: value for key, value in ENVIRON.items() if "ORGANIZER" in key}

    assert list(read("http://127.0.0.1:8080", only).actors) == ["organizer"]


@pytest.mark.parametrize(
    ("url", "missing", "says"),
    [
        ("https://h.example", "GRAPH_ORGANIZER_TOKEN", "GRAPH_ORGANIZER_TOKEN is not set"),
        ("https://h.example", "GRAPH_ORGANIZER_USER", "GRAPH_ORGANIZER_USER is not set"),
        ("https://h.example", "GRAPH_ATTENDEE_USER", "GRAPH_ATTENDEE_USER is not set"),
        ("http://h.example", "", "plain http"),
        ("http://127.0.0.1.evil.example", "", "plain http"),
        ("ftp://h.example", "", "no base URL"),
        ("https://", "", "no base URL"),
        ("https://h.example:0", "", "no base URL"),
        ("https://[::1", "", "no URL"),
        ("https://u:p@h.example", "", "credentials"),
        ("https://h.example/?a=b", "", "without query"),
        ("https://h.example/#a", "", "no base URL"),
    ],
)
def test_a_url_that_will_not_do_is_one_line(url, missing, says, read):
    environ = {key: value for key, value in ENVIRON.items() if key != missing}
    with pytest.raises(TargetError) as caught:
        read(url, environ)

    assert says in str(caught.value)
    assert str(caught.value).startswith("--target")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:s3cret@h.example",
        "https://s3cret@h.example",
        "https://user:s3cret@h.example/?a=b",
        "https://user:s3cret@h.example:99999",
        "https://user:s3cret@[::1",
        "ftp://user:s3cret@h.example",
        "https://h.example/?access_token=s3cret",
        "https://h.example/#access_token=s3cret",
    ],
)
def test_a_secret_in_a_url_is_not_repeated(url, read):
    with pytest.raises(TargetError) as caught:
        read(url)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:8080", "https://h.example/a/b"]
)
def test_loopback_may_be_plain(url, read):
    assert read(url).base_url == url


# -- actors -----------------------------------------------------------------------------------------------------------


def test_an_actor_shows_neither_token_nor_address():
    actor = Actor("organizer", "ada@contoso.example", "token", "s3cret", "old-s3cret", "VARIABLE")

    assert repr(actor) == str(actor) == f"{actor}" == "Actor('organizer')"


def test_a_description_shows_neither_token_nor_address_nor_id(read):
    shown = repr(read(WHOLE))

    for secret in ("token-organizer", "token-old", "contoso.example", "g-1"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("table", "token"),
    [
        ({}, None),
        ({"flow": "none"}, None),
        ({"token_env": "OLD"}, "token-old"),
        ({"flow": "token", "token_env": "OLD"}, "token-old"),
    ],
)
def test_a_table_without_a_flow_has_the_one_its_keys_mean(table, token):
    assert read_actor("app", table, Sources(ENVIRON), "x: actors.app").token == token


def test_white_space_around_a_token_is_no_part_of_it():
    assert read_actor("app", {"token_env": "T"}, Sources({"T": " abc\n"}), "x").token == "abc"


def test_a_mailbox_has_the_role_of_its_actor_or_its_place(describe):
    target = describe(writable=("organizer@contoso.example", "third@contoso.example"))

    assert target.role_of("Organizer@contoso.example") == "organizer"
    assert target.role_of("third@contoso.example") == "mailbox 2"
    assert target.role_of("somebody@elsewhere.example") == "another mailbox"
