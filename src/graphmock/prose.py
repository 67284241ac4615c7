"""Text out of HTML and back, for bodies and their previews."""

from __future__ import annotations

import html
import re
from typing import Any

PREVIEW = 255
# Comments and tags, the end of a line or paragraph in a group of its own. No parser: the standard one takes minutes
# over some tens of kilobytes of tags that are never closed, and everybody who lists the event would wait. Here nothing
# is looked at twice.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|(</(?:br|p|div|li|tr)\s*>|<br\s*/>)|<[a-z/!?][^<>]*>", re.DOTALL | re.IGNORECASE
)
# A number too long for a character; html.unescape would stumble over some thousand digits.
_NO_CHARACTER = re.compile(r"&#(?=x?[0-9a-f]{10})", re.IGNORECASE)


def plain(body: dict[str, Any]) -> str:
    """Give the text of a body, whatever its content type."""
    content = str(body["content"])
    if body["contentType"] != "html" or ("<" not in content and "&" not in content):
        return content
    text = _MARKUP.sub(lambda found: "\n" if found[1] else "", content)
    return html.unescape(_NO_CHARACTER.sub("&amp;#", text)).strip()


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
