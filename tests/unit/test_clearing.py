"""Clearing away: what carries the run's mark goes, and what cannot be read is not taken to be clean."""

from __future__ import annotations

import pytest

from graphcancel.clearing import sweep
from graphcancel.fence import Fence
from graphcancel.looks import Lookout
from graphcancel.marks import Mark
from graphcancel.stage import Stage
from graphcancel.waiting import Waiting

BASE = "https://graph.example"
ROOT = f"{BASE}/v1.0"
RUN = "gc0a0b0c0d0e0f00"
MARK = Mark.of(RUN, "some/case", 0).case


def swept(script, answer) -> tuple[int, list[str]]:
    """How many objects a sweep leaves behind, and the paths it deleted."""
    target = script(answer)
    target.fence = Fence([BASE], target.description.writable)
    stage = Stage(target, Lookout(target), Waiting(), RUN, "2026-01-01T00:00:00+00:00")
    stage.made = 1
    steps = sweep(stage, [], [ROOT])
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value, [request.path for request in target.sent if request.method == "DELETE"]


def test_sent_mail_of_the_run_goes_too(script):
    """
    A service may keep copies of what it sent; one a mailbox, here, until it is deleted.
    """
    there = {"organizer", "attendee"}

    def answer(request):
        user = request.path.split("/")[2].split("%40")[0]
        if request.method == "DELETE":
            there.discard(user)
            return 204, None
        if "sentitems" in request.path and user in there:
            return 200, {"value": [{"id": f"sent-{user}", "subject": f"Canceled: {MARK}"}]}
        return 200, {"value": []}

    left, deleted = swept(script, answer)

    assert left == []
    assert sorted(path.rsplit("/", 1)[-1] for path in deleted) == ["sent-attendee", "sent-organizer"]


@pytest.mark.parametrize(("status", "left"), [(404, 0), (400, 0), (501, 0), (403, 3), (500, 3), (None, 3)])
def test_a_folder_of_sent_mail_is_clean_where_there_is_none_and_not_where_it_is_hidden(script, status, left):
    """
    Three mailboxes: each one that cannot be read counts as something left behind.
    """

    def answer(request):
        if "sentitems" in request.path:
            return None if status is None else (status, {"error": {"code": "c", "message": "m"}})
        return 200, {"value": []}

    found, deleted = swept(script, answer)
    assert (len(found), deleted) == (left, [])


def test_a_past_event_of_the_run_goes_too(script):
    """
    It lies outside the week of the others, days before the run.
    """
    there = [{"id": "past", "subject": f"Contract test {MARK}"}]

    def answer(request):
        if request.method == "DELETE":
            there.clear()
            return 204, None
        past = "organizer%40" in request.path and "startDateTime=2025-12-29" in request.path
        return 200, {"value": list(there) if past else []}

    left, deleted = swept(script, answer)

    assert (left, [path.rsplit("/", 1)[-1] for path in deleted]) == ([], ["past"])
