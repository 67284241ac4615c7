"""
The evidence of ``report.html``: for each case what was sent, what came, and what every clause says of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from graphcancel.anchors import case_anchor, clause_anchor
from graphcancel.call_text import calls_in_words
from graphcancel.page_matrix import STATES, addressed, by_route, came_to, numbered
from graphcancel.page_words import SIGNS, Sign, sign_of
from graphcancel.run import Line, Part
from graphcancel.standing_text import known_deviation, plural


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One clause in one case.

    Attributes:
        anchor: Where the clause stands, for what did not hold; empty for what did, which keeps the page small.
        note: Why it was not examined, how late it came, or which known deviation covers it.
    """

    sign: Sign
    clause: str
    anchor: str
    documented: str
    received: str
    note: str


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call under test.

    Attributes:
        sent: The request as text: line, headers, body.
        came: The answer likewise, or why there is none.
        facts: Duration, request-id and sizes.
    """

    sent: str
    came: str
    facts: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One case, under its *number* in this report."""

    anchor: str
    number: int
    id: str
    sign: Sign
    short: str
    about: str
    notes: tuple[str, ...]
    statements: tuple[Statement, ...]
    calls: tuple[Call, ...]
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one contract on one route."""

    contract: str
    route: str
    addressed: str
    cases: tuple[Evidence, ...]


def evidence(part: Part, prefix: str) -> tuple[Group, ...]:
    """Every case that ran, by contract and route, in the order of the matrix."""
    groups = groupby(by_route(part), key=lambda line: (line["contract"], line["route"], line["addressing"]))
    numbers = numbered(part)
    return tuple(
        Group(
            contract,
            route,
            addressed(addressing),
            tuple(_case(part, line, numbers[line["id"]], prefix) for line in lines),
        )
        for (contract, route, addressing), lines in groups
    )


def _case(part: Part, line: Line, number: int, prefix: str) -> Evidence:
    last = line["exchanges"][-1] if line["exchanges"] else None
    answered = (last["status"] or last.get("failure") or "no answer") if last else "not sent"
    return Evidence(
        anchor=case_anchor(line["id"], prefix),
        number=number,
        id=line["id"],
        sign=sign_of(line),
        short=str(answered),
        about=_about(line),
        notes=tuple(_notes(line)),
        statements=tuple(_statement(part, line, item, prefix) for item in line["clauses"]),
        calls=tuple(_call(exchange) for exchange in line["exchanges"]),
        curl=line.get("curl", ""),
    )


def _about(line: Line) -> str:
    special = f", circumstance {line['circumstance']}" if line["circumstance"] else ""
    return f"Called by {line['actor']}, body shape {line['body']}{special}."


def _notes(line: Line) -> Iterator[str]:
    if line["reason"]:
        yield f"{line['verdict']}: {line['reason']}"
    if sign_of(line) == SIGNS["lax"]:
        yield "This does not fail the run: findings against this page do not count."
    if sign_of(line) == SIGNS["known"]:
        yield "This does not fail the run: it is a known deviation."
    if calls := calls_in_words(line):
        yield f"Generated: {calls}. What is shown stands for them."
    observed = line.get("observed")
    if observed:
        yield (
            f"No page says what this is answered. On record ({observed['mark']}): {observed['expected'] or 'nothing'}. "
            f"Received: {observed['received']}."
        )


def _statement(part: Part, line: Line, item: Line, prefix: str) -> Statement:
    is_told = item["clause"] in part.contracts.get(line["contract"], {}).get("clauses", {})
    return Statement(
        STATES[came_to(line, item)],
        item["clause"],
        clause_anchor(line["contract"], item["clause"], prefix) if is_told and not item["held"] else "",
        item["documented"],
        item["received"],
        "; ".join(_remarks(line, item)),
    )


def _remarks(line: Line, item: Line) -> Iterator[str]:
    if item.get("reason") and item["reason"] != line["reason"]:
        yield item["reason"]
    if item.get("late_s") is not None:
        yield f"late, after {item['late_s']} s"
    known = item.get("deviation")
    if known:
        yield f"known: {known_deviation(known)}"


def _call(exchange: Line) -> Call:
    request, response = exchange["request"], exchange["response"]
    received = f", received {plural(response['bytes'], 'byte')}" if response else ""
    facts = (
        f"{exchange['ms']} ms, request-id {exchange['request_id'] or 'none'}, "
        f"sent {plural(request['bytes'], 'byte')}{received}"
    )
    if response is None:
        came = f"no answer: {exchange.get('failure', 'no reason is on record')}"
    else:
        came = _message(str(exchange["status"]), response)
    return Call(_message(f"{exchange['method']} {exchange['url']}", request), came, facts)


def _message(first: str, message: Line) -> str:
    """A request or an answer as text, under its *first* line."""
    heads = "".join(f"\n{name}: {value}" for name, value in message["headers"].items())
    if message["body"]:
        return f"{first}{heads}\n\n{message['body']}"
    return f"{first}{heads}\n\n({'a body that cannot be shown' if message['bytes'] else 'no body'})"
