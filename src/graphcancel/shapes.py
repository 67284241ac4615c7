"""
What gives itself away by its shape: tokens, keys, ids, addresses, hosts, numbers.
"""

from __future__ import annotations

import re
from typing import Final

from graphcancel import harmless
from graphcancel.encodings import from_base64
from graphcancel.randomness import changes
from graphcancel.rule import BINARY, Judgement, Rule, text_of, value_of

_SCHEMES_WORD: Final = re.compile(r"[A-Za-z]?[a-z]*(?:[-_/.][a-z]+){0,5}\W{0,4}")
_CHALLENGE: Final = re.compile(
    r"(?:realm|error|scope|charset|authorization_uri|error_description|client_id|resource)(?:=|$)"
)
_LONGEST_WORD: Final = 40
_RANDOM: Final = 0.2
_LEAST_LOCAL: Final = 3
_USUAL: Final = frozenset("com net org edu gov info de uk us eu fr nl ch at it es cn jp in io".split())
_HOME: Final = frozenset(
    """
    admin administrator app appuser build ci circleci default defaultuser jenkins me name node nobody public root runner
    runneradmin shared someone travis ubuntu user username vagrant vscode vsts work you your
    """.split()
)
_NO_TENANT: Final = frozenset(
    "www tenant yourtenant your-tenant mytenant my-tenant your-domain yourdomain mail".split()
)
# Four numbers with dots that are no address: versions and object identifiers say so.
_VERSION: Final = re.compile(
    r"(?:\b[A-Z][A-Za-z]*/|[=<>~!]=\s?|(?i:version\w{0,4}|\brelease|\bv\.?|\boid|objectidentifier|\bsection|\bbuild)['\"]?\W{0,4})\Z"
)
_OID: Final = re.compile(r"1\.3\.6\.1|2\.5\.\d+\.\d+|1\.2\.\d+\.\d+|1\.3\.\d+\.\d+")
_CONTEXT: Final = 24
_WITH_COUNTRY: Final = range(9, 16)
"""Digits of a telephone number, country first (E.164)."""


def _always(match: re.Match[str], text: str) -> bool:
    del match, text
    return True


def _long(least: int) -> Judgement:
    """The value is at least so long, and neither a placeholder nor plainly made up."""

    def secret(match: re.Match[str], text: str) -> bool:
        value = value_of(match, text)
        return len(value) >= least and not harmless.is_placeholder(value)

    return secret


def _random(least: int) -> Judgement:
    def secret(match: re.Match[str], text: str) -> bool:
        value = value_of(match, text)
        return len(value) >= least and changes(value) >= _RANDOM

    return secret


def _web_token(match: re.Match[str], text: str) -> bool:
    head, _, rest = value_of(match, text).partition(".")
    return len(head) >= 12 and len(rest) >= 8  # noqa: PLR2004 - {"alg":""} and {"a":1}


def _credentials(match: re.Match[str], text: str) -> bool:
    value = text_of(match, text)
    if (
        harmless.is_expression(value)
        or _CHALLENGE.match(value)
        or harmless.is_placeholder(value)
        or harmless.is_about_secrets(value)
        or (len(value) <= _LONGEST_WORD and _SCHEMES_WORD.fullmatch(value))
    ):
        return False
    return not match[0].startswith("basic") or b":" in from_base64(value)


def _password_in_url(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text)
    return not (harmless.is_placeholder(value) or harmless.is_about_secrets(value))


def _private_key(match: re.Match[str], text: str) -> bool:
    return re.search(r"[A-Za-z0-9+/=]{24}", text[match.start() + 20 : match.end()]) is not None


def _guid(match: re.Match[str], text: str) -> bool:
    return not harmless.is_public_guid(value_of(match, text))


def _address(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text)
    last = value.rpartition(".")[2]
    if value[0] in "bfnrt" and value[1] == "@" and text[match.start() - 1 : match.start()] == "\\":
        return False  # "\n@pytest.mark.skip": the letter is that of an escape, and what is escaped is read by itself
    if value.index("@") < _LEAST_LOCAL and BINARY.search(
        text, match.start() - min(40, match.start()), match.end() + 40
    ):
        return False  # random bytes have one in every few MiB, and compiled code writes names so
    if text[match.end() : match.end() + 1] == "_" and last.lower() not in _USUAL:
        return False  # what a compiled function is called
    return ((last.isalpha() and len(last) > 1) or last.lower().startswith("xn--")) and not harmless.is_reserved_address(
        value
    )


