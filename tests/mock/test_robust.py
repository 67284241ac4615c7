"""Whatever comes in, the answer is never the server's own failure."""

from __future__ import annotations

import re

import pytest

from graphmock.editions import EDITIONS
from graphmock.routes import table

BODIES = (
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff",
    b'{"\\ud800": "\\ud800"}',
    b'{"subject": "\\ud800", "start": {"dateTime": "9999-12-31T23:59:59", "timeZone": "Asia/Tokyo"}, "end": 1}',
)
VALUES = ("nope", "A" * 152, "%00", "%F0%9F%98%80", "''", "a%2Fb")
TEMPLATES = sorted(
    {
        route.template
        for edition in EDITIONS.values()
        for routes in table(edition, "beta").by_length.values()
        for _, route in routes
    }
)


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_request_breaks_the_server(mock, template):
    for number, value in enumerate(VALUES):
        path = re.sub(r"\{(\w+)\}", lambda found: _filled(mock, found[1], value), template)  # noqa: B023
        for method in ("GET", "POST", "DELETE", "PATCH"):
            body = BODIES[(number + len(method)) % len(BODIES)]
            headers = {"Content-Type": "application/json", "Prefer": 'outlook.timezone="Europe/Berlin",,="'}
            answer = mock.send(method, path, body=body, headers=headers, root="/draft/beta")
            assert answer.status < 500


def _filled(mock, name, value):
    known = {"user": "organizer@contoso.example", "group": mock.cast.group, "business": mock.cast.business}
    return known.get(name, value)


@pytest.mark.parametrize("index", range(len(BODIES)))
def test_no_new_event_breaks_the_server(mock, index):
    answer = mock.send("POST", "/me/events", body=BODIES[index], headers={"Content-Type": "application/json"})
    assert answer.status == 400


@pytest.mark.parametrize("day", [30, 99, -40, 0])
def test_a_day_that_never_comes_is_refused_quickly(mock, day):
    pattern = {"type": "absoluteYearly", "month": 2, "dayOfMonth": day, "interval": 1}
    recurrence = {"pattern": pattern, "range": {"type": "noEnd"}}
    answer = mock.send("POST", "/me/events", json_body=mock.draft(recurrence=recurrence))
    assert answer.status == (400 if day else 201)
