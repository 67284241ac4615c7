"""How the answer to a call is judged: its status and body, and what they say of route, token and permission."""

from __future__ import annotations

import pytest
from given_evidence import (
    CASES,
    CONTRACTS,
    ORGANIZERS,
    REFUSED,
    WITHOUT,
    answered,
    evidence,
    found_and_expected,
    ids,
    one,
    refusal,
)

from graphcancel.evidence import describe_answer
from graphcancel.exchange import Exchange, Request
from graphcancel.verdict import check_for

CLOSED = {"exchange": Exchange(Request("POST", "https://graph.example/v1.0", "/", "organizer"), None, 0.0, 0.0)}

# clause, what differs from a call that went as documented, held, a part of what is said
EVENT = [
    ("response.status", {}, True, "202"),
    ("response.status", answered(204), False, "204"),
    ("response.status", refusal(), False, "400 ErrorInvalidRequest"),
    ("response.status", answered(None), False, "no answer (connection refused)"),
    ("response.status", {"exchange": None}, None, "never sent"),
    ("response.status", {"exchange": None, "gap": "no meeting"}, None, "no meeting"),
    ("response.body", {}, True, "0 bytes"),
    ("response.body", answered(202, b" "), False, "1 byte"),
    ("response.body", answered(202, b"{}"), False, "2 bytes"),
    ("response.body", REFUSED, None, "not accepted"),
    ("response.body", answered(None), None, "no answer"),
    ("http-request.route", {}, True, "202"),
    ("http-request.route", answered(404), False, "404"),
    ("http-request.route", answered(405), False, "405"),
    *(("http-request.route", answered(status), None, str(status)) for status in (401, 403, 429, 500, 503)),
    ("request-body.optional", {}, True, "202"),
    ("request-body.optional", REFUSED, False, "400"),
    ("permissions.delegated-work", {}, True, "202"),
    ("permissions.delegated-work", answered(401), False, "401"),
    ("permissions.delegated-work", answered(403), False, "403"),
    ("permissions.delegated-work", answered(404), None, "404"),
    ("clouds.global", {}, True, "202"),
    ("clouds.global", answered(404), None, "other causes"),
    ("request-headers.authorization", answered(401), True, "401"),
    ("request-headers.authorization", answered(403), True, "403"),
    ("request-headers.authorization", {}, False, "202"),
    ("request-headers.authorization", answered(500), False, "500"),
    ("delete.organizer-only", REFUSED, True, "400"),
    ("delete.organizer-only", {}, False, "202"),
]


@pytest.mark.parametrize(("clause", "parts", "held", "says"), EVENT, ids=ids(EVENT))
def test_the_organizers_call_is_judged_clause_by_clause(clause, parts, held, says):
    found = one(clause, **parts)

    assert found.held is held
    assert says in (found.reason or found.received)
    assert found.documented


