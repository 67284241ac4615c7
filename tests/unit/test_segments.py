"""A line of a page's path list is the same route to whoever reads it: the page's reader, a contract, its checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graphcancel.claims import facts_of
from graphcancel.contract import load_contracts
from graphcancel.document_blocks import Code, Notes
from graphcancel.document_routes import read_routes
from graphcancel.segments import first_named, walk_of

(CONTRACT,) = load_contracts(Path(__file__).parents[2] / "contracts", ["event-cancel.v1.0"])


@pytest.mark.parametrize(
    ("line", "walk", "shortened"),
    [
        ("POST /me/events/{id}/cancel", "POST /me/events/{}/cancel", "POST /me/events/{id}/cancel"),
        ("POST /users/{ id }/cancel", "POST /users/{}/cancel", "POST /users/{id}/cancel"),
        ("POST /users/{id | upn}/cancel", "POST /users/{}/cancel", "POST /users/{id}/cancel"),
        ("POST /users/< id|upn >/cancel", "POST /users/{}/cancel", "POST /users/<id>/cancel"),
        ("POST https://a.example/beta/me/{x}", "POST /me/{}", "POST https://a.example/beta/me/{x}"),
        ("POST https://a.example/beta", "POST /beta", "POST https://a.example/beta"),
    ],
)
def test_page_and_contract_read_a_line_alike(line: str, walk: str, shortened: str) -> None:
    assert (walk_of(line), first_named(line)) == (walk, shortened)
    notes = Notes()
    read_routes(Code(1, "http", (line,)), notes)
    (read,) = [fact for fact in notes.facts.values() if fact.kind == "route"]
    assert (read.about, read.value) == (walk, shortened)
    route = replace(CONTRACT.routes[0], written=line)
    (claimed,) = [fact for fact in facts_of(replace(CONTRACT, routes=(route,))) if fact.kind == "route"]
    assert claimed == read


def test_an_address_ends_where_a_blank_does() -> None:
    assert walk_of("POST https://a b.example/me") == "POST  b.example/me"
    notes = Notes()
    read_routes(Code(1, "http", ("POST https://a b.example/me\u202e",)), notes)
    assert not notes.facts
    assert [remark.text for remark in notes.remarks] == ["a path that is not understood: https://a b.example/me\ufffd"]
