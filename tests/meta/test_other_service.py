"""
The suite judges a service it was not written against.

`other_service` keeps every promise and takes every liberty: what fails there is the suite's own. Then a promise at a
time is broken, and the cases that can see it must say so, by the clause it breaks.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from harness import IMPATIENT, judge, serving

from graphcancel.case import Case
from graphcancel.record import Record
from graphcancel.targetfile import Description, Patience

PATIENT = Patience(effect_s=10, invite_s=10, read_s=10)
SERVICE = str(Path(__file__).parent / "other_service")
ME = "event-cancel.v1.0/me.events"
UPN = "event-cancel.v1.0/users-upn.events"
BOOKING = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments"
CONVENTION = "graph-conventions/v1.0.me.events"
BOOKING_CONVENTION = "graph-conventions/v1.0.solutions.bookingBusinesses.appointments"

CAMEL = f"{ME}/organizer/camel"
PASCAL = f"{ME}/organizer/pascal"
EMPTY = f"{ME}/organizer/empty"
NON_ASCII = f"{PASCAL}/non-ascii"
LONG = f"{PASCAL}/300-characters"
OWN_COPY = f"{ME}/attendee/pascal/own-copy"
ORGANIZERS_PATH = f"{UPN}/attendee/pascal/organizers-path"
OCCURRENCE = f"{PASCAL}/occurrence"
SERIES = f"{PASCAL}/series-master"
BOOKED = f"{BOOKING}/organizer/message"
UNKNOWN_BOOKING = f"{BOOKED}/unknown-id"


@contextmanager
def other(folder: Path, *options: str, patience: Patience = IMPATIENT) -> Iterator[Description]:
    """The other service with *options*."""
    with serving([SERVICE, *options], folder) as described:
        yield replace(described, patience=patience)


def state(description: Description, *, settled: bool = False) -> list[str]:
    """Everything the service holds; once nothing is on its way any more where *settled*."""
    for _ in range(100):
        with urllib.request.urlopen(f"{description.base_url}/_other/state") as answer:
            found = json.load(answer)
        if not (settled and found["pending"]):
            break
        time.sleep(0.05)
    return sorted(found["items"])


def short(records: dict[str, Record]) -> dict[str, Any]:
    """Verdicts and what did not hold, for an assertion's message."""
    return {
        case_id: (
            record.verdict.name,
            record.verdict.reason,
            [(item.clause, item.received or item.reason) for item in record.verdict.findings if not item.held],
            record.verdict.observed,
        )
        for case_id, record in records.items()
    }


def against(record: Record) -> set[str]:
    """Clauses of *record* found not to hold."""
    return {item.clause for item in record.verdict.findings if item.held is False}


@pytest.fixture(scope="module")
def by_id(cases) -> dict[str, Case]:
    """All cases by their id."""
    return {case.id: case for case in cases}


# -- a correct service -----------------------------------------------------------------------------------------------


def sample(cases: Sequence[Case], contracts: Any) -> list[Case]:
    """Each rule, shape and circumstance of the current pages once, of a convention once for events and bookings."""
    current = {contract.id for contract in contracts if contract.standing == "current"}
    found: dict[tuple[Any, ...], Case] = {}
    for case in cases:
        # What is merely observed judges nothing, but for the effect of a refusal.
        if case.contract in current and (case.expects != "open" or case.circumstance == "second-cancel"):
            page = case.contract.replace(".beta", ".v1.0")
            found.setdefault((page, case.family == "bookings", case.actor, case.body, case.circumstance), case)
        # The other version and the other families, with one shape each.
        if (
            case.contract in {"event-cancel.v1.0", "event-cancel.beta"}
            and case.kind == "shape"
            and case.body == "camel"
        ):
            found.setdefault((case.contract, case.family, case.addressing), case)
    return list({case.id: case for case in found.values()}.values())


