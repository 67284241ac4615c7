"""Small runs, each of a kind that a report has to tell: what holds, what does not, what was left open and why."""

from __future__ import annotations

from small_run import (
    DRAFT_ID,
    ID,
    ROUTE,
    call,
    clause,
    contract,
    finding,
    header,
    line,
    lines,
    merged,
    planned,
    run,
)

from graphcancel.run import Run
from graphcancel.runfile import run_of_lines

NOBODY = "Nothing in this report was answered by Microsoft's service."
SELF = "The answers come from the service itself, called during this run."
BROKEN = finding(held=False)
OPEN = finding(held=None, received="", reason="the target has no token for attendee")
BODY = finding("response.body")
KNOWN = {
    "file": "known.toml",
    "entry": 1,
    "case": "*",
    "clause": "*",
    "reason": "agreed with its makers",
    "owner": "calendar team",
    "expires": "2026-02-01",
}
EXCUSED = BROKEN | {"deviation": {key: KNOWN[key] for key in ("entry", "reason", "owner", "expires")}}
COMPARED = {
    "with": {"target": "contoso", "run": "gc1", "started": "2026-01-01T00:00:00+00:00", "suite": "1.2.2", "cases": 2},
    "moved": True,
    "changes": [
        {
            "kind": "off-pass",
            "title": "moved off pass",
            "items": [{"case": ID, "clause": None, "before": "pass", "after": "fail", "text": "pass → fail"}],
        }
    ],
}


def failing(**more) -> dict:
    return line(ID, "fail", BROKEN, BODY, **more)


def several() -> Run:
    told = merged(lines(), lines(failing(), head=header(planned(), target="fabrikam", origin="mock"), exit=1))
    return run_of_lines(told[0], told[1:-1], told[-1])


def known(entry: dict | None = None, standing: dict | None = None, **foot) -> Run:
    """A run with a known deviation, which covers the one case that counts; the other does not count."""
    met = {"entry": 1, "state": "met", "findings": 1, "judged": 1, "cases": 1}
    return run(
        line(ID, "fail", EXCUSED, BODY, excused=True),
        line(DRAFT_ID, "fail", BROKEN, BODY),
        head=header(deviations=[KNOWN | (entry or {})]),
        deviations=[met | (standing or {})],
        **foot,
    )


def replayed(answered: str, beyond: int = 0, **more) -> Run:
    """A run of a recording of what *answered*."""
    label = {"name": "x", "origin": answered, "software": "somebody 1.0", "recorded": "2025-12-24", "suite": "1"}
    return run(head=header(origin=f"recording:{answered}", recording=label | {"beyond": beyond}, **more))


def observed(received: str, expected: str | None, mark: str = "O") -> Run:
    seen = {"observation": "absent", "expected": expected, "mark": mark, "received": received}
    return run(line(ID, "observed", clauses=[], observed=seen))


def waiving() -> Run:
    """A run in which one thing is waived and left, and another is waived and judged all the same."""
    return run(head=header(waived={"group": "there is none", "response.status": "nobody minds"}))


def elsewhere() -> Run:
    """A run with a clause that needs another cloud, and pages of which one has an address that is none."""
    told = contract(
        clauses={"response.status": clause("x"), "clouds.china": clause("there", cloud="china")},
        url="javascript:alert(1)",
        sha256="0123456789abcdef" * 4,
    )
    return run(head=header(contracts={"event-cancel.v1.0": told, "event-cancel.stub": contract("draft")}))


def two_routes() -> Run:
    """A run of a page with two routes, of which a second has two cases and the third none."""
    other, third = "/users/{id}/events/{id}/cancel", "/groups/{id}/events/{id}/cancel"
    routes = [
        {"route": ROUTE, "addressing": "me"},
        {"route": other, "addressing": "upn"},
        {"route": third, "addressing": "id"},
    ]
    second = [f"event-cancel.v1.0/users-upn.events/organizer/{name}" for name in ("pascal", "camel")]
    plan = [planned(), *(planned(name, route=other, addressing="upn") for name in second)]
    cases = [
        line(),
        line(second[0], route=other, addressing="upn", gating=True),
        line(second[1], "fail", BROKEN, BODY, route=other, addressing="upn", gating=True),
    ]
    pages = {"event-cancel.v1.0": contract(routes=routes), "event-cancel.stub": contract("draft")}
    return run(*cases, head=header(*plan, contracts=pages), exit=1)


def many_answers() -> Run:
    """A run in which one clause is answered in six ways."""
    ids = [f"{ID}/{number}" for number in range(6)]
    cases = [line(one, "fail", finding(held=False, received=f"20{one[-1]}"), gating=True) for one in ids]
    return run(*cases, head=header(*map(planned, ids)), exit=1)


def beginning() -> Run:
    """A run in which no case came to an end."""
    return run_of_lines(lines()[0], [], lines()[-1] | {"counts": {"cases": 0}, "exit": 5})


RUNS = {
    "whole": run,
    "failing": lambda: run(failing(), line(DRAFT_ID), exit=1),
    "empty": beginning,
    "partial": lambda: run(line(), head=header(selection=["-k x"]), partial=True, selected=1),
    "partial and open": lambda: run(line(ID, "inconclusive", OPEN, reason="x"), partial=True, selected=1),
    "ended early": lambda: run(line(), partial=True, selected=2),
    "compared": lambda: run(failing(), line(DRAFT_ID), compared=COMPARED, exit=1),
    "nothing moved": lambda: run(compared=COMPARED | {"changes": [], "moved": False}),
    "none for the worse": lambda: run(compared=COMPARED | {"moved": False}),
    "known": known,
    "expired": lambda: known({"expires": "2026-01-01"}, {"state": "expired"}, exit=11),
    "never sent": lambda: run(
        line(ID, "inconclusive", OPEN, reason=OPEN["reason"], exchanges=[]), line(DRAFT_ID, "error", reason="KeyError")
    ),
    "unspoken": lambda: run(line(ID, "pass", finding()), line(DRAFT_ID)),
    "no answer": lambda: run(failing(exchanges=[call(None, response=None, failure="timed out", request_id=None)])),
    "refused": lambda: run(line(exchanges=[call(202), call(403)]), line(DRAFT_ID, exchanges=[call(202, method="GET")])),
    "one of two": lambda: run(line(), head=header(planned(), planned(f"{ID}/two")), partial=True, selected=1),
    "late": lambda: run(line(ID, "pass", finding(late_s=4.5), BODY), line(DRAFT_ID)),
    "observed": lambda: observed("500 generalException", "400"),
    "observed otherwise": lambda: observed("202", "400"),
    "observed as on record": lambda: observed("400", "400"),
    "observed anew": lambda: observed("202", None, "U"),
    "waived": waiving,
    "elsewhere": elsewhere,
    "two routes": two_routes,
    "many answers": many_answers,
    "residue": lambda: run(residue="2 objects", mails={}, created={}, exit=12),
    "mock": lambda: run(head=header(origin="mock", cloud=None, service=False)),
    "of the mock": lambda: replayed("mock", cloud=None, service=False),
    "of a server": lambda: replayed("server", cloud=None, service=False),
    "of the service": lambda: replayed("service", beyond=3),
    "a server": lambda: run(head=header(cloud=None, service=False)),
    "a server that names a cloud": lambda: run(head=header(service=False)),
    "a cloud by its address": lambda: run(head=header(cloud=None)),
    "merged": several,
}
