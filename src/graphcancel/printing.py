"""
What a terminal may be sent.
"""

from __future__ import annotations


def printable(text: str) -> str:
    """*text* on one line, without what would move a terminal's cursor, change its colours or turn its direction."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
