"""
One cassette: every exchange of one case's story, in order.

The format is vcrpy's (version 1, ``interactions``), written as JSON, which is YAML too: vcrpy and pytest-recording read
it as it is. It says in addition which case it is of, what answered, and, sealed, what each interaction was when it was
recorded (`graphcancel.seals`). Nothing but JSON is read, so there is no tag or alias to be expanded.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from graphcancel.errors import CassetteError, Drift
from graphcancel.exchange import Response
from graphcancel.onfile import Malformed, member, named, of_kind, only, printable, read_json, shortened, write_whole
from graphcancel.seals import ON_FILE, OTHER, Sealing, bound_to

SUFFIX: Final = ".yaml"
_VERSION: Final = 1
_LARGEST: Final = 8 * 1024 * 1024
_MOST: Final = 5000
_LONGEST_S: Final = 86_400
_ILLEGAL: Final = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f]|[. ]$')
_PHRASES: Final = {int(status): status.phrase for status in HTTPStatus}
RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""What Windows takes for a device and no file, whatever follows a dot."""
_KEYS: Final = frozenset({"version", "case", "origin", "interactions", "knew", "took", "sealed"})
_INTERACTION_KEYS: Final = {
    "": frozenset({"request", "response", "sealed"}),
    "request": frozenset({"method", "uri", "headers", "body"}),
    "response": frozenset({"status", "headers", "body"}),
    "response.status": frozenset({"code", "message"}),
    "response.body": frozenset({"string"}),
}


@dataclass(frozen=True, slots=True)
class Interaction:
    """
    One exchange.

    Attributes:
        uri: Absolute URL as sent, on a stand-in's root.
        headers: Those of interest, lower case: what the request set itself, and whose token it carried.
    """

    method: str
    uri: str
    headers: Mapping[str, str]
    body: str | None
    response: Response

    def __str__(self) -> str:
        """The request line, as a person reads it."""
        return shortened(f"{self.method} /{self.uri.split('/', 3)[-1]}")


@dataclass(frozen=True, slots=True)
class Cassette:
    """
    The story of one case.

    Attributes:
        origin: What answered: ``mock``, ``service`` or ``server``.
        knew: What the run knew of the target's lags when the story began, empty for nothing.
        case: Id of the case.
        took: Whole seconds each answer took, in order; empty where none took one.
        edited: How what is asked differs on file from what was recorded, None where it does not. To be raised once the
            story is told: what the suite sends instead says more.
    """

    origin: str
    interactions: tuple[Interaction, ...]
    knew: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    case: str
    took: tuple[int, ...] = ()
    edited: Drift | None = None


def place_of(folder: Path, case_id: str) -> Path:
    """
    The file of *case_id* in the recording at *folder*: a legal name on every system, unique ignoring case.

    Case ids are paths and unique ignoring case; a part that some system refuses is escaped and told apart by a digest.
    """
    return folder.joinpath(*(_legal(part) for part in case_id.split("/"))).with_name(
        _legal(case_id.rsplit("/", 1)[-1]) + SUFFIX
    )


def _legal(part: str) -> str:
    cleaned = _ILLEGAL.sub("-", part)
    if cleaned == part and not RESERVED.fullmatch(part) and part:
        return part
    return f"{cleaned or '-'}-{hashlib.blake2s(part.lower().encode(), digest_size=4).hexdigest()}".replace(".", "-")


# -- writing -------------------------------------------------------------------------------------------------------


def write_cassette(path: Path, cassette: Cassette) -> bool:
    """
    Write *cassette* whole or not at all; returns whether the file is another now.

    Raises:
        CassetteError: The file cannot be written, or would be larger than what is read.
    """
    number = len(cassette.interactions)
    text = printable(_written(cassette)) if number <= _MOST else ""
    if not text or len(text.encode()) > _LARGEST:
        raise CassetteError(
            f"{cassette.case}: not recorded: its {number} requests and their answers are more than a cassette holds "
            f"({_MOST}, {_LARGEST} bytes); empty the inboxes of the target and record it again"
        )
    return write_whole(path, text)


def _written(cassette: Cassette) -> dict[str, Any]:
    digest = bound_to(cassette.case)
    of = len(cassette.interactions)
    interactions = []
    for number, one in enumerate(cassette.interactions, 1):
        table = _table(one)
        interactions.append(table | {"sealed": Sealing(table, one.response, number, of, digest).seal()})
    head = {"version": _VERSION, "case": cassette.case, "origin": cassette.origin, "interactions": interactions}
    known: dict[str, Any] = {"knew": cassette.knew} if cassette.knew else {}
    known |= {"took": list(cassette.took)} if any(cassette.took) else {}
    return head | known | {"sealed": _seal_of_times(cassette)}


def _table(one: Interaction) -> dict[str, Any]:
    status = one.response.status
    return {
        "request": {"method": one.method, "uri": one.uri, "headers": _lists(one.headers), "body": one.body},
        "response": {
            "status": {"code": status, "message": _PHRASES.get(status, "")},
            "headers": _lists(one.response.headers),
            "body": {"string": one.response.body.decode()},
        },
    }


