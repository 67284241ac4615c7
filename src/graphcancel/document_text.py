"""
A page's bytes made text, or refused: what is too large, nested or binary is no page anybody published.

A published page of an action has a few hundred lines. The bounds below are far above, and low enough that whatever
passes them is read in seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import yaml

from graphcancel.errors import ContractError, DocumentError
from graphcancel.strict_yaml import UnparsedError, parse_yaml

SIZE: Final = 500_000
"""Bytes a page may have."""

LINES: Final = 10_000
"""Lines a page may have."""

LONGEST: Final = 20_000
"""Characters a paragraph, a cell or a line may have."""

BRACKETS: Final = 20_000
"""Opening brackets a page may have: the parser tries a link at each."""

# Values stay the text they are: a date is none of JSON's values, and fine in a front matter.
_AS_WRITTEN: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_bytes(path: Path) -> bytes:
    """
    The bytes of the file *path*; of standard input where it is ``-``.

    Raises:
        DocumentError: It is missing, no file, or larger than any page.
    """
    try:
        if str(path) == "-":
            content = sys.stdin.buffer.read(SIZE + 1)
        elif path.exists() and not path.is_file():
            msg = f"{path}: no file; name the text of one page"
            raise DocumentError(msg)
        else:
            with path.open("rb") as file:
                content = file.read(SIZE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no name of a file"
        msg = f"{path}: cannot be read ({reason}); name the text of one page"
        raise DocumentError(msg) from None
    if len(content) > SIZE:
        msg = f"{path}: more than {SIZE:,} bytes; no published page is as long, name the text of one page"
        raise DocumentError(msg)
    return content


def decode(content: bytes, place: str) -> str:
    """
    The text of a page, with line feeds alone between its lines.

    Raises:
        DocumentError: It is no UTF-8, holds what no text holds, or has too many or too long lines.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"{place}: line {line}: not UTF-8; save the page as UTF-8"
        raise DocumentError(msg) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
        msg = f"{place}: is HTML; name the page's Markdown, or its text as a browser copies it"
        raise DocumentError(msg)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        msg = f"{place}: line {line}: binary; name the text of one page, saved as UTF-8"
        raise DocumentError(msg)
    lines = text.split("\n")
    if len(lines) > LINES:
        msg = f"{place}: line {LINES + 1}: more lines than a page may have ({LINES:,}); name the text of one page"
        raise DocumentError(msg)
    if text.count("[") > BRACKETS:
        msg = f"{place}: more than {BRACKETS:,} opening brackets; name the text of one page"
        raise DocumentError(msg)
    for number, written in enumerate(lines, 1):
        refuse_longer(written, number, place)
    return text


def refuse_longer(text: str, line: int, place: str) -> None:
    """
    Refuse a line or a paragraph that would take long to read.

    Raises:
        DocumentError: It is longer than any that was published.
    """
    if len(text) > LONGEST:
        msg = f"{place}: line {line}: more than {LONGEST:,} characters without a break; name the text of one page"
        raise DocumentError(msg)


def front_matter(text: str, place: str) -> tuple[dict[str, Any] | None, str]:
    """
    The keys before a page's text, and the text with blank lines in their place, so that lines keep their numbers.

    Returns:
        None for keys that are no YAML: pages are published with `title: a: b`.

    Raises:
        DocumentError: They are no keys, or more than there can be.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return {}, text
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        return {}, text
    block, rest = "\n".join(lines[1:end]), "\n" * (end + 1) + "\n".join(lines[end + 1 :])
    if not block.strip():
        return {}, rest
    try:
        # A line feed for the line of dashes: messages then name the lines of the file.
        keys = parse_yaml("\n" + block, f"{place}: front matter", _AS_WRITTEN)
    except UnparsedError:
        return None, rest
    except ContractError as error:
        raise DocumentError(str(error)) from None
    if not isinstance(keys, dict):
        msg = f"{place}: line 2: the front matter holds no keys; write `title: …`, or remove it"
        raise DocumentError(msg)
    return keys, rest
