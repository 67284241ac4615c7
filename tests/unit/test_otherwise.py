"""Answers that are judged alike and differ, and under what two runs were made: told, and nothing moves."""

from __future__ import annotations

import pytest
from comparable import KNOWN, LEFT, SEEN, STATUS, STUB, TOLD, V1, clause, exchange, kinds, page, run, texts, two

from graphcancel.compare import compare
from graphcancel.sanitise import CUT

# -- answers -------------------------------------------------------------------------------------------------------

ENVELOPE = '{"error": {"code": "ErrorItemNotFound", "message": "no"}}'


HALF = '{"error": {"code": "A", "message": "' + "x" * 9 + CUT


@pytest.mark.parametrize(
    ("then", "now", "text"),
    [
        (exchange(), exchange(204), "answered: 202 → 204"),
        (
            exchange(404, ENVELOPE),
            exchange(404, ENVELOPE.replace("ErrorItem", "Resource")),
            "error code: ErrorItemNotFound → ResourceNotFound",
        ),
        (
            exchange(headers={"allow": "GET"}),
            exchange(headers={"allow": "POST"}),
            "header allow: GET → POST",
        ),
        (exchange(headers={"odata-version": "4.0"}), exchange(), "header odata-version: 4.0 → nothing"),
        (
            exchange(404, ENVELOPE),
            exchange(404, ENVELOPE.replace("}}", ', "innerError": {"date": "x"}}}')),
            "body: nothing → error.innerError, error.innerError.date",
        ),
        (exchange(), exchange(body="<html>"), "body: nothing → text that is no JSON"),
    ],
)
def test_an_answer_that_no_clause_minds_is_told_and_moves_nothing(then, now, text):
    before, after = two({"exchanges": [then]}, {"exchanges": [now]})

    assert texts(before, after, "answered") == [text]
    assert kinds(before, after) == ["answered"]
    assert not compare(before, after).moved


def test_what_is_seen_where_no_clause_speaks_is_told():
    seen = {"observation": "absent-body", "expected": None, "mark": "U", "received": "202"}
    before, after = two({**SEEN, "observed": seen}, {**SEEN, "observed": seen | {"received": "400 BadRequest"}})

    assert texts(before, after, "answered") == ["where no clause speaks: 202 → 400 BadRequest"]


def test_a_code_that_a_clause_received_is_told_once():
    then = {"clauses": [clause(STATUS, received="400 A")], "exchanges": [exchange(400, '{"error": {"code": "A"}}')]}
    now = {"clauses": [clause(STATUS, received="400 B")], "exchanges": [exchange(400, '{"error": {"code": "B"}}')]}

    assert texts(*two(then, now), "answered") == ["response.status: 400 A → 400 B"]


@pytest.mark.parametrize("other", [HALF + CUT, '{"error": {"code": "A"}}', ""])
def test_a_body_that_is_cut_off_says_nothing(other):
    then, now = ({"exchanges": [exchange(400, body)]} for body in (HALF, other))

    assert kinds(*two(then, now)) == []
    assert kinds(*two(now, then)) == []


def test_of_the_calls_of_a_case_the_last_is_compared():
    waited = {"exchanges": [exchange(429, sent="[]"), exchange()]}

    assert kinds(*two(waited, {})) == []
    assert kinds(*two({}, waited)) == []
    assert kinds(*two({}, {"exchanges": [exchange(), exchange(503)]})) == ["answered"]


@pytest.mark.parametrize(
    ("then", "now", "told_of"),
    [(1.0, 2.9, False), (0.0, 2.0, False), (5.0, 9.9, False), (5.0, 10.5, True), (0.0, 2.1, True), (10.5, 5.0, True)],
)
def test_a_lag_counts_where_it_is_far_off(then, now, told_of):
    assert kinds(*two({"lag_s": then}, {"lag_s": now})) == (["lag"] if told_of else [])


@pytest.mark.parametrize(
    ("then", "now", "text"),
    [
        (exchange(sent='{"a": 1}'), exchange(sent='{"b": 1}'), 'body: {"a": 1} → {"b": 1}'),
        (exchange(), exchange(method="PUT"), "method: POST → PUT"),
        (exchange(), exchange(url="/v1.0/me/cancel"), "address: /v1.0/me/events/…/cancel → /v1.0/me/cancel"),
        (
            exchange(request={"headers": {}, "body": "", "bytes": 0}),
            exchange(request={"headers": {"Prefer": "x"}, "body": "", "bytes": 0}),
            "header Prefer: nothing → x",
        ),
    ],
)
def test_what_the_suite_sends_otherwise_is_told_apart(then, now, text):
    before, after = two({"exchanges": [then]}, {"exchanges": [now]})

    assert kinds(before, after) == ["sent"]
    assert texts(before, after, "sent") == [text]
    assert not compare(before, after).moved


