"""How a run ends: every combination of facts has one exit status, and no reason is kept back."""

from __future__ import annotations

import itertools

import pytest

from graphcancel.ending import Facts, codes, ending

OURS = {"findings": 1, "residue": 12, "stale": 11, "unjudged": 10}
ORDER = (2, 3, 4, 1, 12, 11, 10, 5, 0)


@pytest.mark.parametrize("of_pytest", range(6))
@pytest.mark.parametrize("judged", [True, False])
@pytest.mark.parametrize("facts", list(itertools.product([True, False], repeat=4)))
def test_each_combination_of_facts(of_pytest, judged, facts):
    """
    Each fact that is so gives its code, the codes come in their order, and 0 needs something judged and nothing else.
    """
    given = dict(zip(OURS, facts, strict=True))
    found = codes(Facts(of_pytest, judged=judged, **given))

    expected = {OURS[name] for name, so in given.items() if so} | ({of_pytest} - {0, 5}) | (set() if judged else {5})
    assert set(found) == (expected or {0})
    assert list(found) == sorted(found, key=ORDER.index)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (Facts(0), 0),
        (Facts(5), 0),
        (Facts(1), 1),
        (Facts(0, judged=False), 5),
        (Facts(0, unjudged=True, judged=False), 10),
        (Facts(0, stale=True, unjudged=True), 11),
        (Facts(0, residue=True, stale=True), 12),
        (Facts(1, residue=True, stale=True), 1),
        (Facts(0, findings=True), 1),
        (Facts(4, findings=True, residue=True), 4),
        (Facts(3, findings=True), 3),
        (Facts(2, findings=True, residue=True), 2),
        (Facts(77, findings=True), 77),
    ],
)
def test_the_first_code_is_the_status(facts, status):
    assert codes(facts)[0] == status


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((0,), "holds (exit 0)"),
        ((1, 12, 11), "does not hold (exit 1); also: residue left (12), stale deviations (11)"),
        ((2, 1), "interrupted (exit 2); also: does not hold (1)"),
        ((10, 5), "incomplete (exit 10); also: nothing judged (5)"),
        ((77,), "ended by pytest (exit 77)"),
    ],
)
def test_every_reason_is_said(found, words):
    assert ending(found) == words
