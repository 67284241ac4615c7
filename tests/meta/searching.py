"""
Looks for planted words in whatever was written, in any letter case and however they are wrapped up.

What is read is decoded rather than what is sought encoded: so part of a word is found as well, at any alignment and
however many wrappings deep.
"""

from __future__ import annotations

import base64
import html
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

PART = 8
"""So many letters of a word in a row give it away."""
_DEEPEST = 5
_GZIP = b"\x1f\x8b\x08"
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_ANY_URL = str.maketrans("-_", "+/")


class Searcher:
    """
    Looks for *words*, each by the name it has there.

    Args:
        harmless: Texts whose parts give nothing away, such as what every word of a kind begins with.
    """

    def __init__(self, words: Mapping[str, str], harmless: tuple[str, ...] = ()) -> None:
        known = {part for text in harmless for part in _parts(text)}
        self._parts = {part: name for name, word in words.items() for part in _parts(word) - known}
        self._clean: dict[str, int] = {}
        """Text to the least depth at which nothing was found in it: deeper down, less of it is decoded."""

    def found(self, data: bytes) -> set[str]:
        """Names of the words of which *data* holds a part."""
        return self._in_bytes(data, 0)

    def _in_bytes(self, data: bytes, depth: int) -> set[str]:
        names: set[str] = set()
        for start in _places(data, _GZIP):
            unpacked = _unpacked(data[start:])
            if unpacked:
                names |= self._in_bytes(unpacked, depth + 1)
        for line in data.decode(errors="replace").splitlines():
            names |= self._in_text(line, depth)
        return names

    def _in_text(self, text: str, depth: int) -> set[str]:
        # Most of what is written is written many times.
        if len(text) < PART or depth >= self._clean.get(text, math.inf):
            return set()
        names = {self._parts[part] for part in _parts(text) & self._parts.keys()}
        if depth < _DEEPEST:
            for plain in {unquote(text), html.unescape(text), _ESCAPED.sub(_letter, text)} - {text}:
                names |= self._in_text(plain, depth + 1)
            for inner in _decoded(text):
                names |= self._in_bytes(inner, depth + 1)
        if not names:
            self._clean[text] = depth
        return names


def _parts(text: str) -> set[str]:
    folded = text.casefold()
    return {folded[start : start + PART] for start in range(len(folded) - PART + 1)}


def _places(data: bytes, sought: bytes) -> Iterator[int]:
    start = data.find(sought)
    while start >= 0:
        yield start
        start = data.find(sought, start + 1)


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(data, 1 << 22)
    except zlib.error:
        return b""


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1] or found[2], 16))


def _decoded(text: str) -> Iterator[bytes]:
    """What runs of letters in *text* may stand for, at every alignment."""
    for run in set(_HEX.findall(text)):
        for start in (0, 1):
            even = run[start : start + (len(run) - start) // 2 * 2]
            yield bytes.fromhex(even)
    for run in set(_BASE64.findall(text)):
        written = run.translate(_ANY_URL)
        for start in range(4):
            whole = written[start:]
            whole = whole[: len(whole) - 1] if len(whole) % 4 == 1 else whole
            yield base64.b64decode(whole + "=" * (-len(whole) % 4))
