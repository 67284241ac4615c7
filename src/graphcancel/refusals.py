"""
What an authority's refusal means and what to do about it, in one line.

The numbers are those of Microsoft's reference of sign-in errors (``AADSTS…``), which says that they may change: an
unknown one is shown as it is, with the place to look it up. An authority's own text is never shown, since it names
users, apps and tenants.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from graphcancel.vocabulary import is_code

_AGAIN: Final = "sign in again: graphcancel doctor TARGET"
_ADMIN: Final = "have an administrator consent to the permissions of the app"
_IN_PERSON: Final = 'use flow = "device-code" and sign in once by graphcancel doctor TARGET, or let [actors.app] act'
_EXCEPT: Final = "have the policy leave these accounts out, or use a flow it allows"
_IDS: Final = "check client_id and tenant_id"
_UPLOAD: Final = "upload this certificate to the app's registration, or name the one uploaded"

# What is wrong, what to do, and the numbers that say so.
_TABLE: Final = (
    ("the client secret is wrong", "put its value, not its id, into the variable secret_env names", (7000215,)),
    ("the client secret has expired", "make a new one and put it into the variable secret_env names", (7000222,)),
    ("the tenant knows no such app", _IDS, (700016, 700038)),
    ("the app is switched off in the tenant", "have an administrator enable it", (7000112, 500014)),
    ("there is no such tenant", "check tenant_id, and that it belongs to the cloud", (90002, 900023, 90019, 50059)),
    ("the app is registered for one tenant only", "give that tenant's id as tenant_id", (50194,)),
    ("nobody has consented to the app's permissions, or no longer", _ADMIN, (65001, 65004, 90094, 90093)),
    ("the user is not assigned to the app", "assign the user to the app in the tenant", (50105,)),
    (
        "a second factor is asked for, which nobody can give at night",
        _IN_PERSON,
        (50076, 50079, 50074, 50072, 50158),
    ),
    (
        "a Conditional Access policy forbids it",
        _EXCEPT,
        (53000, 53001, 53002, 53003, 53004, 530031, 530032, 530034, 50005, 50097, 53011),
    ),
    ("the account is disabled", "enable it or take another user", (50057,)),
    ("the account is locked after too many attempts", "wait or unlock it, then correct the password", (50053,)),
    ("the password has expired", "set a new one and put it into the variable password_env names", (50055, 50144)),
    ("user name or password is wrong", "correct the variable password_env names, and user", (50126, 50056, 50064)),
    ("there is no such user", "check user, and that it belongs to the tenant", (50034, 51004, 50020)),
    (
        "the app allows no public client flows",
        "switch on 'Allow public client flows' in its registration, or give secret_env",
        (7000218,),
    ),
    ("the app is registered as a public client", "leave secret_env out, or register it as a web app", (700025,)),
    ("the certificate is not registered for the app", _UPLOAD, (700027, 7000274, 700030)),
    ("the certificate has expired or was revoked", "make a new one and upload it", (1000502, 7000214, 7000277)),
    (
        "the federated credential does not match the assertion",
        "compare issuer, subject and audience of the credential in the app's registration with those of the assertion",
        (70021, 700211, 700212, 700213, 700223, 50013, 5002727),
    ),
    (
        "the assertion is not valid at this time",
        "check this machine's clock, and that the runner renews assertion_file",
        (700024,),
    ),
    (
        "the sign-in has expired or was revoked",
        _AGAIN,
        (700082, 700084, 50173, 70043, 70008, 50078, 700081, 50132, 50133),
    ),
    ("the sign-in was declined", _AGAIN, (70018,)),
    ("the code was not entered in time", _AGAIN, (70019, 70020)),
    (
        "the tenant has no such resource as the target",
        "check cloud, and base_url where no cloud is given",
        (500011, 70011, 1002012),
    ),
)
_BY_CODE: Final = {code: (what, remedy) for what, remedy, codes in _TABLE for code in codes}
# The same by OAuth's own words (RFC 6749, RFC 8628), for an authority that gives no numbers.
_BY_WORD: Final = {
    "authorization_declined": _BY_CODE[70018],
    "access_denied": _BY_CODE[70018],
    "expired_token": _BY_CODE[70019],
    "consent_required": _BY_CODE[65001],
    "bad_token": _BY_CODE[700082],
    "token_expired": _BY_CODE[700082],
    "invalid_client": ("the app's credentials were refused", _IDS),
    "unauthorized_client": ("the app may not use this flow", "allow it in the app's registration"),
    "invalid_grant": ("what was signed in with is refused or no longer valid", f"correct it, or {_AGAIN}"),
    "invalid_scope": _BY_CODE[500011],
    "invalid_resource": _BY_CODE[500011],
    "interaction_required": ("a person has to sign in", _AGAIN),
}
_PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_PASSING_CODES: Final = frozenset({90033, 90006, 90055})
_NUMBER: Final = re.compile(r"AADSTS(\d{4,8})\b")
_LARGEST: Final = 99_999_999
_TOO_MANY: Final = 429
_BROKEN: Final = 500
_REDIRECT: Final = 300
_REFUSED: Final = 400


class Refused(Exception):  # noqa: N818 - an authority's answer, no mistake of ours
    """
    Nobody is signed in.

    Attributes:
        passing: Whether asking again later may help without anybody doing anything.
    """

    def __init__(self, text: str, *, passing: bool = False) -> None:
        super().__init__(f"cannot sign in: {text}")
        self.passing = passing


def by_answer(answer: Mapping[str, Any]) -> Refused:
    """What an authority's error answer means."""
    code = _code(answer)
    words = [word for key in ("suberror", "error") if isinstance(word := answer.get(key), str)]
    passing = code in _PASSING_CODES or not _PASSING.isdisjoint(words)
    if passing:
        return Refused(f"the authority cannot serve it for now{_shown(code)}; try again later", passing=True)
    found = _BY_CODE.get(code or 0)
    if found is None and code is None:
        found = next((_BY_WORD[word] for word in words if word in _BY_WORD), None)
    if found is None:
        named = _shown(code) or next((f" ({word})" for word in words if is_code(word)), "")
        return Refused(f"the authority refuses{named}; the tenant's sign-in log says why")
    what, remedy = found
    return Refused(f"{what}{_shown(code)}; {remedy}")


