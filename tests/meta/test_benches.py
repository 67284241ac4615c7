"""
The benches: what they publish is what they measured, and each can be run. Nothing is measured here.
"""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import tempfile

import jsonschema
import pytest
from benches import __main__ as command
from benches import cancel_rate, generated, growth, overhead, reports, results, table
from benches.bench import Bench, BenchError, Row, Scale
from benches.catalogue import BENCHES
from benches.copies import write_project
from benches.measuring import measured
from benches.running import ROOT, SuiteRun, environment

from graphcancel.cases import build_cases
from graphcancel.contract import load_contracts
from graphcancel.disputes import check_disputes

DOCUMENTED = table.PAGE.read_text(encoding="utf-8")
NAMES = [bench.name for bench in BENCHES]


def result(name="replay", values=(4.0, 4.5, 5.5), *, quick=False, **about):
    """One bench with one row, as a file has it."""
    row = {"name": "ours", "what": "a replay", "unit": "s", "goal": {"most": 5.0}, "values": list(values), **about}
    row.setdefault("missing", None)
    return {
        "name": name,
        "date": "2026-11-22",
        "quick": quick,
        "rounds": max(len(values), 1),
        "seconds": 1.0,
        "machine": {"cores": 2, "system": "Linux", "python": "3.11.7", "libraries": {"pytest": "9.0"}},
        "rows": [row],
    }


def only_row(*given):
    """The last four cells of the only row of a table of *given*."""
    (line,) = [line for line in table.table(given).splitlines() if line.startswith("| `")]
    return [cell.strip() for cell in line.strip("|").split("|")][2:]


# -- what is published ------------------------------------------------------------------------------------------------


def test_the_table_is_what_the_results_give():
    """
    The page's table is made of the results on file: neither was edited without the other.
    """
    made = table.placed(DOCUMENTED, results.read_results(results.RESULTS))

    assert made == DOCUMENTED, "stale; make it again with: python -m benches --table"


def test_the_results_are_of_the_benches_there_are():
    """
    Every bench of the catalogue has its results on file, with the rows and goals it has today and a value for each.

    Only what not everybody has may be missing, such as Prism.
    """
    found = {one["name"]: one for one in results.read_results(results.RESULTS)}

    assert list(found) == NAMES
    for bench in BENCHES:
        rows = [
            {key: value for key, value in row.items() if key not in {"values", "missing"}}
            for row in found[bench.name]["rows"]
        ]
        assert rows == [results.declared(row) for row in bench.rows], bench.name
        for row, kept in zip(bench.rows, found[bench.name]["rows"], strict=True):
            allowed = {0, found[bench.name]["rounds"]} if row.needs else {found[bench.name]["rounds"]}
            assert len(kept["values"]) in allowed, f"{bench.name}: {row.name}"


def test_no_result_is_of_a_quick_run():
    """
    What is published was measured in earnest.
    """
    quick = [one["name"] for one in results.read_results(results.RESULTS) if one["quick"]]

    assert not quick, "measure with: python -m benches --publish"


def test_the_page_says_how_each_bench_measures():
    """
    Each bench has its words under "How it is measured", and nothing else has.
    """
    told = DOCUMENTED.partition("## How it is measured")[2].partition("\n## ")[0]
    named = [name for line in told.splitlines() if line.startswith("| `") for name in re.findall(r"`([a-z-]+)`", line.split("|")[1])]  # fmt: skip

    assert named == NAMES


def test_the_options_are_those_documented():
    """
    The page has a row for each option, and no other.
    """
    real = set(re.findall(r"--[a-z]+", command.command_line().format_usage()))
    documented = set(re.findall(r"(?m)^\| `(--[a-z]+)` \|", DOCUMENTED))

    assert documented == real


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"host": "a name"},
        {"benches": [result() | {"date": "yesterday"}]},
        {"benches": [result() | {"machine": {"node": "a name"}}]},
        {"benches": [result(values=())]},
        {"benches": [result(missing="Prism")]},
        {"benches": [result(goal={})]},
    ],
    ids=["format", "more", "date", "machine", "no value", "a value too many", "no goal"],
)
def test_a_file_of_another_shape_is_refused(change, tmp_path):
    """
    What the schema does not describe is not read, and the message is of one line.
    """
    content = {"format": 1, "benches": [result(), result("prism", (), missing="Prism")]}
    file = tmp_path / "results.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert results.read_results(file) == content["benches"]

    file.write_text(json.dumps(content | change), encoding="utf-8")
    with pytest.raises(BenchError, match=r"measure anew") as refused:
        results.read_results(file)

    assert str(refused.value).count("\n") == 0


