"""Lists that have pages: read to their end, within bounds, and nowhere else."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from looked_at import ADA, OWNER, POINT, ROOT, event, items, serve

from graphcancel.exchange import Request
from graphcancel.fence import Fence
from graphcancel.looks import Lookout
from graphcancel.sight import Unseen, entries


def paged(pages: int):
    def answer(request: Request):
        number = int(request.path.rsplit("=", 1)[-1]) if "skip" in request.path else 0
        link = f"{ROOT}/users/{OWNER}/calendarView?$skip={number + 1}" if number + 1 < pages else None
        return items(event(f"e{number}"), link=link)

    return answer


@pytest.mark.parametrize("pages", [1, 2, 50, 2000])
def test_a_list_of_one_item_a_page_is_read_to_its_end(pages, look):
    assert len(list(entries(look(own=paged(pages)).own))) == pages


@pytest.mark.parametrize("pages", [2001, 10**9])
def test_a_list_without_end_is_unseen(pages, look):
    assert look(own=paged(pages)).own == Unseen("a list did not end after 2000 pages")


def test_a_list_that_goes_round_is_unseen_at_once(look):
    asked = []

    def answer(request: Request):
        asked.append(request.path)
        return items(event("e1"), link=f"{ROOT}/users/{OWNER}/calendarView?$skip={len(asked) % 2}")

    found = look(own=answer)

    assert found.own == Unseen("a list goes on where it has been already")
    assert len(asked) == 3


class Claimed(bytes):
    """A body that counts as larger than it is."""

    size = 0

    def __len__(self) -> int:
        return self.size


@pytest.mark.parametrize(("more", "found"), [(0, 3), (1, Unseen("a list did not end after 268435456 bytes"))])
def test_a_list_is_read_no_further_than_memory_should_bear(more, found, look):
    def answer(request: Request):
        status, page = paged(3)(request)
        body = Claimed(json.dumps(page).encode())
        body.size = 128 * 1024 * 1024 + (0 if "skip" in request.path else more)
        return status, body

    own = look(own=answer).own

    assert (own if isinstance(own, Unseen) else len(own[0])) == found


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/v1.0/me/events",
        "https://graph.example@elsewhere.example/v1.0/me/events",
        "https://graph.example.elsewhere.example/v1.0/me/events",
        "http://169.254.169.254/v1.0/me/events",
        "file:///v1.0/me/events",
        "//elsewhere.example/v1.0/me/events",
        f"{ROOT}\\@elsewhere.example/",
        f"{ROOT}/../beta/me/events",
        f"{ROOT}/users/%2e%2e/me/events",
        f"{ROOT}/users/stranger@contoso.example/messages",
        f"{ROOT}/me/events/e1/cancel",
        f"{ROOT}//elsewhere.example/x",
        ["x"],
        {"x": 1},
    ],
    ids=str,
)
def test_no_page_leads_elsewhere(link, script):
    """Neither to another host, nor to another mailbox, nor to a call that does something."""
    asked = []

    def answer(request: Request):
        asked.append(request)
        return items(event("e1"), link=link)

    target = script(answer)
    target.fence = Fence(["https://graph.example"], [OWNER, ADA])
    checked = target.send
    target.send = lambda request, **more: (target.fence.check(request), checked(request, **more))[1]

    found = Lookout(target).items(target.send(Request("GET", ROOT, f"/users/{OWNER}/events", "organizer")))

    assert isinstance(found, Unseen)
    assert len(asked) == 1


def test_further_pages_and_looks_again_are_booked_as_such(script, monkeypatch):
    target = script(serve(own=paged(2)))
    booked = []
    monkeypatch.setattr(target, "booking", lambda purpose: nullcontext(booked.append(purpose)))
    lookout = Lookout(target)
    lookout.look(POINT)
    lookout.look(POINT, again=True)

    assert booked == [None, "pages", "waiting", "pages"]


def test_a_page_is_asked_for_by_the_same_actor_with_the_same_wishes(script):
    target = script(serve(own=paged(2)))
    Lookout(target).look(POINT)
    first, second = (request for request in target.sent if "calendarView" in request.path and OWNER in request.path)

    assert (second.method, second.actor, dict(second.headers)) == ("GET", first.actor, dict(first.headers))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users",
        "https://graph.example@evil.example/v1.0/users",
        "https://graph.example.evil.example/v1.0/",
        "https://graph.example/v1.0x/users",
        "http://graph.example/v1.0/users",
        f"/users/{OWNER}/calendarView?$skip=1",
        ROOT,
        5,
        {"href": f"{ROOT}/x"},
    ],
    ids=range(9),
)
def test_a_list_that_goes_on_elsewhere_is_unseen(link, script):
    target = script(serve(own=items(event("e1"), link=link)))
    found = Lookout(target).look(POINT)

    assert found.own == Unseen("a list goes on at an address outside the target's root")
    assert all(request.url.startswith(f"{ROOT}/users/") for request in target.sent)


@pytest.mark.parametrize("path", ["/users/eve@evil.example/calendarView", "/me/../users/eve", "/applications"])
def test_a_list_that_goes_on_beyond_the_fence_is_unseen(path, script):
    """
    A server that points at somebody else's mailbox is no fault of ours: that part of the look is not judged.
    """
    target = script(
        serve(own=items(event("e1"), link=ROOT + path)), fence=Fence(["https://graph.example"], [OWNER, ADA])
    )

    assert Lookout(target).look(POINT).own == Unseen("a list goes on where this run may not look")


def test_a_page_that_fails_makes_the_list_unseen(look):
    def answer(request: Request):
        return (500, None) if "skip" in request.path else paged(2)(request)

    assert isinstance(look(own=answer).own, Unseen)
