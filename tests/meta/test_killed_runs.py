"""
A run that is killed, interrupted or told to end leaves nothing that a sweep does not remove; and a sweep removes nothing
else.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from harness import ROOT, serving

sys.path.insert(0, str(ROOT / "tests" / "kill"))
from test_every_kill import judge, killed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by POSIX signals")

HAND_MADE = [
    "Contract test",
    "Contract test of the new projector",
    "Contract test gc",
    "Contract test gc6b01f6c3ee67f4",
    "Contract test gc6b01f6c3ee67f4w000x3f4d02fab47b21",
    "gc00000000000000w000x00000000000000",
]
SELECTED = ["tests/contract", "-k", "event-cancel.v1.0 and (occurrence or namesake or own-copy or calendarGroups)"]


class Tenant:
    """A stand-in with a target file, a folder for runs, and whatever a test puts beside what runs make."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder, self.base, self.runs = folder, base, folder / "runs"
        pairs = (line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
        self.variables = {name: value.strip("'\"") for name, value in pairs}
        text = (folder / "target.toml").read_text().replace("effect_s = 6", "effect_s = 0.3")
        (folder / "target.toml").write_text(text.replace("invite_s = 6", "invite_s = 0.3"))

    @property
    def environ(self) -> dict[str, str]:
        """What the suite is started with."""
        return {**os.environ, **self.variables, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}

    def digest(self) -> str:
        """What is in the stand-in, in short."""
        return requests.get(f"{self.base}/_mock/state", timeout=10).json()["digest"]

    def create(self, actor: str, subject: str, start: str = "2035-06-05") -> None:
        """Make an event by hand, in the week in which runs make theirs."""
        body = {
            "subject": subject,
            "start": {"dateTime": f"{start}T09:00:00", "timeZone": "UTC"},
            "end": {"dateTime": f"{start}T09:30:00", "timeZone": "UTC"},
        }
        token = self.variables[f"GRAPH_{actor.upper()}_TOKEN"]
        answer = requests.post(
            f"{self.base}/v1.0/me/events", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        assert answer.status_code == 201

    def start(self, *selected: str, runs: Path | None = None) -> subprocess.Popen[str]:
        """Start a run."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--target={self.folder}/target.toml",
        ]
        return subprocess.Popen(
            [*command, f"--runs={runs or self.runs}", *selected],
            cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def sweep(self, *options: str, runs: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Sweep up."""
        command = [sys.executable, "-m", "graphcancel", "sweep", f"{self.folder}/target.toml"]
        command += ["--runs", str(runs or self.runs), *options]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=60, check=False
        )

    def until_entered(self, process: subprocess.Popen[str], creates: int = 6, runs: Path | None = None) -> None:
        """Wait until the run's ledgers hold so many creates."""
        for _ in range(600):
            found = [file.read_text().count('"create"') for file in (runs or self.runs).glob("*/ledger*.jsonl")]
            if sum(found) >= creates:
                return
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.05)
        pytest.fail("the run created nothing")


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tenant")
    command = ["-m", "graphmock", "serve", "--with-parent", str(os.getpid()), "--latency", "0.01"]
    with serving(command, folder) as described:
        yield Tenant(folder, described.base_url)


@pytest.fixture
def tenant(stand_in):
    shutil.rmtree(stand_in.runs, ignore_errors=True)
    return stand_in


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output = process.communicate(timeout=90)[0]
    return process.returncode, output


def test_a_sample_of_kills_is_swept_up(tmp_path):
    head, kills = killed(tmp_path / "kills.jsonl", "--cases", "24", "--every", "23")

    assert len(kills) > 15
    judge(head, kills)


