"""run.jsonl: a header, a line per case, a footer; anything else is not the record of a run."""

from __future__ import annotations

import json
import re

import pytest

from graphcancel.errors import RunError
from graphcancel.evidence import Finding
from graphcancel.runfile import RunFile, error_record, read_run, record_line
from graphcancel.story import Record
from graphcancel.verdict import Verdict

CASE = "event-cancel.v1.0/users-upn.events/organizer/pascal"
HEADER = {"kind": "header"}
FOOTER = {"kind": "footer", "counts": {"cases": 1}}
LINE = {"kind": "case", "id": "a", "verdict": "pass"}


def written(tmp_path, *lines: object):
    path = tmp_path / "run.jsonl"
    path.write_text("".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in lines), "utf-8")
    return path


def test_a_run_is_read_as_it_was_written(tmp_path):
    run = RunFile(tmp_path / "runs", "contoso", {"origin": "mock"})
    lines = [LINE | {"id": str(number), "verdict": name} for number, name in enumerate(("pass", "fail", "pass"))]
    for line in lines:
        run.case(line)
    run.close({"exit": 1})

    header, cases, footer = read_run(run.folder)
    assert (header["kind"], header["format"], header["origin"]) == ("header", 1, "mock")
    assert cases == lines
    assert footer["counts"] == {"cases": 3, "pass": 2, "fail": 1}
    assert footer["exit"] == 1
    assert header["started"] <= footer["ended"]
    assert read_run(run.folder / "run.jsonl") == (header, cases, footer)


def test_a_folder_is_named_after_time_and_target(tmp_path):
    run = RunFile(tmp_path, "../con toso/ä", {})
    run.close({})

    assert re.fullmatch(r"\d{8}T\d{6}Z-[A-Za-z0-9.-]+", run.folder.name)
    assert run.folder.parent == tmp_path


def test_each_run_has_a_fresh_folder(tmp_path):
    runs = [RunFile(tmp_path, "x", {}) for _ in range(4)]
    for run in runs:
        run.close({})

    assert len({run.folder for run in runs}) == 4


def test_a_run_is_readable_line_by_line_while_it_goes_on(tmp_path):
    run = RunFile(tmp_path, "x", {})
    run.case(LINE)

    assert len((run.folder / "run.jsonl").read_text().splitlines()) == 2
    with pytest.raises(RunError, match="has no footer"):
        read_run(run.folder)
    run.close({})


@pytest.mark.parametrize(
    "text", ["ü 会議 😀", "a\nb", "a\u2028b", "a\x85b", "a\u2029b", "a\x1cb", "\x00", "\ud800"], ids=range(8)
)
def test_whatever_a_text_holds_it_is_written_and_read(text, tmp_path):
    run = RunFile(tmp_path, "x", {})
    try:
        run.case(LINE | {"reason": text})
    finally:
        run.close({})

    assert read_run(run.folder)[1][0]["reason"] in {text, text.encode(errors="replace").decode()}


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot be written .*--runs"):
        RunFile(tmp_path / "file" / "runs", "x", {})


BAD = {
    "empty": ([], "has no header"),
    "no header": ([LINE, FOOTER], "has no header"),
    "no footer": ([HEADER, LINE], "has no footer"),
    "cut in a line": ([HEADER, LINE, '{"kind": "foo'], "no JSON"),
    "a line missing": ([HEADER, FOOTER], "truncated"),
    "no counts": ([HEADER, LINE, {"kind": "footer"}], "truncated"),
    "counts of another kind": ([HEADER, LINE, {"kind": "footer", "counts": 1}], "truncated"),
    "a case twice": ([HEADER, LINE, LINE, {"kind": "footer", "counts": {"cases": 2}}], "doubled: a stands in it twice"),
    "two runs": ([HEADER, LINE, FOOTER, HEADER, LINE | {"id": "b"}, FOOTER], "a header or footer stands in it twice"),
    "header twice": ([HEADER, HEADER, LINE, FOOTER], "a header or footer stands in it twice"),
    "a number": (["5"], "has no header"),
    "a list": (["[]", "[]"], "has no header"),
    "null at the end": ([HEADER, LINE, "null"], "has no footer"),
    "a number between": ([HEADER, "5", FOOTER], "not"),
    "an id that is a list": ([HEADER, LINE | {"id": []}, FOOTER], "id"),
    "a blank line": ([HEADER, "", LINE, FOOTER], "no JSON"),
}


@pytest.mark.parametrize(("lines", "says"), BAD.values(), ids=BAD)
def test_what_is_no_run_is_refused_in_one_line(lines, says, tmp_path):
    path = written(tmp_path, *lines)
    with pytest.raises(RunError) as caught:
        read_run(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert "None" not in str(caught.value)


def test_a_missing_or_binary_file_is_refused(tmp_path):
    with pytest.raises(RunError, match="cannot be read"):
        read_run(tmp_path)
    (tmp_path / "run.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(RunError, match="no JSON"):
        read_run(tmp_path)


def test_the_line_of_a_case_has_the_documented_keys(named):
    findings = (
        Finding("response.status", False, "202", "204"),
        Finding("response.body", None, "empty", "", "not accepted"),
        Finding("effect.left-calendar", True, "gone", "gone", late_s=3.2),
    )
    call = {"method": "POST", "url": "/v1.0/me", "status": 204, "ms": 1.0, "request_id": None}
    line = record_line(Record(named(CASE), Verdict("fail", findings), (call,), "curl -i"), gating=True, origin="mock")

    assert line == {
        "kind": "case",
        "id": CASE,
        "contract": "event-cancel.v1.0",
        "route": "/users/{id | userPrincipalName}/events/{id}/cancel",
        "addressing": "upn",
        "actor": "organizer",
        "body": "pascal",
        "circumstance": None,
        "gating": True,
        "verdict": "fail",
        "reason": None,
        "clauses": [
            {"clause": "response.status", "held": False, "documented": "202", "received": "204"},
            {"clause": "response.body", "held": None, "documented": "empty", "received": "", "reason": "not accepted"},
            {"clause": "effect.left-calendar", "held": True, "documented": "gone", "received": "gone", "late_s": 3.2},
        ],
        "exchanges": [call],
        "origin": "mock",
        "curl": "curl -i",
    }


def test_the_line_of_an_observation_says_what_was_seen(named):
    seen = {"received": "202"}

    assert (
        record_line(Record(named(CASE), Verdict("observed", (), observed=seen)), gating=False, origin="live")[
            "observed"
        ]
        == seen
    )


def test_the_line_of_our_own_fault(named):
    line = record_line(error_record(named(CASE), "KeyError"), gating=False, origin="live")

    assert (line["verdict"], line["reason"], line["clauses"], line["exchanges"]) == ("error", "KeyError", [], [])
