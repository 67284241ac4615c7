"""
A second telling must ask for what was asked, or nothing is recorded.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from graphcancel.errors import CassetteError
from graphcancel.exchange import Response, json_request
from graphcancel.retelling import Retelling

REAL, SHOWN = "https://192.0.2.1/graph", "https://graph.example"
ROOTS = {REAL: SHOWN, f"{REAL}/draft": f"{SHOWN}/draft"}
BATCH = {"requests": [{"id": "0", "method": "DELETE", "url": "/me/events/AAMk"}]}
SENT = {"Comment": "called off by Ada", "to": [{"address": "ada@contoso.example"}]}
AGAIN = {"Comment": "called off", "to": [{"address": "organizer@target.example"}]}


def retelling(method="POST", path="/me/events/AAMk/cancel?$top=1", body=SENT):
    """One that answers the one request made before."""
    payload = None if body is None else json.dumps(body).encode()
    asked = [SimpleNamespace(method=method, uri=f"{REAL}/v1.0{path}", body=payload)]
    return Retelling("a/case", [Response(202, {}, b"")], asked, SimpleNamespace(roots=ROOTS))


def ask(method="POST", path="/me/events/id-1/cancel?$top=2", body=AGAIN, root="/v1.0"):
    return json_request(method, SHOWN + root, path, "organizer", body)


def test_what_differs_by_stand_ins_alone_is_kept_as_it_is_asked_the_second_time():
    told = retelling()

    assert told.answer(ask(), {"authorization": "Bearer organizer-token"}).status == 202
    told.finish()
    assert [str(one) for one in told.interactions] == ["POST /v1.0/me/events/id-1/cancel?$top=2"]
    assert "contoso" not in str(told.interactions[0].body)


@pytest.mark.parametrize(
    ("before", "request_", "says"),
    [
        ({}, ask(method="PATCH"), "asks for PATCH"),
        ({}, ask(path="/me/events/id-1/more/cancel?$top=2"), "asks for POST"),
        ({}, ask(path="/me/events/id-1/accept?$top=2"), "asks for POST"),
        ({}, ask(path="/users/events/id-1/cancel?$top=2"), "asks for POST"),
        ({}, ask(path="/me/events/events/cancel?$top=2"), "asks for POST"),
        ({}, ask(path="/me/events/id-1/cancel?$skip=2"), "asks for POST"),
        ({}, ask(path="/me/events/id-1/cancel"), "asks for POST"),
        ({}, ask(root="/draft/v1.0"), "asks for POST"),
        ({}, ask(root="/beta"), "asks for POST"),
        ({}, ask(body={"comment": "called off", "to": AGAIN["to"]}), "a body of another build"),
        ({}, ask(body=AGAIN | {"more": 1}), "a body of another build"),
        ({}, ask(body=AGAIN | {"to": []}), "a body of another build"),
        ({}, ask(body=AGAIN | {"Comment": 1}), "a body of another build"),
        ({}, ask(body=None), "a body of another build"),
        ({"body": None}, ask(), "a body of another build"),
        (
            {"body": BATCH},
            ask(body={"requests": [BATCH["requests"][0] | {"method": "GET"}]}),
            "a body of another build",
        ),
        ({"body": BATCH}, ask(body={"requests": BATCH["requests"] * 2}), "a body of another build"),
    ],
)
def test_what_differs_otherwise_is_not_recorded(before, request_, says):
    told = retelling(**before)

    with pytest.raises(CassetteError, match=f"a/case: not recorded: told again, the story .*{says}.* record it again"):
        told.answer(request_, {})
    assert told.interactions == []


def test_what_follows_a_page_is_asked_for_by_stand_ins_in_another_way():
    told = retelling(method="GET", path="/me/events?$skip=10&$top=5", body=None)

    told.answer(ask(method="GET", path="/me/events?$skiptoken=next-1", body=None), {})
    told.finish()


def test_neither_more_nor_less_may_be_asked():
    told = retelling()
    with pytest.raises(CassetteError, match="does not ask for it any more at request 1"):
        told.finish()

    told.answer(ask(), {})
    with pytest.raises(CassetteError, match="asks for more than was asked at request 2"):
        told.answer(ask(), {})
