"""Each fault does what it says: one witness per fault, seen well and seen spoilt."""

from __future__ import annotations

import pytest
from gestures import ATTENDEE, SECOND, status
from witnesses_of_calls import CALLS
from witnesses_of_effects import EFFECTS

from graphmock.deeds import Batches, Writes, row
from graphmock.faults import CONSTANTS, FAULTS, VARIATIONS
from graphmock.places import PLACES
from graphmock.replies import as_page
from graphmock.scope import Scope

WITNESSES = {**CALLS, **EFFECTS}


def alike(seen, expected):
    if isinstance(expected, tuple) and isinstance(seen, tuple):
        return len(seen) == len(expected) and all(map(alike, seen, expected))
    return expected is ... or seen == expected


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_a_fault_spoils_what_it_says(make, name):
    witness, usual, spoilt = WITNESSES[name]
    healthy, faulty = witness(make()), witness(make(name))
    assert alike(healthy, usual), healthy
    assert alike(faulty, spoilt), faulty


def test_every_fault_says_who_should_catch_it_and_nothing_else_does():
    assert [one.name for one in FAULTS if not one.caught_by] == []
    assert [one.name for one in (*CONSTANTS, *VARIATIONS) if one.caught_by or one.breaks] == []


def test_names_are_unique():
    names = [one.name for one in (*FAULTS, *CONSTANTS, *VARIATIONS)]
    assert len(set(names)) == len(names)


def test_every_fault_has_a_witness():
    assert set(WITNESSES) == {fault.name for fault in FAULTS}


@pytest.mark.parametrize("place", PLACES)
def test_there_is_a_fault_at_each_place_only(place):
    assert [fault.name for fault in FAULTS if fault.where == PLACES[place].where] != []


@pytest.mark.parametrize(
    ("deed", "where", "once_in"),
    [
        (Writes(as_page), Scope(), 1),
        (Writes(as_page), Scope(action="", version="beta"), 1),
        (Writes(as_page), Scope(action=""), 20),
        (Batches(as_page), Scope(action=""), 1),
        (Batches(as_page), Scope(action="", batched=True), 20),
    ],
)
def test_a_fault_that_strikes_everywhere_cannot_be_narrowed(deed, where, once_in):
    with pytest.raises(ValueError, match=r"^some-fault: .* strikes always and everywhere"):
        row("convention", "errors.envelope", "some-fault", "", where, deed, "*", once_in=once_in)


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_a_fault_leaves_arranging_and_cleaning_up_alone(make, name):
    mock = make(name)
    start = mock.state()
    event = mock.meeting()
    mock.send("DELETE", f"/me/events/{event['id']}")
    for who in (ATTENDEE, SECOND):
        assert mock.inbox(who)
        for kind in ("events", "messages"):
            for item in mock.get(f"/users/{who}/{kind}", actor="app")["value"]:
                mock.send("DELETE", f"/users/{who}/{kind}/{item['id']}", actor="app")
    assert mock.state() == start


def test_several_faults_act_together(make):
    mock = make("status-200", "no-mail")
    assert status(mock) == 200
    assert mock.inbox() == []
