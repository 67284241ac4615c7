"""
What is special to an action stands in one place: a page of another action runs with no line of code, and says what is
not examined then.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from graphcancel.actions import ACTIONS, action_of, served_in_batch
from graphcancel.by_hand import variables
from graphcancel.call_text import call_in_words
from graphcancel.case import CONVENTIONS
from graphcancel.cases import build_cases
from graphcancel.contract import load_contracts
from graphcancel.exchange import Request
from graphcancel.ideal import Service
from graphcancel.seen import news
from graphcancel.sight import Look, Message
from graphcancel.verdict import CHECKS, judge

FOLDER = Path(__file__).parents[2] / "contracts"


@pytest.fixture(scope="module")
def declining(tmp_path_factory):
    """The contract of an attendee's action, on the routes of another page, beside the conventions."""
    folder = tmp_path_factory.mktemp("contracts")
    (folder / "schema.json").write_text((FOLDER / "schema.json").read_text())
    text = (FOLDER / "event-cancel.stub.yaml").read_text()
    for old, new in (
        ("/cancel", "/decline"),
        ("event-cancel", "event-decline"),
        ("stub", "v1.0"),
        ("standing: draft", "standing: current"),
        ("version: beta", "version: v1.0"),
        ('"204": {description: done, ', '"202": {description: done, x-when: {actor: attendee}, '),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "event-decline.v1.0.yaml").write_text(text)
    (folder / f"{CONVENTIONS}.yaml").write_text((FOLDER / f"{CONVENTIONS}.yaml").read_text())
    return sorted(load_contracts(folder), key=lambda contract: contract.id == CONVENTIONS)


def test_each_action_is_that_of_a_contract_and_checks_every_effect_its_contracts_claim():
    contracts = load_contracts(FOLDER)

    assert set(ACTIONS) == {contract.action for contract in contracts if contract.routes}
    for action in ACTIONS.values():
        claimed = {
            clause.id
            for contract in contracts
            if contract.action == action.id
            for clause in contract.clauses.values()
            if clause.id.startswith("effect.") and not clause.untestable
        }
        assert claimed <= set(action.checks)


def test_actions_that_share_a_clause_share_its_check():
    for action in ACTIONS.values():
        for clause, check in action.checks.items():
            assert CHECKS[clause] is check


def test_the_page_says_who_may_call_and_the_routes_what_it_is_called(declining):
    contract = declining[0]

    assert (contract.caller, contract.deed, contract.success.status) == ("attendee", "decline", 202)
    cancel = load_contracts(FOLDER, ["event-cancel.v1.0"])[0]
    assert (cancel.caller, cancel.deed, cancel.success.status) == ("organizer", "cancel", 202)
    assert (declining[1].success, declining[1].deed) == (None, "")


def test_an_attendees_action_is_called_by_the_attendee_on_the_own_copy(declining):
    cases = [case for case in build_cases(declining) if case.contract == "event-decline.v1.0"]

    assert {case.actor for case in cases if case.kind == "shape"} == {"attendee"}
    assert all(case.of_a_copy and case.expects == "accepted" for case in cases if case.kind == "shape")
    assert not [case for case in cases if case.circumstance in {"own-copy", "organizers-path"}]


def test_conventions_are_asked_of_another_action_under_other_names(declining):
    both = [*load_contracts(FOLDER), declining[0]]
    found = [case for case in build_cases(both) if case.contract == CONVENTIONS and case.deed == "decline"]

    assert "graph-conventions/v1.0.me.events.decline/attendee/pascal/batch" in {case.id for case in found}
    # The reader's token is of the organizer, who has no copy: a refusal would say nothing about permissions.
    assert "read-only" not in {case.circumstance for case in found}
    # What is on record was observed of cancelling.
    assert {case.observation for case in found if case.expects == "open"} <= {"percent-encoded-id", "app-on-me"}