def test_the_schema_is_one():
    """
    It is checked as a schema before anything is checked by it.
    """
    jsonschema.Draft202012Validator.check_schema(json.loads(results.SCHEMA.read_text(encoding="utf-8")))


# -- how it is told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (result(), ["≤ 5 s", "4.50 s", "4.00 to 5.50", "3", "met by 10%, not in every round"]),
        (result(values=(4.0,)), ["≤ 5 s", "4.00 s", "–", "1", "met by 20%"]),
        (result(values=(5.0, 6.0, 7.0)), ["≤ 5 s", "6.00 s", "5.00 to 7.00", "3", "**missed by 20%**"]),
        (result(values=(6.0,), quick=True), ["≤ 5 s", "6.00 s", "–", "1", ""]),
        (result(goal=None, unit="calls/s", values=(5432.1,)), ["none", "5,432 calls/s", "–", "1", ""]),
        (result(goal={"least": 3.0}, unit="ratio", values=(2.4, 2.4)), ["≥ 3", "2.40", "2.40 to 2.40", "2", "**missed by 20%**"]),
        (result(goal={"least": 3.0}, unit="ratio", values=(3.3,)), ["≥ 3", "3.30", "–", "1", "met by 10%"]),
        (result(values=(), missing="Prism"), ["≤ 5 s", "–", "–", "–", "not measured: no Prism"]),
    ],
    ids=["met", "one round", "missed", "quick", "no goal", "too few", "enough", "not measured"],
)  # fmt: skip
def test_a_row_says_whether_its_goal_is_met(given, told):
    """
    By how much, whether in every round, and nothing where nothing can be said.
    """
    assert only_row(given) == told
    assert bool(table.missed(given)) is told[-1].startswith("**")


def test_what_was_measured_quickly_or_elsewhere_is_told():
    """
    The words below the table name the benches that are no numbers, and those of another day or machine.
    """
    other = result("overhead", quick=True) | {"date": "2026-11-21"}

    below = table.table([result(), other]).rpartition("|\n\n")[2]

    assert "Measured `replay` on 22 November 2026, 2 cores" in below
    assert "Measured `overhead` on 21 November 2026" in below
    assert "no numbers to rely on: `overhead`" in below


def test_what_a_bench_is_measured_against_is_told(tmp_path):
    """
    Its version is on file and below the table, for that bench alone.
    """
    against = result() | {"against": {"Prism": "5.14.2"}}
    results.write_results(tmp_path / "results.json", [against, result("overhead")], ["overhead", "replay"])

    below = table.table(results.read_results(tmp_path / "results.json")).rpartition("|\n\n")[2]

    assert below.count("against") == 1
    assert "`replay` was measured against Prism 5.14.2." in below


def test_a_table_of_quick_results_is_refused(tmp_path):
    """
    The page stays as it was.
    """
    page = tmp_path / "page.md"
    page.write_text(f"{table.BEGIN}\n{table.END}\n", encoding="utf-8")

    with pytest.raises(BenchError, match=r"takes no numbers of --quick \(overhead\)"):
        table.place_table([result(), result("overhead", quick=True)], page)

    assert page.read_text(encoding="utf-8") == f"{table.BEGIN}\n{table.END}\n"


@pytest.mark.parametrize("text", ["", table.BEGIN, table.END + table.BEGIN, f"{table.BEGIN}{table.END}{table.END}"])
def test_a_page_without_a_place_for_the_table_is_refused(text):
    """
    A table is never put where nobody marked its place.
    """
    with pytest.raises(BenchError, match="marks for the table"):
        table.placed(text, [result()])


# -- how it is run ----------------------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch):
    """Every program that is started from here on."""
    found = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            found.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return found


