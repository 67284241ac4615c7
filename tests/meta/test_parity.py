"""
The mock answers as the service did: every recording of a service is sent to it and compared field by field.

    pytest tests/meta/test_parity.py                      recordings in cassettes/
    pytest tests/meta/test_parity.py --cassettes DIR      recordings elsewhere

Nobody may have recorded a service yet. So there is always one that was recorded from the mock and says that it came
from a service: the mock must equal it, and where it is altered, exactly that must be found.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alike import (
    EXTRA,
    MISSING,
    OTHER_KIND,
    OTHER_NUMBER,
    OTHER_OBJECT,
    OTHER_VALUE,
    UNSENT,
)
from altering import (
    altered,
    drop,
    in_answer,
    in_pages,
    late,
    other_numbers,
    other_order,
    put,
    relabel,
    text,
    throttled,
    twice,
)
from counterpart import Counterpart
from harness import ROOT, mock, run
from parity import Mock, Seen, examine
from parity_report import FILE, Report, read_accepted
from tampering import REQUESTS

from graphcancel.cassette import read_cassette, write_cassette
from graphcancel.errors import CassetteError
from graphcancel.marks import new_run
from graphcancel.recording import FILE as RECORDING
from graphcancel.recording import SERVICE, Recording, read_recording, write_recording
from graphcancel.session import open_session, sentences
from graphcancel.targetfile import Description

SYNTHETIC = "synthetic"
RECORDED = (
    "event-cancel.v1.0/me.events and (own-copy or occurrence)"
    " or event-cancel.v1.0/groups.events/organizer/camel"
    " or event-cancel.beta/users-id.calendarGroups.calendars.events/organizer/camel"
    " or bookingappointment-cancel.v1.0 and (non-ascii or unknown-id)"
    " or graph-conventions/v1.0.me.events and (batch or expired-token or malformed-json or past-event or percent)"
)
PLAIN = "event-cancel.v1.0/me.events/organizer/pascal/occurrence"
REFUSED = "event-cancel.v1.0/me.events/attendee/pascal/own-copy"
BOOKED = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message/non-ascii"


def services(folder: Path) -> list[str]:
    """Names of the recordings below *folder* that were made from a service."""
    found = (read_recording(file.parent) for file in sorted(folder.glob(f"*/{RECORDING}")))
    return [recording.name for recording in found if recording.origin == SERVICE]


def folder_of(config: pytest.Config) -> Path:
    return Path(config.getoption("cassettes") or ROOT / "cassettes")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" not in metafunc.fixturenames:
        return
    folder = folder_of(metafunc.config)
    try:
        found = services(folder)
    except CassetteError as error:
        raise pytest.UsageError(str(error)) from None
    if metafunc.config.getoption("cassettes") and not found:
        raise pytest.UsageError(f"{folder}: holds no recording of a service, so there is nothing to compare")
    metafunc.parametrize("name", [SYNTHETIC, *found])


def relabelled(folder: Path, chosen: str, **environ: str) -> Recording:
    """Record the *chosen* cases from the mock into *folder*, labelled as if they came from a service."""
    options = ("--record-mode=rewrite", f"--cassettes={folder}", "-k", chosen, "tests/contract")
    done = run(*options, runs=folder / "runs", **environ)
    assert done.returncode == 0, done.stdout
    return relabel(folder / "mock", folder / "service")


@pytest.fixture(scope="session")
def recorded(tmp_path_factory) -> Recording:
    """What the mock as it is was recorded to answer."""
    return relabelled(tmp_path_factory.mktemp("recorded"), RECORDED)


@pytest.fixture(scope="session")
def world(tmp_path_factory, contracts) -> Iterator[tuple[Description, dict[str, str]]]:
    """A mock, and the object ids of its users."""
    with mock(tmp_path_factory.mktemp("mock")) as described:
        now = dt.datetime.now(dt.UTC)
        session = open_session(described, contracts, new_run(now), now.isoformat(timespec="seconds"), "key")
        session.close()
        yield described, session.contact["users"]


@pytest.fixture
def compare(world, contracts, cases) -> Iterator[Callable[[Recording], Seen]]:
    """Compares a recording with the mock."""
    opened = []

    def compared(recording: Recording) -> Seen:
        opened.append(Mock(Counterpart(*world, recording, sentences(contracts))))
        return examine(opened[-1], recording, cases)

    yield compared
    for one in opened:
        one.close()


# -- every recording of a service ----------------------------------------------------------------------------------


def test_the_mock_answers_as_the_service_did(name, request, compare) -> None:
    recorded = name == SYNTHETIC
    folder = request.getfixturevalue("recorded").folder if recorded else folder_of(request.config) / name
    recording = read_recording(folder)

    try:
        report = Report(recording, compare(recording), read_accepted(folder / FILE))
    except (CassetteError, ValueError) as error:
        pytest.fail(str(error), pytrace=False)
    assert report.seen.compared >= 3 * len(recording.cases)
    if report.left or report.stale:
        pytest.fail(str(report), pytrace=False)


# -- what is altered is found --------------------------------------------------------------------------------------


def refused(answer: dict[str, object]) -> None:
    answer |= {"status": 403, "body": {"error": {"code": "ErrorAccessDenied"}}}


CREATED, VIEWED, READ, CANCELLED, DELETED = (1, "0"), (2, "0"), (2, "3"), (3, None), (6, "0")
REFUSAL = (3, None)
ANYTHING = "…"


ALTERED = {
    "another status": (PLAIN, CANCELLED, put("status", value=200), ("status", OTHER_VALUE, "200", "202")),
    "a refusal": (PLAIN, CANCELLED, refused, ("status", OTHER_VALUE, "403", "202")),
    "a status in a batch": (PLAIN, DELETED, put("status", value=200), ("status", OTHER_VALUE, "200", "204")),
    "another value": (PLAIN, CREATED, put("body", "importance", value="high"), ("body.importance", OTHER_VALUE, '"high"', '"normal"')),
    "another number": (PLAIN, CREATED, put("body", "reminderMinutesBeforeStart", value=15),
     ("body.reminderMinutesBeforeStart", OTHER_VALUE, "15", "0")),
    "a date written otherwise": (PLAIN, CREATED, put("body", "createdDateTime", value="2030-01-01T12:00:00.0000000Z"),
     ("body.createdDateTime", OTHER_VALUE, '"2030-01-01T12:00:00.0000000Z"', '"2030-01-01T12:00:00Z"')),
    "another date": (PLAIN, CREATED, put("body", "start", "dateTime", value="2035-06-08T20:45:00.0000000"),
     ("body.start.dateTime", OTHER_VALUE, '"2035-06-08T20:45:00.0000000"', '"2035-06-07T20:45:00.0000000"')),
    "a field less": (PLAIN, CREATED, drop("body", "importance"), ("body.importance", EXTRA, None, '"normal"')),
    "a field more": (PLAIN, CREATED, put("body", "uid", value="id-99"), ("body.uid", MISSING, '"id-99"', None)),
    "text for a flag": (PLAIN, CREATED, put("body", "isDraft", value="false"), ("body.isDraft", OTHER_KIND, '"false"', "false")),
    "a number for a flag": (PLAIN, CREATED, put("body", "isDraft", value=0), ("body.isDraft", OTHER_KIND, "0", "false")),
    "null for an object": (PLAIN, CREATED, put("body", "location", value=None), ("body.location", OTHER_KIND, "null", '{"displayName": ""}')),
    "an address for a name": (PLAIN, CREATED, put("body", "organizer", "emailAddress", "name", value="organizer@target.example"),
     ("body.organizer.emailAddress.name", OTHER_VALUE, '"organizer@target.example"', '"name-1"')),
    "another object's id": (PLAIN, READ, put("body", "iCalUId", value="id-8"), ("body.iCalUId", OTHER_OBJECT, '"id-8"', '"id-4"')),
    "a value in a list": (PLAIN, VIEWED, put("body", "value", 0, "type", value="exception"),
     ("body.value[0].type", OTHER_VALUE, '"exception"', '"occurrence"')),
    "items more": (PLAIN, VIEWED, twice, ("body.value", OTHER_NUMBER, "4", "2")),
    "an item less": (PLAIN, VIEWED, drop("body", "value", 1), ("body.value", OTHER_NUMBER, "1", "2")),
    "no body for null": (PLAIN, DELETED, drop("body"), ("body", EXTRA, None, "null")),
    "a body for none": (PLAIN, CANCELLED, put("body", value={"value": []}), ("body", MISSING, '{"value": []}', None)),
    "another header": (PLAIN, CANCELLED, put("headers", "odata-version", value="4.01"),
     ("header odata-version", OTHER_VALUE, '"4.01"', '"4.0"')),
    "a header more": (PLAIN, CANCELLED, put("headers", "preference-applied", value="return=minimal"),
     ("header preference-applied", MISSING, '"return=minimal"', None)),
    "a header less": (PLAIN, CANCELLED, drop("headers", "odata-version"), ("header odata-version", EXTRA, None, '"4.0"')),
    "a header in a batch": (PLAIN, CREATED, put("headers", "content-type", value="text/plain"),
     ("header content-type", OTHER_VALUE, '"text/plain"', '"application/json"')),
    "another code": (REFUSED, REFUSAL, put("body", "error", "code", value="ErrorAccessDenied"),
     ("body.error.code", OTHER_VALUE, '"ErrorAccessDenied"', '"ErrorInvalidRequest"')),
    "another sentence": (REFUSED, REFUSAL, put("body", "error", "message", value="Access is denied."),
     ("body.error.message", OTHER_VALUE, '"Access is denied."', ANYTHING)),
    "no body for a refusal": (REFUSED, REFUSAL, put("body", value=None), ("body", EXTRA, None, ANYTHING)),
    "another request's id": (REFUSED, REFUSAL, put("body", "error", "innerError", "request-id", value="00000000-0000-0000-0000-000000000001"),
     ("body.error.innerError.request-id", OTHER_OBJECT, '"00000000-0000-0000-0000-000000000001"', ANYTHING)),
    "another day of an appointment": (BOOKED, (2, None), put("body", "startDateTime", "dateTime", value="2030-01-20T09:30:00.0000000Z"),
     ("body.startDateTime.dateTime", OTHER_VALUE, '"2030-01-20T09:30:00.0000000Z"', ANYTHING)),
}  # fmt: skip


@pytest.mark.parametrize(("told", "place", "change", "expected"), ALTERED.values(), ids=ALTERED)
def test_an_altered_answer_is_found_and_named(recorded, tmp_path, compare, told, place, change, expected) -> None:
    recording = altered(recorded, tmp_path / "one", told, in_answer(*place, change))

    (found,) = compare(recording).found

    difference = found.difference
    shown = (difference.field, difference.what, difference.recorded, difference.answered)
    assert shown == tuple(shown[3] if value is ANYTHING else value for value in expected)
    assert (found.case, found.number, found.part) == (told, *place)
    of = len(read_cassette(recording.place(told)).interactions)
    assert str(found).startswith(f"{told}: request {place[0]} of {of}{f', part {place[1]}' if place[1] else ''}: ")


def test_the_request_line_says_what_was_asked(recorded, tmp_path, compare) -> None:
    for number, part, line in [(3, None, "POST /v1.0/me/events/id-13/cancel"), (1, "1", "POST /me/events")]:
        changed = in_answer(number, part, put("status", value=200))
        one = altered(recorded, tmp_path / str(number), PLAIN, changed)

        (found,) = compare(one).found

        assert found.line == line


# -- what says nothing is passed over ------------------------------------------------------------------------------


ALIKE = {
    "other ids": (PLAIN, other_numbers),
    "other ids of a booking": (BOOKED, other_numbers),
    "another order": (PLAIN, other_order),
    "a late effect": (PLAIN, late),
    "told to wait": (PLAIN, throttled),
    "pages": (PLAIN, in_pages),
    "when a change key changes": (PLAIN, in_answer(*CREATED, put("body", "changeKey", value="id-77"))),
    "when an etag changes": (PLAIN, in_answer(*READ, put("body", "@odata.etag", value="id-77"))),
    "another name": (PLAIN, in_answer(*CREATED, put("body", "organizer", "emailAddress", "name", value="name-7"))),
    "a body's length": (PLAIN, in_answer(*CANCELLED, drop("headers", "content-length"))),
    "words replaced": (
        REFUSED,
        in_answer(*REFUSAL, put("body", "error", "message", value="Your […] can't be completed. […]")),
    ),
}


@pytest.mark.parametrize(("told", "change"), ALIKE.values(), ids=ALIKE)
def test_what_is_a_server_s_own_business_is_no_difference(recorded, tmp_path, compare, told, change) -> None:
    recording = altered(recorded, tmp_path / "one", told, change)
    assert read_cassette(recording.place(told)) != read_cassette(recorded.place(told))

    seen = compare(recording)

    assert [str(found) for found in seen.found] == []
    assert seen.compared


def test_a_service_that_is_late_and_throttles_and_pages_does_not_differ_by_that(tmp_path, compare) -> None:
    """Recorded from a mock of these habits, beside one that has none of them."""
    habits = ("effects-late", "batch-items-throttled", "throttled", "page-by-one", "ids-with-slash")
    options = " ".join(f"--vary {name}" for name in habits)
    chosen = f"{PLAIN} or {REFUSED} or {BOOKED}"

    recording = relabelled(tmp_path, chosen, GRAPHMOCK_OPTIONS=options)
    seen = compare(recording)

    assert [str(found) for found in seen.found] == []
    assert (len(recording.cases), seen.left_out > 40) == (3, True)


def test_a_target_that_lists_its_mailboxes_otherwise_is_the_same(recorded, tmp_path, compare) -> None:
    """The attendee has no token, the second mailbox comes first, and the root is the cloud's."""
    names = {"attendee@": "mailbox-2@", "attendee%40": "mailbox-2%40", "graph.example": "graph.microsoft.com"}

    def renamed(written: str) -> str:
        for old, new in names.items():
            written = written.replace(old, new)
        return written

    one = altered(recorded, tmp_path / "one", PLAIN, text(renamed))
    described = replace(
        one.description,
        base_url=renamed(one.description.base_url),
        actors={name: actor for name, actor in one.description.actors.items() if name != "attendee"},
        writable=tuple(map(renamed, one.description.writable)),
    )
    users = {renamed(mailbox): identity for mailbox, identity in one.contact["users"].items()}
    one = replace(one, description=described, contact={**one.contact, "users": users})
    write_recording(one, dt.date(2026, 11, 21), changed=True)

    seen = compare(read_recording(one.folder))

    assert [str(found) for found in seen.found] == []
    assert seen.compared > 20


