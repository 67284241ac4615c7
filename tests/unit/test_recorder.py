"""
What a recording may be named after, what is captured, and which cases are not recorded.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from graphcancel import recorder
from graphcancel.alone import Theatre, Told
from graphcancel.auth import SignIn
from graphcancel.cassette import place_of, read_cassette
from graphcancel.disguise import stand_in
from graphcancel.errors import CassetteError
from graphcancel.evidence import Finding
from graphcancel.marks import new_run
from graphcancel.record import Record
from graphcancel.recorder import Recorder, Written
from graphcancel.recording import Recording
from graphcancel.sanitise import Sanitiser
from graphcancel.targetfile import CLOUDS, read_target
from graphcancel.verdict import Verdict

LIVE = "https://graph.contoso.example"
NOW = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)
TOKENS = {"GRAPH_ORGANIZER_TOKEN": "a-token", "GRAPH_ORGANIZER_USER": "ada@contoso.example"}


@pytest.mark.parametrize("url", ["https://graph.inside.example", "https://Graph.Inside.example:8443/below"])
def test_a_host_of_the_targets_own_names_no_recording(url):
    with pytest.raises(
        CassetteError, match=r"named after the host graph\.inside\.example; describe the target in a file"
    ):
        recorder._check_name(read_target(url, TOKENS))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", *CLOUDS.values()])
def test_a_host_that_says_nothing_may(url):
    recorder._check_name(read_target(url, TOKENS))


# -- what is not recorded ------------------------------------------------------------------------------------------

CASE = "event-cancel.v1.0/me.events/organizer/pascal"
HELD = Finding("response.status", True, "202", "202")
PASSED = Verdict("pass", (HELD,))
SEEN = Verdict("observed", (), observed={"expected": "400", "received": "400 ErrorInvalidRequest"})
ASKED = (
    SimpleNamespace(method="GET", uri=f"{LIVE}/v1.0/me", body=None),
    {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b"{}"}},
)


@pytest.fixture
def telling(tmp_path, monkeypatch, all_cases, contracts):
    """Record a case told live and again with these verdicts; what was captured meanwhile is *traffic*."""
    case = next(case for case in all_cases if case.id == CASE)
    described = read_target(LIVE, TOKENS)
    contact = {"users": {}, "since": None, "stand_in": False}
    shown = stand_in(described, contact, ["organizer"], [], None)
    recording = Recording(
        tmp_path, "contoso", "server", "unknown", "", "0.1.0", description=shown.description, contact=shown.contact
    )
    theatre = Theatre(
        described, contracts, new_run(NOW), NOW.isoformat(), contact, SignIn(described), Sanitiser("k", [])
    )

    def record(live: Verdict, again: Verdict, traffic=(), **counts: int) -> Written:
        tellings = iter([Told(Record(case, live), {}, counts, 0, False), Told(Record(case, again), {}, {}, 0, False)])
        monkeypatch.setattr(recorder, "tell_alone", lambda *_: next(tellings))
        made = Recorder(recording, shown, theatre)
        made.tell(case)
        captured = {"requests": [asked for asked, _ in traffic], "responses": [answer for _, answer in traffic]}
        made.save_cassette("", captured, None)
        return made.finish()

    return record


@pytest.mark.parametrize("verdict", [PASSED, SEEN])
def test_a_case_that_is_told_alike_twice_is_recorded(verdict, telling, tmp_path):
    assert telling(verdict, verdict) == Written((CASE,), changed=True)
    assert read_cassette(place_of(tmp_path, CASE), CASE).origin == "server"


@pytest.mark.parametrize(
    ("live", "again", "what"),
    [
        (PASSED, Verdict("fail", (replace(HELD, held=False),)), "response.status"),
        (PASSED, Verdict("inconclusive", (replace(HELD, held=None),)), "response.status"),
        (PASSED, Verdict("pass", (replace(HELD, late_s=3.0),)), "response.status"),
        (PASSED, Verdict("pass", ()), "response.status"),
        (Verdict("pass", ()), PASSED, "the verdict"),
        (PASSED, Verdict("inconclusive", (HELD,)), "the verdict"),
        (SEEN, replace(SEEN, observed={"expected": "400", "received": "202"}), "the verdict"),
    ],
)
def test_a_case_that_is_judged_otherwise_the_second_time_is_not(live, again, what, telling, tmp_path):
    with pytest.raises(CassetteError, match=rf"{CASE}: not recorded: .* {what} is judged otherwise; record it again"):
        telling(live, again)
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_case_that_asks_for_less_the_second_time_is_not(telling, tmp_path):
    with pytest.raises(CassetteError, match="does not ask for it any more at request 1"):
        telling(PASSED, PASSED, [ASKED])
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_case_of_which_an_answer_was_lost_is_not(telling, tmp_path):
    with pytest.raises(CassetteError, match="an answer was lost on the way; record it again"):
        telling(PASSED, PASSED, unanswered=1)
    assert not list(tmp_path.rglob("*.yaml"))


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (f"{LIVE}/v1.0/me/events", True),
        (f"{LIVE}/draft/beta/me/events", True),
        (f"{LIVE}/v2.0/me/events", False),
        ("https://login.contoso.example/tenant/oauth2/v2.0/token", False),
        ("https://login.microsoftonline.com/tenant/oauth2/v2.0/token", False),
        ("https://graph.contoso.example.evil.example/v1.0/me", False),
        ("http://169.254.169.254/metadata/identity/oauth2/token", False),
    ],
)
def test_only_what_goes_to_the_target_is_captured(url, kept):
    listening = SimpleNamespace(_stand_in=SimpleNamespace(roots={LIVE: "x", f"{LIVE}/draft": "y"}))
    asked = SimpleNamespace(uri=url)

    assert Recorder.is_of_target(listening, asked) is (asked if kept else None)
