"""How long a request waits before it is sent again, and when it is given up."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest

from graphcancel.clock import Clock
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.scene import server_time
from graphcancel.throttling import Throttling, retry_after

NOW = dt.datetime(2035, 6, 4, 12, tzinfo=dt.UTC)


def told(status: int = 429, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("3", 3.0), (" 2.128 ", 2.128), ("0", 0.0), ("-5", 0.0), ("", None), ("soon", None), ("nan", None), ("inf", None)],
)
def test_the_time_asked_for_is_a_number(written, seconds):
    assert retry_after(told(retry_after=written), Clock()) == seconds


ODD_DATES = (
    "Mon, 01 Jan 2035 00:00:00 +99999999999999999",
    "Mon, 01 Jan 99999999999999 00:00:00 GMT",
    "Mon, 99999999999999999999 Jan 2035 00:00:00 GMT",
    "Mon, 01 Jan 2035 99999999999999999999:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon",
    "",
)


@pytest.mark.parametrize("odd", ODD_DATES)
def test_a_date_that_no_clock_shows_is_none(odd):
    """Neither a pause nor the server's time, and no fault of ours."""
    due = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90), usegmt=True)
    exchange = Exchange(Request("GET", "https://x.example", "/me", None), told(200, date=odd or "x"), 0.0, 0.0)

    assert retry_after(told(retry_after=odd), Clock()) is None
    assert 85 <= retry_after(told(retry_after=due, date=odd), Clock()) <= 90
    assert server_time(exchange, Clock()) is None


def test_a_date_is_read_against_the_servers_clock():
    due = format_datetime(NOW + dt.timedelta(seconds=7), usegmt=True)

    assert retry_after(told(retry_after=due, date=format_datetime(NOW, usegmt=True)), Clock()) == 7.0
    assert (
        retry_after(told(retry_after=format_datetime(NOW - dt.timedelta(days=1)), date=format_datetime(NOW)), Clock())
        == 0.0
    )


def test_a_date_is_read_against_our_clock_where_the_server_tells_none():
    due = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90), usegmt=True)

    assert 80 < retry_after(told(retry_after=due), Clock()) <= 90


@pytest.mark.parametrize(
    ("status", "read", "waits"),
    [(429, False, True), (503, False, True), (504, False, False), (504, True, True)]
    + [(status, True, False) for status in (200, 202, 400, 404, 500, 502)],
)
def test_what_is_waited_out(status, read, waits):
    """
    A gateway's timeout may hide that the work was done: only a read is sent again after it.
    """
    assert (Throttling(Clock()).pause(told(status, retry_after="1"), 0, read=read) is not None) is waits


def test_no_answer_is_nothing_to_wait_out():
    assert Throttling(Clock()).pause(None, 0) is None


def test_without_a_time_the_pauses_grow():
    throttling = Throttling(Clock())
    pauses = [throttling.pause(told(503), repeats) for repeats in range(6)]

    bounds = [(0.25, 0.5), (0.5, 1), (1, 2), (2, 4), (2, 4), (2, 4)]
    assert all(low <= pause <= high for pause, (low, high) in zip(pauses, bounds, strict=True))


def served() -> Throttling:
    """What is known of a target that accepted something."""
    throttling = Throttling(Clock())
    throttling.pause(told(200), 0)
    return throttling


@pytest.mark.parametrize(("repeats", "waited"), [(12, 0.0), (1, 299.5)])
def test_a_request_is_given_up(repeats, waited):
    assert served().pause(told(retry_after="1"), repeats, waited) is None


def test_a_target_that_never_accepted_anything_is_waited_for_a_minute_in_all():
    throttling = Throttling(Clock())

    assert [throttling.pause(told(retry_after="25"), 0) for _ in range(4)] == [25.0, 25.0, None, None]
    assert Throttling(Clock()).pause(told(retry_after="120"), 0) is None
    assert served().pause(told(retry_after="120"), 0) == 120.0


def test_after_three_given_up_one_request_in_ten_seconds_is_tried_again(monkeypatch):
    now = [100.0]
    clock = Clock()
    monkeypatch.setattr(clock, "now", lambda: now[0])
    throttling = Throttling(clock)
    for _ in range(3):
        throttling.pause(told(retry_after="1"), 12)

    tries = []
    for now[0] in (100.0, 101.0, 109.0, 111.0):
        tries.append(throttling.pause(told(retry_after="1"), 0))
    assert tries == [1.0, None, None, 1.0]
    assert throttling.pause(told(retry_after="1"), 1) is None


def test_once_waiting_helped_there_is_patience_again():
    throttling = Throttling(Clock())
    for _ in range(3):
        throttling.pause(told(), 12)
    throttling.pause(told(202), 1)

    assert throttling.pause(told(retry_after="1"), 1) == 1.0


def test_a_success_that_did_not_wait_says_nothing():
    throttling = Throttling(Clock())
    for _ in range(3):
        throttling.pause(told(), 12)
    throttling.pause(told(202), 0)

    assert throttling.pause(told(retry_after="1"), 1) is None
