"""
What was asserted in one run and is not in the next: the change that no failing case shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

from graphcancel.changes import Found, Item, Pair
from graphcancel.report import NOT_EXAMINED, Followed, readings
from graphcancel.run import Line
from graphcancel.standing_text import plural
from graphcancel.verdict import NO_CHECK

_NAMED: Final = 2


# -- clauses -------------------------------------------------------------------------------------------------------


def silenced(pair: Pair) -> Found:
    """Each clause that cases of both runs were judged on, and are no longer."""
    for (clause, kind), losses in _losses(pair).items():
        now = losses.of - losses.number
        text = f"{losses.extent}: {losses.why}"
        yield kind, Item(text, None, clause, f"judged in {losses.of}", f"judged in {now or 'none'}")
    for contract, clause in _clauses_gone(pair):
        yield "contracts", Item("the page has it no more; no case was ever judged on it", None, f"{contract}#{clause}")


def spoken(pair: Pair) -> Found:
    """Each clause that cases of both runs are judged on, and were not asserted before."""
    for (clause, kind), gains in _losses(Pair(pair.after, pair.before)).items():
        if kind == "unasserted":
            yield "new", Item(f"asserted {gains.extent}", None, clause, "not asserted", f"judged in {gains.of}")


class _Losses:
    """In which cases one clause is judged no more; *judged* counts those where it was, by contract."""

    def __init__(self, judged: Mapping[str, int]) -> None:
        self.judged = judged
        self.cases: dict[str, list[str]] = defaultdict(list)
        self.whys: Counter[str] = Counter()

    @property
    def why(self) -> str:
        """Why not, where for several reasons with the number of cases each is true of."""
        whys = self.whys.most_common()
        return whys[0][0] if len(whys) == 1 else "; ".join(f"{why} ({number})" for why, number in whys)

    @property
    def number(self) -> int:
        return sum(map(len, self.cases.values()))

    @property
    def of(self) -> int:
        return sum(self.judged[contract] for contract in self.cases)

    @property
    def extent(self) -> str:
        """How many of how many, of which contracts, and one of them."""
        share = f"{self.number} of {self.of} cases"
        if self.number == self.of:
            share = f"all {self.of} cases" if self.of > 1 else "the only case"
        first, *_ = next(iter(self.cases.values()))
        named = ", ".join([*self.cases][:_NAMED])
        more = f" and {plural(len(self.cases) - _NAMED, 'more contract')}" if len(self.cases) > _NAMED else ""
        return f"in {share} of {named}{more}, such as {first}"


def _losses(pair: Pair) -> dict[tuple[str, str], _Losses]:
    """By clause and kind of change, where it is judged no more."""
    judged: dict[str, Counter[str]] = defaultdict(Counter)
    found: dict[tuple[str, str], _Losses] = {}
    plan = {item["id"]: item["clauses"] for item in pair.after.plan}
    for before, after in pair.alike:
        contract, now = after["contract"], {item["clause"]: item for item in after["clauses"]}
        for clause in (item["clause"] for item in before["clauses"] if item["held"] is not None):
            judged[clause][contract] += 1
            if now.get(clause, {}).get("held") is None:
                kind, why = _why(pair, contract, clause, now.get(clause), listed=clause in plan.get(after["id"], ()))
                losses = found.setdefault((clause, kind), _Losses(judged[clause]))
                losses.cases[contract].append(after["id"])
                losses.whys[why] += 1
    return found


def _why(pair: Pair, contract: str, clause: str, item: Line | None, *, listed: bool) -> tuple[str, str]:
    """Which kind of silence it is that *clause* was not judged, and why it was not."""
    page = pair.after.contracts.get(contract, {"clauses": {}})["clauses"]
    if clause not in page:
        return "unasserted", "the page has no such clause any more"
    if item is None:
        untestable = page[clause]["untestable"]
        if untestable:
            return "unasserted", f"now called untestable: {untestable}"
        return "unasserted", "nothing spoke of it" if listed else "these cases list it no more"
    reason = item.get("reason") or "no reason is given"
    return "unasserted" if reason == NO_CHECK else "unexamined", reason


def _clauses_gone(pair: Pair) -> list[tuple[str, str]]:
    """Contract and clause of what a page has no more and no case of the run before was judged on."""
    judged = {(line["contract"], item["clause"]) for line in pair.before.cases for item in line["clauses"]}
    return [
        (contract, clause)
        for contract, told in pair.before.contracts.items()
        if contract in pair.after.contracts
        for clause in told["clauses"]
        if clause not in pair.after.contracts[contract]["clauses"] and (contract, clause) not in judged
    ]


# -- disputes ------------------------------------------------------------------------------------------------------


def reread(pair: Pair) -> Found:
    """Each dispute between pages of which another reading is followed, by the cases that both runs have."""
    then, now = ({dispute.id: dispute for dispute in readings(part)} for part in pair.restricted)
    for name in dict.fromkeys([*then, *now]):
        before, after = _states(then.get(name)), _states(now.get(name))
        for value in dict.fromkeys([*before, *after]):
            old, new = before.get(value), after.get(value)
            if old == new:
                continue
            text = f"{name}: {value}: {old or 'no such reading'} → {new or 'no such reading any more'}"
            yield _of_reading(old, new), Item(text, None, None, _told(value, old), _told(value, new))


def _of_reading(old: str | None, new: str | None) -> str:
    """Whether another reading is followed, one is seen for the first time, or pages came and went."""
    if old not in {None, NOT_EXAMINED}:
        return "readings"
    return "contracts" if new in {None, NOT_EXAMINED} else "new"


def _states(dispute: Followed | None) -> dict[str, str]:
    return {reading.value: reading.state for reading in dispute.readings} if dispute else {}


def _told(value: str, state: str | None) -> str | None:
    return f"{value} {state}" if state else None
