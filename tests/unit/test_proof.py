"""What a run against a planted fault, a variation or a server of one answer comes to."""

from __future__ import annotations

import json

import pytest

from graphcancel.errors import GraphCancelError, RunError
from graphcancel.proof import (
    Subject,
    _matches,
    as_json,
    chosen,
    examine,
    from_json,
    holds,
    read_catalogue,
    sample,
    summary,
    verdict,
)
from graphcancel.prove import Proof, select

CAMEL = "event-cancel.v1.0/me.events/organizer/camel"
PASCAL = "event-cancel.v1.0/me.events/organizer/pascal"
FAULT = Subject("status-200", "fault", "answered 200", "response.status", ("event-cancel.v1.0/me.events/organizer/*",))
VARIATION = Subject("no-batch", "variation", "there is no $batch", leaves_open=("*/batch",))
CONSTANT = Subject("always-202", "constant", "everything is answered 202")


def line(name: str, verdict: str = "pass", **clauses: bool | None):
    """A line of a run file; ``response_status=False`` is that clause, not held."""
    found = [{"clause": clause.replace("_", ".", 1), "held": held} for clause, held in clauses.items()]
    return {"id": name, "verdict": verdict, "clauses": found}


PASSED = [line(CAMEL, response_status=True), line(PASCAL, response_status=True)]
NAMED = [line(CAMEL, "fail", response_status=False), line(PASCAL, response_status=True)]
BESIDE = [line(CAMEL, "fail", response_status=True, response_body=False), line(PASCAL, response_status=True)]
OPEN = [line(CAMEL, "inconclusive", response_status=None), line(PASCAL, response_status=True)]
BATCH_OPEN = [line("graph-conventions/v1.0.me.events/organizer/pascal/batch", "inconclusive", batch_served=None)]
BROKEN = [line(CAMEL, "error")]


@pytest.mark.parametrize(
    ("subject", "lines", "status", "outcome"),
    [
        (FAULT, NAMED, 1, "killed"),
        (FAULT, BESIDE, 1, "killed otherwise"),
        (FAULT, PASSED, 0, "survived"),
        (FAULT, OPEN, 10, "survived"),
        (FAULT, [], 5, "survived"),
        (FAULT, NAMED, 0, "no verdict"),  # a finding that does not fail the run is none
        (FAULT, PASSED, 1, "no verdict"),
        (FAULT, NAMED, 2, "no verdict"),
        (FAULT, [], 4, "no verdict"),
        (FAULT, NAMED, None, "no verdict"),
        (FAULT, BROKEN, 1, "no verdict"),
        (VARIATION, PASSED, 0, "quiet"),
        (VARIATION, NAMED, 1, "false alarm"),
        (VARIATION, PASSED, 12, "false alarm"),
        (VARIATION, OPEN, 10, "blind"),
        (VARIATION, [*PASSED, *BATCH_OPEN], 0, "quiet"),
        (VARIATION, BROKEN, 1, "no verdict"),
        (VARIATION, PASSED, None, "no verdict"),
        (CONSTANT, NAMED, 1, "not fooled"),
        (CONSTANT, [], 4, "not fooled"),
        (CONSTANT, OPEN, 10, "not fooled"),
        (CONSTANT, PASSED, 0, "fooled"),
        (CONSTANT, [line(CAMEL, "fail", **{"effect_left-calendar": True})], 1, "fooled"),
        (CONSTANT, [], None, "no verdict"),
    ],
)
def test_an_outcome(subject, lines, status, outcome, named):
    found = examine(subject, [named(CAMEL), named(PASCAL)], lines, status, 1.0)

    assert found.outcome == outcome
    assert (found.reason is None) == (outcome in {"killed", "quiet", "not fooled"})
    assert found.good is (found.reason is None)


def test_who_missed_a_fault_and_what_else_was_found_is_told(named):
    both = [line(CAMEL, "fail", response_status=False, response_body=False), line(PASCAL, response_status=True)]
    found = examine(FAULT, [named(CAMEL), named(PASCAL)], both, 1, 2.345)

    assert (found.expected, found.missed) == (2, (PASCAL,))
    assert found.findings == {"response.body": 1, "response.status": 1}
    assert found.collateral == {"response.body": 1}
    assert (found.cases, found.seconds, found.exit) == (2, 2.3, 1)
    assert verdict([found])[0] == f"status-200: not found by 1 of 2 cases that had to: {PASCAL} …"


