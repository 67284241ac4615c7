"""
The source of a page: Markdown, parsed by markdown-it-py, its tokens made blocks.

Of a group of tabs (``# [HTTP](#tab/http)`` … ``---``) only HTTP's own is kept: the others hold snippets of SDKs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.backticks import backtick
from markdown_it.token import Token

from graphcancel.document_blocks import (
    Annotation,
    Block,
    Code,
    Grid,
    Heading,
    Include,
    Notes,
    Prose,
    Row,
    shorten,
)
from graphcancel.document_json import Unreadable, read_json
from graphcancel.document_text import refuse_longer
from graphcancel.errors import DocumentError

_COMMENT: Final = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_DIRECTIVE: Final = re.compile(r"\[!INCLUDE\s*\Z", re.IGNORECASE)
_TAB: Final = "#tab/"


class _Tag(HTMLParser):
    """One tag of HTML: its name, and the name it gives to a place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.name = ""
        self.anchor = ""
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.name = tag
        given = dict(attrs)
        self.anchor = self.anchor or given.get("name") or given.get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        self.name = tag

    def handle_data(self, data: str) -> None:
        self.text += data


_FORMATTING: Final = frozenset(("a", "span", "b", "i", "em", "strong", "sub", "sup", "u", "code", "p", "div"))


def blocks_of(source: str, place: str, notes: Notes, *, borrowed: int | None = None) -> list[Block]:
    """
    The blocks of a page's *source*, without those of other tabs than HTTP's.

    Args:
        borrowed: The line of the directive, where *source* is an include's text: every block then is on it.

    Raises:
        DocumentError: It is nested deeper, or has longer paragraphs, than anything published.
    """
    parser = MarkdownIt("commonmark").enable("table")
    parser.inline.ruler.at("backticks", _backticks)
    limit = parser.options["maxNesting"]

    def refuse(state: StateCore) -> None:
        """The parser drops what is nested deeper than it goes, so such a text is refused before its words are read."""
        for token in state.tokens:
            line = token.map[0] + 1 if token.map else 1
            if token.level >= limit - 1:
                msg = f"{place}: line {line}: nested {limit} levels deep; name the text of one page"
                raise DocumentError(msg)
            if token.type == "inline":
                refuse_longer(token.content, line, place)

    parser.core.ruler.before("inline", "refuse", refuse)
    maker = _Maker(source.split("\n"), notes, borrowed)
    return list(_of_http(maker.blocks(parser.parse(source)), notes))


