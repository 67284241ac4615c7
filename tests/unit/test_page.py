"""report.html: every section in its order, every link leads somewhere, and what a target sends is text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import pytest
from small_run import (
    DRAFT_ID,
    ID,
    REQUEST_ID,
    ROUTE,
    call,
    clause,
    contract,
    finding,
    header,
    line,
    lines,
    merged,
    planned,
    run,
)

from graphcancel.anchors import case_anchor, clause_anchor, slug
from graphcancel.page import page
from graphcancel.runfile import run_of_lines

BROKEN = finding(held=False)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
KNOWN = {
    "file": "known.toml",
    "entry": 1,
    "case": "*",
    "clause": "*",
    "reason": "agreed with its makers",
    "owner": "calendar team",
    "expires": "2026-02-01",
}
COMPARED = {
    "with": {"target": "contoso", "run": "gc1", "started": "2026-01-01T00:00:00+00:00", "suite": "1.2.2", "cases": 2},
    "moved": True,
    "changes": [
        {
            "kind": "off-pass",
            "title": "moved off pass",
            "items": [{"case": ID, "clause": None, "before": "pass", "after": "fail", "text": "pass → fail"}],
        }
    ],
}


class Read(HTMLParser):
    """What a browser would find: ids, links, what asks for something, text by section, headings in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.wants: list[tuple[str, str]] = []
        self.tags: Counter[str] = Counter()
        self.headings: list[tuple[int, str]] = []
        self.handlers: list[str] = []
        self._heading: list[str] | None = None
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags[tag] += 1
        self.ids[given.get("id") or ""] += "id" in given
        self.handlers += [name for name in given if name.startswith("on")]
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.wants += [(tag, given[name] or "") for name in ("src", "srcset", "action", "data") if name in given]
        if tag == "link":
            self.wants.append((tag, given.get("href") or ""))
        if re.fullmatch("h[1-6]", tag):
            self._heading = []

    def handle_endtag(self, tag):
        if re.fullmatch("h[1-6]", tag) and self._heading is not None:
            self.headings.append((int(tag[1]), " ".join("".join(self._heading).split())))
            self._heading = None

    def handle_data(self, data):
        self.text += data
        if self._heading is not None:
            self._heading.append(data)


def failing(**more):
    return line(ID, "fail", BROKEN, finding("response.body"), **more)


def several():
    told = merged(lines(), lines(failing(), head=header(planned(), target="fabrikam", origin="mock"), exit=1))
    return run_of_lines(told[0], told[1:-1], told[-1])


RUNS = {
    "whole": lambda: run(),
    "failing": lambda: run(failing(), line(DRAFT_ID), exit=1),
    "empty": lambda: run_of_lines(lines()[0], [], lines()[-1] | {"counts": {"cases": 0}, "exit": 5}),
    "partial": lambda: run(line(), head=header(planned(), planned(DRAFT_ID), selection=["-k x"]), partial=True),
    "compared": lambda: run(failing(), line(DRAFT_ID), compared=COMPARED, exit=1),
    "known": lambda: run(
        failing(
            excused=True,
            clauses=[BROKEN | {"deviation": {key: KNOWN[key] for key in ("entry", "reason", "owner", "expires")}}],
        ),
        line(DRAFT_ID, "fail", BROKEN),
        head=header(deviations=[KNOWN]),
        deviations=[{"entry": 1, "state": "met", "findings": 1, "judged": 1, "cases": 1}],
    ),
    "never sent": lambda: run(
        line(ID, "inconclusive", finding(held=None, received="", reason="no token"), reason="no token", exchanges=[]),
        line(DRAFT_ID, "error", reason="KeyError"),
    ),
    "no answer": lambda: run(failing(exchanges=[call(None, response=None, failure="timed out", request_id=None)])),
    "observed": lambda: run(
        line(
            ID,
            "observed",
            clauses=[],
            observed={"observation": "absent", "expected": "400", "mark": "O", "received": "500 generalException"},
        )
    ),
    "merged": several,
}


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


# -- what it says ------------------------------------------------------------------------------------------------------


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


def test_the_verdict_comes_with_scope_date_target_cloud_and_versions():
    text = Read(page(RUNS["whole"]())).text
    before = text[: text.index("In this report")]

    for word in (
        "whole run",
        "2026-01-02 03:04:05 UTC",
        "contoso",
        "global",
        "v1.0 and beta",
        "1.2.3",
        "holds (exit 0)",
    ):
        assert word in before, word
    assert "event-cancel.stub" in before
    assert "of some day" in before


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("mock", "Nothing in this report was answered by Microsoft's service."),
        ("recording:mock", "Nothing in this report was answered by Microsoft's service."),
        ("recording:service", "recording"),
        ("recording:server", "recording"),
        ("live", "contoso"),
    ],
)
def test_where_the_evidence_comes_from_stands_beside_the_verdict_and_at_the_end(origin, words):
    label = {
        "name": "x",
        "origin": "mock",
        "software": "graphmock",
        "recorded": "2026-01-01",
        "suite": "1",
        "beyond": 0,
    }
    more = {"recording": label} if origin.startswith("recording") else {}
    text = Read(page(run(head=header(origin=origin, **more)))).text

    assert words in text[: text.index("In this report")]
    assert words in text[text.index("Words used here") - 4000 :]


