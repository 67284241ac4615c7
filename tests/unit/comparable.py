"""Small runs as data, to compare and merge: two pages, a few cases, nothing that was ever sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphcancel.compare import compare
from graphcancel.run import FORMAT, Line, Part, Run
from graphcancel.runfile import counted

V1, STUB = "event-cancel.v1.0", "event-cancel.stub"
ROUTE = "/me/events/{id}/cancel"
STATUS, TOLD, LEFT = "response.status", "effect.attendees-told", "effect.left-calendar"
CLAUSES = (STATUS, TOLD)
NAMES = ("camel", "pascal", "empty", "pascal/occurrence")
CASES = tuple(f"{contract}/me.events/organizer/{name}" for contract in (V1, STUB) for name in NAMES)


def clause(name: str, held: bool | None = True, received: str = "202", **more: Any) -> dict:  # noqa: FBT002
    """One finding of a case."""
    reason = {"reason": "no token"} if held is None else {}
    return {"clause": name, "held": held, "documented": "202", "received": received} | reason | more


def exchange(status: int = 202, body: str = "", headers: dict | None = None, sent: str = "{}", **more: Any) -> dict:
    """One call and its answer."""
    return {
        "method": "POST",
        "url": "/v1.0/me/events/{event}/cancel",
        "status": status,
        "ms": 1.5,
        "request_id": None,
        "request": {"headers": {}, "body": sent, "bytes": len(sent)},
        "response": {"headers": headers or {}, "body": body, "bytes": len(body)},
    } | more


def line(case: str, verdict: str = "pass", clauses: Iterable[dict] | None = None, **more: Any) -> dict[str, Any]:
    """The line of one case."""
    *_, actor, body = (case.removesuffix("/occurrence")).split("/")
    return {
        "kind": "case",
        "id": case,
        "contract": case.split("/", maxsplit=1)[0],
        "route": ROUTE,
        "addressing": "me",
        "actor": actor,
        "body": body,
        "circumstance": None,
        "gating": case.startswith(V1),
        "verdict": verdict,
        "reason": None,
        "excused": False,
        "clauses": [clause(name) for name in CLAUSES] if clauses is None else list(clauses),
        "exchanges": [exchange()],
        "origin": "mock",
    } | more


def page(*clauses: str, **more: Any) -> dict[str, Any]:
    """What a header tells of a contract."""
    return {
        "action": "event-cancel",
        "page": "event: cancel",
        "edition": "v1.0",
        "version": "v1.0",
        "standing": "current",
        "revision": "of 2024",
        "url": "https://learn.example/cancel",
        "sha256": None,
        "routes": [{"route": ROUTE, "addressing": "me"}],
        "clauses": {
            name: {"heading": "Response", "says": f"{name} is so", "untestable": None, "cloud": None}
            for name in (clauses or CLAUSES)
        },
    } | more


def planned(case: str, *clauses: str) -> dict[str, Any]:
    """What a header tells of a case."""
    return {
        "id": case,
        "contract": case.split("/", maxsplit=1)[0],
        "route": ROUTE,
        "addressing": "me",
        "family": "me",
        "clauses": list(clauses or CLAUSES),
    }


DISPUTE = {
    "id": "event-cancel/response.status",
    "readings": [{"value": "202", "clauses": [f"{V1}#{STATUS}"]}, {"value": "204", "clauses": [f"{STUB}#{STATUS}"]}],
    "told_apart_by": "any case",
    "settled": "open",
}


def part(lines: Iterable[Line], footer: dict | None = None, **header: Any) -> Part:
    """What one target was asked and answered; *header* replaces keys of its header."""
    found = tuple(lines)
    plan = header.get("plan", [planned(case) for case in CASES])
    head = {
        "started": "2026-11-21T02:00:00+00:00",
        "suite": "1.0",
        "python": "3.13.0",
        "target": "contoso",
        "origin": "live",
        "cloud": None,
        "service": False,
        "run": "gc6b01f6c3ee67f4",
        "selection": [],
        "contracts": {V1: page(), STUB: page(standing="draft")},
        "disputes": [DISPUTE],
        "gates": [V1],
        "waived": {},
        "deviations": [],
        "cases": len(plan),
        "plan": plan,
    } | header
    foot = {
        "ended": "2026-11-21T03:00:00+00:00",
        "counts": counted(found),
        "partial": len(found) < len(plan),
        "selected": len(found),
        "requests": 7 * len(found),
        "writes": len(found),
        "waiting": 0,
        "pages": 0,
        "created": {"events": len(found)},
        "removed": len(found),
        "mails": {"attendee": len(found)},
        "residue": None,
        "unjudged": 0,
        "deviations": [],
        "exit": 0,
        "also": [],
    } | (footer or {})
    return Part(head, found, foot)


def run(lines: Iterable[Line] | None = None, footer: dict | None = None, **header: Any) -> Run:
    """The run of one target."""
    of_it = part([line(case) for case in CASES] if lines is None else lines, footer, **header)
    head = {"kind": "header", "format": FORMAT, **of_it.header}
    foot = {"kind": "footer", **of_it.footer}
    return Run(head, (Part(head, of_it.cases, foot),), foot)


def without(*cases: str) -> list[dict[str, Any]]:
    """The lines of all cases but *cases*."""
    return [line(case) for case in CASES if case not in cases]


def changed(case: str, *args: Any, **more: Any) -> list[dict[str, Any]]:
    """The lines of all cases, *case* with another one."""
    return [line(one, *args, **more) if one == case else line(one) for one in CASES]


# -- comparing them ------------------------------------------------------------------------------------------------

CASE = CASES[0]
SEEN = {"verdict": "observed", "clauses": []}
KNOWN = {"entry": 1, "reason": "ticket 4711", "owner": "ada", "expires": "2027-01-31"}


def kinds(before: Run, after: Run) -> list[str]:
    """The kinds of change between two runs."""
    return [change.kind for change in compare(before, after).changes]


def texts(before: Run, after: Run, kind: str) -> list[str]:
    """What is told of one kind."""
    return [item.text for change in compare(before, after).changes if change.kind == kind for item in change.items]


def two(one: dict, other: dict) -> tuple[Run, Run]:
    """Two runs that differ in the line of one case."""
    return run(changed(CASE, **one)), run(changed(CASE, **other))
