"""
One case told in full: what its clauses say, what was sent, what came, what would satisfy them, what other pages say.

A function of a `Part`, line by line. Where nothing was run there is a part without cases: then only what the contracts
say of the case is told.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from graphcancel.by_hand import broken_up, variables
from graphcancel.call_text import again, call_in_words, calls_in_words
from graphcancel.finding_text import headline, is_quotation
from graphcancel.printing import printable
from graphcancel.remedies import remedy
from graphcancel.report import NOT_EXAMINED, readings
from graphcancel.run import Line, Part, weight
from graphcancel.standing_text import known_deviation
from graphcancel.summary import ORIGINS

_WIDTH: Final = 116
_LABEL: Final = 14
_STATUS: Final = re.compile(r"\d{3}\b")
_WORDS: Final = {True: "holds", False: "does not hold", None: NOT_EXAMINED}
_STYLES: Final = {True: "green", False: "red", None: "yellow"}
_EFFECTS: Final = ("effect.", "occurrence.")


@dataclass(frozen=True, slots=True)
class Told:
    """A line, and how a terminal with colours shows it (a style of rich)."""

    text: str
    style: str = ""


def explained(part: Part, case: str, run: str | None) -> Iterator[Told]:
    """
    Everything *part* says of *case*.

    Args:
        case: The id of one in the part's plan.
        run: Where the run lies, as it is shown; None where there is none.
    """
    for told in _explained(part, case, run):
        yield Told(printable(told.text), told.style)


def _explained(part: Part, case: str, run: str | None) -> Iterator[Told]:
    planned = next(planned for planned in part.plan if planned["id"] == case)
    line = part.by_id.get(case)
    told = line or _of_plan(planned)
    yield Told(case, "bold")
    yield from _outcome(part, line, run)
    yield from _titled("what the clauses say", _clauses(part, told, ran=line is not None))
    yield from _titled("what was sent, and what came", _exchanges(told))
    yield from _titled("what other pages say", _elsewhere(part, told))
    yield from _titled("to see it again", _again(part, told))


def _of_plan(planned: Line) -> Line:
    """A case that did not run, as a line of one that did."""
    _, _, actor, body, *circumstance = planned["id"].split("/")
    clauses = [{"clause": name, "held": None} for name in planned["clauses"]]
    coordinates = {"actor": actor, "body": body, "circumstance": circumstance[0] if circumstance else None}
    return {**planned, **coordinates, "clauses": clauses, "exchanges": []}


def _titled(title: str, lines: Iterator[Told]) -> Iterator[Told]:
    first = next(lines, None)
    if first is not None:
        yield from (Told(""), Told(title, "bold"))
        yield from chain([first], lines)


def _put(label: str, text: str, style: str = "") -> Iterator[Told]:
    """*text* under a label, wrapped under itself."""
    for number, line in enumerate(_wrapped(text, _WIDTH - _LABEL) or [""]):
        yield Told(f"  {'' if number else label:<{_LABEL}}{line}", style)


def _wrapped(text: str, width: int) -> list[str]:
    """*text* as lines that break between words alone: an id or a path is copied whole."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


# -- what became of it ---------------------------------------------------------------------------------------------


def _outcome(part: Part, line: Line | None, run: str | None) -> Iterator[Told]:
    if run is None:
        yield Told("no run below runs/ holds it: this is what the contracts say of it", "yellow")
        return
    if line is None:
        yield Told(f"it did not run in {run}: this is what the contracts said of it then", "yellow")
        return
    gates = "" if line["verdict"] != "fail" else _CONSEQUENCES[weight(line)]
    yield Told(f"{line['verdict']}{gates}", {"pass": "green", "fail": "red"}.get(line["verdict"], "yellow"))
    if line["verdict"] == "fail":
        yield from (Told(text) for text in _wrapped(headline(line, part.contracts), _WIDTH))
    elif line["reason"]:
        yield Told(f"because {line['reason']}")
        if advice := remedy(line["reason"]):
            yield Told(f"remedy: {advice}")
    elif seen := line.get("observed"):
        expected = seen["expected"] or "nothing"
        yield Told(f"no clause speaks of it: on record is {expected} ({seen['mark']}), received {seen['received']}")
    if calls := calls_in_words(line):
        yield Told(f"generated: {calls}")
    if line.get("lag_s"):
        yield Told(f"the last effect showed {line['lag_s']} s after the call")
    yield Told(f"run {run} of {part.header['started']}, target {part.target}: {ORIGINS[line['origin']]}", "dim")


_CONSEQUENCES: Final = {
    "fail": ", which fails the run",
    "known": ", known, so it does not fail the run",
    "lax": ", which does not fail the run",
}


# -- clauses -------------------------------------------------------------------------------------------------------


