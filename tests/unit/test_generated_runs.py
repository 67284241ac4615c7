"""Generated calls inside pytest: when they are made, how many, what cannot be asked, and that they can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from inside_pytest import project
from small_run import call as small_call

from graphcancel.case import CONVENTIONS
from graphcancel.clock import Clock
from graphcancel.evidence import Finding
from graphcancel.generated_cases import generated_cases
from graphcancel.generating import PER_SECOND, SHRINKING, Generation
from graphcancel.record import Record
from graphcancel.verdict import conclude

__all__ = ["project"]

pytest_plugins = ["pytester"]

ANY = '@pytest.mark.cases(kind="generated")'
PAGE = "event-cancel.v1.0/me.events/organizer/generated"


@pytest.fixture
def generating(pytester, project):
    """Run pytest in a folder with the file that generates calls."""
    folder = pytester.path / "tests" / "contract"
    folder.mkdir(parents=True)
    test = f"import pytest\n\n{ANY}\ndef test_it(case, verdict):\n    assert verdict.passed\n"
    (folder / "test_generated.py").write_text(test, encoding="utf-8")
    return project


NAMED = "tests/contract/test_generated.py"
TENANT = "--target=https://graph.example"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((NAMED, TENANT), f"{NAMED}: say how many calls this target is to get, with --generated N"),
        (("--generated=0",), "--generated 0: makes no call; give a number from 1, or leave it out"),
        (
            ("--generated=5", f"--hypothesis-seed={'7' * 5000}"),
            "--hypothesis-seed: has 5000 characters; give a number of 100 at most",
        ),
        (
            (NAMED, TENANT, "--generated=20"),
            "--generated 20: 107 cases need 165 calls; say so, or choose fewer cases with -k",
        ),
        (
            ("--generated=5", "--hypothesis-seed=x"),
            "--hypothesis-seed=x: is no number from 0; give one, or leave it out",
        ),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_4(options, says, generating):
    found = generating(*options)

    assert found.ret == 4
    assert [line for line in found.errlines if line.strip()] == [f"ERROR: {says}"]


def listed(found) -> list[str]:
    return [line for line in found.outlines if "::test_it[" in line]


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ((NAMED,), 107),
        ((NAMED, "--generated=20"), 107),
        ((NAMED, "--generated=20", "-k", PAGE), 1),
        ((NAMED, TENANT, "--generated=200"), 107),
        (("--generated=5",), 107),
        (("--generated=5", "tests"), 107),
        (("tests",), 0),
        ((), 0),
    ],
)
def test_generated_cases_are_there_where_they_are_asked_for(options, number, generating):
    found = generating("--collect-only", "-q", *options, marker=ANY)

    # The test beside it has the same marker, and so the same cases.
    assert len({line.partition("::")[2] for line in listed(found)}) == number


def test_a_run_without_them_is_as_it_was(generating, all_cases):
    found = generating("--collect-only", marker="@pytest.mark.cases()")

    assert len(listed(generating("--collect-only", "-q", marker="@pytest.mark.cases()"))) == len(all_cases)
    found.stdout.fnmatch_lines([f"graph-cancel-contracts: target mock, * contracts, {len(all_cases)} cases"])


def test_the_header_says_how_many_calls_and_from_which_seed(generating):
    found = generating("--collect-only", "--generated=9", "--hypothesis-seed=7")

    found.stdout.fnmatch_lines(["graph-cancel-contracts: *, 9 generated calls from seed 7"])


def test_no_case_is_left_without_a_call_and_what_that_takes_is_said(generating):
    found = generating("--collect-only", NAMED, "--generated=20")

    found.stdout.fnmatch_lines(["*collected 107 items*", "165 generated calls instead of 20: 107 cases need as many"])
    everything = generating("--collect-only", "--generated=20", "--ignore=tests", marker="@pytest.mark.cases()")
    assert "partial run" not in everything.stdout.str()


# -- one case ------------------------------------------------------------------------------------------------------


class Service:
    """Stories told to a service in memory: *answer* gives status and findings for a call."""

    def __init__(self, contracts, answer, origin="mock") -> None:
        self.contracts = {contract.id: contract for contract in contracts}
        self.answer = answer
        self.told: list = []
        self.target = SimpleNamespace(description=SimpleNamespace(origin=origin, cloud=None), clock=Patient())

    def tell(self, case) -> Iterator[float]:
        yield from ()
        self.told.append(case.generated)
        status, *findings = self.answer(case.generated)
        line = small_call() | {"status": status, "response": {"headers": {}, "body": "", "bytes": 0}}
        return Record(case, conclude(findings, sent=True), (line,), f"curl {case.generated.payload!r}")


class Patient(Clock):
    """A clock that notes how long it was to wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.reading = 0.0

    def now(self) -> float:
        return self.reading

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.reading += max(0.0, seconds)


