"""
``report.html`` as values: everything it says, in the order in which it says it, without a word of HTML.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphcancel import report
from graphcancel.anchors import case_anchor, clause_anchor
from graphcancel.page_evidence import Group, evidence
from graphcancel.page_findings import (
    Broken,
    Finding,
    Link,
    Observation,
    Untested,
    errors,
    findings,
    observations,
    untested,
)
from graphcancel.page_matrix import Matrix, matrices
from graphcancel.page_words import SIGNS, Sign, Source, Verdict, duration, source, verdict, when
from graphcancel.run import VERDICTS, Line, Part, Run
from graphcancel.standing_text import Known, known_deviations, plural

_SHORT_HASH: Final = 12


@dataclass(frozen=True, slots=True)
class Change:
    """
    One thing that differs from the run compared with, told once for all cases in which it reads alike.

    Attributes:
        first: The first of these *cases*; without a word where it is about none.
    """

    text: str
    clause: str
    cases: int
    first: Link


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of one kind."""

    title: str
    items: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a run was compared with, in words, whether something moved, and what changed."""

    with_run: str
    moved: bool
    changes: tuple[Changes, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """
    One documentation page.

    Attributes:
        url: Where it can be read; empty where it has no address.
        text: Which state of its text the contract was made from.
        verdicts: A count for each verdict there is.
    """

    id: str
    page: str
    edition: str
    version: str
    standing: str
    url: str
    text: str
    counts: bool
    routes: str
    cases: str
    verdicts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a dispute: its value, who gives it, and what the target did."""

    value: str
    clauses: tuple[Link, ...]
    sign: Sign


