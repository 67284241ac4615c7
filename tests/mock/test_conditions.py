"""Each condition a tenant may be in, where Graph shows it; what the authority shows of them is in
``test_sign_in_refused``.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from graphmock import clock
from graphmock.faults import TENANTS, UnknownDeviationError, chosen

ORGANIZER, ATTENDEE, SECOND, BYSTANDER = (
    f"{name}@contoso.example" for name in ("organizer", "attendee", "second", "bystander")
)


@pytest.fixture(autouse=True)
def _true_time():
    yield
    clock.turn(0)


def refusal(answer):
    return answer.status, answer.code


def test_a_mailbox_without_a_licence(make):
    mock = make(vary=("mailbox-disabled",))
    missing = (404, "MailboxNotEnabledForRESTAPI")
    assert refusal(mock.send("GET", "/me/events", actor="attendee")) == missing
    assert refusal(mock.send("GET", f"/users/{ATTENDEE}/mailFolders/inbox/messages", actor="app")) == missing
    assert mock.get(f"/users/{ATTENDEE}", actor="app")["mail"] == ATTENDEE
    assert mock.cancel(mock.meeting()).status == 202


def test_no_licence_for_bookings(make):
    mock = make(vary=("no-bookings-licence",))
    for path in ("/solutions/bookingBusinesses", f"{mock.business}/appointments"):
        assert refusal(mock.send("GET", path)) == (403, "ErrorAccessDenied")
    assert mock.get("/me/events")


def members(mock):
    return {one["mail"] for one in mock.get(f"/groups/{mock.cast.group}/members")["value"]}


def test_who_belongs_to_the_group(make):
    mock = make(vary=("organizer-not-in-group",))
    assert members(mock) == {ATTENDEE}
    assert refusal(mock.send("GET", f"/groups/{mock.cast.group}/events")) == (403, "ErrorAccessDenied")
    assert members(make(vary=("stranger-in-group",))) == {ORGANIZER, ATTENDEE, BYSTANDER}
    assert members(make()) == {ORGANIZER, ATTENDEE}


def test_who_serves(make):
    def staff(mock):
        return [one["emailAddress"] for one in mock.get(f"{mock.business}/staffMembers")["value"]]

    assert staff(make(vary=("stranger-on-staff",))) == [SECOND, BYSTANDER]
    assert staff(make()) == [SECOND]


def test_a_condition_leaves_the_ids_as_they_are(make):
    assert make(vary=("stranger-on-staff", "stranger-in-group")).cast == make().cast


def test_a_policy_keeps_the_application_out(make):
    mock = make(vary=("app-policy",))
    answer = mock.send("GET", f"/users/{ATTENDEE}/events", actor="app")
    assert (*refusal(answer), answer.message) == (403, "ErrorAccessDenied", "Access to OData is disabled.")
    assert mock.get(f"/users/{ORGANIZER}/events", actor="app")
    assert mock.get("/me/events", actor="attendee")


@pytest.mark.parametrize(("name", "users"), [("no-mail-permission", 403), ("app-without-mail", 200)])
def test_no_permission_to_read_mail(make, name, users):
    mock = make(vary=(name,))
    assert mock.send("GET", "/me/messages").status == users
    assert mock.send("GET", "/me/messages", actor="attendee").status == users
    assert mock.send("GET", f"/users/{ATTENDEE}/messages", actor="app").status == 403
    assert mock.get("/me/events")
    assert mock.get(f"/users/{ATTENDEE}/events", actor="app")


@pytest.mark.parametrize(("name", "hours"), [("clock-hour-ahead", 1), ("clock-hour-behind", -1)])
def test_another_time_of_day(make, name, hours):
    mock = make(vary=(name,))
    event = mock.meeting()
    there = datetime.fromisoformat(event["createdDateTime"])
    assert abs(there - datetime.now(UTC) - timedelta(hours=hours)) < timedelta(minutes=1)
    received = datetime.fromisoformat(mock.inbox(kind="meetingRequest")[0]["receivedDateTime"])
    assert abs(received - there) < timedelta(minutes=1)
    inner = mock.send("GET", "/me/nothing").json["error"]["innerError"]["date"]
    assert abs(datetime.fromisoformat(inner + "Z") - there) < timedelta(minutes=1)
    # When the meeting is, is nobody's clock's business.
    assert event["start"]["dateTime"].startswith("2035-05-07T10:00:00")
    assert mock.cancel(event).status == 202
    make()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def struck(mock, requests):
    """What became of so many requests: a status, or how the connection ended; and the waits that were asked for."""
    found, waits = [], []
    for number in range(requests):
        try:
            answer = mock.send("POST", "/me/calendars", json_body={"name": f"Number {number}"})
        except mock.HungUp as ended:
            found.append(str(ended))
            continue
        found.append(answer.status)
        waits += [answer.headers.get("retry-after")] if answer.status == 429 else []
    return found, waits


def test_rough_weather(make):
    mock = make(vary=("rough-weather",))
    found, waits = struck(mock, 2000)
    counted = Counter(found)
    assert found[:3] == [201] * 3
    assert 0.27 < counted[429] / 2000 < 0.33
    assert 0.035 < counted[503] / 2000 < 0.065
    assert 0.012 < counted["close"] / 2000 < 0.03
    # Of the connections that were closed, some had their work done.
    made = mock.app.world.store.find(ORGANIZER).calendars
    done = len(made) - 1 - counted[201]
    assert 0.3 < done / counted["close"] < 0.7
    assert waits[:2] == ["1", "0.25"]
    assert abs(parsedate_to_datetime(waits[2]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert waits[3] is None
    assert waits[4:6] == ["1", "0.25"]


def test_rough_weather_follows_the_seed(make):
    first, second, other = (struck(make(vary=("rough-weather",), seed=seed), 200)[0] for seed in (7, 7, 8))
    assert first == second != other


def test_a_condition_is_chosen_like_a_variation():
    assert chosen((), ("mfa-required", "mail-late")) == {"mfa-required", "mail-late"}
    with pytest.raises(UnknownDeviationError, match="did you mean mfa-required"):
        chosen((), ("mfa-requird",))
    with pytest.raises(UnknownDeviationError):
        chosen(("mfa-required",), ())


def test_what_cannot_go_together_is_not_chosen_together():
    with pytest.raises(
        UnknownDeviationError, match=r"^copies-removed cannot go with copies-free; leave one of them out$"
    ):
        chosen((), ("copies-free", "mail-late", "copies-removed"))


def test_every_condition_has_a_test():
    here = Path(__file__).parent
    text = "".join((here / name).read_text() for name in ("test_conditions.py", "test_sign_in_refused.py"))
    assert {one.kind for one in TENANTS} == {"tenant"}
    assert [one.name for one in TENANTS if f'"{one.name}"' not in text] == []