def test_a_fault_nobody_has_to_find_is_not_killed_by_name(named):
    loose = Subject("x", "fault", "", "response.status", ("no-such-case/*",))

    assert examine(loose, [named(CAMEL)], NAMED, 1, 1.0).outcome == "killed otherwise"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("page.1/me.events/organizer/camel", True),  # an asterisk matches slashes too
        ("page.1/me/organizer/empty", False),
        ("other/a", True),
        ("other/c", False),
        ("Other/a", False),
    ],
)
def test_cases_are_named_by_patterns_and_taken_out_again(name, fits):
    assert _matches(name, ("page.*/organizer/*", "other/[ab]", "!*/organizer/empty")) is fits
    assert not _matches(name, ())


def test_a_case_is_expected_by_pattern_and_clause(named):
    some = Subject("x", "fault", "", "response.status", ("event-cancel.v1.0/*", "!*/camel"))
    other = Subject("x", "fault", "", "batch.served", ("*",))

    assert some.expects(named(PASCAL))
    assert not some.expects(named(CAMEL))
    assert not other.expects(named(PASCAL))


def test_a_fault_is_run_with_who_has_to_find_it_and_a_sample(all_cases):
    narrow = Subject("x", "fault", "", "response.status", ("event-cancel.v1.0/me.calendars.events/organizer/*",))
    picked = {case.id for case in chosen(narrow, all_cases)}

    assert {case.id for case in all_cases if narrow.expects(case)} < picked
    assert {case.id for case in sample(all_cases)} < picked
    assert len(picked) < len(all_cases) / 3
    assert {name.split("/")[0] for name in picked} == {case.contract for case in all_cases}


def test_of_many_that_have_to_find_a_fault_some_are_run(all_cases):
    wide = Subject("x", "fault", "", "response.status", ("event-cancel.*/users-upn.*",))
    picked = [case for case in chosen(wide, all_cases) if wide.expects(case)]

    assert len([case for case in all_cases if wide.expects(case)]) > 100 > len(picked) > 15
    assert {case.contract for case in picked} == {case.contract for case in all_cases if wide.expects(case)}


def test_a_variation_is_run_with_every_route_and_every_kind_of_case(all_cases):
    picked = chosen(VARIATION, all_cases)

    def routes(cases):
        return {(case.contract, case.version, case.path, case.addressing) for case in cases}

    def kinds(cases):
        return {(case.contract, case.family, case.actor, case.body, case.circumstance) for case in cases}

    assert routes(picked) == routes(all_cases)
    assert kinds(picked) == kinds(all_cases)
    assert len(picked) < len(all_cases) / 2


@pytest.mark.parametrize(("subject", "whole"), [(CONSTANT, False), (VARIATION, True), (FAULT, True)])
def test_whole_is_every_case(subject, whole, all_cases):
    assert chosen(subject, all_cases, whole=whole) == list(all_cases)


def results(named, *outcomes: tuple[Subject, list, int]):
    return [examine(subject, [named(CAMEL)], lines, status, 1.0) for subject, lines, status in outcomes]


KILL, OTHER, SURVIVE = (FAULT, NAMED, 1), (FAULT, BESIDE, 1), (FAULT, PASSED, 0)


@pytest.mark.parametrize(
    ("outcomes", "good"),
    [
        ([KILL], True),
        ([KILL] * 19 + [OTHER], True),  # 95 %
        ([KILL] * 18 + [OTHER] * 2, False),
        ([KILL] * 99 + [SURVIVE], False),
        ([KILL, (VARIATION, PASSED, 0), (CONSTANT, [], 4)], True),
        ([KILL, (VARIATION, NAMED, 1)], False),
        ([KILL, (VARIATION, OPEN, 10)], False),
        ([KILL, (CONSTANT, PASSED, 0)], False),
        ([KILL, (VARIATION, PASSED, None)], False),
    ],
)
def test_a_proof_holds_if_nothing_survived_and_nothing_was_cried_over(outcomes, good, named):
    assert holds(results(named, *outcomes)) is good


def test_the_counts(named):
    counted = summary(
        results(named, KILL, KILL, OTHER, SURVIVE, (VARIATION, NAMED, 1), (CONSTANT, PASSED, 0), (FAULT, NAMED, None))
    )

    assert counted == {
        "faults": 5, "killed_by_named_clause": 2, "killed_otherwise": 1, "survived": 1, "variations": 1,
        "false_alarms": 1, "blind": 0, "constants": 1, "fooled": 1, "no_verdict": 1,
    }  # fmt: skip


def test_a_result_survives_its_file(named):
    (found,) = results(named, OTHER)

    assert from_json(json.loads(json.dumps(as_json(found)))) == found


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"name": "x"}]'])
def test_what_is_no_catalogue_is_said_to_be_none(text):
    if text == "{}":
        assert read_catalogue(text) == ()
        return
    with pytest.raises(RunError, match="not a list of faults"):
        read_catalogue(text)


