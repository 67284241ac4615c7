"""What is secret is found under every layer, at its place; what is not is left alone; nothing hangs it or shows a secret."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import lzma
import marshal
import os
import random
import socket
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from planting import ADDRESS, HOST, KEY, PLANTED, TOKEN, WRAPPED, guid, letters, tarred, zipped

from graphcancel import encodings, layers, scanning, unpacking
from graphcancel.errors import ScanError
from graphcancel.layers import Found, scan_bytes
from graphcancel.marks import Mark
from graphcancel.scanning import Scanned, scan

SAID = " ".join(rule for _, _, rule in PLANTED)
"""The words of the report itself, of which a secret may have some in common."""
SECONDS = 20
"""What a file of half a MiB may take on a busy machine; what is not linear takes minutes."""


def rules(data: bytes | str) -> list[str]:
    return [found.rule for found in scan_bytes(data.encode() if isinstance(data, str) else data)]


def told(data: bytes) -> str:
    return "\n".join(map(str, scan_bytes(data, "file")))


@pytest.mark.parametrize(("line", "secret", "rule"), PLANTED, ids=range(len(PLANTED)))
def test_each_kind_of_secret_is_found_where_it_begins(line, secret, rule):
    before = "The first line is harmless.\nÄöü … "
    text = before + line + "\nand a last one\n"
    offset = len(before) + line.index(secret)
    number = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)

    found = [(one.line, one.column, one.rule, one.within) for one in scan_bytes(text.encode())]

    assert (number, column, rule, ()) in found, found


@pytest.mark.parametrize("layer", [None, *WRAPPED])
def test_each_is_found_under_every_layer_and_nothing_of_it_is_shown(layer):
    wrap, how = WRAPPED[layer] if layer else (bytes, "")
    missed = []
    for line, secret, _ in PLANTED:
        found = scan_bytes(wrap(f"harmless words before it\n{line}\nand after".encode()), "file")
        if not any(how in ": ".join(one.within) for one in found):
            missed.append((line, found))
        shown = "\n".join(map(str, found))
        parts = {secret[at : at + 6] for at in range(len(secret) - 5)}
        assert [part for part in parts if part in shown and part not in SAID] == []

    assert missed == []


@pytest.mark.parametrize("layer", ["base64", "hex", "json-escapes", "url", "quoted-printable", "html"])
def test_what_is_encoded_is_placed_where_it_stands_in_the_file(layer):
    wrap, how = WRAPPED[layer]
    data = b"first\n  second: " + wrap(f"mail from {ADDRESS}, sent".encode()) + b"\nthird"

    (found,) = scan_bytes(data)

    assert found.line == 2
    assert found.rule == "mail address"
    assert found.within == (how,)
    # A run of digits is named by its beginning, an escaped text to the character.
    width = {"json-escapes": 6, "url": 3, "quoted-printable": 3}.get(layer, 0)
    if width:
        assert found.column == 11 + 10 * width


@pytest.mark.parametrize("layer", ["gzip", "zip", "tar.gz", "utf16"])
def test_what_unpacks_from_a_whole_file_has_lines_of_its_own(layer):
    wrap, how = WRAPPED[layer]

    (found,) = scan_bytes(wrap(f"first\n  mail from {ADDRESS}".encode()))

    assert (found.line, found.column) == (2, 13)
    assert how in found.within


def test_a_line_says_file_place_layers_and_rule():
    data = b"first\n" + base64.b64encode(gzip.compress(TOKEN.encode()))

    assert told(data) == "file:2:1: base64: gzip: JSON web token"


# -- what must stay quiet ---------------------------------------------------------------------------------------------

DIGEST = hashlib.sha256(b"a page").hexdigest()
QUIET = [
    r"import pytest\n@pytest.mark.skip(\"not now\")\r\n@pytest.fixture.name",
    "Authorization: Bearer organizer-token",
    '"Authorization": ["Bearer the-attendee-token"]',
    "Authorization: Bearer garbage",
    "Authorization: Bearer $GRAPH_ORGANIZER_TOKEN",
    'headers["Authorization"] = f"Bearer {graph[\'TOKEN\']}"',
    "Authorization: `Bearer ${TOKEN}`",
    'curl -H "Authorization: Bearer <token>"',
    "Bearer … is sent; a bearer token is a secret, and Basic authentication is older",
    'www-authenticate: Bearer realm="", error="invalid_token"',
    'token = tokens[actor]; password=password, secret=None, token: str = ""',
    "access_token = response.json()['access_token']",
    'token = request.headers.get("authorization")',
    '"token_type": "Bearer", "access_token": "{token}", "client_secret": "..."',
    'secret = ("client_secret", "password", "refresh_token")',
    "client_secret=$SECRET&refresh_token=<refresh token>&code=…",
    "PASSWORD: ${{ secrets.GRAPH_ORGANIZER_PASSWORD }}",
    'password="$TOKEN2" password="$OAUTH2_TOKEN" password="$oauth2_token" password="$env:OAUTH2_TOKEN" token="$(op x1)"',
    'password="${TOKEN}" password="{{ item.x1 }}" password="<the 1st>" token="... 2x" token="%(x1)s" token="$user:$pass"',
    'f"Bearer {tokens[actor]}" f"Bearer {self.tokens.get(given, 1)}" f"Bearer {served.token}\\r\\n", {"Authorization": f"Bearer {x.y}"}',
    'token = f"{served.place}/{served.tenant}/oauth2/v2.0/token" and https://ada:$PASS@x https://ada:${PASS}@x https://ada:%s@x',
    "Bearer $\x1a\udcdagraph_token1234567890",
    'certificate = "app.pem"\nprivate_key = "app-key.local.pem"',
    "password: the password of the account, never shown",
    '"id": "event-1", "iCalUId": "id-12", "changeKey": "id-3", "@odata.nextLink": "/me/events?$skiptoken=next-1"',
    "organizer@target.example, a@b.example.com, who@example.org, x@y.test, z@localhost.localhost, n@no.invalid",
    '"request-id": "00000000-0000-0000-0000-000000000042"',
    "00000003-0000-0000-c000-000000000000 11111111-1111-1111-1111-111111111111 00000000-0000-4000-8000-00000000aaaa",
    "00000002-0000-0ff1-ce00-000000000000 00020329-0000-0000-C000-000000000046",
    "127.0.0.1 ::1 0.0.0.0 192.0.2.7 198.51.100.2 203.0.113.9 2001:db8::7 [::1]:443 169.254.169.254",
    "version 10.2.30.4, Chrome/120.0.0.0, package==1.22.3.4, 1.2.3.4, OID 1.3.6.1.4.1.311",
    "a[::2], std::string, 12:30:45, 2030-01-01T12:00:00Z, cafe::babe",
    f"sha256: {DIGEST}",
    f'"sha256": "{DIGEST}"',
    f"pip install x --hash=sha256:{DIGEST}",
    f"uses: actions/checkout@{hashlib.sha1(b'x', usedforsecurity=False).hexdigest()}",
    f"https://github.example/a/b/blob/{hashlib.sha1(b'y', usedforsecurity=False).hexdigest()}/src/file.py",
    '"integrity": "sha512-' + base64.b64encode(hashlib.sha512(b"x").digest()).decode() + '"',
    "file.py,sha256=" + base64.urlsafe_b64encode(hashlib.sha256(b"x").digest()).decode().rstrip("=") + ",123",
    "file.py,sha256=A4gjakD2Z2BqpG97BS_NyN2Xi9N58cydpOswEP57paA,1539",
    "SunMonTueWedThuFriSat JanFebMarAprMayJunJulAugSepOctNovDec",
    '"seal": "' + DIGEST[:16] + '"',
    "acquire_token_by_user_federated_identity_credential AzureIdentityAuthenticationProviderFactory",
    "/solutions/bookingBusinesses/shop/appointments/bookingappointment-cancel.v1.0/me.events/organizer/pascal",
    "-" * 80 + "=" * 80 + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "gc70dbd880000000w000x8c2a3b7f10",
    '"id": "AAMkADAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMABGAAAAAAAAAAA="',
    "040000008200E00074C5B7101A82E008",
    '"DataCenter":"Nowhere","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"STANDIN"',
    "https://teams.microsoft.com/l/meetup-join/{id} and {tenant}.onmicrosoft.com and *.sharepoint.com",
    "/home/runner/work/x, /Users/runner/x, C:\\Users\\runneradmin\\x, /v1.0/users/ada/events, ~/x",
    '"displayName": "name-1", "givenName": "name-2", "displayName": "Calendar"',
    '"emailAddress": {"name": "name-1", "address": "id-1"}, "emailAddress": {"name": "Calendar"}',
    '"emailAddress": {"address": "id-1"}, "name": "Contract Test", "displayName": "Deleted Items"',
    'EmailAddress(address=address, name=name), "emailAddress": {"name": "{name}"}, "displayName": "A calendar of a run"',
    "+0100, x+1000000000, 1e+1000000000, +1 206-555-0123",
    "Set-Cookie: a=b; Path=/; Max-Age=3600",
    "-----BEGIN PRIVATE KEY----- is how a key begins",
    '"code": "ErrorItemNotFound", "status_code=202", "?code=code&state=state"',
    "data:image/png;base64," + base64.b64encode(random.Random(1).randbytes(90)).decode(),
    "actions/checkout@v4 @pytest.fixture git@github.com:a/b.git",
]  # fmt: skip


@pytest.mark.parametrize("text", QUIET, ids=range(len(QUIET)))
def test_what_is_known_to_be_harmless_is_not_reported(text):
    assert scan_bytes(text.encode(errors="surrogateescape")) == []


@pytest.mark.parametrize("layer", [layer for layer in WRAPPED if layer not in {"base64-1", "base64-2"}])
def test_layers_make_no_findings_of_their_own(layer):
    text = "\n".join(QUIET[:20])

    assert scan_bytes(WRAPPED[layer][0](text.encode())) == []


def test_a_mark_of_this_suite_is_not_random():
    mark = Mark.of("gc70dbd880000000", "event-cancel.v1.0/me.events/organizer/pascal", 1)

    assert scan_bytes(f"Contract test {mark.case}, {mark.case}m".encode()) == []


def test_a_certificate_may_be_shown_and_its_key_may_not():
    body = "\n".join(letters(64, seed) for seed in range(20))
    certificate = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"

    assert rules(certificate) == []
    assert rules(certificate + KEY) == ["private key"]


def test_a_key_needs_no_lines_around_it():
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)):
        for form in (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL):
            bare = key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
            assert "private key" in rules(bare)
            assert any("base64" in found.within for found in scan_bytes(base64.b64encode(bare)))


# -- hostile input ----------------------------------------------------------------------------------------------------

SIZE = 1 << 19
HOSTILE = {
    "one letter": "a",
    "ats": "@",
    "addresses without an end": "a@a.",
    "dots": "a.",
    "tokens": "eyJ",
    "token parts": "eyJ.",
    "bearers": "bearer ",
    "labels": "password",
    "labels and signs": 'password="',
    "labels and blanks": "token" + " " * 500,
    "labels and tags": "password x",
    "json labels": '"token":',
    "cookies": "cookie: a=b;",
    "percent signs": "%",
    "escapes": "%25",
    "deep escapes": "%2525252525",
    "backslashes": "\\",
    "entities": "&#64;",
    "soft breaks": "=\n",
    "slashes": "/",
    "home folders": "/home/",
    "colons": "f:",
    "addresses": "fe80::",
    "hexes": "61",
    "spaced hexes": "61 ",
    "numbers": "1.",
    "plus signs": "+1 ",
    "base64 lines": "QUJD" * 16 + "\n",
    "certificates": "-----BEGIN CERTIFICATE-----\n",
    "keys": "-----BEGIN PRIVATE KEY-----",
    "hosts": "a.onmicrosoft.",
    "URLs": "://a:",
    "dialling": "tel:+",
    "Exchange": "/o=a/ou=",
    "nulls": "\0",
    "wide": "a\0",
    "zlib": "x\x01",
    "refresh": "0.A.",
    "client secrets": "aaa8Q~",
    "brackets": "password: [",
    "quotes": '"' * 3,
    "braces": "token={",
    "prose": "a b-c'd ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear_whatever_the_text(name):
    data = (HOSTILE[name] * (SIZE // len(HOSTILE[name]) + 1)).encode()[:SIZE]
    started = time.monotonic()

    scan_bytes(data)

    assert time.monotonic() - started < SECONDS


def test_a_bomb_is_said_to_be_one(monkeypatch):
    monkeypatch.setattr(layers, "_UNPACKED", 1 << 20)
    bomb = gzip.compress(bytes(200 << 20), 1)

    assert "not scanned: unpacks to more than is looked through" in rules(bomb)


def test_bombs_within_bombs_come_to_an_end():
    data = bytes(1 << 20)
    for _ in range(10):
        data = zlib.compress(data)

    assert any(rule.startswith("not scanned: packed more deeply") for rule in rules(data))


@pytest.mark.parametrize("times", range(1, 9))
def test_escapes_within_escapes_are_read_or_told(times):
    text = f"mail from {ADDRESS.replace('@', '%' + '25' * times + '40')}"
    packed = f"mail from {ADDRESS}".encode()
    for _ in range(times):
        packed = base64.b64encode(packed)

    deeper = "not scanned: encoded more deeply than is looked through"
    assert rules(text) == (["mail address"] if times < 6 else [deeper])
    found = rules(packed)
    assert found == ["mail address"] if times < 7 else deeper in found


def test_an_entity_that_html_has_not_is_no_further_layer():
    assert rules("&nowhere; &ab; " * 9) == []


def test_many_members_share_one_bound(monkeypatch):
    monkeypatch.setattr(layers, "_UNPACKED", 1 << 16)
    held = b"".join(gzip.compress(os.urandom(1 << 12)) for _ in range(40))

    assert any("more than is looked through" in rule for rule in rules(held))


@pytest.mark.parametrize("damage", [slice(0, 60), slice(0, -30)], ids=["head", "end"])
def test_a_damaged_archive_is_not_clean(damage):
    data = zipped(os.urandom(400))

    assert [rule for rule in rules(data[damage]) if rule.startswith("not scanned: ")]
    assert [rule for rule in rules(gzip.compress(os.urandom(400))[damage]) if rule.startswith("not scanned: ")]


PLAIN = f"mail from {ADDRESS}".encode()
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
CLEAN = b"nothing in here "
CLEAN_TAR = gzip.decompress(tarred(CLEAN))
BESIDE = {
    "gzip, zip": gzip.compress(PLAIN) + zipped(CLEAN),
    "zip, gzip": zipped(CLEAN) + gzip.compress(PLAIN),
    "tar, gzip": CLEAN_TAR + gzip.compress(PLAIN),
    "tar, xz": CLEAN_TAR + lzma.compress(PLAIN),
    "zip, zip": zipped(PLAIN) + zipped(CLEAN),
    "zip, zip, zip": zipped(PLAIN) + zipped(CLEAN) + zipped(CLEAN),
    "zip, words, zip": zipped(PLAIN) + b"words" * 40_000 + zipped(CLEAN, zipfile.ZIP_STORED),
    "zip and much behind it": HEAD + zipped(PLAIN) + b"words" * 40_000,
    "gzip, an end of zip": gzip.compress(PLAIN) + b"PK\x05\x06",
    "gzip, half a zip": gzip.compress(PLAIN) + zipped(CLEAN)[:-30],
    "bzip2, zip": bz2.compress(PLAIN) + zipped(CLEAN),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_packed_beside_something_packed_is_opened(name):
    assert "mail address" in rules(BESIDE[name])


NOISE = random.Random(7).randbytes(400)
DAMAGED = {
    "zip": zipped(NOISE)[:-30],
    "zip in the middle": zipped(NOISE)[:200] + bytes(100) + zipped(NOISE)[300:],
    "the list of a zip": zipped(NOISE)[-90:],
    "gzip": gzip.compress(NOISE)[:-30],
    "gzip, its head": gzip.compress(NOISE)[:10],
    "bzip2": bz2.compress(NOISE)[:-30],
    "xz": lzma.compress(NOISE)[:-30],
    "zstd": b"\x28\xb5\x2f\xfd\x24\x05\x29\x00\x00words" + bytes(4),
    "7-Zip": b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(20),
    "RAR": b"Rar!\x1a\x07\x01\x00\x33\x92\xb5\xe5\x0a\x01" + bytes(20),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("before", [b"", HEAD, zipped(CLEAN), gzip.compress(CLEAN)], ids=["", "head", "zip", "gzip"])
@pytest.mark.parametrize("after", [b"", zipped(CLEAN)], ids=["", "zip"])
def test_what_is_damaged_is_told_wherever_it_begins(name, before, after):
    assert [rule for rule in rules(before + DAMAGED[name] + after) if rule.startswith("not scanned: ")]


def test_a_zip_that_claims_members_and_lists_none_hides_nothing():
    end = b"PK\x05\x06" + bytes(4) + b"\1\0\1\0" + bytes(10)

    assert rules(gzip.compress(PLAIN) + end * 9) == ["mail address"]


def test_a_compiled_program_that_knows_what_packed_files_begin_with_is_clean():
    compiled = marshal.dumps(compile(Path(unpacking.__file__).read_text(), "unpacking.py", "exec"))

    assert rules(compiled) == []
    assert rules(Path(encodings.__file__).read_bytes()) == []


@pytest.mark.parametrize("packer", [gzip, lzma, bz2])
def test_what_is_packed_again_is_not_taken_for_damaged(packer):
    # A packer leaves what it cannot make smaller as it is, in blocks: the stream is there, and is cut.
    held = packer.compress(random.Random(1).randbytes(200_000))

    assert rules(zipped(held)) == []
    assert rules(zipped(held, zipfile.ZIP_STORED)) == []
    assert rules(tarred(held)) == []


def test_what_cannot_be_opened_is_not_clean():
    encrypted = bytearray(zipped(b"harmless"))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1

    assert rules(bytes(encrypted)) == ["not scanned: member 1 is encrypted"]
    assert rules(b"\x28\xb5\x2f\xfd" + bytes(20)) == ["not scanned: packed with zstd"]


def test_many_escapes_before_a_long_rest_of_a_line_are_read():
    text = '\\"' * 20_000 + "a" * 4094 + "\n"

    assert rules(text) == []
    assert rules(f"{text}mail from ada.lovelace\\u0040contoso.com") == ["mail address"]


def test_a_fault_of_our_own_costs_no_finding(monkeypatch):
    def fails(text):
        raise IndexError(text)

    monkeypatch.setattr(encodings, "runs", fails)

    assert rules(PLAIN) == ["not scanned: a fault of our own (IndexError)", "mail address"]


def test_so_many_findings_are_not_all_told():
    found = scan_bytes("\n".join(guid(seed) for seed in range(1200)).encode())

    assert len(found) == 1001
    assert any(one.rule == "not scanned: more than 1000 findings; the rest is left out" for one in found)


def test_what_turns_out_to_be_harmless_leaves_room_for_what_is_not():
    # Without its escape read, each is an id that begins within the escape.
    harmless = f"%61{'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa'[1:]}\n" * 6000

    assert rules(harmless) == []
    assert rules(harmless + "password: Summer2024Holiday") == ["value under a secret's name"]


def test_so_many_at_one_place_are_not_all_looked_at_and_that_is_told():
    packed = gzip.compress(f"{ADDRESS} password: Summer2024Holiday\n".encode() * 6000)

    assert rules(HEAD + packed) == [
        "not scanned: more than 5000 findings in one text; the rest is left out",
        "mail address",
    ]


@pytest.mark.parametrize("seed", range(40))
def test_random_bytes_are_no_secret_and_no_trouble(seed):
    assert scan_bytes(random.Random(seed).randbytes(20_000)) == []


def test_letters_that_grow_when_made_small_move_nothing():
    (found,) = scan_bytes(f"İİİ {'ß' * 9} password='s{letters(12)}'".encode())

    assert (found.line, found.column) == (1, 25)


# -- files ------------------------------------------------------------------------------------------------------------


def scanned(*paths) -> tuple[list[Found], Scanned]:
    count = Scanned()
    return list(scan(map(str, paths), count)), count


def test_folders_are_walked_in_order_and_links_are_not_followed(tmp_path):
    for name in ("b/2.txt", "a/1.bin", "a/.hidden"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(ADDRESS)
    (tmp_path / "outside").mkdir()
    (tmp_path / "b" / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    (tmp_path / "b" / "gone").symlink_to("nowhere")

    found, count = scanned(tmp_path)

    assert [os.path.relpath(one.file, tmp_path) for one in found] == ["a/.hidden", "a/1.bin", "b/2.txt"]
    assert (count.files, count.links) == (3, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as opened:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's name is short
        try:
            opened.bind("socket")
        finally:
            os.chdir(here)
        found, _ = scanned(tmp_path)
        alone, _ = scanned(tmp_path / "pipe")

    assert [one.rule for one in [*found, *alone]] == ["not scanned: a pipe, a socket or a device"] * 3


def test_a_huge_file_is_not_read(tmp_path):
    with (tmp_path / "huge").open("wb") as opened:
        opened.truncate(1 << 40)
    found, _ = scanned(tmp_path)

    assert [one.rule for one in found] == ["not scanned: larger than 32 MiB"]


def test_what_cannot_be_read_within_a_folder_is_told(tmp_path, monkeypatch):
    (tmp_path / "one").write_text("harmless")
    real = os.open

    def refusing(path, *rest):
        if str(path).endswith("one"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr(scanning.os, "open", refusing)
    found, _ = scanned(tmp_path)

    assert [one.rule for one in found] == ["not scanned: Permission denied"]


def test_a_secret_in_a_files_name_is_found_and_not_shown(tmp_path):
    (tmp_path / f"mail-of-{ADDRESS}").mkdir()
    (tmp_path / f"mail-of-{ADDRESS}" / f"{HOST}.txt").write_text(TOKEN)

    found, _ = scanned(tmp_path)

    assert {(one.rule, one.within) for one in found} == {
        ("mail address", ("its name",)),
        ("tenant's host", ("its name",)),
        ("JSON web token", ()),
    }
    assert all("contoso" not in str(one) for one in found)
    assert found[0].file.startswith(f"{tmp_path}{os.sep}[…]")


def test_a_name_steers_no_terminal(tmp_path):
    (tmp_path / "a\x1b[2Jb\n").write_text(ADDRESS)

    (found,), _ = scanned(tmp_path)

    assert str(found).removeprefix(str(tmp_path)).isprintable()


@pytest.mark.parametrize("name", ["gone", "link", "nul\0"])
def test_a_path_that_cannot_be_looked_through_ends_it_before_anything_is(tmp_path, name):
    (tmp_path / "fine").write_text(ADDRESS)
    (tmp_path / "link").symlink_to(tmp_path / "fine")

    with pytest.raises(ScanError) as caught:
        scanned(tmp_path / "fine", f"{tmp_path}/{name}")

    assert "\n" not in str(caught.value)