def _tenant_host(match: re.Match[str], text: str) -> bool:
    return value_of(match, text).partition(".")[0].lower() not in _NO_TENANT


def _exchange_id(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text)
    return len(value) >= 20 and not harmless.is_made_up_id(value)  # noqa: PLR2004 - the first twelve bytes say the kind


def _calendar_uid(match: re.Match[str], text: str) -> bool:
    return len(value_of(match, text)[32:].strip("0")) >= 8  # noqa: PLR2004 - what follows the common head


def _telephone(match: re.Match[str], text: str) -> bool:
    return not harmless.is_nobodys_number(value_of(match, text), _WITH_COUNTRY)


def _ipv4(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text)
    before = text[max(0, match.start() - _CONTEXT) : match.start()]
    network = value in {"10.0.0.0", "172.16.0.0", "192.168.0.0"}  # the names of private networks
    return not (network or harmless.is_public_network(value) or _VERSION.search(before) or _OID.fullmatch(value))


def _ipv6(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text)
    if value.endswith(":") and not value.endswith("::"):
        value = value[:-1]
    return value.count(":") > 1 and not harmless.is_public_network(value)


def _home(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text)
    return len(value) > 1 and value.lower() not in _HOME and value[0].isalnum() and not harmless.is_placeholder(value)


_OTHER_SERVICES: Final = (
    r"gh[pousr]_[A-Za-z0-9]{30,}+|github_pat_[A-Za-z0-9_]{22,}+|glpat-[A-Za-z0-9_-]{20,}+|npm_[A-Za-z0-9]{30,}+"
    r"|pypi-AgE[A-Za-z0-9_-]{20,}+|A[KS]IA[0-9A-Z]{16}(?![0-9A-Z])|xox[abeprs]-[A-Za-z0-9-]{10,}+"
    r"|AIza[0-9A-Za-z_-]{35}|sk_live_[0-9A-Za-z]{20,}+"
)
_LABEL: Final = r"(?:[^\W_]|-){1,63}+"

