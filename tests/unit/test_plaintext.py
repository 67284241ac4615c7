"""HTML as text: what a person would read of it, whatever it is."""

from __future__ import annotations

import pytest

from graphcancel.plaintext import plain

HTML = [
    ("plain", "plain"),
    ("<p>one</p><p>two</p>", "one two"),
    ("one<br>two<br/>three", "one two three"),
    ("wo<b>rd</b>", "word"),
    ("a&amp;b &lt;c&gt; &#228; &nbsp; d", "a&b <c> ä d"),
    ("<style>p {color: red}</style>text", "text"),
    ("<script>var a = 1;</script>text", "text"),
    ("<html><head><title>no</title></head><body>text</body></html>", "text"),
    ("<html><head><meta charset='utf-8'><body>text</body></html>", "text"),
    ("<table><tr><td>one</td><td>two</td></tr></table>", "one two"),
    ("<ul><li>one<li>two</ul>", "one two"),
    ("<!-- no -->text", "text"),
    ("<![if !vml]>text<![endif]>", "text"),
    ("text</div></p></style>", "text"),
    ("  one \n\t two ", "one two"),
    ("", ""),
]


@pytest.mark.parametrize(("html", "text"), HTML, ids=range(len(HTML)))
def test_html_is_read_as_a_person_would(html, text):
    assert plain(html) == text


@pytest.mark.parametrize(
    "html", ["<![foo[x]]>", "<![", "<!DOCTYPE html [<!FOO", "<a href='", "&#99999999999;", "<!--x", "<" * 1000, "\x00"]
)
def test_no_html_raises(html):
    assert isinstance(plain(html + "text"), str)
