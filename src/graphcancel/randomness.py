"""
The net below all rules: long runs of letters and digits that no person wrote.

Words, names of things in CamelCase and paths keep to one kind of character for a while; random strings change kind
(small, capital, digit) every second or third character. Digests that files carry on purpose are told by what stands
before them.
"""

from __future__ import annotations

import html
import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

from graphcancel.harmless import without_marks

_LONG: Final = 32
_RUN: Final = re.compile(r"[A-Za-z0-9+/_=-]{32,}+")
_PART: Final = re.compile(r"[A-Za-z0-9+]{32,}+")
_CERTIFICATE: Final = re.compile(
    r"-----BEGIN (?:TRUSTED CERTIFICATE|CERTIFICATE(?: REQUEST)?|X509 CRL|(?:RSA )?PUBLIC KEY)-----"
    r"[A-Za-z0-9+/=\s\\\"',]{0,20000}+-----END"
)
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_CHANGES: Final = 0.22
"""Changes of kind for each character: random base64 has 0.45, hex 0.47, base32 0.3; CamelCase and paths below 0.15."""
_BITS: Final = 3.4
"""Shannon entropy of one character: 32 random hex digits have 3.6 and more."""

# A digest of something public says so: sha256:…, --hash=sha256:…, "sha256": "…", commit …, owner/name@….
_LABEL: Final = re.compile(
    r"(?:(?:sha-?[0-9]{1,3}|md5|blake2[bs]?|digest|checksum|commit|revision|comment|\brev|hash(?:es)?)[_a-z0-9]{0,12}"
    r"""['"\])]{0,2}\s{0,4}(?:[:=(,]|==|is|of)?\s{0,4}[\[(]?\s{0,8}(?:b?['"])?"""
    r"|/(?:commits?|blob|tree|raw|archive)/|\bdiff-|[\w.-]{1,60}/[\w.-]{1,60}@)\Z",
    re.IGNORECASE,
)
_BASE64_LABEL: Final = re.compile(r"sha[0-9]{3}[=:-]['\"]?\Z", re.IGNORECASE)
_OWN_LABEL: Final = re.compile(r"(?:[\w+/]{0,40}=)?(sha[0-9]{1,3}|md5|hash|digest)[=-](.+)", re.IGNORECASE)
_DIGEST_SIZES: Final = frozenset({32, 40, 56, 64, 96, 128})
_LONGEST_DIGEST: Final = 128  # sha512 in hex
_PUBLIC: Final = re.compile(r"(?:data:(?:image|font|application/(?:x-)?font|audio)[\w/+;=.-]{0,60},)\Z", re.IGNORECASE)
_HUMP: Final = re.compile(r"(?<=[a-z])[A-Z](?=[a-z]{2})")  # of CamelCase
_MANGLED: Final = re.compile(r"_{1,2}(?:R[A-Z]|ZN)")  # names in compiled code
_BEFORE: Final = 80


def random_runs(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every run in *text* that looks random and is no digest of something public."""
    for run in _RUN.finditer(text):
        if _is_public(text, run.start(), run[0]):
            continue
        # A path of words with something random in it is as random as that part.
        rest = run[0]
        for part in _PART.finditer(run[0]):
            start = run.start() + part.start()
            if looks_random(part[0]) and not _is_public(text, start, part[0]):
                yield start, start + len(part[0])
            rest = rest.replace(part[0], "")
        if looks_random(rest):
            yield run.span()


def looks_random(run: str) -> bool:
    """Whether *run*, 32 characters or more, is no word, name, path or pattern."""
    if "gc" in run:
        run = without_marks(run)
    run = run.strip("=")
    return len(run) >= _LONG and _is_random(run)


def public_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where certificates and public keys stand in *text*: they are there to be shown."""
    if "-----BEGIN " in text:
        for found in _CERTIFICATE.finditer(text):
            yield found.span()


def _is_random(run: str) -> bool:
    return changes(run) >= _CHANGES and _entropy(run) >= _BITS


def changes(run: str) -> float:
    """How often the kind of character changes in *run*, for each of its characters."""
    kinds = [_kind(letter) for letter in _HUMP.sub("a", run)]
    changed = sum(one != two and "-" not in {one, two} and (one, two) != ("A", "a") for one, two in pairwise(kinds))
    return changed / len(run)


def _kind(letter: str) -> str:
    if letter.isdecimal():
        return "0"
    if letter.isupper():
        return "A"
    return "a" if letter.islower() else "-"


def _entropy(run: str) -> float:
    total = len(run)
    return -sum(count / total * math.log2(count / total) for count in Counter(run).values())


def _is_public(text: str, start: int, run: str) -> bool:
    before = html.unescape(unquote(text[max(0, start - _BEFORE) : start])).replace("\\", "")
    if _PUBLIC.search(before):
        return True
    if _MANGLED.match(run):
        return True
    # The run itself may begin with what it is, since = and - are of its alphabet: sha512-…, sha256=….
    own = _OWN_LABEL.fullmatch(run)
    if own:
        return len(own[2]) <= _LONGEST_DIGEST
    if len(run) in _DIGEST_SIZES and _HEX.fullmatch(run):
        return _LABEL.search(before) is not None
    return len(run) <= _LONGEST_DIGEST and _BASE64_LABEL.search(before) is not None
