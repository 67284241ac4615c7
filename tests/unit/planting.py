"""
Made-up secrets of every kind, made anew from a seed so that none stands in a file of the project, and ways to wrap them.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import quopri
import random
import string
import tarfile
import uuid
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import quote

URLSAFE = string.ascii_letters + string.digits + "-_"
ALPHANUMERIC = string.ascii_letters + string.digits


def letters(size: int, seed: int = 1, alphabet: str = ALPHANUMERIC) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=size))


def guid(seed: int) -> str:
    return str(uuid.UUID(int=random.Random(seed).getrandbits(128), version=4))


def part(**claims: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


TOKEN = f"{part(typ='JWT', alg='RS256')}.{part(upn='ada', oid=guid(3))}.{letters(86, 4, URLSAFE)}"
ADDRESS = "ada.lovelace" + "@" + "contoso" + ".com"
HOST = "contoso" + ".onmicrosoft" + ".com"
KEY = "\n".join(["-----BEGIN " + "PRIVATE KEY-----", letters(64, 5), letters(64, 6), "-----END PRIVATE KEY-----"])
SERVER = "AM0PR04MB" + "1234.eurprd04.prod.outlook" + ".com"
PASSWORD = letters(14, 8)
UID = "040000008200E00074C5B7101A82E008" + letters(48, 9, "0123456789ABCDEF")

# What a line holds, which part of it is secret, and what it is called.
PLANTED: list[tuple[str, str, str]] = [
    (f"the token {TOKEN} expired", TOKEN, "JSON web token"),
    (f"Authorization: Bearer {letters(40, 10)}", letters(40, 10), "credentials of a request"),
    (f'{{"Authorization": ["Bearer {letters(20, 11)}"]}}', letters(20, 11), "credentials of a request"),
    (f'"authorization": "{PASSWORD}"', PASSWORD, "authorization header"),
    ("authorization:\n    - bearer opaquesecretvaluewithout", "bearer opaquesecretvaluewithout", "authorization header"),
    (
        f"Authorization: Basic {base64.b64encode(b'ada:' + PASSWORD.encode()).decode()}",
        base64.b64encode(b"ada:" + PASSWORD.encode()).decode(),
        "credentials of a request",
    ),
    (f"0.A{letters(200, 12, URLSAFE)}", f"0.A{letters(200, 12, URLSAFE)}", "refresh token"),
    (f"rt=1.A{letters(90, 13, URLSAFE)}", f"1.A{letters(90, 13, URLSAFE)}", "refresh token"),
    ("M.C517_BAY" + f".0.U.-{letters(60, 14)}", "M.C517_BAY" + f".0.U.-{letters(60, 14)}", "refresh token"),
    ("M.H1_SN1" + f".-{letters(60, 31)}", "M.H1_SN1" + f".-{letters(60, 31)}", "refresh token"),
    (f"t=EwB{letters(200, 15)}", f"EwB{letters(200, 15)}", "compact token"),
    (f"polling with GAQABAAEAAAD{letters(80, 16, URLSAFE)}", f"GAQABAAEAAAD{letters(80, 16, URLSAFE)}", "authorization or device code"),
    (f"the secret {letters(3, 17)}8Q~{letters(34, 18)} ends", f"{letters(3, 17)}8Q~{letters(34, 18)}", "client secret"),
    (f"key: |\n{KEY}", KEY, "private key"),
    (f"client_secret={PASSWORD}&grant_type=client_credentials", PASSWORD, "value under a secret's name"),
    (f'"refresh_token" : "{PASSWORD}"', PASSWORD, "value under a secret's name"),
    (f'"secretText": "{PASSWORD}"', PASSWORD, "value under a secret's name"),
    (f"password = '{PASSWORD}'", PASSWORD, "value under a secret's name"),
    ("password: Summer2024Holiday", "Summer2024Holiday", "value under a secret's name"),
    ("client-secret = hunter2hunter2", "hunter2hunter2", "value under a secret's name"),
    ('password: "allsmallletters"', "allsmallletters", "value under a secret's name"),
    ('password = "Password' + '123"', "Password" + "123", "value under a secret's name"),
    ("password: $uper" + "S3cret!", "$uper" + "S3cret!", "value under a secret's name"),
    ('client_secret="$abC' + '1239kd"', "$abC" + "1239kd", "value under a secret's name"),
    ('password = "{x' + '7Qm!"', "{x" + "7Qm!", "value under a secret's name"),
    ('password = "<x' + '7Qm!"', "<x" + "7Qm!", "value under a secret's name"),
    ('token: "...real' + 'secret99"', "...real" + "secret99", "value under a secret's name"),
    (f"Authorization: Bearer {{{letters(30, 30)}", "{" + letters(30, 30), "credentials of a request"),
    (f"Authorization: Bearer $a1B{letters(30, 30)}", f"$a1B{letters(30, 30)}", "credentials of a request"),
    ("https://ada:$uper" + "S3cret!@graph.example/", "$uper" + "S3cret!", "password in a URL"),
    (f"export GRAPH_APP_TOKEN={PASSWORD}", PASSWORD, "value under a secret's name"),
    ("GRAPH_APP_SECRET=allsmallletters", "allsmallletters", "value under a secret's name"),
    (f"device_code={PASSWORD}&x=1", PASSWORD, "value under a secret's name"),
    (f"https://app.example/?code={letters(30, 19)}&state=1", letters(30, 19), "value under a secret's name"),
    (f'{{"name": "client_assertion", "value": "{PASSWORD}"}}', PASSWORD, "value under a secret's name"),
    (f'<property name="app_password" value="{PASSWORD}"/>', PASSWORD, "value under a secret's name"),
    (f"<Password>{PASSWORD}</Password>", PASSWORD, "value under a secret's name"),
    (f"SAMLResponse={letters(60, 20)}&RelayState=x", letters(60, 20), "value under a secret's name"),
    (f"x-ms-secret-key: {PASSWORD}", PASSWORD, "value under a secret's name"),
    (f"az login --service-principal --password {PASSWORD}", PASSWORD, "value under a secret's name"),
    (f"Set-Cookie: session={PASSWORD}; path=/; secure", f"session={PASSWORD}; path=/; secure", "cookie"),
    (f'"Cookie": "a=b; sid={PASSWORD}"', f"a=b; sid={PASSWORD}", "cookie"),
    (f"ESTSAUTH={PASSWORD}", PASSWORD, "cookie"),
    ("x-ms-gateway-slice=estsfd", "estsfd", "cookie"),
    (f'{{"name": "fpc", "value": "{PASSWORD}"}}', PASSWORD, "cookie"),
    (f"object {guid(21)} was not found", guid(21), "GUID"),
    ("mail to ada@" + "contoso.md", "ada@" + "contoso.md", "mail address"),
    ("mail to ada@" + "firma.com.py failed", "ada@" + "firma.com.py", "mail address"),
    (f"mail to <{ADDRESS}> failed", ADDRESS, "mail address"),
    (f"https://login/{HOST}/oauth2", HOST, "tenant's host"),
    ("contoso-my.sharepoint" + ".com", "contoso-my.sharepoint" + ".com", "tenant's host"),
    (f"/me/events/AAMkAD{letters(120, 22)}=/cancel", f"AAMkAD{letters(120, 22)}=/cancel", "Exchange id"),
    (f'"id": "AAkALgAA{letters(100, 23)}"', f"AAkALgAA{letters(100, 23)}", "Exchange id"),
    (f'"changeKey": "DwAAABYAAA{letters(22, 24)}"', f"DwAAABYAAA{letters(22, 24)}", "Exchange id"),
    (f'"iCalUId": "{UID}"', UID, "iCalUId"),
    ('"RoleInstance":"AM1PEPF0002' + '3A5C"', "AM1PEPF0002" + "3A5C", "diagnostics of the service"),
    ('"DataCenter" : "West ' + 'Europe"', "West " + "Europe", "diagnostics of the service"),
    ("X-FEServer: AM0PR01CA" + "0123", "AM0PR01CA" + "0123", "diagnostics of the service"),
    ("X-CalculatedBETarget: " + SERVER, "eurprd04.prod.outlook" + ".com", "mailbox server"),
    (f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{letters(40, 25)}", f"19%3ameeting_{letters(40, 25)}", "address of an online meeting"),
    ("call +49 151 " + "23456789 now", "+49 151 " + "23456789", "telephone number"),
    ('"businessPhones": ["555 ' + '1234567"]', "555 " + "1234567", "telephone number"),
    ("connection from 40.97." + "153.146 refused", "40.97." + "153.146", "IP address"),
    ("via 2603:10a6:10:" + "2e3::12 port", "2603:10a6:10:" + "2e3::12", "IP address"),
    ('File "/home/' + 'lovelace/work/x.py", line 3', "lovelace", "somebody's home folder"),
    ("C:\\Users\\" + "lovelace\\x.py", "lovelace", "somebody's home folder"),
    ('"displayName": "Ada ' + 'Lovelace"', "Ada " + "Lovelace", "person's name"),
    *(
        (template.format(name), name, "person's name")
        for name in ("Ada M. " + "Lovelace", "Ludwig van " + "Beethoven", "Dr. Ada " + "Lovelace", "Ada " + "Lovelace (Sales)")
        for template in (
            '"displayName": "{}"',
            '"emailAddress": {{"name": "{}", "address": "id-1"}}',
            '"emailAddress" : {{\n  "address": "id-1",\n  "name": "{}"\n}}',
            'EmailAddress(address=address, name="{}")',
        )
    ),
    ("https://ada:" + PASSWORD + "@graph.example/", PASSWORD, "password in a URL"),
    (f"value {letters(43, 26)} end", letters(43, 26), "random characters"),
    (f"value {letters(32, 27, '0123456789abcdef')} end", letters(32, 27, "0123456789abcdef"), "random characters"),
    ("token ghp_" + letters(36, 28), "ghp_" + letters(36, 28), "token of another service"),
]  # fmt: skip


def zipped(data: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr("folder/inner.txt", data)
    return held.getvalue()


def tarred(data: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        member = tarfile.TarInfo("folder/inner.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def lined(data: bytes) -> bytes:
    return b"    " + base64.encodebytes(data).replace(b"\n", b"\n    ")


# How a text may be wrapped, and how it is said.
WRAPPED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "url": (lambda data: percent(data.decode()).encode(), "URL-encoded"),
    "url-twice": (lambda data: quote(percent(data.decode())).encode(), "URL-encoded"),
    "url-of-marks": (lambda data: quote(data.decode(), safe="").encode(), ""),
    "base64": (base64.b64encode, "base64"),
    "base64-1": (lambda data: base64.b64encode(b"x" + data), "base64"),
    "base64-2": (lambda data: b"id_" + base64.b64encode(b"xy" + data), "base64"),
    "base64-in-a-path": (lambda data: b"/a/bc/" + base64.b64encode(data), "base64"),
    "base64url": (lambda data: base64.urlsafe_b64encode(data).rstrip(b"="), "base64"),
    "base64-in-lines": (lined, "base64"),
    "base64-of-utf16": (lambda data: base64.b64encode(data.decode().encode("utf-16-le")), "base64"),
    "base64-of-gzip": (lambda data: base64.b64encode(gzip.compress(data)), "base64"),
    "base64-twice": (lambda data: base64.b64encode(base64.b64encode(data)), "base64"),
    "base64-in-json": (lambda data: json.dumps({"body": base64.encodebytes(data).decode()}).encode(), "base64"),
    "hex": (lambda data: data.hex().encode(), "hex"),
    "hex-spaced": (lambda data: data.hex(" ").upper().encode(), "hex"),
    "gzip": (gzip.compress, "gzip"),
    "gzip-after-headers": (lambda data: b"HTTP/1.1 200 OK\r\n\r\n" + gzip.compress(data), "gzip"),
    "zlib": (zlib.compress, "zlib"),
    "bzip2": (bz2.compress, "bzip2"),
    "xz": (lzma.compress, "xz"),
    "zip": (zipped, "zip member folder/inner.txt"),
    "zip-stored": (lambda data: zipped(data, zipfile.ZIP_STORED), "zip member folder/inner.txt"),
    "zip-in-zip": (lambda data: zipped(zipped(data)), "zip member folder/inner.txt"),
    "tar.gz": (tarred, "tar member folder/inner.txt"),
    "utf16": (lambda data: data.decode().encode("utf-16"), "UTF-16"),
    "utf16-be": (lambda data: data.decode().encode("utf-16-be"), "UTF-16"),
    "utf16-amid": (lambda data: b"\xff\x01\x00\xfe" * 60 + data.decode().encode("utf-16-le") + b"\xff" * 300, "UTF-16"),
    "utf32": (lambda data: data.decode().encode("utf-32"), "UTF-32"),
    "json-escapes": (lambda data: "".join(f"\\u{byte:04x}" for byte in data).encode(), "string escapes"),
    "python-escapes": (lambda data: "".join(f"\\x{byte:02x}" for byte in data).encode(), "string escapes"),
    "json-in-json": (lambda data: json.dumps(json.dumps({"body": data.decode()})).encode(), ""),
    "html": (lambda data: "".join(f"&#{byte};" for byte in data).encode(), "HTML entities"),
    "html-of-marks": (lambda data: html.escape(data.decode()).replace("@", "&#64;").encode(), ""),
    "quoted-printable": (lambda data: "".join(f"={byte:02X}" for byte in data).encode(), "quoted-printable"),
    "quoted-printable-of-marks": (lambda data: quopri.encodestring(data).replace(b"@", b"=40"), ""),
    "html-in-json-in-gzip": (lambda data: gzip.compress(json.dumps(html.escape(data.decode())).encode()), "gzip"),
}
