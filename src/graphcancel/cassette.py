"""
One cassette: every exchange of one case's story, in order.

The format is vcrpy's (version 1, ``interactions``), written as JSON, which is YAML too: vcrpy and pytest-recording read
it as it is. Each interaction has one key more, ``sealed``: what its answer was when it was recorded, so that an answer
changed since is noticed and named. Nothing but JSON is read, so there is no tag or alias to be expanded.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from graphcancel.errors import CassetteError, Drift
from graphcancel.exchange import Response

SUFFIX: Final = ".yaml"
_VERSION: Final = 1
_LARGEST: Final = 8 * 1024 * 1024
_MOST: Final = 5000
_SHOWN: Final = 120
_ON_FILE: Final = "on file"
# What YAML forbids in a file though JSON allows it.
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ILLEGAL: Final = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f]|[. ]$')
_PHRASES: Final = {int(status): status.phrase for status in HTTPStatus}
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Interaction:
    """
    One exchange.

    Attributes:
        uri: Absolute URL as sent, on a stand-in's root.
        headers: Those of interest, lower case: what the request set itself, and whose token it carried.
    """

    method: str
    uri: str
    headers: Mapping[str, str]
    body: str | None
    response: Response

    def __str__(self) -> str:
        """The request line, as a person reads it."""
        return f"{self.method} {_path(self.uri)}"


@dataclass(frozen=True, slots=True)
class Cassette:
    """
    The story of one case.

    Attributes:
        origin: What answered: ``mock``, ``service`` or ``server``.
        knew: What the run knew of the target's lags when the story began, empty for nothing.
    """

    origin: str
    interactions: tuple[Interaction, ...]
    knew: Mapping[str, Any] = field(default_factory=dict)


def place_of(folder: Path, case_id: str) -> Path:
    """
    The file of *case_id* in the recording at *folder*: a legal name on every system, unique ignoring case.

    Case ids are paths and unique ignoring case; a part that some system refuses is escaped and told apart by a digest.
    """
    return folder.joinpath(*(_legal(part) for part in case_id.split("/"))).with_name(
        _legal(case_id.rsplit("/", 1)[-1]) + SUFFIX
    )


def _legal(part: str) -> str:
    cleaned = _ILLEGAL.sub("-", part)
    if cleaned == part and not _RESERVED.fullmatch(part) and part:
        return part
    return f"{cleaned or '-'}-{hashlib.blake2s(part.lower().encode(), digest_size=4).hexdigest()}".replace(".", "-")


# -- writing -------------------------------------------------------------------------------------------------------


def write_cassette(path: Path, cassette: Cassette) -> bool:
    """
    Write *cassette* whole or not at all; returns whether the file is another now.

    Raises:
        CassetteError: The file cannot be written.
    """
    return write_whole(path, _text(cassette))


def write_whole(path: Path, text: str) -> bool:
    """
    Put *text* in the place of what *path* holds, never half of it; returns whether that was something else.

    Raises:
        CassetteError: The file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    data = text.encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == data:
            return False
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise CassetteError(f"{path}: cannot be written ({error.strerror}); see to the folder") from None
    return True