def test_a_path_is_encoded_as_it_was(recorded, tmp_path, compare, monkeypatch) -> None:
    """The id stands for another one, and each of its bytes is percent-encoded as the recorded one's are."""
    sent, send = [], Mock.send

    def watched(self, method, path, *rest):
        sent.append(path)
        return send(self, method, path, *rest)

    monkeypatch.setattr(Mock, "send", watched)
    encoded = "graph-conventions/v1.0.me.events/organizer/pascal/percent-encoded-id"

    compare(altered(recorded, tmp_path / "one", encoded, lambda interactions: None))

    (path,) = (path for path in sent if path.endswith("/cancel"))
    identity = path.removeprefix("/v1.0/me/events/").removesuffix("/cancel")
    assert re.fullmatch("(%[0-9A-F]{2}){20,}", identity)


def test_what_the_mock_never_gave_is_not_asked_of_it(recorded, tmp_path, compare) -> None:
    """An id that only the service gave: the request is named, and the others are sent."""
    recording = altered(
        recorded,
        tmp_path / "one",
        PLAIN,
        text(lambda written: written.replace("/events/id-6", "/events/id-66")),
    )

    (found,) = compare(recording).found

    assert (found.number, found.part) == (6, "1")
    assert (found.difference.what, found.difference.recorded) == (UNSENT, "id-66")