def test_a_correct_service_has_no_finding(cases, contracts, tmp_path):
    """
    With all its differences on, nothing fails, nothing is left unexamined, and nothing is left behind.
    """
    chosen = sample(cases, contracts)
    with other(tmp_path, "--lag", "0.3", patience=Patience()) as described:
        before = state(described)
        records, _ = judge(described, chosen)
        after = state(described, settled=True)

    bad = {
        case_id: shown
        for case_id, shown in short(records).items()
        if shown[0] not in {"pass", "observed"} and not case_id.endswith("/batch")
    }
    assert not bad
    assert after == before
    assert len(records) == len(chosen)
    assert {record.verdict.name for case_id, record in records.items() if case_id.endswith("/batch")} == {
        "inconclusive"
    }


FEW = (PASCAL, EMPTY, OWN_COPY, ORGANIZERS_PATH, OCCURRENCE, SERIES, BOOKED, f"{CONVENTION}/organizer/pascal/no-token")
PLAIN = (
    "copies-removed",
    "prefix",
    "html",
    "one-per-page",
    "hidden",
    "select-ignored",
    "sparse",
    "odd-ids",
    "no-batch",
    "malformed-404",
    "booking-mails",
)
LIBERTIES = {
    "packed-nothing": FEW[:1],
    "escaped-json": FEW,
    "meetings-listed-late": FEW,
    "plain-events-listed-late": FEW,
    "links-by-id": FEW,
    "mail-clock-behind": FEW,
    "connections-closed": FEW,
    "uneven-lag": FEW,
    "told-first": FEW,
    "second-attendee-slow": FEW,
    "deleted-copies-decline": FEW,
    "mail-in-plain-text": (*FEW, NON_ASCII, LONG),
    "refusals-without-json-type": FEW,
}


@pytest.mark.parametrize("name", LIBERTIES)
def test_a_further_liberty_is_no_finding(name, by_id, tmp_path):
    """
    What else a correct service may do fails no case, and leaves none unexamined.
    """
    chosen = [by_id[case_id] for case_id in LIBERTIES[name]]
    with other(tmp_path, "--liberty", name, "--lag", "0.2", "--no", "copies-removed", patience=PATIENT) as described:
        before = state(described)
        records, _ = judge(described, chosen)
        after = state(described, settled=True)

    assert {record.verdict.name for record in records.values()} == {"pass"}, short(records)
    assert after == before


def test_a_plain_service_has_no_finding(by_id, tmp_path):
    """
    Nor does anything rest on the differences being there: with them off all is as well.
    """
    chosen = [by_id[case_id] for case_id in (*FEW, NON_ASCII, LONG, f"{CONVENTION}/organizer/pascal/batch")]
    options = [word for name in PLAIN for word in ("--no", name)]
    with other(tmp_path, *options, "--lag", "0.2", patience=Patience()) as described:
        before = state(described)
        records, _ = judge(described, chosen)
        after = state(described, settled=True)

    assert {record.verdict.name for record in records.values()} == {"pass"}, short(records)
    assert after == before


