"""
A page's list of paths: one verb and one path a line.
"""

from __future__ import annotations

import re
from typing import Final

from graphcancel.document_blocks import Code, Notes, shorten
from graphcancel.segments import NAMED, PLACEHOLDER, first_named, from_root, names_in, walk_of

VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
VERB: Final = f"(?:{'|'.join(VERBS)})"
"""A pattern of any of them."""

_LINE: Final = re.compile(r"([A-Za-z]+)\s+(\S.*)")


def read_routes(code: Code, notes: Notes) -> None:
    """Note the routes a block of code lists, each with whom its path addresses."""
    for number, raw in enumerate(code.lines):
        text = raw.strip()
        if not text:
            continue
        line = code.line_of(number)
        found = _LINE.fullmatch(text)
        if found is None or found.group(1).upper() not in VERBS:
            notes.remark(line, f"no verb and path: {shorten(text)}")
            continue
        _read_route(found.group(1).upper(), found.group(2).strip(), line, notes)


def _read_route(verb: str, written: str, line: int, notes: Notes) -> None:
    path = from_root(written)
    about = walk_of(f"{verb} {written}")
    rest = about.removeprefix(f"{verb} ").replace(PLACEHOLDER, "")
    if not path.startswith("/") or any(sign in rest for sign in "{}<>| "):
        notes.remark(line, f"a path that is not understood: {shorten(written)}")
        return
    fresh = notes.claim("route", about, first_named(f"{verb} {written}"), line)
    addressing = _addressing(path)
    if fresh and addressing:
        notes.claim("addressing", about, addressing, line)


def _addressing(path: str) -> str:
    """`me`, or the ways a path's first placeholder may be filled; empty where it has none."""
    if path.split("/")[1].casefold() == "me":
        return "me"
    found = NAMED.search(path)
    if found is None:
        return ""
    names = [name.casefold() for name in names_in(found)]
    ways = ["upn" if name.endswith("principalname") or name == "upn" else "id" for name in names]
    return ", ".join(sorted(set(ways)))
