"""A run of a few lines, whole in every key, as tests of what is made of runs need it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from graphcancel.run import Run
from graphcancel.runfile import counted, run_of_lines

ROUTE = "/me/events/{id}/cancel"
ID = "event-cancel.v1.0/me.events/organizer/pascal"
DRAFT_ID = "event-cancel.stub/me.events/organizer/pascal"
REQUEST_ID = str(UUID(int=1))
STARTED, ENDED = "2026-01-02T03:04:05+00:00", "2026-01-02T03:05:05+00:00"


def clause(says: str, heading: str = "Response", **more: Any) -> dict[str, Any]:
    return {"heading": heading, "says": says, "untestable": None, "cloud": None} | more


def contract(standing: str = "current", **more: Any) -> dict[str, Any]:
    return {
        "action": "event-cancel",
        "page": "event: cancel",
        "edition": "v1.0",
        "version": "v1.0",
        "standing": standing,
        "revision": "of some day",
        "url": "https://docs.example/event-cancel",
        "sha256": None,
        "routes": [{"route": ROUTE, "addressing": "me"}],
        "clauses": {
            "response.status": clause("success is answered 202"),
            "response.body": clause("the body is empty"),
            "effect.deleted-items": clause("it goes to Deleted Items", untestable="nobody can list them"),
        },
    } | more


def planned(case_id: str = ID, **more: Any) -> dict[str, Any]:
    return {
        "id": case_id,
        "contract": case_id.partition("/")[0],
        "route": ROUTE,
        "addressing": "me",
        "family": "me",
        "clauses": ["response.status", "response.body"],
    } | more


def header(*plan: dict[str, Any], **more: Any) -> dict[str, Any]:
    cases = list(plan) or [planned(), planned(DRAFT_ID)]
    return {
        "kind": "header",
        "format": 2,
        "started": STARTED,
        "suite": "1.2.3",
        "python": "3.13.0",
        "target": "contoso",
        "origin": "live",
        "cloud": "global",
        "service": True,
        "run": "gc00000000000000",
        "selection": [],
        "contracts": {"event-cancel.v1.0": contract(), "event-cancel.stub": contract("draft", version="beta")},
        "disputes": [
            {
                "id": "event-cancel/response.status",
                "readings": [
                    {"value": "202", "clauses": ["event-cancel.v1.0#response.status"]},
                    {"value": "204", "clauses": ["event-cancel.stub#response.status"]},
                ],
                "told_apart_by": "the status",
                "settled": "202 (D)",
            }
        ],
        "gates": ["event-cancel.v1.0"],
        "waived": {},
        "deviations": [],
        "cases": len(cases),
        "plan": cases,
    } | more


def finding(name: str = "response.status", *, held: bool | None = True, **more: Any) -> dict[str, Any]:
    return {"clause": name, "held": held, "documented": "202", "received": "202" if held else "204"} | more


def call(status: int | None = 202, **more: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": "/v1.0/me/events/{event}/cancel",
        "status": status,
        "ms": 12.5,
        "request_id": REQUEST_ID,
        "request": {"headers": {"Content-Type": "application/json"}, "body": "{}", "bytes": 2},
        "response": {"headers": {"odata-version": "4.0"}, "body": "", "bytes": 0},
    } | more


def line(case_id: str = ID, verdict: str = "pass", *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "kind": "case",
        "id": case_id,
        "contract": case_id.partition("/")[0],
        "route": ROUTE,
        "addressing": "me",
        "actor": "organizer",
        "body": "pascal",
        "circumstance": None,
        "gating": case_id == ID,
        "verdict": verdict,
        "reason": None,
        "excused": False,
        "clauses": list(findings) or [finding(), finding("response.body")],
        "exchanges": [call()],
        "origin": "live",
        "curl": 'curl -i -X POST "$GRAPH_ROOT/v1.0/me/events/$EVENT_ID/cancel"',
    } | more


def footer(lines: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "kind": "footer",
        "ended": ENDED,
        "counts": counted(lines),
        "partial": False,
        "selected": len(lines),
        "requests": 7,
        "writes": 4,
        "waiting": 1,
        "pages": 0,
        "created": {"events": 2},
        "removed": 3,
        "mails": {"attendee": 2},
        "residue": None,
        "unjudged": 0,
        "deviations": [],
        "exit": 0,
        "also": [],
    } | more


def lines(*cases: dict[str, Any], head: dict[str, Any] | None = None, **foot: Any) -> list[dict[str, Any]]:
    """Header, cases and footer of a whole run."""
    told = list(cases) or [line(), line(DRAFT_ID)]
    return [head or header(), *told, footer(told, **foot)]


def run(*cases: dict[str, Any], head: dict[str, Any] | None = None, **foot: Any) -> Run:
    """The same as a run."""
    first, *told, last = lines(*cases, head=head, **foot)
    return run_of_lines(first, told, last)


def merged(*runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Several runs, each as its lines, as one with a part for each."""
    heads = [{key: value for key, value in one[0].items() if key not in {"kind", "format"}} for one in runs]
    feet = [{key: value for key, value in one[-1].items() if key != "kind"} for one in runs]
    cases = [case | {"part": number} for number, one in enumerate(runs) for case in one[1:-1]]
    names = " + ".join(head["target"] for head in heads)
    first = {"kind": "header", "format": 2, "started": STARTED, "suite": "1.2.3", "python": "3.13.0", "target": names}
    last = {"kind": "footer", "ended": ENDED, "counts": counted(cases), "exit": feet[0]["exit"], "also": []}
    return [first | {"parts": heads}, *cases, last | {"parts": feet}]


def written(folder: Path, told: Sequence[object]) -> Path:
    """A run file in *folder* with these lines; a text is written as it is."""
    path = folder / "run.jsonl"
    texts = (item if isinstance(item, str) else json.dumps(item) for item in told)
    path.write_text("".join(text + "\n" for text in texts), "utf-8")
    return path
