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

# Literal segments of the API's paths, as pages, metadata and the inspection surface write them.
_SEGMENTS: Final = frozenset(
    """
    v1.0 beta me users groups events event calendar calendars calendargroup calendargroups calendargroups
    calendarview instances messages mailfolders inbox sentitems deleteditems joinedgroups solutions
    bookingbusinesses appointments services staffmembers customers members cancel accept permanentdelete
    microsoft.graph.cancel microsoft.graph.eventmessage $batch draft superseded translated-de
    """.split()
)
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*", re.UNICODE)
_HARMLESS: Final = frozenset(
    """
    a access account action allowed already an and api application are argument at authentication authorization
    be because been bad body by call calendar can cannot cancel cancelled canceled check code comment compact
    compacttoken completed content conflict contenttype could couldn credentials data delegated denied does doesn
    doesnt don e empty error event exist expected expired failed find for forbidden format found from gateway
    graph group has have header html http id identifier in input insufficient internal invalid is isn it item its
    json key lifetime malformed matches media meeting message method mime missing model must need needed needs no
    none not null object odata of on only or organizer organiser operation parameter parsing path payload
    permission permissions please post privileges property provided read refused request requested required
    resource route schema scope segment server service specified status store string success such supported
    syntax that the there this timeout to token too type unable unauthorized unavailable unexpected unknown
    unsupported url user valid validation value verb was were while with without write wrong you your t re
    can't couldn't doesn't don't isn't
    """.split()
)
# Dots and a lower-case word by itself are those of host names and people.
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z_]{2,60}")
_QUERY: Final = frozenset("$top $skip $skiptoken $filter $select $orderby startdatetime enddatetime start end".split())
_ADDRESS: Final = re.compile(r"[^\s@<>(),;]+@[^\s@<>(),;]+")
# An IP address or a telephone number is made of groups that are small each.
_NUMBERS: Final = re.compile(r"\d+(?:[^\w\n]{1,2}\d+)+")


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
        self._words = _HARMLESS | {word.lower() for text in vocabulary for word in _WORD.findall(text)}
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
            segment if not segment or segment.lower() in _SEGMENTS else self.pseudonym(unquote(segment))
            for segment in parts.path.split("/")
        ]
        names = [name.split("=", 1)[0] for name in parts.query.split("&") if name]
        shown = [name if name.lower() in _QUERY else self.pseudonym(unquote(name)) for name in names]
        return "/".join(segments) + ("?" + "&".join(f"{name}=…" for name in shown) if shown else "")

    def text(self, text: str, limit: int = 240) -> str:
        """*text* of a server with every word replaced that is neither common nor a contract's."""
        text = "".join(letter if letter.isprintable() else " " for letter in text[: limit + 1])
        shown = _WORD.sub(
            lambda found: (
                found[0] if found[0].replace("\u2019", "'").lower() in self._words or _small(found[0]) else "[…]"
            ),
            _NUMBERS.sub("[…]", text[:limit]),
        )
        return re.sub(r"(?:\[…\][\W_]?){2,}", "[…] ", shown).replace("\n", " ").strip() + (
            "…" if len(text) > limit else ""
        )

    def code(self, code: object) -> str:
        """An error code, where it has the shape of one."""
        if not isinstance(code, str):
            return "no code"
        return code if _CODE.fullmatch(code) else "[an unlisted code]"


def remark(text: str) -> str:
    """What a person wrote into a file of the project, on one line; an address in it is not shown."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return _ADDRESS.sub("[…]", " ".join(printable.split()))


def _small(word: str) -> bool:
    return word.isdecimal() and len(word) <= 3  # noqa: PLR2004 - a status or a count, never an id