@pytest.mark.parametrize("bench", BENCHES, ids=NAMES)
def test_a_bench_can_be_arranged(bench, started, monkeypatch, tmp_path):
    """
    All it needs is there. Afterwards no program of its own runs, and it wrote nothing but into the folder it was given.

    Runs of the suite, which two of them start with, are not made: they are what is measured.
    """
    given, elsewhere = tmp_path / "given", tmp_path / "elsewhere"
    given.mkdir()
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    for module in (overhead, reports):
        monkeypatch.setattr(module, "suite", lambda folder, **_: SuiteRun(folder, 1.0, 1, 1, 0))

    with bench.arrange(Scale(given, quick=True)):
        assert bool(started) is (bench.name == "cancel-rate")

    assert [process.args for process in started if process.returncode is None] == []
    assert list(elsewhere.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir() if path not in {given, elsewhere}] == []


def test_what_ends_by_itself_in_place_of_starting_is_told():
    """
    A command that is no Prism is one line, whatever it does.
    """
    with pytest.raises(BenchError, match="Prism did not start"), cancel_rate.prism(sys.executable, "prism"):
        pass


def test_a_command_of_others_ends_with_its_input(tmp_path):
    """
    And with it what it started itself.
    """
    inner = "import time; print('up', flush=True); time.sleep(60)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    command_line = [sys.executable, "-m", "benches.tied", sys.executable, "-c", outer]
    with subprocess.Popen(
        command_line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment({})
    ) as process:
        assert process.stdout.readline() == b"up\n"
        process.stdin.close()

        # The pipe is at its end only when nobody holds it any more.
        assert process.stdout.read() == b""
        assert process.wait(10) != 0


def test_the_bare_loop_must_get_what_the_run_got(tmp_path):
    """
    What is answered otherwise is another exchange, and its time is compared with nothing.
    """
    kept, other = (tmp_path / name for name in ("kept", "other"))
    served = ("GET", "http://run.example/_mock/counts", {}, None)
    unknown = ("GET", "http://run.example/v1.0/nothing", {}, None)
    kept.write_bytes(pickle.dumps([(served, 200), (unknown, 401)]))
    other.write_bytes(pickle.dumps([(served, 200), (unknown, 202)]))

    assert overhead.loop(kept) > 0
    with pytest.raises(BenchError, match="1 of 2 requests were answered otherwise than in the run, the first GET 202"):
        overhead.loop(other)


def test_generated_calls_that_were_not_made_are_not_timed(monkeypatch, tmp_path):
    """
    A run that made fewer is no measurement.
    """
    monkeypatch.setattr(generated, "suite", lambda folder, *_: SuiteRun(folder, 1.0, 1, 99, 39))

    with generated.arrange(Scale(tmp_path, quick=True)) as measure, pytest.raises(BenchError, match="made 39 of 40"):
        measure()


def test_growth_leaves_out_what_is_paid_once():
    """
    A cost that is linear but for its start is 1, one that is quadratic more.
    """
    assert growth.growth({1: 5.1, 3: 5.3, 10: 6.0}) == pytest.approx(1)
    assert growth.growth({1: 5.01, 3: 5.09, 10: 6.0}) == pytest.approx(3.25)
    with pytest.raises(BenchError, match="too busy"):
        growth.growth({1: 5.0, 3: 5.0, 10: 6.0})


def fake(*, rounds=3, needs="Prism", **values):
    """A bench that gives the same each round, but for a count of its rounds."""
    counted = []

    class Arranged:
        def __enter__(self):
            return self.measure

        def __exit__(self, *raised):
            return None

        def measure(self):
            counted.append(1)
            return {"count": float(len(counted)), **values}

    rows = (Row("count", "rounds so far", "ratio", most=3.0), Row("other", "more", "s", needs=needs))
    return Bench("replay", rows, rounds, 0.1, lambda _: Arranged(), warm=True)


@pytest.mark.parametrize(
    ("quick", "rounds", "counted"), [(False, None, [2.0, 3.0, 4.0]), (False, 1, [2.0]), (True, None, [1.0])]
)
def test_each_round_is_kept_but_the_one_that_warms_up(quick, rounds, counted, tmp_path):
    """
    A row that a round gives no value for is told as what it needs.
    """
    told = []

    found = measured(fake(), Scale(tmp_path, quick=quick), rounds, told.append)

    assert [row["values"] for row in found["rows"]] == [counted, []]
    assert found["rows"][1]["missing"] == "Prism"
    assert (found["rounds"], found["quick"]) == (len(counted), quick)
    assert len(told) == 1 + len(counted)


