"""The error envelope: what is wrong with a refusal's body, by place and never by value."""

from __future__ import annotations

import pytest

from graphcancel.envelope import envelope_check


@pytest.fixture(scope="module")
def problem(by_id):
    """Make the check from the conventions on file."""
    return envelope_check(by_id["graph-conventions"])


@pytest.mark.parametrize(
    "error",
    [
        {"code": "c", "message": "m"},
        {"code": "c", "message": "m", "innerError": {}},
        {"code": "c", "message": "m", "innererror": {"date": "d"}, "details": []},
    ],
    ids=range(3),
)
def test_the_envelope_fits(error, problem):
    assert problem({"error": error}) is None


WRONG = [
    (None, "the body is no JSON"),
    ({}, "the body lacks error"),
    ([], "the body breaks type"),
    ("Eve", "the body breaks type"),
    ({"error": "Eve"}, "error breaks type"),
    ({"error": None}, "error breaks type"),
    ({"error": {}}, "error lacks code, message"),
    ({"error": {"code": "Eve"}}, "error lacks message"),
    ({"error": {"code": "", "message": "Eve"}}, "error.code breaks minLength"),
    ({"error": {"code": "Eve", "message": 5}}, "error.message breaks type"),
    ({"error": {"code": "c", "message": "Eve", "innerError": "Eve"}}, "error.innerError breaks type"),
    ({"Error": {"code": "Eve", "message": "Eve"}}, "the body lacks error"),
]


@pytest.mark.parametrize(("body", "says"), WRONG, ids=range(len(WRONG)))
def test_what_does_not_fit_is_named_by_its_place(body, says, problem):
    assert problem(body) == says


def test_without_the_conventions_nothing_is_wrong():
    assert envelope_check(None)({"x": 1}) is None
