"""
Recording and replay as a user starts them: what is shipped, what is recorded anew, what is refused.
"""

from __future__ import annotations

import datetime as dt
import filecmp
import importlib.util
import json
import shlex
import shutil
import socket
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from harness import ROOT, counts, lines_of, mock, run, serving

from graphcancel.recording import FILE, read_recording, write_recording
from graphcancel.selection import exemplars

SHIPPED = ROOT / "cassettes" / "mock"
SAMPLE = "event-cancel.v1.0/me.events/"
RECORD = "--record-mode=rewrite"
# Interrupts the controller of several processes.
STOPPING = """\
seen = 0


def pytest_runtest_logreport(report):
    global seen
    seen += report.when == "teardown" and hasattr(report, "node")
    if seen == 4:
        raise KeyboardInterrupt
"""
UNSHARE = shutil.which("unshare")


def judged(runs: Path) -> dict[str, object]:
    """What a run judged, case by case and clause by clause."""
    return {
        line["id"]: (
            line["verdict"],
            [(item["clause"], item["held"], item.get("late_s")) for item in line["clauses"]],
            (line.get("observed") or {}).get("received"),
        )
        for line in lines_of(runs)
        if line["kind"] == "case"
    }


def files(folder: Path) -> list[str]:
    """The files below *folder*."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def written(folder: Path) -> dict[str, str]:
    """The variables a server wrote into its ``target.env``."""
    lines = (folder / "target.env").read_text(encoding="utf-8").splitlines()
    return {name: value.strip("'\"") for name, _, value in (line.partition("=") for line in lines) if value}


class TestShipped:
    """``cassettes/mock``."""

    def test_it_holds_the_current_contracts_and_one_case_of_each_shape_of_the_others(self, cases, contracts):
        """
        Every case of the current contracts, of the others what stands for a shape.
        """
        recording = read_recording(SHIPPED)
        current = {contract.id for contract in contracts if contract.standing == "current"}
        wanted = {case.id for case in cases if case.contract in current} | exemplars(cases)

        assert set(recording.cases) == wanted
        assert set(recording.complete) >= current
        assert recording.origin == "mock"
        assert set(recording.description.gates) == {case.contract for case in cases}
        assert files(SHIPPED) == sorted([FILE, *(f"{name}.yaml" for name in recording.cases)])

    def test_it_replays_without_a_network_interface(self, tmp_path):
        """
        In a network namespace of its own, where there is not even a loopback.
        """
        if UNSHARE is None:
            pytest.skip("this machine has no unshare")
        probe = subprocess.run([UNSHARE, "--net", "--map-root-user", "true"], capture_output=True, check=False)
        if probe.returncode:
            pytest.skip("this machine makes no network namespaces")
        command = [sys.executable, "-m", "pytest", "-q", "--target=replay", f"--runs={tmp_path}"]
        done = subprocess.run(
            [UNSHARE, "--net", "--map-root-user", *command, "-p", "no:cacheprovider"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )

        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        _, *lines, footer = lines_of(tmp_path)
        assert {line["verdict"] for line in lines} == {"pass", "observed"}
        assert len(lines) == len(read_recording(SHIPPED).cases) == footer["counts"]["cases"]
        assert all(line["exchanges"] for line in lines)
        assert footer["partial"] is False

    @pytest.mark.parametrize("mode", [(), ("--record-mode=none",)])
    def test_it_reaches_no_network_though_there_is_one(self, tmp_path, mode):
        """
        Not even this machine: a case that calls somebody who would answer is an error, and nobody is called.
        """
        with socket.create_server(("127.0.0.1", 0)) as somebody:
            somebody.setblocking(False)
            calling = (
                f"import socket\ndef pytest_runtest_call(item): socket.create_connection({somebody.getsockname()})"
            )
            (tmp_path / "calling.py").write_text(calling, encoding="utf-8")
            done = run(
                "--target=replay",
                "-k",
                SAMPLE,
                "-p",
                "calling",
                *mode,
                runs=tmp_path / "runs",
                PYTHONPATH=str(tmp_path),
            )
            with pytest.raises(BlockingIOError):
                somebody.accept()

        assert done.returncode == 1, done.stdout[-3000:] + done.stderr
        assert "our own fault: RuntimeError" in done.stdout

    def test_what_it_is_worth_is_said(self, cases, tmp_path):
        """
        In the file, in the run and in the summary.
        """
        done = run("--target=replay", "-k", SAMPLE, runs=tmp_path)

        header, line, *_ = lines_of(tmp_path)
        assert header["origin"] == line["origin"] == "recording:mock"
        assert header["recording"]["software"].startswith("graphmock")
        held = len(read_recording(SHIPPED).cases)
        beyond = len(cases) - held
        assert beyond
        assert f"target mock, replayed from a recording of {held} of {len(cases)} cases (partial run)\n" in done.stdout
        assert f"  {beyond} cases not on the recording\n" in done.stdout
        assert (
            "from a recording of the bundled mock: this run vouches for the suite, not for the service" in done.stdout
        )
        for cassette in SHIPPED.rglob("*.yaml"):
            assert json.loads(cassette.read_text(encoding="utf-8"))["origin"] == "mock"

    @pytest.mark.parametrize(("recorded", "status"), [(False, 0), (True, 11)])
    def test_what_is_known_of_a_case_that_is_not_on_it_is_not_out_of_date(self, cases, tmp_path, recorded, status):
        """
        A target and its recording share the list of known deviations; what was recorded and holds is out of date.
        """
        listed = read_recording(SHIPPED).cases
        known = next(case.id for case in cases if case.kind == "shape" and (case.id in listed) is recorded)
        entry = f"""
            [[deviation]]
            case = "{known}"
            clause = "response.status"
            reason = "known of the target"
            owner = "somebody"
            expires = 2099-01-01
        """
        (tmp_path / "known.toml").write_text(textwrap.dedent(entry), encoding="utf-8")

        done = run("--target=replay", f"--deviations={tmp_path / 'known.toml'}", runs=tmp_path)

        assert done.returncode == status, done.stdout[-3000:] + done.stderr

    def test_it_replays_from_anywhere_and_without_history(self, tmp_path):
        """
        A copy of the files alone, under a path with a space, started from another folder.
        """
        copy = tmp_path / "a copy"
        ignored = shutil.ignore_patterns(
            ".git", ".tox", "runs", "__pycache__", ".*_cache", ".hypothesis", "node_modules"
        )
        shutil.copytree(ROOT, copy, ignore=ignored)

        done = run(str(copy / "tests" / "contract"), "--target=replay", runs=tmp_path / "runs", cwd=tmp_path)

        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        assert counts(done) == f"{len(read_recording(SHIPPED).cases)} passed"

    def test_a_sample_passes_through_pytest_recording_itself(self, tmp_path):
        """
        The files are vcrpy's: with --record-mode=none its own player gives the answers, to the same verdicts.
        """
        sample = "v1.0 and (me.events or bookingappointment or users-id.calendars)"
        done = run("--target=replay", "--record-mode=none", "-k", sample, runs=tmp_path / "by-library")
        ours = run("--target=replay", "-k", sample, runs=tmp_path / "ours")

        assert done.returncode == ours.returncode == 0, done.stdout[-3000:] + done.stderr
        assert judged(tmp_path / "by-library") == judged(tmp_path / "ours")
        assert len(judged(tmp_path / "ours")) > 40

    def test_several_processes_replay_it_as_one(self, tmp_path):
        """
        More of them than a tenant's mailbox could bear.
        """
        done = run("--target=replay", "-n", "5", "-k", "event-cancel.v1.0", runs=tmp_path / "many")
        run("--target=replay", "-k", "event-cancel.v1.0", runs=tmp_path / "one")

        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        assert judged(tmp_path / "many") == judged(tmp_path / "one")


class TestRecorded:
    """What ``--record-mode=rewrite`` writes."""

    def test_recording_again_changes_no_byte(self, cases, tmp_path):
        """
        Whatever the number of processes, the ids the mock makes and the time of day; of every contract and family.
        """
        recorded = tmp_path / "cassettes"
        listed = set(read_recording(SHIPPED).cases)
        of_each = {(case.contract, case.family): case.id for case in cases if case.id in listed}
        for number, chosen in (
            ("0", f"{SAMPLE} or bookingappointment-cancel.v1.0"),
            ("2", " or ".join(of_each.values())),
        ):
            done = run(RECORD, f"--cassettes={recorded}", "-n", number, "-k", chosen, runs=tmp_path / number)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr

            for name in files(recorded / "mock"):
                if name != FILE:
                    assert filecmp.cmp(recorded / "mock" / name, SHIPPED / name, shallow=False), name
        assert {f"{name}.yaml" for name in of_each.values()} <= set(files(recorded / "mock"))

    @pytest.mark.parametrize(
        ("options", "sample"),
        [
            ("--vary effects-late --vary invites-late", "me.events/organizer/camel or me.events/attendee"),
            ("--vary no-batch --vary page-by-one", "v1.0.me.events or v1.0/me.events"),
            ("--vary throttled --vary unavailable --vary gateway-timeouts", "v1.0/me.events/organizer"),
            ("--fault not-cancelled", "v1.0/me.events"),
            ("--fault body-one-byte", "v1.0.me.events or v1.0/me.events"),
            ("--fault camel-ignored --fault status-200", "v1.0/me.events or bookingappointment"),
        ],
    )
    def test_a_replay_judges_as_the_run_that_was_recorded(self, tmp_path, options, sample):
        """
        Case by case and clause by clause, whatever the service did, findings and late effects included.
        """
        recorded = f"--cassettes={tmp_path / 'cassettes'}"
        live = run(RECORD, recorded, "-n", "2", "-k", sample, runs=tmp_path / "live", GRAPHMOCK_OPTIONS=options)
        assert "not recorded" not in live.stdout, live.stdout[-3000:]
        assert read_recording(tmp_path / "cassettes" / "mock").software.endswith(options)

        replay = run("--target=replay", recorded, runs=tmp_path / "replay")

        assert judged(tmp_path / "replay") == judged(tmp_path / "live")
        # Part of the suite ran live; of what was recorded everything is replayed, and has to judge something.
        assert replay.returncode in ({1} if live.returncode else {0, 10})
        assert ("fault" in options) == (live.returncode == 1)

    def test_a_service_of_another_make_is_recorded_as_it_was_judged(self, tmp_path):
        """
        Late, one item a page, without ``$batch``, a time of day of its own: what is recorded replays all the same.
        """
        chosen = "event-cancel.v1.0/me.events/organizer/pascal or bookingappointment-cancel.v1.0"
        recorded = f"--cassettes={tmp_path / 'cassettes'}"
        with serving([str(Path(__file__).parent / "other_service")], tmp_path):
            target = f"--target={tmp_path / 'target.toml'}"
            live = run(target, RECORD, recorded, "-n", "2", "-k", chosen, runs=tmp_path / "live", **written(tmp_path))
        replay = run("--target=replay:other", recorded, runs=tmp_path / "replay")

        assert live.returncode == replay.returncode == 0, live.stdout[-3000:] + replay.stdout[-3000:]
        assert judged(tmp_path / "replay") == judged(tmp_path / "live")
        assert "from a recording of a server that is none of Microsoft's" in replay.stdout

    def test_a_target_file_that_leads_to_the_mock_makes_no_recording_of_a_service(self, tmp_path):
        """
        It says of itself where it runs; what is recorded is worth no more than that.
        """
        with mock(tmp_path) as described:
            done = run(
                f"--target={tmp_path / 'target.toml'}",
                RECORD,
                f"--cassettes={tmp_path / 'cassettes'}",
                "-k",
                "event-cancel.v1.0/me.events/organizer/camel",
                runs=tmp_path / "runs",
                **written(tmp_path),
            )
            host = described.base_url

        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        recording = read_recording(tmp_path / "cassettes" / "mock")
        assert recording.origin == "mock"
        assert recording.description.base_url == "https://graph.example"
        assert host not in (tmp_path / "cassettes" / "mock" / FILE).read_text()

    def test_what_is_recorded_anew_stands_beside_what_was(self, tmp_path):
        """
        A case recorded by itself replaces its cassette alone.
        """
        recorded = tmp_path / "cassettes"
        shutil.copytree(SHIPPED, recorded / "mock")
        before = read_recording(recorded / "mock")

        done = run(
            RECORD,
            f"--cassettes={recorded}",
            "-k",
            "event-cancel.v1.0/me.events/organizer/camel",
            runs=tmp_path / "runs",
        )

        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        assert read_recording(recorded / "mock").cases == before.cases
        assert files(recorded / "mock") == files(SHIPPED)
        assert (recorded / "mock" / FILE).read_bytes() == (SHIPPED / FILE).read_bytes()

    def test_a_case_that_is_missing_stays_missing_when_another_is_recorded(self, tmp_path):
        """
        A contract that was held wholly has a case more since; what is recorded meanwhile does not make that forgotten.
        """
        recorded = tmp_path / "cassettes"
        shutil.copytree(SHIPPED, recorded / "mock")
        before = read_recording(recorded / "mock")
        missing = "event-cancel.v1.0/me.events/organizer/camel"
        before.place(missing).unlink()
        left = tuple(name for name in before.cases if name != missing)
        write_recording(replace(before, cases=left), dt.date(2026, 1, 1), changed=False)

        one = f"{SAMPLE}organizer/empty"
        done = run(RECORD, f"--cassettes={recorded}", "-k", one, runs=tmp_path / "live")
        replay = run("--target=replay", f"--cassettes={recorded}", "-k", SAMPLE, runs=tmp_path / "replay")

        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        assert read_recording(recorded / "mock").cases == left
        assert replay.returncode == 1
        assert f"{missing}: is not on the recording mock" in replay.stdout

    def test_what_was_recorded_before_an_interrupt_is_listed(self, tmp_path):
        """
        Of several processes, too: a tenant's recording takes hours.
        """
        (tmp_path / "stopping.py").write_text(STOPPING, encoding="utf-8")
        recorded = f"--cassettes={tmp_path / 'cassettes'}"

        done = run(
            RECORD, recorded, "-n", "2", "-p", "stopping", "-k", "event-cancel.v1.0/",
            runs=tmp_path / "live", PYTHONPATH=f"{tmp_path}:{ROOT / 'src'}",
        )  # fmt: skip

        assert done.returncode == 2, done.stdout[-3000:] + done.stderr
        recording = read_recording(tmp_path / "cassettes" / "mock")
        assert len(recording.cases) >= 3
        assert all(recording.place(name).is_file() for name in recording.cases)

    def test_the_command_in_a_message_records_what_is_missing(self, tmp_path):
        """
        Pasted where the run was started: into the same folder of recordings, from another folder than the project's.
        """
        recorded = tmp_path / "some cassettes"
        shutil.copytree(SHIPPED, recorded / "mock")
        case = f"{SAMPLE}organizer/camel"
        (recorded / "mock" / f"{case}.yaml").unlink()
        replay = ["--target=replay", f"--cassettes={recorded}", "-k", f"{case}]", str(ROOT / "tests" / "contract")]

        failed = run(*replay, runs=tmp_path / "failed", cwd=tmp_path)
        advice = failed.stdout.partition("record it anew: pytest ")[2].splitlines()[0]
        done = run(*shlex.split(advice), runs=tmp_path / "anew", cwd=tmp_path)
        again = run(*replay, runs=tmp_path / "again", cwd=tmp_path)

        assert failed.returncode == 1
        assert done.returncode == 0, advice + done.stdout[-3000:] + done.stderr
        assert again.returncode == 0, again.stdout[-3000:] + again.stderr
        assert files(recorded / "mock") == files(SHIPPED)

    @pytest.mark.parametrize(("mode", "scheme"), [("rewrite", "https"), (None, "http")])
    def test_the_built_in_mock_is_recorded_over_tls(self, mode, scheme):
        """
        The bytes cannot show it: a recording names another host.
        """
        given = importlib.util.spec_from_file_location("conftest_of_the_project", ROOT / "conftest.py")
        conftest = importlib.util.module_from_spec(given)
        given.loader.exec_module(conftest)
        builtin = conftest.pytest_graphcancel_builtin(SimpleNamespace(getoption=lambda name, default: mode))

        place = builtin.start()
        try:
            described = builtin.describe(place)
        finally:
            assert builtin.stop(place) is None
        assert {urlsplit(root).scheme for root in (described.base_url, *described.roots.values())} == {scheme}

    @pytest.mark.parametrize(
        ("other", "said"),
        [
            (lambda shipped: replace(shipped, description=replace(shipped.description, resources={})), "resources"),
            (
                lambda shipped: replace(shipped, software=f"{shipped.software} --fault not-cancelled"),
                "mock --fault not-cancelled, now as it is",
            ),
        ],
    )
    def test_a_recording_is_of_one_target(self, tmp_path, other, said):
        """
        What was recorded from a target described otherwise, or a mock told to misbehave, is not mixed with it.
        """
        recorded = tmp_path / "cassettes"
        (recorded / "mock").mkdir(parents=True)
        of_another = replace(other(read_recording(SHIPPED)), folder=recorded / "mock", recorded="")
        write_recording(of_another, dt.date(2030, 1, 1), changed=True)

        done = run(RECORD, f"--cassettes={recorded}", "-k", SAMPLE, runs=tmp_path / "runs")

        assert done.returncode == 4
        assert f"was recorded from a target described otherwise ({said})" in done.stderr
        assert files(recorded / "mock") == [FILE]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--record-mode=once"], "a case is recorded whole or not at all; use --record-mode=rewrite"),
        (["--record-mode=all"], "use --record-mode=rewrite"),
        (["--target=replay", RECORD], "a replay has nothing to record; name a target that answers"),
        ([RECORD, "--disable-recording"], "captures nothing; leave one out"),
        (["--target=replay", "--record-mode=none", "--disable-recording"], "plays nothing; leave one out"),
        (["--record-mode=none"], "plays a recording; name one (--target=replay), or leave it out"),
        (["--target=replay:contoso"], "no such recording; there are: mock"),
        (["--target=replay:../cassettes/mock"], "cannot be the name of a recording"),
        (["--target=replay", "--cassettes=/nowhere"], "no such recording; there is none yet"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path, options, said):
    done = run(*options, runs=tmp_path)

    assert done.returncode == 4, done.stdout + done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
    assert not list(tmp_path.glob("*/run.jsonl"))
