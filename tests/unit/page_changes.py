"""
A page with one fact changed, removed or added: by editing its text where the fact stands, as its author would.

What a page cannot say otherwise, or cannot leave out, without claiming something else as well has no edit here:
a walk from `/me` addresses nobody else, and a 204 has no body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from graphcancel.facts import Fact, Page

_SUCCESS = r"\b202,? Accepted\b|\b204 No Content\b"
_NOTHING = r"It (?:doesn't|does not) return anything in the response body\."
_REFUSED = r"HTTP \d+ [A-Z]\w+( [A-Z]\w+)?"
_NEAR = 4
"""Lines below a fact's own on which a rendered page has the other cells of its row."""


@dataclass(frozen=True)
class Edit:
    """
    A page's text edited.

    Attributes:
        expected: The one difference: what happened, the kind and what it is about.
    """

    expected: tuple[str, str, str]
    text: str

    @property
    def name(self) -> str:
        """The edit in words."""
        return " ".join(self.expected).strip()


def edits(text: str, page: Page) -> Iterator[Edit]:
    """Every edit of *text*, which was read as *page*."""
    for fact in page.facts:
        for what, edited in (("changed", _changed(text, fact, page)), ("removed", _removed(text, fact, page))):
            if edited is not None:
                assert edited != text, (what, fact)
                yield Edit((what, fact.kind, fact.about), edited)
    yield from _added(text, page)


# What is looked for near a fact, and what is put there.
Replacement = tuple[str, str]


def _literal(fact: Fact, new: str) -> Replacement:
    return re.escape(fact.value), new


def _other_addressing(fact: Fact) -> Replacement | None:
    if fact.value == "me":
        return None
    return (r"[{<](\w+)", r"\g<0> | userPrincipalName") if fact.value == "id" else (r" \| userPrincipalName", "")


def _other_permission(fact: Fact) -> Replacement:
    none = r"Not supported\.|Not available\."
    return (none, "Calendars.Manage") if fact.value == "not supported" else (r"\b([A-Z]\w+)\.(?=[A-Z])", r"\1s.")


_CHANGED: Mapping[str, Callable[[Fact], Replacement | None]] = {
    "route": lambda _: (r"/(\w+)(/[{<][^/]*[}>])?(/\w+)$", r"/\1s\2\3"),
    "addressing": _other_addressing,
    "status": lambda _: (_SUCCESS, "200 OK"),
    "body": lambda _: (_NOTHING, "It returns an event object in the response body."),
    "property": lambda fact: (rf"\b{re.escape(fact.about)}\b", f"{fact.about}s"),
    "type": lambda _: (r"\bString\b", "Boolean"),
    "optionality": lambda _: (r"\bOptional\.", "Required."),
    "header": lambda fact: (rf"\b{re.escape(fact.about)}\b", f"{fact.about}s"),
    "header-type": lambda _: (r"\bstring\b", "integer"),
    "header-value": lambda fact: _literal(fact, re.sub(r"token|code|json", "ticket", fact.value)),
    "header-required": lambda _: (r"\bRequired\b", "Optional"),
    "permission": _other_permission,
    "permission-higher": lambda _: (r"Not available\.(?= ?\|$)|\b(\w+\.)+All(?= ?\|$)", "Calendars.Manage"),
    "error": lambda _: (_REFUSED, "HTTP 409 Conflict"),
    "error-sentence": lambda fact: _literal(fact, fact.value.replace("organizer", "owner")),
    "example-request": lambda _: (r"(/\w+)$", r"\1s"),
    "example-header": lambda fact: _literal(fact, re.sub(r"json|[49]", "7", fact.value)),
    "example-property": lambda fact: _literal(fact, f'{fact.value[:-1]} now"'),
    "example-status": lambda _: (_SUCCESS, "200 OK"),
}
_LEFT_OUT: Mapping[str, Replacement] = {
    "status": (rf"`?({_SUCCESS})`?", "a status"),
    "body": (_NOTHING, ""),
    "optionality": (r"\bOptional\.", ""),
    "header-required": (r"\.? ?Required\b", ""),
    "error": (_REFUSED, "which it tells"),
}


def _changed(text: str, fact: Fact, page: Page) -> str | None:
    if fact.kind == "cloud":
        return _cloud(text, fact, page)
    replacement = _CHANGED[fact.kind](fact)
    if replacement is None or _implied(fact, page):
        return None
    return _edit(text, fact, *replacement)


def _removed(text: str, fact: Fact, page: Page) -> str | None:
    if fact.kind in {"route", "example-header", "example-property", "example-status"}:
        return _without(text, fact, 1)
    if fact.kind in {"property", "header", "permission"}:
        return _without(text, fact, _width(fact, page))
    if fact.kind in _LEFT_OUT and not _implied(fact, page):
        return _edit(text, fact, *_LEFT_OUT[fact.kind])
    return _without_words(text, fact, page)


