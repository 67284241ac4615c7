"""One finding in words: a sentence first, then what leads to more, and never more than twelve lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphcancel.contract import load_contracts
from graphcancel.finding_text import MOST, WIDTH, explain, headline
from graphcancel.run import told_of_contracts

TOLD = told_of_contracts(load_contracts(Path(__file__).parents[2] / "contracts"))
STUB = "event-cancel.stub"
IDENTITY = "00000000-0000-0000-0000-000000000001"
CURL = (
    """curl -i -X POST "$GRAPH_ROOT/beta/me/events/$EVENT_ID/cancel" -H "Authorization: Bearer $T" -H 'A: b' -d '{}'"""
)


def line(contract: str, *clauses: dict, **more) -> dict:
    return {
        "id": f"{contract}/me.events/organizer/pascal", "contract": contract, "route": "/me/events/{id}/cancel",
        "addressing": "me", "actor": "organizer", "body": "pascal", "circumstance": None, "gating": True,
        "verdict": "fail", "reason": None, "clauses": list(clauses), "exchanges": [{"status": 202}],
    } | more  # fmt: skip


def judged(clause: str, documented: str = "204", received: str = "202", *, held: bool | None = False, **more) -> dict:
    return {"clause": clause, "held": held, "documented": documented, "received": received} | more


def test_a_finding_is_a_sentence_then_the_case_the_clause_and_the_ways_to_see_it_again():
    found = line(
        STUB,
        judged("response.status"),
        judged("response.body", held=True),
        exchanges=[{"status": 202, "request_id": IDENTITY}],
        curl=CURL,
    )

    assert explain(found, TOLD, " --target=replay").splitlines() == [
        "The organizer's cancel on /me/events/{id}/cancel was answered 202; the page documents 204 (event-cancel.stub, Response)",
        "  event-cancel.stub/me.events/organizer/pascal",
        "  clause response.status (heading Response): success is answered 204",
        f"  request-id: {IDENTITY}",
        "  see again: pytest --target=replay -k event-cancel.stub/me.events/organizer/pascal",
        "  more: graphcancel explain event-cancel.stub/me.events/organizer/pascal",
        '  by hand: curl -i -X POST "$GRAPH_ROOT/beta/me/events/$EVENT_ID/cancel" \\',
        "    -H \"Authorization: Bearer $T\" -H 'A: b' \\",
        "    -d '{}'",
    ]


@pytest.mark.parametrize(
    ("item", "more", "words"),
    [
        (judged("effect.attendees-told", "every attendee is sent a cancellation", "1 of 2 attendees told"), {},
         ("After the organizer's cancel on /me/events/{id}/cancel: 1 of 2 attendees told; the page documents: every "
         "attendee is sent a cancellation (event-cancel.v1.0, Introduction)")),
        (judged("response.body", "an empty body, 0 bytes", "1 byte"), {"circumstance": "occurrence"},
         ("The answer to the organizer's cancel of one occurrence on /me/events/{id}/cancel was: 1 byte; the page documents an empty "
         "body, 0 bytes (event-cancel.v1.0, Response)")),
        (judged("response.status", "success is answered 202", "received no answer (timed out)"), {},
         ("The organizer's cancel on /me/events/{id}/cancel received no answer (timed out); the page documents: success "
         "is answered 202 (event-cancel.v1.0, Response)")),
        (judged("organizer.sentence", "You need to.", "You must."), {"actor": "attendee"},
         ("The answer to the attendee's cancel on /me/events/{id}/cancel was: “You must.”; the page documents “You need to.” "
         "(event-cancel.v1.0, Introduction)")),
    ],
)  # fmt: skip
def test_the_sentence_says_what_was_seen_and_what_is_documented(item, more, words):
    assert headline(line("event-cancel.v1.0", item, **more), TOLD) == words


def test_a_clause_in_our_own_words_is_no_quotation_though_it_begins_with_a_name():
    """As "Comment is a property of the body" does."""
    item = judged("request-body.comment", TOLD[STUB]["clauses"]["request-body.comment"]["says"], "Comment is not read")

    assert item["documented"] == "Comment is a property of the body"
    assert headline(line(STUB, item), TOLD) == (
        "After the organizer's cancel on /me/events/{id}/cancel: Comment is not read; the page documents: Comment is a "
        "property of the body (event-cancel.stub, Request body)"
    )


def test_what_a_terminal_obeys_is_not_shown():
    item = judged("response.status", received="\x1b[31m\u202e200")
    told = explain(line("event-cancel.v1.0", item, curl="curl -d '\x1b[0m'"), TOLD, "")

    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\ufffd[31m\ufffd200" in told


def test_a_convention_is_no_page():
    found = line("graph-conventions", judged("request.malformed", "no success (not 2xx)"), circumstance="batch")

    assert "inside a $batch, was answered 202; the conventions document no success" in headline(found, TOLD)


def test_a_clause_documented_in_its_own_words_is_not_said_twice():
    says = TOLD[STUB]["clauses"]["response.status"]["says"]

    assert explain(line(STUB, judged("response.status", says)), TOLD, "").count(says) == 1


def test_what_is_known_of_a_finding_is_said_with_it():
    known = {"reason": "it says so", "owner": "calendar team", "expires": "2026-12-31"}
    found = line(STUB, judged("response.status"), judged("response.body", "nothing", "1 byte", deviation=known))

    assert "1 byte; known deviation: it says so (owner calendar team, until 2026-12-31)" in explain(found, TOLD, "")


def test_where_texts_that_look_alike_part_is_said_with_them():
    found = line(
        "event-cancel.v1.0", judged("organizer.sentence", "You can't.", "You can’t.", reason="differs at character 8")
    )

    assert "differs at character 8" in explain(found, TOLD, "")


@pytest.mark.parametrize("number", range(1, 21))
def test_whatever_was_found_there_are_twelve_lines_at_most_and_each_clause_is_named_or_counted(number):
    names = list(TOLD["event-cancel.v1.0"]["clauses"])[:number]
    found = line(
        "event-cancel.v1.0",
        *(judged(name, "what is documented " * 20, "received " * 30) for name in names),
        exchanges=[{"request_id": IDENTITY}],
        curl=CURL,
    )
    told = explain(found, TOLD, " --target=targets/contoso.toml")

    assert len(told.splitlines()) <= MOST
    assert max(map(len, told.splitlines())) <= WIDTH
    shown = sum(1 for name in names if f"  clause {name} " in told)
    assert shown >= 1
    assert (f"\n  and {number - shown} more: " in told) is (shown < number)


def test_as_many_clauses_as_there_is_room_for_are_shown():
    names = ["response.status", "response.body", "effect.left-calendar"]

    assert "more:" not in explain(line(STUB, judged("response.status")), TOLD, "").replace("  more: graphcancel", "")
    told = explain(line("event-cancel.v1.0", *map(judged, names), curl=CURL), TOLD, "")
    assert all(f"  clause {name} " in told for name in names)
