"""
What may be written to a file, a log or a terminal.

By allow-list: a path segment or a word that is not known to be harmless is replaced. The same input gives the
same pseudonym within one run, so that a reader can follow an object through the evidence without knowing it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from graphcancel.vocabulary import HARMLESS, NUMBERS, SEGMENTS, WORD, is_code, is_harmless, words_in

_QUERY: Final = frozenset("$top $skip $skiptoken $filter $select $orderby startdatetime enddatetime start end".split())
_ADDRESS: Final = re.compile(r"[^\s@<>(),;]+@[^\s@<>(),;]+")

# A CI runner takes these for the beginning of a command, wherever a line happens to be broken.
_COMMAND: Final = re.compile(r"::|##\[")

_READ: Final = 4000
CUT: Final = "…"
"""What a text ends with that was cut off."""


class Sanitiser:
    """
    Replaces what is not known to be harmless, keyed by one run.

    Args:
        key: A secret of the run; other runs give other pseudonyms, and nobody can confirm a guess.
        vocabulary: Texts whose words are harmless too, such as the sentences of the contracts.
        known: Values of this target with the name to show for each, such as ``{"ada@…": "organizer"}``.
    """

    def __init__(self, key: str, vocabulary: Iterable[str] = (), known: Mapping[str, str] | None = None) -> None:
        self._key = key.encode()[:32]
        self._words = HARMLESS | words_in(vocabulary)
        self._known = {value.lower(): name for value, name in (known or {}).items() if value}

    def pseudonym(self, value: str) -> str:
        """A short stand-in for *value*: its role where it is known, else a keyed digest."""
        role = self._known.get(value.lower())
        digest = hashlib.blake2s(value.encode(), key=self._key, digest_size=4).hexdigest()
        return f"{{{role}}}" if role else f"{{{digest}}}"

    def path(self, path: str) -> str:
        """*path* with every segment that is no literal of the API replaced, and the query's values left out."""
        parts = urlsplit(path)
        segments = [
            segment if not segment or segment.lower() in SEGMENTS else self.pseudonym(unquote(segment))
            for segment in parts.path.split("/")
        ]
        names = [name.split("=", 1)[0] for name in parts.query.split("&") if name]
        shown = [name if name.lower() in _QUERY else self.pseudonym(unquote(name)) for name in names]
        return "/".join(segments) + ("?" + "&".join(f"{name}=…" for name in shown) if shown else "")

    def text(self, text: str, limit: int = 240) -> str:
        """*text* of a server with every word replaced that is neither common nor a contract's."""
        # Cut only afterwards: half of a name may be a harmless word.
        text = "".join(letter if letter.isprintable() else " " for letter in text[:_READ])
        shown = WORD.sub(
            lambda found: found[0] if is_harmless(found[0], self._words) else "[…]",
            NUMBERS.sub("[…]", _ADDRESS.sub("[…]", text)),
        )
        shown = re.sub(r"(?:\[…\][\W_]?){2,}", "[…] ", _COMMAND.sub("[…]", shown)).strip()
        return shown[:limit] + (CUT if len(shown) > limit else "")

    def code(self, code: object) -> str:
        """An error code, where it is made of words that say nothing about anybody."""
        if not isinstance(code, str):
            return "no code"
        return code if is_code(code, self._words) else "[an unlisted code]"


def remark(text: str) -> str:
    """What a person wrote into a file of the project, on one line; an address in it is not shown."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return _ADDRESS.sub("[…]", " ".join(printable.split()))
