"""
A page with one fact changed, removed or added: by editing its text where the fact stands, as its author would.

What a page cannot say otherwise, or cannot leave out, without claiming something else as well has no edit here:
a walk from `/me` addresses nobody else, and a 204 has no body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphcancel.facts import Fact, Page

_STATUS = re.compile(r"`?\b(202,? Accepted|204 No Content)\b`?")
_NOTHING = re.compile(r"It (?:doesn't|does not) return anything in the response body\.")
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


def _changed(text: str, fact: Fact, page: Page) -> str | None:
    about, value = re.escape(fact.about), re.escape(fact.value)
    match fact.kind:
        case "route":
            return _edit(text, fact, r"/(\w+)(/[{<][^/]*[}>])?(/\w+)$", r"/\1s\2\3")
        case "addressing" if fact.value == "id":
            return _edit(text, fact, r"[{<](\w+)", r"\g<0> | userPrincipalName")
        case "addressing" if fact.value == "id, upn":
            return _edit(text, fact, r" \| userPrincipalName", "")
        case "status" | "example-status":
            return _edit(text, fact, r"\b202,? Accepted|\b204 No Content", "200 OK")
        case "body" if "204" not in dict((each.kind, each.value) for each in page.facts)["status"]:
            return _edit(text, fact, _NOTHING, "It returns an event object in the response body.")
        case "property" | "header":
            return _edit(text, fact, rf"\b{about}\b", f"{fact.about}s")
        case "type":
            return _edit(text, fact, r"\bString\b", "Boolean")
        case "header-type":
            return _edit(text, fact, r"\bstring\b", "integer")
        case "optionality":
            return _edit(text, fact, r"\bOptional\.", "Required.")
        case "header-required":
            return _edit(text, fact, r"\bRequired\b", "Optional")
        case "header-value":
            return _edit(text, fact, value, re.sub(r"token|code|json", "ticket", fact.value))
        case "permission" if fact.value == "not supported":
            return _edit(text, fact, r"Not supported\.|Not available\.", "Calendars.Manage")
        case "permission":
            return _edit(text, fact, r"\b([A-Z]\w+)\.(?=[A-Z])", r"\1s.")
        case "permission-higher":
            return _edit(text, fact, r"Not available\.(?= ?\|$)|\b(\w+\.)+All(?= ?\|$)", "Calendars.Manage")
        case "cloud":
            return _cloud(text, fact, page)
        case "error":
            return _edit(text, fact, r"HTTP \d+ [A-Z]\w+( [A-Z]\w+)?", "HTTP 409 Conflict")
        case "error-sentence":
            return _edit(text, fact, value, fact.value.replace("organizer", "owner"))
        case "example-request":
            return _edit(text, fact, r"(/\w+)$", r"\1s")
        case "example-header":
            return _edit(text, fact, value, fact.value.replace("json", "text").replace("4", "7").replace("9", "7"))
        case "example-property":
            return _edit(text, fact, value, f'{fact.value[:-1]} now"')
        case _:
            return None


def _removed(text: str, fact: Fact, page: Page) -> str | None:
    match fact.kind:
        case "route" | "example-header" | "example-property" | "example-status":
            return _without(text, fact, 1)
        case "status":
            return _edit(text, fact, _STATUS, "a status")
        case "body" if "204" not in dict((each.kind, each.value) for each in page.facts)["status"]:
            return _edit(text, fact, _NOTHING, "")
        case "property" | "header" | "permission":
            return _without(text, fact, _width(text, fact, page))
        case "optionality":
            return _edit(text, fact, r"\bOptional\.", "")
        case "header-required":
            return _edit(text, fact, r"\.? ?Required\b", "")
        case "header-value" if ("header-required", fact.about) in {each.key for each in page.facts}:
            return _edit(text, fact, rf"{re.escape(fact.value)}\. ?(?=Required)", "")
        case "header-value" if page.form == "markdown":
            return _edit(text, fact, re.escape(fact.value), "")
        case "type" if page.form == "markdown":
            return _edit(text, fact, r"\bString\b", "")
        case "header-type" if page.form == "markdown":
            return _edit(text, fact, r"\bstring\b", "")
        case "error":
            return _edit(text, fact, r"HTTP \d+ [A-Z]\w+( [A-Z]\w+)?", "which it tells")
        case "error-sentence":
            return _edit(text, fact, rf'"{re.escape(fact.value)}"', "It says so.")
        case _:
            return None


def _added(text: str, page: Page) -> Iterator[Edit]:
    lines = text.split("\n")
    routes = [fact for fact in page.facts if fact.kind == "route"]
    yield Edit(
        ("added", "route", "POST /drives/{}/root/close"),
        _after(lines, routes[-1], 1, ["POST /drives/{id}/root/close"]),
    )
    for kind, name in (("property", "urgency"), ("header", "Prefer")):
        last = next((fact for fact in reversed(page.facts) if fact.kind == kind), None)
        if last is not None:
            width = _width(text, last, page)
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


def _edit(text: str, fact: Fact, pattern: str | re.Pattern[str], replacement: str) -> str:
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


def _width(text: str, fact: Fact, page: Page) -> int:
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
