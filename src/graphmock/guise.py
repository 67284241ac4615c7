"""
Other forms of the same JSON: what a correct service may write differently without saying anything else.

Each function takes what a handler wrote and gives it back in another form; none knows requests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from graphmock.prose import plain, styled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Documented properties with a single value that the usual form leaves out, by the plural in @odata.context.
_DOCUMENTED = {
    "events": ("originalStart", "occurrenceId", "onlineMeetingProvider", "transactionId", "originalEndTimeZone"),
    "messages": (
        "conversationId", "conversationIndex", "flag", "inferenceClassification", "internetMessageId",
        "isDeliveryReceiptRequested", "isReadReceiptRequested", "webLink", "changeKey",
    ),
    "calendars": ("hexColor", "defaultOnlineMeetingProvider", "canShare"),
    "calendarGroups": ("classId",),
    "users": ("jobTitle", "mobilePhone", "officeLocation", "preferredLanguage"),
    "groups": ("classification", "description", "expirationDateTime", "membershipRule", "theme"),
    "bookingBusinesss": ("address", "webSiteUrl", "publicUrl"),
    "bookingAppointments": ("customerTimeZone", "serviceNotes", "joinWebUrl", "additionalInformation"),
}  # fmt: skip
_FUTURE = {"futureRank": None, "futureFlag": False, "futureHint": {"tier": 0}}
_NEEDED = frozenset({"id", "subject", "iCalUId", "isCancelled", "organizer", "start", "end", "attendees", "type",
                     "seriesMasterId", "value"})  # fmt: skip
_DISPENSABLE = frozenset({
    "@odata.etag", "bodyPreview", "webLink", "changeKey", "createdDateTime", "lastModifiedDateTime", "sentDateTime",
    "importance", "sensitivity", "showAs", "responseStatus", "isReminderOn", "reminderMinutesBeforeStart", "color",
    "responseRequested", "allowNewTimeProposals", "onlineMeetingProvider", "originalStart", "occurrenceId", "sender",
    "canShare", "canViewPrivateItems", "isTallyingResponses", "isRemovable", "classId", "givenName", "surname",
    "mailNickname", "groupTypes", "visibility", "businessType", "defaultCurrencyIso",
})  # fmt: skip


def reverse(value: Any) -> Any:
    """Write the members of every object in reverse order."""
    if isinstance(value, dict):
        return {name: reverse(value[name]) for name in reversed(value)}
    return [reverse(one) for one in value] if isinstance(value, list) else value


def each(body: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Change each object of a list, or the one object there is; a list's own members stay."""
    if isinstance(body.get("value"), list):
        return {**body, "value": [change(one) for one in body["value"]]}
    return change(body)


def complete(body: dict[str, Any]) -> dict[str, Any]:
    """Write null for what is empty, documented properties whether they are there or not, and some nobody knows yet."""
    kind = body.get("@odata.context", "").rpartition("microsoft.graph.")[2].partition("/")[0]
    documented = _DOCUMENTED.get(kind, ())
    # Annotations stay in front, where streaming promises them.
    return each(body, lambda one: {**_nullified(one), **{n: None for n in documented if n not in one}, **_FUTURE})


def _nullified(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _nullified(one) for name, one in value.items()}
    return None if value == "" else value


def annotate(body: dict[str, Any]) -> dict[str, Any]:
    """Write annotations nobody asked for, in front of what they are about."""
    tips = {"@microsoft.graph.tips": "Use $select to choose only the properties your app needs."}
    return {**tips, **each(body, lambda one: {"@odata.id": f"items('{one.get('id', '')}')", **one})}


def escape(text: str) -> str:
    """Write vowels within the texts of JSON as escapes; its words outside of texts stay."""
    return _TEXT.sub(lambda found: _VOWEL.sub(_escaped, found[0]), text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[2]):04x}" if found[2] else found[0]


_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
# What is an escape already stays one.
_VOWEL = re.compile(r"(\\u[0-9a-f]{4}|\\.)|([aeiouAEIOU])")


def sparse(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty and what a client can do without."""
    return each(body, _without_dispensable)


def _without_dispensable(one: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in one.items()
        if name in _NEEDED or not (name in _DISPENSABLE or value in (None, "", False) or value in ([], {}))
    }


def readdress(value: Any, names: Mapping[str, str]) -> Any:
    """
    Write addresses in another letter case, with names the client did not send.

    Args:
        value: Any JSON.
        names: Display names by address in lower case; an address that is not there gets one made from itself.
    """
    if isinstance(value, list):
        return [readdress(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: readdress(one, names) for name, one in value.items()}
    for name in _ADDRESSES:
        address = found.get(name)
        if isinstance(address, str) and "@" in address:
            found[name] = address.title()
            if name == "address" and "name" in found:
                local = address.partition("@")[0]
                found["name"] = names.get(address.lower(), local.replace(".", " ").title())
    return found


_ADDRESSES = ("address", "mail", "email", "emailAddress", "customerEmailAddress")


def redate(value: Any) -> Any:
    """Write times without a fraction of a second, and timestamps with one."""
    if isinstance(value, list):
        return [redate(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _redated(name, one) for name, one in value.items()}


def _redated(name: str, value: Any) -> Any:
    if name == "dateTime" and isinstance(value, str):
        return value.partition(".")[0]
    if name.endswith(("DateTime", "time")) and isinstance(value, str) and value.endswith("Z"):
        return value.removesuffix("Z").partition(".")[0] + ".0000000Z"
    return redate(value)


def as_html(body: dict[str, Any]) -> dict[str, Any]:
    """Write the bodies of messages as HTML, with more markup than a short text needs."""
    return each(body, _styled)


def _styled(one: dict[str, Any]) -> dict[str, Any]:
    if "receivedDateTime" not in one or not isinstance(one.get("body"), dict):
        return one
    return {**one, "body": {"contentType": "html", "content": styled(plain(one["body"]))}}
