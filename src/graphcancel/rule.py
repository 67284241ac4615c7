"""
One rule: a shape to look for, and a judgement of what has it.

A shape must be matched in time linear in the text, whatever the text: it begins with something rare or only at the
start of a run, repeats possessively, and is bounded where it may fail late.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

BINARY: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\udc80-\udcff]")

Judgement = Callable[[re.Match[str], str], bool]
"""Whether a match is secret, given the text as it is written (the match may be of the text in small letters)."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """
    Something secret in a text, by its place alone.

    Attributes:
        start: Where the secret begins, *end* where it ends.
        begin: Where what gives it away begins: a label, a scheme; *start* where there is none.
        rule: Which rule it breaks, in words.
    """

    start: int
    end: int
    begin: int
    rule: str


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A shape with its judgement.

    Attributes:
        name: What is found, as it is reported.
        shape: Its last named group, where it has one, is the secret; else the whole match.
        secret: Whether a match is one.
        needles: In small letters; the shape is looked for only in texts that hold one of them.
        folded: The shape is written for the text in small letters.
    """

    name: str
    shape: re.Pattern[str]
    secret: Judgement
    needles: tuple[str, ...] = ()
    folded: bool = False

    def find(self, text: str, small: str) -> Iterator[Sighting]:
        """Every sighting in *text*, of which *small* is the same in small letters."""
        if self.needles and not any(needle in small for needle in self.needles):
            return
        for match in self.shape.finditer(small if self.folded else text):
            if self.secret(match, text):
                start, end = match.span(match.lastgroup or 0)
                yield Sighting(start, end, match.start(), self.name)


def value_of(match: re.Match[str], text: str) -> str:
    """The secret part of *match* as it is written in *text*."""
    start, end = match.span(match.lastgroup or 0)
    return text[start:end]


def text_of(match: re.Match[str], text: str) -> str:
    """The secret part of *match* up to what is no text: in compiled code that follows every constant."""
    return BINARY.split(value_of(match, text), maxsplit=1)[0]


def in_small_letters(text: str) -> str:
    """*text* in small letters, equally long: all that labels are written in is ASCII."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
