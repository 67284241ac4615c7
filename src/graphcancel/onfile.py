"""
JSON on disk: read as data and nothing else, whatever lies there, and written whole or not at all.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from graphcancel.errors import CassetteError

Value = TypeVar("Value")

_SHOWN: Final = 120
# What YAML forbids in a file though JSON allows it.
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_KINDS: Final[Mapping[type, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true nor false",
    list: "list",
    dict: "object",
}


class Malformed(ValueError):  # noqa: N818 - a state of the file, no mistake of ours
    """A key is missing, of the wrong kind or unknown; the text says which, and repeats no value."""


# -- writing -------------------------------------------------------------------------------------------------------


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
        try:
            beside.write_bytes(data)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise CassetteError(f"{named(path)}: cannot be written ({error.strerror}); see to the folder") from None
    return True


def printable(value: Any) -> str:
    """*value* as JSON that is YAML too, keys in order."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


# -- reading -------------------------------------------------------------------------------------------------------


def read_json(path: Path, largest: int) -> dict[str, Any]:
    """
    The JSON object at *path*.

    Args:
        largest: Bytes.

    Raises:
        CassetteError: No file, too large, cut off, or something else; nothing it holds is repeated.
    """
    place = named(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            # A pipe would be waited for, a device never ends.
            raise CassetteError(f"{place}: is no file; put one in its place, or record it anew")
        if found.st_size > largest:
            raise CassetteError(
                f"{place}: {found.st_size} bytes, more than {largest}; nothing of it was read; record it anew"
            )
        table = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=once, parse_constant=_refuse, parse_float=_finite
        )
    except FileNotFoundError:
        raise CassetteError(f"{place}: no such file; restore it, or record it anew") from None
    except OSError as error:
        raise CassetteError(f"{place}: cannot be read ({error.strerror}); see to the file") from None
    except UnicodeDecodeError:
        raise CassetteError(f"{place}: is not UTF-8, so nothing of it is used; record it anew") from None
    except (ValueError, RecursionError) as error:
        raise CassetteError(f"{place}: {_why(error)}, so nothing of it is used; record it anew") from None
    if not isinstance(table, dict):
        raise CassetteError(f"{place}: is no JSON object, so nothing of it is used; record it anew")
    return table


def _why(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON from line {error.lineno} on"
    if isinstance(error, Malformed):
        return str(error)
    return "nests too deep" if isinstance(error, RecursionError) else "holds a number too large to read"


def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """
    A JSON object from its members.

    Raises:
        Malformed: One stands twice, and which of them counts is up to the reader.
    """
    table = dict(pairs)
    if len(table) < len(pairs):
        raise Malformed("a key stands twice in one object")
    return table


def _refuse(_: str) -> float:
    raise Malformed("holds NaN or Infinity, which JSON does not know")


def _finite(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else _refuse(written)


def member(table: Any, place: str, kind: type[Value]) -> Value:
    """
    What stands at *place* in *table*, such as ``request.method``.

    Raises:
        Malformed: Nothing, or nothing of that *kind*.
    """
    value = table
    for name in place.split("."):
        if not isinstance(value, dict) or name not in value:
            raise Malformed(f"{place} is missing")
        value = value[name]
    return of_kind(value, place, kind)


def of_kind(value: Any, place: str, kind: type[Value]) -> Value:
    """
    *value*, which stands at *place*.

    Raises:
        Malformed: It is not of that *kind*; what is true is no number, and a whole number is a number.
    """
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise Malformed(f"{place} is no {_KINDS[kind]}" if kind is not bool else f"{place} is neither {_KINDS[kind]}")
    found: Value = value
    return found


def only(table: Mapping[str, Any], names: Collection[str], place: str) -> None:
    """
    See that *table* has no key but *names*.

    Raises:
        Malformed: It has.
    """
    if not all(name in names for name in table):
        raise Malformed(f"{place} has a key besides {', '.join(sorted(names))}")


# -- showing -------------------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    """*text* on one line and without anything a terminal would take for a command."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def from_here(path: Path) -> Path:
    """*path* from the working directory where it is below that: who works there is nobody's business."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def named(path: Path) -> str:
    """*path* in a message."""
    return escaped(str(from_here(path)))


def shortened(text: str) -> str:
    """*text* on one line of a message."""
    if not text.strip():
        return f'"{escaped(text[:_SHOWN])}"'
    return escaped(text) if len(text) <= _SHOWN else f"{escaped(text[:_SHOWN])}… ({len(text)} characters)"