# -- under what a run was made -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "kind", "text"),
    [
        ({"suite": "1.1"}, "made", "version of the suite: 1.0 → 1.1"),
        ({"python": "3.14.0"}, "made", "Python: 3.13.0 → 3.14.0"),
        ({"cloud": "china"}, "made", "cloud: none → china"),
        ({"target": "fabrikam"}, "target", "target: contoso → fabrikam"),
        ({"origin": "mock"}, "origin", "evidence: the target itself → the bundled mock"),
        ({"service": True}, "origin", "evidence: the target itself → Microsoft's service"),
        ({"gates": []}, "made", f"findings fail the run: no longer {V1}"),
        ({"gates": [V1, STUB]}, "made", f"findings fail the run: now {STUB}"),
        ({"waived": {"group": "none here"}}, "made", "waived group: none → none here"),
        (
            {"deviations": [KNOWN | {"file": "contoso.toml", "case": "*", "clause": STATUS}]},
            "made",
            f"known deviation * {STATUS}: none → ticket 4711 (owner ada, until 2027-01-31)",
        ),
        (
            {"contracts": {V1: page(revision="of 2025"), STUB: page(standing="draft")}},
            "contracts",
            f"{V1}: revision: of 2024 → of 2025",
        ),
        (
            {"contracts": {V1: page(routes=[]), STUB: page(standing="draft")}},
            "contracts",
            f"{V1}: route gone: /me/events/{{id}}/cancel (me)",
        ),
        (
            {"contracts": {V1: page(STATUS, TOLD, LEFT), STUB: page(standing="draft")}},
            "contracts",
            f"{V1}: new clause {LEFT}: {LEFT} is so",
        ),
        (
            {"contracts": {V1: page(), STUB: page(standing="draft"), "new": page()}},
            "contracts",
            "new: a new contract",
        ),
    ],
)
def test_what_differs_around_a_run_is_told_and_moves_nothing(header, kind, text):
    assert text in texts(run(), run(**header), kind)
    assert kinds(run(), run(**header)) == [kind]
    assert not compare(run(), run(**header)).moved


def test_another_recording_is_told():
    before, after = (
        run(origin="recording:mock", recording={"beyond": 0, "recorded": day}) for day in ("2026-01-01", "2026-11-21")
    )

    assert texts(before, after, "made") == ["recorded: 2026-01-01 → 2026-11-21"]
    assert kinds(before, before) == []


def test_a_clause_that_says_something_else_is_told_word_by_word():
    told_of = page()
    told_of["clauses"][STATUS]["says"] = "success is answered 200"
    after = run(contracts={V1: told_of, STUB: page(standing="draft")})

    assert texts(run(), after, "contracts") == [
        f"{V1}: {STATUS}, says: {STATUS} is so → success is answered 200",
    ]


# -- generated calls -----------------------------------------------------------------------------------------------


def generated(number: int, *clauses: dict, seed: int = 0, sent: str = "{}", status: int = 202, **more) -> dict:
    made = {"calls": number, "accepted": number, "refused": 0, "allotted": number, "seed": seed}
    return {"generated": made, "clauses": clauses, "exchanges": [exchange(status, sent=sent)]} | more


MANY = (clause(STATUS, received="so in 36 calls"), clause(TOLD, received="so in 4 calls, not examined in 1"))
FEW = (clause(STATUS, received="so in 37 calls"),)


@pytest.mark.parametrize("other", [generated(3, *FEW, sent="[]"), generated(40, *FEW, seed=7, sent="[]", status=200)])
def test_of_other_generated_calls_it_is_told_once_that_they_are_others(other):
    before, after = two(generated(40, *MANY), other)
    made = other["generated"]

    assert kinds(before, after) == ["made"]
    assert texts(before, after, "made") == [
        (
            "other generated calls in 1 case, of which only verdicts and broken clauses are compared: "
            f"40 from seed 0 → {made['allotted']} from seed {made['seed']}"
        )
    ]
    assert not compare(before, after).moved


def test_a_verdict_of_other_generated_calls_is_compared():
    before, after = two(generated(40, *MANY), generated(3, clause(STATUS, held=False), verdict="fail"))

    assert compare(before, after).moved
    assert kinds(before, after) == ["off-pass", "made"]


def test_in_how_many_calls_and_which_of_them_is_shown_is_no_difference():
    before, after = two(generated(40, *MANY), generated(40, *FEW, MANY[1], sent="[]", status=200))

    assert kinds(before, after) == []


def test_of_the_same_generated_calls_a_clause_that_is_silent_is_told():
    assert kinds(*two(generated(40, *MANY), generated(40, *FEW))) == ["unasserted"]