def _clauses(part: Part, line: Line, *, ran: bool) -> Iterator[Told]:
    contract = part.contracts[line["contract"]]
    for item in sorted(line["clauses"], key=lambda item: item["held"] is not False):
        clause = contract["clauses"][item["clause"]]
        says = f"{item['clause']} (heading {clause['heading']}): {clause['says']}"
        yield from _put(_WORDS[item["held"]] if ran else "", says, _STYLES[item["held"]] if ran else "")
        if not ran:
            continue
        if item["held"] is None:
            yield from _put("", f"because {item.get('reason') or line['reason']}")
            continue
        if item["documented"] != clause["says"] or not item["held"]:
            yield from _put("", f"documented {item['documented']}, received {item['received']}")
        if not item["held"]:
            yield from _put("", f"would satisfy it: {satisfying(item, clause)}")
        if item.get("late_s") is not None:
            yield from _put("", f"it came late, {item['late_s']} s after the call")
        if "deviation" in item:
            yield from _put("", f"known deviation: {known_deviation(item['deviation'])}")
    if not line["clauses"]:
        yield from _put("", f"none speaks of {call_in_words(line).removesuffix(',')}")


def satisfying(item: Line, clause: Line) -> str:
    """What would make a *clause* hold that does not, from what it documents and what was received."""
    documented, received = str(item["documented"]), str(item["received"])
    if documented.isdecimal():
        return f"an answer with the number {documented}; its phrase says nothing"
    if is_quotation(item, clause):
        return f"the words “{documented}”, to the letter"
    if _STATUS.match(received):
        return f"another answer than {received}, so that this is true: {documented}"
    if item["clause"].startswith(_EFFECTS):
        return f"a look before the deadline of the target's patience that shows it: {documented}"
    return f"that it is so: {documented}"


# -- what was sent -------------------------------------------------------------------------------------------------


def _exchanges(line: Line) -> Iterator[Told]:
    for call in line["exchanges"]:
        yield from _put("sent", f"{call['method']} {call['url']}")
        yield from _message(call.get("request") or {})
        if call.get("failure"):
            yield from _put("came", f"no answer: {call['failure']} ({call['ms']} ms)", "red")
            continue
        yield from _put("came", f"{call['status']} ({call['ms']} ms)")
        if call["request_id"]:
            yield from _put("", f"request-id: {call['request_id']}")
        yield from _message(call.get("response") or {})


def _message(message: Mapping[str, object]) -> Iterator[Told]:
    headers = message.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        yield from _put("", f"{name}: {value}")
    if message:
        yield from _put("", str(message["body"]) or "no body")


# -- other pages ---------------------------------------------------------------------------------------------------


def _elsewhere(part: Part, line: Line) -> Iterator[Told]:
    """The same clauses on other pages of the action where they say something else, and the disputes about them."""
    own = part.contracts[line["contract"]]
    broken = {item["clause"] for item in line["clauses"] if item["held"] is False}
    asked = broken or {item["clause"] for item in line["clauses"]}
    for name in dict.fromkeys(item["clause"] for item in line["clauses"] if item["clause"] in asked):
        says = {
            contract: told["clauses"][name]["says"]
            for contract, told in part.contracts.items()
            if contract != line["contract"] and told["action"] == own["action"] and name in told["clauses"]
        }
        alike = [contract for contract, words in says.items() if words == own["clauses"][name]["says"]]
        if alike and name in broken:
            yield from _put("", f"{name}: {', '.join(alike)} say{'s' * (len(alike) == 1)} the same")
        for contract, words in says.items():
            if contract not in alike:
                yield from _put("", f"{name}: {contract} ({part.contracts[contract]['standing']}) says: {words}")
    mine = {f"{line['contract']}#{name}" for name in asked}
    for dispute in readings(part):
        if any(mine & set(reading.clauses) for reading in dispute.readings):
            told_apart = "; ".join(f"{one.value} ({_pages(one.clauses)}) {one.state}" for one in dispute.readings)
            yield from _put("dispute", f"{dispute.id}: {told_apart}")
            yield from _put("", f"published evidence: {dispute.settled}")


def _pages(clauses: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(name.partition("#")[0] for name in clauses))


# -- again ---------------------------------------------------------------------------------------------------------


def _again(part: Part, line: Line) -> Iterator[Told]:
    recording = part.header.get("recording")
    target = f" --target=replay:{recording['name']}" if recording else " --target=…"
    if part.header.get("origin", "mock") == "mock":
        target = ""
    yield Told(f"  {'in the suite':<{_LABEL}}{again(line, target)}")
    if not line.get("curl"):
        return
    for number, piece in enumerate(broken_up(line["curl"])):
        yield Told(f"  {'  ' if number else 'by hand':<{_LABEL}}{'  ' * bool(number)}{piece}")
    for name, meaning in variables(line).items():
        yield from _put("", f"{name}: {meaning}")
    yield from _put("", "in bash; ids percent-encoded, as they stand in a path")
