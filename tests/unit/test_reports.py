"""The files beside run.jsonl: functions of it alone, whole or not there."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from small_run import (
    DRAFT_ID,
    ID,
    REQUEST_ID,
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
    written,
)

from graphcancel.__main__ import main
from graphcancel.errors import RunError
from graphcancel.junit import junit
from graphcancel.markdown import markdown
from graphcancel.reports import RENDERERS, write_reports
from graphcancel.runfile import SCHEMA, read_run, run_of_lines
from graphcancel.schema import misfit, schema_at
from graphcancel.summary import summary

HOSTILE = "a\x1b[31m]]>\x00<script>alert(1)</script> | `x` [l](javascript:y) ![i](z)\n# top\u2028\ud800 https://evil.example www.evil.example @all"
BROKEN = finding(held=False)
KNOWN = {
    "file": "known.toml",
    "entry": 1,
    "case": "*",
    "clause": "*",
    "reason": "why",
    "owner": "who",
    "expires": "2026-02-01",
}


def failing(**more):
    return line(ID, "fail", BROKEN, finding("response.body"), **more)


# -- junit.xml ---------------------------------------------------------------------------------------------------------


def suites(told) -> ET.Element:
    return ET.fromstring(junit(told))  # noqa: S314 - written by us


def case(told, name: str = ID) -> ET.Element:
    return next(
        found for found in suites(told).iter("testcase") if f"{found.get('classname')}/{found.get('name')}" == name
    )


def properties(element: ET.Element) -> dict[str, str]:
    return {item.get("name"): item.get("value") for item in element.find("properties")}


def test_a_case_says_contract_clauses_and_standing():
    assert properties(case(run())) == {
        "contract": "event-cancel.v1.0",
        "standing": "current",
        "clauses": "response.status response.body",
        "verdict": "pass",
        "gating": "true",
        "route": "/me/events/{id}/cancel",
        "addressing": "me",
        "request-id": REQUEST_ID,
    }
    assert properties(case(run(), DRAFT_ID))["standing"] == "draft"


OUTCOMES = {
    "holds": (line(), None),
    "fails": (failing(), "failure"),
    "does not gate": (failing(gating=False), "skipped"),
    "is known": (failing(excused=True), "skipped"),
    "inconclusive": (line(ID, "inconclusive", finding(held=None, reason="no token"), reason="no token"), "skipped"),
    "our own fault": (line(ID, "error", reason="KeyError"), "error"),
    "observed": (
        line(ID, "observed", observed={"observation": "x", "expected": None, "mark": "U", "received": "400"}),
        "system-out",
    ),
}


@pytest.mark.parametrize(("told", "tag"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_verdict_is_what_pytest_counts_it_as(told, tag):
    found = run(told, line(DRAFT_ID))
    root = suites(found)

    assert [child.tag for child in case(found)] == ["properties", *([tag] if tag else [])]
    counted = {name: int(root.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {
        "tests": 2,
        "failures": tag == "failure",
        "errors": tag == "error",
        "skipped": tag == "skipped",
    }
    assert sum(int(suite.get("tests")) for suite in root) == 2


def test_a_failure_says_documented_before_received_and_how_to_send_it_again():
    found = case(run(failing(), line(DRAFT_ID))).find("failure")

    assert found.get("message") == "response.status (heading Response): documented 202, received 204"
    assert "curl -i -X POST" in found.text
    assert case(run(line(exchanges=[call(ms=1500.0), call()]))).get("time") == "1.512"


def test_what_xml_cannot_carry_is_replaced():
    told = failing(clauses=[finding(held=False, received=HOSTILE)])
    message = case(run(told)).find("failure").get("message")

    assert "<script>alert(1)</script>" in message
    assert "\x1b" not in message
    assert message.count("\ufffd") == 3


@pytest.mark.parametrize("partial", [True, False])
def test_each_suite_says_whether_the_run_was_partial(partial):
    assert {properties(suite)["partial"] for suite in suites(run(partial=partial))} == {str(partial).lower()}


def test_a_fault_in_telling_a_case_is_told_as_it_is():
    with pytest.raises(KeyError, match="observed"):
        junit(run(line(ID, "observed")))


def test_each_target_and_contract_is_a_suite():
    found = run_of_lines(*split(merged(lines(), lines(head=header(target="fabrikam")))))

    assert [suite.get("name") for suite in suites(found)] == [
        "contoso: event-cancel.v1.0",
        "contoso: event-cancel.stub",
        "fabrikam: event-cancel.v1.0",
        "fabrikam: event-cancel.stub",
    ]


def split(told: list) -> tuple:
    return told[0], told[1:-1], told[-1]


# -- summary.md --------------------------------------------------------------------------------------------------------


def test_a_summary_begins_with_the_verdict_and_what_it_is_worth():
    first, _, second, *_ = markdown(run()).splitlines()

    assert first == "# holds (exit 0): 2 pass"
    assert second.startswith(
        "**Evidence from the target itself.** Target `contoso`, cloud `global`, 2026-01-02T03:04:05"
    )
    assert "vouches for the suite, not for the service" in markdown(run(head=header(origin="mock")))


def test_a_finding_is_told_once_for_all_its_cases_and_says_whether_it_fails():
    other = f"{ID}/batch"
    plan = header(planned(), planned(other), planned(DRAFT_ID))
    told = markdown(run(failing(), failing(id=other), line(DRAFT_ID, "fail", BROKEN), head=plan, exit=1))

    assert told.startswith("# does not hold (exit 1): 3 fail, 1 of the failures do not gate\n")
    rows = [row for row in told.splitlines() if row.startswith(("| yes", "| no"))]
    assert rows == [
        f"| yes | event-cancel.v1.0 | response.status | 202 | 204 | 2 | `{ID}` |",
        f"| no | event-cancel.stub | response.status | 202 | 204 | 1 | `{DRAFT_ID}` |",
    ]


def test_what_was_not_tested_is_told_with_its_remedy():
    why = "the target has no token for attendee"
    told = markdown(run(line(ID, "inconclusive", finding(held=None, reason=why), reason=why), line(DRAFT_ID)))

    assert "- effect.deleted-items: nobody can list them (2 contracts)" in told
    assert (
        "- 1 case inconclusive: the target has no token for attendee *Remedy: give \\[actors.attendee\\] a flow" in told
    )


WHOLE = {"response.status": clause("success is answered 202"), "response.body": clause("the body is empty")}
OPEN = {
    "event-cancel.v1.0": contract(clauses=WHOLE),
    "event-cancel.stub": contract("draft", clauses=WHOLE),
}


def test_what_makes_a_run_incomplete_is_told_once_with_the_number_of_routes():
    """
    Neither is the case inconclusive nor is a clause without a case: only the route was never judged on it.
    """
    again = f"{ID}/upn"
    opened = [finding(held=None, reason="no inbox"), finding("response.body")]
    head = header(planned(), planned(again, addressing="upn"), planned(DRAFT_ID), contracts=OPEN)
    told = [line(ID, "pass", *opened), line(again, "pass", *opened, addressing="upn", gating=True), line(DRAFT_ID)]
    text = "response.status: not judged on 2 routes (event-cancel.v1.0): no inbox"

    whole = run(*told, head=head, exit=10, unjudged=2)
    assert f"### Not tested\n\n- {text.replace('_', chr(92) + '_')}\n" in markdown(whole)
    shown = list(summary(whole.parts[0], Path("run.jsonl"), width=100, color=False))
    assert shown.count(f"  {text}") == 1
    assert sum("no inbox" in row for row in shown) == 1
    assert text not in markdown(run(*told, head=head, partial=True))
    assert "- nothing: every clause of every contract was judged\n" in markdown(run(head=header(contracts=OPEN)))


def test_what_is_seen_where_no_clause_speaks_is_listed_where_it_is_unusual():
    seen = {"observation": "x", "expected": "400", "mark": "D", "received": "202"}
    told = markdown(run(line(ID, "observed", observed=seen), line(DRAFT_ID)))

    assert (
        "### Observed, where no clause speaks\n\n"
        f"- otherwise than on record: {ID}: on record 400 (D), received 202\n" in told
    )
    assert "### Observed" not in markdown(
        run(line(ID, "observed", observed=seen | {"received": "400"}), line(DRAFT_ID))
    )


def test_a_partial_run_says_so_and_by_what():
    told = markdown(run(line(), head=header(planned(), planned(DRAFT_ID), selection=["-k v1.0"]), partial=True))

    assert "**A partial run (`-k v1.0`):** 1 of 2 cases. What the others cover is not examined." in told


def test_disputes_deviations_and_effects_are_told():
    standing = {"entry": 1, "state": "met", "findings": 1, "judged": 1, "cases": 1}
    told = markdown(run(head=header(deviations=[KNOWN]), deviations=[standing], residue="2 objects"))

    assert "- `event-cancel/response.status`: 202 **followed**; 204 **followed**" in told
    assert "- `known.toml`, entry 1: 1 finding: why (owner who, until 2026-02-01)" in told
    assert "- created: 2 events; deletions: 3; mails: 2 to attendee; 7 requests in all" in told
    assert "- **residue: 2 objects**" in told
    replayed = markdown(run(head=header(origin="recording:mock")))
    assert "- nothing was sent: the answers are those of a recording" in replayed
    assert "created" not in replayed


def test_what_changed_stands_right_after_the_verdict():
    before = {
        "target": "contoso",
        "run": "gc11111111111111",
        "started": "2026-01-01T00:00:00+00:00",
        "suite": "1.2.2",
        "cases": 2,
    }
    item = {"case": ID, "clause": None, "before": "pass", "after": "fail", "text": "now *fails*"}
    changed = {"with": before, "moved": True, "changes": [{"kind": "off-pass", "title": "Moved", "items": [item]}]}
    assert misfit(changed, schema_at(SCHEMA, "compared")) is None
    told = markdown(run(compared=changed))

    assert told.index("## Since 2026-01-01") < told.index("**Evidence")
    assert f"### Moved\n\n- {ID}: now \\*fails\\*\n" in told
    assert "Nothing changed against run `gc11111111111111`." in markdown(run(compared=changed | {"changes": []}))


def test_what_a_target_sends_is_no_markup():
    told = markdown(run(failing(clauses=[finding(held=False, received=HOSTILE)]), exit=1))
    row = next(row for row in told.splitlines() if row.startswith("| yes"))

    assert len(re.findall(r"(?<!\\)\|", row)) == 8
    assert "<script" not in re.sub(r"\\<", "", told)
    assert "\n# top" not in told
    assert "https://" not in row
    assert "www." not in row


def test_a_terminal_that_shows_a_summary_is_not_told_what_to_do():
    told = markdown(run(failing(clauses=[finding(held=False, received="\x1b[2J\x07\u202e")]), exit=1))

    assert all(line.isprintable() for line in told.splitlines())


def test_a_long_list_is_cut_and_says_by_how_much():
    ids = [f"{ID}/{number}" for number in range(100)]
    cases = [failing(id=name, clauses=[finding(held=False, received=name)]) for name in ids]
    told = markdown(run(*cases, head=header(*map(planned, ids)), exit=1))

    assert "60 more are in the report." in told


# -- files -------------------------------------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_bytes_whatever_the_order_of_its_lines(tmp_path):
    first, one, two, last = lines(failing(), line(DRAFT_ID), exit=1)
    there = tmp_path / "there"
    there.mkdir()
    write_reports(tmp_path, run_of_lines(first, [two, one], last))
    written(there, [first, one, two, last])

    assert main(["report", str(there)]) == 0
    for name in RENDERERS:
        assert (tmp_path / name).read_bytes() == (there / name).read_bytes(), name


def test_whatever_a_target_sends_is_written(tmp_path):
    written(tmp_path, lines(failing(clauses=[finding(held=False, received=HOSTILE)]), line(DRAFT_ID), exit=1))

    assert main(["report", str(tmp_path)]) == 0
    assert "evil.example" in (tmp_path / "summary.md").read_text("utf-8")


def test_every_report_is_written_and_said(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, lines())

    assert main(["report", "run.jsonl"]) == 0
    assert capsys.readouterr().out.split() == [*RENDERERS]
    assert {path.name for path in tmp_path.iterdir()} == {"run.jsonl", *RENDERERS}


def test_what_is_no_whole_run_is_refused_and_nothing_is_written(tmp_path, capsys):
    written(tmp_path, lines()[:-1])

    assert main(["report", str(tmp_path)]) == 4
    assert capsys.readouterr().err.startswith(f"graphcancel: {tmp_path}/run.jsonl: has no footer")
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]


def test_a_report_that_cannot_be_written_leaves_nothing_half_written(tmp_path, monkeypatch):
    name = next(iter(RENDERERS))
    (tmp_path / name).mkdir()

    with pytest.raises(RunError, match=f"{name}: cannot be written .*run.jsonl is whole: graphcancel report"):
        write_reports(tmp_path, run())
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_merged_run_is_told_part_by_part(tmp_path):
    other = lines(failing(), head=header(planned(), target="fabrikam", origin="mock"), exit=1)
    told = read_run(written(tmp_path, merged(lines(), other)))
    text = markdown(told)

    assert text.index("## contoso") < text.index("from the target itself") < text.index("## fabrikam")
    assert "from the bundled mock" in text


def test_a_terminal_is_not_flooded_with_what_was_not_tested():
    ids = [f"{ID}/{number}" for number in range(60)]
    cases = [
        line(name, "inconclusive", finding(held=None, reason=f"reason {name}"), reason=f"reason {name}") for name in ids
    ]
    part = run(*cases, head=header(*map(planned, ids))).parts[0]
    told = list(summary(part, Path("report.html"), width=100, color=False))

    start = told.index("not tested:")
    listed = [text for text in told[start + 1 :] if text.startswith("  ")]
    (more,) = (text for text in listed if text.endswith("more, in the report"))
    assert int(more.split()[1]) + 40 > 60
    assert listed.index(more) == 40
