"""
One finding in words: as a failing test shows it, and as one that does not fail the run is mentioned.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from graphcancel.by_hand import broken_up
from graphcancel.call_text import again, call_in_words, calls_in_words
from graphcancel.case import CONVENTIONS
from graphcancel.printing import printable
from graphcancel.run import Line
from graphcancel.standing_text import known_deviation

MOST: Final = 12
"""Lines of a failing test that are ours, whatever was found."""
WIDTH: Final = 200
"""Characters of a line; only a body that is to be copied as it is may be longer."""

_OF_THE_ANSWER: Final = ("response.", "errors.", "organizer.sentence", "batch.")
_STATUS: Final = re.compile(r"\d{3}\b")


def explain(line: Line, contracts: Mapping[str, Line], see_again: str) -> str:
    """
    One finding as a person reads it: a sentence, the clauses, the ways to see it again; at most `MOST` lines.

    Args:
        contracts: As the header tells them.
        see_again: The pytest options that select this target.
    """
    broken = _broken(line)
    top = _wrapped(headline(line, contracts), "")
    top.append(f"  {line['id']}")
    bottom = list(_again(line, see_again))
    room = MOST - len(top) - len(bottom)
    contract = contracts[line["contract"]]
    # What was seen of the first stands in the sentence.
    told = [_wrapped(clause_line(item, contract, seen=bool(number)), "  ") for number, item in enumerate(broken)]
    shown = len(told)
    while sum(map(len, told[:shown])) + (shown < len(told)) > room:
        shown -= 1
    rest = [item["clause"] for item in broken[shown:]]
    more = _wrapped(f"and {len(rest)} more: {', '.join(rest)}", "  ")[:1] if rest else []
    lines = [*top, *(text for entry in told[:shown] for text in entry), *more, *bottom]
    return "\n".join(map(printable, lines))


def headline(line: Line, contracts: Mapping[str, Line]) -> str:
    """The first finding of a case as a sentence that needs no manual."""
    call = call_in_words(line)
    item = _broken(line)[0]
    contract, clause = line["contract"], contracts[line["contract"]]["clauses"][item["clause"]]
    documented, received = str(item["documented"]), str(item["received"])
    if is_quotation(item, clause):
        documented, received = _quoted(documented), _quoted(received)
    colon = ":" if item["documented"] == clause["says"] else ""
    source = "the conventions document" if contract == CONVENTIONS else "the page documents"
    if _STATUS.match(received):
        told = f"{call} was answered {received}"
    elif received.startswith("received "):
        told = f"{call} {received}"
    elif item["clause"].startswith(_OF_THE_ANSWER):
        told = f"the answer to {call} was: {received}"
    else:
        told = f"after {call.removesuffix(',')}: {received}"
    return f"{told[0].upper()}{told[1:]}; {source}{colon} {documented} ({contract}, {clause['heading']})"


def clause_line(item: Line, contract: Line, *, seen: bool = True) -> str:
    """
    What a clause says, with the known deviation that covers its finding.

    Args:
        seen: Whether what is documented and what was received is told too.
    """
    clause = contract["clauses"][item["clause"]]
    told = [] if item["documented"] == clause["says"] else [clause["says"]]
    told += [f"documented {item['documented']}, received {item['received']}"] if seen else []
    told += [item["reason"]] if item["held"] is False and item.get("reason") else []
    told += [f"known deviation: {known_deviation(item['deviation'])}"] if "deviation" in item else []
    return f"clause {item['clause']} (heading {clause['heading']}){': ' if told else ''}{'; '.join(told)}"


def excuses(line: Line) -> str:
    """The findings of a case that does not fail the run, on one line, with the known deviation that covers each."""
    return "; ".join(
        f"{item['clause']}: documented {item['documented']}, received {item['received']}"
        + (f": known deviation, {known_deviation(item['deviation'])}" if "deviation" in item else "")
        for item in line["clauses"]
        if item["held"] is False
    )


def _broken(line: Line) -> list[Line]:
    """The clauses that do not hold, those that nobody knows of first."""
    return sorted((item for item in line["clauses"] if item["held"] is False), key=lambda item: "deviation" in item)


def _again(line: Line, see_again: str) -> Iterator[str]:
    """The ways to see it again: at the service, in the suite, by hand."""
    identity = next((call["request_id"] for call in reversed(line["exchanges"]) if call.get("request_id")), None)
    if identity:
        yield f"  request-id: {identity}"
    if calls := calls_in_words(line):
        yield f"  generated: {calls}"
    yield f"  see again: {again(line, see_again)}"
    yield f"  more: graphcancel explain {line['id']}"
    if line.get("curl"):
        first, *rest = broken_up(line["curl"])
        yield f"  by hand: {first}"
        yield from (f"    {part}" for part in rest)


def is_quotation(item: Line, clause: Line) -> bool:
    """Whether *item* documents a sentence of the page's: ours are the *clause* in its own words or begin small."""
    documented = str(item["documented"])
    return documented != clause["says"] and documented[:1].isupper()


def _quoted(text: str) -> str:
    """*text* in quotation marks where it is a sentence of somebody else's: ours begin small."""
    return f"“{text}”" if text[:1].isupper() else text


def _wrapped(text: str, indent: str) -> list[str]:
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False, max_lines=2,
        placeholder=" …",
    )  # fmt: skip
    return lines or [indent]