def raising(error):
    """A bench that cannot be arranged."""

    def arrange(_):
        raise error

    return Bench("overhead", (Row("ratio", "it", "ratio"),), 1, 0.1, arrange)


@pytest.mark.parametrize(
    ("benches", "status", "kept"),
    [
        ([fake(rounds=1)], 0, ["replay"]),
        ([fake(rounds=3), fake(rounds=5)], 1, ["replay"]),
        ([raising(BenchError("it did not start")), fake(rounds=1)], 4, ["replay"]),
        ([raising(AssertionError("two\nlines")), raising(OSError()), fake(rounds=1)], 4, ["replay"]),
        ([fake(rounds=1), raising(KeyboardInterrupt())], 2, ["replay"]),
    ],
    ids=["met", "missed", "not measured", "not foreseen", "interrupted"],
)
def test_the_command_ends_as_it_says(benches, status, kept, monkeypatch, tmp_path, capsys):
    """
    What could be measured is on file whatever became of the rest.
    """
    monkeypatch.setattr(command, "BENCHES", benches)
    file = tmp_path / "results.json"

    assert command.main(["--json", str(file)]) == status

    assert [one["name"] for one in results.read_results(file)] == kept
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert all(line.startswith(("benches: ", "replay: ", "overhead: ")) for line in err.splitlines())


def test_publishing_drops_what_was_measured_quickly(tmp_path):
    """
    Of the others what was measured in earnest stays.
    """
    file = tmp_path / "results.json"
    results.write_results(file, [result("overhead", quick=True), result("replay")], ["overhead", "replay"])

    results.write_results(file, [], ["overhead", "replay"], slow=True)

    assert [one["name"] for one in results.read_results(file)] == ["replay"]


def test_a_bench_measured_anew_takes_the_place_of_the_old(tmp_path):
    """
    The others stay as they are; what is no bench any more goes.
    """
    file = tmp_path / "results.json"
    results.write_results(file, [result("overhead"), result("replay"), result("gone")], ["overhead", "replay", "gone"])

    results.write_results(file, [result("replay", (1.0,))], ["overhead", "replay"])

    assert [(one["name"], one["rows"][0]["values"]) for one in results.read_results(file)] == [
        ("overhead", [4.0, 4.5, 5.5]),
        ("replay", [1.0]),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prism", "no-such-prism"], "--prism no-such-prism: is no command"),
        (["--json", "{folder}/none/results.json"], "cannot be written"),
        (["--json", "{folder}"], "cannot be read"),
    ],
)
def test_bad_input_is_one_line_before_anything_is_measured(arguments, said, monkeypatch, tmp_path, capsys):
    """
    It says what is wrong and what to do.
    """
    monkeypatch.setattr(command, "BENCHES", [raising(AssertionError("measured"))])

    assert command.main([text.format(folder=tmp_path) for text in arguments]) == command.NOT_MEASURED

    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--publish", "--quick"], "leave --quick out"),
        (["--publish", "--json", "results.json"], "leave --json out"),
        (["--only", "nothing"], "invalid choice: 'nothing'"),
        (["--rounds", "0"], "one round at least"),
    ],
)
def test_what_makes_no_sense_is_bad_usage(arguments, said, capsys):
    """
    Numbers of a quick run are not published, and a bench that is none is not left out in silence.
    """
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


# -- contracts several times over -------------------------------------------------------------------------------------


def test_copies_are_contracts_like_any_other(tmp_path):
    """
    Three times the contracts are exactly three times the cases, and their disputes are those computed from them.
    """
    write_project(tmp_path / "1", 1)
    write_project(tmp_path / "3", 3)
    once, thrice = (load_contracts(tmp_path / name / "contracts") for name in ("1", "3"))

    assert len(thrice) == 3 * len(once)
    assert len(build_cases(thrice)) == 3 * len(build_cases(once)) > 1000
    entries = (tmp_path / "3" / "contracts" / "disputes.yaml").read_text(encoding="utf-8")
    assert entries.count("event-cancel.v1.0.copy-3#response.status") == 1
    check_disputes(once, tmp_path / "1" / "contracts" / "disputes.yaml")