def is_busy(status: int) -> bool:
    """Whether a status says nothing about who asked."""
    return status >= _BROKEN or status == _TOO_MANY


def by_status(status: int, answer: Mapping[str, Any] | None) -> Refused:
    """
    What an answer means that the library could make nothing of.

    Args:
        answer: The JSON object of the answer, None where it is none.
    """
    if is_busy(status):
        return Refused(f"the authority answers {status}, also when asked again; try again later", passing=True)
    if answer and ("error" in answer or "error_codes" in answer):
        return by_answer(answer)
    if _REDIRECT <= status < _REFUSED:
        what = f"a redirect ({status})"
    else:
        what = f"{status} and no JSON an authority would" if status < _REFUSED else f"{status}"
    return Refused(
        f"the authority answers {what}; check authority and tenant_id, and whether a proxy or a portal to log on to "
        "stands in between",
        passing=True,
    )


def unreachable(words: str) -> Refused:
    """No answer of the authority; *words* say what happened instead."""
    remedies = {
        "the proxy refused the connection": "check HTTPS_PROXY and NO_PROXY",
        "the TLS certificate was not accepted (see ca_bundle)": "name its CA in ca_bundle, or check authority",
        "the TLS certificate has expired": "have it renewed, or check authority",
        "host name not found": "check authority and the network",
    }
    return Refused(f"the authority: {words}; {remedies.get(words, 'check authority and the network')}", passing=True)


def _code(answer: Mapping[str, Any]) -> int | None:
    codes = answer.get("error_codes")
    numbers = [code for code in codes if isinstance(code, int)] if isinstance(codes, list) else []
    if not numbers:
        numbers = [int(number) for number in _NUMBER.findall(str(answer.get("error_description", "")))]
    # The first known: a refusal may carry a general number beside the one that says why.
    return next((number for number in numbers if number in _BY_CODE), numbers[0] if numbers else None)


def _shown(code: int | None) -> str:
    return f" (AADSTS{code})" if code is not None and 0 < code <= _LARGEST else ""