def test_what_was_not_tested_weighs_as_much_as_what_does_not_hold():
    told = Read(page(RUNS["failing"]()))
    levels = {title: level for level, title in told.headings}
    (untested,) = (level for title, level in levels.items() if title.startswith("What was not tested"))
    (broken,) = (level for title, level in levels.items() if title.startswith("What does not hold"))

    assert untested == broken
    assert "nobody can list them" in told.text
    text = page(RUNS["failing"]())
    section = text[text.index('id="not-tested"') : text.index('id="matrix"')]
    assert "<details" not in section


def test_a_finding_says_documented_and_received_and_leads_to_its_case():
    text = page(RUNS["failing"]())
    section = text[text.index('id="findings"') : text.index('id="not-tested"')]

    assert f'href="#{case_anchor(ID)}"' in section
    assert re.search(r"202.*204", section, re.DOTALL)
    assert "Fails the run" in section


def test_a_cell_of_the_matrix_has_symbol_word_and_a_link_to_the_worst_case():
    told = run(
        failing(), line(f"{ID}/batch"), head=header(planned(), planned(f"{ID}/batch"), planned(DRAFT_ID)), exit=1
    )
    text = page(told)
    matrix = text[text.index('id="matrix"') : text.index('id="disputes"')]
    row = matrix[matrix.index(f'id="{clause_anchor("event-cancel.v1.0", "response.status")}"') :]
    cell = row[: row.index("</tr>")]

    assert f'href="#{case_anchor(ID)}"' in cell
    assert "✗" in cell
    assert "failed" in cell
    assert "1 of 2" in cell
    assert "not run" in matrix[matrix.index("event-cancel.stub") :]


def test_a_contract_has_a_row_for_each_clause_even_those_nobody_tests():
    told = contract(clauses={"response.status": clause("x"), "clouds.china": clause("there", cloud="china")})
    text = page(run(head=header(contracts={"event-cancel.v1.0": told, "event-cancel.stub": contract("draft")})))
    matrix = text[text.index('id="matrix"') : text.index('id="disputes"')]

    assert "the target is not in this cloud (china)" in matrix
    assert clause_anchor("event-cancel.v1.0", "clouds.china") in text


def test_a_case_shows_request_answer_request_id_duration_clauses_and_curl():
    text = Read(page(RUNS["failing"]())).text
    for word in ("POST /v1.0/me/events/{event}/cancel", "odata-version: 4.0", REQUEST_ID, "12.5 ms", "curl -i -X POST"):
        assert word in text, word
    assert re.search(r"response\.status\s*202\s*204", text)


def test_a_case_without_an_answer_says_why():
    assert "timed out" in Read(page(RUNS["no answer"]())).text
    assert "no token" in Read(page(RUNS["never sent"]())).text
    assert "KeyError" in Read(page(RUNS["never sent"]())).text


def test_disputes_deviations_and_effects_are_told():
    text = Read(page(RUNS["known"]())).text

    for word in (
        "event-cancel/response.status",
        "202 (D)",
        "agreed with its makers",
        "calendar team",
        "2026-02-01",
        "events",
        "attendee",
    ):
        assert word in text, word
    assert "2 objects" in Read(page(run(residue="2 objects"))).text


def test_a_replay_says_that_it_sent_nothing():
    label = {
        "name": "x",
        "origin": "mock",
        "software": "graphmock",
        "recorded": "2026-01-01",
        "suite": "1",
        "beyond": 0,
    }
    replayed = page(run(head=header(origin="recording:mock", recording=label)))

    assert "this run was a replay and sent nothing" in replayed
    assert "sent nothing" not in page(run())


def test_a_run_that_was_compared_says_what_changed_and_one_that_was_not_says_so():
    changed = Read(page(RUNS["compared"]())).text
    section = changed[changed.index("What changed") :]

    assert "Moved off pass" in section
    assert "pass → fail" in section
    alone = Read(page(RUNS["whole"]())).text
    assert re.search(r"compared with no other run", alone)
    quiet = Read(page(run(compared=COMPARED | {"changes": [], "moved": False}))).text
    assert re.search(r"[Nn]othing (moved|changed|differs|is different)", quiet)


def test_many_cases_that_changed_alike_are_one_line():
    items = [
        {"case": f"{ID}/{number}", "clause": None, "before": "pass", "after": "fail", "text": "pass → fail: the same"}
        for number in range(50)
    ]
    changes = [{"kind": "off-pass", "title": "moved off pass", "items": items}]
    text = Read(page(run(compared=COMPARED | {"changes": changes}))).text

    assert text.count("pass → fail: the same") == 1
    assert "50 cases" in text


def test_a_partial_run_says_so_beside_the_verdict():
    text = Read(page(RUNS["partial"]())).text

    assert "partial run: 1 of 2 cases; selected by -k x" in text[: text.index("In this report")]


def test_of_a_merged_run_each_part_has_its_own_verdict_origin_and_evidence():
    text = page(several())

    assert [text.index(f'id="part-{number}"') for number in (1, 2)] == sorted(
        text.index(f'id="part-{number}"') for number in (1, 2)
    )
    for number in (1, 2):
        assert f'id="{case_anchor(ID, f"part-{number}-")}"' in text
    first, second = text.index('id="part-1"'), text.index('id="part-2"')
    assert "does not hold (exit 1)" not in text[first:second]
    assert "does not hold (exit 1)" in text[second:]
    unreal = "Nothing in this report was answered"
    assert unreal not in unescape(text[:second])
    assert unreal in unescape(text[second:])


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


def test_an_address_that_is_none_of_a_page_is_no_link():
    told = contract(url="javascript:alert(1)")
    text = page(run(head=header(contracts={"event-cancel.v1.0": told, "event-cancel.stub": contract("draft")})))

    assert not [link for link in Read(text).links if link.startswith("javascript")]


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
