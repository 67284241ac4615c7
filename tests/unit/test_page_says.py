"""What report.html says, and in which of its sections: the same words stand in several, and mean another thing there."""

from __future__ import annotations

import re

import pytest
from report_reading import Read, said, section, words
from runs_to_report import BODY, BROKEN, COMPARED, EXCUSED, NOBODY, RUNS, SELF, known
from small_run import DRAFT_ID, ID, REQUEST_ID, finding, line, run

from graphcancel.anchors import case_anchor, clause_anchor
from graphcancel.page import page
from graphcancel.page_words import GLOSSARY

# -- every section ------------------------------------------------------------------------------------------------------

SAYS = [
    # Beside the verdict.
    ("whole", "top", (f"live service, cloud global {SELF} Every call went to the address that Microsoft publishes for the cloud "
     "“global”.")),
    ("whole", "top", ("Scope whole run: all 2 cases there are for this target Date 2026-01-02 03:04:05 UTC, took 1 min Target contoso "
     "(live service, cloud global) Cloud global Versions of the API v1.0 and beta Suite version 1.2.3, on Python 3.13.0; mark of this "
     "run: gc00000000000000")),
    ("partial", "top", "Scope partial run: 1 of 2 cases; selected by -k x Date"),
    ("ended early", "top", "Scope partial run: 1 of 2 cases; ended early, or narrowed by a plugin Date"),
    ("of the service", "top", "Scope whole run: all 2 cases of the recording, which leaves out 3 others Date"),
    ("a server that names a cloud", "top", "Cloud global, as the target says; not called at its address Versions"),
    ("a server", "top", "Cloud none: the target names no Microsoft cloud Versions"),
    # The pages.
    ("whole", "contracts", ("event-cancel.v1.0 event: cancel, v1.0 of some day; known at second hand current v1.0 yes 1 of 1 1 of 1 1 0 "
     "0 0 0 event-cancel.stub event: cancel, v1.0 of some day; known at second hand draft beta no 1 of 1 1 of 1 1 0 0 0 0")),
    ("failing", "contracts", "current v1.0 yes 1 of 1 1 of 1 0 1 0 0 0"),
    ("observed", "contracts", "current v1.0 yes 1 of 1 1 of 1 0 0 1 0 0"),
    ("observed", "contracts", "draft beta no none none 0 0 0 0 0"),
    ("never sent", "contracts", "current v1.0 yes 0 of 1 1 of 1 0 0 0 1 0"),
    ("never sent", "contracts", "draft beta no 1 of 1 1 of 1 0 0 0 0 1"),
    ("two routes", "contracts", "yes 2 of 2 3 of 3 2 1 0 0 0"),
    ("one of two", "contracts", "current v1.0 yes 1 of 1 1 of 2 1 0 0 0 0"),
    ("elsewhere", "contracts", "of some day; SHA-256 0123456789ab… current"),
    # What changed.
    ("whole", "changed", "This run was compared with no other run. Whether anything has changed is not known."),
    ("compared", "changed", ("Compared with run gc1 of contoso, 2026-01-01 00:00:00 UTC, 2 cases, judged by suite 1.2.2. Something moved "
     f"that has to be looked at. Moved off pass pass → fail ({ID})")),
    ("nothing moved", "changed", "judged by suite 1.2.2. Nothing changed."),
    ("none for the worse", "changed", "Something differs, and none of it is for the worse. Moved off pass"),
    # What does not hold.
    ("whole", "findings", "Nothing that was judged differs from the documentation."),
    ("failing", "findings", ("✗ fail response.status success is answered 202 Fails the run. event-cancel.v1.0: documented 202, received "
     f"204 in 1 case, such as {ID}")),
    ("known", "findings", "≈ known response.status success is answered 202 Known and agreed on: does not fail the run. event-cancel.v1.0:"),
    ("known", "findings", ("✗ fail, does not count response.status success is answered 202 Does not fail the run: findings against this "
     "page do not count. event-cancel.stub:")),
    ("never sent", "findings", f"! error The suite itself failed: KeyError In 1 case: {DRAFT_ID}"),
    ("many answers", "findings", ("received 203 in 1 case, such as event-cancel.v1.0/me.events/organizer/pascal/3 And 2 further answers, "
     "which the matrix leads to.")),
    # What was not tested.
    ("whole", "not-tested", ("? not tested Statements that no case tests effect.deleted-items: nobody can list them see event-cancel.v1.0, "
     "event-cancel.stub")),
    ("elsewhere", "not-tested", "clouds.china: the target is not in this cloud (china) see event-cancel.v1.0"),
    ("partial", "not-tested", "? not tested Cases that did not run 1 case: not selected ?"),
    ("ended early", "not-tested", "? not tested Cases that did not run 1 case: not reached ?"),
    ("of the service", "not-tested", "? not tested Cases that did not run 3 cases: not on the recording ?"),
    ("never sent", "not-tested", ("? not tested Cases that could not be judged, or not in full 1 case: the target has no token for attendee "
     f"What would help: give [actors.attendee] a flow in the target file. such as {ID} ?")),
    ("never sent", "not-tested", ("? not tested Statements that count, and were judged on no case of a route event-cancel.v1.0: the target "
     "has no token for attendee see response.status (1 route) ?")),
    ("unspoken", "not-tested", ("? not tested Statements that no call of this run could show response.body, of event-cancel.v1.0 see in the "
     "matrix ?")),
    ("waived", "not-tested", ("? not tested Left unjudged on purpose (waived) group: there is none response.status: nobody minds; judged all "
     "the same in 2 cases ?")),
    # Where pages disagree.
    ("whole", "disputes", "event-cancel/response.status 202 ✓ followed event-cancel.v1.0 204 ✓ followed event-cancel.stub the status 202 (D)"),
    ("failing", "disputes", "202 ✗ not followed event-cancel.v1.0 204 ✓ followed event-cancel.stub"),
    ("two routes", "disputes", "202 ≈ partly followed event-cancel.v1.0 204 ? not examined event-cancel.stub"),
    ("mock", "disputes", "The mock plays each page's own service to that page, so contradicting readings can all be followed."),
    # What is known.
    ("whole", "deviations", "None are listed for this target: every finding above is a new one."),
    ("known", "deviations", ("entry cases clause owner until what became of it known.toml, 1 * * calendar team 2026-02-01 ≈ known: 1 finding: "
     "agreed with its makers (owner calendar team, until 2026-02-01)")),
    ("expired", "deviations", ("known.toml, 1 * * calendar team 2026-01-01 ✗ out of date: expired on 2026-01-01 and covers its 1 finding no "
     "more; agree on a new date")),
    # The evidence.
    ("whole", "evidence", (f"1 ✓ pass {ID} 202 Called by organizer, body shape pascal. result statement documented received ✓ held "
     "response.status 202 202 ✓ held response.body 202 202 POST /v1.0/me/events/{event}/cancel Content-Type: application/json {} 202 "
     f"odata-version: 4.0 (no body) 12.5 ms, request-id {REQUEST_ID}, sent 2 bytes, received 0 bytes curl -i -X POST")),
    ("failing", "evidence", (f"1 ✗ fail {ID} 202 Called by organizer, body shape pascal. result statement documented received ✗ failed "
     "response.status 202 204 ✓ held response.body")),
    ("known", "evidence", (f"1 ≈ known {ID} 202 Called by organizer, body shape pascal. This does not fail the run: it is a known deviation. "
     "result statement documented received ≈ known response.status 202 204 (known: agreed with its makers (owner calendar team, until "
     "2026-02-01))")),
    ("known", "evidence", (f"2 ✗ fail, does not count {DRAFT_ID} 202 Called by organizer, body shape pascal. This does not fail the run: "
     "findings against this page do not count. result statement documented received ✗ failed response.status")),
    ("never sent", "evidence", (f"1 ? inconclusive {ID} not sent Called by organizer, body shape pascal. inconclusive: the target has no token "
     "for attendee result statement documented received ? untested response.status 202 No call was sent.")),
    ("never sent", "evidence", f"2 ! error {DRAFT_ID} 202 Called by organizer, body shape pascal. error: KeyError"),
    ("no answer", "evidence", f"1 ✗ fail {ID} timed out Called"),
    ("no answer", "evidence", "{} no answer: timed out 12.5 ms, request-id none, sent 2 bytes curl"),
    ("late", "evidence", "✓ held response.status 202 202 (late, after 4.5 s) ✓ held response.body"),
    ("observed", "evidence", (f"1 ○ observed {ID} 202 Called by organizer, body shape pascal. No page says what this is answered. On record "
     "(O): 400. Received: 500 generalException. POST")),
    ("observed anew", "evidence", "On record (U): nothing. Received: 202. POST"),
    ("empty", "evidence", "No case ran."),
    # Observations.
    ("observed", "matrix", f"absent ! error of the server 400 (O) 500 generalException {ID}"),
    ("observed otherwise", "matrix", f"absent ≠ otherwise than on record 400 (O) 202 {ID}"),
    ("observed as on record", "matrix", f"absent = as on record 400 (O) 400 {ID}"),
    ("observed anew", "matrix", f"absent ○ nothing on record nothing (U) 202 {ID}"),
    # What it did.
    ("whole", "effects", ("Created 2 events Removed 3 objects, attendees' copies and messages included Cancelled 2 calls under test were "
     "accepted (sent by POST and answered 2xx; a batch counts once) Mails 2 in the mailbox of attendee Left behind nothing that can be "
     "listed Asked for 7 requests, 3.5 per case, 4 writes in them")),
    ("no answer", "effects", "Cancelled 0 calls under test were accepted"),
    ("refused", "effects", "Cancelled 1 calls under test were accepted"),
    ("residue", "effects", "Created nothing Removed 3 objects"),
    ("residue", "effects", "Mails none were seen Left behind ✗ residue 2 objects Asked for"),
    ("of the mock", "effects", "Nothing: this run was a replay and sent nothing. The numbers are those of the answers on file. Created"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "where", "wanted"),
    [pytest.param(*one, id=f"{number}-{one[0]}-{one[1]}") for number, one in enumerate(SAYS, 1)],
)
def test_a_section_says(name, where, wanted):
    assert wanted in f"{said(page(RUNS[name]()), where)} ?"