# -- broken promises -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """
    One promise broken.

    Attributes:
        against: Case to the clauses that must be found not to hold there.
        fine: Cases beside them that must pass all the same.
        options: Further options of the service.
    """

    fault: str
    against: dict[str, set[str]]
    fine: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def convention(circumstance: str, actor: str = "organizer") -> str:
    return f"{CONVENTION}/{actor}/pascal/{circumstance}"


BROKEN = [
    # the answer
    Broken("byte-of-body", {PASCAL: {"response.body"}, EMPTY: {"response.body"}}, (OWN_COPY,)),
    Broken("packed-byte-of-body", {PASCAL: {"response.body"}}),
    Broken(
        "one-route-200",
        {"event-cancel.v1.0/users-upn.calendars.events/organizer/pascal": {"response.status"}},
        (
            "event-cancel.v1.0/users-id.calendars.events/organizer/pascal",
            "event-cancel.v1.0/users-upn.calendar.events/organizer/pascal",
            "event-cancel.v1.0/users-upn.calendarGroups.calendars.events/organizer/pascal",
            "event-cancel.beta/users-upn.calendars.events/organizer/pascal",
        ),
    ),
    Broken("beta-204", {"event-cancel.beta/me.events/organizer/pascal": {"response.status"}}, (PASCAL,)),
    Broken(
        "users-by-id-404",
        {"event-cancel.v1.0/users-id.events/organizer/pascal": {"http-request.route", "response.status"}},
        (f"{UPN}/organizer/pascal", PASCAL),
    ),
    Broken(
        "every-cancel-202",
        {
            PASCAL: {"effect.left-calendar", "effect.attendees-told", "effect.attendee-copies"},
            OWN_COPY: {"organizer.refusal", "organizer.only", "delete.organizer-only"},
            OCCURRENCE: {"occurrence.cancelled"},
            BOOKED: {"response.status", "effect.cancelled", "effect.customer-told", "effect.staff-told"},
            UNKNOWN_BOOKING: {"appointment.unknown"},
            convention("no-token"): {"authentication.missing-token"},
            convention("unknown-id"): {"errors.not-found"},
            convention("malformed-id"): {"request.malformed"},
            convention("verb-put"): {"request.malformed"},
        },
    ),
    Broken("failure-after-cancel", {PASCAL: {"response.status"}, BOOKED: {"response.status"}}, (OWN_COPY,)),
    Broken("no-answer-after-cancel", {PASCAL: {"response.status"}, BOOKED: {"response.status"}}, (OWN_COPY,)),
    Broken("error-without-code", {convention("no-token"): {"errors.envelope"}}, (PASCAL,)),
    Broken("error-with-blank-message", {convention("no-token"): {"errors.envelope"}}, (PASCAL,)),
    # the attendee's refusal
    Broken("curly-apostrophe", {OWN_COPY: {"organizer.sentence"}}, (PASCAL,)),
    Broken("sentence-in-lower-case", {OWN_COPY: {"organizer.sentence"}}),
    Broken("sentence-with-a-blank-behind", {OWN_COPY: {"organizer.sentence"}}),
    Broken("attendee-403", {OWN_COPY: {"organizer.refusal"}}, (PASCAL,)),
    Broken("refusal-with-effect", {OWN_COPY: {"organizer.only"}}, (PASCAL,)),
    Broken("refusal-with-late-effect", {OWN_COPY: {"organizer.only"}}, (ORGANIZERS_PATH,), ("--lag", "0")),
    Broken("refusal-takes-own-copy", {OWN_COPY: {"organizer.only"}}),
    Broken("refusal-renames", {OWN_COPY: {"organizer.only"}}),
    Broken("refusal-declines", {OWN_COPY: {"organizer.only"}}),
    Broken("organizers-path-open", {ORGANIZERS_PATH: {"organizer.only"}}, (OWN_COPY, PASCAL)),
    # effects
    Broken("event-stays", {PASCAL: {"effect.left-calendar"}}, (OWN_COPY,)),
    Broken("event-marked-only", {PASCAL: {"effect.left-calendar"}}),
    Broken("another-cancelled", {PASCAL: {"effect.left-calendar", "effect.only-this-event"}}),
    Broken("decoy-gone", {PASCAL: {"effect.only-this-event"}}, (OWN_COPY,)),
    Broken("decoy-marked", {PASCAL: {"effect.only-this-event"}}),
    Broken("decoy-renamed", {PASCAL: {"effect.only-this-event"}}),
    Broken("decoy-gone-with-an-occurrence", {OCCURRENCE: {"effect.only-this-event"}}, (PASCAL,)),
    Broken("second-not-told", {PASCAL: {"effect.attendees-told"}}),
    Broken("nobody-told", {PASCAL: {"effect.attendees-told"}, SERIES: {"effect.attendees-told"}}),
    Broken("told-of-another-meeting", {PASCAL: {"effect.attendees-told"}, EMPTY: {"effect.attendees-told"}}),
    # No page says what the subject of a cancellation is: with our own words in it, it may well be this meeting's.
    Broken("told-of-another-meeting-with-comment", {EMPTY: {"effect.attendees-told"}}),
    Broken("copies-stay", {PASCAL: {"effect.attendee-copies"}, OCCURRENCE: {"effect.attendee-copies"}}),
    # the comment
    Broken("comment-cut-at-255", {LONG: {"example.comment", "delete.custom-message"}}, (PASCAL, CAMEL)),
    Broken("comment-in-ascii", {NON_ASCII: {"example.comment", "delete.custom-message"}}, (PASCAL,)),
    Broken("comment-escaped-twice", {NON_ASCII: {"example.comment"}}),
    Broken("comment-lost", {PASCAL: {"example.comment"}, CAMEL: {"request-body.comment"}}, (EMPTY,)),
    Broken("comment-for-one-attendee", {PASCAL: {"example.comment"}, CAMEL: {"request-body.comment"}}),
    Broken("camel-ignored", {CAMEL: {"request-body.comment"}}, (PASCAL,)),
    Broken("pascal-ignored", {PASCAL: {"example.comment"}}, (CAMEL,)),
    Broken("empty-body-refused", {EMPTY: {"request-body.optional"}}, (PASCAL,)),
    # series
    Broken("sibling-gone", {OCCURRENCE: {"occurrence.series-intact"}}, (SERIES,)),
    Broken("sibling-gone-at-attendee", {OCCURRENCE: {"occurrence.series-intact"}}, (SERIES,)),
    Broken("occurrence-takes-attendees-series", {OCCURRENCE: {"occurrence.series-intact"}}, (SERIES,)),
    Broken("occurrence-takes-series", {OCCURRENCE: {"occurrence.series-intact"}}, (SERIES,)),
    Broken("occurrence-stays", {OCCURRENCE: {"occurrence.cancelled"}}, (SERIES,)),
    Broken("occurrence-untold", {OCCURRENCE: {"effect.attendees-told"}}, (SERIES,)),
    Broken("occurrence-without-comment", {OCCURRENCE: {"example.comment"}}, (SERIES,)),
    Broken("series-leaves-one", {SERIES: {"effect.left-calendar"}}, (OCCURRENCE,)),
    # tokens and malformed requests
    Broken("cancelled-without-token", {convention("no-token"): {"refusal.without-effect"}}, (PASCAL,)),
    Broken("no-token-404", {convention("no-token"): {"authentication.missing-token"}}),
    Broken("garbage-token-accepted", {convention("garbage-token"): {"authentication.invalid-token"}}),
    Broken("expired-token-accepted", {convention("expired-token"): {"authentication.invalid-token"}}),
    Broken("read-only-accepted", {convention("read-only", "reader"): {"authorization.read-only"}}),
    Broken("read-only-refused-with-effect", {convention("read-only", "reader"): {"refusal.without-effect"}}, (PASCAL,)),
    Broken("application-refused", {f"{UPN}/app/pascal/app-only": {"permissions.application"}}, (PASCAL,)),
    Broken("malformed-json-accepted", {convention("malformed-json"): {"request.malformed"}}, (PASCAL,)),
    Broken("plain-text-refused-with-effect", {convention("text-plain"): {"refusal.without-effect"}}, (PASCAL,)),
    Broken("get-cancels", {convention("verb-get"): {"request.malformed"}}, (convention("verb-put"),)),
    Broken("get-refused-with-effect", {convention("verb-get"): {"refusal.without-effect"}}, (PASCAL,)),
    Broken("unknown-event-202", {convention("unknown-id"): {"errors.not-found"}}, (PASCAL,)),
    Broken("second-cancel-tells", {convention("second-cancel"): {"refusal.without-effect"}}, (PASCAL,)),
    # bookings and batches
    Broken("unknown-booking-204", {UNKNOWN_BOOKING: {"appointment.unknown"}}, (BOOKED,)),
    Broken("customer-not-told", {BOOKED: {"effect.customer-told"}}),
    Broken("staff-not-told", {BOOKED: {"effect.staff-told"}}),
    Broken("booking-text-lost", {BOOKED: {"request-body.cancellation-message"}}),
    Broken("booking-stays", {BOOKED: {"effect.cancelled"}}),
    Broken("batch-without-effect", {convention("batch"): {"batch.served"}}, (PASCAL,), ("--no", "no-batch")),
    Broken("batch-untold", {convention("batch"): {"batch.served"}}, (PASCAL,), ("--no", "no-batch")),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.fault)
def test_a_broken_promise_is_found(broken, by_id, tmp_path):
    """
    Each fault is a finding against each clause it breaks, and a case it does not touch passes.
    """
    chosen = [by_id[case_id] for case_id in (*broken.against, *broken.fine)]
    with other(tmp_path, "--lag", "0.1", *broken.options, "--fault", broken.fault) as described:
        records, _ = judge(described, chosen)

    assert {case_id: records[case_id].verdict.name for case_id in broken.against} == dict.fromkeys(
        broken.against, "fail"
    ), short(records)
    missed = {case_id: clauses - against(records[case_id]) for case_id, clauses in broken.against.items()}
    assert not any(missed.values()), (missed, short(records))
    assert {case_id: records[case_id].verdict.name for case_id in broken.fine} == dict.fromkeys(broken.fine, "pass"), (
        short(records)
    )


def test_a_server_that_answers_everything_202_passes_nothing(by_id, tmp_path):
    """
    Where nothing can be seen nothing is green, and what must be refused is found to be accepted.
    """
    chosen = [*FEW, UNKNOWN_BOOKING, convention("unknown-id"), convention("malformed-id"), convention("garbage-token")]
    with other(tmp_path, "--fault", "everything-202") as described:
        records, _ = judge(described, [by_id[case_id] for case_id in chosen])

    assert "pass" not in {record.verdict.name for record in records.values()}, short(records)
    assert against(records[convention("no-token")]) >= {"authentication.missing-token"}
    assert against(records[convention("malformed-id")]) >= {"request.malformed"}


def test_markup_that_is_lost_is_observed(by_id, tmp_path):
    """
    No page says what becomes of markup in a comment; that it does not arrive as sent is written down all the same.
    """
    case_id = f"{CONVENTION}/organizer/html"
    with other(tmp_path, "--lag", "0.1", "--fault", "comment-not-escaped") as described:
        spoilt, _ = judge(described, [by_id[case_id]])
    with other(tmp_path, "--lag", "0.1") as described:
        sound, _ = judge(described, [by_id[case_id]])

    assert "0 of 2 messages carry it" in str(spoilt[case_id].verdict.observed), short(spoilt)
    assert "2 of 2 messages carry it" in str(sound[case_id].verdict.observed), short(sound)


def test_a_confirmation_that_comes_late_tells_nobody_of_the_end(by_id, tmp_path):
    """
    A mail about the booking that arrives after the cancel is not taken for one about its end.
    """
    with other(tmp_path, "--lag", "0.4", "--fault", "customer-not-told") as described:
        records, _ = judge(described, [by_id[BOOKED]])

    assert "effect.customer-told" in against(records[BOOKED]), short(records)


def test_a_late_effect_of_the_last_refusal_is_found(by_id, tmp_path):
    """
    Also where the refused call is the only one of the run, so that nothing else takes time.
    """
    with other(tmp_path, "--lag", "0", "--fault", "refusal-with-late-effect") as described:
        records, _ = judge(described, [by_id[OWN_COPY]])

    assert "organizer.only" in against(records[OWN_COPY]), short(records)


def test_what_cannot_be_listed_at_the_end_counts_as_left(by_id, tmp_path):
    """
    A mailbox that can no longer be read is not taken to be clean.
    """
    with other(tmp_path, "--lag", "0.1", "--fault", "inbox-shut-after-cancel") as described:
        before = state(described)
        with pytest.raises(AssertionError, match="left behind"):
            judge(described, [by_id[PASCAL]])
        after = state(described, settled=True)

    assert set(after) - set(before)