# -- what is not as it must be is not compared ---------------------------------------------------------------------


GONE = f"{PLAIN}/by-night"


def edit(recording: Recording) -> None:
    table = json.loads(recording.place(PLAIN).read_text(encoding="utf-8"))
    assert REQUESTS["comment-text"](table)
    recording.place(PLAIN).write_text(json.dumps(table), encoding="utf-8")


def borrow(recording: Recording) -> None:
    write_cassette(recording.place(PLAIN), replace(read_cassette(recording.place(PLAIN)), origin="mock"))


def add(recording: Recording) -> None:
    shutil.copy(recording.place(PLAIN), recording.folder / "more.yaml")


def forget(recording: Recording) -> None:
    recording.place(GONE).parent.mkdir()
    recording.place(PLAIN).rename(recording.place(GONE))
    listed = tuple(sorted({*recording.cases, GONE} - {PLAIN}))
    write_recording(replace(recording, cases=listed), dt.date(2026, 11, 21), changed=True)


SPOILT = {
    "an edited request": (edit, rf"{PLAIN}\.yaml: interaction 3 of 6, POST .*/cancel: drift: the request's body"),
    "a cassette of another origin": (borrow, rf"{PLAIN}\.yaml: its origin is not that of the recording"),
    "a file it does not list": (add, r"more\.yaml is not listed in"),
    "a case that is none": (forget, f"{GONE} is no case of this suite"),
}


