"""What changed from one run to another: verdicts, silence, readings, answers; and nothing where nothing did."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from comparable import (
    CASE,
    CASES,
    DISPUTE,
    KNOWN,
    LEFT,
    SEEN,
    STATUS,
    STUB,
    TOLD,
    V1,
    changed,
    clause,
    exchange,
    kinds,
    line,
    page,
    planned,
    run,
    texts,
    two,
    without,
)
from hypothesis import given
from hypothesis import strategies as st
from replacing import law

from graphcancel.__main__ import main
from graphcancel.changes import MOVING
from graphcancel.changes import TOLD as KINDS
from graphcancel.compare import compare, of_target
from graphcancel.comparison_text import as_json, bounded, told
from graphcancel.errors import RunError
from graphcancel.markdown import since
from graphcancel.marks import Mark, worker_run
from graphcancel.merge import lines_of, merge
from graphcancel.runfile import SCHEMA, write_run
from graphcancel.schema import misfit, schema_at
from graphcancel.verdict import NO_CHECK

# -- nothing -------------------------------------------------------------------------------------------------------

MARKS = [Mark.of(name, CASE, 1).case for name in ("gc6b01f6c3ee67f4", worker_run("gc6b01f6c3ee67f5", 3))]
HELD = st.sampled_from([True, False, None])
LINES = st.builds(
    lambda held, told, verdict, lag: {
        "verdict": verdict,
        "clauses": [clause(STATUS, held), clause(TOLD, told)],
        "lag_s": lag,
    },
    HELD,
    HELD,
    st.sampled_from(["pass", "fail", "inconclusive", "observed", "error"]),
    st.floats(0, 100),
)
SERIOUS = {"off-pass", "further", "unasserted", "unexamined", "vanished", "unasked", "unreached", "readings"}
RUNS = st.lists(st.tuples(st.sampled_from(CASES), LINES), unique_by=lambda pair: pair[0]).map(
    lambda lines: run([line(case, **more) for case, more in lines])
)


@law
@given(RUNS)
def test_a_run_compared_with_itself_is_not_one_line(found):
    assert compare(found, found).changes == ()
    assert list(told(compare(found, found).as_json())) == []


@law
@given(RUNS, st.randoms())
def test_order_ids_and_times_say_nothing(found, chance):
    lines = [
        {
            **one,
            "exchanges": [exchange(ms=9.0, request_id="00000000-0000-0000-0000-000000000001")],
            "curl": f"curl -d {MARKS[0]}",
        }
        for one in found.parts[0].cases
    ]
    chance.shuffle(lines)
    other = run(lines, {"requests": 1, "ended": "2026-11-22T03:00:00+00:00"}, run="gc6b01f6c3ee67f5")

    assert compare(found, other).changes == ()


@law
@given(RUNS, RUNS)
def test_every_comparison_fits_the_schema_and_moves_by_its_kinds(before, after):
    found = compare(before, after)

    assert misfit(found.as_json(), schema_at(SCHEMA, "compared")) is None
    assert found.moved is bool(SERIOUS & {change.kind for change in found.changes})
    assert bool(list(told(found.as_json()))) is bool(found.changes)


def test_what_moves_a_comparison_is_what_is_worse_silent_or_read_otherwise():
    assert set(MOVING) == SERIOUS


def test_the_kinds_of_the_schema_are_those_there_are():
    schema = json.loads(SCHEMA.read_text("utf-8"))["$defs"]["compared"]

    assert schema["properties"]["changes"]["items"]["properties"]["kind"]["enum"] == list(KINDS)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        tuple(f"Contract check {mark}: off" for mark in MARKS),
        ("/events/{0695f8f2}/cancel", "/events/{daaf71ac}/cancel"),
        ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
    ],
    ids=["mark", "stand-in", "id"],
)
def test_what_is_a_runs_own_is_no_other_request(then, now):
    assert kinds(*two({"exchanges": [exchange(sent=then)]}, {"exchanges": [exchange(sent=now)]})) == []
    assert kinds(*two({"exchanges": [exchange(sent=then)]}, {"exchanges": [exchange(sent=then + ".")]})) == ["sent"]


# -- verdicts ------------------------------------------------------------------------------------------------------

BROKEN = {"verdict": "fail", "clauses": [clause(STATUS, False, "204"), clause(TOLD)]}
OPEN = {"verdict": "inconclusive", "clauses": [clause(STATUS, None), clause(TOLD, None)], "reason": "no token"}
ERROR = {"verdict": "error", "clauses": [], "reason": "KeyError"}
BOTH = {"verdict": "fail", "clauses": [clause(STATUS, False, "204"), clause(TOLD, False, "0 of 2")]}


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ({}, BROKEN, ["off-pass", "readings"]),
        ({}, OPEN, ["off-pass", "unexamined"]),
        ({}, ERROR, ["off-pass", "unasserted"]),
        ({}, SEEN, ["off-pass", "unasserted"]),
        (SEEN, {**SEEN, "verdict": "fail", "clauses": [clause(STATUS, False)]}, ["off-pass", "readings", "new"]),
        (BROKEN, BOTH, ["further"]),
        (OPEN, BROKEN, ["readings", "found"]),
        (ERROR, BROKEN, ["readings", "found", "new"]),
        (OPEN, ERROR, ["found"]),
        (ERROR, OPEN, ["otherwise"]),
        (BROKEN, OPEN, ["unexamined", "readings", "otherwise"]),
        (BROKEN, {}, ["readings", "better"]),
        (BOTH, BROKEN, ["better"]),
        (OPEN, {}, ["better"]),
        (BROKEN, BROKEN | {"excused": True}, ["excused"]),
    ],
)
def test_how_a_verdict_moved(then, now, expected):
    assert kinds(*two(then, now)) == expected


def test_a_moved_verdict_shows_documented_and_received_before_and_after():
    (text,) = texts(*two({}, BROKEN), "off-pass")

    assert text == "pass → fail: response.status: documented 202, received 204, before 202"


def test_a_verdict_that_moved_for_want_of_something_gives_the_reason():
    (text,) = texts(*two({}, OPEN), "off-pass")

    assert text == "pass → inconclusive: no token"


def test_a_finding_that_became_known_is_told_with_what_covers_it():
    covered = {**BROKEN, "excused": True, "clauses": [clause(STATUS, False, "204", deviation=KNOWN), clause(TOLD)]}

    assert texts(*two(BROKEN, covered), "excused") == [
        "fail → fail (known): known deviation: ticket 4711 (owner ada, until 2027-01-31)"
    ]
    assert "(owner ada" in texts(*two({}, covered), "off-pass")[0]


def test_cases_that_moved_alike_are_one_line():
    moved = [line(case, **BROKEN) for case in CASES]
    lines = list(told(compare(run(), run(moved)).as_json()))

    assert lines[0] == (
        "compared with the run of 2026-11-21 02:00 UTC (target contoso, suite 1.0, 8 cases): something moved"
    )
    assert lines[1:3] == [
        "moved off pass:",
        f"  8 cases, such as {CASE}: pass → fail: response.status: documented 202, received 204, before 202",
    ]


# -- silence -------------------------------------------------------------------------------------------------------


def test_a_clause_without_its_check_is_no_longer_asserted_and_told_once():
    mute = [clause(STATUS), clause(TOLD, None, reason=NO_CHECK)]
    after = run([line(case, "inconclusive", mute, reason=NO_CHECK) for case in CASES])
    (change,) = (change for change in compare(run(), after).changes if change.kind == "unasserted")
    (item,) = change.items

    assert (item.clause, item.case, item.before, item.after) == (TOLD, None, "judged in 8", "judged in none")
    assert item.text == f"in all 8 cases of {V1}, {STUB}, such as {CASE}: {NO_CHECK}"
    assert compare(run(), after).moved


def test_a_clause_that_a_case_lists_no_more_leaves_it_green_and_is_told():
    lines = changed(CASE, clauses=[clause(STATUS)])
    plan = [planned(case, STATUS) if case == CASE else planned(case) for case in CASES]
    found = compare(run(), run(lines, plan=plan))

    assert [change.kind for change in found.changes] == ["unasserted"]
    assert found.changes[0].items[0].text == f"in 1 of 4 cases of {V1}, such as {CASE}: these cases list it no more"
    assert found.moved


@pytest.mark.parametrize(
    ("told_of", "why"),
    [
        (page(STATUS), "the page has no such clause any more"),
        (
            page() | {"clauses": page()["clauses"] | {TOLD: page()["clauses"][TOLD] | {"untestable": "too slow"}}},
            "now called untestable: too slow",
        ),
        (page(), "nothing spoke of it"),
    ],
)
def test_why_a_clause_is_asserted_no_more(told_of, why):
    lines = [line(case, clauses=[clause(STATUS)] if case.startswith(V1) else None) for case in CASES]
    (text,) = texts(run(), run(lines, contracts={V1: told_of, STUB: page(standing="draft")}), "unasserted")

    assert text == f"in all 4 cases of {V1}, such as {CASE}: {why}"


def test_a_clause_that_was_never_judged_leaves_with_its_page_without_noise():
    before = run(contracts={V1: page(STATUS, TOLD, LEFT), STUB: page(standing="draft")})
    found = compare(before, run())

    assert not found.moved
    assert any(LEFT in str(item.clause) for change in found.changes for item in change.items)


def test_the_other_way_round_a_clause_is_new():
    lines = changed(CASE, clauses=[clause(STATUS)])
    found = compare(run(lines), run())

    assert [change.kind for change in found.changes] == ["new"]
    assert not found.moved


# -- cases gone ----------------------------------------------------------------------------------------------------


def test_a_case_that_left_the_plan_vanished():
    plan = [planned(case) for case in CASES if case != CASE]

    assert kinds(run(), run(without(CASE), plan=plan)) == ["vanished"]
    assert compare(run(), run(without(CASE), plan=plan)).moved


def test_a_contract_that_left_is_named_by_each_of_its_cases():
    mine = [case for case in CASES if case.startswith(V1)]
    after = run([line(case) for case in mine], plan=[planned(case) for case in mine], contracts={V1: page()})

    assert set(texts(run(), after, "vanished")) == {f"no longer in the suite: the run has no contract {STUB}"}


def test_a_planned_case_that_no_test_asks_for_is_told_though_nobody_narrowed_the_run():
    assert kinds(run(), run(without(CASE))) == ["unasked"]
    assert kinds(run(selection=["-k me"]), run(without(CASE), selection=["-k me"])) == ["unasked"]


@pytest.mark.parametrize("selection", [["-k pascal"], ["--lf"], ["-k pascal", "-x"]])
def test_what_was_not_selected_is_one_quiet_line(selection):
    after = run(without(*CASES[:3]), selection=selection)

    assert texts(run(), after, "left-out") == [f"3 cases not selected, such as {CASE}"]
    assert not compare(run(), after).moved


def test_the_same_words_choose_other_cases_where_they_look_back():
    assert kinds(run(selection=["--lf"]), run(without(CASE), selection=["--lf"])) == ["left-out"]


def test_what_was_not_reached_is_quiet_only_where_the_run_was_to_stop():
    footer = {"selected": len(CASES)}

    assert kinds(run(), run(without(CASE), footer)) == ["unreached"]
    assert kinds(run(), run(without(CASE), footer, selection=["-x"])) == ["left-out"]


def test_what_a_recording_does_not_hold_is_one_quiet_line():
    plan = [planned(case) for case in CASES if case != CASE]
    recording = {"beyond": 1, "recorded": "2026-11-21"}

    assert kinds(run(), run(without(CASE), plan=plan, recording=recording)) == ["left-out"]


def test_a_recording_explains_no_more_than_it_holds_less_than_the_one_before():
    """
    Both runs replay a recording that lacks other cases; a case that left the suite is on neither.
    """
    then, now = ({"beyond": number, "recorded": "2026-11-21"} for number in (2, 3))
    plan = [[planned(case) for case in CASES[number:]] for number in (0, 1, 2)]
    before = run(recording=then)

    assert kinds(before, run(without(CASE), plan=plan[1], recording=then)) == ["vanished"]
    assert kinds(before, run(without(CASE), plan=plan[1], recording=now)) == ["left-out"]
    assert kinds(before, run(without(*CASES[:2]), plan=plan[2], recording=now)) == ["vanished"]
    assert kinds(before, run(without(CASE), plan=plan[1])) == ["vanished"]


def test_a_case_is_new_only_where_the_run_before_did_not_plan_it():
    plan = [planned(case) for case in CASES if case != CASE]

    assert kinds(run(without(CASE), plan=plan), run()) == ["new"]
    assert kinds(run(without(CASE)), run()) == ["left-out"]


# -- disputes ------------------------------------------------------------------------------------------------------


def test_another_reading_moves_the_comparison():
    after = run([line(case, "fail", [clause(STATUS, False, "204"), clause(TOLD)]) for case in CASES])

    assert texts(run(), after, "readings") == [
        "event-cancel/response.status: 202: followed → not followed",
        "event-cancel/response.status: 204: followed → not followed",
    ]


def test_cases_that_one_run_left_out_change_no_reading():
    broken = [line(case, **(BROKEN if case == CASE else {})) for case in CASES]
    rest = [one for one in broken if one["id"] != CASE]

    assert "readings" not in kinds(run(broken), run(rest, selection=["-k pascal"]))


@pytest.mark.parametrize(
    ("then", "now", "kind"),
    [(None, True, "new"), (True, None, "readings"), (None, False, "new"), (False, True, "readings")],
)
def test_a_reading_that_was_not_examined_before_is_new_and_no_other(then, now, kind):
    before, after = (run([line(case, clauses=[clause(STATUS, held)]) for case in CASES]) for held in (then, now))

    assert {item.split(": ")[1] for item in texts(before, after, kind) if item.startswith(DISPUTE["id"])} == {
        "202",
        "204",
    }


def test_a_dispute_that_nobody_examined_comes_and_goes_with_its_pages():
    unasked = [line(case, clauses=[clause(TOLD)]) for case in CASES]

    assert kinds(run(unasked), run(unasked, disputes=[])) == ["contracts"]
    assert kinds(run(unasked, disputes=[]), run(unasked)) == ["contracts"]


def test_a_dispute_that_went_though_it_was_examined_is_told():
    assert kinds(run(), run(disputes=[])) == ["readings"]
    assert not compare(run(disputes=[]), run()).moved


# -- several targets -----------------------------------------------------------------------------------------------


def merged(*runs):
    return merge([(f"run {number}", one) for number, one in enumerate(runs)])


def other(name: str, lines=None):
    return run(lines, target=name, run=f"gc6b01f6c3ee6{name[:2].encode().hex()}")


def test_merged_runs_are_matched_by_target():
    before = merged(other("contoso"), other("fabrikam"))
    after = merged(other("fabrikam", changed(CASE, **BROKEN)), other("contoso"))

    (text,) = texts(before, after, "off-pass")
    assert text.startswith("target fabrikam: pass → fail")
    assert compare(before, before).changes == ()


def test_a_target_that_is_missing_vanished_and_another_is_new():
    before = merged(other("contoso"), other("fabrikam"))
    after = merged(other("contoso"), other("northwind"))

    assert texts(before, after, "vanished") == ["target fabrikam with its 8 cases"]
    assert texts(before, after, "new") == ["target northwind with its 8 cases"]


def test_a_baseline_of_several_targets_is_that_of_the_target_that_runs():
    whole = merged(other("contoso"), other("fabrikam", changed(CASE, **BROKEN)))

    assert compare(of_target(whole, "contoso", "RUN"), other("contoso")).changes == ()
    assert kinds(of_target(whole, "fabrikam", "RUN"), other("fabrikam")) == ["readings", "better"]
    with pytest.raises(RunError, match="RUN: a merged run without target northwind"):
        of_target(whole, "northwind", "RUN")


def test_the_command_compares_a_run_of_one_target_with_its_part_of_a_merged_one(tmp_path, capsys):
    whole = merged(other("contoso"), other("fabrikam", changed(CASE, **BROKEN)))
    then, now, elsewhere = (
        str(write_run(tmp_path, "run", lines_of(one))) for one in (whole, other("contoso"), other("northwind"))
    )

    assert main(["compare", then, now]) == 0
    assert capsys.readouterr().out == ""
    assert main(["compare", then, elsewhere]) == 4
    assert "a merged run without target northwind" in capsys.readouterr().err
    assert main(["compare", now, then]) == 0
    assert "target fabrikam with its 8 cases" in capsys.readouterr().out


# -- telling -------------------------------------------------------------------------------------------------------


def test_a_terminal_is_shown_so_many_lines_and_told_of_the_rest():
    after = run([line(case, clauses=[clause(STATUS, received=str(n))]) for n, case in enumerate(CASES)])
    compared = compare(run(), after).as_json()
    lines = list(bounded(compared, 5, "graphcancel compare A B"))

    assert len(lines) == 5
    assert lines[-1] == f"  and {len(list(told(compared))) - 4} lines more: graphcancel compare A B"
    assert len(list(bounded(compared, 99, ""))) == len(list(told(compared)))
    assert max(map(len, lines)) <= 300


def test_a_terminal_is_told_that_nothing_changed():
    (text,) = bounded(compare(run(), run()).as_json(), 40, "")

    assert text.endswith("(target contoso, suite 1.0, 8 cases): nothing changed")


def test_what_a_target_sent_is_no_markup():
    seen = {"observation": "x", "expected": None, "mark": "U", "received": "<b>*x*</b>"}
    before, after = two({**SEEN, "observed": seen | {"received": "202"}}, {**SEEN, "observed": seen})
    text = "\n".join(since(compare(before, after).as_json()))

    assert r"\<b\>\*x\*\</b\>" in text
    assert text.startswith("## Since 2026-11-21T02:00:00+00:00\n\nCompared with the run of ")


def test_json_is_what_the_footer_of_a_run_holds():
    compared = compare(*two({}, BROKEN)).as_json()

    assert json.loads("\n".join(as_json(compared))) == compared
    assert compared["with"] == {
        "target": "contoso",
        "run": "gc6b01f6c3ee67f4",
        "started": "2026-11-21T02:00:00+00:00",
        "suite": "1.0",
        "cases": 8,
    }
    assert compared["moved"] is True
    assert set(compared["changes"][0]["items"][0]) == {"case", "clause", "before", "after", "text"}


def test_a_dispute_with_one_reading_left_is_none():
    alone = [DISPUTE | {"readings": DISPUTE["readings"][:1]}]

    assert run(disputes=alone).parts[0].disputes == []
    assert replace(run().parts[0]).disputes == [DISPUTE]


def test_what_a_run_holds_tells_no_terminal_and_no_runner_what_to_do():
    """A run to compare with may come from anywhere; a runner takes a line that begins with two colons for a command."""
    evil = "x\x1b[2J\n::error::it\r"
    clauses = [clause(STATUS, held=False) | {"received": evil}]
    found = compare(run(), run(changed(CASE, verdict="fail", clauses=clauses), target=evil, suite=evil))

    lines = [*told(found.as_json()), *bounded(found.as_json(), 99, "")]

    assert lines
    assert all(line.isprintable() for line in lines)


def test_an_error_tells_no_terminal_what_to_do():
    assert str(RunError("a\x1b[2J: missing\nremedy")) == "a\ufffd[2J: missing\nremedy"
