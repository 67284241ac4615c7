"""
Cases that two runs judged differently, and cases that only one of them has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graphcancel.changes import Found, Item, Pair
from graphcancel.report import beyond, not_run
from graphcancel.run import Line, Part
from graphcancel.standing_text import known_deviation, plural

_GREEN: Final = frozenset({"pass", "observed"})
_STOPS: Final = ("-x", "--maxfail")
# What these choose depends on the runs before.
_BY_HISTORY: Final = ("--lf", "--stepwise")


# -- cases of both runs --------------------------------------------------------------------------------------------


def moves(pair: Pair) -> Found:
    """Each case whose verdict, or whose finding, is another one."""
    for before, after in pair.common:
        kind = _kind(before, after)
        then, now = _standing(before), _standing(after)
        if kind:
            text = f"{then} → {now}: {_differently_judged(before, after)}"
            yield kind, Item(text, after["id"], None, then, now)
        elif before["excused"] != after["excused"]:
            text = f"{then} → {now}: {_covered(after) or _covered(before)}"
            yield "excused", Item(text, after["id"], None, then, now)


def _kind(before: Line, after: Line) -> str | None:
    then, now = before["verdict"], after["verdict"]
    if (then in _GREEN and now not in _GREEN) or (then, now) == ("pass", "observed"):
        return "off-pass"
    lost = _newly_false(before, after)
    if any(held for _, held in lost):
        return "further"
    if lost or (then != now and now == "error"):
        return "found"
    if (now in _GREEN and then != now) or _no_longer_false(before, after):
        return "better"
    return "otherwise" if then != now else None


def _newly_false(before: Line, after: Line) -> list[tuple[Line, bool]]:
    """The clauses that do not hold now and were no finding before, each with whether it held then."""
    then = {item["clause"]: item["held"] for item in before["clauses"]}
    return [
        (item, then.get(item["clause"]) is True)
        for item in after["clauses"]
        if item["held"] is False and then.get(item["clause"]) is not False
    ]


def _no_longer_false(before: Line, after: Line) -> list[Line]:
    now = {item["clause"]: item["held"] for item in after["clauses"]}
    return [item for item in before["clauses"] if item["held"] is False and now.get(item["clause"]) is True]


def _standing(line: Line) -> str:
    return f"{line['verdict']} (known)" if line["excused"] else str(line["verdict"])


def _differently_judged(before: Line, after: Line) -> str:
    """Which clauses moved, what is documented and what was received in both runs; else the reason."""
    then = {item["clause"]: item for item in before["clauses"]}
    told = [
        f"{item['clause']}: documented {item['documented']}, received {item['received']}, "
        f"before {_answer(then.get(item['clause']))}"
        for item, _ in _newly_false(before, after)
    ]
    now = {item["clause"]: item for item in after["clauses"]}
    told += [
        f"{item['clause']}: holds, received {now[item['clause']]['received']}, before {item['received']}"
        for item in _no_longer_false(before, after)
    ]
    if after["verdict"] in {"inconclusive", "error"} and after["reason"]:
        told.append(str(after["reason"]))
    if not told and before["reason"]:
        told.append(f"before: {before['reason']}")
    if not told and after["verdict"] == "observed":
        told.append("no clause speaks of it any more")
    if after["excused"]:
        told.append(_covered(after))
    return "; ".join(told) or "no clause says why"


def _answer(item: Line | None) -> str:
    if item is None:
        return "not asserted"
    if item["held"] is None:
        return f"not examined ({item.get('reason') or 'no reason given'})"
    return str(item["received"])


def _covered(line: Line) -> str:
    """Which known deviation covers a finding; nothing where none does."""
    known = next((item["deviation"] for item in line["clauses"] if "deviation" in item), None)
    return f"known deviation: {known_deviation(known)}" if known else ""


# -- cases of one run ----------------------------------------------------------------------------------------------


def gone(pair: Pair) -> Found:
    """The cases of the run before that the later one lacks, by why it does."""
    before, after = pair.before, pair.after
    have = set(after.by_id)
    planned = {item["id"] for item in after.plan}
    lost = [line for line in before.cases if line["id"] not in have | planned]
    # What the recording of the run before did not hold either explains no loss.
    if lost and len(lost) <= beyond(after) - beyond(before):
        yield "left-out", Item(f"{plural(len(lost), 'case')} not on the recording, such as {lost[0]['id']}")
    else:
        for line in lost:
            why = "" if line["contract"] in after.contracts else f": the run has no contract {line['contract']}"
            yield "vanished", Item(f"no longer in the suite{why}", line["id"], None, line["verdict"], None)
    missing = [line for line in before.cases if line["id"] in planned - have]
    if missing:
        yield from _missing(pair, missing)


def _missing(pair: Pair, missing: Sequence[Line]) -> Found:
    """Cases that the later run planned and did not run."""
    after = pair.after
    unselected, unreached = not_run(after)
    stopped = any(option.startswith(_STOPS) for option in after.header["selection"])
    narrowed = _narrowed_otherwise(pair.before, after)
    whys = [
        *(["not selected"] if unselected else []),
        *(["not reached: the run was stopped before" if stopped else "not reached"] if unreached else []),
    ]
    why = " or ".join(whys) or "not run"
    if (not unselected or narrowed) and (not unreached or stopped):
        yield "left-out", Item(f"{plural(len(missing), 'case')} {why}, such as {missing[0]['id']}")
        return
    kind = "unreached" if unreached and not stopped else "unasked"
    for line in missing:
        yield kind, Item(why, line["id"], None, line["verdict"], None)


def _narrowed_otherwise(before: Part, after: Part) -> bool:
    """Whether options chose the cases of *after*, other than they did before: then silence was asked for."""
    then, now = (
        [option for option in part.header["selection"] if not option.startswith(_STOPS)] for part in (before, after)
    )
    return bool(now) and (then != now or any(option.startswith(_BY_HISTORY) for option in now))


def fresh(pair: Pair) -> Found:
    """The cases that the later run has and the one before had not."""
    then = set(pair.before.by_id)
    planned = {item["id"] for item in pair.before.plan}
    idle = [line["id"] for line in pair.after.cases if line["id"] in planned - then]
    if idle:
        yield "left-out", Item(f"{plural(len(idle), 'case')} did not run before, such as {idle[0]}")
    for line in pair.after.cases:
        if line["id"] not in then | planned:
            yield "new", Item("a new case", line["id"], None, None, line["verdict"])