LEAVES_OUT = [
    ("whole", "not-tested", ("Cases that", "no call of this run", "that count", "waived")),
    ("whole", "matrix", ("Calls of which no page says",)),
    ("partial and open", "not-tested", ("judged on no case of a route", "no call of this run could show")),
    ("whole", "effects", ("replay", "residue")),
    ("known", "findings", ("Fails the run",)),
    ("known", "deviations", ("out of date", "None are listed")),
    ("whole", "disputes", ("mock",)),
    ("merged", "part-1-findings", ("fail",)),
]


@pytest.mark.parametrize(
    ("name", "where", "unwanted"), [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in LEAVES_OUT]
)
def test_a_section_leaves_out_what_is_not_so(name, where, unwanted):
    told = said(page(RUNS[name]()), where)

    assert [word for word in unwanted if word in told] == []


# -- what was not tested -----------------------------------------------------------------------------------------------


def test_what_was_not_tested_weighs_as_much_as_what_does_not_hold():
    html = page(RUNS["failing"]())
    levels = {title: level for level, title in Read(html).headings}

    assert levels["What was not tested, and why"] == levels["What does not hold"] == 2
    assert "<details" not in section(html, "not-tested")


def test_what_fails_the_run_stands_first():
    cases = [line(DRAFT_ID, "fail", BROKEN), line(f"{ID}/known", "fail", EXCUSED, excused=True, gating=True)]
    told = said(page(run(*cases, line(ID, "fail", BROKEN), exit=1)), "findings")

    assert re.findall(r"[✗≈] (?:fail, does not count|fail|known)", told) == [
        "✗ fail",
        "≈ known",
        "✗ fail, does not count",
    ]


