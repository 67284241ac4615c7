"""
Drift in words and as JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any, Final

from graphcancel.claims import HOME, SECTION, claims_of, section_at
from graphcancel.difference import Difference
from graphcancel.matching import Held
from graphcancel.printing import printable
from graphcancel.standing_text import plural

_REMARKS: Final = 20
"""Lines not understood that are shown one by one; `graphcancel read` shows all."""

_WIDEST: Final = 300


def as_json(helds: Sequence[Held]) -> dict[str, Any]:
    """All of *helds* as one object: each page with what it was held against, and every difference."""
    return {
        "pages": [_page(held) for held in helds],
        "differences": [difference.as_json() for held in helds for difference in held.differences],
    }


def _page(held: Held) -> dict[str, Any]:
    return {
        "place": held.page.place,
        "title": held.page.title,
        "version": held.page.version,
        "sha256": held.page.sha256,
        "contract": held.contract.id,
        "standing": held.contract.standing,
        "current": held.current and {"contract": held.current.contract.id, "differ": held.current.number},
        "same_bytes": held.same_bytes,
        "moved": held.moved,
        "remarks": [asdict(remark) for remark in held.page.remarks],
    }


def told(held: Held) -> Iterator[str]:
    """
    What a person reads of *held*, line by line: the outcome first, then each kind, then what was not understood.

    What a page holds may be long, and meant for the terminal rather than for its reader.
    """
    for line in _told(held):
        shown = printable(line[:_WIDEST])
        yield f"{shown}…" if len(line) > _WIDEST else shown


def _told(held: Held) -> Iterator[str]:
    where = f"{held.contract.standing}, {_file(held)}"
    yield f"{held.page.place}: held against {held.contract.id} ({where}): {_outcome(held)}"
    if held.current:
        number = held.current.number
        yield (
            f"  held against a {held.contract.standing} contract; the current one of this action and version is "
            f"{held.current.contract.id}, from which {plural(number, 'fact')} {'differs' if number == 1 else 'differ'}"
        )
    keys: dict[tuple[str, str], str] = {claim.fact.key: claim.key for claim in claims_of(held.contract)}
    for kind, group in groupby(held.differences, key=lambda difference: difference.kind):
        yield f"  {kind}"
        for difference in group:
            yield f"    {_sentence(difference)}"
            yield f"      {_place(difference, held, keys)}"
    yield from _not_understood(held)


def _file(held: Held) -> str:
    return f"contracts/{held.contract.id}.yaml"


def _outcome(held: Held) -> str:
    if held.moved:
        return f"{plural(held.number, 'fact')} moved"
    if held.same_bytes:
        return "the page read for this contract, byte for byte; no fact moved"
    return "no fact moved" if held.contract.sha256 is None else "the text changed, but no fact moved"


def _sentence(difference: Difference) -> str:
    name = f"{difference.about}: " if difference.about not in {"", difference.documented, difference.found} else ""
    match difference.change:
        case "added":
            return f"added    {name}{difference.found}"
        case "removed":
            return f"removed  {name}{difference.documented}"
        case _:
            return f"{difference.change}  {name}{difference.documented} → {difference.found}"


def _place(difference: Difference, held: Held, keys: Mapping[tuple[str, str], str]) -> str:
    """Where it stands on the page, if it does, and where the contract has it or would have it."""
    line = difference.place.removeprefix(held.page.place).lstrip(":")
    key = keys.get((difference.kind, difference.about), HOME[difference.kind])
    return f"{f'line {line}' if line else 'not on the page'}; {_file(held)}: {key}"


def _not_understood(held: Held) -> Iterator[str]:
    remarks = held.page.remarks
    if not remarks:
        return
    gone = any(difference.change == "removed" for difference in held.differences)
    why = "what is told as removed may stand there" if gone else "what they claim was not compared"
    yield f"  not understood: {plural(len(remarks), 'line')}; {why}"
    claimed = Counter(SECTION[claim.fact.kind] for claim in claims_of(held.contract) if claim.fact.kind in SECTION)
    for remark in remarks[:_REMARKS]:
        section = section_at(remark.line, held.page)
        number = claimed[section]
        beside = f" ({section}, where the contract has {plural(number, 'fact')})" if number else f" ({section})"
        yield f"    line {remark.line}{beside}: {remark.text}"
    if len(remarks) > _REMARKS:
        yield f"    and {len(remarks) - _REMARKS} more: graphcancel read shows them"
