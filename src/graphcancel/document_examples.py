"""
A page's examples: requests, and the responses that belong to them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from graphcancel.document_blocks import Annotation, Code, Notes, shorten
from graphcancel.document_json import Unreadable, read_json
from graphcancel.document_routes import VERBS

_REQUEST: Final = re.compile(r"([A-Za-z]+)\s+(\S.*?)(?:\s+HTTP/[\d.]+)?")
_RESPONSE: Final = re.compile(r"HTTP/[\d.]+[ \t]+(\d{3})\b.*")
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*):\s*(\S.*)?")
_VERSION: Final = re.compile(r"https?://[^/\s]+/(v\d+\.\d+|beta)/", re.IGNORECASE)


@dataclass(slots=True)
class _Call:
    """A request, and whether its response was seen."""

    name: str
    answered: bool = False


class Examples:
    """
    The examples of one page, in its order.

    Attributes:
        version: That of the first example's URL; None where it has none.
    """

    def __init__(self, notes: Notes) -> None:
        self.version: str | None = None
        self._notes = notes
        self._calls: list[_Call] = []

    def read(self, code: Code, annotation: Annotation | None) -> bool:
        """Note a request or a response; False where the code is neither."""
        first = next((number for number, line in enumerate(code.lines) if line.strip()), None)
        if first is None:
            return False
        text = code.lines[first].strip()
        response = _RESPONSE.fullmatch(text)
        if response:
            self._respond(response.group(1), code.line_of(first), _names(annotation))
            return True
        request = _REQUEST.fullmatch(text)
        if request is None or request.group(1).upper() not in VERBS:
            return False
        names = _names(annotation)
        self._calls.append(_Call(names[0] if names else ""))
        self._request(request.group(1).upper(), request.group(2), code, first)
        return True

    def _respond(self, status: str, line: int, names: list[str]) -> None:
        """Of the requests without a response, the one of the same name, else the nearest."""
        waiting = [number for number, call in enumerate(self._calls) if not call.answered]
        named = [number for number in waiting if self._calls[number].name in names]
        chosen = (named or waiting)[-1:]
        if not chosen:
            self._notes.remark(line, f"a response without its request: {status}")
            return
        self._calls[chosen[0]].answered = True
        self._notes.claim("example-status", _about("", chosen[0]), status, line)

    def _request(self, verb: str, url: str, code: Code, first: int) -> None:
        example = len(self._calls) - 1
        self._notes.claim("example-request", _about("", example), f"{verb} {url}", code.line_of(first))
        version = _VERSION.match(url)
        if version and self.version is None:
            self.version = version.group(1).lower()
        number = first + 1
        while number < len(code.lines):
            text = code.lines[number].strip()
            field = _FIELD.fullmatch(text)
            if field:
                name = _about(field.group(1).lower(), example)
                self._notes.claim("example-header", name, (field.group(2) or "").strip(), code.line_of(number))
            elif text:
                break
            number += 1
        if number < len(code.lines):
            self._body(code, number, example)

    def _body(self, code: Code, start: int, example: int) -> None:
        line = code.line_of(start)
        try:
            body, overlooked = read_json("\n".join(code.lines[start:]))
        except Unreadable as error:
            words = shorten(code.lines[start])
            self._notes.remark(line, f"an example's body that is no JSON ({error}): {words}")
            return
        if overlooked:
            self._notes.remark(line, f"an example's body with {overlooked}")
        if not isinstance(body, dict):
            self._notes.remark(line, "an example's body that is no object")
            return
        lines = _places(code, start, list(body))
        for name, value in body.items():
            compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            self._notes.claim("example-property", _about(name, example), compact, lines.get(name, line))


def _about(name: str, example: int) -> str:
    """What a fact of an example is about; examples are counted from 0."""
    return f"{name} (example {example + 1})".strip() if example else name


def _names(annotation: Annotation | None) -> list[str]:
    name = annotation.data.get("name") if annotation else None
    return [str(item) for item in (name if isinstance(name, list) else [name] if name else [])]


def _places(code: Code, start: int, names: list[str]) -> dict[str, int]:
    """The lines on which the names of a body first stand, each after the one before it."""
    found: dict[str, int] = {}
    number = start
    for name in names:
        quoted = json.dumps(name, ensure_ascii=False)
        place = next((n for n in range(number, len(code.lines)) if quoted in code.lines[n]), None)
        if place is not None:
            found[name] = code.line_of(place)
            number = place
    return found
