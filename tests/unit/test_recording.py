"""
``recording.json`` and its folder: a target by stand-ins, written and read, and what is refused.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from test_cassette import CANARY, places, replaced

from graphcancel import recorder
from graphcancel import recording as recordings
from graphcancel.actors import Actor
from graphcancel.disguise import StandIn, stand_in
from graphcancel.errors import CassetteError, Drift
from graphcancel.onfile import printable
from graphcancel.recording import FILE, Recording, folder_for, read_recording, write_recording
from graphcancel.shelf import check_files, unlisted
from graphcancel.targetfile import CLOUDS, Description, Patience

CASES = ("event-cancel.v1.0/me.events/organizer/camel", "event-cancel.v1.0/me.events/organizer/pascal")
PEOPLE = ("Ann@Contoso.example", "bob@contoso.example", "carol@contoso.example")
GROUP = "group-4711-of-hers"
REAL = Description(
    name="contoso",
    origin="live",
    cloud=None,
    base_url="https://graph.contoso.example",
    ca_bundle=Path("/certs/ca.pem"),
    actors={
        "organizer": Actor("organizer", PEOPLE[0], "token", "token-o", None, "T"),
        "attendee": Actor("attendee", PEOPLE[1], "token", "token-a", "token-old", "T"),
        "app": Actor("app", None, "none", None, None, None),
    },
    writable=tuple(person.lower() for person in PEOPLE),
    resources={"group": GROUP},
    roots={
        "event-cancel.stub": "https://graph.contoso.example/draft",
        "event-cancel.beta": "https://tenant-77.contoso.example/x",
        "event-cancel.beta-2021": "https://graph.contoso.example/t-4711",
    },
    contracts=(),
    gates=None,
    patience=Patience(1.0, 2.5, 30.0),
    waived={"group": "Ann Contoso has none"},
    authority="https://login.contoso.example",
)
CONTACT = {"users": {PEOPLE[0].lower(): "11111111-aaaa", PEOPLE[1]: "22222222-bbbb"}, "since": "2030-01-01T11:59:00Z"}


def shown() -> StandIn:
    return stand_in(REAL, CONTACT, ["organizer", "attendee"], ["event-cancel.v1.0"], CONTACT["since"])


def recorded(folder: Path, **changes: Any) -> Recording:
    given: dict[str, Any] = {
        "folder": folder, "name": "contoso", "origin": "server", "software": "unknown", "recorded": "", "suite": "0.1.0",
        "description": shown().description, "contact": shown().contact, "cases": CASES, "complete": (),
    }  # fmt: skip
    return Recording(**given | changes)


@pytest.fixture
def folder(tmp_path) -> Path:
    found = folder_for(tmp_path / "cassettes", "contoso")
    write_recording(recorded(found), dt.date(2030, 1, 1), changed=True)
    return found


def table_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / FILE).read_text(encoding="utf-8"))


def write(folder: Path, table: Any, *, sealed: bool = True) -> None:
    """Write *table*, with seals that fit where it can have them."""
    if sealed and isinstance(table, dict) and isinstance(table.get("target"), dict):
        table = table | {"sealed": recordings._seal(table)}
    (folder / FILE).write_text(json.dumps(table))


# -- a target by stand-ins -----------------------------------------------------------------------------------------


def test_nothing_of_the_target_is_written(folder):
    text = (folder / FILE).read_text(encoding="utf-8").lower()
    # The name is the one thing a user gives for it.
    text = text.replace('"contoso"', "")
    for secret in (
        "contoso",
        "ann",
        "bob",
        "carol",
        GROUP,
        "1111",
        "2222",
        "token-",
        "4711",
        "hers",
        "tenant-77",
        "ca.pem",
    ):
        assert secret not in text, secret


def test_each_has_a_stand_in_of_its_own():
    found = shown()
    assert found.addresses == {
        PEOPLE[0].lower(): "organizer@target.example",
        PEOPLE[1]: "attendee@target.example",
        PEOPLE[2]: "mailbox-3@target.example",
    }
    assert found.ids == {"11111111-aaaa": "user-organizer", "22222222-bbbb": "user-attendee", GROUP: "group"}
    assert found.contact["users"] == {
        "organizer@target.example": "user-organizer",
        "attendee@target.example": "user-attendee",
    }
    assert found.roots == {
        "https://graph.contoso.example": "https://graph.example",
        "https://graph.contoso.example/draft": "https://graph.example/draft",
        "https://tenant-77.contoso.example/x": "https://graph.example/root-2",
        "https://graph.contoso.example/t-4711": "https://graph.example/root-3",
    }


def test_a_clouds_own_root_is_public():
    public = dataclasses.replace(REAL, cloud="global", base_url="https://graph.microsoft.com", roots={})
    assert stand_in(public, CONTACT, [], [], None).description.base_url == "https://graph.microsoft.com"


def test_who_has_a_token_still_has_one():
    actors = shown().description.actors
    assert {name: (actor.token, actor.expired_token) for name, actor in actors.items()} == {
        "organizer": ("organizer-token", None),
        "attendee": ("attendee-token", "expired-token"),
        "app": (None, None),
    }


# -- the file ------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(folder):
    found = read_recording(folder)
    wanted = recorded(folder, recorded="2030-01-01")
    assert found.label() == wanted.label()
    assert (found.cases, found.complete, found.contact) == (wanted.cases, wanted.complete, wanted.contact)
    assert found.description.origin == "recording:server"
    assert dataclasses.replace(found.description, origin="live") == wanted.description


def test_the_day_stays_where_nothing_changed(folder):
    for changed, day in ((False, "2030-01-01"), (True, "2030-02-02")):
        write_recording(recorded(folder, recorded="2030-01-01"), dt.date(2030, 2, 2), changed=changed)
        assert read_recording(folder).recorded == day
    write_recording(recorded(folder, recorded="2030-02-02", cases=CASES[:1]), dt.date(2030, 3, 3), changed=False)
    assert read_recording(folder).recorded == "2030-03-03"


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("graph.contoso.example", True),
        ("tenant-77.contoso.example", True),
        ("Tenant-77.Contoso.example", True),
        ("contoso", False),
        ("graph.microsoft.com", False),
    ],
)
def test_no_host_of_the_target_names_its_recording(name, own):
    """
    That of the base URL nor that of a page's own root; the cloud's, where a page lies at it, says nothing.
    """
    roots = {**REAL.roots, "event-cancel.v1.0": CLOUDS["global"]}
    described = dataclasses.replace(REAL, name=name, roots=roots)
    refusal = pytest.raises(CassetteError, match=f"named after the host {re.escape(name)}; describe")
    with refusal if own else nullcontext():
        recorder._check_name(described)


@pytest.mark.parametrize("name", ["nul", "COM1.x", "a/b", "..", ".x", "x.", "", "x" * 65, "ä", "a b"])
def test_names_some_system_refuses(tmp_path, name):
    with pytest.raises(CassetteError, match="cannot be the name of a recording"):
        folder_for(tmp_path, name)


def test_names_alike_but_for_case(tmp_path):
    folder_for(tmp_path, "Contoso")
    with pytest.raises(CassetteError, match="some systems would take it for Contoso"):
        folder_for(tmp_path, "contoso")


# -- refused -------------------------------------------------------------------------------------------------------


def refused(folder: Path) -> str:
    with pytest.raises(CassetteError) as raised:
        read_recording(folder)
    message = str(raised.value)
    assert not isinstance(raised.value, Drift), message
    assert len(message.splitlines()) == 1
    assert CANARY not in message
    assert message.isprintable()
    return message


def told(folder: Path) -> str:
    """What is said of the recording at *folder*."""
    with pytest.raises(CassetteError) as raised:
        read_recording(folder)
    assert len(str(raised.value).splitlines()) == (3 if isinstance(raised.value, Drift) else 1)
    return str(raised.value)


def test_there_is_none(folder):
    assert "no such recording; there are: contoso" in refused(folder.parent / "fabrikam")
    assert "there is none yet" in refused(folder.parent / "x" / "fabrikam")
    (folder / FILE).unlink()
    assert "was not brought to its end; record it again" in refused(folder)


def test_a_pipe_is_not_waited_for(folder):
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)
    assert "is no file" in refused(folder)


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize(
    "other", [None, 0, "", [], {}, True, -1, 1e300, 10**4000, [CANARY], {CANARY: CANARY}, "\x1b[2J\n", "\ud800"]
)
def test_anything_in_the_place_of_anything(folder, other, sealed):
    """
    Refused in one line or named as drift; where the seals fit it may be read, but then as what it must be.
    """
    whole = table_of(folder)
    count = 0
    for place in places(whole):
        changed = replaced(whole, place, other)
        if changed == whole or (sealed and place[:1] == ("sealed",)):
            continue
        write(folder, changed, sealed=sealed)
        found: Recording | None = None
        said = ""
        with suppress(CassetteError):
            found = read_recording(folder)
        if found is None:
            said = told(folder)
        else:
            assert isinstance(found.description, Description)
            assert all(isinstance(name, str) for name in (*found.cases, *found.complete, found.name, found.software))
        assert sealed or said, place
        assert not sealed or "drift" not in said
        assert all(line.isprintable() for line in said.splitlines())
        count += 1
    assert count > 40


def test_every_id_of_the_suite_is_one(folder, all_cases):
    ids = [case.id for case in all_cases]
    write(folder, table_of(folder) | {"cases": ids})
    assert list(read_recording(folder).cases) == ids


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ([*CASES, CASES[0]], f"{CASES[0]} is listed twice"),
        (["../../etc/passwd"], "cases holds what is no case id"),
        (["/etc/passwd"], "cases holds what is no case id"),
        ([f"a/{CANARY}\n"], "cases holds"),
        (["a/" + "x" * 5000], "cases holds what is no case id"),
        ([""], "cases holds"),
        ([CANARY], "cases holds what is no case id"),
    ],
)
def test_ids_that_are_none(folder, cases, said):
    write(folder, table_of(folder) | {"cases": cases})
    assert said in refused(folder)


def test_a_hundred_thousand_ids_take_no_time(folder):
    write(folder, table_of(folder) | {"cases": ["a/b"] * 300_000})
    started = time.monotonic()
    assert "a/b is listed twice" in refused(folder)
    assert time.monotonic() - started < 3


def test_a_key_too_many_and_one_too_few(folder):
    table = table_of(folder)
    write(folder, table | {CANARY: 1})
    assert "it has a key besides" in refused(folder)
    del table["target"]["patience"]["invite_s"]
    write(folder, table)
    assert "target.patience.invite_s is missing" in refused(folder)


def test_without_a_seal_it_is_not_believed(folder):
    table = table_of(folder)
    del table["sealed"]
    write(folder, table, sealed=False)
    assert "sealed is missing" in refused(folder)


def test_an_edit_is_named(folder):
    table = table_of(folder)
    table["target"]["gates"] = []
    write(folder, table, sealed=False)
    with pytest.raises(Drift) as raised:
        read_recording(folder)
    assert str(raised.value) == (
        f"{folder / FILE}: restore the file, or record it anew: drift: target.gates\n"
        "  recorded: something else\n  on file:  []"
    )


# -- what is on file -----------------------------------------------------------------------------------------------


def put(recording: Recording) -> None:
    for name in recording.cases:
        place = recording.place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("{}")


def misplaced(recording: Recording) -> str:
    with pytest.raises(CassetteError) as raised:
        check_files(recording, CASES)
    assert len(str(raised.value).splitlines()) == 1
    return str(raised.value)


def test_what_is_listed_is_on_file(folder):
    put(read_recording(folder))
    check_files(read_recording(folder), CASES)


@pytest.mark.parametrize(
    "name", ["x.yaml", "a/b/x.yaml", "X.YAML", ".pascal.yaml.123", "x.yaml.orig", "odd\nname.yaml"]
)
def test_what_is_on_file_is_listed(folder, name):
    put(read_recording(folder))
    stray = folder / name
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text("{}")
    found = misplaced(read_recording(folder))
    assert "is not listed in" in found
    assert "--record-mode=rewrite" in found


@pytest.mark.parametrize("name", ["x.yaml", "event-cancel.v1.0/X.Yaml", ".pascal.yaml.123"])
@pytest.mark.parametrize("within", [None, "notes.txt"])
def test_a_folder_named_like_a_cassette_is_no_place_for_one(folder, name, within):
    """
    However little is in it: whoever made it took it for a cassette.
    """
    put(read_recording(folder))
    stray = folder / name
    stray.mkdir(parents=True)
    if within:
        (stray / within).write_text("{}")
    assert f"{stray} is not listed in" in misplaced(read_recording(folder))


def test_a_name_in_another_case_is_another(folder):
    recording = read_recording(folder)
    put(recording)
    place = recording.place(CASES[0])
    place.rename(place.with_name("CAMEL.yaml"))
    assert "CAMEL.yaml is not listed" in misplaced(recording)


@pytest.mark.parametrize("of_folder", [True, False])
def test_links_are_refused(folder, tmp_path, of_folder):
    recording = read_recording(folder)
    put(recording)
    elsewhere = tmp_path / "elsewhere"
    if of_folder:
        elsewhere.mkdir()
        (folder / "linked").symlink_to(elsewhere)
    else:
        recording.place(CASES[0]).rename(elsewhere)
        recording.place(CASES[0]).symlink_to(elsewhere)
    assert "is a link" in misplaced(recording)


def test_an_id_the_suite_does_not_know(folder):
    write(folder, table_of(folder) | {"cases": [*CASES, "event-cancel.v1.0/gone"]})
    found = misplaced(read_recording(folder))
    assert "event-cancel.v1.0/gone is no case of this suite" in found
    assert str(folder / "event-cancel.v1.0" / "gone.yaml") in found


def test_what_a_contract_recorded_wholly_lacks(folder):
    cases = [(name, "event-cancel.v1.0") for name in (*CASES, "event-cancel.v1.0/new")]
    assert unlisted(read_recording(folder), cases) == []
    whole = dataclasses.replace(read_recording(folder), complete=("event-cancel.v1.0",))
    assert unlisted(whole, [*cases, ("other/x", "other")]) == ["event-cancel.v1.0/new"]


def test_recording_json_is_yaml_too(folder):
    text = (folder / FILE).read_text(encoding="utf-8")
    assert text == printable(json.loads(text))
