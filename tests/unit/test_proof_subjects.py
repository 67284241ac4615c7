"""The catalogue of what the suite is proved against, and several differences at once."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from graphcancel.combining import combine, paired, pairs
from graphcancel.errors import GraphCancelError, RunError
from graphcancel.subjects import Subject, matches, read_catalogue, select

CAMEL = "event-cancel.v1.0/me.events/organizer/camel"
PASCAL = "event-cancel.v1.0/me.events/organizer/pascal"
FAULT = Subject("status-200", "fault", "answered 200", "response.status", ("event-cancel.v1.0/me.events/organizer/*",))
VARIATION = Subject("no-batch", "variation", "there is no $batch", leaves_open=("*/batch",))
CONSTANT = Subject("always-202", "constant", "everything is answered 202")


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
    assert matches(name, ("page.*/organizer/*", "other/[ab]", "!*/organizer/empty")) is fits
    assert not matches(name, ())


def test_a_case_is_expected_by_pattern_and_clause(named):
    some = Subject("x", "fault", "", "response.status", ("event-cancel.v1.0/*", "!*/camel"))
    other = Subject("x", "fault", "", "batch.served", ("*",))

    assert some.expects(named(PASCAL))
    assert not some.expects(named(CAMEL))
    assert not other.expects(named(PASCAL))


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "[1]", '[{"name": "x"}]', '[{"name": "x", "kind": "typo", "changes": "c"}]',
        '[{"name": "x", "kind": "fault", "changes": "c", "once_in": "often"}]',
    ],
)  # fmt: skip
def test_what_is_no_catalogue_is_said_to_be_none(text):
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


def test_a_catalogue_says_groups_rarity_and_what_cannot_go_together():
    item = {"name": "n", "kind": "variation", "changes": "c", "group": "wire", "once_in": 20, "excludes": ["m"]}

    assert read_catalogue(json.dumps([item])) == (
        Subject("n", "variation", "c", group="wire", once_in=20, excludes=("m",)),
    )


@pytest.mark.parametrize(
    ("subject", "options"),
    [
        (FAULT, "--fault status-200"),
        (CONSTANT, "--fault always-202"),
        (VARIATION, "--vary no-batch"),
        (Subject("both", "combination", "", members=("a", "b")), "--vary a --vary b"),
    ],
)
def test_how_the_mock_is_asked_for_it(subject, options):
    assert subject.options == options


# -- several at once -----------------------------------------------------------------------------------------------


def varied(*names: str, **excludes: str) -> list[Subject]:
    """Variations; ``a="b"`` says that a cannot go with b."""
    return [Subject(name, "variation", "", excludes=tuple(excludes.get(name, "").split())) for name in names]


@pytest.mark.parametrize("number", [2, 3, 7, 44])
def test_every_two_variations_are_together_somewhere(number):
    variations = varied(*(f"v{place}" for place in range(number)))
    sets = combine(variations)

    assert (
        paired(sets) == pairs(variations) == {frozenset(pair) for pair in combinations([v.name for v in variations], 2)}
    )
    assert max(len(one.members) for one in sets) <= max(2, (number + 1) // 2)
    assert len(sets) <= 10


def test_what_excludes_each_other_is_never_together():
    variations = varied("a", "b", "c", "d", "e", "f", a="b", f="a c")
    sets = combine(variations)

    assert not paired(sets) & {frozenset("ab"), frozenset("af"), frozenset("cf")}
    assert paired(sets) == pairs(variations)
    assert len(pairs(variations)) == 12


def test_the_same_variations_give_the_same_sets_and_faults_do_not_matter():
    variations = varied("a", "b", "c", "d")

    assert combine(variations) == combine([FAULT, *variations, CONSTANT])
    assert [one.name for one in combine(variations)] == [f"combination-{number}" for number in range(1, 7)]


def test_a_set_leaves_open_what_its_members_do():
    (both,) = combine([VARIATION, Subject("other", "variation", "", leaves_open=("x", "*/batch"))])

    assert (both.members, both.leaves_open) == (("no-batch", "other"), ("*/batch", "x"))
    assert (both.kind, both.changes, both.is_right) == ("combination", "2 variations at once", True)


def test_one_variation_makes_no_set():
    assert combine(varied("a")) == ()
