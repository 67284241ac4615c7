"""The table of a proof in a document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graphcancel.errors import GraphCancelError
from graphcancel.proof import Result
from graphcancel.published import digest, publish, published, rendered
from graphcancel.redundancy import Weight
from graphcancel.subjects import Subject

SUBJECTS = (
    Subject("a", "fault", "c", "one", ("x/*",), group="answer"),
    Subject("b", "fault", "c", "one", group="answer"),
    Subject("c", "fault", "c", "two"),
    Subject("v", "variation", "c"),
    Subject("w", "variation", "c"),
    Subject("combination-1", "combination", "c", members=("v", "w")),
    Subject("always", "constant", "c"),
)
GOOD = {"fault": "killed", "variation": "quiet", "combination": "quiet", "constant": "not fooled"}
MARKS = "before\n<!-- proof -->\n<!-- end of proof -->\nafter\n"


def result(subject: Subject, outcome: str | None = None) -> Result:
    return Result(subject.name, subject.kind, subject.breaks, outcome or GOOD[subject.kind], 1.0, 1)


FULL = (
    "Of these services 2, drawn anew with each change, are also run with every case instead of those chosen for them: "
    "the same outcome for 2."
)
CLAUSES = (
    "Of 2 clauses, 1 find a fault that no other finds. The check of one of these could go, and each fault would still "
    "be found: `two`."
)
RESULTS = [result(subject) for subject in SUBJECTS]
WEIGHTS = [Weight("one", needed_by="a"), Weight("two", ("one",))]


def test_a_table_counts_by_group(contracts):
    results = [result(SUBJECTS[0]), result(SUBJECTS[1], "survived"), result(SUBJECTS[2], "killed otherwise")]
    text = rendered(SUBJECTS, contracts, [*results, *RESULTS[3:]], [results[0], RESULTS[3]], WEIGHTS)

    assert text.splitlines()[1:] == [
        "| planted faults, by what they break | faults | killed by the named clause | killed otherwise | survived |",
        "|---|---|---|---|---|",
        "| answer | 2 | 1 | 0 | 1 |",
        "| other | 1 | 0 | 1 | 0 |",
        "| **all** | 3 | 1 | 1 | 1 |",
        "",
        "| services without a fault | services | false alarms | blind | fooled |",
        "|---|---|---|---|---|",
        "| different, but right | 2 | 0 | 0 | – |",
        "| several differences at once, 1 of 1 pairs | 1 | 0 | 0 | – |",
        "| always the same answer | 1 | – | – | 0 |",
        "",
        FULL,
        "",
        CLAUSES,
        "<!-- end of proof -->",
    ]


def test_times_do_not_show(contracts):
    slower = [replace(one, seconds=99.0, cases=7) for one in RESULTS]

    assert rendered(SUBJECTS, contracts, RESULTS, [], []) == rendered(SUBJECTS, contracts, slower, [], [])


def test_what_has_no_verdict_is_not_published(contracts):
    with pytest.raises(GraphCancelError, match="v: no verdict, so no table"):
        rendered(SUBJECTS, contracts, [*RESULTS[:3], result(SUBJECTS[3], "no verdict"), *RESULTS[4:]], [], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "z"}, {"kind": "variation"}, {"group": "z"}, {"breaks": "z"}, {"caught_by": ("z",)},
        {"leaves_open": ("z",)}, {"once_in": 20}, {"excludes": ("z",)},
    ],
)  # fmt: skip
def test_a_change_of_the_catalogue_changes_the_digest(changes, contracts):
    assert digest([replace(SUBJECTS[0], **changes)], contracts) != digest(SUBJECTS[:1], contracts)


def test_so_does_a_clause_and_nothing_else_of_a_contract(contracts):
    first = contracts[0]
    fewer = replace(first, clauses=dict(list(first.clauses.items())[1:]))

    assert digest(SUBJECTS, contracts) == digest(SUBJECTS, [replace(first, page="another"), *contracts[1:]])
    assert digest(SUBJECTS, contracts) != digest(SUBJECTS, [fewer, *contracts[1:]])


def test_a_table_takes_the_place_of_the_last_and_is_found_again(tmp_path, contracts):
    path = tmp_path / "page.md"
    path.write_text(MARKS, encoding="utf-8")
    text = rendered(SUBJECTS, contracts, RESULTS, [], WEIGHTS)

    assert published(path)[1] == ""
    for _ in range(2):
        publish(path, text)
        assert path.read_text(encoding="utf-8") == f"before\n{text}\nafter\n"
        assert published(path) == (text, digest(SUBJECTS, contracts))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no marks", "holds 0 tables"),
        (MARKS * 2, "holds 2 tables"),
        (b"\xff", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_document_without_a_place_for_it_is_refused(text, says, tmp_path):
    path = tmp_path / "page.md"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(GraphCancelError, match=says):
        published(path)