@dataclass(frozen=True, slots=True)
class Dispute:
    """Where pages disagree, what the target did, what tells the readings apart, and what is published."""

    fact: str
    readings: tuple[Reading, ...]
    told_apart_by: str
    settled: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What a run did to the target, or where *replayed* would have done; *residue* is empty where nothing was left."""

    replayed: bool
    created: tuple[tuple[str, int], ...]
    removed: int
    cancelled: int
    mails: tuple[tuple[str, int], ...]
    residue: str
    requests: str


@dataclass(frozen=True, slots=True)
class PartView:
    """
    What a report says of one target.

    Attributes:
        prefix: Before every anchor; empty in a report about one target.
        facts: Scope, date, target and versions: a name and its value each.
    """

    prefix: str
    target: str
    verdict: Verdict
    source: Source
    facts: tuple[tuple[str, str], ...]
    contracts: tuple[Contract, ...]
    errors: tuple[Broken, ...]
    findings: tuple[Finding, ...]
    untested: tuple[Untested, ...]
    matrices: tuple[Matrix, ...]
    observations: tuple[Observation, ...]
    disputes: tuple[Dispute, ...]
    deviations: tuple[Known, ...]
    groups: tuple[Group, ...]
    effects: Effects
    tally: tuple[tuple[Sign, int], ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """A report; of several parts where *merged*."""

    title: str
    merged: bool
    verdict: Verdict
    facts: tuple[tuple[str, str], ...]
    compared: Compared | None
    parts: tuple[PartView, ...]


def view(run: Run) -> PageView:
    """Everything the report of *run* says."""
    merged = "parts" in run.header
    parts = tuple(_part(part, f"part-{number}-" if merged else "") for number, part in enumerate(run.parts, 1))
    facts = (
        ("Date", f"{when(run.header['started'])}, took {duration(run.header['started'], run.footer['ended'])}"),
        ("Targets", ", ".join(part.target for part in run.parts)),
        ("Suite", f"version {run.header['suite']}, merged with Python {run.header['python']}"),
    )
    return PageView(
        f"{run.target}, {run.header['started'][:10]}: cancel actions of Microsoft Graph",
        merged,
        verdict(run.parts, run.exits),
        facts if merged else parts[0].facts,
        _compared(run, parts),
        parts,
    )


def _part(part: Part, prefix: str) -> PartView:
    return PartView(
        prefix=prefix,
        target=part.target,
        verdict=verdict((part,), (part.footer["exit"], *part.footer["also"])),
        source=source(part),
        facts=_facts(part),
        contracts=_contracts(part),
        errors=errors(part, prefix),
        findings=findings(part, prefix),
        untested=untested(part, prefix),
        matrices=matrices(part, prefix),
        observations=observations(part, prefix),
        disputes=_disputes(part, prefix),
        deviations=tuple(known_deviations(part)),
        groups=evidence(part, prefix),
        effects=_effects(part),
        tally=tuple(
            (SIGNS[name], number)
            for name in VERDICTS
            if (number := sum(1 for line in part.cases if line["verdict"] == name))
        ),
    )


def _facts(part: Part) -> tuple[tuple[str, str], ...]:
    header, footer = part.header, part.footer
    versions = {told["version"] for told in part.contracts.values()} - {"both"}
    return (
        ("Scope", _scope(part)),
        ("Date", f"{when(header['started'])}, took {duration(header['started'], footer['ended'])}"),
        ("Target", f"{part.target} ({source(part).label})"),
        ("Cloud", _cloud(header)),
        ("Versions of the API", " and ".join(sorted(versions, reverse=True)) or "none"),
        ("Suite", f"version {header['suite']}, on Python {header['python']}; mark of this run: {header['run']}"),
    )


def _cloud(header: Line) -> str:
    if header["cloud"] is None:
        return "none: the target names no Microsoft cloud"
    return f"{header['cloud']}{'' if header['service'] else ', as the target says; not called at its address'}"


def _scope(part: Part) -> str:
    recording = part.header.get("recording") or {}
    beyond = recording.get("beyond", 0)
    one = len(part.plan) == 1
    every = "the only case" if one else f"all {len(part.plan)} cases"
    there = f"{every} there {'is' if one else 'are'} for this target"
    if beyond:
        there = f"{every} of the recording, which leaves out {plural(beyond, 'other')}"
    if not part.partial:
        return f"whole run: {there}"
    chosen = " ".join(part.header["selection"])
    why = f"selected by {chosen}" if chosen else "ended early, or narrowed by a plugin"
    return f"partial run: {len(part.cases)} of {plural(len(part.plan), 'case')}; {why}"


def _contracts(part: Part) -> tuple[Contract, ...]:
    covered = {row.contract: row for row in report.coverage(part)}
    found = []
    for name, told in part.contracts.items():
        row = covered.get(name)
        digest = f"; SHA-256 {told['sha256'][:_SHORT_HASH]}…" if told["sha256"] else "; known at second hand"
        found.append(
            Contract(
                name,
                told["page"],
                told["edition"],
                "v1.0 and beta" if told["version"] == "both" else told["version"],
                told["standing"],
                told["url"] if told["url"].startswith("https://") else "",
                told["revision"] + digest,
                name in part.header["gates"],
                f"{row.routes[0]} of {row.routes[1]}" if row else "none",
                f"{row.cases[0]} of {row.cases[1]}" if row else "none",
                tuple(row.verdicts.get(verdict_, 0) if row else 0 for verdict_ in VERDICTS),
            )
        )
    return tuple(found)


_STATES: Final = {
    "followed": Sign("✓", "followed", "held"),
    "partly followed": Sign("≈", "partly followed", "known"),
    "not followed": Sign("✗", "not followed", "lax"),
    report.NOT_EXAMINED: Sign("?", report.NOT_EXAMINED, "open"),
}


def _disputes(part: Part, prefix: str) -> tuple[Dispute, ...]:
    return tuple(
        Dispute(
            followed.id,
            tuple(
                Reading(
                    reading.value,
                    tuple(_clause_link(clause, prefix) for clause in reading.clauses),
                    _STATES[reading.state],
                )
                for reading in followed.readings
            ),
            followed.told_apart_by,
            followed.settled,
        )
        for followed in sorted(report.readings(part), key=lambda one: not one.examined)
    )


def _clause_link(name: str, prefix: str) -> Link:
    contract, _, clause = name.partition("#")
    return Link(contract, clause_anchor(contract, clause, prefix))


def _effects(part: Part) -> Effects:
    footer = part.footer
    accepted = [
        exchange
        for line in part.cases
        for exchange in line["exchanges"]
        if exchange["method"] == "POST" and exchange["status"] is not None and exchange["status"] // 100 == 2  # noqa: PLR2004
    ]
    average = footer["requests"] / max(1, len(part.cases))
    return Effects(
        part.header["origin"].startswith("recording"),
        tuple(footer["created"].items()),
        footer["removed"],
        len(accepted),
        tuple(footer["mails"].items()),
        footer["residue"] or "",
        f"{plural(footer['requests'], 'request')}, {average:.1f} per case, {footer['writes']} writes in them",
    )


def _compared(run: Run, parts: tuple[PartView, ...]) -> Compared | None:
    told = run.compared
    if told is None:
        return None
    anchors = {
        line["id"]: case_anchor(line["id"], shown.prefix)
        for part, shown in reversed(list(zip(run.parts, parts, strict=True)))
        for line in part.cases
    }
    other = told["with"]
    return Compared(
        f"run {other['run']} of {other['target']}, {when(other['started'])}, {plural(other['cases'], 'case')}, "
        f"judged by suite {other['suite']}",
        told["moved"],
        tuple(
            Changes(change["title"], tuple(_alike(change["items"], anchors)))
            for change in told["changes"]
            if change["items"]
        ),
    )


def _alike(items: Iterable[Line], anchors: Mapping[str, str]) -> Iterator[Change]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        found[item["text"], item["clause"] or ""].append(item["case"] or "")
    for (text, clause), cases in found.items():
        yield Change(text, clause, len(cases), Link(cases[0], anchors.get(cases[0], "")))
