"""report.html: every section in its order, every link leads somewhere, and what a target sends is text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html import unescape

import pytest
from report_reading import Read
from runs_to_report import RUNS, failing
from small_run import DRAFT_ID, ID, ROUTE, call, finding, header, line, planned, run

from graphcancel.anchors import case_anchor, clause_anchor, slug
from graphcancel.page import page


@pytest.fixture(params=RUNS.values(), ids=RUNS)
def told(request) -> str:
    return page(request.param())


# -- the form ----------------------------------------------------------------------------------------------------------


def test_every_link_leads_somewhere_and_no_anchor_stands_twice(told):
    found = Read(told)

    assert {link for link in found.links if link.startswith("#")} <= {f"#{name}" for name in found.ids}
    assert [name for name, number in found.ids.items() if name and number > 1] == []
    assert all(link.startswith(("#", "https://docs.example/")) for link in found.links)


def test_it_asks_nobody_for_anything(told):
    found = Read(told)

    assert {value for _, value in found.wants} <= {"data:,"}
    assert found.tags["script"] == found.tags["style"] == 1
    assert found.handlers == []
    assert not re.search(r"@import|url\((?!['\"]?data:)", told)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', told)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_the_policy_names_the_very_style_and_script(told):
    """A browser runs neither where a single letter differs."""
    for kind in ("style", "script"):
        text = re.search(rf"<{kind}>(.*?)</{kind}>", told, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in unescape(told)


def test_headings_form_an_outline(told):
    levels = [level for level, _ in Read(told).headings]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", RUNS)
def test_the_same_run_gives_the_same_page(name):
    assert page(RUNS[name]()) == page(RUNS[name]())


def test_anchors_are_made_of_ids_alone_and_stay_apart():
    names = ["a/b", "a_b", "a b", "a.b", "A/b", "ä", "a~5f~b", "a/b/c", "a//b"]

    assert len({slug(name) for name in names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]+", slug(name)) for name in names)
    assert case_anchor(ID) == "case-event-cancel.v1.0_me.events_organizer_pascal"
    assert clause_anchor("event-cancel.v1.0", "response.status", "part-2-") == (
        "part-2-clause-event-cancel.v1.0-response.status"
    )


# -- the order -------------------------------------------------------------------------------------------------------


ORDER = (
    "verdict",
    "changed",
    "findings",
    "not-tested",
    "matrix",
    "disputes",
    "deviations",
    "evidence",
    "effects",
    "origin",
    "glossary",
)


def test_sections_stand_in_their_order():
    text = page(RUNS["failing"]())
    places = [text.index(f'id="{name}"') for name in ORDER]

    assert places == sorted(places)


# -- hostile values ----------------------------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>]]>--><!-- \" ' & \x00\x1b[31m\u202ereversed\u2028\ud800"


def test_what_a_target_sends_is_text_wherever_it_stands():
    told = failing(
        reason=HOSTILE,
        curl=HOSTILE,
        clauses=[finding(held=False, received=HOSTILE, documented=HOSTILE, reason=HOSTILE)],
        exchanges=[
            call(
                url=HOSTILE,
                request={"headers": {HOSTILE: HOSTILE}, "body": HOSTILE, "bytes": 1},
                response={"headers": {HOSTILE: HOSTILE}, "body": HOSTILE, "bytes": 1},
            )
        ],
    )
    head = header(target=HOSTILE, selection=[HOSTILE], waived={HOSTILE: HOSTILE})
    text = page(run(told, line(DRAFT_ID), head=head, residue=HOSTILE, mails={HOSTILE: 1}, exit=1))
    found = Read(text)

    assert found.tags["script"] == 1
    assert found.tags["img"] == 0
    assert found.handlers == []
    assert not set(text) & {"\x00", "\x1b", "\u202e", "\u2028", "\ud800"}
    assert text.encode("utf-8")
    assert "⟨U+202E⟩" in text


def test_a_word_without_end_breaks_nothing(told):
    assert "overflow-wrap" in told
    assert page(run(failing(reason="x" * 10_000))).count("x" * 10_000) >= 1


def test_a_whole_run_that_fails_throughout_stays_readable_in_size():
    ids = [f"{ID}/{number}" for number in range(613)]
    answer = {"headers": {"content-type": "application/json"}, "body": '{"error": "' + "x" * 400 + '"}', "bytes": 420}
    every = [
        line(name, "fail", *[finding(held=False, documented="as it should", received="otherwise") for _ in range(10)],
             exchanges=[call(400, response=answer)], gating=True)
        for name in ids
    ]  # fmt: skip
    text = page(run(*every, head=header(*(planned(name) for name in ids)), exit=1))

    assert len(text.encode()) < 2_000_000
    assert ROUTE in Read(text).text