def _lists(headers: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in headers.items()}


def _seal_of_times(cassette: Cassette) -> str:
    times = [cassette.knew, list(cassette.took) if any(cassette.took) else []]
    return bound_to(cassette.case)(json.dumps(times, sort_keys=True), 6)


# -- reading -------------------------------------------------------------------------------------------------------


def read_cassette(path: Path, case_id: str | None = None) -> Cassette:
    """
    The cassette at *path*.

    Args:
        case_id: The case it must be of; None for whichever it names.

    Raises:
        CassetteError: Missing, too large, cut off, or no cassette. `Drift` where it is another case's, or an answer in
            it is not what was recorded.
    """
    place = named(path)
    table = read_json(path, _LARGEST)
    try:
        return _read(table, case_id, place)
    except (Malformed, UnicodeEncodeError) as error:
        why = error if isinstance(error, Malformed) else "holds half of a character"
        raise CassetteError(f"{place}: is no cassette of this version of the suite: {why}; record it anew") from None


def _read(table: Mapping[str, Any], case_id: str | None, place: str) -> Cassette:
    if member(table, "version", int) != _VERSION:
        raise Malformed(f"version is not {_VERSION}")
    only(table, _KEYS, "it")
    case = member(table, "case", str)
    if case_id not in {None, case}:
        raise Drift("the case", case_id, shortened(case), place, ON_FILE)
    listed = member(table, "interactions", list)
    if len(listed) > _MOST:
        raise Malformed(f"{len(listed)} interactions are more than a case can have")
    knew = _lags(member({"knew": {}, **table}, "knew", dict))
    digest = bound_to(case)
    interactions = []
    edited = None
    for number, one in enumerate(listed, 1):
        try:
            found = _interaction(one)
            at = f"{place}: interaction {number} of {len(listed)}, {found}"
            sealing = Sealing(one, found.response, number, len(listed), digest, at)
            answer, asked = sealing.edited_answer(), sealing.edited_request()
        except Malformed as error:
            raise Malformed(f"interaction {number}: {error}") from None
        if answer:
            raise answer
        edited = edited or asked
        interactions.append(found)
    took = tuple(of_kind(seconds, "took", int) for seconds in member({"took": [], **table}, "took", list))
    if len(took) > len(interactions) or not all(0 <= seconds <= _LONGEST_S for seconds in took):
        raise Malformed("took does not say how long each answer took")
    origin = member(table, "origin", str)
    cassette = Cassette(origin, tuple(interactions), knew, case=case, took=took, edited=edited)
    if member(table, "sealed", str) != _seal_of_times(cassette):
        now = shortened(json.dumps([knew, took]))
        raise Drift("knew or took (what was known of the target's lags, how long it took)", OTHER, now, place, ON_FILE)
    return cassette


def _interaction(table: Any) -> Interaction:
    of_kind(table, "it", dict)
    for place, names in _INTERACTION_KEYS.items():
        only(member(table, place, dict) if place else table, names, place or "it")
    member(table, "response.status.message", str)
    status = member(table, "response.status.code", int)
    if not 100 <= status <= 999:  # noqa: PLR2004 - RFC 9110, 15: three digits
        raise Malformed("response.status.code is no status")
    body = member(table, "response.body.string", str).encode()
    return Interaction(
        method=member(table, "request.method", str),
        uri=_url(table),
        headers=_single(table, "request.headers"),
        body=None if member(table, "request", dict).get("body", "") is None else member(table, "request.body", str),
        response=Response(status, _single(table, "response.headers"), body),
    )


def _url(table: Mapping[str, Any]) -> str:
    url: str = member(table, "request.uri", str)
    try:
        urlsplit(url)
    except ValueError:
        raise Malformed("request.uri is no URL") from None
    return url


def _single(table: Mapping[str, Any], place: str) -> dict[str, str]:
    found = {}
    for name, values in member(table, place, dict).items():
        if len(of_kind(values, f"a header in {place}", list)) != 1 or name != name.lower():
            raise Malformed(f"a header in {place} has not one value and a name in lower case")
        found[name] = of_kind(values[0], f"a header in {place}", str)
    return found


def _lags(knew: Mapping[str, Any]) -> Mapping[str, Any]:
    """*knew*, if it is as `graphcancel.stage.Stage.learnt` gives it."""
    only(knew, ("effects", "invitations"), "knew")
    for name in knew:
        place = f"knew.{name}"
        only(member(knew, name, dict), ("longest", "likely", "misses"), place)
        seconds = [of_kind(value, place, float) for key, value in knew[name].items() if key != "misses"]
        misses = [of_kind(value, place, int) for value in member({"misses": {}, **knew[name]}, "misses", dict).values()]
        if not all(0 <= number <= _LONGEST_S for number in (*seconds, *misses)):
            raise Malformed(f"{place} holds what is no lag")
    return knew
