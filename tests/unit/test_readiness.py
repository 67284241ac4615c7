"""
What a doctor is made of: reads alone, a service in memory, permissions, remedies, selection, text.
"""

from __future__ import annotations

import json

import pytest

from graphcancel.auth import SignIn
from graphcancel.choice import select
from graphcancel.doctor_text import lines
from graphcancel.errors import FenceError, GraphCancelError
from graphcancel.exchange import Exchange, Response, json_request
from graphcancel.fence import Fence
from graphcancel.ideal import Service, owner_in
from graphcancel.readiness import Witness
from graphcancel.remedies import remedy, remedy_for_refusal
from graphcancel.scopes import lacks, needed

ROOT = "https://graph.example/v1.0"
ADA, BOB = "ada@contoso.example", "bob@contoso.example"
EVENT = {
    "subject": "Contract test gc01",
    "start": {"dateTime": "2035-06-05T10:00:00"},
    "end": {"dateTime": "2035-06-05T10:05:00"},
    "attendees": [{"emailAddress": {"address": BOB}}],
}
VIEW = "/calendarView?startDateTime=2035-06-04T00:00:00Z&endDateTime=2035-06-12T00:00:00Z"


# -- reads alone ------------------------------------------------------------------------------------------------------


class TestWitness:
    """The way to a target by which nothing can be written."""

    @pytest.fixture
    def witness(self, describe, monkeypatch):
        """One whose answers are written here."""
        description = describe()
        found = Witness(description, Fence([description.base_url], description.writable), SignIn(description))
        headers = {"date": "Mon, 05 Jan 2026 09:00:00 GMT"}

        def answer(request, _headers) -> Exchange:
            return Exchange(request, Response(200, headers, b'{"value": []}'), 0.25, 0.0)

        monkeypatch.setattr(found, "_exchange", answer)
        return found

    @pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
    def test_a_write_does_not_leave(self, witness, method):
        with pytest.raises(FenceError, match="while nothing may be written"):
            witness.send(json_request(method, ROOT, "/me/events", "organizer", {"subject": "x"}))
        assert not witness.counts["requests"]

    def test_a_batch_with_a_write_in_it_does_not_leave(self, witness):
        parts = [{"id": str(n), "method": method, "url": "/me/events"} for n, method in enumerate(("GET", "POST"))]
        with pytest.raises(FenceError):
            witness.send(json_request("POST", ROOT, "/$batch", "organizer", {"requests": parts}))
        assert not witness.counts["requests"]

    def test_what_was_read_is_known_with_its_query_and_without(self, witness):
        witness.send(json_request("GET", ROOT, "/me/events?$top=1", "organizer"))

        assert {path for _, _, path in witness.seen().answers} == {"/me/events?$top=1", "/me/events"}
        assert witness.answer(ROOT, "organizer", "/me/events").ok
        assert witness.answer(ROOT, "app", "/me/events") is None
        assert witness.latency_s == 0.25
        assert witness.skew_s < -3600


# -- the service in memory --------------------------------------------------------------------------------------------


def ids(answer) -> list[str]:
    return [item["id"] for item in answer[1]["value"]]


