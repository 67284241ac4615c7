"""
How runs end: each exit code as a user meets it, runs that are partial, and findings that are known.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex

import pytest
from harness import ROOT, counts, lines_of, mock, run

ONE = "event-cancel.v1.0/me.events"
REFUSALS = "event-cancel.v1.0/me.*/attendee/*/own-copy"
FORBIDDEN = "--fault refusal-status-403"
TODAY = dt.datetime.now(dt.UTC).date()
# A plugin that does something once, after so many tests: what a run meets from outside.
MISCHIEF = """\
import requests

from graphcancel.selection import SUITE


def leave(suite):
    description = suite.description
    organizer = description.actors["organizer"]
    event = {{"subject": "left", "start": {{"dateTime": "2035-06-04T09:00:00", "timeZone": "UTC"}},
             "end": {{"dateTime": "2035-06-04T10:00:00", "timeZone": "UTC"}}}}
    headers = {{"Authorization": f"Bearer {{organizer.token}}"}}
    requests.post(f"{{description.base_url}}/v1.0/me/events", json=event, headers=headers, timeout=9).raise_for_status()


def stop(suite):
    raise KeyboardInterrupt


def fail(suite):
    raise LookupError("a fault of the engine")


def pytest_runtest_logfinish(nodeid):
    global left
    left -= 1
    if left == 0:
        {deed}(suite)


def pytest_collection_finish(session):
    global left, suite
    left, suite = 2, session.config.stash[SUITE]
