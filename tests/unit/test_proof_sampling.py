"""Which cases are run against what, and what is run with every case as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graphcancel.sampling import BYSTANDERS, FINDERS, by_lot, chosen, drawn, spread
from graphcancel.subjects import Subject

FAULT = Subject("x", "fault", "", "response.status", ("event-cancel.v1.0/me.calendars.events/organizer/*",))
WIDE = replace(FAULT, caught_by=("event-cancel.*/users-upn.*",))
VARIATION = Subject("no-batch", "variation", "there is no $batch", leaves_open=("*/batch",))
COMBINATION = Subject("combination-1", "combination", "", members=("no-batch", "other"))
CONSTANT = Subject("always-202", "constant", "everything is answered 202")


def finders(subject, cases):
    return [case for case in cases if subject.expects(case)]


def test_a_fault_is_run_with_who_has_to_find_it_and_a_few_others(all_cases):
    picked = chosen(FAULT, all_cases)

    assert 0 < len(finders(FAULT, all_cases)) <= FINDERS
    assert finders(FAULT, picked) == finders(FAULT, all_cases)
    assert len(picked) == len(finders(FAULT, all_cases)) + BYSTANDERS
    assert [case for case in all_cases if case in picked] == picked


def test_of_many_that_have_to_find_a_fault_the_most_different_are_run(all_cases):
    picked = finders(WIDE, chosen(WIDE, all_cases))
    every = finders(WIDE, all_cases)

    assert len(every) > 100 > FINDERS == len(picked)
    for trait in ("contract", "version", "actor", "body", "circumstance"):
        assert {getattr(case, trait) for case in picked} == {getattr(case, trait) for case in every}, trait


def test_a_rare_fault_gets_the_calls_to_be_struck(all_cases):
    assert len(finders(WIDE, chosen(replace(WIDE, once_in=20), all_cases))) == 60
    assert len(finders(WIDE, chosen(replace(WIDE, once_in=1000), all_cases))) == len(finders(WIDE, all_cases))


def test_a_variation_is_run_with_every_route_and_every_kind_of_case(all_cases):
    picked = chosen(VARIATION, all_cases)

    def routes(cases):
        return {(case.path, case.addressing) for case in cases}

    def kinds(cases):
        return {(case.family == "bookings", case.actor, case.body, case.circumstance) for case in cases}

    for trait in ("contract", "version"):
        assert {getattr(case, trait) for case in picked} == {getattr(case, trait) for case in all_cases}, trait

    def says(cases):
        return {(case.contract, clause) for case in cases for clause in case.clauses}

    assert says(picked) == says(all_cases)
    assert routes(picked) == routes(all_cases)
    assert kinds(picked) == kinds(all_cases)
    assert len(picked) < len(all_cases) / 4


def test_a_combination_is_run_with_all_there_is_once(all_cases):
    picked = chosen(COMBINATION, all_cases)

    for trait in ("contract", "version", "addressing", "actor", "body", "circumstance", "family", "kind"):
        assert {getattr(case, trait) for case in picked} == {getattr(case, trait) for case in all_cases}, trait
    clauses = [{clause for case in cases for clause in case.clauses} for cases in (picked, all_cases)]
    assert clauses[0] == clauses[1]
    assert len(picked) < len(all_cases) / 12


@pytest.mark.parametrize(
    ("subject", "whole"), [(CONSTANT, False), (VARIATION, True), (COMBINATION, True), (FAULT, True)]
)
def test_whole_is_every_case(subject, whole, all_cases):
    assert chosen(subject, all_cases, whole=whole) == list(all_cases)


def test_those_that_show_most_come_first(all_cases):
    three = list(all_cases[:3])
    traits = {three[0].id: "a", three[1].id: "b", three[2].id: "ab"}

    assert spread(three, lambda case: traits[case.id]) == [three[2]]
    assert spread(three, lambda case: traits[case.id], 0) == []
    assert spread([], lambda _: "a") == []


SUBJECTS = [
    *(Subject(f"f{number}", "fault", "") for number in range(50)),
    *(Subject(f"v{number}", "variation", "") for number in range(30)),
    COMBINATION,
    CONSTANT,
]


def test_five_faults_to_three_variations_are_drawn_and_others_after_a_change():
    one = drawn(SUBJECTS, "one", 8)

    assert [subject.kind for subject in one] == ["fault"] * 5 + ["variation"] * 3
    assert drawn(SUBJECTS, "one", 8) == one
    assert drawn(SUBJECTS, "two", 8) != one
    assert drawn(SUBJECTS, "one", 0) == []
    assert [subject.kind for subject in drawn(SUBJECTS, "one", 1)] == ["fault"]
    assert len(drawn(SUBJECTS, "one", 999)) == 80


def test_the_order_of_a_lot_is_the_states_alone():
    names = [subject.name for subject in SUBJECTS]

    assert sorted(by_lot(names, "one")) == sorted(names)
    assert by_lot(names, "one") == by_lot(reversed(names), "one") != by_lot(names, "two")