class TestService:
    """It does what a run relies on, and counts whom it mails."""

    @pytest.fixture
    def service(self) -> Service:
        """One that holds nothing."""
        return Service()

    def test_an_invitation_arrives_and_its_cancel_too(self, service):
        made = service.answer("POST", ADA, "/events", EVENT)[1]["id"]
        copies = ids(service.answer("GET", BOB, VIEW, None))

        assert len(copies) == 1
        assert service.cancel(f"/me/events/{made}/cancel", "called off") is None
        assert ids(service.answer("GET", ADA, VIEW, None)) == []
        (copy,) = service.answer("GET", BOB, VIEW, None)[1]["value"]
        assert copy["isCancelled"] is True
        inbox = service.answer("GET", BOB, "/mailFolders/inbox/messages", None)[1]["value"]
        assert [item["meetingMessageType"] for item in inbox] == ["meetingRequest", "meetingCancelled"]
        assert "called off" in inbox[1]["body"]["content"]
        assert service.mails == {BOB: 2}

    def test_what_is_gone_cannot_be_cancelled(self, service):
        made = service.answer("POST", ADA, "/events", EVENT)[1]["id"]
        service.cancel(f"/me/events/{made}/cancel", None)

        assert service.cancel(f"/me/events/{made}/cancel", None)[0] == 404
        assert service.answer("DELETE", ADA, f"/events/{made}", None)[0] == 404

    def test_an_empty_text_sends_no_mail(self, service):
        made = service.answer("POST", ADA, "/events", EVENT)[1]["id"]
        service.cancel(f"/me/events/{made}/cancel", "")

        assert service.mails == {BOB: 1}

    def test_an_occurrence_goes_alone(self, service):
        repeated = EVENT | {"recurrence": {"range": {"numberOfOccurrences": 3}}}
        made = service.answer("POST", ADA, "/events", repeated)[1]["id"]
        parts = ids(service.answer("GET", ADA, f"/events/{made}/instances", None))
        service.cancel(f"/me/events/{parts[1]}/cancel", None)

        assert ids(service.answer("GET", ADA, VIEW, None)) == [parts[0], parts[2]]
        flags = [item["isCancelled"] for item in service.answer("GET", BOB, VIEW, None)[1]["value"]]
        assert flags == [False, True, False]

    def test_a_calendar_takes_its_events_along_and_tells_nobody(self, service):
        calendar = service.answer("POST", ADA, "/calendars", {"name": "x"})[1]["id"]
        service.answer("POST", ADA, f"/calendars/{calendar}/events", EVENT)
        service.answer("DELETE", ADA, f"/calendars/{calendar}", None)

        assert ids(service.answer("GET", ADA, VIEW, None)) == []
        assert service.mails == {BOB: 1}

    def test_a_deleted_meeting_is_a_cancelled_one_and_a_deleted_copy_is_not(self, service):
        made = service.answer("POST", ADA, "/events", EVENT)[1]["id"]
        (copy,) = ids(service.answer("GET", BOB, VIEW, None))
        service.answer("DELETE", BOB, f"/events/{copy}", None)
        assert service.mails == {BOB: 1}

        service.answer("DELETE", ADA, f"/events/{made}", None)
        assert service.mails == {BOB: 2}

    def test_a_path_is_parted_at_its_owner(self):
        assert owner_in("/me/events/x?y=1") == ("/me", "/events/x?y=1")
        assert owner_in("/users/ada%40x/calendarView") == ("/users/ada%40x", "/calendarView")
        assert owner_in("/solutions/bookingBusinesses/b/appointments") == (
            "/solutions/bookingBusinesses/b",
            "/appointments",
        )
        assert owner_in("/users/ada%40x") == ("/users/ada%40x", "")


# -- permissions and remedies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "enough", "little"),
    [
        ("GET", "/users/a/calendarView?x=1", "Calendars.Read", "Mail.ReadWrite"),
        ("POST", "/me/events", "Calendars.ReadWrite", "Calendars.Read"),
        ("GET", "/users/a/mailFolders/inbox/messages", "Mail.Read", "Calendars.ReadWrite"),
        ("DELETE", "/users/a/messages/m", "Mail.ReadWrite", "Mail.Read"),
        ("POST", "/me/messages/m/event/cancel", "Calendars.ReadWrite", "Mail.ReadWrite"),
        ("GET", "/groups/g/members", "GroupMember.Read.All", "Calendars.ReadWrite"),
        ("POST", "/groups/g/events", "Group.ReadWrite.All", "Group.Read.All"),
        ("POST", "/groups/g/events/e/cancel", "Calendars.ReadWrite", "Group.ReadWrite.All"),
        ("GET", "/solutions/bookingBusinesses/b/staffMembers", "Bookings.Read.All", "Calendars.ReadWrite"),
        (
            "POST",
            "/solutions/bookingBusinesses/b/appointments",
            "BookingsAppointment.ReadWrite.All",
            "Bookings.Read.All",
        ),
        ("GET", "/me", "User.Read", "Mail.Read"),
    ],
)
def test_a_request_needs_one_of_several_permissions(method, path, enough, little):
    need = needed(method, path, acts=path.endswith("/cancel"))

    assert not lacks("organizer", frozenset({enough}), need)
    assert lacks("organizer", frozenset({little}), need)
    assert not lacks("organizer", None, need)


@pytest.mark.parametrize(
    ("actor", "granted", "missing"),
    [
        ("app", {"User.Read.All"}, False),
        ("app", set(), False),
        # Some but not this one: then mailboxes are not granted in Exchange.
        ("app", {"Calendars.Read"}, True),
        ("organizer", {"User.Read"}, True),
    ],
)
def test_what_an_app_was_granted_in_exchange_does_not_show_in_its_token(actor, granted, missing):
    assert lacks(actor, frozenset(granted), needed("DELETE", "/users/a/events/1")) is missing
    assert lacks(actor, frozenset(granted), needed("POST", "/solutions/bookingBusinesses/b/appointments"))


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("the target has no token for app", "describe [actors.app]"),
        ("the target has no token for attendee", "give [actors.attendee] a flow"),
        ("the target names no group in [resources]", "a group whose members are all listed in writable"),
        ("the target names no booking_service in [resources]", "a service of that business"),
        ("a look at the inbox was answered 403", "Mail.ReadWrite"),
        ("the attendee's copy is not to be had: a look at calendarView was answered 404", "licence"),
        ("the target does not serve $batch (answered 404)", "knows no batches"),
    ],
)
def test_a_reason_has_its_remedy(reason, words):
    assert words in remedy(reason)


def test_a_reason_nobody_knows_has_none():
    assert remedy("organizer cannot sign in: the account is disabled; enable it or take another user") is None