def test_what_is_not_of_the_killed_run_is_untouched(tenant):
    """
    Somebody's events with our prefix, in all mailboxes; a run of another folder, killed as well; and one still going.
    """
    for subject in HAND_MADE:
        tenant.create("organizer", subject)
        tenant.create("attendee", subject)
    other, going = tenant.folder / "other", tenant.folder / "going"
    before = tenant.digest()
    killed_elsewhere = tenant.start(*SELECTED, runs=other)
    tenant.until_entered(killed_elsewhere, runs=other)
    killed_elsewhere.kill()
    ended(killed_elsewhere)
    with_other = tenant.digest()
    assert with_other != before
    process = tenant.start(*SELECTED)
    tenant.until_entered(process)
    process.kill()
    ended(process)
    assert tenant.digest() != with_other

    dry = tenant.sweep("--dry-run")
    assert (dry.returncode, tenant.digest() != with_other) == (12, True), dry.stdout
    assert "would remove" in dry.stdout
    swept = tenant.sweep()

    assert swept.returncode == 0, swept.stdout + swept.stderr
    assert "nothing is left" in swept.stdout
    assert tenant.digest() == with_other

    # While a run is going, its own ledger keeps a sweep away from it, by --run as well.
    process = tenant.start(*SELECTED, runs=going)
    tenant.until_entered(process, runs=going)
    process.send_signal(signal.SIGSTOP)
    used = tenant.digest()
    run = json.loads(next(going.glob("*/run.jsonl")).read_text().splitlines()[0])["run"]
    for options in ((), ("--run", run)):
        left_alone = tenant.sweep(*options, runs=going)
        assert f"run {run} is still going" in left_alone.stdout
        assert tenant.digest() == used
    process.send_signal(signal.SIGCONT)
    assert ended(process)[0] in {0, 10}
    assert tenant.digest() == with_other

    # Without its ledger, the other run is too young to go unless it is named.
    assert tenant.sweep(runs=tenant.folder / "none").returncode == 0
    assert tenant.digest() == with_other
    other_run = json.loads(next(other.glob("*/run.jsonl")).read_text().splitlines()[0])["run"]
    assert tenant.sweep("--run", other_run, runs=tenant.folder / "none").returncode == 0
    assert tenant.digest() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("creates", [1, 12])
def test_an_interrupted_run_clears_up_by_itself(tenant, number, creates):
    before = tenant.digest()
    process = tenant.start(*SELECTED)
    tenant.until_entered(process, creates)

    process.send_signal(number)

    status, output = ended(process)
    assert status == 2, output
    assert tenant.digest() == before
    assert "0 runs" in tenant.sweep().stdout


def test_a_run_of_several_processes_is_swept_up_whichever_is_killed(tenant):
    before = tenant.digest()
    process = tenant.start("-n", "2", *SELECTED)
    tenant.until_entered(process, 8)
    process.kill()
    ended(process)
    # Workers find their controller gone and end too, or go on for a while with what they have.
    for _ in range(100):
        swept = tenant.sweep()
        if "still going" not in swept.stdout:
            break
        time.sleep(0.2)

    assert swept.returncode == 0, swept.stdout + swept.stderr
    assert tenant.digest() == before


def test_sweeping_again_finds_nothing_and_asks_for_no_patience(tenant):
    process = tenant.start(*SELECTED)
    tenant.until_entered(process)
    process.kill()
    ended(process)

    first, second = tenant.sweep(), tenant.sweep()

    assert "removed" in first.stdout
    assert second.stdout.splitlines() == [
        "graphcancel sweep: target mock; ledgers of 0 runs that did not clear up",
        "nothing is left",
    ]


def test_a_sweep_that_is_killed_is_done_again(tenant):
    before = tenant.digest()
    process = tenant.start(*SELECTED)
    tenant.until_entered(process, 12)
    process.kill()
    ended(process)
    command = [sys.executable, "-m", "graphcancel", "sweep", f"{tenant.folder}/target.toml", "--runs", str(tenant.runs)]
    for delay in (0.5, 0.7, 0.9):
        sweep = subprocess.Popen(command, cwd=ROOT, env=tenant.environ, stdout=subprocess.DEVNULL)
        time.sleep(delay)
        sweep.kill()
        sweep.wait()

    assert tenant.sweep().returncode == 0
    assert tenant.digest() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mock"], "ends with its run"),
        (["nowhere.toml"], "no such file"),
        (["{target}", "--run", "gc"], "no run's id"),
        (["http://127.0.0.1:9"], "GRAPH_ORGANIZER_USER"),
    ],
)
def test_bad_input_ends_with_a_line(tenant, arguments, says):
    written = [argument.format(target=tenant.folder / "target.toml") for argument in arguments]
    environ = {name: value for name, value in tenant.environ.items() if not name.endswith("_USER")}
    done = subprocess.run(
        [sys.executable, "-m", "graphcancel", "sweep", *written],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode in {2, 4}
    assert says in done.stderr
    assert "Traceback" not in done.stderr
