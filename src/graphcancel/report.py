"""
What a run says at its end: pure functions from the lines of ``run.jsonl`` to text and tables.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table

from graphcancel.story import OF_A_USER
from graphcancel.waivers import waiver

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.contract import Contract
    from graphcancel.disputes import Dispute

_ABBREVIATED: Final = {"observed": "obs.", "inconclusive": "inc."}
NOT_EXAMINED: Final = "not examined"
VERDICTS: Final = ("pass", "fail", "observed", "inconclusive", "error")
Line = Mapping[str, Any]


def explain(line: Line, contracts: Mapping[str, Contract], see_again: str) -> str:
    """
    One finding as a person reads it: documented before received, the clause, the way to see it again.

    Args:
        see_again: The pytest options that select this target.
    """
    contract = contracts[line["contract"]]
    parts = [str(line["id"])]
    for item in line["clauses"]:
        if item["held"] is not False:
            continue
        clause = contract.clauses[item["clause"]]
        parts.append(f"  {_short(clause.id)}: documented {item['documented']}, received {item['received']}")
        says = "" if item["documented"] == clause.says else f": {clause.says}"
        parts.append(f"  clause {clause.id} (heading {clause.heading}){says}")
        if "deviation" in item:
            parts.append(f"  known deviation: {_known(item['deviation'])}")
    if line.get("reason"):
        parts.append(f"  {line['verdict']}: {line['reason']}")
    parts.append(f"  see again: pytest{see_again} -k {line['id']}")
    if line.get("curl") and line["verdict"] == "fail":
        parts.append(f"  by hand: {line['curl']}")
    return "\n".join(parts)


def excuses(line: Line) -> str:
    """The findings of a case that does not fail the run, on one line, with the known deviation that covers each."""
    return "; ".join(
        f"{item['clause']}: documented {item['documented']}, received {item['received']}"
        + (f": known deviation, {_known(item['deviation'])}" if "deviation" in item else "")
        for item in line["clauses"]
        if item["held"] is False
    )


def _known(deviation: Mapping[str, Any]) -> str:
    return f"{deviation['reason']} (owner {deviation['owner']}, until {deviation['expires']})"


def _short(clause: str) -> str:
    return clause.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Missing:
    """A gating clause on an addressed route that no case of the run judged."""

    contract: str
    clause: str
    route: str
    addressing: str
    reason: str


def unjudged(lines: Iterable[Line]) -> list[Missing]:
    """
    Pairs of gating clause and addressed route that had cases and got no judgement: true or false, once, is enough.
    """
    judged: set[tuple[str, str, str, str]] = set()
    open_: dict[tuple[str, str, str, str], str] = {}
    for line in lines:
        if not line["gating"]:
            continue
        for item in line["clauses"]:
            key = (line["contract"], item["clause"], line["route"], line["addressing"])
            if item["held"] is None:
                open_.setdefault(key, str(item.get("reason") or line.get("reason") or "not examined"))
            else:
                judged.add(key)
    return [Missing(*key, reason) for key, reason in open_.items() if key not in judged]


def gaps(lines: Iterable[Line], cases: Iterable[Case], waived: Mapping[str, str]) -> list[Missing]:
    """What a whole run should have judged and did not, but for what the target waives."""
    known = {case.id: case for case in cases}
    families = {(case.contract, case.path): case.family for case in known.values()}
    whole = [_with_unspoken(line, known) for line in lines]
    return [
        gap for gap in unjudged(whole) if not waiver(waived, families.get((gap.contract, gap.route), ""), gap.clause)
    ]


def _with_unspoken(line: Line, cases: Mapping[str, Case]) -> Line:
    """*line* with the clauses that did not speak, as those of a user where an app acted, as not examined."""
    case = cases.get(str(line.get("id")))
    spoken = {item["clause"] for item in line["clauses"]}
    silent = [name for name in case.clauses if name in OF_A_USER and name not in spoken] if case else []
    reason = "an app acted in the user's place, which says nothing of it"
    return {**line, "clauses": [*line["clauses"], *({"clause": n, "held": None, "reason": reason} for n in silent)]}


def idle_waivers(lines: Sequence[Line], cases: Sequence[Case], waived: Mapping[str, str]) -> list[tuple[str, int]]:
    """Each waiver that some case was judged in spite of, with the number of these cases."""
    families = {case.id: case.family for case in cases}
    found = Counter(
        name
        for line in lines
        for name in waived
        if any(
            item["held"] is not None and waiver({name: ""}, families[line["id"]], item["clause"])
            for item in line["clauses"]
        )
    )
    return [(name, found[name]) for name in waived if found[name]]


def coverage_table(
    lines: Sequence[Line], cases: Sequence[Case], contracts: Sequence[Contract], *, narrow: bool = False
) -> Table:
    """
    Contract × (routes, cases, verdicts).

    Routes are those called of those its cases call; cases are those of this run of those there are.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("contract", no_wrap=True)
    for name in ("routes", "cases", *VERDICTS):
        table.add_column(_ABBREVIATED.get(name, name) if narrow else name, justify="right", no_wrap=True)
    for number, contract in enumerate(contracts, 1):
        of_it = [line for line in lines if line["contract"] == contract.id]
        known = [case for case in cases if case.contract == contract.id]
        called = {(line["route"], line["addressing"]) for line in of_it if line["exchanges"]}
        routes = {(case.path, case.addressing) for case in known}
        counts = Counter(line["verdict"] for line in of_it)
        table.add_row(
            f"{number} {contract.id}",
            f"{len(called)}/{len(routes)}",
            f"{len(of_it)}/{len(known)}",
            *(_count(name, counts[name]) for name in VERDICTS),
        )
    total = Counter(line["verdict"] for line in lines)
    table.add_section()
    table.add_row("  all", "", f"{len(lines)}/{len(cases)}", *(_count(name, total[name]) for name in VERDICTS))
    return table


