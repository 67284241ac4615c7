"""
Known deviations: findings of one target that somebody has looked at, answers for, and looks at again by a date.

``deviations/<target name>.toml`` lists them. A listed case still runs and its finding stays a finding in
``run.jsonl``; covered by an entry, it does not fail the run. What fails the run is an entry that is out of date:

    expired    its day has passed; it covers nothing any more
    gone       the cases it names were judged, and the finding did not occur
    unmatched  it names no case, or no clause of those it names

Reading and matching only: nothing here knows how a run is made or shown.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from graphcancel.absence import NOTHING_CHANGED, WITHOUT_EFFECT
from graphcancel.errors import DeviationError
from graphcancel.reading import WRITTEN, text_within
from graphcancel.sanitise import remark
from graphcancel.schema import nearest


class Asked(Protocol):
    """What has to be known of a case: its id and the clauses it is judged on."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def clauses(self) -> Sequence[str]:
        """The clauses; none where it is only observed."""


State = Literal["met", "open", "expired", "gone", "unmatched"]

KEYS: Final = ("case", "clause", "reason", "owner", "expires")
OUT_OF_DATE: Final = frozenset({"expired", "gone", "unmatched"})


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    One entry of a file.

    Attributes:
        file: The file's name; with its folder only where it lies below the working directory.
        number: Its place in the file, from 1.
        case: Pattern over case ids.
        clause: Clause id, or a pattern over them.
        expires: The last day on which it covers anything, by UTC.
    """

    file: str
    number: int
    case: str
    clause: str
    reason: str
    owner: str
    expires: dt.date

    def speaks_for(self, case: Asked) -> bool:
        """Whether *case* can have the finding; one no clause speaks of can only have an effect after a refusal."""
        clauses = case.clauses or (WITHOUT_EFFECT,)
        return fnmatchcase(case.id, self.case) and any(fnmatchcase(name, self.clause) for name in clauses)

    def as_json(self) -> dict[str, Any]:
        """The entry as the header of a run holds it."""
        return {
            "file": self.file,
            "entry": self.number,
            "case": self.case,
            "clause": self.clause,
            "reason": self.reason,
            "owner": self.owner,
            "expires": self.expires.isoformat(),
        }

    @classmethod
    def of_json(cls, entry: Mapping[str, Any]) -> Deviation:
        """The entry that the header of a run holds so."""
        texts = {key: entry[key] for key in KEYS if key != "expires"}
        return cls(entry["file"], entry["entry"], expires=dt.date.fromisoformat(entry["expires"]), **texts)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What a run says of one entry.

    Attributes:
        findings: Clauses of cases that it names and that do not hold.
        judged: Cases that were judged on it, of those that could be (*cases*).
    """

    entry: int
    state: State
    findings: int
    judged: int
    cases: int


# -- reading -------------------------------------------------------------------------------------------------------


