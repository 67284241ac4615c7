"""Text out of HTML and back, for bodies and their previews."""

from __future__ import annotations

import html
from html.parser import HTMLParser
from typing import Any

PREVIEW = 255
_BREAKS = frozenset({"br", "p", "div", "li", "tr"})


class _Text(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")


def plain(body: dict[str, Any]) -> str:
    """Give the text of a body, whatever its content type."""
    content = str(body["content"])
    if body["contentType"] != "html" or ("<" not in content and "&" not in content):
        return content
    reader = _Text()
    reader.feed(content)
    reader.close()
    return "".join(reader.parts).strip()


def styled(text: str) -> str:
    """Wrap plain text the way a word processor writes mail: styles, conditional comments, escaped letters."""
    lines = (html.escape(line).encode("ascii", "xmlcharrefreplace").decode() for line in text.split("\n"))
    paragraphs = "".join(f'<p class="MsoNormal"><span lang="EN-US">{line}<o:p></o:p></span></p>\r\n' for line in lines)
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>\r\n'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n'
        "<style><!--\r\np.MsoNormal {margin:0cm; font-size:11.0pt}\r\n--></style></head>\r\n"
        f'<body lang="EN-US"><!--[if gte mso 9]><p>nobody sees this</p><![endif]--><div class="WordSection1">\r\n'
        f"{paragraphs}</div>\r\n</body></html>\r\n"
    )


def page(text: str) -> str:
    """Wrap plain text the way a mailbox stores it."""
    lines = "<br>\r\n".join(html.escape(line, quote=False) for line in text.split("\n"))
    return (
        '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
        f"<body>\r\n<div>{lines}</div>\r\n</body></html>\r\n"
    )
