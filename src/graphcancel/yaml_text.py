"""
Values as YAML within a line, for a draft that is written as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_RESERVED: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def scalar(text: str) -> str:
    """*text* as it is where nothing in it means something to YAML, else in quotes, on one line whatever it holds."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED else quoted(text)


def quoted(value: Any) -> str:
    """
    *value* as JSON, which is YAML on one line.

    What JSON leaves as it is and YAML refuses or breaks lines at is escaped: control characters, halves of a pair.
    """
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def boolean(value: bool) -> str:  # noqa: FBT001 - the value itself
    """*value* as YAML spells it."""
    return "true" if value else "false"


def listed(texts: Iterable[str]) -> str:
    """*texts* as a list in brackets."""
    return f"[{', '.join(scalar(text) for text in texts)}]"
