"""
Where in a report a case and a clause stand: fragments made of their ids alone, so that an old link still leads there.
"""

from __future__ import annotations

import re


def case_anchor(case: str, part: str = "") -> str:
    """The fragment of a case; *part* is put before it where a report has several."""
    return f"{part}case-{slug(case)}"


def clause_anchor(contract: str, clause: str, part: str = "") -> str:
    """The fragment of a clause; *part* as in `case_anchor`."""
    return f"{part}clause-{slug(contract)}-{slug(clause)}"


def slug(name: str) -> str:
    """
    *name* in letters that need no escape in an id or a link; different names stay different.

    ``/`` becomes ``_``; what is neither letter, digit, dot nor hyphen becomes its number between tildes.
    """
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: "_" if found[0] == "/" else f"~{ord(found[0]):x}~", name)
