"""One case told in full, from a run or from what the contracts say; and which case and which run somebody means."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from graphcancel import __main__
from graphcancel.call_text import _BODIES, _HOW, _OF, call_in_words
from graphcancel.case import Case
from graphcancel.disputes import load_disputes
from graphcancel.errors import GraphCancelError
from graphcancel.explaining import explained, satisfying
from graphcancel.generated_cases import generated_cases
from graphcancel.looking_up import before_any_run, meant, newest_with
from graphcancel.run import Part, told_of_contracts, told_of_disputes, told_of_plan
from graphcancel.runfile import RunFile

CONTRACTS = Path(__file__).parents[2] / "contracts"
CAMEL = "event-cancel.v1.0/me.events/organizer/camel"
IDS = [CAMEL, "event-cancel.v1.0/me.events/organizer/pascal", "event-cancel.v1.0/me.events/organizer/pascal/occurrence"]
IDENTITY = "00000000-0000-0000-0000-000000000001"
STARTED = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def header(contracts, all_cases):
    """Write what a run says beforehand."""
    return {
        "suite": "0.1.0", "python": "3.11.7", "target": "contoso", "origin": "live", "cloud": None,
        "service": False, "run": "gc6b01f6c3ee67f4", "selection": [], "contracts": told_of_contracts(contracts),
        "disputes": told_of_disputes(load_disputes(CONTRACTS / "disputes.yaml"), contracts), "gates": [], "waived": {},
        "deviations": [], "cases": len(all_cases), "plan": told_of_plan(all_cases),
    }  # fmt: skip


def broken(case: Case, *clauses: dict, **more) -> dict:
    """A line of *case* in which *clauses* do not hold."""
    call = {
        "method": "POST", "url": "/v1.0/me/events/{event}/cancel", "status": 200, "ms": 1.5, "request_id": None,
        "request": {"headers": {"Content-Type": "application/json"}, "body": "{}", "bytes": 2},
        "response": {"headers": {"odata-version": "4.0"}, "body": "", "bytes": 0},
    }  # fmt: skip
    found = [{"held": False, "documented": "202", "received": "200"} | clause for clause in clauses]
    return {
        "kind": "case", **case.coordinates(), "gating": True, "verdict": "fail", "reason": None, "clauses": found,
        "exchanges": [call], "origin": "live", "excused": False, "curl": 'curl -i -X POST "$GRAPH_ROOT/v1.0/me/events/$EVENT_ID/cancel"',
    } | more  # fmt: skip


def text(part: Part, case: str, run: str | None = "runs/x") -> str:
    return "\n".join(line.text for line in explained(part, case, run))


@pytest.fixture
def camel(all_cases):
    return next(case for case in all_cases if case.id == CAMEL)


class TestTelling:
    def test_what_a_terminal_obeys_is_not_shown(self, header, camel):
        line = broken(camel, {"clause": "response.status", "received": "\x1b[31m200\u202e"})
        line["exchanges"][0]["request"]["body"] = "a\x1b]0;b\x07\u202ec"
        told = text(Part(header | {"started": STARTED}, (line,)), CAMEL)

        assert "a\ufffd]0;b\ufffd\ufffdc" in told
        assert all(one.isprintable() for one in told.split("\n"))

    def test_a_generated_case_that_nobody_ran_is_seen_by_its_file_and_a_number(self, header, contracts):
        case = next(iter(generated_cases(contracts)))
        part = Part(header | {"started": STARTED, "plan": told_of_plan([case])}, ())

        assert f"pytest tests/contract/test_generated.py --target=… --generated 40 -k {case.id}" in text(part, case.id)

    def test_a_finding_is_told_with_what_other_pages_say_and_what_would_satisfy_it(self, header, camel):
        part = Part(header | {"started": STARTED}, (broken(camel, {"clause": "response.status"}),))
        told = text(part, CAMEL)

        for words in (
            "fail, which fails the run",
            "The organizer's cancel on /me/events/{id}/cancel was answered 200; the page documents 202",
            "  does not hold response.status (heading Response): success is answered 202",
            "would satisfy it: an answer with the number 202",
            "  sent          POST /v1.0/me/events/{event}/cancel",
            "  came          200 (1.5 ms)",
            "response.status: event-cancel.stub (draft) says: success is answered 204",
            "  dispute       event-cancel/response.status: 202 (event-cancel.v1.0, ",
            f"pytest --target=… -k {CAMEL}",
            "EVENT_ID: id of a meeting",
            "from the target itself",
        ):
            assert words in told
        assert "not followed; 204 (event-cancel.stub) not examined" in " ".join(told.split())

    def test_lag_deviation_and_what_was_not_examined_are_told(self, header, camel):
        known = {"reason": "it says so", "owner": "calendar team", "expires": "2026-12-31", "entry": 1}
        clauses = (
            {"clause": "response.status", "deviation": known},
            {"clause": "effect.left-calendar", "held": True, "late_s": 4.2},
            {"clause": "effect.attendees-told", "held": None, "reason": "no inbox"},
        )
        told = text(Part(header | {"started": STARTED}, (broken(camel, *clauses, lag_s=4.2, excused=True),)), CAMEL)

        assert "fail, known, so it does not fail the run" in told
        assert "known deviation: it says so (owner calendar team, until 2026-12-31)" in told
        assert "it came late, 4.2 s after the call" in told
        assert "the last effect showed 4.2 s after the call" in told
        assert "not examined  effect.attendees-told" in told
        assert "because no inbox" in told

    def test_without_a_run_the_contracts_speak_and_that_is_said(self, contracts, all_cases):
        part = before_any_run(contracts, load_disputes(CONTRACTS / "disputes.yaml"), all_cases)
        told = text(part, CAMEL, None)

        assert told.splitlines()[1] == "no run below runs/ holds it: this is what the contracts say of it"
        assert "response.status (heading Response): success is answered 202" in told
        assert "event-cancel.stub (draft) says: success is answered 204" in told
        assert "what was sent" not in told
        assert "does not hold" not in told

    def test_a_case_that_did_not_run_is_said_not_to_have_run(self, header):
        assert "it did not run in runs/x" in text(Part(header | {"started": STARTED}, ()), CAMEL)

    @pytest.mark.parametrize(
        ("documented", "received", "clause", "words"),
        [
            ("202", "200", "response.status", "an answer with the number 202; its phrase says nothing"),
            ("a refusal (4xx)", "202", "a.b", "another answer than 202, so that this is true: a refusal (4xx)"),
            ("You need to.", "You must.", "a.b", "the words “You need to.”, to the letter"),
            ("Comment is a property", "400", "a.b", "another answer than 400, so that this is true: Comment is a property"),
            ("Comment is a property", "no text", "a.b", "that it is so: Comment is a property"),
            ("all are told", "1 of 2", "effect.told", "a look before the deadline of the target's patience that shows it: all are told"),
            ("an empty body, 0 bytes", "1 byte", "response.body", "that it is so: an empty body, 0 bytes"),
        ],
    )  # fmt: skip
    def test_what_would_satisfy_a_clause_is_derived_from_what_it_documents(self, documented, received, clause, words):
        item = {"clause": clause, "documented": documented, "received": received}
        assert satisfying(item, {"says": "Comment is a property"}) == words

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({}, "fail, which fails the run"),
            ({"excused": True}, "fail, known, so it does not fail the run"),
            ({"gating": False}, "fail, which does not fail the run"),
            ({"gating": False, "excused": True}, "fail, which does not fail the run"),
        ],
    )
    def test_what_a_finding_weighs_is_said(self, more, words, header, camel):
        line = broken(camel, {"clause": "response.status"}, **more)

        assert text(Part(header | {"started": STARTED}, (line,)), CAMEL).splitlines()[1] == words

    def test_what_is_inconclusive_comes_with_its_reason_and_what_would_help(self, header, camel):
        reason = "the target has no token for attendee"
        line = broken(camel, {"clause": "response.status", "held": None}, verdict="inconclusive", reason=reason)
        told = text(Part(header | {"started": STARTED}, (line,)), CAMEL).splitlines()

        assert told[1:4] == [
            "inconclusive",
            f"because {reason}",
            "remedy: give [actors.attendee] a flow in the target file",
        ]
        told = text(Part(header | {"started": STARTED}, (line | {"reason": "it rained"},)), CAMEL).splitlines()
        assert told[2] == "because it rained"
        assert not [one for one in told if one.startswith("remedy")]

    @pytest.mark.parametrize(("expected", "on_record"), [("400", "400"), (None, "nothing")])
    def test_what_is_observed_comes_with_what_is_on_record(self, expected, on_record, header, camel):
        observed = {"observation": "absent", "expected": expected, "mark": "O", "received": "202"}
        line = broken(camel, verdict="observed", observed=observed)
        told = text(Part(header | {"started": STARTED}, (line,)), CAMEL)

        assert f"\nobserved\nno clause speaks of it: on record is {on_record} (O), received 202\n" in told
        assert "none speaks of the organizer's cancel on /me/events/{id}/cancel" in told

    def test_a_call_without_an_answer_says_why_and_one_with_an_answer_its_request_id(self, header, camel):
        line = broken(camel, {"clause": "response.status"})
        call = line["exchanges"][0]
        lost = call | {"status": None, "failure": "timed out after 30 s", "response": None, "ms": 30000.0}
        known = call | {"request_id": IDENTITY}
        part = Part(header | {"started": STARTED}, (line | {"exchanges": [lost, known]},))
        told = text(part, CAMEL)

        assert "  came          no answer: timed out after 30 s (30000.0 ms)" in told
        assert f"  came          200 (1.5 ms)\n                request-id: {IDENTITY}" in told
        assert text(Part(header | {"started": STARTED}, (line,)), CAMEL).count("request-id:") == 0

    @pytest.mark.parametrize(
        ("more", "target"),
        [
            ({"origin": "live"}, " --target=…"),
            ({"origin": "mock"}, ""),
            ({"origin": "recording:mock", "recording": {"name": "contoso"}}, " --target=replay:contoso"),
            ({"origin": "recording:service", "recording": {"name": "mock"}}, " --target=replay:mock"),
        ],
    )
    def test_it_is_seen_again_at_the_target_it_was_seen_at(self, more, target, header, camel):
        part = Part(header | {"started": STARTED} | more, (broken(camel, {"clause": "response.status"}),))

        assert f"\n  in the suite  pytest{target} -k {CAMEL}\n" in text(part, CAMEL)

    def test_pages_that_say_the_same_are_named_and_those_of_another_action_are_not(self, header, camel):
        body, alike = "response.body", ["event-cancel.beta", "event-cancel.beta-2021", "event-cancel.beta-2017.de"]
        said = {
            name: told["clauses"][body]["says"] for name, told in header["contracts"].items() if body in told["clauses"]
        }
        assert [name for name in said if said[name] == said["event-cancel.v1.0"]][1:] == [
            *alike,
            "bookingappointment-cancel.v1.0",
        ]
        told = text(Part(header | {"started": STARTED}, (broken(camel, {"clause": body}),)), CAMEL)
        elsewhere = told.partition("what other pages say")[2].partition("to see it again")[0]

        assert f"{body}: {', '.join(alike)} say the same" in " ".join(elsewhere.split())
        assert f"{body}: event-cancel.stub (draft) says: a success has no content" in elsewhere
        assert "bookingappointment" not in elsewhere
        for name in alike[1:]:
            header["contracts"][name]["clauses"].pop(body)
        told = text(Part(header | {"started": STARTED}, (broken(camel, {"clause": body}),)), CAMEL)
        assert f"{body}: event-cancel.beta says the same" in told

    def test_no_id_is_broken_at_a_hyphen(self, header, camel):
        """A line that ends within a word can be neither searched nor copied."""
        for width in range(60):
            received = "x" * width + " some-word-of-many-parts-that-is-one " + "y" * 40
            line = broken(camel, {"clause": "response.status", "received": received})
            told = text(Part(header | {"started": STARTED}, (line,)), CAMEL)
            assert "some-word-of-many-parts-that-is-one" in told.partition("what the clauses say")[0]


def test_every_circumstance_and_every_body_of_an_observation_has_words(all_cases):
    circumstances = {case.circumstance for case in all_cases if case.circumstance} - {*_OF, *_HOW}
    assert {name for name in circumstances if not name.startswith("verb-")} == set()
    assert {case.body for case in all_cases if case.kind == "observation"} - {"pascal", "message"} <= set(_BODIES)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (CAMEL, "the organizer's cancel on /me/events/{id}/cancel"),
        ("event-cancel.v1.0/users-upn.events/organizer/pascal/occurrence",
         "the organizer's cancel of one occurrence on /users/{userPrincipalName}/events/{id}/cancel"),
        ("event-cancel.v1.0/me.events/organizer/pascal/no-token",
         "the organizer's cancel on /me/events/{id}/cancel, without a token,"),
        ("graph-conventions/v1.0.me.events/organizer/pascal/verb-get", "the organizer's GET on /me/events/{id}/cancel"),
    ],
)  # fmt: skip
def test_a_call_in_words(case, words, all_cases):
    assert call_in_words(next(one for one in all_cases if one.id == case).coordinates()) == words


class TestMeaning:
    @pytest.mark.parametrize(
        "written", [CAMEL, "camel", "ME.EVENTS/organizer/camel", f"tests/contract/test_x.py::test_it[{CAMEL}]", f"test_it[{CAMEL}"]
    )  # fmt: skip
    def test_an_id_a_part_of_one_or_a_test_is_meant(self, written):
        assert meant(written, IDS) == CAMEL

    def test_an_id_that_begins_another_is_meant_as_it_stands(self):
        assert meant(IDS[1], IDS) == IDS[1]

    def test_of_ids_alike_but_for_case_the_whole_one_is_meant(self):
        assert meant(IDS[1].upper(), IDS) == IDS[1]

    @pytest.mark.parametrize("written", ["", "test_it[]"])
    def test_nothing_means_no_case(self, written):
        with pytest.raises(GraphCancelError, match=r"no such case; nearest: .*; see graphcancel cases$"):
            meant(written, IDS)

    def test_what_was_written_is_shown_without_what_turns_a_terminal(self):
        with pytest.raises(GraphCancelError) as refused:
            meant("\x1b]0;zzz", IDS)
        assert "\x1b" not in str(refused.value)
        assert "zzz: no such case" in str(refused.value)

    def test_what_several_have_or_none_is_refused_with_the_nearest(self):
        with pytest.raises(
            GraphCancelError, match=r"^pascal: part of 2 case ids, such as .*organizer/pascal, .*; name one$"
        ):
            meant("pascal", IDS)
        with pytest.raises(
            GraphCancelError, match=rf"^.*: no such case; nearest: {re.escape(CAMEL)}, .*; see graphcancel cases$"
        ):
            meant(CAMEL.replace("camel", "comel"), IDS)


class TestFinding:
    def runs(self, folder, header, *lines, ended=True):
        file = RunFile(folder, "contoso", header)
        for line in lines:
            file.case(line)
        if ended:
            file.close({"partial": True, "selected": 1, "requests": 1, "writes": 1, "waiting": 0, "pages": 0,
                        "created": {}, "removed": 0, "mails": {}, "residue": None, "unjudged": 0, "deviations": [],
                        "exit": 1, "also": []})  # fmt: skip
        else:
            file.abandon()
        return file.folder

    def began(self, folder, second):
        """Let a run have begun at that second."""
        file = folder / "run.jsonl"
        first, rest = file.read_text().split("\n", 1)
        file.write_text(
            json.dumps(json.loads(first) | {"started": f"2026-01-01T00:00:{second:02}+00:00"}) + "\n" + rest
        )

    def test_the_newest_run_with_the_case_is_taken_and_one_that_did_not_end_passed_over(self, header, camel, tmp_path):
        line = broken(camel, {"clause": "response.status"})
        old, new = self.runs(tmp_path, header, line), self.runs(tmp_path, header, line)
        without = self.runs(tmp_path, header)
        killed = self.runs(tmp_path, header, line, ended=False)
        for second, folder in enumerate((old, new, without, killed)):
            self.began(folder, second)
        said = []
        found = newest_with(CAMEL, tmp_path, said.append)

        assert found is not None
        assert found[0] == new
        assert found[1].parts[0].by_id[CAMEL]["verdict"] == "fail"
        assert len(said) == 1
        assert "has no footer" in said[0]
        assert newest_with(IDS[1], tmp_path, said.append) is None

    def test_a_file_that_says_no_beginning_comes_last_and_a_case_that_is_planned_is_not_held(
        self, header, camel, tmp_path
    ):
        held = self.runs(tmp_path, header, broken(camel, {"clause": "response.status"}))
        self.began(held, 1)
        planned = self.runs(tmp_path, header)
        self.began(planned, 2)
        broken_off = tmp_path / "broken off"
        broken_off.mkdir()
        (broken_off / "run.jsonl").write_text(f'no JSON\n{{"kind": "case", "id": "{CAMEL}"}}\n', encoding="utf-8")
        (tmp_path / "a folder" / "run.jsonl").mkdir(parents=True)
        said = []

        assert f'"id": "{CAMEL}"' in (planned / "run.jsonl").read_text("utf-8")
        assert newest_with(CAMEL, tmp_path, said.append)[0] == held
        assert said == []
        (held / "run.jsonl").unlink()
        assert newest_with(CAMEL, tmp_path, said.append) is None
        assert len(said) == 1
        assert "broken off" in said[0]
        assert newest_with(CAMEL, tmp_path / "none", said.append) is None

    def test_the_command_tells_it_plain_where_it_is_piped_and_on_one_line_what_is_wrong(
        self, header, camel, tmp_path, capsys
    ):
        folder = self.runs(tmp_path / "runs", header, broken(camel, {"clause": "response.status"}))

        assert __main__.main(["explain", CAMEL, "--runs", str(tmp_path / "runs")]) == 0
        newest = capsys.readouterr().out
        assert __main__.main(["explain", CAMEL, "--run", str(folder)]) == 0
        assert capsys.readouterr().out == newest
        assert "\x1b" not in newest
        assert f"run {folder} of" in newest
        assert __main__.main(["explain", "pascal", "--run", str(folder)]) == 4
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert __main__.main(["explain", CAMEL, "--run", str(tmp_path)]) == 4
        assert "run.jsonl: cannot be read" in capsys.readouterr().err

    def test_a_merged_run_tells_it_once_for_each_part_that_holds_it(self, header, camel, tmp_path, capsys):
        line = broken(camel, {"clause": "response.status"})
        folder = self.runs(tmp_path / "runs", header, line, broken(camel, {"clause": "response.body"}))
        file = folder / "run.jsonl"
        head, first, second, foot = (json.loads(one) for one in file.read_text().splitlines())
        for part in (foot, head):
            part["parts"] = [{key: value for key, value in part.items() if key not in {"kind", "format", "counts"}}] * 3
        foot["parts"] = [one | {"counts": {"cases": 1, "fail": 1}} for one in foot["parts"]]
        merged = [{key: head[key] for key in ("kind", "format", "started", "suite", "python", "target", "parts")},
                  first | {"part": 0}, second | {"part": 1},
                  {key: foot[key] for key in ("kind", "ended", "counts", "exit", "also", "parts")}]  # fmt: skip
        file.write_text("".join(json.dumps(one) + "\n" for one in merged))

        assert __main__.main(["explain", CAMEL, "--run", str(folder)]) == 0
        told = capsys.readouterr().out
        assert told.count(f"{CAMEL}\nfail, which fails the run") == 2
        assert "  does not hold response.status" in told
        assert "  does not hold response.body" in told
