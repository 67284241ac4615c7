"""What a stopped proof leaves, and what of it is taken over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graphcancel.errors import RunError
from graphcancel.proof import Result
from graphcancel.prove import Errand, Proof
from graphcancel.subjects import Subject

FAULT = Subject("status-200", "fault", "answered 200", "response.status", ("event-cancel.v1.0/*",))
VARIATION = Subject("no-batch", "variation", "there is no $batch")
KILLED = Result("status-200", "fault", "response.status", "killed", 1.0, 1, expected=2, found=1, missed=("x",))


@pytest.fixture
def root(tmp_path):
    """A project's folder, or what passes for one."""
    (tmp_path / "tests" / "contract").mkdir(parents=True)
    (tmp_path / "conftest.py").write_text("# one")
    return tmp_path


@pytest.fixture
def kept(root):
    """The same with a result of one fault."""
    proof_in(root)._keep(Errand(FAULT), KILLED)
    return root


def proof_in(root):
    return Proof(root, root / "proof", [])


def test_a_result_is_taken_over(kept):
    assert proof_in(kept).done([Errand(FAULT), Errand(VARIATION)]) == {Errand(FAULT): KILLED}


def test_a_half_written_line_costs_that_result_alone(kept):
    with (kept / "proof" / "results.jsonl").open("a") as file:
        file.write('{"key": "x", "resu')

    assert proof_in(kept).done([Errand(FAULT)]) == {Errand(FAULT): KILLED}
    proof_in(kept)._keep(Errand(VARIATION), replace(KILLED, name=VARIATION.name, kind="variation", outcome="quiet"))
    assert list(proof_in(kept).done([Errand(FAULT), Errand(VARIATION)])) == [Errand(FAULT), Errand(VARIATION)]


def test_after_a_change_nothing_is_taken_over(kept):
    (kept / "conftest.py").write_text("# two")

    assert proof_in(kept).done([Errand(FAULT)]) == {}


def test_nor_from_a_choice_of_cases_for_every_case(kept):
    assert proof_in(kept).done([Errand(FAULT, whole=True)]) == {}


def test_nor_for_a_combination_of_other_members(root):
    one = Subject("combination-1", "combination", "two at once", members=("a", "b"))
    proof_in(root)._keep(Errand(one), replace(KILLED, name="combination-1", kind="combination", outcome="quiet"))

    assert proof_in(root).done([Errand(replace(one, members=("a", "c")))]) == {}
    assert list(proof_in(root).done([Errand(one)])) == [Errand(one)]


def test_every_case_and_a_choice_are_kept_side_by_side(kept):
    whole = replace(KILLED, whole=True, cases=613)
    proof_in(kept)._keep(Errand(FAULT, whole=True), whole)

    assert proof_in(kept).done([Errand(FAULT), Errand(FAULT, whole=True)]) == {
        Errand(FAULT): KILLED, Errand(FAULT, whole=True): whole,
    }  # fmt: skip


def test_nor_what_had_no_verdict(root):
    proof_in(root)._keep(Errand(FAULT), replace(KILLED, outcome="no verdict"))

    assert proof_in(root).done([Errand(FAULT)]) == {}


def test_a_proof_started_afresh_knows_nothing(kept):
    proof_in(kept).forget()

    assert proof_in(kept).done([Errand(FAULT)]) == {}


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    with pytest.raises(RunError, match="run graphcancel prove from the project's checkout"):
        proof_in(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(root):
    (root / "file").write_text("")

    with pytest.raises(RunError, match="name another folder with --out"):
        Proof(root, root / "file" / "proof", [])
