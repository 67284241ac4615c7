"""Which clauses the suite could do without."""

from __future__ import annotations

from dataclasses import replace

from graphcancel.proof import Result
from graphcancel.proof_text import verdict
from graphcancel.redundancy import Weight, weigh
from graphcancel.subjects import Subject

A, B, C = (Subject(name, "fault", "", "clause.one") for name in "abc")


def found(subject: Subject, *others: str, outcome: str = "killed", whole: bool = False, wide: bool = False) -> Result:
    """A fault found by its clause and by *others*."""
    clauses = dict.fromkeys([subject.breaks, *others], 1)
    return Result(subject.name, "fault", subject.breaks, outcome, 1.0, 1, findings=clauses, whole=whole, wide=wide)


def test_a_clause_is_redundant_if_others_find_each_of_its_faults():
    results = [found(A, "x", "y"), found(B, "y"), found(C, "z", "y")]

    assert weigh([A, B, C], results) == [Weight("clause.one", ("y",))]
    assert weigh([A, B, C], results)[0].redundant


def test_the_fewest_that_come_first_stand_in():
    assert weigh([A, B], [found(A, "x"), found(B, "y")])[0].stand_ins == ("x", "y")


def test_what_a_choice_of_cases_shows_does_not_settle_that_a_clause_is_needed():
    (weight,) = weigh([A, B], [found(A, "x"), found(B)])

    assert (weight.redundant, weight.needed_by, weight.unsettled) == (False, None, ("b",))


def test_every_kind_of_case_settles_it_one_way_or_the_other():
    results = [found(A, "x"), found(B)]

    assert weigh([A, B], results, [found(B, wide=True)]) == [Weight("clause.one", needed_by="b")]
    assert weigh([A, B], results, [found(B, "z", wide=True)]) == [Weight("clause.one", ("x", "z"))]
    assert weigh([A, B], [found(A, "x"), found(B, whole=True)])[0].needed_by == "b"
    assert weigh([A, B], results, [found(B, whole=True)])[0].unsettled == ("b",), "what is drawn settles nothing"
    rare = replace(B, once_in=20)
    assert weigh([A, rare], results, [found(rare, wide=True)])[0].needed_by is None


def test_a_run_that_came_to_nothing_settles_nothing():
    lost = found(B, outcome="no verdict", wide=True)

    assert weigh([A, B], [found(A, "x"), found(B)], [lost])[0].unsettled == ("b",)


def test_a_clause_is_weighed_only_where_it_killed_all_its_faults():
    assert weigh([A, B], [found(A, "x")]) == []
    assert weigh([A, B], [found(A, "x"), found(B, "y", outcome="killed otherwise")]) == []


def test_faults_of_other_clauses_do_not_matter():
    other = Subject("o", "fault", "", "clause.two")
    weights = weigh([A, other], [found(A, "x"), found(other, "clause.one", whole=True)])

    assert [(weight.clause, weight.stand_ins) for weight in weights] == [
        ("clause.one", ("x",)), ("clause.two", ("clause.one",)),
    ]  # fmt: skip


def test_it_is_told_on_what_it_rests():
    weights = [Weight("one", ("x", "y")), Weight("two", needed_by="b"), Weight("three", unsettled=("c",))]

    assert verdict([], [], [], weights) == [
        "clauses: 3; needed 1, redundant 1, not settled 1: for that, some faults have to be run with more cases",
        "  one: its faults are found by x, y too",
    ]