def good(drawn):
    refused = drawn.sort not in {"as-documented", "undocumented"}
    clauses = drawn.refused if refused else drawn.accepted
    return (400 if refused else 202, *(Finding(clause, True, "", "") for clause in clauses))


@pytest.fixture
def tell(contracts):
    """Tell a generated case to a service; the record and the service."""

    def told(answer=good, name=PAGE, number=20, seed=0, origin="mock"):
        service = Service(contracts, answer, origin)
        case = next(case for case in generated_cases(contracts) if case.id == name)
        return Generation(service, {name: number}, seed).tell(case), service

    return told


@pytest.mark.parametrize("name", [PAGE, PAGE.replace("event-cancel.v1.0/", f"{CONVENTIONS}/v1.0.")])
def test_as_many_different_calls_are_made_as_were_asked_for(name, tell):
    record, service = tell(name=name, number=20)

    assert record.verdict.name == "pass"
    assert record.generated["calls"] == len(service.told) == 20
    assert len({(call.sort, call.payload, call.headers, call.authorization, call.id) for call in service.told}) == 20
    assert [call.number for call in service.told] == list(range(1, 21))


def test_the_same_seed_gives_the_same_calls_and_another_gives_others(tell):
    first, again, other = (tell(seed=seed)[1].told for seed in (4, 4, 5))

    assert first == again
    assert first != other


def test_what_else_is_loaded_makes_no_difference(tell, pytester, monkeypatch):
    before = tell(seed=4, number=300)[1].told
    # As many words, and as long, as hypothesis takes from one module; over 300 calls it would draw some.
    words = [*(f"peculiar {number}" for number in range(500)), *range(1_000, 1_500)]
    pytester.makepyfile(full_of_words=f"WORDS = {words}")
    monkeypatch.syspath_prepend(pytester.path)
    __import__("full_of_words")

    assert tell(seed=4, number=300)[1].told == before


def test_the_first_call_that_breaks_a_clause_is_made_smaller(tell):
    def cuts(drawn):
        long = drawn.sort == "as-documented" and drawn.text is not None and len(drawn.text) > 255
        return (202, Finding("example.comment", False, "as sent", "cut")) if long else good(drawn)

    record, service = tell(cuts, number=60)

    assert record.verdict.name == "fail"
    assert {line.clause for line in record.verdict.findings if line.held is False} == {"example.comment"}
    assert 0 < record.generated["shrinking"] <= SHRINKING
    assert len(service.told) == record.generated["calls"] + record.generated["shrinking"]
    shortest = min(len(call.text) for call in service.told if call.text and len(call.text) > 255)
    assert len(record.curl) < shortest + 60
    assert shortest == 256


def test_each_clause_that_is_broken_has_a_call_of_its_own_to_show_it(tell):
    def breaks(drawn):
        if drawn.sort == "as-documented" and len(drawn.payload) > 40:
            return 202, Finding("example.comment", False, "as sent", "cut")
        return (202, Finding("response.body", False, "empty", "2 bytes")) if drawn.shape == "empty" else good(drawn)

    record, _ = tell(breaks, number=60)

    assert {line.clause for line in record.verdict.findings if line.held is False} == {
        "example.comment",
        "response.body",
    }
    assert len(record.calls) == 2


def test_a_finding_ends_no_search_for_others(tell):
    """
    One that a known deviation covers would else hide whatever the rest of the calls shows.
    """

    def always(drawn):
        status, *findings = good(drawn)
        if drawn.sort != "as-documented":
            return status, *findings
        cut = drawn.text is not None and len(drawn.text) > 255
        return (
            200,
            *(
                replace(line, held=line.clause != "response.status" and not (cut and "comment" in line.clause))
                for line in findings
            ),
        )

    record, _ = tell(always, number=60)

    assert record.generated["calls"] == 60
    broken = {line.clause for line in record.verdict.findings if line.held is False}
    assert broken > {"response.status"}
    assert "example.comment" in broken