def read_deviations(path: Path, clauses: Collection[str]) -> tuple[Deviation, ...]:
    """
    The entries of the file at *path*.

    Args:
        clauses: Every clause id there is.

    Raises:
        DeviationError: It is no such file; the message names the entry and the key.
    """
    try:
        table = tomllib.loads(text_within(path, WRITTEN))
    except (ValueError, RecursionError) as error:
        raise DeviationError(f"{path}: not readable as TOML: {error}; correct the file at that place") from None
    except OSError as error:
        raise DeviationError(f"{path}: not readable ({error.strerror}); name a file of known deviations") from None
    _check_keys(table, ("deviation",), str(path))
    entries = table.get("deviation", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DeviationError(f"{path}: deviation is no list of tables; begin each entry with [[deviation]]")
    return tuple(_entry(entry, number, path, clauses) for number, entry in enumerate(entries, 1))


def _entry(table: Mapping[str, Any], number: int, path: Path, clauses: Collection[str]) -> Deviation:
    place = f"{path}: entry {number}"
    _check_keys(table, KEYS, place)
    texts = {key: _text(table, key, place) for key in KEYS if key != "expires"}
    expires = table.get("expires")
    if expires is None:
        raise DeviationError(f"{place}: expires is missing; give the day on which somebody looks at it again")
    # A time of day is a date to Python.
    if not isinstance(expires, dt.date) or isinstance(expires, dt.datetime):
        raise DeviationError(f"{place}: expires = {str(expires)!r} is no date; write it as 2027-01-31, without quotes")
    clause = texts["clause"]
    if not any(fnmatchcase(name, clause) for name in clauses):
        raise DeviationError(
            f"{place}: clause = {clause!r}: no contract knows it{nearest(clause, clauses)}; correct it"
        )
    file = path.name if path.is_absolute() else path.as_posix()
    return Deviation(file, number, texts["case"], clause, remark(texts["reason"]), remark(texts["owner"]), expires)


def _check_keys(table: Mapping[str, Any], allowed: Sequence[str], place: str) -> None:
    for key in table:
        if key not in allowed:
            raise DeviationError(f"{place}: unknown key {key!r}{nearest(key, allowed)}; allowed: {', '.join(allowed)}")


def _text(table: Mapping[str, Any], key: str, place: str) -> str:
    value = table.get(key)
    if value is None:
        raise DeviationError(f"{place}: {key} is missing; add {key} = '…'")
    if not isinstance(value, str):
        raise DeviationError(f"{place}: {key} = {value!r} is no string; write it in quotes")
    if not value.strip():
        raise DeviationError(f"{place}: {key} is empty; write what it is")
    return value.strip()


# -- matching ------------------------------------------------------------------------------------------------------


def covering(deviations: Iterable[Deviation], case: str, clause: str, today: dt.date) -> Deviation | None:
    """The first entry that covers a finding of *clause* in *case*; an expired one covers nothing."""
    for entry in deviations:
        if today <= entry.expires and fnmatchcase(case, entry.case) and fnmatchcase(clause, entry.clause):
            return entry
    return None


def excuse(line: dict[str, Any], deviations: Sequence[Deviation], today: dt.date) -> dict[str, Any]:
    """
    *line* of ``run.jsonl`` with the entry beside each covered clause, and whether all that is false is covered.

    The verdict stays what it is: nothing is held because it is known not to.
    """
    for item in line["clauses"]:
        entry = covering(deviations, line["id"], item["clause"], today) if item["held"] is False else None
        if entry:
            written = entry.as_json()
            item["deviation"] = {key: written[key] for key in ("entry", "reason", "owner", "expires")}
    false = [item for item in line["clauses"] if item["held"] is False]
    line["excused"] = line["verdict"] == "fail" and all("deviation" in item for item in false)
    return line


def standings(
    deviations: Iterable[Deviation],
    lines: Mapping[str, Mapping[str, Any]],
    cases: Sequence[Asked],
    today: dt.date,
    *,
    partial: bool,
) -> list[Standing]:
    """
    What a run says of each entry.

    Args:
        lines: Lines of ``run.jsonl`` by case id.
        cases: Every case of the target, selected or not.
        partial: Whether some of them did not run: then an entry is out of date only where all its cases did.
    """
    return [_standing(entry, lines, cases, today, partial=partial) for entry in deviations]


def _standing(
    entry: Deviation, lines: Mapping[str, Mapping[str, Any]], cases: Sequence[Asked], today: dt.date, *, partial: bool
) -> Standing:
    named = [case.id for case in cases if entry.speaks_for(case)]
    answers = [_answers(entry, lines[name]) for name in named if name in lines]
    findings = sum(answer.count(False) for answer in answers)
    judged = sum(1 for answer in answers if answer)
    state: State = "met" if findings else "open"
    if entry.expires < today:
        state = "expired"
    elif not named and not partial:
        state = "unmatched"
    elif judged and not findings and (judged == len(named) or not partial):
        state = "gone"
    return Standing(entry.number, state, findings, judged, len(named))


def _answers(entry: Deviation, line: Mapping[str, Any]) -> list[bool]:
    """What *line* answers on the clauses *entry* names; nothing where none was examined."""
    held = [item["held"] for item in line["clauses"] if fnmatchcase(item["clause"], entry.clause)]
    if line["verdict"] == "observed" and NOTHING_CHANGED in line["observed"]["received"].split("; "):
        held.append(True)
    return [answer for answer in held if answer is not None]