# -- the matrix --------------------------------------------------------------------------------------------------------


def cells(html: str, contract: str, clause: str) -> list[tuple[str, str, str]]:
    """Look, words and link of each cell in the row of *clause*."""
    (row,) = re.findall(rf'<th scope="row" id="{clause_anchor(contract, clause)}">(.*?)</tr>', section(html, "matrix"))
    found = re.findall(r'<td class="(\w+)"[^>]*>(.*?)(?=<td|$)', row)
    return [(look, words(cell), "".join(re.findall('href="#([^"]+)"', cell))) for look, cell in found]


OWN, DRAFT = case_anchor(ID), case_anchor(DRAFT_ID)
SECOND = "event-cancel.v1.0/users-upn.events/organizer"


@pytest.mark.parametrize(
    ("name", "contract", "clause", "wanted"),
    [
        ("whole", "v1.0", "response.status", [("held", "✓ held", OWN)]),
        ("failing", "v1.0", "response.status", [("failed", "✗ failed", OWN)]),
        ("failing", "v1.0", "response.body", [("held", "✓ held", OWN)]),
        ("known", "v1.0", "response.status", [("known", "≈ known", OWN)]),
        ("known", "stub", "response.status", [("lax", "✗ failed", DRAFT)]),
        ("never sent", "v1.0", "response.status", [("open", "? untested", OWN)]),
        ("unspoken", "v1.0", "response.body", [("open", "? untested", OWN)]),
        ("partial", "stub", "response.status", [("open", "○ not run", "")]),
        ("whole", "v1.0", "effect.deleted-items", [("open", "? untested: nobody can list them", "")]),
        ("elsewhere", "v1.0", "clouds.china", [("open", "? untested: the target is not in this cloud (china)", "")]),
        ("two routes", "v1.0", "response.status",
         [("held", "✓ held", OWN), ("failed", "✗ failed 1 of 2", case_anchor(f"{SECOND}/camel")), ("none", "–", "")]),
        ("two routes", "v1.0", "response.body",
         [("held", "✓ held", OWN), ("held", "✓ held 2", case_anchor(f"{SECOND}/pascal")), ("none", "–", "")]),
    ],
)  # fmt: skip
def test_a_cell_has_symbol_word_count_and_a_link_to_the_worst_case(name, contract, clause, wanted):
    assert cells(page(RUNS[name]()), f"event-cancel.{contract}", clause) == wanted