def _without_words(text: str, fact: Fact, page: Page) -> str | None:
    if fact.kind == "error-sentence":
        return _edit(text, fact, rf'"{re.escape(fact.value)}"', "It says so.")
    if fact.kind == "header-value" and ("header-required", fact.about) in {each.key for each in page.facts}:
        return _edit(text, fact, rf"{re.escape(fact.value)}\. ?(?=Required)", "")
    # As rendered, a cell with nothing in it is no line.
    if fact.kind in {"type", "header-type", "header-value"} and page.form == "markdown":
        return _edit(text, fact, rf"(?i)\|( *){re.escape(fact.value)}(?= *\|)", r"|\1")
    return None


def _implied(fact: Fact, page: Page) -> bool:
    """Whether a 204 says it already."""
    return fact.kind == "body" and ("status", "204") in {(each.kind, each.value) for each in page.facts}


def _added(text: str, page: Page) -> Iterator[Edit]:
    lines = text.split("\n")
    routes = [fact for fact in page.facts if fact.kind == "route"]
    yield Edit(
        ("added", "route", "POST /drives/{}/items/close"),
        _after(lines, routes[-1], 1, ["POST /drives/{id}/items/close"]),
    )
    for kind, name in (("property", "urgency"), ("header", "Prefer")):
        last = next((fact for fact in reversed(page.facts) if fact.kind == kind), None)
        if last is not None:
            width = _width(last, page)
            yield Edit(("added", kind, name), _after(lines, last, width, _row(lines, last, width, name)))
    header = next((fact for fact in page.facts if fact.kind == "example-header"), None)
    if header is not None:
        yield Edit(("added", "example-header", "prefer"), _after(lines, header, 1, ["Prefer: return=minimal"]))
    body = next((fact for fact in page.facts if fact.kind == "example-property"), None)
    if body is not None:
        edited = _edit(text, body, re.escape(body.value), f'{body.value},\n"urgency": "low"')
        yield Edit(("added", "example-property", "urgency"), edited)
    status = next(fact for fact in page.facts if fact.kind == "status")
    number = "At most 20 people are told."
    yield Edit(("added", "number", "response"), _after(lines, status, 0, [number, ""]))
    error = "A call without a licence is answered HTTP 402 Payment Required."
    yield Edit(("added", "error", "402"), _after(lines, status, 0, [error, ""]))
    if "**TODO: Determine scopes **" in text:
        edited = text.replace("**TODO: Determine scopes **", "Calendars.Manage")
        yield Edit(("added", "permission", "delegated-work"), edited)


# -- on lines ----------------------------------------------------------------------------------------------------------


def _edit(text: str, fact: Fact, pattern: str, replacement: str) -> str:
    """The text with the first match of *pattern* on the fact's line, or soon after it, replaced."""
    lines = text.split("\n")
    assert fact.line is not None, fact
    start = fact.line - 1
    for number in range(start, min(start + _NEAR, len(lines))):
        edited, count = re.subn(pattern, replacement, lines[number], count=1)
        if count:
            return "\n".join([*lines[:number], edited, *lines[number + 1 :]])
    raise AssertionError(f"{pattern} does not stand near {fact}: {lines[start : start + _NEAR]}")


def _without(text: str, fact: Fact, count: int) -> str:
    lines = text.split("\n")
    assert fact.line is not None, fact
    start = fact.line - 1
    # In a row of cells, a permission stands in the second.
    if count > 1 and fact.kind == "permission":
        start -= 1
    return "\n".join([*lines[:start], *lines[start + count :]])


def _after(lines: list[str], fact: Fact, count: int, new: list[str]) -> str:
    assert fact.line is not None, fact
    at = fact.line - 1 + count
    return "\n".join([*lines[:at], *new, *lines[at:]])


def _row(lines: list[str], fact: Fact, width: int, name: str) -> list[str]:
    """A row like that of *fact* for *name*."""
    assert fact.line is not None, fact
    row = lines[fact.line - 1 : fact.line - 1 + width]
    return [row[0].replace(fact.about, name, 1), *row[1:]]


def _width(fact: Fact, page: Page) -> int:
    """On how many lines a row stands: on one in Markdown, on one a cell as rendered."""
    if page.form == "markdown":
        return 1
    if fact.kind == "permission":
        return 3 if any(each.kind == "permission-higher" for each in page.facts) else 2
    if fact.kind == "header" and not any(each.kind == "header-type" for each in page.facts):
        return 2
    return 3


def _cloud(text: str, fact: Fact, page: Page) -> str:
    """The text with the fact's own mark turned, of the marks that stand in one row."""
    place = [each.about for each in page.facts if each.kind == "cloud"].index(fact.about)
    marks = list(re.finditer("[✅❌]", text))
    mark = marks[place]
    return text[: mark.start()] + ("❌" if mark[0] == "✅" else "✅") + text[mark.end() :]
