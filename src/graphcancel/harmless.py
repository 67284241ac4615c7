"""
What has the shape of something secret and is known to be harmless: placeholders, stand-ins, reserved names and numbers.

By allow-list: what is not in here is taken for real. No function here keeps or shows what it is given.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from graphcancel import marks
from graphcancel.encodings import from_base64

# A variable of a shell is told from a password that begins with a dollar by its name: words, with underscores between
# them where digits are within, or with one digit behind them.
_VARIABLE: Final = (
    r"\$(?:env:)?(?:[A-Za-z_.:]+[0-9]?|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?![A-Za-z0-9_])"
)
_PLACEHOLDER: Final = re.compile(
    rf"""
      {_VARIABLE}                                       # $TOKEN $env:TOKEN $OAUTH2_TOKEN
    """
    r"""
    | [^\w]*                                            # nothing, dots, dashes, stars
    | \$\{\{?[ ]?[A-Za-z_][\w.:]*[ ]?\}?\}?              # ${TOKEN} ${{ secrets.TOKEN }}
    | \$\(.*\)                                          # $(what a command says)
    | %[A-Za-z_]\w*% | %\(\w+\)s | %s | %r              # %TOKEN% %(token)s
    | \{\{[^{}]*\}\}                                     # {{token}}
    | [^\w]*<[^<>]*>[^\w]* | \[[^\[\]]*\]               # <token> [token]
    | [xX]{3,} | \.{3}.{0,4} | .{0,12}(?:…|\.\.\.)          # xxx …
    | (?i:redacted|filtered|masked|removed|garbage|changeme|\w{0,12}placeholder)
    | [A-Z][A-Z0-9]{0,20}(?:_[A-Z][A-Z0-9]{0,20}){1,6}  # the name of a variable
    | [a-z]{1,12}(?:-[a-z]{1,12}){0,3}-token            # the stand-ins of a cassette: organizer-token
    | [a-z]{1,12}-[0-9]{1,4}                            # id-12, next-1
    | digest-[0-9a-f]{8}                                # the seal of a header
    """,
    re.VERBOSE,
)
_GAP: Final = re.compile(rf"\{{[^{{}}]*\}}|%(?:\(\w+\))?[sr]|<[a-z_ -]+>|\$\{{[A-Za-z_]\w*\}}|{_VARIABLE}")
_EXPRESSION: Final = re.compile(r"\{[A-Za-z_][\w.]*[.(\[]")
_FRAME: Final = 16
_PIECE: Final = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")
# What stands where a secret may stand and speaks about secrets instead of being one.
_WORDS: Final = frozenset(
    """
    a access account ad admin algorithm an and any api app application as ascii assertion at attendee auth
    authentication authorization azure b basic bearer bool boolean by bytes cache callable certificate changed claim
    claims class client code config content cookie cookies credential credentials csrf data default delta device
    digest disabled dummy empty enabled env environ environment error example expired expires fake false federated
    field file flow for format from function get given grant graph hash header headers hidden hint http https id
    identity in info input int integer invalid is it item its jar job json jwt key keyring kind label left list
    local login lookup made match me missing mode must my name needed new next no none not nowhere null number
    object of off ok on opaque option optional options or organizer other own page param parameter parse parser pass
    passcode passphrase passwd password path placeholder plain policy post private prompt property provider proxy
    public query random raw re read reader realm refresh regex request required resource response result right role
    same saml scheme scope secret secrets self send service session set shared sign signature skip some stand
    standin start state str string strings stub sub subject subscription sync tenant test text the to token
    tokenizer tokens true type types typing unicode unknown uri url urn use user userinfo username utf value values
    verifier version was what whole with without word words write wrong x you your
    """.split()
)
_RESERVED_NAMES: Final = frozenset("example test invalid localhost".split())
_RESERVED_DOMAINS: Final = ("example.com", "example.net", "example.org")
# Attributes of Python and files whose names hold an @ are no addresses. Endings that are countries too (md, py) are not
# among them.
_NO_DOMAIN: Final = re.compile(
    r"(?:png|jpe?g|gif|svg|webp|ico|js|mjs|cjs|css|pyi|json|ya?ml|toml|txt|html?|xml|setter|getter|deleter|fixture)",
    re.IGNORECASE,
)
# Published: Microsoft's own applications (…-c000-000000000000, …-0ff1-ce00-…), the ids of COM and of extended
# properties (…-c000-000000000046), the name spaces of RFC 9562 and what documents show as an example.
_PUBLISHED: Final = re.compile(
    r"0000000[0-9a-f]-0000-0000-c000-0{12}|0000000[0-9a-f]-0000-0ff1-ce00-0{12}|[0-9a-f]{8}-0000-0000-c000-0{10}46"
    r"|12345678-1234-5678-1234-567812345678|123e4567-e89b-[1-5]2d3-a456-426614174000"
    r"|6ba7b81[0124]-9dad-11d1-80b4-00c04fd430c8"
)
_ROUND: Final = re.compile(  # every group one digit; version and variant aside; the last may count
    r"([0-9a-f])\1{7}-([0-9a-f])\2{3}-[0-9a-f]([0-9a-f])\3{2}-[0-9a-f]([0-9a-f])\4{2}-(?:([0-9a-f])\5{11}|0{8}[0-9a-f]{4})"
)
_DIGITS: Final = re.compile(r"[0-9](?:\.[0-9]){3}")  # a version, or a resolver everybody knows
_NETWORKS: Final = tuple(
    ipaddress.ip_network(text) for text in "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20".split()
)
# The same on every machine: the metadata services of the clouds.
_EVERYWHERE: Final = frozenset({"169.254.169.254", "168.63.129.16"})
_FICTION: Final = re.compile(r"1\d{3}55501\d\d|4420794609\d\d|447700900\d{3}")  # numbers kept free for films
_SHORT: Final = 3
_MADE_UP: Final = 8  # distinct bytes of an id that somebody made up


def is_placeholder(value: str) -> bool:
    """Whether *value* stands for a secret that is elsewhere, or is one of our stand-ins."""
    if _PLACEHOLDER.fullmatch(value):
        return True
    # A template: t-{number}, Oid:{user}@{tenant}, UPN:%s.
    rest, filled = _GAP.subn("", value)
    return filled > 0 and len(rest) <= _FRAME and not any(letter.isdecimal() for letter in rest)


def is_expression(value: str) -> bool:
    """Whether *value* begins with what source code has in braces: ``{tokens[actor]}``, all of it or a part."""
    return _EXPRESSION.match(value) is not None


def is_about_secrets(value: str) -> bool:
    """Whether *value* is made of words that name secrets, such as ``access_token`` and ``Client secret``."""
    pieces = _PIECE.findall(value)
    return len(value) <= _SHORT or all(
        piece.lower() in _WORDS or (piece.isdecimal() and len(piece) == 1) for piece in pieces
    )


def is_prose(value: str) -> bool:
    """Whether *value* is a sentence or a heading: words of letters with blanks between, at least two."""
    words = value.split()
    return len(words) > 1 and all(re.fullmatch(r"\W*[^\W\d_]+(?:['’/-][^\W\d_]+)*\W*|\W+", word) for word in words)


def is_reserved_address(address: str) -> bool:
    """Whether mail to *address* reaches nobody (RFC 2606, RFC 6761), or it is no address at all."""
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    return (
        domain.rpartition(".")[2] in _RESERVED_NAMES
        or domain.endswith(tuple(f".{name}" for name in _RESERVED_DOMAINS))
        or domain in _RESERVED_DOMAINS
        or _NO_DOMAIN.fullmatch(domain.rpartition(".")[2]) is not None
        or (local.lower() == "git" and domain in {"github.com", "gitlab.com", "ssh.dev.azure.com"})
    )


def is_public_guid(guid: str) -> bool:
    """Whether *guid* is published or plainly made up: the nil GUID, one repeated digit, zeros and a number."""
    guid = guid.lower()
    return bool(_PUBLISHED.fullmatch(guid) or _ROUND.fullmatch(guid))


def is_public_network(text: str) -> bool:
    """Whether *text* is an IP address that says nothing of a machine, or is none at all."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return True
    return (
        address.is_loopback
        or address.is_unspecified
        or address.is_multicast
        or text in _EVERYWHERE
        or _DIGITS.fullmatch(text) is not None
        or (isinstance(address, ipaddress.IPv4Address) and (text.startswith(("0.", "255.")) or address.is_reserved))
        or any(address in network for network in _NETWORKS if network.version == address.version)
    )


def is_nobodys_number(text: str, lengths: range) -> bool:
    """Whether the telephone number *text* is kept free for fiction, or is none: it has not so many digits."""
    digits = re.sub(r"\D", "", text)
    return len(digits) not in lengths or _FICTION.fullmatch(digits) is not None or len(set(digits)) <= _SHORT


def is_made_up_id(value: str) -> bool:
    """Whether *value*, base64 as Exchange writes ids, is zeros or a pattern."""
    digits = value.rstrip("=")
    digits = digits[: len(digits) // 4 * 4]
    data = from_base64(digits)
    return bool(data) and (len(set(data) - set(b"\0-")) < _MADE_UP or len(set(digits)) < _MADE_UP)


def without_marks(text: str) -> str:
    """*text* without the marks and run ids of this suite, which say when a run began and no more."""
    for mark in marks.marks_in(text):
        text = text.replace(mark.case, "")
    return text