def printable(value: Any) -> str:
    """*value* as JSON that is YAML too, keys in order."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _text(cassette: Cassette) -> str:
    written: dict[str, Any] = {
        "version": _VERSION,
        "origin": cassette.origin,
        "interactions": [_written(one) for one in cassette.interactions],
    }
    if cassette.knew:
        written["knew"] = cassette.knew
    return printable(written)


def _written(one: Interaction) -> dict[str, Any]:
    status = one.response.status
    phrase = _PHRASES.get(status, "")
    return {
        "request": {"method": one.method, "uri": one.uri, "headers": _lists(one.headers), "body": one.body},
        "response": {
            "status": {"code": status, "message": phrase},
            "headers": _lists(one.response.headers),
            "body": {"string": one.response.body.decode()},
        },
        "sealed": _seal(one.response),
    }


def _lists(headers: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in headers.items()}


def _seal(response: Response) -> dict[str, Any]:
    """What *response* is, short enough to stand beside it: digests, for a JSON body one of each leaf as well."""
    return {
        "status": response.status,
        "headers": _seal_headers(response),
        "body": _seal_body(response),
        "leaves": _seal_leaves(response),
    }


def _seal_headers(response: Response) -> dict[str, str]:
    return {name: _digest(value, 4) for name, value in response.headers.items()}


def _seal_body(response: Response) -> str:
    return _digest(response.body.decode(), 6)


def _seal_leaves(response: Response) -> str:
    return "".join(_digest(json.dumps(value), 2) for _, value in leaves(response.json()))


def _digest(text: str, size: int) -> str:
    return hashlib.blake2s(text.encode(), digest_size=size).hexdigest()


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every innermost value of JSON with its place, such as ``error.message``; names are values too."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{place}[{number}]")
    else:
        yield place, {place: value}


# -- reading -------------------------------------------------------------------------------------------------------


def read_cassette(path: Path) -> Cassette:
    """
    The cassette at *path*.

    Raises:
        CassetteError: Missing, too large, cut off, or no cassette. `Drift` where an answer is not what was recorded.
    """
    table = read_json(path, _LARGEST)
    try:
        if table["version"] != _VERSION:
            raise CassetteError(f"{path}: a cassette of version {table['version']!r}; record it anew")
        listed = table["interactions"]
        if len(listed) > _MOST:
            raise CassetteError(f"{path}: {len(listed)} interactions, more than a case can have; record it anew")
        pairs = [(_read(one), _sealed(one["sealed"])) for one in listed]
        found = Cassette(_of(str, table["origin"]), tuple(one for one, _ in pairs), _of(dict, table.get("knew", {})))
    except (LookupError, TypeError, ValueError, AttributeError, UnicodeError):
        raise CassetteError(f"{path}: is no cassette of this suite: a key is missing or of the wrong kind") from None
    for number, (one, sealed) in enumerate(pairs, 1):
        _check_seal(one, sealed, f"{path}: interaction {number} of {len(pairs)}, {one}")
    return found


def read_json(path: Path, largest: int) -> dict[str, Any]:
    """
    The JSON object at *path*.

    Args:
        largest: Bytes.

    Raises:
        CassetteError: Missing, too large, cut off, or something else.
    """
    try:
        size = path.stat().st_size
        if size > largest:
            raise CassetteError(f"{path}: {size} bytes, more than {largest}; nothing of it was read")
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CassetteError(f"{path}: no such file") from None
    except OSError as error:
        raise CassetteError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise CassetteError(f"{path}: is no JSON{where}, so nothing of it is used; record it anew") from None
    if not isinstance(table, dict):
        raise CassetteError(f"{path}: is no JSON object; record it anew")
    return table


def _read(table: Mapping[str, Any]) -> Interaction:
    request, response = table["request"], table["response"]
    body = request["body"]
    return Interaction(
        method=_of(str, request["method"]),
        uri=_of(str, request["uri"]),
        headers=_single(request["headers"]),
        body=None if body is None else _of(str, body),
        response=Response(
            _of(int, response["status"]["code"]),
            _single(response["headers"]),
            _of(str, response["body"]["string"]).encode(),
        ),
    )


def _sealed(table: Mapping[str, Any]) -> Mapping[str, Any]:
    kinds = {"status": int, "headers": dict, "body": str, "leaves": str}
    return {name: _of(kind, table[name]) for name, kind in kinds.items()}


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError
    return value


def _single(headers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {_of(str, name).lower(): _of(str, _of(list, values)[0]) for name, values in headers.items()}


def _check_seal(one: Interaction, sealed: Mapping[str, Any], place: str) -> None:
    """
    See that the answer is what it was when it was recorded.

    Raises:
        Drift: It is not; it is named what differs.
    """
    response = one.response
    if sealed["status"] != response.status:
        raise Drift("the answer's status", str(sealed["status"]), str(response.status), place, _ON_FILE)
    before, now = sealed["headers"], _seal_headers(response)
    for name in sorted({*before, *now} if before != now else ()):
        if before.get(name) != now.get(name):
            was = "something else" if name in before else None
            raise Drift(f"the answer's header {name}", was, response.headers.get(name), place, _ON_FILE)
    if sealed["body"] != _seal_body(response):
        where, value = _differing(response, sealed["leaves"])
        raise Drift(f"the answer's body{where}", "something else", shortened(value), place, _ON_FILE)


def _differing(response: Response, before: str) -> tuple[str, str]:
    """Where in the body the first change is, as far as that can be said, and what stands there."""
    now = _seal_leaves(response)
    if len(before) == len(now):
        for number, (place, value) in enumerate(leaves(response.json())):
            if before[4 * number : 4 * number + 4] != now[4 * number : 4 * number + 4]:
                return f" at {place}", json.dumps(value[place], ensure_ascii=False)
    return "", response.body.decode()


def shortened(text: str) -> str:
    """*text* on one line of a message."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def _path(uri: str) -> str:
    return shortened("/" + uri.split("/", 3)[-1])
