"""Several runs made one: nothing missed, nothing counted twice, concluded as one run would be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from comparable import CASES, DISPUTE, STATUS, STUB, TOLD, V1, changed, clause, line, page, part, planned, run, without
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from replacing import law

from graphcancel.compare import compare
from graphcancel.conclusion import conclude
from graphcancel.errors import RunError
from graphcancel.merge import lines_of, merge
from graphcancel.report import Left, left_out, readings
from graphcancel.runfile import read_run, write_run

CASE = CASES[0]
TODAY = dt.date(2026, 11, 21)
FIRST, SECOND, THIRD = (f"gc6b01f6c3ee67f{number}" for number in "567")
KNOWN = {
    "file": "contoso.toml",
    "entry": 1,
    "case": f"{V1}/*",
    "clause": STATUS,
    "reason": "ticket 4711",
    "owner": "ada",
    "expires": "2027-01-31",
}
FINDING = {"verdict": "fail", "clauses": [clause(STATUS, False, "204"), clause(TOLD)]}


def of(*runs, **options):
    """Merge *runs*, each with a place of its own."""
    return merge([(f"place {number}", one) for number, one in enumerate(runs, 1)], **options)


def concluded(lines: Sequence[dict], name: str = "gc6b01f6c3ee67f4", **header):
    """A run of *lines* that ended as a run does."""
    found = part(lines, run=name, **header)
    ended = conclude(found, TODAY, partial=len(lines) < len(found.plan), residue=False)
    return run(lines, ended.as_json(), run=name, **header)


def halves(lines: Sequence[dict], **header):
    """The runs of the one and of the other page."""
    return [
        concluded([one for one in lines if one["contract"] == contract], name, selection=[f"-k {contract}"], **header)
        for contract, name in ((V1, FIRST), (STUB, SECOND))
    ]


def bare(run_) -> tuple:
    """What a part says, but for how it came about."""
    (only,) = run_.parts
    header = {key: value for key, value in only.header.items() if key not in {"kind", "format", "run", "runs"}}
    footer = {key: value for key, value in only.footer.items() if key != "kind"}
    return header, [{key: value for key, value in one.items() if key != "part"} for one in only.cases], footer


# -- what a whole is -----------------------------------------------------------------------------------------------

HELD = st.sampled_from([True, False, None])
LINES = st.tuples(
    *(
        st.builds(
            lambda held, told, verdict, case=case: line(case, verdict, [clause(STATUS, held), clause(TOLD, told)]),
            HELD,
            HELD,
            st.sampled_from(["pass", "fail", "inconclusive", "error"]),
        )
        for case in CASES
    )
)


@law
@given(LINES, st.lists(st.integers(0, 2), min_size=len(CASES), max_size=len(CASES)))
def test_whatever_way_a_run_is_divided_its_merged_parts_are_the_run(lines, number):
    whole = concluded(lines, deviations=[KNOWN])
    divided = [
        [one for one, of_it in zip(lines, number, strict=True) if of_it == chosen] for chosen in sorted(set(number))
    ]
    runs = [
        concluded(some, name, selection=["-k x"] if len(divided) > 1 else [], deviations=[KNOWN])
        for some, name in zip(divided, (FIRST, SECOND, THIRD), strict=False)
    ]
    merged = of(*runs)

    assert bare(merged) == bare(whole)
    assert merged.exits == whole.exits
    assert compare(whole, merged).changes == ()
    assert bare(of(merged)) == bare(merged)


@settings(law, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_a_merged_run_is_written_and_read_as_it_was(tmp_path, lines):
    merged = of(*halves(lines), concluded(lines, THIRD, target="fabrikam"))
    read = read_run(write_run(tmp_path, "merged", lines_of(merged)))

    assert read == merged


def test_a_joined_part_names_its_runs_and_the_whole_day():
    first, second = halves([line(case) for case in CASES])
    second.header["started"] = second.parts[0].header["started"] = "2026-11-20T02:00:00+00:00"
    (joined,) = of(first, second).parts

    assert joined.header["runs"] == [FIRST, SECOND]
    assert joined.header["started"] == "2026-11-20T02:00:00+00:00"
    assert joined.header["selection"] == []
    assert joined.partial is False
    assert joined.footer["requests"] == 7 * len(CASES)
    assert joined.footer["mails"] == {"attendee": len(CASES)}


def test_several_targets_stand_side_by_side():
    merged = of(run(), run(changed(CASE, **FINDING), {"exit": 1}, target="fabrikam", run=FIRST, suite="1.1"))

    assert merged.target == "contoso, fabrikam"
    assert merged.header["suite"] == "1.0, 1.1"
    assert merged.footer["counts"] == {"cases": 16, "fail": 1, "pass": 15}
    assert merged.exits == (1,)
    assert [one.header["target"] for one in merged.parts] == ["contoso", "fabrikam"]
    assert {one["part"] for one in merged.parts[1].cases} == {1}


def test_runs_of_other_contracts_are_joined_with_the_disputes_between_them():
    """
    A dispute is between pages that no run had both; each tells its own reading, and together they tell it.
    """
    runs = [
        run(
            [line(case) for case in CASES if case.startswith(contract)],
            contracts={contract: page()},
            plan=[planned(case) for case in CASES if case.startswith(contract)],
            disputes=[DISPUTE | {"readings": [DISPUTE["readings"][number]]}],
            gates=[contract] if contract == V1 else [],
            run=name,
        )
        for number, (contract, name) in enumerate(((V1, FIRST), (STUB, SECOND)))
    ]
    assert [readings(one.parts[0]) for one in runs] == [[], []]
    (joined,) = of(*runs).parts

    assert [*joined.contracts] == [V1, STUB]
    assert joined.header["gates"] == [V1]
    assert joined.disputes == [DISPUTE]
    assert joined.partial is False


# -- how it ends ---------------------------------------------------------------------------------------------------


def test_what_one_run_left_open_another_may_have_judged():
    """
    The same route and clause, judged by another case: together nothing is open.
    """
    plan = [planned(case) for case in CASES[:2]]
    opened = line(CASES[0], "inconclusive", [clause(STATUS, None), clause(TOLD)], reason="no token")
    first = concluded([opened], FIRST, plan=plan[:1])
    second = concluded([line(CASES[1])], SECOND, plan=plan[1:])
    assert first.exits == (10, 5)

    assert of(first, second).exits == (0,)
    assert of(first).exits == (10, 5)


def test_what_no_run_judged_stays_open():
    lines = [
        line(case, "inconclusive", [clause(STATUS), clause(TOLD, None)], reason="no token")
        if case.startswith(V1)
        else line(case)
        for case in CASES
    ]
    first, second = halves(lines)
    assert (first.exits, second.exits) == ((5,), (5,))

    assert of(first, second).exits == (10, 5)


def test_a_known_deviation_that_no_case_of_any_run_shows_is_out_of_date():
    lines = [line(case) for case in CASES]
    merged = of(*halves(lines, deviations=[KNOWN | {"case": "*"}]))

    assert merged.exits == (11,)
    assert merged.parts[0].footer["deviations"][0]["state"] == "gone"


@pytest.mark.parametrize("code", [1, 93])
def test_what_failed_beside_the_cases_of_a_run_fails_the_whole(code):
    first, second = halves([line(case) for case in CASES])
    first.parts[0].footer["exit"] = code

    assert of(first, second).exits[0] == code


def test_a_known_deviation_that_expired_between_two_runs_is_out_of_date():
    """
    The day by which it expires is that of the last run.
    """
    lines = [line(case, **(FINDING if case.startswith(V1) else {})) for case in CASES]
    first, second = halves(lines, deviations=[KNOWN])
    second.parts[0].header["started"] = "2027-02-01T02:00:00+00:00"

    for runs in ((first, second), (second, first)):
        (joined,) = of(*runs).parts
        assert joined.footer["deviations"][0]["state"] == "expired"
        assert joined.footer["exit"] == 1


def test_a_merged_run_keeps_no_comparison_of_its_parts():
    compared = compare(run(), run(changed(CASE, **FINDING))).as_json()
    merged = of(run(footer={"compared": compared}))

    assert merged.compared is None
    assert "compared" not in merged.parts[0].footer


ERROR = line(CASES[-1], "error", [], reason="KeyError")
UNKNOWN = [KNOWN | {"case": "event-cancel.v9/*"}]


@pytest.mark.parametrize(
    ("last", "header", "exits"),
    [
        (line(CASES[-1]), {}, (0,)),
        (ERROR, {}, (1,)),
        (line(CASES[-1]), {"deviations": UNKNOWN}, (11,)),
        (line(CASES[-1]), {"deviations": UNKNOWN, "recording": {"beyond": 0}}, (11,)),
        (line(CASES[-1]), {"deviations": UNKNOWN, "recording": {"beyond": 1}}, (0,)),
    ],
    ids=["whole", "a fault where nothing gates", "known of nothing", "all is recorded", "some is recorded"],
)
def test_how_a_run_ends(last, header, exits):
    assert not last["gating"]
    assert concluded([*without(CASES[-1]), last], **header).exits == exits


def test_what_is_left_in_the_target_is_left_in_it():
    first, second = halves([line(case) for case in CASES])
    first.parts[0].footer.update({"residue": "2 events", "exit": 12})
    merged = of(first, second)

    assert merged.exits == (12,)
    assert merged.parts[0].footer["residue"] == "2 events"


# -- what is refused -----------------------------------------------------------------------------------------------


def refused(*runs, **options) -> str:
    with pytest.raises(RunError) as caught:
        of(*runs, **options)
    return str(caught.value)


def test_the_same_run_twice():
    assert refused(run(), run()) == "place 2: the same run as place 1 (gc6b01f6c3ee67f4); merge each run once"
    joined = of(*halves([line(case) for case in CASES]))
    assert f"({SECOND})" in refused(joined, halves([line(case) for case in CASES])[1])


def test_the_same_case_in_two_runs():
    assert refused(run(), run(run=FIRST)).startswith(f"place 2: doubled: {CASE} of target contoso is in place 1 too; ")


def test_planned_cases_in_none():
    short = run(without(CASES[0], CASES[7]))

    assert refused(short) == (
        f"missing: 2 cases of target contoso ({V1}, {STUB}); merge the runs that have them too, or pass --partial"
    )
    assert of(short, partial=True).partial


def test_a_merged_run_with_cases_missing_stays_partial():
    first, _ = halves([line(case) for case in CASES])
    some = run([line(CASES[-1])], run=THIRD, selection=["-k occurrence"])
    merged = of(first, some, partial=True)

    assert merged.partial
    assert merged.parts[0].header["selection"] == [f"-k {V1}", "-k occurrence"]
    assert merged.exits == (0,)


@pytest.mark.parametrize(
    ("selected", "left"),
    [
        (4, [Left(3, "not selected")]),
        (5, [Left(2, "not selected"), Left(1, "not reached")]),
        (None, [Left(3, "not reached")]),
    ],
)
def test_what_was_left_out_of_joined_runs_is_never_told_twice(selected, left):
    """
    The second run was asked for cases that the first has, and did not come to all of them.
    """
    first = run([line(case) for case in CASES[:4]], {"selected": selected}, run=FIRST, selection=["-k x"])
    joined = of(first, run([line(CASES[-1])], run=SECOND, selection=["-k y"]), partial=True).parts[0]

    assert left_out(joined) == left


def test_runs_that_asked_for_the_same_cases_make_a_whole():
    """
    Each was to run all of them and was stopped; together they have them.
    """
    halved = [
        run([line(case) for case in some], {"selected": len(CASES)}, run=name)
        for some, name in ((CASES[:4], FIRST), (CASES[4:], SECOND))
    ]
    (joined,) = of(*halved).parts

    assert joined.footer["selected"] == len(CASES)
    assert left_out(joined) == []


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({"suite": "1.1"}, "another suite than place 1, for the same target contoso"),
        ({"origin": "mock"}, "another origin than place 1"),
        ({"cloud": "china"}, "another cloud than place 1"),
        ({"waived": {"group": "none"}}, "another waived than place 1"),
        ({"deviations": [KNOWN]}, "another deviations than place 1"),
        ({"recording": {"beyond": 1}}, "another recording than place 1"),
        ({"contracts": {V1: page(revision="of 2025"), STUB: page(standing="draft")}}, f"{V1} is told otherwise"),
        ({"gates": [V1, STUB]}, f"{STUB} is told otherwise than in another run of target contoso (gates)"),
        ({"plan": [planned(case, STATUS) for case in CASES]}, f"{CASE} is told otherwise"),
        ({"disputes": [DISPUTE | {"settled": "202"}]}, "event-cancel/response.status is told otherwise"),
    ],
)
def test_runs_of_one_target_that_were_not_made_alike(header, says):
    first, _ = halves([line(case) for case in CASES])
    second = run([line(case) for case in CASES if case.startswith(STUB)], run=SECOND, **header)

    assert says in refused(first, second)


def test_a_target_that_is_expected_and_not_there():
    assert refused(run(), expected=["contoso", "fabrikam"]).startswith("missing: target fabrikam; ")
    assert of(run(), expected=["contoso"]).target == "contoso"


def test_nothing_at_all():
    assert "nothing to merge" in refused()


# -- on disk -------------------------------------------------------------------------------------------------------


def test_what_is_no_run_is_not_written(tmp_path):
    first, *_, last = lines_of(run())
    with pytest.raises(RunError, match="truncated"):
        write_run(tmp_path, "merged", [first, last])

    assert list(tmp_path.iterdir()) == []


def test_each_merged_run_has_a_folder_of_its_own(tmp_path):
    folders = {write_run(tmp_path, "merged", lines_of(of(run()))) for _ in range(3)}

    assert len(folders) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in folders)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot be written .*--out"):
        write_run(tmp_path / "file", "merged", lines_of(run()))
