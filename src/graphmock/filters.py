"""The part of ``$filter`` that is served: comparisons, three functions, ``and``, ``or``, ``not`` and parentheses."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from graphmock.errors import Refusal, refuse
from graphmock.rules import obeys
from graphmock.when import instant

Fields = Mapping[str, Callable[[Any], Any]]
Test = Callable[[Any], bool]

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)\s*")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith, "endswith": str.endswith, "contains": operator.contains,
}  # fmt: skip
_DEEPEST = 20
_LONGEST = 500  # tokens; each is looked at for each item of a list


@obeys("odata.filter", "odata.reach")
def parse(text: str, fields: Fields, type_name: str) -> Test:
    """
    Turn a filter into a test.

    Args:
        text: The option as the client wrote it.
        fields: What can be asked about, by path.
        type_name: What a refusal calls the type.

    Raises:
        Refusal: The filter cannot be read or asks about something else.
    """
    tokens = _tokens(text)
    reader = _Reader(tokens, fields, type_name)
    test = reader.either(0)
    if reader.tokens:
        _unreadable(f"unexpected {reader.tokens[-1]!r}")
    return test


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            _unreadable(f"unreadable at position {at}")
        found.append(match[1])
        at = match.end()
        if len(found) > _LONGEST:
            _unreadable("too long")
    found.reverse()
    return found


def _unreadable(why: str) -> NoReturn:
    raise refuse("odata.filter", why=why)


class _Reader:
    """Reads tokens from the end of a reversed list, one precedence per method."""

    def __init__(self, tokens: list[str], fields: Fields, type_name: str) -> None:
        self.tokens = tokens
        self.fields = fields
        self.type_name = type_name

    def take(self, expected: str = "") -> str:
        """Take the next token."""
        if not self.tokens:
            _unreadable("unexpected end")
        token = self.tokens.pop()
        if expected and token != expected:
            _unreadable(f"expected {expected!r}, found {token!r}")
        return token

    def sees(self, word: str) -> bool:
        """Take the next token if it is *word*."""
        if self.tokens and self.tokens[-1] == word:
            self.tokens.pop()
            return True
        return False

    def either(self, depth: int) -> Test:
        """Read terms joined by ``or``."""
        tests = [self.both(depth)]
        while self.sees("or"):
            tests.append(self.both(depth))
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def both(self, depth: int) -> Test:
        """Read terms joined by ``and``."""
        tests = [self.term(depth)]
        while self.sees("and"):
            tests.append(self.term(depth))
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def term(self, depth: int) -> Test:
        """Read one comparison, function, negation or parenthesis."""
        if depth > _DEEPEST:
            _unreadable("nested too deeply")
        if self.sees("not"):
            test = self.term(depth + 1)
            return lambda item: not test(item)
        if self.sees("("):
            test = self.either(depth + 1)
            self.take(")")
            return test
        word = self.take()
        if self.tokens and self.tokens[-1] == "(":
            return self.function(word)
        field, name = self.field(word), self.take()
        compare = _COMPARISONS.get(name)
        if compare is None:
            _unreadable(f"unknown operator {name!r}")
        return _comparison(field, compare, _literal(self.take()))

    def function(self, word: str) -> Test:
        """Read a function's arguments."""
        function = _FUNCTIONS.get(word.lower())
        if function is None:
            _unreadable(f"unknown function {word!r}")
        self.take("(")
        field = self.field(self.take())
        self.take(",")
        value = _literal(self.take())
        self.take(")")
        if not isinstance(value, str):
            _unreadable("a text is needed")
        wanted = value.lower()
        return lambda item: function(str(field(item) or "").lower(), wanted)

    def field(self, path: str) -> Callable[[Any], Any]:
        """Find what a path asks about."""
        found = self.fields.get(path.rpartition("microsoft.graph.eventMessage/")[2])
        if found is None:
            raise refuse("odata.property", name=path, type=self.type_name)
        return found


def _literal(token: str) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token in {"true", "false", "null"}:
        return {"true": True, "false": False, "null": None}[token]
    try:
        return float(token) if token.replace(".", "", 1).isdecimal() else instant(token)
    except Refusal:
        _unreadable(f"unreadable value {token!r}")


@obeys("odata.text-case")
def _comparison(field: Callable[[Any], Any], compare: Callable[[Any, Any], bool], value: Any) -> Test:
    at = instant(value) if isinstance(value, str) and value[:4].isdigit() and "T" in value else None

    def test(item: Any) -> bool:
        actual = field(item)
        wanted = at if at is not None and isinstance(actual, datetime) else value
        if isinstance(actual, str) and isinstance(wanted, str):
            # Texts are compared without case, as the mailbox does.
            actual, wanted = actual.lower(), wanted.lower()
        try:
            return compare(actual, wanted)
        except TypeError:
            return False

    return test
