"""Sweeping up: what is looked for, where it may lie, and when a sweep believes that nothing is left."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import ExitStack
from pathlib import Path

import pytest
from swept import HOUR, LONG_AGO, NOW, ROOT, SHOP, TODAY, YESTERDAY, event, holding, mark

from graphcancel import sweeping
from graphcancel.auth import SignIn
from graphcancel.ledger import Ledger, Unfinished
from graphcancel.leftovers import Search, find
from graphcancel.marks import Mark, new_run, worker_run
from graphcancel.scene import WEEK_WINDOW, stamp
from graphcancel.sweeping import Assignment, assign, search_for, sweep_up, told_after, told_of


def ledger(*marks: Mark, places: tuple[str, ...] = ("mailbox",), path: Path = Path("x")) -> Unfinished:
    cases = frozenset(one.case for one in marks)
    return Unfinished(path, marks[0].run, "place", cases, frozenset(places), NOW - HOUR)


@pytest.mark.parametrize(
    ("assignment", "wanted"),
    [
        (Assignment(), [YESTERDAY, LONG_AGO]),
        (Assignment([ledger(TODAY)]), [TODAY, YESTERDAY, LONG_AGO]),
        (Assignment(run=TODAY.run), [TODAY]),
        (Assignment(run=mark(HOUR).run), []),
        (Assignment([ledger(TODAY)], frozenset({TODAY.run, YESTERDAY.run})), [LONG_AGO]),
        (Assignment(going=frozenset({TODAY.run}), run=TODAY.run), []),
    ],
    ids=["no-ledger", "ledger", "by-id", "by-another-id", "still-going", "by-id-still-going"],
)
def test_what_is_wanted(assignment, wanted):
    search = search_for(assignment, NOW, dt.timedelta())

    assert [one for one in (TODAY, YESTERDAY, LONG_AGO) if search.wanted(one)] == wanted


def test_of_a_ledgers_run_only_what_it_announces_is_wanted_while_it_is_young():
    search = search_for(Assignment([ledger(TODAY)]), NOW, dt.timedelta())

    assert not search.wanted(Mark.of(TODAY.run, "another case", 0))


def test_a_run_named_by_its_id_includes_its_workers():
    part = mark(HOUR, worker=3)

    assert search_for(Assignment(run=part.whole_run), NOW, dt.timedelta()).wanted(part)


@pytest.mark.parametrize("skew", [-2 * HOUR, 2 * HOUR])
def test_neither_clock_alone_makes_a_run_old(skew):
    """
    A run of 23 hours ago, and a clock two hours off on one side.
    """
    young = mark(23 * HOUR)

    assert not search_for(Assignment(), NOW, skew).wanted(young)
    assert search_for(Assignment(), NOW, skew).wanted(mark(27 * HOUR))


def test_it_looks_in_the_usual_week_and_where_past_events_may_lie():
    search = search_for(Assignment([ledger(LONG_AGO)]), NOW, dt.timedelta())

    assert search.windows[0] == WEEK_WINDOW
    assert search.windows[1][0] < (LONG_AGO.started - dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert search.booked[1] > stamp(NOW + dt.timedelta(days=14))


def test_a_business_s_mail_without_a_mark_is_wanted_only_where_a_ledger_says_it_booked():
    booked = ledger(TODAY, places=("booking_business",))

    assert search_for(Assignment([ledger(TODAY)]), NOW, dt.timedelta()).unmarked == []
    stamps = (stamp(NOW - HOUR - dt.timedelta(minutes=1)), stamp(NOW + dt.timedelta(minutes=30)))
    assert search_for(Assignment([booked]), NOW, HOUR).unmarked == [stamps]
    # While another run is going, it may be that one's.
    assert search_for(Assignment([booked], frozenset({YESTERDAY.run})), NOW, HOUR).unmarked == []


# -- finding -----------------------------------------------------------------------------------------------------------


def message(subject: str = "hello", text: str = "", sender: str = "ada@x.example", at: str = "2026-11-21T11:00:00Z"):
    return {
        "id": "m",
        "subject": subject,
        "body": {"contentType": "html", "content": f"<p>{text}</p>"},
        "from": {"emailAddress": {"address": sender}},
        "receivedDateTime": at,
    }


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (message(subject=f"Accepted: Contract test {TODAY.case}"), True),
        (message(text=f"for you: {TODAY.case}."), True),
        (message(subject=f"Contract test {YESTERDAY.case}"), False),
        (message(sender=SHOP), True),
        (message(sender=SHOP.upper()), True),
        (message(sender=SHOP, at="2026-11-21T13:00:00Z"), False),
        (message(sender=SHOP, at=None), False),
        (message(sender=SHOP, text=YESTERDAY.case), False),
        (message(sender=SHOP, at="2026-11-21T09:00:00Z"), False),
        (message(), False),
        ({"id": "m", "subject": None, "body": None, "from": None}, False),
        ({"subject": TODAY.case}, False),
    ],
)
def test_which_messages_are_a_runs(staged, item, found):
    stage = staged(
        lambda request: (200, {"value": [item] if "inbox" in request.path else []}),
        resources={"booking_business": SHOP},
    )
    search = Search(
        lambda one: one == TODAY, (WEEK_WINDOW,), unmarked=[("2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z")]
    )

    left = find(stage, ROOT, search, [])

    assert {one.what for one in left} == ({"message"} if found else set())


def test_a_series_is_found_once_and_as_a_whole(staged):
    items = [{"id": f"o{n}", "subject": f"Contract test {TODAY.case}", "seriesMasterId": "s"} for n in range(3)]

    def answer(request):
        return 200, {"value": items if "organizer" in request.path and "calendarView" in request.path else []}

    left = find(staged(answer), ROOT, Search(lambda _: True, (WEEK_WINDOW, WEEK_WINDOW)), [])

    assert [(one.what, one.deletion.path.rsplit("/", 1)[-1]) for one in left] == [("event", "s")]


# -- removing ----------------------------------------------------------------------------------------------------------


def test_the_organizers_side_goes_before_the_copies(staged):
    answer, asked = holding(
        {
            "attendee%40contoso.example/calendarView": [event("copy")],
            "organizer%40contoso.example/calendarView": [event("own")],
        }
    )

    swept = sweep_up(staged(answer), [ROOT], Search(lambda _: True, (WEEK_WINDOW,)), None, tell=print)

    deleted = [line.rsplit("/", 1)[-1] for line in asked if line.startswith("DELETE")]
    assert deleted == ["own", "copy"]
    assert swept.clean
    assert len(swept.removed) == 2


def test_what_cannot_be_removed_is_said_and_not_tried_for_ever(staged):
    answer, asked = holding({"organizer%40contoso.example/calendarView": [event("own")]}, stubborn=True)

    swept = sweep_up(staged(answer), [ROOT], Search(lambda _: True, (WEEK_WINDOW,)), None, tell=print)

    assert not swept.clean
    assert swept.removed == []
    assert len([line for line in asked if line.startswith("DELETE")]) == 4
    assert any("could not remove: 1 event" in line for line in told_after(swept, dry_run=False))


def test_what_cannot_be_looked_at_is_not_taken_to_be_clean(staged):
    swept = sweep_up(staged(lambda _: (403, {})), [ROOT], Search(lambda _: True, (WEEK_WINDOW,)), None, tell=print)

    assert not swept.clean
    assert any("could not be looked at" in line for line in told_after(swept, dry_run=False))


def test_it_waits_for_what_was_on_its_way_when_the_run_was_killed(staged, monkeypatch):
    """
    An invitation that arrives after the first look is still removed.
    """
    there = {"attendee%40contoso.example/calendarView": []}
    answer, _ = holding(there)
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 1:
            there["attendee%40contoso.example/calendarView"].append(event("late"))
        monkeypatch.undo()

    monkeypatch.setattr(sweeping.time, "sleep", sleep)
    last = dt.datetime.now(dt.UTC)
    swept = sweep_up(staged(answer), [ROOT], Search(lambda _: True, (WEEK_WINDOW,)), last, tell=print)

    assert [one.what for one in swept.removed] == ["event"]
    assert swept.clean
    assert 0 < slept[0] <= 0.05


def test_it_waits_no_longer_than_anything_may_take(staged, monkeypatch):
    """
    A clock that is a year ahead, or a ledger that says so, does not make a sweep wait for a year.
    """
    slept = []
    monkeypatch.setattr(sweeping.time, "sleep", lambda seconds: (slept.append(seconds), monkeypatch.undo()))
    last = dt.datetime.now(dt.UTC) + dt.timedelta(days=365)

    sweep_up(staged(lambda _: (200, {"value": []})), [ROOT], Search(lambda _: True, ()), last, tell=print)

    assert 0 < slept[0] <= 0.05


def test_without_a_ledger_and_with_nothing_there_it_does_not_wait(staged, monkeypatch):
    monkeypatch.setattr(sweeping.time, "sleep", lambda _: pytest.fail("waited for nothing"))

    assert sweep_up(staged(lambda _: (200, {"value": []})), [ROOT], Search(lambda _: True, ()), None, tell=print).clean


# -- which ledgers -----------------------------------------------------------------------------------------------------


def test_only_ledgers_of_this_target_whose_run_has_ended_are_taken(staged, tmp_path, describe):
    def written(number: int, description, *, going: bool = False) -> Ledger:
        folder = tmp_path / str(number)
        folder.mkdir()
        made = Ledger(folder, new_run(NOW - number * HOUR), NOW.isoformat(), description)
        if not going:
            made.close(cleared=False)
        return made

    stage = staged(lambda _: (200, {"value": []}))
    mine = written(1, stage.target.description)
    written(2, describe(base_url="https://other.example"))
    going = written(3, stage.target.description, going=True)
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "ledger.jsonl").write_text("spoilt\n")

    with ExitStack() as held:
        found = assign(stage, tmp_path, None, held)
        again = assign(stage, tmp_path, None, held)

    assert [one.run for one in found.ledgers] == [mine.run]
    assert found.going == {going.run}
    assert found.elsewhere == 1
    # While one sweep holds them, another keeps away.
    assert again.ledgers == []
    told = list(told_of(found, "contoso"))
    assert told[0] == "graphcancel sweep: target contoso; ledgers of 1 run that did not clear up"
    assert any("still going" in line for line in told)
    assert any("spoilt" not in line and "4/ledger.jsonl" in line for line in told)
    assert json.dumps(told).count("contoso.example") == 0
    going.close(cleared=True)


def test_a_dead_workers_ledger_is_left_while_its_run_is_going(staged, tmp_path):
    """
    What it announces is the run's to clear away; noted as cleared now, nobody would look for it again.
    """
    stage = staged(lambda _: (200, {"value": []}))
    run = new_run(NOW)
    going = Ledger(tmp_path / "r", run, NOW.isoformat(), stage.target.description)
    Ledger(tmp_path / "r", worker_run(run, 1), NOW.isoformat(), stage.target.description).close(cleared=False)

    with ExitStack() as held:
        found = assign(stage, tmp_path, None, held)

    assert (list(found.ledgers), found.going) == ([], {run})
    going.close(cleared=True)


def test_a_ledger_that_cannot_be_read_is_not_taken_for_a_clean_target():
    told = list(told_after(sweeping.Swept(), dry_run=False, complaints=["x/ledger.jsonl: not readable"]))

    assert "nothing is left" not in told


# -- what cannot be looked at, though something may be in it -----------------------------------------------------------

ELSEWHERE = {
    "group": "/groups/g/members",
    "booking_business": "/solutions/bookingBusinesses/shop%40contoso.example/staffMembers",
    "calendars": "/me/calendars",
}


@pytest.mark.parametrize("place", list(ELSEWHERE))
@pytest.mark.parametrize("owed", [True, False])
def test_a_place_the_ledger_names_must_be_seen_to_be_clean(staged, place, owed):
    stage = staged(
        lambda request: (403, {}) if request.path.startswith(ELSEWHERE[place]) else (200, {"value": []}),
        resources={"group": "g", "booking_business": SHOP},
    )
    search = search_for(Assignment([ledger(TODAY, places=(place,) if owed else ("mailbox",))]), NOW, dt.timedelta())

    swept = sweep_up(stage, [ROOT], search, None, tell=print)

    assert swept.clean is not owed
    assert len(set(swept.blind)) == owed


def test_a_group_whose_members_are_not_all_writable_any_more_is_not_taken_to_be_clean(staged):
    stranger = {"value": [{"id": "1", "userPrincipalName": "eve@evil.example"}]}
    stage = staged(
        lambda request: (200, stranger if "members" in request.path else {"value": []}), resources={"group": "g"}
    )
    search = search_for(Assignment([ledger(TODAY, places=("group",))]), NOW, dt.timedelta())

    swept = sweep_up(stage, [ROOT], search, None, tell=print)

    assert not swept.clean
    assert "eve" not in " ".join(swept.blind)


def test_a_mailbox_whose_owner_cannot_sign_in_is_not_taken_to_be_clean(staged, monkeypatch):
    stage = staged(lambda _: (200, {"value": []}))
    monkeypatch.setattr(type(stage.target), "has", lambda _, actor: actor == "attendee")
    trouble = "organizer cannot sign in"
    monkeypatch.setattr(SignIn, "lack_of", lambda _, mailbox: trouble if "organizer" in mailbox else None)

    swept = sweep_up(stage, [ROOT], Search(lambda _: True, (WEEK_WINDOW,)), None, tell=print)

    assert not swept.clean
    assert swept.blind == [trouble]
