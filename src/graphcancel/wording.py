"""
Texts of a service, with every word replaced that is not known to be harmless.

What stands between words is kept to the letter, white space included, so that a documented sentence, a mark or a
comment can be found in the result exactly where it can be found in the text. Each step works on what the step before
it left: marks, addresses, dates, known ids, numbers, words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from graphcancel.marks import STAMP, marks_in
from graphcancel.moments import WRITTEN, moved
from graphcancel.standins import ADDRESS, CANONICAL_RUN, Known, StandIns
from graphcancel.vocabulary import HARMLESS, NUMBERS, WORD, is_harmless, words_in

REPLACED: Final = "[…]"
_HIDDEN: Final = "…"
# A word, or a character that neither ASCII nor white space accounts for.
_PIECE: Final = re.compile(rf"({WORD.pattern})|([^\x20-\x7e\s])")
_NOTHING: Final = re.compile(r"(?!)")

_Step = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


class Wording:
    """
    Replaces texts of one cassette.

    Args:
        texts: What words, numbers and characters may be taken from, addresses, ids and marks in them left aside.
    """

    def __init__(self, known: Known, stand_ins: StandIns, texts: Iterable[str]) -> None:
        self._known = known
        ids = sorted(map(re.escape, filter(None, known.ids)), key=len, reverse=True)
        named = re.compile(rf"(?<!\w)(?:{'|'.join(ids)})(?!\w)", re.IGNORECASE) if ids else _NOTHING
        vouched = [STAMP.sub(" ", named.sub(" ", ADDRESS.sub(" ", text))) for text in texts]
        self._words = HARMLESS | words_in(vouched)
        self._numbers = {number for text in vouched for number in NUMBERS.findall(text)}
        self._letters = {_HIDDEN}.union(*vouched)
        self._steps: tuple[_Step, ...] = (
            (STAMP, self._stamp),
            (ADDRESS, lambda found: stand_ins.address(found[0])),
            (WRITTEN, lambda found: moved(found, known.day) or REPLACED),
            (named, lambda found: stand_ins.identity(found[0])),
            (NUMBERS, lambda found: found[0] if found[0] in self._numbers else REPLACED),
        )

    def text(self, text: str) -> str:
        """*text*, replaced."""
        return self._after(0, text)

    def is_own(self, text: str) -> bool:
        """Whether *text* carries a mark of the case."""
        return any(mark.case in self._known.own for mark in marks_in(text))

    def is_foreign(self, text: str) -> bool:
        """Whether *text* carries marks, and none of the case."""
        return not self.is_own(text) and any(marks_in(text))

    def _after(self, step: int, text: str) -> str:
        if step == len(self._steps):
            return _PIECE.sub(self._piece, text)
        pattern, replaced = self._steps[step]
        done, parts = 0, []
        for found in pattern.finditer(text):
            parts += [self._after(step + 1, text[done : found.start()]), replaced(found)]
            done = found.end()
        return "".join([*parts, self._after(step + 1, text[done:])])

    def _stamp(self, found: re.Match[str]) -> str:
        mark = next(marks_in(found[0]), None)
        if mark is not None:
            return mark.restamped(CANONICAL_RUN).case if mark.case in self._known.own else REPLACED
        # Which of several processes it was says nothing of the story, and is another one next time.
        run, _, rest = found[0].partition("w")
        if run != self._known.run:
            return REPLACED
        return CANONICAL_RUN + (REPLACED if "x" in rest else "")

    def _piece(self, found: re.Match[str]) -> str:
        word, letter = found.groups()
        if word is not None:
            return word if is_harmless(word, self._words) else REPLACED
        return letter if letter in self._letters else _HIDDEN
