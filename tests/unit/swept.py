"""What a sweep is tried on: marks of several ages, and a target that holds what a run left behind."""

from __future__ import annotations

import datetime as dt

from graphcancel.marks import Mark, new_run, worker_run

BASE = "https://graph.example"
ROOT = f"{BASE}/v1.0"
SHOP = "shop@contoso.example"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOUR = dt.timedelta(hours=1)


def mark(age: dt.timedelta, case: str = "a", worker: int | None = None) -> Mark:
    run = new_run(NOW - age)
    return Mark.of(run if worker is None else worker_run(run, worker), case, 0)


TODAY, YESTERDAY, LONG_AGO = mark(2 * HOUR), mark(25 * HOUR), mark(dt.timedelta(days=60))


def holding(there: dict[str, list[dict]], *, stubborn: bool = False):
    """Answers from what is *there* by a part of the path; deletions take it away unless it is *stubborn*."""
    asked = []

    def answer(request):
        asked.append(f"{request.method} {request.path}")
        if request.method == "DELETE":
            if not stubborn:
                for items in there.values():
                    items[:] = [item for item in items if item["id"] != request.path.rsplit("/", 1)[-1]]
            return 204, None
        found = next((items for part, items in there.items() if part in request.path), [])
        return 200, {"value": list(found)}

    return answer, asked


def event(identity: str) -> dict:
    return {"id": identity, "subject": f"Contract test {TODAY.case}"}
