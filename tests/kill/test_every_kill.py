"""
A run killed at any request leaves nothing that a sweep does not remove.

Whole: `tox run -e kill`; a sample of the same stands in tests/meta/test_killed_runs.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

KILLING = Path(__file__).with_name("killing.py")


def killed(out: Path, *options: str) -> tuple[dict, list[dict]]:
    """What was tried, and what came of each kill."""
    subprocess.run([sys.executable, str(KILLING), "--out", str(out), *options], check=True, timeout=1500)
    head, *kills = [json.loads(line) for line in out.read_text().splitlines()]
    return head, kills


def judge(head: dict, kills: list[dict]) -> None:
    """Every kill hit, most of them left something, and every sweep removed it."""
    assert len(kills) == head["points"]
    assert [kill for kill in kills if kill["ended"] != -9] == []
    assert [kill for kill in kills if kill["swept"] != 0 or not kill["clean"]] == []
    assert sum(kill["dirty_before"] for kill in kills) > len(kills) // 2


def test_killed_at_every_request_of_a_run_with_every_kind_of_write(tmp_path):
    head, kills = killed(tmp_path / "kills.jsonl", "--cases", "32")

    assert head["cases"] <= 40
    assert head["points"] == 2 * head["requests"]
    for write in ("POST /me/events", "POST /me/calendars", "POST /me/calendarGroups", "PATCH /me/events/{}"):
        assert write in head["writes"]
    judge(head, kills)


def test_killed_at_fifty_requests_of_a_whole_run(tmp_path):
    head, kills = killed(tmp_path / "kills.jsonl", "--random", "50")

    assert head["points"] == 50
    judge(head, kills)
