"""What report.html says first: the verdict, what it rests on, and how much the answers are worth."""

from __future__ import annotations

import pytest
from report_reading import Read, said, section
from runs_to_report import BODY, BROKEN, EXCUSED, NOBODY, OPEN, RUNS, SELF
from small_run import DRAFT_ID, ID, header, line, planned, run

from graphcancel.page import page

# -- the verdict -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exits", "sign", "sentence", "ending"),
    [
        ((0,), "✓ holds", "It holds: in the 1 case that was judged and counts, the target did what the documentation says.",
         "holds (exit 0)"),
        ((1,), "✗ does not hold", "It does not hold: a test failed that is no case.", "does not hold (exit 1)"),
        ((2,), "? not shown to hold", "Interrupted: the run was stopped after 2 of 2 cases and vouches for no others.",
         "interrupted (exit 2)"),
        ((5,), "? not shown to hold", ("Nothing judged: no case that counts could be judged, so this run says nothing about the "
         "target."), "nothing judged (exit 5)"),
        ((10,), "? not shown to hold", ("Incomplete: nothing that counts was seen to differ from the documentation, but 2 pairs of a "
         "documented statement and a route that count could not be judged at all."), "incomplete (exit 10)"),
        ((11, 10), "? not shown to hold", ("Stale deviations: no finding fails the run, but the list of known deviations is out of "
         "date, and that does."), "stale deviations (exit 11); also: incomplete (10)"),
        ((12,), "? not shown to hold", ("Residue left: no finding fails the run, but something the run made is still in the target, "
         "and that does."), "residue left (exit 12)"),
    ],
    ids=lambda given: str(given[0]) if isinstance(given, tuple) else None,
)  # fmt: skip
def test_the_verdict_in_a_sentence_a_sign_and_the_exit_codes(exits, sign, sentence, ending):
    html = page(run(exit=exits[0], also=list(exits[1:]), unjudged=2))
    symbol, look = sign[0], {"✓": "held", "✗": "failed", "?": "open"}[sign[0]]

    assert Read(html).headings[0] == (1, f"{symbol} {sentence}")
    assert said(html, "verdict") == f"{symbol} {sentence} {sign} {ending} ✓ 2 pass"
    assert f'<section aria-labelledby="verdict" class="verdict {look}">' in html
    assert f"<title>{symbol} contoso, 2026-01-02: cancel actions of Microsoft Graph</title>" in html


LAX = line(DRAFT_ID, "fail", BROKEN, BODY)
GATING_LINES = {name: f"{ID}/{name}" for name in ("one", "two")}


@pytest.mark.parametrize(
    ("cases", "exit_", "wanted"),
    [
        ([line(ID, "fail", BROKEN)], 1, "It does not hold: in 1 of 1 case the target did other than the documentation says."),
        ([line(ID, "fail", BROKEN), LAX], 1, "in 1 of 2 cases the target did other"),
        ([line(ID, "error", reason="KeyError"), LAX], 1, "It does not hold: the suite itself failed in 1 case."),
        ([line(ID, "fail", BROKEN), line(DRAFT_ID, "error", reason="KeyError")], 1,
         "in 1 of 2 cases the target did other than the documentation says and the suite itself failed in 1 case."),
        ([line(), LAX], 0, "1 case differs from a page whose findings do not count towards the verdict"),
        ([line(), LAX], 0, "in the 1 case that was judged and counts, the target did what the documentation says."),
        ([line(), LAX, LAX | {"id": f"{DRAFT_ID}/two"}], 0, "2 cases differ from a page whose findings do not count"),
        ([line(ID, "fail", EXCUSED, excused=True)], 0, "the target did what the documentation says, but for what is known."),
        ([line(ID, "fail", EXCUSED, excused=True)], 0, "1 case differs in a way that is known and agreed on"),
        ([line(name, "fail", EXCUSED, excused=True, gating=True) for name in GATING_LINES.values()], 0,
         "in all 2 cases that were judged and count, the target did what the documentation says, but for what is known."),
        ([line(name, "fail", EXCUSED, excused=True, gating=True) for name in GATING_LINES.values()], 0,
         "2 cases differ in a way that is known and agreed on"),
        ([line(), line(DRAFT_ID, "fail", EXCUSED, excused=True)], 0, "the target did what the documentation says."),
        ([line(), line(DRAFT_ID, "fail", EXCUSED, excused=True)], 0, "1 case differs from a page whose findings do not count"),
        ([line(ID, "inconclusive", OPEN, reason="no token")], 5, "1 case could not be judged, or not in full"),
    ],
)  # fmt: skip
def test_the_verdict_counts_what_differs_by_what_it_weighs(cases, exit_, wanted):
    html = page(run(*cases, head=header(*(planned(case["id"]) for case in cases)), exit=exit_))

    assert wanted in said(html, "verdict")


def test_one_pair_counts_and_a_part_of_a_run_says_so():
    one = said(page(run(exit=10, unjudged=1)), "verdict")
    assert "but 1 pair of a documented statement and a route that counts could not be judged" in one
    assert "documentation says, in a run of 1 of 2 cases." in said(page(RUNS["partial"]()), "verdict")


def test_what_needs_no_word_beside_the_verdict_has_none():
    assert said(page(run()), "verdict").endswith("✓ holds holds (exit 0) ✓ 2 pass")


# -- where the evidence comes from -------------------------------------------------------------------------------------

SHOWS_TESTS = "imitates the service. The run shows that the tests work. It does not show what the service does."


@pytest.mark.parametrize(
    ("name", "label", "claim", "so"),
    [
        ("mock", "mock", NOBODY, SHOWS_TESTS),
        ("of the mock", "recording of the mock", NOBODY, f"They were recorded on 2025-12-24, from somebody 1.0: the mock, a program of this project that {SHOWS_TESTS}"),
        ("of a server", "recording of another server", NOBODY, "They were recorded on 2025-12-24, from somebody 1.0, a server that is none of Microsoft's."),
        ("of the service", "recording of the service", "Nothing was called during this run: the answers were read from a file.",
         "They were recorded from the service on 2025-12-24, from somebody 1.0. The report says what the service did then, not what it does today."),
        ("a server", "a server, called live", "The answers come from the server under test, which was not called at an address that Microsoft publishes.",
         "It is reached by an address of its own. Whether it is Microsoft's service, a gateway before it or an imitation, the run cannot tell."),
        ("a server that names a cloud", "a server, called live", "The answers come from the server under test, which was not called at an address that Microsoft publishes.",
         "The target is described as one in the cloud “global”, but is reached by an address of its own."),
        ("whole", "live service, cloud global", SELF, "Every call went to the address that Microsoft publishes for the cloud “global”."),
        ("a cloud by its address", "live service", SELF, "Every call went to the address that Microsoft publishes for one of its clouds."),
    ],
)  # fmt: skip
def test_where_the_evidence_comes_from_stands_beside_the_verdict_and_at_the_end(name, label, claim, so):
    html = page(RUNS[name]())

    assert said(html, "origin").startswith(f"Where the evidence comes from {label} {claim} ")
    assert so in said(html, "origin")
    assert said(html, "top").startswith(f"{label} {claim} ")
    assert so in said(html, "top")
    assert f"Target contoso ({label}) " in said(html, "top")
    for place in ("top", "origin"):
        assert (SELF in said(html, place)) is (claim == SELF)
        assert ('class="origin real"' in section(html, place)) is (claim == SELF)
