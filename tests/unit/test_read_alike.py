"""The suite reads an answer with its values replaced as it read the answer."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from replacing import ISH, LEAVES, MARK, NOW, ORGANIZER, ROOT, RUN, SAT, STAMPED, fresh, law, raw, read

from graphcancel.batching import inner_responses
from graphcancel.envelope import envelope_check
from graphcancel.exchange import Response
from graphcancel.pseudonyms import CANONICAL_RUN
from graphcancel.sight import entry_of, message_of


@law
@given(st.binary(max_size=20))
@example(b'"a\x01"')
@example(b'{"a": "\x01"}')
@example(b"[1, 2")
@example(b"\xef\xbb\xbf{}")
@example(b"null")
@example(b"NaN")
def test_what_is_json_or_empty_still_is_and_what_is_not_is_not(body):
    answer, shown = Response(200, {}, body), fresh().answer(Response(200, {}, body))

    assert (answer.json() is None) == (shown.json() is None)
    assert bool(answer.body) == bool(shown.body)
    assert answer.status == shown.status


@pytest.mark.parametrize("depth", [40, 60, 900, 10_000, 200_000])
@pytest.mark.parametrize(
    ("before", "inside", "after"), [("[", "0", "]"), ('{"value": [', "", "]}"), ('{"a": ', "0", "}")]
)
def test_a_body_may_be_nested_as_deep_as_it_likes(depth, before, inside, after):
    body = (before * depth + inside + after * depth).encode()
    shown = fresh().answer(Response(200, {}, body))

    assert shown.body
    assert (shown.json() is None) == (Response(200, {}, body).json() is None)


LONG = 200_000
"""Letters of a text so long that what is quadratic in them takes longer than all the rest."""


def seconds(piece: str, size: int) -> float:
    """What a text of so many letters takes this thread, in seconds."""
    answer, pseudonyms = raw({"subject": piece * (size // len(piece))}), fresh()
    started = time.thread_time()
    shown = pseudonyms.answer(answer)
    took = time.thread_time() - started

    assert shown.body
    return took


@pytest.mark.parametrize("piece", ["a", "a.", "1 ", "a@", "gc6b02264e71006b", "2026-11-21", "<b>", "é'", "-"])
def test_a_long_body_takes_no_longer_than_it_is(piece):
    """The worst there is: no step looks at a letter more than a few dozen times."""
    once = min(seconds(piece, LONG) for _ in range(3))

    # Four times the letters take some four times as long, and sixteen times where a step is quadratic.
    assert seconds(piece, 4 * LONG) < 10 * once


ERRORS = st.one_of(LEAVES, st.dictionaries(st.sampled_from(["code", "message", "innerError", "x"]), LEAVES, max_size=4))


@law
@given(ERRORS)
def test_a_refusal_is_as_well_formed_as_it_was(by_id, error):
    problem = envelope_check(by_id["graph-conventions"])
    body = {"error": error}

    assert problem(json.loads(fresh().answer(raw(body)).body)) == problem(json.loads(json.dumps(body)))


OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "id": ISH,
        "subject": st.one_of(ISH, st.none()),
        "iCalUId": st.one_of(ISH, st.none()),
        "seriesMasterId": st.one_of(ISH, st.none(), st.integers()),
        "isCancelled": st.one_of(st.booleans(), st.none()),
        "meetingMessageType": st.sampled_from(["meetingCancelled", "MeetingCancelled", None, 5]),
        "attendees": st.lists(st.fixed_dictionaries({"status": st.sampled_from([None, {"response": "declined"}])})),
        "body": st.one_of(st.none(), st.fixed_dictionaries({"contentType": st.sampled_from(["html", "text"]), "content": ISH})),
    },
)  # fmt: skip


@law
@given(OBJECTS, OBJECTS)
def test_what_is_looked_at_is_seen_alike(one, other):
    shown = fresh()
    replaced = [read(item, shown) for item in (one, other)]

    entries, messages = [entry_of(item) for item in (one, other)], [message_of(item) for item in (one, other)]
    again, mail = [entry_of(item) for item in replaced], [message_of(item) for item in replaced]
    for was, now in zip(entries, again, strict=True):
        assert (was is None) == (now is None)
        if was and now:
            assert (was.cancelled, was.declined, was.series is None) == (
                now.cancelled,
                now.declined,
                now.series is None,
            )
            assert (MARK in was.subject) == (STAMPED in now.subject)
    if all(entries):
        for name in ("id", "uid", "series"):
            values, others = ([getattr(item, name) for item in items] for items in (entries, again))
            # A copy of an address is told from another by more than the case of its letters.
            assert (values[0] == values[1]) == (others[0] == others[1]) or "@" in str(values)
    for was, now in zip(messages, mail, strict=True):
        if was and now:
            assert (was.kind, bool(was.text)) == (now.kind, bool(now.text))
            assert (MARK in was.text) == (STAMPED in now.text)


def test_a_batch_is_taken_apart_alike():
    body = {
        "responses": [
            {"id": "1", "status": 201, "headers": {"Date": SAT}, "body": {"id": "AAMk"}},
            {"id": "0", "status": "404", "body": {"error": {"code": "ErrorItemNotFound", "message": "x"}}},
            {"id": 2, "status": 202.0, "body": None},
            {"id": "3", "status": 204},
            "nonsense",
        ]
    }
    was, now = inner_responses(raw(body)), inner_responses(fresh().answer(raw(body)))

    assert {name: inner.status for name, inner in was.items()} == {name: inner.status for name, inner in now.items()}
    assert now["0"].error["code"] == "ErrorItemNotFound"
    assert now["1"].object() == {"id": "id-1"}
    assert [bool(inner.body) for inner in was.values()] == [bool(inner.body) for inner in now.values()]


def test_an_event_reads_as_before():
    event = {
        "@odata.context": f"{ROOT}/v1.0/$metadata#users('x')/events/$entity",
        "@odata.etag": 'W/"abc"',
        "id": "AAMk+/=",
        "createdDateTime": "2026-11-21T23:16:31.1234567Z",
        "subject": f"Contract test {MARK}",
        "transactionId": f"{MARK}d",
        "iCalUId": "040000008200E00074C5",
        "isCancelled": False,
        "body": {"contentType": "text", "content": f"run {RUN} started 2026-11-21T00:00:00+00:00"},
        "start": {"dateTime": "2035-06-04T00:05:00.0000000", "timeZone": "UTC"},
        "location": {"displayName": "Zebra", "locationType": "conferenceRoom", "address": {"city": "Zebra"}},
        "recurrence": {
            "pattern": {"type": "daily", "interval": 1, "month": 0},
            "range": {"type": "numbered", "startDate": "2035-06-04", "endDate": "0001-01-01", "numberOfOccurrences": 3},
        },
        "attendees": [
            {
                "type": "required",
                "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
                "emailAddress": {"name": "Zelda Second", "address": "Second@contoso.example"},
            }
        ],
        "organizer": {"emailAddress": {"name": "Ada Organizer", "address": ORGANIZER}},
        "onlineMeeting": None,
        "reminderMinutesBeforeStart": 15,
    }

    assert read(event) == {
        **event,
        "@odata.context": "https://elsewhere.example/",
        "@odata.etag": "id-1",
        "id": "id-2",
        "createdDateTime": f"{NOW}.0000000Z",
        "subject": f"Contract test {STAMPED}",
        "transactionId": f"{STAMPED}d",
        "iCalUId": "id-3",
        "body": {"contentType": "text", "content": f"run {CANONICAL_RUN} started {NOW}+00:00"},
        "location": {"displayName": "name-1", "locationType": "conferenceRoom", "address": {"city": "name-1"}},
        "attendees": [
            {
                "type": "required",
                "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
                "emailAddress": {"name": "name-2", "address": "second@target.example"},
            }
        ],
        "organizer": {"emailAddress": {"name": "name-3", "address": "organizer@target.example"}},
        "reminderMinutesBeforeStart": 0,
    }
    assert list(read(event)) == list(event)