def test_a_statement_stands_in_the_matrix_as_it_is_called_with_what_it_says():
    told = said(page(run()), "matrix")

    assert "response.status success is answered 202 ✓ held" in told
    assert "wbr" not in told


def test_the_matrix_says_what_counts_and_which_column_is_which_route():
    told = said(page(RUNS["two routes"]()), "matrix")

    assert "event-cancel.v1.0 event: cancel (v1.0); findings count. Routes, by the number of their column:" in told
    assert (
        "/users/{id}/events/{id}/cancel by sign-in name /groups/{id}/events/{id}/cancel by id statement 1 2 3" in told
    )
    draft = said(page(run()), "matrix").partition("event-cancel.stub event: cancel (v1.0); ")[2]
    assert draft.startswith("findings do not count towards the verdict.")


# -- the evidence ------------------------------------------------------------------------------------------------------


def looks(html: str) -> list[str]:
    """How each statement of the evidence that leads to the matrix is shown."""
    return re.findall(r'<tr><td class="(\w+)"><?', section(html, "evidence").replace("\n", ""))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("whole", []), ("failing", ["failed"]), ("known", ["known", "lax"]), ("never sent", ["open"])],
)
def test_a_statement_that_did_not_hold_looks_as_it_weighs(name, wanted):
    assert looks(page(RUNS[name]())) == wanted


