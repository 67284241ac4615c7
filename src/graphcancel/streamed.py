"""
A YAML or JSON document read as it comes, of any length: nothing is kept but what is asked for.

The parsers hand out events, one for each scalar and for each beginning and end of a mapping or list. Neither builds a
tree, follows an alias or calls itself for what is nested, so whatever lies in a file costs no more than its length.
What is kept of it (`Flow.tree`) and how deep it may go is bounded here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import ijson
import yaml

from graphcancel.errors import MetadataError
from graphcancel.metadata import beginning
from graphcancel.strict_yaml import LOADER

Tell = Callable[[int], None]
"""Is told how many bytes were read, from time to time."""

DEPTH: Final = 200
"""Levels a document may nest: published ones have 40."""

NODES: Final = 400_000
"""Values that may be kept of one document: an operation has 30 that matter, and a file several hundred of those."""

_SCALAR, _MAPPING, _LIST, _END, _ALIAS = range(5)
_Event = tuple[int, str, Any]
"""What it is, the text of a scalar, and what knows the line."""

_BEGINNINGS: Final = frozenset({_MAPPING, _LIST})

_YAML: Final = {
    yaml.ScalarEvent: _SCALAR,
    yaml.MappingStartEvent: _MAPPING,
    yaml.SequenceStartEvent: _LIST,
    yaml.MappingEndEvent: _END,
    yaml.SequenceEndEvent: _END,
    yaml.AliasEvent: _ALIAS,
}
_NUMBER: Final = re.compile(rb"[0-9]{400}")
_WRONG: Final = re.compile(r"(?:parse|lexical) error: ([\w ,.'\"/-]+)")
_JSON: Final = {"start_map": _MAPPING, "start_array": _LIST, "end_map": _END, "end_array": _END}


class Flow:
    """
    The first document of the file *path*, from its first event to its last. To be closed.

    Each of `enter`, `tree` and `skip` is called before a value; the last two leave it behind.

    Raises:
        MetadataError: At any time: the file cannot be read, is no such document, or goes beyond a bound.
    """

    def __init__(self, path: Path, tell: Tell) -> None:
        self._path = path
        self._tell = tell
        self._events = self._bounded()
        self._line: int | None = None
        self._left = NODES

    def close(self) -> None:
        """Let go of the file."""
        self._events.close()

    @property
    def line(self) -> int | None:
        """Where the last key stands, counted from 1; None in JSON."""
        return self._line

    def enter(self) -> bool:
        """Go into the mapping that comes, to read `each` key of it; what is no mapping is skipped."""
        event = next(self._events)
        if event[0] == _MAPPING:
            return True
        if event[0] == _ALIAS:
            raise self._refused("an alias stands where a mapping is needed; write it out", event[2])
        self._leave(event)
        return False

    def each(self) -> Iterator[str]:
        """
        The keys of the mapping entered; its reader takes or skips each value before the next.

        Raises:
            MetadataError: It merges another mapping into itself, whose keys would be missed.
        """
        while (event := next(self._events))[0] != _END:
            if event[0] == _SCALAR:
                if event[1] == "<<" and event[2]:
                    raise self._refused("a key that merges another mapping; write out what it merges", event[2])
                self._line = event[2].start_mark.line + 1 if event[2] else None
                yield event[1]
            else:
                self._leave(event)
                self.skip()

    def skip(self) -> None:
        """Pass over a value."""
        self._leave(next(self._events))

    def tree(self) -> Any:
        """
        A value as dicts, lists and texts.

        Raises:
            MetadataError: Too much is kept by now, or it has an alias or merges one mapping into another.
        """
        return self._build(next(self._events))

    def rest(self) -> None:
        """Read to the end, so that what is wrong there is found too."""
        for _ in self._events:
            pass

    def _leave(self, event: _Event) -> None:
        level = int(event[0] in _BEGINNINGS)
        if not level:
            return
        for kind, _, _ in self._events:
            if kind == _SCALAR:  # first, since most are: this loop runs millions of times
                continue
            if kind == _END:
                level -= 1
                if not level:
                    return
            elif kind != _ALIAS:
                level += 1

    def _build(self, event: _Event) -> Any:
        kind, text, mark = event
        self._left -= 1
        if self._left < 0:
            raise self._refused(f"more than {NODES} values matter here, which is so in no published file", mark)
        if kind == _ALIAS:
            raise self._refused("an alias stands where a value is needed; write the value out", mark)
        if kind == _SCALAR:
            return text
        if kind == _LIST:
            listed = []
            while (item := next(self._events))[0] != _END:
                listed.append(self._build(item))
            return listed
        mapped = {}
        while (key := next(self._events))[0] != _END:
            if key[0] != _SCALAR or key[1] == "<<":
                raise self._refused("a key that is no text, or merges another mapping; write it out", key[2])
            mapped[key[1]] = self._build(next(self._events))
        return mapped

    def _refused(self, what: str, mark: Any) -> MetadataError:
        line = f"line {mark.start_mark.line + 1}: " if mark else ""
        return MetadataError(f"{self._path}: {line}{what}")

    def _bounded(self) -> Generator[_Event]:
        """The events of the first document, no deeper than allowed."""
        head = beginning(self._path)
        if head.startswith(b"<"):
            raise MetadataError(f"{self._path}: is XML, not OpenAPI; give CSDL with --csdl")
        level, empty = 0, True
        with self._path.open("rb") as file:
            counted = _Counted(file, self._tell)
            for event in self._json(counted) if _is_json(self._path, head) else self._yaml(counted):
                yield event
                empty = False
                kind = event[0]
                if kind in _BEGINNINGS:
                    level += 1
                    if level > DEPTH:
                        raise self._refused(f"nested more than {DEPTH} levels deep; no published file is", event[2])
                elif kind == _END:
                    level -= 1
        if empty:
            raise MetadataError(f"{self._path}: holds nothing but blanks and comments; fetch it again")

    def _yaml(self, file: _Counted) -> Iterator[_Event]:
        kinds = _YAML.get
        try:
            event: Any
            for event in yaml.parse(file, Loader=LOADER):
                kind = kinds(type(event))
                if kind == _SCALAR:
                    yield kind, event.value, event
                elif kind is not None:
                    yield kind, "", event
                elif type(event) is yaml.DocumentEndEvent:
                    return
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
            said = error.problem or error.context
            raise MetadataError(f"{self._path}: {place}{said}; is it whole, and is it YAML?") from None
        except (yaml.YAMLError, UnicodeError):
            raise MetadataError(f"{self._path}: is no text; give the YAML or JSON file itself") from None

    def _json(self, file: _Counted) -> Iterator[_Event]:
        kinds = _JSON.get
        try:
            for name, value in ijson.basic_parse(_Measured(file, self._path)):
                kind = kinds(name, _SCALAR)
                if kind != _SCALAR:
                    yield kind, "", None
                else:
                    yield kind, _text(value), None
        except (ijson.JSONError, UnicodeError, ValueError, ArithmeticError) as error:
            # What else its message says repeats the file.
            found = _WRONG.search(str(error))
            said = found[1].strip() if found else "cannot be parsed"
            raise MetadataError(f"{self._path}: {said}; is it whole, and is it JSON?") from None


class _Measured:
    """
    A JSON file without numbers beyond all measure.

    Python refuses to read integers of thousands of digits, and ijson 3.6 does not survive that it does.
    """

    def __init__(self, file: _Counted, path: Path) -> None:
        self._file = file
        self._path = path

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if _NUMBER.search(data):
            raise MetadataError(f"{self._path}: a number of hundreds of digits, which no published file has")
        return data


def _text(value: Any) -> str:
    """A scalar of JSON as YAML would write it."""
    if type(value) is str:
        return value
    return "null" if value is None else str(value).lower()


class _Counted:
    """A file that tells how far it was read, without its byte-order mark."""

    def __init__(self, file: BinaryIO, tell: Tell) -> None:
        self._file = file
        self._tell = tell
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._tell(self._file.tell())
        return data


def _is_json(path: Path, head: bytes) -> bool:
    """Whether *path* holds JSON, which is almost YAML: not its escapes, and read several times as fast."""
    suffix = path.suffix.lower()
    return suffix == ".json" or (suffix not in {".yaml", ".yml"} and re.match(rb"[\[{]\s*[\"\[{}\]]", head) is not None)
