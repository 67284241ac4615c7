"""What a browser would find in ``report.html``, as a whole and section by section."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

_BESIDE = {"a", "b", "code", "em", "q", "span", "strong", "wbr"}
_ENDS = re.compile("<section|</section>|<nav|<footer")


class Read(HTMLParser):
    """Ids, links, what asks for something, headings in order, and the text, in which blocks stand apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.wants: list[tuple[str, str]] = []
        self.tags: Counter[str] = Counter()
        self.headings: list[tuple[int, str]] = []
        self.handlers: list[str] = []
        self._heading: list[str] | None = None
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags[tag] += 1
        self.ids[given.get("id") or ""] += "id" in given
        self.handlers += [name for name in given if name.startswith("on")]
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.wants += [(tag, given[name] or "") for name in ("src", "srcset", "action", "data") if name in given]
        if tag == "link":
            self.wants.append((tag, given.get("href") or ""))
        if tag not in _BESIDE:
            self.text += " "
        if re.fullmatch("h[1-6]", tag):
            self._heading = []

    def handle_endtag(self, tag):
        if tag not in _BESIDE:
            self.text += " "
        if re.fullmatch("h[1-6]", tag) and self._heading is not None:
            self.headings.append((int(tag[1]), " ".join("".join(self._heading).split())))
            self._heading = None

    def handle_data(self, data):
        self.text += data
        if self._heading is not None:
            self._heading.append(data)


def section(html: str, name: str) -> str:
    """
    The one section of *html* whose heading has the id *name*, from there to its end.

    ``top`` is what stands between the verdict and the contracts: where the evidence comes from, scope, date and so on.
    """
    if name == "top":
        after = html[html.index("</section>") :]
        return after[: after.index('<h2 id="contracts">')]
    (found,) = re.finditer(rf'<h[1-6] id="{re.escape(name)}">', html)
    end = _ENDS.search(html, found.end())
    assert end
    return html[found.start() : end.start()]


def words(html: str) -> str:
    """What a person reads in *html*, every gap a single space."""
    return " ".join(Read(html).text.split())


def said(html: str, name: str) -> str:
    """The words of the section *name*."""
    return words(section(html, name))