@pytest.mark.parametrize("seed", range(6))
def test_what_breaks_on_the_way_to_a_smaller_call_is_told_too(seed, tell):
    failed = []

    def breaks(drawn):
        size = len(drawn.text or "") if drawn.sort == "as-documented" else 0
        if 255 < size < 300:
            failed.append(drawn)
            return (500,)
        return (202, Finding("example.comment", False, "as sent", "cut")) if size >= 300 else good(drawn)

    record, _ = tell(breaks, number=40, seed=seed)

    broken = {line.clause for line in record.verdict.findings if line.held is False}
    assert ("response.status" in broken) is bool(failed)


def test_of_a_tenant_no_more_is_asked_for_a_smaller_call_than_was_allotted(tell):
    def cuts(drawn):
        long = drawn.sort == "as-documented" and len(drawn.text or "") > 255
        return (202, Finding("example.comment", False, "as sent", "cut")) if long else good(drawn)

    record, service = tell(cuts, number=30, origin="live")

    assert record.verdict.name == "fail"
    assert 0 < record.generated["shrinking"] <= 30
    assert len(service.told) <= 60


def test_a_few_calls_vouch_for_nothing_where_most_came_to_nothing(contracts):
    made = []

    def seldom(case):
        made.append(case)
        return iter_of(Record(case, conclude((), sent=False, reason="no calendar"), (), None))

    service = Service(contracts, good)
    answered = service.tell
    service.tell = lambda case: answered(case) if not made and not service.told else seldom(case)
    case = next(case for case in generated_cases(contracts) if case.id == PAGE)
    record = Generation(service, {case.id: 20}, 0).tell(case)

    assert (record.verdict.name, record.verdict.reason) == ("inconclusive", "no calendar")
    assert record.generated["unsent"] > record.generated["calls"] == 1


def test_cases_of_a_single_call_do_not_all_make_the_smallest(tell, contracts):
    names = [case.id for case in generated_cases(contracts) if case.contract == "event-cancel.v1.0"]
    calls = [tell(name=name, number=1)[1].told for name in names]

    assert {len(made) for made in calls} == {1}
    assert len({made[0].payload for made in calls}) > len(names) // 2


def test_four_processes_share_what_a_target_gets_a_second(tell, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "4")
    _, slow = tell(origin="live", number=8)

    assert slow.target.clock.reading == pytest.approx(7 * 4 / PER_SECOND, abs=4 / PER_SECOND)


def test_a_late_finding_of_a_case_that_ended_in_a_fault_is_handed_on(contracts):
    case = next(iter(generated_cases(contracts)))
    late = Record(case, conclude((Finding("response.status", False, "", "late"),), sent=True), (), None)

    assert Generation(Service(contracts, good), {}, 0).turned(late) is late


def test_where_nothing_can_be_arranged_three_calls_are_enough(contracts):
    service = Service(contracts, good)
    service.tell = lambda case: iter_of(Record(case, conclude((), sent=False, reason="no group")))
    case = next(iter(generated_cases(contracts)))
    record = Generation(service, {case.id: 20}, 0).tell(case)

    assert (record.verdict.name, record.verdict.reason, record.generated["unsent"]) == ("inconclusive", "no group", 3)


def iter_of(record):
    yield from ()
    return record


def test_a_fault_of_our_own_is_raised_and_not_made_smaller(tell):
    made = []

    def stumbles(drawn):
        made.append(drawn)
        raise KeyError("x")

    with pytest.raises(KeyError):
        tell(stumbles)
    assert len(made) == 1


def test_a_tenant_gets_few_calls_a_second_and_the_mock_any_number(tell, monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER_COUNT", raising=False)
    _, slow = tell(origin="live", number=8)
    _, fast = tell(number=8)

    assert slow.target.clock.reading == pytest.approx(7 / PER_SECOND, abs=1 / PER_SECOND)
    assert fast.target.clock.reading == 0