@pytest.mark.parametrize(("spoil", "says"), SPOILT.values(), ids=SPOILT)
def test_a_recording_that_is_not_as_it_must_be_is_refused(recorded, tmp_path, compare, spoil, says) -> None:
    """Else somebody's edit, or another target's answer, would be held against the mock."""
    shutil.copytree(recorded.folder, tmp_path / "service")
    spoil(read_recording(tmp_path / "service"))

    with pytest.raises(CassetteError, match=f"(?s){says}"):
        compare(read_recording(tmp_path / "service"))


# -- the report ----------------------------------------------------------------------------------------------------


def test_the_report_names_each_field_once_and_its_first_place(recorded, tmp_path, compare) -> None:
    recording = altered(
        recorded,
        tmp_path / "one",
        PLAIN,
        text(lambda body: body.replace('"busy"', '"tentative"')),
    )
    report = Report(recording, compare(recording), ())

    assert str(report).splitlines()[1:] == [
        "4 times: body.showAs: another value",
        f"  first: {PLAIN}: request 1 of 6, part 0: POST /me/events",
        '    recorded: "tentative"',
        '    the mock: "busy"',
    ]


def test_an_accepted_difference_fails_nothing_and_a_stale_entry_does(recorded, tmp_path, compare) -> None:
    change = in_answer(*CREATED, put("body", "uid", value="id-99"))
    recording = altered(recorded, tmp_path / "one", PLAIN, change)
    file = recording.folder / FILE
    file.write_text(
        '[[accepted]]\ndifference = "body.uid: recorded, the mock has none"\ncase = "event-cancel.v1.0/*"\nreason = "new"\n'
        '[[accepted]]\ndifference = "status: another value"\nreason = "mended since"\n',
        encoding="utf-8",
    )

    report = Report(recording, compare(recording), read_accepted(file))

    assert report.left == []
    assert [entry.reason for entry in report.stale] == ["mended since"]
    assert str(report).splitlines()[1:] == [
        "accepted once: body.uid: recorded, the mock has none (new)",
        "stale, take it out of parity.toml: status: another value (mended since)",
    ]


