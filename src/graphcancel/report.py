"""
What a run says at its end: pure functions from `Part` to what every report shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphcancel.case import OF_A_USER
from graphcancel.disputes import NOT_LISTED
from graphcancel.run import Line, Part
from graphcancel.waivers import waiver

NOT_EXAMINED: Final = "not examined"


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


def gaps(part: Part) -> list[Missing]:
    """What a whole run should have judged and did not, but for what the target waives."""
    known = {planned["id"]: planned for planned in part.plan}
    families = {(planned["contract"], planned["route"]): planned["family"] for planned in part.plan}
    whole = [_with_unspoken(line, known) for line in part.cases]
    waived = part.header["waived"]
    return [
        gap for gap in unjudged(whole) if not waiver(waived, families.get((gap.contract, gap.route), ""), gap.clause)
    ]


def _with_unspoken(line: Line, plan: Mapping[str, Line]) -> Line:
    """*line* with the clauses that did not speak, as those of a user where an app acted, as not examined."""
    planned = plan.get(str(line.get("id")))
    spoken = {item["clause"] for item in line["clauses"]}
    silent = [name for name in planned["clauses"] if name in OF_A_USER and name not in spoken] if planned else []
    reason = "an app acted in the user's place, which says nothing of it"
    return {**line, "clauses": [*line["clauses"], *({"clause": n, "held": None, "reason": reason} for n in silent)]}


def idle_waivers(part: Part) -> list[tuple[str, int]]:
    """Each waiver that some case was judged in spite of, with the number of these cases."""
    families = {planned["id"]: planned["family"] for planned in part.plan}
    waived = part.header["waived"]
    found = Counter(
        name
        for line in part.cases
        for name in waived
        if any(
            item["held"] is not None and waiver({name: ""}, families[line["id"]], item["clause"])
            for item in line["clauses"]
        )
    )
    return [(name, found[name]) for name in waived if found[name]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    How much of one contract a run reached.

    Attributes:
        routes: Addressed routes called, of those its cases call; *cases* alike.
        verdicts: Cases of each verdict.
        gates: Whether its findings fail the run.
    """

    contract: str
    routes: tuple[int, int]
    cases: tuple[int, int]
    verdicts: Mapping[str, int]
    gates: bool


def coverage(part: Part) -> list[Coverage]:
    """Of each contract that a case of the run is about, how much of it was reached."""
    return [_covered(part, contract) for contract in part.contracts if contract in _ran(part)]


def _ran(part: Part) -> set[str]:
    return {line["contract"] for line in part.cases}