def test_what_a_tenant_may_be_like_is_nothing_to_prove():
    items = [{"name": name, "kind": kind, "changes": "c"} for name, kind in (("n", "tenant"), ("m", "variation"))]

    assert [subject.name for subject in read_catalogue(json.dumps(items))] == ["m"]


def test_a_catalogue_is_read():
    text = json.dumps([{"name": "n", "kind": "fault", "changes": "c", "breaks": "b", "caught_by": ["x/*"]}])

    assert read_catalogue(text) == (Subject("n", "fault", "c", "b", ("x/*",)),)


@pytest.mark.parametrize(
    ("faults", "variations", "message"),
    [
        (["status-20"], [], "--fault status-20: unknown; did you mean status-200"),
        ([], ["zzz"], "graphmock faults lists"),
    ],
)
def test_a_name_nobody_knows_is_answered_with_the_nearest(faults, variations, message):
    with pytest.raises(GraphCancelError, match=message):
        select([FAULT, VARIATION], faults, variations)


def test_what_is_named_is_selected_and_all_where_nothing_is():
    every = [FAULT, VARIATION, CONSTANT]

    assert select(every, [], []) == every
    assert select(every, ["always-202"], ["no-batch"]) == [VARIATION, CONSTANT]


class TestResults:
    """What a stopped proof leaves, and what of it is taken over."""

    def project(self, tmp_path):
        (tmp_path / "tests" / "contract").mkdir(parents=True)
        (tmp_path / "conftest.py").write_text("# one")
        return tmp_path

    def kept(self, tmp_path, named, **more):
        root = self.project(tmp_path)
        proof = Proof(root, tmp_path / "proof", [named(CAMEL)], **more)
        (found,) = results(named, KILL)
        proof._keep(FAULT, found)
        return root, found

    def test_a_result_is_taken_over(self, tmp_path, named):
        root, found = self.kept(tmp_path, named)

        assert Proof(root, tmp_path / "proof", []).done([FAULT, VARIATION]) == {"status-200": found}

    def test_a_half_written_line_costs_that_result_alone(self, tmp_path, named):
        root, found = self.kept(tmp_path, named)
        with (tmp_path / "proof" / "results.jsonl").open("a") as file:
            file.write('{"key": "x", "resu')

        assert Proof(root, tmp_path / "proof", []).done([FAULT]) == {"status-200": found}

    def test_after_a_change_nothing_is_taken_over(self, tmp_path, named):
        root, _ = self.kept(tmp_path, named)
        (root / "conftest.py").write_text("# two")

        assert Proof(root, tmp_path / "proof", []).done([FAULT]) == {}

    def test_nor_from_a_choice_of_cases_for_a_whole_proof(self, tmp_path, named):
        root, _ = self.kept(tmp_path, named)

        assert Proof(root, tmp_path / "proof", [], whole=True).done([FAULT]) == {}

    def test_nor_what_had_no_verdict(self, tmp_path, named):
        root = self.project(tmp_path)
        proof = Proof(root, tmp_path / "proof", [])
        proof._keep(FAULT, results(named, (FAULT, NAMED, None))[0])

        assert proof.done([FAULT]) == {}

    def test_a_proof_started_afresh_knows_nothing(self, tmp_path, named):
        root, _ = self.kept(tmp_path, named)
        proof = Proof(root, tmp_path / "proof", [])
        proof.forget()

        assert proof.done([FAULT]) == {}

    def test_a_folder_that_is_no_checkout_is_refused(self, tmp_path):
        with pytest.raises(RunError, match="run graphcancel prove from the project's checkout"):
            Proof(tmp_path, tmp_path / "proof", [])

    def test_a_folder_that_cannot_be_written_is_refused(self, tmp_path):
        root = self.project(tmp_path)
        (tmp_path / "file").write_text("")

        with pytest.raises(RunError, match="name another folder with --out"):
            Proof(root, tmp_path / "file" / "proof", [])

    def test_the_proof_is_written_as_json(self, tmp_path, named):
        root = self.project(tmp_path)
        path = Proof(root, tmp_path / "proof", []).write(results(named, KILL, SURVIVE), 12.34, 2)
        written = json.loads(path.read_text())

        assert (written["holds"], written["seconds"], written["workers"]) == (False, 12.3, 2)
        assert written["summary"]["survived"] == 1
        assert [item["outcome"] for item in written["results"]] == ["killed", "survived"]