@pytest.mark.parametrize("written", [
    '[[accepted]]\ndifference = "status: another value"\n',
    '[[accepted]]\ndifference = "status: another value"\nreason = " "\n',
    '[[accepted]]\ndifference = "status: another value"\nreason = "why"\nowner = "who"\n',
    '[[expected]]\ndifference = "status: another value"\nreason = "why"\n',
])  # fmt: skip
def test_a_list_that_is_not_as_it_must_be_is_refused(tmp_path, written) -> None:
    (tmp_path / FILE).write_text(written, encoding="utf-8")

    with pytest.raises(ValueError, match=FILE):
        read_accepted(tmp_path / FILE)


def test_a_folder_without_any_is_not_passed_over(tmp_path) -> None:
    done = run("tests/meta/test_parity.py", f"--cassettes={tmp_path}", runs=tmp_path / "runs")

    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert f"{tmp_path}: holds no recording of a service" in done.stdout


def test_recordings_of_a_service_are_found_and_no_others(recorded, tmp_path) -> None:
    for name, origin in [("contoso", SERVICE), ("mock", "mock"), ("elsewhere", "server")]:
        (tmp_path / name).mkdir()
        write_recording(
            replace(recorded, folder=tmp_path / name, name=name, origin=origin), dt.date(2026, 11, 21), changed=True
        )

    assert services(tmp_path) == ["contoso"]