SHAPES: Final = (
    Rule(
        "private key",
        re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]{0,20000}+"),
        _private_key,
        ("private key",),
    ),
    Rule("JSON web token", re.compile(r"eyJ[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]*+){0,4}+"), _web_token, ("eyj",)),
    Rule(
        "credentials of a request",
        re.compile(
            r"(?<![a-z])(?:bearer|basic)(?:[ \t]{1,8}+|\+)(?P<value>[a-z0-9._~+/{$-][^\s\"'`,;<>\\)\]%&]{0,8191}+)"
        ),
        _credentials,
        ("bearer", "basic"),
        folded=True,
    ),
    Rule(
        "password in a URL",
        re.compile(r"://[^\s/:@\"'`<>?#]{0,64}+:(?P<value>[^\s/@\"'`<>?#]{1,256}+)@"),
        _password_in_url,
        ("://",),
    ),
    Rule("client secret", re.compile(r"[\w~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{30,}+", re.ASCII), _always, ("q~",)),
    Rule(
        "refresh token",
        re.compile(r"(?<![\w.+/-])[01]\.A[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)*+"),
        _random(40),
        ("0.a", "1.a"),
    ),
    Rule("refresh token", re.compile(r"M\.[A-Z]\d{1,3}_[A-Z0-9]{2,5}\.[^\s\"'`&<>\\]++"), _long(20), ("m.",)),
    Rule(
        "compact token",
        re.compile(r"(?<![A-Za-z0-9+/_-])Ew[A-D][A-Za-z0-9+/=_%-]++"),
        _random(40),
        ("ewa", "ewb", "ewc", "ewd"),
    ),
    Rule(
        "authorization or device code",
        re.compile(r"(?<![A-Za-z0-9+/_-])[A-Z]?AQAB[A-Za-z0-9_-]++"),
        _random(40),
        ("aqab",),
    ),
    Rule(
        "token of another service",
        re.compile(rf"(?<![A-Za-z0-9])(?:{_OTHER_SERVICES})"),
        _always,
        ("gh", "glpat-", "npm_", "pypi-age", "akia", "asia", "xox", "aiza", "sk_live_"),
    ),
    Rule("Teams thread", re.compile(r"19:[\w-]{8,}+@(?:thread|unq)\."), _always, ("@thread.", "@unq.")),
    Rule(
        "mail address", re.compile(rf"(?<![\w.+%!#$*^~-])[\w.+%!#$*^~-]++@{_LABEL}(?:\.{_LABEL})++"), _address, ("@",)
    ),
    Rule(
        "tenant's host",
        re.compile(
            r"(?<![a-z0-9-])[a-z0-9][a-z0-9-]*+\.(?:onmicrosoft|sharepoint)\.(?:com|us|cn|de)"
            r"|(?<![a-z0-9-])[a-z0-9][a-z0-9-]*+\.(?:b2clogin\.com|ciamlogin\.com|azurewebsites\.net|vault\.azure\.net)"
        ),
        _tenant_host,
        ("onmicrosoft.", "sharepoint.", "login.com", "azure"),
        folded=True,
    ),
    Rule(
        "mailbox server",
        re.compile(r"(?<![a-z0-9-])[a-z0-9][a-z0-9-]*+\.prod\.(?:outlook|exchangelabs)\.com"),
        _always,
        (".prod.",),
        folded=True,
    ),
    Rule(
        "directory name of Exchange",
        re.compile(r"/o=[^/\n]{1,60}/ou=[^\n\"'<>]{1,300}+"),
        _always,
        ("/o=",),
        folded=True,
    ),
    Rule(
        "Exchange id",
        re.compile(r"(?<![A-Za-z0-9+])(?:AAMk|AQMk|AAkA|AAQk|[A-Z][QwgA]AAAB[YQ]AAA)[A-Za-z0-9+/=_-]++"),
        _exchange_id,
        ("aamk", "aqmk", "aaka", "aaqk", "aaab"),
    ),
    Rule(
        "iCalUId",
        re.compile(r"040000008200e00074c5b7101a82e008[0-9a-f]*+"),
        _calendar_uid,
        ("040000008200e0",),
        folded=True,
    ),
    Rule(
        "address of an online meeting",
        re.compile(r"teams\.(?:microsoft|live)\.(?:com|us)/(?:l/meetup-join|meet)/(?P<value>[^\s\"'<>\\]{1,2048}+)"),
        _long(6),
        ("/meet",),
        folded=True,
    ),
    Rule(
        "number of an online meeting",
        re.compile(r"(?:meeting|conference|konferenz|besprechungs)[ -]?id\W{1,6}(?P<value>[0-9][0-9 ]{7,20}+)"),
        _always,
        ("meeting", "conference", "konferenz", "besprechung"),
        folded=True,
    ),
    Rule("GUID", re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), _guid),
    Rule(
        "telephone number",
        re.compile(
            r"(?<![\w+.)\]-])\+(?:[1-9][0-9]{8,14}+(?![0-9.-])"
            r"|[1-9][0-9]{0,2}(?=[ .()/-])(?:[ .()/-]{0,2}[0-9]){7,15}+(?![0-9.]))"
        ),
        _telephone,
        ("+",),
    ),
    Rule(
        "telephone number",
        re.compile(r"tel:(?P<value>[+0-9][0-9().%-]{7,24}+)"),
        _telephone,
        ("tel:",),
        folded=True,
    ),
    Rule(
        "IP address",
        re.compile(r"(?<![A-Za-z0-9.-])[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![\w-]|\.[0-9])"),
        _ipv4,
    ),
    Rule(
        "IP address",
        re.compile(r"(?<![\w:.])[23fF][0-9a-fA-F]{2,3}(?::[0-9a-fA-F]{0,4}){2,7}+(?!\w)"),
        _ipv6,
    ),
    Rule(
        "somebody's home folder",
        re.compile(
            r"(?:(?<![\w.~-])/(?:home|Users)|[A-Za-z]:[/\\]{1,2}Users)[/\\]{1,2}(?P<value>[^/\\\s\"'<>:;,)$\]`|*]{1,64}+)[/\\]"
        ),
        _home,
        ("/home", "users"),
    ),
)
