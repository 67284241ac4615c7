"""
Reads values out of a target file's tables. What is wrong is said in one line: file, key, what was found, the remedy.

No line repeats a value that may be a secret, and a secret written into the file is refused wherever it stands.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from graphcancel.errors import TargetError
from graphcancel.reading import WRITTEN, read_within

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# A key that would hold a secret itself, and the key that names where one is kept.
_SECRETS: Final = {
    "secret": "secret_env",
    "client_secret": "secret_env",
    "clientsecret": "secret_env",
    "app_secret": "secret_env",
    "api_key": "secret_env",
    "apikey": "secret_env",
    "password": "password_env",
    "passwd": "password_env",
    "pwd": "password_env",
    "token": "token_env",
    "access_token": "token_env",
    "refresh_token": "token_env",
    "bearer": "token_env",
    "expired_token": "expired_token_env",
    "assertion": "assertion_file",
    "client_assertion": "assertion_file",
}
_TOKEN: Final = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}")
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
_KINDS: Final = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
    dt.datetime: "a date",
    dt.date: "a date",
    dt.time: "a time",
}
_LONGEST_KEY: Final = 40
_GUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{32,}")
_WORD: Final = re.compile(r"[A-Za-z]*[0-9]{0,4}")
_LONG: Final = 24  # longer than names are, shorter than keys


def refuse_secrets(table: Mapping[str, Any], place: str) -> None:
    """
    See that no secret is written into the file, by what a key is called or by what a value looks like.

    Raises:
        TargetError: One is; its value is not repeated.
    """
    for where, key, value in _leaves(table, place):
        remedy = _SECRETS.get(key.lower().replace("-", "_"))
        if remedy:
            given = '"a-file.jwt"' if remedy == "assertion_file" else '"A_VARIABLE"'
            raise TargetError(f"{where}: a secret does not belong into a file; remove it, write {remedy} = {given}")
        if isinstance(value, str) and _PRIVATE_KEY.search(value):
            raise TargetError(f"{where}: holds a private key; put it into a file only you can read and name the path")
        if isinstance(value, str) and _TOKEN.search(value):
            raise TargetError(f"{where}: holds a token; put it into an environment variable and name that")


def _leaves(value: Any, where: str, key: str = "") -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        separator = ": " if not key else "."
        for name, inner in value.items():
            yield from _leaves(inner, f"{where}{separator}{shown(name)}", name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, where, key)
    else:
        yield where, key, value


def looks_secret(value: str) -> bool:
    """Whether *value* looks more like a secret than like the name of a variable or an id."""
    if _TOKEN.search(value) or _PRIVATE_KEY.search(value):
        return True
    if _GUID.fullmatch(value) or " " in value:
        return False
    if "~" in value or _HEX.fullmatch(value):
        return True
    kinds = (str.islower, str.isupper, str.isdecimal)
    mixed = all(any(is_one(letter) for letter in value) for is_one in kinds)
    words = "_" in value and all(_WORD.fullmatch(part) for part in value.split("_"))
    return len(value) >= _LONG and mixed and not words


def shown(key: str) -> str:
    """*key* as a message may show it."""
    return key if len(key) <= _LONGEST_KEY and key.isprintable() else "…"


def kind_of(value: object) -> str:
    """What *value* is, in a word or two."""
    return _KINDS.get(type(value), "something else")


def known_keys(table: Collection[str], allowed: Collection[str], place: str) -> None:
    """Refuse a key that is not *allowed*, with the nearest that is."""
    for key in table:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(allowed)}"
            raise TargetError(f"{place}: unknown key {shown(key)!r}; {hint}")


def text(table: Mapping[str, Any], key: str, place: str, default: str = "") -> str:
    """The text under *key*."""
    value = table.get(key, default)
    if not isinstance(value, str):
        raise TargetError(f"{place}: {key} is {kind_of(value)}, not text; write it in quotes")
    return value


def texts(table: Mapping[str, Any], key: str, place: str) -> list[str]:
    """The list of texts under *key*, empty where it is missing."""
    value = table.get(key, [])
    if not isinstance(value, list):
        raise TargetError(f"{place}: {key} is {kind_of(value)}, not a list of texts; write {key} = ['…']")
    for item in value:
        if not isinstance(item, str):
            raise TargetError(f"{place}: {key} holds {kind_of(item)}; write each entry in quotes")
    return value


def inner_table(table: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    """The table under *key*, empty where it is missing."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise TargetError(f"{place}: {key} is {kind_of(value)}, not a table; write [{key}]")
    return value


def text_table(
    table: Mapping[str, Any], key: str, place: str, allowed: Collection[str] | None = None
) -> dict[str, str]:
    """The table under *key*, all of whose values are texts."""
    inner = inner_table(table, key, place)
    if allowed is not None:
        known_keys(inner, allowed, f"{place}: {key}")
    return {name: text(inner, name, f"{place}: {key}") for name in inner}


def file_beside(folder: Path, written: str, place: str) -> Path:
    """
    The file *written* in a target file that lies in *folder*.

    Raises:
        TargetError: It is not there or cannot be read; *place* names file and key.
    """
    if "\n" in written or "-----BEGIN" in written:
        raise TargetError(f"{place}: is no path; put the PEM text into a file and name that")
    path = folder / written
    try:
        read_within(path, WRITTEN)
    except FileNotFoundError:
        raise TargetError(f"{place} = {written!r}: no such file; a path is relative to the target file") from None
    except OSError as error:
        raise TargetError(f"{place} = {written!r}: not readable ({error.strerror}); mend its permissions") from None
    return path


def base_url(url: str, place: str, *, plain: bool = True) -> str:
    """
    *url* without a trailing slash, once it is known to be one that requests may go below.

    Args:
        plain: Whether plain http will do on loopback.
    """
    try:
        parts = urlsplit(url.rstrip("/"))
        port = parts.port
    except ValueError as error:
        why = _bare(str(error))
        raise TargetError(f"{place}: {_bare(url)!r} is no URL ({why}); write https://host[/path]") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or port == 0:
        raise TargetError(f"{place}: {_bare(url)!r} is no base URL; write https://host[/path] without query")
    if parts.username or parts.password:
        raise TargetError(f"{place}: the URL carries credentials; remove them, tokens come from the environment")
    if parts.scheme == "http" and not plain:
        raise TargetError(f"{place}: passwords and secrets go there, so plain http will not do; use https")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise TargetError(f"{place}: plain http is allowed on loopback only; use https")
    # As servers write it in their own links.
    return origin_of(url) + parts.path


def origin_of(url: str) -> str:
    """Scheme, host and port of *url*, comparable: lower case, the scheme's own port left out."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    own = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, own} else "")


def _bare(url: str) -> str:
    """*url* without what may be a secret: credentials, query and fragment."""
    return re.sub(r"(?<=//)[^/]*@|[?#].*", "…", url)
