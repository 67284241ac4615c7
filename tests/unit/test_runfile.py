"""run.jsonl: a header, a line per case, a footer; anything else is not the record of a run."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator
from small_run import finding, header, line, lines, merged, planned, written

from graphcancel.errors import RunError
from graphcancel.evidence import Finding
from graphcancel.record import Record
from graphcancel.run import Part
from graphcancel.runfile import SCHEMA, RunFile, error_record, read_run, record_line, run_of_lines
from graphcancel.verdict import Verdict

CASE = "event-cancel.v1.0/users-upn.events/organizer/pascal"
HEADER, LINE, DRAFT, FOOTER = lines()
SOME = {key: value for key, value in HEADER.items() if key not in {"kind", "format", "started"}}
END = {key: value for key, value in FOOTER.items() if key not in {"kind", "ended", "counts"}}


def test_a_run_is_read_as_it_was_written(tmp_path):
    run = RunFile(tmp_path / "runs", "contoso", SOME)
    for told in (LINE, DRAFT | {"verdict": "fail"}):
        run.case(told)
    run.close(END | {"exit": 1})

    found = read_run(run.folder)
    assert (found.header["kind"], found.header["format"], found.header["origin"]) == ("header", 2, "live")
    assert found.parts == (Part(found.header, (LINE, DRAFT | {"verdict": "fail"}), found.footer),)
    assert found.footer["counts"] == {"cases": 2, "fail": 1, "pass": 1}
    assert found.exits == (1,)
    assert found.header["started"] <= found.footer["ended"]
    assert found == read_run(run.folder / "run.jsonl")
    assert found == run_of_lines(run.header, [LINE, DRAFT | {"verdict": "fail"}], run.footer)


def test_cases_are_told_in_the_order_of_the_plan(tmp_path):
    assert [line["id"] for line in read_run(written(tmp_path, [HEADER, DRAFT, LINE, FOOTER])).parts[0].cases] == [
        LINE["id"],
        DRAFT["id"],
    ]


def test_a_merged_run_has_a_part_for_each(tmp_path):
    other = lines(line(verdict="fail"), head=header(planned(), target="fabrikam"), exit=1)
    found = read_run(written(tmp_path, merged(lines(), other)))

    assert [part.target for part in found.parts] == ["contoso", "fabrikam"]
    assert [[case["verdict"] for case in part.cases] for part in found.parts] == [["pass", "pass"], ["fail"]]
    assert [part.footer["exit"] for part in found.parts] == [0, 1]
    assert not found.partial


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
    run = RunFile(tmp_path, "x", SOME)
    run.case(LINE)

    assert len((run.folder / "run.jsonl").read_text().splitlines()) == 2
    with pytest.raises(RunError, match="has no footer"):
        read_run(run.folder)
    run.close({})


@pytest.mark.parametrize(
    "text", ["ü 会議 😀", "a\nb", "a\u2028b", "a\x85b", "a\u2029b", "a\x1cb", "\x00", "\ud800"], ids=range(8)
)
def test_whatever_a_text_holds_it_is_written_and_read(text, tmp_path):
    run = RunFile(tmp_path, "x", SOME)
    try:
        run.case(LINE | {"reason": text})
    finally:
        run.close(END)

    assert read_run(run.folder).parts[0].cases[0]["reason"] in {text, text.encode(errors="replace").decode()}


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot be written .*--runs"):
        RunFile(tmp_path / "file" / "runs", "x", {})


def without(table: dict, key: str) -> dict:
    return {name: value for name, value in table.items() if name != key}


def counting(number: int) -> dict:
    return FOOTER | {"counts": {"cases": number, "pass": number}}


NEVER = "2026-02-30T00:00:00+00:00"
STANDING = {"entry": 7, "state": "met", "findings": 1, "judged": 1, "cases": 1}
KNOWN = {
    "file": "known.toml",
    "entry": 7,
    "case": "*",
    "clause": "*",
    "reason": "why",
    "owner": "who",
    "expires": "2026-02-01",
}
BAD = {
    "empty": ([], "has no header"),
    "no header": ([LINE, FOOTER], "has no header"),
    "no footer": ([HEADER, LINE], "has no footer"),
    "cut in a line": ([HEADER, LINE, '{"kind": "foo'], "line 3 is no JSON"),
    "a line missing": ([HEADER, LINE, FOOTER], "truncated"),
    "no counts": ([HEADER, LINE, without(FOOTER, "counts")], "line 3: top level: found no key 'counts'; add it"),
    "counts of another kind": ([HEADER, LINE, FOOTER | {"counts": 1}], "line 3: counts: found 1"),
    "other verdicts counted": ([HEADER, LINE, FOOTER | {"counts": {"cases": 1, "fail": 1}}], "truncated"),
    "a case twice": ([HEADER, LINE, LINE, counting(2)], f"doubled: {LINE['id']} stands in it twice"),
    "two runs": ([HEADER, LINE, counting(1), HEADER, DRAFT, counting(1)], "doubled: line 3 is a second footer"),
    "header twice": ([HEADER, HEADER, LINE, counting(1)], "doubled: line 2 is a second header"),
    "a number": (["5"], "line 1 is no JSON object"),
    "a list": (["[]", "[]"], "line 1 is no JSON object"),
    "null at the end": ([HEADER, LINE, "null"], "line 3 is no JSON object"),
    "a number between": ([HEADER, "5", FOOTER], "line 2 is no JSON object"),
    "an id that is a list": ([HEADER, LINE | {"id": []}, counting(1)], "line 2: id: found []"),
    "a blank line": ([HEADER, "", LINE, FOOTER], "line 2 is no JSON"),
    "another format": ([HEADER | {"format": 1}, LINE, counting(1)], "another version of the suite (format 1)"),
    "no format": ([without(HEADER, "format"), LINE, counting(1)], "written by something else"),
    "a key nobody knows": ([HEADER, LINE | {"new": 1}, counting(1)], "line 2: top level: found key 'new'"),
    "an unknown verdict": ([HEADER, LINE | {"verdict": "ok"}, counting(1)], "line 2: verdict: found 'ok'"),
    "a clause without a judgement": (
        [HEADER, LINE | {"clauses": [without(LINE["clauses"][0], "held")]}, counting(1)],
        "line 2: clauses[0]: found no key 'held'",
    ),
    "a header without contracts": ([without(HEADER, "contracts"), LINE, counting(1)], "line 1: top level: found no"),
    "a plan of another shape": ([HEADER | {"plan": {}}, LINE, counting(1)], "line 1: plan: found {}"),
    "too deep": ([HEADER, "[" * 100_000 + "]" * 100_000, FOOTER], "line 2 is no JSON"),
    "a part that is none": ([*merged(lines())[:1], LINE | {"part": 7}, merged(lines(LINE))[-1]], "line 2: part"),
    "a part that is left out": (
        [*merged(lines())[:1], LINE, merged(lines(LINE))[-1]],
        "line 2: part: there is no such",
    ),
    "a kind that is a list": ([HEADER, LINE | {"kind": []}, FOOTER], "line 2 is a second line of no known kind"),
    "a case that is not planned": ([HEADER, LINE | {"id": "new"}, counting(1)], "line 2: id: new is not in the plan"),
    "a case of another part's plan": (
        merged(lines(), lines(LINE, head=header(planned(DRAFT["id"])))),
        f"line 4: id: {LINE['id']} is not in the plan",
    ),
    "an unknown contract": (
        [HEADER, LINE | {"contract": "event-cancel.v2.0"}, counting(1)],
        "line 2: contract: event-cancel.v2.0 is no contract",
    ),
    "an unknown clause": (
        [HEADER, LINE, DRAFT | {"clauses": [finding(), finding("response.new")]}, FOOTER],
        "line 3: clauses[1].clause: event-cancel.stub has no clause response.new",
    ),
    "observed, and nobody says what": (
        [HEADER, LINE | {"verdict": "observed"}, FOOTER | {"counts": {"cases": 1, "observed": 1}}],
        "line 2: top level: found no key 'observed'",
    ),
    "a standing of no deviation": (
        [HEADER, LINE, counting(1) | {"deviations": [STANDING]}],
        "line 3: deviations[0].entry: 7",
    ),
    "a standing of another part's deviation": (
        merged(lines(head=header(deviations=[KNOWN])), lines(deviations=[STANDING])),
        "line 6: parts[1].deviations[0].entry: 7 is no known deviation",
    ),
    "an expiry that is no date": (
        [HEADER | {"deviations": [KNOWN | {"expires": "soon"}]}, LINE, counting(1)],
        "line 1: deviations[0].expires: found 'soon'",
    ),
    "an expiry in no calendar": (
        [HEADER | {"deviations": [KNOWN | {"expires": "2026-02-30"}]}, LINE, counting(1)],
        "line 1: deviations[0].expires: found '2026-02-30'",
    ),
    "a start in no calendar": (
        [HEADER | {"started": NEVER}, LINE, counting(1)],
        f"line 1: started: found '{NEVER}', which no calendar",
    ),
    "a merged start in no calendar": (
        [merged(lines())[0] | {"started": NEVER}, *merged(lines())[1:]],
        "line 1: started: found",
    ),
    "a merged end in no calendar": (
        [*merged(lines())[:-1], merged(lines())[-1] | {"ended": NEVER}],
        "line 4: ended: found",
    ),
    "a part's start in no calendar": (merged(lines(head=header(started=NEVER))), "line 1: parts[0].started: found"),
    "an end in no calendar": ([HEADER, LINE, counting(1) | {"ended": NEVER}], "line 3: ended: found"),
    "a part's end in no calendar": (merged(lines(ended=NEVER)), "line 4: parts[0].ended: found"),
    "parts that differ": (
        [merged(lines(), lines())[0], *merged(lines())[1:]],
        "truncated: header and footer tell of different parts",
    ),
}


@pytest.mark.parametrize(("told", "says"), BAD.values(), ids=BAD)
def test_what_is_no_run_is_refused_in_one_line(told, says, tmp_path):
    path = written(tmp_path, told)
    with pytest.raises(RunError) as caught:
        read_run(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "None" not in str(caught.value)


@pytest.mark.parametrize("cut", [1, 2, 100, 1000])
def test_a_file_that_is_cut_off_anywhere_is_refused(cut, tmp_path):
    path = written(tmp_path, [HEADER, LINE, DRAFT, FOOTER])
    path.write_bytes(path.read_bytes()[:-cut])

    with pytest.raises(RunError, match="cut off"):
        read_run(path)


def test_the_schema_is_one_and_takes_the_lines_of_a_run():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    checked = Draft202012Validator(schema)

    for told in (HEADER, LINE, FOOTER, *merged(lines(), lines())):
        assert checked.is_valid(told), told
    assert not checked.is_valid({"kind": "case"})


def test_nothing_in_the_schema_lets_a_key_pass_that_nobody_knows():
    """A table is either closed, or of values of one kind."""
    waiting = [json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]]
    seen = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
            if value.get("type") == "object":
                seen += 1
                assert "additionalProperties" in value, value
                assert value["additionalProperties"] is not True
        elif isinstance(value, list):
            waiting += value
    assert seen > 10


def test_a_missing_or_binary_file_is_refused(tmp_path):
    with pytest.raises(RunError, match="cannot be read"):
        read_run(tmp_path)
    (tmp_path / "run.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(RunError, match="cut off"):
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
