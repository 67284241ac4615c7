"""
One finding in words: as a failing test shows it, and as one that does not fail the run is mentioned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphcancel.run import Line


def explain(line: Line, contracts: Mapping[str, Line], see_again: str) -> str:
    """
    One finding as a person reads it: documented before received, the clause, the way to see it again.

    Args:
        contracts: As the header tells them.
        see_again: The pytest options that select this target.
    """
    clauses = contracts[line["contract"]]["clauses"]
    parts = [str(line["id"])]
    for item in line["clauses"]:
        if item["held"] is not False:
            continue
        name, clause = item["clause"], clauses[item["clause"]]
        parts.append(f"  {_short(name)}: documented {item['documented']}, received {item['received']}")
        says = "" if item["documented"] == clause["says"] else f": {clause['says']}"
        parts.append(f"  clause {name} (heading {clause['heading']}){says}")
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