def test_a_refused_mailbox_has_a_remedy_by_its_status():
    found = {
        remedy_for_refusal(*item)
        for item in ((401, None), (403, None), (404, "ResourceNotFound"), (404, None), (500, None))
    }

    assert len(found) == 5
    assert remedy_for_refusal(404, "MailboxNotEnabledForRESTAPI") == remedy_for_refusal(404, None)


# -- selection and text -----------------------------------------------------------------------------------------------


class TestSelection:
    """``--contract`` and ``-k``."""

    def test_words_are_parts_of_ids(self, all_cases, contracts):
        chosen = select(all_cases, contracts, ["event-cancel.v1.0"], "OCCURRENCE and not (groups or users)")

        assert chosen
        assert all(case.id.startswith("event-cancel.v1.0/me.") and case.id.endswith("/occurrence") for case in chosen)

    @pytest.mark.parametrize(
        ("only", "pattern", "named"),
        [(["nosuch"], "", "--contract nosuch"), ([], "nosuch", "no case is selected"), ([], "(", "-k (")],
    )
    def test_what_selects_nothing_is_refused(self, only, pattern, named, all_cases, contracts):
        with pytest.raises(GraphCancelError) as refused:
            select(all_cases, contracts, only, pattern)
        assert named in str(refused.value)


REPORT = {
    "target": "contoso",
    "cloud": "global",
    "actors": [
        {"actor": "organizer", "flow": "token", "token": True, "trouble": None, "granted": ["Mail.Read"], "unlisted": 2, "warning": None,
         "missing": [{"any_of": ["A", "B"], "cases": 2, "example": "x/y"}, {"any_of": ["C"], "cases": 0, "example": None}]},
        {"actor": "app", "flow": "certificate", "token": False, "trouble": "cannot sign in", "granted": None, "unlisted": 0, "missing": [], "warning": None},
        {"actor": "attendee", "flow": "none", "token": False, "trouble": None, "granted": None, "unlisted": 0, "missing": [], "warning": None},
    ],
    "mailboxes": [{"mailbox": "attendee", "reader": None, "calendar": "nobody", "inbox": "nobody", "remedy": "do this"}],
    "resources": [{"resource": "group", "state": "waived", "people": None, "reason": "none here", "remedy": None}],
    "clock": {"skew_s": -400, "remedy": "set it"},
    "leftovers": [{"kind": "event", "mailbox": "organizer", "number": 2, "oldest_hours": 30.5, "runs": ["gc1"]}],
    "cases": {"selected": 3, "would_run": 1, "gaps": 4, "uncleared": ["a look at the inbox was answered 403"], "foreseen_exit": 12,
              "inconclusive": [{"reason": "because", "cases": 2, "example": "x/y", "remedy": None, "waived": False}]},
    "plan": {"requests": 9, "writes": 5, "mails": 3, "mails_by_mailbox": {"attendee": 3}, "latency_ms": 120.0, "minutes": 14.2},
    "exit": {"status": 12, "words": "not ready"},
}  # fmt: skip


def test_the_text_is_a_function_of_the_object():
    shown = [line.text for line in lines(json.loads(json.dumps(REPORT)))]

    for wanted in (
        "target contoso, cloud global; nothing was written to it",
        "  organizer         flow token: has a token for Mail.Read, 2 more that no request of a run needs",
        "                    lacks A or B, needed by 2 cases, such as x/y",
        "                    lacks C, needed by the run as such",
        "  app               flow certificate: cannot sign in",
        "  attendee          flow none: no token of its own; the app acts for it where a route allows",
        "  attendee          nobody",
        "                    remedy: do this",
        "  group             waived: none here",
        "  the target's is 400 s behind this machine's",
        "  organizer         2 × event of gc1, the oldest begun 30.5 hours ago",
        "    remedy: graphcancel sweep TARGET; with --run RUN what is not a day old and has no ledger",
        "  1 of 3 would run",
        "  2 inconclusive, such as x/y: because",
        "  a run of all of them ends with 10 at best: 4 pairs of gating clause and route would not be judged",
        "  a run of them would end with 12: a look at the inbox was answered 403",
        "  mails             3: attendee 3",
        "  time              about 14 minutes at 120.0 ms a request, waiting aside",
    ):
        assert wanted in shown
    assert shown[-1] == "not ready (exit 12)"


def test_only_what_is_to_be_done_is_a_problem():
    well = REPORT | {
        "actors": [REPORT["actors"][2]],
        "mailboxes": [],
        "clock": {"skew_s": 1, "remedy": None},
        "leftovers": [],
        "cases": REPORT["cases"] | {"inconclusive": [], "gaps": 0, "uncleared": [], "foreseen_exit": 0},
        "exit": {"status": 0, "words": "ready"},
    }

    assert not [line.text for line in lines(well) if line.problem]
    assert [line.text for line in lines(REPORT) if line.problem]
