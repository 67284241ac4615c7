"""
JSON as pages write it: with a comma too many, with comments, with an ellipsis where the rest was left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, Final

from graphcancel.onfile import Malformed, once

_OPENING: Final = {"{": "}", "[": "]"}


class Unreadable(Exception):  # noqa: N818 - a state of the text, no mistake
    """A text that is no JSON even leniently; its own text says why."""


def read_json(text: str) -> tuple[Any, str]:
    """
    The value *text* stands for, and what had to be overlooked: empty, ``a comma too many`` or ``comments``.

    Raises:
        Unreadable: It is no JSON, names a key twice, or is nested too deep.
    """
    try:
        return _loads(text), ""
    except Unreadable:
        cleaned, comments = _clean(text)
        if cleaned == text:
            raise
    return _loads(cleaned), "comments" if comments else "a comma too many"


def end_of_json(text: str, start: int) -> int | None:
    """Where the object or list that begins at *start* ends; None where it does not."""
    open_: list[str] = []
    for _, end, character in _outside_strings(text, start):
        if character in _OPENING:
            open_.append(_OPENING[character])
        elif character in "}]":
            if not open_ or open_.pop() != character:
                return None
            if not open_:
                return end
    return None


def _loads(text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=once, parse_constant=_no_number, parse_float=_finite)
        # An escape may stand for half a character, which no file and no terminal takes.
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        ellipsis = "…" in text or "..." in text
        reason = "something was left out" if ellipsis else f"{error.msg.lower()}, line {error.lineno} of it"
        raise Unreadable(reason) from None
    except RecursionError:
        raise Unreadable("nested too deep") from None
    except UnicodeEncodeError:
        raise Unreadable("half a character") from None
    except Malformed as error:
        raise Unreadable(str(error)) from None
    except ValueError:
        raise Unreadable("a number that is none") from None
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _no_number(name: str) -> Any:
    raise Unreadable(f"{name} is no number of JSON")


def _outside_strings(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """
    What is in no string: each character with its place and the place after it.

    A comment is one ``/`` as long as it is, a string one ``"``.
    """
    place = start
    while place < len(text):
        character = text[place]
        end = place + 1
        if character == '"':
            end = _after_string(text, place)
        elif character == "/" and text[end : end + 1] in {"/", "*"}:
            closing = "\n" if text[end] == "/" else "*/"
            found = text.find(closing, end + 1)
            end = len(text) if found < 0 else found + len(closing)
        yield place, end, character
        place = end


def _after_string(text: str, start: int) -> int:
    place = start + 1
    while place < len(text) and text[place] != '"':
        place += 2 if text[place] == "\\" else 1
    return min(place + 1, len(text))


def _clean(text: str) -> tuple[str, bool]:
    """*text* without comments and without commas before a closing bracket, and whether there were comments."""
    kept: list[str] = []
    comma: int | None = None
    commented = False
    for place, end, character in _outside_strings(text, 0):
        if character == "/" and end > place + 1:
            commented = True
            kept.append(" ")
            continue
        if character in "}]" and comma is not None:
            kept[comma] = " "
        if character == ",":
            comma = len(kept)
        elif not character.isspace():
            comma = None
        kept.append(text[place:end])
    return "".join(kept), commented