def _count(name: str, number: int) -> str:
    style = {"pass": "green", "fail": "red", "error": "red", "inconclusive": "yellow"}.get(name)
    return f"[{style}]{number}[/]" if style and number else str(number)


def clause_table(lines: Sequence[Line], contracts: Sequence[Contract]) -> Table:
    """Clause × contract: how often it held, *held/judged* where it did not always, *?* where it was never examined."""
    held: Counter[tuple[str, str]] = Counter()
    judged: Counter[tuple[str, str]] = Counter()
    open_: Counter[tuple[str, str]] = Counter()
    for line in lines:
        for item in line["clauses"]:
            key = (line["contract"], item["clause"])
            held[key] += item["held"] is True
            judged[key] += item["held"] is not None
            open_[key] += item["held"] is None
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("clause held in", no_wrap=True)
    for number in range(1, len(contracts) + 1):
        table.add_column(f"({number})", justify="right", no_wrap=True)
    for clause in sorted({clause for _, clause in {*judged, *open_}}):
        keys = [(contract.id, clause) for contract in contracts]
        table.add_row(clause, *(_cell(held[key], judged[key], open_[key]) for key in keys))
    return table


def _cell(held: int, judged: int, open_: int) -> str:
    if held < judged:
        return f"[red]{held}/{judged}[/]"
    if judged:
        return str(held)
    return "[yellow]?[/]" if open_ else ""


def readings(lines: Sequence[Line], disputes: Sequence[Dispute]) -> list[tuple[str, list[tuple[str, str]]]]:
    """
    For each dispute between pages, each reading with what this run says of it.

    A reading is *followed* where every judged clause that gives it held, *not followed* where none did.
    """
    result = []
    for dispute in disputes:
        fact = dispute.id.split("/", 1)[-1]
        states = []
        for reading in dispute.readings:
            outcomes: Counter[bool] = Counter()
            for line in lines:
                if fact.startswith("http-request.") and not _walks(line["route"], reading.value, fact):
                    continue
                for item in line["clauses"]:
                    if item["held"] is not None and f"{line['contract']}#{item['clause']}" in reading.clauses:
                        outcomes[item["held"]] += 1
            states.append((reading.value, _state(outcomes)))
        result.append((dispute.id, states))
    return result


def _walks(route: str, value: str, fact: str) -> bool:
    segments = route.split("/")
    if fact == "http-request.base":
        return route.startswith(value + "/")
    return any(spelling.strip() in segments for spelling in value.split(","))


def _state(outcomes: Counter[bool]) -> str:
    if not outcomes:
        return NOT_EXAMINED
    if not outcomes[False]:
        return "followed"
    return "partly followed" if outcomes[True] else "not followed"


def differs(observed: Mapping[str, str | None]) -> bool:
    """Whether an observation shows another status than the one on record, where one is."""
    expected = str(observed.get("expected") or "")
    return expected[:3].isdecimal() and not str(observed.get("received")).startswith(expected[:3])


def reasons(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """Why cases are inconclusive, the most frequent first."""
    found = Counter(str(line.get("reason")) for line in lines if line["verdict"] == "inconclusive")
    return found.most_common()


def rendered(table: Table, width: int, *, color: bool) -> str:
    """*table* as text for a terminal of *width* columns."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(width, 60),
        force_terminal=color,
        no_color=not color,
        highlight=False,
        legacy_windows=False,
    )
    console.print(table)
    return buffer.getvalue().rstrip("\n")


def untested_clauses(contracts: Sequence[Contract], cases: Sequence[Case]) -> Iterator[tuple[str, str, str]]:
    """Contract, clause and reason for each clause no case judges: reported, never counted."""
    judged = {(case.contract, name) for case in cases for name in case.clauses}
    for contract in contracts:
        for clause in contract.clauses.values():
            if (contract.id, clause.id) in judged:
                continue
            reason = clause.untestable or (
                f"the target is not in this cloud ({clause.cloud})" if clause.cloud else "no case of this run judges it"
            )
            yield contract.id, clause.id, reason
