"""
What is given away by its label: ``"refresh_token": "…"``, ``CLIENT_SECRET=…``, ``Set-Cookie: …``, ``--password …``.

A label says that a value is secret, and not that a value is there: in source code names, types and calls stand behind
it. So a value in quotes, in a form, an environment or XML is taken for a secret unless it is known to be harmless; a
bare word only if it has letters and digits mixed.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from graphcancel import harmless
from graphcancel.randomness import changes
from graphcancel.rule import Rule, text_of, value_of

_SECRETS: Final = (
    r"password|passwd|passphrase|passcode|pwd|secret(?:text|value|key)?|token(?:secret)?|assertion|credential"
    r"|(?:api|account|access|shared|private|signing|encryption|subscription|functions)[_-]?key|x-ms-[a-z-]{1,40}key"
    r"|samlresponse|samlrequest|(?:device|user|auth|authorization)[_-]?code|code_verifier|identity[_-]header"
)
_COOKIES: Final = (
    r"estsauth(?:persistent|light)?|estssc|x-ms-gateway-slice|stsservicecookie|fpc|buid|esctx[a-z0-9-]{0,30}|ccstate|signinstatecookie"
    r"|aadsso|rtfa|fedauth|spoidcrl|x-backendcookie|exchangecookie|defaultanchormailbox|msisauth[0-9]?|openidconnect\.nonce"
)
_DIAGNOSTICS: Final = (
    r"x-ms-ags-diagnostic|x-calculated[bf]etarget|x-[bf]eserver|x-diaginfo|x-feproxyinfo|x-feefzinfo|x-ms-ests-server"
    r"|x-ms-srs|x-msedge-ref|x-azure-ref|x-anchormailbox|x-ms-correlation-request-id|ms-cv"
)
_PLACES: Final = r"[\"'](?:datacenter|scaleunit|roleinstance)"  # keys of x-ms-ags-diagnostic
_NAMES: Final = r"displayname|givenname|surname|mailnickname|preferredname|customername"
# {"emailAddress": {"name": "…", "address": "…"}}, in either order, and EmailAddress(name="…")
_NAME_OF_ADDRESS: Final = r"emailaddress\\?[\"']?\s{0,8}(?:[:=]\s{0,80}\{|\()(?:[^{}()]{0,400}?[^\w{}()])??name"
_OF_ANYTHING: Final = ("displayname", "emailaddress")  # calendars and rooms have them too, often of one word

# What may stand between a label and its value.
_TO: Final = r"""
    \\?['"`]?\]?
    (?: [ \t]{0,40}+(?:=>|:=|[:=])[ \t]{0,40}+                              # key: value, key = value, key=value
        (?:[|>][-+]?\n\s{1,40}+|\[\s{0,40}+|\n\s{0,40}+-[ ]{1,4}|-[ ])?     # … on the next line of YAML, in a list
      | \s{0,8}+,\s{0,40}+\\?["']value\\?["']\s{0,8}+:\s{0,8}+              # {"name": "key", "value": "…"} of HAR
      | \s{1,8}+value=                                                      # <property name="key" value="…"/> of junit
      | (?P<tuple>\s{0,8}+,\s{0,8}+)(?=b?['"])                              # ("key", "value") of a traceback
      | (?P<tag>(?:\s[^<>\n]{0,200}+)?>)(?=[^<\s])                                    # <key>value</key>
    )
    (?:[bruf]{1,2}(?=["'`]))?
"""
_QUOTED: Final = r"""\\?"(?P<double>[^"\n]{0,4096}+)|\\?'(?P<single>[^'\n]{0,4096}+)|`(?P<back>[^`\n]{0,4096}+)"""
_WORD: Final = r"""(?P<bare>[^\s"'`,;&<>(){}\[\]\\|]{1,4096}+)"""
_LINE: Final = r"""(?P<bare>[^\n"'`<>\\&]{1,4096}+)"""

_SCHEME: Final = re.compile(
    r"(?i)(?:bearer|basic|digest|negotiate|ntlm|sharedkey|pop|dpop|token|aws4-hmac-sha256)[ +]+(.*)", re.DOTALL
)
_PAIR: Final = re.compile(r"([\w.!#$%&*+^|~-]{1,200}+)=([^;\s,]{1,4096}+)")
_ATTRIBUTES: Final = frozenset("path domain expires max-age samesite version priority".split())
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,4})?")
_PATHLIKE: Final = re.compile(
    r"(?:\.{1,2}|~)/.*|/[\w.-]{1,64}/.*|[A-Za-z]:[\\/].*|https?://[^?]*|[\w./-]{1,80}\.(?:pem|key|pfx|p12|crt|jwt|json|toml|txt)"
    r"|[a-z][a-z0-9.-]*(?:/[a-z][a-z0-9.-]*){2,}|\{[\w.]{1,80}\}/.*"
)
_SHORT: Final = 6
_COOKIE: Final = 4
_UNDER_A_LABEL: Final = range(7, 27)
"""Digits of a telephone number, with an extension or without a country; shorter ones are extensions."""
# Changes of kind for each character (randomness.py), from which on a word with digits in it is no name or word with a
# number behind it. Where a label says what stands there, less is enough than in a run that nothing announces.
_OF_A_NAME: Final = 0.2
_OF_A_WORD: Final = 0.1
_ANYBODY: Final = frozenset({"deleted items", "sent items", "junk email", "conversation history", "first talk"})


def _pattern(labels: str, bare: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{labels}){_TO}(?:{_QUOTED}|{bare})", re.VERBOSE)


def _labelled(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text).rstrip("\\")
    if match.start("tag") >= 0:
        return match.lastgroup == "bare" and text.startswith("</", match.end()) and is_given(value)
    if match.lastgroup == "bare" and not _is_given(match, text):
        return text[match.end() : match.end() + 1] not in {"(", "[", "{"} and is_likely(value)
    return is_likely(value) if match.start("tuple") >= 0 else is_given(value)


def _is_given(match: re.Match[str], text: str) -> bool:
    """Whether a bare value stands in a form, a query or an environment, where values have no quotes."""
    start = match.start("bare")
    if text[start - 1] != "=":
        return False
    if text[match.end() : match.end() + 1] == "&":
        return True
    line = text[max(0, match.start() - 60) : start - 1]
    label = re.search(r"[\w.-]*$", line)
    name = label[0] if label else ""
    return name.isupper() or line[: len(line) - len(name)].endswith(("?", "&"))


def is_given(value: str) -> bool:
    """Whether *value*, plainly given under a secret's label, is a secret."""
    if is_known(value):
        return False
    if any(blank in value for blank in " \t"):
        return any(is_likely(word) for word in value.split())
    return True


def is_known(value: str) -> bool:
    """Whether *value* is known to be harmless under a secret's label."""
    value = unquote(value)
    return (
        not value
        or harmless.is_placeholder(value)
        or harmless.is_about_secrets(value)
        or harmless.is_prose(value)
        or _NUMBER.fullmatch(value) is not None
        or _PATHLIKE.fullmatch(value) is not None
    )


def is_likely(value: str) -> bool:
    """Whether *value*, a bare word that may be code, is rather a secret: letters and digits mixed, or signs within."""
    value = value.strip(".:!?")
    if len(value) < _SHORT or is_known(value):
        return False
    letters = any(letter.isalpha() for letter in value)
    digits = any(letter.isdecimal() for letter in value)
    if _IDENTIFIER.fullmatch(value):
        return (
            letters and digits and "." not in value and (changes(value) >= _OF_A_NAME or not re.search(r"_|\d$", value))
        )
    return letters and digits and changes(value) >= _OF_A_WORD


def _authorization(match: re.Match[str], text: str) -> bool:
    value = text_of(match, text).strip()
    value = value.rstrip("\\,;)]" if "{" in value else "\\,;)]}")  # a gap keeps its end
    scheme = _SCHEME.fullmatch(value)
    if scheme:
        return not harmless.is_expression(scheme[1]) and is_given(scheme[1])
    return is_likely(value) if match.lastgroup == "bare" or match.start("tuple") >= 0 else is_given(value)


def _cookie(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text)
    bare = match.lastgroup == "bare"
    for name, given in _PAIR.findall(value):
        if (
            name.lower() not in _ATTRIBUTES
            and len(given) >= _COOKIE
            and (is_likely(given) if bare else is_given(given))
        ):
            return True
    return False


def _known_cookie(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text).rstrip("\\")
    return len(value) >= _COOKIE and is_given(value)


def _diagnostic(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text).rstrip("\\,")
    if "serverinfo" in value.lower():
        return False  # what is inside has a rule of its own
    likely = any(letter.isdecimal() for letter in value) and len(value) >= _SHORT
    return len(value) > 1 and not is_known(value) and (likely or match.lastgroup != "bare")


def _place(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text).rstrip("\\")
    if match.lastgroup == "bare" or match.start("tuple") >= 0:
        return is_likely(value)
    return bool(value.strip("0")) and not harmless.is_placeholder(value) and not harmless.is_about_secrets(value)


def _person(match: re.Match[str], text: str) -> bool:
    value = value_of(match, text).rstrip("\\")
    # Between the names of a person may stand what is none: van, a letter with a full stop, a department in brackets.
    names = [
        word for word in re.split(r"[\s'’,()-]+", value.replace(".", " ")) if word[:1].isupper() and word.isalpha()
    ]
    whole = not match[0].startswith(_OF_ANYTHING)
    return (
        len(names) >= (1 if whole else 2)
        and value.lower() not in _ANYBODY
        and not harmless.is_about_secrets(value)
        and not harmless.is_placeholder(value)
    )


def _code(match: re.Match[str], text: str) -> bool:
    return is_likely(value_of(match, text))


LABELLED: Final = (
    Rule(
        "authorization header",
        _pattern(r"authorization(?:-auxiliary)?", _LINE),
        _authorization,
        ("authorization",),
        folded=True,
    ),
    Rule("cookie", _pattern(r"(?:set-)?cookies?", _LINE), _cookie, ("cookie",), folded=True),
    Rule("cookie", _pattern(rf"(?<![a-z0-9-])(?:{_COOKIES})", _WORD), _known_cookie, folded=True),
    Rule("diagnostics of the service", _pattern(_DIAGNOSTICS, _LINE), _diagnostic, ("x-", "ms-cv"), folded=True),
    Rule(
        "diagnostics of the service",
        _pattern(_PLACES, _WORD),
        _place,
        ("datacenter", "scaleunit", "roleinstance"),
        folded=True,
    ),
    Rule("value under a secret's name", _pattern(_SECRETS, _WORD), _labelled, folded=True),
    Rule(
        "value under a secret's name",
        re.compile(r"--[a-z-]{0,40}(?:password|secret|token|key)[ \t]{1,4}['\"]?(?P<bare>[^\s'\"]{1,4096}+)"),
        lambda match, text: is_likely(value_of(match, text)),
        ("--",),
        folded=True,
    ),
    Rule(
        "value under a secret's name",
        re.compile(r"[?&](?:code|sig|state|session_state|nonce)=(?P<bare>[^\s\"'`,;&<>(){}\[\]\\|]{12,4096}+)"),
        _code,
        ("code=", "sig=", "state=", "nonce="),
        folded=True,
    ),
    Rule("person's name", _pattern(_NAMES, _WORD), _person, ("name",), folded=True),
    Rule("person's name", _pattern(_NAME_OF_ADDRESS, _WORD), _person, ("emailaddress",), folded=True),
    Rule(
        "telephone number",
        re.compile(
            r"(?:phones?|phonenumbers?|telephone|tollnumber|dialin|mobile)\\?[\"']?\s{0,4}[:=]\s{0,4}\[?\s{0,40}\\?[\"']?"
            r"(?P<value>\+?[0-9(][0-9 ()./-]{6,24}+)"
        ),
        lambda match, text: not harmless.is_nobodys_number(value_of(match, text), _UNDER_A_LABEL),
        ("phone", "tollnumber", "dialin", "mobile"),
        folded=True,
    ),
)
