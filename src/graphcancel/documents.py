"""
From a documentation page to the facts it claims, with their lines, and to what could not be understood.

    bytes → text → blocks → sections → facts

Any page of an action of Microsoft Graph, in the forms of ten years: published source, half translated, generated
draft, rendered text. Nothing that looks like a claim is dropped silently: it is a fact or a remark.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from graphcancel import document_markdown, document_rendered, facts
from graphcancel.document_blocks import Annotation, Block, Code, Grid, Heading, Include, Notes, Prose, shorten
from graphcancel.document_examples import Examples
from graphcancel.document_includes import Includes
from graphcancel.document_prose import Sentences
from graphcancel.document_routes import VERB, VERBS, read_routes
from graphcancel.document_sections import Section, sections_of
from graphcancel.document_tables import read_grid
from graphcancel.document_text import decode, front_matter, read_bytes
from graphcancel.errors import DocumentError
from graphcancel.facts import SECTIONS, Page

_KINDS: Final = frozenset(
    ("request", "response", "ignored", "resource", "example", "samples", "simulatedResponse", "permissions")
)
"""What an annotation may call the block after it."""

_DECIDING: Final = frozenset(("route", "status", "property", "permission", "example-request"))
"""Kinds of facts of which a page of an action has at least one."""

_VIEW: Final = re.compile(r"\bview=graph-rest-(?:(beta)|(\d+\.\d+))\b")
_NAMESPACE: Final = re.compile(r"\s*Namespace:\s*[\w.]+\s*")
_TITLE: Final = re.compile(r"\w+: \w+")
_LABEL: Final = re.compile(r"\s*Example\s+\d+\b", re.IGNORECASE)
_CLAIMING: Final = frozenset(("", "http", "json", "msgraph-interactive", "msgraph"))
"""Languages of code that may claim something; any other is a snippet for some SDK, unless its lines say otherwise."""
_CALLED: Final = re.compile(rf"\s*(?:{VERB}\s+(?:/|https?://)|HTTP/\d)", re.IGNORECASE)
"""How a line of a path list, a request or a response begins."""


def read_page(path: Path, includes: Path | None = None) -> Page:
    """
    Read the page *path*; standard input where it is ``-``.

    Args:
        includes: The folder its includes are in; None for the one its directives lead to.

    Raises:
        DocumentError: It cannot be read, or holds no fact of an action.
    """
    if includes is not None and not includes.is_dir():
        msg = f"{includes}: no folder; name the one the pages' includes are in"
        raise DocumentError(msg)
    return page_of(read_bytes(path), str(path), None if str(path) == "-" else path.parent, includes)


def page_of(content: bytes, place: str, beside: Path | None = None, includes: Path | None = None) -> Page:
    """
    Read a page from its bytes.

    Args:
        place: What messages call it.
        beside: The folder it lies in; None where it lies in none.
        includes: See `read_page`.

    Raises:
        DocumentError: See `read_page`.
    """
    notes = Notes()
    text = decode(content, place)
    keys, body = front_matter(text, place)
    if keys is None:
        notes.remark(1, "a front matter that is no YAML is not read")
    rendered = keys == {} and document_rendered.is_rendered(body)
    if rendered:
        blocks = document_rendered.blocks_of(body, notes)
        disclaimed = False
    else:
        source = document_markdown.blocks_of(body, place, notes)
        disclaimed = any(isinstance(block, Include) and "beta-disclaimer" in block.target for block in source)
        blocks = list(Includes(includes, beside, notes).resolved(source))
    heading, sections = sections_of(blocks)
    reader = _Reader(notes)
    reader.read(sections)
    if not any(fact.kind in _DECIDING for fact in notes.facts.values()):
        msg = f"{place}: holds no path, status, parameter or permission: is this a page of an action?"
        raise DocumentError(msg)
    title = heading.prose.flat if heading else _title(blocks) if rendered else None
    return Page(
        place=place,
        title=title or str((keys or {}).get("title") or "") or None,
        version=reader.examples.version or ("beta" if disclaimed else _viewed(blocks)),
        form="rendered" if rendered else "markdown",
        facts=tuple(sorted(notes.facts.values(), key=lambda fact: fact.line or 0)),
        remarks=tuple(sorted(notes.remarks, key=lambda remark: remark.line)),
        sha256=hashlib.sha256(content).hexdigest(),
        headings=tuple(_headings(sections)),
    )


def _headings(sections: Iterable[Section]) -> Iterator[facts.Heading]:
    """The first heading of each section that claims something."""
    seen: set[str] = set()
    for section in sections:
        if section.heading and section.role in SECTIONS and section.role not in seen:
            seen.add(section.role)
            yield facts.Heading(section.heading.line, section.role, section.heading.prose.flat)


class _Reader:
    """
    What is gathered across the sections of one page.

    Attributes:
        examples: Its examples so far.
    """

    def __init__(self, notes: Notes) -> None:
        self.examples = Examples(notes)
        self._notes = notes
        self._numbers: dict[str, list[tuple[str, int]]] = {}

    def read(self, sections: Sequence[Section]) -> None:
        """Note what the sections claim, the tables before the sentences, which may only add to them."""
        for section in sections:
            self._read(section)
        for role in SECTIONS:
            found = self._numbers.get(role, [])
            if found:
                self._notes.claim(
                    "number", role, ", ".join(number for number, _ in found), min(line for _, line in found)
                )

    def _read(self, section: Section) -> None:
        prose = [_caption(section.heading)] if section.heading else []
        cells: list[tuple[str, Prose]] = []
        annotation: Annotation | None = None
        for block in section.blocks:
            if isinstance(block, Annotation):
                self._refuse_unknown(block)
                annotation = block
                continue
            if isinstance(block, Code):
                self._code(block, annotation, section.role)
                annotation = None
            elif isinstance(block, Grid):
                cells.extend(read_grid(block, section.role, self._notes))
            elif isinstance(block, Prose) and not _NAMESPACE.fullmatch(block.text):
                prose.append(block)
            self._miss(annotation)
            annotation = None
        self._miss(annotation)
        numbers = Sentences(section.role or "", prose, self._notes).read()
        # Rows may change places, but not their numbers.
        cells.sort(key=lambda named: named[0])
        numbers += Sentences("", [cell for _, cell in cells], self._notes).read()
        self._count(numbers, section)

    def _count(self, found: Sequence[tuple[str, int]], section: Section) -> None:
        if section.role is not None:
            self._numbers.setdefault(section.role, []).extend(found)
        elif found:
            shown = ", ".join(number for number, _ in found)
            self._notes.remark(found[0][1], f"numbers below a heading that is not known are not read: {shorten(shown)}")

    def _refuse_unknown(self, annotation: Annotation) -> None:
        kind = annotation.data.get("blockType")
        if kind is not None and kind not in _KINDS:
            self._notes.remark(annotation.line, f"an annotation of a kind that is not known: {shorten(str(kind))}")

    def _miss(self, annotation: Annotation | None) -> None:
        if annotation is not None and annotation.data.get("blockType") in {"request", "response"}:
            self._notes.remark(annotation.line, "an annotation without the block it is about")

    def _code(self, code: Code, annotation: Annotation | None, role: str | None) -> None:
        if code.language not in _CLAIMING and not any(_CALLED.match(line) for line in code.lines):
            return
        kind = annotation.data.get("blockType") if annotation else None
        if kind in {"resource", "example", "samples"}:
            return
        if role == "example" or kind in {"request", "response"}:
            read = self.examples.read(code, annotation)
        else:
            read = role == "http-request" or _lists_paths(code)
            if read:
                read_routes(code, self._notes)
        if not read:
            first = next((line for line in code.lines if line.strip()), "")
            self._notes.remark(code.line, f"a block of code that is not read: {shorten(first)}")


def _caption(heading: Heading) -> Prose:
    """A heading's words; the number of an example in it is no number of the page."""
    words = heading.prose
    return Prose(words.line, _LABEL.sub("", words.text), links=words.links, borrowed=words.borrowed)


def _lists_paths(code: Code) -> bool:
    lines = [line.split() for line in code.lines if line.strip()]
    return bool(lines) and all(len(words) > 1 and words[0] in VERBS for words in lines)


def _title(blocks: Iterable[Block]) -> str | None:
    """A rendered page's title: the first line, where it reads like one."""
    first = next((block for block in blocks if isinstance(block, Prose)), None)
    line = first.text.split("\n")[0].strip() if first else ""
    return line if _TITLE.fullmatch(line) and not _NAMESPACE.fullmatch(line) else None


def _viewed(blocks: Iterable[Block]) -> str | None:
    """The version that links to other pages of the reference ask for."""
    for block in blocks:
        words = block.prose if isinstance(block, Heading) else block
        if isinstance(words, Prose):
            for link in words.links:
                found = _VIEW.search(link)
                if found:
                    return found.group(1) or f"v{found.group(2)}"
    return None