# clause, case, what differs; then held, documented, received, reason and pending, as found_and_expected has them
SAID = [
    (
        "response.status",
        ORGANIZERS,
        answered(None),
        False,
        None,
        "received no answer (connection refused)",
        None,
        False,
    ),
    ("response.status", ORGANIZERS, CLOSED, False, None, "received no answer (no answer)", None, False),
    ("response.body", ORGANIZERS, answered(None), None, None, "", "the call got no answer (connection refused)", False),
    ("response.status", ORGANIZERS, {"exchange": None}, None, None, "", "the call was never sent", False),
    ("response.status", ORGANIZERS, {"exchange": None, "gap": "no room"}, None, None, "", "no room", False),
    ("response.status", ORGANIZERS, {}, True, "202", "202", None, False),
    ("response.status", ORGANIZERS, refusal(), False, "202", "400 ErrorInvalidRequest", None, False),
    ("response.body", ORGANIZERS, {}, True, "an empty body, 0 bytes", "0 bytes", None, False),
    ("response.body", ORGANIZERS, answered(202, b" "), False, "an empty body, 0 bytes", "1 byte", None, False),
    (
        "response.body",
        ORGANIZERS,
        REFUSED,
        None,
        None,
        "",
        "the call was not accepted; the clause is about the answer to an accepted one",
        False,
    ),
    ("http-request.route", ORGANIZERS, {}, True, "a call on this route is served", "202", None, False),
    ("http-request.route", ORGANIZERS, answered(404), False, "a call on this route is served", "404", None, False),
    *(
        (
            "http-request.route",
            ORGANIZERS,
            answered(status),
            None,
            None,
            "",
            f"answered {status}, which says nothing about the route",
            False,
        )
        for status in (401, 403, 429, 500, 599)
    ),
    *(
        (
            "http-request.route",
            ORGANIZERS,
            answered(status),
            False,
            "a call on this route is served",
            str(status),
            None,
            False,
        )
        for status in (400, 402, 428, 499)
    ),
    ("request-body.optional", ORGANIZERS, {}, True, None, "202", None, False),
    ("request-body.optional", ORGANIZERS, REFUSED, False, None, "400 ErrorInvalidRequest", None, False),
    (
        "permissions.delegated-work",
        ORGANIZERS,
        {},
        True,
        None,
        "202, with the scope the token is assumed to carry",
        None,
        False,
    ),
    ("permissions.delegated-work", ORGANIZERS, answered(403), False, None, "403", None, False),
    (
        "permissions.delegated-work",
        ORGANIZERS,
        answered(402),
        None,
        None,
        "",
        "answered 402, which says nothing about permission",
        False,
    ),
    (
        "permissions.delegated-work",
        ORGANIZERS,
        answered(202, actor="app"),
        None,
        None,
        "",
        "the app called in the organizer's place, which says nothing about a user's token",
        False,
    ),
    ("clouds.global", ORGANIZERS, {}, True, None, "202", None, False),
    (
        "clouds.global",
        ORGANIZERS,
        answered(404),
        None,
        None,
        "",
        "answered 404, which may have other causes than the cloud",
        False,
    ),
    ("request-headers.authorization", ORGANIZERS, answered(499), True, "a refusal (4xx)", "499", None, False),
    ("request-headers.authorization", ORGANIZERS, answered(399), False, "a refusal (4xx)", "399", None, False),
    (
        "response.status",
        ORGANIZERS,
        {**answered(404), "made_up": True, "gap": "no event", "before": None, **WITHOUT},
        None,
        None,
        "",
        "no event; that a made-up id is refused says nothing",
        False,
    ),
]


@pytest.mark.parametrize("row", SAID, ids=ids(SAID))
def test_a_finding_says(row):
    found, expected = found_and_expected(*row)

    assert found == expected


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ErrorInvalidRequest", "400 ErrorInvalidRequest"),
        (None, "400"),
        (5, "400 no code"),
        ("Eve", "400 [an unlisted code]"),
    ],
)
def test_an_answer_is_shown_by_its_status_and_code(code, says):
    assert describe_answer(evidence(**refusal(code=code))) == says


# -- what leaves nothing to compare -----------------------------------------------------------------------------------


def test_a_property_whose_reader_the_page_leaves_open_is_judged_by_the_status():
    case = "event-cancel.stub/me.events/organizer/pascal"

    assert one("request-body.comment", case, **answered(204), after=None).held is True
    assert one("request-body.comment", case, **REFUSED).held is False


def test_a_property_no_page_lists_is_judged_by_the_status():
    given = evidence(contract=CONTRACTS["graph-conventions"])

    assert check_for("example.comment")(given).received == "202"


def test_of_a_call_whose_status_no_page_names_no_status_is_asked_for():
    case = next(case.id for case in CASES.values() if case.documented_status is None)

    found = check_for("response.status")(evidence(case))

    assert (found.held, found.reason) == (None, "the page names no status for this call")


@pytest.mark.parametrize(("status", "held"), [(202, True), (404, None), (500, None)])
def test_of_a_made_up_id_only_a_success_says_anything(status, held):
    """
    A service may refuse what never was an event; that it takes the call all the same is an answer.
    """
    found = one("response.status", **answered(status), made_up=True, gap="no event", before=None, after=None)

    assert found.held is held
    assert held or "no event" in found.reason


# -- an app's token ---------------------------------------------------------------------------------------------------


def test_an_apps_token_shows_nothing_about_a_users():
    """
    Where the app stands in for an organizer without a token, the delegated permission is not examined.
    """
    case = "event-cancel.v1.0/users-upn.events/organizer/pascal"

    assert one("permissions.delegated-work", case, **answered(202, actor="app")).held is None


def test_an_apps_own_call_shows_what_an_app_may():
    case = next(case.id for case in CASES.values() if case.actor == "app" and "permissions.application" in case.clauses)

    assert one("permissions.application", case, **answered(202, actor="app")).held is True
    assert one("permissions.application", case, **answered(403, actor="app")).held is False