def _backticks(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the signature is the library's
    """Inline code, with its line feeds counted: the parser makes spaces of them."""
    start, known = state.pos, len(state.tokens)
    done = backtick(state, silent)
    if done and not silent and len(state.tokens) > known and state.tokens[-1].type == "code_inline":
        state.tokens[-1].meta["feeds"] = state.src.count("\n", start, state.pos)
    return done


@dataclass(slots=True)
class _Inline:
    """Words under construction."""

    text: str = ""
    code: list[tuple[int, int]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchor: str = ""
    includes: list[tuple[int, str]] = field(default_factory=list)

    def take(self, tokens: Sequence[Token]) -> None:
        skipping = False
        for token in tokens:
            if token.type == "link_open":
                target = str(token.attrGet("href") or "")
                directive = _DIRECTIVE.search(self.text)
                if directive:
                    self.text = self.text[: directive.start()]
                    self.includes.append((self.text.count("\n"), target))
                    skipping = True
                else:
                    self.links.append(target)
            elif token.type == "link_close":
                self.text += "\x01" if skipping else ""
                skipping = False
            elif not skipping:
                self._add(token)
        # What closes a directive is the bracket after its link.
        self.text = self.text.replace("\x01]", "").replace("\x01", "")

    def _add(self, token: Token) -> None:
        if token.type == "code_inline":
            start = len(self.text)
            feeds = token.meta.get("feeds", 0)
            self.text += token.content
            self.code.append((start, len(self.text)))
            self.text += "\n" * feeds
        elif token.type in {"softbreak", "hardbreak"}:
            self.text += "\n"
        elif token.type == "html_inline":
            self._add_tag(token.content)
        elif token.type == "image":
            return
        else:
            self.text += token.content

    def _add_tag(self, content: str) -> None:
        """A tag that formats is nothing; `<token>` is a placeholder somebody did not put in braces."""
        tag = _Tag(content)
        if content.startswith("<!--"):
            self.text += "\n" * content.count("\n")
        elif tag.name == "br":
            self.text += " "
        elif tag.name in _FORMATTING:
            self.anchor = self.anchor or tag.anchor
        else:
            self.text += content


@dataclass(slots=True)
class _Maker:
    """From tokens to blocks."""

    lines: list[str]
    notes: Notes
    borrowed: int | None

    def line(self, token: Token) -> int:
        return self.borrowed or (token.map[0] + 1 if token.map else 1)

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        quotes = 0
        number = 0
        while number < len(tokens):
            token = tokens[number]
            quotes += (token.type == "blockquote_open") - (token.type == "blockquote_close")
            if token.type == "heading_open":
                yield from self._heading(token, tokens[number + 1])
                number += 1
            elif token.type == "table_open":
                end = next(place for place in range(number, len(tokens)) if tokens[place].type == "table_close")
                yield from self._grid(tokens[number:end])
                number = end
            elif token.type == "inline":
                yield from self._prose(token, quoted=quotes > 0)
            elif token.type == "fence":
                yield self._code(token, self.line(token) + 1, token.info.strip().split(" ")[0].lower())
            elif token.type == "code_block":
                yield self._code(token, self.line(token), "")
            elif token.type == "html_block":
                yield from self._html(token)
            elif token.type == "hr":
                # How a group of tabs ends; anywhere else a rule says nothing.
                yield Heading(Prose(self.line(token), ""), 0)
            number += 1

    def _code(self, token: Token, line: int, language: str) -> Code:
        lines = tuple(token.content.removesuffix("\n").split("\n"))
        return Code(self.borrowed or line, language, lines, borrowed=self.borrowed is not None)

    def _words(self, token: Token, *, quoted: bool = False) -> tuple[Prose, _Inline]:
        inline = _Inline()
        inline.take(token.children or [])
        made = Prose(
            self.line(token),
            inline.text,
            tuple(inline.code),
            tuple(inline.links),
            quoted=quoted,
            borrowed=self.borrowed is not None,
        )
        return made, inline

    def _heading(self, opening: Token, token: Token) -> Iterator[Block]:
        words, inline = self._words(token)
        for feeds, target in inline.includes:
            yield Include(self.borrowed or words.line + feeds, target)
        if opening.markup == "-" and inline.includes:
            # An include with the end of its group of tabs right below it, which Markdown takes for a heading.
            yield Heading(Prose(words.line, ""), 0)
        else:
            yield Heading(words, int(opening.tag[1:]), inline.anchor)

    def _prose(self, token: Token, *, quoted: bool) -> Iterator[Block]:
        words, inline = self._words(token, quoted=quoted)
        for feeds, target in inline.includes:
            yield Include(self.borrowed or words.line + feeds, target)
        rows = [line for line in token.content.split("\n") if line.lstrip().startswith("|")]
        if len(rows) > 1:
            self.notes.remark(words.line, "a table without its line of dashes is not read")
        if words.text.strip() or words.links:
            yield words

    def _grid(self, tokens: Sequence[Token]) -> Iterator[Block]:
        head: tuple[Prose, ...] = ()
        rows: list[Row] = []
        cells: list[Prose] = []
        source = 0
        for token in tokens:
            if token.type == "tr_open":
                cells = []
                source = token.map[0] if token.map else 0
            elif token.type == "inline":
                words, inline = self._words(token)
                for feeds, target in inline.includes:
                    yield Include(self.borrowed or words.line + feeds, target)
                cells.append(words)
            elif token.type == "thead_close":
                head = tuple(cells)
            elif token.type == "tr_close" and head:
                rows.append(Row(cells[0].line, tuple(cells), self._count(source)))
        yield Grid(self.line(tokens[0]), head, tuple(rows))

    def _count(self, number: int) -> int:
        """
        How many cells the row in line *number* was written with: the parser adds what is missing, drops what is over.
        """
        cells = escapedSplit(self.lines[number].strip())
        return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")

    def _html(self, token: Token) -> Iterator[Block]:
        content = token.content
        for comment in _COMMENT.finditer(content):
            inner = comment.group(1).strip()
            line = self.borrowed or self.line(token) + content.count("\n", 0, comment.start())
            if inner.startswith("{"):
                yield from self._annotation(inner, line)
            elif "blockType" in inner:
                self.notes.remark(line, "an annotation that is no JSON object")
        if _Tag(_COMMENT.sub("", content)).text.strip() or "<table" in content:
            self.notes.remark(self.line(token), f"HTML is not read: {shorten(content)}")

    def _annotation(self, text: str, line: int) -> Iterator[Block]:
        try:
            data, complaint = read_json(text)
        except Unreadable as error:
            self.notes.remark(line, f"an annotation that is no JSON ({error})")
            return
        if complaint and complaint != "a comma too many":
            self.notes.remark(line, f"an annotation with {complaint}")
        yield Annotation(line, data)


def _of_http(blocks: Iterator[Block], notes: Notes) -> Iterator[Block]:
    """*blocks* without rules, headings of tabs, and what stands in tabs of other languages."""
    tab = ""
    for block in blocks:
        if isinstance(block, Heading):
            target = next((link for link in block.prose.links if link.lower().startswith(_TAB)), None)
            if target is not None:
                tab = target.lower().removeprefix(_TAB)
                if len(block.prose.links) > 1:
                    notes.remark(block.line, "a heading with several tabs")
                continue
            tab = ""
            if not block.prose.text.strip():
                continue
        if not tab or tab.split("/")[0] == "http":
            yield block