def _covered(part: Part, contract: str) -> Coverage:
    lines = [line for line in part.cases if line["contract"] == contract]
    planned = [item for item in part.plan if item["contract"] == contract]
    called = {(line["route"], line["addressing"]) for line in lines if line["exchanges"]}
    routes = {(item["route"], item["addressing"]) for item in planned}
    counts = Counter(line["verdict"] for line in lines)
    gates = any(line["gating"] for line in lines)
    return Coverage(contract, (len(called), len(routes)), (len(lines), len(planned)), counts, gates)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a clause held, of how often it was judged, and how often it was not examined."""

    held: int
    judged: int
    unexamined: int


def tallies(lines: Iterable[Line]) -> dict[tuple[str, str], Tally]:
    """Contract and clause to how it fared in *lines*."""
    answers: dict[tuple[str, str], Counter[bool | None]] = defaultdict(Counter)
    for line in lines:
        for item in line["clauses"]:
            answers[line["contract"], item["clause"]][item["held"]] += 1
    return {key: Tally(found[True], found[True] + found[False], found[None]) for key, found in answers.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """
    One of the values between which a dispute is.

    Attributes:
        clauses: Those that give it, as ``contract#clause``.
        state: ``followed`` where every judged clause that gives it held, ``not followed`` where none did, ``partly
            followed``, or `NOT_EXAMINED`.
    """

    value: str
    clauses: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Followed:
    """
    A dispute between pages with what a run says of it.

    Attributes:
        readings: Those that some page has; that one does not list a thing is no reading a service can follow.
        told_apart_by: What in a run tells them apart, in words.
        settled: What published evidence says.
    """

    id: str
    readings: tuple[Reading, ...]
    told_apart_by: str
    settled: str

    @property
    def examined(self) -> bool:
        """Whether the run says anything of it."""
        return any(reading.state != NOT_EXAMINED for reading in self.readings)


def readings(part: Part) -> list[Followed]:
    """
    For each dispute between pages, which reading the target follows: by the cases that were written for it.

    A text that is cut is no reading, and generated calls send many that may be.
    """
    return [
        Followed(
            dispute["id"],
            tuple(
                Reading(given["value"], tuple(given["clauses"]), _state(_outcomes(part, dispute["id"], given)))
                for given in dispute["readings"]
                if given["value"] != NOT_LISTED
            ),
            dispute["told_apart_by"],
            dispute["settled"],
        )
        for dispute in part.disputes
    ]


def _outcomes(part: Part, dispute: str, reading: Line) -> Counter[bool]:
    fact = dispute.split("/", 1)[-1]
    outcomes: Counter[bool] = Counter()
    for line in part.cases:
        if line.get("generated"):
            continue
        if fact.startswith("http-request.") and not _walks(line["route"], reading["value"], fact):
            continue
        for item in line["clauses"]:
            if item["held"] is not None and f"{line['contract']}#{item['clause']}" in reading["clauses"]:
                outcomes[item["held"]] += 1
    return outcomes


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


def errs(observed: Mapping[str, str | None]) -> bool:
    """Whether an observation shows an error of the server's own, or no answer at all."""
    return str(observed.get("received")).startswith(("5", "no answer"))


def reasons(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """Why cases are inconclusive, the most frequent first."""
    found = Counter(str(line.get("reason")) for line in lines if line["verdict"] == "inconclusive")
    return found.most_common()


def untested_clauses(part: Part) -> Iterator[tuple[str, str, str]]:
    """Contract, clause and reason for each clause no case judges: reported, never counted."""
    judged = {(planned["contract"], name) for planned in part.plan for name in planned["clauses"]}
    for contract, told in part.contracts.items():
        for name, clause in told["clauses"].items():
            if (contract, name) in judged:
                continue
            cloud = clause["cloud"]
            reason = clause["untestable"] or (
                f"the target is not in this cloud ({cloud})" if cloud else "no case of this run judges it"
            )
            yield contract, name, reason


def unshown(part: Part) -> list[tuple[str, str]]:
    """Contract and clause of what a whole run should have shown and no call of it could."""
    if part.partial:
        return []
    shown = {(line["contract"], item["clause"]) for line in part.cases for item in line["clauses"]}
    listed = dict.fromkeys((planned["contract"], name) for planned in part.plan for name in planned["clauses"])
    return [pair for pair in listed if pair not in shown]


@dataclass(frozen=True, slots=True)
class Left:
    """Cases that did not run, and why."""

    number: int
    why: str


def left_out(part: Part) -> list[Left]:
    """Cases that were not recorded, not selected or not reached."""
    unselected, unreached = not_run(part)
    found = (
        Left(beyond(part), "not on the recording"),
        Left(unselected, "not selected"),
        Left(unreached, "not reached"),
    )
    return [one for one in found if one.number]


def not_run(part: Part) -> tuple[int, int]:
    """How many planned cases were not selected, and how many were and were not reached."""
    selected = part.footer.get("selected")
    chosen = len(part.plan) if selected is None else min(selected, len(part.plan))
    # A plugin may run what was not selected, so fewer are left.
    return max(len(part.plan) - max(chosen, len(part.cases)), 0), max(chosen - len(part.cases), 0)


def beyond(part: Part) -> int:
    """How many cases there are that the recording does not hold; 0 where nothing is replayed."""
    return int(part.header.get("recording", {}).get("beyond", 0))
