"""
The text of a message body as a reader sees it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_SECTION: Final = re.compile(r"<!\[[^>]*>")


class _Text(HTMLParser):
    """Collects character data; markup, style and script are dropped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks and line breaks separate words; inline markup does not."""
        del attrs
        if tag == "body":
            self._hidden = 0  # an end tag of the head may be left out
        if tag in {"script", "style", "head"}:
            self._hidden += 1
        if tag in {"p", "div", "br", "td", "li", "tr"}:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Leave what `handle_starttag` entered."""
        if tag in {"script", "style", "head"}:
            self._hidden = max(0, self._hidden - 1)
        if tag in {"p", "div", "td", "li", "tr"}:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep what a reader would see."""
        if not self._hidden:
            self.parts.append(data)


def plain(html: str) -> str:
    """The text of an HTML body as a reader sees it, white space folded."""
    parser = _Text()
    # The parser of the standard library gives up on marked sections it does not know.
    parser.feed(_SECTION.sub(" ", html))
    parser.close()
    return " ".join("".join(parser.parts).split())
