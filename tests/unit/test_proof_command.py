"""What the command runs in which order, settles, publishes and ends with; nothing is run for real."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphcancel import proving
from graphcancel.__main__ import main
from graphcancel.proof import Result
from graphcancel.prove import Errand, Proof
from graphcancel.subjects import Subject

CATALOGUE = (
    *(Subject(f"f{number}", "fault", "c", f"clause.{number % 3}", group="answer") for number in range(9)),
    *(Subject(f"v{number}", "variation", "c") for number in range(4)),
    Subject("always", "constant", "c"),
)
OUTCOMES = {"fault": "killed", "variation": "quiet", "combination": "quiet", "constant": "not fooled"}


@pytest.fixture
def runs(monkeypatch):
    """
    The errands the command sets out on, in turn; what each finds.

    Every fault of `clause.0` is found by another clause too, in some kind of case; those of `clause.1` in the chosen ones.
    """
    made: list[Errand] = []
    spoilt: dict[Errand, str] = {}

    def run(_proof, errands, _workers, tell):
        results = {}
        for errand in errands:
            subject = errand.subject
            few = not (errand.whole or errand.wide)
            findings = {subject.breaks: 1} if subject.breaks else {}
            if subject.breaks == "clause.1" or (not few and subject.breaks == "clause.0"):
                findings["clause.beside"] = 1
            outcome = spoilt.get(errand, OUTCOMES[subject.kind])
            results[errand] = Result(
                subject.name,
                subject.kind,
                subject.breaks,
                outcome,
                1.0,
                1,
                findings=findings,
                whole=errand.whole,
                wide=errand.wide,
            )
            tell(errand, results[errand])
        made.extend(errands)
        return results

    monkeypatch.setattr(proving, "catalogue", lambda: CATALOGUE)
    monkeypatch.setattr(Proof, "run", run)
    # What a proof does when it is told to end is no business of the process that runs the tests.
    monkeypatch.setattr(proving.signal, "signal", lambda *_: None)
    return made, spoilt


def proof(tmp_path: Path) -> dict:
    return json.loads((tmp_path / "out" / "proof.json").read_text(encoding="utf-8"))


def prove(tmp_path, *options: str) -> int:
    return main(["prove", f"--out={tmp_path / 'out'}", *options])


def test_everything_is_run_and_some_of_it_with_every_case(runs, tmp_path, capsys):
    made, _ = runs

    assert prove(tmp_path) == 0
    chosen = [errand.subject.name for errand in made if not (errand.whole or errand.wide)]
    assert chosen == [subject.name for subject in CATALOGUE] + [f"combination-{number}" for number in range(1, 7)]
    found = proof(tmp_path)
    drawn = [item for item in found["sampled"] if not item["differences"]][:6]
    assert [item["kind"] for item in drawn] == ["fault"] * 4 + ["variation"] * 2
    assert found["pairs"] == {"together": 6, "possible": 6}
    assert "variations together: 6 sets with 6 of 6 pairs; false alarms 0, blind 0" in capsys.readouterr().out


def test_what_seems_needed_is_run_with_every_kind_of_case_until_it_is_settled(runs, tmp_path):
    made, _ = runs

    assert prove(tmp_path) == 0
    found = proof(tmp_path)
    assert found["redundant"] == {"clause.0": ["clause.beside"], "clause.1": ["clause.beside"]}
    assert list(found["needed"]) == ["clause.2"]
    assert found["unsettled"] == {}
    wide = [errand.subject.name for errand in made if errand.wide or errand.whole]
    assert {"f0", "f3", "f6"} <= set(wide), "each of them is found by others, but only every kind of case shows it"
    settling = [errand.subject.name for errand in made if errand.wide]
    assert len(settling) == len(set(settling))


def test_without_a_sample_it_stays_open_and_nothing_is_run_twice(runs, tmp_path, capsys):
    made, _ = runs

    assert prove(tmp_path, "--sample", "0") == 0
    assert not any(errand.whole or errand.wide for errand in made)
    assert proof(tmp_path)["unsettled"] == {"clause.0": ["f0", "f3", "f6"], "clause.2": ["f2", "f5", "f8"]}
    assert "clauses: 3; needed 0, redundant 1, not settled 2" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--fault", "f1"], ["--whole"]])
def test_what_is_named_is_run_alone_and_a_whole_proof_needs_no_sample(options, runs, tmp_path):
    made, _ = runs

    assert prove(tmp_path, *options) == 0
    assert len({errand.subject.name for errand in made}) == len(made)
    assert proof(tmp_path)["sampled"] == []


def test_a_difference_fails_the_proof(runs, tmp_path, capsys):
    _, spoilt = runs
    spoilt[Errand(CATALOGUE[1], whole=True)] = "survived"

    assert prove(tmp_path, "--fault", "f1", "--sample", "1") == 1
    assert "f1: the choice of cases was wrong: with every case survived" in capsys.readouterr().out


def test_the_counts_are_published_and_checked(runs, tmp_path, capsys):
    _, spoilt = runs
    page = tmp_path / "page.md"
    page.write_text("<!-- proof -->\n<!-- end of proof -->\n", encoding="utf-8")

    assert prove(tmp_path, "--check", str(page), "--fresh") == 1, "there is no table yet"
    assert prove(tmp_path, "--table", str(page), "--fresh") == 0
    assert "| answer | 9 | 9 | 0 | 0 |" in page.read_text(encoding="utf-8")
    assert prove(tmp_path, "--check", str(page), "--fresh") == 0
    capsys.readouterr()
    spoilt[Errand(CATALOGUE[2])] = "killed otherwise"
    assert prove(tmp_path, "--check", str(page), "--fresh") == 1
    said = capsys.readouterr().err
    assert (
        said
        == f"graphcancel: {page}: its table is not what was found; make it anew: graphcancel prove --table {page}\n"
    )
