"""
``report.html``: the report people sign, as one file that needs nothing else.

It asks no server for anything, says everything without JavaScript, and a policy in its head forbids whatever is not the
style and the script written here. What a run holds may come from anybody's server: it is text here, never markup.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from graphcancel.page_view import view
from graphcancel.page_words import GLOSSARY
from graphcancel.run import VERDICTS, Run

TEMPLATES: Final = Path(__file__).with_name("templates")

# Control, format, surrogate and separator characters: what they do to a line is not for a target to decide.
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def page(run: Run) -> str:
    """The whole report of *run* as HTML."""
    style, script = _inlined("report.css"), _inlined("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=view(run),
            style=Markup(style),  # noqa: S704 - ours, from beside this module
            script=Markup(script),  # noqa: S704
            style_hash=_hash(style),
            script_hash=_hash(script),
            glossary=GLOSSARY,
            verdicts=VERDICTS,
        )
    )


def visible(text: str) -> str:
    """*text* with every character that is not seen, or turns the direction of others, spelt out: ``⟨U+202E⟩``."""
    if text.isprintable():
        return text
    return "".join(
        f"⟨U+{ord(letter):04X}⟩" if letter not in "\n\t" and unicodedata.category(letter) in _UNSEEN else letter
        for letter in text
    )


def content(text: str) -> Markup:
    """*text* as the content of an element, where a quotation mark needs no escape: half of what JSON would cost."""
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(escaped)  # noqa: S704 - escaped here


def breakable(text: str) -> Markup:
    """*text* as `content`, where a line may end after a dot: ids are long words."""
    # As Markup it would escape what it is given to put in.
    return Markup(str(content(text)).replace(".", ".<wbr>"))  # noqa: S704 - escaped by content


def _final(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"content": content, "breakable": breakable}
    return environment


def _inlined(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a content security policy calls a text by which alone it may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
