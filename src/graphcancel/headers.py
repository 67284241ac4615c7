"""
What of an answer's headers may be kept: names by a list, and of each value only what the list foresees.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from graphcancel.clock import Clock
from graphcancel.exchange import Response
from graphcancel.moments import CANONICAL_NOW, as_header
from graphcancel.standins import StandIns
from graphcancel.throttling import retry_after
from graphcancel.wording import REPLACED

_MEDIA_TYPES: Final = frozenset({"application/json", "text/html", "text/plain"})
_OTHER_MEDIA_TYPE: Final = "application/octet-stream"
_PARAMETERS: Final = frozenset(
    f"{name}={value}"
    for name, values in {
        "charset": ("utf-8", "us-ascii", "iso-8859-1"),
        "ieee754compatible": ("false", "true"),
        "odata.metadata": ("none", "minimal", "full"),
        "odata.streaming": ("true", "false"),
    }.items()
    for value in values
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SCHEMES: Final = {name.lower(): name for name in ("Basic", "Bearer", "Digest", "Negotiate", "NTLM")}
_PREFERENCES: Final = frozenset(
    {'outlook.timezone="utc"', 'outlook.body-content-type="text"', 'outlook.body-content-type="html"'}
    | {'idtype="immutableid"', "return=minimal", "return=representation"}
)
_LISTED: Final = {
    "allow": _METHODS,
    "odata-version": frozenset({"4.0", "4.01"}),
    "preference-applied": _PREFERENCES,
}
_REQUESTS: Final = frozenset({"request-id", "client-request-id"})
# Of these only that they are there is worth telling: they announce what is going to change, or lead elsewhere.
_NAMED: Final = frozenset({"deprecation", "etag", "link", "location", "set-cookie", "sunset", "warning"})
_PLAIN_NUMBER: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")
_MOST: Final = 999


def kept(response: Response, stand_ins: StandIns) -> dict[str, str]:
    """
    What is kept of the headers of *response*, by name in lower case, in the order of names.

    An order of the server's would differ from one recording to the next.
    """
    found = {}
    for name in sorted(response.headers):
        value = _kept(name, response, stand_ins)
        if value is not None:
            found[name] = value
    return found


def standing(response: Response) -> dict[str, str]:
    """
    What a record tells of the headers of *response*, by name in lower case, in the order of names.

    What differs from answer to answer is left out, and an ellipsis stands for a value that says more than may be told.
    """
    found = {}
    for name in sorted(response.headers):
        value = "…" if name in _NAMED else _told(name, response)
        if value is not None:
            found[name] = value
    return found


def _told(name: str, response: Response) -> str | None:
    return None if name in {"date", "content-length"} else _known(name, response)


def _kept(name: str, response: Response, stand_ins: StandIns) -> str | None:
    if name in _REQUESTS:
        return stand_ins.request(response.headers[name])
    return _known(name, response)


def _known(name: str, response: Response) -> str | None:
    """What the list foresees of the header *name*, None for one that is not on it."""
    value = response.headers[name]
    if name in _LISTED:
        return _among(_LISTED[name], value)
    if name == "retry-after":
        return _pause(response)
    read = _READ.get(name)
    return read(value) if read else None


def _among(listed: frozenset[str], value: str) -> str | None:
    given = dict.fromkeys(part.strip() for part in value.split(","))
    return ", ".join(part for part in given if part in listed or part.lower() in listed) or None


def _date(value: str) -> str:
    # What is no date has to stay none.
    return value and (as_header(CANONICAL_NOW) if _is_date(value) else REPLACED)


def _scheme(value: str) -> str | None:
    return _SCHEMES.get(value.partition(" ")[0].rstrip(",").lower())


def _no_length(value: str) -> str | None:
    # What another length was is no longer true.
    return value if value == "0" else None


def _media_type(value: str) -> str:
    if not value:
        return value
    media_type, *parameters = (part.strip().lower() for part in value.split(";"))
    if media_type not in _MEDIA_TYPES:
        return _OTHER_MEDIA_TYPE
    return ";".join([media_type, *(part for part in dict.fromkeys(parameters) if part in _PARAMETERS)])


def _pause(response: Response) -> str | None:
    """``Retry-After`` that asks for the same pause, as a number or a date as it was."""
    written = response.headers["retry-after"].strip()
    if _PLAIN_NUMBER.fullmatch(written):
        return written
    if _is_date(written):
        told = response.headers.get("date", "")
        seconds = retry_after(response, Clock()) if _is_date(told) else 0.0
        return as_header(CANONICAL_NOW + dt.timedelta(seconds=round(min(seconds or 0.0, _MOST))))
    asked = retry_after(response, Clock())
    return None if asked is None else str(min(round(asked), _MOST))


def _is_date(written: str) -> bool:
    try:
        parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return False
    return True


_READ: Final[Mapping[str, Callable[[str], str | None]]] = {
    "content-length": _no_length,
    "content-type": _media_type,
    "date": _date,
    "www-authenticate": _scheme,
}