"""


def known(case: str = REFUSALS, clause: str = "organizer.refusal", days: int = 30) -> str:
    """An entry of a list of known deviations that expires *days* from today."""
    return (
        f'[[deviation]]\ncase = "{case}"\nclause = "{clause}"\nreason = "answers 403"\nowner = "calendar team"\n'
        f"expires = {TODAY + dt.timedelta(days)}\n"
    )


@pytest.fixture
def listed(tmp_path):
    """Write entries to a file and name it as an option."""

    def write(*entries: str) -> str:
        (tmp_path / "known.toml").write_text("\n".join(entries), encoding="utf-8")
        return f"--deviations={tmp_path / 'known.toml'}"

    return write


@pytest.fixture
def mischief(tmp_path):
    """Options and environment of a run in which *deed* happens after the second case."""

    def write(deed: str) -> tuple[tuple[str, str], dict[str, str]]:
        (tmp_path / "mischief.py").write_text(MISCHIEF.format(deed=deed), encoding="utf-8")
        return ("-p", "mischief"), {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}

    return write


class TestKnownDeviations:
    """Findings somebody answers for."""

    def test_the_example_of_the_documents_does_what_they_say(self, tmp_path):
        """
        The command of deviations/README.md with the list above it gives the lines below it.
        """
        text = (ROOT / "deviations" / "README.md").read_text(encoding="utf-8")
        entry, command, shown = (
            re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)[1] for language in ("toml", "sh", "text")
        )
        day = str(TODAY + dt.timedelta(90))
        (tmp_path / "known.toml").write_text(entry.replace("2027-03-31", day), encoding="utf-8")
        variable, _, *arguments = shlex.split(command.replace("/tmp", str(tmp_path)))  # noqa: S108
        name, _, value = variable.partition("=")

        done = run(*arguments, runs=tmp_path / "runs", **{name: value})

        assert done.returncode == 0, done.stdout + done.stderr
        assert shown.replace("2027-03-31", day) in done.stdout

    @pytest.mark.parametrize("processes", ["0", "2"])
    def test_a_known_finding_is_told_and_fails_nothing(self, processes, listed, tmp_path):
        """
        With one process or two, the case stays a fail in run.jsonl, is xfailed, and the run ends with 0.
        """
        done = run(
            "-n", processes, "-k", "event-cancel.v1.0/me", "-rx", listed(known()),
            runs=tmp_path / "runs", GRAPHMOCK_OPTIONS=FORBIDDEN,
        )  # fmt: skip

        assert done.returncode == 0, done.stdout + done.stderr
        assert "4 xfailed" in counts(done)
        assert done.stdout.count("known deviation, answers 403 (owner calendar team, until ") == 4
        excused = [line for line in lines_of(tmp_path / "runs")[1:-1] if line["excused"]]
        assert [(line["verdict"], line["gating"]) for line in excused] == [("fail", True)] * 4

    def test_x_goes_past_what_is_known_and_lf_does_not_repeat_it(self, listed, tmp_path):
        """
        ``-x`` stops at the first finding that is not known, and ``--lf`` repeats only that one.
        """
        entry = listed(known("*/me.events/*"))
        first = run("-x", "-k", "own-copy", entry, runs=tmp_path / "1", GRAPHMOCK_OPTIONS=FORBIDDEN)
        again = run("--lf", "-k", "own-copy", entry, runs=tmp_path / "2")

        assert first.returncode == 1
        assert counts(first) == "1 failed, 559 deselected, 1 xfailed"
        assert again.returncode == 0
        assert counts(again).startswith("1 passed")

    @pytest.mark.parametrize("processes", ["0", "2"])
    def test_an_entry_whose_finding_is_gone_fails_the_run(self, processes, listed, tmp_path):
        """
        Against a mock without the fault the run ends with 11, and the entry is named with what to do.
        """
        done = run("-n", processes, "-k", "event-cancel.v1.0/me", listed(known()), runs=tmp_path / "runs")

        assert done.returncode == 11
        assert "entry 1: no longer occurs: organizer.refusal holds in 4 cases; take the entry out" in done.stdout
        assert "stale deviations (exit 11)" in done.stdout

    def test_a_whole_run_misses_what_an_entry_names(self, listed, tmp_path):
        """
        Only a whole run says that an entry matches nothing, and that one matched too little to say anything.
        """
        entries = [known("event-cancel.v2.0/*"), known(clause="effect.staff-told")]
        whole = run(listed(*entries), "-n", "2", runs=tmp_path / "1")
        part = run(listed(*entries), "-k", ONE, runs=tmp_path / "2")

        assert whole.returncode == 11
        assert whole.stdout.count(": matches nothing: no case ") == 2
        assert "613 passed" in counts(whole)
        assert part.returncode == 0, part.stdout

    def test_all_that_applies_is_said(self, listed, mischief, tmp_path):
        """
        A finding, residue and an expired entry: the status is 1, and the last line names the other two.
        """
        options, environ = mischief("leave")
        done = run(
            *options, "-k", "event-cancel.v1.0/me", listed(known(days=-1)),
            runs=tmp_path / "runs", GRAPHMOCK_OPTIONS=FORBIDDEN, **environ,
        )  # fmt: skip

        assert done.returncode == 1
        assert "does not hold (exit 1); also: residue left (12), stale deviations (11): " in done.stdout
        assert "covers its 4 findings no more" in done.stdout
        assert lines_of(tmp_path / "runs")[-1]["also"] == [12, 11]


class TestExitCodes:
    """Those not met elsewhere."""

    def test_residue(self, mischief, tmp_path):
        """
        An object in the mock that was not there at the start ends the run with 12.
        """
        options, environ = mischief("leave")
        done = run(*options, "-k", ONE, runs=tmp_path / "runs", **environ)

        assert done.returncode == 12, done.stdout
        assert "residue: the mock's state differs" in done.stdout
        assert "residue left (exit 12): 10 pass;" in done.stdout

    def test_an_interrupt(self, mischief, tmp_path):
        """
        An interrupt ends with 2, and the summary says that the run is partial.
        """
        options, environ = mischief("stop")
        done = run(*options, runs=tmp_path / "runs", **environ)

        assert done.returncode == 2
        assert "target mock (partial run)" in done.stdout
        assert "611 cases not reached" in done.stdout
        assert "interrupted (exit 2): 2 pass;" in done.stdout
        assert lines_of(tmp_path / "runs")[-1]["kind"] == "case"

    def test_an_internal_error(self, mischief, tmp_path):
        """
        A fault of the engine keeps its 3, and its run file is that of no run.
        """
        options, environ = mischief("fail")
        done = run(*options, "-k", ONE, runs=tmp_path / "runs", **environ)

        assert done.returncode == 3
        assert "a fault of the engine" in done.stdout + done.stderr
        assert lines_of(tmp_path / "runs")[-1]["kind"] == "case"

    def test_what_a_target_lacks_is_missed_unless_it_is_waived(self, tmp_path):
        """
        Without a group a whole run of one contract ends with 10, with it waived with 0, and narrowed to it with 5.
        """
        runs = {}
        with mock(tmp_path):
            environ = dict(line.split("=", 1) for line in (tmp_path / "target.env").read_text().splitlines())
            written = re.sub("^group =.*$", "", (tmp_path / "target.toml").read_text(), flags=re.MULTILINE)
            chosen = f'contracts = ["event-cancel.v1.0"]\n{written}'
            for name, more, options in (
                ("missed", "", ()),
                ("waived", '[waived]\ngroup = "no group here"\n"response.body" = "of no interest"\n', ()),
                ("narrowed", "", ("-k", "v1.0/groups")),
            ):
                (tmp_path / f"{name}.toml").write_text(f"{chosen}\n{more}", encoding="utf-8")
                target = f"--target={tmp_path / name}.toml"
                runs[name] = run(target, *options, runs=tmp_path / name, **environ)

        assert {name: done.returncode for name, done in runs.items()} == {"missed": 10, "waived": 0, "narrowed": 5}
        assert "incomplete (exit 10)" in runs["missed"].stdout
        assert "nothing judged (exit 5)" in runs["narrowed"].stdout
        assert "  waived, so not judged: group: no group here (10 cases)\n" in runs["waived"].stdout
        assert re.search(r"waived, and judged all the same in \d+ cases: response.body: of no", runs["waived"].stdout)
        assert "partial run" not in runs["missed"].stdout + runs["waived"].stdout
        assert [lines_of(tmp_path / name)[-1]["partial"] for name in runs] == [False, False, True]

    @pytest.mark.parametrize("options", [("--collect-only", "-q"), ("--help",), ("tests/unit/test_ending.py",)])
    def test_what_calls_nothing_ends_as_pytest_says(self, options, listed, tmp_path):
        """
        Neither a listing nor help nor the unit tests have anything to do with known deviations that are out of date.
        """
        done = run(*options, listed(known(days=-1), known("nothing/*")), runs=tmp_path / "runs")

        assert done.returncode == 0, done.stdout + done.stderr
        assert "exit 1" not in done.stdout
        assert not (tmp_path / "runs").exists()


SHAPE = "tests/contract/test_documented.py::test_a_documented_call_is_accepted"
# options, how many cases are selected, how many run
PARTIAL = {
    "-k": (("-k", ONE), 10, 10),
    "-m": (("-m", "cases(circumstance='app-only')"), 27, 27),
    "a file": (("tests/contract/test_permissions.py",), 27, 27),
    "a node id": ((f"{SHAPE}[{ONE}/organizer/empty]",), 1, 1),
    "--deselect": (("-k", ONE, "--deselect", f"{SHAPE}[{ONE}/organizer/empty]"), 9, 9),
    "--ignore": (
        tuple(
            f"--ignore=tests/contract/test_{name}.py"
            for name in ("documented", "conventions", "attendee", "occurrence", "observations")
        ),
        27,
        27,
    ),
    "-x": (("-x", "-k", "app-only and v1.0/users"), 8, 1),
    "--maxfail": (("--maxfail=2", "-k", "app-only and v1.0/users"), 8, 2),
}  # fmt: skip


class TestPartialRuns:
    """Runs that left cases out, and those that only look so."""

    @pytest.mark.parametrize("processes", ["0", "2"])
    @pytest.mark.parametrize(("options", "selected", "reached"), PARTIAL.values(), ids=PARTIAL)
    def test_a_narrowed_run_says_so(self, options, selected, reached, processes, tmp_path):
        """
        After collecting, in the summary and in the footer; what stops early says how many cases it did not reach.
        """
        fault = "--fault app-refused" if reached < selected else ""
        done = run(*options, "-n", processes, runs=tmp_path / "runs", GRAPHMOCK_OPTIONS=fault)

        assert done.returncode == (1 if fault else 0), done.stdout + done.stderr
        assert done.stdout.count(f"partial run: {selected} of 613 cases selected; what the others cover is not") == 1
        assert "target mock (partial run)" in done.stdout
        assert f"  {613 - selected} cases not selected" in done.stdout
        footer = lines_of(tmp_path / "runs")[-1]
        assert (footer["partial"], footer["selected"], footer["unjudged"]) == (True, selected, 0)
        # Each of two processes that stop has begun a case or two.
        assert reached <= footer["counts"]["cases"] <= reached + 2 * int(processes)
        if fault:
            assert f"  {selected - footer['counts']['cases']} cases not reached" in done.stdout

    def test_lf_without_a_failure_is_a_whole_run(self, tmp_path):
        """
        Where nothing failed last time, ``--lf`` runs everything, and nothing of it is partial.
        """
        run("-k", ONE, runs=tmp_path / "1")
        done = run("--lf", "-n", "2", runs=tmp_path / "2")

        assert done.returncode == 0
        assert "partial" not in done.stdout
        assert lines_of(tmp_path / "2")[-1]["partial"] is False
