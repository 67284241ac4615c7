"""
The table of a proof that a document publishes, between two marks, and whether what stands there is still so.

It holds counts and no time, so that only what the suite finds changes it. Its first mark carries a digest of what it is
about: a change of the catalogue or of the contracts' clauses is seen without running anything.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from graphcancel.combining import paired, pairs
from graphcancel.contract import Contract
from graphcancel.errors import GraphCancelError
from graphcancel.onfile import write_whole
from graphcancel.proof import KILLED, NO_VERDICT, OTHERWISE, SURVIVED, Result, differing, summary
from graphcancel.redundancy import Weight
from graphcancel.subjects import FAULT, VARIATION, Subject

AGAIN: Final = "graphcancel prove --table"
"""The command that makes a table anew, but for the document's name."""

_BETWEEN: Final = re.compile(r"<!-- proof(?: ([0-9a-f]{12}),)?[^>]*-->\n.*?<!-- end of proof -->", re.DOTALL)


def digest(subjects: Iterable[Subject], contracts: Iterable[Contract]) -> str:
    """What a table is about, as 12 hexadecimal digits: all the catalogue says, and the clauses there are."""
    about = [
        [asdict(subject) for subject in subjects],
        {contract.id: sorted(contract.clauses) for contract in contracts},
    ]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:12]


def published(path: Path) -> tuple[str, str]:
    """
    The text between the marks of *path*, marks included, and the digest in them.

    Raises:
        GraphCancelError: It cannot be read, or has no such marks, or several.
    """
    try:
        found = list(_BETWEEN.finditer(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        raise GraphCancelError(f"{path}: cannot be read; name a document of this project") from None
    if len(found) != 1:
        raise GraphCancelError(
            f"{path}: holds {len(found)} tables of a proof; put <!-- proof --> and <!-- end of proof --> on lines of"
            " their own where the one is to stand"
        )
    return found[0][0], found[0][1] or ""


def publish(path: Path, text: str) -> None:
    """Put *text* between the marks of *path*, in the place of what stands there."""
    old, _ = published(path)
    write_whole(path, path.read_text(encoding="utf-8").replace(old, text))


def rendered(
    subjects: Sequence[Subject],
    contracts: Iterable[Contract],
    results: Sequence[Result],
    drawn: Sequence[Result],
    weights: Sequence[Weight],
) -> str:
    """
    The table, marks included.

    Args:
        subjects: The whole catalogue, combinations included.
        results: Those of each of *subjects*.
        drawn: Results of every case for the subjects drawn to be run so as well.

    Raises:
        GraphCancelError: Something was left without a verdict, so there is nothing to publish.
    """
    unknown = [result.name for result in results if result.outcome == NO_VERDICT]
    if unknown:
        raise GraphCancelError(f"{unknown[0]}: no verdict, so no table; run graphcancel prove again")
    lines = [
        f"<!-- proof {digest(subjects, contracts)}, made by: {AGAIN} FILE -->",
        *_faults(subjects, {result.name: result for result in results}),
        "",
        *_others(subjects, results),
        "",
        _full(results, drawn),
        "",
        _clauses(weights),
        "<!-- end of proof -->",
    ]
    return "\n".join(lines)


def _faults(subjects: Sequence[Subject], results: Mapping[str, Result]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for subject in subjects:
        if subject.kind == FAULT:
            groups.setdefault(subject.group, []).append(results[subject.name].outcome)
    groups["**all**"] = [outcome for outcomes in groups.values() for outcome in outcomes]
    return [
        "| planted faults, by what they break | faults | killed by the named clause | killed otherwise | survived |",
        "|---|---|---|---|---|",
        *(
            _row(group, len(outcomes), *(outcomes.count(kind) for kind in (KILLED, OTHERWISE, SURVIVED)))
            for group, outcomes in groups.items()
        ),
    ]


def _others(subjects: Sequence[Subject], results: Sequence[Result]) -> list[str]:
    counted = summary(results)
    together, possible = len(paired(subjects)), len(pairs([one for one in subjects if one.kind == VARIATION]))
    return [
        "| services without a fault | services | false alarms | blind | fooled |",
        "|---|---|---|---|---|",
        _row("different, but right", counted["variations"], counted["false_alarms"], counted["blind"], "–"),
        _row(
            f"several differences at once, {together} of {possible} pairs",
            counted["combinations"], counted["false_alarms_combined"], counted["blind_combined"], "–",
        ),
        _row("always the same answer", counted["constants"], "–", "–", counted["fooled"]),
    ]  # fmt: skip


def _full(results: Sequence[Result], drawn: Sequence[Result]) -> str:
    same = sum(1 for _, texts in differing(results, drawn) if not texts)
    return (
        f"Of these services {len(drawn)}, drawn anew with each change, are also run with every case instead of those "
        f"chosen for them: the same outcome for {same}."
    )


def _clauses(weights: Sequence[Weight]) -> str:
    redundant = [f"`{weight.clause}`" for weight in weights if weight.redundant]
    needed = sum(1 for weight in weights if weight.needed_by)
    text = f"Of {len(weights)} clauses, {needed} find a fault that no other finds."
    if redundant:
        text += f" The check of one of these could go, and each fault would still be found: {', '.join(redundant)}."
    return text


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