def test_the_call_and_the_command_name_the_action_and_the_copy(declining):
    case = next(case for case in build_cases(declining) if case.contract == "event-decline.v1.0")
    line = {**case.coordinates(), "curl": 'curl -X POST "$GRAPH_ROOT/v1.0/me/events/$EVENT_ID/decline"'}

    assert call_in_words(line) == "the attendee's decline on /me/events/{eventId}/decline"
    assert variables(line)["EVENT_ID"] == "id of the attendee's own copy of a meeting"
    assert variables(line | {"actor": "organizer"})["EVENT_ID"] == "id of a meeting"
    by_app = line | {"actor": "app", "curl": '"$GRAPH_ROOT/v1.0/users/$ATTENDEE_ID/events/$EVENT_ID/decline"'}
    assert variables(by_app)["EVENT_ID"] == "id of the attendee's own copy of a meeting"


class Evidence:
    """As much of one as an action nobody wrote down looks at."""

    action = "event-decline"
    response = property(lambda self: self)
    status, accepted = 200, True
    exchange = SimpleNamespace(request=Request("POST", "", "/$batch", None, b'{"requests": [{"id": "1"}]}'))

    def object(self):
        return {"responses": [{"id": "1", "status": 202}]}


def test_what_an_action_nobody_wrote_down_brings_about_is_not_examined():
    says = "no module says what event-decline brings about"

    assert action_of("event-decline").usual(Evidence()) == {}
    assert action_of("event-decline").delivered(Evidence()).reason == says
    assert served_in_batch(Evidence()).reason == says
    assert served_in_batch(Evidence()).held is None
    assert action_of("event-decline").carry_out(Service(), "/me/events/1/decline", "text") is None


def test_a_clause_about_effects_nobody_checks_is_not_examined(declining):
    contract = replace(
        declining[0], clauses=declining[0].clauses | {"effect.declined": declining[0].clauses["response.status"]}
    )

    class Judged(Evidence):
        pass

    Judged.contract = contract

    (finding,) = judge(Judged(), ["effect.declined"])

    assert (finding.held, finding.reason) == (None, "no check is written for this clause")


def test_news_are_of_a_kind_whatever_its_casing_and_were_not_there_before():
    told = Message("m2", "Declined: gc1", "MeetingDeclined", "gc1")
    looked = [Look(0.0, (), None, {}, {"ada": mail}) for mail in ((Message("m1", "gc1", "meetingDeclined", ""),), ())]

    class After:
        marker = "gc1"
        gap = None
        before = looked[0]
        after = replace(
            looked[0], mail={"ada": (*looked[0].mail["ada"], told, replace(told, id="m3", kind="meetingRequest"))}
        )

    assert news(After(), "ada", "meetingDeclined") == [told]
    assert news(After(), "bob", "meetingDeclined") == "nobody looked into this inbox"


def test_the_imagined_service_sends_a_response_to_whom_the_copy_came_from():
    service = Service()
    body = {
        "subject": "s",
        "start": {"dateTime": "2035-06-04T00:00:00"},
        "end": {"dateTime": "2035-06-04T00:05:00"},
        "attendees": [{"emailAddress": {"address": "ada@contoso.example"}}],
    }
    made = service.answer("POST", "org@contoso.example", "/events", body)[1]["id"]
    view = "/calendarView?startDateTime=2035-06-04T00:00:00Z&endDateTime=2035-06-05T00:00:00Z"
    copy = service.answer("GET", "ada@contoso.example", view, None)[1]["value"][0]["id"]

    assert service.respond(f"/me/events/{copy}/decline", "meetingDeclined", "no") is None
    assert service.mails == {"ada@contoso.example": 1, "org@contoso.example": 1}
    shown = service.answer("GET", "org@contoso.example", f"/events/{made}", None)[1]
    assert shown["attendees"] == [{"status": {"response": "declined"}}]
    # The organizer has no copy to decline.
    assert service.respond(f"/me/events/{made}/decline", "meetingDeclined", "no")[0] == 404
    assert service.respond("/me/events/none/decline", "meetingDeclined", "no")[0] == 404