def test_a_known_finding_of_a_page_that_does_not_count_does_not_count():
    html = page(run(line(), line(DRAFT_ID, "fail", EXCUSED, excused=True)))

    assert looks(html) == ["lax"]
    assert "✗ fail, does not count" in said(html, "findings")
    assert cells(html, "event-cancel.stub", "response.status") == [("lax", "✗ failed", DRAFT)]


def test_a_finding_leads_to_its_case_and_a_case_to_its_statement():
    html = page(RUNS["failing"]())

    assert f'href="#{case_anchor(ID)}"' in section(html, "findings")
    assert f'href="#{clause_anchor("event-cancel.v1.0", "response.status")}"' in section(html, "evidence")


# -- what changed ------------------------------------------------------------------------------------------------------


def test_many_cases_that_changed_alike_are_one_line():
    items = [
        {"case": f"{ID}/{number}", "clause": None, "before": "pass", "after": "fail", "text": "pass → fail: the same"}
        for number in range(50)
    ]
    changes = [{"kind": "off-pass", "title": "moved off pass", "items": items}]
    told = said(page(run(compared=COMPARED | {"changes": changes})), "changed")

    assert told.count("pass → fail: the same") == 1
    assert f"pass → fail: the same (50 cases, such as {ID}/0)" in told


# -- several parts -----------------------------------------------------------------------------------------------------


def test_of_a_merged_run_each_part_has_its_own_verdict_origin_and_evidence():
    html = page(RUNS["merged"]())
    first, second = (words(html[html.index(f'<h2 id="part-{n}">') :].partition("<nav")[0]) for n in (1, 2))

    assert first.startswith("Part 1: contoso It holds: in the 1 case that was judged and counts,")
    assert "✓ holds holds (exit 0) ✓ 2 pass" in first
    assert SELF in first
    assert NOBODY not in first
    assert second.startswith("Part 2: fabrikam It does not hold: in 1 of 1 case the target did other")
    assert "✗ does not hold does not hold (exit 1) ✗ 1 fail" in second
    assert NOBODY in second
    assert SELF not in second
    assert said(html, "part-2-origin").startswith(f"Where the evidence comes from mock {NOBODY}")
    assert "1 ✓ pass" in said(html, "part-1-evidence")
    assert "1 ✗ fail" in said(html, "part-2-evidence")
    for number in (1, 2):
        assert f'id="{case_anchor(ID, f"part-{number}-")}"' in section(html, f"part-{number}-evidence")


def test_a_table_puts_the_parts_side_by_side():
    assert (
        "1: contoso ✓ holds holds (exit 0) live service, cloud global 2 pass event-cancel.v1.0, event-cancel.stub "
        "2: fabrikam ✗ does not hold does not hold (exit 1) mock 1 fail event-cancel.v1.0, event-cancel.stub"
    ) in said(page(RUNS["merged"]()), "parts")


# -- the words ---------------------------------------------------------------------------------------------------------


def test_every_word_is_told_at_the_end():
    told = said(page(run()), "glossary")

    assert told == "Words used here " + " ".join(f"{word} {meaning}" for word, meaning in GLOSSARY)
    assert len(GLOSSARY) > 20


def test_an_entry_that_soon_ends_says_so():
    assert "until 2026-01-05, which is in 3 days" in said(page(known({"expires": "2026-01-05"})), "deviations")


def test_an_address_that_is_none_of_a_page_is_no_link():
    html = page(RUNS["elsewhere"]())

    assert "javascript:" not in section(html, "contracts")
    assert 'href="https://docs.example/event-cancel"' in section(html, "contracts")


def test_a_late_finding_and_an_early_one_are_no_less_held():
    html = page(run(line(ID, "pass", finding(late_s=0.5), BODY), line(DRAFT_ID)))

    assert cells(html, "event-cancel.v1.0", "response.status") == [("held", "✓ held", OWN)]
